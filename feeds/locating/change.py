"""Evidence of change: what was real beside what had been predicted, in each leaf.

A leaf's deviation is 2 (predicted − real) / (predicted + real), between −2 and 2. It is the same for all leaves that
change by the same proportion, whatever their size: the generalised ripple effect (Li et al., ISSRE 2019). Forecasts
err in proportion, counts err by their root, and some leaves err wildly: the background is Student's t around a middle,
with a variance of a constant part and one that falls with the size of the leaf.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from feeds.locating.evidence import HEALTHY, STRAY, apart, mixed, quantile
from feeds.locating.lattice import Cell, Floats, Lattice, Mask, Ranked

_TAIL: Final = 5.0
"""Degrees of freedom."""
_PLAIN: Final = 0.9686196
"""Minus the logarithm of the height of that distribution in its middle."""
_ODD: Final = 0.5
"""The variance of odd leaves in the background."""
_SAMPLE: Final = 2_000
_FEWEST: Final = 3
_LEAST: Final = 2.5e-5
"""No forecast is more exact than half a percent."""
_KEPT: Final = 10.0
"""A square deviation of more variances than this is no noise."""
_TURNS: Final = 6
_GOOD_PART: Final = 0.2
"""What stands near nought is the usual when it is this share of what stands closest together."""
_FLAT: Final = 0.04
"""Square of the difference, in variances, below which a group is taken for the background."""
_CLEAR: Final = 6.0
_LIMIT: Final = 6.0
_SLACK: Final = 1e-4
_SPEAKS: Final = 9.0


class Noise(Struct, frozen=True):
    """Deviations of a group of leaves: their middle, and the variance ``constant + by_size / size`` of a leaf."""

    middle: float
    constant: float
    by_size: float


class Change:
    """Leaves with what was ``real`` and what had been ``predicted`` in them, none negative."""

    def __init__(self, real: Floats, predicted: Floats) -> None:
        both = real + predicted
        self._known: Mask = both > 0.0
        safe = np.where(self._known, both, 1.0)
        self._deviation: Floats = np.where(self._known, 2.0 * (predicted - real) / safe, 0.0)
        inverse = np.where(self._known, 2.0 / safe, 0.0)
        unit = float(np.median(inverse[self._known])) if self._known.any() else 1.0
        self._inverse: Floats = inverse / unit
        whole = bool((real == np.round(real)).all() and (predicted == np.round(predicted)).all())
        self._counting = unit if whole else None
        self._fits: dict[bytes, Noise] = {}
        self._kept: tuple[Noise, Floats] | None = None

    @property
    def speaks(self) -> Mask:
        """The leaves far from their forecast."""
        noise = self.fit(self._known)
        far: Mask = (self._deviation - noise.middle) ** 2 > _SPEAKS * self._variance(noise)
        return far & self._known

    def _variance(self, noise: Noise) -> Floats:
        return noise.constant + noise.by_size * self._inverse

    def fit(self, leaves: Mask) -> Noise:
        """Return the noise that most of the marked leaves show; whole numbers may turn out to be counts."""
        key = leaves.tobytes()
        if key not in self._fits:
            self._fits[key] = self._fitted(leaves)
        return self._fits[key]

    def _fitted(self, leaves: Mask) -> Noise:
        at = np.flatnonzero(leaves & self._known)
        if len(at) > _SAMPLE:
            at = at[:: len(at) // _SAMPLE + 1]
        if len(at) < _FEWEST:
            return Noise(0.0, _ODD, 0.0)
        deviation, inverse = self._deviation[at], self._inverse[at]
        weight = 1.0 / (inverse + 0.1)
        middle, part = _middle(deviation, weight)
        # Three tenths of a normal distribution lie within 0.385 of its standard deviations.
        usual = max(quantile(np.abs(deviation - middle), weight, 0.3 * part) / 0.385, 1e-3) ** 2
        found = [_settled(deviation, inverse, Noise(middle, usual, 0.0), free=True)]
        if self._counting is not None:
            found.append(_settled(deviation, inverse, Noise(0.0, _LEAST, self._counting), free=False))
        return max(found, key=lambda one: float(_t(deviation - one.middle, one.constant + one.by_size * inverse).sum()))

    def background(self, leaves: Mask) -> tuple[Floats, Noise]:
        """Return ln P of every leaf as one of the background that the marked leaves show, and that background."""
        noise = self.fit(leaves)
        return self._background(noise), noise

    def _background(self, noise: Noise) -> Floats:
        if self._kept is None or self._kept[0] != noise:
            self._kept = (noise, self._worked_out(noise))
        return self._kept[1]

    def _worked_out(self, noise: Noise) -> Floats:
        variance = self._variance(noise)
        off = self._deviation - noise.middle
        wide = variance + _ODD
        odd = -0.5 * off * off / wide - 0.5 * np.log(wide) - 0.9189385
        return np.where(self._known, mixed(_t(off, variance), odd, STRAY), 0.0)

    def cause(self, leaves: Mask, outside: Noise) -> Floats | None:
        """Return ln P of every leaf as one inside a cause that the marked leaves show; None: they did not change."""
        at = leaves & self._known
        if not at.any():
            return None
        all_variances = self._variance(outside)
        variance, deviation = all_variances[at], self._deviation[at]
        weight = 1.0 / variance
        middle = float((deviation * weight).sum() / weight.sum())
        for _ in range(2):
            off = np.abs(deviation - middle)
            near = 3.0 * max(float(np.median(off)), outside.constant**0.5)
            trusted = weight * np.minimum(1.0, near / np.maximum(off, 1e-12))
            middle = float((deviation * trusted).sum() / trusted.sum())
        gap, typical = (middle - outside.middle) ** 2, float(np.median(variance))
        if gap < _FLAT * typical:
            return None
        seen = float((trusted * (deviation - middle) ** 2).sum() / trusted.sum())
        by_size = outside.by_size * float((trusted * self._inverse[at]).sum() / trusted.sum())
        # Few leaves say little about their own spread: as if two more stood as far apart as the background's do.
        leaves_seen = int(at.sum())
        own = ((seen - by_size) * leaves_seen + 2.0 * outside.constant) / (leaves_seen + 2.0)
        least = outside.constant * (0.8 if gap < _CLEAR * typical else 0.1)
        widened = all_variances - outside.constant + max(own, least)
        changed = np.where(self._known, _t(self._deviation - middle, widened), 0.0)
        return mixed(changed, self._background(outside), HEALTHY)

    def _weighed(self, leaves: Mask, noise: Noise) -> tuple[Floats, Floats]:
        """Return what each marked leaf weighs, and its deviation by that weight; no leaf speaks for many."""
        variance = self._variance(noise)
        limit = _LIMIT * np.sqrt(variance)
        weight = np.where(leaves & self._known, 1.0 / variance, 0.0)
        return weight, weight * np.clip(self._deviation - noise.middle, -limit, limit)

    def seeds(self, lattice: Lattice, leaves: Mask, most: int) -> list[Ranked]:
        """Return cells from which a search over the marked leaves can start: those with a mean of their own."""

        def score(sums: Sequence[Floats]) -> Floats:
            weight, moved = sums
            return moved * moved / np.maximum(weight, 1e-12) / 2.0

        return lattice.ranked(self._weighed(leaves, self.fit(leaves)), score, most)

    def stands_out(self, lattice: Lattice, cell: Cell, leaves: Mask) -> float:
        """Return how far the deviation of ``cell`` is from the rest's, in nats, given how much cells differ anyway."""
        inside = lattice.inside(cell) & leaves & self._known
        if not inside.any():
            return 0.0
        outside = leaves & ~inside
        noise = self.fit(outside)
        weights, moved = lattice.siblings(cell, self._weighed(outside, noise))
        said = weights > 0.0
        weight = 1.0 / self._variance(noise)[inside]
        gap = float((self._deviation[inside] * weight).sum() / weight.sum()) - noise.middle
        variance = 1.0 / float(weight.sum()) + _SLACK
        return apart(gap, variance, moved[said] / weights[said], 1.0 / weights[said], noise.constant * 0.1)


