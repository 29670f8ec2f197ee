"""The cases of a drill: those of a quiet day, those of faults, single tickets; each from its opening to its closing.

Pure; everything is drawn from the chance that is passed in. Alarms, and putting all in the order of time, are
``timeline``'s work.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from feeds.drill.events import CaseSent, arrivals, lasting, poisson
from feeds.drill.fleet import Fleet, draw
from feeds.drill.happenings import CaseMix, Fault, FaultCases, Pace, QuietCases, Ticket, Topic
from feeds.drill.hits import Hit
from feeds.drill.scenario import Scenario
from feeds.drill.texts import write_case
from feeds.drill.writing import write_sims
from feeds.model import CaseEvent, CaseKind, CaseState, Channel, Contact, ContactChannel, Customer, SimRange

_DESK = ("maja", "otto", "ines", "sam")
_NOC = Contact(ContactChannel.EMAIL, "noc@operator.example", "Network operations")


class _Opening(Struct, frozen=True):
    """A case as somebody opens it."""

    at: float
    closes: float
    customer: Customer
    owned: SimRange
    topic: Topic | None = None
    fault: str = ""


def quiet_cases(
    plan: QuietCases, scenario: Scenario, fleet: Fleet, chance: random.Random, numbers: Iterator[int]
) -> Iterator[CaseSent]:
    """Yield the cases of a quiet day in the order of time."""
    times = arrivals(chance, plan.per_hour / 3600, scenario.duration)
    return _quiet(plan, _by_hour(plan, scenario, times, chance), fleet, chance, numbers)


def past_cases(
    plan: QuietCases, scenario: Scenario, fleet: Fleet, chance: random.Random, numbers: Iterator[int], *, whole: bool
) -> Iterator[CaseSent]:
    """Yield the cases from before the start: all with their times (less than 0), or what is left of them at 0."""
    times = arrivals(chance, plan.per_hour / 3600, 0.0, -plan.history)
    cases = _quiet(plan, _by_hour(plan, scenario, times, chance), fleet, chance, numbers)
    return cases if whole else _left_at_start(cases)


def _quiet(
    plan: QuietCases, times: Iterable[float], fleet: Fleet, chance: random.Random, numbers: Iterator[int]
) -> Iterator[CaseSent]:
    customers = {customer.id: customer for customer in fleet.customers}
    sent: list[CaseSent] = []
    for at in times:
        owned = chance.choice(fleet.ranges)
        closes = at + lasting(chance, plan.lasts)
        sent.extend(_case(_Opening(at, closes, customers[owned.customer], owned), next(numbers), plan.mix, chance))
    return iter(sorted(sent, key=lambda one: one.at))


def _by_hour(plan: QuietCases, scenario: Scenario, times: Iterator[float], chance: random.Random) -> Iterator[float]:
    """Yield as many of ``times`` as the hour of the day lets through; the busiest hours all of them."""
    busiest = max(plan.by_hour, default=0.0)
    for at in times:
        if busiest:
            hour = (scenario.starts + timedelta(seconds=at)).hour
            if chance.random() * busiest >= plan.by_hour[hour]:
                continue
        yield at


def _left_at_start(cases: Iterable[CaseSent]) -> Iterator[CaseSent]:
    last: dict[str, CaseSent] = {}
    later: list[CaseSent] = []
    for one in cases:
        if one.at < 0:
            last[one.event.number] = one
        else:
            later.append(one)
    yield from (replace(one, at=0.0) for one in last.values() if one.event.state is not CaseState.CLOSED)
    yield from later


def fault_cases(
    fault: Fault,
    plan: FaultCases,
    hits: Sequence[Hit],
    fleet: Fleet,
    chance: random.Random,
    numbers: Iterator[int],
) -> Iterator[CaseSent]:
    """Yield the cases of a fault in the order of time."""
    of: dict[str, list[Hit]] = {}
    for hit in hits:
        of.setdefault(hit.owned.customer, []).append(hit)
    customers = [customer for customer in fleet.customers if customer.id in of]
    complain = sorted(chance.sample(customers, k=round(len(customers) * plan.complain)), key=lambda one: one.id)
    times = _paced(fault, plan.curve, complain, of, chance) if plan.curve else _delayed(fault, plan, complain, chance)
    sent: list[CaseSent] = []
    for at, customer in times:
        own = [hit.owned for hit in of[customer.id] if hit.at(at)]
        if own:
            owned = chance.choices(own, weights=[one.count for one in own])[0]
            closes = fault.repaired + lasting(chance, plan.closes)
            opening = _Opening(at, closes, customer, owned, plan.topic, fault.name)
            sent.extend(_case(opening, next(numbers), plan.mix, chance))
    return iter(sorted(sent, key=lambda one: one.at))


def _delayed(
    fault: Fault, plan: FaultCases, customers: Sequence[Customer], chance: random.Random
) -> Iterator[tuple[float, Customer]]:
    """Yield when each customer writes, and writes again."""
    assert plan.delay is not None
    for customer in customers:
        at = fault.at
        for _ in range(1 + poisson(chance, plan.again)):
            at += lasting(chance, plan.delay)
            if at >= fault.repaired:
                break
            yield at, customer


def _paced(
    fault: Fault,
    curve: Sequence[Pace],
    customers: Sequence[Customer],
    of: dict[str, list[Hit]],
    chance: random.Random,
) -> Iterator[tuple[float, Customer]]:
    """Yield the times at which the curve brings cases, each with one of the customers: who has more SIMs, more often.

    Times are those of a Poisson process whose rate the curve says, drawn at its highest rate and thinned out.
    """
    weights = [sum(hit.owned.count for hit in of[one.id]) ** 0.5 for one in customers]
    highest = max(point.per_hour for point in curve) / 3600
    end = min(fault.repaired, fault.at + curve[-1].after)
    for at in arrivals(chance, highest, end, fault.at + curve[0].after):
        if customers and chance.random() * highest * 3600 < _rate(curve, at - fault.at):
            yield at, chance.choices(customers, weights=weights)[0]


def _rate(curve: Sequence[Pace], after: float) -> float:
    for one, other in pairwise(curve):
        if one.after <= after <= other.after:
            part = (after - one.after) / (other.after - one.after)
            return one.per_hour + part * (other.per_hour - one.per_hour)
    return 0.0


def ticket_cases(ticket: Ticket, fleet: Fleet, chance: random.Random) -> Iterator[CaseSent]:
    """Yield the life of a single ticket."""
    customer = next((one for one in fleet.customers if one.id == ticket.customer), None)
    writer = customer.contacts[0] if customer is not None else _NOC
    ranges = [one for one in fleet.ranges_where(ticket.where) if not ticket.customer or one.customer == ticket.customer]
    language = customer.language if customer is not None else "en"
    written = write_sims(chance, ticket.way, chance.choice(ranges), language).text if ranges else ""
    event = CaseEvent(
        number=ticket.number,
        source=ticket.source,
        customer=ticket.customer,
        kind=ticket.kind,
        service=ticket.service,
        channel=ticket.channel,
        title=ticket.title,
        text=ticket.text.replace("{sims}", written),
    )
    yield CaseSent(ticket.at, "native", event, ticket.at, writer)
    if ticket.closes_at is not None:
        yield CaseSent(ticket.closes_at, "native", replace(event, state=CaseState.CLOSED), ticket.at, writer)


def _case(opening: _Opening, number: int, mix: CaseMix, chance: random.Random) -> Iterator[CaseSent]:
    """Yield the life of one case: opened, taken by somebody, closed."""
    customer, topic = opening.customer, opening.topic
    channel = draw(chance, mix.channels)
    one_kind = topic is not None and len(mix.kinds) == 1
    kind: CaseKind = next(iter(mix.kinds)) if one_kind else draw(chance, mix.kinds)
    writer = chance.choice([one for one in customer.contacts if one.channel is ContactChannel.EMAIL])
    written = write_sims(chance, draw(chance, mix.ways), opening.owned, customer.language)
    by_field = channel is Channel.API and len(written.text) <= 256
    title, text = write_case(
        chance,
        kind=kind,
        topic=topic,
        language=customer.language,
        sims="" if by_field else written.text,
        who=customer.name,
        person=writer.name,
    )
    by_mail = channel in (Channel.EMAIL, Channel.PORTAL)
    via: Literal["native", "zammad"] = "zammad" if by_mail and chance.random() < mix.zammad else "native"
    event = CaseEvent(
        number=str(number),
        source="zammad" if via == "zammad" else "desk",
        customer=writer.address if by_mail else customer.id,
        kind=kind,
        service=draw(chance, mix.services),
        channel=channel,
        title=title,
        text=text,
        sims=tuple(written.text.splitlines()) if by_field else (),
    )
    taken = opening.at + lasting(chance, mix.taken)
    owned = replace(event, owner=chance.choice(_DESK))
    at_times: list[tuple[float, CaseEvent]] = [(opening.at, event)]
    if taken < opening.closes:
        at_times.append((taken, owned))
    at_times.append((opening.closes, replace(owned, state=CaseState.CLOSED)))
    for at, said in at_times:
        yield CaseSent(at, via, said, opening.at, writer, opening.fault)
