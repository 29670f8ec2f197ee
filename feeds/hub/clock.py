"""The hub's clock: the machine's, but for its jumps, which would let holds end and promises lapse all at once.

Between two looks time goes by the clock that counts from the start of the machine. Where the calendar clock says
something else, it is believed at once within a second, and after a minute beyond that: forward by a jump that is told,
backward by going at half speed until it is caught up with, as times in the log never go back.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

NOTICED: Final = timedelta(seconds=1)
"""What a calendar clock that is kept right by the network may differ."""
BELIEVED_AFTER: Final = timedelta(seconds=60)
"""How long a jump must have stood before it is believed: longer than approved updates are held by themselves."""


def _since_start() -> float:
    """Return seconds since the machine started, those in which it slept too where the system counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """Gives aware UTC times that never go back. Any thread may ask."""

    def __init__(
        self,
        warn: Callable[[str], None],
        calendar: Callable[[], datetime] = lambda: datetime.now(UTC),
        since_start: Callable[[], float] = _since_start,
    ) -> None:
        self._warn = warn
        self._calendar = calendar
        self._since_start = since_start
        self._turn = Lock()
        self._now = calendar()
        self._counted = since_start()
        self._off_since: float | None = None
        """When the calendar began to say something else, by the counter."""
        self._off = timedelta()
        self._slow = False

    def not_before(self, at: datetime) -> None:
        """Go on from ``at``, the time of the last fact, where the calendar is behind it."""
        with self._turn:
            if at > self._now:
                if at - self._now > NOTICED:
                    self._slow = True
                    self._warn(
                        f"the clock of this machine is {_words(at - self._now)} behind the last fact in the log: look "
                        "at it; until it is past that, the hub's time goes on from there at half speed"
                    )
                self._now = at

    def __call__(self) -> datetime:
        """Return the time."""
        with self._turn:
            return self._look()

    def _look(self) -> datetime:
        calendar, counted = self._calendar(), self._since_start()
        passed = timedelta(seconds=max(0.0, counted - self._counted))
        expected = self._now + (passed / 2 if self._slow else passed)
        self._counted = counted
        off = calendar - expected
        if self._slow:
            if off >= timedelta():  # caught up with
                self._slow = False
                if off <= NOTICED + passed:
                    self._off_since, self._now = None, calendar
                    return calendar
            else:
                self._now = expected
                return expected
        if abs(off) <= NOTICED:
            self._off_since = None
            self._now = max(calendar, self._now)
            return self._now
        if self._off_since is None or abs(off - self._off) > NOTICED:
            self._off_since, self._off = counted, off
            how = "ahead" if off > timedelta() else "back"
            self._warn(
                f"the clock of this machine jumped {_words(abs(off))} {how}: the hub believes it in "
                f"{BELIEVED_AFTER.seconds} seconds if it stays so"
            )
        elif timedelta(seconds=counted - self._off_since) >= BELIEVED_AFTER:
            self._off_since = None
            if off > timedelta():
                self._warn(f"the hub's time is that of this machine again, {_words(off)} ahead of what it was")
                expected = calendar
            else:
                self._slow = True
                self._warn(f"the hub's time goes at half speed until this machine's, {_words(-off)} behind, is there")
        self._now = expected
        return expected


def _words(time: timedelta) -> str:
    """Return a length of time in the greatest unit of which there are two."""
    seconds = time.total_seconds()
    for unit, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} seconds"
