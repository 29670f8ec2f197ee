"""What was heard of each feed: when last, how much, what was refused, how long it is usually silent.

Of this hub's ears only; not in the log. Counts are of its life, rhythms outlive it (``rhythms_kept``). A feed that the
configuration names is there from the start: one that was never heard must not be missing from the list.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from feeds.facts import AlarmReported, CaseReported, CustomersStated, Fact, ObjectsStated, RangesLoaded, RangesStated
from feeds.hub.gaps import Gaps
from feeds.hub.rhythm import Learnt, Rhythm
from feeds.hub.settings import FeedSettings
from feeds.model import FeedRow

FEEDS_KEPT = 1_000
"""Feeds told apart; what comes under further names is counted under one."""
OTHERS = "(other feeds)"
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


class FeedLearnt(Struct, frozen=True):
    """What outlives a hub of one feed: what it brings, when it was heard last, and its rhythm where there is one."""

    kind: Annotated[str, Meta(min_length=1, max_length=20)]
    heard: Annotated[datetime, Meta(tz=True)]
    rhythm: Learnt | None = None


class _Heard:
    __slots__ = (
        *("coalesced", "events", "expected", "gaps", "heard", "kind", "knocked"),
        *("refused", "rhythm", "silent_after", "slots", "turned_away"),
    )

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.heard: datetime | None = None
        self.events = 0
        self.refused = 0
        self.coalesced = 0
        self.turned_away = 0
        self.rhythm = Rhythm(kind)
        self.gaps = Gaps()
        self.knocked: datetime | None = None
        self.expected = False
        self.silent_after = 0.0
        """What the configuration says; 0: what was learnt counts."""
        self.slots: deque[tuple[int, int]] = deque(maxlen=SLOTS)


class FeedsHeard:
    """The rows of the view *feeds*."""

    name = "feeds"
    row_type = FeedRow
    default_sort = "kind,key"

    def __init__(
        self,
        now: Callable[[], datetime],
        expected: Mapping[str, FeedSettings] | None = None,
        counted: Callable[[], float] | None = None,
    ) -> None:
        """``expected``: what the configuration says of feeds, by name. ``counted``: seconds that never jump, by which
        rhythms are learnt; else those of ``now``.
        """
        self._now = now
        self._counted = counted
        self._feeds: dict[str, _Heard] = {}
        self._put_together = 0
        for name, settings in list((expected or {}).items())[:FEEDS_KEPT]:
            feed = self._feed(name, settings.kind)
            feed.silent_after, feed.expected = settings.silent_after, True

    def facts(self, facts: Sequence[Fact], news: Sequence[Fact] | None = None, by: str = "") -> None:
        """Note that facts came in; ``news``: those of them, in their order, that were not known (None: all).

        ``by``: the feed that brought them, where it named itself. It is heard beside the sources that they name: who
        collects for several sources is not silent because none of them bears its name.
        """
        sources = {fact.event.source if type(fact) is AlarmReported else "" for fact in facts}
        if len(facts) == 1 or (len(sources) == 1 and "" not in sources):  # most often a batch is of one feed
            name, kind = _feed_of(facts[0])
            feed = self._note(name, kind, len(facts))
            feed.coalesced += len(facts) - len(news) if news is not None else 0
            if by and by != name:
                self._note(by, kind, len(facts))
            return
        if news is not None and len(news) != len(facts):
            self._coalesced(facts, news)
        counted = Counter(map(_feed_of, facts))
        for (name, kind), count in counted.items():
            self._note(name, kind, count)
        if by and counted and all(name != by for name, _kind in counted):
            self._note(by, counted.most_common(1)[0][0][1], len(facts))

    def beat(self, name: str) -> None:
        """Note a heartbeat: a feed that names itself sent an empty batch."""
        self._note(name, self._feed(name, "alarms").kind, 0)

    def _coalesced(self, facts: Sequence[Fact], news: Sequence[Fact]) -> None:
        """Count what repeats what is known, by feed."""
        all_of, new_of = Counter(map(_feed_of, facts)), Counter(map(_feed_of, news))
        for (name, kind), count in (all_of - new_of).items():
            self._feed(name, kind).coalesced += count

    def _note(self, name: str, kind: str, count: int) -> _Heard:
        feed = self._feed(name, kind)
        now = self._now()
        second = int(now.timestamp())
        slot = second // (60 // SLOTS)
        feed.heard = now
        feed.rhythm.heard(second if self._counted is None else int(self._counted()))
        feed.events += count
        if feed.slots and feed.slots[-1][0] == slot:
            feed.slots[-1] = (slot, feed.slots[-1][1] + count)
        else:
            feed.slots.append((slot, count))
        return feed

    def refused(self, name: str, kind: str) -> None:
        """Note that a payload was refused."""
        feed = self._feed(name, kind)
        feed.refused += 1
        feed.knocked = self._now()

    def turned_away(self, name: str, kind: str) -> None:
        """Note that a payload was told to come back later: for now it is lost to us."""
        feed = self._feed(name, kind)
        feed.turned_away += 1
        feed.knocked = self._now()

    def numbered(self, name: str, number: int) -> None:
        """Note the number that a feed gave to a frame."""
        self.beat(name)
        self._feed(name, "alarms").gaps.take(number)

    def gaps(self, name: str) -> tuple[tuple[int, int], ...]:
        """Return the gaps in a feed's own numbers, first and last of each."""
        feed = self._feeds.get(name)
        return feed.gaps.ranges if feed is not None else ()

    def put_together(self, count: int) -> None:
        """Note that load made so many repeats wait for one another; the feeds' rows have them among ``coalesced``."""
        self._put_together += count

    @property
    def shed(self) -> int:
        """What load kept out, of all feeds: payloads told to come back later, and repeats put together."""
        return self._put_together + sum(feed.turned_away for feed in self._feeds.values())

    def learnt(self) -> dict[str, FeedLearnt]:
        """Return what is known of the feeds that were heard, by feed."""
        return {
            name: FeedLearnt(feed.kind, feed.heard, feed.rhythm.learnt)
            for name, feed in self._feeds.items()
            if name != OTHERS and feed.heard is not None
        }

    def remember(self, feeds: Mapping[str, FeedLearnt]) -> None:
        """Go on from what an earlier hub knew. What the configuration says of a feed is stronger."""
        for name, known in feeds.items():
            if len(self._feeds) < FEEDS_KEPT or name in self._feeds:
                feed = self._feed(name, known.kind)
                feed.heard = known.heard if feed.heard is None else max(feed.heard, known.heard)
                if known.rhythm is not None:
                    feed.rhythm.remember(known.rhythm)

    def every_key(self) -> Iterable[str]:
        """Names of the feeds."""
        return list(self._feeds)

    def feeds(self) -> Iterable[tuple[str, FeedRow]]:
        """All feeds by name."""
        return [(key, row) for key in self._feeds if (row := self.row(key)) is not None]

    def row(self, key: str) -> FeedRow | None:
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
            coalesced=feed.coalesced,
            turned_away=feed.turned_away,
            rhythm=round(feed.rhythm.usual, 1),
            stale_after=feed.silent_after or feed.rhythm.unusual,
            missing=feed.gaps.missing,
            knocked=feed.knocked,
            expected=feed.expected,
        )

    def _feed(self, name: str, kind: str) -> _Heard:
        feed = self._feeds.get(name)
        if feed is None:
            if len(self._feeds) >= FEEDS_KEPT:
                name = OTHERS
            feed = self._feeds.setdefault(name, _Heard(kind))
        return feed


def _feed_of(fact: Fact) -> tuple[str, str]:
    """Return the name and the kind of the feed that a fact came from."""
    kind = KINDS[type(fact)]
    return (fact.event.source if isinstance(fact, AlarmReported | CaseReported) else "inventory"), kind
