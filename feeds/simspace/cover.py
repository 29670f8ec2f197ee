"""A set of points said in few pieces: ranges, and exceptions from them. Writing the pieces as text is text.py's work.

What counts, in this order, each only among what the ones before it leave:

1. *Pieces*: ranges and exceptions together, as few as the bound on over-cover allows.
2. *Over-cover*: as few points outside the target as that takes; of equally light gaps the lower one is covered.
3. *Numbers*: a single SIM or a whole block (``8946 2011 7*``) takes one number to write, any other piece two. A gap may
   be an exception where it holds no more points than the run before it, nor than the run behind it, so that more than
   half of what a range says is meant.
4. *Excepted points*: as few as possible.

Where the ranges of that are more than ``max_ranges``, 4 comes before 3 and any gap may be an exception.

Why 1 and 2 are reached: call what lies between two neighbouring runs of the target, of the same length of number, a
gap, and its weight the points of it that count. A description that leaves out a counted point of a gap either has an
exception there, which lies in that gap alone as it may not touch the target, or no range over that point; then the
range that holds the next point of the target begins in that gap. The range that holds the first point of a length
begins in no gap. So each gap that is not covered whole takes a piece of its own, and each length one more, and this
is also enough. What is left to choose is which gaps to cover, and as each saves exactly one piece, the lightest ones
are most and weigh least.

Why 3 and 4 are reached: what is not covered is a break between two ranges or an exception in one, gap by gap. With
``cost[j]`` the least cost (numbers, excepted points) of the first j runs, ``cost[j + 1]`` is the least over all runs i
at which the last range may begin, of ``cost[i]``, the exceptions between i and j, and one number where i to j is a
block, else two. The least for two numbers is kept while going on; for a block there is one i for each power of ten.
"""

from fractions import Fraction
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from feeds.simspace.intervals import IntervalSet
from feeds.simspace.sweeps import POWERS, Points

_NUMBER: Final = 1 << 64
"""One number to write, in a cost whose lower 64 bits are excepted points."""


class Cover(Struct, frozen=True):
    """A set said as ``ranges`` without ``exceptions``; each run of the two is one piece.

    ``over``: how many points (of those that count) are said beyond the target.
    """

    ranges: IntervalSet
    exceptions: IntervalSet = IntervalSet.empty
    over: int = 0

    @property
    def pieces(self) -> int:
        """How many ranges and exceptions."""
        return len(self.ranges) + len(self.exceptions)

    @property
    def said(self) -> IntervalSet:
        """The points that are said: those of the ranges that are in no exception."""
        return self.ranges - self.exceptions


def cover(
    target: IntervalSet,
    *,
    over_cover: float = 0.0,
    over_points: int = 0,
    universe: IntervalSet | None = None,
    max_ranges: int | None = None,
) -> Cover:
    """Return the fewest pieces that say ``target``, as the module describes; ``said`` always holds all of it.

    ``over_cover``: how many points outside the target may be said, as a share of the target's (0 to 1), or
    ``over_points``, as a number; the larger of the two holds. ``universe``: the points that count as outside (those
    that any SIM has); without it all do. ``max_ranges``: at most so many ranges; where they do not suffice, more gaps
    become exceptions. n log n in the number of runs.

    Raises ValueError where a bound is out of its limits, or the target has numbers of more lengths than ``max_ranges``.
    """
    if not 0 <= over_cover <= 1 or over_points < 0 or (max_ranges is not None and max_ranges < 1):
        raise ValueError("over_cover goes from 0 to 1, over_points from 0, max_ranges from 1")
    if not target:
        return Cover(IntervalSet.empty)
    bound = max(int(Fraction(over_cover) * target.count), over_points)
    lows, highs = target.ends[:-1] + 1, target.starts[1:] - 1
    together = _size(target.ends[:-1]) == _size(target.starts[1:])
    weights = highs - lows + 1 if universe is None else universe.rank_many(highs + 1) - universe.rank_many(lows)
    silent, over = _lightest(weights, together, bound)
    kept = ~silent
    firsts, lasts = target.starts[np.append(True, kept)], target.ends[np.append(kept, True)]
    lows, highs, together = lows[kept], highs[kept], together[kept]
    excepted = _fewest_numbers(firsts, lasts, together)
    if max_ranges is not None and len(firsts) - int(excepted.sum()) > max_ranges:
        excepted = _smallest(highs - lows, together, len(firsts) - max_ranges)
    breaks = ~excepted
    ranges = IntervalSet(firsts[np.append(True, breaks)], lasts[np.append(breaks, True)])
    return Cover(ranges, IntervalSet(lows[excepted], highs[excepted]), over)


