"""One view with a filter and an order, kept up to date from dirty keys and shared by all who ask the same.

A query holds keys in order, and builds the few rows of the windows that somebody looks at. The rows that are looked
through for that are held once for all queries of a source.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from heapq import heapify, heappop, heappush
from operator import attrgetter
from typing import Any, Final, Protocol

import msgspec
import numpy as np

from feeds.model import Row
from feeds.views.filter import BadFilter, parse
from feeds.views.held import MOST_DIRTY, HeldRows, Source
from feeds.views.order import Lot, Order
from feeds.views.ranks import RANKS
from feeds.views.terms import PATTERN_SECONDS, TooSlow

__all__ = ["MAX_WINDOW", "BadQuery", "Looked", "Query", "Source"]

MAX_WINDOW: Final = 10_000
"""Rows in one window."""
ENCODED_KEPT: Final = 4 * MAX_WINDOW
"""Rows kept as JSON, so that several terminals on the same window cost one encoding."""


class BadQuery(Exception):
    """The view, sort or window cannot be used; the message says why."""


class Looked(Protocol):
    """What a terminal looks at through windows: a Query, or what reads its rows from elsewhere."""

    version: int
    """Moves when anything may look different."""

    @property
    def total(self) -> int:
        """How many rows there are."""
        ...

    def refresh(self) -> None:
        """Bring it up to date."""
        ...

    def ready(self, first: int, count: int) -> bool:
        """Whether the rows of a window are there."""
        ...

    def touch(self, keys: Iterable[str]) -> None:
        """Say that the rows of ``keys`` may have changed, come or gone."""
        ...

    def touch_all(self) -> None:
        """Say that any row may have changed."""
        ...

    def window(self, first: int, count: int) -> list[tuple[str, bytes]]:
        """Return (key, row as JSON) of ``count`` rows from place ``first``; the same row gives the same object."""
        ...


class _Falling:
    """A text or key that sorts from z to a."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Falling") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Falling) and bool(other.value == self.value)

    def __hash__(self) -> int:
        return hash(self.value)


