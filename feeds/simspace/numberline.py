"""The axis of the ribbon: the SIMs that there are, in the order of their bodies, cut into stretches that can be named.

Gaps between ranges take no room. Numbers outside the inventory (SIMs that cases speak of and no range holds) stand
where they would, each as wide as ``width`` SIMs. Who owns the SIMs and what is wrong with them is the matter of
other modules.

A number that is nobody's, in a gap, belongs to the stretch that comes next, behind the last SIM to the last one.
"""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from feeds.simspace.intervals import IntervalSet
from feeds.simspace.sweeps import POWERS, TOP, Points

MOST_STRETCHES: Final = 1_000
_LARGEST: Final = 2**62
"""Room on a line; far more than there are numbers of an issuer."""

_GIVE: Final = 4
"""A cut moves by at most this part of a stretch to where it can be named."""


class Stretches(Struct, frozen=True, gc=False, eq=False):
    """Stretches of a number line, in order; together they take in all numbers from ``low`` to ``high``.

    Arrays of int64, one entry a stretch: ``first`` and ``last``, the first and the last number in it that is on the
    line, ``sims`` of the inventory, and how many numbers ``outside`` it.
    """

    low: int
    high: int
    first: Points
    last: Points
    sims: Points
    outside: Points

    def __len__(self) -> int:
        """Return the number of stretches."""
        return len(self.first)

    def place(self, points: Points) -> NDArray[np.intp]:
        """Return for each of ``points`` (int64, any order) the stretch that it belongs to, or -1 outside the window."""
        points = np.asarray(points, dtype=np.int64)
        if not len(self):
            return np.full(points.shape, -1, dtype=np.intp)
        places = np.minimum(np.searchsorted(self.last, points), len(self) - 1)
        places[(points < self.low) | (points > self.high)] = -1
        return places

    def histogram(self, points: Points) -> Points:
        """Return how many of ``points`` (int64, any order; each as often as it stands there) belong to each stretch."""
        places = self.place(points)
        counts: Points = np.bincount(places[places >= 0], minlength=len(self)).astype(np.int64)
        return counts


