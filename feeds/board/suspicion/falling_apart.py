"""When a group that cases alone made does not hold together: what becomes of it.

A group on attribute values is judged by the new cases in it together with those in no such group:

- Where other values, or a range, are far less likely by chance, and explain nearly all of its new cases, it stands on
  these from then on and keeps its id; where another group holds that range already, it is merged into that one.
- While it is young: where chance alone would let the cases share as much by now, it falls apart into the ranges with
  enough customers; the one with most cases keeps the id. Where there is none, it is withdrawn.
- While it is young: where its cases lie on two or three further values, and next to none elsewhere, each of these is
  an outage.

A group on a wide range falls apart when all of its cases turn out to lie in several narrower ones within.

It takes far more to be made or changed than to be kept, so that groups do not come and go. Only groups that nobody
decided upon and that no alarm speaks for are looked at, and none with very many cases: people have looked at those.
"""

from collections.abc import Iterable, Iterator
from math import log
from typing import Final

import numpy as np

from feeds.board.board import Board
from feeds.board.inventory import Pair, Where
from feeds.board.outage.members import CASES_LOOKED_AT, is_from_cases
from feeds.board.outage.places import FEWEST_CUSTOMERS
from feeds.board.outage.writers import minute_of
from feeds.board.surge.surging import usual_cases
from feeds.board.suspicion.evidence import WINDOWS, YOUNG, Pool
from feeds.board.suspicion.quiet import KEPT_UP_TO
from feeds.board.suspicion.rejected import is_remembered
from feeds.board.suspicion.scan import LIMIT, Found, explained, narrowest_surplus, windows
from feeds.board.suspicion.shared import Marks, Shared, shared, weigh, weighed
from feeds.board.suspicion.stretches import marks_in
from feeds.board.suspicion.tails import Traffic
from feeds.board.suspicion.told import describe, grounds_of, scope_of, surplus_in_words
from feeds.facts import Fact, OutageMerged, OutageMoved, OutageScoped, OutageSuspected
from feeds.model import Grounds, Outage, OutageState

FAR_LESS: Final = 1e-3
"""Other values take the place of those that a group stands on when they are less likely by this factor."""
NEARLY_ALL: Final = 0.8
"""Such a part of a group's customers must be explained by what takes its place."""


def fallen_apart(board: Board, live: list[Outage], pool: Pool, ids: Iterator[str]) -> Iterable[Fact]:
    """Yield the facts that change or split what does not hold together."""
    taken: list[dict[str, str]] = [one.where for one in live if one.where]
    decided = map(board.outages.outages.__getitem__, board.outages.decided)
    taken += [one.where for one in decided if _rejected(one) and is_remembered(board, one)]
    there = list(live)
    for outage in live:
        if not is_from_cases(outage) or any(board.outages.alarm_counts(outage.id)):
            continue
        if not 0 < board.outages.members[outage.id].proofs <= CASES_LOOKED_AT:
            continue  # people have looked at a group with more
        if not outage.where:
            yield from _narrowed(board, outage, pool, ids)
        else:
            for fact in _judged(board, outage, there, pool, taken, ids):
                if isinstance(fact, OutageMerged):
                    there.remove(outage)
                yield fact


def _rejected(outage: Outage) -> bool:
    return outage.state is OutageState.REJECTED and bool(outage.where)


