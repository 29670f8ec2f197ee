"""Who hears an update: the contacts of the customers that an outage concerns, each with the facts of that customer.

A pure function. What they read is ``rendering``; how it reaches them is the channel's.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from feeds.board.update.narrowing import hears
from feeds.courier.addresses import plain_address
from feeds.courier.errors import AddressError, CourierError
from feeds.courier.texts import one_line
from feeds.model import AudienceEntry, Contact, ContactChannel, Customer, CustomerImpact, Narrowing, Since

PHONES_SHOWN = 5
"""Numbers of one customer on the call list."""

ADDRESSED = frozenset(ContactChannel) - {ContactChannel.PHONE, ContactChannel.CASE}
"""Channels on which a customer's contacts have addresses that can be written to."""


class Call(Struct, frozen=True):
    """A customer whom no message reaches: somebody has to call. ``phones`` as they stand in the inventory."""

    customer: str
    name: str
    reason: str
    vip: bool = False
    sims: int = 0
    phones: tuple[str, ...] = ()


class Audience(Struct, frozen=True):
    """Contacts to write to, and customers that cannot be written to.

    ``entries`` have no digest yet. ``unreachable`` has one line for each customer with an address that cannot be used
    or with none: name and reason. Who stands in it and not in ``entries`` needs a call, and is in ``calls``.
    ``suppressed``: contacts that want nothing or take nothing, with the reason. ``joined``, ``left``: names of the
    customers that are new, or clear, since the last update.
    """

    entries: tuple[AudienceEntry, ...] = ()
    unreachable: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    suppressed: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def _nobody(_channel: ContactChannel, _address: str) -> str:
    return ""


class Ways(Struct, frozen=True):
    """How customers are reached, and what is known of them beside the outage.

    ``channels``: those that can be used. ``why_not``: why nothing is sent to an address, empty: it is. ``cases``: by
    customer (empty: not known), the keys of its open cases in the outage with their numbers. ``last``: whom the last
    update of this outage went to; None: there was none. ``own``: the operator's own e-mail addresses.
    """

    channels: frozenset[ContactChannel] = frozenset({ContactChannel.EMAIL})
    narrowing: Narrowing = Narrowing()
    why_not: Callable[[ContactChannel, str], str] = _nobody
    cases: Mapping[str, Mapping[str, str]] = {}
    last: tuple[AudienceEntry, ...] | None = None
    own: tuple[str, ...] = ()


def audience(
    impacts: Iterable[CustomerImpact], customers: Mapping[str, Customer], ways: Ways | None = None
) -> Audience:
    """Return the audience of an outage: one entry for each address of each customer, facts in a fixed order.

    The operator's own addresses come first, then VIPs, then customers by SIMs, then by id, and at the end those who are
    clear since the last update; the addresses of one customer in the order of the inventory. Raises CourierError where
    one customer comes twice, because two messages with half the facts would both be wrong.
    """
    return _Gathering(customers, ways or Ways()).of(
        sorted(impacts, key=lambda one: _order(one, customers.get(one.customer)))
    )


def _order(impact: CustomerImpact, customer: Customer | None) -> tuple[bool, int, str]:
    return (not (customer is not None and customer.vip), -impact.sims, impact.customer)


