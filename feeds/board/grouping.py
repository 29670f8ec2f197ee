"""The grouping watcher's eyes: given the board, which outages should be suspected, widened, merged or withdrawn?

A pure function of the board; the hub appends what it proposes, so that a replay shows what the room saw. The rules:

- *From alarms.* Active alarms whose objects serve the same attribute values of the fleet form a group on these values:
  one critical or major alarm is enough, or several lesser ones.
- *From cases.* Open cases that no outage holds form a group on the SIM range they lie in (or on their common SIMs where
  the inventory has none): two cases are enough, or one that concerns very many SIMs.
- A group that stands on attributes takes in suspected groups on ranges that lie within it.
- A suspicion without alarms and without open cases is withdrawn. What people decided is left alone: alarms and cases
  from before a person called an outage over do not bring it back.
"""

from collections.abc import Iterable
from datetime import datetime

from feeds.board.board import Board
from feeds.board.inventory import Where
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

Scope = tuple[tuple[str, str], ...]


def propose(board: Board) -> list[Fact]:
    """Return the facts that would bring the outages in line with the evidence; none when they are."""
    facts: list[Fact] = []
    live = board.outages.live()
    facts.extend(_withdrawn(board, live))
    gone = {fact.outage for fact in facts if isinstance(fact, OutageMoved)}
    live = [outage for outage in live if outage.id not in gone]
    facts.extend(_rescoped(board, live))
    number = board.outages.suspected
    for where in _places_in_alarm(board, live):
        number += 1
        outage_id = f"O-{number}"
        served = board.inventory.served(where)
        facts.append(
            OutageSuspected(
                outage=outage_id, ranges=_scope(served), where=dict(where), reason=f"alarms at {describe(where)}"
            )
        )
        facts.extend(
            OutageMerged(outage=outage.id, into=outage_id, reason=f"its SIMs all have {describe(where)}")
            for outage in live
            if outage.state is OutageState.SUSPECTED
            and outage.id not in gone
            and board.outages.members[outage.id].scope.issubset(served)
        )
        gone.update(fact.outage for fact in facts if isinstance(fact, OutageMerged))
    if not any(isinstance(fact, OutageSuspected) for fact in facts):
        facts.extend(_from_cases(board, number))
    return facts


def describe(where: Where | Iterable[tuple[str, str]]) -> str:
    """Return attribute values as people read them: ``apn iot.meter, gateway pgw-2``."""
    return ", ".join(f"{name} {value}" for name, value in where)


def _scope(sims: IntervalSet) -> Scope:
    return tuple((str(first), str(last)) for first, last in sims.pairs())


def _sims(outage: Outage) -> IntervalSet:
    return IntervalSet.of((int(first), int(last)) for first, last in outage.ranges)


def _settled(board: Board) -> list[tuple[datetime, IntervalSet]]:
    """Return when and for which SIMs people called an outage over: older evidence there is spent."""
    over = [one for one in board.outages.outages.values() if one.state in _OVER and one.ended is not None]
    return [(one.ended, _sims(one)) for one in over[-SETTLED_LOOKED_AT:] if one.ended is not None]


def _withdrawn(board: Board, live: list[Outage]) -> Iterable[Fact]:
    for outage in live:
        if outage.state is not OutageState.SUSPECTED:
            continue
        if not board.outages.members[outage.id].cases and not any(board.outages.alarm_counts(outage.id)):
            yield OutageMoved(outage=outage.id, state=OutageState.WITHDRAWN, reason="no alarm and no open case is left")


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
        if spent and all(board.alarms.active[key].raised <= max(spent) for key in board.alarms.wheres[where]):
            continue
        places.append(where)
        held.append(set(where))
    return places


def _from_cases(board: Board, number: int) -> Iterable[Fact]:
    rejected = [
        _sims(outage)
        for outage in board.outages.outages.values()
        if outage.state is OutageState.REJECTED and not outage.where
    ]
    by_range: dict[tuple[int, int], list[str]] = {}
    loose: list[tuple[int, int, str]] = []
    settled = _settled(board)
    for key in board.outages.unplaced:
        bodies = board.cases.bodies[key]
        opened = board.cases.open[key].opened
        if any(opened <= until and bodies.issubset(scope) for until, scope in settled):
            continue
        pairs = bodies.pairs()
        ranges = {(int(item.first), int(item.last)): None for item, _low, _high in board.inventory.overlapping(pairs)}
        for run in ranges:
            by_range.setdefault(run, []).append(key)
        if not ranges:
            loose.extend((first, last, key) for first, last in pairs)
    for runs, keys in _clusters(loose):
        by_range.setdefault(runs, []).extend(keys)
    for (first, last), keys in sorted(by_range.items()):
        distinct = dict.fromkeys(keys)
        scope = IntervalSet.of([(first, last)])
        many = any((board.cases.bodies[key] & scope).count >= MANY_SIMS for key in distinct)
        if len(distinct) < CASES_TOGETHER and not many:
            continue
        if any(scope.issubset(old) for old in rejected):
            continue
        number += 1
        reason = f"{len(distinct)} open cases in one range" if len(distinct) > 1 else "one case about many SIMs"
        yield OutageSuspected(outage=f"O-{number}", ranges=((str(first), str(last)),), reason=reason)


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
