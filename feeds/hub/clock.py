"""The hub's clock: the machine's, but for its jumps, which would let holds end and promises lapse all at once.

Between two looks time goes by the clock that counts from the start of the machine. Where the calendar clock says
something else, it is believed at once within a second, and after a minute beyond that: forward by a jump that is told,
backward by going at half speed until it is caught up with, as times in the log never go back.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Final

from feeds.hub.trouble import Warn

NOTICED: Final = 1.0
"""Seconds that a calendar clock may differ that is kept right by the network."""
BELIEVED_AFTER: Final = 60.0
"""Seconds that a jump must have stood before it is believed: longer than approved updates are held by themselves."""


def _since_start() -> float:
    """Return seconds since the machine started, those in which it slept too where the system counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """Gives aware UTC times that never go back. Any thread may ask; it is asked for each request, so it is quick.

    ``calendar`` gives seconds since 1970, ``since_start`` seconds that are counted and cannot be set.
    """

    def __init__(
        self,
        warn: Warn,
        calendar: Callable[[], float] = time.time,
        since_start: Callable[[], float] = _since_start,
    ) -> None:
        self._warn = warn
        self._calendar = calendar
        self._since_start = since_start
        self._turn = Lock()
        self._last = calendar()
        self._counted = since_start()
        """The counter at ``_last``."""
        self._off_since: float | None = None
        """When the calendar began to say something else, by the counter."""
        self._off = 0.0
        self._slow = False
        self._jumped = 0.0
        self._well = True
        """Nothing is off, and nothing was when it was asked last."""

    def not_before(self, at: datetime) -> None:
        """Go on from ``at``, the time of the last fact, where the calendar is behind it."""
        with self._turn:
            begin = at.timestamp()
            if begin > self._last:
                if begin - self._last > NOTICED:
                    self._slow, self._well = True, False
                    self._jumped = begin - self._last
                    self._warn(
                        f"the clock of this machine is {_words(begin - self._last)} behind the last fact in the log: "
                        "look at it; until it is past that, the hub's time goes on from there at half speed",
                        "clock.behind",
                    )
                self._last = begin

    def __call__(self) -> datetime:
        """Return the time."""
        calendar, counted = self._calendar(), self._since_start()
        last = self._last
        if self._well and calendar >= last and abs(calendar - last - (counted - self._counted)) <= NOTICED:
            self._last, self._counted = calendar, counted
            return datetime.fromtimestamp(calendar, UTC)
        with self._turn:
            self._last = self._look(self._calendar(), self._since_start())
            self._well = not self._slow and self._off_since is None
            return datetime.fromtimestamp(self._last, UTC)

    def doubts(self) -> tuple[float, ...]:
        """Return by how many seconds each other time is off that may be the right one; none: there is no doubt.

        That are the time as it would be without the jumps since the start, and the calendar's while it is behind.
        """
        if self._well and abs(self._jumped) <= NOTICED:
            return ()
        others = (-self._jumped, self._calendar() - self._last if self._slow else 0.0)
        return tuple(off for off in others if abs(off) > NOTICED)

    def _look(self, calendar: float, counted: float) -> float:
        passed = max(0.0, counted - self._counted)
        self._counted = counted
        expected = self._last + (passed / 2 if self._slow else passed)
        off = calendar - expected
        if self._slow:
            if off < 0:
                self._jumped -= passed / 2
                return expected
            self._slow, self._off_since = False, None  # caught up with
            if off <= NOTICED + passed:
                self._jumped += off - passed / 2
                return calendar
            self._jumped -= passed / 2
        if abs(off) <= NOTICED:
            self._off_since = None
            return max(calendar, self._last)
        if self._off_since is None or abs(off - self._off) > NOTICED:
            self._off_since, self._off = counted, off
            self._warn(
                f"the clock of this machine jumped {_words(abs(off))} {'ahead' if off > 0 else 'back'}: the hub "
                f"believes it in {BELIEVED_AFTER:.0f} seconds if it stays so",
                "clock.jumped",
            )
        elif counted - self._off_since >= BELIEVED_AFTER:
            self._off_since = None
            if off > 0:
                self._jumped += off
                now = f"the hub's time is that of this machine again, {_words(off)} ahead of what it was"
                self._warn(now, "clock.believed")
                return calendar
            self._slow = True
            slow = f"the hub's time goes at half speed until this machine's, {_words(-off)} behind, is there"
            self._warn(slow, "clock.believed")
        return expected


def _words(seconds: float) -> str:
    """Return a length of time in the greatest unit of which there are two."""
    for unit, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} seconds"
