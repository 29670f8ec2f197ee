"""How likely as many cases are: the negative binomial distribution, given by its mean and variance.

Cases of one fault or one customer come in bunches and rates differ from day to day, so counts scatter more than
Poisson's; the negative binomial is Poisson with a gamma-distributed rate (and a Poisson number of bunches of
logarithmically distributed sizes). Its upper tail is a regularised incomplete beta function, here by Lentz's continued
fraction (DLMF 8.17.22), in logarithms: chances of 1e-300 and less are still told apart.
"""

from math import lgamma

import numpy as np

from feeds.surges.series import Floats

LEAST_MEAN = 1e-9
_LEAST_EXTRA = 1e-6
"""Least variance beyond Poisson's, as a share of the mean: Poisson is the limit that is never quite reached."""
_TERMS = 400
_TINY = 1e-300
_BAND = 1.96
"""Standard normal quantile of the ends of a band: 95 of 100 counts lie within."""


def log_tail(seen: Floats, mean: Floats, variance: Floats) -> Floats:
    """Return the natural logarithm of the chance that at least ``seen`` come, for one-dimensional arrays.

    Counts of 0 and those not above the mean are not computed more closely than 0.0, a chance of 1.
    """
    out = np.zeros(len(seen), dtype=np.float64)
    mean = np.maximum(mean, LEAST_MEAN)
    above = np.flatnonzero((seen >= 1) & (seen > mean))
    if not len(above):
        return out
    n, mu = seen[above], mean[above]
    size = mu * mu / np.maximum(variance[above] - mu, mu * _LEAST_EXTRA)
    share = mu / (mu + size)
    beta = np.array(
        [lgamma(a + b) - lgamma(a + 1.0) - lgamma(b) for a, b in zip(n.tolist(), size.tolist(), strict=True)]
    )
    front = beta + n * np.log(share) + size * np.log1p(-share)
    out[above] = np.minimum(front + np.log(_fraction(n, size, share)), 0.0)
    return out


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """Return the continued fraction of the incomplete beta function, for x below its mean."""
    c = np.ones_like(a)
    d = 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d.copy()
    for term in range(1, _TERMS):
        for up in (
            term * (b - term) * x / ((a + 2 * term - 1) * (a + 2 * term)),
            -(a + term) * (a + b + term) * x / ((a + 2 * term) * (a + 2 * term + 1)),
        ):
            d = 1.0 / _away_from_zero(1.0 + up * d)
            c = _away_from_zero(1.0 + up / c)
            step = c * d
            value = value * step
        if float(np.max(np.abs(step - 1.0))) < 1e-10:
            break
    return np.maximum(value, _TINY)


def _away_from_zero(values: Floats) -> Floats:
    return np.where(np.abs(values) < _TINY, _TINY, values)


def band(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Return between which numbers 95 of 100 counts lie: a gamma distribution, by Wilson and Hilferty's cube."""
    shape = np.maximum(mean, LEAST_MEAN) ** 2 / np.maximum(variance, LEAST_MEAN)
    middle, spread = 1 - 1 / (9 * shape), _BAND / (3 * np.sqrt(shape))
    return mean * np.maximum(middle - spread, 0.0) ** 3, mean * np.maximum(middle + spread, 0.0) ** 3
