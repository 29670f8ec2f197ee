"""Whole sets of identifiers as text for people, and that text back as the same set. Short forms are text.py's work.

    8946 2000 2000–2039, not 8946 2000 2017*, 8946 2011 7* (19 digits), IMSI 2400 1000 0000 0*

Pieces stand behind commas, each in the form of ``range_text``; ``not`` takes a piece away from what all others say.
What leaves digits off (``8946 2011 7*``) stands for ICCID bodies of the usual length, IMSIs of 15 digits; where it is
another one, and for every MSISDN, the length is written behind. Here every text is exact or refused; what people write
in mails is reading.py's matter.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from feeds.simspace.cover import Cover
from feeds.simspace.identifiers import NotAnIdentifierError
from feeds.simspace.intervals import IntervalSet
from feeds.simspace.spans import SimKind, SimSpan, merge_spans
from feeds.simspace.sweeps import TOP
from feeds.simspace.text import digits, grouped, range_text

USUAL_BODY: Final = 18
"""Digits of an ICCID body where nothing else is said."""

_USUAL: Final[dict[SimKind, int]] = {"imsi": 15, "msisdn": 0}
_LONGEST_BLOCK: Final = 17
"""Digits before a star; more could be a whole ICCID with a star in place of its check digit."""

_MOST_DIGITS: Final = 19
_PIECE: Final = re.compile(
    r"\s*(?P<without>not\s+)?(?:(?P<kind>imsi|msisdn|iccid)\s+)?"
    r"(?P<first>[0-9](?:[ \u00a0]?[0-9])*)(?:(?P<star>\*)|\s?[-\u2013\u2014]\s?(?P<last>[0-9](?:[ \u00a0]?[0-9])*))?"
    r"(?:\s*\((?P<length>[0-9]{1,2}) digits?\))?\s*",
    re.IGNORECASE,
)
_LINE: Final = re.compile(r"[^\S\n]*(?P<pieces>\S[^\n]*?)[,;]?[^\S\n]*(?:\n|\Z)")
_MARK: Final = re.compile("[,;]")
_SPACES: Final = str.maketrans("", "", " \u00a0")


class RangeTextError(NotAnIdentifierError):
    """A text does not say ranges of identifiers; ``place`` is the character, from 0, at which it goes wrong."""

    def __init__(self, place: int, piece: str, why: str) -> None:
        """Say ``why`` the ``piece`` at ``place`` cannot be read."""
        shown = piece if len(piece) <= 60 else f"{piece[:60]}…"
        super().__init__(f"character {place + 1}, {shown!r}: {why}")
        self.place = place


class _Piece(NamedTuple):
    kind: SimKind
    first: str
    last: str
    without: bool


def full_text(sims: IntervalSet | Cover, usual: int = USUAL_BODY) -> str:
    """Return all of a set of ICCID bodies, or of a cover of one, as text; ``parse_full`` gives the same set back.

    ``usual``: how many digits bodies have unless said. The set without points is the empty text.
    """
    if isinstance(sims, IntervalSet):
        return ", ".join(_written("iccid", digits(first), digits(last), usual) for first, last in sims)
    pieces = [(first, "", last) for first, last in sims.ranges] + [(a, "not ", b) for a, b in sims.exceptions]
    return ", ".join(
        sign + _written("iccid", digits(first), digits(last), usual) for first, sign, last in sorted(pieces)
    )


def full_spans_text(spans: Iterable[SimSpan], usual: int = USUAL_BODY) -> str:
    """Return spans of any kinds as text, as few pieces as they have runs; ``parse_spans`` gives them back, merged."""
    return ", ".join(_written(span.kind, span.first, span.last, usual) for span in merge_spans(spans))


def parse_full(text: str, usual: int = USUAL_BODY) -> IntervalSet:
    """Return the ICCID bodies that a text in the form of ``full_text`` stands for.

    Raises RangeTextError where it is in another form, or speaks of IMSIs or MSISDNs.
    """
    said: dict[bool, list[tuple[int, int]]] = {False: [], True: []}
    for place, found in _found(text):
        piece = _read(place, found, usual)
        if piece.kind != "iccid":
            raise RangeTextError(place, found.group().strip(), "ICCIDs are asked for here")
        if (piece.first[0] == "0" and len(piece.first) > 1) or int(piece.last) > TOP:
            raise RangeTextError(place, found.group().strip(), "no ICCID has such a number")
        said[piece.without].append((int(piece.first), int(piece.last)))
    return IntervalSet.of(said[False]) - IntervalSet.of(said[True])


def parse_spans(text: str, usual: int = USUAL_BODY) -> tuple[SimSpan, ...]:
    """Return the spans of any kinds that a text in the form of ``full_spans_text`` stands for, merged and sorted.

    Raises RangeTextError where it is in another form.
    """
    said: dict[tuple[SimKind, int], dict[bool, list[tuple[int, int]]]] = {}
    for place, found in _found(text):
        piece = _read(place, found, usual)
        if int(piece.last) > TOP or len(piece.first) < 4:
            raise RangeTextError(place, found.group().strip(), "no identifier has such a number")
        lists = said.setdefault((piece.kind, len(piece.first)), {False: [], True: []})
        lists[piece.without].append((int(piece.first), int(piece.last)))
    return merge_spans(
        SimSpan(kind, str(first).zfill(size), str(last).zfill(size))
        for (kind, size), lists in said.items()
        for first, last in IntervalSet.of(lists[False]) - IntervalSet.of(lists[True])
    )


def _written(kind: SimKind, first: str, last: str, usual: int) -> str:
    text = range_text(first, last)
    block = text.endswith("*")
    stem = sum(map(str.isdigit, text.partition("\u2013")[0]))
    if block and stem > _LONGEST_BLOCK:
        start = stem // 4 * 4
        text, block, stem = f"{grouped(first)}\u2013{grouped(last[start:])}", False, len(first)
    if kind != "iccid":
        usual = _USUAL[kind]
        text = f"{kind.upper()} {text}"
    plain = len(first) == usual or first == last or (not block and usual < stem == len(first))
    return text if plain else f"{text} ({len(first)} digits)"


def _found(text: str) -> list[tuple[int, re.Match[str]]]:
    """Return each piece of ``text`` with where it begins; raises RangeTextError at the first that is none.

    Pieces stand behind commas, semicolons or line ends; only a line may be empty.
    """
    found: list[tuple[int, re.Match[str]]] = []
    for line in _LINE.finditer(text):
        at, end = line.span("pieces")
        while at <= end:
            stop = _stop(text, at, end)
            piece = _PIECE.fullmatch(text, at, stop)
            written = text[at:stop]
            place = at + len(written) - len(written.lstrip())
            if piece is None:
                why = (
                    "not a range of SIMs, as in 8946 2000 2000\u20132039" if written.strip() else "nothing stands here"
                )
                raise RangeTextError(place, written.strip(), why)
            found.append((place, piece))
            at = stop + 1
    return found


def _stop(text: str, at: int, end: int) -> int:
    """Return where the piece that begins at ``at`` ends."""
    mark = _MARK.search(text, at, end)
    return mark.start() if mark else end


def _read(place: int, found: re.Match[str], usual: int) -> _Piece:
    """Return what a piece says, with all digits."""
    kind = _kind(found["kind"])
    first = found["first"].translate(_SPACES)
    written = (found["last"] or "").translate(_SPACES)
    if len(written) > len(first):
        raise RangeTextError(place, found.group().strip(), "the end has more digits than the beginning")
    last = first[: len(first) - len(written)] + written
    length = int(found["length"] or 0) or _length(kind, first, found, usual)
    if not len(first) <= length <= _MOST_DIGITS or (length == len(first) and found["star"]):
        raise RangeTextError(place, found.group().strip(), f"{len(first)} digits do not begin a number of {length}")
    if not found["star"] and not found["last"] and length != len(first):
        raise RangeTextError(place, found.group().strip(), f"{len(first)} digits and no * behind them")
    free = length - len(first)
    if last < first:
        raise RangeTextError(place, found.group().strip(), "the end is before the beginning")
    return _Piece(kind, first + "0" * free, last + "9" * free, found["without"] is not None)


def _kind(word: str | None) -> Literal["iccid", "imsi", "msisdn"]:
    match (word or "iccid").lower():
        case "imsi":
            return "imsi"
        case "msisdn":
            return "msisdn"
        case _:
            return "iccid"


def _length(kind: SimKind, first: str, found: re.Match[str], usual: int) -> int:
    """Return how many digits the numbers of a piece have that does not say so."""
    if found["star"] or found["last"]:
        return max(len(first), _USUAL.get(kind, usual))
    return len(first)
