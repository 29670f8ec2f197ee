"""Digits in groups, as a number is written: ``8946 2000 2000 1000 12``, ``8946-2000-…``, over two lines, padded with F.

How many groups belong to one number is decided here, from how many digits it must have; what it is, is not.
"""

import re
from typing import Final

from msgspec import Struct

from feeds.simspace import phrases
from feeds.simspace.identifiers import luhn_holds

_LONG_GROUP: Final = 9
"""A group of this many digits is followed by a hyphen for a range, not for a next group."""

_MOST_GROUPS: Final = 26
_EID: Final = 32
_WRAP: Final = 50
"""A line of this many characters may have been broken by a mail program inside a number."""

_RUN: Final = re.compile("[0-9]{1,41}")
_UNIFORM: Final = re.compile(r"[0-9]{1,12}([ -])[0-9]{1,12}(?![0-9])(?:\1[0-9]{1,12}(?![0-9])){1,20}")
_SEPARATOR: Final = re.compile(r"(?:(?P<one>[-./,_:']| {1,2})|(?P<line> ?[-.]?\r?\n[> \t|]{0,12}))(?=[0-9])")
_FILLER: Final = re.compile(r"[ \-]?[Ff]{1,4}(?![0-9A-Za-z])")


class Number(Struct, frozen=True, gc=False):
    """Digits in groups of ``sizes`` at ``[start:end]``; ``whole``: as many as an identifier of the kind has.

    ``note`` is a doubt about how they were put together, or empty.
    """

    start: int
    end: int
    digits: str
    sizes: tuple[int, ...]
    whole: bool
    note: str = ""


def gather(text: str, at: int, low: int, high: int, known: int | None = None) -> Number | None:
    """Return the number of ``low`` to ``high`` digits that begins at ``at``, or the fewer digits that stand there.

    ``known``: how many digits it should have. None where more than ``high`` digits stand in one piece.
    """
    run = _RUN.match(text, at)
    if run is None:
        return None
    end = run.end()
    first = end - at
    if first > high:
        return None
    if first >= low and (high != 20 or first == high or text[end : end + 1] != " "):
        return _number(text, at, end, run.group(), (first,), low)
    alike = _UNIFORM.match(text, at) if first < low else None
    if alike is not None and not (first >= _LONG_GROUP and alike[1] == "-"):
        written, sign = alike.group(), alike[1]
        digits = written.replace(sign, "")
        fewer = len(digits) - (len(written) - written.rfind(sign) - 1)
        if fewer < low <= len(digits) <= high and _SEPARATOR.match(text, alike.end()) is None:
            return _number(text, at, alike.end(), digits, tuple(map(len, written.split(sign))), low)
    pieces, ends, separators = _pieces(text, run)
    if first >= low:
        return _with_check(text, at, pieces, ends, separators, low)
    used = _choose(text, at, pieces, ends, separators, low, high, known)
    digits = "".join(pieces[:used])
    note = ""
    if "\n" in separators[: used - 1] and len(pieces) > 1 and first >= _LONG_GROUP:
        note = "broken over two lines; read as one number"
    return _number(text, at, ends[used - 1], digits, tuple(map(len, pieces[:used])), low, note)


def eid_at(text: str, at: int) -> int:
    """Return where the EID of an eUICC (GSMA SGP.02: 32 digits from 89 on) that begins at ``at`` ends; 0: none does."""
    run = _RUN.match(text, at)
    if run is None:
        return 0
    if run.end() - at == _EID:
        return run.end()
    if run.end() - at > 12 or text[run.end() : run.end() + 1] not in " -.:_":
        return 0
    pieces, ends, separators = _pieces(text, run)
    total = 0
    for place, piece in enumerate(pieces):
        total += len(piece)
        if total >= _EID:
            alike = len(set(separators[:place])) <= 1
            return ends[place] if total == _EID and alike and text.startswith("890", at) else 0
        if place < len(separators) and pieces[place + 1].startswith("89") and total >= 18:
            return 0
    return 0


def _pieces(text: str, run: re.Match[str]) -> tuple[list[str], list[int], list[str]]:
    """Return the groups from ``run`` on, where each ends, and what stands between them (a break of lines: newline)."""
    alike = _UNIFORM.match(text, run.start())
    if alike:
        sign = alike[1]
        pieces = alike.group().split(sign)
        end, ends = run.start() - len(sign), []
        for piece in pieces:
            end += len(sign) + len(piece)
            ends.append(end)
        if _SEPARATOR.match(text, end) is None:
            return pieces, ends, [sign] * (len(pieces) - 1)
    pieces, ends, separators = [run.group()], [run.end()], []
    while len(pieces) < _MOST_GROUPS:
        sign = _SEPARATOR.match(text, ends[-1])
        if sign is None:
            break
        more = _RUN.match(text, sign.end())
        assert more is not None
        pieces.append(more.group())
        ends.append(more.end())
        separators.append(sign["one"] or "\n")
    return pieces, ends, separators


