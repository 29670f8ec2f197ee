"""Updates and the ledger of their deliveries, as facts move them. The courier acts; here is only what is so."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from feeds.board.touched import Touched
from feeds.board.update.suppressions import Suppression, SuppressionTable, address_key
from feeds.facts import DeliveryMoved, UpdateApproved, UpdateDrafted, UpdateProposed, UpdateSteered
from feeds.model import Delivery, DeliveryState, Try, Update, UpdateState

OPEN_STATES = frozenset({DeliveryState.QUEUED, DeliveryState.ATTEMPTING})
"""Deliveries that still have something to happen to them."""

UNDER_WAY = frozenset({UpdateState.HOLD, UpdateState.CANARY, UpdateState.SENDING, UpdateState.PAUSED})
"""Updates that were approved and have not ended."""

TRIES_KEPT: Final = 8
"""Steps of a delivery that are kept: the last ones."""

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
    # An accepted one stays accepted where the other side says more: it reached the phone, the mailbox is full.
    DeliveryState.ACCEPTED: frozenset({DeliveryState.ACCEPTED, DeliveryState.BOUNCED}),
    DeliveryState.FAILED: frozenset({DeliveryState.QUEUED}),
    DeliveryState.UNCERTAIN: frozenset({DeliveryState.QUEUED, DeliveryState.ACCEPTED, DeliveryState.BOUNCED}),
    DeliveryState.HELD: frozenset({DeliveryState.QUEUED}),
    DeliveryState.BOUNCED: frozenset(),
    DeliveryState.SUPPRESSED: frozenset(),
}
"""The steps that a delivery may take. An accepted delivery never becomes queued again, whoever asks."""

_STEERED: dict[str, frozenset[UpdateState]] = {
    "pause": frozenset({UpdateState.HOLD, UpdateState.CANARY, UpdateState.SENDING}),
    "resume": frozenset({UpdateState.PAUSED}),
    "cancel": UNDER_WAY | {UpdateState.DRAFT, UpdateState.PROPOSED},
    "undo": frozenset({UpdateState.PROPOSED, UpdateState.HOLD}),
    "start": frozenset({UpdateState.HOLD}),
    "go on": frozenset({UpdateState.CANARY}),
}
"""From which states an update can be steered, and how. A paused one can be undone, and goes on, as what it was."""


def may_move(old: DeliveryState, new: DeliveryState) -> bool:
    """Whether a delivery may go from ``old`` to ``new``."""
    return new in _ALLOWED[old]


def may_steer(update: Update, to: str) -> bool:
    """Whether an update can be steered so from where it stands."""
    before = update.paused_from if update.state is UpdateState.PAUSED and to in ("undo", "go on") else update.state
    return before in _STEERED[to]


def _may(update: Update, fact: UpdateSteered) -> bool:
    if fact.to == "pause" and fact.scope and update.state is UpdateState.PAUSED:
        return not update.scope_changed  # it stands still, and now it needs a new look as well
    return may_steer(update, fact.to)


class UpdateTable:
    """Updates by id, their deliveries by place in the audience, and how many deliveries stand where."""

    def __init__(self, suppressions: SuppressionTable | None = None) -> None:
        self.updates: dict[str, Update] = {}
        self.deliveries: dict[str, list[Delivery]] = {}
        self.tallies: dict[str, dict[DeliveryState, int]] = {}
        self.drafted = 0
        """How many updates were ever begun: the next id follows from it."""
        self.under_way: dict[str, None] = {}
        """Those that were approved and have not ended."""
        self._suppressions = suppressions if suppressions is not None else SuppressionTable()
        self._places: dict[str, dict[str, list[int]]] = {}
        """Of updates under way: address → places in the audience; made when an address is suppressed meanwhile."""

    def draft(self, fact: UpdateDrafted, by: str, seq: int, at: datetime, touched: Touched) -> None:
        """Take in a new or rewritten draft. A text that was approved can no longer be rewritten.

        One that was proposed is a draft again: who approves must see what the author saw.
        """
        known = self.updates.get(fact.update)
        if known is not None and known.state not in (UpdateState.DRAFT, UpdateState.PROPOSED):
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
            narrowing=fact.narrowing,
            seq=seq,
        )
        touched.updates.add(fact.update)
        touched.outages.add(fact.outage)

    def propose(self, fact: UpdateProposed, by: str, seq: int, at: datetime, touched: Touched) -> bool:
        """Note that somebody wants a draft sent. Return False where it is none."""
        known = self.updates.get(fact.update)
        if known is None or known.state not in (UpdateState.DRAFT, UpdateState.PROPOSED):
            return False
        self.updates[fact.update] = msgspec.structs.replace(
            known,
            state=UpdateState.PROPOSED,
            digest=fact.digest,
            proposed_by=by,
            proposed_for=fact.customers,
            proposed=at,
            seq=seq,
        )
        touched.updates.add(fact.update)
        return True

    def approve(self, fact: UpdateApproved, number: int, by: str, seq: int, at: datetime, touched: Touched) -> bool:
        """Freeze a draft and queue its deliveries. Return False where it was approved before."""
        known = self.updates.get(fact.update)
        if known is None or known.state not in (UpdateState.DRAFT, UpdateState.PROPOSED):
            return False
        state = UpdateState.HOLD if fact.hold_until is not None else _begun(fact.canary)
        update = self.updates[fact.update] = msgspec.structs.replace(
            known,
            state=state,
            number=number,
            approver=by,
            approved=at,
            digest=fact.digest,
            subject_template=fact.subject_template,
            body_template=fact.body_template,
            audience=fact.audience,
            alone=fact.alone,
            hold_until=fact.hold_until,
            canary=fact.canary,
            templates=fact.templates,
            earlier=fact.earlier,
            iccids_up_to=fact.iccids_up_to,
            unreached=fact.unreached,
            steered="",
            seq=seq,
        )
        touched.updates.add(fact.update)
        self.under_way[fact.update] = None
        if fact.audience:
            ledger = self.deliveries[fact.update] = [
                self._queued(update, index, fact.message_domain, at) for index in range(len(fact.audience))
            ]
            self.tallies[fact.update] = dict(Counter(one.state for one in ledger))
            touched.deliveries.update(delivery.key for delivery in ledger)
        self._settle(fact.update, at)
        return True

    def _queued(self, update: Update, index: int, domain: str, at: datetime) -> Delivery:
        entry = update.audience[index]
        message_id = f"<{update.id}.{index}.{update.digest[:20]}@{domain}>".lower()
        if why := self._suppressions.why(entry.channel, entry.address):
            tries = (Try(at, DeliveryState.SUPPRESSED, why),)
            return Delivery(update.id, index, DeliveryState.SUPPRESSED, message_id, answer=why, changed=at, tries=tries)
        return Delivery(update.id, index, DeliveryState.QUEUED, message_id)

    def steer(self, fact: UpdateSteered, seq: int, at: datetime, touched: Touched) -> bool:
        """Pause, resume, cancel, undo, start or go on. What is cancelled stays so; what waits then is held.

        Return False where that cannot be done from where the update stands.
        """
        known = self.updates.get(fact.update)
        if known is None or not _may(known, fact):
            return False
        touched.updates.add(fact.update)
        if fact.to == "undo":
            self._undo(known, fact.reason, seq, touched)
            return True
        after = {
            "pause": UpdateState.PAUSED,
            "resume": known.paused_from or UpdateState.SENDING,
            "cancel": UpdateState.CANCELLED,
            "start": _begun(known.canary),
            "go on": UpdateState.SENDING,
        }[fact.to]
        pausing, cancelling = fact.to == "pause", fact.to == "cancel"
        self.updates[fact.update] = msgspec.structs.replace(
            known,
            state=after,
            ended=at if cancelling else None,
            steered=fact.reason,
            paused_from=(known.paused_from or known.state) if pausing else None,
            scope_changed=fact.scope if pausing else 0.0,
            scope_accepted=max(known.scope_accepted, fact.scope) if fact.to == "resume" else known.scope_accepted,
            seq=seq,
        )
        if cancelling:
            for delivery in list(self.deliveries.get(fact.update, ())):
                if delivery.state is DeliveryState.QUEUED:
                    self._put(delivery, DeliveryState.HELD, "cancelled", at, touched)
        self._track(fact.update)
        return True

    def _undo(self, known: Update, why: str, seq: int, touched: Touched) -> None:
        """Make an update a draft again, as if nobody had proposed or approved it. Nothing of it has left."""
        self.updates[known.id] = Update(
            id=known.id,
            outage=known.outage,
            kind=known.kind,
            text=known.text,
            state=UpdateState.DRAFT,
            author=known.author,
            drafted=known.drafted,
            narrowing=known.narrowing,
            steered=why,
            seq=seq,
        )
        touched.deliveries.update(delivery.key for delivery in self.deliveries.pop(known.id, ()))
        self.tallies.pop(known.id, None)
        self._track(known.id)

    def move(self, fact: DeliveryMoved, at: datetime, touched: Touched) -> bool:
        """Take one step in the ledger. A step that may not be taken changes nothing.

        Return whether it is another matter now whether any customer has the update.
        """
        deliveries = self.deliveries.get(fact.update)
        if deliveries is None or not 0 <= fact.index < len(deliveries):
            return False
        delivery = deliveries[fact.index]
        if not may_move(delivery.state, fact.state):
            return False
        known = self.updates[fact.update]
        state, answer = fact.state, fact.answer
        if state is DeliveryState.QUEUED and known.state is UpdateState.CANCELLED:
            state, answer = DeliveryState.HELD, f"cancelled; {answer}" if answer else "cancelled"
        elif state is DeliveryState.QUEUED:
            entry = known.audience[fact.index]
            if why := self._suppressions.why(entry.channel, entry.address):
                state, answer = DeliveryState.SUPPRESSED, why
        if state is DeliveryState.ATTEMPTING and known.began is None:
            self.updates[fact.update] = msgspec.structs.replace(known, began=at)
        self._put(delivery, state, answer, at, touched, fact.reference)
        self._settle(fact.update, at)
        touched.updates.add(fact.update)
        return self._hear(fact.update, delivery, state, at)

    def _hear(self, update: str, before: Delivery, state: DeliveryState, at: datetime) -> bool:
        """Note that the first customer has an update, or that nobody has it any more; return whether that is news."""
        known = self.updates[update]
        if state is DeliveryState.ACCEPTED:
            if known.heard is not None or known.audience[before.index].own:
                return False
        elif before.state is not DeliveryState.ACCEPTED or known.heard is None or self._is_with_somebody(known):
            return False
        self.updates[update] = msgspec.structs.replace(known, heard=at if state is DeliveryState.ACCEPTED else None)
        return True

    def _is_with_somebody(self, update: Update) -> bool:
        """Whether a contact of a customer has accepted an update, and it did not come back."""
        accepted, audience = self.tally(update.id, DeliveryState.ACCEPTED), update.audience
        own = 0
        while own < len(audience) and audience[own].own:  # they stand first
            own += 1
        return accepted > own or first_accepted(update, self.deliveries[update.id]) is not None

    def suppressed(self, suppression: Suppression, at: datetime, touched: Touched) -> None:
        """Take what waits for an address out of the ledgers of updates that are under way."""
        for update in list(self.under_way):
            places = self._places.get(update)
            if places is None:
                places = self._places[update] = {}
                for index, entry in enumerate(self.updates[update].audience):
                    places.setdefault(address_key(entry.channel, entry.address), []).append(index)
            for index in places.get(suppression.key, ()):
                delivery = self.deliveries[update][index]
                if delivery.state is DeliveryState.QUEUED:
                    self._put(delivery, DeliveryState.SUPPRESSED, suppression.reason, at, touched)
                    touched.updates.add(update)
            self._settle(update, at)

    def restore(self, updates: Sequence[Update], deliveries: Sequence[Sequence[Delivery]], drafted: int) -> None:
        """Take over the state of a dump."""
        self.updates = {update.id: update for update in updates}
        self.deliveries = {ledger[0].update: list(ledger) for ledger in deliveries if ledger}
        self.tallies = {
            update: dict(Counter(one.state for one in ledger)) for update, ledger in self.deliveries.items()
        }
        self.drafted = drafted
        self.under_way = {update.id: None for update in updates if update.state in UNDER_WAY}
        self._places = {}

    def tally(self, update: str, *states: DeliveryState) -> int:
        """Return how many deliveries of an update stand in one of ``states``."""
        tally = self.tallies.get(update, {})
        return sum(tally.get(state, 0) for state in states)

    def last_of(self, outage: str) -> Update | None:
        """Return the last update of an outage of which something left, or is about to; None: there was none.

        One that is held may still be undone and is not among them.
        """
        told = [
            one
            for one in self.updates.values()
            if one.outage == outage and one.number and one.audience and not _never_left(one)
        ]
        return max(told, key=lambda one: one.number, default=None)

    def _settle(self, update: str, at: datetime) -> None:
        """An update of which nothing waits is done; one of which something waits again is not."""
        known, waiting = self.updates[update], self.tally(update, *OPEN_STATES)
        if not waiting and known.state in UNDER_WAY:
            self.updates[update] = msgspec.structs.replace(known, state=UpdateState.DONE, ended=at)
        elif waiting and known.state is UpdateState.DONE:
            self.updates[update] = msgspec.structs.replace(known, state=UpdateState.SENDING, ended=None)
        self._track(update)

    def _track(self, update: str) -> None:
        if self.updates[update].state in UNDER_WAY:
            self.under_way[update] = None
        else:
            self.under_way.pop(update, None)
            self._places.pop(update, None)

    def _put(
        self,
        delivery: Delivery,
        state: DeliveryState,
        answer: str,
        at: datetime,
        touched: Touched,
        reference: str = "",
    ) -> None:
        tally = self.tallies[delivery.update]
        tally[delivery.state] -= 1
        tally[state] = tally.get(state, 0) + 1
        # Why it waits is told again and again; the newest of these is enough.
        again = bool(delivery.tries) and state is DeliveryState.QUEUED and delivery.tries[-1].state is state
        before = delivery.tries[:-1] if again else delivery.tries
        self.deliveries[delivery.update][delivery.index] = Delivery(
            update=delivery.update,
            index=delivery.index,
            state=state,
            message_id=delivery.message_id,
            attempts=delivery.attempts + (state is DeliveryState.ATTEMPTING),
            answer=answer if answer or state is DeliveryState.ATTEMPTING else delivery.answer,
            changed=at,
            tries=(*before[1 - TRIES_KEPT :], Try(at, state, answer)),
            reference=reference or delivery.reference,
        )
        touched.deliveries.add(delivery.key)


def first_accepted(update: Update, ledger: Sequence[Delivery]) -> datetime | None:
    """Return when the first contact of a customer accepted an update, of those that have it still; None: nobody has.

    As far as the ledger remembers: of a delivery the last steps are kept.
    """
    times = [
        next((step.at for step in one.tries if step.state is DeliveryState.ACCEPTED), one.changed)
        for one in ledger
        if one.state is DeliveryState.ACCEPTED and not update.audience[one.index].own
    ]
    return min((at for at in times if at is not None), default=None)


def _begun(canary: int) -> UpdateState:
    return UpdateState.CANARY if canary else UpdateState.SENDING


def _never_left(update: Update) -> bool:
    if update.state is UpdateState.CANCELLED:
        return update.hold_until is not None and update.began is None
    return UpdateState.HOLD in (update.state, update.paused_from)
