"""Which attribute value do ranges with evidence share more than chance lets them?

The units are customers, not cases: one who writes ten mails is one piece of evidence, shared out over the ranges that
the mails are about. Under the null model a customer's trouble lies on a value with the value's share of the fleet, p.
With k of n customers on it, Chernoff's bound exp(-n KL(k/n, p)) is above the binomial tail. All values are tried, and
many are rare: each gets a part of the error in proportion to its share of the fleet (weighted Bonferroni: the shares of
one attribute's values sum to one), so the bound is divided by p and multiplied by the number of attributes.

A value that is on most of the fleet anyway says little: the odds of being on it must be many times the usual ones. A
pair of values is tried where it keeps most of what either of them has.

Pure; what becomes of the answer is grouping's matter.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from math import exp, log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from feeds.fleet.codes import Codes

CHANCE: Final = 1e-3
"""What is shared must be so unlikely by chance, after correction for everything tried."""
FEWEST_CUSTOMERS: Final = 3
ODDS: Final = 4.0
"""The odds that a customer with evidence is on the value, over those of the fleet, at the least."""
MOST_AT_ONCE: Final = 3
"""Values that may be found side by side."""
_TRIED: Final = 64
"""Of the values of one attribute so many are tried, the most frequent."""
_COMBINED: Final = 12
"""Of the most frequent values pairs are tried too."""
_KEEPS: Final = 0.5
"""A pair is tried where it has such a part of what each of its values has."""

Value = tuple[str, str]
Where = tuple[Value, ...]
Marks = NDArray[np.bool_]
"""Which rows of the evidence are meant: shape (rows,)."""


class Evidence(NamedTuple):
    """Ranges with trouble, one a row: whose they are, and what their SIMs share (attributes sorted by name)."""

    customers: Codes
    attributes: tuple[tuple[str, Codes], ...]

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self.customers.codes)

    def on(self, where: Where) -> Marks:
        """Return which rows have all values of ``where``."""
        marks = np.ones(len(self), dtype=np.bool_)
        columns = dict(self.attributes)
        for name, value in where:
            column = columns.get(name)
            place = column.place(value) if column is not None else -1
            marks &= column.codes == place if column is not None and place >= 0 else False
        return marks


class Shared(NamedTuple):
    """Attribute values that ``customers`` of ``of`` customers with evidence share; ``chance``: corrected, 0 to 1."""

    where: Where
    customers: float
    of: int
    chance: float


ShareOf = Callable[[Where], float]
"""Returns which part of the fleet has all values of a Where, 0 to 1."""


def shared(
    evidence: Evidence, share_of: ShareOf, rows: Marks | None = None, roughly: ShareOf | None = None
) -> list[Shared]:
    """Return what ``rows`` (None: all) share, the most unlikely first; what one explains does not count for the next.

    ``roughly``: a cheaper ``share_of`` for single values, asked first; what does not stand out by it is left out.
    """
    left = np.ones(len(evidence), dtype=np.bool_) if rows is None else rows.copy()
    found: list[Shared] = []
    while len(found) < MOST_AT_ONCE:
        best = _best(evidence, share_of, left, roughly or share_of)
        if best is None:
            break
        found.append(best)
        left &= ~evidence.on(best.where)
    return found


def weigh(evidence: Evidence, rows: Marks, where: Where, share: float) -> Shared:
    """Return how unlikely it is by chance that ``rows`` share ``where``, which ``share`` of the fleet has."""
    weights, customers = _weights(evidence, rows)
    weight = float(weights[evidence.on(where)].sum())
    tried = len(evidence.attributes) ** len(where)
    return Shared(where, weight, customers, chance(weight, customers, share, tried))


def chance(customers: float, of: int, share: float, tried: int) -> float:
    """Return how likely ``customers`` of ``of`` (or more) are on one value by chance, corrected for all values."""
    if of <= 0 or share <= 0.0:
        return 1.0
    rate = min(1.0, customers / of)
    if rate <= share:
        return 1.0
    apart = rate * log(rate / share)
    if rate < 1.0:
        apart += (1.0 - rate) * log((1.0 - rate) / (1.0 - share))
    return min(1.0, exp(-of * apart) / share * tried)


class _Tried(NamedTuple):
    where: Where
    weight: float
    marks: Marks


def _weights(evidence: Evidence, rows: Marks) -> tuple[NDArray[np.float64], int]:
    """Return the weight of each row, so that each customer's sum to one, and how many customers there are."""
    codes = evidence.customers.codes
    ranges = np.bincount(codes[rows], minlength=len(evidence.customers.values) + 1)
    weights = np.zeros(len(evidence), dtype=np.float64)
    weights[rows] = 1.0 / ranges[codes[rows]]
    return weights, int((ranges > 0).sum())