class _Gathering:
    """Puts one audience together."""

    def __init__(self, customers: Mapping[str, Customer], ways: Ways) -> None:
        self._customers = customers
        self._ways = ways
        self._channels = ways.channels & frozenset(ways.narrowing.channels or ContactChannel)
        self._entries: list[AudienceEntry] = []
        self._unreachable: list[str] = []
        self._calls: list[Call] = []
        self._suppressed: list[str] = []
        self._joined: list[str] = []
        self._left: list[str] = []

    def of(self, impacts: list[CustomerImpact]) -> Audience:
        """Return it."""
        ways, last = self._ways, self._ways.last
        told = {entry.customer for entry in last or () if entry.since != "left"}
        for address in ways.own:
            self._own(address)
        seen: set[str] = set()
        for impact in impacts:
            if impact.customer in seen:
                raise CourierError(f"customer {impact.customer} stands twice in the impact: one entry each is needed")
            seen.add(impact.customer)
            customer = self._customers.get(impact.customer)
            if hears(impact, customer, ways.narrowing):
                self._hit(impact, customer, "joined" if last is not None and impact.customer not in told else "")
        if ContactChannel.CASE in self._channels and ways.narrowing == Narrowing(channels=ways.narrowing.channels):
            self._cases_of_nobody()
        for customer_id in dict.fromkeys(entry.customer for entry in last or () if entry.since != "left"):
            # Who hears nothing of this one because it was narrowed is still hit, and not clear.
            if customer_id and customer_id not in seen and self._wanted(customer_id):
                self._clear(customer_id)
        return Audience(
            entries=tuple(self._entries),
            unreachable=tuple(self._unreachable),
            calls=tuple(self._calls),
            suppressed=tuple(self._suppressed),
            joined=tuple(self._joined),
            left=tuple(self._left),
        )

    def _wanted(self, customer_id: str) -> bool:
        narrowing = self._ways.narrowing
        return customer_id not in narrowing.without and (not narrowing.only or customer_id in narrowing.only)

    def _own(self, written: str) -> None:
        if ContactChannel.EMAIL not in self._channels:
            return
        try:
            address = plain_address(written.strip(" "))
        except AddressError as error:
            self._unreachable.append(f"own address '{one_line(written, 80)}' is {error}")
            return
        self._entries.append(AudienceEntry(customer="", name="", address=address, own=True))

    def _hit(self, impact: CustomerImpact, customer: Customer | None, since: Since) -> None:
        if customer is None:
            name = one_line(impact.customer)
            reason = "not among the customers of the inventory"
            self._unreachable.append(f"{name}: {reason}")
            self._calls.append(Call(impact.customer, name, reason, sims=impact.sims))
            return
        facts = AudienceEntry(
            customer=customer.id,
            name=customer.name,
            address="",
            sims=impact.sims,
            ranges=tuple(sorted(impact.ranges, key=lambda pair: (len(pair[0]), pair))),
            cases=tuple(sorted(impact.cases)),
            vip=customer.vip,
            language=customer.language,
            time_zone=customer.time_zone,
            since=since,
        )
        reached, refused = self._write_to(customer, facts)
        if refused or not reached:
            self._cannot(customer, impact.sims, refused, reached)
        if since == "joined" and reached:
            self._joined.append(one_line(customer.name))
        if ContactChannel.CASE in self._channels:
            self._entries += [
                _replaced(facts, ContactChannel.CASE, key, number)
                for key, number in sorted(self._ways.cases.get(customer.id, {}).items())
            ]

    def _clear(self, customer_id: str) -> None:
        """Tell somebody who was told of the outage that it no longer concerns them."""
        customer = self._customers.get(customer_id)
        if customer is None:
            self._unreachable.append(f"{one_line(customer_id)}: clear now, and no longer among the customers")
            return
        facts = AudienceEntry(
            customer=customer.id,
            name=customer.name,
            address="",
            vip=customer.vip,
            language=customer.language,
            time_zone=customer.time_zone,
            since="left",
        )
        reached, refused = self._write_to(customer, facts)
        if reached:
            self._left.append(one_line(customer.name))
        else:
            self._cannot(customer, 0, refused, reached)

    def _write_to(self, customer: Customer, facts: AudienceEntry) -> tuple[int, list[str]]:
        """Add the entries of one customer; return how many, and why not the others."""
        reached: set[tuple[ContactChannel, str]] = set()
        refused: list[str] = []
        for contact in customer.contacts:
            if contact.channel not in self._channels or contact.channel not in ADDRESSED:
                continue
            try:
                address = _address(contact)
            except AddressError as error:
                refused.append(f"'{one_line(contact.address, 80)}' is {error}")
                continue
            if (contact.channel, address) in reached:
                continue
            if why := self._ways.why_not(contact.channel, address):
                written = f"{one_line(customer.name)}: {contact.channel.value} {one_line(address, 80)}"
                self._suppressed.append(f"{written}: {one_line(why)}")
                refused.append(f"{one_line(address, 80)} gets nothing ({one_line(why)})")
                continue
            reached.add((contact.channel, address))
            self._entries.append(_replaced(facts, contact.channel, address, contact.name))
        return len(reached), refused

    def _cannot(self, customer: Customer, sims: int, refused: list[str], reached: int) -> None:
        name = one_line(customer.name)
        reason = "; ".join(refused) or self._without()
        other = f" (written to at {reached} other)" if reached else ""
        self._unreachable.append(f"{name}: {reason}{other}")
        if not reached:
            phones = [one.address for one in customer.contacts if one.channel is ContactChannel.PHONE]
            shown = tuple(one_line(phone, 40) for phone in dict.fromkeys(phones))[:PHONES_SHOWN]
            self._calls.append(Call(customer.id, name, reason, customer.vip, sims, shown))

    def _without(self) -> str:
        usable = self._channels & ADDRESSED
        return "no e-mail address" if usable <= {ContactChannel.EMAIL} else "no address that can be written to"

    def _cases_of_nobody(self) -> None:
        """Cases in the outage of which nobody knows whose they are get the text, and nobody's facts."""
        for customer_id, cases in sorted(self._ways.cases.items()):
            if customer_id not in self._customers:
                for key, number in sorted(cases.items()):
                    entry = AudienceEntry(customer="", name="", address=key, channel=ContactChannel.CASE)
                    self._entries.append(_replaced(entry, ContactChannel.CASE, key, number))


def _replaced(facts: AudienceEntry, channel: ContactChannel, address: str, contact: str) -> AudienceEntry:
    cases = facts.cases
    if channel is ContactChannel.CASE:
        cases = (contact,)  # What is written into one case speaks of that case.
    return AudienceEntry(
        customer=facts.customer,
        name=facts.name,
        address=address,
        channel=channel,
        contact=contact,
        sims=facts.sims,
        ranges=facts.ranges,
        cases=cases,
        vip=facts.vip,
        language=facts.language,
        time_zone=facts.time_zone,
        since=facts.since,
    )


def _address(contact: Contact) -> str:
    """Return the address of a contact in the form in which it is used. Raises AddressError."""
    written = contact.address.strip()
    match contact.channel:
        case ContactChannel.EMAIL:
            return plain_address(contact.address.strip(" "))
        case ContactChannel.SMS:
            return _number(written)
        case ContactChannel.WEBHOOK:
            if not written.startswith(("https://", "http://")) or any(char <= " " for char in written):
                raise AddressError("not an address: a webhook's begins with https:// and has no spaces")
            return written
        case _:
            return one_line(written, 256)


_DIGITS = str.maketrans("", "", " -./()\u00a0\u2009\u202f\u2010\u2011")


def _number(written: str) -> str:
    """Return a number as + and digits (E.164). Raises AddressError."""
    plain = written.translate(_DIGITS)
    plain = f"+{plain.removeprefix('00')}" if plain.startswith("00") else plain
    digits = plain.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or not plain.startswith("+") or not 7 <= len(digits) <= 15:
        raise AddressError("not a number with + and its country (E.164)")
    return plain
