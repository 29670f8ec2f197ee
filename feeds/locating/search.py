"""The search for the set of causes: one after the other, each the best for what the ones before leave open.

The model: every leaf belongs to the background or to a cause, and each has a distribution of its own. So each leaf has
one number for how much likelier it is under a cause, and a cell is as good as the sum of its leaves less what naming it
costs: a parent wins where its other children are affected too, a child where they are healthy. Odd leaves are allowed
for on both sides, so that none of them speaks for many. A cause counts when it stands out from how cells differ anyway.
"""

from collections.abc import Sequence
from typing import Final, Generic

import numpy as np
from msgspec import Struct

from feeds.locating.evidence import Evidence, Group
from feeds.locating.lattice import DEEPEST, Cell, Floats, Lattice, Mask, summed

FIRST: Final = 3.0
GAIN: Final = 6.0
"""Nats by which the first cause, and each further one, must make the whole table likelier, beyond its name's cost."""
APART: Final = 4.0
"""The same for how far a cause is from the rest, given how much cells differ: by chance once in fifty tables."""
_SEEDS: Final = 3
_SEEDS_READ: Final = 12
_STEPS: Final = 4
_CHECKED: Final = 4


class Found(Struct, frozen=True):
    """Causes, the strongest evidence first, and all that was ranked, best first; both as cells."""

    causes: tuple[Cell, ...]
    candidates: tuple[Cell, ...]


class _One(Struct, Generic[Group], frozen=True):
    """The best cell of a round, how much likelier it makes the table, its rivals best first, and what it leaves."""

    cell: Cell
    gain: float
    rivals: tuple[Cell, ...]
    background: Floats
    group: Group


def search(lattice: Lattice, evidence: Evidence[Group], top: int, most: int) -> Found:
    """Return at most ``most`` causes and at most ``top`` candidates."""
    return _Search(lattice, evidence, top).run(most)


class _Search(Generic[Group]):
    def __init__(self, lattice: Lattice, evidence: Evidence[Group], top: int) -> None:
        self._lattice = lattice
        self._evidence = evidence
        self._top = max(top, _CHECKED)

    def run(self, most: int) -> Found:
        left = np.ones(self._lattice.leaves, dtype=np.bool_)
        causes: list[Cell] = []
        winners: list[Cell] = []
        rivals: list[tuple[Cell, ...]] = []
        while len(causes) < most:
            one = self._one(left, anyhow=not causes)
            if one is None:
                break
            winners.append(one.cell)
            rivals.append(one.rivals)
            if one.gain < (GAIN if causes else FIRST):
                break
            for cell in self._parts(one, left, most - len(causes)) or (one.cell,):
                causes.append(cell)
                left = left & ~self._lattice.inside(cell)
        while causes and not self._stands(causes):
            winners.append(causes.pop())
        return Found(tuple(causes), _in_order(causes, winners, rivals))

    def _stands(self, causes: Sequence[Cell]) -> bool:
        """Whether the last of ``causes`` stands out where the others are not."""
        cell = causes[-1]
        elsewhere = np.ones(self._lattice.leaves, dtype=np.bool_)
        for other in causes[:-1]:
            elsewhere &= ~self._lattice.inside(other)
        return self._evidence.stands_out(self._lattice, cell, elsewhere) >= self._lattice.cost(cell) + APART

    def _one(self, left: Mask, *, anyhow: bool) -> _One[Group] | None:
        """Return the best cell for the leaves that are ``left``; None where none looks like one, except ``anyhow``."""
        lattice, evidence = self._lattice, self._evidence
        seeds = evidence.seeds(lattice, left, _SEEDS_READ)
        # In a large table a round is dear, and what is worth it shows at once.
        least = 0.0 if lattice.all_triples else GAIN
        if not seeds or (max(seeds)[0] < least and not anyhow):
            return None
        starts: list[Cell] = []
        for _, cell in seeds:
            if len(starts) < _SEEDS and not any(_related(cell, start) for start in starts):
                starts.append(cell)
        background, group = evidence.background(left & ~lattice.inside(starts[0]))
        climb = _Climb(self, left, background, group)
        for start in starts:
            climb.up(start)
        if not climb.lists:
            return None
        winner = max(climb.lists, key=lambda cell: climb.heights[cell])
        rivals = climb.lists[winner]
        for cell in rivals[:_CHECKED]:
            climb.at(cell)
        return self._judged(max(climb.heights, key=lambda cell: climb.heights[cell]), left, rivals)

    def _judged(self, cell: Cell, left: Mask, rivals: tuple[Cell, ...]) -> _One[Group] | None:
        """Say how much likelier the table is with ``cell`` as a cause than without, each with its best background."""
        inside = self._lattice.inside(cell) & left
        outside = left & ~inside
        before, _ = self._evidence.background(left)
        after, group = self._evidence.background(outside)
        own = self._evidence.cause(inside, group)
        if own is None:
            return None
        backgrounds = (before, after)
        without = max(float(one[left].sum()) for one in backgrounds)
        within = max(float(one[outside].sum() + own[inside].sum()) for one in backgrounds)
        return _One(cell, within - without - self._lattice.cost(cell), rivals, after, group)

    def ranked(self, weights: Floats) -> tuple[Cell, ...]:
        """Return the cells with the highest sums of ``weights``, best first."""
        best = self._lattice.ranked([weights], lambda sums: sums[0], self._top, np.maximum(weights, 0.0))
        return tuple(cell for _, cell in best)

    def weights(self, leaves: Mask, background: Floats, group: Group) -> Floats | None:
        """Return how much likelier every leaf is under the cause that the marked leaves show; None: no cause."""
        own = self._evidence.cause(leaves, group) if leaves.any() else None
        return None if own is None else own - background

    def height(self, cell: Cell, left: Mask, weights: Floats) -> float:
        """Return what ``cell`` gains among the leaves that are ``left``, less its cost."""
        return float(weights[self._lattice.inside(cell) & left].sum()) - self._lattice.cost(cell)

    def inside(self, cell: Cell) -> Mask:
        """Return the leaves in ``cell``."""
        return self._lattice.inside(cell)

    def _parts(self, one: _One[Group], left: Mask, room: int) -> tuple[Cell, ...]:
        """Return the children that explain better than the cell found, its healthy part told apart; none: it stands.

        Two causes that differ in one value look like their parent first.
        """
        lattice, group = self._lattice, one.group
        if room < 2 or len(one.cell) == DEEPEST:
            return ()
        inside = lattice.inside(one.cell) & left
        whole = self.weights(inside, one.background, group)
        if whole is None:
            return ()
        best = self.height(one.cell, left, whole) + GAIN
        hit = inside & (whole > 0.0)
        sharp = self.weights(hit, one.background, group)
        if sharp is None or hit.sum() > 0.9 * inside.sum():
            return ()
        kept: tuple[Cell, ...] = ()
        for attribute, rows, values in lattice.children(one.cell):
            sums = summed(values, np.where(left, sharp, 0.0)[rows], lattice.sizes[attribute])
            cost = lattice.cost(_child(one.cell, attribute, 0)) + GAIN
            order = np.argsort(-sums, kind="stable")[:room]
            chosen = order[sums[order] > cost]
            if not len(chosen):
                continue
            within = inside & np.isin(lattice.codes[attribute], chosen)
            weights = self.weights(within, one.background, group)
            if weights is None:
                continue
            total = float(weights[within].sum()) - len(chosen) * cost + GAIN
            if total > best:
                best, kept = total, tuple(_child(one.cell, attribute, int(value)) for value in chosen)
        return kept


