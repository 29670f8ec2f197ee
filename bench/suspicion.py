"""Suspicion: how many false ones quiet weeks bring, and how soon real outages are noticed, from cases alone.

Simulated desk traffic over a fleet of 50,000,000 SIMs: more cases by day than by night, days that differ, customers
that write far more than others and in series, cases that stay open for 7 to 12 working days. Into it outages of several
shapes are planted. Run alone with ``python -m bench.suspicion [WEEKS] [SEED]``, many weeks for a soak.
"""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import NamedTuple

from bench.report import Row, print_table
from feeds.board import Board, Touched, propose
from feeds.facts import CaseReported, Entry, Fact, OutageMoved, OutageScoped, OutageSuspected, RangesStated
from feeds.model import CaseEvent, CaseKind, CaseState, OutageState, SimRange
from feeds.simspace import IntervalSet, SimSpan

START = datetime(2026, 3, 2, tzinfo=UTC)
FIRST = 894620002000000000
CUSTOMERS = 400
CARRIERS = 3
SIMS = 50_000_000
MOST_IN_A_RANGE = 100_000
A_MONTH = 1_920
WEEKS = 3
OUTAGES = 4
"""Of each shape."""
BUDGET_FALSE = 0.34
"""False suspicions a week: one in some weeks."""
BUDGET_MINUTES = 5.0
"""From the fifth case to the suspicion, for half of the outages of a shape."""
_APNS = ("iot", "iot.secure", "m2m", "m2m.fixed-ip", "telemetry", "pos", "alarm", "fleet")


class World(NamedTuple):
    """A fleet, and how often each of its customers writes."""

    ranges: tuple[SimRange, ...]
    by_customer: dict[str, list[SimRange]]
    customers: tuple[str, ...]
    writes: tuple[float, ...]


class Told(NamedTuple):
    """A case event at a time."""

    at: datetime
    number: str
    customer: str
    bodies: tuple[int, ...]
    closed: bool = False
    kind: CaseKind = CaseKind.INCIDENT


def world(seed: int, sims: int = SIMS, customers: int = CUSTOMERS) -> World:
    """Return a fleet of so many SIMs: customers of very different size, and carriers over stretches of them.

    Ranges of one customer share most attributes, as contracts do; each range has a batch, a few an APN of their own.
    """
    rng = random.Random(f"{seed}/fleet")
    sizes = [rng.paretovariate(0.9) for _ in range(customers)]
    total = sum(min(size, 2_000) for size in sizes)
    ranges: list[SimRange] = []
    at = FIRST
    for number, size in enumerate(sizes):
        left = max(500, int(min(size, 2_000) / total * sims))
        own = {
            "apn": rng.choices(_APNS, weights=(40, 14, 12, 10, 8, 8, 5, 3))[0],
            "hss": f"hss-{rng.choices((1, 2, 3, 4), weights=(5, 3, 2, 1))[0]}",
            "plan": f"plan-{rng.randrange(12)}",
            "gateway": f"pgw-{rng.randrange(6)}",
            "profile": f"profile-{rng.choices(range(9), weights=range(9, 0, -1))[0]}",
        }
        while left > 0:
            count = min(left, MOST_IN_A_RANGE, max(500, int(rng.lognormvariate(9.5, 1.2))))
            here = dict(own)
            if rng.random() < 0.2:
                here["apn"] = rng.choice(_APNS) if rng.random() < 0.7 else f"private-{number}"
            if rng.random() < 0.3:
                here["gateway"] = f"pgw-{rng.randrange(6)}"
            here["batch"] = f"B{at // 1_000_000 % 10_000}"
            ranges.append(SimRange(first=str(at), last=str(at + count - 1), customer=f"c{number}", attributes=here))
            at += count + rng.choice((0, 0, 0, 2_000))
            left -= count
    for number in range(CARRIERS):
        low = len(ranges) * number // CARRIERS
        high = low + len(ranges) // CARRIERS // 2
        carrier = SimRange(first=ranges[low].first, last=ranges[high].last, customer=f"carrier{number}")
        ranges.append(carrier)
    by_customer: dict[str, list[SimRange]] = {}
    for one in ranges:
        if not one.customer.startswith("carrier"):
            by_customer.setdefault(one.customer, []).append(one)
    names = tuple(by_customer)
    fleets = [sum(one.count for one in by_customer[name]) for name in names]
    writes = tuple((0.3 + (fleet / sims * customers) ** 0.7) * rng.lognormvariate(0.0, 0.8) for fleet in fleets)
    return World(tuple(ranges), by_customer, names, writes)


