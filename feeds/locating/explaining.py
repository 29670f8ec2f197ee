"""Which attribute values explain it? From a table of leaves to an explanation with its numbers.

Counter-evidence is part of the answer: who is affected outside the causes, and who is healthy inside.
"""

from typing import Final, Literal

import numpy as np
from msgspec import Struct

from feeds.locating.change import Change
from feeds.locating.counts import Counts
from feeds.locating.evidence import Evidence, Group
from feeds.locating.lattice import MOST_SUMMED, Cell, Floats, Lattice
from feeds.locating.search import search
from feeds.locating.tables import Attributes, Leaves, NotLocatable, leaves, numbers

MOST_CAUSES: Final = 3
TOP: Final = 10


class Condition(Struct, frozen=True, order=True):
    """The attribute has this value."""

    attribute: str
    value: str


class Cause(Struct, frozen=True):
    """A set of conditions and its evidence.

    ``coverage``: the share of all affected that is inside (0–1). ``lift``: how many times the share of affected is
    higher inside than in the whole table. ``affected``, ``total``: inside. ``outside``: affected, but not in here.
    ``healthy``: in here, but not affected. ``same``: other conditions that mean exactly the same rows. With real and
    predicted values, *affected* is the sum of the differences, whatever their sign, and *total* what was predicted.
    """

    where: tuple[Condition, ...]
    coverage: float
    lift: float
    affected: float
    total: float
    outside: float
    healthy: float
    same: tuple[tuple[Condition, ...], ...] = ()


class Explanation(Struct, frozen=True):
    """What explains it: ``causes`` (none where nothing does), ``candidates`` (all that was ranked, best first).

    ``affected`` and ``total`` are those of the whole table, ``outside`` the affected that no cause covers.
    """

    verdict: Literal["explained", "unexplained"]
    causes: tuple[Cause, ...]
    candidates: tuple[Cause, ...]
    affected: float
    total: float
    outside: float


def locate(
    attributes: Attributes, affected: Floats, total: Floats, *, top: int = TOP, most_causes: int = MOST_CAUSES
) -> Explanation:
    """Explain who is affected: ``affected`` of ``total`` for each row of ``attributes``; rows may repeat.

    Raises NotLocatable where the numbers cannot be such counts, and where there is no attribute.
    """
    k, n = numbers("affected", affected), numbers("total", total)
    if len(k) != len(n):
        raise NotLocatable(f"has {len(k)} rows where total has {len(n)}", "affected")
    if (over := k > n).any():
        row = int(over.argmax())
        raise NotLocatable(f"{k[row]:g} is more than the total of {n[row]:g}", "affected", row)
    # Rows without members say nothing; and values that only stand there cannot explain anything.
    table = leaves(attributes, k, n, said=n > 0)
    if not table.names or not 0.0 < float(table.first.sum()) < float(table.second.sum()):
        return _nothing(table.first, table.second)
    return _explained(table, Counts(table.first, table.second), table.first, table.second, top, most_causes)


def locate_change(
    attributes: Attributes, real: Floats, predicted: Floats, *, top: int = TOP, most_causes: int = MOST_CAUSES
) -> Explanation:
    """Explain what changed: ``real`` beside ``predicted`` values for each row of ``attributes``; rows may repeat.

    Raises NotLocatable where a number is negative or none, and where there is no attribute.
    """
    seen, expected = numbers("real", real), numbers("predict", predicted)
    if len(seen) != len(expected):
        raise NotLocatable(f"has {len(seen)} rows where predict has {len(expected)}", "real")
    table = leaves(attributes, seen, expected, said=seen + expected > 0)
    moved = np.abs(table.first - table.second)
    if not table.names or not moved.any():
        return _nothing(moved, table.second)
    return _explained(table, Change(table.first, table.second), moved, table.second, top, most_causes)


def _explained(
    table: Leaves, evidence: Evidence[Group], affected: Floats, total: Floats, top: int, most: int
) -> Explanation:
    speaks = evidence.speaks if len(affected) > MOST_SUMMED else None
    lattice = Lattice(table.codes, table.sizes, speaks, table.deep())
    found = search(lattice, evidence, top, most)
    measured = _Measured(table, lattice, affected, total)
    causes = tuple(measured.cause(cell, found.candidates) for cell in found.causes)
    rest = [measured.cause(cell, ()) for cell in found.candidates[len(causes) : max(top, len(causes))]]
    outside = np.ones(lattice.leaves, dtype=np.bool_)
    for cell in found.causes:
        outside &= ~lattice.inside(cell)
    return Explanation(
        verdict="explained" if causes else "unexplained",
        causes=causes,
        candidates=(*causes, *rest)[:top],
        affected=float(affected.sum()),
        total=float(total.sum()),
        outside=float(affected[outside].sum()),
    )


def _nothing(affected: Floats, total: Floats) -> Explanation:
    everything = float(affected.sum())
    return Explanation("unexplained", (), (), everything, float(total.sum()), everything)


class _Measured:
    """Gives cells their names and numbers."""

    def __init__(self, table: Leaves, lattice: Lattice, affected: Floats, total: Floats) -> None:
        self._table = table
        self._lattice = lattice
        self._affected, self._total = affected, total
        self._all, self._whole = float(affected.sum()), float(total.sum())

    def _where(self, cell: Cell) -> tuple[Condition, ...]:
        names, values = self._table.names, self._table.values
        return tuple(Condition(names[attribute], values[attribute][value]) for attribute, value in cell)

    def cause(self, cell: Cell, rivals: tuple[Cell, ...]) -> Cause:
        """Return ``cell`` with its numbers; ``rivals`` may be the same under another name."""
        inside = self._lattice.inside(cell)
        affected, total = float(self._affected[inside].sum()), float(self._total[inside].sum())
        coverage = affected / self._all
        share = total / self._whole if self._whole > 0.0 else 0.0
        same = [other for other in rivals if other != cell and bool((self._lattice.inside(other) == inside).all())]
        return Cause(
            where=self._where(cell),
            coverage=coverage,
            lift=coverage / share if share > 0.0 else 0.0,
            affected=affected,
            total=total,
            outside=self._all - affected,
            healthy=max(total - affected, 0.0),
            same=tuple(self._where(other) for other in same),
        )
