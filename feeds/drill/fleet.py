"""The fleet of a drill: customers and SIM ranges as an inventory would state them, drawn from the scenario's seed.

Pure: the same plan and seed give the same fleet. It leaves loading it into a hub to ``play``.
"""

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from feeds.drill.scenario import FleetPlan, Scenario
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

    def ranges_where(self, where: Mapping[str, str]) -> list[SimRange]:
        """Return the ranges that have all the attribute values of ``where``."""
        return [one for one in self.ranges if all(one.attributes.get(name) == value for name, value in where.items())]


def draw(chance: random.Random, weights: Mapping[T, float]) -> T:
    """Return one key of ``weights``, each as likely as its weight."""
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def build_fleet(scenario: Scenario) -> Fleet:
    """Return the fleet of a scenario: exactly as many customers, ranges and SIMs as it says."""
    plan = scenario.fleet
    chance = random.Random(f"{scenario.seed}/fleet")
    customers = tuple(_customers(plan, chance))
    return Fleet(customers, tuple(_ranges(plan, customers, chance)))


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
            id=f"C{index + 1:04d}",
            name=name,
            vip=index in vips,
            language=language,
            time_zone=draw(chance, plan.time_zones),
            contacts=tuple(contacts),
            domains=(domain,),
            agreement="gold" if index in vips else "standard",
        )


def _ranges(plan: FleetPlan, customers: Sequence[Customer], chance: random.Random) -> Iterable[SimRange]:
    owners = _owners(plan, customers, chance)
    sizes = _shares(plan.sims, [chance.lognormvariate(0, plan.size_spread) for _ in range(plan.ranges)])
    main_use = {customer.id: draw(chance, plan.uses) for customer in customers}
    next_body = [10 ** (issuer.body - len(issuer.prefix)) // 10 for issuer in plan.issuers]
    by_issuer: list[list[SimRange]] = [[] for _ in plan.issuers]
    offset = 0
    for owner, size in zip(owners, sizes, strict=True):
        which = chance.choices(range(len(plan.issuers)), weights=[issuer.weight for issuer in plan.issuers])[0]
        issuer = plan.issuers[which]
        digits = issuer.body - len(issuer.prefix)
        first = next_body[which]
        # Batches are ordered in round numbers, with room to the next one.
        next_body[which] = math.ceil((first + size) / 100) * 100 + chance.choice((0, 0, 100, 1_000))
        use = main_use[owner.id] if chance.random() < plan.main_use_share else draw(chance, plan.uses)
        attributes = {one.name: draw(chance, one.by_use.get(use, one.values)) for one in plan.attributes}
        by_issuer[which].append(
            SimRange(
                first=f"{issuer.prefix}{first:0{digits}d}",
                last=f"{issuer.prefix}{first + size - 1:0{digits}d}",
                customer=owner.id,
                imsi_first=_number(plan.imsi_prefix, offset),
                msisdn_first=_number(plan.msisdn_prefix, offset),
                attributes=attributes,
                use=use,
            )
        )
        offset += size
    for ranges in by_issuer:
        yield from ranges


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
