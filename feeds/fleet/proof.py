"""What makes columns of numbers and texts an inventory, and what is wrong where they are none."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from feeds.fleet.codes import Codes, Rows
from feeds.model import Coded
from feeds.simspace.sweeps import POWERS

Numbers = NDArray[np.int64]
"""One number a row, int64."""

ROWS: Final = 20_000_000
"""Ranges of a table, at most."""
ATTRIBUTES: Final = 64
NAME, VALUE, OWNER = 64, 512, 256
"""Characters of an attribute's name, of its value, and of a customer or a use, at most: as in feeds.model.text."""

_LATEST: Final = 253_402_300_799
"""The last second of the year 9999: no datetime is later."""


class NotATable(ValueError):
    """Columns are no inventory. The text says what is wrong and where; rows are counted from 1 in it.

    ``row``: the row in question counted from 0, or -1; ``field``: the column, or empty.
    """

    def __init__(self, why: str, row: int = -1, field: str = "") -> None:
        super().__init__(f"row {row + 1}: {why}" if row >= 0 else why)
        self.why = why
        self.row = row
        self.field = field


class SameRanges(NotATable):
    """Rows state the same range twice. ``rows``: (row, earlier row) of each, counted from 0, by ascending row."""

    def __init__(self, rows: list[tuple[int, int]], first: int, last: int) -> None:
        row, earlier = rows[0]
        more = f"; {len(rows) - 1:,} more ranges are stated twice" if len(rows) > 1 else ""
        super().__init__(f"{first}–{last} stands in row {earlier + 1} already{more}", row, "first")
        self.rows = rows


def sizes_of(numbers: Numbers) -> Numbers:
    """Return how many digits each of ``numbers`` (at least 1) has."""
    return np.searchsorted(POWERS, numbers, side="right") + 1


def order_of(firsts: Numbers, lasts: Numbers, since: Numbers) -> Rows | None:
    """Return the order of rows by (first, last, since); None where they are in order."""
    up, same = firsts[1:] > firsts[:-1], firsts[1:] == firsts[:-1]
    if bool(up.all()):
        return None
    below = (lasts[1:] > lasts[:-1]) | ((lasts[1:] == lasts[:-1]) & (since[1:] >= since[:-1]))
    if bool((up | (same & below)).all()):
        return None
    order: Rows = np.lexsort((since, lasts, firsts))
    return order


def same_as_before(firsts: Numbers, lasts: Numbers, since: Numbers) -> NDArray[np.bool_]:
    """Return for each row but the first whether it states the same as the one before it."""
    same: NDArray[np.bool_] = (firsts[1:] == firsts[:-1]) & (lasts[1:] == lasts[:-1]) & (since[1:] == since[:-1])
    return same


def twice(firsts: Numbers, lasts: Numbers, same: NDArray[np.bool_], order: Rows | None) -> SameRanges:
    """Return the error for rows in which ``same`` says that they state what the row before does."""
    places = np.arange(len(firsts)) if order is None else order
    begin = np.maximum.accumulate(np.where(np.append(False, same), 0, np.arange(len(firsts))))
    at = np.flatnonzero(same) + 1
    rows = sorted(zip(places[at].tolist(), places[begin[at]].tolist(), at.tolist(), strict=True))
    place = rows[0][2]
    return SameRanges([(row, earlier) for row, earlier, _ in rows], int(firsts[place]), int(lasts[place]))


def prove_numbers(firsts: Numbers, lasts: Numbers, imsis: Numbers, msisdns: Numbers, since: Numbers) -> None:
    """Raise NotATable where a row is no run of ICCID bodies, or has no possible IMSI, MSISDN or time."""
    if not len(firsts):
        return
    prove(firsts <= lasts, "the last body is before the first one", "last")
    prove(firsts >= 0, "the first body is below zero", "first")
    sizes = sizes_of(firsts)
    prove(sizes >= 5, "an ICCID body has 5 to 19 digits", "first")
    prove(sizes == sizes_of(lasts), "the two ends have not the same length", "last")
    stem = POWERS[sizes - 3]
    prove((firsts // stem == 89) & (lasts // stem == 89), "an ICCID begins with 89", "first")
    for numbers, name in ((imsis, "imsi_first"), (msisdns, "msisdn_first")):
        prove((numbers >= 0) & (numbers < 10**15), "a number of at most 15 digits was expected", name)
    prove((since >= 0) & (since <= _LATEST), "seconds since 1970 were expected", "since")


def prove(holds: NDArray[np.bool_], why: str, field: str) -> None:
    """Raise NotATable for the first row of which ``holds`` is false."""
    if not holds.all():
        raise NotATable(f"{field}: {why}", int(holds.argmin()), field)


def prove_order(firsts: Numbers, lasts: Numbers, since: Numbers) -> None:
    """Raise NotATable unless rows are sorted by (first, last, since), SameRanges where two are the same."""
    if order_of(firsts, lasts, since) is not None:
        raise NotATable("the rows are not sorted by first body, last body and time")
    same = same_as_before(firsts, lasts, since)
    if same.any():
        raise twice(firsts, lasts, same, None)


def read(data: bytes, rows: int, name: str) -> Numbers:
    """Return a column of numbers from the bytes of a table. Raises NotATable."""
    if len(data) != 8 * rows:
        raise NotATable(f"{name}: {len(data):,} bytes for {rows:,} rows of 8", field=name)
    return np.frombuffer(data, dtype="<i8").astype(np.int64, copy=False)


def read_some(data: bytes, rows: int, name: str) -> Numbers:
    """Return a column of numbers that may be empty bytes: then no row has one. Raises NotATable."""
    if not data:
        return np.broadcast_to(np.int64(0), rows)
    numbers = read(data, rows, name)
    if not numbers.any():
        raise NotATable(f"{name}: no row has one, so the column has to be empty", field=name)
    return numbers


def read_codes(column: Coded, rows: int, longest: int) -> Codes:
    """Return a column of texts, each of at most ``longest`` characters. Raises NotATable."""
    name = column.name
    if len(column.codes) != 4 * rows:
        raise NotATable(f"{name}: {len(column.codes):,} bytes for {rows:,} rows of 4", field=name)
    for before, value in zip(("", *column.values), column.values, strict=False):
        if not before < value or len(value) > longest:
            raise NotATable(f"{name}: values have 1 to {longest} characters, sorted, each once", field=name)
    codes = np.frombuffer(column.codes, dtype="<i4").astype(np.int32, copy=False)
    if rows:
        prove((codes >= -1) & (codes < len(column.values)), "the row's value is none of the column's", name)
    used = np.zeros(len(column.values) + 1, dtype=np.bool_)
    used[codes] = True
    if not used[:-1].all():
        raise NotATable(f"{name}: no row has the value {column.values[int(used[:-1].argmin())]!r}", field=name)
    return Codes(column.values, codes)
