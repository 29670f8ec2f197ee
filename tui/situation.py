"""What every screen's header shows: the outages that live, the feeds, cases and surges. Opened once for the app."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from feeds.model import CountRow, CurveRow, FeedRow, OutageRow, OutageState, SurgeRow, TotalsRow, UpdateRow
from tui.link import Hub, View
from tui.promises import Promise, promises

LIVE_FILTER = "state:suspected,declared,mitigated"
"""Outages that gather cases and alarms."""

WAITING = "state:proposed"
"""Updates that a second person has to approve."""

GOING_ON = 'ended:""'
"""Surges that are not over."""

CURVE = "1/120"
"""The curve beside the situation: the last two hours minute by minute, so that ten minutes end now."""


class Situation:
    """Call ``open`` once; ``views`` are then to be followed by the app."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._outages: View | None = None
        self._feeds: View | None = None
        self._counts: View | None = None
        self._curve: View | None = None
        self._surges: View | None = None
        self._totals: View | None = None
        self._waiting: View | None = None

    def open(self, follow: Callable[[View, Callable[[], None]], None], changed: Callable[[], None]) -> None:
        """Open the views; ``changed`` is called when one of them has new content."""
        self._outages = self._hub.open("outages", sort="-urgency", filter=LIVE_FILTER, window=(0, 20))
        self._feeds = self._hub.open("feeds", sort="key", window=(0, 100))
        self._counts = self._hub.open("counts", sort="-minute", window=(0, 140))
        self._curve = self._hub.open("curve", of=CURVE, sort="key", window=(0, 120))
        self._surges = self._hub.open("surges", sort="-began", filter=GOING_ON, window=(0, 50))
        self._totals = self._hub.open("totals", window=(0, 1))
        self._waiting = self._hub.open("updates", sort="drafted", filter=WAITING, window=(0, 20))
        opened = (self._outages, self._feeds, self._counts, self._curve, self._surges, self._totals, self._waiting)
        for view in opened:
            follow(view, changed)

    @property
    def outages(self) -> tuple[OutageRow, ...]:
        """Live outages, most urgent first."""
        return cast(tuple[OutageRow, ...], self._outages.content.rows) if self._outages is not None else ()

    @property
    def feeds(self) -> tuple[FeedRow, ...]:
        """The feeds."""
        return cast(tuple[FeedRow, ...], self._feeds.content.rows) if self._feeds is not None else ()

    @property
    def counts(self) -> tuple[CountRow, ...]:
        """The minutes that had a case, newest first."""
        return cast(tuple[CountRow, ...], self._counts.content.rows) if self._counts is not None else ()

    @property
    def curve(self) -> tuple[CurveRow, ...]:
        """Cases of the last two hours minute by minute, oldest first."""
        return cast(tuple[CurveRow, ...], self._curve.content.rows) if self._curve is not None else ()

    @property
    def surges(self) -> tuple[SurgeRow, ...]:
        """Surges that go on, the newest first."""
        return cast(tuple[SurgeRow, ...], self._surges.content.rows) if self._surges is not None else ()

    @property
    def waiting(self) -> tuple[UpdateRow, ...]:
        """Updates that wait for a second person, the oldest first."""
        return cast(tuple[UpdateRow, ...], self._waiting.content.rows) if self._waiting is not None else ()

    @property
    def promises(self) -> list[Promise]:
        """What customers were promised and wait for, the earliest first."""
        rows = self._totals.content.rows if self._totals is not None else ()
        return promises(self.outages, next((row for row in rows if isinstance(row, TotalsRow)), None))

    def top(self, now: datetime) -> OutageRow | None:
        """Return the outage that the header speaks of: the one most overdue, else a declared one, else the first."""
        live = self.outages
        promised = [row for row in live if row.next_word is not None and row.state is not OutageState.SUSPECTED]
        late = [row for row in promised if row.next_word is not None and row.next_word < now]
        if late:
            return min(late, key=lambda row: row.next_word or now)
        declared = [row for row in live if row.state is OutageState.DECLARED]
        mitigated = [row for row in live if row.state is OutageState.MITIGATED]
        return next(iter((*declared, *mitigated, *live)), None)
