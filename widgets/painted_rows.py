"""The rows of a stream table on the screen: which row stands on which line, and which lines are painted again.

Only lines whose row, mark, age or cursor changed are painted again. What a line looks like is left to line_painter;
which rows there are, where the cursor goes and what keys do, to stream_table.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from rich.style import Style
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.timer import Timer

from widgets.columns import Column, Placed
from widgets.kept_bar import KeptBar
from widgets.kept_lines import KeptLines
from widgets.line_painter import CELL_STYLES, LINE_STYLES, LinePainter
from widgets.row_selection import RowSelection
from widgets.row_window import RowWindow

MARK_SECONDS = 1.5
"""How long a changed cell stays marked."""
EXPIRE_SECONDS = 0.25
"""Between two looks at marks whose time is over, where nothing comes."""
FADE_SECONDS = 0.75
"""For so long at the end its mark is pale."""


def _nobody(_row: Any) -> str:
    return ""


class PaintedRows(KeptLines, ScrollView):
    """A header line, and below it the rows of ``window`` from ``top`` on."""

    WHOLE = True

    STYLES: ClassVar[frozenset[str]] = CELL_STYLES
    """Style names that cells may use."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"stream-table--{name}" for name in CELL_STYLES | LINE_STYLES}

    DEFAULT_CSS = """
    PaintedRows {
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
        & > .stream-table--fading { background: $accent 10%; }
        & > .stream-table--chosen { color: $primary; text-style: bold; }
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
        & > .stream-table--age { color: $warning; }
    }
    """

    empty: var[str] = var("nothing here")
    """What stands in the table when it has no rows."""

    sort: var[str] = var("")
    """The field that the rows are sorted by; with a minus for descending. Shown in the header."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        empty: str,
        sort: str,
        id: str | None,
        classes: str | None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.now = now
        self.window: RowWindow[Any] = RowWindow()
        self.selection = RowSelection()
        self.shift = 0
        """Columns that are passed over after the first: how far the table is scrolled to the right."""
        self.loaded = False
        self.set_reactive(PaintedRows.empty, empty)
        self.set_reactive(PaintedRows.sort, sort)
        self._monotonic = monotonic
        self._painter = LinePainter(self._style, now)
        self._mark_timer: Timer | None = None
        self._source: Callable[[Any], str] = _nobody
        self._ages: Mapping[str, str] = {}
        self._age_else = ""

    # Where things are

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what is done to each line: its colours are never those of the terminal's own palette."""
        return [one for one in super().get_line_filters() if not isinstance(one, ANSIToTruecolor)]

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scrollbar, made when it is first wanted."""
        bar = self._vertical_scrollbar
        if bar is None:
            thickness = self.scrollbar_size_vertical
            bar = self._vertical_scrollbar = KeptBar(vertical=True, name="vertical", thickness=thickness)
            bar.display = False
            self.app._start_widget(self, bar)
        return bar

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The columns that have room, with their places."""
        return self._painter.placed

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

    # What changes with time

    def tick(self) -> None:
        """Count the ages on: repaint the lines on the screen whose timed cells read otherwise now."""
        top = self.top
        for line in self._painter.outdated(self.window.span(top, self.body_height)):
            self._refresh_line(line)

    def show_old(self, source: Callable[[Any], str], ages: Mapping[str, str], age_else: str = "") -> None:
        """Dim the rows of some sources, and say their age. ``source`` names that of a row.

        ``ages``: by source, how old what it brought is, such as ``22m``; none: nothing is old. ``age_else``: the age
        of rows whose source is not among them; empty: they are not old.
        """
        self._source = source
        if (ages, age_else) != (self._ages, self._age_else):
            self._ages, self._age_else = dict(ages), age_else
            self.refresh()

    def expire_marks(self) -> None:
        """Take off the marks whose time is over."""
        for key in self._painter.expire(self._monotonic(), FADE_SECONDS):
            index = self.window.index_of(key)
            if index is not None:
                self._refresh_line(index - self.top)
        if not self._painter.marked and self._mark_timer is not None:
            self._mark_timer.stop()
            self._mark_timer = None

    def _mark_changes(self, before: Sequence[Any | None]) -> None:
        """Mark the cells that read otherwise than in the rows that were on the screen before."""
        until = self._monotonic() + MARK_SECONDS
        for old in before:
            index = self.window.index_of(old.key) if old is not None else None
            row = self.window.at(index) if index is not None else None
            if row is not None and row is not old:
                self._painter.change(old, row, until)
        if self._painter.marked and self._mark_timer is None:
            self._mark_timer = self.set_interval(EXPIRE_SECONDS, self.expire_marks)

    def _expire_by_the_way(self) -> None:
        """Take marks off while the screen is painted anyway; the timer does it where nothing comes."""
        if self._mark_timer is not None and self._monotonic() >= self._painter.next_fading(FADE_SECONDS):
            self.expire_marks()
            if self._mark_timer is not None:
                self._mark_timer.reset()

    # Painting

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines in ``crop``."""
        if self.body_width != self._painter.width:
            self._place()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return line ``y`` of the screen: the header, then rows."""
        painter = self._painter
        if y == 0:
            return painter.header(self.sort)
        index = self.top + y - 1
        window = self.window
        if index >= window.total:
            return painter.note(self.empty if self.loaded else "loading …") if y == 1 else painter.blank()
        cursor = ""
        if index == window.cursor_index:
            cursor = "cursor" if self.has_focus else "cursor-blurred"
        row = window.at(index)
        if row is None:
            return painter.placeholder(cursor)
        old = self._ages.get(self._source(row), self._age_else) if self._ages else ""
        return painter.row(row, cursor, row.key in self.selection, old)

    def _refresh_line(self, line: int) -> None:
        if 0 <= line < self.body_height:
            self.refresh(Region(0, line + 1, self.body_width, 1))

    def _place(self) -> None:
        self._painter.place(self.columns, self.body_width, self.shift)

    def watch_empty(self) -> None:
        """Show the new text."""
        self.refresh()

    def watch_sort(self) -> None:
        """Show the new order in the header."""
        self.refresh(Region(0, 0, self.body_width, 1))

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Show whether keys reach the table."""
        super().watch_has_focus(_has_focus)
        if self.window.cursor_index is not None:
            self._refresh_line(self.window.cursor_index - self.top)

    def _style(self, name: str) -> Style:
        """Return what a style name says itself, with its half-transparent colours blended; empty: the table's style."""
        if not name:
            return self.rich_style
        component = f"stream-table--{name}"
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
        self._painter.restyle()
