"""From a draft to what is approved: every message rendered once, its digest kept, and the order in which they go.

Pure functions. A large audience is rendered in pieces (``Freezing``), so that whoever does it can let others have
their turn in between; no message is kept.
"""

from collections.abc import Iterable
from datetime import datetime
from math import ceil

import msgspec
from msgspec import Struct

from feeds.courier.audience import Audience
from feeds.courier.rendering import (
    DEFAULT_TEMPLATES,
    language_for,
    languages_of,
    message_digest,
    render_for,
    update_digest,
)
from feeds.courier.sms_length import SmsLength, sms_length
from feeds.courier.template_set import TemplateSet
from feeds.facts import UpdateApproved
from feeds.model import AudienceEntry, ContactChannel, Earlier, Update

PIECE = 250
"""Messages that are rendered at a time."""


class Frozen(Struct, frozen=True):
    """An update exactly as it would be sent: text, templates, audience with the digest of each message, and of all.

    ``longest_sms``: the text message with most segments, None where there is none.
    """

    update: Update
    longest_sms: SmsLength | None = None

    @property
    def digest(self) -> str:
        """What approving names."""
        return self.update.digest

    @property
    def customers(self) -> frozenset[str]:
        """Ids of the customers who get it."""
        return frozenset(entry.customer for entry in self.update.audience if entry.customer)


def as_sent(
    draft: Update,
    people: Audience,
    *,
    number: int | None = None,
    templates: TemplateSet = DEFAULT_TEMPLATES,
    earlier: Earlier | None = None,
    iccids_up_to: int = 0,
) -> Update:
    """Return a draft with everything in it that its messages are made of, digests not yet.

    ``number``: the number that it will have when it is approved, where the draft does not hold it yet: it stands in the
    messages, so it must get this number.
    """
    channels = {entry.channel for entry in people.entries} or {ContactChannel.EMAIL}
    return msgspec.structs.replace(
        draft,
        number=draft.number if number is None else number,
        audience=people.entries,
        templates=templates.chosen(draft.kind, draft.text.phase, channels, languages_of(draft.text)),
        earlier=earlier,
        iccids_up_to=iccids_up_to,
        unreached=tuple(dict.fromkeys(one.customer for one in people.calls)),
    )


class Freezing:
    """Renders an update piece by piece. ``step`` until it says that all is done; then ``frozen``."""

    def __init__(self, update: Update) -> None:
        self._update = update
        self._entries: list[AudienceEntry] = []
        self._longest: SmsLength | None = None

    def step(self) -> bool:
        """Render the next ``PIECE`` messages. Return whether there are more. Raises RenderError."""
        audience = self._update.audience
        start = len(self._entries)
        for entry in audience[start : start + PIECE]:
            message = render_for(self._update, entry)
            if entry.channel is ContactChannel.SMS:
                length = sms_length(message.body)
                if self._longest is None or length.segments > self._longest.segments:
                    self._longest = length
            self._entries.append(msgspec.structs.replace(entry, digest=message_digest(message)))
        return len(self._entries) < len(audience)

    def frozen(self) -> Frozen:
        """Return what was rendered."""
        digest = update_digest(self._update, self._entries)
        update = msgspec.structs.replace(self._update, audience=tuple(self._entries), digest=digest)
        return Frozen(update, self._longest)


def frozen_at_once(update: Update) -> Frozen:
    """Return an update made by ``as_sent``, frozen. Raises RenderError."""
    freezing = Freezing(update)
    while freezing.step():
        pass
    return freezing.frozen()


def canary_of(contacts: int, own: int, share: float, least: int) -> int:
    """Return how many get it first: a share of the contacts, ``least`` of them, and the operator's own addresses."""
    if not share and not least:
        return 0
    return min(contacts, own + max(least, ceil(share * (contacts - own))))


def in_order(entries: tuple[AudienceEntry, ...], canary: int, languages: dict[AudienceEntry, str]) -> list[int]:
    """Return the places of an audience in the order in which it goes out, the first ``canary`` being the canary.

    The operator's own addresses come first. Of the others those are canaries that show most and of whom a mistake hurts
    least: of each channel and language one, then more, from the smallest customers up; VIPs last. The rest keeps its
    order.
    """
    if not canary:
        return list(range(len(entries)))
    first = [place for place, entry in enumerate(entries) if entry.own]
    others = [place for place, entry in enumerate(entries) if not entry.own]
    by_size = sorted(others, key=lambda place: (entries[place].vip, entries[place].sims, place))
    chosen: dict[int, None] = {}
    shown: set[tuple[str, str, str]] = set()
    wanted = max(0, canary - len(first))
    for place in by_size:
        entry = entries[place]
        looks = (entry.channel.value, languages[entry], entry.since)
        if len(chosen) < wanted and looks not in shown:
            shown.add(looks)
            chosen[place] = None
    for place in by_size:
        if len(chosen) < wanted:
            chosen.setdefault(place)
    return [*first, *chosen, *(place for place in others if place not in chosen)]


def approval(
    frozen: Frozen,
    message_domain: str,
    *,
    hold_until: datetime | None = None,
    canary: int = 0,
    alone: str = "",
) -> UpdateApproved:
    """Return the fact that approves what was frozen. ``message_domain``: right-hand side of the Message-IDs."""
    update = frozen.update
    languages = {entry: language_for(update, entry) for entry in update.audience} if canary else {}
    places: Iterable[int] = in_order(update.audience, canary, languages)
    return UpdateApproved(
        update=update.id,
        digest=update.digest,
        subject_template="",
        body_template="",
        audience=tuple(update.audience[place] for place in places),
        message_domain=message_domain,
        templates=update.templates,
        hold_until=hold_until,
        canary=canary,
        alone=alone,
        earlier=update.earlier,
        iccids_up_to=update.iccids_up_to,
        unreached=update.unreached,
    )


def freeze(
    draft: Update,
    people: Audience,
    message_domain: str,
    *,
    number: int | None = None,
    templates: TemplateSet = DEFAULT_TEMPLATES,
    earlier: Earlier | None = None,
    iccids_up_to: int = 0,
) -> UpdateApproved:
    """Return the fact that approves a draft for an audience: without hold, without canary. Raises RenderError."""
    update = as_sent(draft, people, number=number, templates=templates, earlier=earlier, iccids_up_to=iccids_up_to)
    return approval(frozen_at_once(update), message_domain)
