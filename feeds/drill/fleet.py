"""The fleet of a drill: customers and SIM ranges as an inventory would state them, drawn from the scenario's seed.

Pure: the same plan and seed give the same fleet. It leaves loading it into a hub to ``play``.
"""

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from feeds.drill.fleet_plan import Account, FleetAttribute, FleetPlan, customer_id
from feeds.drill.scenario import Scenario
from feeds.model import Contact, ContactChannel, Customer, SimRange

T = TypeVar("T")

# Words in one string: read and edited as text, one a line would be a page.
_STEMS = """Vattenkraft Acme Nordbuss Fjord Kiruna Isar Elbe Solna Polar Lumen Tramline Aurora Helix Brigg Falun
    Meridian Ostsee Granit Skagen Tundra Kompass Ardent Linden Mosel Bergslag Havel Quarry Signal Umea Vinga Zephyr
    Alster Birka Cobalt Dalarna Emscher Foyle Gotland Hansa Inari""".split()  # noqa: SIM905
_TRADES = """Energi Lifts Logistics Water Parking Care Metering Vending Alarm Mobility Agrar Fleet Payment Rail
    Cooling""".split()  # noqa: SIM905
_FORMS = {"sv": "AB", "de": "GmbH", "en": "Ltd"}
_PEOPLE = (
    *("Anna Berg", "Jonas Keller", "Priya Nair", "Erik Lund", "Sofie Brandt", "Tom Hughes"),
    *("Maja Nilsson", "Lukas Vogel", "Grace Osei", "Nils Ek", "Hanna Weber", "Owen Clarke"),
)


class Fleet(Struct, frozen=True):
    """An inventory: customers, and SIM ranges in the order of the number line."""

    customers: tuple[Customer, ...]
    ranges: tuple[SimRange, ...]

    def ranges_where(self, where: Mapping[str, str | tuple[str, ...]] | Mapping[str, str]) -> list[SimRange]:
        """Return the ranges that have all the attribute values of ``where``; all of them for an empty one."""
        wanted = [(name, (values,) if isinstance(values, str) else values) for name, values in where.items()]
        return [one for one in self.ranges if all(value_of(one, name) in values for name, values in wanted)]


def value_of(owned: SimRange, name: str) -> str | None:
    """Return a range's value of an attribute; ``customer`` and ``use`` are attributes too."""
    if name == "customer":
        return owned.customer
    return owned.use if name == "use" else owned.attributes.get(name)


def draw(chance: random.Random, weights: Mapping[T, float]) -> T:
    """Return one key of ``weights``, each as likely as its weight."""
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def build_fleet(scenario: Scenario) -> Fleet:
    """Return the fleet of a scenario: exactly as many customers, ranges and SIMs as it says."""
    plan = scenario.fleet
    chance = random.Random(f"{scenario.seed}/fleet")
    drawn = tuple(_customers(plan, chance))
    # A stream of its own: the drawn fleet is the same with and without accounts.
    own_chance = random.Random(f"{scenario.seed}/accounts")
    accounts = tuple(_account(plan, account, own_chance) for account in plan.accounts)
    maker = _Maker(plan)
    maker.add(_drawn(plan, drawn, chance), chance)
    for account, customer in zip(plan.accounts, accounts, strict=True):
        maker.add(_of_account(account, customer, plan, own_chance), own_chance)
    return Fleet((*drawn, *accounts), tuple(one for ranges in maker.by_issuer for one in ranges))


def _customers(plan: FleetPlan, chance: random.Random) -> Iterable[Customer]:
    names = [(stem, trade) for stem in _STEMS for trade in _TRADES]
    chance.shuffle(names)
    vips = set(chance.sample(range(plan.customers), round(plan.customers * plan.vip_share)))
    for index in range(plan.customers):
        stem, trade = names[index % len(names)]
        again = index // len(names)
        language = draw(chance, plan.languages)
        name = f"{stem} {trade} {_FORMS.get(language, 'Ltd')}" + (f" {again + 1}" if again else "")
        # The reserved domain .example (RFC 2606): a drill must never write to somebody real.
        domain = f"{stem}-{trade}{again + 1 if again else ''}.example".lower()
        people = chance.sample(_PEOPLE, k=chance.choice((1, 1, 2, 3)))
        contacts = [Contact(ContactChannel.EMAIL, f"noc@{domain}", "Operations")]
        contacts += [
            Contact(ContactChannel.EMAIL, f"{one.lower().replace(' ', '.')}@{domain}", one) for one in people[1:]
        ]
        contacts.append(Contact(ContactChannel.PHONE, f"+4670{chance.randrange(10**7):07d}", people[0]))
        yield Customer(
            id=customer_id(index),
            name=name,
            vip=index in vips,
            language=language,
            time_zone=draw(chance, plan.time_zones),
            contacts=tuple(contacts),
            domains=(domain,),
            agreement="gold" if index in vips else "standard",
        )


def _account(plan: FleetPlan, account: Account, chance: random.Random) -> Customer:
    domain = f"{account.id}.example".lower()
    return Customer(
        id=account.id,
        name=account.name,
        vip=account.vip,
        language=account.language,
        time_zone=draw(chance, plan.time_zones),
        contacts=(
            Contact(ContactChannel.EMAIL, f"noc@{domain}", "Operations"),
            Contact(ContactChannel.PHONE, f"+4670{chance.randrange(10**7):07d}", chance.choice(_PEOPLE)),
        ),
        domains=(domain,),
        agreement="gold" if account.vip else "standard",
    )


