"""What was heard of each feed: when last, how much, how much was refused. Of this hub's life only; not in the log."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from feeds.facts import AlarmReported, CaseReported, CustomersStated, Fact, ObjectsStated, RangesLoaded, RangesStated
from feeds.model import FeedRow, Row

FEEDS_KEPT = 1_000
"""Feeds told apart; what comes under further names is counted under one."""
SLOTS = 12
"""A minute is counted in slots of five seconds."""

KINDS: dict[type, str] = {
    AlarmReported: "alarms",
    CaseReported: "cases",
    RangesStated: "inventory",
    RangesLoaded: "inventory",
    CustomersStated: "inventory",
    ObjectsStated: "inventory",
}
"""Facts of feeds, and what kind of feed brings them."""


class _Heard:
    __slots__ = ("events", "heard", "kind", "refused", "slots")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.heard: datetime | None = None
        self.events = 0
        self.refused = 0
        self.slots: deque[tuple[int, int]] = deque(maxlen=SLOTS)


class FeedsHeard:
    """The rows of the view *feeds*."""

    name = "feeds"
    row_type = FeedRow
    default_sort = "kind,key"

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._feeds: dict[str, _Heard] = {}

    def facts(self, facts: Sequence[Fact]) -> None:
        """Note that facts came in, repeats that changed nothing among them."""
        sources = {fact.event.source if type(fact) is AlarmReported else "" for fact in facts}
        if len(facts) == 1 or (len(sources) == 1 and "" not in sources):  # most often a batch is of one feed
            self._note(*_feed_of(facts[0]), len(facts))
            return
        for (name, kind), count in Counter(map(_feed_of, facts)).items():
            self._note(name, kind, count)

    def _note(self, name: str, kind: str, count: int) -> None:
        feed = self._feed(name, kind)
        now = self._now()
        slot = int(now.timestamp()) // (60 // SLOTS)
        feed.heard = now
        feed.events += count
        if feed.slots and feed.slots[-1][0] == slot:
            feed.slots[-1] = (slot, feed.slots[-1][1] + count)
        else:
            feed.slots.append((slot, count))

    def refused(self, name: str, kind: str) -> None:
        """Note that a payload was refused."""
        self._feed(name, kind).refused += 1

    def every_key(self) -> Iterable[str]:
        """Names of the feeds."""
        return list(self._feeds)

    def row(self, key: str) -> Row | None:
        """One feed."""
        feed = self._feeds.get(key)
        if feed is None:
            return None
        slot = int(self._now().timestamp()) // (60 // SLOTS)
        recent = sum(count for at, count in feed.slots if at > slot - SLOTS)
        return FeedRow(
            key=key,
            kind=feed.kind,
            heard=feed.heard,
            per_minute=float(recent),
            events=feed.events,
            refused=feed.refused,
        )

    def _feed(self, name: str, kind: str) -> _Heard:
        feed = self._feeds.get(name)
        if feed is None:
            if len(self._feeds) >= FEEDS_KEPT:
                name = "(other feeds)"
            feed = self._feeds.setdefault(name, _Heard(kind))
        return feed


def _feed_of(fact: Fact) -> tuple[str, str]:
    """Return the name and the kind of the feed that a fact came from."""
    kind = KINDS[type(fact)]
    return (fact.event.source if isinstance(fact, AlarmReported | CaseReported) else "inventory"), kind
