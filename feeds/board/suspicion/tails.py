"""How likely chance alone brings so many customers: the law that suspicions from cases rest on. Pure numbers.

On quiet days the customers who write about a place (a range, an attribute value) are as many as its share of the fleet
lets expect, but not as evenly as dice would have it: some customers write more than others, and a place that few of
them make up differs more from its share than one that many do. So the number follows a negative binomial law, a
Poisson law whose mean is itself drawn from a gamma law; the shape of that grows with the share of the fleet.

*Looking often.* A surplus begins with some customer. Given one on the place, the chance that as many as are needed
follow within the window is the tail for one customer less; times the customers that write in a week, this bounds how
often a week brings such a surplus to any of places that share the fleet among themselves, however often one looks.
"""

from math import comb, lgamma, log, log1p
from typing import Final, NamedTuple

SHAPE: Final = 2.0
"""Of the gamma law for the smallest places: their part of the usual cases varies by a factor of two or so."""
SHAPE_OF_ALL: Final = 20.0
"""So much more it would be for the whole fleet."""
UNEVEN: Final = 1.5
"""The odds that a customer who writes on a quiet day is on a place may be so many times those of its share."""

WRITES_AGAIN: Final = 0.3
AGAIN_AT_MOST: Final = 0.05
ASKED: Final = 50
"""Where more customers wrote than this, it does not matter who did it again."""
SPREAD: Final = 0.1
"""Customers are spread over the fleet where chance alone lets so many of them be on one of its places."""
FEWEST_A_WEEK: Final = 50.0
"""So many customers are thought to write in a week at least."""


def at_least(count: float, usual: float, share: float) -> float:
    """Return the chance of ``count`` or more (a fraction is allowed) where ``usual`` are expected: a bound from above.

    As natural logarithm. ``share``: of the fleet, 0 to 1.
    """
    if count <= max(usual, 0.0):
        return 0.0
    usual = max(usual, 1e-9)
    shape = SHAPE + SHAPE_OF_ALL * share
    part = usual / (usual + shape)
    further = (count + shape) / (count + 1.0) * part
    if further >= 1.0:
        return 0.0
    first = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1.0) + count * log(part) + shape * log1p(-part)
    return min(0.0, first - log1p(-further))


def drawn_at_least(on: float, of: int, share: float) -> float:
    """Return the chance that of ``of`` customers, drawn one by one, ``on`` or more are on a place with that share.

    As natural logarithm. The binomial tail itself where customers are few: Chernoff's bound is several times that.
    """
    if on <= of * share:
        return 0.0
    if of > ASKED:
        rate = min(1.0, on / of)
        apart = rate * log(rate / share) + (0.0 if rate >= 1.0 else (1.0 - rate) * log((1.0 - rate) / (1.0 - share)))
        return -of * apart
    # A customer that is on the place in part counts in part: between two whole numbers the tail goes on evenly.
    least = int(on)
    tails = [
        log(sum(comb(of, number) * share**number * (1.0 - share) ** (of - number) for number in range(first, of + 1)))
        for first in (least, min(least + 1, of))
    ]
    return min(0.0, tails[0] + (on - least) * (tails[1] - tails[0]))


class Drawn(NamedTuple):
    """Each customer's trouble lies on a value with the value's share of the fleet, p.

    With k of n customers on it, Chernoff's bound exp(-n KL(k/n, p)) is above the binomial tail. As each value gets a
    part of the error, the bound is divided by p.
    """

    def log_chance(self, on: float, of: int, share: float, tried: float) -> float:
        """Return the logarithm of the corrected chance, at most 0."""
        if of <= 0 or share <= 0.0:
            return 0.0
        rate = min(1.0, on / of)
        if rate <= share:
            return 0.0
        apart = rate * log(rate / share)
        if rate < 1.0:
            apart += (1.0 - rate) * log((1.0 - rate) / (1.0 - share))
        return min(0.0, -of * apart + log(tried / share))


def wrote_again(customers: int, again: int) -> float:
    """Return the chance that so many of ``customers`` have more than one case on the place, as natural logarithm.

    In quiet weeks one in three or four does: a contact may bring a series. So this is a witness beside the number of
    customers, but a weak one: it is never taken for more than ``AGAIN_AT_MOST``.
    """
    many = sum(
        comb(customers, number) * WRITES_AGAIN**number * (1.0 - WRITES_AGAIN) ** (customers - number)
        for number in range(again, min(customers, ASKED) + 1)
    )
    return max(log(AGAIN_AT_MOST), log(max(many, 1e-9))) if customers <= ASKED else 0.0


class Traffic(NamedTuple):
    """What is usual in a window of time: the null model of a look. See the module."""

    usual: float
    """Cases expected over the whole fleet."""
    weekly: float
    """Customers that write in a week."""

    def expected(self, on: float, of: int, share: float) -> float:
        """Return how many of the ``of`` customers of the window are to be expected on a place that has ``on``.

        By what is usual, or by what is seen elsewhere at the same time, whichever is more.
        """
        return share * max(self.usual, (of - on) / (1.0 - share)) if share < 1.0 else float(of)

    def log_chance(self, on: float, of: int, share: float, tried: float) -> float:
        """Return how many such surpluses a quiet week brings to any of ``tried`` divisions of the fleet into places.

        As natural logarithm, at most 0: also where cases come from all over, and as many from here as its share says.
        """
        likely = UNEVEN * share / (1.0 + (UNEVEN - 1.0) * share)
        if on <= of * likely or drawn_at_least(on, of, likely) + log(tried / likely) > log(SPREAD):
            return 0.0
        follow = at_least(on - 1.0, self.expected(on, of, share), share)
        return min(0.0, follow + log(max(1e-9, self.weekly * tried)))

    def is_surplus(self, on: float, of: int, share: float, beyond: float) -> bool:
        """Whether chance alone brings as many to this one place less often than ``beyond``, 0 to 1."""
        return at_least(on, self.expected(on, of, share), share) < log(beyond)