class _Ordered(Struct, frozen=True):
    """A range as somebody orders it: for whom, how many SIMs, what they are for."""

    owner: Customer
    size: int
    use: str
    account: Account | None = None
    """The account that says what all of its ranges share."""


def _drawn(plan: FleetPlan, customers: Sequence[Customer], chance: random.Random) -> Iterable[_Ordered]:
    owners = _owners(plan, customers, chance)
    sizes = _shares(plan.sims, [chance.lognormvariate(0, plan.size_spread) for _ in range(plan.ranges)])
    main_use = {customer.id: draw(chance, plan.uses) for customer in customers}
    return [_Ordered(owner, size, main_use[owner.id]) for owner, size in zip(owners, sizes, strict=True)]


def _of_account(account: Account, customer: Customer, plan: FleetPlan, chance: random.Random) -> Iterable[_Ordered]:
    sizes = _shares(account.sims, [chance.lognormvariate(0, plan.size_spread) for _ in range(account.ranges)])
    return [_Ordered(customer, size, account.use, account) for size in sizes]


class _Maker:
    """Makes ranges as they are ordered, each after the one before on the number line of its issuer."""

    def __init__(self, plan: FleetPlan) -> None:
        self.by_issuer: list[list[SimRange]] = [[] for _ in plan.issuers]
        self._plan = plan
        self._next_body = [10 ** (issuer.body - len(issuer.prefix)) // 10 for issuer in plan.issuers]
        self._offset = 0
        self._usual: dict[tuple[str, ...], str] = {}

    def add(self, orders: Iterable[_Ordered], chance: random.Random) -> None:
        """Make the ranges that are ordered."""
        plan = self._plan
        issuers = range(len(plan.issuers))
        for order in orders:
            which = chance.choices(issuers, weights=[issuer.weight for issuer in plan.issuers])[0]
            issuer = plan.issuers[which]
            digits = issuer.body - len(issuer.prefix)
            first = self._next_body[which]
            # Batches are ordered in round numbers, with room to the next one.
            self._next_body[which] = math.ceil((first + order.size) / 100) * 100 + chance.choice((0, 0, 100, 1_000))
            use = order.use
            if order.account is None and chance.random() >= plan.main_use_share:
                use = draw(chance, plan.uses)
            self.by_issuer[which].append(
                SimRange(
                    first=f"{issuer.prefix}{first:0{digits}d}",
                    last=f"{issuer.prefix}{first + order.size - 1:0{digits}d}",
                    customer=order.owner.id,
                    imsi_first=_number(plan.imsi_prefix, self._offset),
                    msisdn_first=_number(plan.msisdn_prefix, self._offset),
                    attributes=self._attributes(order, use, chance),
                    use=use,
                )
            )
            self._offset += order.size

    def _attributes(self, order: _Ordered, use: str, chance: random.Random) -> dict[str, str]:
        found: dict[str, str] = {}
        for one in self._plan.attributes:
            if order.account is not None and one.name in order.account.attributes:
                found[one.name] = order.account.attributes[one.name]
            else:
                found[one.name] = self._drawn(one, order.owner.id, use, found.get(one.given, ""), chance)
        return found

    def _drawn(self, one: FleetAttribute, owner: str, use: str, given: str, chance: random.Random) -> str:
        weights = one.by_use.get(use) or one.by_value.get(given) or one.values
        if not one.by_customer:
            return draw(chance, weights)
        kind = use if use in one.by_use else given if given in one.by_value else ""
        usual = self._usual.get((owner, one.name, kind))
        if usual is not None and chance.random() < one.by_customer:
            return usual
        drawn = draw(chance, weights)
        return self._usual.setdefault((owner, one.name, kind), drawn) if usual is None else drawn


def _number(prefix: str, offset: int) -> str:
    return f"{prefix}{offset:0{15 - len(prefix)}d}" if prefix else ""


def _owners(plan: FleetPlan, customers: Sequence[Customer], chance: random.Random) -> list[Customer]:
    """Return the owner of each range: everybody one at least, big customers many, often several in a row."""
    weights = [chance.lognormvariate(0, plan.size_spread) for _ in customers]
    further = chance.choices(customers, weights=weights, k=plan.ranges - len(customers))
    owners = sorted([*customers, *further], key=lambda customer: customer.id)
    runs: list[list[Customer]] = []
    while owners:
        size = chance.choice((1, 1, 2, 3, 5))
        run = [one for one in owners[-size:] if one is owners[-1]]
        del owners[-len(run) :]
        runs.append(run)
    chance.shuffle(runs)
    return [owner for run in runs for owner in run]


def _shares(total: int, weights: Sequence[float]) -> list[int]:
    """Split ``total`` by ``weights`` into whole numbers of at least one that sum up to it exactly."""
    spare = total - len(weights)
    scale = spare / sum(weights)
    exact = [weight * scale for weight in weights]
    shares = [1 + int(one) for one in exact]
    by_rest = sorted(range(len(exact)), key=lambda index: exact[index] - int(exact[index]), reverse=True)
    for index in by_rest[: total - sum(shares)]:
        shares[index] += 1
    return shares
