"""When time alone changes what becomes of rows, for filters that ask for ages and times of day."""

from datetime import datetime
from heapq import heappop, heappush
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feeds.model import Row
from feeds.views.columns import Slots
from feeds.views.filter import Filter
from feeds.views.held import HeldRows

MOST_NOTED: Final = 50_000
"""Moments of rows that changed since all were looked at; when there are more all are looked at anew."""

_NEVER: Final = float("inf")


class Turns:
    """Moments at which rows come or go, of the rows of some slots and of those that are noted later."""

    def __init__(self, filter: Filter, slots: Slots, now: datetime, held: HeldRows) -> None:
        self._filter = filter
        self._held = held
        self._all = filter.turns_all(now)
        self._slots: Slots = np.empty(0, np.int32)
        self._moments: NDArray[np.float64] = np.empty(0)
        """Unix seconds, the next one first; infinite ones are left out."""
        self._next = 0
        self._noted: list[tuple[float, str]] = []
        """A heap of (Unix seconds, key)."""
        self._noted_of: dict[str, float] = {}
        if filter.timed:
            moments = filter.moments(slots, now, held)
            order = np.argsort(moments)[: int(np.count_nonzero(moments < _NEVER))]
            self._slots, self._moments = slots[order], moments[order]
            held.remember(self)

    def note(self, row: Row, now: datetime) -> None:
        """Note when time will change what becomes of a row that is new or has changed."""
        moment = self._filter.turns(row, now)
        if moment != _NEVER and self._noted_of.get(row.key) != moment:
            self._noted_of[row.key] = moment
            heappush(self._noted, (moment, row.key))

    def due(self, now: datetime) -> list[str] | None:
        """Return the keys of rows whose moment has come, once; None: look at all anew."""
        seconds = now.timestamp()
        if seconds >= self._all or len(self._noted) > MOST_NOTED:
            return None
        until = int(np.searchsorted(self._moments, seconds, side="right"))
        slots, self._next = self._slots[self._next : until].tolist(), max(self._next, until)
        keys = [self._held.keys[slot] for slot in slots if slot >= 0]
        while self._noted and self._noted[0][0] <= seconds:
            moment, key = heappop(self._noted)
            if self._noted_of.get(key) == moment:
                del self._noted_of[key]
                keys.append(key)
        return keys

    def renumber(self, new: Slots) -> None:
        """Take the numbers of ``new`` for the slots so far; those whose number is -1 are gone."""
        self._slots = np.where(self._slots >= 0, new[self._slots], np.int32(-1)).astype(np.int32)
