"""The cases of all channels, the newest first, and the whole of the one under the cursor."""

from collections.abc import Iterable
from datetime import datetime

from textual import on
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from feeds.model import CaseRow
from tui.actions import bindings
from tui.base_screen import VakenScreen
from tui.columns import CASES
from tui.view_table import ViewTable
from widgets.facts import Fact, Facts
from widgets.looks import MUTED
from widgets.plain import plain, plain_lines
from widgets.quantities import number, span
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable


def case_facts(row: CaseRow, now: datetime) -> list[Fact]:
    """Return all that is known of a case."""
    star = ("★", "bold $vip") if row.vip else ("", "")
    opened = f"{row.opened:%H:%M} UTC, {span((now - row.opened).total_seconds())} ago"
    facts = [
        Fact("from", Content.assemble(
            star, (plain(row.customer) or "customer not known", "bold"),
            f" · {row.kind.value} · {row.service.value} · by {row.channel.value}",
        )),
        Fact("opened", Content.assemble(
            opened, (f" · owner {plain(row.owner)}" if row.owner else " · nobody's yet", MUTED)
        )),
        Fact("SIMs", Content.assemble(
            number(row.sims) if row.sims else "none read", f" · {plain(row.sims_text)}" if row.sims_text else "",
            (f" · in {', '.join(map(plain, row.outages))}" if row.outages else " · in no outage", MUTED),
        )),
    ]  # fmt: skip
    facts += [Fact("warning", Content.styled(plain(text), "$warning")) for text in row.warnings]
    if row.text:
        facts += [Fact("", Content("")), Fact("", Content(plain_lines(row.text)))]
    return facts


class CasesScreen(VakenScreen):
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
            sort="-opened",
            filter="-state:closed",
            start_on_row=False,
            empty="no open case",
            id="cases",
        )
        yield SectionRule(id="detail-rule")
        with VerticalScroll(id="detail", can_focus=False):
            yield Facts(id="case")

    def on_mount(self) -> None:
        """Say what the pane is for."""
        self._show_detail()

    @on(ViewTable.Showed)
    @on(StreamTable.RowHighlighted)
    def _show_detail(self) -> None:
        row = self.query_one("#cases", ViewTable).row
        rule, pane = self.query_one("#detail-rule", SectionRule), self.query_one("#case", Facts)
        if not isinstance(row, CaseRow):
            rule.text = Content.styled("no case is chosen", MUTED)
            pane.show([Fact("", Content.styled("↑ ↓ choose one; without a choice the newest stay in sight", MUTED))])
            return
        rule.text = Content.assemble(
            (plain(row.number), "bold $foreground"), (f" {row.state.value}", ""), (f" · {plain(row.title)}", "")
        )
        pane.show(case_facts(row, self.vaken.hub.now()))
