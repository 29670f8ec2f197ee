"""What an outage means for each customer with SIMs in it."""

from collections.abc import Mapping

import msgspec

from feeds.board.inventory import Inventory
from feeds.model import CustomerImpact
from feeds.simspace import IntervalSet


class Impacts:
    """The customers' parts of scopes, kept until the scope or the inventory changes."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._known: dict[str, tuple[IntervalSet, int, tuple[CustomerImpact, ...]]] = {}
        self._customers: dict[str, tuple[IntervalSet, int, frozenset[str]]] = {}

    def clear(self) -> None:
        """Forget what was worked out."""
        self._known.clear()
        self._customers.clear()

    def of(self, outage: str, scope: IntervalSet, cases: Mapping[str, list[str]]) -> tuple[CustomerImpact, ...]:
        """Return the impact by customer, those with most SIMs first. ``cases``: numbers of open cases by customer.

        Each customer's ranges are its own, cut to the scope. Overlapping ranges: the most specific owns a SIM.
        """
        known = self._known.get(outage)
        if known is None or known[0] is not scope or known[1] != self._inventory.version:
            known = self._known[outage] = (scope, self._inventory.version, self._share(scope))
        return tuple(
            msgspec.structs.replace(item, cases=tuple(sorted(cases[item.customer]))) if item.customer in cases else item
            for item in known[2]
        )

    def customers(self, outage: str, scope: IntervalSet) -> frozenset[str]:
        """Return the ids of the customers with SIMs in a scope."""
        known = self._customers.get(outage)
        if known is None or known[0] is not scope or known[1] != self._inventory.version:
            found = self._inventory.customers_in(scope)
            known = self._customers[outage] = (scope, self._inventory.version, found)
        return known[2]

    def _share(self, scope: IntervalSet) -> tuple[CustomerImpact, ...]:
        return tuple(
            CustomerImpact(
                customer=share.customer,
                ranges=tuple((str(first), str(last)) for first, last in share.sims.pairs()),
                sims=share.sims.count,
                uses=tuple(sorted(share.uses)),
            )
            for share in self._inventory.shares(scope)
        )
