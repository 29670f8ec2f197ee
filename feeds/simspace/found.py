"""What has been read so far while a text is walked through: pieces that stand for SIMs, and doubts. No reading here."""

from typing import Final

from msgspec import Struct

from feeds.simspace.identifiers import LengthProfile, body_of, luhn_digit
from feeds.simspace.leads import Leave
from feeds.simspace.spans import SimKind

LOST: Final = "a spreadsheet has rounded this number, its last digits are lost; send the column formatted as text"
EID: Final = "the EID of an eUICC (32 digits), not an ICCID; which SIM it holds cannot be told from it"
_BARE: Final = 18
"""Digits of an ICCID that is written without check digit."""

_MANY: Final = 10_000_000


class Found(Struct, gc=False):
    """SIMs ``first`` to ``last`` that the plain text speaks of at ``[start:end]``.

    ``lower`` and ``upper`` are the ends as they were written, with all digits; empty where none was.
    """

    start: int
    end: int
    kind: SimKind
    first: str
    last: str
    doubts: tuple[str, ...] = ()
    out: Leave = ""
    lower: str = ""
    upper: str = ""


class Doubt(Struct, frozen=True, gc=False):
    """Why the plain text at ``[start:end]`` was read with doubts or not at all."""

    start: int
    end: int
    why: str


class Cut(Struct, frozen=True, gc=False):
    """A number at ``[start:end]`` of which ``stem``, ``low`` and, of the upper end, ``high`` stand there.

    ``places``: how many digits are hidden, 0: that is not said. ``named``: its last digits are named so.
    """

    start: int
    end: int
    stem: str
    low: str
    high: str = ""
    places: int = 0
    named: bool = False
    out: Leave = ""


class Findings:
    """Keeps what is read, from left to right."""

    def __init__(self, text: str, profile: LengthProfile) -> None:
        self.text = text
        self.profile = profile
        self.items: list[Found] = []
        self.doubts: list[Doubt] = []
        self.cuts: list[Cut] = []
        """Numbers that others may complete."""
        self.out: Leave = ""
        """Whether what is read now is left out by the words before it."""
        self.last_end = 0
        """Where the number read last ends."""
        self.chain = 0
        """The item that the list which is read now begins with."""
        self.limit = 0
        """Numbers to look at, at most."""
        self.looked = 0
        """Numbers looked at."""

    def doubt(self, start: int, end: int, why: str) -> None:
        """Keep a doubt about the text at ``[start:end]``."""
        self.doubts.append(Doubt(start, end, why))

    def keep(
        self,
        kind: SimKind,
        start: int,
        end: int,
        first: str,
        last: str,
        doubts: tuple[str, ...] = (),
        lower: str = "",
        upper: str = "",
    ) -> int:
        """Keep SIMs; return ``end``."""
        if first != last and (many := int(last) - int(first) + 1) > _MANY:
            doubts = (*doubts, f"that is {many:,} SIMs")
        self.items.append(Found(start, end, kind, first, last, doubts, self.out, lower, upper))
        self.last_end = end
        return end

    def body(self, kind: SimKind, digits: str) -> tuple[str, tuple[str, ...]]:
        """Return the identifier as it is counted, and doubts: of an ICCID the body."""
        if kind != "iccid":
            return digits, ()
        if not self.profile.lengths:
            # The usual case, without what the profile could say.
            if len(digits) == _BARE:
                return digits, ()
            body = digits[:-1]
            if luhn_digit(body) == digits[-1]:
                return body, ()
        read = body_of(digits, self.profile)
        return read.body, read.warnings

    def touches_before(self, at: int) -> bool:
        """Return whether a letter or digit touches ``at`` from the left, as in serial numbers and hashes."""
        before = self.text[at - 1 : at] if at else ""
        return before.isascii() and (before.isalnum() or before == "_")

    def touches_after(self, at: int) -> bool:
        """Return whether a letter or digit touches ``at`` from the right."""
        after = self.text[at : at + 1]
        return after.isascii() and after.isalnum()
