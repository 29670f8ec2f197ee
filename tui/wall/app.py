"""The wall display: it shows, and takes no input but the wish to end. It sends no command and never ends by itself.

It may run for months: the panels are made once, everything else is thrown away with the next second, and a lost hub
is a line in red over numbers that are dimmed, with the time that they are of.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from feeds.client import LinkState
from feeds.model import OutageState
from tui.hub_app import HubApp
from tui.link import Hub
from tui.looks import Looks
from tui.wall.layout import Plan, places_for, plan, room_for, shift_at
from tui.wall.masking import masked
from tui.wall.panels import CurvePanel, DutyPanel, FeedsPanel, OutagePanel, TopPanel
from tui.wall.sight import Sight
from tui.wall.turns import turn_at
from widgets.feed_strip import is_stale, missed
from widgets.quantities import age_of, plural, span, utc

PANELS = 12
"""Outages that stand on the wall at most, on the largest screens."""
PLAIN = Looks(theme="dark", glyphs="unicode", colours="full")
"""How it looks where nobody said what the terminal can do."""


class WallApp(HubApp, inherit_bindings=False):
    """``names``: whether customers may be named; ``zone``: the local time zone (None: that of this machine).

    ``fps``: the most frames a second, 0: what ``looks`` say.
    """

    TITLE = "vaken wall"
    CSS_PATH = Path(__file__).with_name("wall.tcss")
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "end", show=False),
        Binding("ctrl+c", "quit", "end", show=False, priority=True),
    ]

    def __init__(
        self,
        hub: Hub,
        zone: tzinfo | None = None,
        *,
        names: bool = True,
        looks: Looks | None = None,
        fps: float = 0.0,
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(hub, fps, clock)
        self.zone = zone
        self.names = names
        self.wall_clock = wall_clock
        self.sight = Sight(hub)
        self.beat = 0
        """Seconds that this program has shown: what moves on the wall."""
        self._top, self._duty, self._feeds = TopPanel(id="top"), DutyPanel(id="duty"), FeedsPanel(id="feeds")
        self._curve = CurvePanel()
        self._outages = tuple(OutagePanel(classes="outage") for _ in range(PANELS))
        self.wear(looks if looks is not None else PLAIN)
        if fps:
            self.pace.cap = fps

    def compose(self) -> ComposeResult:
        """Put all panels on the wall; where they stand follows from the size."""
        with Container(id="wall"):
            yield self._top
            yield from self._outages
            yield self._curve
            yield self._duty
            yield self._feeds

    def on_mount(self) -> None:
        """Connect."""
        self.sight.open(self.follow, self.show)
        self.connect()
        self.set_interval(1, self.tick)
        self.show()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out for the new size."""
        self.call_after_refresh(self.show)

    def tick(self) -> None:
        """Move on by a second."""
        self.beat += 1
        self.show()

    def show_link(self) -> None:
        """Show the state of the connection."""
        self.show()

    def show_pace(self) -> None:
        """Show how many frames there are."""
        self.show()

    def show(self) -> None:
        """Show the situation of now."""
        if not self.is_running or not self._feeds.is_attached:
            return
        width, height = room_for(*self.size)
        if width < 1 or height < 1:
            return
        now, sight = self.hub.now(), self.sight
        rows = sight.outages
        turn = turn_at(rows, min(places_for(width, height), PANELS), now)
        places = plan(width, height, len(turn.shown))
        shift = shift_at(now, *self.size)
        self._place(places, shift, max(len(turn.shown), 1))
        for panel, row in zip(self._outages, turn.shown, strict=False):
            panel.show(row, now, names=self.names)
        if not rows:
            self._show_quiet(now)
        page = f"page {turn.page}/{turn.pages}" if turn.pages > 1 else ""
        if not page and len(turn.shown) < len(rows):
            page = f"1 of {len(rows)} shown"
        alert = self.alert()
        self._top.show(sight.totals, page, now, self.zone, self.beat, alert, self.pace_words)
        untold = [row for row in rows if row.state is OutageState.DECLARED and row.told is None]
        if places.duty is not None:
            self._duty.show(sight.promises, untold, now)
        if places.feeds is not None:
            self._feeds.show(sight.feeds, now)
        if places.curve is not None:
            self._curve.show(sight.curve, sight.ten_minutes, sight.surge, self._cases_age(now))
        self.screen.set_class(self.is_lost or not sight.loaded, "-lost")

    def _place(self, places: Plan, shift: tuple[int, int], shown: int) -> None:
        self._top.place(places.top, shift)
        for number, panel in enumerate(self._outages):
            panel.place(places.outages[number] if number < min(shown, len(places.outages)) else None, shift)
        self._curve.place(places.curve, shift)
        self._duty.place(places.duty, shift)
        self._feeds.place(places.feeds, shift)

    def _show_quiet(self, now: datetime) -> None:
        totals = self.sight.totals
        if not self.sight.loaded or totals is None:
            self._outages[0].show_none("nothing heard of the hub yet", 0, "", "$warning")
        else:
            label = "open case" if totals.cases == 1 else "open cases"
            # Where nothing is heard, that nothing is known proves nothing.
            heard = any(feed.kind != "inventory" and not is_stale(feed, now) for feed in self.sight.feeds)
            title, colour = ("NO OUTAGE", "$success") if heard else ("NO OUTAGE KNOWN · NO FEED IS HEARD", "$warning")
            if self.hub.link.degraded:  # what comes now may be told to come back later: nothing of it is known here
                title, colour = "NO OUTAGE KNOWN · THE HUB IS NOT WELL", "$warning"
            self._outages[0].show_none(title, totals.cases, label, colour)

    def alert(self) -> str:
        """Return what is wrong with the connection, in few words; empty while it is well. Addresses are not said."""
        link, now = self.hub.link, self.wall_clock()
        since = span((now - link.since).total_seconds())
        if link.state is LinkState.LOST:
            heard = f" · numbers of {utc(self._of(link.heard, link.offset))}Z" if link.heard is not None else ""
            return f"HUB LOST {since}{heard} · trying again"
        if link.state is LinkState.CONNECTING:
            return f"CONNECTING TO THE HUB {since}"
        if link.state is LinkState.STOPPED:
            return "CONNECTION CLOSED"
        out = f", {plural(link.shed, 'payload')} kept out".upper() if link.shed else ""
        return f"HUB{out}: {masked(link.degraded)}" if link.degraded else ""

    @staticmethod
    def _of(heard: datetime, offset: float) -> datetime:
        """Return a time of our own clock as the hub's clock has it."""
        return heard + timedelta(seconds=offset)

    def _cases_age(self, now: datetime) -> str:
        """Return how old the curve is where all that brings cases is silent."""
        bringing = [feed for feed in missed(self.sight.feeds) if feed.kind == "cases"]
        if not bringing or not all(is_stale(feed, now) for feed in bringing):
            return ""
        newest = max((feed.heard for feed in bringing if feed.heard is not None), default=None)
        return f"{age_of(newest, now)} OLD" if newest is not None else "NEVER HEARD"
