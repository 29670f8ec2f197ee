"""A column of texts as numbers: the distinct values once, sorted, and for each row the place of its value in them.

What a column stands for (customer, use, an attribute) is not known here.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int32]
"""Places in a tuple of values, shape (rows,), int32; -1: the row has no value."""

Rows = NDArray[np.int64]
"""Numbers of rows, int64."""


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """A column: ``values`` sorted, each once, none empty; ``codes``: int32, one a row, -1 where the row has none."""

    values: tuple[str, ...]
    codes: Places

    def place(self, value: str) -> int:
        """Return the place of ``value`` among the values, or -1."""
        at = bisect_left(self.values, value)
        return at if at < len(self.values) and self.values[at] == value else -1

    def text(self, row: int) -> str:
        """Return the value of a row; the empty text where it has none."""
        code = self.codes.item(row)
        return self.values[code] if code >= 0 else ""

    def texts(self, rows: Rows) -> list[str]:
        """Return the values of ``rows``; the empty text where a row has none."""
        values = self.values
        return [values[code] if code >= 0 else "" for code in self.codes[rows].tolist()]

    def taken(self, rows: Rows | NDArray[np.bool_]) -> "Codes":
        """Return the column of these rows, in their order, without the values that none of them has."""
        return tidy(self.values, self.codes[rows])

    def counts(self) -> Rows:
        """Return how many rows have each of the values: int64, in the order of the values."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(np.int64)

    def into(self, other: "Codes") -> Places:
        """Return this column's codes as places in the values of ``other``; -2 where ``other`` lacks the value."""
        return translation(self.values, other.values)[self.codes]


def coded(texts: Sequence[str]) -> Codes:
    """Return the column of ``texts``; an empty one is none. Fast where many rows share few values."""
    values = tuple(sorted(set(texts) - {""}))
    place = {value: at for at, value in enumerate(values)}
    place[""] = -1
    return Codes(values, np.fromiter(map(place.__getitem__, texts), dtype=np.int32, count=len(texts)))


def nothing(rows: int) -> Codes:
    """Return a column of so many rows in which none has a value."""
    return Codes((), np.broadcast_to(np.int32(-1), rows))


def tidy(values: tuple[str, ...], codes: Places) -> Codes:
    """Return the column with only those of ``values`` (sorted, each once) that a row has."""
    used = np.zeros(len(values) + 1, dtype=np.bool_)
    used[codes] = True  # a code of -1 marks the last one, which stands for none
    if used[:-1].all():
        return Codes(values, codes)
    if not used[:-1].any():
        return nothing(len(codes))
    new = (np.cumsum(used) - 1).astype(np.int32)
    new[-1] = -1
    return Codes(tuple(values[at] for at in np.flatnonzero(used[:-1]).tolist()), new[codes])


def translation(mine: tuple[str, ...], theirs: tuple[str, ...]) -> Places:
    """Return for each of the values ``mine`` its place in ``theirs``, or -2; and at the end -1, for none."""
    if mine is theirs or mine == theirs:
        return np.append(np.arange(len(mine), dtype=np.int32), np.int32(-1))
    if len(mine) * 16 < len(theirs):
        found = [
            at if theirs[at : at + 1] == (value,) else -2 for value in mine for at in (bisect_left(theirs, value),)
        ]
    else:
        place = {value: at for at, value in enumerate(theirs)}
        found = [place.get(value, -2) for value in mine]
    return np.array([*found, -1], dtype=np.int32)


def stacked(parts: Iterable[Codes]) -> Codes:
    """Return the rows of several columns as one column, one after the other."""
    listed = list(parts)
    if all(one.values == listed[0].values for one in listed):
        return Codes(listed[0].values, np.concatenate([one.codes for one in listed]))
    values = tuple(sorted({value for one in listed for value in one.values}))
    return Codes(values, np.concatenate([translation(one.values, values)[one.codes] for one in listed]))
