"""What every screen's header shows: the outages that live, the feeds, the cases per minute. Opened once for the app."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from feeds.model import CountRow, FeedRow, OutageRow, OutageState
from tui.link import Hub, View

LIVE_FILTER = "state:suspected,declared,mitigated"
"""Outages that gather cases and alarms."""


class Situation:
    """Call ``open`` once; ``views`` are then to be followed by the app."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._outages: View | None = None
        self._feeds: View | None = None
        self._counts: View | None = None

    def open(self, follow: Callable[[View, Callable[[], None]], None], changed: Callable[[], None]) -> None:
        """Open the views; ``changed`` is called when one of them has new content."""
        self._outages = self._hub.open("outages", sort="-urgency", filter=LIVE_FILTER, window=(0, 20))
        self._feeds = self._hub.open("feeds", sort="key", window=(0, 100))
        self._counts = self._hub.open("counts", sort="-minute", window=(0, 140))
        for view in (self._outages, self._feeds, self._counts):
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
