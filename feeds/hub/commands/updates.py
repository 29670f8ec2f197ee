"""Commands on updates: draft, preview, propose, approve, steer, retry, suppress.

What is rendered and sent is the courier's work, what was shown before is ``previewing``'s. Names are all that is known
of people: who wrote a text may not approve it as another person, whoever they are.
"""

from datetime import timedelta

import msgspec

from feeds.board.update.procedure import changed_share, pause_of_scope
from feeds.board.update.updates import may_move, may_steer
from feeds.courier.addresses import plain_address
from feeds.courier.errors import AddressError
from feeds.courier.freezing import Frozen, approval
from feeds.courier.texts import one_line
from feeds.facts import (
    AddressAllowed,
    AddressSuppressed,
    DeliveryMoved,
    Fact,
    UpdateDrafted,
    UpdateProposed,
    UpdateSteered,
)
from feeds.hub.commands.outages import OutageCommands
from feeds.hub.commands.previewing import NOBODY_TO_TELL, Previews
from feeds.hub.commands.refused import Refused, listed
from feeds.hub.core import Hub
from feeds.model import (
    Approve,
    AskDraft,
    AskPreview,
    Capability,
    ContactChannel,
    DeliveryState,
    Draft,
    DraftText,
    Propose,
    Retry,
    Steer,
    Suppress,
    Update,
    UpdateState,
)

REASON_AT_LEAST = 10
"""Characters of a reason why one person wrote an update and approves it."""

_WRITABLE = frozenset({UpdateState.DRAFT, UpdateState.PROPOSED})
_BAD = frozenset({DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.UNCERTAIN, DeliveryState.HELD})