def quiet(there: World, seed: int, weeks: float, a_month: float = A_MONTH) -> list[Told]:
    """Return the events of quiet weeks, in order: cases and what becomes of them.

    Some customers have others behind them (resellers): their mails name these.
    """
    rng = random.Random(f"{seed}/traffic")
    found: list[Told] = []
    number = 0
    for day in range(int(weeks * 7 + 14)):  # two weeks before the beginning: the cases of these are open by then
        begin = START + timedelta(days=day - 14)
        busy = rng.gammavariate(8.0, 1 / 8.0) * (1.25 if begin.weekday() < 5 else 0.35)
        for hour in range(24):
            by_day = 2.2 if 7 <= hour < 17 else 0.7 if 5 <= hour < 22 else 0.25
            expected = a_month / 30.44 / 24 / 1.35 * by_day * busy  # 1.35: how many cases a contact brings
            for _ in range(_poisson(rng, expected)):
                customer = rng.choices(there.customers, weights=there.writes)[0]
                opened = begin + timedelta(hours=hour, minutes=rng.uniform(0, 60))
                series = 1
                while rng.random() < 0.26:
                    series += 1
                behind = f"{customer} client {rng.randrange(40)}" if hash_of(customer) % 10 == 0 else customer
                one_range = rng.choice(there.by_customer[customer])
                for _step in range(series):
                    number += 1
                    found += _told(there, rng, customer, behind, one_range, opened, f"q{number}")
                    opened += timedelta(minutes=rng.expovariate(1 / 9))
    return sorted(found, key=lambda one: (one.at, one.number))


def hash_of(text: str) -> int:
    """Return a number that is the same in every run."""
    return sum(ord(letter) * (place + 7) for place, letter in enumerate(text))


def _told(
    there: World, rng: random.Random, customer: str, behind: str, near: SimRange, opened: datetime, number: str
) -> Iterator[Told]:
    where = near if rng.random() < 0.5 else rng.choice(there.by_customer[customer])
    many = 0 if rng.random() < 0.25 else 1 if rng.random() < 0.75 else rng.randrange(2, 40)
    first = int(where.first) + rng.randrange(max(1, where.count - many))
    kind = rng.choices(list(CaseKind), weights=(70, 15, 10, 5))[0]
    case = Told(opened, number, behind, tuple(range(first, first + many)), kind=kind)
    yield case
    days = rng.uniform(7, 12) * 7 / 5
    yield case._replace(at=opened + timedelta(days=days), closed=True)


def _poisson(rng: random.Random, mean: float) -> int:
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count += 1
        left += rng.expovariate(1.0)
    return count


class Plant(NamedTuple):
    """An outage: its shape, its SIMs, and its cases."""

    shape: str
    sims: IntervalSet
    cases: tuple[Told, ...]


def plant(there: World, shape: str, seed: int, begin: datetime) -> Plant:
    """Return an outage of a shape that begins at a time. Customers notice sooner or later, and some write twice."""
    rng = random.Random(f"{seed}/{shape}/{begin}")
    owned = [one for one in there.ranges if not one.customer.startswith("carrier")]
    if shape == "range":
        one = rng.choice([one for one in owned if one.count >= 20_000])
        hit, names = [one], [f"client {number}" for number in range(9)]
    else:
        hit, names = _hit(owned, shape, rng), []
    writers = names or sorted({one.customer for one in hit})
    rate = 1 / 4.0 if len(writers) < 60 else 1 / 1.2
    found: list[Told] = []
    at = begin
    for number in range(40):
        at += timedelta(minutes=rng.expovariate(rate))
        writer = rng.choice(writers)
        where = hit[0] if names else rng.choice([one for one in hit if one.customer == writer])
        body = int(where.first) + rng.randrange(where.count)
        found.append(Told(at, f"{shape}-{seed}-{begin:%d%H}-{number}", writer, (body,)))
    sims = IntervalSet.of((int(one.first), int(one.last)) for one in hit)
    return Plant(shape, sims, tuple(found))


