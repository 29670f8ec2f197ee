"""What happens in a drill and when: alarms, cases, phases and actions in the order of time.

Pure: scenario and fleet in, payloads out, no clock and no network; the same scenario gives the same payloads. Times are
seconds from the start of the drill. Sending them, and turning seconds into times of day, is left to ``play``.
"""

import heapq
import itertools
import math
import random
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from feeds.drill.fleet import Fleet, draw
from feeds.drill.scenario import (
    Action,
    CaseMix,
    Fault,
    FaultAlarms,
    FaultCases,
    LogNormal,
    QuietAlarms,
    QuietCases,
    Scenario,
    Via,
)
from feeds.drill.texts import write_case
from feeds.drill.writing import write_sims
from feeds.model import (
    AlarmEvent,
    CaseEvent,
    CaseKind,
    CaseState,
    Channel,
    Contact,
    ContactChannel,
    Customer,
    Severity,
    SimRange,
)

_DESK = ("maja", "otto", "ines", "sam")


class PhaseBegan(Struct, frozen=True):
    """The drill has come to a phase."""

    at: float
    say: str


class AlarmSent(Struct, frozen=True):
    """An alarm, its time left open, and the way it goes."""

    at: float
    via: Via
    event: AlarmEvent


class CaseSent(Struct, frozen=True):
    """A case, its times left open, and the way it goes. ``opened``: when it was opened, in seconds like ``at``."""

    at: float
    via: Literal["native", "zammad"]
    event: CaseEvent
    opened: float
    writer: Contact


class ActionDue(Struct, frozen=True):
    """The drill's commander does something."""

    at: float
    action: Action


Timed = PhaseBegan | AlarmSent | CaseSent | ActionDue


def timeline(scenario: Scenario, fleet: Fleet, *, turn: int = 0, first_case: int = 1) -> Iterator[Timed]:
    """Yield everything that happens, in the order of time.

    ``turn`` counts repetitions, each drawn anew from the seed; case numbers count from ``first_case``.
    """
    numbers = itertools.count(first_case)

    def chance(stream: str) -> random.Random:
        return random.Random(f"{scenario.seed}/{turn}/{stream}")

    streams: list[Iterator[Timed]] = [
        iter([PhaseBegan(phase.at, phase.say) for phase in sorted(scenario.phases, key=lambda phase: phase.at)]),
        iter([ActionDue(action.at, action) for action in sorted(scenario.actions, key=lambda action: action.at)]),
    ]
    if scenario.quiet.alarms is not None:
        streams.append(_quiet_alarms(scenario.quiet.alarms, scenario.duration, chance("quiet alarms")))
    if scenario.quiet.cases is not None:
        streams.append(_quiet_cases(scenario.quiet.cases, scenario.duration, fleet, chance("quiet cases"), numbers))
    for index, fault in enumerate(scenario.faults):
        for place, alarms in enumerate(fault.alarms):
            streams.append(_fault_alarms(fault, alarms, chance(f"fault {index} alarms {place}")))
        if fault.cases is not None:
            streams.append(_fault_cases(fault, fault.cases, fleet, chance(f"fault {index} cases"), numbers))
    for timed in heapq.merge(*streams, key=lambda timed: timed.at):
        if timed.at > scenario.duration:
            return
        yield timed


def _lasting(chance: random.Random, duration: LogNormal) -> float:
    return chance.lognormvariate(math.log(duration.median), duration.spread)


def _arrivals(chance: random.Random, per_second: float, until: float) -> Iterator[float]:
    """Yield the times of a Poisson process."""
    at = 0.0
    while per_second > 0:
        at += chance.expovariate(per_second)
        if at > until:
            return
        yield at


def _quiet_alarms(plan: QuietAlarms, duration: float, chance: random.Random) -> Iterator[AlarmSent]:
    groups = {index: group.weight for index, group in enumerate(plan.objects)}
    active: dict[str, AlarmSent] = {}
    ends: list[tuple[float, str]] = []

    def begin(at: float) -> AlarmSent | None:
        group = plan.objects[draw(chance, groups)]
        name = group.pattern.replace("#", str(chance.randint(1, group.count)))
        cause = draw(chance, group.causes)
        key = f"{name}/{cause}"
        if key in active:
            return None
        event = AlarmEvent(
            source="drill",
            id=key,
            managed_object=name,
            severity=draw(chance, plan.severities),
            event_type=group.event_type,
            probable_cause=cause,
            text=f"{name}: {cause}",
            attributes=group.attributes,
        )
        active[key] = AlarmSent(at, group.via, event)
        heapq.heappush(ends, (at + _lasting(chance, plan.lasts), key))
        return active[key]

    def ended(until: float) -> Iterator[AlarmSent]:
        while ends and ends[0][0] <= until:
            at, key = heapq.heappop(ends)
            raised = active.pop(key)
            yield AlarmSent(at, raised.via, replace(raised.event, severity=Severity.CLEARED))

    for _ in range(plan.standing):
        standing = begin(0.0)
        if standing is not None:
            yield standing
    for at in _arrivals(chance, plan.per_minute / 60, duration):
        yield from ended(at)
        if active and chance.random() < plan.chatter:
            again = active[chance.choice(list(active))]
            yield AlarmSent(at, again.via, again.event)
        else:
            new = begin(at)
            if new is not None:
                yield new
    yield from ended(duration)


