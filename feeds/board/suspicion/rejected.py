"""What people said is nothing, and how much more evidence it takes to suspect it again.

A rejection is remembered with what was known then: the cases in the outage, of how many customers, the worst alarm.
For a week it holds for all that lies within, until the evidence grows clearly:

- cases from after it are of at least ``TIMES`` as many customers, and their chance is below a hundredth of what it was;
- or an alarm of a higher severity class (critical, major, lesser) was raised after it.

A week later what is new counts as it would anywhere. Cases and alarms from before a rejection never count again.
"""

from collections.abc import Iterable
from datetime import timedelta
from math import log
from typing import Final

from feeds.board.board import Board
from feeds.board.inventory import Where
from feeds.board.suspicion.scan import LIMIT
from feeds.model import Grounds, Outage, OutageState, Severity
from feeds.simspace import IntervalSet

REMEMBERED: Final = timedelta(days=7)
TIMES: Final = 2
FAR_LESS: Final = 0.01
CLASSES: Final = {
    Severity.CRITICAL.value: 3,
    Severity.MAJOR.value: 2,
    Severity.MINOR.value: 1,
    Severity.WARNING.value: 1,
}


def rejected_here(board: Board, where: Where, scope: IntervalSet) -> list[Outage]:
    """Return what people rejected that holds a place, the oldest first."""
    outages = board.outages
    return [
        one
        for one in sorted(
            map(outages.outages.__getitem__, outages.decided), key=lambda one: (one.ended or board.at, one.id)
        )
        if one.state is OutageState.REJECTED
        and ((one.where and one.where.items() <= dict(where).items()) or scope.issubset(outages.sims(one.id)))
    ]


def is_remembered(board: Board, outage: Outage) -> bool:
    """Whether a rejection still holds."""
    return outage.ended is None or board.at <= outage.ended + REMEMBERED


def cases_grew(before: Grounds | None, customers: int, log_chance: float) -> bool:
    """Whether new evidence from cases is clearly more than what was rejected."""
    known = log(before.chance) if before is not None and before.chance else LIMIT
    least = TIMES * before.customers if before is not None else 0
    return customers >= least and log_chance <= min(known, LIMIT) + log(FAR_LESS)


def alarms_grew(board: Board, outage: Outage, keys: Iterable[str]) -> bool:
    """Whether one of the active alarms ``keys`` says more than was known at the rejection."""
    ended = outage.ended
    if ended is None:
        return False
    worst = CLASSES.get(outage.grounds.severity, 0) if outage.grounds is not None else 0
    for key in keys:
        alarm = board.alarms.active[key]
        if alarm.raised > ended + REMEMBERED:
            return True
        if alarm.changed > ended and CLASSES.get(alarm.severity.value, 0) > worst:
            return True
    return False
