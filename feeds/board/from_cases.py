"""Which groups do open cases that no outage holds ask for?

- *On a range.* Cases in one range of the inventory are a group on it: two are enough, or one that concerns very many
  SIMs. Where ranges overlap, the most specific one that has enough cases counts. A case about many SIMs all over the
  fleet is one group by itself.
- *On what ranges share.* Ranges with cases, of several customers, that share attribute values more than chance lets
  them are one group on these; see shared.py.
- *Without an inventory.* Cases about the same SIMs are a group on these, and so are stretches of the number line on
  which cases of several customers stand closer together than elsewhere; see feeds.simspace.clusters.

Cases from before people settled something there are spent.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import islice

import numpy as np

from feeds.board.board import Board
from feeds.board.decided import rejected_wheres, settled
from feeds.board.inventory import Pair, Where
from feeds.board.shared import Evidence, Shared, shared
from feeds.board.unplaced import Unplaced
from feeds.model import Outage, OutageState, SimRange
from feeds.simspace import IntervalSet, find_clusters

CASES_TOGETHER = 2
"""So many open cases in one range are a group."""
MANY_SIMS = 100
"""A single case about so many SIMs is a group by itself."""
LOOSE_LOOKED_AT = 2_000
"""Of the cases outside any inventory so many, the newest, are looked at for clusters: the work is done at each look."""

Scope = tuple[tuple[str, str], ...]


def groups_on_ranges(board: Board) -> list[tuple[Scope, str]]:
    """Return the ranges and the reason of each group that stands on SIM ranges alone, by ascending range."""
    places = board.outages.unexplained
    if not (places.crowded or places.wide or places.loose):
        return []
    spent = _Spent(board)
    rejected = [
        board.outages.sims(outage.id).pairs()
        for outage in board.outages.outages.values()
        if outage.state is OutageState.REJECTED and not outage.where
    ]
    groups: list[tuple[Scope, str]] = []
    wide = IntervalSet.empty
    for key in places.wide:
        case, bodies = places.cases[key], board.cases.bodies[key]
        if case.sims < MANY_SIMS or bodies.intersects(wide) or _all_in(case.pairs, rejected) or spent.holds(key):
            continue
        wide |= bodies
        groups.append((_scope(bodies), "one case about many SIMs in many ranges"))
    by_range = {run: [key for key in places.on[run] if not spent.holds(key)] for run in places.crowded}
    loose = [key for key in places.loose if not spent.holds(key)]
    runs = [(first, last, key) for key in loose for first, last in places.cases[key].pairs]
    for run, keys in _clusters(runs):
        by_range.setdefault(run, []).extend(keys)
    chosen: list[Pair] = []
    for first, last in sorted(by_range, key=lambda run: (run[1] - run[0], run)):
        within = [run for run in chosen if first <= run[0] and run[1] <= last]
        parts = [
            part
            for key in dict.fromkeys(by_range[first, last])
            if (part := _part(places.cases[key], first, last, within))
        ]
        if len(parts) < CASES_TOGETHER and not any(part >= MANY_SIMS for part in parts):
            continue
        if _all_in([(first, last)], rejected):
            continue
        chosen.append((first, last))
        reason = f"{len(parts)} open cases in one range" if len(parts) > 1 else "one case about many SIMs"
        groups.append((((str(first), str(last)),), reason))
    groups.extend(_dense(board, loose, chosen, rejected))
    return sorted(groups)


def shared_by_cases(board: Board, live: list[Outage]) -> list[tuple[Where, str]]:
    """Return the attribute values that ranges with evidence share, with the reason in words.

    Evidence are cases that no outage holds, and the suspected groups on ranges that a watcher made. What a live or a
    rejected outage stands on is left out.
    """
    spent = _Spent(board)
    found: dict[tuple[str, str], SimRange] = {}
    for key, case in board.outages.unexplained.cases.items():
        new = [one for one in case.own if (one.first, one.last) not in found]
        if new and not spent.holds(key):
            found.update({(one.first, one.last): one for one in new})
    for outage in live:
        if outage.state is OutageState.SUSPECTED and not outage.where and not outage.made_by:
            for one in board.outages.ranges_within(outage.id):
                found[one.first, one.last] = one
    held = [set(outage.where.items()) for outage in live if outage.where] + rejected_wheres(board)
    evidence = (Evidence(one.customer, one.attributes) for _ends, one in sorted(found.items()))
    return [
        (item.where, _told(item))
        for item in shared(evidence, lambda where: share_of_fleet(board, where))
        if not any(pairs <= set(item.where) for pairs in held)
    ]


def share_of_fleet(board: Board, where: Where) -> float:
    """Return which part of the fleet's SIMs have all values of ``where``, 0 to 1."""
    fleet = board.inventory.fleet
    return board.inventory.served(where).count / fleet if fleet else 0.0


def _told(item: Shared) -> str:
    values = ", ".join(f"{name} {value}" for name, value in item.where)
    return f"cases of {item.customers:.0f} of {item.of} customers share {values}"


def _dense(
    board: Board, loose: list[str], chosen: list[Pair], rejected: list[list[Pair]]
) -> Iterable[tuple[Scope, str]]:
    """Yield stretches without an inventory on which the cases stand close together."""
    first_of = {key: board.cases.bodies[key].pairs()[0][0] for key in loose[-LOOSE_LOOKED_AT:]}
    if not first_of:
        return
    owners: dict[str, int] = {}
    points, codes = [], []
    for key, point in first_of.items():
        points.append(point)
        codes.append(owners.setdefault(board.cases.customer_of.get(key) or f"\n{key}", len(owners)))
    for cluster in find_clusters(np.array(points, dtype=np.int64), np.array(codes, dtype=np.int64)):
        run = (cluster.first, cluster.last)
        if any(first <= run[1] and run[0] <= last for first, last in chosen) or _all_in([run], rejected):
            continue
        reason = f"{cluster.points} cases close together on the number line, of SIMs outside the inventory"
        yield ((str(run[0]), str(run[1])),), reason


def _scope(sims: IntervalSet) -> Scope:
    return tuple((str(first), str(last)) for first, last in sims.pairs())


class _Spent:
    """Tells which cases are from before people settled something where they lie."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._settled = settled(board)
        self._anywhere = [IntervalSet.union(scope for _until, scope in self._settled).pairs()]

    def holds(self, key: str) -> bool:
        """Whether a case is spent: settled where it lies, or taken out of a group by a person who saw it there."""
        board = self._board
        if False in board.cases.pins.get(key, {}).values():
            return True
        if not self._settled:
            return False
        if not _all_in(board.outages.unexplained.cases[key].pairs[:1], self._anywhere):
            return False
        opened, bodies = board.cases.open[key].opened, board.cases.bodies[key]
        return any(opened <= until and bodies.issubset(scope) for until, scope in self._settled)


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
