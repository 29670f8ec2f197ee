"""Columns of a stream table, declared as data, and how a width is shared out among them."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from widgets.plain import Align


class Bit(NamedTuple):
    """A piece of a cell. ``style`` is one of the table's style names, such as ``critical`` or ``dim``; empty: none."""

    text: str
    style: str = ""


Cell = str | Bit | tuple[Bit, ...]
"""What a cell function returns."""


@dataclass(frozen=True)
class Column:
    """One column.

    ``cell`` makes the cell of a row; the second argument is the hub's time now (UTC). ``timed`` says that the cell
    changes with the time alone, such as an age. ``width`` is a fixed number of cells; without it the column gets a
    share of what is left by ``weight``, at least ``least`` and at most ``most`` cells (0: no limit). Columns of the
    lowest ``priority`` are left out first when the table is narrow. ``sort`` is the field that the hub sorts by.
    """

    key: str
    title: str
    cell: Callable[[Any, datetime], Cell]
    width: int = 0
    weight: int = 1
    least: int = 6
    most: int = 0
    align: Align = "left"
    priority: int = 5
    sort: str = ""
    timed: bool = False
    mark: bool = True
    """Whether a change of the cell is marked for a moment."""
    ages: bool = False
    """Whether the cell says how old its row is, where the row is old."""

    @property
    def smallest(self) -> int:
        """Least width in cells."""
        return self.width or self.least


class Placed(NamedTuple):
    """A column with the place it got: first cell and width."""

    column: Column
    x: int
    width: int


def bits(cell: Cell) -> tuple[Bit, ...]:
    """Return the pieces of ``cell``."""
    if isinstance(cell, Bit):
        return (cell,)
    if isinstance(cell, str):
        return (Bit(cell),)
    return cell


def arranged(
    columns: Sequence[Column], order: Sequence[str], hidden: Container[str], widths: Mapping[str, int]
) -> tuple[Column, ...]:
    """Return ``columns`` as a person wants them: those named in ``order`` first, without the hidden ones, some with a
    width of their own. Names that are not known are passed over; one column always stays.
    """
    place = {key: at for at, key in enumerate(order)}
    wanted = sorted(columns, key=lambda column: place.get(column.key, len(place)))
    shown = [column for column in wanted if column.key not in hidden] or list(wanted[:1])
    return tuple(replace(one, width=widths[one.key]) if one.key in widths else one for one in shown)


def place(
    columns: Sequence[Column], width: int, *, gutter: int = 2, gap: int = 2, shift: int = 0
) -> tuple[Placed, ...]:
    """Share ``width`` cells out: ``gutter`` before the first column, ``gap`` between columns.

    Where not all fit, the columns of the lowest priority go, the rightmost first; one column always stays. With
    ``shift`` the first column stays, so many after it are passed over, and the others come as far as there is room.
    """
    kept = [*columns[:1], *columns[1 + shift :]] if shift else list(columns)
    while len(kept) > 1 and gutter + sum(c.smallest for c in kept) + gap * (len(kept) - 1) > width:
        least = min(column.priority for column in kept)
        gone = kept[-1] if shift else next(column for column in reversed(kept) if column.priority == least)
        kept.remove(gone)
    if not kept:
        return ()
    widths = {column.key: column.smallest for column in kept}
    spare = width - gutter - gap * (len(kept) - 1) - sum(widths.values())
    growing = [column for column in kept if not column.width and column.weight > 0]
    while spare > 0 and growing:
        weights = sum(column.weight for column in growing)
        shares = {column.key: spare * column.weight // weights for column in growing}
        if not any(shares.values()):
            shares = {column.key: int(index < spare) for index, column in enumerate(growing)}
        for column in growing:
            room = column.most - widths[column.key] if column.most else spare
            given = min(shares[column.key], room, spare)
            widths[column.key] += given
            spare -= given
        growing = [column for column in growing if not column.most or widths[column.key] < column.most]
    if len(kept) == 1 and gutter + widths[kept[0].key] > width:
        widths[kept[0].key] = max(1, width - gutter)
    placed = []
    x = gutter
    for column in kept:
        placed.append(Placed(column, x, widths[column.key]))
        x += widths[column.key] + gap
    return tuple(placed)
