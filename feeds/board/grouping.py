"""The grouping watcher's eyes: given the board, which outages should be suspected, widened, merged or withdrawn?

A pure function of the board; the hub appends what it proposes, so that a replay shows what the room saw. The rules:

- *From alarms.* Active alarms whose objects serve the same attribute values of the fleet form a group on these values:
  one critical or major alarm is enough, or several lesser ones.
- *From cases.* Open cases that no outage holds form a group on the SIM range they lie in (or on their common SIMs where
  the inventory has none): two cases are enough, or one that concerns very many SIMs. Where ranges overlap, the most
  specific one that has enough cases counts. A case about many SIMs all over the fleet is one group by itself.
- A group that stands on attributes takes in suspected groups on ranges, or on more attributes, that lie within it.
- A suspicion without alarms and without open cases is withdrawn. What people decided is left alone: alarms and cases
  from before a person called an outage over, and cases from before one was rejected, do not bring it back.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count, islice

from feeds.board.board import Board
from feeds.board.inventory import Pair, Where
from feeds.board.outages import Unplaced
from feeds.facts import Fact, OutageMerged, OutageMoved, OutageScoped, OutageSuspected
from feeds.model import Outage, OutageState
from feeds.simspace import IntervalSet

LESSER_ALARMS = 3
"""So many minor or warning alarms on one place count as much as one major alarm."""
CASES_TOGETHER = 2
"""So many open cases in one range are a group."""
MANY_SIMS = 100
"""A single case about so many SIMs is a group by itself."""

SETTLED_LOOKED_AT = 100
"""How many of the last outages that people ended are looked at for spent evidence."""

_OVER = frozenset({OutageState.RESOLVED, OutageState.FOLLOWED_UP})
_DECIDED = _OVER | {OutageState.REJECTED}

Scope = tuple[tuple[str, str], ...]


def propose(board: Board) -> list[Fact]:
    """Return the facts that would bring the outages in line with the evidence; none when they are."""
    facts: list[Fact] = []
    live = board.outages.live()
    facts.extend(_withdrawn(board, live))
    gone = {fact.outage for fact in facts if isinstance(fact, OutageMoved)}
    live = [outage for outage in live if outage.id not in gone]
    facts.extend(_rescoped(board, live))
    facts.extend(_taken_in(board, live, gone))
    ids = _new_ids(board)
    for where in _places_in_alarm(board, live):
        outage_id = next(ids)
        served = board.inventory.served(where)
        facts.append(
            OutageSuspected(
                outage=outage_id, ranges=_scope(served), where=dict(where), reason=f"alarms at {describe(where)}"
            )
        )
        for outage in live:
            if _belongs(board, outage, dict(where), served) and outage.id not in gone:
                gone.add(outage.id)
                facts.append(_merged(outage.id, outage_id, where))
    if not any(isinstance(fact, OutageSuspected) for fact in facts):
        facts.extend(_from_cases(board, ids))
    return facts


def describe(where: Where | Iterable[tuple[str, str]]) -> str:
    """Return attribute values as people read them: ``apn iot.meter, gateway pgw-2``."""
    return ", ".join(f"{name} {value}" for name, value in where)


def _scope(sims: IntervalSet) -> Scope:
    return tuple((str(first), str(last)) for first, last in sims.pairs())


def _new_ids(board: Board) -> Iterator[str]:
    return (name for n in count(board.outages.suspected + 1) if (name := f"O-{n}") not in board.outages.outages)


def _settled(board: Board) -> list[tuple[datetime, IntervalSet]]:
    """Return when and for which SIMs people called an outage over, or none: older cases there are spent."""
    ended = [
        (one.ended, one) for one in board.outages.outages.values() if one.state in _DECIDED and one.ended is not None
    ]
    ended.sort(key=lambda item: item[0])
    return [(until, board.outages.sims(one.id)) for until, one in ended[-SETTLED_LOOKED_AT:]]


def _withdrawn(board: Board, live: list[Outage]) -> Iterable[Fact]:
    for outage in live:
        if outage.state is not OutageState.SUSPECTED:
            continue
        if not board.outages.members[outage.id].cases and not any(board.outages.alarm_counts(outage.id)):
            yield OutageMoved(outage=outage.id, state=OutageState.WITHDRAWN, reason="no alarm and no open case is left")


def _taken_in(board: Board, live: list[Outage], gone: set[str]) -> Iterable[Fact]:
    """Merge into live groups on attributes what is suspected within them; what goes is added to ``gone``."""
    for outage in live:
        sims = board.outages.members[outage.id].scope
        for host_id in board.outages.holding(int(sims.starts[0])) if sims else ():
            host = board.outages.outages[host_id]
            if host_id == outage.id or host_id in gone or not host.where or host.where == outage.where:
                continue
            if _belongs(board, outage, host.where, board.outages.members[host_id].scope):
                gone.add(outage.id)
                yield _merged(outage.id, host_id, sorted(host.where.items()))
                break


def _belongs(board: Board, outage: Outage, where: dict[str, str], scope: IntervalSet) -> bool:
    """Whether a suspected outage is part of a group on ``where``."""
    if outage.state is not OutageState.SUSPECTED:
        return False
    if outage.where and not where.items() <= outage.where.items():
        return False  # its alarms would be left without an outage
    sims = board.outages.members[outage.id].scope
    return bool(sims) and sims.issubset(scope)


def _merged(outage: str, into: str, where: Iterable[tuple[str, str]]) -> OutageMerged:
    return OutageMerged(outage=outage, into=into, reason=f"its SIMs all have {describe(where)}")


def _rescoped(board: Board, live: list[Outage]) -> Iterable[Fact]:
    for outage in live:
        if outage.state is not OutageState.SUSPECTED or not outage.where:
            continue
        served = board.inventory.served(tuple(sorted(outage.where.items())))
        if served and served != board.outages.members[outage.id].scope:
            yield OutageScoped(
                outage=outage.id, ranges=_scope(served), where=outage.where, reason="the inventory changed"
            )


def _places_in_alarm(board: Board, live: list[Outage]) -> list[Where]:
    """Return the attribute values with enough alarms that no outage holds, the widest first, nested ones once."""
    held = [set(outage.where.items()) for outage in live if outage.where]
    held += [
        set(outage.where.items())
        for outage in board.outages.outages.values()
        if outage.state is OutageState.REJECTED and outage.where
    ]
    over = [
        (set(outage.where.items()), outage.ended)
        for outage in board.outages.outages.values()
        if outage.state in _OVER and outage.where and outage.ended is not None
    ][-SETTLED_LOOKED_AT:]
    places: list[Where] = []
    candidates = sorted(board.alarms.counts.items(), key=lambda item: (len(item[0]), item[0]))
    for where, (critical, major, minor, warning, *_rest) in candidates:
        if not (critical or major or minor + warning >= LESSER_ALARMS):
            continue
        if any(pairs <= set(where) for pairs in held) or not board.inventory.has_range_with(where):
            continue
        spent = [until for pairs, until in over if pairs <= set(where)]
        if spent and all(board.alarms.active[key].raised <= max(spent) for key in board.alarms.at(where)):
            continue
        places.append(where)
        held.append(set(where))
    return places


def _from_cases(board: Board, ids: Iterator[str]) -> Iterable[Fact]:
    unspent = _unspent(board)
    if not unspent:
        return
    rejected = [
        board.outages.sims(outage.id).pairs()
        for outage in board.outages.outages.values()
        if outage.state is OutageState.REJECTED and not outage.where
    ]
    groups: list[tuple[Scope, str]] = []
    by_range: dict[Pair, list[str]] = {}
    loose: list[tuple[int, int, str]] = []
    wide = IntervalSet.empty
    for key, case in unspent.items():
        if case.ranges is None:
            bodies = board.cases.bodies[key]
            if case.sims >= MANY_SIMS and not bodies.intersects(wide) and not _all_in(case.pairs, rejected):
                wide |= bodies
                groups.append((_scope(bodies), "one case about many SIMs in many ranges"))
        elif case.ranges:
            for run in case.ranges:
                by_range.setdefault(run, []).append(key)
        else:
            loose.extend((first, last, key) for first, last in case.pairs)
    for run, keys in _clusters(loose):
        by_range.setdefault(run, []).extend(keys)
    candidates = [run for run, keys in by_range.items() if len(keys) >= CASES_TOGETHER or unspent[keys[0]].sims > 1]
    chosen: list[Pair] = []
    for first, last in sorted(candidates, key=lambda run: (run[1] - run[0], run)):
        within = [run for run in chosen if first <= run[0] and run[1] <= last]
        parts = [
            part for key in dict.fromkeys(by_range[first, last]) if (part := _part(unspent[key], first, last, within))
        ]
        if len(parts) < CASES_TOGETHER and not any(part >= MANY_SIMS for part in parts):
            continue
        if _all_in([(first, last)], rejected):
            continue
        chosen.append((first, last))
        reason = f"{len(parts)} open cases in one range" if len(parts) > 1 else "one case about many SIMs"
        groups.append((((str(first), str(last)),), reason))
    for ranges, reason in sorted(groups):
        yield OutageSuspected(outage=next(ids), ranges=ranges, reason=reason)


def _unspent(board: Board) -> dict[str, Unplaced]:
    """Return the open cases that no outage holds, without those that people settled already."""
    unplaced = board.outages.unplaced
    if not unplaced:
        return {}
    settled = _settled(board)
    anywhere = [IntervalSet.union(scope for _until, scope in settled).pairs()]
    found: dict[str, Unplaced] = {}
    for key, case in unplaced.items():
        if settled and _all_in(case.pairs[:1], anywhere):
            opened, bodies = board.cases.open[key].opened, board.cases.bodies[key]
            if any(opened <= until and bodies.issubset(scope) for until, scope in settled):
                continue
        found[key] = case
    return found


def _part(case: Unplaced, first: int, last: int, without: list[Pair]) -> int:
    """Return how many of the case's SIMs lie in a range, those in the ranges ``without`` left out."""
    if without:
        scope = IntervalSet.of([(first, last)]) - IntervalSet.of(without)
        return (IntervalSet.of(case.pairs) & scope).count
    total = 0
    for low, high in islice(case.pairs, max(0, bisect_right(case.pairs, (first, first)) - 1), None):
        if low > last:
            break
        total += max(0, min(high, last) - max(low, first) + 1)
    return total


def _all_in(pairs: list[Pair], scopes: list[list[Pair]]) -> bool:
    """Whether one of ``scopes`` (sorted runs that do not touch) holds all of ``pairs``."""
    return any(all(_holds(scope, first, last) for first, last in pairs) for scope in scopes)


def _holds(scope: list[Pair], first: int, last: int) -> bool:
    at = bisect_right(scope, first, key=lambda run: run[0]) - 1
    return at >= 0 and last <= scope[at][1]


def _clusters(loose: list[tuple[int, int, str]]) -> Iterable[tuple[tuple[int, int], list[str]]]:
    """Join runs of SIMs outside any inventory that overlap; yield each joint run with the cases in it."""
    run: tuple[int, int] | None = None
    keys: list[str] = []
    for first, last, key in sorted(loose):
        if run is not None and first <= run[1]:
            run = (run[0], max(run[1], last))
            keys.append(key)
            continue
        if run is not None:
            yield run, keys
        run, keys = (first, last), [key]
    if run is not None:
        yield run, keys