def _hit(owned: Sequence[SimRange], shape: str, rng: random.Random) -> list[SimRange]:
    """Return the ranges with a value, or a pair, of the share that the shape names and of enough customers."""
    low, high = _SHARES[shape]
    total, customers = sum(one.count for one in owned), len({one.customer for one in owned})
    names = ("apn", "hss", "plan", "gateway", "profile", "batch")
    for _ in range(2_000):
        some = rng.choice(owned)
        chosen = rng.sample(names, 2 if shape == "pair" else 1)
        hit = [one for one in owned if all(one.attributes[name] == some.attributes[name] for name in chosen)]
        theirs = len({one.customer for one in hit})
        # The share of a place is that of its SIMs or of its customers, whichever is greater.
        if theirs >= 5 and low <= max(sum(one.count for one in hit) / total, theirs / customers) <= high:
            return hit
    raise RuntimeError(f"the fleet has no {shape}")


SHAPES = ("range", "small value", "middle value", "pair", "large value")
_SHARES = {
    "small value": (0.0005, 0.03),
    "middle value": (0.06, 0.15),
    "pair": (0.002, 0.08),
    "large value": (0.3, 0.5),
}
"""Share of the fleet, 0 to 1."""


class Seen(NamedTuple):
    """What was suspected of a planted outage: minutes from the first and the fifth case, shares of SIMs, 0 to 1."""

    shape: str
    from_first: float
    from_fifth: float
    precision: float
    recall: float
    reason: str


class Outcome(NamedTuple):
    """A run: the reasons of false suspicions, what became of each outage, and CPU seconds a look."""

    false: list[str]
    seen: list[Seen | None]
    per_look: float


def play(there: World, events: Sequence[Told], plants: Sequence[Plant] = (), since: datetime = START) -> Outcome:
    """Let a board take in the events, and its watcher look after each; before ``since`` nothing counts."""
    board = Board()
    _tell(board, START - timedelta(days=14, hours=1), [RangesStated(there.ranges)])
    of_plant = {case.number: plant for plant in plants for case in plant.cases}
    first: dict[int, tuple[datetime, str]] = {}
    best: dict[int, tuple[float, float]] = {}
    false: list[str] = []
    live: set[str] = set()
    looks, spent = 0, 0.0
    planted = sorted((case for plant in plants for case in plant.cases), key=lambda case: case.at)
    ends = {number: one.cases[-1].at + timedelta(hours=2) for number, one in enumerate(plants)}
    for case in merge(events, planted, key=lambda case: case.at):
        for number in [number for number, end in ends.items() if end <= case.at]:
            del ends[number]
            over = [OutageMoved(one.id, OutageState.RESOLVED) for one in board.outages.live() if one.id in live]
            _tell(
                board,
                case.at,
                [*over, *(_fact(one._replace(at=case.at, closed=True)) for one in plants[number].cases)],
                by="jl",
            )
            live.clear()
        _tell(board, case.at, [_fact(case)])
        if case.at < since - timedelta(days=1):
            continue
        begun = time.process_time()
        facts = _settled(board, case.at)
        spent += time.process_time() - begun
        looks += 1
        if case.at < since:
            continue
        for fact in facts:
            if not isinstance(fact, OutageSuspected | OutageScoped):
                continue
            keys = [key.partition("/")[2] for key in (fact.grounds.cases if fact.grounds is not None else ())]
            theirs = [of_plant[key] for key in keys if key in of_plant]
            if 2 * len(theirs) < len(keys) or not theirs:
                if isinstance(fact, OutageSuspected):
                    false.append(f"{case.at:%a %d %H:%M} {fact.reason} {fact.where}")
                continue
            found = plants.index(max(theirs, key=theirs.count))
            live.add(fact.outage)
            first.setdefault(found, (case.at, fact.reason))
            scope = IntervalSet.of((int(low), int(high)) for low, high in fact.ranges)
            both = (scope & plants[found].sims).count
            best[found] = (both / scope.count, both / plants[found].sims.count)
    seen: list[Seen | None] = []
    for number, one in enumerate(plants):
        known = first.get(number)
        if known is None:
            seen.append(None)
            continue
        minutes = [(known[0] - one.cases[at].at).total_seconds() / 60 for at in (0, 4)]
        seen.append(Seen(one.shape, minutes[0], minutes[1], *best[number], known[1]))
    return Outcome(false, seen, spent / max(1, looks))


