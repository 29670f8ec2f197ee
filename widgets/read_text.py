"""A text with the pieces in it that were read: underlined, coloured, each with its number behind it.

Where a piece begins and ends is somebody else's word: what lies outside the text, or inside another piece, is passed
over. The text is foreign: it goes through ``plain_lines``, piece by piece, so that places are those of the original.
"""

from collections.abc import Iterable

from msgspec import Struct
from textual.content import Content

from widgets.plain import plain_lines

READ = "underline $success"
DOUBTFUL = "underline $warning"
UNREAD = "$warning"
EXCLUDED = "strike $foreground-muted"
"""Looks of a piece: read, read with a doubt, not read at all, left out by the text itself."""


class Mark(Struct, frozen=True):
    """A piece at ``[start:end]``, its number in the list beside the text, and its look."""

    number: str
    start: int
    end: int
    style: str = READ


def usable(marks: Iterable[Mark], length: int) -> list[Mark]:
    """Return the marks that lie in a text of ``length`` characters, in its order, without those inside others."""
    found: list[Mark] = []
    for mark in sorted(marks, key=lambda one: (one.start, -one.end)):
        if 0 <= mark.start < mark.end <= length and (not found or mark.start >= found[-1].end):
            found.append(mark)
    return found


def marked_text(text: str, marks: Iterable[Mark]) -> Content:
    """Return ``text`` made plain with its pieces marked: ``8946 2000 2000–2039[1]``."""
    parts: list[str | tuple[str, str]] = []
    at = 0
    for mark in usable(marks, len(text)):
        parts.append(plain_lines(text[at : mark.start]))
        parts.append((plain_lines(text[mark.start : mark.end]), mark.style))
        if mark.number:
            parts.append((f"[{mark.number}]", "bold"))
        at = mark.end
    parts.append(plain_lines(text[at:]))
    return Content.assemble(*parts)
