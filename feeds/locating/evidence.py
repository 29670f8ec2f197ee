"""What the search asks of evidence: how likely each leaf is as one of the background, and as one of a cause.

Counts (affected of total) and changes (real beside predicted) answer it, each in its own way.
"""

from math import log, log1p
from typing import Final, Protocol, TypeVar

import numpy as np

from feeds.locating.lattice import Cell, Floats, Lattice, Mask, Ranked

Group = TypeVar("Group")
"""What describes a group of leaves."""

STRAY: Final = 0.005
"""The share of leaves outside all causes that are odd all the same."""
HEALTHY: Final = 0.05
"""The share of leaves inside a cause that it has not reached."""


class Evidence(Protocol[Group]):
    """Leaves with what was seen in them."""

    @property
    def speaks(self) -> Mask:
        """The leaves in which there is something to explain."""

    def background(self, leaves: Mask) -> tuple[Floats, Group]:
        """Return ln P of every leaf as one of the background that the marked leaves show, and that background."""

    def cause(self, leaves: Mask, outside: Group) -> Floats | None:
        """Return ln P of every leaf as one inside a cause that the marked leaves show; None where they show none.

        A few leaves in there may still be as the background, ``outside``, is.
        """

    def seeds(self, lattice: Lattice, leaves: Mask, most: int) -> list[Ranked]:
        """Return cells from which a search over the marked leaves can start, the likeliest first."""

    def stands_out(self, lattice: Lattice, cell: Cell, leaves: Mask) -> float:
        """Return how far ``cell`` is from the other marked leaves, in nats, given how much cells differ anyway."""


def mixed(main: Floats, other: Floats, share: float) -> Floats:
    """Return the logarithm of a mixture of two densities, with ``share`` of the second."""
    blend: Floats = np.logaddexp(main + log(1.0 - share), other + log(share))
    return blend


def quantile(values: Floats, weights: Floats, share: float = 0.5) -> float:
    """Return the weighted quantile of ``values``."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][min(int(np.searchsorted(reached, reached[-1] * share)), len(values) - 1)])


_MEDIAN_OF_CHI2: Final = 0.455
_WORTH: Final = 0.37
"""A variance found by a median is as sure as one found from this share of the cells by their squares."""


def apart(gap: float, variance: float, deviations: Floats, variances: Floats, soft: float) -> float:
    """Return how far a cell is from what cells are anyway, in nats.

    ``gap``: from the cell to the middle, ``variance``: of its error. ``deviations`` from the middle and ``variances``
    of their errors are those of other cells: they differ anyway, and their number says how surely that is known.
    """
    if len(deviations) < 3:
        return gap * gap / 2.0 / variance
    differ = unrest(deviations, variances, soft)
    whole = differ + variance
    # Student's t; its degrees of freedom grow as the part of the variance that is uncertain shrinks (Satterthwaite).
    sure = _WORTH * len(deviations) * (whole / max(differ, 1e-3 * whole)) ** 2
    return (sure + 1.0) / 2.0 * log1p(gap * gap / (sure * whole))


def unrest(deviations: Floats, variances: Floats, soft: float) -> float:
    """Return the variance among cells beyond that of their own errors, by a median: a few odd cells do not matter.

    ``soft``: a variance that keeps the most exact cells from deciding alone.
    """
    return max(0.0, quantile(deviations**2 / _MEDIAN_OF_CHI2 - variances, 1.0 / (variances + soft)))