def _best(evidence: Evidence, share_of: ShareOf, rows: Marks, roughly: ShareOf) -> Shared | None:
    weights, customers = _weights(evidence, rows)
    if customers < FEWEST_CUSTOMERS:
        return None
    ranked: list[tuple[float, int, Where, float, float, Marks]] = []
    for where, weight, marks in _candidates(evidence, rows, weights):
        # A pair is one of so many combinations of attributes as well.
        tried = len(evidence.attributes) ** len(where)
        if len(where) == 1 and _likely(weight, customers, roughly(where), tried) > CHANCE:
            continue
        share = share_of(where)
        likely = _likely(weight, customers, share, tried)
        if likely <= CHANCE:
            ranked.append((likely, len(where), where, weight, share, marks))
    if not ranked:
        return None
    likely, _size, where, weight, share, marks = min(ranked, key=lambda item: item[:3])
    # Single values that mean the same SIMs cannot be told apart: all of them are named.
    same = sorted(one[2][0] for one in ranked if one[1] == 1 and one[4] == share and np.array_equal(one[5], marks))
    if len(where) == 1 and len(same) > 1 and share_of(tuple(same)) == share:
        where = tuple(same)
    return Shared(where, weight, customers, likely)


def _candidates(evidence: Evidence, rows: Marks, weights: NDArray[np.float64]) -> Iterator[_Tried]:
    """Yield the values, and pairs of values, that enough customers have."""
    singles: list[_Tried] = []
    for name, column in evidence.attributes:
        there = rows & (column.codes >= 0)
        sums = np.bincount(column.codes[there], weights=weights[there], minlength=len(column.values))
        order = np.argsort(-sums, kind="stable")[:_TRIED].tolist()
        for code in order:
            marks = there & (column.codes == code)
            if _enough(evidence, marks):
                singles.append(_Tried(((name, column.values[code]),), float(sums[code]), marks))
    yield from singles
    often = sorted(singles, key=lambda one: (-one.weight, one.where))[:_COMBINED]
    for first, second in combinations(sorted(often, key=lambda one: one.where), 2):
        if first.where[0][0] == second.where[0][0]:
            continue
        both = first.marks & second.marks
        weight = float(weights[both].sum())
        if weight >= _KEEPS * max(first.weight, second.weight) and _enough(evidence, both):
            yield _Tried((*first.where, *second.where), weight, both)


def _enough(evidence: Evidence, marks: Marks) -> bool:
    if int(np.count_nonzero(marks)) < FEWEST_CUSTOMERS:
        return False
    return len(np.unique(evidence.customers.codes[marks])) >= FEWEST_CUSTOMERS


def _likely(weight: float, of: int, share: float, tried: int) -> float:
    """Return the corrected chance; 1 where the value is on nothing, on everything, or does not stand out."""
    if not 0.0 < share < 1.0 or not _stands_out(weight / of, share):
        return 1.0
    return chance(weight, of, share, tried)


def _stands_out(rate: float, share: float) -> bool:
    return rate >= 1.0 or rate / (1.0 - rate) >= ODDS * share / (1.0 - share)
