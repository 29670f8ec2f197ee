"""What was known when a person rejected an outage: what rejected.py holds new evidence against.

Taken from primary state alone (open cases and active alarms as facts state them, the inventory): it is kept with the
outage, and must not depend on how facts were cut into batches.
"""

from bisect import bisect_right
from datetime import timedelta
from typing import Final

from msgspec import structs

from feeds.board.alarms import SEVERITIES, AlarmTable
from feeds.board.cases import CaseTable
from feeds.board.inventory import Pair
from feeds.board.outage.writers import minute_of, written
from feeds.board.suspicion.told import grounds_of
from feeds.model import Case, Grounds, Outage
from feeds.simspace import IntervalSet

BEFORE: Final = timedelta(hours=24)
"""Cases opened longer before the suspicion are no part of it."""


def known_then(outage: Outage, scope: IntervalSet, cases: CaseTable, alarms: AlarmTable) -> Grounds:
    """Return the cases in an outage, their customers, and its alarms."""
    runs, since = scope.pairs(), minute_of(outage.suspected - BEFORE)
    minutes: dict[str, int] = {}
    writers: set[str] = set()
    for key, case in cases.open.items():
        if _meets(case, runs, cases):
            bodies = cases.bodies_of(case)
            told = written(key, case, cases.customer(case, bodies), bodies)
            if told.minute > since:
                minutes[key] = told.minute
                writers.add(told.writer)
    there = [key for key, alarm in alarms.active.items() if _serves(outage.where, alarms.attributes(alarm))]
    worst = min((SEVERITIES.index(alarms.active[key].severity) for key in there), default=None)
    known = grounds_of(
        dict(sorted(minutes.items(), key=lambda item: (item[1], item[0]))),
        len(writers),
        alarms=there,
        alarm_count=len(there),
        severity="" if worst is None else SEVERITIES[worst].value,
    )
    # How unlikely it was is what the last look said.
    before = outage.grounds
    return known if before is None else structs.replace(known, usual=before.usual, chance=before.chance)


def _meets(case: Case, runs: list[Pair], cases: CaseTable) -> bool:
    """Whether a case has SIMs in ``runs``: of most cases that is seen without making a set of them."""
    for span in case.sims:
        if span.kind != "iccid":
            return cases.bodies_of(case).intersects(IntervalSet.of(runs))
    return any(_holds(runs, int(span.first), int(span.last)) for span in case.sims)


def _holds(runs: list[Pair], first: int, last: int) -> bool:
    at = bisect_right(runs, last, key=lambda run: run[0]) - 1
    return at >= 0 and runs[at][1] >= first


def _serves(where: dict[str, str], attributes: dict[str, str]) -> bool:
    return bool(where) and where.items() <= attributes.items()
