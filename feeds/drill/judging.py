"""Measures a rehearsal against the truth of its drill: how quickly, how rightly, for whom.

- An outage is *about* a fault when at least half of its SIMs are SIMs of the fault. Others are wrong. SIMs that work
  again are of the fault as well: they were hit, and their customers want to know.
- *Suspected*: the first outage about a fault that came, or moved there, after the first evidence.
- *Located*: since when the first candidate of the outage that fits best was right, and stayed so until the fault was
  over. Right are the fault's attribute values, and others that name exactly the same SIMs.
- *Blamed*: attribute values that an outage stood on, or an explanation that stood, at any time. It is wrong when not
  nearly all of the SIMs with these values were hit. One customer is no blame of the network.
- With a fault at one customer the answer is right when it is that customer, or an outage on nobody else's SIMs, and no
  part of the network is blamed. With nothing broken it is right when nothing is blamed.

Pure. Minutes are as they were; audiences are compared at the end of the last fault.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal

from msgspec import Struct

from feeds.drill.fleet import Fleet
from feeds.drill.hits import hits_of
from feeds.drill.record import Look, Record, Seen, Where
from feeds.drill.scenario import Fault, Scenario
from feeds.simspace import IntervalSet

ABOUT: Final = 0.5
"""Share of an outage's SIMs that must be a fault's, for the outage to be about it."""
NEARLY_ALL: Final = 0.9
"""Share of the SIMs with some values that must be hit, for blaming these values to be right."""
FIFTH: Final = 5

Verdict = Literal["explained", "not located", "one customer", "unexplained", "blamed wrongly"]
Key = tuple[tuple[str, str], ...]


class StageReport(Struct, frozen=True):
    """One fault of a drill. ``located``: minutes from its first evidence; ``first_right``: when that was so at first.

    None: never. ``stands``: the room stood for it at the end. ``answer``: the first candidate at the end.
    """

    fault: str
    breaks: str
    where: Where
    located: float | None
    first_right: float | None
    stands: bool
    answer: Where
    note: str = ""
    """What the first candidate said beside its numbers."""
    names_beginner: bool | None = None
    """Where a fleet began it: whether a candidate, or its note, names that fleet's customer. None: nobody began it."""


class Report(Struct, frozen=True):
    """How a drill went. Times in minutes, None: did not happen, or nothing to measure; shares 0 to 1."""

    drill: str
    expected: Literal["attribute", "one customer", "unexplained"]
    right: bool
    verdict: Verdict
    stages: tuple[StageReport, ...]
    to_suspected: float | None
    """From the first evidence."""
    after_fifth_case: float | None
    """From the fifth case of the faults to suspected; less than 0: before it."""
    to_located: float | None
    """From the first evidence to the right answer of the last fault."""
    wrong: int
    """Outages that were about no fault at any time."""
    wrong_reasons: tuple[str, ...]
    blamed: tuple[Where, ...]
    """What was blamed wrongly."""
    pieces: int
    """Outages about the faults at the end; one would be best."""
    sims_precision: float | None
    sims_recall: float | None
    customers_precision: float | None
    customers_recall: float | None
    first_surge: float | None
    """From the first evidence to the first surge that was said."""
    false_surges: int
    """Surges that were said before the first evidence."""
    told: float | None
    """The real outage: minutes to the first word."""
    found: float | None
    """The real outage: minutes until the cause was known."""
    cases: int
    fault_cases: int
    alarms: int
    cpu: float


class _Stage(Struct, frozen=True):
    """A fault, its SIMs, and when it is what is to be found."""

    fault: Fault
    sims: IntervalSet
    customers: frozenset[str]
    begin: float
    end: float


