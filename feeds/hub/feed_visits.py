"""Who brings facts, from where, with which token: said in the journal for each connection of a feed.

Facts of feeds carry the feed's name alone, so that a flood of them stays small; this tells the rest. A feed that opens
a connection for each request is one visitor as long as it goes on: it is said again after an hour of quiet, and once a
day. A steady socket is said when it opens and when it ends.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final, NamedTuple

from feeds.hub.access.identity import Identity
from feeds.hub.journal import Journal

QUIET: Final = 3_600.0
"""Seconds without a request after which the next one is a new visit."""
AGAIN: Final = 86_400.0
"""Seconds after which one that goes on is said again."""
HASTE: Final = 10.0
"""Seconds in which one that connects again and again is said once."""
A_MINUTE: Final = 120
"""Lines in a minute: who names itself anew each time must not fill the journal. What is left out is counted."""
KEPT: Final = 4_096
"""Visitors told apart; the one that came first makes room, and is said again when it comes again."""


class _Visitor(NamedTuple):
    feed: str
    address: str
    token: str
    way: str


class _Seen:
    __slots__ = ("last", "said", "unsaid")

    def __init__(self, now: float) -> None:
        self.last = self.said = now
        self.unsaid = 0


class FeedVisits:
    """The visitors of one hub. ``clock``: monotonic seconds."""

    def __init__(self, journal: Journal, clock: Callable[[], float] = monotonic) -> None:
        self._journal = journal
        self._clock = clock
        self._seen: dict[_Visitor, _Seen] = {}
        self._minute = (clock(), 0)
        self._left_out = 0

    def came(self, feed: str, identity: Identity, address: str, way: str) -> None:
        """Note a request, or the first on a connection that is kept. ``way``: what it asked for."""
        visitor, now = _Visitor(feed, address, identity.token, way), self._clock()
        seen = self._seen.get(visitor)
        if seen is not None and now - seen.last < QUIET and now - seen.said < AGAIN:
            seen.last = now
            return
        self._note(visitor, _Seen(now))
        self._say("feed.came", f"the feed {feed} sends from {_from(address)}", visitor)

    @contextmanager
    def staying(self, feed: str, identity: Identity, address: str, way: str) -> Iterator[None]:
        """While a feed's socket is open."""
        visitor, began = _Visitor(feed, address, identity.token, way), self._clock()
        seen = self._seen.get(visitor)
        said = seen is None or began - seen.said >= HASTE
        if said:
            before = seen.unsaid if seen is not None else 0
            self._note(visitor, _Seen(began))
            self._say("feed.connected", f"the feed {feed} is connected from {_from(address)}", visitor, before=before)
        elif seen is not None:
            seen.unsaid += 1
        try:
            yield
        finally:
            if said:
                seconds = round(self._clock() - began)
                self._say("feed.disconnected", f"the feed {feed} is no longer connected", visitor, seconds=seconds)

    def _note(self, visitor: _Visitor, seen: _Seen) -> None:
        self._seen.pop(visitor, None)
        if len(self._seen) >= KEPT:
            del self._seen[next(iter(self._seen))]
        self._seen[visitor] = seen

    def _say(self, event: str, text: str, visitor: _Visitor, **figures: int) -> None:
        (began, lines), now = self._minute, self._clock()
        if now - began >= 60.0:
            began, lines = now, 0
        self._minute = (began, lines + 1)
        if lines >= A_MINUTE:
            self._left_out += 1
            return
        figures["left_out"], self._left_out = self._left_out, 0
        shown = {name: figure for name, figure in figures.items() if figure}
        token = visitor.token or "none"
        self._journal.say(
            event, text, feed=visitor.feed, address=visitor.address, token=token, way=visitor.way, **shown
        )


def _from(address: str) -> str:
    return address or "an address that is not known"
