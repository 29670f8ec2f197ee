"""How fast the courier may go: waiting times that grow, how much goes to one place at once, the gate before a server.

stamina retries a call; here many deliveries and connections share one waiting time, and outlive it and the process.
"""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Hashable
from typing import Annotated

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(ge=0)]

REMEMBERED = 10_000
"""Destinations whose pace is remembered; the one not used for longest is forgotten first and starts slowly again."""


class Backoff(Struct, frozen=True):
    """Waiting times that double from ``first`` to ``longest`` seconds, each ± 20 % so that tries keep no step."""

    first: Seconds
    longest: Seconds

    def delay(self, tries: int) -> float:
        """Return how long to wait, in seconds, after ``tries`` (1 or more) tries in a row that failed."""
        return min(self.longest, self.first * 2.0 ** min(tries - 1, 32)) * random.uniform(0.8, 1.2)

    def is_over(self, tries: int) -> bool:
        """Whether so many tries are enough; here they never are."""
        return False


class Steps(Struct, frozen=True):
    """Waiting times that somebody wrote down one by one, in seconds, each up to 20 % longer; after the last, enough."""

    delays: tuple[Seconds, ...]

    def delay(self, tries: int) -> float:
        """Return how long to wait, in seconds, after ``tries`` (1 or more) tries in a row that failed."""
        return self.delays[min(tries, len(self.delays)) - 1] * random.uniform(1.0, 1.2)

    def is_over(self, tries: int) -> bool:
        """Whether so many tries are enough."""
        return tries > len(self.delays)


class Pace(Struct, frozen=True):
    """Waiting times of the courier, in seconds."""

    server: Backoff = Backoff(0.5, 30.0)
    """After trouble with the server, for all connections together."""
    recipient: Backoff | Steps = Backoff(5.0, 300.0)
    """After a temporary refusal of one recipient."""
    look: Seconds = 0.2
    """How often at most the whole ledger of an update is looked through for what is new in it."""
    idle: Seconds = 10.0
    """After so long without work a connection is closed."""
    farewell: Seconds = 10.0
    """How long a delivery that is being handed over may go on when the courier is stopped."""
    patience: Seconds = 86_400.0
    """So long after its approval an update is still tried where a recipient is refused for now; then that is it."""


class Traffic(Struct, frozen=True):
    """How much at once: over the whole channel, and to one destination.

    A destination that is new, or was in trouble, begins with ``first_at_once`` messages on their way at a time; each
    that goes well allows one more, so the number doubles with each round, up to ``most_at_once``. Rates are messages
    a second; 0: as fast as it goes.
    """

    connections: Annotated[int, Meta(ge=1, le=50)] = 4
    rate: Seconds = 0.0
    destination_rate: Seconds = 0.0
    first_at_once: Annotated[int, Meta(ge=1)] = 5
    most_at_once: Annotated[int, Meta(ge=1)] = 50


class _Place(Struct):
    """How one destination stands."""

    limit: int
    away: int = 0
    """Messages on their way to it."""
    next: float = 0.0
    """When its rate allows the next one, by the loop's clock."""


class Flow:
    """Who may set out now: counts what is on its way to each destination, and what each of them bears."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._places: OrderedDict[str, _Place] = OrderedDict()
        self._away: dict[Hashable, str] = {}
        """Where those are going that have set out."""
        self._next = 0.0

    def enter(self, who: Hashable, destination: str) -> float:
        """Let one set out: 0.0. Otherwise return in how many seconds to ask again; infinity: when another is back."""
        now = _clock()
        place = self._place(destination)
        if place.away >= place.limit:
            return float("inf")
        if place.next > now:
            return place.next - now
        if self._traffic.destination_rate:
            place.next = max(now, place.next) + 1.0 / self._traffic.destination_rate
        place.away += 1
        self._away[who] = destination
        return 0.0

    def leave(self, who: Hashable) -> str | None:
        """Note that one is back; return its destination. None: it had not set out."""
        destination = self._away.pop(who, None)
        if destination is not None:
            self._place(destination).away -= 1
        return destination

    def went(self, who: Hashable, *, well: bool) -> None:
        """Note how it went with one that is out: well lets more go at a time, badly half as many."""
        destination = self._away.get(who)
        if destination is None:
            return
        place = self._place(destination)
        if well:
            place.limit = min(self._traffic.most_at_once, place.limit + 1)
        else:
            place.limit = max(1, place.limit // 2)

    def limit(self, destination: str) -> int:
        """Return how many may be on their way to a destination at a time."""
        return self._place(destination).limit

    async def turn(self) -> None:
        """Return when the rate of the whole channel allows one more."""
        if not self._traffic.rate:
            return
        now = _clock()
        begins = max(now, self._next)
        self._next = begins + 1.0 / self._traffic.rate
        if begins > now:
            await asyncio.sleep(begins - now)

    def _place(self, destination: str) -> _Place:
        place = self._places.get(destination)
        if place is None:
            place = self._places[destination] = _Place(min(self._traffic.first_at_once, self._traffic.most_at_once))
            if len(self._places) > REMEMBERED:
                self._forget()
        else:
            self._places.move_to_end(destination)
        return place

    def _forget(self) -> None:
        oldest = next((name for name, place in self._places.items() if not place.away), None)
        if oldest is not None:
            del self._places[oldest]


class Gate:
    """Lets one connection at a time knock at the server, and nobody while it is in trouble."""

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._failed = 0
        self._opens = 0.0
        self.reason = ""
        """What the last trouble was."""
        self.knocking = asyncio.Lock()
        """Held while a connection is opened."""

    @property
    def remaining(self) -> float:
        """Seconds until the next knock is due; 0 when the gate is open."""
        return max(0.0, self._opens - _clock())

    def trouble(self, reason: str) -> None:
        """Note that the server failed, and close the gate for longer than the last time.

        What fails while it is closed already, such as the other connections to a server that went down, is one trouble.
        """
        self.reason = reason
        if self.remaining:
            return
        self._failed += 1
        self._opens = _clock() + self._backoff.delay(self._failed)

    def good(self) -> None:
        """Note that the server does its work."""
        self._failed = 0

    async def wait(self) -> None:
        """Return when the gate is open."""
        while (remaining := self.remaining) > 0:  # noqa: ASYNC110 - it may close again while one waits
            await asyncio.sleep(remaining)


def _clock() -> float:
    return asyncio.get_running_loop().time()
