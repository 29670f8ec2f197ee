"""Cells of a column → numbers, many at a time: plain digits by array, the few other cells one by one.

What a number must look like is the columns' matter: this says how many digits it has and which they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feeds.simspace import luhn_holds
from feeds.sources.cell_numbers import KEPT, MOST, plain_digits
from feeds.sources.cells import Cells
from feeds.sources.inventory import FieldError

__all__ = ["KEPT", "MOST", "Digits", "Mask", "Numbers", "digits_of", "digits_text"]

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

_SEPARATORS: Final = str.maketrans("", "", " \t\u00a0\u2009\u202f-\u2010\u2011")
_MANY: Final = 8
"""Where more than one cell in so many has separators, they are taken out of all at once."""


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
    cells: Cells, read: Callable[[str], str], plain: Callable[[Numbers, Numbers], Mask] | None = None
) -> Digits:
    """Return the numbers of ``cells``.

    ``read`` gives the digits of a cell that is not plain digits (empty for none), or raises FieldError; ``plain``
    (values, sizes) says which plain ones need no look by it; None: all.
    """
    values, sizes, luhn, odd = plain_digits(cells)
    if int(odd.sum()) * _MANY > len(cells):
        joined = "\n".join(cells).translate(_SEPARATORS).split("\n")
        if len(joined) == len(cells):  # no cell has a line break
            values, sizes, luhn, odd = plain_digits(Cells.of(joined))
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
