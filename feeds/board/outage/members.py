"""What belongs to one live outage now. Derived; kept up to date by membership.py."""

from dataclasses import dataclass, field
from typing import Final

from feeds.board.inventory import Where
from feeds.board.outage.places import Places
from feeds.model import Outage, OutageState
from feeds.simspace import IntervalSet

CASES_LOOKED_AT: Final = 2_000
"""Where the cases of a group lie is known for groups of up to so many; larger ones are not taken apart any more."""


def is_from_cases(outage: Outage) -> bool:
    """Whether cases alone made a group that nobody decided upon: it may be changed, merged and split."""
    return outage.state is OutageState.SUSPECTED and not outage.made_by and (outage.from_cases or not outage.where)


@dataclass(slots=True)
class Members:
    """The cases and alarms of a live outage."""

    scope: IntervalSet
    where: Where
    cases: dict[str, int] = field(default_factory=dict)
    """Case key → minute (since 1970) in which it was opened."""
    minutes: dict[int, int] = field(default_factory=dict)
    """Minute (since 1970) → member cases opened in it."""
    wheres: dict[Where, None] = field(default_factory=dict)
    """The alarm groups that belong to it."""
    brought: dict[str, None] = field(default_factory=dict)
    """Those of the cases whose SIMs do not lie in it: their customer, or a person, brought them. They prove nothing."""
    of_customer: dict[str, dict[str, str]] = field(default_factory=dict)
    """Customer → case key → case number."""
    changed: set[str] = field(default_factory=set)
    """Customers whose cases came or went since the impact was made."""
    places: Places | None = None
    """Where the cases lie that are in it by their SIMs; made when somebody asks."""

    def put(self, key: str, minute: int, brought: bool, customer: str, number: str) -> None:
        """Take in a case that is not there."""
        self.cases[key] = minute
        self.minutes[minute] = self.minutes.get(minute, 0) + 1
        self.of_customer.setdefault(customer, {})[key] = number
        self.changed.add(customer)
        if brought:
            self.brought[key] = None
        elif self.places is not None and self.proofs > CASES_LOOKED_AT:
            self.places = None

    def drop(self, key: str, customer: str) -> None:
        """Let a case go; ``customer``: as it was when it came."""
        minute = self.cases.pop(key)
        self.minutes[minute] -= 1
        if not self.minutes[minute]:
            del self.minutes[minute]
        numbers = self.of_customer[customer]
        del numbers[key]
        if not numbers:
            del self.of_customer[customer]
        self.changed.add(customer)
        self.brought.pop(key, None)
        if self.places is not None:
            self.places.drop(key)

    @property
    def proofs(self) -> int:
        """How many cases are in it by their SIMs."""
        return len(self.cases) - len(self.brought)