def _choose(
    text: str,
    at: int,
    pieces: list[str],
    ends: list[int],
    separators: list[str],
    low: int,
    high: int,
    known: int | None,
) -> int:
    """Return how many of the groups are the number."""
    sign = next((one for one in separators if one != "\n"), "")
    if sign in ("-", ".") and len(pieces[0]) >= _LONG_GROUP:
        return 1
    broken = sign == "\n" or (separators and separators[0] == "\n")
    if broken and len(pieces[0]) >= _LONG_GROUP:
        column = at - text.rfind("\n", max(0, at - 200), at)
        if column + len(pieces[0]) < _WRAP:
            return 1  # a short line ends where its writer ended it
    if not _fitting(sign, pieces):
        return 1
    total = sum(map(len, pieces))
    if low <= total <= high and total - len(pieces[-1]) < low and len(set(separators)) <= 1:
        return len(pieces)  # all of them, and no fewer
    total = reach = 0
    whole: list[int] = []
    for place, piece in enumerate(pieces, 1):
        if place > 1 and not _joins(separators[place - 2], sign, total, low, piece, high):
            break
        if total + len(piece) > high:
            break
        total += len(piece)
        reach = place
        if total >= low and text[ends[place - 1] : ends[place - 1] + 1] != "%":
            whole.append(place)
    if len(whole) < 2:
        return whole[0] if whole else reach
    if len(pieces[whole[-1] - 1]) <= 2 and text[ends[whole[-1] - 1] : ends[whole[-1] - 1] + 2] in (") ", ")"):
        whole.pop()  # the next number of a list: 1) … 2) …
    if phrases.units_follow(text, ends[whole[-1] - 1]):
        whole.pop()  # the last group counts things
    if known:
        fits = [n for n in whole if len("".join(pieces[:n])) in (known, known + 1)]
        if fits:
            return fits[-1]
    if high == 20:
        # Where a shorter and a longer ICCID are possible, one whose check digit fits is the right one.
        for n in reversed(whole):
            digits = "".join(pieces[:n])
            if len(digits) > 18 and luhn_holds(digits):
                return n
        if len(pieces[0]) >= 14 and len(whole) > 1:
            return whole[0]  # one long number with a list of ends behind it
    return whole[-1]


def _fitting(sign: str, pieces: list[str]) -> bool:
    """Return whether the groups may be one number with such signs between them."""
    match sign:
        case "," | "'" | "/" | "_":
            if sign in ("/", "_"):
                return len(pieces[0]) < _LONG_GROUP
            return len(pieces[0]) <= 3 and all(len(piece) == 3 for piece in pieces[1:6])
        case ":":
            return all(len(piece) == 2 for piece in pieces[:9])
        case ".":
            return len(pieces) > 2 or len(pieces[0]) > 3  # else a decimal
        case _:
            return True


def _joins(separator: str, sign: str, total: int, low: int, piece: str, high: int) -> bool:
    """Return whether a further group belongs to the number."""
    if separator == sign:
        return True
    if total >= low:
        return False  # enough digits stand there already: another sign begins something else
    if separator == "\n":
        return total + len(piece) <= high and not piece.startswith("89")
    return (separator in " -." and sign in ("", " ", "  ", "-", ".")) or separator == "  "


def _with_check(text: str, at: int, pieces: list[str], ends: list[int], separators: list[str], low: int) -> Number:
    """Return a number in one piece, with a single digit behind a space where that is its check digit."""
    used = 1
    if len(pieces) > 1 and separators[0] == " " and len(pieces[1]) == 1 and len(pieces[0]) < 20:
        digits = pieces[0] + pieces[1]
        after = text[ends[1] : ends[1] + 2]
        if luhn_holds(digits) and not re.match(r" ?[0-9A-Za-z]|[.:][0-9]", after):
            used = 2
    return _number(text, at, ends[used - 1], "".join(pieces[:used]), tuple(map(len, pieces[:used])), low)


def _number(text: str, at: int, end: int, digits: str, sizes: tuple[int, ...], low: int, note: str = "") -> Number:
    if text[end : end + 1] in ("F", "f") or (len(digits) >= low and text[end + 1 : end + 2] in ("F", "f")):
        filler = _FILLER.match(text, end)
        if filler:
            end = filler.end()
    return Number(at, end, digits, sizes, len(digits) >= low, note)
