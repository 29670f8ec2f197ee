"""A fleet: which ranges stand, with lookups over ICCID, IMSI and MSISDN. An immutable value: any thread may read it.

It is made of levels, the oldest and largest first. A statement of a few ranges becomes a level of its own, and hides
what older levels said of the same ranges; small levels are put together as they come, so that there are few. So the
cost of a small change does not grow with the fleet. Putting a large level together with others takes long: that is
left (``heavy``) to whoever has a thread for it (``folded``), up to a share of the fleet. Answers never depend on how
the rows are cut into levels.

Where ranges overlap, the most specific one, the smallest, wins; of equally small ones the one that begins first.
Rows are numbered through the levels: a row number means something to the fleet that gave it, and to no other.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np

from feeds.fleet.codes import Codes, Places, Rows, nothing, tidy, translation
from feeds.fleet.columns import Columns, Numbers, merged
from feeds.fleet.layer import Layer
from feeds.fleet.lazily import lazily
from feeds.fleet.lengths import learned, once
from feeds.fleet.level import Level
from feeds.fleet.names import batch_spans
from feeds.fleet.same import Flags, same_rows
from feeds.model import SimRange
from feeds.simspace import IntervalSet, LengthProfile, SimKind, SimSpan

Where: TypeAlias = tuple[tuple[str, str], ...]
"""Attribute values that hold together, sorted by name: ``(("apn", "iot.meter"), ("gateway", "pgw-2"))``."""

GROWTH: Final = 8
"""A level is put together with the older one when that has less than so many times its rows."""
LIGHT: Final = 20_000
"""Rows that are put together at once, whoever asks: about 20 ms."""
TOO_MANY: Final = 2
"""More rows are put together at once only where the older level has less than so many times as many."""


class Fleet:
    """Ranges by level. Make one with ``empty``, ``of`` or ``stated``."""

    def __init__(self, levels: tuple[Level, ...]) -> None:
        self.levels = levels
        self._ends: Rows = np.cumsum([0, *(len(level.layer) for level in levels)])

    @classmethod
    def empty(cls) -> "Fleet":
        """Return the fleet without a range."""
        return cls(())

    @classmethod
    def of(cls, columns: Columns) -> "Fleet":
        """Return the fleet of ``columns``, in which no two rows have the same ends."""
        return cls((Level(Layer(columns)),)) if len(columns) else cls(())

    def __len__(self) -> int:
        """Return the number of ranges."""
        return sum(len(level) for level in self.levels)

    # -- changes -----------------------------------------------------------------------------------------------------

    def told(self, columns: Columns) -> Flags:
        """Return for each of ``columns`` whether a range that stands says the same already."""
        told = np.zeros(len(columns), dtype=np.bool_)
        for level, mine, own in self._by_level(self.find(columns.firsts, columns.lasts)):
            told[mine] = same_rows(columns, mine, level.layer.columns, own)
        return told

    def stated(self, columns: Columns) -> "Fleet":
        """Return the fleet with ``columns`` stated: a range with the same ends as one of them is replaced.

        No two rows of ``columns`` have the same ends.
        """
        if not len(columns):
            return self
        rows = self.find(columns.firsts, columns.lasts)
        hidden = {id(level): own for level, _mine, own in self._by_level(rows)}
        levels = [level.without(hidden[id(level)]) if id(level) in hidden else level for level in self.levels]
        levels = [level for level in levels if len(level)]
        levels.append(Level(Layer(columns)))
        while len(levels) > 1 and _together(len(levels[-2]), len(levels[-1])):
            levels[-2:] = [_one(levels[-2:])]
        return Fleet(tuple(levels))

    @property
    def heavy(self) -> bool:
        """Whether ``folded`` would make lookups faster; it takes about a second for a million ranges."""
        if len(self.levels) < 2:
            return False
        older, newer = self.levels[-2:]
        return len(self.levels) > 4 or len(older) < len(newer) * GROWTH

    def folded(self) -> "Fleet":
        """Return the same fleet as one level, with all its indexes made."""
        fleet = self if len(self.levels) < 2 else Fleet((_one(self.levels),))
        return fleet.warm()

    def warm(self) -> "Fleet":
        """Make what will be asked for sooner or later. Returns the fleet."""
        for level in self.levels:
            level.layer.warm()
        self.sims, self.profile  # noqa: B018  # made by being asked for
        return self

    # -- rows --------------------------------------------------------------------------------------------------------

    @lazily
    def columns(self) -> Columns:
        """All ranges that stand, in canonical form."""
        return merged(level.columns() for level in self.levels)

    def find(self, firsts: Numbers, lasts: Numbers) -> Rows:
        """Return for each pair of ends the row that has them, or -1."""
        found = np.full(len(firsts), -1, dtype=np.int64)
        for level, begin in zip(self.levels, self._ends.tolist(), strict=False):
            own = level.find(firsts, lasts)
            found[own >= 0] = own[own >= 0] + begin
        return found

    def row(self, row: int) -> SimRange:
        """Return the range of a row."""
        at = int(self._ends.searchsorted(row, side="right")) - 1
        return self.levels[at].layer.columns.row(row - self._ends.item(at))

    def ends(self, rows: Rows) -> tuple[Numbers, Numbers]:
        """Return the first and the last bodies of ``rows``."""
        return self._numbers(rows, lambda columns: columns.firsts), self._numbers(rows, lambda columns: columns.lasts)

    def imsis(self, rows: Rows) -> Numbers:
        """Return the first IMSIs of ``rows``, 0 where a row has none."""
        return self._numbers(rows, lambda columns: columns.imsis)

    def customers(self, rows: Rows) -> Codes:
        """Return the customers of ``rows``; none for -1."""
        return self._texts(rows, lambda columns: columns.customer)

    def uses(self, rows: Rows) -> Codes:
        """Return the uses of ``rows``; none for -1."""
        return self._texts(rows, lambda columns: columns.use)

    def attribute(self, name: str, rows: Rows) -> Codes:
        """Return the values that ``rows`` have of an attribute; none for -1."""
        return self._texts(rows, lambda columns: columns.column(name) or nothing(len(columns)))

    def attributes(self, rows: Rows) -> tuple[tuple[str, Codes], ...]:
        """Return all attributes that any of ``rows`` has, sorted by name."""
        found = ((name, self.attribute(name, rows)) for name in sorted(self.attribute_names))
        return tuple((name, column) for name, column in found if column.values)

    # -- lookups -----------------------------------------------------------------------------------------------------

    def best(self, kind: SimKind, points: Numbers) -> Rows:
        """Return for each of ``points`` (int64, any order) the row of the most specific range that holds it, or -1."""
        points = np.asarray(points, dtype=np.int64)
        if len(self.levels) == 1:
            return self.levels[0].best(kind, points)
        found = np.full(points.shape, -1, dtype=np.int64)
        sizes = np.full(points.shape, np.iinfo(np.int64).max, dtype=np.int64)
        begins = sizes.copy()
        for level, begin in zip(self.levels, self._ends.tolist(), strict=False):
            own = level.best(kind, points)
            there = np.flatnonzero(own >= 0)
            own = own[there]
            columns = level.layer.columns
            size, first = columns.lasts[own] - columns.firsts[own], columns.firsts[own]
            # Of the same range stated twice the newer one counts: an older level may give one that is hidden.
            wins = (size < sizes[there]) | ((size == sizes[there]) & (first <= begins[there]))
            there, own = there[wins], own[wins]
            found[there], sizes[there], begins[there] = own + begin, size[wins], first[wins]
        return found

    def at(self, kind: SimKind, point: int) -> int:
        """Return the row of the most specific range that holds one point, or -1: ``best`` without its overhead."""
        found, best = -1, (0, 0)
        for number, level in enumerate(self.levels):
            own = level.at(kind, point)
            if own < 0:
                continue
            columns = level.layer.columns
            first = columns.firsts.item(own)
            rank = (columns.lasts.item(own) - first, first)
            if found < 0 or rank <= best:  # of the same range stated twice the newer one counts
                found, best = own + self._ends.item(number), rank
        return found

    def lookup(self, kind: SimKind, point: int) -> tuple[int, ...]:
        """Return the rows of all ranges that hold ``point``, the most specific first."""
        return tuple(
            self.by_size(self._gather(lambda level: level.shown(level.layer.line(kind).lookup(point)))).tolist()
        )

    def overlapping(self, kind: SimKind, first: int, last: int) -> Rows:
        """Return the rows of all ranges that share a point with ``first``–``last``."""
        return self._gather(lambda level: level.shown(level.layer.line(kind).overlapping(first, last)))

    def by_size(self, rows: Rows) -> Rows:
        """Return ``rows`` with the most specific ones first."""
        if len(rows) < 2:
            return rows
        firsts, lasts = self.ends(rows)
        return rows[np.lexsort((firsts, lasts - firsts))]

    def met(self, firsts: Numbers, lasts: Numbers) -> Rows:
        """Return for each run of bodies how many ranges share one with it."""
        found = np.zeros(len(firsts), dtype=np.int64)
        for level in self.levels:
            found += level.met(firsts, lasts)
        return found

    def pieces(self, scope: IntervalSet) -> tuple[Numbers, Numbers, Rows]:
        """Return ``scope`` cut where the most specific range changes: first points, last points, rows; ascending.

        What no range holds is left out; no point is in two pieces.
        """
        if len(self.levels) == 1:
            return self.levels[0].layer.iccid.index.pieces(scope.starts, scope.ends)
        parts = [level.layer.iccid.index.pieces(scope.starts, scope.ends) for level in self.levels]
        edges = [np.append(firsts, lasts + 1) for firsts, lasts, _ in parts]
        cuts = once(np.concatenate([scope.starts[:0], *edges]))
        rows = self.best("iccid", cuts)
        at = np.searchsorted(scope.ends, cuts)
        held = (rows >= 0) & (at < len(scope))
        held[held] = scope.starts[at[held]] <= cuts[held]
        lasts = np.append(cuts[1:] - 1, cuts[-1:])[held]
        return cuts[held], np.minimum(lasts, scope.ends[at[held]]), rows[held]

    def bodies(self, kind: SimKind, first: int, last: int) -> tuple[Numbers, Numbers]:
        """Return the ICCID bodies that lie beside the IMSIs or MSISDNs ``first`` to ``last``: runs, in any order."""
        lows: list[Numbers] = [np.empty(0, np.int64)]
        highs: list[Numbers] = [np.empty(0, np.int64)]
        for level in self.levels:
            line, columns = level.layer.line(kind), level.layer.columns
            rows = level.shown(line.overlapping(first, last))
            starts, firsts = line.starts[rows], columns.firsts[rows]
            low: Numbers = np.maximum(first, starts)
            high: Numbers = np.minimum(last, starts + (columns.lasts[rows] - firsts))
            lows.append(firsts + (low - starts))
            highs.append(firsts + (high - starts))
        return np.concatenate(lows), np.concatenate(highs)

    # -- attributes --------------------------------------------------------------------------------------------------

    @lazily
    def attribute_names(self) -> frozenset[str]:
        """Names of attributes that some range has, or had until it was replaced."""
        return frozenset(name for level in self.levels for name, _ in level.layer.columns.attributes)

    def ranges_with(self, name: str, value: str) -> int:
        """Return how many ranges carry an attribute value."""
        return sum(level.ranges_with(name, value) for level in self.levels)

    def has_all(self, attributes: Iterable[tuple[str, Codes]]) -> bool:
        """Return whether for each of the values of these columns there is a range that has it."""
        for name, column in attributes:
            ranges = np.zeros(len(column.values), dtype=np.int64)
            for level in self.levels:
                ranges += level.ranges_with_each(name, column.values)
            if not ranges.all():
                return False
        return True

    def served(self, where: Where) -> IntervalSet:
        """Return the SIMs of all ranges that have all the values of ``where``; none for an empty one."""
        found = [level.rows_with(where) for level in self.levels] if where else []
        columns = [level.layer.columns for level in self.levels]
        parts = [(one.firsts[rows], one.lasts[rows]) for one, rows in zip(columns, found, strict=False) if len(rows)]
        if not parts:
            return IntervalSet.empty
        return IntervalSet(np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]))

    @lazily
    def sims(self) -> IntervalSet:
        """All SIMs, as ICCID bodies. A range that replaced another has the same SIMs."""
        return IntervalSet.union(level.layer.sims for level in self.levels)

    @lazily
    def count(self) -> int:
        """How many SIMs, each counted once."""
        total = 0
        for number, level in enumerate(self.levels):
            new = level.layer.sims
            for older in self.levels[:number]:
                new = new - older.layer.sims
            total += new.count
        return total

    @lazily
    def profile(self) -> LengthProfile:
        """How long ICCID bodies are, by the digits they begin with."""
        return learned([level.layer.stems for level in self.levels])

    @lazily
    def batch_spans(self) -> dict[str, tuple[SimSpan, ...]]:
        """The SIMs of batches, lots, boxes and orders by name. Takes a second for 100,000: ask on a thread."""
        return batch_spans(self.columns)

    # -- through the levels ------------------------------------------------------------------------------------------

    def _by_level(self, rows: Rows) -> Iterable[tuple[Level, Rows, Rows]]:
        """Yield each level that has any of ``rows``, with their places in ``rows`` and their numbers within it."""
        if len(self.levels) == 1:
            mine = (rows >= 0).nonzero()[0]
            yield self.levels[0], mine, rows[mine]
            return
        for number, level in enumerate(self.levels):
            begin, end = self._ends.item(number), self._ends.item(number + 1)
            mine = ((rows >= begin) & (rows < end)).nonzero()[0]
            if len(mine):
                yield level, mine, rows[mine] - begin

    def _gather(self, ask: Callable[[Level], Rows]) -> Rows:
        if len(self.levels) == 1:
            return ask(self.levels[0])
        found = [ask(level) + begin for level, begin in zip(self.levels, self._ends.tolist(), strict=False)]
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    def _numbers(self, rows: Rows, column: Callable[[Columns], Numbers]) -> Numbers:
        if len(self.levels) == 1:
            return column(self.levels[0].layer.columns)[rows]
        found = np.zeros(len(rows), dtype=np.int64)
        for level, mine, own in self._by_level(rows):
            found[mine] = column(level.layer.columns)[own]
        return found

    def _texts(self, rows: Rows, column: Callable[[Columns], Codes]) -> Codes:
        parts: list[tuple[Rows, Codes]] = []
        for level, mine, own in self._by_level(rows):
            whole = column(level.layer.columns)
            parts.append((mine, tidy(whole.values, whole.codes[own])))
        return _united(parts, len(rows))


def _united(parts: Sequence[tuple[Rows, Codes]], rows: int) -> Codes:
    """Return the column of so many rows of which ``parts`` give some each; the others have no value."""
    if len(parts) == 1 and len(parts[0][0]) == rows:
        return parts[0][1]
    values = tuple(sorted({value for _, part in parts for value in part.values}))
    codes: Places = np.full(rows, -1, dtype=np.int32)
    for places, part in parts:
        codes[places] = translation(part.values, values)[part.codes]
    return Codes(values, codes)


def _together(older: int, newer: int) -> bool:
    return older < newer * (GROWTH if older + newer <= LIGHT else TOO_MANY)


def _one(levels: Sequence[Level]) -> Level:
    return Level(Layer(merged(level.columns() for level in levels)))