def judge(scenario: Scenario, fleet: Fleet, record: Record) -> Report:
    """Return the report of a rehearsal of ``scenario`` with ``fleet``."""
    stages = list(_stages(scenario, fleet))
    harmed = [stage for stage in stages if stage.fault.breaks != "nothing"]
    judged = _Judged(fleet, harmed, record)
    first = record.evidence[0].at if record.evidence else None
    fifth = _fifth(record)
    suspected = judged.suspected(first) if first is not None else None
    reports = tuple(_stage_report(stage, judged, record) for stage in harmed)
    located = _located_from(first, harmed, reports, record)
    blamed = judged.blamed(min((stage.begin for stage in stages), default=0.0))
    wrong = judged.wrong()
    expected: Literal["attribute", "one customer", "unexplained"] = "unexplained"
    if harmed:
        expected = "one customer" if all(stage.fault.breaks == "customer" for stage in harmed) else "attribute"
    located_all = all(report.located is not None for report in reports)
    right = located_all and (expected == "attribute" or not blamed)
    last = harmed[-1] if harmed else None
    at_end = judged.at(last.end) if last is not None else ()
    main = judged.best(at_end, last.sims) if last is not None else None
    truth = scenario.truth
    return Report(
        drill=scenario.name,
        expected=expected,
        right=right,
        verdict=_verdict(expected, located_all, bool(blamed)),
        stages=reports,
        to_suspected=_minutes(first, suspected),
        after_fifth_case=_minutes(fifth, suspected) if harmed else None,
        to_located=located,
        wrong=len(wrong),
        wrong_reasons=tuple(wrong.values()),
        blamed=tuple(dict(key) for key in blamed),
        pieces=sum(judged.about(one, last.begin) for one in at_end) if last is not None else 0,
        sims_precision=_share(main.scope & last.sims, main.scope) if main and last else None,
        sims_recall=_share(main.scope & last.sims, last.sims) if main and last else None,
        customers_precision=_part(judged.customers(main.scope), last.customers) if main and last else None,
        customers_recall=_part(last.customers, judged.customers(main.scope)) if main and last else None,
        first_surge=_minutes(
            first, next((one.at for one in record.surges if first is not None and one.at >= first), None)
        ),
        false_surges=sum(first is None or one.at < first for one in record.surges),
        told=truth.told / 60 if truth is not None and truth.told is not None else None,
        found=truth.found / 60 if truth is not None and truth.found is not None else None,
        cases=record.cases,
        fault_cases=sum(one.case for one in record.evidence),
        alarms=record.alarms,
        cpu=record.cpu,
    )


def _stages(scenario: Scenario, fleet: Fleet) -> Iterator[_Stage]:
    """Yield the faults in the order of time; each is to be found until the next one begins."""
    order = sorted(range(len(scenario.faults)), key=lambda index: scenario.faults[index].at)
    begins = [scenario.faults[index].at for index in order]
    for place, index in enumerate(order):
        fault = scenario.faults[index]
        end = begins[place + 1] if place + 1 < len(order) else scenario.duration
        hits = hits_of(scenario, index, fleet)
        sims = IntervalSet.of((int(hit.owned.first), int(hit.owned.last)) for hit in hits)
        customers = frozenset(hit.owned.customer for hit in hits)
        yield _Stage(fault, sims, customers, fault.at, min(fault.repaired, end))


class _Judged:
    """The looks of a record beside the SIMs of the faults."""

    def __init__(self, fleet: Fleet, stages: Sequence[_Stage], record: Record) -> None:
        self._fleet = fleet
        self._stages = stages
        self._looks = [look for look in record.looks if look.at < 0][-1:] + [
            look for look in record.looks if look.at >= 0
        ]
        """From before the start only what was there when it started."""
        self._named: dict[Key, IntervalSet] = {}
        self._owners = [(int(one.first), int(one.last), one.customer) for one in fleet.ranges]

    def at(self, time: float) -> tuple[Seen, ...]:
        """Return the live outages just before a time."""
        before = [look for look in self._looks if look.at < time]
        return before[-1].outages if before else ()

    def between(self, begin: float, end: float) -> list[Look]:
        """Return what was seen from ``begin`` to ``end``; the first look is what was there."""
        return [Look(begin, self.at(begin)), *(look for look in self._looks if begin <= look.at < end)]

    def customers(self, scope: IntervalSet) -> frozenset[str]:
        """Return whose SIMs are in a scope."""
        return frozenset(
            owner for first, last, owner in self._owners if scope.intersects(IntervalSet.of([(first, last)]))
        )

    def name_of(self, customer: str) -> str:
        """Return a customer's name."""
        return next((one.name for one in self._fleet.customers if one.id == customer), "")

    def about(self, outage: Seen, time: float) -> bool:
        """Whether an outage is about faults that had begun by a time."""
        sims = IntervalSet.union(stage.sims for stage in self._stages if stage.begin <= time)
        return bool(outage.scope) and _share(outage.scope & sims, outage.scope) >= ABOUT

    def best(self, outages: Iterable[Seen], sims: IntervalSet) -> Seen | None:
        """Return the outage that fits ``sims`` best: by the harmonic mean of precision and recall."""
        ranked = [(2 * (one.scope & sims).count / (one.scope.count + sims.count), one) for one in outages if one.scope]
        fitting = [(fit, one) for fit, one in ranked if fit > 0]
        return max(fitting, key=lambda item: item[0])[1] if fitting else None

    def suspected(self, first: float) -> float | None:
        """Return when there was an outage about a fault that was not there before the first evidence."""
        before = {one.id: one.scope for one in self.at(first)}
        for look in self._looks:
            if look.at >= first and any(
                before.get(one.id) != one.scope and self.about(one, look.at) for one in look.outages
            ):
                return look.at
        return None

    def wrong(self) -> dict[str, str]:
        """Return the outages that were never about a fault, each with its first reason."""
        reasons: dict[str, str] = {}
        good: set[str] = set()
        for look in self._looks:
            for one in look.outages:
                reasons.setdefault(one.id, one.reason)
                if one.id not in good and self.about(one, look.at):
                    good.add(one.id)
        return {name: why for name, why in reasons.items() if name not in good}

    def blamed(self, since: float) -> list[Key]:
        """Return what was blamed wrongly from a time on, each once."""
        found: dict[Key, None] = {}
        for look in [Look(since, self.at(since)), *(look for look in self._looks if look.at >= since)]:
            begun = [stage for stage in self._stages if stage.begin <= look.at]
            hit = IntervalSet.union(stage.sims for stage in begun)
            for one in look.outages:
                for where in (one.where, *(known.where for known in one.candidates if known.stands)):
                    key = tuple(sorted(where.items()))
                    if key and key not in found and not self._rightly(where, hit):
                        found[key] = None
        return list(found)

    def _rightly(self, where: Where, hit: IntervalSet) -> bool:
        if set(where) == {"customer"}:
            return True
        sims = self.named(where)
        return bool(sims) and _share(sims & hit, sims) >= NEARLY_ALL

    def named(self, where: Mapping[str, str]) -> IntervalSet:
        """Return the SIMs that have attribute values."""
        key = tuple(sorted(where.items()))
        known = self._named.get(key)
        if known is None:
            ranges = self._fleet.ranges_where(where)
            known = self._named[key] = IntervalSet.of((int(one.first), int(one.last)) for one in ranges)
        return known

    def is_right(self, outage: Seen | None, stage: _Stage) -> bool:
        """Whether an outage's first candidate is the stage's attribute values; or that it is one customer."""
        if outage is None:
            return False
        answer = _answer(outage)
        if stage.fault.breaks == "customer":
            if answer:
                return answer == {"customer": stage.fault.where["customer"]}
            return self.customers(outage.scope) == stage.customers
        return answer == stage.fault.where or (bool(answer) and self.named(answer) == stage.sims)


