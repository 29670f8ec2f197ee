"""The pane of an outage's impact: the customers hit, and beside or below them what is known of the chosen one."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from feeds.model import ImpactRow, OutageRow
from tui.panes.customer import CustomerPane
from tui.tables.columns import IMPACT
from tui.tables.view_table import ViewTable
from widgets.kept_lines import KeptLines
from widgets.stream_table import StreamTable


class _Parts(KeptLines, Container):
    """Table and pane, beside each other where there is room."""


class ImpactTable(ViewTable):
    """The customers hit by ``outage``; ``show_outage`` gives the outage as it is now."""

    DEFAULT_CSS = """
    ImpactTable #impact-parts { height: 1fr; layout: vertical; }
    ImpactTable StreamTable { height: 1fr; }
    ImpactTable CustomerPane { display: none; max-height: 5; padding: 0 3; margin-top: 1; }
    """

    def __init__(self, outage: OutageRow, id: str) -> None:
        super().__init__(
            "Impact by customer",
            "impact",
            IMPACT,
            sort="-vip,-sims",
            of=outage.key,
            id=id,
            empty="no customer is known to be hit",
        )
        self._outage = outage

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self.rule
        with _Parts(id="impact-parts"):
            yield self.table
            yield CustomerPane()
        yield self.losses

    def show_outage(self, outage: OutageRow) -> None:
        """Take the outage as it is now."""
        self._outage = outage
        self.show_customer()

    def tick(self) -> None:
        """Count the ages of the pane on as well."""
        super().tick()
        for pane in self.query(CustomerPane):  # a second may pass before it is there
            pane.tick()

    @on(StreamTable.RowHighlighted)
    @on(ViewTable.Showed)
    def show_customer(self) -> None:
        """Show the customer under the cursor, or the first one."""
        if not self.table.loaded or not self.query(CustomerPane):
            return
        rows = self.table.window.rows
        row = self.row if isinstance(self.row, ImpactRow) else next(iter(rows), None)
        self.query_one(CustomerPane).show_customer(row if isinstance(row, ImpactRow) else None, self._outage)
