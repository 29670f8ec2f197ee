"""The alarms of all sources, the worst and newest first, and the whole of the one under the cursor."""

from collections.abc import Iterable
from datetime import datetime

from textual import on, work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from feeds.model import AlarmRow
from feeds.model.commands import Acknowledge
from tui.acts.registry import bindings
from tui.base_screen import VakenScreen
from tui.tables.columns import ALARMS
from tui.tables.view_table import ViewTable
from tui.words.rows import SEVERITY_LETTER
from widgets.facts import Fact, Facts
from widgets.looks import MUTED
from widgets.plain import plain, plain_lines
from widgets.quantities import plural, span
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable


def alarm_facts(row: AlarmRow, now: datetime) -> list[Fact]:
    """Return all that is known of an alarm."""
    names = [name for name in (row.event_type, row.probable_cause, row.specific_problem) if name]
    facts = [Fact("problem", Content.styled(plain(" · ".join(names)) or "not named", "bold"))]
    if row.text:
        facts.append(Fact("text", Content(plain_lines(row.text))))
    since = f"{row.raised:%H:%M:%S} UTC, {span((now - row.raised).total_seconds())} ago"
    seen = f" · seen {plural(row.occurrences, 'time')}, last {row.changed:%H:%M:%S}"
    cleared = f" · cleared {row.cleared:%H:%M:%S}" if row.cleared is not None else ""
    facts.append(Fact("raised", Content(since + seen + cleared)))
    serves = plural(row.sims, "SIM") if row.sims else "no SIMs that the inventory knows of"
    belongs = f" · in {', '.join(map(plain, row.outages))}" if row.outages else ""
    facts.append(Fact("serves", Content(serves + belongs)))
    if row.attributes:
        pairs = " · ".join(f"{plain(name)} {plain(value)}" for name, value in row.attributes.items())
        facts.append(Fact("with", Content(pairs)))
    if row.acknowledged_by:
        facts.append(Fact("ack by", Content(plain(row.acknowledged_by))))
    return facts


async def acknowledge(screen: VakenScreen, table: ViewTable) -> None:
    """Take note of the alarm under the cursor of ``table``."""
    row = table.target()
    if not isinstance(row, AlarmRow):
        return
    if row.acknowledged_by:
        screen.vaken.say(f"{row.managed_object} is acknowledged by {row.acknowledged_by} already.")
        return
    if await screen.vaken.do(Acknowledge((row.key,), seen=row.seq)) is not None:
        screen.vaken.say(f"Acknowledged: {row.managed_object}.")


class AlarmsScreen(VakenScreen):
    """Active alarms; the filter can be taken off to see cleared ones."""

    where = "alarms"
    AUTO_FOCUS = "#alarms StreamTable"
    BINDINGS = bindings("alarms")

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield ViewTable(
            "Alarms",
            "alarms",
            ALARMS,
            sort="-severity,-raised",
            filter="-severity:cleared",
            start_on_row=False,
            empty="no active alarm",
            id="alarms",
        )
        yield SectionRule(id="detail-rule")
        with VerticalScroll(id="detail", can_focus=False):
            yield Facts(id="alarm")

    def on_mount(self) -> None:
        """Say what the pane is for."""
        self._show_detail()

    @work(group="ack")
    async def action_ack(self) -> None:
        """Acknowledge."""
        await acknowledge(self, self.query_one("#alarms", ViewTable))

    @on(ViewTable.Showed)
    @on(StreamTable.RowHighlighted)
    def _show_detail(self) -> None:
        row = self.query_one("#alarms", ViewTable).row
        rule, pane = self.query_one("#detail-rule", SectionRule), self.query_one("#alarm", Facts)
        if not isinstance(row, AlarmRow):
            rule.text = Content.styled("no alarm is chosen", MUTED)
            pane.show([Fact("", Content.styled("↑ ↓ choose one; without a choice the newest stay in sight", MUTED))])
            return
        rule.text = Content.assemble(
            (SEVERITY_LETTER[row.severity], f"bold $severity-{_COLOUR.get(row.severity.value, 'warning')}"),
            (f" {row.severity.value} ", ""),
            (plain(row.managed_object), "bold $foreground"),
            (f" · {plain(row.source)}", ""),
        )
        pane.show(alarm_facts(row, self.vaken.hub.now()))


_COLOUR = {"critical": "critical", "major": "major", "minor": "minor"}
