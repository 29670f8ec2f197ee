"""One field of all held rows as an array, so that orders and filters look at numbers and not at rows.

A ``Numbers`` column holds times (Unix seconds) and numbers; a ``Values`` column the number of each row's value among
those that there are, so that what is said of a value is said once. Both are told of each row that changes (``put``).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from operator import attrgetter, ne
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from feeds.model import Row
from feeds.views.folded import folded, texts
from feeds.views.ranks import RANKS

Slots = NDArray[np.int32]
"""Places of rows among the held ones (one dimension)."""
Marks = NDArray[np.bool_]
"""One yes or no for each of some slots, in their order."""

BYTES_OF_VALUE: Final = 250
BYTES_OF_KEY: Final = 100
EXACT: Final = 2.0**53
"""Whole numbers below are held exactly."""


def sort_value(value: Any) -> tuple[int, Any]:
    """Return what to compare of a value: a row without one comes last."""
    if value is None or value in ("", ()):
        return (1, 0)
    if isinstance(value, Enum) and value in RANKS:
        value = RANKS[value]
    if isinstance(value, datetime):
        value = value.timestamp()
    return (0, value) if isinstance(value, int | float) else (0, str(value))


def _mark(value: Any) -> Any:
    """Return what tells values apart that say different things: 1 from 1.0 and yes, a time from the same elsewhere."""
    if isinstance(value, dict):
        return tuple(value.items())
    if isinstance(value, datetime):
        return value if value.tzinfo is UTC else (value, value.utcoffset())
    return (type(value), value)


class Numbers:
    """A field of times or numbers; without a value: not a number."""

    def __init__(self, name: str, rows: Iterable[Row | None]) -> None:
        """Take the field ``name`` of ``rows``; None: a slot without a row."""
        self._get = attrgetter(name)
        self.values: NDArray[np.float64] = np.fromiter(map(self._number, rows), np.float64)
        """float64, one for each slot."""
        self.exact = not bool(np.any(np.abs(self.values) >= EXACT))
        """Whether no number was too great to be held as it is."""

    def _number(self, row: Row | None) -> float:
        value = self._get(row) if row is not None else None
        if value is None:
            return np.nan
        return value.timestamp() if isinstance(value, datetime) else float(value)

    @property
    def bytes(self) -> int:
        """Memory that it takes."""
        return self.values.nbytes

    def put(self, slot: int, row: Row) -> None:
        """Take the row of a slot, which may be the first one behind the last."""
        number = self._number(row)
        if slot >= len(self.values):
            self.values = grown(self.values, slot)
        self.values[slot] = number
        if abs(number) >= EXACT:
            self.exact = False

    def keep(self, slots: Slots) -> None:
        """Number the rows anew: what stood at ``slots`` stands one after the other."""
        self.values = self.values[slots]

    def ranks(self, slots: Slots, *, falling: bool) -> NDArray[Any]:
        """Return what to sort ``slots`` by, smallest first; those without a value come last."""
        values = self.values[slots]
        return -values if falling else values


class Values:
    """Any field: for each slot the number of its value in ``values``."""

    def __init__(self, name: str, rows: Iterable[Row | None], *, plain: bool) -> None:
        """Take the field ``name`` of ``rows``; None: a slot without a row. ``plain``: texts, or one enumeration."""
        self._get = get = attrgetter(name)
        self._plain = plain
        self._number_of: dict[Any, int] = {}
        self.values: list[Any] = []
        """Those that there are or were."""
        numbers = self._number_of
        # Of a slot without a row nothing is asked.
        if plain:
            found = [numbers.setdefault(get(row), len(numbers)) if row is not None else 0 for row in rows]
            self.values = list(numbers)
        else:
            found = [self._number(row) if row is not None else 0 for row in rows]
        self.numbers: Slots = np.array(found, np.int32)
        """int32, one for each slot."""
        self._texts: list[str] = []
        self._ranks: NDArray[Any] = np.empty(0)
        self._compared: list[Any] = []
        """What each value is compared by, where ranks were asked for."""
        self._in_order: list[int] = []
        """Numbers of the values that are some, smallest first."""

    def _number(self, row: Row) -> int:
        value = self._get(row)
        mark = value if self._plain else _mark(value)
        number = self._number_of.setdefault(mark, len(self._number_of))
        if number == len(self.values):
            self.values.append(value)
        return number

    @property
    def bytes(self) -> int:
        """Memory that it takes, roughly: numbers, and a text with what finds it for each value."""
        return self.numbers.nbytes + BYTES_OF_VALUE * len(self.values)

    def put(self, slot: int, row: Row) -> None:
        """Take the row of a slot, which may be the first one behind the last."""
        if slot >= len(self.numbers):
            self.numbers = grown(self.numbers, slot)
        self.numbers[slot] = self._number(row)

    def keep(self, slots: Slots) -> None:
        """Number the rows anew: what stood at ``slots`` stands one after the other."""
        self.numbers = self.numbers[slots]

    @property
    def texts(self) -> Sequence[str]:
        """What each value says, folded."""
        new = self.values[len(self._texts) :]
        if new:
            self._texts.extend(all_folded(new))
        return self._texts

    def say(self, slots: Slots, says: Callable[[Sequence[str]], list[bool]]) -> Marks:
        """Return what is said of the text of each slot; ``says`` is asked once for each text that occurs."""
        return self._each(slots, self.texts, says)

    def judge(self, slots: Slots, judges: Callable[[Any], bool]) -> Marks:
        """Return what is said of the value of each slot."""
        return self._each(slots, self.values, lambda values: list(map(judges, values)))

    def _each(self, slots: Slots, said: Sequence[Any], says: Callable[[Sequence[Any]], list[bool]]) -> Marks:
        numbers = self.numbers[slots]
        if 2 * len(slots) > len(said):
            found: Marks = np.frombuffer(bytes(says(said)), np.bool_)[numbers]
            return found
        several, which = np.unique(numbers, return_inverse=True)
        few: Marks = np.frombuffer(bytes(says([said[number] for number in several.tolist()])), np.bool_)[which]
        return few

    def ranks(self, slots: Slots, *, falling: bool) -> NDArray[Any]:
        """Return what to sort ``slots`` by, smallest first; those without a value come last."""
        if len(self._ranks) < len(self.values):
            self._rank()
        ranks, last = self._ranks, len(self._in_order)  # the last one: without a value
        if falling:
            ranks = np.where(ranks == last, ranks, last - 1 - ranks)
        # Few ranks are sorted several times faster, by counting.
        return ranks.astype(np.uint16 if last < 2**16 else np.int32)[self.numbers[slots]]

    def _rank(self) -> None:
        """Put the values in order; those that were there are in it already."""
        begin, compared = len(self._compared), self._compared
        compared.extend(map(self._compare, self.values[begin:]))
        in_order = self._in_order
        in_order.extend(number for number in range(begin, len(compared)) if compared[number] is not None)
        in_order.sort(key=compared.__getitem__)
        sorted_ones = [compared[number] for number in in_order]
        further = list(map(ne, sorted_ones[1:], sorted_ones))
        self._ranks = np.full(len(compared), len(in_order), np.int32)
        self._ranks[in_order] = np.cumsum([False, *further][: len(in_order)])

    def _compare(self, value: Any) -> Any:
        """Return what a value is compared by; None: it is none."""
        if type(value) is str:
            return value or None
        without, compared = sort_value(value)
        return None if without else compared


_NUMBER = re.compile("([0-9]+)")


class CountedKeys:
    """The key of each slot, sorted with the numbers in it as numbers: O-9 stands before O-10."""

    def __init__(self, keys: list[str]) -> None:
        """``keys``: by slot; what is appended to them is taken up by itself."""
        self._keys = keys
        self._compared: list[str] = []
        """What the key of each slot is compared by, as far as they were read."""
        self._ranks: Slots = np.empty(0, np.int32)

    @property
    def bytes(self) -> int:
        """Memory that it takes, roughly."""
        return BYTES_OF_KEY * len(self._keys)

    @property
    def ready(self) -> bool:
        """Whether all keys are in order."""
        return len(self._ranks) == len(self._keys)

    def prepare(self, most: int) -> None:
        """Read the next keys, ``most`` of them; when all are read, put them in order."""
        begin = len(self._compared)
        self._compared.extend(map(counted, self._keys[begin : begin + most]))
        if begin + most >= len(self._keys):
            self._rank()

    def put(self, slot: int, row: Row) -> None:
        """Nothing is to be done: a slot keeps its key."""

    def keep(self, slots: Slots) -> None:
        """Number the rows anew: what stood at ``slots`` stands one after the other."""
        read = slots[slots < len(self._compared)]
        self._compared = [self._compared[slot] for slot in read.tolist()]
        self._ranks = self._ranks[slots[slots < len(self._ranks)]]

    def ranks(self, slots: Slots, *, falling: bool) -> NDArray[Any]:
        """Return what to sort ``slots`` by, smallest first."""
        if not self.ready:
            self.prepare(len(self._keys))
        ranks = self._ranks[slots]
        return -ranks if falling else ranks

    def _rank(self) -> None:
        """Put the keys in order; those that were there are in it already."""
        compared = self._compared
        order = [*np.argsort(self._ranks, kind="stable").tolist(), *range(len(self._ranks), len(compared))]
        order.sort(key=compared.__getitem__)
        sorted_ones = list(map(compared.__getitem__, order))
        further = list(map(ne, sorted_ones[1:], sorted_ones))
        self._ranks = np.empty(len(compared), np.int32)
        self._ranks[order] = np.cumsum([False, *further][: len(order)])


def counted(key: str) -> str:
    """Return a text by which a key is compared: numbers as numbers, before texts that go on."""
    # What goes on with a number stands before what goes on with a text; of numbers without zeros the longer is more.
    head = key.rstrip("0123456789")
    if "\0" not in key and head != key and _NUMBER.search(head) is None:  # most keys: one number, at the end
        number = key[len(head) :].lstrip("0")
        return f"{head}\0{chr(len(number) + 1)}{number}"
    pieces = _NUMBER.split(key.replace("\0", "\0\uffff"))
    for at in range(1, len(pieces), 2):
        number = pieces[at].lstrip("0")
        pieces[at] = f"\0{chr(len(number) + 1)}{number}"
    return "".join(pieces)


def all_folded(values: Sequence[Any]) -> list[str]:
    """Return what each of many values says, folded."""
    if set(map(type, values)) == {str}:
        # Folded in one go: several times faster than one by one.
        together = "\0".join(values).replace("\r", " ").replace("\n", " ").casefold().split("\0")
        if len(together) == len(values):
            return together
    return [folded(texts(value)) for value in values]


Column = Numbers | Values | CountedKeys


def grown(values: NDArray[Any], slot: int) -> NDArray[Any]:
    """Return an array with the same numbers and room for ``slot``."""
    room = np.zeros(max(slot + 1, len(values) * 5 // 4 + 16), values.dtype)
    room[: len(values)] = values
    return room
