"""Waits between attempts: exponential with full jitter, so that a hundred terminals do not come back in one second.

After M. Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015). The reconnecting iterator of
``websockets`` waits only after a *failed* connect: against a hub that accepts and drops it would spin.
"""

import random


class Backoff:
    """Counts failures of one thing and says how long to wait, seconds."""

    def __init__(self, first: float, last: float, calm: float) -> None:
        self._first = first
        self._last = last
        self._calm = calm
        self._failures = 0
        self._well_since: float | None = None

    def well(self, now: float) -> None:
        """Note that it works since ``now`` (a monotonic clock, seconds)."""
        if self._well_since is None:
            self._well_since = now

    def failed(self, now: float) -> float:
        """Note a failure at ``now`` and return how long to wait, seconds."""
        if self._well_since is not None and now - self._well_since >= self._calm:
            self._failures = 0
        self._well_since = None
        # The exponent is bounded, because a float is not: a hub may be away for months.
        ceiling = min(self._last, self._first * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return random.uniform(0, ceiling)
