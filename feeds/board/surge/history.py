"""What the baseline learns from: cases by cell for each of the last minutes and hours, in rings of fixed size.

A case counts in the minute in which it was opened, as counts.py believes that. Primary state; what is usual follows
from it (feeds.surges). Times are counted in whole minutes and hours from 1970 (UTC).
"""

from datetime import datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from feeds.model import Case
from feeds.surges import CELL_AT, CELLS, HOURS_KEPT, Floats

MINUTES_KEPT = 8 * 24 * 60
"""As counts.py: cases may be dated back a week, and a day before that can still be looked at."""
STRETCH = 10
"""Minutes in which cases are thought to come in bunches."""

Counted = NDArray[np.int32]


class RingDump(msgspec.Struct, frozen=True, array_like=True):
    """A ring as two columns of little-endian int64: places (row × width + column), and what stands there, not 0."""

    newest: int
    places: bytes
    values: bytes


class HistoryDump(msgspec.Struct, frozen=True, array_like=True):
    """All of it."""

    since: int
    minutes: RingDump
    hours: RingDump
    pairs: RingDump


class Ring:
    """The last ``size`` rows of counts; a row beyond the newest makes room by letting the oldest go."""

    def __init__(self, size: int, width: int) -> None:
        self.size, self.width = size, width
        self.newest = -1
        """The newest row there is; -1: none yet."""
        self._rows: Counted = np.zeros((size, width), dtype=np.int32)

    def add(self, row: int, column: int, count: int = 1) -> None:
        """Count; what is older than the ring is forgotten at once."""
        if row > self.newest:
            if row - self.newest >= self.size:
                self._rows[:] = 0
            else:
                fresh = np.arange(self.newest + 1, row + 1) % self.size
                self._rows[fresh] = 0
            self.newest = row
        if row > self.newest - self.size:
            self._rows[row % self.size, column] += count

    def rows(self, first: int, last: int) -> Counted:
        """Return the rows from ``first`` to ``last``, int32[last - first + 1, width]; those unknown are 0."""
        out = np.zeros((max(0, last - first + 1), self.width), dtype=np.int32)
        low, high = max(first, self.newest - self.size + 1, 0), min(last, self.newest)
        if low <= high:
            start, count = low % self.size, high - low + 1
            head = min(count, self.size - start)
            out[low - first : low - first + head] = self._rows[start : start + head]
            out[low - first + head : high - first + 1] = self._rows[: count - head]
        return out

    def dump(self) -> RingDump:
        """Return what is in it."""
        low = max(0, self.newest - self.size + 1)
        rows = self.rows(low, self.newest).reshape(-1)
        there = np.flatnonzero(rows)
        return RingDump(
            self.newest, (there + low * self.width).astype("<i8").tobytes(), rows[there].astype("<i8").tobytes()
        )

    def restore(self, dump: RingDump) -> None:
        """Take over a dump. Raises ValueError when it is none of such a ring."""
        places = np.frombuffer(dump.places, dtype="<i8")
        values = np.frombuffer(dump.values, dtype="<i8")
        rows = places // self.width
        if len(places) != len(values) or np.any((rows > dump.newest) | (rows <= dump.newest - self.size)):
            raise ValueError("the counts of cases do not fit their ring")
        self.newest = dump.newest
        self._rows[:] = 0
        self._rows[rows % self.size, places % self.width] = values


class History:
    """Cases by minute and by hour."""

    def __init__(self) -> None:
        self.since = -1
        """The hour in which the first case came: from here on no case means that there was none. -1: none yet."""
        self.taken = 0
        """Cases taken in since this object was made: a watcher sees that it moves."""
        self.minutes = Ring(MINUTES_KEPT, len(CELLS))
        self.hours = Ring(HOURS_KEPT, len(CELLS))
        self.pairs = Ring(HOURS_KEPT, 1)
        """For each hour, how many ordered pairs of cases fall into one stretch of ten minutes."""

    def opened(self, case: Case, time: datetime, at: datetime) -> None:
        """Count a case opened at ``time``, which came at ``at``."""
        minute = int(time.timestamp()) // 60
        hour, cell = minute // 60, CELL_AT[case.channel, case.kind, case.service]
        if self.since < 0:
            self.since = int(at.timestamp()) // 3600
        self.taken += 1
        stretch = minute - minute % STRETCH
        before = int(self.minutes.rows(stretch, stretch + STRETCH - 1).sum())
        self.minutes.add(minute, cell)
        self.hours.add(hour, cell)
        self.pairs.add(hour, 0, 2 * before)

    def windows(self, minute: int, lengths: tuple[int, ...]) -> Floats:
        """Return cases by cell, float64[len(lengths), 80], in the last ``lengths`` minutes, ``minute`` included.

        ``lengths`` rise.
        """
        rows = self.minutes.rows(minute - lengths[-1] + 1, minute)
        out = np.empty((len(lengths), len(CELLS)), dtype=np.float64)
        total: Floats = np.zeros(len(CELLS))
        done = 0
        for at, length in enumerate(lengths):
            total = total + rows[len(rows) - length : len(rows) - done].sum(axis=0)
            out[at] = total
            done = length
        return out

    def between(self, first: int, last: int) -> Floats:
        """Return cases by cell, float64[80], in the minutes from ``first`` to ``last``."""
        return np.asarray(self.minutes.rows(first, last).sum(axis=0), dtype=np.float64)

    def dump(self) -> HistoryDump:
        """Return what is known: equal histories give equal bytes."""
        return HistoryDump(self.since, self.minutes.dump(), self.hours.dump(), self.pairs.dump())

    def restore(self, dump: HistoryDump) -> None:
        """Take over a dump. Raises ValueError when it does not fit."""
        self.since = dump.since
        self.minutes.restore(dump.minutes)
        self.hours.restore(dump.hours)
        self.pairs.restore(dump.pairs)
