"""Which ranges hold a point: an immutable index over ranges that may overlap, built once, looked up in bulk.

Rows are numbers of ranges in the order they were given; what a row means (customer, attributes) is the caller's. Of
overlapping ranges the most specific one, the smallest, wins; of equally small ones the one with the lower row.
"""

import numpy as np
from numpy.typing import NDArray

from feeds.simspace.intervals import Points

Rows = NDArray[np.int64]
"""Row numbers, shape (n,), int64."""

_BLOCK = 1024


class RangeIndex:
    """An index over the closed ranges ``firsts[i]``–``lasts[i]`` (int64, at least 0), in any order.

    Memory: 28 bytes a range, and 24 more for each where any two overlap.
    """

    __slots__ = ("_best", "_bounds", "_firsts", "_lasts", "_reach", "_rows", "_tops")

    def __init__(self, firsts: Points, lasts: Points) -> None:
        """Build the index. Raises ValueError where a range ends before it begins."""
        firsts = np.array(firsts, dtype=np.int64)
        lasts = np.array(lasts, dtype=np.int64)
        if firsts.shape != lasts.shape or firsts.ndim != 1:
            raise ValueError("an index needs as many first as last points")
        wrong = np.flatnonzero((firsts > lasts) | (firsts < 0) | (lasts == np.iinfo(np.int64).max))
        if len(wrong):
            row = int(wrong[0])
            raise ValueError(f"range {row} is not one: {firsts[row]}–{lasts[row]}")
        order = np.argsort(firsts, kind="stable")
        self._firsts: Points = firsts[order]
        self._lasts: Points = lasts[order]
        self._rows: NDArray[np.int32] = order.astype(np.int32)
        self._reach: Points | None = None
        self._tops: Points | None = None
        self._bounds: Points = self._firsts
        self._best: NDArray[np.int32] = self._rows
        if bool(np.any(self._firsts[1:] <= self._lasts[:-1])):
            self._reach = np.maximum.accumulate(self._lasts)
            padded = np.full(-(-len(order) // _BLOCK) * _BLOCK, -1, dtype=np.int64)
            padded[: len(order)] = self._lasts
            self._tops = padded.reshape(-1, _BLOCK).max(axis=1)
            self._bounds, self._best = _segments(firsts, lasts)

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self._firsts)

    @property
    def overlaps(self) -> bool:
        """Whether any two of the ranges share a point."""
        return self._reach is not None

    def best(self, points: Points) -> Rows:
        """Return for each of ``points`` (int64, shape (n,)) the row of the most specific range that holds it, or -1."""
        points = np.asarray(points, dtype=np.int64)
        if not len(self._firsts):
            return np.full(points.shape, -1, dtype=np.int64)
        at = np.searchsorted(self._bounds, points, side="right") - 1
        rows: Rows = self._best[at].astype(np.int64)
        rows[at < 0] = -1
        if self._reach is None:
            rows[self._lasts[at] < points] = -1
        return rows

    def lookup(self, point: int) -> tuple[int, ...]:
        """Return the rows of all ranges that hold ``point``, the most specific first."""
        before = int(np.searchsorted(self._firsts, point, side="right"))
        places = self._stabbed(before, point)
        if len(places) > 1:
            sizes = self._lasts[places] - self._firsts[places]
            places = places[np.lexsort((self._rows[places], sizes))]
        return tuple(self._rows[places].tolist())

    def overlapping(self, first: int, last: int) -> Rows:
        """Return the rows of all ranges that share a point with ``first``–``last``, by ascending first point."""
        low = int(np.searchsorted(self._firsts, first, side="right"))
        high = int(np.searchsorted(self._firsts, last, side="right"))
        places = np.concatenate((self._stabbed(low, first), np.arange(low, max(low, high))))
        rows: Rows = self._rows[places].astype(np.int64)
        return rows

    def _stabbed(self, before: int, point: int) -> Rows:
        """Return the places (in order of first points) below ``before`` whose range reaches ``point``."""
        if before == 0:
            return np.empty(0, dtype=np.int64)
        if self._reach is None or self._tops is None:
            there = int(self._lasts[before - 1]) >= point
            return np.arange(before - 1, before) if there else np.empty(0, dtype=np.int64)
        if int(self._reach[before - 1]) < point:
            return np.empty(0, dtype=np.int64)
        # Two steps: blocks whose farthest end reaches the point, then the ranges in those.
        full = before // _BLOCK
        blocks = np.flatnonzero(self._tops[:full] >= point)
        places = (blocks[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
        places = np.concatenate((places, np.arange(full * _BLOCK, before)))
        there_too: Rows = places[self._lasts[places] >= point]
        return there_too


def _segments(firsts: Points, lasts: Points) -> tuple[Points, NDArray[np.int32]]:
    """Cut the line where any range begins or ends; return the cuts and each piece's most specific row, or -1.

    The least rank over each piece is found by doubling: a range of n pieces is covered by two overlapping runs of
    2**k pieces; each level of runs hands its minimum down to the two halves. Time n log n, memory linear.
    """
    bounds = np.unique(np.concatenate((firsts, lasts + 1)))
    low = np.searchsorted(bounds, firsts).astype(np.int32)
    high = np.searchsorted(bounds, lasts + 1).astype(np.int32)
    by_size = np.lexsort((np.arange(len(firsts)), lasts - firsts)).astype(np.int32)
    nobody = np.int32(len(firsts))
    rank = np.empty(len(firsts), dtype=np.int32)
    rank[by_size] = np.arange(len(firsts), dtype=np.int32)
    level = np.frexp((high - low).astype(np.float64))[1] - 1
    least = np.full(len(bounds), nobody, dtype=np.int32)
    for step in range(int(level.max()), -1, -1):
        here = np.flatnonzero(level == step)
        np.minimum.at(least, low[here], rank[here])
        np.minimum.at(least, high[here] - (1 << step), rank[here])
        if step:
            half = 1 << (step - 1)
            down = least.copy()
            np.minimum(down[half:], least[:-half], out=down[half:])
            least = down
    best = np.append(by_size, np.int32(-1))[least]
    return bounds, best
