"""Columns with what is looked up in them: an index for each number line, and who has which attribute value.

A layer never changes. Each index is made when it is first asked for, or all of them beforehand (``warm``).
"""

from typing import Final

import numpy as np

from feeds.fleet.codes import Places, Rows
from feeds.fleet.columns import Columns, Numbers
from feeds.fleet.lazily import lazily
from feeds.fleet.lengths import stems_of
from feeds.simspace import IntervalSet, RangeIndex, SimKind

KINDS: Final[tuple[SimKind, ...]] = ("iccid", "imsi", "msisdn")


class Line:
    """One number line of a layer: the rows that have numbers on it, and where these begin."""

    __slots__ = ("index", "rows", "starts")

    def __init__(self, index: RangeIndex, starts: Numbers, rows: Places | None) -> None:
        """``starts``: where each row of the layer begins, 0: nowhere; ``rows``: those in the index, None: all."""
        self.index = index
        self.starts = starts
        self.rows = rows

    def best(self, points: Numbers) -> Rows:
        """Return for each point the row of the most specific range that holds it, or -1."""
        return self._rows(self.index.best(points))

    def at(self, point: int) -> int:
        """Return the row of the most specific range that holds one point, or -1."""
        found = self.index.at(point)
        return found if self.rows is None or found < 0 else self.rows.item(found)

    def overlapping(self, first: int, last: int) -> Rows:
        """Return the rows of all ranges that share a point with ``first``–``last``."""
        return self._rows(self.index.overlapping(first, last))

    def lookup(self, point: int) -> Rows:
        """Return the rows of all ranges that hold ``point``."""
        return self._rows(self.index.overlapping(point, point))

    def _rows(self, found: Rows) -> Rows:
        if self.rows is None or not len(found):
            return found
        if not len(self.rows):
            return np.full(len(found), -1, dtype=np.int64)
        rows: Rows = np.where(found >= 0, self.rows[found], -1).astype(np.int64)
        return rows


class Layer:
    """Ranges that were stated together, with lookups. ``columns`` are in canonical form."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._counts: dict[str, Rows] = {}

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self.columns)

    def warm(self) -> "Layer":
        """Make all that is asked for sooner or later. Returns the layer."""
        for kind in KINDS:
            self.line(kind)
        for name, _ in self.columns.attributes:
            self.counts(name)
        self.sims, self.stems  # noqa: B018  # made by being asked for
        return self

    def line(self, kind: SimKind) -> Line:
        """Return the lookups of one number line."""
        return self.iccid if kind == "iccid" else self.imsi if kind == "imsi" else self.msisdn

    @lazily
    def iccid(self) -> Line:
        """The index over ICCID bodies."""
        return Line(RangeIndex(self.columns.firsts, self.columns.lasts), self.columns.firsts, None)

    @lazily
    def imsi(self) -> Line:
        """The index over IMSIs."""
        return self._line(self.columns.imsis)

    @lazily
    def msisdn(self) -> Line:
        """The index over MSISDNs."""
        return self._line(self.columns.msisdns)

    @lazily
    def sims(self) -> IntervalSet:
        """All SIMs of the layer, as ICCID bodies."""
        return IntervalSet(self.columns.firsts, self.columns.lasts)

    @lazily
    def stems(self) -> Numbers:
        """How its bodies begin and how long they are, as lengths.py keeps it: each pair once, sorted."""
        return stems_of(self.columns.firsts)

    def counts(self, name: str) -> Rows:
        """Return how many rows have each value of an attribute, in the order of its values."""
        known = self._counts.get(name)
        if known is None:
            column = self.columns.column(name)
            known = self._counts[name] = column.counts() if column is not None else np.empty(0, dtype=np.int64)
        return known

    def _line(self, starts: Numbers) -> Line:
        sizes = self.columns.lasts - self.columns.firsts
        if starts.all():
            return Line(RangeIndex(starts, starts + sizes), starts, None)
        rows = np.flatnonzero(starts).astype(np.int32)
        return Line(RangeIndex(starts[rows], starts[rows] + sizes[rows]), starts, rows)
