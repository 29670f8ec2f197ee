"""Stretches of a number line on which cases stand closer together than chance puts them, without any inventory.

What is known are the SIMs that people have opened cases about; the fleet is not. Numbers in use are a small and uneven
part of the line: blocks of issuers, ranges of customers. So what is usual is taken from the cases themselves: a run of
k neighbours is held against all others (background.py), at every scale from the run's mean gap on, and the greatest
density counts, taken ``UNEVEN`` times, as some customers call more than others.

*The score.* With a as the expected number of others on the length of the run, k - 1 or more follow on its first member
with the Poisson probability P(k - 1, a). A run may begin at any of n members and may have any number of them; with the
weight 1 / (k(k - 1)) for its number the sum over all runs bounds the chance that any one is found where there is
nothing: ``chance = n k (k - 1) P(k - 1, a)``. The score is ``-log(chance)``, in natural logarithm: 7 is one in a
thousand. That holds for a background as even as assumed; a fleet of which most is one dense range, with few cases
elsewhere, looks like an outage there, so a stretch needs others outside it: the more, the wider it is (``OTHERS``).

Members are owners, not SIMs: neighbours of one owner are one member, and of an owner with several members in a run one
counts. With ``seen``, all SIMs that ever had a case, a is what falls on the run's share of these, and no others are
needed. What a cluster means, and for which outage, is the board's matter.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct

from feeds.simspace.background import SPARED, Floats, Groups, Places, density_of, scales_of
from feeds.simspace.sweeps import POWERS, Points

UNEVEN: Final = 2.0
"""A background may be so many times as dense in one place as in others."""

FEWEST: Final = 3
"""Owners in a cluster."""

WIDEST: Final = 1_000_000
"""A longer stretch is a block of an issuer or the range of a large customer rather than a place of trouble."""

OTHERS: Final = ((10_000.0, 4.0, 0.25), (100_000.0, 8.0, 1.0), (float(WIDEST), 16.0, 2.0))
"""Members that must lie outside: for a stretch of up to so many numbers at least so many, and so many times its own.

