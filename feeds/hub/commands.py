"""What a person may ask for: each command is checked against what is so now, and becomes facts or a refusal.

Commands come one after the other (``Hub.deciding``), so that two people cannot both be first. A command carries the
sequence that its user saw; where the target was decided upon since, it is refused with what changed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import msgspec

from feeds.board.updates import may_move
from feeds.courier import Audience, CourierError, audience, freeze, preview
from feeds.facts import (
    AlarmAcknowledged,
    DeliveryMoved,
    Fact,
    OutageMoved,
    UpdateApproved,
    UpdateDrafted,
    UpdateSteered,
)
from feeds.hub.core import Hub
from feeds.log import LogError
from feeds.model import (
    Acknowledge,
    Approve,
    AskPreview,
    AudienceEntry,
    Declare,
    DeliveryState,
    Draft,
    Mitigate,
    Outage,
    OutageState,
    Reject,
    Resolve,
    Retry,
    Steer,
    Update,
    UpdateState,
)

PREVIEWS_KEPT = 16
"""Frozen previews that wait for an approval."""
ALARMS_AT_ONCE = 10_000

_TOLD = frozenset({OutageState.MERGED, OutageState.REJECTED, OutageState.WITHDRAWN})
"""States in which there is nobody to tell."""

_EMPTY = b"null"


class Refused(Exception):
    """The command is not carried out; the message says why, for the person who gave it."""


class Unavailable(Refused):
    """The log does not take facts now; the same command may work later."""


class Commands:
    """Carries out commands on one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._frozen: OrderedDict[str, tuple[UpdateApproved, tuple[int, int]]] = OrderedDict()
        """What was previewed, by digest, with the sequence of the draft and the number it had: approving sends that."""

    async def do(self, command: Any, who: str) -> tuple[int, bytes]:
        """Carry out a command for a person. Return the sequence it is kept at and the result as JSON.

        Raises Refused.
        """
        if isinstance(command, AskPreview):
            return self._hub.board.seq, await self._preview(command)
        async with self._hub.deciding:
            facts, result = await self._decide(command, who)
            if not facts:
                return self._hub.board.seq, result
            try:
                batch = await self._hub.append(who, facts, command.seen)
            except LogError as error:
                raise Unavailable(str(error)) from error
        return batch.last, result

    async def _decide(self, command: Any, who: str) -> tuple[Sequence[Fact], bytes]:
        match command:
            case Acknowledge():
                return self._acknowledge(command), _EMPTY
            case Declare():
                return self._move(command, OutageState.DECLARED, title=command.title), _EMPTY
            case Mitigate():
                return self._move(command, OutageState.MITIGATED), _EMPTY
            case Resolve():
                return self._move(command, OutageState.RESOLVED), _EMPTY
            case Reject():
                return self._move(command, OutageState.REJECTED, reason=command.why), _EMPTY
            case Draft():
                return self._draft(command)
            case Approve():
                return [await self._approve(command)], _EMPTY
            case Steer():
                return self._steer(command), _EMPTY
            case Retry():
                return self._retry(command, who), _EMPTY
            case _:
                raise Refused("the hub does not know this command")

    # -- alarms and outages ------------------------------------------------------------------------------------------

    def _acknowledge(self, command: Acknowledge) -> list[Fact]:
        if len(command.alarms) > ALARMS_AT_ONCE:
            raise Refused(f"no more than {ALARMS_AT_ONCE:,} alarms at once")
        active = self._hub.board.alarms.active
        gone = [key for key in command.alarms if key not in active]
        if gone:
            raise Refused(f"{_listed(gone)} cleared meanwhile")
        moved = [key for key in command.alarms if command.seen and active[key].seq > command.seen]
        if moved:
            raise Refused(f"{_listed(moved)} changed since you looked, now {active[moved[0]].severity.value}")
        return [AlarmAcknowledged(alarm=key) for key in dict.fromkeys(command.alarms)]

    def _outage(self, outage_id: str, seen: int) -> Outage:
        """Return the outage; refuse where it is unknown, merged, or was decided upon since ``seen``."""
        outages = self._hub.board.outages
        outage = outages.outages.get(outage_id)
        if outage is None:
            raise Refused(f"there is no outage {outage_id}")
        survivor = outages.survivor(outage_id)
        if survivor is not None and survivor.id != outage.id:
            raise Refused(f"{outage_id} was merged into {survivor.id}; look there")
        if seen and outage.seq > seen:
            lines = [line for line in outages.timelines.get(outage_id, ()) if line.seq > seen]
            what = "; ".join(f"{line.what} ({line.who})" for line in lines[-3:])
            raise Refused(f"{outage_id} changed since you looked: {what or outage.state.value}")
        return outage

    def _move(
        self, command: Declare | Mitigate | Resolve | Reject, to: OutageState, reason: str = "", title: str = ""
    ) -> list[Fact]:
        outage = self._outage(command.outage, command.seen)
        allowed = {
            OutageState.DECLARED: {OutageState.SUSPECTED, OutageState.MITIGATED, OutageState.RESOLVED},
            OutageState.MITIGATED: {OutageState.DECLARED},
            OutageState.RESOLVED: {OutageState.DECLARED, OutageState.MITIGATED},
            OutageState.REJECTED: {OutageState.SUSPECTED},
        }
        if outage.state not in allowed[to]:
            raise Refused(f"{outage.id} is {outage.state.value}, it cannot become {to.value}")
        return [OutageMoved(outage=outage.id, state=to, reason=reason, title=title)]

    # -- updates -----------------------------------------------------------------------------------------------------

    def _draft(self, command: Draft) -> tuple[list[Fact], bytes]:
        outage = self._outage(command.outage, command.seen)
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

    async def _preview(self, command: AskPreview) -> bytes:
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

    async def _approve(self, command: Approve) -> Fact:
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

    def _steer(self, command: Steer) -> list[Fact]:
        update = self._update(command.update, 0)
        allowed = {
            "pause": {UpdateState.SENDING},
            "resume": {UpdateState.PAUSED},
            "cancel": {UpdateState.DRAFT, UpdateState.SENDING, UpdateState.PAUSED},
        }
        if update.state not in allowed[command.to]:
            raise Refused(f"{update.id} is {update.state.value}: there is nothing to {command.to}")
        return [UpdateSteered(update=update.id, to=command.to)]

    def _retry(self, command: Retry, who: str) -> list[Fact]:
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
        parts.append(f"+{len(joined)} contacts ({_listed([new[key].name for key in joined])})")
    if left:
        parts.append(f"−{len(left)} contacts ({_listed([old[key].name for key in left])})")
    moved = [key for key in set(old) & set(new) if _facts_of(old[key]) != _facts_of(new[key])]
    if moved:
        parts.append(f"other SIMs or data at {len(moved)} contacts ({_listed([new[key].name for key in moved])})")
    return ", ".join(parts)


def _facts_of(entry: AudienceEntry) -> AudienceEntry:
    return msgspec.structs.replace(entry, cases=(), digest="")


def _listed(names: Sequence[str], most: int = 3) -> str:
    shown = sorted(dict.fromkeys(names))
    rest = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + rest
