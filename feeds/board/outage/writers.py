"""Who wrote a case and when, as far as it proves anything.

Customers are the units of evidence: one who writes ten mails has one trouble. The customer of a case may be another one
than the owner of the range (a reseller's, one with a part of a carrier's range); it is the one who wrote that counts.
"""

from datetime import datetime
from typing import Final

from feeds.board.outage.places import Written
from feeds.board.times import opened
from feeds.model import Case, CaseKind
from feeds.simspace import IntervalSet

NO_TROUBLE: Final = frozenset({CaseKind.ORDER})
"""Kinds of cases that never speak of something that is broken."""


def writer_of(customer: str, key: str) -> str:
    """Return who wrote a case: its customer as the board knows it; of addresses the domain, as colleagues are one.

    A case of an unknown customer stands for itself.
    """
    if not customer:
        return f"\n{key}"
    return customer.rpartition("@")[2].casefold() if "@" in customer else customer


def minute_of(at: datetime) -> int:
    """Return the whole minutes since 1970."""
    return int(at.timestamp()) // 60


def written(key: str, case: Case, customer: str, bodies: IntervalSet) -> Written:
    """Return what a case says; ``customer``: as the board knows it, ``bodies``: its SIMs."""
    minute = 0 if case.kind in NO_TROUBLE else minute_of(opened(case.opened, case.came))
    return Written(bodies.pairs(), bodies.count, writer_of(customer, key), minute)
