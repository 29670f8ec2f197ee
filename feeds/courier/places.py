"""Which places of an update's audience belong to one channel."""

from array import array
from collections.abc import Callable, Sequence

from feeds.courier.ledger import Ledger
from feeds.model import UpdateId


class Places:
    """Which places of an audience are a lane's. An audience is frozen, so it is looked through once."""

    def __init__(self, ledger: Ledger, mine: Callable[[object], bool]) -> None:
        self._ledger = ledger
        self._mine = mine
        self._known: dict[UpdateId, Sequence[int]] = {}

    def of(self, update: UpdateId) -> Sequence[int]:
        """Return the places, ascending."""
        known = self._known.get(update)
        if known is None:
            for ended in self._known.keys() - set(self._ledger.sending()):
                del self._known[ended]
            audience = self._ledger.update(update).audience
            found = array("I", (place for place, entry in enumerate(audience) if self._mine(entry.channel)))
            known = self._known[update] = range(len(audience)) if len(found) == len(audience) else found
        return known
