"""The columns over the slots of one source: made when they are first wanted or ahead of it, told of each row that
changes, and bounded. What a column is stands in columns.py; the rows and their slots are held.py's.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Final, Protocol, TypeVar

import numpy as np

from feeds.model import Row
from feeds.views.columns import BYTES_OF_KEY, Column, CountedKeys, Numbers, Slots, Values, all_folded
from feeds.views.folded import plain_fields
from feeds.views.kinds import Kind, kind_of

MOST: Final = 40
"""Columns of one source, and their bytes; what was wanted longest ago makes room."""
MOST_BYTES: Final = 160_000_000
FROM: Final = 2_000
"""For fewer rows no column is made before it is wanted."""
FEW: Final = 200
"""Keys that are put in order before it is asked whether it is time to rest."""
SPARE: Final = 10_000
"""So many values that nobody has any more may stand beside as many as are in use."""
SAMPLE: Final = 4_000
"""Rows that tell whether a field has few values."""

_C = TypeVar("_C", Numbers, Values, CountedKeys)


class SlottedRows(Protocol):
    """Rows at slots, as columns need them."""

    keys: list[str]
    """By slot; a slot may be without a row."""

    @property
    def row_type(self) -> type[Row]:
        """The type of the rows."""
        ...

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    @property
    def whole(self) -> bool:
        """Whether they are few enough for columns to be kept."""
        ...

    def rows_at(self, slots: Slots) -> Iterator[Row | None]:
        """Yield the row of each slot."""
        ...

    def every_row(self) -> Iterable[Row | None]:
        """Return what each slot has."""
        ...


class HeldColumns:
    """The columns of ``rows``. Whoever wants one settles the rows first."""

    def __init__(self, rows: SlottedRows) -> None:
        self._rows = rows
        self._columns: dict[tuple[type, str], Column] = {}
        """The one that was wanted last stands last."""
        self._differing: dict[str, bool] = {}

    def numbers(self, name: str) -> Numbers:
        """Return a column of times or numbers."""
        return self._column(Numbers, name, lambda: Numbers(name, self._rows.every_row()))

    def values(self, name: str) -> Values:
        """Return a column of any values."""
        plain = kind_of(self._rows.row_type, name) in (Kind.TEXT, Kind.RANKED)
        return self._column(Values, name, lambda: Values(name, self._rows.every_row(), plain=plain))

    def counted_keys(self) -> CountedKeys:
        """Return the column of keys, to sort by with the numbers in them as numbers."""
        return self._column(CountedKeys, "key", lambda: CountedKeys(self._rows.keys))

    def said_at(self, name: str, slots: Slots) -> list[str] | None:
        """Return what a field of text says in each slot, as it is; None: a column takes less.

        Where nearly each row has another value a column would be a second copy of all of them.
        """
        if (Values, name) in self._columns or not self._differs(name):
            return None
        get = attrgetter(name)
        return [get(row) if row is not None else "" for row in self._rows.rows_at(slots)]

    def lines_at(self, name: str, slots: Slots) -> list[str] | None:
        """Return what ``said_at`` does, folded; None: a column takes less."""
        said = self.said_at(name, slots)
        return all_folded(said) if said is not None else None

    def put(self, slot: int, row: Row) -> None:
        """Take a row as it is now."""
        for column in self._columns.values():
            column.put(slot, row)

    def keep(self, slots: Slots) -> None:
        """Let go of all but some slots; those are numbered from 0 on."""
        for column in self._columns.values():
            column.keep(slots)

    def make_room(self) -> None:
        """Let go of columns of too many rows, and of those with too many values that nobody has any more."""
        if not self._rows.whole:
            self._columns.clear()
        for which, column in list(self._columns.items()):
            if isinstance(column, Values) and len(column.values) > 2 * self._rows.count + SPARE:
                del self._columns[which]

    def clear(self) -> None:
        """Forget all."""
        self._columns, self._differing = {}, {}

    def prepare(self, rest: Callable[[], bool]) -> bool:
        """Make one column that filters and orders are likely to ask for, that of keys in pieces until ``rest`` says so.

        Returns whether there was one to make. One takes up to some 30 ms for 100,000 rows.
        """
        rows, columns = self._rows, self._columns
        if rows.count < FROM:
            return False
        room = MOST_BYTES - sum(column.bytes for column in columns.values())
        for name in rows.row_type.__struct_fields__:
            if len(columns) >= MOST or room < 8 * len(rows.keys):
                return False
            kind = kind_of(rows.row_type, name)
            if kind in (Kind.TIME, Kind.NUMBER) and (Numbers, name) not in columns:
                self.numbers(name)
                return True
            if kind in (Kind.TEXT, Kind.RANKED) and (Values, name) not in columns and not self._differs(name):
                self.values(name)
                return True
        if (CountedKeys, "key") not in columns and room < BYTES_OF_KEY * len(rows.keys):
            return False
        keys = self.counted_keys()
        if keys.ready:
            return False
        keys.prepare(FEW)
        while not keys.ready and not rest():
            keys.prepare(FEW)
        return True

    def _differs(self, name: str) -> bool:
        """Return whether a field is a text of which nearly each row has another; found out once."""
        if name not in plain_fields(self._rows.row_type):
            return False
        known = self._differing.get(name)
        if known is None:
            get, slots = attrgetter(name), len(self._rows.keys)
            sample = np.arange(0, slots, slots // SAMPLE + 1, dtype=np.int32)
            said = [get(row) for row in self._rows.rows_at(sample) if row is not None]
            known = self._differing[name] = 4 * len(set(said)) > 3 * len(said)
        return known

    def _column(self, kind: type[_C], name: str, make: Callable[[], _C]) -> _C:
        known = self._columns.pop((kind, name), None)
        if known is None:
            known = make()
        assert isinstance(known, kind)
        if self._rows.whole:
            self._columns[kind, name] = known
            spent = sum(column.bytes for column in self._columns.values())
            for oldest in list(self._columns)[:-1]:
                if len(self._columns) <= MOST and spent <= MOST_BYTES:
                    break
                spent -= self._columns.pop(oldest).bytes
        return known
