"""The board: the outages that live, most urgent first, and what is known of the one under the cursor."""

from collections.abc import Iterable
from typing import cast

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from feeds.model import CurveRow, OutageRow
from tui.acts.outages import OutageActions
from tui.acts.registry import bindings
from tui.link import View
from tui.panes.greeting import Greeting
from tui.panes.leftover import UNEXPLAINED, LeftoverLine
from tui.panes.outage import OutagePane
from tui.panes.ribbon import RibbonPane
from tui.situation import LIVE_FILTER
from tui.tables.columns import OUTAGES
from tui.tables.view_table import ViewTable
from tui.words.counts import SPANS, curve_of
from tui.words.rows import outage_line
from widgets.case_chart import CaseChart
from widgets.looks import MUTED
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable

CURVE = curve_of(SPANS[0], 24)
"""The curve beside the outages."""


class BoardScreen(OutageActions):
    """Where a shift begins."""

    where = "board"
    AUTO_FOCUS = "#outages StreamTable"
    BINDINGS = bindings("board")

    def __init__(self) -> None:
        super().__init__()
        self._curve: View | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield Greeting()
        yield ViewTable(
            "Outages",
            "outages",
            OUTAGES,
            sort="-urgency",
            filter=LIVE_FILTER,
            empty="no live outage: alarms and cases show no group that is hit",
            id="outages",
        )
        yield LeftoverLine(id="leftover")
        yield RibbonPane(id="board-ribbon")
        yield SectionRule(id="detail-rule")
        with Horizontal(id="lower"):
            with VerticalScroll(id="detail", can_focus=False):
                yield OutagePane()
            with Vertical(id="surge-box"):
                yield Static(Content.styled("cases in 5 min, last 2 h", MUTED), id="surge-title")
                yield CaseChart(id="surge-chart")

    def outage_target(self) -> OutageRow | None:
        """Return the outage under the cursor."""
        row = self.query_one("#outages", ViewTable).target()
        return row if isinstance(row, OutageRow) else None

    def outage_in_sight(self) -> OutageRow | None:
        """Return the outage under the cursor, without a word where there is none."""
        row = self.query_one("#outages", ViewTable).row
        return row if isinstance(row, OutageRow) else None

    def tick(self) -> None:
        """Count the ages of the pane on as well."""
        super().tick()
        self._show_detail()

    def on_mount(self) -> None:
        """Follow the curve."""
        self._curve = self.vaken.hub.open("curve", of=CURVE, sort="key", window=(0, 24))
        self.vaken.follow(self._curve, self._show_curve)

    def on_unmount(self) -> None:
        """Give the curve up."""
        if self._curve is not None:
            self.vaken.unfollow(self._curve)
            self._curve.close()
            self._curve = None

    def _show_curve(self) -> None:
        if self._curve is not None:
            for chart in self.query(CaseChart):
                chart.show(cast(tuple[CurveRow, ...], self._curve.content.rows))

    @on(Greeting.Changed)
    def _make_room(self, event: Greeting.Changed) -> None:
        """Show the greeting alone, or the board."""
        self.set_class(event.shown, "-nothing-yet")

    @on(LeftoverLine.Chosen)
    async def _show_cases(self, event: LeftoverLine.Chosen) -> None:
        await self.vaken.show_cases(event.filter)

    async def action_unexplained(self) -> None:
        """Go to the cases that no live outage holds."""
        await self.vaken.show_cases(UNEXPLAINED)

    def action_open(self) -> None:
        """Open the outage under the cursor."""
        self.query_one("#outages", ViewTable).table.action_select()

    @on(ViewTable.Showed)
    @on(StreamTable.RowHighlighted)
    def _show_detail(self) -> None:
        row = self.query_one("#outages", ViewTable).row
        self.query_one(OutagePane).show_outage(row, self.vaken.hub.now())
        self.query_one(RibbonPane).look_at(row.key if isinstance(row, OutageRow) else "")
        self.query_one("#detail-rule", SectionRule).text = (
            outage_line(row) if row is not None else Content.styled("no outage", MUTED)
        )

    @on(StreamTable.RowSelected)
    def _open(self, event: StreamTable.RowSelected) -> None:
        from tui.screens.outage import OutageScreen

        self.app.push_screen(OutageScreen(event.row))
