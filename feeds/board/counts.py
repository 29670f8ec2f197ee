"""Cases opened and alarm events per minute, by channel and service, for the last days of the log."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from feeds.board.surge.history import History
from feeds.board.touched import Touched
from feeds.model import Case

MINUTES_KEPT = 8 * 24 * 60
"""Eight days: a full week beside today."""
LATE = timedelta(days=7)
EARLY = timedelta(minutes=5)


@lru_cache(maxsize=1024)
def minute_key(minute: int) -> str:
    """Return the key of a minute (whole minutes since 1970): its start as ``2026-02-03T04:05Z``; keys sort as times."""
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%MZ")


class Counts:
    """Counts by minute (whole minutes since 1970). A case counts once, in the minute it was opened."""

    def __init__(self) -> None:
        self.minutes: dict[int, dict[str, int]] = {}
        """Minute → ``channel/service`` → cases opened; the key ``""`` holds the alarm events."""
        self.history = History()
        """The same cases by kind as well, for what is usual."""

    def case_opened(self, case: Case, at: datetime, touched: Touched) -> None:
        """Count a new case. An opening time far from the log's own time is not believed: arrival counts then."""
        believed = at - LATE <= case.opened <= at + EARLY
        time = case.opened if believed else at
        self._add(time, f"{case.channel.value}/{case.service.value}", at, touched)
        self.history.opened(case, time, at)

    def alarm_events(self, count: int, at: datetime, touched: Touched) -> None:
        """Count alarm events in the minute they came."""
        self._add(at, "", at, touched, count)

    def recent(self, at: datetime, minutes: int) -> int:
        """Return the cases opened in the last ``minutes`` whole minutes before ``at``."""
        now = int(at.timestamp()) // 60
        return sum(
            count
            for minute in range(now - minutes + 1, now + 1)
            for name, count in self.minutes.get(minute, {}).items()
            if name
        )

    def _add(self, time: datetime, name: str, at: datetime, touched: Touched, count: int = 1) -> None:
        minute = int(time.timestamp()) // 60
        counts = self.minutes.get(minute)
        if counts is None:
            counts = self.minutes[minute] = {}
            self._forget(int(at.timestamp()) // 60, touched)
        counts[name] = counts.get(name, 0) + count
        touched.counts.add(minute_key(minute))

    def _forget(self, now: int, touched: Touched) -> None:
        if len(self.minutes) <= MINUTES_KEPT:
            return
        for minute in [minute for minute in self.minutes if minute < now - MINUTES_KEPT]:
            del self.minutes[minute]
            touched.counts.add(minute_key(minute))