def _fact(case: Told) -> Fact:
    spans = tuple(SimSpan("iccid", str(body), str(body)) for body in case.bodies)
    if len(case.bodies) > 1:
        spans = (SimSpan("iccid", str(case.bodies[0]), str(case.bodies[-1])),)
    state = CaseState.CLOSED if case.closed else CaseState.OPEN
    event = CaseEvent(number=case.number, customer=case.customer, state=state, kind=case.kind, time=case.at)
    return CaseReported(event, sims=spans)


def _tell(board: Board, at: datetime, facts: Sequence[Fact], by: str = "desk") -> None:
    seq = board.seq
    board.apply([Entry(seq + number, at, by, fact) for number, fact in enumerate(facts, 1)], Touched())


def _settled(board: Board, at: datetime) -> list[Fact]:
    found: list[Fact] = []
    while facts := propose(board):
        _tell(board, at, facts, by="vaken/grouping")
        found += facts
    return found


def with_outages(there: World, seed: int, weeks: int) -> tuple[list[Told], list[Plant]]:
    """Return traffic with an outage of some shape every day, at any time of it."""
    rng = random.Random(f"{seed}/outages")
    plants = []
    for number in range(weeks * 7):
        begin = START + timedelta(days=number, hours=rng.uniform(0, 18))
        plants.append(plant(there, SHAPES[number % len(SHAPES)], seed, begin))
    return quiet(there, seed, weeks), plants


def run(weeks: int = WEEKS, seed: int = 1) -> list[Row]:
    """Measure and return the rows."""
    there = world(seed)
    calm = play(there, quiet(there, seed, weeks))
    for reason in calm.false:
        print(f"  false: {reason}", file=sys.stderr)
    rate = len(calm.false) / weeks
    rows = [
        Row("false suspicions in quiet weeks", rate, "a week", "", None, f"≤ {BUDGET_FALSE:g}", rate <= BUDGET_FALSE),
        Row("a look, quiet weeks", calm.per_look * 1_000, "ms CPU"),
    ]
    events, plants = with_outages(there, seed + 1, max(1, round(OUTAGES * len(SHAPES) / 7)))
    outcome = play(there, events, plants)
    for number, one in enumerate(plants):
        print(f"  {one.shape}: {outcome.seen[number]}", file=sys.stderr)
    for shape in SHAPES:
        mine = [outcome.seen[number] for number, one in enumerate(plants) if one.shape == shape]
        found = [one for one in mine if one is not None]
        rows.append(Row(f"{shape}: noticed", len(found), f"of {len(mine)}", "", None, "all", len(found) == len(mine)))
        if found:
            late = _median([one.from_fifth for one in found])
            met = late <= BUDGET_MINUTES
            rows += [
                Row(f"{shape}: first case → suspected", _median([one.from_first for one in found]), "min, median"),
                Row(f"{shape}: fifth case → suspected", late, "min, median", "", None, f"≤ {BUDGET_MINUTES:g}", met),
                Row(
                    f"{shape}: SIMs suspected that are hit", _median([one.precision for one in found]), "share, median"
                ),
                Row(f"{shape}: SIMs hit that are suspected", _median([one.recall for one in found]), "share, median"),
            ]
    rows.append(Row("false suspicions beside outages", len(outcome.false) / max(1, len(plants)), "an outage"))
    return rows


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


if __name__ == "__main__":
    print_table(run(*(int(argument) for argument in sys.argv[1:3])))
