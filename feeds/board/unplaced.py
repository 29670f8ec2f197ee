"""Open cases with known SIMs that no live outage holds: where they lie, kept case by case.

So a look for new groups costs with the ranges in which there is enough evidence, not with the cases. Derived.
"""

from dataclasses import dataclass

from feeds.board.inventory import Inventory, Pair
from feeds.model import SimRange
from feeds.simspace import IntervalSet

RANGES_OF_A_CASE = 200
"""A case in more ranges than this says nothing about any one of them."""


@dataclass(slots=True, frozen=True)
class Unplaced:
    """An open case with known SIMs that no live outage holds. Derived."""

    pairs: list[Pair]
    sims: int
    ranges: tuple[Pair, ...] | None
    """First and last body of the inventory's ranges that it meets; None where these are more than RANGES_OF_A_CASE."""
    own: tuple[SimRange, ...] = ()
    """Those of the ranges that hold no other of them."""


def ranges_of(inventory: Inventory, pairs: list[Pair]) -> tuple[SimRange, ...] | None:
    """Return the inventory's ranges that SIMs meet; None where these are more than RANGES_OF_A_CASE."""
    if inventory.ranges_met(pairs) > RANGES_OF_A_CASE:
        return None
    return tuple({(item.first, item.last): item for item, _low, _high in inventory.overlapping(pairs)}.values())


def most_specific(ranges: tuple[SimRange, ...]) -> tuple[SimRange, ...]:
    """Return those of ``ranges`` that hold no other of them."""
    if len(ranges) < 2:
        return ranges
    found: list[SimRange] = []
    for item in sorted(ranges, key=lambda one: (len(one.first), one.first, -one.count)):
        while found and len(found[-1].first) == len(item.first) and item.last <= found[-1].last:
            found.pop()
        found.append(item)
    return tuple(found)


class UnplacedCases:
    """The unplaced cases by key, and by what they lie on."""

    def __init__(self, inventory: Inventory) -> None:
        self.cases: dict[str, Unplaced] = {}
        self.on: dict[Pair, dict[str, None]] = {}
        """Range of the inventory → cases that meet it."""
        self.crowded: dict[Pair, None] = {}
        """Ranges with more than one case, or with one about more than one SIM: the others cannot be a group alone."""
        self.wide: dict[str, None] = {}
        """Cases in more ranges than say anything."""
        self.loose: dict[str, None] = {}
        """Cases whose SIMs no range holds."""
        self.single = 0
        """How many are about one SIM."""
        self.version = 0
        """Counts changes."""
        self._inventory = inventory

    def __len__(self) -> int:
        return len(self.cases)

    def put(self, key: str, bodies: IntervalSet) -> None:
        """Keep a case, in place of what was known of it."""
        pairs = bodies.pairs()
        known = self.cases.get(key)
        if known is not None:
            self.drop(key)
        met = ranges_of(self._inventory, pairs)
        ranges = tuple((int(item.first), int(item.last)) for item in met) if met is not None else None
        case = self.cases[key] = Unplaced(pairs, bodies.count, ranges, most_specific(met or ()))
        self.version += 1
        self.single += case.sims == 1
        if ranges is None:
            self.wide[key] = None
        elif not ranges:
            self.loose[key] = None
        else:
            for run in ranges:
                there = self.on.setdefault(run, {})
                there[key] = None
                if case.sims > 1 or len(there) > 1:
                    self.crowded[run] = None

    def drop(self, key: str) -> None:
        """Forget a case."""
        case = self.cases.pop(key, None)
        if case is None:
            return
        self.version += 1
        self.single -= case.sims == 1
        self.wide.pop(key, None)
        self.loose.pop(key, None)
        for run in case.ranges or ():
            there = self.on[run]
            del there[key]
            if not there:
                del self.on[run]
            if len(there) <= 1 and not any(self.cases[other].sims > 1 for other in there):
                self.crowded.pop(run, None)

    def clear(self) -> None:
        """Forget all."""
        self.cases.clear()
        self.on.clear()
        self.crowded.clear()
        self.wide.clear()
        self.loose.clear()
        self.single = 0
        self.version += 1
