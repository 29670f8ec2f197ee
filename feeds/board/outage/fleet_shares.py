"""How usual are attribute values in the fleet: the null model of shared.py. Derived.

The share of a value is that of its SIMs, or that of its customers where this is greater (a customer with a third of its
SIMs on the value is a third of one). With the SIMs alone, one customer with most of them would make everything that
small customers share look rare; with the customers alone, many small ones would do the same to large ones.

A SIM is counted for each range that holds it where that is near enough.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from feeds.board.inventory import Inventory, Pair, Where
from feeds.fleet.codes import translation
from feeds.fleet.level import Level
from feeds.simspace import IntervalSet

Weights = NDArray[np.float64]


@dataclass(slots=True)
class _Counted:
    """A level: the SIMs of each row, and which part of its customer's they are; 0 where the row is hidden."""

    level: Level
    sims: Weights
    parts: Weights
    by_value: dict[str, tuple[Weights, Weights]] = field(default_factory=dict)
    """Attribute → both, summed up by value."""

    def on(self, name: str, value: str) -> tuple[float, float]:
        """Return how many SIMs and how many customers have a value."""
        column = self.level.layer.columns.column(name)
        place = column.place(value) if column is not None else -1
        if column is None or place < 0:
            return 0.0, 0.0
        sums = self.by_value.get(name)
        if sums is None:
            codes = np.where(column.codes < 0, len(column.values), column.codes)
            sims: Weights = np.bincount(codes, self.sims).astype(np.float64)
            parts: Weights = np.bincount(codes, self.parts).astype(np.float64)
            sums = self.by_value[name] = (sims, parts)
        return float(sums[0][place]), float(sums[1][place])


class FleetShares:
    """Shares of the fleet of an inventory, 0 to 1."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._of: object = None
        self._levels: list[_Counted] = []
        self._sims = 1.0
        self._owners: tuple[str, ...] = ()
        self._whole: Weights = np.zeros(0)
        """How many SIMs each of the owners has."""
        self._rough: dict[Where, float] = {}
        self._exact: dict[Where, tuple[float, float]] = {}
        self._runs: dict[Pair, float] = {}

    def sims_of(self, customer: str) -> float:
        """Return how many SIMs a customer has; 0 where it is unknown."""
        owners = self._look()._owners
        at = bisect_left(owners, customer)
        return float(self._whole[at]) if at < len(owners) and owners[at] == customer else 0.0

    def layers(self) -> float:
        """Return how many ranges lie over one another on the average SIM; at least 1."""
        return max(1.0, self._look()._sims / max(1, self._inventory.fleet))

    def on_run(self, run: Pair) -> float:
        """Return the share of a run of bodies: of SIMs, or of customers, whichever is greater."""
        known = self._look()._runs.get(run)
        if known is None:
            fleet = self._inventory.standing.sims
            first, behind = run[0], run[1] + 1
            sims = (fleet.rank(behind) - fleet.rank(first)) / max(1, self._inventory.fleet)
            owners = self._inventory.owners(IntervalSet.of([run])) if sims else []
            customers = sum(min(1.0, own / max(1.0, self.sims_of(customer))) for customer, own in owners)
            known = self._runs[run] = max(sims, min(1.0, customers / self._all()[1]))
        return known

    def roughly(self, where: Where) -> float:
        """Return the share of a single value: as ``exactly``, but where ranges lie over one another each one counts."""
        known = self._look()._rough.get(where)
        if known is None:
            ((name, value),) = where
            found = [one.on(name, value) for one in self._levels]
            sims, customers = self._all()
            known = max(sum(one[0] for one in found) / sims, sum(one[1] for one in found) / customers)
            self._rough[where] = known
        return known

    def exactly(self, where: Where) -> float:
        """Return the share of SIMs, or of customers, that have all values of ``where``: the greater one."""
        return max(self._both(where))

    def within(self, where: Where, further: Where) -> float:
        """Return the share of those with all values of ``where`` that have ``further`` ones, too."""
        whole, part = self._both(where), self._both(tuple(sorted({*where, *further})))
        return min(1.0, max((some / all_ for all_, some in zip(whole, part, strict=True) if all_), default=1.0))

    def _both(self, where: Where) -> tuple[float, float]:
        known = self._look()._exact.get(where)
        if known is None:
            fleet = self._inventory.fleet
            customers = sum(float(one.parts[one.level.rows_with(where)].sum()) for one in self._levels)
            sims = self._inventory.served(where).count / fleet if fleet else 0.0
            known = self._exact[where] = (sims, min(1.0, customers / self._all()[1]))
        return known

    def _look(self) -> "FleetShares":
        standing = self._inventory.standing
        if self._of is not standing:
            self._of = standing
            for known in (self._rough, self._exact, self._runs):
                known.clear()
            self._count(standing.levels)
        return self

    def _count(self, levels: Sequence[Level]) -> None:
        """Count anew. A customer's SIMs are those in all levels: how a fleet is cut into levels says nothing."""
        sims = [_sims(level) for level in levels]
        columns = [level.layer.columns.customer for level in levels]
        whole: list[Weights] = [
            np.bincount(one.codes, own, len(one.values)).astype(np.float64)
            for one, own in zip(columns, sims, strict=True)
        ]
        if len(levels) == 1:
            self._owners, self._whole = columns[0].values, whole[0]
        else:
            self._owners = tuple(sorted({owner for one in columns for owner in one.values}))
            self._whole = np.zeros(len(self._owners))
            for one, own in zip(columns, whole, strict=True):
                self._whole[translation(one.values, self._owners)[:-1]] += own
        least = np.maximum(self._whole, 1.0)
        self._levels = [
            _Counted(level, own, own / least[translation(one.values, self._owners)[:-1]][one.codes])
            for level, own, one in zip(levels, sims, columns, strict=True)
        ]
        self._sims = max(1.0, float(self._whole.sum()))

    def _all(self) -> tuple[float, int]:
        """Return how many SIMs and customers there are; at least one of each."""
        return self._sims, max(1, int(np.count_nonzero(self._whole)))


def _sims(level: Level) -> Weights:
    columns = level.layer.columns
    sims = (columns.lasts - columns.firsts + 1).astype(np.float64)
    sims[level.hidden] = 0.0
    return sims
