"""What is wrong with a scenario although each of its fields is what it should be: parts that do not fit each other."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from feeds.drill.fleet_plan import FleetPlan
from feeds.drill.happenings import Conditions, Fault, FaultCases

if TYPE_CHECKING:
    from feeds.drill.scenario import Scenario

Problem = tuple[str, str]
"""The field, and what is wrong with it."""


def problems(scenario: "Scenario") -> Iterator[Problem]:
    """Yield what types alone cannot say."""
    yield from _of_fleet(scenario.fleet)
    for index, fault in enumerate(scenario.faults):
        yield from _of_fault(fault, f"faults[{index}]", scenario)
    for index, ticket in enumerate(scenario.tickets):
        place = f"tickets[{index}]"
        yield from _of_conditions(ticket.where, f"{place}.where", scenario.fleet)
        if ticket.customer and ticket.customer not in scenario.fleet.customer_ids():
            yield f"{place}.customer", f"the fleet has no customer {ticket.customer!r}"
        if ticket.at > scenario.duration:
            yield f"{place}.at", "must not be later than duration"
        if ticket.closes_at is not None and ticket.closes_at <= ticket.at:
            yield f"{place}.closes_at", "must be later than at"
        if ("{sims}" in ticket.text) != (ticket.way != "none"):
            yield f"{place}.way", "SIMs are written where the text has {sims}, and nowhere else"
    if scenario.quiet.alarms is not None:
        for index, group in enumerate(scenario.quiet.alarms.objects):
            if group.count > 1 and "#" not in group.pattern:
                yield f"quiet.alarms.objects[{index}].pattern", "needs a # when there are several objects"
    if scenario.quiet.cases is not None:
        hours = scenario.quiet.cases.by_hour
        if hours and (len(hours) != 24 or not sum(hours)):
            yield "quiet.cases.by_hour", f"needs 24 numbers that are not all 0, there are {len(hours)}"
    began = scenario.truth.began if scenario.truth is not None else None
    for place, time in (("truth.began", began), ("begins", scenario.begins)):
        if time is not None and time.tzinfo is None:
            yield place, "needs a time zone, like 2026-03-11T03:40:00Z"
    if began is not None and scenario.begins is not None:
        yield "begins", "follows from truth.began; leave it out"


def _of_fleet(fleet: FleetPlan) -> Iterator[Problem]:
    if fleet.sims < fleet.ranges:
        yield "fleet.sims", f"{fleet.sims} SIMs cannot fill {fleet.ranges} ranges"
    if fleet.ranges < fleet.customers:
        yield "fleet.ranges", f"{fleet.ranges} ranges are too few for {fleet.customers} customers"
    named = [one.id for one in fleet.accounts]
    sims = fleet.sims + sum(one.sims for one in fleet.accounts)
    ranges = fleet.ranges + sum(one.ranges for one in fleet.accounts)
    for index, issuer in enumerate(fleet.issuers):
        room = 10 ** (issuer.body - len(issuer.prefix))
        # Numbering begins at a tenth, and batches leave up to 1,100 numbers between them.
        if room * 0.9 < sims + ranges * 1_100:
            yield f"fleet.issuers[{index}].prefix", f"leaves room for {room} SIMs only; use a shorter one"
    before: dict[str, set[str]] = {}
    for index, attribute in enumerate(fleet.attributes):
        place = f"fleet.attributes[{index}]"
        for use in attribute.by_use:
            if use not in fleet.uses:
                yield f"{place}.by_use.{use}", "no such use in fleet.uses"
        if attribute.name in before or attribute.name in ("customer", "use"):
            yield f"{place}.name", f"there is an attribute {attribute.name!r} already"
        if attribute.given and attribute.given not in before:
            yield f"{place}.given", f"no attribute {attribute.given!r} stands before this one"
        for value in attribute.by_value:
            if value not in before.get(attribute.given, set()):
                yield f"{place}.by_value.{value}", f"{attribute.given or 'given'} has no such value"
        before[attribute.name] = attribute.all_values()
    drawn = fleet.customer_ids() - set(named)
    for index, account in enumerate(fleet.accounts):
        place = f"fleet.accounts[{index}]"
        if account.id in named[:index] or account.id in drawn or len(drawn) != fleet.customers:
            yield f"{place}.id", f"there is a customer {account.id!r} already"
        if account.sims < account.ranges:
            yield f"{place}.sims", f"{account.sims} SIMs cannot fill {account.ranges} ranges"
        for name in account.attributes:
            if name not in before:
                yield f"{place}.attributes.{name}", "no such attribute in fleet.attributes"


def _of_conditions(where: Conditions, place: str, fleet: FleetPlan) -> Iterator[Problem]:
    for name, given in where.items():
        values = (given,) if isinstance(given, str) else given
        known = fleet.values_of(name)
        if not values:
            yield f"{place}.{name}", "needs a value"
        for value in values:
            if value not in known:
                yield f"{place}.{name}", f"no SIM range of the fleet can have {value!r}"


def _of_fault(fault: Fault, place: str, scenario: "Scenario") -> Iterator[Problem]:
    if not fault.at < fault.repaired <= scenario.duration:
        yield f"{place}.repaired", "must be later than at and not later than duration"
    lasts = fault.repaired - fault.at
    yield from _of_conditions(fault.where, f"{place}.where", scenario.fleet)
    if fault.breaks == "network" and not fault.where and fault.cases is not None:
        yield f"{place}.where", "must name an attribute, because the fault has cases; or say that it breaks nothing"
    if fault.breaks == "customer" and not isinstance(fault.where.get("customer"), str):
        yield f"{place}.where.customer", "must name the customer at which something breaks"
    if fault.began and fault.began not in scenario.fleet.customer_ids():
        yield f"{place}.began", f"the fleet has no customer {fault.began!r}"
    if fault.spreads > lasts:
        yield f"{place}.spreads", "must not be longer than the fault lasts"
    for index, step in enumerate(fault.restored):
        if not 0 < step.after < lasts:
            yield f"{place}.restored[{index}].after", "must lie within the fault; it counts from its start"
    for index, (one, other) in enumerate(pairwise(fault.restored)):
        if other.after <= one.after or other.left > one.left:
            yield f"{place}.restored[{index + 1}]", "must come later than the one before, and leave no more"
    for index, alarms in enumerate(fault.alarms):
        until = lasts if alarms.until is None else alarms.until
        if not alarms.after < until <= lasts:
            yield f"{place}.alarms[{index}].until", "must be later than after and not later than the repair"
    if fault.cases is not None:
        yield from _of_cases(fault.cases, f"{place}.cases", lasts)


def _of_cases(cases: FaultCases, place: str, lasts: float) -> Iterator[Problem]:
    if (cases.delay is None) == (not cases.curve):
        yield f"{place}.curve", "give either delay or curve"
    if cases.curve and len(cases.curve) < 2:
        yield f"{place}.curve", "needs two points at least"
    for index, point in enumerate(cases.curve):
        if point.after > lasts:
            yield f"{place}.curve[{index}].after", "must lie within the fault; it counts from its start"
    for index, (one, other) in enumerate(pairwise(cases.curve)):
        if other.after <= one.after:
            yield f"{place}.curve[{index + 1}].after", "must be later than the point before"
