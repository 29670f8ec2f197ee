"""How dense the members of a number line stand elsewhere: what a run of neighbours is held against by clusters.py.

At a scale r members form groups, in which the gaps are at most r. Where cases fall on SIMs evenly, a share q of the
members is linked to the next one, which is a density of ``-log(1 - q) / r``. Numbers that are not in use only make
gaps longer. Some groups, the largest, are left aside: an outage seldom stands alone, and must not hide another one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from feeds.simspace.sweeps import Points

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

SPARED: Final = 8
"""So many groups of others may be other outages, and are no background for a cluster of many."""

_SPARED_SHARE: Final = 0.4
"""Those groups together have at most this share of the others."""

_PICKED: Final = 40
_CERTAIN: Final = 0.98


class Groups:
    """Members in groups: neighbours are in one where ``links`` (one a gap) says so."""

    def __init__(self, links: NDArray[np.bool_]) -> None:
        """Form the groups."""
        self.members = len(links) + 1
        self.links = np.concatenate(([0], np.cumsum(links)))
        breaks = np.flatnonzero(~links)
        self.begins = np.concatenate(([0], breaks + 1))
        self.ends = np.concatenate((breaks, [len(links)]))
        self.largest = np.argsort(self.begins - self.ends, kind="stable")[: SPARED + 2]

    def sure(self) -> int:
        """Return how many links there are at least without a run's own ones."""
        return int(self.links[-1]) - int((self.ends[self.largest] - self.begins[self.largest]).sum())

    def others(self, low: Places, high: Places, spared: Places) -> tuple[Places, Places]:
        """Return the links and the members outside of runs.

        Of the groups of others the largest ``spared`` are left aside where they are a small part of all.
        """
        # Gap i lies between the members i and i + 1: the run's own, and those on both sides of it, are no others'.
        links = self.links[-1] - (
            self.links[np.minimum(high + 1, self.members - 1)] - self.links[np.maximum(low - 1, 0)]
        )
        members = self.members - (high - low + 1)
        spared = spared.copy()
        fewest = members * (1 - _SPARED_SHARE)
        for begin, end in zip(self.begins[self.largest], self.ends[self.largest], strict=True):
            aside = (spared > 0) & (end > begin) & ((end < low) | (begin > high))
            aside &= members - (end - begin + 1) >= fewest
            links -= aside * (end - begin)
            members -= aside * (end - begin + 1)
            spared -= aside
        return links, np.maximum(members, 1)


def scales_of(gaps: Points, widest: int) -> Floats:
    """Return the scales at which groups are looked at: such gaps as there are, and steps of two between them."""
    ranked = np.unique(np.minimum(gaps, widest))
    if not len(ranked):
        return np.empty(0)
    picks = np.unique(np.geomspace(1, len(ranked), _PICKED).astype(np.intp)) - 1
    steps = 2 ** np.arange(int(np.log2(ranked[0])), int(np.log2(widest)) + 2)
    return np.unique(np.concatenate((ranked[picks], steps))).astype(np.float64)


def density_of(links: NDArray[np.integer], members: Places | int, scale: Floats | float) -> Floats:
    """Return the density that ``links`` of ``members`` are a sign of; 0 without a link."""
    share = np.where(links >= 1, (links + 1.0) / (np.asarray(members) + 1.0), 0.0)
    density: Floats = -np.log1p(-np.minimum(share, _CERTAIN)) / scale
    return density
