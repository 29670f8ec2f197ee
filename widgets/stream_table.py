"""A table of rows that change all the time, painted line by line on Textual's line API.

It holds a window of a longer list (see row_window), asks for more with ``WindowWanted`` when it is scrolled, and
repaints only the lines whose row changed: a change outside the screen costs no painting. Where rows come from, what
sorts them and what an action does with them is its owner's business. Foreign text goes through ``plain``.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any, ClassVar, Protocol

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from widgets.columns import Bit, Column, Placed, bits, place
from widgets.plain import fit, plain
from widgets.row_window import RowWindow

MARK_SECONDS = 1.5
"""How long a changed cell stays marked."""

_LINES_KEPT = 2048
"""Painted lines that are kept; when there are more all are dropped and painted again as they are needed."""

Cells = tuple[tuple[Bit, ...], ...]


class Page(Protocol):
    """The newest state of a view: ``rows`` from ``first`` of ``total``; not ``loaded`` before the first answer."""

    @property
    def rows(self) -> tuple[Any, ...]: ...
    @property
    def first(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def loaded(self) -> bool: ...


class _Line:
    """What is kept of a painted row: its cells, and its strips by look."""

    __slots__ = ("cells", "row", "strips")

    def __init__(self, row: Any, cells: Cells) -> None:
        self.row = row
        self.cells = cells
        self.strips: dict[tuple[str, frozenset[int]], Strip] = {}


class StreamTable(ScrollView, can_focus=True):
    """The table. ``columns`` are data; ``now`` gives the time that ages are counted to (UTC).

    With ``start_on_row`` the cursor stands on the first row from the start; without it there is no cursor, and the
    top of the list stays in sight, until a person moves it.
    """

    STYLES: ClassVar[frozenset[str]] = frozenset(
        {"critical", "major", "minor", "warning", "cleared", "dim", "vip", "ok", "alert", "strong", "accent"}
    )
    """Style names that cells may use."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "stream-table--header",
        "stream-table--header-sorted",
        "stream-table--cursor",
        "stream-table--cursor-blurred",
        "stream-table--placeholder",
        "stream-table--changed",
        "stream-table--empty",
        *(f"stream-table--{name}" for name in STYLES),
    }

    DEFAULT_CSS = """
    StreamTable {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
        scrollbar-color: $foreground 25%;
        background: $background;
        & > .stream-table--header { color: $foreground-muted; text-style: bold; }
        & > .stream-table--header-sorted { color: $foreground; text-style: bold; }
        & > .stream-table--cursor { background: $primary 35%; text-style: bold; }
        & > .stream-table--cursor-blurred { background: $primary 15%; }
        & > .stream-table--placeholder { color: $foreground-disabled; }
        & > .stream-table--changed { background: $accent 25%; text-style: bold; }
        & > .stream-table--empty { color: $foreground-muted; }
        & > .stream-table--critical { color: $error; text-style: bold; }
        & > .stream-table--major { color: $warning; }
        & > .stream-table--minor { color: $accent; }
        & > .stream-table--warning { color: $secondary; }
        & > .stream-table--cleared { color: $foreground-disabled; }
        & > .stream-table--dim { color: $foreground-muted; }
        & > .stream-table--vip { color: $accent; text-style: bold; }
        & > .stream-table--ok { color: $success; }
        & > .stream-table--alert { color: $error; text-style: bold reverse; }
        & > .stream-table--strong { text-style: bold; }
        & > .stream-table--accent { color: $primary; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "one row up", show=False),
        Binding("down,j", "move(1)", "one row down", show=False),
        Binding("pageup", "page(-1)", "one page up", show=False),
        Binding("pagedown", "page(1)", "one page down", show=False),
        Binding("home,g", "first", "first row", show=False),
        Binding("end,G", "last", "last row", show=False),
        Binding("enter", "select", "open the row", show=False),
    ]

    empty: var[str] = var("nothing here")
    """What stands in the table when it has no rows."""

    sort: var[str] = var("")
    """The field that the rows are sorted by; with a minus for descending. Shown in the header."""

    class _TableMessage(Message):
        """A message of a stream table."""

        def __init__(self, table: "StreamTable") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "StreamTable":
            """The table that it came from."""
            return self.table

    class RowHighlighted(_TableMessage):
        """The cursor is on another row, or its row changed. ``row``: its newest state, None when there is none."""

        def __init__(self, table: "StreamTable", row: Any | None) -> None:
            super().__init__(table)
            self.row = row

    class RowSelected(_TableMessage):
        """A person chose a row with enter or a second click."""

        def __init__(self, table: "StreamTable", row: Any) -> None:
            super().__init__(table)
            self.row = row

    class SortWanted(_TableMessage):
        """A person asked for another order: ``sort`` as the hub takes it, such as ``-urgency``."""

        def __init__(self, table: "StreamTable", sort: str) -> None:
            super().__init__(table)
            self.sort = sort

    class WindowWanted(_TableMessage):
        """Rows near the screen are not loaded: the owner should ask for ``count`` rows from ``first``."""

        def __init__(self, table: "StreamTable", first: int, count: int) -> None:
            super().__init__(table)
            self.first = first
            self.count = count

    class CursorLost(_TableMessage):
        """The row under the cursor is gone; the cursor went to the row ``to``, its neighbour (None: no row)."""

        def __init__(self, table: "StreamTable", key: str, to: str | None) -> None:
            super().__init__(table)
            self.key = key
            self.to = to

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = monotonic,
        start_on_row: bool = True,
        empty: str = "nothing here",
        sort: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.now = now
        self.window: RowWindow[Any] = RowWindow()
        self.loaded = False
        self.placed: tuple[Placed, ...] = ()
        self.set_reactive(StreamTable.empty, empty)
        self.set_reactive(StreamTable.sort, sort)
        self._monotonic = monotonic
        self._start_on_row = start_on_row
        self._lines: dict[str, _Line] = {}
        self._looks: dict[tuple[str, ...], Style] = {}
        self._marks: dict[str, dict[int, float]] = {}
        """Changed cells: row key → column place → when the mark ends (monotonic seconds)."""
        self._mark_timer: Timer | None = None
        self._asked: tuple[int, int] | None = None
        self._reported: Any = None
        self._placed_for = -1

    # What the owner calls

    @property
    def cursor_row(self) -> Any | None:
        """The newest state of the row under the cursor, None where there is none or it is not loaded."""
        index = self.window.cursor_index
        return self.window.at(index) if self.window.cursor is not None and index is not None else None

    @property
    def body_width(self) -> int:
        """Cells of a line, without the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def body_height(self) -> int:
        """Lines below the header."""
        return max(0, self.size.height - 1)

    @property
    def top(self) -> int:
        """Index of the first row on the screen."""
        return self.scroll_offset.y

    def show(self, page: Page) -> None:
        """Show the newest state of the view."""
        if not page.loaded and self.loaded:
            return
        window, height, top = self.window, self.body_height, self.top
        before = window.span(top, height)
        cursor_before, index_before = window.cursor, window.cursor_index
        anchor, line_of_anchor = self._anchor(top, height)
        became_loaded = page.loaded and not self.loaded
        self.loaded = page.loaded
        total_before = window.total
        lost = window.replace(page.rows, page.first, page.total)
        if window.cursor_index is None and self._start_on_row and window.total:
            window.put(0)
        if window.total != total_before or became_loaded:
            self.set_reactive(Widget.virtual_size, Size(self.size.width, window.total + 1))
            self._scroll_update(self.virtual_size)
        new_top = self._top_that_keeps(anchor, line_of_anchor, top)
        if new_top != top:
            self.scroll_to(y=new_top, animate=False)
        now = window.span(top, height)
        differing = [line for line, (old, new) in enumerate(zip(before, now, strict=True)) if old is not new]
        self._mark_changes([before[line] for line in differing])
        if became_loaded or not window.total or not total_before:
            self.refresh()
        elif self.top == top:
            if cursor_before != window.cursor:
                differing += [index - top for index in (index_before, window.cursor_index) if index is not None]
            for line in differing:
                self._refresh_line(line)
        if lost is not None:
            self.post_message(self.CursorLost(self, lost.key, lost.to))
        self._report()
        self._ask()

    def patch(self, row: Any) -> None:
        """Take the newest state of one loaded row; where it is on the screen its line is repainted."""
        old_index = self.window.index_of(row.key)
        old = self.window.at(old_index) if old_index is not None else None
        index = self.window.patch(row)
        if index is None:
            return
        line = index - self.top
        if 0 <= line < self.body_height:
            self._mark_changes([old])
            self._refresh_line(line)
        if row.key == self.window.cursor:
            self._report()

    def tick(self) -> None:
        """Count the ages on: repaint the lines on the screen whose timed cells read otherwise now."""
        timed = [number for number, placed in enumerate(self.placed) if placed.column.timed]
        if not timed:
            return
        now = self.now()
        for line in range(self.body_height):
            row = self.window.at(self.top + line)
            kept = self._lines.get(row.key) if row is not None else None
            if kept is None or kept.row is not row:
                continue
            if any(bits(self.placed[number].column.cell(row, now)) != kept.cells[number] for number in timed):
                del self._lines[row.key]
                self._refresh_line(line)

    def release(self) -> bool:
        """Take the cursor off; returns whether there was one. Tables that start on a row keep theirs."""
        if self._start_on_row or self.window.cursor_index is None:
            return False
        line = self.window.cursor_index - self.top
        self.window.release()
        self._refresh_line(line)
        self.scroll_to(y=0, animate=False)
        self._report()
        return True

    def expire_marks(self) -> None:
        """Take off the marks whose time is over."""
        now = self._monotonic()
        for key in list(self._marks):
            marks = self._marks[key]
            left = {number: end for number, end in marks.items() if end > now}
            if len(left) == len(marks):
                continue
            if left:
                self._marks[key] = left
            else:
                del self._marks[key]
            index = self.window.index_of(key)
            if index is not None:
                self._refresh_line(index - self.top)
        if not self._marks and self._mark_timer is not None:
            self._mark_timer.stop()
            self._mark_timer = None

    # Painting

    def render_line(self, y: int) -> Strip:
        """Return line ``y`` of the screen: the header, then rows."""
        width = self.body_width
        if width != self._placed_for:
            self._place()
        if y == 0:
            return self._header(width)
        index = self.top + y - 1
        window = self.window
        if index >= window.total:
            if y == 1:
                text = self.empty if self.loaded else "loading …"
                return Strip([Segment(fit(f"  {text}", width), self._look("empty"))], width)
            return Strip.blank(width, self._look(""))
        cursor = ""
        if index == window.cursor_index:
            cursor = "cursor" if self.has_focus else "cursor-blurred"
        row = window.at(index)
        if row is None:
            return self._placeholder(width, cursor)
        kept = self._lines.get(row.key)
        if kept is None or kept.row is not row:
            if len(self._lines) >= _LINES_KEPT:
                self._lines.clear()
            kept = self._lines[row.key] = _Line(row, self._cells(row))
        marks = frozenset(self._marks.get(row.key, ()))
        strip = kept.strips.get((cursor, marks))
        if strip is None:
            strip = kept.strips[cursor, marks] = self._paint(kept.cells, width, cursor, marks)
        return strip

    def _cells(self, row: Any) -> Cells:
        now = self.now()
        return tuple(bits(placed.column.cell(row, now)) for placed in self.placed)

    def _paint(self, cells: Cells, width: int, cursor: str, marks: frozenset[int]) -> Strip:
        base = self._look(cursor)
        segments = [Segment("▸ " if cursor else "  ", base)]
        x = 2
        for number, (placed, cell) in enumerate(zip(self.placed, cells, strict=True)):
            if placed.x > x:
                segments.append(Segment(" " * (placed.x - x), base))
            under = (cursor, "changed") if number in marks else (cursor,)
            segments.extend(self._cell(placed, cell, under))
            x = placed.x + placed.width
        if width > x:
            segments.append(Segment(" " * (width - x), base))
        strip = Strip(segments)
        return strip if strip.cell_length == width else strip.adjust_cell_length(width, base)

    def _cell(self, placed: Placed, cell: tuple[Bit, ...], under: tuple[str, ...]) -> list[Segment]:
        """Return the segments of one cell, exactly as wide as its column."""
        align = placed.column.align
        if len(cell) == 1:
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

    def _header(self, width: int) -> Strip:
        look = self._look("header")
        first = self.sort.partition(",")[0]
        field, descending = first.removeprefix("-"), first.startswith("-")
        segments = [Segment("  ", look)]
        x = 2
        for placed in self.placed:
            segments.append(Segment(" " * (placed.x - x), look))
            column = placed.column
            if field and column.sort == field:
                title = f"{column.title}{'▾' if descending else '▴'}"
                segments.append(Segment(fit(title, placed.width, column.align), self._look("header-sorted")))
            else:
                segments.append(Segment(fit(column.title, placed.width, column.align), look))
            x = placed.x + placed.width
        return Strip(segments).adjust_cell_length(width, look)

    def _placeholder(self, width: int, cursor: str) -> Strip:
        look = self._look(cursor, "placeholder")
        segments = [Segment("▸ " if cursor else "  ", look)]
        x = 2
        for placed in self.placed:
            segments.append(Segment(" " * (placed.x - x) + fit("·" * min(placed.width, 6), placed.width), look))
            x = placed.x + placed.width
        return Strip(segments).adjust_cell_length(width, look)

    def _look(self, *names: str) -> Style:
        """Return the style that the named looks make together; names that are not known are passed over."""
        look = self._looks.get(names)
        if look is None:
            look = self.rich_style
            for name in names:
                component = f"stream-table--{name}"
                if name and component in self.COMPONENT_CLASSES:
                    look += self._part_of(component)
            self._looks[names] = look
        return look

    def _part_of(self, component: str) -> Style:
        """Return what a component says itself, with its half-transparent colours blended."""
        rules = self.get_component_styles(component)
        whole = self.get_component_rich_style(component)
        part = self.get_component_rich_style(component, partial=True)
        return part + Style(
            color=whole.color if rules.has_rule("color") else None,
            bgcolor=whole.bgcolor if rules.has_rule("background") else None,
        )

    def notify_style_update(self) -> None:
        """Forget what was painted with the styles of before."""
        super().notify_style_update()
        self._looks.clear()
        for kept in self._lines.values():
            kept.strips.clear()

    # Inside

    def _refresh_line(self, line: int) -> None:
        if 0 <= line < self.body_height:
            self.refresh(Region(0, line + 1, self.size.width, 1))

    def _anchor(self, top: int, height: int) -> tuple[str | None, int]:
        """Return the row that must not move on the screen, and its line: the cursor's, else the first in sight.

        A list that nobody touched stays at its top.
        """
        window = self.window
        index = window.cursor_index
        if index is not None and window.cursor is not None and top <= index < top + height:
            return window.cursor, index - top
        row = window.at(top)
        return (row.key, 0) if row is not None and top else (None, 0)

    def _top_that_keeps(self, anchor: str | None, line: int, top: int) -> int:
        index = self.window.index_of(anchor) if anchor is not None else None
        if index is None:
            cursor = self.window.cursor_index
            if anchor is None or cursor is None:
                return min(top, int(self.max_scroll_y))
            index = cursor
        return max(0, min(index - line, int(self.max_scroll_y)))

    def _mark_changes(self, before: Sequence[Any | None]) -> None:
        """Mark the cells that read otherwise than in the rows that were on the screen before."""
        end = self._monotonic() + MARK_SECONDS
        for old in before:
            kept = self._lines.get(old.key) if old is not None else None
            if old is None or kept is None or kept.row is not old:
                continue
            index = self.window.index_of(old.key)
            row = self.window.at(index) if index is not None else None
            if row is None or row is old:
                continue
            cells = self._cells(row)
            changed = [
                number
                for number, placed in enumerate(self.placed)
                if placed.column.mark and not placed.column.timed and cells[number] != kept.cells[number]
            ]
            if changed:
                self._marks.setdefault(row.key, {}).update(dict.fromkeys(changed, end))
            self._lines[row.key] = _Line(row, cells)
        if self._marks and self._mark_timer is None:
            self._mark_timer = self.set_interval(0.25, self.expire_marks)

    def _report(self) -> None:
        row = self.cursor_row
        if row is not self._reported:
            self._reported = row
            self.post_message(self.RowHighlighted(self, row))

    def _ask(self) -> None:
        """Ask for the rows around the screen where they are not loaded: half a screen each way is always wanted."""
        window, height = self.window, max(self.body_height, 1)
        if not self.loaded or not window.total:
            return
        least = (max(0, self.top - height // 2), min(window.total, self.top + height + height // 2))
        if window.first <= least[0] and least[1] <= window.first + len(window.rows):
            self._asked = None
            return
        first = max(0, self.top - 2 * height)
        wanted = (first, self.top + 3 * height - first)
        if wanted != self._asked:
            self._asked = wanted
            self.post_message(self.WindowWanted(self, *wanted))

    def _place(self) -> None:
        width = self._placed_for = self.body_width
        self.placed = place(self.columns, width, gap=2 if width >= 110 else 1)
        self._lines.clear()
        self._marks.clear()

    def _move_to(self, index: int) -> None:
        window = self.window
        if not window.total:
            return
        before = window.cursor_index
        window.put(index)
        at = window.cursor_index or 0
        top, height = self.top, max(self.body_height, 1)
        if before is not None:
            self._refresh_line(before - top)
        self._refresh_line(at - top)
        if at < top:
            self.scroll_to(y=at, animate=False)
        elif at >= top + height:
            self.scroll_to(y=at - height + 1, animate=False)
        self._report()
        self._ask()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for rows that came into sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._ask()

    def watch_empty(self) -> None:
        """Show the new text."""
        self.refresh()

    def watch_sort(self) -> None:
        """Show the new order in the header."""
        self.refresh(Region(0, 0, self.size.width, 1))

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Show whether keys reach the table."""
        super().watch_has_focus(_has_focus)
        if self.window.cursor_index is not None:
            self._refresh_line(self.window.cursor_index - self.top)

    # What a person does

    def on_resize(self, event: events.Resize) -> None:
        """Share the new width out; the cursor's row stays in sight."""
        self._place()
        self.set_reactive(Widget.virtual_size, Size(self.size.width, self.window.total + 1))
        self._scroll_update(self.virtual_size)
        index, height = self.window.cursor_index, max(self.body_height, 1)
        if index is not None and self.window.cursor is not None and index >= self.top + height:
            self.scroll_to(y=index - height + 1, animate=False)
        self.refresh()
        self._ask()

    def on_click(self, event: events.Click) -> None:
        """Header: sort by the column. Row: put the cursor there; a second click chooses it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            for placed in self.placed:
                if placed.x <= offset.x < placed.x + placed.width and placed.column.sort:
                    field = placed.column.sort
                    falling = self.sort.partition(",")[0] == f"-{field}"
                    self.post_message(self.SortWanted(self, field if falling else f"-{field}"))
            return
        index = self.top + offset.y - 1
        if index >= self.window.total:
            return
        if index == self.window.cursor_index:
            self.action_select()
        else:
            self._move_to(index)

    def action_move(self, rows: int) -> None:
        """Move the cursor; without one, take the first row in sight."""
        index = self.window.cursor_index
        self._move_to(self.top if index is None else index + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screens."""
        index = self.window.cursor_index
        self._move_to((self.top if index is None else index) + pages * max(1, self.body_height - 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self._move_to(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._move_to(self.window.total - 1)

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        row = self.cursor_row
        if row is not None:
            self.post_message(self.RowSelected(self, row))
