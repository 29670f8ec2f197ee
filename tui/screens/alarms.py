"""The alarms of all sources, the worst and newest first; how many come for each person; the whole of one of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from textual import on, work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from feeds.model import AlarmRow
from feeds.model.commands import Acknowledge, Shelve
from tui.acts.registry import bindings
from tui.base_screen import VakenScreen
from tui.panes.flood import ACTIVE, KINDS, FloodGauge
from tui.panes.freshness import silence_facts
from tui.tables.columns import ALARMS
from tui.tables.view_table import ViewTable
from tui.words.rows import SEVERITY_LETTER
from widgets.confirm import Confirm, Hit
from widgets.entry_lines import Entry
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


CHATTER_SECONDS = 600
"""Three raises within so long are chatter."""
STALE_SECONDS = 86_400
"""An alarm that is active for longer says nothing any more: it wants mending, or a shelf."""


def bad_facts(row: AlarmRow, now: datetime) -> list[Fact]:
    """Return what is wrong with an alarm itself: it chatters, it is stale, or it is put aside."""
    facts: list[Fact] = []
    if row.shelved is not None and row.shelved > now:
        left = span((row.shelved - now).total_seconds())
        by = f" by {plain(row.shelved_by)}" if row.shelved_by else ""
        facts.append(Fact("shelved", Content.styled(f"until {row.shelved:%H:%M} UTC, {left} left{by}", "$accent")))
    if row.chatter is not None and (now - row.chatter).total_seconds() <= CHATTER_SECONDS:
        often = f"raised three times within {span((now - row.chatter).total_seconds())}"
        if row.raises_since is not None and row.raises > 2:
            often += f", {row.raises + 1} times since {row.raises_since:%H:%M}"
        facts.append(Fact("chatters", Content.styled(often, "$warning")))
    if row.cleared is None and (now - row.raised).total_seconds() > STALE_SECONDS:
        facts.append(Fact("stale", Content.styled("active for more than a day", "$warning")))
    return facts


_LISTED = 10
"""Alarms that the question before names one by one."""


def _left_out(table: ViewTable, *words: str) -> list[Hit]:
    """Return what an action on the chosen alarms leaves out: it comes first, to be seen at any size."""
    said = [*words, *filter(None, [table.hidden_words(lambda count: plural(count, "alarm"))])]
    return [*(Content.styled(plain(one), "$warning") for one in said), *([""] if said else [])]


def _named(rows: Sequence[AlarmRow]) -> list[Hit]:
    """Return the first of them by name, and how many more there are."""
    more = [f"and {len(rows) - _LISTED:,} more"] if len(rows) > _LISTED else []
    return [*map(_entry, rows[:_LISTED]), *more]


def _entry(row: AlarmRow) -> Entry:
    """Return an alarm in one line: its object, and what tells it from the others of that object."""
    what = [name for name in (row.specific_problem or row.probable_cause or row.event_type, row.text) if name]
    return Entry(row.managed_object, f"{row.severity.value}: ", "".join(f" · {one}" for one in what))


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
        known = len(rows) - len(open_rows)
        left_out = [f"{plural(known, 'alarm')} of those chosen: acknowledged already"] if known else []
        hits = [*_left_out(table, *left_out), *_named(open_rows)]
        question = Confirm(f"Acknowledge {plural(len(open_rows), 'alarm')}?", hits, verb="Acknowledge")
        if await screen.app.push_screen_wait(question) is None:
            return
    command = Acknowledge(tuple(row.key for row in open_rows), seen=max(row.seq for row in open_rows))
    if await screen.vaken.do(command) is not None:
        one = len(open_rows) == 1
        screen.vaken.say(f"Acknowledged: {open_rows[0].managed_object if one else plural(len(open_rows), 'alarm')}.")
        table.table.give_up()


SHELVE_MINUTES = (0, 1440)
"""How long an alarm may be put aside: a day at most (ISA-18.2: shelving is always limited in time)."""


def _shelving(written: tuple[str, ...]) -> str:
    """Return what is wrong with the minutes and the reason; empty where nothing is."""
    minutes, why = written
    if not (minutes.isascii() and minutes.isdigit() and SHELVE_MINUTES[0] <= int(minutes[:5]) <= SHELVE_MINUTES[1]):
        return "Minutes: a whole number up to 1440; 0 takes it off the shelf."
    return "" if why or not int(minutes) else "Say why: the next shift sees it."


async def shelve(screen: VakenScreen, table: ViewTable) -> None:
    """Put the chosen alarms of ``table`` aside for a while, else the one under the cursor."""
    rows = [row for row in table.targets() if isinstance(row, AlarmRow)]
    if not rows:
        return
    hits: list[Hit] = [*(_left_out(table) if len(rows) > 1 else ()), *_named(rows)]
    hits.append("They are hidden from the list and not counted until then, also where they clear and come again.")
    dialog = Confirm(
        f"Shelve {plural(len(rows), 'alarm')}?", hits, verb="Shelve", words=("minutes", "why"), missing=_shelving
    )
    if await screen.app.push_screen_wait(dialog) is None:
        return
    minutes, why = dialog.written
    command = Shelve(tuple(row.key for row in rows), int(minutes), why, seen=max(row.seq for row in rows))
    if await screen.vaken.do(command) is not None:
        what = rows[0].managed_object if len(rows) == 1 else plural(len(rows), "alarm")
        screen.vaken.say(f"Shelved for {minutes} min: {what}." if int(minutes) else f"Off the shelf: {what}.")
        table.table.give_up()


class AlarmsScreen(VakenScreen):
    """Active alarms that nobody shelved; chattering, stale and shelved ones are one key away."""

    where = "alarms"
    AUTO_FOCUS = "#alarms StreamTable"
    BINDINGS = bindings("alarms")

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield FloodGauge(id="flood")
        yield ViewTable(
            "Alarms",
            "alarms",
            ALARMS,
            sort="-severity,-raised",
            filter=ACTIVE,
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

    @work(group="ack")
    async def action_shelve(self) -> None:
        """Put aside for a while."""
        await shelve(self, self.query_one("#alarms", ViewTable))

    def action_next_kind(self) -> None:
        """Show the active alarms, then those that chatter, that are stale, that are shelved."""
        table = self.query_one("#alarms", ViewTable)
        filters = [filter for _name, filter in KINDS]
        place = filters.index(table.filter) + 1 if table.filter in filters else 0
        name, filter = KINDS[place % len(KINDS)]
        table.table.to_top()
        table.set_filter(filter)
        self.vaken.say(f"Alarms: {name}")

    def tick(self) -> None:
        """Count the ages of the pane on as well."""
        super().tick()
        if self.query("#alarm"):  # a second may pass before it is there
            self._show_detail()

    @on(ViewTable.Showed)
    @on(StreamTable.RowHighlighted)
    def _show_detail(self) -> None:
        row = self.query_one("#alarms", ViewTable).row
        if row is None and self.query_one("#alarms", ViewTable).table.window.cursor is not None:
            return  # it is on its way: what was known of it stays in sight
        rule, pane = self.query_one("#detail-rule", SectionRule), self.query_one("#alarm", Facts)
        self.query_one("#detail").set_class(not isinstance(row, AlarmRow), "-unchosen")
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
        now = self.vaken.hub.now()
        first, *rest = alarm_facts(row, now)
        silent = silence_facts(self.vaken.situation.feeds, "alarms", row, now)
        pane.show([first, *silent, *bad_facts(row, now), *rest])


_COLOUR = {"critical": "critical", "major": "major", "minor": "minor"}
