"""Which attribute value do ranges with evidence share more than chance lets them?

The units are customers, not cases: one who writes ten mails is one piece of evidence, shared out over the ranges that
the mails are about. Under the null model a customer's trouble lies on a value with the value's share of the fleet, p.
With k of n customers on it, Chernoff's bound exp(-n KL(k/n, p)) is above the binomial tail. All values are tried, and
many are rare: each gets a part of the error in proportion to its share of the fleet (weighted Bonferroni: the shares of
one attribute's values sum to one), so the bound is divided by p and multiplied by the number of attributes.

A value that is on most of the fleet anyway says little: the odds of being on it must be many times the usual ones.
Pure; what becomes of the answer is grouping's matter.
"""

from collections.abc import Callable, Iterable
from itertools import combinations
from math import exp, log
from typing import NamedTuple

CHANCE = 1e-3
"""What is shared must be so unlikely by chance, after correction for everything tried."""
FEWEST_CUSTOMERS = 3
ODDS = 4.0
"""The odds that a customer with evidence is on the value, over those of the fleet, at the least."""
MOST_AT_ONCE = 3
"""Values that may be found side by side."""
_COMBINED = 12
"""Of the most frequent values pairs are tried too."""

Value = tuple[str, str]
Where = tuple[Value, ...]


class Evidence(NamedTuple):
    """A range with trouble: whose it is, and what its SIMs share."""

    customer: str
    attributes: dict[str, str]


class Shared(NamedTuple):
    """Attribute values that ``customers`` of ``of`` customers with evidence share; ``chance``: corrected, 0 to 1."""

    where: Where
    customers: float
    of: int
    chance: float


def shared(evidence: Iterable[Evidence], share_of: Callable[[Where], float]) -> list[Shared]:
    """Return what the evidence shares, the most unlikely first; what one value explains is not counted for the next.

    ``share_of`` returns the share of the fleet's SIMs that have all values of a Where, 0 to 1.
    """
    left = list(evidence)
    found: list[Shared] = []
    while len(found) < MOST_AT_ONCE:
        best = _best(left, share_of)
        if best is None:
            break
        found.append(best)
        wanted = set(best.where)
        left = [one for one in left if not wanted <= one.attributes.items()]
    return found


def chance(customers: float, of: int, share: float, attributes: int) -> float:
    """Return how likely ``customers`` of ``of`` (or more) are on one value by chance, corrected for all values."""
    if of <= 0 or share <= 0.0:
        return 1.0
    rate = customers / of
    if rate <= share:
        return 1.0
    apart = rate * log(rate / share)
    if rate < 1.0:
        apart += (1.0 - rate) * log((1.0 - rate) / (1.0 - share))
    return min(1.0, exp(-of * apart) / share * attributes)


def _best(evidence: list[Evidence], share_of: Callable[[Where], float]) -> Shared | None:
    ranges_of: dict[str, int] = {}
    for one in evidence:
        ranges_of[one.customer] = ranges_of.get(one.customer, 0) + 1
    customers = len(ranges_of)
    if customers < FEWEST_CUSTOMERS:
        return None
    on: dict[Value, dict[int, float]] = {}
    names: set[str] = set()
    for number, one in enumerate(evidence):
        weight = 1.0 / ranges_of[one.customer]
        for value in one.attributes.items():
            on.setdefault(value, {})[number] = weight
            names.add(value[0])
    often = sorted(
        ((sum(rows.values()), value) for value, rows in on.items() if len(rows) >= FEWEST_CUSTOMERS),
        key=lambda item: (-item[0], item[1]),
    )
    tried: dict[Where, tuple[float, frozenset[int]]] = {(value,): (sum_, frozenset(on[value])) for sum_, value in often}
    for first, second in combinations(sorted(value for _sum, value in often[:_COMBINED]), 2):
        if first[0] != second[0]:
            both = on[first].keys() & on[second].keys()
            if len(both) >= FEWEST_CUSTOMERS:
                tried[first, second] = (sum(on[first][row] for row in both), frozenset(both))
    ranked: list[tuple[float, int, Where, float, float, frozenset[int]]] = []
    for where, (weight, rows) in tried.items():
        if len({evidence[row].customer for row in rows}) < FEWEST_CUSTOMERS:
            continue
        share = share_of(where)
        if not 0.0 < share < 1.0 or not _stands_out(weight / customers, share):
            continue
        # A pair is one of so many combinations of attributes as well.
        likely = chance(weight, customers, share, len(names) ** len(where))
        if likely <= CHANCE:
            ranked.append((likely, len(where), where, weight, share, rows))
    if not ranked:
        return None
    likely, _size, where, weight, share, rows = min(ranked, key=lambda item: item[:3])
    # Single values that mean the same SIMs cannot be told apart: all of them are named.
    same = [item[2][0] for item in ranked if item[1] == 1 and item[5] == rows and item[4] == share]
    if len(where) == 1 and len(same) > 1 and share_of(tuple(sorted(same))) == share:
        where = tuple(sorted(same))
    return Shared(where, weight, customers, likely)


def _stands_out(rate: float, share: float) -> bool:
    return rate >= 1.0 or rate / (1.0 - rate) >= ODDS * share / (1.0 - share)
