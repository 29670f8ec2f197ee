"""What makes the cases of a live outage more pressing: its worst alarm, and how fast it grows. Derived.

Kept per outage and told apart only in steps, so that the thousands of cases in one are looked at again when a step
changes, not whenever a case comes. ``look`` keeps it up to date as facts and their times go by.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from feeds.board.desk.urgency import growth_step
from feeds.board.outage.members import Members
from feeds.board.outage.membership import Membership
from feeds.board.touched import Touched
from feeds.model import Severity

_SEVERITIES: Final = tuple(Severity)


class Pressure(NamedTuple):
    """Of one outage: its worst active alarm, and its ``growth_step``."""

    worst: Severity | None
    growth: int


CALM: Final = Pressure(None, 0)


def worst_of(counts: Iterable[int]) -> Severity | None:
    """Return the worst severity that occurs, of counts in the order of Severity."""
    return next((severity for severity, count in zip(_SEVERITIES, counts, strict=True) if count), None)


def recent_cases(members: Members | None, at: datetime) -> int:
    """Return how many cases of an outage were opened in the ten whole minutes to ``at``."""
    if members is None:
        return 0
    now = int(at.timestamp()) // 60
    return sum(members.minutes.get(minute, 0) for minute in range(now - 9, now + 1))


class Pressing:
    """The pressure of each live outage that has any."""

    def __init__(self, outages: Membership) -> None:
        self._outages = outages
        self._of: dict[str, Pressure] = {}
        self._minute = -1

    def of(self, outages: Iterable[str]) -> Pressure:
        """Return the worst alarm and the fastest growth among ``outages``."""
        found = [self._of[key] for key in outages if key in self._of]
        if len(found) < 2:
            return found[0] if found else CALM
        worst = min((one.worst for one in found if one.worst is not None), key=_SEVERITIES.index, default=None)
        return Pressure(worst, max(one.growth for one in found))

    def look(self, at: datetime, touched: Touched, every: bool = False) -> None:
        """Look at the outages that were touched, and at those that may have grown more slowly since.

        ``every``: at all. Cases of outages whose pressure changed are touched.
        """
        members = self._outages.members
        outages = dict.fromkeys(members if every else touched.outages)
        minute = int(at.timestamp()) // 60
        if minute != self._minute:
            self._minute = minute
            outages.update((key, None) for key, one in members.items() if one.minutes)
        for key in outages:
            now = self._now(key, at)
            if now != self._of.get(key, CALM):
                if key in members:
                    touched.cases.update(members[key].cases)
                if now == CALM:
                    del self._of[key]
                else:
                    self._of[key] = now

    def _now(self, key: str, at: datetime) -> Pressure:
        members = self._outages.members.get(key)
        if members is None:
            return CALM
        return Pressure(worst_of(self._outages.alarm_counts(key)), growth_step(recent_cases(members, at)))