class Query:
    """Keys of one view, filtered and in order. ``touch`` says what may have changed, ``refresh`` looks at it.

    ``now`` is the clock that ages are counted to; ``pass_time`` lets rows come and go by it. ``others`` are queries of
    the same held rows, up to date: where one of them shows all that this one can show, only that is looked through.
    """

    def __init__(
        self,
        source: Source | HeldRows,
        sort: str = "",
        filter: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        others: Iterable["Query"] = (),
    ) -> None:
        """Raise BadQuery when sort or filter cannot be used."""
        self.held = source if isinstance(source, HeldRows) else HeldRows(source)
        self.source = self.held.source
        self._now = now
        try:
            self.filter = parse(filter, self.source.row_type)
        except BadFilter as error:
            raise BadQuery(str(error)) from None
        self.sort = _parse_sort(sort or self.source.default_sort, self.source.row_type)
        self._places: dict[str, tuple[Any, ...]] = {}
        self._order = self._ordered(Lot([], []))
        self._encoded: dict[str, tuple[Row, bytes]] = {}
        self._dirty: set[str] = set()
        self._stale = False
        self._turns: list[tuple[float, str]] = []
        """When time alone changes what becomes of a row: a heap of (Unix seconds, key)."""
        self._turn_of: dict[str, float] = {}
        self._turns_all = float("inf")
        self.version = 0
        """Counts refreshes that found something to do."""
        self.refused = ""
        """Why there are no rows although the query could be read; empty where all is well."""
        self._load(others)
        if self.refused:
            raise BadQuery(self.refused)

    @property
    def total(self) -> int:
        """How many rows pass the filter."""
        return len(self._order)

    def reload(self) -> None:
        """Look at every row anew."""
        self._load(())

    def _load(self, others: Iterable["Query"]) -> None:
        self._places, self._dirty, self._stale = {}, set(), False
        self._turns, self._turn_of = [], {}
        self.version += 1
        now = self._now()
        near, reads = self._nearest(others), self.filter is not None and self.filter.reads
        lot = self.held.lot(texts=reads) if near is None else near.lot(texts=reads)
        try:
            if self.filter is not None:
                self._note_turns(lot.rows, now)
                lot = self.filter.sift(lot, now, self.held, near.filter if near is not None else None)
        except TooSlow as error:
            self.refused, lot = f"filter: {error}", Lot([], [])
        if near is None:
            lot = _sorted(lot, self.sort)
        elif near.sort != self.sort:
            lot = _sorted(lot.at(sorted(range(len(lot.keys)), key=lot.keys.__getitem__)), self.sort)
        self._order = self._ordered(lot)
        encoded, self._encoded = self._encoded, {}
        if encoded:
            shown = dict(zip(lot.keys, lot.rows, strict=True))
            self._encoded = {key: known for key, known in encoded.items() if shown.get(key) == known[0]}

    def _ordered(self, lot: Lot) -> Order:
        return Order(lot, self._place, self.held.row, self.held.text)

    def _nearest(self, others: Iterable["Query"]) -> "Query | None":
        """Return the query to begin from: of those that show enough the one that shows least."""
        if self.filter is not None and self.filter.timed:
            return None  # what others do not show may come in by time alone
        fit = [
            other
            for other in others
            if not other.refused
            and not (other.filter is not None and other.filter.timed)
            and (other.sort == self.sort or other.total * 8 < self.held.count)
            and (other.filter is None or (self.filter is not None and self.filter.narrows(other.filter)))
        ]
        for other in fit:
            other.refresh()
        return min(fit, key=lambda other: other.total, default=None)

    def ready(self, first: int, count: int) -> bool:
        """The rows are at hand."""
        return True

    def rebase(self, source: Source | HeldRows) -> None:
        """Take the rows from another source of the same view."""
        self.held = source if isinstance(source, HeldRows) else HeldRows(source, self.held.clock)
        self.source = self.held.source
        self._stale = True

    def lot(self, *, texts: bool = False) -> Lot:
        """Return the rows that pass, in order."""
        return self._order.lot(texts=texts)

    def touch(self, keys: Iterable[str]) -> None:
        """Say that the rows of ``keys`` may have changed, come or gone."""
        if self._stale:
            return
        keys = list(keys)
        self._dirty.update(keys)
        self.held.drop(keys)
        if len(self._dirty) > MOST_DIRTY:
            self._stale = True

    def touch_all(self) -> None:
        """Say that any row may have changed."""
        self._stale = True
        self.held.clear()

    def pass_time(self) -> None:
        """Touch the rows that come or go because time has passed since the last look. Costs with those alone."""
        if self.filter is None or not self.filter.timed:
            return
        seconds = self._now().timestamp()
        if seconds >= self._turns_all:
            self._stale = True
            return
        while self._turns and self._turns[0][0] <= seconds:
            moment, key = heappop(self._turns)
            if self._turn_of.get(key) == moment:
                del self._turn_of[key]
                self._dirty.add(key)

    def refresh(self) -> None:
        """Bring the order up to date with what was touched; ``version`` moves when anything may look different."""
        if self.refused:
            return
        if self._stale or len(self._dirty) * 4 > max(len(self._order), 1_000):
            self.reload()
            return
        if not self._dirty:
            return
        self.version += 1
        now, held, order, filter = self._now(), self.held, self._order, self.filter
        until = held.clock() + PATTERN_SECONDS
        # First all are taken out: those that stay have the places that they were put in order by.
        for key in self._dirty:
            order.discard(key)
            self._places.pop(key, None)
        for key in self._dirty:
            row = held.row(key)
            known = self._encoded.get(key)
            if row is not None and filter is not None:
                self._note_turn(row, now)
                if not filter(row, now, held):
                    row = None
            if row is not None:
                order.add(row)
            if known is not None and known[0] != row:
                del self._encoded[key]
            if held.clock() > until:
                self.refused = "filter: it takes too long on these rows; name more of the text"
                self._order = self._ordered(Lot([], []))
                break
        self._dirty.clear()

    def _note_turns(self, rows: list[Row], now: datetime) -> None:
        """Note when time will change what becomes of each row."""
        if self.filter is None or not self.filter.timed:
            return
        self._turns_all = self.filter.turns_all(now)
        turns, young = self.filter.turns, self.filter.young(rows, now)
        self._turn_of = {row.key: moment for row in young if (moment := turns(row, now)) != float("inf")}
        self._turns = [(moment, key) for key, moment in self._turn_of.items()]
        heapify(self._turns)

    def _note_turn(self, row: Row, now: datetime) -> None:
        if self.filter is None or not self.filter.timed:
            return
        moment = self.filter.turns(row, now)
        if moment == float("inf"):
            self._turn_of.pop(row.key, None)
        elif self._turn_of.get(row.key) != moment:
            self._turn_of[row.key] = moment
            heappush(self._turns, (moment, row.key))

    def window(self, first: int, count: int) -> list[tuple[str, bytes]]:
        """Return (key, row as JSON) of ``count`` rows from place ``first``; the same row gives the same object."""
        return [(key, self._bytes(key)) for key in self._cut(first, count)]

    def rows(self, first: int, count: int) -> list[Row]:
        """Return the rows themselves."""
        found = (self.held.row(key) for key in self._cut(first, count))
        return [row for row in found if row is not None]

    def _cut(self, first: int, count: int) -> list[str]:
        return self._order.cut(max(0, first), max(0, min(count, MAX_WINDOW)))

    def _bytes(self, key: str) -> bytes:
        known = self._encoded.get(key)
        if known is None:
            row = self.held.row(key)
            assert row is not None, key
            if len(self._encoded) >= ENCODED_KEPT:
                self._encoded.clear()
            known = self._encoded[key] = (row, _encoder.encode(row))
        return known[1]

    def _place(self, row: Row) -> tuple[Any, ...]:
        """Return what a row is compared by."""
        known = self._places.get(row.key)
        if known is None:
            place: list[Any] = []
            for name, falling in self.sort:
                value = getattr(row, name)
                place.append(_key_value(value, falling) if name == "key" else _sort_value(value, falling))
            place.append(row.key)
            known = self._places[row.key] = tuple(place)
        return known


