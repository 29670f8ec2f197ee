"""Cells of a column as numbers, whole columns at a time: plain digits eight by eight, texts by what they hash to."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feeds.sources.cells import Cells, Numbers

KEPT: Final = 19
"""Digits that are kept of a number: as many as int64 holds of one that begins with 89."""
MOST: Final = 20
"""Digits of the longest identifier."""
WORDS: Final = 8
"""Texts of more than so many times eight bytes are looked at one by one."""

_U = np.uint64
_ZEROS: Final = _U(0x3030303030303030)
_SIXES: Final = _U(0x0606060606060606)
_HIGH: Final = _U(0xF0F0F0F0F0F0F0F0)
_EVEN: Final = _U(0x00FF00FF00FF00FF)
_ONES: Final = _U(0x0001000100010001)
_FIVE_UP: Final = _U(0x007B007B007B007B)
_RIGHT: Final = np.array([0] + [(1 << 64) - (1 << (64 - 8 * n)) for n in range(1, 9)], dtype=np.uint64)
"""The last n of eight bytes."""
_LEFT: Final = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)
"""The first n of eight bytes."""
_MIX: Final = (_U(0x9E3779B97F4A7C15), _U(0xC2B2AE3D27D4EB4F), _U(0x165667B19E3779F9), _U(0xD6E8FEB86659FD93))


def plain_digits(cells: Cells) -> tuple[Numbers, Numbers, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return of each cell its first KEPT digits, its size, whether Luhn holds (of KEPT digits), and whether it is odd.

    Odd is what is something else than up to MOST plain digits.

    Eight digits at a time: each byte of a word is a digit; neighbours are put together, then pairs, then fours.
    """
    words = cells.page.words
    sizes = cells.ends - cells.starts
    longest = int(sizes.max(initial=0))
    cut = cells.ends - (sizes == MOST)
    kept = np.minimum(sizes, KEPT)
    values = np.zeros(len(sizes), dtype=np.uint64)
    bad = np.zeros(len(sizes), dtype=np.uint64)
    checked = bool((sizes == KEPT).any())
    sums = np.zeros(len(sizes), dtype=np.uint64)
    for step in range((min(longest, KEPT) + 7) // 8 - 1, -1, -1):
        x = words[cut - 8 * (step + 1)] ^ _ZEROS
        x &= _RIGHT[np.clip(kept - 8 * step, 0, 8)]
        bad |= (x | (x + _SIXES)) & _HIGH
        if checked:
            # From the right every second digit counts double, the check digit once (ISO/IEC 7812-1, annex B).
            doubled = x & _EVEN
            nines = _U(9) * (((doubled + _FIVE_UP) >> _U(7)) & _ONES)
            sums += ((doubled + doubled - nines + ((x >> _U(8)) & _EVEN)) * _ONES) >> _U(48)
        x = (x * _U(10) + (x >> _U(8))) & _EVEN
        x = (x * _U(100) + (x >> _U(16))) & _U(0x0000FFFF0000FFFF)
        x = (x * _U(10_000) + (x >> _U(32))) & _U(0x00000000FFFFFFFF)
        values = values * _U(100_000_000) + x
    odd = (bad != 0) | (sizes > MOST)
    if longest >= MOST:
        twentieth = cells.page.octets[cells.ends - 1] - np.uint8(48)
        odd |= (sizes == MOST) & (twentieth > 9)
    values[odd] = 0
    luhn = (sizes == KEPT) & (sums % _U(10) == 0) & ~odd
    return (values & _U((1 << 63) - 1)).astype(np.int64), sizes, luhn, odd


def codes_of(cells: Cells, place: Callable[[str], int], known: dict[bytes, int]) -> NDArray[np.int32]:
    """Return for each cell the number that ``place`` gives its text.

    ``known`` keeps the numbers by what stands in the file, so that each distinct cell is asked for once.
    """
    sizes = cells.ends - cells.starts
    longest = int(sizes.max(initial=0))
    if longest > 8 * WORDS:
        return _codes_one_by_one(cells, place, known)
    words = cells.page.words
    hashes = sizes.astype(np.uint64) * _MIX[0]
    parts = []
    for step in range((longest + 7) // 8):
        x = words[cells.starts + 8 * step]
        x &= _LEFT[np.clip(sizes - 8 * step, 0, 8)]
        parts.append(x)
        hashes ^= x
        hashes *= _MIX[step & 3]
        hashes ^= hashes >> _U(29)
    _, one, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    found = np.empty(len(one), dtype=np.int32)
    for at, row in enumerate(one.tolist()):
        raw = cells.raw(row)
        number = known.get(raw)
        if number is None:
            number = known[raw] = place(raw.decode())
        found[at] = number
    same = one[inverse]
    # Two texts with one hash would be taken for the same: compared in full, this never passes unseen.
    if not (np.array_equal(sizes, sizes[same]) and all(np.array_equal(x, x[same]) for x in parts)):
        return _codes_one_by_one(cells, place, known)
    return found[inverse]


def _codes_one_by_one(cells: Cells, place: Callable[[str], int], known: dict[bytes, int]) -> NDArray[np.int32]:
    raw = cells.page.raw
    found = np.empty(len(cells), dtype=np.int32)
    for row, (start, end) in enumerate(zip(cells.starts.tolist(), cells.ends.tolist(), strict=True)):
        cell = raw[start:end]
        number = known.get(cell)
        if number is None:
            number = known[cell] = place(cell.decode())
        found[row] = number
    return found
