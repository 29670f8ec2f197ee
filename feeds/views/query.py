"""One view with a filter and an order, kept up to date from dirty keys and shared by all who ask the same.

The rows themselves are not held: a query over a million alarms holds their keys in order, and builds the few rows of
the windows that somebody looks at.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

import msgspec
from sortedcontainers import SortedList

from feeds.model import CaseState, OutageState, Row, Severity
from feeds.views.filter import BadFilter, parse

MAX_WINDOW = 10_000
"""Rows in one window."""
ENCODED_KEPT = 4 * MAX_WINDOW
"""Rows kept as JSON, so that several terminals on the same window cost one encoding."""


class BadQuery(Exception):
    """The view, sort or window cannot be used; the message says why."""


class Source(Protocol):
    """Where the rows of a view come from."""

    @property
    def name(self) -> str:
        """The view's name."""
        ...

    @property
    def row_type(self) -> type[Row]:
        """The type of its rows."""
        ...

    @property
    def default_sort(self) -> str:
        """Its order where none is asked for."""
        ...

    def every_key(self) -> Iterable[str]:
        """Every key that has a row now."""
        ...

    def row(self, key: str) -> Row | None:
        """The row of ``key``, or None when there is none (any more)."""
        ...


_ORDER: dict[Enum, int] = {severity: rank for rank, severity in enumerate(reversed(Severity))} | {
    state: rank
    for rank, state in enumerate(
        (
            OutageState.MERGED,
            OutageState.WITHDRAWN,
            OutageState.REJECTED,
            OutageState.FOLLOWED_UP,
            OutageState.RESOLVED,
            OutageState.MITIGATED,
            OutageState.SUSPECTED,
            OutageState.DECLARED,
            CaseState.CLOSED,
            CaseState.PENDING,
            CaseState.OPEN,
        )
    )
}
"""Enumerations with an order of their own: the more pressing, the higher."""


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
    """Keys of one view, filtered and in order. ``touch`` says what may have changed, ``refresh`` looks at it."""

    def __init__(self, source: Source, sort: str = "", filter: str = "") -> None:
        """Raise BadQuery when sort or filter cannot be used."""
        self.source = source
        try:
            self._filter = parse(filter, source.row_type)
        except BadFilter as error:
            raise BadQuery(str(error)) from None
        self._sort = _parse_sort(sort or source.default_sort, source.row_type)
        self._places: dict[str, tuple[Any, ...]] = {}
        self._sorted: SortedList = SortedList()
        self._encoded: dict[str, tuple[Row, bytes]] = {}
        self._dirty: set[str] = set()
        self._stale = False
        self.version = 0
        """Counts refreshes that found something to do."""
        self.reload()

    @property
    def total(self) -> int:
        """How many rows pass the filter."""
        return len(self._sorted)

    def reload(self) -> None:
        """Look at every row anew."""
        self._places = {}
        self._dirty = set()
        self._stale = False
        self.version += 1
        encoded, self._encoded = self._encoded, {}
        for key in self.source.every_key():
            row = self.source.row(key)
            if row is not None and (self._filter is None or self._filter(row)):
                self._places[key] = self._place(key, row)
                known = encoded.get(key)
                if known is not None and known[0] == row:
                    self._encoded[key] = known
        self._sorted = SortedList(self._places.values())

    def touch(self, keys: Iterable[str]) -> None:
        """Say that the rows of ``keys`` may have changed, come or gone."""
        self._dirty.update(keys)

    def touch_all(self) -> None:
        """Say that any row may have changed."""
        self._stale = True

    def refresh(self) -> None:
        """Bring the order up to date with what was touched; ``version`` moves when anything may look different."""
        if self._stale:
            self.reload()
            return
        if not self._dirty:
            return
        self.version += 1
        for key in self._dirty:
            row = self.source.row(key)
            old = self._places.get(key)
            new = None if row is None or (self._filter and not self._filter(row)) else self._place(key, row)
            if new != old:
                if old is not None:
                    self._sorted.remove(old)
                if new is not None:
                    self._sorted.add(new)
                    self._places[key] = new
                else:
                    del self._places[key]
            known = self._encoded.get(key)
            if known is not None and (new is None or known[0] != row):
                del self._encoded[key]
        self._dirty.clear()

    def window(self, first: int, count: int) -> list[tuple[str, bytes]]:
        """Return (key, row as JSON) of ``count`` rows from place ``first``; the same row gives the same object."""
        return [(place[-1], self._bytes(place[-1])) for place in self._cut(first, count)]

    def rows(self, first: int, count: int) -> list[Row]:
        """Return the rows themselves."""
        found = (self.source.row(place[-1]) for place in self._cut(first, count))
        return [row for row in found if row is not None]

    def _cut(self, first: int, count: int) -> Sequence[tuple[Any, ...]]:
        first = max(0, first)
        cut: Sequence[tuple[Any, ...]] = self._sorted[first : first + max(0, min(count, MAX_WINDOW))]
        return cut

    def _bytes(self, key: str) -> bytes:
        known = self._encoded.get(key)
        if known is None:
            row = self.source.row(key)
            assert row is not None, key
            if len(self._encoded) >= ENCODED_KEPT:
                self._encoded.clear()
            known = self._encoded[key] = (row, _encoder.encode(row))
        return known[1]

    def _place(self, key: str, row: Row) -> tuple[Any, ...]:
        place: list[Any] = []
        for name, falling in self._sort:
            value = getattr(row, name)
            place.append(_key_value(value, falling) if name == "key" else _sort_value(value, falling))
        place.append(key)
        return tuple(place)


_encoder = msgspec.json.Encoder()


def _parse_sort(sort: str, row_type: type[Row]) -> Sequence[tuple[str, bool]]:
    order: list[tuple[str, bool]] = []
    for part in sort.split(","):
        name = part.strip().removeprefix("-")
        if name not in row_type.__struct_fields__:
            raise BadQuery(f"sort: unknown key {name or '(empty)'}; there are {', '.join(row_type.__struct_fields__)}")
        order.append((name, part.strip().startswith("-")))
    return order


_NUMBER = re.compile(r"([0-9]+)")


def _key_value(key: str, falling: bool) -> tuple[int, Any]:
    """Return what to compare of keys: numbers in them as numbers, so that O-9 stands before O-10."""
    parts = _NUMBER.split(key)
    counted = tuple((int(part), "") if at % 2 else (-1, part) for at, part in enumerate(parts))
    return (0, _Falling(counted) if falling else counted)


def _sort_value(value: Any, falling: bool) -> tuple[int, Any]:
    """Return what to compare: rows without a value come last either way."""
    if value is None or value in ("", ()):
        return (1, 0)
    if isinstance(value, Enum) and value in _ORDER:
        value = _ORDER[value]
    if isinstance(value, datetime):
        value = value.timestamp()
    if isinstance(value, int | float):
        return (0, -value if falling else value)
    text = str(value)
    return (0, _Falling(text) if falling else text)
