"""What all screens have: header, body, filter line, hints; going back; the tick of the second."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget

from tui.acts.hints import Hints
from tui.acts.registry import is_allowed
from tui.panes.freshness import BROUGHT_BY, SOURCE_OF, ages, freshness, table_losses, table_note
from tui.panes.header import StatusHeader
from tui.panes.replay_bar import ReplayBar
from tui.tables.filter_bar import FilterBar
from tui.tables.view_table import ViewTable
from widgets.kept_lines import KeptLines
from widgets.stream_table import StreamTable

if TYPE_CHECKING:
    from tui.app import VakenApp


BROAD = 160
"""Cells from which on two parts of a screen stand well beside each other."""


def room_for(width: int, height: int) -> dict[str, bool]:
    """Return which classes a screen of so many cells has, of those that stand for its size."""
    return {
        "-tiny": width < 40,
        "-narrow": 40 <= width < 110,
        "-wide": width >= 110,
        "-broad": width >= BROAD,
        "-flat": height < 10,
        "-short": 10 <= height < 32,
        "-tall": height >= 32,
        "-ribbon": width >= 60 and height >= 30,
        "-high": width >= 60 and height >= 38,
    }


class _Body(KeptLines, Vertical):
    """What is between header and hints."""


class VakenScreen(Screen[Any]):
    """``where`` is the screen's name in the list of actions; ``place`` is what the header calls it."""

    AUTO_FOCUS = ""
    where: ClassVar[str] = ""

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    @property
    def steps(self) -> tuple[str, ...]:
        """The screen's own steps of the way to it, such as an outage and what is done to it."""
        return (self.where,)

    @property
    def place(self) -> str:
        """What the header calls the screen: the way to it over the screens that it lies on, as esc goes back on it."""
        way: list[str] = []
        for screen in self.vaken.stack_of(self):
            if isinstance(screen, VakenScreen):
                steps = screen.steps
                way += steps[1:] if way and steps[0] == way[-1] else steps
            if screen is self:
                break
        return " › ".join(way)

    def keep_unfinished(self) -> None:
        """Keep what is written here and not sent: the screen is left for another one."""

    def compose(self) -> ComposeResult:
        """Lay the screen out around its body."""
        self.update_classes(room_for(*self.app.size))  # before there is anything in it: all is styled once
        yield ReplayBar()
        yield StatusHeader(self.place)
        with _Body(id="body"):
            yield from self.compose_body()
        self._filter_bar = FilterBar()
        yield self._filter_bar
        yield Hints(self.where)

    def compose_body(self) -> Iterable[Widget]:
        """Yield what is the screen's own."""
        return ()

    @on(events.Resize)
    def _leave_room(self, event: events.Resize) -> None:
        """Lay out what there is room for."""
        self.update_classes(room_for(*event.size), animate=False)

    def on_screen_resume(self) -> None:
        """Be up to date when coming into sight."""
        self._show_header()

    def _show_header(self) -> None:
        for header in self.query(StatusHeader):  # a second may pass before it is there
            header.show()

    @property
    def current_table(self) -> ViewTable | None:
        """The table that has the focus, else the first in sight."""
        focused = self.focused
        if focused is not None:
            for widget in focused.ancestors_with_self:
                if isinstance(widget, ViewTable):
                    return widget
        return next((table for table in self.query(ViewTable) if table.is_on_screen), None)

    def idle_actions(self) -> frozenset[str]:
        """Return the actions that come to nothing as things are now: they are not offered in the last line."""
        return frozenset()

    @on(ViewTable.Showed)
    @on(StreamTable.RowHighlighted)
    def show_hints(self) -> None:
        """Offer in the last line what can be done now."""
        for hints in self.query(Hints):
            hints.leave_out(self.idle_actions())

    def situation_changed(self) -> None:
        """Show what the screen says of the situation as a whole."""

    def tick(self) -> None:
        """Count ages and clocks on; called once a second."""
        self._show_header()
        self._show_freshness()
        for table in self.query(ViewTable):
            table.tick()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what this terminal may not do."""
        return is_allowed(self.where, action, self.vaken.hub.link.may)

    def _show_freshness(self) -> None:
        """Dim what is old, and say how old; say what was not shown one by one."""
        now, feeds = self.vaken.hub.now(), self.vaken.situation.feeds
        for table in self.query(ViewTable):
            if table.view in BROUGHT_BY:
                note = table_note(feeds, table.view, now)
                if table.rule.note != note:
                    table.rule.note = note
                table.losses.show(table_losses(feeds, table.view))
                if table.view in SOURCE_OF:
                    table.table.show_old(SOURCE_OF[table.view], *ages(feeds, BROUGHT_BY[table.view], now))
                else:
                    table.set_class(freshness(feeds, BROUGHT_BY[table.view], now).old, "-old")
        self.set_class(freshness(feeds, BROUGHT_BY["curve"], now).old, "-old-cases")

    @on(ViewTable.Showed)
    def _tell_filter(self) -> None:
        """What the hub says of the filter that is being written is shown below it."""
        if self._filter_bar.is_attached:
            self._filter_bar.tell()

    @on(ViewTable.FilterRefused)
    def _say_filter(self, event: ViewTable.FilterRefused) -> None:
        """Say that the filter does not hold; who stands on the table can mend it."""
        table, why = event.table, event.why.removeprefix("filter: ")
        now = f"/ {table.filter} stays" if table.filter else "nothing is filtered"
        self.vaken.say(f"The filter cannot be read, {now}: {why}", bad=True)
        if event.late:  # the line is still about to be hidden, and the focus about to go to the table
            self.call_after_refresh(self._mend_filter, table, event.wrong)

    def _mend_filter(self, table: ViewTable, wrong: str) -> None:
        """Open the line at a filter that cannot be read, unless the person has gone on to something else."""
        if self.is_current and table.table.has_focus and not self._filter_bar.display:
            self._filter_bar.open(table, wrong)

    def action_filter(self) -> None:
        """Write a filter."""
        table = self.current_table
        if table is not None:
            self.query_one(FilterBar).open(table)

    def action_clear_filter(self) -> None:
        """Take the filter off; where there is none, bring the one back that stands there at first."""
        table = self.current_table
        if table is not None:
            table.set_filter("" if table.filter else table.filter_at_first)

    def action_back(self) -> None:
        """Let go of the cursor, else go one screen back."""
        table = self.current_table
        if table is not None and table.table.has_focus and table.table.release():
            return
        self.vaken.go_back()
