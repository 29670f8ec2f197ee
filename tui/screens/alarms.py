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
from widgets.confirm import Confirm
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


_LISTED = 10
"""Alarms that the question before names one by one."""


async def acknowledge(screen: VakenScreen, table: ViewTable) -> None:
    """Take note of the chosen alarms of ``table``, else of the one under the cursor. Of several it is asked before."""
    rows = [row for row in table.targets() if isinstance(row, AlarmRow)]
    if not rows:
        return
    open_rows = [row for row in rows if not row.acknowledged_by]
    if not open_rows:
        by = rows[0].acknowledged_by
        what = rows[0].managed_object if len(rows) == 1 else f"Each of the {len(rows):,} alarms"
        screen.vaken.say(f"{what} is acknowledged{f' by {by}' if len(rows) == 1 else ''} already.")
        return
    if len(rows) > 1:
        hits = [f"{row.severity.value}: {plain(row.managed_object)}" for row in open_rows[:_LISTED]]
        if len(open_rows) > _LISTED:
            hits.append(f"and {len(open_rows) - _LISTED:,} more")
        if len(rows) > len(open_rows):
            hits.append(f"{plural(len(rows) - len(open_rows), 'alarm')} of those chosen: acknowledged already")
        hits += [words] if (words := table.hidden_words(lambda count: plural(count, "alarm"))) else []
        question = Confirm(f"Acknowledge {plural(len(open_rows), 'alarm')}?", hits, verb="Acknowledge")
        if await screen.app.push_screen_wait(question) is None:
            return
    command = Acknowledge(tuple(row.key for row in open_rows), seen=max(row.seq for row in open_rows))
    if await screen.vaken.do(command) is not None:
        one = len(open_rows) == 1
        screen.vaken.say(f"Acknowledged: {open_rows[0].managed_object if one else plural(len(open_rows), 'alarm')}.")
        table.table.give_up()


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
            newest="-raised",
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
        self.set_class(not isinstance(row, AlarmRow), "-unchosen")
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