def _judged(
    board: Board, outage: Outage, live: list[Outage], pool: Pool, taken: list[dict[str, str]], ids: Iterator[str]
) -> Iterable[Fact]:
    where = tuple(sorted(outage.where.items()))
    own = pool.of_group[outage.id]
    shares = board.outages.shares
    share = shares.exactly(where)
    others = [one for one in taken if one != outage.where]

    def is_free(found: Where) -> bool:
        return not any(one.items() <= set(found) for one in others)

    rows = own | pool.free

    def weighed_in(since: int, traffic: Traffic) -> Shared:
        return weigh(pool.evidence, rows & pool.since(since), where, share, traffic)

    now = windows(board, pool)
    better = far_better(board, pool, where, own, rows)
    if better is not None and (not better.where or is_free(better.where)):
        holder = None if better.where else _holder(board, live, outage, better)
        yield _scoped(board, outage, pool, better) if holder is None else _merged(outage, holder, pool, better)
        return
    if pool.now - minute_of(outage.suspected) > YOUNG:
        return
    times = _times(board, outage, pool, now)
    if not any(_is_kept(weighed_in(since, traffic), traffic, usual) for since, traffic, usual in times):
        yield from _into_ranges(board, outage, ids)
        return
    apart = [one._replace(where=_both(where, one.where)) for one in _within(board, pool, own, where)]
    wheres = [one.where for one in apart]
    since = pool.now - YOUNG - WINDOWS[-1]
    if len(apart) < 2 or _covered(pool, own, wheres) < NEARLY_ALL or not all(map(is_free, wheres)):
        return
    apart.sort(key=lambda one: (-one.customers, one.where))
    for number, one in enumerate(apart):
        grounds = _grounds(pool, own, one, since)
        ranges = scope_of(board.inventory.served(one.where))
        reason = surplus_in_words(grounds, f"share {describe(one.where)}", shares.exactly(one.where))
        if not number:
            yield OutageScoped(
                outage=outage.id, ranges=ranges, where=dict(one.where), reason=reason, from_cases=True, grounds=grounds
            )
            continue
        yield OutageSuspected(
            outage=next(ids),
            ranges=ranges,
            where=dict(one.where),
            reason=reason,
            split_from=outage.id,
            from_cases=True,
            grounds=grounds,
        )


def far_better(board: Board, pool: Pool, where: Where, own: Marks, rows: Marks) -> Found | None:
    """Return what explains the rows ``own``, which are on ``where``, far better than that, out of all ``rows``."""
    share, times = board.outages.shares.exactly(where), windows(board, pool)
    mine = min(
        weigh(pool.evidence, rows & pool.since(since), where, share, traffic).log_chance for since, traffic in times
    )
    better = explained(board, pool, rows, times, min(LIMIT, mine + log(FAR_LESS)))
    if better is None or better.where == where:
        return None
    return better if _part(pool, own & pool.since(better.since), better.marks) >= NEARLY_ALL else None


def _holder(board: Board, live: list[Outage], outage: Outage, found: Found) -> Outage | None:
    """Return the oldest other outage that has all SIMs of a range."""
    members = board.outages.members
    return next((one for one in live if one is not outage and found.scope.issubset(members[one.id].scope)), None)


def _times(
    board: Board, outage: Outage, pool: Pool, now: list[tuple[int, Traffic]]
) -> list[tuple[int, Traffic, float]]:
    """Return the windows in which a group is judged: those that end now, and those that did when it was suspected.

    With each: how many cases are usual in the time since then. Those say nothing for or against it.
    """
    elapsed = pool.now - minute_of(outage.suspected)
    usual = usual_cases(board, board.at, float(elapsed)) if elapsed > 0 else 0.0
    then = [(since - elapsed, traffic, usual) for since, traffic in now] if elapsed > 0 else []
    return [*((since, traffic, 0.0) for since, traffic in now), *then]


def _is_kept(mine: Shared, traffic: Traffic, usual: float) -> bool:
    """Whether a group still has more customers than chance brings to this one place, with what is usual left out."""
    on, of = mine.customers - usual * mine.share, mine.of - round(usual)
    return on > 0 and traffic.is_surplus(on, max(of, round(on)), mine.share, KEPT_UP_TO)


def _grounds(pool: Pool, rows: Marks, found: Shared, since: int) -> Grounds:
    marks = rows & pool.evidence.on(found.where)
    customers = len(np.unique(pool.evidence.customers.codes[marks]))
    return grounds_of(pool.cases(marks, since), customers, found.share * found.of, found.log_chance)


