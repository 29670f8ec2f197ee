"""Where do more customers have new trouble, on one place and in a short time, than chance brings in quiet weeks?

A space-time scan: places are attribute values, pairs of them, ranges and blocks of the number line; times are windows
that end now, the time of the board's newest fact. What is usual in a window is the matter of surging.py, how unlikely a
surplus is that of tails.py. The most unlikely place explains its customers; what is left is looked at for the next.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import log
from typing import Final, NamedTuple

import numpy as np

from feeds.board.board import Board
from feeds.board.inventory import Pair, Where
from feeds.board.surge.surging import usual_cases
from feeds.board.suspicion.evidence import WINDOWS, Pool
from feeds.board.suspicion.shared import MOST_AT_ONCE, Marks, Shared, most_unlikely, weighed
from feeds.board.suspicion.stretches import Stretch, crowded_run, marks_in
from feeds.board.suspicion.tails import FEWEST_A_WEEK, Traffic
from feeds.board.suspicion.told import describe, grounds_of, surplus_in_words
from feeds.model import Grounds
from feeds.simspace import IntervalSet

A_WEEK: Final = 7 * 1_440
FALSE_A_WEEK: Final = 0.5
"""So many false suspicions of each kind (range, value, pair) may a quiet week bring, by a bound that is not reached."""
LIMIT: Final = log(FALSE_A_WEEK)
_LOOKED_THROUGH: Final = 12
"""Places of groups that are there already and explain their rows are passed over, up to so many."""


class Found(NamedTuple):
    """A place with a surplus. ``where`` is empty where it is a range or a block; ``since``: the window's beginning."""

    where: Where
    scope: IntervalSet
    customers: float
    of: int
    share: float
    log_chance: float
    expected: float
    marks: Marks
    since: int

    def grounds(self, pool: Pool) -> Grounds:
        """Return it as facts state it. Customers that wrote about other places as well count in full."""
        marks = self.marks & pool.since(self.since)
        customers = len(set(pool.evidence.customers.codes[marks].tolist()))
        return grounds_of(pool.cases(marks, self.since), customers, self.expected, self.log_chance)

    def in_words(self, grounds: Grounds) -> str:
        """Return why it is suspicious."""
        place = f"share {describe(self.where)}" if self.where else "in one range"
        return surplus_in_words(grounds, place, self.share)


def windows(board: Board, pool: Pool) -> list[tuple[int, Traffic]]:
    """Return the minute after which each window begins, and what is usual in it; the shortest first."""
    _weights, of = weighed(pool.evidence, pool.since(pool.now - WINDOWS[-1]))
    usual = {minutes: usual_cases(board, board.at, float(minutes)) for minutes in (*WINDOWS, A_WEEK)}
    weekly = max(FEWEST_A_WEEK, usual[A_WEEK], of * A_WEEK / WINDOWS[-1])
    return [(pool.now - minutes, Traffic(usual[minutes], weekly)) for minutes in WINDOWS]


def surpluses(board: Board, pool: Pool, is_held: Callable[[Found], bool]) -> Iterator[Found]:
    """Yield the places with a surplus, the most unlikely first.

    ``is_held``: whether what is known already holds a place; it explains its customers all the same.
    """
    left = pool.free & pool.since(pool.now - WINDOWS[-1])
    times = windows(board, pool)
    new = 0
    for _ in range(_LOOKED_THROUGH):
        found = explained(board, pool, left, times)
        if found is None:
            return
        left &= ~found.marks
        if not is_held(found):
            yield found
            new += 1
            if new == MOST_AT_ONCE:
                return


def narrowest_surplus(board: Board, pool: Pool, rows: Marks) -> Stretch | None:
    """Return the range or block that ``rows`` lie in the most unlikely by chance, in any window."""
    ranges = _crowded(pool)
    found = [
        _run(board, pool, part, ranges, traffic, since)
        for since, part, traffic in _parts(pool, rows, windows(board, pool))
    ]
    return min((one for one in found if one is not None), key=lambda one: one.log_chance, default=None)


def _crowded(pool: Pool) -> list[Pair]:
    return [run for places in pool.sources for run in places.crowded]


def _parts(pool: Pool, rows: Marks, times: Sequence[tuple[int, Traffic]]) -> Iterator[tuple[int, Marks, Traffic]]:
    """Yield the windows that have further rows: what a longer one expects is more, for no more customers."""
    before = 0
    for since, traffic in times:
        part = rows & pool.since(since)
        many = int(np.count_nonzero(part))
        if many != before:
            before = many
            yield since, part, traffic


def _run(
    board: Board, pool: Pool, rows: Marks, ranges: list[Pair], traffic: Traffic, since: int, limit: float = LIMIT
) -> Stretch | None:
    shares, ends = board.outages.shares, (pool.firsts, pool.lasts)
    return crowded_run(
        pool.evidence,
        ends,
        rows,
        ranges,
        traffic,
        shares.on_run,
        shares.layers(),
        limit,
        partial(pool.witness, since=since),
    )


def explained(
    board: Board, pool: Pool, rows: Marks, times: Sequence[tuple[int, Traffic]], limit: float = LIMIT
) -> Found | None:
    """Return the place with the most unlikely surplus of ``rows`` in any window; None: none below ``limit``."""
    best: Found | None = None
    shares = board.outages.shares
    ranges = _crowded(pool)
    for since, part, traffic in _parts(pool, rows, times):
        witness = partial(pool.witness, since=since)
        value = most_unlikely(pool.evidence, part, traffic, shares.exactly, limit, shares.roughly, witness)
        run = _run(board, pool, part, ranges, traffic, since, limit)
        found: Shared | Stretch | None = value or run
        # A value says more than a range that has nothing beyond it.
        if value is not None and run is not None and run.share < value.share and run.log_chance < value.log_chance:
            found = run
        if found is not None and (best is None or found.log_chance < best.log_chance):
            best = _found(board, pool, rows, found, traffic, since)
    return best


def _found(board: Board, pool: Pool, left: Marks, found: Shared | Stretch, traffic: Traffic, since: int) -> Found:
    if isinstance(found, Shared):
        where, scope = found.where, board.inventory.served(found.where)
        marks = pool.evidence.on(where)
    else:
        where, scope = (), IntervalSet.of([found.run])
        if not found.is_range:
            scope = scope & board.inventory.merged()
        marks = marks_in((pool.firsts, pool.lasts), found.run)
    expected = traffic.expected(found.customers, found.of, found.share)
    return Found(where, scope, found.customers, found.of, found.share, found.log_chance, expected, marks & left, since)
