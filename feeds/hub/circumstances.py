"""What is so around an update when the linter looks: read off the board, on the event loop."""

from collections import Counter
from typing import Final

from feeds.board.desk.pressing import recent_cases
from feeds.courier.freezing import Frozen
from feeds.courier.lint import PARTS, Circumstances, Stray
from feeds.courier.sending import would_wait
from feeds.courier.showing import languages_in
from feeds.courier.template_set import FIRST_LANGUAGE
from feeds.hub.core import Hub
from feeds.model import ContactChannel, Outage, Parts, UpdateText
from feeds.simspace import SimSpan

SMS_NEEDS: Final = frozenset(
    (
        *("hlr", "hss", "udm", "ausf", "msc", "vlr", "mme", "amf", "smsf", "smsc", "sms_gateway", "sms_router"),
        *("stp", "stp_pair", "ip_sm_gw", "core", "core_network", "ss7"),
    )
)
"""Kinds of elements (names of attributes) without which no text message arrives (3GPP TS 23.040, 23.502 4.13.3)."""

READ_AT_ONCE: Final = 8_192
"""Characters of one part that are looked at for identifiers: all that a part may have."""

DIGITS_OF_A_SIM: Final = 7
"""Digits that the shortest piece of text has which names SIMs by their numbers."""

NUMBERS_LOOKED_AT: Final = 20_000
"""Numbers of text messages that are looked up in the inventory."""


def circumstances(hub: Hub, frozen: Frozen, channels: frozenset[ContactChannel]) -> Circumstances:
    """Return what is so around an update that was frozen. ``channels``: those that contacts can be reached on."""
    update, settings = frozen.update, hub.settings.updates
    hit = {entry.customer: entry for entry in update.audience if entry.customer}
    outage = hub.board.outages.survivor(update.outage)
    _used, fallbacks = languages_in(frozen)
    names = {entry.name for entry in hit.values()}
    theirs = [entry.channel for entry in update.audience if not entry.own]
    unserved = Counter(channel.value for channel in theirs if channel not in hub.settings.served)
    return Circumstances(
        now=hub.now(),
        customers=len(hit),
        contacts=len(theirs),
        sims=sum(entry.sims for entry in hit.values()),
        ranges=sum(len(entry.ranges) for entry in hit.values()),
        interval=settings.interval,
        longest_sms=frozen.longest_sms,
        sms_segments=settings.sms_segments,
        only=next(iter(names)) if len(names) == 1 else "",
        strays=_strays(hub, update.text, frozenset(hit)),
        sms_shares=_sms_shares(hub, frozen, outage) if outage is not None else "",
        incoming=_incoming(hub, outage) if outage is not None else "",
        fallbacks=fallbacks,
        spoken=frozenset(name.split(".")[1] for name in update.templates) | {FIRST_LANGUAGE},
        without_address=_without(channels),
        would_wait=tuple(would_wait(channel, count) for channel, count in sorted(unserved.items())),
        all_wait=0 < len(theirs) == unserved.total(),
    )


def _without(channels: frozenset[ContactChannel]) -> str:
    what = "an e-mail address" if channels <= {ContactChannel.EMAIL} else "an address that can be written to"
    return f"no customer in the outage has {what}"


def _strays(hub: Hub, text: UpdateText, customers: frozenset[str]) -> tuple[Stray, ...]:
    """Return the SIMs of the fleet that a text names, unless it goes to nobody but their customer."""
    reader, inventory = hub.reader(), hub.board.inventory
    found: list[Stray] = []
    every: list[tuple[str, UpdateText | Parts]] = [("", text), *((one.language, one) for one in text.translations)]
    for language, parts in every:
        for part in PARTS:
            words: str = getattr(parts, part)
            if _digits(words) < DIGITS_OF_A_SIM:
                continue
            for item in reader.read(words, READ_AT_ONCE).items:
                if _digits(item.text) < DIGITS_OF_A_SIM:
                    continue  # the name of a batch, which is no secret of anybody
                owners = inventory.customers_in(inventory.bodies([item.span]))
                others = owners if len(customers) != 1 else owners - customers
                if others:
                    known = inventory.customers
                    whose = sorted(known[one].name if one in known else one for one in others)
                    more = f" and {len(whose) - 1:,} more" if len(whose) > 1 else ""
                    what = f"'{PARTS[part]}' names SIMs of {whose[0]}{more}: everybody would read it"
                    found.append(Stray(part, language, item.start, item.end, what))
    return tuple(found)


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _sms_shares(hub: Hub, frozen: Frozen, outage: Outage) -> str:
    """Return why text messages may not arrive in this outage; empty: nothing is known, or there are none."""
    numbers = [entry.address.lstrip("+") for entry in frozen.update.audience if entry.channel is ContactChannel.SMS]
    if not numbers:
        return ""
    board = hub.board
    scope = board.outages.sims(outage.id)
    spans = [SimSpan("msisdn", number, number) for number in dict.fromkeys(numbers[:NUMBERS_LOOKED_AT])]
    dead = (board.inventory.bodies(spans) & scope).count
    if dead:
        many = "1 number is a SIM" if dead == 1 else f"{dead:,} numbers are SIMs"
        return f"text messages: {many} of this outage itself, and may be as dead as the others"
    chosen, latest = board.explanations.chosen.get(outage.id), board.explanations.latest.get(outage.id)
    wheres = [outage.where]
    if chosen is not None:
        wheres.append(chosen.where)
    elif latest is not None:
        wheres += [one.where for one in latest.explanations if one.stands]
    for where in wheres:
        for name, value in where.items():
            if name.casefold().replace("-", "_").replace(" ", "_") in SMS_NEEDS:
                return f"text messages need {name} {value} as well, which this outage is about"
    return ""


def _incoming(hub: Hub, outage: Outage) -> str:
    """Return that trouble is still being reported; empty: it is not."""
    board = hub.board
    recent = recent_cases(board.outages.members.get(outage.id), hub.now())
    if recent:
        return f"{recent:,} {'case' if recent == 1 else 'cases'} came in the last 10 minutes"
    if board.surges.live:
        surge = next(iter(board.surges.live.values()))
        return f"more cases come than is usual since {surge.began:%H:%M} UTC"
    return ""
