"""One outage: its facts, and behind tabs whom it hits, what explains it, its cases, alarms, history and updates."""

from collections.abc import Iterable

from textual import on, work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from feeds.client import ClientError
from feeds.client import Content as Answer
from feeds.model import ExplanationRow, OutageRow, PresentRow, UpdateRow, UpdateState
from tui.acts.cases import CaseActions
from tui.acts.explanations import ExplainActions
from tui.acts.outages import OutageActions
from tui.acts.registry import bindings
from tui.link import View
from tui.panes.outage import OutagePane
from tui.panes.ribbon import RibbonPane
from tui.screens.alarms import acknowledge
from tui.tables.columns import ALARMS, CALLS, CASES_INSIDE, TIMELINE, UPDATES
from tui.tables.explanations import ExplanationTable
from tui.tables.impact import ImpactTable
from tui.tables.view_table import ViewTable
from tui.words.outage_record import (
    ASKED,
    Asked,
    NoSuchOutage,
    asked_besides,
    make_record,
    record_json,
    record_markdown,
)
from tui.words.rows import outage_line, people_words
from tui.writing.asking_views import content_now
from tui.writing.keeping_files import NotWritten, write_new
from widgets.columns import Column
from widgets.plain import plain
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable
from widgets.tab_strip import TabStrip

_TABS = ("Impact", "Explanations", "Cases", "Alarms", "Timeline", "Updates", "Calls")


def _without(columns: Iterable[Column], key: str) -> tuple[Column, ...]:
    return tuple(column for column in columns if column.key != key)