Without others there is no background, and the wider a stretch where most members are, the more it is just the fleet.
"""

_SEEN_ENOUGH: Final = 4
"""``seen`` is the background where it holds so many times the SIMs that have cases."""

_ROUNDS: Final = 4
"""How often what is left is looked through again: clusters may hide each other."""

_OWN: Final = 4
"""Neighbours of a run within this part of its length and number may be the rest of it, and are no background."""

_MOST_LOOKED_AT: Final = 4_000
_MOST_MOVED: Final = 12
_GROWTH: Final = 1.2
_ALL_SIZES: Final = 16


class Cluster(Struct, frozen=True, gc=False):
    """SIMs with cases that stand close together.

    ``first`` to ``last``: bodies, the ends of a block or of a range with round ends, which holds no other point.
    ``points``: SIMs with cases in it, ``owners``: whose they are. ``score``: how unlikely by chance, as the natural
    logarithm of one over the probability, all stretches that there are being taken into account.
    """

    first: int
    last: int
    points: int
    owners: int
    score: float


class _Usual(NamedTuple):
    """What is known of the background: bodies ``seen`` before, points of all lengths in ``total``, most ``density``."""

    seen: Points | None
    total: int
    density: float | None


def find_clusters(
    points: Points,
    owners: Points | None = None,
    seen: Points | None = None,
    *,
    fleet: int | None = None,
    chance: float = 0.001,
) -> tuple[Cluster, ...]:
    """Return the stretches that stand out, disjoint, the least likely first.

    ``points``: bodies of the SIMs with cases (int64, shape (n,), any order, repeats count once). ``owners``: for each
    point a number for whose it is; without them each SIM is an owner of its own. ``seen``: bodies of all SIMs that ever
    had a case, of any time. ``fleet``: how many SIMs there are at least, where that is known: then many outages at once
    cannot be taken for what is usual. ``chance``: how likely a false cluster may be, 0 to 1. n log n.

    Raises ValueError where the arrays do not fit each other, or ``chance`` is out of its limits.
    """
    points = np.asarray(points, dtype=np.int64)
    codes = points if owners is None else np.asarray(owners, dtype=np.int64)
    if points.ndim != 1 or codes.shape != points.shape or not 0 < chance < 1 or (fleet is not None and fleet < 1):
        raise ValueError("clusters need one owner a point, a chance between 0 and 1, and a fleet of at least one SIM")
    order = np.lexsort((codes, points))
    points, codes = points[order], codes[order]
    background = None
    if seen is not None:
        before = np.setdiff1d(np.asarray(seen, dtype=np.int64), points)
        background = before if len(before) >= _SEEN_ENOUGH * len(np.unique(points)) else None
    usual = _Usual(background, len(points), None if fleet is None else len(points) / fleet)
    found: list[Cluster] = []
    bounds = [0, *np.searchsorted(points, POWERS).tolist(), len(points)]
    for low, high in pairwise(bounds):
        if high - low >= FEWEST:
            found += _on_one_line(points[low:high], codes[low:high], usual, chance)
    return tuple(sorted(found, key=lambda one: (-one.score, one.first)))


def _on_one_line(points: Points, codes: Points, usual: _Usual, chance: float) -> Iterator[Cluster]:
    """Find the clusters among sorted points of one length."""
    line = _Line.of(points, codes, usual)
    taken: list[tuple[int, int, float]] = []
    for _ in range(_ROUNDS):
        runs = line.stand_out(-float(np.log(chance)))
        ends = [(int(line.firsts[run.low]), int(line.lasts[run.high]), run.score) for run in runs]
        new = [one for one in ends if not any(_beside(one, other) for other in taken)]
        if not new:
            break
        taken += new
        line = line.without(runs)
    taken.sort()
    below = -1
    for place, (begin, end, score) in enumerate(taken):
        above = taken[place + 1][0] if place + 1 < len(taken) else 10 ** len(str(end))
        low, high = _with_near(points, begin, end, below, above)
        first, last = _named(
            int(points[low]),
            int(points[high - 1]),
            max(below, int(points[low - 1]) if low else -1),
            min(above, int(points[high]) if high < len(points) else above),
        )
        below = last
        yield Cluster(first, last, len(np.unique(points[low:high])), len(np.unique(codes[low:high])), score)


def _with_near(points: Points, first: int, last: int, below: int, above: int) -> tuple[int, int]:
    """Return the slice of the points from ``first`` to ``last``, and of those next to them that are about as near.

    Members are owners: further SIMs of the same owners make a run longer and not less likely, and are left out of it.
    None at or beyond ``below`` and ``above`` is taken in.
    """
    low, high = int(np.searchsorted(points, first)), int(np.searchsorted(points, last, side="right"))
    gap = 2 * (last - first) / (high - low - 1)
    while low and points[low] - points[low - 1] <= gap and points[low - 1] > below:
        low -= 1
    while high < len(points) and points[high] - points[high - 1] <= gap and points[high] < above:
        high += 1
    return low, high


def _beside(one: tuple[int, int, float], other: tuple[int, int, float]) -> bool:
    """Return whether a run lies on another one, or nearer to it than that one is long: it is a rest of that one."""
    reach = other[1] - other[0]
    return one[0] <= other[1] + reach and one[1] >= other[0] - reach


class _Run(NamedTuple):
    """A run of members, from ``low`` to ``high``, and its score."""

    low: int
    high: int
    score: float


class _Line:
    """Members in order: ``firsts`` to ``lasts`` of neighbouring points of one owner each."""

    def __init__(self, firsts: Points, lasts: Points, owners: Points, usual: _Usual) -> None:
        self.firsts, self.lasts, self.owners = firsts, lasts, owners
        self._usual = usual
        self._logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, len(firsts) + 1)))))
        order = np.lexsort((np.arange(len(owners)), owners))
        again = owners[order][1:] == owners[order][:-1]
        self._previous = np.full(len(owners), -1, dtype=np.intp)
        self._previous[order[1:][again]] = order[:-1][again]
        self._gaps = np.maximum(firsts[1:] - lasts[:-1], 1)
        self._scales = scales_of(self._gaps, WIDEST)
        self._sure = np.array([Groups(self._gaps <= scale).sure() for scale in self._scales], dtype=np.intp)

    @classmethod
    def of(cls, points: Points, codes: Points, usual: _Usual) -> "_Line":
        """Return the line of sorted points."""
        begins = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
        ends = np.append(begins[1:] - 1, len(points) - 1)
        return cls(points[begins], points[ends], codes[begins], usual)

    def without(self, runs: list[_Run]) -> "_Line":
        """Return the line without the members of ``runs``."""
        kept = np.ones(len(self.firsts), dtype=np.bool_)
        for run in runs:
            kept[run.low : run.high + 1] = False
        return _Line(self.firsts[kept], self.lasts[kept], self.owners[kept], self._usual)

    def stand_out(self, least: float) -> list[_Run]:
        """Return disjoint runs with a score of at least ``least``."""
        if len(self.firsts) < FEWEST:
            return []
        low, high = self._promising(least)
        low, high, _ = self._best(low, high, self._scores(low, high), least)
        if not len(low):
            return []
        # Run by run the ends are moved a little: not all numbers of members have been tried.
        give = np.minimum(2 + (high - low) // 5, _MOST_MOVED)
        steps = [np.arange(-most, most + 1) for most in give.tolist()]
        more_low = np.concatenate([np.repeat(at + step, len(step)) for at, step in zip(low, steps, strict=True)])
        more_high = np.concatenate([np.tile(at + step, len(step)) for at, step in zip(high, steps, strict=True)])
        fits = (more_low >= 0) & (more_high < len(self.firsts)) & (more_high - more_low >= FEWEST - 1)
        low, high = more_low[fits], more_high[fits]
        found = self._best(low, high, self._scores(low, high), least)
        runs = [_Run(int(a), int(b), float(c)) for a, b, c in zip(*found, strict=True)]
        return self._joined(runs, least)

    def _promising(self, least: float) -> tuple[Places, Places]:
        """Return the runs that may have a score of ``least``, by a bound that costs little."""
        lows, highs = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)]
        for size in _sizes(len(self.firsts)):
            low = np.arange(len(self.firsts) - size + 1)
            lengths = self._lengths(low, low + size - 1)
            near = np.flatnonzero(lengths <= WIDEST)
            if not len(near):
                break  # runs of more members are wider still
            own = size + 2 * (size // _OWN) + 2
            density = density_of(self._sure - own, len(self.firsts), self._scales)
            density = np.append(np.maximum.accumulate(density[::-1])[::-1], 0.0)
            if self._usual.density is not None:
                density = np.minimum(density, self._usual.density)
            expected: Floats = density[np.searchsorted(self._scales, lengths[near] / (size - 1))] * lengths[near]
            if self._usual.seen is not None:
                expected = self._from_seen(self._usual.seen, low[near], low[near] + size - 1)
            bound = self._chances(expected, self._owners_of_all(size)[near], np.full(len(near), size))
            maybe = np.flatnonzero(bound >= least)
            maybe = near[maybe[np.argsort(-bound[maybe], kind="stable")[:_MOST_LOOKED_AT]]]
            lows.append(maybe)
            highs.append(maybe + size - 1)
        return np.concatenate(lows), np.concatenate(highs)

    def _best(self, low: Places, high: Places, score: Floats, least: float) -> tuple[Places, Places, Floats]:
        """Return the disjoint runs with the greatest scores from ``least`` on."""
        free = np.ones(len(self.firsts), dtype=np.bool_)
        chosen: list[int] = []
        order = np.lexsort((low, high - low, -score))
        for at in order[: int(np.count_nonzero(score >= least))].tolist():
            if free[low[at]] and free[high[at]] and free[low[at] : high[at] + 1].all():
                free[low[at] : high[at] + 1] = False
                chosen.append(at)
        return low[chosen], high[chosen], score[chosen]

    def _joined(self, runs: list[_Run], least: float) -> list[_Run]:
        """Make one of runs that lie nearer to each other than the longer of them is long, where that stands out too."""
        joined: list[_Run] = []
        for run in sorted(runs):
            if joined:
                before = joined[-1]
                own, other = (int(self.lasts[one.high] - self.firsts[one.low]) for one in (run, before))
                if self.firsts[run.low] - self.lasts[before.high] <= max(own, other):
                    score = float(self._scores(np.array([before.low]), np.array([run.high]))[0])
                    if score >= least:
                        joined[-1] = _Run(before.low, run.high, max(score, before.score, run.score))
                        continue
            joined.append(run)
        return joined

    def _owners_in(self, low: Places, high: Places) -> Places:
        """Return how many owners each run has."""
        sizes = high - low + 1
        owners = np.empty(len(low), dtype=np.intp)
        for size in np.unique(sizes).tolist():
            these = sizes == size
            owners[these] = self._owners_of_all(size)[low[these]]
        return owners

    def _owners_of_all(self, size: int) -> Places:
        """Return for each run of ``size`` members how many owners it has."""
        places = np.arange(len(self.owners))
        # A member is its owner's second one in the runs that begin from ``since`` to ``until``.
        since, until = np.maximum(0, places - size + 1), np.minimum(self._previous, len(places) - size)
        again = until >= since
        begun = np.bincount(since[again], minlength=len(places) + 1)
        ended = np.bincount(until[again] + 1, minlength=len(places) + 1)
        return size - np.cumsum(begun - ended)[: len(places) - size + 1]

    def _lengths(self, low: Places, high: Places) -> Floats:
        return (self.lasts[high] - self.firsts[low]).astype(np.float64) + 1.0

    def _scores(self, low: Places, high: Places) -> Floats:
        """Return the scores of runs, as the module describes; 0 where too few owners are in or too few members out."""
        sizes, lengths, owners = high - low + 1, self._lengths(low, high), self._owners_in(low, high)
        if self._usual.seen is not None:
            scores = self._chances(self._from_seen(self._usual.seen, low, high), owners, sizes)
        else:
            density = np.full(len(low), len(self.firsts) / (float(self.lasts[-1] - self.firsts[0]) + 1.0))
            spared = np.clip(2 * (owners - FEWEST), 0, SPARED)
            own_low, own_high = self._with_rest(low, high)
            for scale in self._scales.tolist():
                here = np.flatnonzero(lengths <= scale * (sizes - 1))
                if len(here):
                    others = Groups(self._gaps <= scale).others(own_low[here], own_high[here], spared[here])
                    density[here] = np.maximum(density[here], density_of(*others, scale))
            if self._usual.density is not None:
                density = np.minimum(density, self._usual.density)
            scores = self._chances(density * lengths, owners, sizes)
            others_needed = np.select(
                [lengths <= length for length, _, _ in OTHERS],
                [np.maximum(fewest, share * owners) for _, fewest, share in OTHERS],
            )
            scores[len(self.firsts) - sizes < others_needed] = 0.0
        scores[(owners < FEWEST) | (lengths > WIDEST)] = 0.0
        return scores

    def _with_rest(self, low: Places, high: Places) -> tuple[Places, Places]:
        """Return the runs with what may be the rest of them: neighbours within a quarter of their length and number."""
        rest, reach = (high - low + 1) // _OWN, (self.lasts[high] - self.firsts[low]) // _OWN
        low_rest = np.searchsorted(self.firsts, self.firsts[low] - reach)
        high_rest = np.searchsorted(self.lasts, self.lasts[high] + reach, side="right") - 1
        return np.clip(low_rest, low - rest, low), np.clip(high_rest, high, high + rest)

    def _from_seen(self, seen: Points, low: Places, high: Places) -> Floats:
        """Return how many cases fall on each run's share of ``seen``."""
        inside = np.searchsorted(seen, self.lasts[high], "right") - np.searchsorted(seen, self.firsts[low])
        expected: Floats = (inside + 1.0).astype(np.float64) * (self._usual.total / (len(seen) + 1))
        return expected

    def _chances(self, expected: Floats, owners: Places, sizes: Places) -> Floats:
        """Return ``-log(chance)``, at least 0; the Poisson tail is bounded by its first term and a geometric series."""
        more = np.maximum(owners - 1, 1)
        few = np.clip(UNEVEN * expected, 1e-300, more * 0.999)
        tail = more * np.log(few) - few - self._logs[more] - np.log1p(-few / (more + 1))
        scores: Floats = np.maximum(-(tail + np.log(float(self._usual.total)) + np.log(sizes * (sizes - 1.0))), 0.0)
        return scores


def _sizes(members: int) -> Iterator[int]:
    """Return how many members the runs have that are looked at first: all few, then by growing steps."""
    size = FEWEST
    while size <= members:
        yield size
        size = max(size + 1, int(size * _GROWTH)) if size >= _ALL_SIZES else size + 1


def _named(first: int, last: int, below: int, above: int) -> tuple[int, int]:
    """Return the roundest ends of a stretch around ``first`` to ``last``, no longer than four times and without others.

    A whole block of up to ten times the length goes before.
    """
    length = last - first + 1
    best = (first, last)
    for digits in range(1, len(str(first))):
        power = 10**digits
        low, high = first // power * power, last // power * power + power - 1
        if low <= below or high >= above:
            break
        if low // power == high // power:
            return (low, high) if power <= 10 * length else best
        if high - low + 1 <= 4 * length:
            best = (low, high)
    return best
