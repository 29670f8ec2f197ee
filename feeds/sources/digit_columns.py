"""Cells of a column → numbers, many at a time: plain digits by array, the few other cells one by one.

What a number must look like is the columns' matter: this says how many digits it has and which they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feeds.simspace import luhn_holds
from feeds.sources.inventory import FieldError

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

MOST: Final = 20
"""Digits of the longest identifier."""
KEPT: Final = 19
"""Digits that are kept of a number: as many as int64 holds of one that begins with 89. The next is a check digit."""

_SEPARATORS: Final = str.maketrans("", "", " \t\u00a0\u2009\u202f-\u2010\u2011")
_MANY: Final = 8
"""Where more than one cell in so many has separators, they are taken out of all at once."""
_DOUBLED: Final = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], dtype=np.uint8)
"""Each digit → the digit sum of its double (ISO/IEC 7812-1, annex B)."""


@dataclass(frozen=True, slots=True)
class Digits:
    """Numbers of a column, one a row. ``values``: the first KEPT digits; ``sizes``: how many digits, 0: empty cell.

    ``luhn``: whether the last of nineteen digits is the check digit of those before; False for other sizes.
    ``wrong``: rows whose cell is none, and why.
    """

    values: Numbers
    sizes: Numbers
    luhn: Mask
    wrong: dict[int, str]


def digits_of(
    cells: Sequence[str], read: Callable[[str], str], plain: Callable[[Numbers, Numbers], Mask] | None = None
) -> Digits:
    """Return the numbers of ``cells``.

    ``read`` gives the digits of a cell that is not plain digits (empty for none), or raises FieldError; ``plain``
    (values, sizes) says which plain ones need no look by it; None: all.
    """
    values, sizes, luhn, odd = _plain(cells)
    if int(odd.sum()) * _MANY > len(cells):
        joined = "\n".join(cells).translate(_SEPARATORS).split("\n")
        if len(joined) == len(cells):  # no cell has a line break
            values, sizes, luhn, odd = _plain(joined)
    if plain is not None:
        odd |= ~plain(values, sizes) & (sizes > 0)
    wrong: dict[int, str] = {}
    for row in np.flatnonzero(odd).tolist():
        values[row] = sizes[row] = 0
        luhn[row] = False
        try:
            digits = read(cells[row])
        except FieldError as error:
            wrong[row] = str(error)
            continue
        if digits:
            values[row], sizes[row] = int(digits[:KEPT]) % (1 << 63), min(len(digits), 99)
            luhn[row] = len(digits) == KEPT and luhn_holds(digits)
    return Digits(values, sizes, luhn, wrong)


def digits_text(value: int, size: int) -> str:
    """Return the digits as they stood, as far as they are kept."""
    return f"{value:0{min(size, KEPT)}d}" + ("…" if size > KEPT else "")


def _plain(cells: Sequence[str]) -> tuple[Numbers, Numbers, Mask, Mask]:
    """Return values, sizes, check digits, and which cells are something else than up to MOST plain digits."""
    count = len(cells)
    sizes = np.fromiter(map(len, cells), dtype=np.int64, count=count)
    uniform = count > 0 and 0 < sizes[0] <= MOST and bool((sizes == sizes[0]).all())
    joined = "".join(cells) if uniform else ""
    if uniform and joined.isascii():
        matrix = np.frombuffer(joined.encode(), dtype=np.uint8).reshape(count, -1) - np.uint8(48)
    else:
        try:
            raw = np.array(cells, dtype=f"S{MOST}")
        except UnicodeEncodeError:
            raw = np.array([cell if cell.isascii() else "?" for cell in cells], dtype=f"S{MOST}")
        matrix = raw.view(np.uint8).reshape(count, MOST) - np.uint8(48)
    values = np.zeros(count, dtype=np.int64)
    luhn = np.zeros(count, dtype=np.bool_)
    odd = sizes > MOST
    for size in np.unique(sizes).tolist():
        if not 0 < size <= MOST:
            continue
        rows: slice | Numbers = slice(None) if uniform else np.flatnonzero(sizes == size)
        columns = np.ascontiguousarray(matrix[rows, :size].T)
        odd[rows] = (columns > 9).any(axis=0)
        total = np.zeros(columns.shape[1], dtype=np.int64)
        for column in columns[:KEPT]:
            total *= 10
            total += column
        values[rows] = total
        if size == KEPT:
            digits = np.minimum(columns, 9)
            luhn[rows] = (digits[::2].sum(axis=0) + _DOUBLED[digits[1::2]].sum(axis=0)) % 10 == 0
    return values, sizes, luhn, odd
