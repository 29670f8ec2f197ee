"""The cells that an explanation can name, values, pairs and triples of values, summed over a table of leaves at once.

A leaf is a row of the table: one combination of values. A cell is a set of conditions ("apn is x and rat is y") and
holds the leaves that fulfil all of them. What makes a cell good is not known here.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import comb, log
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Cell = tuple[tuple[int, int], ...]
"""Conditions as (attribute, value), in the order of the attributes."""
Ranked = tuple[float, Cell]
Score = Callable[[Sequence[Floats]], Floats]
"""Makes scores of cells out of the sums of some weights in them."""

DEEPEST: Final = 3
"""Conditions that one cause can have."""
_ROOMY: Final = 4
_SMALL: Final = 4_096
"""Cells are numbered without sorting while there are at most _SMALL numbers, or _ROOMY for one leaf."""
_ALL_TRIPLES: Final = 1_200_000
"""Leaves times triples up to which all triples are summed; beyond, only those inside promising pairs."""
_PROMISING: Final = 8
MOST_SUMMED: Final = 30_000
"""A table with more leaves is sampled: half of them among those that speak, half among the others."""
_ALONE: Final = 64
"""An attribute with more values than this that tells most leaves apart stands alone: in a pair it would name a leaf."""


class _Cuboid(Struct, frozen=True):
    """All cells over the same attributes: the cell's number for each summed leaf, how many numbers, how many occur.

    ``names``: the mixed-radix number of a cell where cells were numbered by sorting.
    """

    attributes: tuple[int, ...]
    cells: Codes
    names: Codes | None
    count: int
    used: int


class Lattice:
    """The cells over ``codes``: one array of value numbers an attribute, all of one length; ``sizes``: values of each.

    ``speaks`` marks the leaves that carry most of what there is to explain. Where a table is very long, those are
    sampled more densely than the others; sums stay unbiased. ``deep``: attributes that may stand in pairs and triples.
    """

    def __init__(
        self,
        codes: Sequence[Codes],
        sizes: Sequence[int],
        speaks: Mask | None = None,
        deep: Sequence[int] | None = None,
    ) -> None:
        self.codes = tuple(codes)
        self.sizes = tuple(sizes)
        self.leaves = len(codes[0]) if codes else 0
        self._picked, self._scale = self._pick(speaks)
        self._summed = [code if self._picked is None else code[self._picked] for code in self.codes]
        rows = len(self._summed[0]) if codes else 0
        most = max(_ALONE, self.leaves // 2)
        allowed = range(len(codes)) if deep is None else sorted(deep)
        self._deep = [attribute for attribute in allowed if self.sizes[attribute] <= most]
        self.all_triples = rows * comb(len(self._deep), DEEPEST) <= _ALL_TRIPLES
        self._cuboids = [self._cuboid((attribute,)) for attribute in range(len(codes))]
        for depth in range(2, min(DEEPEST if self.all_triples else DEEPEST - 1, len(self._deep)) + 1):
            self._cuboids += [self._cuboid(attributes) for attributes in combinations(self._deep, depth)]
        counts = [cuboid.count for cuboid in self._cuboids]
        self._starts = np.cumsum([0, *counts])
        costs = [self._cost(len(cuboid.attributes), cuboid.used) for cuboid in self._cuboids]
        self._costs: Floats = np.repeat(np.array(costs, dtype=np.float64), counts)

    def _pick(self, speaks: Mask | None) -> tuple[Codes | None, Floats | None]:
        if self.leaves <= MOST_SUMMED:
            return None, None
        loud = np.zeros(self.leaves, dtype=np.bool_) if speaks is None else speaks
        # A share of the leaves by a hash of their place: even, and the same every time.
        turn = (np.arange(self.leaves, dtype=np.uint64) * np.uint64(2_654_435_761)) % np.uint64(1 << 32)
        place = turn.astype(np.float64) / float(1 << 32)
        shares = np.ones(self.leaves)
        for part in (loud, ~loud):
            shares[part] = min(1.0, MOST_SUMMED / 2 / max(int(part.sum()), 1))
        picked = np.flatnonzero(place < shares)
        return picked, 1.0 / shares[picked]

    def _cuboid(self, attributes: tuple[int, ...]) -> _Cuboid:
        cells = self._summed[attributes[0]]
        room = self.sizes[attributes[0]]
        for attribute in attributes[1:]:
            cells = cells * self.sizes[attribute] + self._summed[attribute]
            room *= self.sizes[attribute]
        if room > max(_SMALL, _ROOMY * len(cells)):
            names, cells = np.unique(cells, return_inverse=True)
            return _Cuboid(attributes, cells, names, len(names), len(names))
        return _Cuboid(attributes, cells, None, room, min(room, self.leaves))

    def _cost(self, depth: int, used: int) -> float:
        return log(DEEPEST) + log(comb(len(self.codes), depth)) + log(max(used, 1))

    def cost(self, cell: Cell) -> float:
        """Return what it takes to name ``cell``, in nats: how deep, which attributes, which of their combinations."""
        used = 1
        for attribute, _ in cell:
            used *= self.sizes[attribute]
        return self._cost(len(cell), min(used, self.leaves))

    def _weights(self, weights: Floats) -> Floats:
        if self._picked is None or self._scale is None:
            return weights
        return weights[self._picked] * self._scale

    def sums(self, weights: Floats) -> Floats:
        """Return the sums of ``weights`` (one a leaf) in all cells but triples, and in these where all are summed."""
        chosen = self._weights(weights)
        return np.concatenate([summed(cuboid.cells, chosen, cuboid.count) for cuboid in self._cuboids])

    def siblings(self, cell: Cell, weights: Sequence[Floats]) -> list[Floats]:
        """Return the sums of each of ``weights`` in the values of all attributes and in the cells like ``cell``.

        They show how much cells differ anyway.
        """
        own = tuple(attribute for attribute, _ in cell)
        cuboids = [one for one in self._cuboids if len(one.attributes) == 1 or one.attributes == own]
        chosen = [self._weights(weight) for weight in weights]
        return [np.concatenate([summed(one.cells, weight, one.count) for one in cuboids]) for weight in chosen]

    def _name(self, number: int) -> Cell:
        at = int(np.searchsorted(self._starts, number, side="right")) - 1
        cuboid = self._cuboids[at]
        rest = number - int(self._starts[at])
        if cuboid.names is not None:
            rest = int(cuboid.names[rest])
        values: list[tuple[int, int]] = []
        for attribute in reversed(cuboid.attributes):
            rest, value = divmod(rest, self.sizes[attribute])
            values.append((attribute, value))
        return tuple(reversed(values))

    def inside(self, cell: Cell) -> Mask:
        """Return for each leaf whether it is in ``cell``."""
        return _inside(self.codes, cell)

    def children(self, cell: Cell) -> Iterator[tuple[int, Codes, Codes]]:
        """Yield for each attribute that may further divide ``cell``: it, the leaves in the cell, and their values."""
        rows = np.flatnonzero(self.inside(cell))
        taken = {attribute for attribute, _ in cell}
        if len(cell) < DEEPEST and taken <= set(self._deep):
            for attribute in self._deep:
                if attribute not in taken:
                    yield attribute, rows, self.codes[attribute][rows]

    def ranked(
        self, weights: Sequence[Floats], score: Score, most: int, hope: Floats | None = None, *, flat: bool = False
    ) -> list[Ranked]:
        """Return the best cells as (score less cost, cell), best first, at most ``most``.

        ``score`` works on the sums of each of ``weights`` (one a leaf). Where not all triples are summed, those are
        tried that lie in the pairs with the highest sums of ``hope``; without it, with the highest scores; ``flat``:
        none are.
        """
        scores = score([self.sums(weight) for weight in weights]) - self._costs
        found = {self._name(int(number)): float(scores[number]) for number in _highest(scores, most)}
        if not self.all_triples and not flat:
            floor = -np.inf if hope is None or len(found) < most else min(found.values())
            hopes = scores if hope is None else self.sums(hope) - self._costs
            for number in self._promising(hopes, floor):
                self._triples(self._name(number), [self._weights(weight) for weight in weights], score, found)
        best = sorted(((score, cell) for cell, score in found.items()), key=_order)
        return best[:most]

    def _promising(self, hopes: Floats, floor: float) -> list[int]:
        first = int(self._starts[len(self.codes)])
        return [int(number) for number in _highest(hopes[first:], _PROMISING) + first if hopes[number] > floor]

    def _triples(self, pair: Cell, weights: Sequence[Floats], score: Score, found: dict[Cell, float]) -> None:
        rows = np.flatnonzero(_inside(self._summed, pair))
        inner = [weight[rows] for weight in weights]
        for attribute in self._deep:
            if attribute in (pair[0][0], pair[1][0]):
                continue
            values, size = self._summed[attribute][rows], self.sizes[attribute]
            scores = score([summed(values, weight, size) for weight in inner])
            value = int(scores.argmax())
            cell = tuple(sorted((*pair, (attribute, value))))
            found[cell] = float(scores[value]) - self.cost(cell)


def summed(cells: Codes, weights: Floats, count: int) -> Floats:
    """Return the sum of ``weights`` in each of ``count`` cells; ``cells``: the number of each leaf's."""
    return np.asarray(np.bincount(cells, weights=weights, minlength=count), dtype=np.float64)


def _inside(codes: Sequence[Codes], cell: Cell) -> Mask:
    found = np.ones(len(codes[0]), dtype=np.bool_)
    for attribute, value in cell:
        found &= codes[attribute] == value
    return found


def _order(ranked: Ranked) -> tuple[float, int, Cell]:
    return -ranked[0], len(ranked[1]), ranked[1]


def _highest(scores: Floats, most: int) -> Codes:
    """Return the places of the ``most`` highest scores, the highest first."""
    places = np.argpartition(-scores, most)[:most] if len(scores) > most else np.arange(len(scores))
    return places[np.lexsort((places, -scores[places]))].astype(np.int64)
