"""Who hears an update: the contacts of the customers that an outage concerns, each with the facts of that customer.

A pure function. What they read is ``rendering``; how it reaches them is the channel's.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from feeds.courier.addresses import plain_address
from feeds.courier.errors import AddressError, CourierError
from feeds.courier.texts import one_line
from feeds.model import AudienceEntry, ContactChannel, Customer, CustomerImpact


class Audience(Struct, frozen=True):
    """Contacts to write to, and customers that cannot be written to.

    ``entries`` have no digest yet. ``unreachable`` has one line for each customer with an address that cannot be used
    or with none: name and reason. Who stands in it and not in ``entries`` needs a call.
    """

    entries: tuple[AudienceEntry, ...] = ()
    unreachable: tuple[str, ...] = ()


def audience(impacts: Iterable[CustomerImpact], customers: Mapping[str, Customer]) -> Audience:
    """Return the audience of an outage: one entry for each e-mail address of each customer, facts in a fixed order.

    VIPs come first, then customers by SIMs, then by id; the addresses of one customer in the order of the inventory.
    Raises CourierError where one customer comes twice, because two messages with half the facts would both be wrong.
    """
    entries: list[AudienceEntry] = []
    unreachable: list[str] = []
    seen: set[str] = set()
    for impact in sorted(impacts, key=lambda one: _order(one, customers.get(one.customer))):
        if impact.customer in seen:
            raise CourierError(f"customer {impact.customer} stands twice in the impact: one entry each is needed")
        seen.add(impact.customer)
        customer = customers.get(impact.customer)
        if customer is None:
            unreachable.append(f"{one_line(impact.customer)}: not among the customers of the inventory")
            continue
        reached, refused = _contacts(customer, impact)
        entries += reached
        if refused or not reached:
            unreachable.append(_why(customer, refused, len(reached)))
    return Audience(entries=tuple(entries), unreachable=tuple(unreachable))


def _order(impact: CustomerImpact, customer: Customer | None) -> tuple[bool, int, str]:
    return (not (customer is not None and customer.vip), -impact.sims, impact.customer)


def _contacts(customer: Customer, impact: CustomerImpact) -> tuple[list[AudienceEntry], list[str]]:
    reached: dict[str, AudienceEntry] = {}
    refused: list[str] = []
    ranges = tuple(sorted(impact.ranges, key=lambda pair: (len(pair[0]), pair)))
    cases = tuple(sorted(impact.cases))
    for contact in customer.contacts:
        if contact.channel is not ContactChannel.EMAIL:
            continue
        try:
            address = plain_address(contact.address.strip(" "))
        except AddressError as error:
            refused.append(f"'{one_line(contact.address, 80)}' is {error}")
            continue
        if address in reached:
            continue
        reached[address] = AudienceEntry(
            customer=customer.id,
            name=customer.name,
            address=address,
            contact=contact.name,
            sims=impact.sims,
            ranges=ranges,
            cases=cases,
            vip=customer.vip,
            language=customer.language,
            time_zone=customer.time_zone,
        )
    return list(reached.values()), refused


def _why(customer: Customer, refused: list[str], reached: int) -> str:
    name = one_line(customer.name)
    if not refused:
        return f"{name}: no e-mail address"
    other = f" (written to at {reached} other)" if reached else ""
    return f"{name}: {'; '.join(refused)}{other}"
