"""Ranges that lie across one another: they share SIMs, and neither holds the other.

That is legal, as the most specific range owns a SIM; but few mean it, so a person is told.
"""

from typing import Final

import numpy as np

from feeds.fleet.columns import Columns, Numbers
from feeds.simspace import range_text

EXAMPLES: Final = 3


def crossing(columns: Columns) -> tuple[int, tuple[str, ...]]:
    """Return how many ranges lie across one that begins before them, and the first EXAMPLES of them as texts."""
    rows = _touching(columns.firsts, columns.lasts)
    firsts, lasts = columns.firsts[rows], columns.lasts[rows]
    order = np.argsort(lasts, kind="stable")
    by_last = lasts[order]
    # Across range i lies who ends in it, before its end: of those, is there one that begins before it?
    low, high = np.searchsorted(by_last, firsts, side="left"), np.searchsorted(by_last, lasts, side="left")
    found = np.flatnonzero(_least(firsts[order], low, high) < firsts)
    texts = []
    for at in found[:EXAMPLES].tolist():
        inside = order[low[at] : high[at]]
        other = int(inside[firsts[inside].argmin()])
        texts.append(f"{_text(firsts, lasts, other)} and {_text(firsts, lasts, at)}")
    return len(found), tuple(texts)


def _touching(firsts: Numbers, lasts: Numbers) -> Numbers:
    """Return the rows (sorted by first) that share a SIM with any other, and perhaps some that do not."""
    if not len(firsts):
        return np.empty(0, dtype=np.int64)
    shares = firsts[1:] <= np.maximum.accumulate(lasts)[:-1]
    # Who is reached by nobody may still reach the next one.
    return np.flatnonzero(np.append(False, shares) | np.append(shares, False))


def _least(values: Numbers, low: Numbers, high: Numbers) -> Numbers:
    """Return the least of ``values[low[i]:high[i]]`` for each i; the greatest int64 for none.

    A stretch is covered by two runs of 2**k values; the minima of all runs of a length come from those of half of it.
    """
    least = np.full(len(low), np.iinfo(np.int64).max, dtype=np.int64)
    sizes = high - low
    level = np.frexp(sizes.astype(np.float64))[1] - 1
    runs = values
    for step in range(int(level.max(initial=-1)) + 1):
        here = np.flatnonzero((level == step) & (sizes > 0))
        least[here] = np.minimum(runs[low[here]], runs[high[here] - (1 << step)])
        runs = np.minimum(runs[: -(1 << step)], runs[1 << step :])
    return least


def _text(firsts: Numbers, lasts: Numbers, at: int) -> str:
    return range_text(str(firsts[at]), str(lasts[at]))
