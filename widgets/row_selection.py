"""The rows that a person has chosen out of a list, by identity: they stay chosen wherever they go. No terminal in here.

Kept is the newest state that was seen of each, so that an action knows what the person knew.
"""

from collections.abc import Iterable
from typing import Any, Final

MOST: Final = 10_000
"""Rows that can be chosen at a time: as many as one command takes."""


class RowSelection:
    """Rows by key, in the order in which they were chosen."""

    def __init__(self) -> None:
        self._rows: dict[str, Any] = {}
        self.anchor: str | None = None
        """Where a range begins: the row that was chosen or given up last."""

    def __len__(self) -> int:
        """Return how many are chosen."""
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        """Return whether the row of ``key`` is chosen."""
        return key in self._rows

    @property
    def rows(self) -> tuple[Any, ...]:
        """The chosen rows as they were seen last: a copy that does not change while somebody is asked about it."""
        return tuple(self._rows.values())

    def toggle(self, row: Any) -> bool:
        """Choose a row, or give it up; returns whether there was room for it."""
        self.anchor = row.key
        if row.key in self._rows:
            del self._rows[row.key]
            return True
        return self.add([row])

    def add(self, rows: Iterable[Any]) -> bool:
        """Choose rows; returns whether there was room for all."""
        for row in rows:
            if row.key not in self._rows and len(self._rows) >= MOST:
                return False
            self._rows[row.key] = row
        return True

    def see(self, rows: Iterable[Any]) -> None:
        """Take the newest state of rows that are chosen."""
        if self._rows:
            self._rows.update((row.key, row) for row in rows if row.key in self._rows)

    def drop(self, keys: Iterable[str]) -> bool:
        """Give some up; returns whether any of them was chosen. The newest state of the others stays."""
        dropped = [self._rows.pop(key) for key in keys if key in self._rows]
        return bool(dropped)

    def clear(self) -> bool:
        """Give all up; returns whether there were any."""
        had = bool(self._rows)
        self._rows.clear()
        self.anchor = None
        return had
