"""Where the SIMs of open cases lie, as arrays: kept case by case, so that a picture of all of them costs one sweep."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from feeds.board.board import Board
from feeds.simspace import IntervalSet

Numbers = NDArray[np.int64]

_GONE, _HELD, _UNEXPLAINED = 0, 1, 2
_NONE: Numbers = np.empty(0, dtype=np.int64)


class Runs(NamedTuple):
    """Runs of SIMs of open cases, shape (n,): those of one case follow each other, ascending.

    ``cases`` numbers the cases; ``unexplained``: no live outage holds the case.
    """

    firsts: Numbers
    lasts: Numbers
    cases: Numbers
    unexplained: NDArray[np.bool_]


class CasePoints:
    """The runs of all open cases. ``touch`` says which cases moved; they are looked at when ``runs`` is asked for."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._dirty: set[str] = set()
        self._stale = True
        self._at: dict[str, tuple[int, int, IntervalSet]] = {}
        """Case key → place and number of its runs, and what they were made from."""
        self._used = self._dead = self._serial = 0
        self._firsts: Numbers = _NONE
        self._lasts: Numbers = _NONE
        self._cases: Numbers = _NONE
        self._state: Numbers = _NONE
        self._runs = Runs(_NONE, _NONE, _NONE, _NONE == _UNEXPLAINED)
        self.version = 0
        """Counts what was found to have moved."""

    def touch(self, keys: Iterable[str]) -> None:
        """Say that these cases may have come, changed, moved between outages or gone."""
        if not self._stale:
            self._dirty.update(keys)

    def touch_all(self) -> None:
        """Say that any case may have moved."""
        self._stale = True

    def runs(self) -> Runs:
        """Return the runs of now. Not to be changed."""
        if self._stale:
            self._clear()
            self._stale = False
            self._take(self._board.cases.bodies)
        elif self._dirty:
            self._take(self._dirty)
            if self._dead > len(self._at) + 1_000:
                self._clear()
                self._take(self._board.cases.bodies)
        else:
            return self._runs
        self._dirty.clear()
        self.version += 1
        there = self._state[: self._used] != _GONE
        self._runs = Runs(
            firsts=self._firsts[: self._used][there],
            lasts=self._lasts[: self._used][there],
            cases=self._cases[: self._used][there],
            unexplained=self._state[: self._used][there] == _UNEXPLAINED,
        )
        return self._runs

    def _clear(self) -> None:
        self._at.clear()
        self._used = self._dead = self._serial = 0

    def _grow(self, size: int) -> None:
        used = self._used

        def larger(old: Numbers) -> Numbers:
            new = np.zeros(size, dtype=np.int64)
            new[:used] = old[:used]
            return new

        self._firsts, self._lasts = larger(self._firsts), larger(self._lasts)
        self._cases, self._state = larger(self._cases), larger(self._state)

    def _take(self, keys: Iterable[str]) -> None:
        bodies_of, unexplained = self._board.cases.bodies, self._board.outages.unexplained.cases
        for key in keys:
            bodies = bodies_of.get(key)
            state = _UNEXPLAINED if key in unexplained else _HELD
            known = self._at.get(key)
            if known is not None:
                at, count, before = known
                if before is bodies:
                    self._state[at : at + count] = state
                    continue
                self._state[at : at + count] = _GONE
                self._dead += count
                del self._at[key]
            if bodies:
                self._add(key, bodies, state)

    def _add(self, key: str, bodies: IntervalSet, state: int) -> None:
        at, count = self._used, len(bodies)
        if at + count > len(self._firsts):
            self._grow(max(1_024, 2 * (at + count)))
        end = self._used = at + count
        self._firsts[at:end] = bodies.starts
        self._lasts[at:end] = bodies.ends
        self._cases[at:end] = self._serial
        self._state[at:end] = state
        self._serial += 1
        self._at[key] = (at, count, bodies)
