"""The grouping watcher's eyes: given the board, which outages should be suspected, widened, merged or withdrawn?

A pure function of the board; the hub appends what it proposes, so that a replay shows what the room saw. The rules:

- *From alarms.* Active alarms whose objects serve the same attribute values of the fleet form a group on these values:
  one critical or major alarm is enough, or several lesser ones.
- *From cases.* Groups on a SIM range: see from_cases.py. Where ranges with cases, of several customers, share attribute
  values more than chance lets them, they are one group on these: see shared.py.
- A group that stands on attributes takes in suspected groups on ranges, or on more attributes, that lie within it. So
  does one that people made or declared with the ranges that lie within it.
- A group that cases alone made is changed or split when they do not share what it stands on: see falling_apart.py.
- A suspicion without alarms and without open cases about its SIMs is withdrawn. What people decided is left alone:
  alarms and cases from before a person called an outage over, and cases from before one was rejected, do not bring it
  back; what a person made, scoped or declared is not changed, merged away, split or withdrawn.
"""

from collections.abc import Iterable, Iterator
from itertools import count

from feeds.board.board import Board
from feeds.board.evidence import Pool, gather
from feeds.board.falling_apart import fallen_apart
from feeds.board.from_cases import groups_on_ranges
from feeds.board.inventory import Where
from feeds.board.settled import LOOKED_AT, OVER
from feeds.board.shared import shared
from feeds.board.told import describe, scope_of, shared_in_words
from feeds.facts import Fact, OutageMerged, OutageMoved, OutageScoped, OutageSuspected
from feeds.model import Outage, OutageState
from feeds.simspace import IntervalSet

__all__ = ["NEW_AT_ONCE", "describe", "propose"]

LESSER_ALARMS = 3
"""So many minor or warning alarms on one place count as much as one major alarm."""
NEW_AT_ONCE = 500
"""So many groups on ranges are made in one look; the next look makes more. What a look decides is one step."""


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
                outage=outage_id, ranges=scope_of(served), where=dict(where), reason=f"alarms at {describe(where)}"
            )
        )
        for outage in live:
            if _belongs(board, outage, dict(where), served) and outage.id not in gone:
                gone.add(outage.id)
                facts.append(_merged(outage.id, outage_id, where))
    if not any(isinstance(fact, OutageSuspected | OutageScoped) for fact in facts) and board.outages.is_news_of_cases():
        of_cases = _from_cases(board, live, ids, calm=not facts)
        if not facts and not of_cases:
            board.outages.nothing_to_do()
        facts.extend(of_cases)
    return facts


def _from_cases(board: Board, live: list[Outage], ids: Iterator[str], calm: bool) -> list[Fact]:
    """Return what cases ask for. Groups are changed and made of what ranges share only when nothing else happens."""
    facts: list[Fact] = []
    if calm:
        pool = gather(board, live)
        facts = list(fallen_apart(board, live, pool, ids)) or list(_sharing(board, live, pool, ids))
    if not any(isinstance(fact, OutageSuspected | OutageScoped) for fact in facts):
        facts += [
            OutageSuspected(outage=next(ids), ranges=ranges, reason=reason)
            for ranges, reason in groups_on_ranges(board)[:NEW_AT_ONCE]
        ]
    return facts


def _new_ids(board: Board) -> Iterator[str]:
    return (name for n in count(board.outages.suspected + 1) if (name := f"O-{n}") not in board.outages.outages)


def _withdrawn(board: Board, live: list[Outage]) -> Iterable[Fact]:
    for outage in live:
        if outage.state is not OutageState.SUSPECTED or outage.made_by:
            continue
        if not board.outages.is_kept(outage.id) and not any(board.outages.alarm_counts(outage.id)):
            yield OutageMoved(outage=outage.id, state=OutageState.WITHDRAWN, reason="no alarm and no open case is left")


def _taken_in(board: Board, live: list[Outage], gone: set[str]) -> Iterable[Fact]:
    """Merge into live groups on attributes what is suspected within them; what goes is added to ``gone``."""
    for outage in live:
        sims = board.outages.members[outage.id].scope
        hosts = board.outages.holding(int(sims.starts[0])) if sims else ()
        for host_id in hosts if len(hosts) > 1 else ():
            host = board.outages.outages[host_id]
            if host_id == outage.id or host_id in gone:
                continue
            if host.where and host.where == outage.where and not host.made_by and _age(host) > _age(outage):
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


def _sharing(board: Board, live: list[Outage], pool: Pool, ids: Iterator[str]) -> Iterable[Fact]:
    """Make one group of what several ranges with evidence share; the oldest group within it keeps its id."""
    held = [set(outage.where.items()) for outage in live if outage.where] + _rejected(board)
    shares = board.outages.shares
    for item in shared(pool.evidence, shares.exactly, pool.free, shares.roughly):
        where, reason = item.where, shared_in_words(item)
        if any(pairs <= set(where) for pairs in held):
            continue
        served = board.inventory.served(where)
        within = sorted((one for one in live if _belongs(board, one, dict(where), served)), key=_age)
        ranges = scope_of(served)
        if not within:
            yield OutageSuspected(outage=next(ids), ranges=ranges, where=dict(where), reason=reason, from_cases=True)
            continue
        oldest, *others = within
        yield OutageScoped(outage=oldest.id, ranges=ranges, where=dict(where), reason=reason, from_cases=True)
        for other in others:
            yield _merged(other.id, oldest.id, where)
        live = [one for one in live if one not in within]


def _age(outage: Outage) -> tuple[object, ...]:
    """What to compare: older outages come first."""
    return (outage.suspected, len(outage.id), outage.id)


def _rejected(board: Board) -> list[set[tuple[str, str]]]:
    """Return the attribute values of which people said that nothing is wrong there."""
    decided = map(board.outages.outages.__getitem__, board.outages.decided)
    return [set(one.where.items()) for one in decided if one.state is OutageState.REJECTED and one.where]


def _rescoped(board: Board, live: list[Outage]) -> Iterable[Fact]:
    for outage in live:
        if outage.state is not OutageState.SUSPECTED or not outage.where or outage.made_by:
            continue
        served = board.inventory.served(tuple(sorted(outage.where.items())))
        if served and served != board.outages.members[outage.id].scope:
            yield OutageScoped(
                outage=outage.id,
                ranges=scope_of(served),
                where=outage.where,
                reason="the inventory changed",
                from_cases=outage.from_cases,
            )


def _places_in_alarm(board: Board, live: list[Outage]) -> list[Where]:
    """Return the attribute values with enough alarms that no outage holds, the widest first, nested ones once."""
    held = [set(outage.where.items()) for outage in live if outage.where] + _rejected(board)
    decided = map(board.outages.outages.__getitem__, board.outages.decided)
    ended = sorted(((one.ended, one.id, one) for one in decided if one.ended is not None), key=lambda item: item[:2])
    over = [(set(outage.where.items()), until) for until, _, outage in ended if outage.state in OVER and outage.where][
        -LOOKED_AT:
    ]
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