class UpdateCommands:
    """Checks commands on updates against what is so now."""

    def __init__(self, hub: Hub, outages: OutageCommands) -> None:
        self._hub = hub
        self._outages = outages
        self._previews = Previews(hub)

    def draft(self, command: Draft) -> tuple[list[Fact], bytes]:
        """Begin a draft or rewrite one; the answer names it. One that was proposed is a draft again."""
        outage = self._outages.found(command.outage, command.seen)
        if outage.state in NOBODY_TO_TELL:
            raise Refused(f"{outage.id} is {outage.state.value}: there is nobody to tell")
        updates = self._hub.board.updates
        update_id = command.update or f"U-{updates.drafted + 1}"
        if command.update:
            known = self._update(command.update, 0)
            if known.state not in _WRITABLE:
                raise Refused(f"{known.id} is {known.state.value}: its text can no longer change; begin a new update")
            if known.outage != outage.id:
                raise Refused(f"{known.id} belongs to {known.outage}")
        fact = UpdateDrafted(update_id, outage.id, command.kind, command.text, command.narrowing)
        return [fact], msgspec.json.encode({"update": update_id})

    def text(self, command: AskDraft) -> bytes:
        """Return a draft as it was written; null where an outage has none."""
        updates = self._hub.board.updates
        if command.update:
            update = self._update(command.update, 0)
            if update.state not in _WRITABLE:
                raise Refused(f"{update.id} is {update.state.value}: its text can no longer change")
        else:
            outage = self._outages.found(command.outage, 0).id
            drafts = [one for one in updates.updates.values() if one.outage == outage and one.state in _WRITABLE]
            if not drafts:
                return b"null"
            update = max(drafts, key=lambda one: one.seq)
        return msgspec.json.encode(
            DraftText(
                update=update.id,
                outage=update.outage,
                kind=update.kind,
                text=update.text,
                author=update.author,
                state=update.state,
                narrowing=update.narrowing,
                seq=update.seq,
            )
        )

    async def preview(self, command: AskPreview) -> bytes:
        """Render what a draft would send now, and keep it frozen for the approval."""
        update = self._update(command.update, 0)
        if update.state not in _WRITABLE and not update.scope_changed:
            raise Refused(f"{update.id} is {update.state.value}; what was sent stands in its deliveries")
        return msgspec.json.encode(await self._previews.show(update, command))

    async def propose(self, command: Propose) -> list[Fact]:
        """Ask a second person to approve what was previewed."""
        update = self._update(command.update, command.seen)
        if update.state not in _WRITABLE:
            raise Refused(f"{update.id} is {update.state.value} already")
        frozen = await self._previews.still(update, command.digest)
        await self._may_be_sent(frozen, command.customers)
        return [UpdateProposed(update=update.id, digest=command.digest, customers=command.customers)]

    async def approve(self, command: Approve, who: str) -> list[Fact]:
        """Send what was previewed, where it still is what would be sent; or go on after a second look."""
        update = self._update(command.update, command.seen)
        if update.state is UpdateState.PAUSED and update.scope_changed:
            return await self._after_a_second_look(update, command, who)
        if update.state not in _WRITABLE:
            raise Refused(f"{update.id} is {update.state.value} already")
        frozen = await self._previews.still(update, command.digest)
        await self._may_be_sent(frozen, command.customers)
        alone = self._second_pair_of_eyes(update, len(frozen.customers), command, who)
        self._is_still_proposed(update, frozen)
        held = next((one for one in self._held(update.outage) if one.id != update.id), None)
        if held is not None:
            raise Refused(f"{held.id} of {held.outage} is approved and held: let it begin, or undo it, first")
        settings, canary = self._hub.settings.updates, self._previews.canary(frozen)
        until = self._hub.now() + timedelta(seconds=settings.hold) if settings.hold else None
        domain = self._hub.settings.message_domain
        return [approval(frozen, domain, hold_until=until, canary=canary, alone=alone)]

    def steer(self, command: Steer, may: frozenset[Capability]) -> list[Fact]:
        """Pause, resume, cancel, undo or go on. Who may write may take back what was not approved yet."""
        update = self._update(command.update, command.seen if command.to in ("resume", "go on") else 0)
        if update.state not in _WRITABLE and Capability.SEND not in may:
            raise Refused(f"{update.id} was approved: stopping it or sending it on is for those who may send")
        if not may_steer(update, command.to):
            raise Refused(f"{update.id} is {update.state.value}: there is nothing to {command.to}")
        allowed = self._hub.settings.updates.scope_change
        if command.to in ("resume", "go on") and (
            update.scope_changed or pause_of_scope(self._hub.board, update, allowed) is not None
        ):
            raise Refused(
                f"the customers in {update.outage} changed since {update.id} was approved: look at its preview and "
                "approve that, or cancel it"
            )
        if command.to == "resume" and update.paused_from is UpdateState.CANARY:
            ledger = self._hub.board.updates.deliveries[update.id][: update.canary]
            bad = sum(one.state in _BAD for one in ledger)
            if bad:
                raise Refused(
                    f"{bad} of the {len(ledger)} first messages of {update.id} did not arrive: send these again, go on "
                    "with the rest as it is, or cancel it"
                )
        return [UpdateSteered(update=update.id, to=command.to)]

    def retry(self, command: Retry, who: str) -> list[Fact]:
        """Queue deliveries again."""
        update = self._update(command.update, 0)
        ledger = self._hub.board.updates.deliveries.get(update.id, [])
        facts: list[Fact] = []
        for index in dict.fromkeys(command.deliveries):
            if index >= len(ledger):
                raise Refused(f"{update.id} has no delivery {index}")
            state, entry = ledger[index].state, update.audience[index]
            if state is DeliveryState.QUEUED or not may_move(state, DeliveryState.QUEUED):
                raise Refused(f"delivery {index} of {update.id} is {state.value}: it is not sent again")
            if why := self._hub.board.suppressions.why(entry.channel, entry.address):
                raise Refused(f"nothing is sent to {one_line(entry.address, 80)} ({one_line(why)}): lift that first")
            facts.append(
                DeliveryMoved(
                    update=update.id, index=index, state=DeliveryState.QUEUED, answer=f"queued again by {who}"
                )
            )
        return facts

    def suppress(self, command: Suppress) -> list[Fact]:
        """Send nothing more to an address, or do so again."""
        address, channel = command.address.strip(), command.channel
        if channel is ContactChannel.EMAIL:
            try:
                address = plain_address(address)
            except AddressError as error:
                raise Refused(f"'{one_line(command.address, 80)}' is {error}") from error
        known = self._hub.board.suppressions.why(channel, address)
        if command.lift:
            if not known:
                raise Refused(f"{one_line(address, 80)} is written to already")
            return [AddressAllowed(channel=channel, address=address, reason=command.why)]
        if known:
            raise Refused(f"nothing is sent to {one_line(address, 80)} already ({one_line(known)})")
        return [AddressSuppressed(channel=channel, address=address, why="person", words=command.why)]

    # -- what has to hold ------------------------------------------------------------------------------------------

    def _update(self, update_id: str, seen: int) -> Update:
        update = self._hub.board.updates.updates.get(update_id)
        if update is None:
            raise Refused(f"there is no update {update_id}")
        if seen and update.seq > seen:
            why = f": {update.steered}" if update.steered else ""
            raise Refused(f"{update_id} changed since you looked: it is {update.state.value} now{why}")
        return update

    async def _may_be_sent(self, frozen: Frozen, typed: int) -> None:
        """Refuse what nobody would get, what the linter stops, and a number of customers that is not the one."""
        stops = [one for one in await self._previews.slips(frozen) if one.stops]
        if stops:
            more = f" (and {len(stops) - 1} more)" if len(stops) > 1 else ""
            raise Refused(f"it cannot be sent so: {stops[0].what}{more}")
        customers = len(frozen.customers)
        if typed != customers:
            raise Refused(f"you typed {typed}, the update goes to {customers} customers")

    def _second_pair_of_eyes(self, update: Update, customers: int, command: Approve, who: str) -> str:
        """Refuse where one person would write and approve; return the reason where that has to be."""
        if customers <= self._hub.settings.updates.second_above:
            return ""
        if who != update.author:
            if update.state is UpdateState.DRAFT:
                raise Refused(f"{update.id} is still a draft: {update.author} wrote it and has to propose it first")
            return ""
        alone = command.alone.strip()
        if len(alone) < REASON_AT_LEAST:
            raise Refused(
                f"you wrote {update.id}: another person has to approve it; with nobody else on duty say why "
                f"(at least {REASON_AT_LEAST} characters), and it is kept with the update"
            )
        return alone

    def _is_still_proposed(self, update: Update, frozen: Frozen) -> None:
        """Refuse where the one who proposed it had quite another number of customers before their eyes."""
        if update.state is not UpdateState.PROPOSED:
            return
        now, then = len(frozen.customers), update.proposed_for
        if abs(now - then) > self._hub.settings.updates.scope_change * max(then, 1):
            raise Refused(
                f"{update.proposed_by} proposed {update.id} for {then} customers, now it goes to {now}: it has to be "
                "proposed again"
            )

    def _held(self, outage: str) -> list[Update]:
        updates = self._hub.board.updates
        under_way = [updates.updates[one] for one in updates.under_way]
        return [one for one in under_way if one.outage == outage and UpdateState.HOLD in (one.state, one.paused_from)]

    async def _after_a_second_look(self, update: Update, command: Approve, who: str) -> list[Fact]:
        """Go on with what was approved, though it is not quite whom the outage concerns now: somebody looked."""
        looked = await self._previews.look_of(update, command.digest)
        if command.customers != looked.customers:
            raise Refused(f"you typed {command.customers}, the update goes to {looked.customers} customers")
        if who == update.author and looked.needs_second and len(command.alone.strip()) < REASON_AT_LEAST:
            raise Refused(
                f"you wrote {update.id}: another person has to look; with nobody else on duty say why "
                f"(at least {REASON_AT_LEAST} characters)"
            )
        differ = listed([*looked.joined, *looked.left])
        reason = f"looked again at its customers ({differ})" if differ else "looked again at its customers"
        if alone := command.alone.strip():
            reason += f", alone: {alone}"
        share = round(changed_share(self._hub.board, update)[0], 4)
        return [UpdateSteered(update=update.id, to="resume", reason=reason, scope=share)]
