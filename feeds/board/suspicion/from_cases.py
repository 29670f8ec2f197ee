"""Groups that cases ask for where nothing is counted over the fleet: one customer's own trouble, SIMs of nobody.

- *One customer.* A case about very many SIMs, many for that customer's fleet, or most of a range, is a group by itself,
  and says that it is one customer: whatever it shares with others is no network's fault. Many mails about single SIMs
  are none, however many there are. A case of a kind that asks for something is none either.
- *Without an inventory.* New cases of several customers about the same SIMs are a group on these, and so are stretches
  of the number line on which cases of several customers stand closer together than elsewhere; see
  feeds.simspace.clusters.

Only new cases count, and none from before people settled something there.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from math import log
from typing import Final, NamedTuple

import numpy as np

from feeds.board.board import Board
from feeds.board.inventory import Pair
from feeds.board.outage.places import FEWEST_CUSTOMERS, SEVERAL_SIMS, Lying, Places
from feeds.board.outage.writers import minute_of
from feeds.board.suspicion.evidence import NEW, WINDOWS
from feeds.board.suspicion.scan import A_WEEK, FALSE_A_WEEK
from feeds.board.suspicion.told import cases_in_words, grounds_of, percent
from feeds.model import CaseKind, Grounds
from feeds.simspace import IntervalSet, find_clusters

MANY_SIMS: Final = 100
"""A case about fewer SIMs is a group by itself only where it is most of a range."""
OF_A_FLEET: Final = 0.05
"""So many are many where they are such a part of the customer's fleet, or of an unknown one."""
VERY_MANY_SIMS: Final = 1_000
"""These are many in any fleet."""
MOST_OF_A_RANGE: Final = 0.5
TROUBLE: Final = frozenset({CaseKind.INCIDENT, CaseKind.INFORMATION})
"""Kinds of cases that may speak of many SIMs because something is wrong with them."""
LOOSE_LOOKED_AT: Final = 500
"""Of the new cases outside any inventory so many, the newest, are looked at: the work is done at each look."""
WIDEST: Final = 1_000_000
"""Runs of SIMs outside the inventory that are longer than this have nothing in common."""


class Alone(NamedTuple):
    """A group that stands on SIM ranges alone."""

    scope: IntervalSet
    reason: str
    grounds: Grounds


def is_many(sims: int, fleet: float) -> bool:
    """Whether a case about so many SIMs of a customer with so many (0: unknown) is about very many."""
    return sims >= VERY_MANY_SIMS or (sims >= MANY_SIMS and sims >= OF_A_FLEET * fleet)


def groups_alone(board: Board) -> list[Alone]:
    """Return the groups, by ascending SIMs. No SIM is in two of them."""
    places = board.outages.unexplained.evidence
    if not (places.several or places.loose):
        return []
    since = minute_of(board.at) - NEW
    taken = IntervalSet.empty
    groups: list[Alone] = []
    for one in chain(of_one_customer(board, places, since), _on_common_sims(places, since), _dense(board, places)):
        if not one.scope.intersects(taken):
            taken |= one.scope
            groups.append(one)
    return sorted(groups, key=lambda one: one.scope.pairs())


def of_one_customer(board: Board, places: Places, since: int) -> Iterator[Alone]:
    """Yield a group for each case opened after the minute ``since`` that is about very many SIMs, the widest first."""
    new = [key for key in places.several if places.cases[key].written.minute > since]
    for key in sorted(new, key=lambda key: (-places.cases[key].written.sims, key)):
        if board.cases.open[key].kind not in TROUBLE:
            continue
        case = places.cases[key]
        customer = board.cases.customer_of.get(key, "")
        fleet = board.outages.shares.sims_of(customer)
        said = ""
        if is_many(case.written.sims, fleet):
            said = f"{percent(case.written.sims / fleet)} of its fleet" if fleet else "of an unknown fleet"
            whole = [run for run in case.own if _is_of(board, run, customer) or _most(case, run)]
        else:
            whole = [run for run in case.own if _most(case, run)]
            said = "most of a range" if whole else ""
        if said:
            bodies = board.cases.bodies[key]
            reason = f"one customer: a case about {case.written.sims:,} SIMs, {said}"
            yield Alone(bodies | IntervalSet.of(whole), reason, grounds_of({key: case.written.minute}, 1))


def _is_of(board: Board, run: Pair, customer: str) -> bool:
    return board.inventory.customers_at([run[0]]) == [customer] and bool(customer)


def _most(case: Lying, run: Pair) -> bool:
    """Whether a case is about most of a range."""
    inside = sum(max(0, min(last, run[1]) - max(first, run[0]) + 1) for first, last in case.pairs)
    return inside >= SEVERAL_SIMS and inside >= MOST_OF_A_RANGE * (run[1] - run[0] + 1)


def _on_common_sims(places: Places, since: int) -> Iterator[Alone]:
    """Yield runs of SIMs outside any inventory that new cases of enough customers speak of."""
    cases = places.cases
    new = (one for one in places.loose_runs if cases[one[2]].written.minute > since)
    for run, keys in _joined(new):
        writers = {cases[key].written.writer for key in keys}
        if len(writers) >= FEWEST_CUSTOMERS and run[1] - run[0] < WIDEST:
            grounds = _grounds(places, keys, len(writers))
            yield Alone(IntervalSet.of([run]), f"{cases_in_words(grounds)} about the same SIMs", grounds)


def _dense(board: Board, places: Places) -> Iterator[Alone]:
    """Yield stretches without an inventory on which new cases stand close together."""
    now = minute_of(board.at)
    new = sorted(places.loose, key=lambda key: (-places.cases[key].written.minute, key))
    old = [key for key in new if places.cases[key].written.minute <= now - NEW]
    new = new[: len(new) - len(old)][:LOOSE_LOOKED_AT]
    seen = _points(places, old[:LOOSE_LOOKED_AT])
    before = 0
    for minutes in WINDOWS:
        keys = [key for key in new if places.cases[key].written.minute > now - minutes]
        if len(keys) == before:
            continue
        before = len(keys)
        writers: dict[str, int] = {}
        codes = [writers.setdefault(places.cases[key].written.writer, len(writers)) for key in keys]
        points = _points(places, keys)
        # A surplus may begin with any case of the week, and each window is a further try.
        often = FALSE_A_WEEK / len(WINDOWS) / (A_WEEK / minutes)
        for found in find_clusters(points, np.array(codes, dtype=np.int64), seen if len(seen) else None, chance=often):
            inside = [
                key for key, point in zip(keys, points.tolist(), strict=True) if found.first <= point <= found.last
            ]
            grounds = _grounds(places, inside, found.owners, -found.score - log(often / FALSE_A_WEEK))
            reason = f"{cases_in_words(grounds)} close together on the number line, of SIMs outside the inventory"
            yield Alone(IntervalSet.of([(found.first, found.last)]), reason, grounds)


def _points(places: Places, keys: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([places.cases[key].pairs[0][0] for key in keys], dtype=np.int64)


def _grounds(places: Places, keys: Iterable[str], customers: int, log_chance: float | None = None) -> Grounds:
    minutes = {key: places.cases[key].written.minute for key in keys}
    return grounds_of(
        dict(sorted(minutes.items(), key=lambda item: (item[1], item[0]))), customers, log_chance=log_chance
    )


def _joined(loose: Iterable[tuple[int, int, str]]) -> Iterator[tuple[Pair, list[str]]]:
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
