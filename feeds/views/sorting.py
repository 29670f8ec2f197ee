"""What rows are sorted by: read from ``-severity,raised``, and asked of one row or of many at once.

Both ways give the same order: the keys of ``sort`` one after the other, rows without a value last either way, and what
is equal then in the order of the keys.
"""

from typing import Any

import numpy as np

from feeds.model import Row, field_named, names_of, nearest
from feeds.views.columns import Column, Slots, counted, sort_value
from feeds.views.held import HeldRows
from feeds.views.kinds import Kind, kind_of, types_of

Sort = tuple[tuple[str, bool], ...]
"""Fields to sort by, each with whether it falls."""


class BadSort(Exception):
    """The sort names a key that there is not; the message says which there are."""


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


def parse_sort(sort: str, row_type: type[Row]) -> Sort:
    """Return what ``sort`` means for rows of ``row_type``. Raises BadSort."""
    order: list[tuple[str, bool]] = []
    for part in sort.split(","):
        written = part.strip().removeprefix("-")
        name = field_named(row_type, written)
        if name is None:
            raise BadSort(f"sort: {unknown(row_type, written or '(empty)')}")
        order.append((name, part.strip().startswith("-")))
    return tuple(order)


def unknown(row_type: type[Row], name: str, at: str = "") -> str:
    """Return in words that no field has this name, and which is meant or which there are; ``at``: where it stands."""
    near = nearest(row_type, name)
    rest = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names_of(row_type))}"
    return f"unknown key {name}{at}; {rest}"


def place_of(row: Row, sort: Sort) -> tuple[Any, ...]:
    """Return what one row is compared by."""
    place: list[Any] = []
    for name, falling in sort:
        if name == "key":
            text = counted(row.key)
            place.append((0, _Falling(text) if falling else text))
            continue
        without, value = sort_value(getattr(row, name))
        if falling and not without:
            value = -value if isinstance(value, int | float) else _Falling(value)
        place.append((without, value))
    place.append(row.key)
    return tuple(place)


def in_order(slots: Slots, sort: Sort, held: HeldRows) -> Slots:
    """Return slots, which come in the order of their keys, in the order of ``sort``."""
    row_type = held.source.row_type
    for name, falling in reversed(sort):
        if len(slots) < 2:
            break
        column: Column
        if name == "key":
            column = held.columns.counted_keys()
        elif kind_of(row_type, name) in (Kind.TIME, Kind.NUMBER) or types_of(row_type, name) == {bool}:
            column = held.columns.numbers(name)
        else:
            said = held.columns.said_at(name, slots)
            if said is not None:
                slots = slots[_order_of(said, falling=falling)]
                continue
            column = held.columns.values(name)
        slots = slots[np.argsort(column.ranks(slots, falling=falling), kind="stable")]
    return slots


def _order_of(said: list[str], *, falling: bool) -> list[int]:
    """Return the places of texts in their order; those without one come last."""
    order = [place for place, text in enumerate(said) if text]
    order.sort(key=said.__getitem__, reverse=falling)
    if len(order) < len(said):
        order += [place for place, text in enumerate(said) if not text]
    return order
