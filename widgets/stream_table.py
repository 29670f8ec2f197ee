"""A table of rows that change all the time, painted line by line on Textual's line API.

It holds a window of a longer list (see row_window), asks for more with ``WindowWanted`` when it is scrolled, and moves
the cursor; a change outside the screen costs no painting. Painting is left to painted_rows and line_painter; where
rows come from, what sorts them and what an action does with them, to its owner.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import compress, count
from operator import is_not
from time import monotonic
from typing import Any, ClassVar, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from widgets.choosing_table import ChoosingTable
from widgets.columns import Column
from widgets.painted_rows import MARK_SECONDS

__all__ = ["MARK_SECONDS", "Page", "StreamTable"]


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


class StreamTable(ChoosingTable, can_focus=True):
    """The table. ``columns`` are data; ``now`` gives the time that ages are counted to (UTC).

    With ``start_on_row`` the cursor stands on the first row from the start; without it there is no cursor, and the
    top of the list stays in sight, until a person moves it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "one row up", show=False, id="table.up"),
        Binding("down,j", "move(1)", "one row down", show=False, id="table.down"),
        Binding("pageup", "page(-1)", "one page up", show=False, id="table.page_up"),
        Binding("pagedown", "page(1)", "one page down", show=False, id="table.page_down"),
        Binding("home,g", "first", "first row", show=False, id="table.first"),
        Binding("end,G", "last", "last row", show=False, id="table.last"),
        Binding("enter", "select", "open the row", show=False, id="table.select"),
        *ChoosingTable.CHOICES,
    ]

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
        super().__init__(columns, now=now, monotonic=monotonic, empty=empty, sort=sort, id=id, classes=classes)
        self._start_on_row = start_on_row
        self._asked: tuple[int, int] | None = None
        self._reported: Any = None
        self.new_above = 0
        """Rows that came above those in sight since the top was in sight: they are told, not shown."""

    # What the owner calls

    def show(self, page: Page) -> None:
        """Show the newest state of the view."""
        if not page.loaded and self.loaded:
            return
        self._expire_by_the_way()
        changed = self._changed_alone(page)
        self.selection.see(page.rows)
        if changed is not None:
            for row in changed:
                self.patch(row)
            return
        window, height, top = self.window, self.body_height, self.top
        before = window.span(top, height)
        cursor_before, index_before = window.cursor, window.cursor_index
        anchor, line_of_anchor = self._anchor(top, height)
        became_loaded = page.loaded and not self.loaded
        self.loaded = page.loaded
        total_before, anchor_before = window.total, window.index_of(anchor) if anchor is not None else None
        lost = window.replace(page.rows, page.first, page.total)
        if window.cursor_index is None and self._start_on_row and window.total:
            window.put(0)
        if window.total != total_before or became_loaded:
            self.set_reactive(Widget.virtual_size, Size(self.size.width, window.total + 1))
            self._scroll_update(self.virtual_size)
        new_top = 0 if self.following else self._top_that_keeps(anchor, line_of_anchor, top)
        self._count_above(anchor, anchor_before, new_top, window.total - total_before)
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

    def release(self) -> bool:
        """Give up the chosen rows, else the following, else take the cursor off; returns whether there was anything.

        Tables that start on a row keep their cursor.
        """
        if self.give_up():
            return True
        if self.following:
            self.action_follow()
            return True
        if self._start_on_row or self.window.cursor_index is None:
            return False
        line = self.window.cursor_index - self.top
        self.window.release()
        self._refresh_line(line)
        self.scroll_to(y=0, animate=False)
        self._report()
        return True

    # Inside

    def _changed_alone(self, page: Page) -> list[Any] | None:
        """Return the rows of ``page`` that are other objects than those held; None if rows came, went or moved."""
        window, rows, first = self.window, page.rows, page.first
        if not self.loaded or (first, page.total, len(rows)) != (window.first, window.total, len(window.rows)):
            return None
        places = list(compress(count(), map(is_not, rows, window.rows)))
        if any(window.index_of(rows[place].key) != first + place for place in places):
            return None
        return [rows[place] for place in places]

    def to_top(self) -> None:
        """Show the newest rows: the top of the list, without a cursor unless the table always has one."""
        if self.window.cursor_index is not None:
            self.window.put(0)
            if not self._start_on_row:
                self.window.release()
        self.new_above = 0
        self.scroll_to(y=0, animate=False)
        self.refresh()
        self._report()
        self._ask()

    def _count_above(self, anchor: str | None, before: int | None, top: int, more: int) -> None:
        """Count the rows that came above the anchor; at the top of the list nothing is above."""
        now = self.window.index_of(anchor) if anchor is not None else None
        if not top:
            self.new_above = 0
        elif before is not None and now is not None and more > 0:
            self.new_above += max(0, min(now - before, more))

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

    def move_to(self, index: int) -> None:
        """Put the cursor on the row at ``index``, and the row in sight. Who moves does not follow any more."""
        if self.following:
            self.action_follow()
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
            if not round(new_value):
                self.new_above = 0
            self._ask()

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
        row = self.window.at(index)
        if event.ctrl and row is not None:
            self._copy_cell(row, offset.x)
            return
        if index == self.window.cursor_index:
            self.action_select()
        else:
            self.move_to(index)

    def _copy_cell(self, row: Any, x: int) -> None:
        """Copy the cell that is at ``x``."""
        for placed, text in zip(self.placed, self._painter.words(row), strict=True):
            if placed.x <= x < placed.x + placed.width:
                self.copy(text, placed.column.title)

    def action_move(self, rows: int) -> None:
        """Move the cursor; without one, take the first row in sight."""
        index = self.window.cursor_index
        self.move_to(self.top if index is None else index + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screens."""
        index = self.window.cursor_index
        self.move_to((self.top if index is None else index) + pages * max(1, self.body_height - 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_to(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.move_to(self.window.total - 1)

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        row = self.cursor_row
        if row is not None:
            self.post_message(self.RowSelected(self, row))
