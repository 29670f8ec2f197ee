"""Looking for more cases than is usual: all series in windows of several lengths at once.

The chance that is told is that of one false surge in a week of looking: how likely as many cases are in one window,
times the windows of a week, times the count (each case that comes in may complete a window: the up-crossings of a scan
statistic, after Naus, J. Amer. Statist. Assoc. 77, 1982), divided by the share of the error that the series and the
window may use up (Bonferroni, weighted: everything and whole channels, kinds and services may use most; tempered,
because they overlap).
"""

from math import log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from feeds.surges.series import SERIES, Floats
from feeds.surges.tail import log_tail
from feeds.surges.usual import WEEK, Usual

WINDOWS: Final = (5, 10, 30, 60, 120, 360, 1440)
"""Minutes looked back."""
LIMIT: Final = 0.1
"""So many false surges a week are put up with, if counts scatter as was learned. They may scatter otherwise, and the
bar that the product is held to is 1."""
LEAST: Final = 4
"""Fewer cases are never a surge."""
_SHARES: Final = (0.3, 0.3, 0.2, 0.2)
"""Of the error that may be made, by how much a series fixes: everything, one of channel, kind, service, two, all."""
OVERLAP: Final = 6.0
"""Series and windows see mostly the same cases: added up, their errors come out at least so many times too large, in
simulated years of made-up desks (bench/surges.py)."""
_GOES_ON: Final = 0.25
"""Squared share by which a surge that goes on may differ from its height and be nothing new."""
_MOST_OF: Final = 0.8
"""A narrower series says it better when it holds so much of the excess."""

_fixed = np.array([one.fixed for one in SERIES])
_LOG_SHARE: Floats = np.log(np.array(_SHARES)[_fixed] / np.bincount(_fixed)[_fixed] / len(WINDOWS) * OVERLAP)
_LOG_WINDOWS: Floats = np.log(WEEK / np.array(WINDOWS, dtype=np.float64))
_FIRST_LOOK: Final = 3.0
"""Standard deviations below which no tail need be computed."""


class Picture(NamedTuple):
    """Series and windows at one moment; arrays are float64[windows, 150].

    ``usual``: expected on a quiet day. ``excess``: cases beyond that and beyond what known surges explain.
    ``log_chance``: see above, 0.0 where nothing is remarkable.
    """

    seen: Floats
    usual: Floats
    excess: Floats
    log_chance: Floats


class Found(NamedTuple):
    """Places in ``SERIES`` and ``WINDOWS``."""

    series: int
    window: int


def picture(seen: Floats, expected: Floats, going_on: Floats, usual: Usual, until: float) -> Picture:
    """Judge counts by cell, float64[windows, 80], beside those expected.

    ``going_on``: cases that surges bring which are known already. ``until``: minutes since 1970.
    """
    seen_in, usual_in, more = (usual.of_series(cells) for cells in (seen, expected, going_on))
    mean = usual_in + more
    chance = np.zeros_like(mean)
    # Counts scatter more than Poisson's: what is not remarkable by that is not by more.
    near = (seen_in >= LEAST) & (seen_in - mean > _FIRST_LOOK * np.sqrt(mean))
    if near.any():
        variance = _variance(usual_in, more, usual, until)
        near &= seen_in - mean > _FIRST_LOOK * np.sqrt(variance)
        n = seen_in[near]
        windows, series = np.nonzero(near)
        tail = log_tail(n, mean[near], variance[near])
        chance[near] = np.minimum(tail + np.log(n) + _LOG_WINDOWS[windows] - _LOG_SHARE[series], 0.0)
    return Picture(seen_in, usual_in, seen_in - mean, chance)


def _variance(usual_in: Floats, more: Floats, usual: Usual, until: float) -> Floats:
    rows = [usual.variance(usual_in[at], minutes, until, usual.known) for at, minutes in enumerate(WINDOWS)]
    return np.asarray(np.array(rows) + more * (1 + usual.scatter.bunch_long) + _GOES_ON * more * more)


def find(shown: Picture, limit: float = LIMIT) -> Found | None:
    """Return the series and window that show best what is going on, or None when nothing is.

    Of all the window with the smallest chance; in it the series with the smallest chance of those that hold nearly the
    whole excess.
    """
    clear = shown.log_chance <= log(limit)
    if not clear.any():
        return None
    window = int(np.argmin(shown.log_chance.min(axis=1)))
    excess = np.where(clear[window], shown.excess[window], -np.inf)
    telling: NDArray[np.bool_] = excess >= _MOST_OF * excess.max()
    return Found(int(np.argmin(np.where(telling, shown.log_chance[window], np.inf))), window)