class _Climb(Generic[Group]):
    """From a cell to the best cell for what it shows, and on from there, until it is its own best."""

    def __init__(self, search: _Search[Group], left: Mask, background: Floats, group: Group) -> None:
        self._search = search
        self._left = left
        self._background = background
        self._group = group
        self.heights: dict[Cell, float] = {}
        self.lists: dict[Cell, tuple[Cell, ...]] = {}

    def at(self, cell: Cell) -> Floats | None:
        """Return the weights that ``cell`` gives to the leaves, and keep its height; None: it is no cause."""
        inside = self._search.inside(cell) & self._left
        weights = self._search.weights(inside, self._background, self._group)
        if weights is None:
            self.heights[cell] = -np.inf
            return None
        weights = np.where(self._left, weights, 0.0)
        self.heights[cell] = self._search.height(cell, self._left, weights)
        return weights

    def up(self, cell: Cell) -> None:
        """Climb from ``cell``."""
        for _ in range(_STEPS):
            if cell in self.heights or (weights := self.at(cell)) is None:
                return
            self.lists[cell] = self._search.ranked(weights)
            cell = self.lists[cell][0]


def _related(one: Cell, other: Cell) -> bool:
    """Whether one of two cells lies in the other."""
    return set(one) <= set(other) or set(other) <= set(one)


def _child(cell: Cell, attribute: int, value: int) -> Cell:
    return tuple(sorted((*cell, (attribute, value))))


def _in_order(causes: Sequence[Cell], winners: Sequence[Cell], rivals: Sequence[tuple[Cell, ...]]) -> tuple[Cell, ...]:
    """Return all candidates: the causes, the first one's best rival, what won a round, then all the rivals."""
    found = dict.fromkeys(causes or winners[:1])
    if rivals:
        found.update(dict.fromkeys([cell for cell in rivals[0] if cell not in found][:1]))
    found.update(dict.fromkeys(winners))
    for one in rivals:
        found.update(dict.fromkeys(one))
    return tuple(found)
