"""What is missing in numbers that a feed gives to its frames: 1, 2, 3 … per feed, whatever the connection. Pure.

A frame that comes late, or again, fills its place. A feed that begins anew at 0 or 1 has lost nothing by that.
"""

from typing import Final

RANGES_KEPT: Final = 256
"""Separate gaps that are told apart; what lies in older ones stays missing."""
MOST: Final = 2**63 - 1
"""More than so many are not counted: a feed that makes great leaps must not make a number that nobody can write."""


class Gaps:
    """The numbers of one feed. Takes bounded memory for ever."""

    __slots__ = ("_highest", "_ranges", "lost")

    def __init__(self) -> None:
        self._highest: int | None = None
        self._ranges: list[tuple[int, int]] = []
        """First and last of what is missing, rising."""
        self.lost = 0
        """Missing in gaps too old to be followed."""

    @property
    def missing(self) -> int:
        """How many numbers are missing now."""
        return min(MOST, self.lost + sum(last - first + 1 for first, last in self._ranges))

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """First and last number of each gap, rising."""
        return tuple(self._ranges)

    def take(self, number: int) -> bool:
        """Note that a number came; return whether it opened a gap."""
        highest = self._highest
        if highest is None or number == highest + 1 or (number <= 1 and number <= highest):
            if highest is not None and number <= highest:
                self._ranges.clear()  # the feed counts anew: what was missing cannot come any more
            self._highest = number
            return False
        if number > highest:
            self._ranges.append((highest + 1, number - 1))
            if len(self._ranges) > RANGES_KEPT:
                first, last = self._ranges.pop(0)
                self.lost = min(MOST, self.lost + last - first + 1)
            self._highest = number
            return True
        for at, (first, last) in enumerate(self._ranges):
            if first <= number <= last:
                left = [(first, number - 1)] if first < number else []
                right = [(number + 1, last)] if number < last else []
                self._ranges[at : at + 1] = [*left, *right]
                break
        return False
