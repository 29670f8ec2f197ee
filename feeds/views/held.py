"""The rows of one source, made once for all who look: as they are, as folded text, and in the order of their keys.

Bounded: of a source with more than ``ROWS_HELD`` rows the rest is made anew whenever somebody asks.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Final, Protocol

from feeds.model import Row
from feeds.views.folded import folder
from feeds.views.order import ROWS_HELD, Lot, Order

MOST_DIRTY: Final = 20_000
"""Keys that are noted one by one; when there are more everything is looked at anew."""

_key = attrgetter("key")


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


class HeldRows:
    """Rows of ``source``. ``drop`` says which may have changed; what is not dropped is as it was."""

    def __init__(self, source: Source, clock: Callable[[], float] = lambda: 0.0) -> None:
        self.source = source
        self.clock = clock
        """Seconds that the program has computed; stops patterns that take too long. Without one none is stopped."""
        self._fold = folder(source.row_type)
        self._rows: dict[str, Row] = {}
        self._texts: dict[str, str] = {}
        self._order: Order | None = None
        """All rows by their keys; None: not made."""
        self._dirty: set[str] = set()
        self._to_fold: Iterator[str] | None = None

    def row(self, key: str) -> Row | None:
        """Return the row of ``key``, or None when there is none (any more)."""
        row = self._rows.get(key)
        if row is None:
            row = self.source.row(key)
            if row is not None and len(self._rows) < ROWS_HELD:
                self._rows[key] = row
        return row

    @property
    def count(self) -> int:
        """How many rows are held."""
        return len(self._rows)

    def text(self, row: Row) -> str:
        """Return what a row says, folded."""
        text = self._texts.get(row.key)
        if text is None:
            text = self._fold(row)
            if len(self._texts) < ROWS_HELD and self._rows.get(row.key) is row:
                self._texts[row.key] = text
        return text

    def lot(self, *, texts: bool = False) -> Lot:
        """Return all rows, in the order of their keys; with their ``texts`` where those are wanted or known."""
        order = self._order
        if order is None:
            rows = [row for key in sorted(self.source.every_key()) if (row := self.row(key)) is not None]
            order = self._order = Order(Lot([row.key for row in rows], rows), _key, self.row, self.text)
        for key in self._dirty:
            order.discard(key)
        for key in self._dirty:
            row = self.row(key)
            if row is not None:
                order.add(row)
        self._dirty.clear()
        return order.lot(texts=texts)

    def drop(self, keys: Iterable[str]) -> None:
        """Forget what may have changed, come or gone."""
        rows, folded = self._rows, self._texts
        for key in keys:
            if rows.pop(key, None) is not None:
                folded.pop(key, None)
            if self._order is not None:
                self._dirty.add(key)
        if len(self._dirty) > MOST_DIRTY:
            self._order = None
            self._dirty.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()
        self._texts.clear()
        self._order = None
        self._dirty.clear()

    def prepare(self, rest: Callable[[], bool]) -> bool:
        """Fold rows ahead of the first filter, until ``rest`` says so. Returns whether something is left to do."""
        if self._to_fold is None:
            if 10 * len(self._texts) >= 9 * len(self._rows):
                return False  # rows change all the time: the last few are folded when they are wanted
            self._to_fold = iter(self._rows.keys() - self._texts.keys())
        for key in self._to_fold:
            row = self._rows.get(key)
            if row is not None:
                self.text(row)
            if rest():
                return True
        self._to_fold = None
        return False
