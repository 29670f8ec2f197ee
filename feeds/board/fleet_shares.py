"""How usual are attribute values in the fleet: the null model of shared.py. Derived.

The share of a value is that of its SIMs, or that of its customers where this is greater (a customer with a third of its
SIMs on the value is a third of one). With the SIMs alone, one customer with most of them would make everything that
small customers share look rare; with the customers alone, many small ones would do the same to large ones.

A SIM is counted for each range that holds it where that is near enough. A level of the fleet never changes, so what was
counted of it is kept as long as it stands.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from feeds.board.inventory import Inventory, Where
from feeds.fleet.level import Level

Weights = NDArray[np.float64]


@dataclass(slots=True)
class _Counted:
    """A level: the SIMs of each row, and which part of its customer's they are; 0 where the row is hidden."""

    level: Level
    sims: Weights
    parts: Weights
    customers: int
    by_value: dict[str, tuple[Weights, Weights]] = field(default_factory=dict)
    """Attribute → both, summed up by value."""

    @classmethod
    def of(cls, level: Level) -> "_Counted":
        columns = level.layer.columns
        sims = (columns.lasts - columns.firsts + 1).astype(np.float64)
        sims[level.hidden] = 0.0
        owners = columns.customer.codes
        whole = np.bincount(owners, sims, len(columns.customer.values))
        return cls(level, sims, sims / np.maximum(whole, 1.0)[owners], int((whole > 0.0).sum()))

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
        self._levels: dict[int, _Counted] = {}
        self._rough: dict[Where, float] = {}
        self._exact: dict[Where, tuple[float, float]] = {}

    def roughly(self, where: Where) -> float:
        """Return the share of a single value: as ``exactly``, but where ranges lie over one another each one counts."""
        known = self._look()._rough.get(where)
        if known is None:
            ((name, value),) = where
            found = [one.on(name, value) for one in self._counted()]
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
            customers = sum(float(one.parts[one.level.rows_with(where)].sum()) for one in self._counted())
            sims = self._inventory.served(where).count / fleet if fleet else 0.0
            known = self._exact[where] = (sims, min(1.0, customers / self._all()[1]))
        return known

    def _look(self) -> "FleetShares":
        standing = self._inventory.standing
        if self._of is not standing:
            self._of = standing
            self._rough.clear()
            self._exact.clear()
            stand = {id(level) for level in standing.levels}
            self._levels = {key: one for key, one in self._levels.items() if key in stand}
        return self

    def _counted(self) -> list[_Counted]:
        for level in self._inventory.standing.levels:
            if id(level) not in self._levels:
                self._levels[id(level)] = _Counted.of(level)
        return list(self._levels.values())

    def _all(self) -> tuple[float, float]:
        """Return how many SIMs and customers there are; at least one of each."""
        counted = self._counted()
        return max(1.0, sum(float(one.sims.sum()) for one in counted)), max(1, sum(one.customers for one in counted))
