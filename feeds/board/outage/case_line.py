"""Which open cases concern a SIM of a scope: the runs of all of them on the number line.

A new or changed scope is measured against the cases near it, not against all that are open. Runs are kept by length:
among those of about one length, the ones that reach into a stretch begin not far before it. Derived.
"""

from collections.abc import Iterable
from typing import Final

from sortedcontainers import SortedList

from feeds.board.inventory import Pair

_STEP: Final = 4
"""Lengths of one level differ by a factor of 2**_STEP at the most."""


class CaseLine:
    """Runs of SIMs by case."""

    def __init__(self) -> None:
        self._levels: dict[int, SortedList] = {}
        """Level → (first, last, case): runs that are less than 2**(_STEP * (level + 1)) longer than one SIM."""
        self._of: dict[str, list[Pair]] = {}

    def put(self, key: str, pairs: list[Pair]) -> None:
        """Keep a case's runs, in place of what was known of it."""
        known = self._of.get(key)
        if known == pairs:
            return
        if known is not None:
            self.drop(key)
        self._of[key] = pairs
        for first, last in pairs:
            level = (last - first).bit_length() // _STEP
            runs = self._levels.get(level)
            if runs is None:
                runs = self._levels[level] = SortedList()
            runs.add((first, last, key))

    def drop(self, key: str) -> None:
        """Forget a case."""
        for first, last in self._of.pop(key, ()):
            self._levels[(last - first).bit_length() // _STEP].remove((first, last, key))

    def clear(self) -> None:
        """Forget all."""
        self._levels.clear()
        self._of.clear()

    def meeting(self, pairs: Iterable[Pair]) -> set[str]:
        """Return the cases with a SIM in one of ``pairs``."""
        found: set[str] = set()
        for low, high in pairs:
            for level, runs in self._levels.items():
                nearest = low - (1 << _STEP * (level + 1))
                found.update(
                    key for _first, last, key in runs.irange((nearest,), (high + 1,), (True, False)) if last >= low
                )
        return found
