"""Slots of rows in order: one row comes or goes for the cost of a few comparisons, however many there are.

Made from slots that are in order already. What rows are compared by is asked for only where two are compared: an order
of a hundred thousand rows that nobody changes is one array and compares nothing. From the first change on it is held
in blocks.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from feeds.views.columns import Slots, grown

BLOCK: Final = 500
"""Rows of a block when it is made; at twice as many it becomes two."""


class _Block:
    __slots__ = ("name", "slots")

    def __init__(self, name: int, slots: "array[int]") -> None:
        self.name = name
        self.slots = slots


class Order:
    """``place`` gives what the row of a slot is compared by."""

    def __init__(self, slots: Slots, place: Callable[[int], Any]) -> None:
        self._place = place
        self._whole: Slots | None = slots
        """All, as long as nothing changed."""
        self._blocks: list[_Block] = []
        self._named: dict[int, _Block] = {}
        self._names = 0
        """The last name that a block was given; 0 is none."""
        self._name_of: Slots = np.empty(0, np.int32)
        """For each slot the name of its block; 0: it is not in here."""
        self._count = len(slots)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    def slots(self) -> Slots:
        """Return all slots in order. Not to be written to."""
        if self._whole is not None:
            return self._whole
        if not self._blocks:
            return np.empty(0, np.int32)
        return np.concatenate([np.frombuffer(block.slots, np.int32) for block in self._blocks])

    def add(self, slot: int) -> None:
        """Put ``slot`` where it belongs. It is not in here yet."""
        self._divide()
        blocks, place = self._blocks, self._place(slot)
        if not blocks:
            blocks.append(self._block(array("i")))
        low, high = 0, len(blocks) - 1
        while low < high:
            middle = (low + high) // 2
            if self._place(blocks[middle].slots[-1]) < place:
                low = middle + 1
            else:
                high = middle
        block = blocks[low]
        block.slots.insert(bisect_left(block.slots, place, key=self._place), slot)
        self._count += 1
        if slot >= len(self._name_of):
            self._name_of = grown(self._name_of, slot)
        self._name_of[slot] = block.name
        if len(block.slots) >= 2 * BLOCK:
            later = self._block(block.slots[BLOCK:])
            del block.slots[BLOCK:]
            blocks.insert(low + 1, later)

    def discard(self, slot: int) -> None:
        """Take ``slot`` out, if it is in here."""
        self._divide()
        name = int(self._name_of[slot]) if slot < len(self._name_of) else 0
        if not name:
            return
        block = self._named[name]
        block.slots.remove(slot)
        self._name_of[slot] = 0
        self._count -= 1
        if not block.slots:
            self._blocks.remove(block)
            del self._named[name]

    def cut(self, first: int, count: int) -> list[int]:
        """Return ``count`` slots from place ``first``."""
        if self._whole is not None:
            whole: list[int] = self._whole[first : first + count].tolist()
            return whole
        found: list[int] = []
        for block in self._blocks:
            if len(found) >= count:
                break
            if first >= len(block.slots):
                first -= len(block.slots)
                continue
            found.extend(block.slots[first : first + count - len(found)])
            first = 0
        return found

    def renumber(self, new: Slots) -> None:
        """Take the numbers of ``new`` for the slots so far; those whose number is -1 are in here no more."""
        slots = new[self.slots()]
        self._whole, self._blocks, self._named = slots[slots >= 0], [], {}
        self._name_of = np.empty(0, np.int32)
        self._count = len(self._whole)

    def _divide(self) -> None:
        """Hold the slots in blocks from now on."""
        if self._whole is None:
            return
        whole, self._whole = self._whole, None
        self._name_of = np.zeros(int(whole.max(initial=-1)) + 1, np.int32)
        for at in range(0, len(whole), BLOCK):
            self._blocks.append(self._block(array("i", whole[at : at + BLOCK].tolist())))

    def _block(self, slots: "array[int]") -> _Block:
        """Return a block of ``slots``, with a name that they all know."""
        self._names += 1
        block = self._named[self._names] = _Block(self._names, slots)
        self._name_of[slots] = self._names
        return block
