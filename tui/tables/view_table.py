"""A table over one view of the hub: opens it, keeps its window, order and filter, and shows what came.

The filter is always in sight in the line above the table, with the hub's words where the hub cannot read it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from msgspec import structs
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from tui.kept import TableKept, with_table
from tui.link import View
from tui.tables.column_dialog import ColumnDialog
from tui.tables.filters_tried import FiltersTried
from tui.tables.kept_looks import shown_columns
from tui.tables.losses_row import LossesRow
from widgets.columns import Column
from widgets.kept_lines import KeptLines
from widgets.plain import plain
from widgets.quantities import number
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable

if TYPE_CHECKING:
    from tui.app import VakenApp

LOSS_SECONDS = 1.0
"""For so long after the cursor's row has gone an action does not take its neighbour: the hand was quicker."""

MOST_ROWS = 10_000
"""Rows that the hub sends in one window."""

_LOSS_SHOWN = 6.0
"""Seconds that the loss is told."""


class ViewTable(KeptLines, Vertical):
    """``base`` is the part of the filter that belongs to the screen and cannot be taken off; ``filter`` is at first.

    ``newest`` is the order in which the newest row comes first, where following one makes sense.
    """

    DEFAULT_CSS = """
    ViewTable { height: 1fr; }
    ViewTable > StreamTable { height: 1fr; }
    """

    class Showed(Message):
        """The view has new content."""

        def __init__(self, table: "ViewTable") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "ViewTable":
            """The table."""
            return self.table

    class FilterRefused(Message):
        """The hub cannot read the filter ``wrong`` that was asked for; the one before is in force again.

        ``late``: whoever wrote it was gone before the hub said so.
        """

        def __init__(self, table: "ViewTable", wrong: str, why: str, *, late: bool) -> None:
            super().__init__()
            self.table = table
            self.wrong = wrong
            self.why = why
            self.late = late

        @property
        def control(self) -> "ViewTable":
            """The table."""
            return self.table

    def __init__(
        self,
        title: str,
        view: str,
        columns: Sequence[Column],
        *,
        sort: str = "",
        base: str = "",
        filter: str = "",
        of: str = "",
        start_on_row: bool = True,
        empty: str = "nothing here",
        newest: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.view = view
        self._columns = tuple(columns)
        self._newest = newest
        self._before_following = ""
        """The order to go back to after following."""
        self._whole: View | None = None
        """The same view without the filter, for how many rows the filter hides."""
        self._take_all = False
        """Whether the next content is asked for to choose all of its rows."""
        self._told_above = 0
        self.title = title
        self.filter = self._filter_at_first = filter
        self._base = base
        self._of = of
        self._sort = sort
        self._lost: tuple[float, str] | None = None
        self._refiltered = False
        """Whether the next content is the answer to another filter."""
        self._left_out = ""
        """The row that the cursor was on when a filter took it away: that is no loss to be told."""
        self._handle: View | None = None
        self._error = ""
        self._refused = False
        """Whether the hub cannot read the filter: then the rows are those of the one that is in force."""
        self._refusal: object = None
        """The refusal that was seen last."""
        self._tried = FiltersTried(filter)
        self._writing = False
        """Whether somebody writes the filter: one that cannot be read may then still become one that can."""
        self.rule = SectionRule()
        self.table = StreamTable(
            columns, now=self._now, start_on_row=start_on_row, empty=empty, sort=sort, id=f"{id}-rows" if id else None
        )
        self.losses = LossesRow()
        self._empty = empty

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def _now(self) -> datetime:
        return self.vaken.hub.now()

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self.rule
        yield self.table
        yield self.losses

    def on_mount(self) -> None:
        """Open the view."""
        kept = self._kept
        self.table.set_columns(shown_columns(self._columns, kept))
        fields = {column.sort for column in self._columns if column.sort}
        if kept.sort and kept.sort.partition(",")[0].removeprefix("-") in fields:
            self._sort = self.table.sort = kept.sort
        handle = self.vaken.hub.open(
            self.view, sort=self._sort, filter=self._whole_filter, window=(0, 120), of=self._of
        )
        self._handle = handle
        self._tell()
        self.vaken.follow(handle, self._show)
        self._follow_whole()

    def on_unmount(self) -> None:
        """Give the view up."""
        for handle in (self._handle, self._whole):
            if handle is not None:
                self.vaken.unfollow(handle)
                handle.close()
        self._handle = self._whole = None

    # What is kept for the table's place

    @property
    def place(self) -> str:
        """Under which name the choices for this table are kept."""
        return f"{getattr(self.screen, 'where', '') or type(self.screen).__name__}/{self.id or self.view}"

    @property
    def _kept(self) -> TableKept:
        return self.vaken.kept.now.tables.get(self.place, TableKept())

    def _keep(self, kept: TableKept) -> None:
        place = self.place
        self.vaken.keep(lambda all_kept: with_table(all_kept, place, kept))

    # What the filter hides

    def _follow_whole(self) -> None:
        """Ask for the number of rows without the filter, while there is one."""
        if self.filter and self._whole is None:
            self._whole = self.vaken.hub.open(self.view, sort=self._sort, filter=self._base, window=(0, 0), of=self._of)
            self.vaken.follow(self._whole, self._tell)
        elif not self.filter and self._whole is not None:
            self.vaken.unfollow(self._whole)
            self._whole.close()
            self._whole = None

    @property
    def hidden(self) -> int:
        """How many rows the filter hides; 0 while that is not known."""
        if self._whole is None or not self._whole.content.loaded or self._error:
            return 0
        return max(0, self._whole.content.total - self.table.window.total)

    def hidden_words(self, noun: Callable[[int], str]) -> str:
        """Return how many rows an action on the chosen ones leaves out because they are not shown; empty for none."""
        if self._refused:
            return f"The filter {plain(self.filter)} cannot be read and is not in force: {self._in_force_words}."
        hidden = self.hidden
        return f"The filter {plain(self.filter)} hides {noun(hidden)} more: nothing is done to them." if hidden else ""

    @property
    def _in_force_words(self) -> str:
        return f"/ {plain(self._tried.in_force)} is" if self._tried.in_force else "all rows are listed"

    @property
    def _whole_filter(self) -> str:
        return f"{self._base} {self.filter}".strip()

    @property
    def row(self) -> Any | None:
        """The row under the cursor."""
        return self.table.cursor_row

    def target(self) -> Any | None:
        """Return the row that an action may take now: None, with a word, when there is none or it has just changed."""
        if self._lost is not None and monotonic() - self._lost[0] < LOSS_SECONDS:
            self.vaken.say("The row under the cursor has just gone: look again, then press the key again.")
            return None
        row = self.row
        if row is None:
            self.vaken.say("No row is chosen: ↑ and ↓ choose one.")
        return row

    def targets(self) -> tuple[Any, ...]:
        """Return the rows that an action may take now: the chosen ones, else the one under the cursor.

        They do not change any more, whatever becomes of the table while the person is asked.
        """
        if self.table.selection:
            return self.table.selection.rows
        row = self.target()
        return (row,) if row is not None else ()

    def set_filter(self, text: str) -> None:
        """Ask for the rows that ``text`` lets through. Chosen rows are given up: some might not be in sight."""
        text = plain(text).strip()
        if text != self.filter:
            chosen = len(self.table.selection)
            if self.table.give_up():
                self.vaken.say(f"Another filter: {number(chosen)} chosen rows are not chosen any more.")
            self.filter = text
            self._refiltered = True
            self._error, self._refused = "", False  # that is not known of this one yet
            if self._handle is not None:
                self._handle.change(filter=self._whole_filter, window=(0, 120))
            self.table.scroll_to(y=0, animate=False)
            self._follow_whole()
            self._tell()

    @property
    def problem(self) -> str:
        """What the hub says of the filter that it cannot read; empty where it can, or where that is not known yet."""
        return self._error if self._refused else ""

    @property
    def filter_at_first(self) -> str:
        """The filter that stands there until a person writes another."""
        return self._filter_at_first

    def begin_writing(self) -> None:
        """Somebody begins to write the filter."""
        self._writing = True

    def end_writing(self) -> None:
        """The filter is written: where it cannot be read the one before stays in force."""
        self._writing = False
        if self._refused:
            self._go_back_to_filter(late=False)

    def _go_back_to_filter(self, *, late: bool) -> None:
        """Let no rows be listed under a filter that does not hold for them."""
        wrong, why = self.filter, self._error
        if self._tried.in_force != wrong:
            self.set_filter(self._tried.in_force)
            self.post_message(self.FilterRefused(self, wrong, why, late=late))

    @property
    def base_length(self) -> int:
        """Characters of the filter that stand before those that a person writes."""
        return len(self._base) + 1 if self._base else 0

    def tick(self) -> None:
        """Count the ages on."""
        self.table.tick()
        if self._lost is not None and monotonic() - self._lost[0] > _LOSS_SHOWN:
            self._lost = None
            self._tell()
        elif self._told_above != self.table.new_above:
            self._tell()

    def _show(self) -> None:
        assert self._handle is not None
        content = self._handle.content
        if content.refused and content is self._refusal:
            return  # told once more: it is not of what is asked for now
        self._error, self._refused = content.error, content.refused
        if content.refused and self.table.loaded:
            # What cannot be read yet is being written, or was: the rows of the filter before stay.
            self._refusal = content
            self._tried.refused(self.filter)
            if not self._writing:
                self._go_back_to_filter(late=True)
            self._tell()
            self.post_message(self.Showed(self))
            return
        if not content.refused:
            self._tried.answered(self.filter)
        own = self.filter and self.filter != self._filter_at_first
        self.table.empty = f"nothing passes the filter {plain(self.filter)}" if own else self._empty
        self._left_out = (self.table.window.cursor or "") if self._refiltered else ""
        self._refiltered = False
        self.table.show(content)
        if self._take_all and content.first == 0:
            self._choose_all(content.rows, content.total)
        self._tell()
        self.post_message(self.Showed(self))

    def _tell(self) -> None:
        """Write the line above the table."""
        parts: list[str | tuple[str, str]] = [(self.title, "bold $foreground")]
        if self.table.loaded:
            parts.append((f" {number(self.table.window.total)}", "$foreground"))
            if self.hidden:
                parts.append((f" of {number(self.hidden + self.table.window.total)}", "$foreground"))
        if chosen := len(self.table.selection):
            parts.append((f" · ● {number(chosen)} chosen", "bold $primary"))
        self._told_above = self.table.new_above
        if self._told_above:
            parts.append((" · ", ""))
            parts.append((f" ▲ {number(self._told_above)} new ", "bold reverse $primary"))
        if self.table.following:
            parts.append((" · following the newest", "bold $primary"))
        filter = self._tried.in_force if self._refused and self.table.loaded else self.filter
        if filter:
            parts.append((f" · / {plain(filter)}", "$primary"))
        if self._error:
            parts.append((f" · {plain(self._error)}", "bold $error"))
        if self._lost is not None:
            parts.append((f" · {plain(self._lost[1])}", "$warning"))
        self.rule.text = Content.assemble(*parts)

    @on(StreamTable.WindowWanted)
    def _widen(self, event: StreamTable.WindowWanted) -> None:
        event.stop()
        if self._handle is not None:
            self._handle.change(window=(event.first, event.count))

    @on(StreamTable.SortWanted)
    def _resort(self, event: StreamTable.SortWanted) -> None:
        event.stop()
        if self.table.following:
            self.table.action_follow()
            self._before_following = ""
        self._order(event.sort)
        self._keep(structs.replace(self._kept, sort=event.sort))

    def _order(self, sort: str) -> None:
        self._sort = self.table.sort = sort
        if self._handle is not None:
            self._handle.change(sort=sort)

    @on(StreamTable.FollowChanged)
    def _follow(self, event: StreamTable.FollowChanged) -> None:
        """Following: the newest come first, and the top of the list stays in sight. After it the old order is back."""
        event.stop()
        if self.table.following:
            self._before_following = self.table.sort
            if self._newest:
                self._order(self._newest)
            self.table.to_top()
        elif self._before_following:
            self._order(self._before_following)
            self._before_following = ""
        self._tell()

    @on(StreamTable.SelectionChanged)
    def _tell_selection(self, event: StreamTable.SelectionChanged) -> None:
        event.stop()
        self._tell()

    @on(StreamTable.Said)
    def _say(self, event: StreamTable.Said) -> None:
        event.stop()
        self.vaken.say(event.text)

    @on(StreamTable.AllWanted)
    def _ask_for_all(self, event: StreamTable.AllWanted) -> None:
        event.stop()
        if self._refused:
            self.vaken.say(f"Nothing more is chosen. {self.hidden_words(str)}", bad=True)
        elif self._handle is not None:
            self._take_all = True
            self._handle.change(window=(0, min(self.table.window.total, MOST_ROWS)))
            self._show_if_there()

    def _show_if_there(self) -> None:
        """Choose at once where all rows are there already: then the hub has nothing new to say."""
        handle = self._handle
        if handle is not None and self._take_all and len(handle.content.rows) >= handle.content.total:
            self._show()

    def _choose_all(self, rows: Sequence[Any], total: int) -> None:
        if len(rows) < min(total, MOST_ROWS):
            return
        self._take_all = False
        self.table.choose_rows(rows)
        if total > len(rows):
            self.vaken.say(f"The first {number(len(rows))} of {number(total)} are chosen: a filter makes them fewer.")
        if self._handle is not None:
            height = max(1, self.table.body_height)
            self._handle.change(window=(max(0, self.table.top - 2 * height), 5 * height))

    @on(StreamTable.ColumnsWanted)
    @work(group="columns", exclusive=True)
    async def _choose_columns(self, event: StreamTable.ColumnsWanted) -> None:
        event.stop()

        def width_of(key: str) -> int:
            return next((placed.width for placed in self.table.placed if placed.column.key == key), 0)

        def show(kept: TableKept) -> None:
            self.table.set_columns(shown_columns(self._columns, kept))

        dialog = ColumnDialog(self.title, self._columns, self._kept, width_of, show)
        kept = await self.app.push_screen_wait(dialog)
        if kept is not None:
            self._keep(structs.replace(kept, sort=self._kept.sort))

    @on(StreamTable.CursorLost)
    def _tell_loss(self, event: StreamTable.CursorLost) -> None:
        event.stop()
        if event.key == self._left_out:
            return
        went = f"cursor went to {event.to}" if event.to else "no row is left beside it"
        self._lost = (monotonic(), f"{event.key} is gone, {went}")
        self._tell()
