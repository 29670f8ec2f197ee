"""Rows that are all there, as a stream table shows them: for lists that do not come as a view from the hub."""

from typing import Any

from msgspec import Struct


class AllRows(Struct, frozen=True):
    """``rows`` have a ``key`` each. A page of the list is the whole of it."""

    rows: tuple[Any, ...]
    first: int = 0
    loaded: bool = True

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.rows)
