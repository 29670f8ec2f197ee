"""Digits in groups, as a number is written: ``8946 2000 2000 1000 12``, ``8946-2000-…``, padded with F.

How many groups belong to one number is decided here, from how many digits it must have; what it is, is not.
"""

from typing import Final

from msgspec import Struct

from feeds.simspace import phrases
from feeds.simspace.identifiers import luhn_holds

_LONG_GROUP: Final = 9
"""A group of this many digits is followed by a hyphen for a range, not for a next group."""


class Number(Struct, frozen=True):
    """Digits in groups of ``sizes`` at ``[start:end]``; ``whole``: as many as an identifier of the kind has."""

    start: int
    end: int
    digits: str
    sizes: tuple[int, ...]
    whole: bool


def gather(text: str, at: int, low: int, high: int) -> Number | None:
    """Return the number of ``low`` to ``high`` digits that begins at ``at``, or the fewer digits that stand there.

    All groups have the same separator. None where more than ``high`` digits stand in one piece.
    """
    found = phrases.GROUPS.match(text, at)
    if found is None:
        return None
    separator = found.group(1)
    pieces = found.group().split(separator) if separator else [found.group()]
    first = len(pieces[0])
    if first > high or (not separator and text[found.end() : found.end() + 1].isdigit()):
        return None
    if not separator or first >= low or (separator in phrases.HYPHENS and first >= _LONG_GROUP):
        return _number(text, at, pieces[:1], low)
    whole: list[int] = []
    total = used = 0
    for place, piece in enumerate(pieces, 1):
        if total + len(piece) > high:
            break
        total += len(piece)
        used = place
        if total >= low:
            whole.append(place)
    if len(whole) > 1 and high == 20:
        # Where a shorter and a longer ICCID are possible, one whose check digit fits is the right one.
        used = next((n for n in reversed(whole[1:]) if luhn_holds("".join(pieces[:n]))), used)
    return _number(text, at, pieces[:used], low)


def _number(text: str, at: int, pieces: list[str], low: int) -> Number:
    digits = "".join(pieces)
    end = at + len(digits) + len(pieces) - 1
    if text[end : end + 1] in ("F", "f"):
        filler = phrases.FILLER.match(text, end)
        end = filler.end() if filler else end
    return Number(at, end, digits, tuple(map(len, pieces)), whole=len(digits) >= low)
