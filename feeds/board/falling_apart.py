"""When a group that cases alone made does not hold together: what becomes of it.

A group on attribute values is judged by the cases in it together with those in no such group:

- Where other values are far less likely shared by chance, and explain nearly all of its cases, it stands on these from
  then on and keeps its id.
- Where chance alone would let the cases share as much by now, it falls apart into the ranges with enough cases; the
  one with most of them keeps the id. Where there is none, it is withdrawn.
- Where its cases lie on two or three further values, and next to none elsewhere, each of these is an outage.

A group on a wide range falls apart when all of its cases turn out to lie in several narrower ones within.

It takes far more to be made or changed than to be kept, so that groups do not come and go. Only groups that nobody
decided upon and that no alarm speaks for are looked at, and none with very many cases: people have looked at those.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from feeds.board.board import Board
from feeds.board.evidence import Pool
from feeds.board.inventory import Pair, Where
from feeds.board.members import CASES_LOOKED_AT, is_from_cases
from feeds.board.places import CASES_TOGETHER
from feeds.board.shared import Marks, Shared, shared, weigh
from feeds.board.told import scope_of, shared_in_words
from feeds.facts import Fact, OutageMoved, OutageScoped, OutageSuspected
from feeds.model import Outage, OutageState

KEPT_UP_TO: Final = 0.05
"""A group stays together while what it shares is less likely by chance than this; see shared.CHANCE for making one."""
FAR_LESS: Final = 1e-3
"""Other values take the place of those that a group stands on when they are less likely by this factor."""
NEARLY_ALL: Final = 0.9
"""Such a part of a group's customers must be explained by what takes its place."""


def fallen_apart(board: Board, live: list[Outage], pool: Pool, ids: Iterator[str]) -> Iterable[Fact]:
    """Yield the facts that change or split what does not hold together."""
    taken: list[dict[str, str]] = [one.where for one in live if one.where]
    taken += [one.where for one in map(board.outages.outages.__getitem__, board.outages.decided) if _rejected(one)]
    for outage in live:
        if not is_from_cases(outage) or any(board.outages.alarm_counts(outage.id)):
            continue
        if not 0 < board.outages.members[outage.id].proofs <= CASES_LOOKED_AT:
            continue  # people have looked at a group with more
        if outage.where:
            yield from _judged(board, outage, pool, taken, ids)
        else:
            yield from _narrowed(board, outage, ids)


def _rejected(outage: Outage) -> bool:
    return outage.state is OutageState.REJECTED and bool(outage.where)


def _judged(
    board: Board, outage: Outage, pool: Pool, taken: list[dict[str, str]], ids: Iterator[str]
) -> Iterable[Fact]:
    where = tuple(sorted(outage.where.items()))
    own = pool.of_group[outage.id]
    shares = board.outages.shares
    mine = weigh(pool.evidence, own | pool.free, where, shares.exactly(where))
    others = [one for one in taken if one != outage.where]

    def is_free(found: Where) -> bool:
        return not any(one.items() <= set(found) for one in others)

    for better in shared(pool.evidence, shares.exactly, own | pool.free, shares.roughly)[:1]:
        if better.where == where or better.chance > mine.chance * FAR_LESS or not is_free(better.where):
            continue
        if _covered(pool, own, [better.where]) >= NEARLY_ALL:
            yield _scoped(board, outage, better.where, shared_in_words(better))
            return
    if mine.chance > KEPT_UP_TO:
        yield from _into_ranges(board, outage, ids)
        return
    apart = [one._replace(where=_both(where, one.where)) for one in _within(board, pool, own, where)]
    wheres = [one.where for one in apart]
    if len(apart) < 2 or _covered(pool, own, wheres) < NEARLY_ALL or not all(map(is_free, wheres)):
        return
    apart.sort(key=lambda one: (-one.customers, one.where))
    yield _scoped(board, outage, apart[0].where, shared_in_words(apart[0]))
    for one in apart[1:]:
        yield OutageSuspected(
            outage=next(ids),
            ranges=scope_of(board.inventory.served(one.where)),
            where=dict(one.where),
            reason=shared_in_words(one),
            split_from=outage.id,
            from_cases=True,
        )


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
    total = weigh(pool.evidence, own, (), 1.0).customers
    on = sum(weigh(pool.evidence, own, where, 1.0).customers for where in wheres)
    return on / total if total else 0.0


def _scoped(board: Board, outage: Outage, where: Where, reason: str) -> Fact:
    served = scope_of(board.inventory.served(where))
    return OutageScoped(outage=outage.id, ranges=served, where=dict(where), reason=reason, from_cases=True)


def _into_ranges(board: Board, outage: Outage, ids: Iterator[str]) -> Iterable[Fact]:
    parts = _parts(board, outage)
    reason = "its cases share no more than chance lets them"
    if not parts:
        yield OutageMoved(outage=outage.id, state=OutageState.WITHDRAWN, reason=reason)
        return
    yield from _split(outage, parts, ids, reason)


def _narrowed(board: Board, outage: Outage, ids: Iterator[str]) -> Iterable[Fact]:
    """Split a group on a range of which every case lies in one of several narrower ranges with enough cases."""
    if len(board.outages.places(outage.id).own) < 2:
        return
    parts = _parts(board, outage)
    scope = board.outages.members[outage.id].scope.pairs()
    if len(parts) < 2 or len(scope) != 1 or scope[0] in parts:
        return
    if len(set().union(*parts.values())) == board.outages.members[outage.id].proofs:
        yield from _split(outage, parts, ids, "its cases lie in ranges that are apart")


def _parts(board: Board, outage: Outage) -> dict[Pair, dict[str, None]]:
    """Return the ranges with enough of the group's cases, each with these."""
    own = board.outages.places(outage.id).own
    return {ends: keys for ends, keys in own.items() if len(keys) >= CASES_TOGETHER}


def _split(outage: Outage, parts: dict[Pair, dict[str, None]], ids: Iterator[str], reason: str) -> Iterable[Fact]:
    order = sorted(parts, key=lambda ends: (-len(parts[ends]), ends))
    whole = [((str(first), str(last)),) for first, last in order]
    yield OutageScoped(outage=outage.id, ranges=whole[0], reason=reason)
    for ranges in whole[1:]:
        yield OutageSuspected(outage=next(ids), ranges=ranges, reason=reason, split_from=outage.id)
