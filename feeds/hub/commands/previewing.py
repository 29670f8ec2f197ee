"""What an update would send now, and what was shown of it: previews stay frozen until somebody approves them.

The board is read on the event loop; rendering is done on a thread, in pieces, so that the loop has its turn.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from feeds.board.outage.members import Members
from feeds.courier import CourierError, load_templates
from feeds.courier.audience import Audience, Ways, audience
from feeds.courier.freezing import Freezing, Frozen, as_sent, canary_of
from feeds.courier.lint import slips
from feeds.courier.names import NameFinder
from feeds.courier.rendering import sha256
from feeds.courier.showing import shown, window_of
from feeds.hub.circumstances import circumstances
from feeds.hub.commands.refused import Refused, listed
from feeds.hub.core import Hub
from feeds.model import (
    AskPreview,
    AudienceEntry,
    ContactChannel,
    Earlier,
    OutageState,
    Preview,
    Slip,
    Update,
    UpdateState,
)

PREVIEWS_KEPT = 16
"""Frozen previews that wait for an approval."""

NOBODY_TO_TELL = frozenset({OutageState.MERGED, OutageState.REJECTED, OutageState.WITHDRAWN})
"""States in which there is nobody to tell."""


class Kept(msgspec.Struct, frozen=True):
    """A preview that may be approved: of which update, and who was not reached."""

    update: str
    frozen: Frozen
    people: Audience


class Previews:
    """The previews of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        folder = hub.settings.updates.templates
        self._channels = hub.settings.channels
        self._templates = load_templates(Path(folder) if folder else None)
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        """What was previewed, by digest."""
        self._names: tuple[int, NameFinder] | None = None
        """The names of customers, by the version of the inventory's."""

    async def people(self, update: Update) -> Audience:
        """Return who an update of this outage would reach now. Raises Refused.

        What it follows from is taken off the board here, the rest is done beside the event loop: with 10,000 customers
        it takes a while.
        """
        board = self._hub.board
        outage = board.outages.survivor(update.outage)
        if outage is None:
            raise Refused(f"there is no outage {update.outage}")
        if outage.id != update.outage:
            raise Refused(f"{update.outage} was merged into {outage.id}; write the update there")
        if outage.state in NOBODY_TO_TELL:
            raise Refused(f"{outage.id} is {outage.state.value}: there is nobody to tell")
        members = board.outages.members.get(outage.id)
        last = board.updates.last_of(outage.id)
        ways = Ways(
            channels=self._channels,
            narrowing=update.narrowing,
            why_not=board.suppressions.why,
            cases=self._commented(members) if members is not None else {},
            last=last.audience if last is not None else None,
            own=self._hub.settings.updates.own_addresses,
        )
        try:
            impact = board.outages.impact(outage.id)
            return await asyncio.to_thread(audience, impact, board.inventory.customers, ways)
        except CourierError as error:
            raise Refused(str(error)) from error

    def _commented(self, members: Members) -> dict[str, dict[str, str]]:
        """Return the open cases of an outage that can be written into: their keys and numbers, by customer."""
        sources = self._hub.settings.case_sources
        if not sources:
            return {}
        found = {
            customer: {key: number for key, number in cases.items() if key.partition("/")[0] in sources}
            for customer, cases in members.of_customer.items()
        }
        return {customer: cases for customer, cases in found.items() if cases}

    def now(self, update: Update, people: Audience) -> Update:
        """Return a draft as it would be sent now to ``people``."""
        board = self._hub.board
        outage = board.outages.outages[update.outage]
        last = board.updates.last_of(outage.id)
        earlier = None
        if last is not None and last.approved is not None:
            earlier = Earlier(last.number, last.approved, last.text)
        return as_sent(
            update,
            people,
            number=outage.updates + 1,
            templates=self._templates,
            earlier=earlier,
            iccids_up_to=self._hub.settings.updates.iccids_up_to,
        )

    async def show(self, update: Update, command: AskPreview) -> Preview:
        """Render what a draft would send now, and keep it frozen for the approval. Raises Refused."""
        if update.state is UpdateState.PAUSED and update.scope_changed:
            return await self._second_look(update, command)
        people = await self.people(update)
        sent = self.now(update, people)
        try:
            kept = tuple(reversed(self._kept.values()))
            frozen = await asyncio.to_thread(_same, sent, kept) or await self._render(sent)
            found = await self.slips(frozen)
            settings = self._hub.settings.updates
            preview = await asyncio.to_thread(
                shown,
                frozen,
                people,
                found,
                window=command.window,
                find=command.find,
                needs_second=len(frozen.customers) > settings.second_above,
                canary=self.canary(frozen),
                hold=settings.hold,
            )
        except CourierError as error:
            raise Refused(str(error)) from error
        self._keep(frozen.digest, Kept(update.id, frozen, people))
        return preview

    def canary(self, frozen: Frozen) -> int:
        """Return how many of the contacts get it first."""
        entries, settings = frozen.update.audience, self._hub.settings.updates
        return canary_of(
            len(entries), sum(entry.own for entry in entries), settings.canary_share, settings.canary_least
        )

    async def still(self, update: Update, digest: str) -> Frozen:
        """Return what was previewed under ``digest``, where it still is what would be sent. Raises Refused.

        Newer cases do not matter: the text names those that were known when somebody looked.
        """
        kept = self._kept.get(digest)
        if kept is None or kept.update != update.id:
            raise Refused("this is not what was previewed last; look at the preview again")
        people = await self.people(update)
        difference = await asyncio.to_thread(difference_of, kept.frozen.update.audience, people.entries)
        if difference:
            raise Refused(f"the audience changed since the preview: {difference}; look again")
        now = self.now(update, people)
        if _texts_of(now) != _texts_of(kept.frozen.update):
            raise Refused("the text changed since the preview; look again")
        return kept.frozen

    async def slips(self, frozen: Frozen) -> tuple[Slip, ...]:
        """Return what the linter points at now."""
        around = circumstances(self._hub, frozen, self._channels)
        customers = self._hub.board.inventory
        version = customers.customers_version
        if self._names is None or self._names[0] != version:
            names = tuple(one.name for one in customers.customers.values())
            self._names = (version, await asyncio.to_thread(NameFinder, names))
        finder = self._names[1]
        return await asyncio.to_thread(slips, frozen.update.kind, frozen.update.text, around, finder)

    async def look_of(self, update: Update, digest: str) -> Preview:
        """Return the second look that was taken under ``digest`` where nothing moved since. Raises Refused."""
        preview = await self._looked(update)
        if preview.digest != digest:
            raise Refused("the customers in the outage changed since you looked; look at the preview again")
        return preview

    async def _second_look(self, update: Update, command: AskPreview) -> Preview:
        preview = await self._looked(update)
        try:
            messages = await asyncio.to_thread(window_of, Frozen(update), command.window, command.find)
        except CourierError as error:
            raise Refused(str(error)) from error
        return msgspec.structs.replace(preview, messages=messages)

    async def _looked(self, update: Update) -> Preview:
        """Return what a paused update goes to, beside whom the outage concerns now."""
        people = await self.people(update)
        before, after = customers_of(update.audience), customers_of(people.entries)
        differ = [key for key in before.keys() & after.keys() if facts_of(before[key]) != facts_of(after[key])]
        said = Slip(
            f"approved for {len(before):,} customers; now {len(after.keys() - before.keys()):,} more are hit and would "
            f"not get it, {len(before.keys() - after.keys()):,} of them are no longer hit, "
            f"{len(differ):,} have other SIMs: send it as it was approved, or cancel it and write a new one"
        )
        scope = [(key, facts_of(entry)) for key, entry in sorted(after.items())]
        preview = shown(Frozen(update), people, (said,), window=(0, 0), hold=0.0)
        return msgspec.structs.replace(
            preview,
            digest=sha256((update.digest, update.seq, scope)),
            joined=tuple(sorted(after[key].name for key in after.keys() - before.keys())),
            left=tuple(sorted(before[key].name for key in before.keys() - after.keys())),
            needs_second=preview.customers > self._hub.settings.updates.second_above,
        )

    async def _render(self, sent: Update) -> Frozen:
        freezing = Freezing(sent)
        while await asyncio.to_thread(freezing.step):
            pass
        return await asyncio.to_thread(freezing.frozen)

    def _keep(self, digest: str, kept: Kept) -> None:
        self._kept[digest] = kept
        self._kept.move_to_end(digest)
        while len(self._kept) > PREVIEWS_KEPT:
            self._kept.popitem(last=False)


