"""What an outage means for each customer with SIMs in it."""

from dataclasses import dataclass

import msgspec

from feeds.board.inventory import Inventory
from feeds.board.outage.members import Members
from feeds.model import CustomerImpact
from feeds.simspace import IntervalSet


@dataclass(slots=True)
class _Known:
    scope: IntervalSet
    version: int
    members: Members | None
    impacts: list[CustomerImpact]
    at: dict[str, int]
    made: tuple[CustomerImpact, ...]


class Impacts:
    """The customers' parts of scopes, kept until the scope or the inventory changes; their cases, until these do."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._known: dict[str, _Known] = {}
        self._customers: dict[str, tuple[IntervalSet, int, frozenset[str]]] = {}

    def clear(self) -> None:
        """Forget what was worked out."""
        self._known.clear()
        self._customers.clear()

    def of(self, outage: str, scope: IntervalSet, members: Members | None) -> tuple[CustomerImpact, ...]:
        """Return the impact by customer, those with most SIMs first; without ``members`` it has no cases.

        Each customer's ranges are its own, cut to the scope. Overlapping ranges: the most specific owns a SIM.
        """
        known = self._known.get(outage)
        if (
            known is None
            or known.scope is not scope
            or known.version != self._inventory.version
            or known.members is not members
        ):
            impacts = self._share(scope)
            at = {item.customer: place for place, item in enumerate(impacts)}
            known = self._known[outage] = _Known(scope, self._inventory.version, members, impacts, at, ())
            changed = set(members.of_customer) if members is not None else set()
        else:
            changed = members.changed if members is not None else set()
            if not changed:
                return known.made
        for customer in changed:
            place = known.at.get(customer)
            if place is not None and members is not None:
                numbers = tuple(sorted(members.of_customer.get(customer, {}).values()))
                known.impacts[place] = msgspec.structs.replace(known.impacts[place], cases=numbers)
        if members is not None:
            members.changed.clear()
        known.made = tuple(known.impacts)
        return known.made

    def customers(self, outage: str, scope: IntervalSet) -> frozenset[str]:
        """Return the ids of the customers with SIMs in a scope."""
        known = self._customers.get(outage)
        if known is None or known[0] is not scope or known[1] != self._inventory.version:
            found = self._inventory.customers_in(scope)
            known = self._customers[outage] = (scope, self._inventory.version, found)
        return known[2]

    def _share(self, scope: IntervalSet) -> list[CustomerImpact]:
        return [
            CustomerImpact(
                customer=share.customer,
                ranges=tuple((str(first), str(last)) for first, last in share.sims.pairs()),
                sims=share.sims.count,
                uses=tuple(sorted(share.uses)),
            )
            for share in self._inventory.shares(scope)
        ]
