"""Outages: TM Forum's ServiceProblem (TMF656). A group of SIM ranges with what happens in them."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from feeds.model.explanations import Grounds

OutageId = NewType("OutageId", str)
"""``O-`` and a number, counted by the hub. It never changes; a merge leaves a tombstone that points to the survivor."""


class OutageState(StrEnum):
    """Where an outage stands. *withdrawn*: the machine took a suspicion back; *merged*: a tombstone."""

    SUSPECTED = "suspected"
    DECLARED = "declared"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    FOLLOWED_UP = "followed up"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


LIVE_STATES = frozenset({OutageState.SUSPECTED, OutageState.DECLARED, OutageState.MITIGATED})
"""States in which an outage gathers cases and alarms."""


class Outage(Struct, frozen=True, gc=False, omit_defaults=True):
    """An outage as decided by facts. What changes by the second (cases, alarms) is derived and shown in its row.

    ``where`` names the attribute values that all its SIMs share; empty where the group stands on SIM ranges alone.
    ``ranges`` are pairs of ICCID bodies, both ends included, sorted, without overlap.
    """

    id: OutageId
    state: OutageState
    suspected: datetime
    where: dict[str, str] = {}
    ranges: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    title: str = ""
    commander: str = ""
    declared: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None
    ended: datetime | None = None
    merged_into: OutageId | None = None
    split_from: OutageId = OutageId("")
    """The outage that it was a part of before."""
    from_cases: bool = False
    """``where`` is what cases share; no alarm said so."""
    made_by: str = ""
    """The person who made the group, or gave it its ranges, by hand; empty: a watcher did."""
    told: datetime | None = None
    """When the first contact of a customer accepted the last update that anybody has. An approval tells nobody."""
    next_word: datetime | None = None
    """What that update promised."""
    updates: int = 0
    """Updates that began to go out; the next one's number follows from it."""
    urgency: int | None = None
    """How urgent a person said it is; None: the sum counts."""
    urgency_by: str = ""
    urgency_why: str = ""
    grounds: Grounds | None = None
    """What the suspicion rests on; of a rejected one, what was known when it was rejected."""
    seq: int = 0
    """Sequence of the last decision about it (state, scope, merge); counts do not move it."""


class CustomerImpact(Struct, frozen=True, gc=False, omit_defaults=True):
    """One outage for one customer: its own ranges inside the outage (ICCID bodies), SIMs, open cases, uses."""

    customer: str
    """The customer's id, also where the inventory has no customer of that id."""
    ranges: tuple[tuple[str, str], ...]
    sims: int
    cases: tuple[str, ...] = ()
    """Numbers of its open cases in the outage."""
    uses: tuple[str, ...] = ()
