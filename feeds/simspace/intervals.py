"""Sets of identifiers as sorted runs on a number line: union, intersection, difference, membership, count.

Points are ICCID bodies (or IMSIs, or MSISDNs) as int64. A body has at most 19 digits and no leading zero, so the
number keeps its length, and numbers of different length are different identifiers that never touch: runs are split
at powers of ten and are not joined across them. Parsing and texts are other modules' work.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.int64]
"""Shape (n,), int64."""

_TOP: Final = np.iinfo(np.int64).max
_LIMIT: Final = 2**63
_POWERS: Final[Points] = 10 ** np.arange(1, 19, dtype=np.int64)
_FEW: Final = 16
"""Where one side has this many times fewer runs than the other, it is looked up in the other, not swept with it."""


class IntervalSet:
    """An immutable set of int64 points, as closed runs ``[first, last]``: sorted, disjoint, joined where they touch.

    Two sets with the same points are equal and have the same hash. All operations are sweeps over whole arrays.
    """

    __slots__ = ("_ends", "_hash", "_starts")

    _starts: Points
    _ends: Points
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
        self._keep(*_joined(*_split_at_powers(starts, ends)))

    def _keep(self, starts: Points, ends: Points) -> None:
        starts.flags.writeable = False
        ends.flags.writeable = False
        self._starts = starts
        self._ends = ends
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
        return cls._made(*_joined(starts, ends))

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
        if not isinstance(point, (int, np.integer)) or not 0 <= point <= _TOP:
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
        if len(small) * _FEW < len(large):
            return IntervalSet._made(*_looked_up(small, large))
        return IntervalSet._made(*_shared(small._starts, small._ends, large._starts, large._ends))

    def __sub__(self, other: "IntervalSet") -> "IntervalSet":
        if not isinstance(other, IntervalSet):
            return NotImplemented
        if not len(self) or not len(other):
            return self
        first, last = self._starts[0], self._ends[-1]
        low = int(np.searchsorted(other._ends, first))
        high = int(np.searchsorted(other._starts, last, side="right"))
        if low >= high:
            return self
        # The gaps of the other set, from below this set's first point to above its last.
        starts = np.concatenate(([np.int64(0)], other._ends[low:high]))
        starts[1:] += other._ends[low:high] < _TOP
        ends = np.concatenate((other._starts[low:high] - 1, [np.int64(_TOP)]))
        real = starts <= ends
        if int(other._ends[high - 1]) == _TOP:
            real[-1] = False
        return IntervalSet._made(*_shared(self._starts, self._ends, starts[real], ends[real]))

    def __xor__(self, other: "IntervalSet") -> "IntervalSet":
        if not isinstance(other, IntervalSet):
            return NotImplemented
        return (self | other) - (self & other)

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


def _split_at_powers(starts: Points, ends: Points) -> tuple[Points, Points]:
    """Cut runs that reach over a power of ten, so that no run holds numbers of two lengths."""
    if not len(starts) or len(str(starts.min())) == len(str(ends.max())):
        return starts, ends
    for power in _POWERS:
        across = (starts < power) & (ends >= power)
        if across.any():
            starts = np.concatenate((starts, np.full(int(across.sum()), power)))
            ends = np.concatenate((np.where(across, power - 1, ends), ends[across]))
    return starts, ends


def _joined(starts: Points, ends: Points) -> tuple[Points, Points]:
    """Return the canonical form of runs in any order that do not reach over a power of ten.

    With all first points and all last points sorted each by themselves, everything that began has ended before
    ``starts[i + 1]`` exactly where that is greater than ``ends[i]``: there a new run begins.
    """
    if not len(starts):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    # Stable sorting merges runs that are sorted already: two canonical sets cost one pass.
    starts = np.sort(starts, kind="stable")
    ends = np.sort(ends, kind="stable")
    breaks = starts[1:] - 1 > ends[:-1]
    at = np.searchsorted(starts, _POWERS)
    inside = (at > 0) & (at < len(starts))
    at, powers = at[inside], _POWERS[inside]
    real = starts[at] == powers
    breaks[at[real] - 1] |= ends[at[real] - 1] < powers[real]
    return starts[np.concatenate(([True], breaks))], ends[np.concatenate((breaks, [True]))]


def _shared(starts: Points, ends: Points, more_starts: Points, more_ends: Points) -> tuple[Points, Points]:
    """Return what two canonical sets share, by one sweep.

    At most two runs lie over any point, so the second one begins at ``starts[i + 1] <= ends[i]`` and the first of the
    two to end does so at ``ends[i]``.
    """
    starts = np.sort(np.concatenate((starts, more_starts)), kind="stable")
    ends = np.sort(np.concatenate((ends, more_ends)), kind="stable")
    both = starts[1:] <= ends[:-1]
    return starts[1:][both], ends[:-1][both]


def _looked_up(small: IntervalSet, large: IntervalSet) -> tuple[Points, Points]:
    """Return what a small and a large set share, by looking up each run of the small one."""
    low = np.searchsorted(large.ends, small.starts)
    hits = np.searchsorted(large.starts, small.ends, side="right") - low
    total = int(hits.sum())
    own = np.repeat(np.arange(len(small)), hits)
    theirs = np.arange(total) - np.repeat(np.cumsum(hits) - hits, hits) + np.repeat(low, hits)
    starts = np.maximum(small.starts[own], large.starts[theirs])
    ends = np.minimum(small.ends[own], large.ends[theirs])
    return starts, ends


IntervalSet.empty = IntervalSet(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
