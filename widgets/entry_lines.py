"""Lines that name things, one each, cut so that they stay one line: what a question lists.

A name may be as long as somebody outside likes. It is cut in its middle, since names of one kind often begin alike and
end differently, and what stands before and behind it keeps its room.
"""

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from widgets.looks import MUTED
from widgets.plain import plain

_CUT = "…"


class Entry(Struct, frozen=True):
    """One line: ``name`` with what stands ``before`` and ``after`` it. All three may come from outside."""

    name: str
    before: str = ""
    after: str = ""


def cut_end(text: str, width: int) -> str:
    """Return ``text`` in at most ``width`` cells, its end cut off."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + _CUT if width > 0 else ""


def cut_middle(text: str, width: int) -> str:
    """Return ``text`` in at most ``width`` cells, its middle cut out."""
    if cell_len(text) <= width:
        return text
    if width < 5:
        return cut_end(text, width)
    first = (width - 1) // 2
    last, room = "", width - 1 - first
    for char in reversed(text[-4 * room :]):
        if cell_len(char + last) > room:
            break
        last = char + last
    return f"{set_cell_size(text, first).rstrip()}{_CUT}{last.lstrip()}"


def entry_line(entry: Entry, width: int) -> Content:
    """Return an entry in at most ``width`` cells: the name has two fifths of them at least, if it needs them."""
    before, name, after = (plain(part) for part in (entry.before, entry.name, entry.after))
    before = cut_end(before, width // 2)
    room = width - cell_len(before)
    name = cut_middle(name, max(room - cell_len(after), min(room, width * 2 // 5)))
    return Content.assemble((before, MUTED), name, (cut_end(after, room - cell_len(name)), MUTED))


class EntryLines(Widget):
    """Entries below each other, each one line high."""

    DEFAULT_CSS = "EntryLines { height: auto; }"

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._entries = tuple(entries)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many there are."""
        return len(self._entries)

    def render(self) -> Content:
        """Return the lines."""
        width = self.content_size.width
        return Content("\n").join(entry_line(entry, width) for entry in self._entries)
