"""Paints the lines of a stream table: a row's cells, the header, what stands for a row that is not loaded.

It keeps what it painted for as long as the row is the same object, and marks for a moment the cells that changed.
Which row is on which line, and when a line is painted, is the table's business. Foreign text goes through ``plain``.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from math import inf
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from widgets.columns import Bit, Column, Placed, bits, place
from widgets.few_colours import READABLE, contrast
from widgets.plain import fit, plain

_LINES_KEPT = 512
"""Painted lines that are kept; when there are more all are dropped and painted again as they are needed."""

CELL_STYLES: frozenset[str] = frozenset(
    {"critical", "major", "minor", "warning", "cleared", "dim", "vip", "ok", "alert", "strong", "accent"}
)
"""Style names that cells may use."""

LINE_STYLES: frozenset[str] = frozenset(
    {
        "header",
        "header-sorted",
        "cursor",
        "cursor-blurred",
        "placeholder",
        "changed",
        "fading",
        "chosen",
        "empty",
        "old",
        "age",
    }
)
"""Style names that the painter uses itself."""

Cells = tuple[tuple[Bit, ...], ...]

_OLD = "~"
"""The sign of what is older than it should be: no letter, since severities are letters and stand right beside it."""

_FADED = 0.5
"""How far the text of what is old goes towards its ground, where it can still be read then."""


@lru_cache(1_024)
def faded(style: Style) -> Style:
    """Return ``style`` with its text nearer to its ground, as near as it can be read."""
    if style.color is None or style.bgcolor is None or style.color.is_default or style.bgcolor.is_default:
        return style + Style(dim=True)
    text, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
    steps = (text.blend(ground, _FADED * (5 - step) / 5) for step in range(6))
    found = next((one for one in steps if contrast(one, ground) >= READABLE), text)
    return style + Style(color=found.rich_color)


class _Line:
    """What is kept of a painted row: its cells, and its strips by look."""

    __slots__ = ("cells", "row", "strips")

    def __init__(self, row: Any, cells: Cells) -> None:
        self.row = row
        self.cells = cells
        self.strips: dict[tuple[str, bool, str, frozenset[int], frozenset[int]], Strip] = {}


class LinePainter:
    """``style`` gives what a style name adds to a text; for the empty name the whole style of the table.

    ``now`` gives the time that ages are counted to (UTC). Rows are immutable and have a ``key``. ``cursor`` is the
    style name of the cursor on a line, empty where it is not. Marks end at monotonic seconds.
    """

    def __init__(self, style: Callable[[str], Style], now: Callable[[], datetime]) -> None:
        self.placed: tuple[Placed, ...] = ()
        self.width = -1
        """Cells of a line; negative before the columns have their places."""
        self._style = style
        self._now = now
        self._lines: dict[str, _Line] = {}
        self._placeholders: dict[str, Strip] = {}
        """By look of the cursor."""
        self._looks: dict[tuple[str, ...], Style] = {}
        self._marks: dict[str, dict[int, float]] = {}
        """Changed cells: row key → column place → when the mark ends (monotonic seconds)."""
        self._fading: dict[str, set[int]] = {}
        """Of those the cells whose mark has grown pale."""
        self._next: float | None = inf
        """When the next mark looks otherwise; None: not known. A mark that is new is never the next one."""
        self._edges = "  "
        """What the header shows where columns are out of sight: at the left, at the right."""

    def place(self, columns: Sequence[Column], width: int, shift: int = 0) -> None:
        """Share ``width`` cells out among the columns; ``shift`` of them are passed over after the first."""
        self.width = width
        self.placed = place(columns, width, gap=2 if width >= 110 else 1, shift=shift)
        # At the left, so that a title stands off from it wherever there is room.
        self._edges = f"{'‹' if shift else ''}{'›' if len(self.placed) + shift < len(columns) else ''}".ljust(2)
        self._lines.clear()
        self._placeholders.clear()
        self._marks.clear()
        self._fading.clear()
        self._next = inf

    def restyle(self) -> None:
        """Forget what was painted with the styles of before."""
        self._looks.clear()
        self._placeholders.clear()
        for kept in self._lines.values():
            kept.strips.clear()

    # Changes

    @property
    def marked(self) -> bool:
        """Whether a cell is marked."""
        return bool(self._marks)

    def change(self, old: Any, row: Any, until: float) -> None:
        """Take ``row`` for ``old``, and mark ``until`` then the cells that read otherwise, if ``old`` was painted."""
        kept = self._lines.get(old.key)
        if kept is None or kept.row is not old:
            return
        cells = self._cells(row)
        changed = [
            number
            for number, placed in enumerate(self.placed)
            if placed.column.mark and not placed.column.timed and cells[number] != kept.cells[number]
        ]
        if changed:
            self._marks.setdefault(row.key, {}).update(dict.fromkeys(changed, until))
            self._fading.get(row.key, set()).difference_update(changed)
            if self._next == inf:
                self._next = None
        self._lines[row.key] = _Line(row, cells)

    def expire(self, now: float, fade: float = 0.0) -> list[str]:
        """Take off the marks whose time is over, and let those grow pale that end within ``fade`` seconds.

        Returns the keys of the rows that look otherwise.
        """
        expired = []
        self._next = None
        for key, marks in list(self._marks.items()):
            left = {number: end for number, end in marks.items() if end > now}
            pale = {number for number, end in left.items() if end <= now + fade}
            if len(left) == len(marks) and pale == self._fading.get(key, set()):
                continue
            self._fading.pop(key, None)
            if left:
                self._marks[key] = left
                if pale:
                    self._fading[key] = pale
            else:
                del self._marks[key]
            expired.append(key)
        return expired

    def next_fading(self, fade: float) -> float:
        """Return when the next mark looks otherwise (monotonic seconds); endless where there is none."""
        if self._next is None:
            pale = self._fading
            self._next = min(
                (
                    end if number in pale.get(key, ()) else end - fade
                    for key, marks in self._marks.items()
                    for number, end in marks.items()
                ),
                default=inf,
            )
        return self._next

    def outdated(self, rows: Sequence[Any | None]) -> list[int]:
        """Return the places in ``rows`` of painted rows whose timed cells read otherwise now; they are forgotten."""
        timed = [number for number, placed in enumerate(self.placed) if placed.column.timed]
        if not timed:
            return []
        now = self._now()
        places = []
        for at, row in enumerate(rows):
            kept = self._lines.get(row.key) if row is not None else None
            if row is None or kept is None or kept.row is not row:
                continue
            if any(bits(self.placed[number].column.cell(row, now)) != kept.cells[number] for number in timed):
                del self._lines[row.key]
                places.append(at)
        return places

    # Lines

    def row(self, row: Any, cursor: str, chosen: bool = False, old: str = "") -> Strip:
        """Return the line of ``row``; ``chosen``: it is one of those that a person has marked.

        ``old``: its age, where it is older than it should be. Such a line is dim and has a sign.
        """
        kept = self._lines.get(row.key)
        if kept is None or kept.row is not row:
            if len(self._lines) >= _LINES_KEPT:
                self._lines.clear()
            kept = self._lines[row.key] = _Line(row, self._cells(row))
        marks = frozenset(self._marks.get(row.key, ()))
        pale = frozenset(self._fading.get(row.key, ()))
        look = (cursor, chosen, old, marks, pale)
        strip = kept.strips.get(look)
        if strip is None:
            strip = kept.strips[look] = self._paint(kept.cells, *look)
        return strip

    def words(self, row: Any) -> tuple[str, ...]:
        """Return what the cells of ``row`` say, whole and plain, as many as there are columns in sight."""
        return tuple("".join(plain(bit.text) for bit in cell).strip() for cell in self._cells(row))

    def header(self, sort: str) -> Strip:
        """Return the titles; the column that the rows are sorted by is told with its direction."""
        look = self._look("header")
        first = sort.partition(",")[0]
        field, descending = first.removeprefix("-"), first.startswith("-")
        segments = [Segment(self._edges, look)]
        x = 2
        for placed in self.placed:
            segments.append(Segment(" " * (placed.x - x), look))
            column = placed.column
            if field and column.sort == field:
                mark, room = "▾" if descending else "▴", max(placed.width - 1, 0)
                short = column.title if cell_len(column.title) <= room else set_cell_size(column.title, room).rstrip()
                title = f"{short}{mark}"
                segments.append(Segment(fit(title, placed.width, column.align), self._look("header-sorted")))
            else:
                segments.append(Segment(fit(column.title, placed.width, column.align), look))
            x = placed.x + placed.width
        return Strip(segments).adjust_cell_length(self.width, look)

    def placeholder(self, cursor: str) -> Strip:
        """Return what stands for a row that is not loaded."""
        known = self._placeholders.get(cursor)
        if known is None:
            known = self._placeholders[cursor] = self._paint_placeholder(cursor)
        return known

    def _paint_placeholder(self, cursor: str) -> Strip:
        look = self._look(cursor, "placeholder")
        segments = [Segment("▸ " if cursor else "  ", look)]
        x = 2
        for placed in self.placed:
            segments.append(Segment(" " * (placed.x - x) + fit("·" * min(placed.width, 6), placed.width), look))
            x = placed.x + placed.width
        return Strip(segments).adjust_cell_length(self.width, look)

    def note(self, text: str) -> Strip:
        """Return a line that says ``text`` where there are no rows."""
        return Strip([Segment(fit(f"  {text}", self.width), self._look("empty"))], self.width)

    def blank(self) -> Strip:
        """Return an empty line."""
        return Strip.blank(self.width, self._look(""))

    # Inside

    def _cells(self, row: Any) -> Cells:
        now = self._now()
        return tuple(bits(placed.column.cell(row, now)) for placed in self.placed)

    def _paint(
        self, cells: Cells, cursor: str, chosen: bool, old: str, marks: frozenset[int], pale: frozenset[int]
    ) -> Strip:
        width, base = self.width, self._look(cursor)
        segments = [Segment("▸" if cursor else " ", base)]
        if chosen:
            segments.append(Segment("●", self._look(cursor, "chosen")))
        else:
            segments.append(Segment(_OLD, self._look(cursor, "age")) if old else Segment(" ", base))
        x = 2
        for number, (placed, cell) in enumerate(zip(self.placed, cells, strict=True)):
            if placed.x > x:
                segments.append(Segment(" " * (placed.x - x), base))
            under = (cursor, "fading" if number in pale else "changed") if number in marks else (cursor,)
            if old:
                under = (*under, "old")
            said = (*cell, Bit(f" {old}", "age")) if old and placed.column.ages else cell
            segments.extend(self._cell(placed, said, under))
            x = placed.x + placed.width
        if width > x:
            segments.append(Segment(" " * (width - x), base))
        strip = Strip(segments, max(x, width))
        return strip if x <= width else strip.adjust_cell_length(width, base)

    def _cell(self, placed: Placed, cell: tuple[Bit, ...], under: tuple[str, ...]) -> list[Segment]:
        """Return the segments of one cell, exactly as wide as its column."""
        align = placed.column.align
        if len(cell) == 1 and cell[0].style != "alert":  # the ground of that one would fill the cell
            return [Segment(fit(cell[0].text, placed.width, align), self._look(*under, cell[0].style))]
        segments: list[Segment] = []
        left = placed.width
        texts = [plain(bit.text[: placed.width * 8]) for bit in cell]
        after = sum(map(cell_len, texts[1:]))
        if cell_len(texts[0]) + after > left and after <= left // 2:
            # The first piece gives way: what follows it is short, such as how many more there are.
            texts[0] = fit(texts[0], left - after)
        for bit, text in zip(cell, texts, strict=True):
            shown = text if cell_len(text) <= left else fit(text, left)
            if shown:
                segments.append(Segment(shown, self._look(*under, bit.style)))
            left -= cell_len(shown)
            if left <= 0:
                break
        if left > 0:
            filling = Segment(" " * left, self._look(*under))
            if align == "right":
                segments.insert(0, filling)
            else:
                segments.append(filling)
        return segments

    def _look(self, *names: str) -> Style:
        """Return the style that the named looks make together; names that are not known are passed over."""
        look = self._looks.get(names)
        if look is None:
            look = self._style("")
            for name in names:
                if name in CELL_STYLES or name in LINE_STYLES:
                    look += self._style(name)
            if "old" in names and names[-1] != "age":
                look = faded(look)
            self._looks[names] = look
        return look
