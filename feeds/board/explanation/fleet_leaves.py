"""The fleet as a table of leaves: each combination of attribute values once, with its SIMs and how much falls on it.

A fleet never changes, so its table is made once, by whoever asks first, on any thread; for a million ranges that takes
a second or two. What is wrong with SIMs is not known here.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from feeds.board.explanation.fleet_derived import CUSTOMER, USE, derived
from feeds.fleet.codes import Codes, Places, Rows
from feeds.fleet.columns import Numbers
from feeds.fleet.fleet import Fleet
from feeds.fleet.lazily import lazily
from feeds.locating import MOST_ATTRIBUTES
from feeds.simspace import IntervalSet

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_ROOM: Final = 1 << 62


class FleetLeaves:
    """``names``: attributes, those of the inventory first. ``codes``: by attribute, a value number a leaf, -1: none.

    ``sims``: SIMs a leaf. ``exposure``: how much trouble falls on a leaf when it strikes at random, the sum is one: the
    mean of its share of SIMs and of customers (who has a third of its SIMs there is a third of one). With the SIMs
    alone one large customer would make what small ones share look rare; with customers alone, many small ones would
    do the same to large ones.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.firsts, self.lasts, rows = fleet.pieces(fleet.sims)
        """Pieces of the fleet, each owned by one range: ascending, apart."""
        sizes = (self.lasts - self.firsts + 1).astype(np.float64)
        self.owner = fleet.customers(rows)
        """Whose the pieces are."""
        columns = list(_widest(fleet, rows))
        imsis = fleet.imsis(rows)
        imsis = np.where(imsis > 0, imsis + (self.firsts - fleet.ends(rows)[0]), 0)
        self.inventory = frozenset(name for name, _ in columns)
        """Names that the inventory has itself: what alarms and outages may stand on."""
        more = [*derived(self.firsts, self.lasts, imsis, columns)]
        uses = fleet.uses(rows)
        if USE not in self.inventory and len(uses.values) > 1:
            more.append((USE, uses))
        columns += more[: MOST_ATTRIBUTES - len(columns)]
        self.names = tuple(name for name, _ in columns)
        self.values = tuple(column.values for _, column in columns)
        self.leaf_of, some = _leaves([column for _, column in columns], len(rows))
        """The leaf of each piece."""
        self.codes = tuple(column.codes[some] for _, column in columns)
        count = len(some)
        self.sims = _sums(self.leaf_of, sizes, count)
        self.total = float(sizes.sum())
        owned = _sums(self.owner.codes, sizes, len(self.owner.values))
        self.share_of_owner: Floats = owned / max(self.total, 1.0)
        """Which part of the fleet each customer has."""
        self.customers = int((owned > 0).sum())
        parts = _sums(self.leaf_of, sizes / np.maximum(owned, 1.0)[self.owner.codes], count)
        self.exposure: Floats = (self.sims / max(self.total, 1.0) + parts / max(self.customers, 1)) / 2.0

    def __len__(self) -> int:
        """Return the number of leaves."""
        return len(self.sims)

    def customers_in(self, leaves: Mask) -> int:
        """Return how many customers have SIMs in some leaves."""
        leaf, owner = self._owned
        return int(np.count_nonzero(np.bincount(owner[leaves[leaf]])))

    @lazily
    def _owned(self) -> tuple[Rows, Rows]:
        """Each leaf with each customer that has SIMs in it, once: two columns."""
        many = len(self.owner.values)
        pairs = np.unique(self.leaf_of * many + self.owner.codes)
        return pairs // many, pairs % many

    def met(self, firsts: Numbers, lasts: Numbers) -> tuple[Rows, Rows, Rows]:
        """Return how runs of bodies lie on pieces: for each common part its run, its piece and its SIMs."""
        low = np.searchsorted(self.lasts, firsts)
        high = np.searchsorted(self.firsts, lasts, side="right")
        many = np.maximum(high - low, 0)
        run = np.repeat(np.arange(len(firsts)), many)
        piece = np.arange(len(run)) - np.repeat(np.cumsum(many) - many, many) + np.repeat(low, many)
        sims = np.minimum(self.lasts[piece], lasts[run]) - np.maximum(self.firsts[piece], firsts[run]) + 1
        return run, piece, sims

    def inside_leaves(self, where: Mapping[str, str]) -> Mask | None:
        """Return which leaves have all values of ``where``; None where there is no such attribute or value."""
        found = np.ones(len(self), dtype=np.bool_)
        for name, value in where.items():
            if name not in self.names:
                return None
            at = self.names.index(name)
            place = Codes(self.values[at], self.codes[at]).place(value)
            if place < 0:
                return None
            found &= self.codes[at] == place
        return found

    def inside(self, where: Mapping[str, str]) -> Mask | None:
        """Return which pieces have all values of ``where``, as ``inside_leaves``; ``customer`` is whose they are."""
        named = {name: value for name, value in where.items() if name != CUSTOMER or CUSTOMER in self.names}
        leaves = self.inside_leaves(named)
        if leaves is None:
            return None
        found: Mask = leaves[self.leaf_of]
        if len(named) < len(where):
            place = self.owner.place(where[CUSTOMER])
            if place < 0:
                return None
            found &= self.owner.codes == place
        return found

    def served(self, where: Mapping[str, str]) -> IntervalSet:
        """Return the SIMs that have all values of ``where``; none for an empty one."""
        inside = self.inside(where) if where else None
        if inside is None:
            return IntervalSet.empty
        return IntervalSet(self.firsts[inside], self.lasts[inside])


def leaves_of(fleet: Fleet) -> FleetLeaves:
    """Return the table of a fleet."""
    known = _TABLES.get(fleet)
    if known is None:
        known = _TABLES[fleet] = FleetLeaves(fleet)
    return known


def _widest(fleet: Fleet, rows: Rows) -> Iterable[tuple[str, Codes]]:
    """Return the attributes of ``rows``; of too many those that most rows have."""
    columns = fleet.attributes(rows)
    if len(columns) <= MOST_ATTRIBUTES:
        return columns
    held = sorted(columns, key=lambda item: (-int((item[1].codes >= 0).sum()), item[0]))
    return sorted(held[:MOST_ATTRIBUTES], key=lambda item: item[0])


def _sums(places: Rows | Places, weights: Floats, count: int) -> Floats:
    """Return the sums of ``weights`` by place."""
    return np.bincount(places, weights, count).astype(np.float64)


def _leaves(columns: Iterable[Codes], rows: int) -> tuple[Rows, Rows]:
    """Return the leaf of each row, and for each leaf one row that is in it."""
    key = np.zeros(rows, dtype=np.int64)
    room = 1
    for column in columns:
        size = len(column.values) + 1
        if room * size >= _ROOM:
            distinct, key = np.unique(key, return_inverse=True)
            room = len(distinct)
        key = key * size + (column.codes + 1)
        room *= size
    _, some, leaf = np.unique(key, return_index=True, return_inverse=True)
    return leaf.astype(np.int64), some.astype(np.int64)


_TABLES: Final[WeakKeyDictionary[Fleet, FleetLeaves]] = WeakKeyDictionary()
