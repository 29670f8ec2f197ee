"""Between the door and the log: each feed has a line of its own, and the lines take turns.

While the log keeps up, facts go straight to it. Else they wait here, bounded in facts and bytes, and the log gets no
more at a time than two commits take, so that what a quiet feed brings waits for its turn and not for the flood of
another one (deficit round robin: Shreedhar and Varghese, 1995). A body of many facts goes in pieces, as the board takes
each commit in one go. Policy when full: ``Overloaded``, before anything of the body was kept.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, islice
from typing import Final

from feeds.facts import Fact
from feeds.hub.pressure.bounds import Bound, Overloaded
from feeds.hub.pressure.lag import Lag
from feeds.hub.pressure.order import Level, level
from feeds.log import Batch, LogError

LOG_FACTS: Final = 8_192
"""Facts that are with the log at a time, at the most, and one piece more: a commit that is written, one that grows."""
LOG_BYTES: Final = 16 * 1024 * 1024
"""Bytes of bodies that went straight to the log and may still be there."""
PIECE: Final = 2_048
"""Facts that go to the log in one append; a body of more is kept piece by piece, in order."""
QUANTUM: Final = 512
"""Facts that a line sends in its turn, on average: of a body with fewer nothing is cut off."""
LOOK_AGAIN: Final = 0.005
"""Seconds until the next look, where others than the lines fill the log."""

LOG_SHARE: Final = 4
"""The log is given no more than this part of all facts that may wait, and one piece of as many. It refuses what is
beyond that bound, whosever it is: what waits for its turn has to wait here."""

Submit = Callable[[str, Sequence[Fact]], "asyncio.Future[Batch]"]


def log_facts_of(queue_facts: int) -> int:
    """Return how many facts the log is given at a time where ``queue_facts`` may wait."""
    return max(1, min(LOG_FACTS, queue_facts // LOG_SHARE))


class _Body:
    """Facts of one body in a line."""

    __slots__ = ("at", "by", "done", "entries", "facts", "sent", "size")

    def __init__(self, by: str, facts: Sequence[Fact], size: int, done: "asyncio.Future[Batch]", at: float) -> None:
        self.by = by
        self.facts = facts
        self.size = size
        self.done = done
        self.at = at
        self.sent = 0
        """Facts that went to the log."""
        self.entries: list[Batch] = []
        """The pieces that are kept."""


class _Line:
    __slots__ = ("bodies", "credit")

    def __init__(self) -> None:
        # Bounded by ``Lines.facts`` and ``Lines.bytes``: see ``Lines.submit``.
        self.bodies: deque[_Body] = deque()
        self.credit = 0


class Lines:
    """The lines of one hub. ``submit`` hands facts to the log, ``in_log`` says how many wait there."""

    def __init__(
        self,
        submit: Submit,
        in_log: Callable[[], int],
        most_facts: int,
        most_bytes: int,
        clock: Callable[[], float],
        log_facts: int = LOG_FACTS,
    ) -> None:
        self._log_facts = log_facts
        self._piece = max(1, min(PIECE, most_facts // LOG_SHARE))
        self._submit = submit
        self._in_log = in_log
        self._clock = clock
        self.facts = Bound(most_facts)
        """Facts that wait in lines."""
        self.bytes = Bound(most_bytes)
        """Bytes of the bodies they came in."""
        self.lag = Lag(clock)
        self._lines: dict[str, _Line] = {}
        """In the order of their turns; a line is there while something waits in it."""
        self._straight = [0, 0]
        """Bytes that went straight to the log up to ``_mark``, and since."""
        self._mark: asyncio.Future[Batch] | None = None
        self._newest: asyncio.Future[Batch] | None = None
        self._last: asyncio.Future[Batch] | None = None
        """What went straight to the log last."""
        self._pieces = 0
        """Pieces that are with the log: each of them looks again when it is kept."""
        self.settled = False
        """Whether all that went straight to the log, before anything had to wait in a line, is on the board."""
        self._flying: dict[_Body, None] = {}
        """Bodies of which something is with the log, in the order in which they went."""
        self._again: asyncio.TimerHandle | None = None
        self.when_empty: Callable[[], None] = lambda: None
        """Called when the last line has emptied."""

    @property
    def busy(self) -> bool:
        """Whether anything waits in a line."""
        return bool(self._lines)

    def level(self, feed: str) -> Level:
        """Return how much of what a feed brings now is kept out."""
        if not self._lines:
            return Level.NOTHING
        line = self._lines.get(feed)
        waited = self._clock() - line.bodies[0].at if line is not None else 0.0
        return level(max(self.facts.fullness(feed), self.bytes.fullness(feed)), waited)

    def behind(self) -> float:
        """Return the age of the oldest fact that was taken and is not on the board yet, seconds."""
        oldest = [line.bodies[0].at for line in self._lines.values()]
        oldest.extend(body.at for body in islice(self._flying, 1))  # the log keeps to the order
        return max(self._clock() - min(oldest) if oldest else 0.0, self.lag.seconds())

    def submit(self, by: str, facts: Sequence[Fact], size: int = 0, feed: str = "") -> "asyncio.Future[Batch]":
        """Have facts kept; return what to wait for: they are flushed and on the board then.

        ``size``: bytes of the body they came in. ``feed``: whose line they wait in; empty: that of ``by``. The batch
        holds all of them, in order, though others' facts may stand between. Raises Overloaded and LogError.
        """
        count = len(facts)
        if not self._lines and count <= self._piece:
            waiting = self._in_log()
            if not waiting:
                self._straight, self._mark = [0, 0], None
            if not waiting or (waiting + count <= self._log_facts and self._bytes_in_log() + size <= LOG_BYTES):
                kept = self._submit(by, facts)
                self.lag.follow(kept)
                self._last = self._newest = kept
                self._straight[1] += size
                return kept
        return self._wait(by, facts, size, feed or by)

    def _bytes_in_log(self) -> int:
        """Return at most how many bytes of what went straight to the log are still there: it keeps to the order."""
        if self._mark is None or self._mark.done():
            self._mark = self._newest
            self._straight = [self._straight[1], 0]
        return sum(self._straight)

    def _wait(self, by: str, facts: Sequence[Fact], size: int, feed: str) -> "asyncio.Future[Batch]":
        count = len(facts)
        # What comes while nothing waits is taken however much it is: one body is bounded already.
        if self._lines and not (self.facts.has_room(feed, count) and self.bytes.has_room(feed, size)):
            raise Overloaded(
                f"{self.facts.held:,} facts wait for the disk, {self.facts.of(feed):,} of them from {feed}; "
                "nothing of this was kept: send it again in a moment"
            )
        done: asyncio.Future[Batch] = asyncio.get_running_loop().create_future()
        self.facts.add(feed, count)
        self.bytes.add(feed, size)
        line = self._lines.get(feed)
        if line is None:
            if not self._lines and not self._pieces:
                self.settled = False
            line = self._lines[feed] = _Line()
        line.bodies.append(_Body(by, facts, size, done, self._clock()))
        if not self._pieces and self._again is None:
            self._look()
        return done

    def _look(self) -> None:
        """Send to the log what it has room for, line after line."""
        self._again = None
        while self._lines:
            feed, line = next(iter(self._lines.items()))
            if line.credit <= 0:
                line.credit += QUANTUM
            while line.bodies and line.credit > 0:
                if self._in_log() >= self._log_facts:
                    self._look_later()
                    return
                line.credit -= self._send(feed, line)
            del self._lines[feed]
            if line.bodies:
                self._lines[feed] = line  # the last in order now
        self.when_empty()

    def _look_later(self) -> None:
        """Look again when something was kept; by the clock where others fill the log."""
        if self._pieces or self._again is not None:
            return
        last, self._last = self._last, None
        if last is not None and not last.done():
            last.add_done_callback(lambda _kept: self._look() if self._again is None else None)
        else:
            self._again = asyncio.get_running_loop().call_later(LOOK_AGAIN, self._look)

    def _send(self, feed: str, line: _Line) -> int:
        """Send the next piece of a line; return how many facts that are."""
        body = line.bodies[0]
        size = self._piece
        piece = body.facts[body.sent : body.sent + size] if len(body.facts) > size else body.facts
        body.sent += len(piece)
        try:
            kept = self._submit(body.by, piece)
        except LogError as error:
            self._leave(feed, line, body)
            self._fail(body, error)
            return len(piece)
        self._pieces += 1
        self._flying[body] = None
        kept.add_done_callback(partial(self._kept, feed, body))
        if body.sent >= len(body.facts):
            self._leave(feed, line, body)
        return len(piece)

    def _leave(self, feed: str, line: _Line, body: _Body) -> None:
        line.bodies.popleft()
        self.facts.remove(feed, len(body.facts))
        self.bytes.remove(feed, body.size)

    def _kept(self, feed: str, body: _Body, piece: "asyncio.Future[Batch]") -> None:
        """A piece is on the board, or is not: tell who waits for the whole, and look what is next."""
        self._pieces -= 1
        self.settled = True  # the log keeps to the order
        error = piece.exception()
        if error is None:
            body.entries.append(piece.result())
            if sum(len(batch.entries) for batch in body.entries) == len(body.facts) and not body.done.done():
                self.lag.measured(self._clock() - body.at)
                self._flying.pop(body, None)
                body.done.set_result(_whole(body.entries))
        else:
            self._fail(body, error)
            line = self._lines.get(feed)
            if line is not None and line.bodies and line.bodies[0] is body:  # no further pieces of it
                self._leave(feed, line, body)
                if not line.bodies:
                    del self._lines[feed]
        if self._again is None:
            self._look()

    def _fail(self, body: _Body, error: BaseException) -> None:
        self._flying.pop(body, None)
        if body.done.done():
            return
        kept = sum(len(batch.entries) for batch in body.entries)
        if kept and isinstance(error, LogError):
            error = LogError(f"{kept:,} of {len(body.facts):,} facts were kept, then: {error} Send all of it again.")
        body.done.set_exception(error)


def _whole(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    entries = tuple(chain.from_iterable(batch.entries for batch in batches))
    return Batch(entries, batches[0].first, batches[-1].last)
