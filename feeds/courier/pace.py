"""How fast the courier may try again: waiting times that grow, and the gate in front of a mail server in trouble.

stamina retries a call; here many deliveries and connections share one waiting time, and outlive it.
"""

import asyncio
import random
from typing import Annotated

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(ge=0)]


class Backoff(Struct, frozen=True):
    """Waiting times that double from ``first`` to ``longest`` seconds, each ± 20 % so that tries keep no step."""

    first: Seconds
    longest: Seconds

    def delay(self, tries: int) -> float:
        """Return how long to wait, in seconds, after ``tries`` (1 or more) tries in a row that failed."""
        return min(self.longest, self.first * 2.0 ** min(tries - 1, 32)) * random.uniform(0.8, 1.2)


class Pace(Struct, frozen=True):
    """Waiting times of the courier, in seconds."""

    server: Backoff = Backoff(0.5, 30.0)
    """After trouble with the mail server, for all connections together."""
    recipient: Backoff = Backoff(5.0, 300.0)
    """After a temporary refusal of one recipient."""
    look: Seconds = 0.2
    """How often at most the whole ledger of an update is looked through for what is new in it."""
    idle: Seconds = 10.0
    """After so long without work a connection is closed."""
    farewell: Seconds = 10.0
    """How long a delivery that is being handed over may go on when the courier is stopped."""


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
        return max(0.0, self._opens - asyncio.get_running_loop().time())

    def trouble(self, reason: str) -> None:
        """Note that the server failed, and close the gate for longer than the last time.

        What fails while it is closed already, such as the other connections to a server that went down, is one trouble.
        """
        self.reason = reason
        if self.remaining:
            return
        self._failed += 1
        self._opens = asyncio.get_running_loop().time() + self._backoff.delay(self._failed)

    def good(self) -> None:
        """Note that the server does its work."""
        self._failed = 0

    async def wait(self) -> None:
        """Return when the gate is open."""
        while (remaining := self.remaining) > 0:  # noqa: ASYNC110 - it may close again while one waits
            await asyncio.sleep(remaining)
