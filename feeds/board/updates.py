"""Updates and the ledger of their deliveries, as facts move them. The courier acts; here is only what is so."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from feeds.board.touched import Touched
from feeds.facts import DeliveryMoved, UpdateApproved, UpdateDrafted, UpdateSteered
from feeds.model import Delivery, DeliveryState, Update, UpdateState

OPEN_STATES = frozenset({DeliveryState.QUEUED, DeliveryState.ATTEMPTING})
"""Deliveries that still have something to happen to them."""

_ALLOWED: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.QUEUED: frozenset(
        {
            DeliveryState.QUEUED,
            DeliveryState.ATTEMPTING,
            DeliveryState.FAILED,
            DeliveryState.HELD,
            DeliveryState.SUPPRESSED,
        }
    ),
    DeliveryState.ATTEMPTING: frozenset(
        {DeliveryState.ACCEPTED, DeliveryState.FAILED, DeliveryState.QUEUED, DeliveryState.UNCERTAIN}
    ),
    DeliveryState.ACCEPTED: frozenset({DeliveryState.BOUNCED}),
    DeliveryState.FAILED: frozenset({DeliveryState.QUEUED}),
    DeliveryState.UNCERTAIN: frozenset({DeliveryState.QUEUED, DeliveryState.ACCEPTED, DeliveryState.BOUNCED}),
    DeliveryState.HELD: frozenset({DeliveryState.QUEUED}),
    DeliveryState.BOUNCED: frozenset(),
    DeliveryState.SUPPRESSED: frozenset(),
}
"""The steps that a delivery may take. An accepted delivery never becomes queued again, whoever asks."""


def may_move(old: DeliveryState, new: DeliveryState) -> bool:
    """Whether a delivery may go from ``old`` to ``new``."""
    return new in _ALLOWED[old]


class UpdateTable:
    """Updates by id, their deliveries by place in the audience, and how many deliveries stand where."""

    def __init__(self) -> None:
        self.updates: dict[str, Update] = {}
        self.deliveries: dict[str, list[Delivery]] = {}
        self.tallies: dict[str, dict[DeliveryState, int]] = {}
        self.drafted = 0
        """How many updates were ever begun: the next id follows from it."""

    def draft(self, fact: UpdateDrafted, by: str, seq: int, at: datetime, touched: Touched) -> None:
        """Take in a new or rewritten draft. A text that was approved can no longer be rewritten."""
        known = self.updates.get(fact.update)
        if known is not None and known.state is not UpdateState.DRAFT:
            return
        if known is None:
            self.drafted += 1
        self.updates[fact.update] = Update(
            id=fact.update,  # type: ignore[arg-type]
            outage=fact.outage,
            kind=fact.kind,
            text=fact.text,
            state=UpdateState.DRAFT,
            author=by,
            drafted=known.drafted if known is not None else at,
            seq=seq,
        )
        touched.updates.add(fact.update)
        touched.outages.add(fact.outage)

    def approve(self, fact: UpdateApproved, number: int, by: str, seq: int, at: datetime, touched: Touched) -> bool:
        """Freeze a draft and queue its deliveries. Return False where it was approved before."""
        known = self.updates.get(fact.update)
        if known is None or known.state is not UpdateState.DRAFT:
            return False
        self.updates[fact.update] = msgspec.structs.replace(
            known,
            state=UpdateState.SENDING if fact.audience else UpdateState.DONE,
            number=number,
            approver=by,
            approved=at,
            digest=fact.digest,
            subject_template=fact.subject_template,
            body_template=fact.body_template,
            audience=fact.audience,
            ended=None if fact.audience else at,
            seq=seq,
        )
        if not fact.audience:
            touched.updates.add(fact.update)
            return True
        self.deliveries[fact.update] = [
            Delivery(
                update=known.id,
                index=index,
                state=DeliveryState.QUEUED,
                message_id=f"<{fact.update}.{index}.{fact.digest[:20]}@{fact.message_domain}>".lower(),
            )
            for index in range(len(fact.audience))
        ]
        self.tallies[fact.update] = {DeliveryState.QUEUED: len(fact.audience)}
        touched.updates.add(fact.update)
        touched.deliveries.update(delivery.key for delivery in self.deliveries[fact.update])
        return True

    def steer(self, fact: UpdateSteered, seq: int, at: datetime, touched: Touched) -> None:
        """Pause, resume or cancel. What is cancelled stays so; what waits then is held."""
        known = self.updates.get(fact.update)
        if known is None:
            return
        steps = {
            "pause": ({UpdateState.SENDING}, UpdateState.PAUSED),
            "resume": ({UpdateState.PAUSED}, UpdateState.SENDING),
            "cancel": ({UpdateState.DRAFT, UpdateState.SENDING, UpdateState.PAUSED}, UpdateState.CANCELLED),
        }
        before, after = steps[fact.to]
        if known.state not in before:
            return
        ended = at if after is UpdateState.CANCELLED else None
        self.updates[fact.update] = msgspec.structs.replace(known, state=after, ended=ended, seq=seq)
        if after is UpdateState.CANCELLED:
            for delivery in list(self.deliveries.get(fact.update, ())):
                if delivery.state is DeliveryState.QUEUED:
                    self._put(delivery, DeliveryState.HELD, "cancelled", at, touched)
        touched.updates.add(fact.update)

    def move(self, fact: DeliveryMoved, at: datetime, touched: Touched) -> None:
        """Take one step in the ledger. A step that may not be taken changes nothing."""
        deliveries = self.deliveries.get(fact.update)
        if deliveries is None or not 0 <= fact.index < len(deliveries):
            return
        delivery = deliveries[fact.index]
        if not may_move(delivery.state, fact.state):
            return
        known = self.updates[fact.update]
        state, answer = fact.state, fact.answer
        if known.state is UpdateState.CANCELLED and state is DeliveryState.QUEUED:
            state, answer = DeliveryState.HELD, f"cancelled; {answer}" if answer else "cancelled"
        self._put(delivery, state, answer, at, touched)
        tally = self.tallies[fact.update]
        waiting = sum(tally.get(state, 0) for state in OPEN_STATES)
        if not waiting and known.state in (UpdateState.SENDING, UpdateState.PAUSED):
            self.updates[fact.update] = msgspec.structs.replace(known, state=UpdateState.DONE, ended=at)
        elif waiting and known.state is UpdateState.DONE:
            self.updates[fact.update] = msgspec.structs.replace(known, state=UpdateState.SENDING, ended=None)
        touched.updates.add(fact.update)

    def restore(self, updates: Sequence[Update], deliveries: Sequence[Sequence[Delivery]], drafted: int) -> None:
        """Take over the state of a dump."""
        self.updates = {update.id: update for update in updates}
        self.deliveries = {ledger[0].update: list(ledger) for ledger in deliveries if ledger}
        self.tallies = {
            update: dict(Counter(one.state for one in ledger)) for update, ledger in self.deliveries.items()
        }
        self.drafted = drafted

    def tally(self, update: str, *states: DeliveryState) -> int:
        """Return how many deliveries of an update stand in one of ``states``."""
        tally = self.tallies.get(update, {})
        return sum(tally.get(state, 0) for state in states)

    def _put(self, delivery: Delivery, state: DeliveryState, answer: str, at: datetime, touched: Touched) -> None:
        tally = self.tallies[delivery.update]
        tally[delivery.state] -= 1
        tally[state] = tally.get(state, 0) + 1
        self.deliveries[delivery.update][delivery.index] = Delivery(
            update=delivery.update,
            index=delivery.index,
            state=state,
            message_id=delivery.message_id,
            attempts=delivery.attempts + (state is DeliveryState.ATTEMPTING),
            answer=answer if answer or state is DeliveryState.ATTEMPTING else delivery.answer,
            changed=at,
        )
        touched.deliveries.add(delivery.key)
