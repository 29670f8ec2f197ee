"""What is made of a fleet for views: its number line, whose SIMs stand where on it, and how texts about it are read.

A fleet never changes, so each is made once, by whoever asks first, on any thread. For a million ranges that takes a
second: a hub has it made on a thread.
"""

from collections.abc import Sequence
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from feeds.fleet.fleet import Fleet
from feeds.model import Customer
from feeds.simspace import IntervalSet
from feeds.simspace.numberline import NumberLine
from feeds.simspace.reader import Reader
from feeds.views.grid import Flags, Grid, Numbers

Customers = dict[str, Customer]
"""The customers of the inventory, by id: they have the names."""


class FleetLine:
    """The line of a fleet, in pieces of one owner each, and how often ranges lie over one another."""

    def __init__(self, fleet: Fleet) -> None:
        self.sims = fleet.sims
        """All SIMs of the fleet."""
        firsts, lasts, rows = fleet.pieces(self.sims)
        owners = fleet.customers(rows)
        self._ids = owners.values
        new = np.ones(len(firsts), dtype=np.bool_)
        new[1:] = (owners.codes[1:] != owners.codes[:-1]) | (firsts[1:] != lasts[:-1] + 1)
        begins = np.flatnonzero(new)
        self._firsts: Numbers = firsts[begins]
        self._lasts: Numbers = lasts[np.append(begins[1:], len(firsts)) - 1] if len(firsts) else lasts
        self._codes: Numbers = owners.codes[begins].astype(np.int64)
        self.line = NumberLine(self.sims, edges=firsts)
        """Cuts are well placed where a range begins."""
        columns = fleet.columns
        self.doubled = _doubled(columns.firsts, columns.lasts)
        """SIMs that more than one range holds."""

    def owners(self, firsts: Numbers, lasts: Numbers, customers: Customers) -> list[tuple[str, int]]:
        """Return for each run the name of the customer with most of its SIMs, and how many customers it has.

        ``("", 0)`` where the fleet has none of its SIMs.
        """
        found: list[tuple[str, int]] = []
        low = np.searchsorted(self._lasts, firsts)
        high = np.searchsorted(self._firsts, lasts, side="right")
        for at, end, first, last in zip(low.tolist(), high.tolist(), firsts.tolist(), lasts.tolist(), strict=True):
            if end <= at:
                found.append(("", 0))
            elif end == at + 1:
                found.append((self._name(int(self._codes[at]), customers), 1))
            else:
                here = slice(at, end)
                sizes = np.minimum(self._lasts[here], last) - np.maximum(self._firsts[here], first) + 1
                codes = self._codes[here]
                lowest = int(codes.min())
                sims = np.bincount(codes - lowest, weights=sizes)
                found.append((self._name(lowest + int(sims.argmax()), customers), int(np.count_nonzero(sims))))
        return found

    def stretches(self, grid: Grid, customers: Customers) -> list[tuple[str, int]]:
        """Return the same for the stretches of a grid."""
        return self.owners(grid.firsts, grid.lasts, customers)

    def met(self, sets: Sequence[IntervalSet]) -> Flags:
        """Return for each set whether the fleet has any of its SIMs."""
        if not sets:
            return np.zeros(0, dtype=np.bool_)
        starts, ends = (np.concatenate([getattr(one, side) for one in sets]) for side in ("starts", "ends"))
        owners = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
        there = np.searchsorted(self.sims.starts, ends, side="right") > np.searchsorted(self.sims.ends, starts)
        return np.bincount(owners[there], minlength=len(sets)) > 0

    def _name(self, code: int, customers: Customers) -> str:
        customer = customers.get(self._ids[code])
        return customer.name if customer is not None else self._ids[code]


def line_of(fleet: Fleet) -> FleetLine:
    """Return the one line of a fleet."""
    known = _LINES.get(fleet)
    if known is None:
        known = _LINES[fleet] = FleetLine(fleet)
    return known


def reader_of(fleet: Fleet) -> Reader:
    """Return how texts are read by what a fleet knows."""
    known = _READERS.get(fleet)
    if known is None:
        known = _READERS[fleet] = Reader(fleet.profile, fleet.batch_spans)
    return known


def is_made(fleet: Fleet) -> bool:
    """Whether its line and its reader are made."""
    return fleet in _LINES and fleet in _READERS


def _doubled(firsts: Numbers, lasts: Numbers) -> IntervalSet:
    """Return the points that more than one of the ranges hold."""
    begins, ends = np.sort(firsts, kind="stable"), np.sort(lasts, kind="stable")
    # With both sorted, where the second range to begin does so before the first to end has ended, two are open.
    over = begins[1:] <= ends[:-1]
    return IntervalSet(begins[1:][over], ends[:-1][over])


_LINES: Final[WeakKeyDictionary[Fleet, FleetLine]] = WeakKeyDictionary()
_READERS: Final[WeakKeyDictionary[Fleet, Reader]] = WeakKeyDictionary()
