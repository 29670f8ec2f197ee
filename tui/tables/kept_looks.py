"""How a table is looked at, as it is kept for its place: its order, and the columns with their widths."""

from collections.abc import Sequence

from msgspec import structs

from tui.kept import TableKept
from widgets.columns import Column, arranged

MOST_WIDE = 200
"""Cells of one column."""


def shown_columns(columns: Sequence[Column], kept: TableKept) -> tuple[Column, ...]:
    """Return the columns as they are wanted."""
    return arranged(columns, kept.order, kept.hidden, kept.widths)


def ordered_columns(columns: Sequence[Column], kept: TableKept) -> tuple[Column, ...]:
    """Return all columns, hidden ones too, in the order that is wanted."""
    return arranged(columns, kept.order, (), {})


def toggled(columns: Sequence[Column], kept: TableKept, key: str) -> TableKept:
    """Return ``kept`` with a column hidden that was shown, or shown that was hidden; one column stays."""
    if key in kept.hidden:
        return structs.replace(kept, hidden=tuple(other for other in kept.hidden if other != key))
    if sum(column.key not in kept.hidden for column in columns) <= 1:
        return kept
    return structs.replace(kept, hidden=(*kept.hidden, key))


def moved(columns: Sequence[Column], kept: TableKept, key: str, by: int) -> TableKept:
    """Return ``kept`` with a column one place further to the right (``by`` 1) or left (-1)."""
    order = [column.key for column in ordered_columns(columns, kept)]
    at = order.index(key)
    to = max(0, min(at + by, len(order) - 1))
    order.insert(to, order.pop(at))
    return structs.replace(kept, order=() if order == [column.key for column in columns] else tuple(order))


def sized(kept: TableKept, key: str, width: int) -> TableKept:
    """Return ``kept`` with a column of so many cells; 0: as wide as it is by itself."""
    widths = {other: held for other, held in kept.widths.items() if other != key}
    if width > 0:
        widths[key] = min(width, MOST_WIDE)
    return structs.replace(kept, widths=widths)
