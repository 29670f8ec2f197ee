"""From a door to the log: what is news goes into the feed's line, what load keeps out is put together or told to wait.

Parsing and answering is the doors' work. See ``order`` for what is kept out first, ``line`` for whose turn it is.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC
from functools import partial
from itertools import groupby
from typing import Final, NamedTuple

from msgspec import structs

from feeds.facts import AlarmReported, CaseReported, Fact
from feeds.hub.core import Hub
from feeds.hub.pressure.bounds import Overloaded
from feeds.hub.pressure.echoes import Echo, Echoes
from feeds.hub.pressure.line import Lines, log_facts_of
from feeds.hub.pressure.order import Level, kept_out_at
from feeds.log import Batch, LogError
from feeds.model import alarm_key
from feeds.sources import SourceError

RELEASED_AT_ONCE: Final = 1_000
"""Echoes that are written in one go once there is room."""


class Taken(NamedTuple):
    """What became of a body: how many facts are kept, or known already; how many are told to come back later.

    ``kept``: to be waited for before the answer; None: nothing was news.
    """

    accepted: int
    turned_away: int
    kept: "asyncio.Future[Batch] | None"


class Intake:
    """The way into one hub's log for all feeds."""

    def __init__(self, hub: Hub, log_facts: int | None = None) -> None:
        """``log_facts``: how many facts the log is given at a time; None: as the settings of the hub allow."""
        limits = hub.settings.limits
        if log_facts is None:
            log_facts = log_facts_of(limits.queue_facts)
        self._hub = hub
        self._echoes = Echoes()
        self._pending: dict[str, int] = {}
        """Alarms by how many bodies in lines speak of them. Bounded by the lines."""
        self._releasing = 0
        self.lines = Lines(
            hub.submit,
            lambda: hub.log.waiting,
            limits.queue_facts,
            limits.queue_bytes,
            asyncio.get_running_loop().time,
            log_facts,
        )
        self.lines.when_empty = self._release
        hub.behind = self.lines.behind
        metrics = hub.metrics
        metrics.gauge("vaken_waiting_facts", "Facts in the lines before the log.", lambda: self.lines.facts.held)
        metrics.gauge("vaken_waiting_bytes", "Bytes of the bodies in these lines.", lambda: self.lines.bytes.held)
        metrics.gauge("vaken_lag_seconds", "Age of the oldest accepted fact not yet on the board.", self.lines.behind)
        metrics.gauge("vaken_echoes", "Alarms with a repeat that waits for room.", lambda: len(self._echoes))

    @property
    def echoes(self) -> int:
        """Alarms with a repeat that waits for room, or is just being written."""
        return len(self._echoes) + self._releasing

    @property
    def calm(self) -> bool:
        """Whether all that comes goes straight to the log: nothing is kept out."""
        return not (self.lines.busy or self._echoes)

    def admit(self, feed: str) -> None:
        """Raise Overloaded where nothing of a feed can be taken now, before a body is parsed for nothing."""
        if self.lines.busy and self.lines.level(feed) is Level.ALL:
            raise Overloaded(f"too much of {feed} waits for the disk; nothing of this was kept: send it again")

    def take(self, by: str, facts: Sequence[Fact], size: int = 0, feed: str = "") -> Taken:
        """Take in facts of one body of ``size`` bytes. Raises Overloaded and LogError; then nothing was taken.

        ``feed``: whose share of the hub this takes; empty: that of the source that the facts name.
        """
        hub = self._hub
        # What is on its way may change what is so: only alarms can be told by themselves.
        is_news = hub.board.is_news if not (hub.log.waiting or self.lines.busy) else _may_be_news
        news: Sequence[Fact] = hub.board.alarms.news(facts, is_news)
        if len(news) != len(facts):
            hub.metrics.repeats.inc(len(facts) - len(news))
        if self.calm:
            kept = self.lines.submit(by, news, size, feed or source_of(news, by)) if news else None
            if kept is not None and self.lines.busy:
                self._follow(kept, news)
            hub.heard.facts(facts, news, feed)
            return Taken(len(facts), 0, kept)
        return self._thinned(by, facts, news, size, feed or source_of(facts, by))

    def _thinned(self, by: str, facts: Sequence[Fact], news: Sequence[Fact], size: int, feed: str) -> Taken:
        """As ``take``, while there is something to wait for: what the level keeps out is not let in."""
        self.admit(feed)
        level = self.lines.level(feed)
        going, repeats, turned_away = self._sorted(news, level) if level else (list(news), [], 0)
        led, echoes = self._echoes.ahead(going)
        kept = None
        if led:
            try:
                kept = self.lines.submit(by, led, size, feed)
            except (SourceError, LogError):
                self._echoes.give_back(echoes)
                raise
            if self.lines.busy:
                self._follow(kept, led)
        for fact in repeats:
            if not self._echoes.hold(by, fact):
                turned_away += 1
        heard = self._hub.heard
        left_out = {id(fact) for fact in repeats}
        heard.facts(facts, [fact for fact in news if id(fact) not in left_out] if repeats else news, feed)
        heard.put_together(len(repeats))
        return Taken(len(facts) - turned_away, turned_away, kept)

    def _sorted(self, news: Sequence[Fact], level: Level) -> tuple[list[Fact], list[AlarmReported], int]:
        """Return what is let in, which repeats are put together, and how many facts are told to come back later."""
        alarms, now = self._hub.board.alarms, self._hub.now()
        going: list[Fact] = []
        repeats: list[AlarmReported] = []
        turned_away = 0
        spoken_of: set[str] = set()
        for fact in news:
            at = kept_out_at(fact, alarms)
            key = alarm_key(fact.event) if type(fact) is AlarmReported else ""
            if at is Level.REPEATS and (not self.lines.settled or key in self._pending or key in spoken_of):
                # What goes before it may end or change the alarm: then this is no repeat, and must not wait as one.
                at = Level.ALL
            if at > level:
                going.append(fact)
                spoken_of.add(key)
            elif at is Level.REPEATS and type(fact) is AlarmReported:
                if fact.event.time is None:
                    fact = AlarmReported(structs.replace(fact.event, time=now.astimezone(UTC)))  # noqa: PLW2901
                repeats.append(fact)
            else:
                turned_away += 1
        return going, repeats, turned_away

    def _follow(self, kept: "asyncio.Future[Batch]", facts: Sequence[Fact]) -> None:
        """Remember which alarms facts in a line speak of, until they are on the board."""
        keys: set[str] = {alarm_key(fact.event) for fact in facts if type(fact) is AlarmReported}
        for key in keys:
            self._pending[key] = self._pending.get(key, 0) + 1
        kept.add_done_callback(partial(self._arrived, keys))

    def _arrived(self, keys: set[str], _kept: "asyncio.Future[Batch]") -> None:
        for key in keys:
            left = self._pending[key] - 1
            if left:
                self._pending[key] = left
            else:
                del self._pending[key]

    # -- echoes ------------------------------------------------------------------------------------------------------

    def _release(self) -> None:
        """Write echoes, now that nothing waits; once they are kept, some more."""
        if not len(self._echoes) or self._releasing or self.lines.busy:
            return
        for by, group in groupby(self._echoes.take(RELEASED_AT_ONCE), lambda echo: echo.by):
            echoes = list(group)
            try:
                kept = self.lines.submit(by, [echo.fact for echo in echoes])
            except (SourceError, LogError):
                self._echoes.give_back(echoes)
                continue
            self._releasing += 1
            kept.add_done_callback(partial(self._released, echoes))

    def _released(self, echoes: list[Echo], kept: "asyncio.Future[Batch]") -> None:
        self._releasing -= 1
        if kept.exception() is not None:
            self._echoes.give_back(echoes)  # the next load that passes takes them along
        elif not self._releasing:
            self._release()


def source_of(facts: Sequence[Fact], by: str) -> str:
    """Return the feed that a body names itself: what nobody's token brings is told apart by it."""
    first = facts[0] if facts else None
    return first.event.source if isinstance(first, AlarmReported | CaseReported) else by


def _may_be_news(fact: Fact) -> bool:
    return True
