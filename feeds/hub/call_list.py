"""The view *calls*: customers in one outage whom no message reaches, with their phone numbers. Somebody has to call.

It is the hub's, because which channels there are follows from its configuration.
"""

from collections.abc import Iterable

from feeds.board import Board
from feeds.courier.audience import Ways, audience
from feeds.model import CallRow, ContactChannel, Row
from feeds.simspace import IntervalSet


class CallSource:
    """The call list of one outage, as an update to everybody in it would leave it now."""

    name = "calls"
    row_type = CallRow
    default_sort = "-vip,-sims,key"

    def __init__(self, board: Board, of: str, channels: frozenset[ContactChannel]) -> None:
        self._board = board
        self._of = of
        self._channels = channels
        self._made_of: tuple[object, ...] = ()
        self._scope: IntervalSet | None = None
        self._rows: dict[str, CallRow] = {}

    def every_key(self) -> Iterable[str]:
        """Ids of the customers."""
        return self._current()

    def row(self, key: str) -> Row | None:
        """One customer."""
        return self._current().get(key)

    def _current(self) -> dict[str, CallRow]:
        board = self._board
        outage = board.outages.survivor(self._of)
        if outage is None:
            return {}
        inventory, scope = board.inventory, board.outages.sims(outage.id)
        made_of = (outage.id, inventory.version, inventory.customers_version, board.suppressions.version)
        if made_of != self._made_of or scope is not self._scope:
            self._made_of, self._scope = made_of, scope
            ways = Ways(channels=self._channels, why_not=board.suppressions.why)
            people = audience(board.outages.impact(outage.id), board.inventory.customers, ways)
            self._rows = {
                call.customer: CallRow(
                    key=call.customer,
                    customer=call.name,
                    vip=call.vip,
                    sims=call.sims,
                    phones=call.phones,
                    reason=call.reason,
                )
                for call in people.calls
            }
        return self._rows
