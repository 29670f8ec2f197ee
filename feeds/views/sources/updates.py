"""The views *updates*, *deliveries* and *suppressions*."""

from collections import Counter
from collections.abc import Iterable

from feeds.board.board import Board
from feeds.model import DeliveryRow, DeliveryState, Row, SuppressionRow, Try, Update, UpdateRow


class UpdateSource:
    """Updates with the counts of their ledgers; with ``of``, those of one outage."""

    name = "updates"
    row_type = UpdateRow
    default_sort = "-drafted"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board
        self._of = of
        self._audiences: dict[str, tuple[tuple[str, int], int, dict[str, int]]] = {}
        """By update: what of its audience is counted once, because a row is made at each step of its deliveries."""

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
        customers, channels = self._audience(key, update)
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
            customers=customers,
            total=len(update.audience),
            queued=tally(key, DeliveryState.QUEUED),
            attempting=tally(key, DeliveryState.ATTEMPTING),
            accepted=tally(key, DeliveryState.ACCEPTED),
            failed=tally(key, DeliveryState.FAILED, DeliveryState.BOUNCED),
            uncertain=tally(key, DeliveryState.UNCERTAIN),
            held=tally(key, DeliveryState.HELD, DeliveryState.SUPPRESSED),
            bounced=tally(key, DeliveryState.BOUNCED),
            suppressed=tally(key, DeliveryState.SUPPRESSED),
            channels=channels,
            phase=update.text.phase,
            proposed_by=update.proposed_by,
            proposed_for=update.proposed_for,
            alone=update.alone,
            hold_until=update.hold_until,
            canary=update.canary,
            began=update.began,
            heard=update.heard,
            ended=update.ended,
            reason=update.steered,
            scope_changed=update.scope_changed,
            seq=update.seq,
        )

    def _audience(self, key: str, update: Update) -> tuple[int, dict[str, int]]:
        """Return how many customers an update goes to, and how many contacts by channel."""
        known, of = self._audiences.get(key), (update.digest, len(update.audience))
        if known is None or known[0] != of:
            customers = len({entry.customer for entry in update.audience if entry.customer})
            channels = dict(Counter(entry.channel.value for entry in update.audience))
            known = self._audiences[key] = (of, customers, channels)
        return known[1:]


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
            name=entry.name,
            tries=tuple(map(step_in_words, delivery.tries)),
            reference=delivery.reference,
        )


class SuppressionSource:
    """Addresses to which nothing is sent."""

    name = "suppressions"
    row_type = SuppressionRow
    default_sort = "-since,key"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board

    def every_key(self) -> Iterable[str]:
        """``channel/address`` of each."""
        return self._board.suppressions.of

    def row(self, key: str) -> Row | None:
        """One address."""
        known = self._board.suppressions.of.get(key)
        if known is None:
            return None
        return SuppressionRow(
            key=key,
            channel=known.channel.value,
            address=known.address,
            why=known.why,
            words=known.words,
            since=known.since,
            by=known.by,
        )


def step_in_words(step: Try) -> str:
    """Return one step of a delivery as people read it: ``02:31:07 failed 550 no such user``."""
    return f"{step.at:%H:%M:%S} {step.state.value} {step.answer}".rstrip()
