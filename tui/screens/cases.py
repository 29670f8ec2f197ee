"""The queue of cases: what is to be taken first stands first, with the reasons; and the whole of one of them."""

from collections.abc import Iterable

from textual import on
from textual.content import Content
from textual.widget import Widget

from feeds.model import CaseRow
from tui.acts.cases import CaseActions
from tui.acts.registry import bindings
from tui.panes.case import CasePane
from tui.panes.leftover import OPEN_CASES, UNEXPLAINED
from tui.tables.columns import CASES
from tui.tables.view_table import ViewTable
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable


class CasesScreen(CaseActions):
    """Open and pending cases; the filter can be taken off to see closed ones."""

    where = "cases"
    AUTO_FOCUS = "#cases StreamTable"
    BINDINGS = bindings("cases")

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield ViewTable(
            "Cases",
            "cases",
            CASES,
            sort="-priority,-opened",
            filter=OPEN_CASES,
            start_on_row=False,
            empty="no open case",
            newest="-opened",
            id="cases",
        )
        yield SectionRule(id="detail-rule")
        yield CasePane(id="detail")

    def on_mount(self) -> None:
        """Say what the pane is for."""
        self._show_detail()

    def tick(self) -> None:
        """Count the ages of the pane on as well."""
        super().tick()
        for pane in self.query(CasePane):  # a second may pass before it is there
            pane.tick()

    def case_table(self) -> ViewTable:
        """Return the queue."""
        return self.query_one("#cases", ViewTable)

    def show_filtered(self, filter: str) -> None:
        """Show the cases that pass ``filter``, from the first."""
        table = self.query_one("#cases", ViewTable)
        table.table.to_top()
        table.set_filter(filter)
        table.table.focus()

    def action_unexplained(self) -> None:
        """Show the cases that no live outage holds; once more: all open ones."""
        shown = self.query_one("#cases", ViewTable).filter
        self.show_filtered(OPEN_CASES if shown == UNEXPLAINED else UNEXPLAINED)

    def action_read_case(self) -> None:
        """Go into the text of the case under the cursor."""
        if self.query_one("#cases", ViewTable).target() is not None:
            self.query_one("#case-text").focus()

    def action_next_case(self) -> None:
        """Go to the next case, also from within the text of one."""
        self.query_one("#cases", ViewTable).table.action_move(1)

    def action_previous_case(self) -> None:
        """Go to the case before, also from within the text of one."""
        self.query_one("#cases", ViewTable).table.action_move(-1)

    @on(StreamTable.RowSelected)
    def _read(self) -> None:
        self.action_read_case()

    def action_back(self) -> None:
        """From the text back to the list, else as on every screen."""
        if self.query_one("#case-text").has_focus:
            self.query_one("#cases", ViewTable).table.focus()
        else:
            super().action_back()

    @on(ViewTable.Showed)
    @on(StreamTable.RowHighlighted)
    def _show_detail(self) -> None:
        row = self.query_one("#cases", ViewTable).row
        rule, pane = self.query_one("#detail-rule", SectionRule), self.query_one(CasePane)
        if not isinstance(row, CaseRow):
            rule.text = Content.styled("no case is chosen", MUTED)
            pane.show_case(None)
            return
        rule.text = Content.assemble(
            (plain(row.number), "bold $foreground"), (f" {row.state.value}", ""), (f" · {plain(row.title)}", "")
        )
        pane.show_case(row)
