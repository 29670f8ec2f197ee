"""Which SIM ranges a fault hits, and from when until when: the truth of a drill, and where its cases come from.

Pure. Both the cases of a fault and what a report measures against come from here.
"""

import random
from collections.abc import Sequence

from msgspec import Struct

from feeds.drill.fleet import Fleet
from feeds.drill.happenings import Fault
from feeds.drill.scenario import Scenario
from feeds.model import SimRange
from feeds.simspace import IntervalSet


class Hit(Struct, frozen=True):
    """A SIM range that a fault hits from ``since`` until ``until``, in seconds from the start of the drill."""

    owned: SimRange
    since: float
    until: float

    def at(self, time: float) -> bool:
        """Whether the range is hit at a time."""
        return self.since <= time < self.until


def hits_of(scenario: Scenario, index: int, fleet: Fleet, turn: int = 0) -> list[Hit]:
    """Return what fault number ``index`` meets, in the order of the number line, also where it breaks nothing."""
    fault = scenario.faults[index]
    chance = random.Random(f"{scenario.seed}/{turn}/fault {index} hits")
    found = []
    for owned in fleet.ranges_where(fault.where):
        since = fault.at + (chance.uniform(0, fault.spreads) if fault.spreads else 0.0)
        until = _restored(fault, chance) if fault.restored else fault.repaired
        if until > since:
            found.append(Hit(owned, since, until))
    return found


def _restored(fault: Fault, chance: random.Random) -> float:
    place = chance.random()
    for step in fault.restored:
        if place >= step.left:
            return fault.at + step.after
    return fault.repaired


def sims_hit(hits: Sequence[Hit], time: float) -> IntervalSet:
    """Return the SIMs (ICCID bodies) that are hit at a time."""
    return IntervalSet.of((int(one.owned.first), int(one.owned.last)) for one in hits if one.at(time))