_encoder = msgspec.json.Encoder()

Sort = tuple[tuple[str, bool], ...]
"""Fields to sort by, each with whether it falls."""


def _parse_sort(sort: str, row_type: type[Row]) -> Sort:
    order: list[tuple[str, bool]] = []
    for part in sort.split(","):
        name = part.strip().removeprefix("-")
        if name not in row_type.__struct_fields__:
            raise BadQuery(f"sort: unknown key {name or '(empty)'}; there are {', '.join(row_type.__struct_fields__)}")
        order.append((name, part.strip().startswith("-")))
    return tuple(order)


def _sorted(lot: Lot, sort: Sort) -> Lot:
    """Return rows, which come in the order of their keys, in the order of ``sort``.

    The same order as that of ``Query._place``, made of whole columns: several times faster for many rows.
    """
    places: Sequence[int] = range(len(lot.rows))
    if len(lot.rows) < 2:
        return lot
    for name, falling in reversed(sort):
        get = attrgetter(name)
        values = [get(lot.rows[place]) for place in places]
        turned = _column(name, values, falling)
        places = [places[place] for place in turned]
    return lot.at(places)


def _column(name: str, values: Sequence[Any], falling: bool) -> Sequence[int]:
    """Return the places of ``values`` in order: equal ones stay as they are, those without a value come last."""
    if name == "key":
        return sorted(range(len(values)), key=[_natural(key) for key in values].__getitem__, reverse=falling)
    sample = next((value for value in values if value is not None and value not in ("", ())), None)
    if sample is None:
        return range(len(values))
    if isinstance(sample, datetime):
        numbers = np.array([value.timestamp() if value is not None else np.nan for value in values])
    elif isinstance(sample, Enum) and sample in RANKS:
        numbers = np.array([RANKS[value] for value in values], dtype=np.float64)
    elif isinstance(sample, int | float):
        numbers = np.array(values, dtype=np.float64)  # None becomes not a number
    else:
        texts = values if isinstance(sample, str) and not isinstance(sample, Enum) else list(map(_text, values))
        several = set(texts)
        several.discard("")
        rank: dict[str, float] = {text: float(number) for number, text in enumerate(sorted(several))}
        numbers = np.array([rank.get(text, np.nan) for text in texts])
    # What is not a number is sorted to the end.
    found: list[int] = np.argsort(-numbers if falling else numbers, kind="stable").tolist()
    return found


def _text(value: Any) -> str:
    kind, text = _sort_value(value, False)
    return "" if kind else text


_NUMBER = re.compile(r"([0-9]+)")


def _natural(key: str) -> tuple[tuple[int, str], ...]:
    """Return what to compare of keys: numbers in them as numbers, so that O-9 stands before O-10."""
    parts = _NUMBER.split(key)
    return tuple((int(part), "") if at % 2 else (-1, part) for at, part in enumerate(parts))


def _key_value(key: str, falling: bool) -> tuple[int, Any]:
    counted = _natural(key)
    return (0, _Falling(counted) if falling else counted)


def _sort_value(value: Any, falling: bool) -> tuple[int, Any]:
    """Return what to compare: rows without a value come last either way."""
    if value is None or value in ("", ()):
        return (1, 0)
    if isinstance(value, Enum) and value in RANKS:
        value = RANKS[value]
    if isinstance(value, datetime):
        value = value.timestamp()
    if isinstance(value, int | float):
        return (0, -value if falling else value)
    text = str(value)
    return (0, _Falling(text) if falling else text)
