"""Evidence of counts, "k of n affected": the beta-binomial, since leaves of one group differ among each other.

Its spread is the correlation among the members of one leaf: a leaf with very many members says as much as 1/spread
independent ones. A spread of nought is the binomial. The binomial coefficient cancels everywhere and is left out.
"""

from collections.abc import Sequence
from math import lgamma as log_gamma_of_one
from math import log, log1p
from typing import Final

import numpy as np
from msgspec import Struct

from feeds.locating.evidence import HEALTHY, STRAY, apart, mixed
from feeds.locating.lattice import Cell, Floats, Lattice, Mask, Ranked

_SPREADS: Final = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.2, 0.35, 0.5)
_PRIOR: Final = 30.0
"""Nats that a spread of one costs: one odd leaf among few is odd, rather than all being scattered."""
_SAMPLE: Final = 1_000
"""Different leaves on which a group's spread is found."""
_WIDE: Final = 0.3
"""The spread of odd leaves in the background."""
_LEAST: Final = 1e-9
_SOFT: Final = 0.02
_SLACK: Final = 0.01
"""Variances of log odds: below the first a cell is as exact as any; the second is never taken for a difference."""
_ENOUGH: Final = 2.0
"""Affected members to be expected in a cell that shows how much cells differ."""
_BARE: Final = 3


class Rate(Struct, frozen=True):
    """The share of affected members in a group of leaves, and how much leaves differ in it (0–1)."""

    mean: float
    spread: float


