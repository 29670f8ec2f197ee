"""Which filter of a table is in force: the last one that the hub could read.

Answers do not say which filter they are of, and one to the filter before may come after another was asked for. So what
seems to be answered is only believed until it is refused. What becomes of a refused one is the table's business.
"""

from typing import Final

KEPT: Final = 8
"""Filters that are remembered: as many as may be asked for while an answer is on its way."""


class FiltersTried:
    """``first`` is in force until another one is answered."""

    def __init__(self, first: str) -> None:
        self._good = [first]

    @property
    def in_force(self) -> str:
        """The filter that the rows pass; empty: all rows are there."""
        return self._good[-1] if self._good else ""

    def answered(self, text: str) -> None:
        """Note that rows came while ``text`` was asked for."""
        if text != self.in_force or not self._good:
            self._good = [*(one for one in self._good if one != text), text][-KEPT:]

    def refused(self, text: str) -> None:
        """Note that the hub cannot read ``text``."""
        self._good = [one for one in self._good if one != text]
