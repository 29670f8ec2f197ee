"""How far the board is behind what was taken in, told by one fact at a time that is followed through."""

import asyncio
from collections.abc import Callable
from typing import Final

from feeds.log import Batch

REMEMBERED: Final = 1.0
"""Seconds for which the last delay counts: who asks once a second must not miss it."""


class Lag:
    """Follows one append through the log, then the next one that comes: exact while it waits, and cheap."""

    __slots__ = ("_at", "_clock", "_delay", "_since")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: float | None = None
        """When the one that is followed was taken."""
        self._at = 0.0
        self._delay = 0.0
        """What was measured last, and when."""

    def follow(self, kept: "asyncio.Future[Batch]") -> None:
        """Follow an append that was just made, unless one is followed already."""
        if self._since is None:
            self._since = self._clock()
            kept.add_done_callback(self._arrived)

    def measured(self, delay: float) -> None:
        """Note how long one took, seconds."""
        now = self._clock()
        if now - self._at > REMEMBERED or delay > self._delay:
            self._at, self._delay = now, delay

    def seconds(self) -> float:
        """Return how old what is followed is, or how long the last one took, whichever is more."""
        now = self._clock()
        waits = now - self._since if self._since is not None else 0.0
        return max(waits, self._delay if now - self._at <= REMEMBERED else 0.0)

    def _arrived(self, kept: "asyncio.Future[Batch]") -> None:
        if self._since is not None:
            self.measured(self._clock() - self._since)
            self._since = None
