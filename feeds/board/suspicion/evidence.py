"""The evidence of cases, as columns: who wrote about which range and when, and what the range's SIMs share.

Evidence are the open cases that no outage holds and nobody settled, and those in groups that cases alone made and that
nobody decided upon. A case counts by its own SIMs: one that its customer or a person brought proves nothing. Only what
is new proves something: cases that have been open for days say nothing about now.
"""

from collections.abc import Iterable, Iterator
from heapq import nlargest
from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from feeds.board.board import Board
from feeds.board.inventory import Pair, Where
from feeds.board.outage.members import CASES_LOOKED_AT, is_from_cases
from feeds.board.outage.places import Places, Row, look_up
from feeds.board.outage.writers import minute_of
from feeds.board.suspicion.shared import Evidence, Marks
from feeds.board.suspicion.tails import ASKED, wrote_again
from feeds.fleet.codes import coded
from feeds.model import Outage

ROWS_LOOKED_AT: Final = 10_000
"""Of the rows of cases that no outage holds so many, the newest, are looked at: the work is done at each look."""
WINDOWS: Final = (10, 30, 120, 360, 1_440)
"""Minutes before now in which customers that write about one place are counted."""
FEWEST_CASES: Final = 5
"""Fewer cases of several customers on one place are never a group."""
NEW: Final = WINDOWS[-1]
"""Minutes for which a case is evidence of something new."""
YOUNG: Final = 360
"""Minutes after which a group on attribute values is not taken for another one any more."""

Numbers = NDArray[np.int64]


class Pool(NamedTuple):
    """Rows in order: a range, who wrote about it, and in which minute (since 1970) the newest case was opened."""

    evidence: Evidence
    firsts: Numbers
    lasts: Numbers
    minutes: Numbers
    keys: list[Row]
    free: Marks
    """Rows of cases in no group, and of groups on ranges: what a new group may be made of."""
    of_group: dict[str, Marks]
    """Rows of the groups on attribute values that cases made: those with these values."""
    sources: tuple[Places, ...]
    now: int

    def since(self, minute: int) -> Marks:
        """Return the rows with a case opened after that minute."""
        return self.minutes > minute

    def witness(self, marks: Marks, since: int) -> float:
        """Return how likely it is that as many customers wrote again about rows (see tails.wrote_again).

        Infinite where these are too few cases to be a group, however unlikely.
        """
        rows = [self.keys[at] for at in np.flatnonzero(marks).tolist()]
        if len(rows) > ASKED:
            return 0.0
        wrote: dict[str, set[str]] = {}
        for row in rows:
            for places in self.sources:
                new = (key for key, minute in places.opened(row).items() if minute > since)
                wrote.setdefault(row[1], set()).update(new)
        if sum(map(len, wrote.values())) < FEWEST_CASES:
            return inf
        return wrote_again(len(wrote), sum(len(keys) > 1 for keys in wrote.values()))

    def cases(self, marks: Marks, since: int) -> dict[str, int]:
        """Return the cases of rows opened after a minute: key → minute, the oldest first."""
        rows = [self.keys[at] for at in np.flatnonzero(marks).tolist()]
        found = {
            key: minute
            for places in self.sources
            for row in rows
            for key, minute in places.opened(row).items()
            if minute > since
        }
        return dict(sorted(found.items(), key=lambda item: (item[1], item[0])))


def gather(board: Board, live: Iterable[Outage]) -> Pool:
    """Return the evidence there is now."""
    outages, now = board.outages, minute_of(board.at)
    groups = [outage for outage in live if is_from_cases(outage)]
    small = {one.id: outages.places(one.id) for one in groups if outages.members[one.id].proofs <= CASES_LOOKED_AT}
    loose = outages.unexplained.evidence
    look_up((loose, *small.values()), board.inventory)
    oldest = now - NEW - YOUNG
    rows: dict[Row, int] = {}
    new = [item for item in loose.rows.items() if item[1] > oldest]
    if len(new) > ROWS_LOOKED_AT:
        new = nlargest(ROWS_LOOKED_AT, new, key=lambda item: (item[1], item[0]))
    free = list(_new(new, oldest, rows))
    of_groups: dict[str, tuple[Where, list[Row]]] = {}
    for outage in groups:
        if outage.id in small:
            own = list(_new(small[outage.id].rows.items(), oldest, rows))
        else:
            own = [] if outage.where else list(_new(_of_scope(board, outage), oldest, rows))
        if outage.where:
            of_groups[outage.id] = (tuple(sorted(outage.where.items())), own)
        else:
            free += own
    # In an order of their own: the same evidence gives the same sums.
    keys = sorted(rows)
    place = {key: at for at, key in enumerate(keys)}
    ends = np.array([run for run, _writer in keys], dtype=np.int64).reshape(-1, 2)
    found = board.inventory.standing.find(ends[:, 0], ends[:, 1])
    evidence = Evidence(coded([writer for _run, writer in keys]), board.inventory.attributes_of(found))
    return Pool(
        evidence,
        ends[:, 0],
        ends[:, 1],
        np.array([rows[key] for key in keys], dtype=np.int64),
        keys,
        _marks(len(keys), [place[key] for key in free]) & (found >= 0),
        {
            group: _marks(len(keys), [place[key] for key in own]) & evidence.on(where)
            for group, (where, own) in of_groups.items()
        },
        (loose, *small.values()),
        now,
    )


def _new(found: Iterable[tuple[Row, int]], oldest: int, rows: dict[Row, int]) -> Iterator[Row]:
    """Yield the rows that are new enough, and note their minutes in ``rows``."""
    for row, minute in found:
        if minute > oldest:
            rows[row] = max(minute, rows.get(row, 0))
            yield row


def _of_scope(board: Board, outage: Outage) -> Iterator[tuple[Row, int]]:
    """Yield the ranges of a group with very many cases, as if each owner had written when it was suspected."""
    minute = minute_of(outage.suspected)
    runs: list[Pair] = board.outages.members[outage.id].scope.pairs()
    owners = board.inventory.customers_at([first for first, _last in runs])
    return (((run, owner), minute) for run, owner in zip(runs, owners, strict=True) if owner)


def _marks(size: int, rows: list[int]) -> Marks:
    marks = np.zeros(size, dtype=np.bool_)
    marks[rows] = True
    return marks
