"""What a benchmark hands back, and the table that it is printed in."""

import sys
from collections.abc import Sequence
from typing import TextIO

from msgspec import Struct


class Row(Struct, frozen=True):
    """One measurement. ``peer``: what it is compared with, and ``ratio`` to it (more than 1: we are ahead).

    ``budget`` says what was asked for, ``met`` whether it was reached; None where nothing was asked or the peer is
    missing.
    """

    name: str
    value: float
    unit: str
    peer: str = ""
    ratio: float | None = None
    budget: str = ""
    met: bool | None = None


def print_table(rows: Sequence[Row], out: TextIO | None = None) -> None:
    """Print the rows as a table of plain text."""
    heads = ("measurement", "value", "unit", "beside", "ratio", "budget", "met")
    lines = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for number, line in enumerate(lines):
        cells = (
            cell.rjust(width) if column in (1, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join(cells).rstrip(), file=out or sys.stdout)
        if number == 0:
            print("  ".join("-" * width for width in widths), file=out or sys.stdout)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        number_text(row.value),
        row.unit,
        row.peer,
        "" if row.ratio is None else f"{row.ratio:.2f}",
        row.budget,
        {True: "yes", False: "NO", None: ""}[row.met],
    )


def number_text(value: float) -> str:
    """Return a number with three digits that count: 12,345 / 12.3 / 0.123."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
