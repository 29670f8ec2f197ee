"""What happens in a drill and when: alarms, cases, phases and actions in the order of time.

Pure: scenario and fleet in, payloads out, no clock and no network; the same scenario gives the same payloads. Times are
seconds from the start of the drill. Sending them, and turning seconds into times of day, is left to ``play``.
"""

import heapq
import itertools
import random
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from feeds.drill.cases import fault_cases, past_cases, quiet_cases, ticket_cases
from feeds.drill.events import ActionDue, AlarmSent, CaseSent, PhaseBegan, Timed, arrivals, lasting
from feeds.drill.fleet import Fleet, draw
from feeds.drill.happenings import Fault, FaultAlarms, QuietAlarms
from feeds.drill.hits import hits_of
from feeds.drill.scenario import Scenario
from feeds.model import AlarmEvent, Severity

__all__ = ["ActionDue", "AlarmSent", "CaseSent", "PhaseBegan", "Timed", "timeline"]


def timeline(
    scenario: Scenario, fleet: Fleet, *, turn: int = 0, first_case: int = 1, past: bool = False
) -> Iterator[Timed]:
    """Yield everything that happens, in the order of time.

    ``turn`` counts repetitions, each drawn anew from the seed; case numbers count from ``first_case``. ``past``: cases
    from before the start come with their own times, which are less than 0; else what is left of them comes at 0.
    """
    numbers = itertools.count(first_case)

    def chance(stream: str) -> random.Random:
        return random.Random(f"{scenario.seed}/{turn}/{stream}")

    streams: list[Iterator[Timed]] = [
        iter([PhaseBegan(phase.at, phase.say) for phase in sorted(scenario.phases, key=lambda phase: phase.at)]),
        iter([ActionDue(action.at, action) for action in sorted(scenario.actions, key=lambda action: action.at)]),
    ]
    quiet = scenario.quiet
    if quiet.alarms is not None:
        silent = [(fault.at, fault.repaired) for fault in scenario.faults if fault.mutes]
        streams.append(_muted(_quiet_alarms(quiet.alarms, scenario.duration, chance("quiet alarms")), silent))
    if quiet.cases is not None:
        streams.append(quiet_cases(quiet.cases, scenario, fleet, chance("quiet cases"), numbers))
        if quiet.cases.history:
            streams.append(past_cases(quiet.cases, scenario, fleet, chance("past cases"), numbers, whole=past))
    for index, fault in enumerate(scenario.faults):
        for place, alarms in enumerate(fault.alarms):
            streams.append(_fault_alarms(fault, alarms, chance(f"fault {index} alarms {place}")))
        if fault.cases is not None:
            hits = hits_of(scenario, index, fleet, turn)
            streams.append(fault_cases(fault, fault.cases, hits, fleet, chance(f"fault {index} cases"), numbers))
    for index, ticket in enumerate(scenario.tickets):
        streams.append(ticket_cases(ticket, fleet, chance(f"ticket {index}")))
    for timed in heapq.merge(*streams, key=lambda timed: timed.at):
        if timed.at > scenario.duration:
            return
        yield timed


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
        heapq.heappush(ends, (at + lasting(chance, plan.lasts), key))
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
    for at in arrivals(chance, plan.per_minute / 60, duration):
        yield from ended(at)
        if active and chance.random() < plan.chatter:
            again = active[chance.choice(list(active))]
            yield AlarmSent(at, again.via, again.event)
        else:
            new = begin(at)
            if new is not None:
                yield new
    yield from ended(duration)


def _muted(alarms: Iterator[AlarmSent], silent: Sequence[tuple[float, float]]) -> Iterator[AlarmSent]:
    """Yield what arrives of alarms when none does within ``silent``: after it, the newest word on each is said."""
    unheard: dict[str, AlarmSent] = {}
    back = 0.0
    for one in alarms:
        if unheard and one.at >= back:
            yield from (replace(late, at=back) for late in unheard.values())
            unheard = {}
        muted = [end for begin, end in silent if begin <= one.at < end]
        if muted:
            back = max(muted)
            unheard[one.event.id] = one
        else:
            yield one
    yield from (replace(late, at=back) for late in unheard.values())


def _fault_alarms(fault: Fault, plan: FaultAlarms, chance: random.Random) -> Iterator[AlarmSent]:
    sent: list[AlarmSent] = []
    begin = fault.at + plan.after
    end = fault.repaired if plan.until is None else fault.at + plan.until
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
        at = begin + chance.uniform(0, min(plan.within, end - begin))
        step = 0
        while at < end:
            severity = plan.pattern[min(step, len(plan.pattern) - 1)]
            sent.append(AlarmSent(at, plan.via, replace(event, severity=severity), fault.name))
            at += plan.every * chance.uniform(2 / 3, 4 / 3)
            step += 1
        clear = replace(event, severity=Severity.CLEARED)
        sent.append(AlarmSent(end + chance.uniform(0, plan.clears_within), plan.via, clear, fault.name))
    return iter(sorted(sent, key=lambda one: one.at))