def _within(board: Board, pool: Pool, own: Marks, where: Where) -> list[Shared]:
    """Return what the cases of a group on ``where`` share beyond it, measured by the SIMs that have ``where``."""
    names = {name for name, _value in where}

    def relative(further: Where) -> float:
        return 1.0 if any(name in names for name, _value in further) else board.outages.shares.within(where, further)

    return shared(pool.evidence, relative, own)


def _both(one: Where, other: Where) -> Where:
    return tuple(sorted({*one, *other}))


def _covered(pool: Pool, own: Marks, wheres: Iterable[Where]) -> float:
    """Return which part of a group's customers, 0 to 1, have one of ``wheres``."""
    return sum(_part(pool, own, pool.evidence.on(where)) for where in wheres)


def _part(pool: Pool, own: Marks, marks: Marks) -> float:
    """Return which part of the customers of the rows ``own``, 0 to 1, is on ``marks``."""
    weights, customers = weighed(pool.evidence, own)
    return float(weights[marks].sum()) / customers if customers else 0.0


def _scoped(board: Board, outage: Outage, pool: Pool, found: Found) -> Fact:
    grounds = found.grounds(pool)
    return OutageScoped(
        outage=outage.id,
        ranges=scope_of(found.scope),
        where=dict(found.where),
        reason=found.in_words(grounds),
        from_cases=bool(found.where),
        grounds=grounds,
    )


def _merged(outage: Outage, into: Outage, pool: Pool, found: Found) -> Fact:
    return OutageMerged(outage=outage.id, into=into.id, reason=found.in_words(found.grounds(pool)))


def _into_ranges(board: Board, outage: Outage, ids: Iterator[str]) -> Iterable[Fact]:
    parts = _parts(board, outage)
    reason = "its cases share no more than chance lets them"
    if not parts:
        yield OutageMoved(outage=outage.id, state=OutageState.WITHDRAWN, reason=reason)
        return
    yield from _split(board, outage, parts, ids, reason)


def _narrowed(board: Board, outage: Outage, pool: Pool, ids: Iterator[str]) -> Iterable[Fact]:
    """Split a group on a range of which every case lies in one of several narrower ones that stand out more than it."""
    if len(board.outages.places(outage.id).own) < 2:
        return
    parts = _parts(board, outage)
    scope = board.outages.members[outage.id].scope.pairs()
    if len(parts) < 2 or len(scope) != 1 or scope[0] in parts:
        return
    if len(set().union(*parts.values())) != board.outages.members[outage.id].proofs:
        return
    best = narrowest_surplus(board, pool, pool.free & marks_in((pool.firsts, pool.lasts), scope[0]))
    if best is not None and best.run in parts:
        yield from _split(board, outage, parts, ids, "its cases lie in ranges that are apart")


def _parts(board: Board, outage: Outage) -> dict[Pair, dict[str, int]]:
    """Return the ranges with enough of the group's customers, each with its cases and their minutes."""
    places = board.outages.places(outage.id)
    writers: dict[Pair, int] = {}
    for run, _writer in places.rows:
        writers[run] = writers.get(run, 0) + 1
    crowded = {run for run, many in writers.items() if many >= FEWEST_CUSTOMERS}
    parts: dict[Pair, dict[str, int]] = {run: {} for run in crowded}
    for row in places.rows:
        if row[0] in crowded:
            parts[row[0]].update(places.opened(row))
    return parts


def _split(
    board: Board, outage: Outage, parts: dict[Pair, dict[str, int]], ids: Iterator[str], reason: str
) -> Iterable[Fact]:
    order = sorted(parts, key=lambda ends: (-len(parts[ends]), ends))
    for number, run in enumerate(order):
        ranges = ((str(run[0]), str(run[1])),)
        minutes = dict(sorted(parts[run].items(), key=lambda item: (item[1], item[0])))
        customers = {row[1] for row in board.outages.places(outage.id).rows if row[0] == run}
        grounds = grounds_of(minutes, len(customers))
        if not number:
            yield OutageScoped(outage=outage.id, ranges=ranges, reason=reason, grounds=grounds)
        else:
            yield OutageSuspected(outage=next(ids), ranges=ranges, reason=reason, split_from=outage.id, grounds=grounds)
