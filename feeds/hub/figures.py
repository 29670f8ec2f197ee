"""The figures that a night shift asks of a hub's feeds, deliveries, disk and event loop, for Prometheus.

Labels are bounded: feeds by ``heard.FEEDS_KEPT``, channels and states by their enumerations, kinds by the readers of
returned mail. What each room counts for itself is shown there (``access.shown``, ``pressure.intake``).
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from feeds.hub.core import Hub
from feeds.hub.readiness import Readiness

LOOP_EVERY: Final = 0.25
"""Seconds between two looks at how late the event loop is."""
LOOP_KEPT: Final = 0.97
"""What is left of the worst lateness after each look: half after about six seconds."""


class Lateness:
    """How late the event loop runs what is due, seconds: the worst of late."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def run(self) -> None:
        """Look until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LOOP_EVERY
            await asyncio.sleep(LOOP_EVERY)
            self.worst = max(self.worst * LOOP_KEPT, loop.time() - due)


class Figures(Collector):
    """Collects when Prometheus asks; nothing of it is counted in between."""

    def __init__(
        self,
        hub: Hub,
        readiness: Readiness,
        lateness: Lateness,
        connections: Callable[[], int],
        returned: Callable[[], Mapping[str, int]],
    ) -> None:
        """``returned``: reports that came back by mail, by kind. Registers itself with the hub's metrics."""
        self._hub = hub
        self._readiness = readiness
        self._lateness = lateness
        self._connections = connections
        self._returned = returned
        hub.metrics.registry.register(self)

    def collect(self) -> Iterable[Metric]:
        """Give the figures to the registry."""
        yield from self._feeds()
        yield from self._deliveries()
        hub, disk = self._hub, self._readiness.seen
        ready = not (hub.not_kept or disk.why)
        yield _gauge("vaken_ready", "1 where the hub can keep what it is sent.", float(ready))
        yield _gauge("vaken_log_waiting_facts", "Facts handed to the log and not yet on disk.", hub.log.waiting)
        yield _gauge("vaken_log_size_bytes", "Size of the log on disk.", disk.log_bytes)
        yield _gauge("vaken_disk_free_bytes", "Room left on the disk of the log.", disk.free_bytes)
        damaged = hub.log.damage is not None or hub.log.gap is not None
        yield _gauge("vaken_log_damaged", "1 where damage was found in the log, also where facts are taken.", damaged)
        age = math.nan if math.isnan(disk.snapshot) else max(0.0, hub.now().timestamp() - disk.snapshot)
        yield _gauge("vaken_snapshot_age_seconds", "Age of the newest snapshot of the board, NaN: none.", age)
        yield _gauge("vaken_connections", "Open connections of terminals, feeds and others.", self._connections())
        lost = CounterMetricFamily("vaken_journal_lost", "Lines of the hub's own that nobody read or kept.")
        lost.add_metric([], hub.journal.lost)
        yield lost
        late = self._lateness.worst
        yield _gauge("vaken_loop_late_seconds", "How late the hub does what is due, the worst of late.", late)

    def _feeds(self) -> Iterable[Metric]:
        now = self._hub.now()
        age = GaugeMetricFamily("vaken_feed_age_seconds", "Since a feed was last heard, NaN: never.", labels=["feed"])
        silent = GaugeMetricFamily("vaken_feed_silent", "1 where a feed is silent beyond its rhythm.", labels=["feed"])
        events = CounterMetricFamily("vaken_feed_events", "Events that a feed brought.", labels=["feed", "kind"])
        missing = GaugeMetricFamily("vaken_feed_missing", "Frames missing in a feed's own numbers.", labels=["feed"])
        for key, feed in self._hub.heard.feeds():
            seconds = math.nan if feed.heard is None else max(0.0, (now - feed.heard).total_seconds())
            age.add_metric([key], seconds)
            silent.add_metric([key], float(bool(feed.stale_after) and seconds > feed.stale_after))
            events.add_metric([key, feed.kind], feed.events)
            missing.add_metric([key], feed.missing)
        yield from (age, silent, events, missing)

    def _deliveries(self) -> Iterable[Metric]:
        updates = self._hub.board.updates
        open_ = GaugeMetricFamily(
            "vaken_deliveries",
            "Deliveries of updates that are under way, by channel and state.",
            labels=["channel", "state"],
        )
        counts: Counter[tuple[str, str]] = Counter()
        for update in updates.under_way:
            audience = updates.updates[update].audience
            for one in updates.deliveries.get(update, ()):
                counts[audience[one.index].channel.value, one.state.value] += 1
        for (channel, state), count in sorted(counts.items()):
            open_.add_metric([channel, state], count)
        all_ = GaugeMetricFamily("vaken_deliveries_all", "Deliveries of all updates, by state.", labels=["state"])
        totals: Counter[str] = Counter()
        for tally in updates.tallies.values():
            for state, count in tally.items():
                totals[state.value] += count
        for state, count in sorted(totals.items()):
            all_.add_metric([state], count)
        mails = CounterMetricFamily("vaken_returned_mails", "Mails that came back, by kind.", labels=["kind"])
        for kind, count in sorted(self._returned().items()):
            mails.add_metric([kind], count)
        yield from (open_, all_, mails)


def _gauge(name: str, text: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, text)
    family.add_metric([], value)
    return family
