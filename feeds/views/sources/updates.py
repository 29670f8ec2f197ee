"""The views *updates* and *deliveries*."""

from collections.abc import Iterable

from feeds.board.board import Board
from feeds.model import DeliveryRow, DeliveryState, Row, UpdateRow


class UpdateSource:
    """Updates with the counts of their ledgers; with ``of``, those of one outage."""

    name = "updates"
    row_type = UpdateRow
    default_sort = "-drafted"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board
        self._of = of

    def every_key(self) -> Iterable[str]:
        """Ids of updates."""
        updates = self._board.updates.updates
        return updates if not self._of else [key for key, one in updates.items() if one.outage == self._of]

    def row(self, key: str) -> Row | None:
        """One update."""
        update = self._board.updates.updates.get(key)
        if update is None or (self._of and update.outage != self._of):
            return None
        tally = self._board.updates.tally
        return UpdateRow(
            key=key,
            outage=update.outage,
            number=update.number,
            kind=update.kind,
            state=update.state,
            author=update.author,
            approver=update.approver,
            drafted=update.drafted,
            approved=update.approved,
            next_word=update.text.next_word,
            customers=len({entry.customer for entry in update.audience}),
            total=len(update.audience),
            queued=tally(key, DeliveryState.QUEUED),
            attempting=tally(key, DeliveryState.ATTEMPTING),
            accepted=tally(key, DeliveryState.ACCEPTED),
            failed=tally(key, DeliveryState.FAILED, DeliveryState.BOUNCED),
            uncertain=tally(key, DeliveryState.UNCERTAIN),
            held=tally(key, DeliveryState.HELD, DeliveryState.SUPPRESSED),
            seq=update.seq,
        )


class DeliverySource:
    """The ledger: all deliveries, or with ``of`` those of one update."""

    name = "deliveries"
    row_type = DeliveryRow
    default_sort = "-changed,key"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board
        self._of = of

    def every_key(self) -> Iterable[str]:
        """``update/index`` of every delivery."""
        ledgers = self._board.updates.deliveries
        for update in [self._of] if self._of else list(ledgers):
            for delivery in ledgers.get(update, ()):
                yield delivery.key

    def row(self, key: str) -> Row | None:
        """One delivery."""
        update_id, _, index = key.rpartition("/")
        ledger = self._board.updates.deliveries.get(update_id)
        if ledger is None or (self._of and update_id != self._of):
            return None
        delivery = ledger[int(index)]
        entry = self._board.updates.updates[update_id].audience[delivery.index]
        return DeliveryRow(
            key=key,
            update=update_id,
            state=delivery.state,
            customer=entry.name,
            address=entry.address,
            channel=entry.channel.value,
            sims=entry.sims,
            attempts=delivery.attempts,
            answer=delivery.answer,
            message_id=delivery.message_id,
            changed=delivery.changed,
        )
