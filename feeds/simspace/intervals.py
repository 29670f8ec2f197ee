"""Sets of identifiers as sorted runs on a number line: union, intersection, difference, membership, count, rank.

Points are ICCID bodies (or IMSIs, or MSISDNs) as int64. A body has at most 19 digits and no leading zero, so the
number keeps its length, and numbers of different length are different identifiers that never touch: runs are split
at powers of ten and are not joined across them. How arrays of runs are swept is sweeps.py's work, parsing and texts
are other modules'.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feeds.simspace import sweeps
from feeds.simspace.sweeps import TOP, Points

__all__ = ["IntervalSet", "Points"]

_LIMIT: Final = 2**63
_FEW: Final = 16
"""Where one side has this many times fewer runs than the other, it is looked up in the other, not swept with it."""


class IntervalSet:
    """An immutable set of int64 points, as closed runs ``[first, last]``: sorted, disjoint, joined where they touch.

    Two sets with the same points are equal and have the same hash. All operations are sweeps over whole arrays.
    """

    __slots__ = ("_before", "_ends", "_hash", "_starts")

    _starts: Points
    _ends: Points
    _before: Points | None
    _hash: int | None

    empty: "IntervalSet"
    """The set without points."""

    def __init__(self, starts: Points, ends: Points) -> None:
        """Build from the first and last points of runs in any order; they may overlap.

        Raises ValueError where a run ends before it begins, or begins below zero.
        """
        starts = np.asarray(starts, dtype=np.int64)
        ends = np.asarray(ends, dtype=np.int64)
        if starts.shape != ends.shape or starts.ndim != 1:
            raise ValueError("a set of runs needs as many first as last points")
        if len(starts) and (bool(np.any(starts > ends)) or int(starts.min()) < 0):
            raise ValueError("a run must not end before it begins, nor begin below zero")
        self._keep(*sweeps.joined(*sweeps.split_at_powers(starts, ends)))

    def _keep(self, starts: Points, ends: Points) -> None:
        starts.flags.writeable = False
        ends.flags.writeable = False
        self._starts = starts
        self._ends = ends
        self._before = None
        self._hash = None

    @classmethod
    def _made(cls, starts: Points, ends: Points) -> "IntervalSet":
        """Wrap arrays that are in canonical form already."""
        made = cls.__new__(cls)
        made._keep(starts, ends)
        return made

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> "IntervalSet":
        """Return the set of all points of ``pairs`` (first, last), both included, in any order."""
        listed = list(pairs)
        if len(listed) == 1:  # what most cases concern; a sweep would be most of taking one in
            first, last = listed[0]
            if 0 <= first <= last < _LIMIT and len(str(first)) == len(str(last)):
                return cls._made(np.array([first], dtype=np.int64), np.array([last], dtype=np.int64))
        table = np.array(listed, dtype=np.int64).reshape(-1, 2)
        return cls(table[:, 0].copy(), table[:, 1].copy())

    @classmethod
    def union(cls, sets: Iterable["IntervalSet"]) -> "IntervalSet":
        """Return the union of all ``sets`` in one sweep."""
        many = [one for one in sets if one]
        if not many:
            return cls.empty
        if len(many) == 1:
            return many[0]
        starts = np.concatenate([one._starts for one in many])
        ends = np.concatenate([one._ends for one in many])
        return cls._made(*sweeps.joined(starts, ends))

    @property
    def starts(self) -> Points:
        """First points, ascending, read-only."""
        return self._starts

    @property
    def ends(self) -> Points:
        """Last points, ascending, read-only."""
        return self._ends

    @property
    def count(self) -> int:
        """How many points."""
        return int((self._ends - self._starts).sum()) + len(self._starts)

    def pairs(self) -> list[tuple[int, int]]:
        """Return the runs as (first, last), ascending."""
        return list(zip(self._starts.tolist(), self._ends.tolist(), strict=True))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Iterate over the runs as (first, last), ascending."""
        return iter(self.pairs())

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self._starts)

    def __bool__(self) -> bool:
        return len(self._starts) > 0

    def __contains__(self, point: object) -> bool:
        if not isinstance(point, (int, np.integer)) or not 0 <= point <= TOP:
            return False
        at = int(np.searchsorted(self._starts, point, side="right")) - 1
        return at >= 0 and int(self._ends[at]) >= int(point)

    def contains_many(self, points: Points) -> NDArray[np.bool_]:
        """Return for each of ``points`` (int64, any order) whether it is in the set: bool, same shape."""
        points = np.asarray(points, dtype=np.int64)
        if not len(self._starts):
            return np.zeros(points.shape, dtype=np.bool_)
        at = np.searchsorted(self._starts, points, side="right") - 1
        found: NDArray[np.bool_] = (at >= 0) & (self._ends[at] >= points)
        return found

    def intersects(self, other: "IntervalSet") -> bool:
        """Return whether the two share a point."""
        small, large = (self, other) if len(self) <= len(other) else (other, self)
        if not len(small):
            return False
        at = np.searchsorted(large._ends, small._starts)
        inside = at < len(large)
        return bool(np.any(large._starts[at[inside]] <= small._ends[inside]))

    def issubset(self, other: "IntervalSet") -> bool:
        """Return whether every point of this set is in ``other``."""
        if not len(self):
            return True
        if not len(other):
            return False
        # Both are canonical, so a run of this set lies in one run of the other or is not inside it.
        at = np.searchsorted(other._starts, self._starts, side="right") - 1
        return bool(np.all((at >= 0) & (other._ends[at] >= self._ends)))

    def __or__(self, other: "IntervalSet") -> "IntervalSet":
        if not isinstance(other, IntervalSet):
            return NotImplemented
        return IntervalSet.union((self, other))

    def __and__(self, other: "IntervalSet") -> "IntervalSet":
        if not isinstance(other, IntervalSet):
            return NotImplemented
        small, large = (self, other) if len(self) <= len(other) else (other, self)
        if not len(small):
            return IntervalSet.empty
        meet = sweeps.looked_up if len(small) * _FEW < len(large) else sweeps.shared
        return IntervalSet._made(*meet(small._starts, small._ends, large._starts, large._ends))

    def __sub__(self, other: "IntervalSet") -> "IntervalSet":
        if not isinstance(other, IntervalSet):
            return NotImplemented
        if not len(self) or not len(other):
            return self
        if len(self) * _FEW < len(other):
            other = self & other
        low = int(np.searchsorted(other._ends, self._starts[0]))
        high = int(np.searchsorted(other._starts, self._ends[-1], side="right"))
        if low >= high:
            return self
        left = sweeps.gaps(other._starts[low:high], other._ends[low:high])
        return IntervalSet._made(*sweeps.shared(self._starts, self._ends, *left))

    def __xor__(self, other: "IntervalSet") -> "IntervalSet":
        if not isinstance(other, IntervalSet):
            return NotImplemented
        if not len(self) or not len(other):
            return self if len(self) else other
        return IntervalSet._made(*sweeps.in_one_only(self._starts, self._ends, other._starts, other._ends))

    def complement(self, within: "IntervalSet") -> "IntervalSet":
        """Return the points of ``within`` that are not in this set."""
        return within - self

    def rank(self, point: int) -> int:
        """Return how many points of the set are less than ``point`` (any integer)."""
        if point > TOP:
            return self.count
        return int(self.rank_many(np.array([max(point, 0)], dtype=np.int64))[0])

    def rank_many(self, points: Points) -> Points:
        """Return for each of ``points`` (int64, any order) how many points of the set are less: int64, same shape.

        Less than ``point`` lie at most ``point`` points, so this cannot overflow, however large the set.
        """
        points = np.asarray(points, dtype=np.int64)
        if not len(self._starts):
            return np.zeros(points.shape, dtype=np.int64)
        at = np.searchsorted(self._starts, points, side="left") - 1
        found = at >= 0
        at = np.maximum(at, 0)
        inside = np.minimum(points - 1, self._ends[at]) - self._starts[at] + 1
        ranks: Points = np.where(found, self._below()[at] + inside, 0)
        return ranks

    def nth(self, rank: int) -> int:
        """Return the point with ``rank`` points of the set below it: 0 asks for the first one.

        Raises IndexError where the set has no such point.
        """
        if not 0 <= rank < self.count:
            raise IndexError(f"a set of {self.count:,} points has none with {rank:,} below it")
        return int(self.nth_many(np.array([rank], dtype=np.int64))[0])

    def nth_many(self, ranks: Points) -> Points:
        """Return for each of ``ranks`` (int64, any order) the point with so many points of the set below it.

        Raises IndexError where the set has no such point.
        """
        ranks = np.asarray(ranks, dtype=np.int64)
        if not ranks.size:
            return np.empty(ranks.shape, dtype=np.int64)
        if int(ranks.min()) < 0 or int(ranks.max()) >= self.count:
            raise IndexError(f"ranks in a set of {self.count:,} points go from 0 to one less than that")
        below = self._below()
        at = np.searchsorted(below, ranks, side="right") - 1
        points: Points = self._starts[at] + (ranks - below[at])
        return points

    def _below(self) -> Points:
        """Return how many points lie below each run: less than 2**63, as they all lie below its first point."""
        if self._before is None:
            before = np.zeros(len(self._starts), dtype=np.int64)
            np.cumsum(self._ends[:-1] - self._starts[:-1] + 1, out=before[1:])
            before.flags.writeable = False
            self._before = before
        return self._before

    def points(self, most: int) -> Points:
        """Return the first ``most`` points, ascending, or all where there are fewer: int64."""
        return self.nth_many(np.arange(min(max(most, 0), self.count), dtype=np.int64))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IntervalSet):
            return NotImplemented
        return np.array_equal(self._starts, other._starts) and np.array_equal(self._ends, other._ends)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash((self._starts.tobytes(), self._ends.tobytes()))
        return self._hash

    def __repr__(self) -> str:
        shown = ", ".join(f"{first}–{last}" for first, last in zip(self._starts[:5], self._ends[:5], strict=True))
        more = f" … {len(self) - 5} more" if len(self) > 5 else ""
        return f"IntervalSet({shown}{more})"


IntervalSet.empty = IntervalSet(*sweeps.no_runs())