def _fault_alarms(fault: Fault, plan: FaultAlarms, chance: random.Random) -> Iterator[AlarmSent]:
    sent: list[AlarmSent] = []
    for name in plan.objects:
        event = AlarmEvent(
            source="drill",
            id=f"{name}/{plan.specific_problem or plan.probable_cause}"[:256],
            managed_object=name,
            severity=plan.pattern[0],
            event_type=plan.event_type,
            probable_cause=plan.probable_cause,
            specific_problem=plan.specific_problem,
            text=plan.text,
            attributes=plan.attributes,
        )
        at = fault.at + chance.uniform(0, min(plan.within, fault.repaired - fault.at))
        step = 0
        while at < fault.repaired:
            severity = plan.pattern[min(step, len(plan.pattern) - 1)]
            sent.append(AlarmSent(at, plan.via, replace(event, severity=severity)))
            at += plan.every * chance.uniform(2 / 3, 4 / 3)
            step += 1
        clear = replace(event, severity=Severity.CLEARED)
        sent.append(AlarmSent(fault.repaired + chance.uniform(0, plan.clears_within), plan.via, clear))
    return iter(sorted(sent, key=lambda one: one.at))


def _quiet_cases(
    plan: QuietCases, duration: float, fleet: Fleet, chance: random.Random, numbers: Iterator[int]
) -> Iterator[CaseSent]:
    customers = {customer.id: customer for customer in fleet.customers}
    sent: list[CaseSent] = []
    for at in _arrivals(chance, plan.per_hour / 3600, duration):
        owned = chance.choice(fleet.ranges)
        closes = at + _lasting(chance, plan.lasts)
        sent.extend(_case(at, closes, next(numbers), customers[owned.customer], owned, plan.mix, chance, outage=False))
    return iter(sorted(sent, key=lambda one: one.at))


def _fault_cases(
    fault: Fault, plan: FaultCases, fleet: Fleet, chance: random.Random, numbers: Iterator[int]
) -> Iterator[CaseSent]:
    hit: dict[str, list[SimRange]] = {}
    for one in fleet.ranges_where(fault.where):
        hit.setdefault(one.customer, []).append(one)
    customers = [customer for customer in fleet.customers if customer.id in hit]
    sent: list[CaseSent] = []
    for customer in sorted(chance.sample(customers, k=round(len(customers) * plan.complain)), key=lambda one: one.id):
        at = fault.at
        for _ in range(1 + _poisson(chance, plan.again)):
            at += _lasting(chance, plan.delay)
            if at >= fault.repaired:
                break
            owned = chance.choices(hit[customer.id], weights=[one.count for one in hit[customer.id]])[0]
            closes = fault.repaired + _lasting(chance, plan.closes)
            sent.extend(_case(at, closes, next(numbers), customer, owned, plan.mix, chance, outage=True))
    return iter(sorted(sent, key=lambda one: one.at))


def _poisson(chance: random.Random, mean: float) -> int:
    """Return a Poisson number (Knuth, TAOCP 3.4.1); good for the small means of a scenario."""
    product, count = chance.random(), 0
    while product > math.exp(-mean):
        product *= chance.random()
        count += 1
    return count


def _case(
    at: float,
    closes: float,
    number: int,
    customer: Customer,
    owned: SimRange,
    mix: CaseMix,
    chance: random.Random,
    *,
    outage: bool,
) -> Iterator[CaseSent]:
    """Yield the life of one case: opened, taken by somebody, closed."""
    channel = draw(chance, mix.channels)
    kind = CaseKind.INCIDENT if outage else draw(chance, mix.kinds)
    writer = chance.choice([one for one in customer.contacts if one.channel is ContactChannel.EMAIL])
    written = write_sims(chance, draw(chance, mix.ways), owned, customer.language)
    by_field = channel is Channel.API and len(written.text) <= 256
    title, text = write_case(
        chance,
        kind=kind,
        outage=outage,
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
    yield CaseSent(at, via, event, at, writer)
    taken = at + _lasting(chance, mix.taken)
    event = replace(event, owner=chance.choice(_DESK))
    if taken < closes:
        yield CaseSent(taken, via, event, at, writer)
    yield CaseSent(closes, via, replace(event, state=CaseState.CLOSED), at, writer)
