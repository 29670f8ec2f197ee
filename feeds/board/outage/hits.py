"""In which live outages does a customer have SIMs? Derived."""

from collections.abc import Iterable, Mapping

from feeds.board.outage.impact import Impacts
from feeds.board.outage.members import Members


class Hits:
    """Customers and the live outages that hit them. Brought up to date when it is needed, after ``stale`` was set."""

    def __init__(self, impacts: Impacts, members: Mapping[str, Members]) -> None:
        self.stale = False
        self._impacts = impacts
        self._members = members
        self._of: dict[str, dict[str, None]] = {}
        self._customers: dict[str, frozenset[str]] = {}

    def clear(self) -> None:
        """Forget all."""
        self._of.clear()
        self._customers.clear()
        self.stale = True

    def on(self, customer: str) -> Iterable[str]:
        """Return the live outages in which a customer has SIMs."""
        if self.stale:
            self.renew()
        return self._of.get(customer, ())

    def renew(self) -> set[str]:
        """Look at outages that came, went or changed. Return the customers for whom that makes a difference."""
        self.stale = False
        differ: set[str] = set()
        for outage in [one for one in self._customers if one not in self._members]:
            differ |= self._set(outage, frozenset())
        for outage, members in self._members.items():
            now = self._impacts.customers(outage, members.scope)
            if self._customers.get(outage) is not now:
                differ |= self._set(outage, now)
        return differ

    def _set(self, outage: str, now: frozenset[str]) -> frozenset[str]:
        before = self._customers.pop(outage, frozenset())
        for customer in before - now:
            outages = self._of[customer]
            del outages[outage]
            if not outages:
                del self._of[customer]
        for customer in now - before:
            self._of.setdefault(customer, {})[outage] = None
        if outage in self._members:
            self._customers[outage] = now
        return before ^ now
