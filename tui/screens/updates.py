"""The updates of all outages, newest first: what waits for a second person, what is on its way, what was told."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from feeds.model import UpdateRow, UpdateState
from tui.acts.registry import bindings
from tui.base_screen import VakenScreen
from tui.screens.progress import ProgressScreen
from tui.screens.review import ReviewScreen
from tui.screens.suppressions import SuppressionsScreen
from tui.tables.columns import ALL_UPDATES
from tui.tables.view_table import ViewTable
from widgets.stream_table import StreamTable


def screen_of(row: UpdateRow) -> VakenScreen:
    """Return the screen on which an update is looked at as it stands: before its approval, or after it."""
    if row.state in (UpdateState.DRAFT, UpdateState.PROPOSED) or row.scope_changed:
        return ReviewScreen(row.key)
    return ProgressScreen(row.key)


class UpdatesScreen(VakenScreen):
    """Enter opens the one under the cursor."""

    where = "updates"
    AUTO_FOCUS = "#all-updates StreamTable"
    BINDINGS = bindings("updates")

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield ViewTable("Updates to customers", "updates", ALL_UPDATES, sort="-drafted", id="all-updates",
                        empty="nothing was told to customers yet")  # fmt: skip

    @on(StreamTable.RowSelected)
    def _open_row(self, event: StreamTable.RowSelected) -> None:
        if isinstance(event.row, UpdateRow):
            self.app.push_screen(screen_of(event.row))

    def action_suppressions(self) -> None:
        """Show the addresses that nothing is sent to."""
        self.app.push_screen(SuppressionsScreen())

    def action_open(self) -> None:
        """Open the update under the cursor."""
        row = self.query_one(ViewTable).target()
        if isinstance(row, UpdateRow):
            self.app.push_screen(screen_of(row))
