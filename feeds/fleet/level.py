"""One level of a fleet: a layer, and which of its rows newer levels have replaced. Never changes."""

import numpy as np

from feeds.fleet.codes import Codes, Rows, translation
from feeds.fleet.columns import Columns, Numbers
from feeds.fleet.layer import Layer
from feeds.fleet.lazily import lazily
from feeds.simspace import IntervalSet, RangeIndex, SimKind


class Level:
    """``hidden``: the rows that count no more, ascending."""

    def __init__(self, layer: Layer, hidden: Rows | None = None) -> None:
        self.layer = layer
        self.hidden: Rows = hidden if hidden is not None else np.empty(0, dtype=np.int64)
        self._counts: dict[str, Rows] = {}

    def __len__(self) -> int:
        """Return the number of rows that count."""
        return len(self.layer) - len(self.hidden)

    def without(self, rows: Rows) -> "Level":
        """Return the level with ``rows``, which counted until now, hidden."""
        return Level(self.layer, np.sort(np.concatenate((self.hidden, rows))))

    def columns(self) -> Columns:
        """Return the columns of the rows that count."""
        if not len(self.hidden):
            return self.layer.columns
        counts = np.ones(len(self.layer), dtype=np.bool_)
        counts[self.hidden] = False
        return self.layer.columns.taken(counts)

    def find(self, firsts: Numbers, lasts: Numbers) -> Rows:
        """Return for each pair of ends the row that has them, or -1."""
        columns = self.layer.columns
        rows = columns.places(firsts, lasts)
        at = np.minimum(rows, len(columns) - 1)
        there = (rows == at) & (columns.firsts[at] == firsts) & (columns.lasts[at] == lasts) & ~self._is_hidden(rows)
        return np.where(there, rows, -1)

    def shown(self, rows: Rows) -> Rows:
        """Return those of ``rows`` that count."""
        return rows[~self._is_hidden(rows)] if len(self.hidden) and len(rows) else rows

    def best(self, kind: SimKind, points: Numbers) -> Rows:
        """Return for each point the row of the most specific range that holds it, or -1.

        Of ICCIDs it may be a hidden one: a newer level then has a range with the same ends.
        """
        rows = self.layer.line(kind).best(points)
        if kind == "iccid" or not len(self.hidden):
            return rows
        gone = self._is_hidden(rows)
        if gone.any():
            index, those = self._imsi_below if kind == "imsi" else self._msisdn_below
            rows[gone] = np.append(those, -1)[index.best(points[gone])]
        return rows

    def at(self, kind: SimKind, point: int) -> int:
        """Return what ``best`` returns for one point."""
        row = self.layer.line(kind).at(point)
        if row < 0 or kind == "iccid" or not len(self.hidden):
            return row
        return int(self.best(kind, np.array([point], dtype=np.int64))[0])

    def met(self, firsts: Numbers, lasts: Numbers) -> Rows:
        """Return for each run of ICCID bodies how many ranges share a point with it."""
        found = self.layer.iccid.index.met(firsts, lasts)
        return found - self._hidden_ranges.met(firsts, lasts) if len(self.hidden) else found

    def ranges_with(self, name: str, value: str) -> int:
        """Return how many rows have an attribute value."""
        column = self.layer.columns.column(name)
        place = column.place(value) if column is not None else -1
        if column is None or place < 0:
            return 0
        return int(self._counts_of(name, column)[place])

    def ranges_with_each(self, name: str, values: tuple[str, ...]) -> Rows:
        """Return how many rows have each of ``values`` (sorted) of an attribute."""
        column = self.layer.columns.column(name)
        if column is None:
            return np.zeros(len(values), dtype=np.int64)
        places = translation(values, column.values)[:-1]
        return np.where(places >= 0, self._counts_of(name, column)[np.maximum(places, 0)], 0)

    def _counts_of(self, name: str, column: Codes) -> Rows:
        known = self._counts.get(name)
        if known is None:
            gone = column.codes[self.hidden]
            known = self.layer.counts(name) - np.bincount(gone[gone >= 0], minlength=len(column.values))
            self._counts[name] = known
        return known

    def rows_with(self, where: tuple[tuple[str, str], ...]) -> Rows:
        """Return the rows that have all the attribute values of ``where``, ascending."""
        found: Rows | None = None
        for name, value in where:
            column = self.layer.columns.column(name)
            place = column.place(value) if column is not None else -1
            if column is None or place < 0:
                return np.empty(0, dtype=np.int64)
            found = np.flatnonzero(column.codes == place) if found is None else found[column.codes[found] == place]
        return self.shown(found) if found is not None else np.empty(0, dtype=np.int64)

    def _is_hidden(self, rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        if not len(self.hidden):
            return np.zeros(len(rows), dtype=np.bool_)
        at = np.minimum(np.searchsorted(self.hidden, rows), len(self.hidden) - 1)
        found: np.ndarray[tuple[int], np.dtype[np.bool_]] = self.hidden[at] == rows
        return found

    @lazily
    def _hidden_ranges(self) -> RangeIndex:
        columns = self.layer.columns
        return RangeIndex(columns.firsts[self.hidden], columns.lasts[self.hidden])

    @lazily
    def _imsi_below(self) -> tuple[RangeIndex, Rows]:
        return self._below("imsi")

    @lazily
    def _msisdn_below(self) -> tuple[RangeIndex, Rows]:
        return self._below("msisdn")

    def _below(self, kind: SimKind) -> tuple[RangeIndex, Rows]:
        """Return an index over the rows that count where hidden ones lie, and which rows these are."""
        starts = self.layer.line(kind).starts
        ends = starts + (self.layer.columns.lasts - self.layer.columns.firsts)
        gone = self.hidden[starts[self.hidden] > 0]
        scope = IntervalSet(starts[gone], ends[gone])
        near = np.searchsorted(scope.starts, ends, side="right") > np.searchsorted(scope.ends, starts)
        near &= starts > 0
        near[self.hidden] = False
        rows = np.flatnonzero(near)
        return RangeIndex(starts[rows], ends[rows]), rows
