"""Which ranges hold a point: an immutable index over ranges that may overlap, built once, looked up in bulk.

Rows are numbers of ranges in the order they were given; what a row means (customer, attributes) is the caller's. Of
overlapping ranges the most specific one, the smallest, wins; of equally small ones the one with the lower row.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from feeds.simspace.intervals import Points

Rows = NDArray[np.int64]
"""Row numbers, shape (n,), int64."""

Few = NDArray[np.int32]
"""Row numbers as they are kept, int32."""

_NEAR: Final = 64
"""A range in which at most so many others begin is found among the last so many that begin before a point."""
_SCANNED: Final = 256
"""So few ranges are looked at one and all."""


class RangeIndex:
    """An index over the closed ranges ``firsts[i]``–``lasts[i]`` (int64, at least 0), in any order.

    Arrays that are in order already are kept as they are, not copied, and must not change afterwards. Memory beside
    them: nothing; where the order is another one, 20 bytes a range; where any two overlap, at most 24 bytes more.
    """

    __slots__ = ("_best", "_bounds", "_firsts", "_lasts", "_rows", "_sorted_lasts", "_wide")

    def __init__(self, firsts: Points, lasts: Points) -> None:
        """Build the index. Raises ValueError where a range ends before it begins."""
        firsts = np.asarray(firsts, dtype=np.int64)
        lasts = np.asarray(lasts, dtype=np.int64)
        if firsts.shape != lasts.shape or firsts.ndim != 1:
            raise ValueError("an index needs as many first as last points")
        wrong = (firsts > lasts) | (firsts < 0) | (lasts == np.iinfo(np.int64).max)
        if wrong.any():
            row = int(wrong.argmax())
            raise ValueError(f"range {row} is not one: {firsts[row]}–{lasts[row]}")
        self._rows: Few | None = None
        """The row at each place in order of first points; None: rows are in order."""
        if bool((firsts[1:] < firsts[:-1]).any()):
            order = np.argsort(firsts, kind="stable")
            firsts, lasts, self._rows = firsts[order], lasts[order], order.astype(np.int32)
        self._firsts: Points = firsts
        self._lasts: Points = lasts
        self._wide: _Wide | None = None
        self._bounds: Points | None = None
        self._best: Few | None = None
        self._sorted_lasts: Points | None = None
        if bool((firsts[1:] <= lasts[:-1]).any()):
            self._wide = _Wide.of(firsts, lasts)
            self._bounds, self._best = _segments(firsts, lasts, self._rows)

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self._firsts)

    @property
    def overlaps(self) -> bool:
        """Whether any two of the ranges share a point."""
        return self._bounds is not None

    def best(self, points: Points) -> Rows:
        """Return for each of ``points`` (int64, shape (n,)) the row of the most specific range that holds it, or -1."""
        points = np.asarray(points, dtype=np.int64)
        if not len(self._firsts):
            return np.full(points.shape, -1, dtype=np.int64)
        if self._bounds is not None and self._best is not None:
            at = np.searchsorted(self._bounds, points, side="right")
            # The last piece, behind all ranges, is nobody's: it answers for what is before them all, too.
            rows: Rows = self._best[at - 1].astype(np.int64)
            return rows
        at = np.searchsorted(self._firsts, points, side="right") - 1
        rows = at if self._rows is None else self._rows[at].astype(np.int64)
        rows[(at < 0) | (self._lasts[at] < points)] = -1
        return rows

    def at(self, point: int) -> int:
        """Return the row of the most specific range that holds one point, or -1: ``best`` without its overhead."""
        if self._bounds is not None and self._best is not None:
            return self._best.item(int(self._bounds.searchsorted(point, side="right")) - 1)
        before = int(self._firsts.searchsorted(point, side="right"))
        if not before or self._lasts.item(before - 1) < point:
            return -1
        return before - 1 if self._rows is None else self._rows.item(before - 1)

    def lookup(self, point: int) -> tuple[int, ...]:
        """Return the rows of all ranges that hold ``point``, the most specific first."""
        before = int(self._firsts.searchsorted(point, side="right"))
        if self._bounds is None:
            if not before or int(self._lasts[before - 1]) < point:
                return ()
            return (before - 1 if self._rows is None else int(self._rows[before - 1]),)
        places = self._stabbed(before, point)
        if len(places) > 1:
            sizes = self._lasts[places] - self._firsts[places]
            places = places[np.lexsort((self._named(places), sizes))]
        return tuple(self._named(places).tolist())

    def overlapping(self, first: int, last: int) -> Rows:
        """Return the rows of all ranges that share a point with ``first``–``last``, by ascending first point."""
        low = int(self._firsts.searchsorted(first, side="right"))
        high = int(self._firsts.searchsorted(last, side="right"))
        return self._named(np.concatenate((self._stabbed(low, first), np.arange(low, max(low, high)))))

    def met(self, firsts: Points, lasts: Points) -> Rows:
        """Return for each of the runs ``firsts[i]``–``lasts[i]`` how many ranges share a point with it."""
        if self._sorted_lasts is None:
            self._sorted_lasts = np.sort(self._lasts) if self.overlaps else self._lasts
        # All that begin before the end of the run, without those that have ended before it begins.
        before: Rows = np.searchsorted(self._firsts, lasts, side="right")
        return before - np.searchsorted(self._sorted_lasts, firsts, side="left")

    def pieces(self, starts: Points, ends: Points) -> tuple[Points, Points, Rows]:
        """Return the runs ``starts[i]``–``ends[i]`` (sorted, disjoint), cut where the most specific range changes.

        First points, last points and rows of the pieces, ascending; what no range holds is left out.
        """
        if self._bounds is None or self._best is None:
            low = np.searchsorted(self._lasts, starts, side="left")
            high = np.searchsorted(self._firsts, ends, side="right")
            own, place = _spread(low, high)
            firsts, lasts = self._firsts[place], self._lasts[place]
            rows = self._named(place)
        else:
            low = np.maximum(np.searchsorted(self._bounds, starts, side="right") - 1, 0)
            high = np.searchsorted(self._bounds, ends, side="right")
            own, place = _spread(low, np.minimum(high, len(self._bounds) - 1))
            held = self._best[place] >= 0
            own, place = own[held], place[held]
            firsts, lasts = self._bounds[place], self._bounds[place + 1] - 1
            rows = self._best[place].astype(np.int64)
        return np.maximum(firsts, starts[own]), np.minimum(lasts, ends[own]), rows

    def steps(self) -> tuple[Points, Few]:
        """Return where on the line the most specific range changes, ascending, and its row from there on; -1: none."""
        if self._bounds is not None and self._best is not None:
            return self._bounds, self._best
        # Behind each range nobody's begin, unless the next one does.
        open_ = np.append(self._firsts[1:] != self._lasts[:-1] + 1, True)[: len(self)]
        edges = np.concatenate((self._firsts, self._lasts[open_] + 1))
        own = np.arange(len(self), dtype=np.int32) if self._rows is None else self._rows
        rows = np.concatenate((own, np.full(int(open_.sum()), -1, dtype=np.int32)))
        order = np.argsort(edges, kind="stable")
        return edges[order], rows[order]

    def _named(self, places: Rows) -> Rows:
        return places if self._rows is None else self._rows[places].astype(np.int64)

    def _stabbed(self, before: int, point: int) -> Rows:
        """Return the places (in order of first points) below ``before`` whose range reaches ``point``."""
        if self._bounds is None:
            there = before > 0 and int(self._lasts[before - 1]) >= point
            return np.arange(before - 1, before) if there else np.empty(0, dtype=np.int64)
        begin = max(before - _NEAR - 1, 0)
        near: Rows = (self._lasts[begin:before] >= point).nonzero()[0] + begin
        if self._wide is None or not begin:
            return near
        wide = self._wide.reaching(point)
        return np.concatenate((wide[: wide.searchsorted(begin)], near))


class _Wide:
    """The ranges of an index in which more than _NEAR others begin: few as a rule. They may hold a point far behind."""

    __slots__ = ("_firsts", "_lasts", "_places", "_wider")

    def __init__(self, firsts: Points, lasts: Points, places: Rows) -> None:
        self._firsts = firsts
        self._lasts = lasts
        self._places = places
        self._wider: _Wide | None = None
        """Those of them in which more than _NEAR of them begin; None: every one may be such a range."""

    @classmethod
    def of(cls, firsts: Points, lasts: Points) -> "_Wide | None":
        """Return the wide ones among ranges in order of their first points; None where there is none."""
        places = np.flatnonzero(np.searchsorted(firsts, lasts, side="right") - np.arange(len(firsts)) > _NEAR + 1)
        if not len(places):
            return None
        wide = cls(firsts[places], lasts[places], places)
        if _SCANNED < len(places) < len(firsts) // 2:
            wide._wider = cls.of(wide._firsts, wide._lasts) or cls(firsts[:0], lasts[:0], places[:0])
        return wide

    def reaching(self, point: int) -> Rows:
        """Return the places of those that hold ``point``, ascending."""
        before = int(self._firsts.searchsorted(point, side="right"))
        if self._wider is None:
            return self._places[(self._lasts[:before] >= point).nonzero()[0]]
        begin = max(before - _NEAR - 1, 0)
        near = (self._lasts[begin:before] >= point).nonzero()[0] + begin
        wider = self._wider.reaching(point)
        return self._places[np.concatenate((wider[: wider.searchsorted(begin)], near))]


def _spread(low: Rows, high: Rows) -> tuple[Rows, Rows]:
    """Return all numbers from each ``low`` to below each ``high``, and before them which pair each is of."""
    hits = np.maximum(high - low, 0)
    own = np.repeat(np.arange(len(hits)), hits)
    return own, np.arange(len(own)) - np.repeat(np.cumsum(hits) - hits, hits) + np.repeat(low, hits)


def _segments(firsts: Points, lasts: Points, rows: Few | None) -> tuple[Points, Few]:
    """Cut the line where the most specific range changes; return the cuts and each piece's row, or -1.

    ``firsts`` ascend. The least rank over each piece is found by doubling: a range of n pieces is covered by two
    overlapping runs of 2**k pieces; each level of runs hands its minimum down to the two halves. Time n log n, memory
    linear.
    """
    bounds = np.sort(np.concatenate((firsts, lasts + 1)))
    bounds = bounds[np.append(True, bounds[1:] != bounds[:-1])]
    low = np.searchsorted(bounds, firsts).astype(np.int32)
    high = np.searchsorted(bounds, lasts + 1).astype(np.int32)
    sizes = lasts - firsts
    by_size = (np.argsort(sizes, kind="stable") if rows is None else np.lexsort((rows, sizes))).astype(np.int32)
    rank = np.empty(len(firsts), dtype=np.int32)
    rank[by_size] = np.arange(len(firsts), dtype=np.int32)
    level = (np.frexp((high - low).astype(np.float64))[1] - 1).astype(np.int8)
    by_level = np.argsort(level, kind="stable")
    ends = np.searchsorted(level[by_level], np.arange(int(level.max()) + 2))
    least = np.full(len(bounds), len(firsts), dtype=np.int32)
    for step in range(int(level.max()), -1, -1):
        here = by_level[ends[step] : ends[step + 1]]
        np.minimum.at(least, low[here], rank[here])
        if step:
            np.minimum.at(least, high[here] - (1 << step), rank[here])
            half = 1 << (step - 1)
            down = least.copy()
            np.minimum(down[half:], least[:-half], out=down[half:])
            least = down
    owners = by_size if rows is None else rows[by_size]
    best = np.append(owners, np.int32(-1))[least]
    new = np.append(True, best[1:] != best[:-1])  # true of the last piece, too: it is nobody's, the one before is not
    return bounds[new], best[new]
