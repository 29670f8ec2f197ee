"""Commands on updates: draft, preview, approve, steer, retry. What is rendered and sent is the courier's work."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from feeds.board.updates import may_move
from feeds.courier import Audience, CourierError, audience, freeze, preview
from feeds.facts import DeliveryMoved, Fact, UpdateApproved, UpdateDrafted, UpdateSteered
from feeds.hub.commands.outages import OutageCommands
from feeds.hub.commands.refused import Refused, listed
from feeds.hub.core import Hub
from feeds.model import (
    Approve,
    AskPreview,
    AudienceEntry,
    DeliveryState,
    Draft,
    OutageState,
    Retry,
    Steer,
    Update,
    UpdateState,
)

PREVIEWS_KEPT = 16
"""Frozen previews that wait for an approval."""

_TOLD = frozenset({OutageState.MERGED, OutageState.REJECTED, OutageState.WITHDRAWN})
"""States in which there is nobody to tell."""


class UpdateCommands:
    """Checks commands on updates against what is so now."""

    def __init__(self, hub: Hub, outages: OutageCommands) -> None:
        self._hub = hub
        self._outages = outages
        self._frozen: OrderedDict[str, tuple[UpdateApproved, tuple[int, int]]] = OrderedDict()
        """What was previewed, by digest, with the sequence of the draft and the number it had: approving sends that."""

    def draft(self, command: Draft) -> tuple[list[Fact], bytes]:
        """Begin a draft or rewrite one; the answer names it."""
        outage = self._outages.found(command.outage, command.seen)
        if outage.state in _TOLD:
            raise Refused(f"{outage.id} is {outage.state.value}: there is nobody to tell")
        updates = self._hub.board.updates
        update_id = command.update or f"U-{updates.drafted + 1}"
        if command.update:
            known = self._update(command.update, 0)
            if known.state is not UpdateState.DRAFT:
                raise Refused(f"{known.id} is {known.state.value}: its text can no longer change; begin a new update")
            if known.outage != outage.id:
                raise Refused(f"{known.id} belongs to {known.outage}")
        fact = UpdateDrafted(update=update_id, outage=outage.id, kind=command.kind, text=command.text)
        return [fact], msgspec.json.encode({"update": update_id})

    def _update(self, update_id: str, seen: int) -> Update:
        update = self._hub.board.updates.updates.get(update_id)
        if update is None:
            raise Refused(f"there is no update {update_id}")
        if seen and update.seq > seen:
            raise Refused(f"{update_id} changed since you looked: it is {update.state.value} now")
        return update

    def _audience(self, update: Update) -> tuple[Audience, int]:
        """Return who an update of this outage would reach now, and the number it would have."""
        board = self._hub.board
        outage = board.outages.survivor(update.outage)
        if outage is None:
            raise Refused(f"there is no outage {update.outage}")
        if outage.id != update.outage:
            raise Refused(f"{update.outage} was merged into {outage.id}; write the update there")
        if outage.state in _TOLD:
            raise Refused(f"{outage.id} is {outage.state.value}: there is nobody to tell")
        impact = board.outages.impact(outage.id)
        customers = {
            item.customer: board.inventory.customers[item.customer]
            for item in impact
            if item.customer in board.inventory.customers
        }
        try:
            return audience(impact, customers), outage.updates + 1
        except CourierError as error:
            raise Refused(str(error)) from error

    async def preview(self, command: AskPreview) -> bytes:
        """Render what a draft would send now, and keep it frozen for the approval."""
        update = self._update(command.update, 0)
        if update.state is not UpdateState.DRAFT:
            raise Refused(f"{update.id} is {update.state.value}; what was sent stands in its deliveries")
        people, number = self._audience(update)
        domain = self._hub.settings.message_domain
        now = self._hub.now()

        def render() -> tuple[UpdateApproved, bytes]:
            frozen = freeze(update, people, domain, number=number)
            shown = preview(update, people, now, number=number, window=command.window, find=command.find)
            return frozen, msgspec.json.encode(shown)

        try:
            frozen, shown = await asyncio.to_thread(render)
        except CourierError as error:
            raise Refused(str(error)) from error
        self._frozen[frozen.digest] = (frozen, (update.seq, number))
        self._frozen.move_to_end(frozen.digest)
        while len(self._frozen) > PREVIEWS_KEPT:
            self._frozen.popitem(last=False)
        return shown

    async def approve(self, command: Approve) -> Fact:
        """Send what was previewed, where it still is what would be sent."""
        update = self._update(command.update, command.seen)
        if update.state is not UpdateState.DRAFT:
            raise Refused(f"{update.id} is {update.state.value} already")
        previewed = self._frozen.get(command.digest)
        if previewed is None or previewed[0].update != update.id:
            raise Refused("this is not what was previewed last; look at the preview again")
        frozen, shown_as = previewed
        people, number = self._audience(update)
        current = await asyncio.to_thread(freeze, update, people, frozen.message_domain, number=number)
        if current.digest != frozen.digest:
            difference = _difference(frozen.audience, current.audience)
            if difference:
                raise Refused(f"the audience changed since the preview: {difference}; look again")
            if (update.seq, number) != shown_as:
                raise Refused("the text changed since the preview; look again")
        customers = len({entry.customer for entry in frozen.audience})
        if not customers:
            raise Refused("nobody would get it: no customer in the outage has an e-mail address")
        if command.customers != customers:
            raise Refused(f"you typed {command.customers}, the update goes to {customers} customers")
        return frozen

    def steer(self, command: Steer) -> list[Fact]:
        """Pause, resume or cancel."""
        update = self._update(command.update, 0)
        allowed = {
            "pause": {UpdateState.SENDING},
            "resume": {UpdateState.PAUSED},
            "cancel": {UpdateState.DRAFT, UpdateState.SENDING, UpdateState.PAUSED},
        }
        if update.state not in allowed[command.to]:
            raise Refused(f"{update.id} is {update.state.value}: there is nothing to {command.to}")
        return [UpdateSteered(update=update.id, to=command.to)]

    def retry(self, command: Retry, who: str) -> list[Fact]:
        """Queue deliveries again."""
        update = self._update(command.update, 0)
        ledger = self._hub.board.updates.deliveries.get(update.id, [])
        facts: list[Fact] = []
        for index in dict.fromkeys(command.deliveries):
            if index >= len(ledger):
                raise Refused(f"{update.id} has no delivery {index}")
            state = ledger[index].state
            if state is DeliveryState.QUEUED or not may_move(state, DeliveryState.QUEUED):
                raise Refused(f"delivery {index} of {update.id} is {state.value}: it is not sent again")
            facts.append(
                DeliveryMoved(
                    update=update.id, index=index, state=DeliveryState.QUEUED, answer=f"queued again by {who}"
                )
            )
        return facts


def _difference(before: Sequence[AudienceEntry], after: Sequence[AudienceEntry]) -> str:
    """Return how the audience changed in what matters: who is in it and with which SIMs. Newer cases do not count."""
    old = {(entry.customer, entry.address): entry for entry in before}
    new = {(entry.customer, entry.address): entry for entry in after}
    parts: list[str] = []
    joined, left = set(new) - set(old), set(old) - set(new)
    if joined:
        parts.append(f"+{len(joined)} contacts ({listed([new[key].name for key in joined])})")
    if left:
        parts.append(f"−{len(left)} contacts ({listed([old[key].name for key in left])})")
    moved = [key for key in set(old) & set(new) if _facts_of(old[key]) != _facts_of(new[key])]
    if moved:
        parts.append(f"other SIMs or data at {len(moved)} contacts ({listed([new[key].name for key in moved])})")
    return ", ".join(parts)


def _facts_of(entry: AudienceEntry) -> AudienceEntry:
    return msgspec.structs.replace(entry, cases=(), digest="")
