"""Since you left: what changed between two moments, by kind of change, and the note for the next shift."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from feeds.client import ClientError
from feeds.model import ChangeRow, OutageRow
from tui.acts.registry import bindings
from tui.base_screen import VakenScreen
from tui.screens.facts import FactsScreen
from tui.screens.moment import MomentScreen
from tui.tables.recorded import CHANGES
from tui.tables.view_table import ViewTable
from tui.words.handover import TITLES, note, summary
from tui.words.moments import Span
from tui.writing.asking_views import content_now, rows_now
from tui.writing.keeping_files import NotWritten, write_new
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import span
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable

HOURS = (1, 4, 8, 12, 24, 72)
"""Spans that can be chosen, beside the time since the person left."""
MOST = 2_000
"""Rows of a note."""


def _asked(moment: datetime | int) -> str:
    return str(moment) if isinstance(moment, int) else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _words(moment: datetime | int) -> str:
    return f"fact {moment:,}" if isinstance(moment, int) else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"


class HandoverScreen(VakenScreen):
    """Begins with the time since this person left, where that is known, else with the last shift of eight hours."""

    where = "handover"
    AUTO_FOCUS = "#changes StreamTable"
    BINDINGS = bindings("handover")

    def __init__(self) -> None:
        super().__init__()
        self._since: datetime | int | None = None
        self._until: datetime | int | None = None
        """None: now."""
        self._hours = 0
        """The span in hours; 0: since the person left, or since a moment that was chosen."""

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out; the table comes with the span."""
        yield Static(id="span")
        yield Vertical(id="changes-box")
        yield SectionRule(id="change-rule")
        yield Static(id="change")

    async def on_mount(self) -> None:
        """Begin with the time since the person left."""
        self._since = self.vaken.left_before
        self._hours = 8 if self._since is None else 0
        await self._look()

    def tick(self) -> None:
        """Count the span on."""
        super().tick()
        self._show_span()

    # -- the span ----------------------------------------------------------------------------------------------------

    def _span(self) -> Span:
        since = self._since
        if since is None or self._hours:
            # On whole minutes, so that terminals that look at the same time share one query.
            since = (self.vaken.hub.now() - timedelta(hours=self._hours or 8)).replace(second=0, microsecond=0)
        return Span(since, None if self._hours else self._until)

    async def _look(self) -> None:
        box, table = self.query_one("#changes-box", Vertical), self.query("#changes")
        await table.remove()
        self._shown = self._span()
        self._asked = "..".join(_asked(one) for one in self._shown if one is not None)
        await box.mount(ViewTable("What changed", "changes", CHANGES, sort="rank", of=self._asked, id="changes",
                                  empty="nothing changed since then"))  # fmt: skip
        self.query_one("#changes StreamTable", StreamTable).focus()
        self._show_span()

    def _since_words(self) -> str:
        first, last = self._shown
        if last is not None:
            return f"{_words(first)} until {_words(last)}"
        if isinstance(first, int):
            return _words(first)
        why = "you left, " if first == self.vaken.left_before else ""
        return f"{why}{_words(first)}, {span((self.vaken.hub.now() - first).total_seconds())} ago"

    @on(ViewTable.Showed)
    def _show_span(self) -> None:
        tables = self.query("#changes")
        if not tables:
            return
        rows = [row for row in self.query_one("#changes", ViewTable).table.window.rows if isinstance(row, ChangeRow)]
        line = Content.assemble(
            (" since ", MUTED), (plain(self._since_words()), "bold"), ("   ", ""), (plain(summary(rows)), MUTED)
        )
        self.query_one("#span", Static).update(line)

    @on(ViewTable.Showed)
    @on(StreamTable.RowHighlighted)
    def _show_change(self) -> None:
        tables = self.query("#changes")
        row = self.query_one("#changes", ViewTable).row if tables else None
        if not isinstance(row, ChangeRow):
            return
        about = " ".join(filter(None, (row.outage, row.update)))
        at = f"{row.at:%Y-%m-%d %H:%M:%S}Z" if row.at is not None else ""
        parts = [TITLES[row.section], about, at, row.who, f"fact {row.seq:,}" if row.seq else ""]
        self.query_one("#change-rule", SectionRule).text = Content(plain(" · ".join(filter(None, parts))))
        self.query_one("#change", Static).update(Content(plain(row.what)))

    async def _choose_hours(self, hours: int) -> None:
        self._hours = hours
        await self._look()

    async def action_shorter(self) -> None:
        """Look back over less time."""
        now = self._hours or 10_000
        await self._choose_hours(max((hours for hours in HOURS if hours < now), default=HOURS[0]))

    async def action_longer(self) -> None:
        """Look back over more time."""
        await self._choose_hours(min((hours for hours in HOURS if hours > self._hours), default=HOURS[-1]))

    async def action_since_left(self) -> None:
        """Look at the time since this person left."""
        if self.vaken.left_before is None:
            self.vaken.say("It is not known when you left: this is your first time here.")
            return
        self._since, self._until, self._hours = self.vaken.left_before, None, 0
        await self._look()

    @work(group="span", exclusive=True)
    async def action_since(self) -> None:
        """Ask since when, or from when until when."""
        found = await self.app.push_screen_wait(MomentScreen("Since", self.vaken.hub.now(), span=True))
        if isinstance(found, Span):
            (self._since, self._until), self._hours = found, 0
            await self._look()

    # -- what to do with it ------------------------------------------------------------------------------------------

    @work(group="note", exclusive=True)
    async def action_export(self) -> None:
        """Write the note for the next shift into a file."""
        app = self.vaken
        until = app.hub.now()
        try:
            found = await content_now(app, "changes", of=self._asked, sort="rank", most=MOST)
            rows = cast(tuple[ChangeRow, ...], found.rows)
            text = note(rows, self._since_words(), until, app.hub.who, found.total)
            path = write_new(app.exports, f"vaken-handover-{until:%Y%m%dT%H%MZ}.md", text)
        except (ClientError, NotWritten) as error:
            app.say(str(error), bad=True)
            return
        app.say(f"The note is in {path}")

    @on(StreamTable.RowSelected)
    def _open_row(self, event: StreamTable.RowSelected) -> None:
        if isinstance(event.row, ChangeRow):
            self._open(event.row)

    def action_open(self) -> None:
        """Open what the line is about."""
        row = self.query_one("#changes", ViewTable).target()
        if isinstance(row, ChangeRow):
            self._open(row)

    @work(group="open", exclusive=True)
    async def _open(self, row: ChangeRow) -> None:
        if not row.outage:
            self.app.push_screen(FactsScreen(f"seq:{row.seq}" if row.seq else ""))
            return
        try:
            found = await rows_now(self.vaken, "outages", filter=f"key:{row.outage}", most=1)
        except ClientError as error:
            self.vaken.say(str(error), bad=True)
            return
        for outage in found:
            if isinstance(outage, OutageRow):
                self.vaken.open_outage(outage)
