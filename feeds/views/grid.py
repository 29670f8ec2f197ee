"""What stands in which stretch of a number line: cases by their runs, sets of SIMs by how many. Cutting is SIM space's.

A number that is not on the line stands where it would: in the stretch that comes next, behind the end in the last one.
"""

import numpy as np
from numpy.typing import NDArray

from feeds.simspace import IntervalSet
from feeds.simspace.numberline import NumberLine

Numbers = NDArray[np.int64]
"""One number a stretch, or one a run: int64."""
Flags = NDArray[np.bool_]


class Grid:
    """A line, or ``part`` of it (first and last number), in at most ``columns`` stretches.

    ``firsts`` and ``lasts`` are the first and the last SIM of each, ``sizes`` how many it has.
    """

    def __init__(self, line: NumberLine, columns: int, part: tuple[int, int] | None = None) -> None:
        self._line = line
        self._stretches = line.stretches(columns, *part) if part is not None else line.stretches(columns)
        self.firsts: Numbers = self._stretches.first
        self.lasts: Numbers = self._stretches.last
        self.sizes: Numbers = self._stretches.sims

    def __len__(self) -> int:
        """Return the number of stretches."""
        return len(self.firsts)

    def span(self, firsts: Numbers, lasts: Numbers) -> tuple[Numbers, Numbers]:
        """Return for each run the first and the last stretch that it stands in."""
        low = np.minimum(np.searchsorted(self.lasts, firsts), len(self) - 1)
        high = low.copy()
        ahead = np.append(self.firsts[1:], np.iinfo(np.int64).max)[low]
        far = np.flatnonzero(lasts >= ahead)  # few: most runs stand in one stretch
        high[far] = np.searchsorted(self.firsts, lasts[far], side="right") - 1
        return low, high

    def held(self, sims: IntervalSet) -> Numbers:
        """Return how many SIMs of the line in each stretch are among ``sims``."""
        return self._line.coverage(self._stretches, sims)

    def holding(self, sims: IntervalSet) -> Numbers:
        """Return the stretches that hold any of ``sims``, all of which are on the line that was cut."""
        low = int(np.searchsorted(sims.ends, self._stretches.low))
        high = int(np.searchsorted(sims.starts, self._stretches.high, side="right"))
        if low >= high or not len(self):
            return np.zeros(0, dtype=np.int64)
        there = self._covered(*self.span(sims.starts[low:high], sims.ends[low:high]))
        return np.flatnonzero((there > 0) & (self.lasts >= sims.starts[low]) & (self.firsts <= sims.ends[high - 1]))

    def counted(self, firsts: Numbers, lasts: Numbers, owners: Numbers, some: Flags) -> tuple[Numbers, Numbers]:
        """Return how many owners have a run in each stretch, and how many of ``some``.

        Runs of one owner follow each other, ascending; ``some`` says the same of all of them.
        """
        if not len(firsts) or not len(self):
            return np.zeros(len(self), dtype=np.int64), np.zeros(len(self), dtype=np.int64)
        low, high = self.span(firsts, lasts)
        again = np.flatnonzero(owners[1:] == owners[:-1]) + 1
        low[again] = np.maximum(low[again], high[again - 1] + 1)
        new = low <= high
        return self._covered(low[new], high[new]), self._covered(low[new & some], high[new & some])

    def _covered(self, low: Numbers, high: Numbers) -> Numbers:
        """Return over how many of ``low``–``high`` each stretch lies."""
        size = len(self) + 1
        found: Numbers = np.cumsum(np.bincount(low, minlength=size) - np.bincount(high + 1, minlength=size))[:-1]
        return found