class NumberLine:
    """The numbers of an inventory and those outside it, as one line. Built once, in a time linear in the ranges."""

    __slots__ = ("_before", "_edges", "_ends", "_inventory", "_outside", "_starts", "_units")

    def __init__(
        self, inventory: IntervalSet, outside: Points | None = None, *, width: int = 1, edges: Points | None = None
    ) -> None:
        """Lay out the line.

        ``outside``: further numbers (int64, any order, those of the inventory among them are left out), each as wide as
        ``width`` SIMs. ``edges``: numbers at which cuts are well placed beside the runs of ``inventory``: first bodies
        of ranges that touch the one before.

        Raises ValueError where ``width`` is less than 1, or the line has room for more than 2**62 SIMs.
        """
        more = np.unique(np.asarray(() if outside is None else outside, dtype=np.int64))
        more = more[~inventory.contains_many(more)]
        if width < 1 or inventory.count + width * len(more) > _LARGEST:
            raise ValueError(f"a number line has numbers at least 1 wide, and room for {_LARGEST:,} SIMs")
        # Runs of the inventory in which numbers outside stand are none: those lie between runs.
        at = np.searchsorted(inventory.starts, more)
        self._inventory = inventory
        self._outside = more
        self._starts: Points = np.insert(inventory.starts, at, more)
        self._ends: Points = np.insert(inventory.ends, at, more)
        self._units: Points = np.insert(np.ones(len(inventory), dtype=np.int64), at, width)
        self._before: Points = np.zeros(len(self._starts) + 1, dtype=np.int64)
        np.cumsum((self._ends - self._starts + 1) * self._units, out=self._before[1:])
        self._edges: Points = self._before
        if edges is not None:
            room = self._room(np.asarray(edges, dtype=np.int64))
            self._edges = np.sort(np.append(self._before, room), kind="stable")

    @property
    def sims(self) -> int:
        """SIMs of the inventory."""
        return self._inventory.count

    def stretches(self, most: int, first: int = 0, last: int = TOP) -> Stretches:
        """Cut the numbers ``first`` to ``last`` (all, unless said) into at most ``most`` (1 to 1,000) stretches.

        They have equally many SIMs, but for where a cut may move by up to a quarter of that to the edge of a range, or
        else to a round number. They are fewer where there are fewer numbers, or where one wide number outside fills
        several; none where nothing is in the window.

        Raises ValueError where ``most`` or the window is out of bounds.
        """
        if not 1 <= most <= MOST_STRETCHES or not 0 <= first <= last <= TOP:
            raise ValueError(f"1 to {MOST_STRETCHES:,} stretches of a window from 0 to {TOP}, the lower end first")
        low, high = self._below(first), self._below(last + 1)
        number = min(most, high - low)
        if not number:
            none = np.empty(0, dtype=np.int64)
            return Stretches(first, last, none, none, none, none)
        # In Python's integers: room times stretches may be more than 64 bits hold.
        even = np.array([low + (high - low) * at // number for at in range(number)], dtype=np.int64)
        even[1:] = self._moved(even[1:], (high - low) // number // _GIVE)
        begins = np.unique(self._number_at(even))
        begins = begins[begins <= last]
        ends = self._at_most(np.append(begins[1:] - 1, np.int64(last)))
        sims = np.diff(np.append(self._inventory.rank_many(begins), self._inventory.rank(last + 1)))
        outside = np.diff(np.searchsorted(self._outside, begins), append=np.searchsorted(self._outside, last, "right"))
        return Stretches(first, last, begins, ends, sims, outside.astype(np.int64))

    def coverage(self, stretches: Stretches, sims: IntervalSet) -> Points:
        """Return how many numbers of each of the ``stretches``, of this line, are in ``sims``: int64.

        Numbers of ``sims`` that are not on the line are none. m log n for m runs that lie in the window.
        """
        if not len(stretches) or not sims:
            return np.zeros(len(stretches), dtype=np.int64)
        low = int(np.searchsorted(sims.ends, stretches.low))
        high = int(np.searchsorted(sims.starts, stretches.high, side="right"))
        starts = np.maximum(sims.starts[low:high], stretches.low)
        ends = np.minimum(sims.ends[low:high], stretches.high)
        before = np.zeros(len(starts) + 1, dtype=np.int64)
        np.cumsum(self._numbers(ends, 1) - self._numbers(starts, 0), out=before[1:])
        # Numbers up to the end of each stretch: those of the runs that begin there, less what reaches beyond.
        runs = np.searchsorted(starts, stretches.last, side="right")
        whole = before[runs]
        runs = np.maximum(runs, 1) - 1
        beyond = (starts[runs] <= stretches.last) & (ends[runs] > stretches.last) if len(starts) else runs < 0
        over = self._numbers(ends[runs[beyond]], 1) - self._numbers(stretches.last[beyond], 1)
        whole[beyond] -= over
        counts: Points = np.diff(whole, prepend=np.int64(0))
        return counts

    def _numbers(self, points: Points, more: int) -> Points:
        """Return how many numbers of the line are less than each of ``points`` or, with ``more`` 1, not greater."""
        inventory = self._inventory.rank_many(points)
        if more:
            inventory += self._inventory.contains_many(points)
        ranks: Points = inventory + np.searchsorted(self._outside, points, "right" if more else "left")
        return ranks

    def _below(self, number: int) -> int:
        """Return the room of all that is less than ``number``."""
        return int(self._before[-1]) if number > TOP else int(self._room(np.array([number], dtype=np.int64))[0])

    def _room(self, points: Points) -> Points:
        """Return for each of ``points`` the room of all that is less."""
        if not len(self._starts):
            return np.zeros(points.shape, dtype=np.int64)
        at = np.searchsorted(self._starts, points) - 1
        found = at >= 0
        at = np.maximum(at, 0)
        inside = np.minimum(points - 1, self._ends[at]) - self._starts[at] + 1
        room: Points = np.where(found, self._before[at] + inside * self._units[at], 0)
        return room

    def _number_at(self, room: Points) -> Points:
        """Return the first number on the line with at least so much room before it, or the last one."""
        at = np.searchsorted(self._before, room, side="right") - 1
        units = self._units[at]
        steps = -((self._before[at] - room) // units)
        behind = steps > self._ends[at] - self._starts[at]
        following = self._starts[np.minimum(at + 1, len(self._starts) - 1)]
        numbers: Points = np.where(behind, following, self._starts[at] + steps)
        return numbers

    def _at_most(self, points: Points) -> Points:
        """Return the greatest number on the line that is not greater than each of ``points``; there is one."""
        numbers: Points = np.minimum(points, self._ends[np.searchsorted(self._starts, points, side="right") - 1])
        return numbers

    def _moved(self, cuts: Points, give: int) -> Points:
        """Return ``cuts`` (room) moved by up to ``give`` to the nearest edge, or else to the roundest number."""
        if not give:
            return cuts
        behind = np.searchsorted(self._edges, cuts)
        above = self._edges[behind]  # the end of the line is an edge, and cuts lie below it
        below = self._edges[np.maximum(behind, 1) - 1]
        nearest = np.where(above - cuts < cuts - below, above, below)
        moved = nearest.copy()
        away = np.abs(nearest - cuts) > give
        inside = cuts[away]
        at = np.searchsorted(self._before, inside, side="right") - 1
        # No edge is within reach, so all within reach are numbers of one run.
        shift = self._starts[at] - self._before[at]
        plain = self._units[at] == 1
        numbers = inside + shift
        rounded = numbers.copy()
        for power in POWERS:
            beyond = numbers % power
            rounded = np.where(beyond <= give, numbers - beyond, rounded)
            short = power - beyond
            rounded = np.where((short <= give) & (short < beyond), numbers + short, rounded)
        moved[away] = np.where(plain, rounded - shift, inside)
        return moved