def _answer(outage: Seen) -> Where:
    """Return what is first for an outage: its first candidate; what it stands on where it has none."""
    return outage.candidates[0].where if outage.candidates else outage.where


def _stage_report(stage: _Stage, judged: _Judged, record: Record) -> StageReport:
    evidence = next((one.at for one in record.evidence if one.fault == stage.fault.name), stage.begin)
    looks = judged.between(stage.begin, stage.end)
    rights = [(look.at, judged.is_right(judged.best(look.outages, stage.sims), stage)) for look in looks]
    first = next((at for at, right in rights if right), None)
    last = judged.best(looks[-1].outages, stage.sims)
    candidate = last.candidates[0] if last is not None and last.candidates else None
    where = {name: value if isinstance(value, str) else "|".join(value) for name, value in stage.fault.where.items()}
    return StageReport(
        fault=stage.fault.name,
        breaks=stage.fault.breaks,
        where=where,
        located=_minutes(evidence, _since(rights)),
        first_right=_minutes(evidence, first),
        stands=candidate is not None and candidate.stands,
        answer=_answer(last) if last is not None else {},
        note=candidate.note if candidate is not None else "",
        names_beginner=_names(stage.fault.began, last, judged) if stage.fault.began else None,
    )


def _since(rights: Sequence[tuple[float, bool]]) -> float | None:
    """Return since when it is right without a break until the end; None where it is not at the end."""
    since = rights[-1][0] if rights[-1][1] else None
    for (before, was), (_, now) in reversed(list(pairwise(rights))):
        if not (was and now):
            break
        since = before
    return since


def _names(customer: str, outage: Seen | None, judged: _Judged) -> bool:
    if outage is None:
        return False
    name = judged.name_of(customer)
    return any(
        one.where.get("customer") == customer or customer in one.note or (name and name in one.note)
        for one in outage.candidates
    )


def _located_from(
    first: float | None, stages: Sequence[_Stage], reports: Sequence[StageReport], record: Record
) -> float | None:
    """Return the minutes from the first evidence of all until the last fault was located."""
    if first is None or not reports or reports[-1].located is None:
        return None
    name = stages[-1].fault.name
    own = next((one.at for one in record.evidence if one.fault == name), stages[-1].begin)
    return (own - first) / 60 + reports[-1].located


def _fifth(record: Record) -> float | None:
    cases = [one.at for one in record.evidence if one.case]
    return cases[FIFTH - 1] if len(cases) >= FIFTH else None


def _verdict(expected: str, located: bool, blamed: bool) -> Verdict:
    if expected == "attribute":
        return "explained" if located else "not located"
    if blamed:
        return "blamed wrongly"
    if expected == "one customer":
        return "one customer" if located else "not located"
    return "unexplained"


def _minutes(since: float | None, until: float | None) -> float | None:
    return None if since is None or until is None else (until - since) / 60


def _share(part: IntervalSet, whole: IntervalSet) -> float:
    return part.count / whole.count if whole.count else 0.0


def _part(whole: frozenset[str], wanted: frozenset[str]) -> float:
    """Return the share of ``whole`` that is among ``wanted``."""
    return len(whole & wanted) / len(whole) if whole else 0.0
