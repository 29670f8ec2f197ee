"""Sweeps over runs of points: joining, sharing, taking away, whole arrays at a time. What a set is, is intervals.py's.

A run is a closed pair of int64 points. *Canonical* arrays hold sorted, disjoint runs that are joined where they touch,
except at powers of ten: there numbers get longer, and numbers of different length never belong to one run.

All sweeps rest on one fact: with the first points of two canonical arrays sorted together, and the last points sorted
by themselves, at most two runs lie over any point, so what happens between ``starts[i]`` and ``starts[i + 1]`` can be
read from ``ends[i]`` and ``ends[i - 1]`` alone. Each of the two sorts merges two sorted arrays: linear time.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.int64]
"""Shape (n,), int64."""

Runs = tuple[Points, Points]
"""First points and last points, of the same shape."""

TOP: Final = int(np.iinfo(np.int64).max)
POWERS: Final[Points] = 10 ** np.arange(1, 19, dtype=np.int64)
"""The least number of each length from 2 to 19 digits."""


def no_runs() -> Runs:
    """Return the canonical arrays without a run."""
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)


def split_at_powers(starts: Points, ends: Points) -> Runs:
    """Cut runs, in any order, that reach over a power of ten, so that no run holds numbers of two lengths."""
    if not len(starts) or len(str(starts.min())) == len(str(ends.max())):
        return starts, ends
    for power in POWERS:
        across = (starts < power) & (ends >= power)
        if across.any():
            starts = np.concatenate((starts, np.full(int(across.sum()), power)))
            ends = np.concatenate((np.where(across, power - 1, ends), ends[across]))
    return starts, ends


def _merged(starts: Points, ends: Points, more_starts: Points, more_ends: Points) -> Runs:
    """Return all first points and all last points, each sorted by themselves."""
    starts = np.concatenate((starts, more_starts))
    ends = np.concatenate((ends, more_ends))
    # A stable sort takes sorted stretches as they are: two canonical arrays cost one pass of merging.
    starts.sort(kind="stable")
    ends.sort(kind="stable")
    return starts, ends


def joined(starts: Points, ends: Points) -> Runs:
    """Return the canonical form of runs in any order that do not reach over a power of ten.

    With all first points and all last points sorted each by themselves, everything that began has ended before
    ``starts[i + 1]`` exactly where that is greater than ``ends[i]``: there a new run begins.
    """
    if not len(starts):
        return no_runs()
    return _joined_where_they_touch(np.sort(starts, kind="stable"), np.sort(ends, kind="stable"))


def _joined_where_they_touch(starts: Points, ends: Points) -> Runs:
    """Join sorted runs; ``starts`` and ``ends`` as ``joined`` sorts them, or disjoint."""
    breaks = starts[1:] - ends[:-1] > 1
    at = np.searchsorted(starts, POWERS)
    inside = (at > 0) & (at < len(starts))
    at, powers = at[inside], POWERS[inside]
    real = starts[at] == powers
    breaks[at[real] - 1] |= ends[at[real] - 1] < powers[real]
    if breaks.all():
        return starts, ends
    return np.compress(np.append(True, breaks), starts), np.compress(np.append(breaks, True), ends)


def shared(starts: Points, ends: Points, more_starts: Points, more_ends: Points) -> Runs:
    """Return what two canonical arrays share.

    The second run over a point begins at ``starts[i + 1] <= ends[i]``; the first of the two to end does so at
    ``ends[i]``.
    """
    starts, ends = _merged(starts, ends, more_starts, more_ends)
    both = starts[1:] <= ends[:-1]
    return np.compress(both, starts[1:]), np.compress(both, ends[:-1])


def in_one_only(starts: Points, ends: Points, more_starts: Points, more_ends: Points) -> Runs:
    """Return what lies in exactly one of two canonical arrays, of which neither is empty.

    Between the last but one end before it and the next beginning after it, one run alone lies over ``starts[i]``.
    """
    starts, ends = _merged(starts, ends, more_starts, more_ends)
    both_at_top = int(ends[-2]) == TOP
    highs = np.empty_like(ends)
    np.subtract(starts[1:], 1, out=highs[:-1])
    np.minimum(highs[:-1], ends[:-1], out=highs[:-1])
    highs[-1] = ends[-1]
    ends += 1
    np.maximum(starts[1:], ends[:-1], out=starts[1:])
    one = starts <= highs
    one[-1] &= not both_at_top  # one behind the top of the line is no number
    lows = np.compress(one, starts)
    return _joined_where_they_touch(lows, np.compress(one, highs)) if len(lows) else no_runs()


def gaps(starts: Points, ends: Points) -> Runs:
    """Return the runs of all numbers from 0 to ``TOP`` that lie in none of the canonical, not empty arrays.

    They are not cut at powers of ten.
    """
    closed = int(ends[-1]) == TOP
    lows = np.concatenate(([np.int64(0)], ends[:-1] if closed else ends))
    lows[1:] += 1
    highs = starts - 1 if closed else np.concatenate((starts - 1, [np.int64(TOP)]))
    real = lows <= highs
    return (lows, highs) if real.all() else (np.compress(real, lows), np.compress(real, highs))


def looked_up(starts: Points, ends: Points, more_starts: Points, more_ends: Points) -> Runs:
    """Return what two canonical arrays share, looking up each of the (few) first in the (many) second."""
    low = np.searchsorted(more_ends, starts)
    hits = np.searchsorted(more_starts, ends, side="right") - low
    total = int(hits.sum())
    own = np.repeat(np.arange(len(starts)), hits)
    theirs = np.arange(total) - np.repeat(np.cumsum(hits) - hits, hits) + np.repeat(low, hits)
    return np.maximum(starts[own], more_starts[theirs]), np.minimum(ends[own], more_ends[theirs])
