"""The evidence of cases, as columns: the ranges that they lie on, whose these are and what they share.

Evidence are the open cases that no outage holds and nobody settled, and those in groups that cases alone made and that
nobody decided upon. A case counts by its own SIMs: one that its customer or a person brought proves nothing.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Final, NamedTuple

import numpy as np

from feeds.board.board import Board
from feeds.board.inventory import Pair, Where
from feeds.board.members import CASES_LOOKED_AT, is_from_cases
from feeds.board.places import look_up
from feeds.board.shared import Evidence, Marks
from feeds.model import Outage

RANGES_LOOKED_AT: Final = 10_000
"""Of the ranges with cases that no outage holds so many, the newest, are looked at: the work is done at each look."""


class Pool(NamedTuple):
    """Ranges with cases, one a row, and which rows the cases of each group lie on."""

    evidence: Evidence
    free: Marks
    """Rows of cases in no group, and of groups on ranges: what a new group may be made of."""
    of_group: dict[str, Marks]
    """Rows of the groups on attribute values that cases made: those with these values."""


def gather(board: Board, live: Iterable[Outage]) -> Pool:
    """Return the evidence there is now."""
    outages = board.outages
    groups = [outage for outage in live if is_from_cases(outage)]
    small = {one.id for one in groups if outages.members[one.id].proofs <= CASES_LOOKED_AT}
    look_up((outages.unexplained.evidence, *map(outages.places, sorted(small))), board.inventory)
    free: list[Pair] = list(islice(reversed(outages.unexplained.evidence.own), RANGES_LOOKED_AT))
    on_values: dict[str, tuple[Where, list[Pair]]] = {}
    for outage in groups:
        if outage.where:
            lie_on = list(outages.places(outage.id).own) if outage.id in small else []
            on_values[outage.id] = (tuple(sorted(outage.where.items())), lie_on)
        else:
            free += outages.places(outage.id).own if outage.id in small else outages.members[outage.id].scope.pairs()
    # In an order of their own: the same evidence gives the same sums to the last bit.
    every = sorted({*free, *(run for _where, runs in on_values.values() for run in runs)})
    row_of = {run: row for row, run in enumerate(every)}
    ends = np.array(every, dtype=np.int64).reshape(-1, 2)
    found = board.inventory.standing.find(ends[:, 0], ends[:, 1])
    evidence = Evidence(board.inventory.standing.customers(found), board.inventory.attributes_of(found))
    return Pool(
        evidence,
        _marks(len(every), [row_of[run] for run in free]) & (found >= 0),
        {
            key: _marks(len(every), [row_of[run] for run in runs]) & evidence.on(where)
            for key, (where, runs) in on_values.items()
        },
    )


def _marks(size: int, rows: list[int]) -> Marks:
    marks = np.zeros(size, dtype=np.bool_)
    marks[rows] = True
    return marks
