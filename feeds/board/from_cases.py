"""Which groups on SIM ranges do open cases that no outage holds ask for?

- *On a range.* Cases in one range of the inventory are a group on it: two are enough, or one that concerns very many
  SIMs. Where ranges overlap, the most specific one that has enough cases counts. A case about many SIMs all over the
  fleet is one group by itself.
- *Without an inventory.* Cases about the same SIMs are a group on these, and so are stretches of the number line on
  which cases of several customers stand closer together than elsewhere; see feeds.simspace.clusters.

Cases from before people settled something there are spent.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Final

import numpy as np
from sortedcontainers import SortedList

from feeds.board.board import Board
from feeds.board.inventory import Pair
from feeds.board.places import CASES_TOGETHER, MANY_SIMS, Lying, Places
from feeds.board.told import Scope, scope_of
from feeds.model import OutageState
from feeds.simspace import IntervalSet, find_clusters

LOOSE_LOOKED_AT: Final = 500
"""Of the cases outside any inventory so many, the newest, are looked at for clusters: the work is done at each look."""


def groups_on_ranges(board: Board) -> list[tuple[Scope, str]]:
    """Return the ranges and the reason of each group that stands on SIM ranges alone, by ascending range."""
    places = board.outages.unexplained.evidence
    if not (places.crowded or places.wide or places.loose):
        return []
    decided = map(board.outages.outages.__getitem__, board.outages.decided)
    rejected = [
        board.outages.sims(one.id).pairs() for one in decided if one.state is OutageState.REJECTED and not one.where
    ]
    groups = list(_wide(board, places, rejected))
    chosen: SortedList = SortedList()
    for run in sorted(places.crowded, key=lambda run: (run[1] - run[0], run)):
        if _all_in([run], rejected):
            continue
        told = _told(places.cases, places.on[run], run, chosen)
        if told:
            chosen.add(run)
            groups.append((((str(run[0]), str(run[1])),), told))
    groups.extend(_on_common_sims(places, chosen, rejected))
    groups.extend(_dense(board, places, chosen, rejected))
    return sorted(groups)


def _wide(board: Board, places: Places, rejected: list[list[Pair]]) -> Iterable[tuple[Scope, str]]:
    """Yield a group for each case about many SIMs in more ranges than say anything; those that meet are one."""
    taken = IntervalSet.empty
    for key in places.wide:
        case, bodies = places.cases[key], board.cases.bodies[key]
        if case.sims >= MANY_SIMS and not bodies.intersects(taken) and not _all_in(case.pairs, rejected):
            taken |= bodies
            yield scope_of(bodies), "one case about many SIMs in many ranges"


def _told(cases: dict[str, Lying], keys: Collection[str], run: Pair, chosen: SortedList) -> str:
    """Return why the cases on a run are a group; the empty text: they are none.

    What lies in narrower runs, chosen before, does not count again.
    """
    within = [one for one in chosen.irange((run[0],), (run[1] + 1,)) if one[1] <= run[1]]
    if not within and len(keys) >= CASES_TOGETHER:
        return f"{len(keys)} open cases in one range"
    parts = [part for key in keys if (part := _part(cases[key], *run, within))]
    if len(parts) >= CASES_TOGETHER:
        return f"{len(parts)} open cases in one range"
    return "one case about many SIMs" if any(part >= MANY_SIMS for part in parts) else ""


def _on_common_sims(places: Places, chosen: SortedList, rejected: list[list[Pair]]) -> Iterable[tuple[Scope, str]]:
    """Yield runs of SIMs outside any inventory that enough cases speak of; what is found is added to ``chosen``."""
    cases = places.cases
    for run, keys in _clusters(places.loose_runs):
        if len(keys) < CASES_TOGETHER and cases[keys[0]].sims < MANY_SIMS:
            continue
        told = _told(cases, dict.fromkeys(keys), run, SortedList())
        if told and not _all_in([run], rejected):
            chosen.add(run)
            yield ((str(run[0]), str(run[1])),), told


def _dense(board: Board, places: Places, chosen: SortedList, rejected: list[list[Pair]]) -> Iterable[tuple[Scope, str]]:
    """Yield stretches without an inventory on which the cases stand close together."""
    newest = list(islice(reversed(places.loose), LOOSE_LOOKED_AT))
    if not newest:
        return
    points = np.array([places.cases[key].pairs[0][0] for key in newest], dtype=np.int64)
    owners: dict[str, int] = {}
    codes = [owners.setdefault(board.cases.customer_of.get(key) or f"\n{key}", len(owners)) for key in newest]
    for cluster in find_clusters(points, np.array(codes, dtype=np.int64)):
        run = (cluster.first, cluster.last)
        if any(first <= run[1] and run[0] <= last for first, last in chosen) or _all_in([run], rejected):
            continue
        reason = f"{cluster.points} cases close together on the number line, of SIMs outside the inventory"
        yield ((str(run[0]), str(run[1])),), reason


def _part(case: Lying, first: int, last: int, without: list[Pair]) -> int:
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


def _clusters(loose: Iterable[tuple[int, int, str]]) -> Iterable[tuple[Pair, list[str]]]:
    """Join runs, which come in order, that overlap; yield each joint run with the cases in it."""
    run: Pair | None = None
    keys: list[str] = []
    for first, last, key in loose:
        if run is not None and first <= run[1]:
            run = (run[0], max(run[1], last))
            keys.append(key)
            continue
        if run is not None:
            yield run, keys
        run, keys = (first, last), [key]
    if run is not None:
        yield run, keys
