"""The rows that a table has of a longer list, and a cursor that is tied to a row's identity. No terminal in here.

The list itself lives elsewhere and changes under us: rows come, go, change and are sorted anew. Rules of the cursor:

- It stays on its row, wherever that row goes.
- Where its row is gone, it takes the nearest row that was beside it and is still there: at each distance first the one
  below, then the one above. The loss is reported.
- Where its row was pushed out of the window by rows that came, or the window was moved away, it is kept and found
  again when the window reaches it.
- Where it is put on a row that is not loaded yet, it takes that row's identity when the row arrives.
"""

from collections.abc import Iterator, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar


class Identified(Protocol):
    """A row: immutable, compared by value, with an identity."""

    @property
    def key(self) -> str:
        """The row's identity within its list."""
        ...


R = TypeVar("R", bound=Identified)


class Lost(NamedTuple):
    """The cursor's row is gone: its key, and the key it went to (None: no row there, or not loaded)."""

    key: str
    to: str | None


class RowWindow(Generic[R]):
    """``rows`` are those from ``first`` (counted from 0) of a list of ``total``."""

    def __init__(self) -> None:
        self.rows: list[R] = []
        self.first = 0
        self.total = 0
        self.cursor: str | None = None
        """Key of the row under the cursor; None while there is no cursor or its row is not loaded."""
        self.cursor_index: int | None = None
        """Where the cursor is, counted in the whole list; an estimate while its row is outside the window."""
        self._where: dict[str, int] = {}

    def at(self, index: int) -> R | None:
        """Return the row at ``index`` of the whole list, or None where it is not loaded."""
        place = index - self.first
        return self.rows[place] if 0 <= place < len(self.rows) else None

    def span(self, first: int, count: int) -> list[R | None]:
        """Return ``count`` rows from ``first`` of the whole list, None for each that is not loaded."""
        place = first - self.first
        if place >= 0 and place + count <= len(self.rows):
            return list(self.rows[place : place + count])
        return [self.at(index) for index in range(first, first + count)]

    def index_of(self, key: str) -> int | None:
        """Return where the row ``key`` is in the whole list, or None where it is not loaded."""
        return self._where.get(key)

    def replace(self, rows: Sequence[R], first: int, total: int) -> Lost | None:
        """Take the newest state of the list. Rows that did not change keep their object. Returns the cursor's loss."""
        old, old_first, old_total, where = self.rows, self.first, self.total, self._where
        new: list[R] = []
        for row in rows:
            place = where.get(row.key)
            if place is not None:
                known = old[place - old_first]
                if known is row or known == row:
                    new.append(known)
                    continue
            new.append(row)
        self.rows, self.first, self.total = new, first, max(total, first + len(new))
        self._where = {row.key: first + place for place, row in enumerate(new)}
        return self._follow(old, old_first, old_total)

    def patch(self, row: R) -> int | None:
        """Replace one loaded row by its newest state; returns its index, or None where it is not loaded or equal."""
        index = self._where.get(row.key)
        if index is None or self.rows[index - self.first] == row:
            return None
        self.rows[index - self.first] = row
        return index

    def put(self, index: int) -> None:
        """Put the cursor on the row at ``index``, as near as the list allows."""
        if self.total == 0:
            self.cursor = self.cursor_index = None
            return
        self.cursor_index = max(0, min(index, self.total - 1))
        row = self.at(self.cursor_index)
        self.cursor = row.key if row is not None else None

    def release(self) -> None:
        """Take the cursor off the list."""
        self.cursor = self.cursor_index = None

    def _follow(self, old: list[R], old_first: int, old_total: int) -> Lost | None:
        if self.cursor_index is None:
            return None
        if self.cursor is None:
            self.put(self.cursor_index)
            return None
        index = self._where.get(self.cursor)
        if index is not None:
            self.cursor_index = index
            return None
        end = self.first + len(self.rows)
        covers = self.first == 0 and end >= self.total
        came = max(0, self.total - old_total)
        if not covers and not (self.first <= self.cursor_index < end):
            # The window is elsewhere: nothing is known of the row.
            self.cursor_index = min(self.cursor_index, self.total - 1)
            return None
        if not covers and came and self.cursor_index + came >= end:
            # As many rows came as push it over the edge of the window: it is kept, and looked for there.
            self.cursor_index += came
            return None
        gone = self.cursor
        place = self.cursor_index - old_first
        for row in _outwards(old, place):
            if row.key in self._where:
                self.put(self._where[row.key])
                break
        else:
            self.put(self.cursor_index)
        return Lost(gone, self.cursor)


def _outwards(rows: list[R], place: int) -> Iterator[R]:
    """Yield the rows around ``place``, nearest first, the one below before the one above."""
    for distance in range(1, len(rows) + 1):
        if 0 <= place + distance < len(rows):
            yield rows[place + distance]
        if 0 <= place - distance < len(rows):
            yield rows[place - distance]
