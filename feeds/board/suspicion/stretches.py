"""In which range, or round block of the number line, do more customers have trouble than chance lets them?

The ranges of the inventory lie over one another (a carrier's over those of its customers), so on each SIM there are as
many to try as there are layers. Blocks (all bodies that begin with the same digits) hold what was made and delivered
together: batches of SIM cards, profiles, ranges that customers were given one after the other.

Pure; values that ranges share are looked at in shared.py, by the same law.
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from feeds.board.inventory import Pair
from feeds.board.outage.places import FEWEST_CUSTOMERS
from feeds.board.suspicion.shared import (
    FURTHER_AT_MOST,
    NO_SURPRISE,
    Evidence,
    Further,
    Marks,
    Null,
    stands_out,
    weighed,
)

BLOCKS: Final = tuple(10**digits for digits in range(4, 7))
"""Lengths of blocks."""

Numbers = NDArray[np.int64]


class Stretch(NamedTuple):
    """A run of bodies that ``customers`` of ``of`` customers with evidence wrote about; see shared.Shared."""

    run: Pair
    customers: float
    of: int
    share: float
    log_chance: float
    is_range: bool


def crowded_run(
    evidence: Evidence,
    ends: tuple[Numbers, Numbers],
    rows: Marks,
    ranges: Iterable[Pair],
    null: Null,
    share_of: Callable[[Pair], float],
    layers: float,
    limit: float,
    further: Further,
) -> Stretch | None:
    """Return the run that ``rows`` lie in the most unlikely by chance: of ``ranges``, or a block.

    None: there is none with a chance (as logarithm) of at most ``limit``.

    ``ends``: the first and last bodies of each row, rows sorted by them. ``layers``: how many ranges lie over one
    another.
    """
    weights, of = weighed(evidence, rows)
    firsts, lasts = ends
    if of < FEWEST_CUSTOMERS:
        return None
    codes = evidence.customers.codes
    tried = layers + len(BLOCKS)
    best: Stretch | None = None
    stated = sorted(set(ranges))
    blocks = _blocks(firsts[rows], lasts[rows])
    for place, run in enumerate(_with_rows((*stated, *blocks), firsts, rows)):
        if run is None:
            continue
        low, high = int(np.searchsorted(firsts, run[0])), int(np.searchsorted(firsts, run[1], side="right"))
        inside = rows[low:high] & (lasts[low:high] <= run[1])
        if np.count_nonzero(np.bincount(codes[low:high][inside])) < FEWEST_CUSTOMERS:
            continue
        share, weight = share_of(run), float(weights[low:high][inside].sum())
        if not 0.0 < share < 1.0 or not stands_out(weight / of, share):
            continue
        likely = null.log_chance(weight, of, share, tried)
        if likely <= min(limit - FURTHER_AT_MOST, NO_SURPRISE):
            marks = np.zeros(len(rows), dtype=np.bool_)
            marks[low:high] = inside
            likely += further(marks)
        found = Stretch(run, weight, of, share, likely, place < len(stated))
        if likely <= limit and (best is None or _rank(found) < _rank(best)):
            best = found
    return best


def _rank(found: Stretch) -> tuple[object, ...]:
    """What to compare: the most unlikely, then the narrowest one; a range goes before a block."""
    return found.log_chance, found.run[1] - found.run[0], not found.is_range, found.run


def _blocks(firsts: Numbers, lasts: Numbers) -> list[Pair]:
    """Return the blocks that hold several ranges with rows: of two, each would have its own trouble."""
    found: list[Pair] = []
    begins = np.unique(firsts[firsts // BLOCKS[-1] == lasts // BLOCKS[-1]])
    for length in BLOCKS:
        numbers, counts = np.unique(begins // length, return_counts=True)
        many = numbers[counts >= FEWEST_CUSTOMERS].tolist()
        found += [(block * length, block * length + length - 1) for block in many]
    return found


def _with_rows(runs: tuple[Pair, ...], firsts: Numbers, rows: Marks) -> list[Pair | None]:
    """Return the runs; None in place of one in which too few rows begin to look closer."""
    if not runs:
        return []
    table = np.array(runs, dtype=np.int64)
    before = np.concatenate(([0], np.cumsum(rows)))
    low = before[np.searchsorted(firsts, table[:, 0])]
    high = before[np.searchsorted(firsts, table[:, 1], side="right")]
    return [
        run if enough else None for run, enough in zip(runs, (high - low >= FEWEST_CUSTOMERS).tolist(), strict=True)
    ]


def marks_in(ends: tuple[Numbers, Numbers], run: Pair) -> Marks:
    """Return which rows lie in a run."""
    marks: Marks = (ends[0] >= run[0]) & (ends[1] <= run[1])
    return marks
