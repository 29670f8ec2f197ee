"""The grouping watcher's eyes: given the board, which outages should be suspected, widened, merged or withdrawn?

A pure function of the board; the hub appends what it proposes, so that a replay shows what the room saw. The rules:

- *From alarms.* Active alarms whose objects serve the same attribute values of the fleet form a group on these values:
  one critical or major alarm is enough, or several lesser ones.
- *From cases.* See from_cases.py: groups on a SIM range, or on what several ranges share.
- A group that stands on attributes takes in suspected groups on ranges, or on more attributes, that lie within it. So
  does one that people made or declared with the ranges that lie within it.
- A group that cases alone made is split when they do not share what it stands on; see falling_apart.py.
- A suspicion without alarms and without open cases is withdrawn. What people decided is left alone: alarms and cases
  from before a person called an outage over, and cases from before one was rejected, do not bring it back; what a
  person made or declared is not changed, merged away, split or withdrawn.
"""

from collections.abc import Iterable, Iterator
from itertools import count

from feeds.board.board import Board
from feeds.board.decided import OVER, SETTLED_LOOKED_AT
from feeds.board.falling_apart import fallen_apart
from feeds.board.from_cases import groups_on_ranges, shared_by_cases
from feeds.board.inventory import Where
from feeds.facts import Fact, OutageMerged, OutageMoved, OutageScoped, OutageSuspected
from feeds.model import Outage, OutageState
from feeds.simspace import IntervalSet

LESSER_ALARMS = 3
"""So many minor or warning alarms on one place count as much as one major alarm."""
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
    if not facts:
        facts.extend(fallen_apart(board, live, ids))
    if not facts:
        facts.extend(_sharing(board, live, ids))
    if not any(isinstance(fact, OutageSuspected | OutageScoped) for fact in facts):
        facts.extend(
            OutageSuspected(outage=next(ids), ranges=ranges, reason=reason)
            for ranges, reason in groups_on_ranges(board)
        )
    return facts


def describe(where: Where | Iterable[tuple[str, str]]) -> str:
    """Return attribute values as people read them: ``apn iot.meter, gateway pgw-2``."""
    return ", ".join(f"{name} {value}" for name, value in where)


def _scope(sims: IntervalSet) -> Scope:
    return tuple((str(first), str(last)) for first, last in sims.pairs())


def _new_ids(board: Board) -> Iterator[str]:
    return (name for n in count(board.outages.suspected + 1) if (name := f"O-{n}") not in board.outages.outages)


def _withdrawn(board: Board, live: list[Outage]) -> Iterable[Fact]:
    for outage in live:
        if outage.state is not OutageState.SUSPECTED or outage.made_by:
            continue
        if not board.outages.members[outage.id].cases and not any(board.outages.alarm_counts(outage.id)):
            yield OutageMoved(outage=outage.id, state=OutageState.WITHDRAWN, reason="no alarm and no open case is left")


def _taken_in(board: Board, live: list[Outage], gone: set[str]) -> Iterable[Fact]:
    """Merge into live groups on attributes what is suspected within them; what goes is added to ``gone``."""
    for outage in live:
        sims = board.outages.members[outage.id].scope
        for host_id in board.outages.holding(int(sims.starts[0])) if sims else ():
            host = board.outages.outages[host_id]
            if host_id == outage.id or host_id in gone:
                continue
            if host.where and host.where == outage.where and not host.made_by:
                continue
            if not host.where and not (host.made_by or host.state is not OutageState.SUSPECTED):
                continue
            if _belongs(board, outage, host.where, board.outages.members[host_id].scope):
                gone.add(outage.id)
                yield _merged(outage.id, host_id, sorted(host.where.items()))
                break


def _belongs(board: Board, outage: Outage, where: dict[str, str], scope: IntervalSet) -> bool:
    """Whether a suspected outage is part of a group on ``where``."""
    if outage.state is not OutageState.SUSPECTED or outage.made_by:
        return False
    if outage.where and not (where and where.items() <= outage.where.items()):
        return False  # its alarms would be left without an outage
    sims = board.outages.members[outage.id].scope
    return bool(sims) and sims.issubset(scope)


def _merged(outage: str, into: str, where: Iterable[tuple[str, str]]) -> OutageMerged:
    shared = describe(where)
    reason = f"its SIMs all have {shared}" if shared else "its SIMs all lie within"
    return OutageMerged(outage=outage, into=into, reason=reason)


def _sharing(board: Board, live: list[Outage], ids: Iterator[str]) -> Iterable[Fact]:
    """Make one group of what several ranges with evidence share; the oldest group within it keeps its id."""
    for where, reason in shared_by_cases(board, live):
        served = board.inventory.served(where)
        within = [one for one in live if _belongs(board, one, dict(where), served)]
        within.sort(key=lambda one: (one.suspected, len(one.id), one.id))
        if not within:
            yield OutageSuspected(
                outage=next(ids), ranges=_scope(served), where=dict(where), reason=reason, from_cases=True
            )
            continue
        oldest, *others = within
        yield OutageScoped(outage=oldest.id, ranges=_scope(served), where=dict(where), reason=reason, from_cases=True)
        for other in others:
            yield _merged(other.id, oldest.id, where)
        live = [one for one in live if one not in within]


def _rescoped(board: Board, live: list[Outage]) -> Iterable[Fact]:
    for outage in live:
        if outage.state is not OutageState.SUSPECTED or not outage.where or outage.made_by:
            continue
        served = board.inventory.served(tuple(sorted(outage.where.items())))
        if served and served != board.outages.members[outage.id].scope:
            yield OutageScoped(
                outage=outage.id,
                ranges=_scope(served),
                where=outage.where,
                reason="the inventory changed",
                from_cases=outage.from_cases,
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
        if outage.state in OVER and outage.where and outage.ended is not None
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
