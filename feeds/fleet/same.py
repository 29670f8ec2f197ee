"""Whether rows of two inventories say the same, whole columns at a time."""

import numpy as np
from numpy.typing import NDArray

from feeds.fleet.codes import Codes, Places, Rows, nothing, translation
from feeds.fleet.columns import Columns

Flags = NDArray[np.bool_]
"""One truth a row."""


def same_rows(one: Columns, rows: Rows, other: Columns, their_rows: Rows) -> Flags:
    """Return for each of ``rows`` of ``one`` whether it says all that the row of ``other`` beside it says.

    Their ends are not compared.
    """
    same = same_texts(one.customer, rows, other.customer, their_rows)
    same &= same_texts(one.use, rows, other.use, their_rows)
    for numbers, their_numbers in ((one.imsis, other.imsis), (one.msisdns, other.msisdns), (one.since, other.since)):
        same &= numbers[rows] == their_numbers[their_rows]
    for name in sorted({name for columns in (one, other) for name, _ in columns.attributes}):
        mine, theirs = (columns.column(name) or nothing(len(columns)) for columns in (one, other))
        same &= same_texts(mine, rows, theirs, their_rows)
    return same


def same_texts(one: Codes, rows: Rows, other: Codes, their_rows: Rows) -> Flags:
    """Return for each of ``rows`` whether it has the same value, or none, as the row of ``other`` beside it."""
    codes: Places = one.codes[rows]
    if one.values != other.values:
        codes = translation(one.values, other.values)[codes]
    same: Flags = codes == other.codes[their_rows]
    return same


def same_columns(one: Columns, other: Columns) -> bool:
    """Whether two inventories are the same: quick where they differ, and some milliseconds for a million ranges."""
    return (
        np.array_equal(one.firsts, other.firsts)
        and np.array_equal(one.lasts, other.lasts)
        and [name for name, _ in one.attributes] == [name for name, _ in other.attributes]
        and all(
            mine.values == theirs.values and np.array_equal(mine.codes, theirs.codes)
            for mine, theirs in zip(_texts(one), _texts(other), strict=True)
        )
        and np.array_equal(one.imsis, other.imsis)
        and np.array_equal(one.msisdns, other.msisdns)
        and np.array_equal(one.since, other.since)
    )


def _texts(columns: Columns) -> list[Codes]:
    return [columns.customer, columns.use, *(column for _, column in columns.attributes)]
