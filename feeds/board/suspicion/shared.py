"""Which attribute value do ranges with evidence share more than chance lets them?

The units are customers, not cases: one who writes ten mails is one piece of evidence, shared out over the ranges that
the mails are about. What chance lets them share is the null model's word: that of a window of time (tails.Traffic), or
``Drawn``, where nothing but the customers themselves is known.

All values are tried, and many are rare: each gets a part of the error in proportion to its share of the fleet (weighted
Bonferroni: the shares of one attribute's values sum to one), so it counts how many attributes there are. A value that
is on most of the fleet anyway says little: the odds of being on it must be many times the usual ones. A pair of values
is tried where it keeps most of what either of them has.

Pure; what becomes of the answer is grouping's matter. Ranges as such are looked at in stretches.py.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from math import log
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from feeds.board.outage.places import FEWEST_CUSTOMERS
from feeds.board.suspicion.tails import AGAIN_AT_MOST, Drawn
from feeds.fleet.codes import Codes

CHANCE: Final = 1e-3
"""What drawn customers share must be so unlikely by chance, after correction for everything tried."""
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
    """Who wrote about which range, one a row, and what the range's SIMs share (attributes sorted by name)."""

    customers: Codes
    attributes: tuple[tuple[str, Codes], ...]

    def __len__(self) -> int:
        """Return the number of rows."""
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


class Null(Protocol):
    """What chance lets customers share."""

    def log_chance(self, on: float, of: int, share: float, tried: float) -> float:
        """Return the chance that ``on`` of ``of`` are on what ``share`` of the fleet has, corrected for ``tried``.

        As natural logarithm, at most 0: no surprise.
        """


class Shared(NamedTuple):
    """What ``customers`` of ``of`` customers with evidence share, and ``share`` of the fleet, 0 to 1.

    ``log_chance``: natural logarithm of the corrected chance. Chances themselves are too small to be told apart where
    hundreds of customers are on a value.
    """

    where: Where
    customers: float
    of: int
    share: float
    log_chance: float


ShareOf = Callable[[Where], float]
"""Returns which part of the fleet has all values of a Where, 0 to 1."""
Further = Callable[[Marks], float]
"""Returns a further witness for rows: the logarithm of its chance, at least FURTHER_AT_MOST; or that they are none."""
FURTHER_AT_MOST: Final = log(AGAIN_AT_MOST)
NO_SURPRISE: Final = -1e-6
"""Logarithm of a chance of one, or nearly: no further witness makes that unlikely."""


def shared(evidence: Evidence, share_of: ShareOf, rows: Marks) -> list[Shared]:
    """Return what drawn ``rows`` share, the most unlikely first; what one explains does not count for the next."""
    left = rows.copy()
    found: list[Shared] = []
    while len(found) < MOST_AT_ONCE:
        best = most_unlikely(evidence, left, Drawn(), share_of, log(CHANCE))
        if best is None:
            break
        found.append(best)
        left &= ~evidence.on(best.where)
    return found


def most_unlikely(
    evidence: Evidence,
    rows: Marks,
    null: Null,
    share_of: ShareOf,
    limit: float,
    roughly: ShareOf | None = None,
    further: Further | None = None,
) -> Shared | None:
    """Return what ``rows`` share the most unlikely by chance, of all values and pairs of them.

    None: nothing that has a chance (as logarithm) of at most ``limit``. ``roughly``: a cheaper ``share_of`` for single
    values, asked first; what does not stand out by it is left out.
    """
    weights, customers = weighed(evidence, rows)
    if customers < FEWEST_CUSTOMERS:
        return None
    first_limit = limit if further is None else min(limit - FURTHER_AT_MOST, NO_SURPRISE)
    ranked: list[tuple[float, int, Where, float, float, Marks]] = []
    for where, weight, marks in _candidates(evidence, rows, weights):
        # A pair is one of so many combinations of attributes as well.
        tried = len(evidence.attributes) ** len(where)
        if (
            roughly is not None
            and len(where) == 1
            and _likely(null, weight, customers, roughly(where), tried) > first_limit
        ):
            continue
        share = share_of(where)
        likely = _likely(null, weight, customers, share, tried)
        if further is not None and likely <= first_limit:
            likely += further(marks)
        if likely <= limit:
            ranked.append((likely, len(where), where, weight, share, marks))
    if not ranked:
        return None
    likely, _size, where, weight, share, marks = min(ranked, key=lambda item: item[:3])
    # Single values that mean the same SIMs cannot be told apart: all of them are named.
    same = sorted(one[2][0] for one in ranked if one[1] == 1 and one[4] == share and np.array_equal(one[5], marks))
    if len(where) == 1 and len(same) > 1 and share_of(tuple(same)) == share:
        where = tuple(same)
    return Shared(where, weight, customers, share, likely)


def weigh(evidence: Evidence, rows: Marks, where: Where, share: float, null: Null) -> Shared:
    """Return how unlikely it is by chance that ``rows`` share ``where``, which ``share`` of the fleet has."""
    weights, customers = weighed(evidence, rows)
    weight = float(weights[evidence.on(where)].sum())
    tried = len(evidence.attributes) ** len(where)
    return Shared(where, weight, customers, share, null.log_chance(weight, customers, share, tried))


def weighed(evidence: Evidence, rows: Marks) -> tuple[NDArray[np.float64], int]:
    """Return the weight of each row, so that each customer's sum to one, and how many customers there are."""
    codes = evidence.customers.codes
    ranges = np.bincount(codes[rows], minlength=len(evidence.customers.values) + 1)
    weights = np.zeros(len(evidence), dtype=np.float64)
    weights[rows] = 1.0 / ranges[codes[rows]]
    return weights, int((ranges > 0).sum())


class _Tried(NamedTuple):
    where: Where
    weight: float
    marks: Marks


def _candidates(evidence: Evidence, rows: Marks, weights: NDArray[np.float64]) -> Iterator[_Tried]:
    """Yield the values, and pairs of values, that enough customers have."""
    singles: list[_Tried] = []
    for name, column in evidence.attributes:
        there = rows & (column.codes >= 0)
        codes, mine = column.codes[there], weights[there]
        sums = np.bincount(codes, weights=mine, minlength=len(column.values))
        # A customer that counts in full weighs one, and one in part less: the number of rows is a bound as well.
        enough = np.bincount(codes, minlength=len(column.values)) >= FEWEST_CUSTOMERS
        order = np.argsort(-np.where(enough, sums, -1.0), kind="stable")[: min(_TRIED, int(enough.sum()))].tolist()
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
    codes = evidence.customers.codes[marks]
    return len(codes) >= FEWEST_CUSTOMERS and int(np.count_nonzero(np.bincount(codes))) >= FEWEST_CUSTOMERS


def _likely(null: Null, weight: float, of: int, share: float, tried: int) -> float:
    """Return the logarithm of the chance; 0 where the value is on nothing, on everything, or does not stand out."""
    if not 0.0 < share < 1.0 or not stands_out(weight / of, share):
        return 0.0
    return null.log_chance(weight, of, share, tried)


def stands_out(rate: float, share: float) -> bool:
    """Whether the odds of ``rate`` are so many times those of ``share`` that it says something."""
    return rate >= 1.0 or rate / (1.0 - rate) >= ODDS * share / (1.0 - share)