def _t(off: Floats, variance: Floats) -> Floats:
    """Return the logarithm of Student's t, scaled to ``variance`` in its middle."""
    height: Floats = -0.5 * (_TAIL + 1.0) * np.log1p(off * off / (_TAIL * variance)) - 0.5 * np.log(variance) - _PLAIN
    return height


def _middle(deviation: Floats, weight: Floats) -> tuple[float, float]:
    """Return where a third of the weight stands closest together; near nought if a good part of it stands there.

    And the part of all that is taken to stand around it.
    """
    order = np.argsort(deviation, kind="stable")
    deviation, weight = deviation[order], weight[order]
    reached = np.concatenate(([0.0], np.cumsum(weight)))
    third = reached[-1] / 3.0
    ends = np.minimum(np.searchsorted(reached, reached[:-1] + third), len(deviation))
    full = reached[ends] - reached[:-1] >= third * 0.999
    widths = np.where(full, deviation[ends - 1] - deviation, np.inf)
    at = int(widths.argmin())
    reach = max(float(widths[at]), 1e-3)
    dense = quantile(deviation[at : ends[at]], weight[at : ends[at]])
    near, there = np.abs(deviation) <= reach, np.abs(deviation - dense) <= reach
    if weight[near].sum() >= _GOOD_PART * weight[there].sum():
        part = 1.0 if abs(dense) <= 3.0 * reach else weight[near].sum() / (weight[near].sum() + weight[there].sum())
        return quantile(deviation[near], weight[near]), float(part)
    return dense, 1.0


def _settled(deviation: Floats, inverse: Floats, noise: Noise, *, free: bool) -> Noise:
    """Return the noise of the leaves that ``noise`` can explain, fitted to them in turns.

    ``free``: the variance is fitted as well, by a line over the inverse size.
    """
    middle, constant, by_size = noise.middle, noise.constant, noise.by_size
    for _ in range(_TURNS):
        off2 = (deviation - middle) ** 2
        variance = constant + by_size * inverse
        kept = off2 < _KEPT * variance
        if int(kept.sum()) < _FEWEST:
            break
        if free:
            constant, by_size = _line(inverse[kept], off2[kept], variance[kept])
            variance = constant + by_size * inverse
            kept = off2 < _KEPT * variance
            if int(kept.sum()) < _FEWEST:
                break
        weight = 1.0 / variance[kept]
        middle = float((deviation[kept] * weight).sum() / weight.sum())
    return Noise(middle, constant, by_size)


def _line(x: Floats, y: Floats, variance: Floats) -> tuple[float, float]:
    """Return offset and slope of the line through squares ``y`` over ``x``, neither negative."""
    weight = 1.0 / variance**2
    w, wx, wxx = float(weight.sum()), float((weight * x).sum()), float((weight * x * x).sum())
    wy, wxy = float((weight * y).sum()), float((weight * x * y).sum())
    offset, slope = wy / w, 0.0
    spread = w * wxx - wx * wx
    if spread > 1e-9 * w * wxx:
        offset, slope = (wxx * wy - wx * wxy) / spread, (w * wxy - wx * wy) / spread
        if slope < 0.0:
            offset, slope = wy / w, 0.0
        elif offset < 0.0:
            offset, slope = 0.0, wxy / wxx
    return max(offset, _LEAST), slope