def _size(points: Points) -> NDArray[np.intp]:
    """Return a number for the length of each point: equal for equally long ones."""
    return np.searchsorted(POWERS, points, side="right")


def _lightest(weights: Points, together: NDArray[np.bool_], bound: int) -> tuple[NDArray[np.bool_], int]:
    """Return which gaps to cover so that they are most, within the ``bound`` on their weight, and what they weigh."""
    silent = np.zeros(len(weights), dtype=np.bool_)
    may = np.flatnonzero(together & (weights <= bound))
    may = may[np.argsort(weights[may], kind="stable")]
    sums = np.cumsum(weights[may])
    number = int(np.searchsorted(sums, bound, side="right"))
    silent[may[:number]] = True
    return silent, int(sums[number - 1]) if number else 0


def _smallest(sizes: Points, together: NDArray[np.bool_], number: int) -> NDArray[np.bool_]:
    """Return which ``number`` gaps to except so that they hold the fewest points."""
    may = np.flatnonzero(together)
    if len(may) < number:
        raise ValueError(f"numbers of {len(sizes) - len(may) + 1} lengths need as many ranges")
    excepted = np.zeros(len(sizes), dtype=np.bool_)
    excepted[may[np.argsort(sizes[may], kind="stable")[:number]]] = True
    return excepted


def _fewest_numbers(firsts: Points, lasts: Points, together: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of the gaps between the runs to except so that the fewest numbers are written."""
    points = lasts - firsts
    gaps = firsts[1:] - lasts[:-1] - 2
    may = together & (gaps <= np.minimum(points[:-1], points[1:]))
    excepted = np.zeros(len(gaps), dtype=np.bool_)
    if not may.any():
        return excepted
    costs = gaps + 1
    single = _blocks(lasts[:-1] + 1, firsts[1:] - 1)
    begins = _beginnings(firsts, lasts)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], may, [False]))))
    for begin, end in edges.reshape(-1, 2).tolist():
        # The runs begin … end are held together by gaps that may be exceptions.
        chosen = _chain(costs[begin:end].tolist(), single[begin:end].tolist(), begins, begin)
        excepted[begin:end] = chosen
    return excepted


def _chain(gaps: list[int], single: list[bool], begins: dict[int, list[int]], offset: int) -> list[bool]:
    """Return which of the ``gaps`` (points) in a chain of runs to except. ``offset``: the place of its first run."""
    cost = 0  # of the runs before this one
    said = 0  # by the exceptions up to this run, had all gaps been excepted
    least, least_at = cost, 0  # of a range of two numbers, to which ``said`` is to be added
    keys = [cost]
    opened: list[int] = []
    for run in range(len(gaps) + 1):
        best, at = least + 2 * _NUMBER, least_at
        for place in begins.get(run + offset, ()):
            if place >= offset and keys[place - offset] + _NUMBER <= best:
                best, at = keys[place - offset] + _NUMBER, place - offset
        opened.append(at)
        cost = best + said
        if run < len(gaps):
            said += gaps[run] + (_NUMBER if single[run] else 2 * _NUMBER)
            keys.append(cost - said)
            if keys[-1] <= least:
                least, least_at = keys[-1], run + 1
    excepted = [True] * len(gaps)
    run = len(gaps)
    while (run := opened[run]) > 0:
        run -= 1
        excepted[run] = False
    return excepted


def _blocks(firsts: Points, lasts: Points) -> NDArray[np.bool_]:
    """Return which of the runs take one number to write: single points, and all numbers that begin alike."""
    sizes = lasts - firsts + 1
    one: NDArray[np.bool_] = sizes == 1
    for power in POWERS:
        one |= (sizes == power) & (firsts % power == 0) & (firsts >= power)
    return one


def _beginnings(firsts: Points, lasts: Points) -> dict[int, list[int]]:
    """Return for each run that ends a block, or is a single point, the runs at which such a block begins."""
    found: dict[int, list[int]] = {place: [place] for place in np.flatnonzero(firsts == lasts).tolist()}
    for power in POWERS:
        ends = np.flatnonzero((lasts % power == power - 1) & (lasts >= 2 * power - 1))
        wanted = lasts[ends] - (power - 1)
        begins = np.searchsorted(firsts, wanted)
        hit = (begins <= ends) & (firsts[np.minimum(begins, len(firsts) - 1)] == wanted)
        for end, begin in zip(ends[hit].tolist(), begins[hit].tolist(), strict=True):
            found.setdefault(end, []).append(begin)
    return found