def customers_of(entries: Sequence[AudienceEntry]) -> dict[str, AudienceEntry]:
    """Return the customers that are hit, each with one of their entries."""
    return {entry.customer: entry for entry in entries if entry.customer and entry.since != "left"}


def facts_of(entry: AudienceEntry) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Return what a customer is told of its own SIMs."""
    return entry.sims, entry.ranges


def difference_of(before: Sequence[AudienceEntry], after: Sequence[AudienceEntry]) -> str:
    """Return how the audience changed in what matters: who is in it and with which SIMs. Newer cases do not count."""
    old = {_contact_of(entry): entry for entry in before if entry.channel is not ContactChannel.CASE}
    new = {_contact_of(entry): entry for entry in after if entry.channel is not ContactChannel.CASE}
    parts: list[str] = []
    joined, left = set(new) - set(old), set(old) - set(new)
    if joined:
        parts.append(f"+{len(joined)} contacts ({listed([new[key].name for key in joined])})")
    if left:
        parts.append(f"−{len(left)} contacts ({listed([old[key].name for key in left])})")
    moved = [key for key in set(old) & set(new) if _matter_of(old[key]) != _matter_of(new[key])]
    if moved:
        parts.append(f"other SIMs or data at {len(moved)} contacts ({listed([new[key].name for key in moved])})")
    return ", ".join(parts)


def _contact_of(entry: AudienceEntry) -> tuple[str, str, str]:
    return entry.customer, entry.channel.value, entry.address


def _matter_of(entry: AudienceEntry) -> AudienceEntry:
    return msgspec.structs.replace(entry, cases=(), digest="")


def _undigested(entry: AudienceEntry) -> AudienceEntry:
    return msgspec.structs.replace(entry, digest="")


def _texts_of(update: Update) -> tuple[object, ...]:
    """Return everything of an update that is the same in all messages."""
    texts = (update.kind, update.text, update.narrowing, update.outage, update.number)
    return (*texts, update.templates, update.earlier, update.iccids_up_to)


def _same(sent: Update, previews: Iterable[Kept]) -> Frozen | None:
    """Return what was frozen of the same text for the same audience: somebody scrolls or searches."""
    for kept in previews:
        known = kept.frozen.update
        if known.id == sent.id and _texts_of(known) == _texts_of(sent):
            same = len(known.audience) == len(sent.audience) and all(
                _undigested(one) == two for one, two in zip(known.audience, sent.audience, strict=True)
            )
            return kept.frozen if same else None
    return None