class OutageScreen(OutageActions, CaseActions, ExplainActions):
    """``row`` is the outage as it was when it was opened; the screen follows it, also where it is merged or ends."""

    where = "outage"
    AUTO_FOCUS = "#impact StreamTable"
    BINDINGS = bindings("outage")

    def __init__(self, row: OutageRow) -> None:
        super().__init__()
        self.row = row
        self._view: View | None = None
        self._present: View | None = None
        self._survivor: View | None = None
        """The outage that this one was merged into, from when it was."""

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the way to it."""
        return (self.row.key,)

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        key = self.row.key
        yield Static(id="merged")
        yield SectionRule(id="facts-rule")
        with VerticalScroll(id="facts", can_focus=False):
            yield OutagePane()
        yield RibbonPane(id="outage-ribbon")
        yield TabStrip(_TABS)
        with ContentSwitcher(initial="impact"):
            yield ImpactTable(self.row, id="impact")
            yield ExplanationTable(key, id="explanations")
            yield ViewTable(
                "Cases",
                "cases",
                CASES_INSIDE,
                sort="-opened",
                base=f"outages:{key}",
                filter="-state:closed",
                id="cases",
                empty="no open case in it",
            )
            yield ViewTable(
                "Alarms",
                "alarms",
                _without(ALARMS, "outages"),
                sort="-severity,-raised",
                base=f"outages:{key}",
                filter="-severity:cleared",
                id="alarms",
                empty="no active alarm in it",
            )
            yield ViewTable("Timeline", "timeline", TIMELINE, sort="-at", of=key, id="timeline")
            yield ViewTable("Updates to customers", "updates", UPDATES, sort="-number", base=f"outage:{key}",
                            id="updates", empty="nothing was told to customers: u writes the first word")  # fmt: skip
            yield ViewTable("Customers whom no message reaches", "calls", CALLS, sort="-vip,-sims", of=key, id="calls",
                            empty="every customer has an address that can be written to")  # fmt: skip

    def on_mount(self) -> None:
        """Follow the outage's own row."""
        self._view = self.vaken.hub.open("outages", filter=f"key:{self.row.key}", window=(0, 1))
        self.vaken.follow(self._view, self._take_row)
        self._present = self.vaken.hub.open("present", window=(0, 50))
        self.vaken.follow(self._present, self._show_facts)
        self.query_one(RibbonPane).look_at(self.row.key, at_once=True)
        self._show_facts()

    def on_unmount(self) -> None:
        """Follow it no longer."""
        for view in (self._view, self._present, self._survivor):
            if view is not None:
                self.vaken.unfollow(view)
                view.close()

    def outage_target(self) -> OutageRow | None:
        """Return this outage."""
        return self.row

    def outage_in_sight(self) -> OutageRow | None:
        """Return this outage."""
        return self.row

    def case_table(self) -> ViewTable | None:
        """Return the outage's cases, where they are open."""
        if self.query_one(ContentSwitcher).current != "cases":
            self.vaken.say("Cases are moved in the pane Cases.")
            return None
        return self.query_one("#cases", ViewTable)

    def explanation_target(self) -> ExplanationRow | None:
        """Return the candidate under the cursor; where another pane is open, show the candidates first."""
        if self.query_one(ContentSwitcher).current != "explanations":
            self._open_tab(_TABS.index("Explanations"))
            self.vaken.say("These may explain it: choose one, then press the key again.")
            return None
        row = self.query_one(ExplanationTable).target()
        return row if isinstance(row, ExplanationRow) else None

    def standing_explanations(self) -> tuple[ExplanationRow, ...]:
        """Return the candidates that the evidence stands for."""
        return self.query_one(ExplanationTable).standing

    def home_outage(self) -> str:
        """Return this outage."""
        return self.row.key

    def tick(self) -> None:
        """Count the ages of the facts on as well."""
        super().tick()
        self._show_facts()

    def _take_row(self) -> None:
        assert self._view is not None
        for row in self._view.content.rows:
            if isinstance(row, OutageRow):
                self.row = row
        self.show_hints()
        for table in self.query(ImpactTable):
            table.show_outage(self.row)
        self._show_facts()

    def _show_facts(self) -> None:
        if not self.query(OutagePane):
            return  # being closed
        rule = self.query_one("#facts-rule", SectionRule)
        rule.text, rule.note = outage_line(self.row), self._people()
        self._show_merge()
        self.query_one(OutagePane).show_outage(self.row, self.vaken.hub.now())

    def _people(self) -> Content:
        """Return who writes to customers now, and who else has the outage open."""
        tables = self.query("#updates")
        rows = tables.first(ViewTable).table.window.rows if tables else ()
        drafts = [one for one in rows if isinstance(one, UpdateRow) and one.state is UpdateState.DRAFT]
        present = self._present.content.rows if self._present is not None else ()
        watching = [one.key for one in present if isinstance(one, PresentRow) and self.row.key in one.outages]
        return people_words([one.author for one in drafts], watching, self.vaken.hub.who)

    def _show_merge(self) -> None:
        """Say where the outage went, and follow the one that it went into."""
        into, line = self.row.merged_into, self.query_one("#merged", Static)
        line.display = bool(into)
        if not into:
            return
        if self._survivor is None:
            self._survivor = self.vaken.hub.open("outages", filter=f"key:{into}", window=(0, 1))
            self.vaken.follow(self._survivor, self._show_facts)
        row = self._survivor_row()
        name = (row.title or row.shared or row.customer) if row is not None else ""
        about = f" · {plain(name)}" if name else ""
        line.update(Content(f" {plain(self.row.key)} was merged into {plain(into)}{about} · f goes there"))

    def action_alone(self) -> None:
        """Show the outage's SIMs alone, or the fleet around them."""
        self.query_one(RibbonPane).action_alone()

    def _survivor_row(self) -> OutageRow | None:
        if self._survivor is None:
            return None
        return next((row for row in self._survivor.content.rows if isinstance(row, OutageRow)), None)

    def action_follow_merge(self) -> None:
        """Go to the outage that this one was merged into."""
        if not self.row.merged_into:
            self.vaken.say(f"{self.row.key} was not merged.")
            return
        row = self._survivor_row()
        if row is None:
            self.vaken.say(f"{self.row.merged_into} is not loaded yet.")
            return
        self.app.switch_screen(OutageScreen(row))

    @on(ViewTable.Showed)
    def _count_tabs(self) -> None:
        self._show_facts()
        tables = [self.query_one(f"#{name.lower()}", ViewTable) for name in _TABS]
        self.query_one(TabStrip).labels = tuple(
            (name, table.table.window.total if table.table.loaded else None)
            for name, table in zip(_TABS, tables, strict=True)
        )

    @on(TabStrip.Chosen)
    def _choose(self, event: TabStrip.Chosen) -> None:
        self._open_tab(event.place)

    def _go_to_pane(self, by: int) -> None:
        self._open_tab((self.query_one(TabStrip).active + by) % len(_TABS))

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self._go_to_pane(1)

    def action_previous_pane(self) -> None:
        """Go to the pane before."""
        self._go_to_pane(-1)

    def _open_tab(self, place: int) -> None:
        self.query_one(TabStrip).active = place
        name = _TABS[place].lower()
        self.query_one(ContentSwitcher).current = name
        self.query_one(f"#{name} StreamTable", StreamTable).focus()

    async def _ask(self, asked: Asked) -> Answer:
        of, filter = asked.of.format(self.row.key), asked.filter.format(self.row.key)
        return await content_now(self.vaken, asked.view, of=of, filter=filter, sort=asked.sort, most=asked.most)

    @work(group="timeline", exclusive=True)
    async def action_export_timeline(self) -> None:
        """Write what happened into files: the beginning of a post-mortem, and the same as data."""
        app = self.vaken
        try:
            found = {one.name: await self._ask(one) for one in ASKED}
            rows = {name: content.rows for name, content in found.items()}
            rows |= {one.name: (await self._ask(one)).rows for one in asked_besides(rows)}
            totals = {name: content.total for name, content in found.items()}
            record = make_record(self.row.key, rows, app.hub.now(), totals)
            name = f"vaken-{self.row.key}-{record.made:%Y%m%dT%H%MZ}"
            path = write_new(app.exports, f"{name}.md", record_markdown(record))
            write_new(app.exports, f"{name}.json", record_json(record))
        except (ClientError, NoSuchOutage, NotWritten) as error:
            app.say(str(error), bad=True)
            return
        app.say(f"The timeline is in {path}, and as JSON beside it")

    @work(group="ack")
    async def action_ack(self) -> None:
        """Acknowledge the alarm under the cursor, where the alarms are open."""
        if self.query_one(ContentSwitcher).current != "alarms":
            self.vaken.say("Alarms are acknowledged in the pane Alarms.")
            return
        await acknowledge(self, self.query_one("#alarms", ViewTable))

    @on(StreamTable.RowSelected)
    def _open_row(self, event: StreamTable.RowSelected) -> None:
        row = event.row
        if not isinstance(row, UpdateRow):
            return
        if row.state is UpdateState.DRAFT:
            self.app.push_screen(self._composer(self.row))
            return
        from tui.screens.updates import screen_of

        self.app.push_screen(screen_of(row))
