"""The narrow port through which the courier reads and writes the ledger of deliveries. The hub stands behind it."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from feeds.facts import Fact
from feeds.model import Case, ContactChannel, Delivery, Update, UpdateId


class Ledger(Protocol):
    """What the courier needs of the hub. Reading must be cheap (no copies): it is done for every delivery."""

    def sending(self) -> Sequence[UpdateId]:
        """Return the updates in state *sending* or *canary*; paused and ended ones are not among them."""

    def update(self, id: UpdateId) -> Update:
        """Return an update that was approved, as it is now."""

    def deliveries(self, id: UpdateId) -> Sequence[Delivery]:
        """Return its deliveries by audience index, as they are now."""

    def suppressed(self, channel: ContactChannel, address: str) -> str:
        """Return why nothing is sent to an address; empty: nobody said so."""

    def case(self, key: str) -> Case | None:
        """Return a case (``source/number``) as it is now."""

    async def write(self, facts: Sequence[Fact]) -> None:
        """Return when the facts are flushed to disk and applied. Raises LedgerUnavailable where they are not kept."""


class Job(NamedTuple):
    """One delivery: its update, and its place in the audience."""

    update: UpdateId
    place: int