class Counts:
    """Leaves with ``k`` affected of ``n`` members (k ≤ n, n > 0)."""

    def __init__(self, k: Floats, n: Floats) -> None:
        self._k, self._n = k, n
        # Short counts repeat a lot: every density is worked out once for each pair of counts.
        _, first, inverse = np.unique(n * (float(k.max()) + 1.0) + k, return_index=True, return_inverse=True)
        self._pairs_k, self._pairs_n, self._pair = k[first], n[first], inverse
        self._rungs = {False: 4, True: 7}
        self._fits: dict[tuple[bytes, bool], Rate] = {}
        self._kept: tuple[Rate, Floats] | None = None

    @property
    def speaks(self) -> Mask:
        """The leaves with somebody affected."""
        return self._k > 0

    def fit(self, leaves: Mask, *, cause: bool = False) -> Rate:
        """Return the rate of the marked leaves; its spread from a ladder, climbed while that helps.

        ``cause``: the leaves are a cause's; only where the climb begins depends on it.
        """
        key = leaves.tobytes(), cause
        if key not in self._fits:
            self._fits[key] = self._climbed(leaves, cause)
        return self._fits[key]

    def _climbed(self, leaves: Mask, cause: bool) -> Rate:
        times = np.bincount(self._pair[leaves], minlength=len(self._pairs_k)).astype(np.float64)
        used = np.flatnonzero(times)
        if len(used) > _SAMPLE:
            used = used[:: len(used) // _SAMPLE + 1]
        k, n, times = self._pairs_k[used], self._pairs_n[used], times[used]

        def tried(rung: int) -> tuple[float, Rate]:
            rate = Rate(_mean(k, n, times, _SPREADS[rung]), _SPREADS[rung])
            return float((times * log_likelihood(k, n, rate)).sum()) - rate.spread * _PRIOR, rate

        rung = self._rungs[cause]
        best = tried(rung)
        for step in (-1, 1):
            start = rung
            while 0 <= rung + step < len(_SPREADS) and (other := tried(rung + step))[0] > best[0]:
                best, rung = other, rung + step
            if rung != start:
                break
        self._rungs[cause] = rung
        return best[1]

    def _density(self, rate: Rate) -> Floats:
        return log_likelihood(self._pairs_k, self._pairs_n, rate)

    def _background(self, rate: Rate) -> Floats:
        if self._kept is None or self._kept[0] != rate:
            wide = Rate(rate.mean, max(_WIDE, rate.spread))
            self._kept = (rate, mixed(self._density(rate), self._density(wide), STRAY))
        return self._kept[1]

    def background(self, leaves: Mask) -> tuple[Floats, Rate]:
        """Return ln P of every leaf as one of the background that the marked leaves show, and that background."""
        rate = self.fit(leaves)
        return self._background(rate)[self._pair], rate

    def cause(self, leaves: Mask, outside: Rate) -> Floats | None:
        """Return ln P of every leaf as one inside a cause that the marked leaves show; None: they are no worse."""
        rate = self.fit(leaves, cause=True)
        if rate.mean <= outside.mean:
            return None
        return mixed(self._density(rate), self._background(outside), HEALTHY)[self._pair]

    def seeds(self, lattice: Lattice, leaves: Mask, most: int) -> list[Ranked]:
        """Return cells from which a search over the marked leaves can start, the likeliest first.

        While the cause is not known it widens the spread itself; so the best without any spread is the second one.
        """
        spread = self.fit(leaves).spread
        ranked = self._two_rates(lattice, leaves, spread, most)
        if spread > 0.0:
            bare = self._two_rates(lattice, leaves, 0.0, _BARE, flat=True)
            ranked[1:1] = [one for one in bare if one[1] != ranked[0][1]][:1]
        return ranked

    def _scaled(self, leaves: Mask, spread: float) -> tuple[Floats, Floats]:
        """Return the counts of the marked leaves (nought elsewhere) as those of so many independent members."""
        scale = leaves / (1.0 + np.maximum(self._n - 1.0, 0.0) * spread)
        return self._k * scale, self._n * scale

    def _two_rates(
        self, lattice: Lattice, leaves: Mask, spread: float, most: int, *, flat: bool = False
    ) -> list[Ranked]:
        """Rank cells by how much likelier the counts are with a rate of its own in the cell, where it is the higher."""
        k, n = self._scaled(leaves, spread)
        all_k, all_n = np.array([k.sum()]), np.array([n.sum()])
        alone = _height(all_k, all_n)

        def score(sums: Sequence[Floats]) -> Floats:
            k_in, n_in = sums
            k_out, n_out = np.maximum(all_k - k_in, 0.0), np.maximum(all_n - n_in, 0.0)
            worse = np.flatnonzero(k_in * n_out > k_out * n_in)
            found = np.zeros(len(k_in))
            found[worse] = _height(k_in[worse], n_in[worse]) + _height(k_out[worse], n_out[worse]) - alone
            return found

        return lattice.ranked([k, n], score, most, flat=flat)

    def stands_out(self, lattice: Lattice, cell: Cell, leaves: Mask) -> float:
        """Return how far the log odds in ``cell`` are from the rest's, in nats, given how much cells differ anyway."""
        inside = lattice.inside(cell) & leaves
        outside = leaves & ~inside
        rate = self.fit(outside)
        middle = log(rate.mean) - log1p(-rate.mean)
        k, n = lattice.siblings(cell, self._scaled(outside, rate.spread))
        said = n * rate.mean >= _ENOUGH
        odds, variances = _log_odds(k[said], n[said])
        k_in, n_in = (np.array([values.sum()]) for values in self._scaled(inside, rate.spread))
        own, variance = _log_odds(k_in, n_in)
        gap = float(own[0]) - middle
        return apart(gap, float(variance[0]) + _SLACK, odds - middle, variances, _SOFT) if gap > 0.0 else 0.0


def log_gamma(x: Floats) -> Floats:
    """Return the logarithm of the gamma function for positive ``x``, right to 1e-9 (Stirling's series, shifted)."""
    y = x + 6.0
    shift = x * (x + 1.0) * (x + 2.0) * (x + 3.0) * (x + 4.0) * (x + 5.0)
    z = 1.0 / y
    z2 = z * z
    series = z * (1 / 12 - z2 * (1 / 360 - z2 * (1 / 1260)))
    result: Floats = (y - 0.5) * np.log(y) - y + 0.918938533204672742 + series - np.log(shift)
    return result


def log_likelihood(k: Floats, n: Floats, rate: Rate) -> Floats:
    """Return ln P(k of n) less the binomial coefficient, for each leaf."""
    mean, spread = rate.mean, rate.spread
    if spread <= 0.0:
        return k * log(mean) + (n - k) * log1p(-mean)
    size = 1.0 / spread - 1.0
    a, b = mean * size, (1.0 - mean) * size
    constant = log_gamma_of_one(a) + log_gamma_of_one(b) - log_gamma_of_one(size)
    return log_gamma(k + a) + log_gamma(n - k + b) - log_gamma(n + size) - constant


def _mean(k: Floats, n: Floats, times: Floats, spread: float) -> float:
    """Return the share of affected where each leaf weighs by what it says under ``spread``, kept off nought and one."""
    weight = times / (1.0 + np.maximum(n - 1.0, 0.0) * spread)
    members = float((weight * n).sum())
    if members <= 0.0:
        return 0.5
    more = min(1.0, members)
    share = (float((weight * k).sum()) + more / 2.0) / (members + more)
    return min(max(share, _LEAST), 1.0 - _LEAST)


def _height(k: Floats, n: Floats) -> Floats:
    """Return the greatest ln P that one rate gives to k of n."""
    healthy = np.maximum(n - k, 0.0)
    all_logs = np.log(np.maximum(n, _LEAST))
    height: Floats = k * (np.log(np.maximum(k, _LEAST)) - all_logs)
    height += healthy * (np.log(np.maximum(healthy, _LEAST)) - all_logs)
    return height


def _log_odds(k: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return the log odds of k of n and their variances, both as with half a member more on each side."""
    healthy = np.maximum(n - k, 0.0) + 0.5
    return np.log((k + 0.5) / healthy), 1.0 / (k + 0.5) + 1.0 / healthy
