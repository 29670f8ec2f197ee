"""Which word the customers of an outage have, and which one waits to reach anybody.

An approval tells nobody. Customers are told when the first of them has the update: when the other side accepted it
(``Update.heard``). Until then the word before counts, with what it promised. Derived from updates and merges.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from feeds.model import Update, UpdateState


class Words:
    """Updates that were approved, by the outage that they are about now: the survivor of a merge takes them over."""

    def __init__(self, updates: Callable[[], Mapping[str, Update]]) -> None:
        self._updates = updates
        self._of: dict[str, list[str]] = {}
        """By outage, the oldest first. One that is undone leaves."""

    def approved(self, outage: str, update: str) -> None:
        """Note that an update of an outage is approved."""
        self._of.setdefault(outage, []).append(update)

    def undone(self, outage: str, update: str) -> None:
        """Note that an update is a draft again."""
        known = self._of.get(outage, [])
        if update in known:
            known.remove(update)

    def merged(self, outage: str, into: str) -> None:
        """Note that what was said of one outage is said of another one now."""
        of = self._of.pop(outage, None)
        if of:
            self._of[into] = sorted((*self._of.get(into, ()), *of), key=self._age)

    def restore(self, survivor: Callable[[str], str]) -> None:
        """Begin anew with all updates that are there. ``survivor``: the outage that an outage is now."""
        self._of = {}
        for update in sorted((one.id for one in self._updates().values() if one.approved is not None), key=self._age):
            self.approved(survivor(self._updates()[update].outage), update)

    def last(self, outage: str) -> Update | None:
        """Return the newest update that a customer of the outage has; None: nobody was told."""
        updates = self._updates()
        return next((one for key in reversed(self._of.get(outage, ())) if (one := updates[key]).heard), None)

    def waiting(self, outage: str) -> Update | None:
        """Return the newest update of the outage that was approved and that nobody has; None: the newest is heard."""
        for key in reversed(self._of.get(outage, ())):
            update = self._updates()[key]
            if update.heard is not None:
                return None
            if update.state is not UpdateState.CANCELLED:
                return update
        return None

    def _age(self, update: str) -> tuple[datetime, int, str]:
        known = self._updates()[update]
        assert known.approved is not None
        return known.approved, known.number, known.id
