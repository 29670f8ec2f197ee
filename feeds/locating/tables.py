"""Tables as they come: columns of attributes and two columns of numbers → leaves, each combination of values once.

Numbered by the order of their values and not of their rows, so that shuffled rows give the same answer.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from feeds.locating.lattice import Codes, Floats, Mask, summed

MOST_ATTRIBUTES: Final = 64
_MOST_DEEP: Final = 16
"""Attributes that are combined with each other; of more, those that divide the numbers best."""
_ROOM: Final = 1 << 62


class NotLocatable(ValueError):
    """A table that nothing can be located in. ``field``: the column; ``row``: its place from 0, or None."""

    def __init__(self, why: str, field: str = "", row: int | None = None) -> None:
        super().__init__(f"{field}: {why}" if field else why)
        self.why = why
        self.field = field
        self.row = row


class Numbered(Struct, frozen=True):
    """A column of values: ``numbers`` (one a row) are places in ``values``."""

    values: Sequence[str]
    numbers: NDArray[np.integer]


Attributes = Mapping[str, Sequence[str] | Numbered]
"""Columns by name, all of one length."""


class Leaves(Struct, frozen=True):
    """Each combination of values once: by attribute its name, its values and their numbers; and two sums a leaf."""

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: tuple[Codes, ...]
    first: Floats
    second: Floats

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each attribute has."""
        return tuple(len(values) for values in self.values)

    def deep(self) -> list[int]:
        """Return the attributes to be combined: all, or those whose values divide the first number best."""
        attributes = range(len(self.names))
        if len(self.names) <= _MOST_DEEP:
            return list(attributes)
        rate = float(self.first.sum()) / max(float(self.second.sum()), 1e-300)

        def divides(attribute: int) -> float:
            codes, size = self.codes[attribute], self.sizes[attribute]
            k = summed(codes, self.first, size)
            n = summed(codes, self.second, size)
            return float(((k - rate * n) ** 2 / np.maximum(n, 1e-300)).sum()) / size

        return sorted(sorted(attributes, key=divides, reverse=True)[:_MOST_DEEP])


def numbers(field: str, column: Sequence[float] | Floats) -> Floats:
    """Return a column of numbers as floats. Raises NotLocatable where one is negative or not finite."""
    found = np.asarray(column, dtype=np.float64)
    if found.ndim != 1:
        raise NotLocatable("is not one column", field)
    for wrong, why in ((~np.isfinite(found), "is not a number"), (found < 0, "is negative")):
        if wrong.any():
            row = int(wrong.argmax())
            raise NotLocatable(f"{found[row]:g} {why}", field, row)
    return found


def leaves(attributes: Attributes, first: Floats, second: Floats, said: Mask) -> Leaves:
    """Return the leaves of the rows that ``said`` marks; attributes with one value among them are left out.

    Raises NotLocatable where there is no attribute, there are too many, or columns differ in length.
    """
    if not attributes:
        raise NotLocatable("there is no attribute column")
    if len(attributes) > MOST_ATTRIBUTES:
        raise NotLocatable(f"there are {len(attributes)} attribute columns; at most {MOST_ATTRIBUTES} can be compared")
    names: list[str] = []
    values: list[tuple[str, ...]] = []
    codes: list[Codes] = []
    for name, column in attributes.items():
        own, code = _numbered(name, column, said)
        if len(own) > 1:
            names.append(name)
            values.append(own)
            codes.append(code)
    first, second = first[said], second[said]
    if not codes:
        return Leaves((), (), (), first, second)
    key = _key(codes, [len(own) for own in values])
    _, place, leaf = np.unique(key, return_index=True, return_inverse=True)
    sums = [summed(leaf, column, len(place)) for column in (first, second)]
    return Leaves(tuple(names), tuple(values), tuple(code[place] for code in codes), sums[0], sums[1])


def _numbered(name: str, column: Sequence[str] | Numbered, said: Mask) -> tuple[tuple[str, ...], Codes]:
    """Return the values that occur in the rows that ``said`` marks, sorted, and their numbers by row."""
    if isinstance(column, Numbered):
        given, places = list(column.values), np.asarray(column.numbers, dtype=np.int64)
        if len(places) and not 0 <= int(places.min()) <= int(places.max()) < len(given):
            raise NotLocatable("a number stands for no value", name)
    else:
        known: dict[str, int] = {}
        places = np.fromiter((known.setdefault(str(value), len(known)) for value in column), np.int64)
        given = list(known)
    if len(places) != len(said):
        raise NotLocatable(f"has {len(places)} rows where the others have {len(said)}", name)
    places = places[said]
    occur = np.bincount(places, minlength=len(given)) > 0
    own = sorted({value for value, used in zip(given, occur.tolist(), strict=True) if used})
    number = {value: at for at, value in enumerate(own)}
    turn = np.array([number.get(value, 0) for value in given], dtype=np.int64)
    return tuple(own), turn[places] if given else places


def _key(codes: Sequence[Codes], sizes: Sequence[int]) -> Codes:
    """Return one number a row that tells all combinations of ``codes`` apart."""
    key, room = codes[0], sizes[0]
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        if room * size >= _ROOM:
            distinct, key = np.unique(key, return_inverse=True)
            room = len(distinct)
        key = key * size + code
        room *= size
    return key
