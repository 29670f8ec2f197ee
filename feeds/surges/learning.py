"""Learning what is usual from counts by hour, beginning with the desk's own figures.

Everywhere the same thought: a rate is what was thought before times (cases that came + k) / (cases thought + k), which
is the mean of a gamma distribution after Poisson counts; k says how many cases it takes to be believed. Levels are
those of the last weeks (older days count less), shapes of the week those of all that is remembered, in two steps: kinds
of days first (working days, Saturday, Sunday), then each day of the week.

Outages must not become what is usual: hours of surges are left out, hours and days far from the others count only as
far as such counts may go (winsorised), which a level that lasts overcomes in about two weeks. Long silence of a desk
that is never silent so long is a feed that was away, and is left out too. While there is little else to hold an hour
against, it is held against the desk's own figures: one hour of a young hub never says by itself what is usual.
"""

from math import exp

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from feeds.model import CaseKind, Channel, Desk, Service
from feeds.surges.series import CELLS, CHANNELS, MEMBERS, PER_CHANNEL, Floats
from feeds.surges.usual import Scatter, Usual
from feeds.surges.week import HOURS, hours_of_week

WEEKS_KEPT = 12
HOURS_KEPT = WEEKS_KEPT * HOURS
HALF_LIFE = 7.0
"""Days after which a day counts half for the level."""
FEW_A_MONTH = 10.0
"""Cases a month in a channel of which the desk says nothing."""
LEAST_A_MONTH = 2.0
"""A channel in which the desk expects nothing may still bring a case."""
WEEKS_A_MONTH = 365.2425 / 12 / 7

LEVEL_PRIOR = 2.0
"""Independent cases that the desk's own figures weigh: they may be wrong by a factor of two and more."""
LEVEL_DAYS = 1.0
"""Days that they weigh where it is asked which days are far from the others."""
BELIEVED_AFTER = 0.2
"""Mean days after which orders of magnitude more than the desk's own figures are a level, and no bunch of one hour."""
SHARE_PRIOR = 20.0
KIND_OF_DAY_PRIOR = 3.0
DAY_PRIOR = 12.0
SCATTER_PRIOR = Scatter(bunch_short=0.4, bunch_long=0.5, day=0.04)
"""Where nothing was learned yet."""
BUNCH_PRIOR = 200.0
DAYS_PRIOR = 14.0
LEAST = Scatter(bunch_short=0.25, bunch_long=0.3, day=0.02)
MOST = Scatter(bunch_short=5.0, bunch_long=10.0, day=0.5)

FAR = 3.0
"""Standard deviations, and FAR_CASES cases, from the mean: further away an hour or day counts as one as far."""
FAR_CASES = 2.0
SILENCE = 25.0
"""Hours without any case, in which so many were to be expected, say nothing: a feed was away."""
GUARD = 24
"""The last hours are not learned from yet: they are what is looked at."""
LEAST_GUARD = 1
"""Of a short history it is an eighth, and no less than this: a surge has to be said before its hour can be left out.
With a longer one a desk of twice the cases that it said is learned too late, and its first mornings are surges."""
LITTLE_ELSE = 72
"""Hours of history from which on surges in more than half of them are what is usual here: the desk's own figures are
far too low. Sooner it may well be one outage, soon after the hub was set up."""
ROUNDS = 2
CLIPS = 4

Hours = NDArray[np.int64]
Usable = NDArray[np.bool_]

_KINDS = {CaseKind.INCIDENT: 0.45, CaseKind.INFORMATION: 0.25, CaseKind.SERVICE: 0.2, CaseKind.ORDER: 0.1}
_SERVICES = {Service.DATA: 0.7, Service.SMS: 0.13, Service.VOICE: 0.1, Service.CSD: 0.02, Service.OTHER: 0.05}
SHARES: Floats = np.array([_KINDS[kind] * _SERVICES[service] for _channel, kind, service in CELLS[:PER_CHANNEL]])
"""Share of kinds and services in a channel, where nothing was learned yet."""


class History(Struct, frozen=True):
    """Counts by hour. ``counts``: float64[hours, 80]; ``pairs``: float64[hours], see board/history.py;
    ``first``: the first hour, counted from 1970; ``usable``: bool[hours], false for hours of surges.
    """

    first: int
    counts: Floats
    pairs: Floats
    usable: Usable


def learned(history: History, desk: Desk) -> Usual:
    """Return what is usual at this desk after this history, which ends now."""
    length = len(history.counts)
    week = hours_of_week(history.first, length, desk.time_zone)
    stated = np.array([_weekly(desk, channel) for channel in CHANNELS])
    usable = _usable(history, _PRIOR_SHAPES[:, week].T @ stated / HOURS, week)
    counts = history.counts * usable[:, None]
    by_channel = counts.reshape(length, len(CHANNELS), PER_CHANNEL).sum(axis=2)
    scatter, shape = SCATTER_PRIOR, _PRIOR_SHAPES
    level, cells, known = stated, np.repeat(stated, PER_CHANNEL) * np.tile(SHARES, len(CHANNELS)), np.zeros(0)
    hours_known: Floats = np.full(HOURS, KIND_OF_DAY_PRIOR)
    days = _Days(length)
    if not length:
        return Usual(cells, shape, np.full(len(MEMBERS), LEVEL_PRIOR), hours_known, scatter, desk.time_zone)
    per_day, per_cell = days.sums(by_channel), days.sums(counts)
    for _ in range(ROUNDS):
        if length < LITTLE_ELSE:  # there are no other days yet that a day with a wild hour would be far from
            hourly = level * shape[:, week].T / HOURS
            near = np.minimum(by_channel, hourly + _spread(hourly, scatter)) / np.maximum(by_channel, 1.0)
            per_day, per_cell = days.sums(by_channel * near), days.sums(counts * np.repeat(near, PER_CHANNEL, axis=1))
        exposure = days.sums(shape[:, week].T / HOURS * usable[:, None])  # weeks' worth of each day, by channel
        level = _levels(per_day, exposure, days.weights, stated, scatter)
        cells = _cells(per_cell, exposure, days.weights, level, scatter)
        known = _known(cells, exposure, days.weights, scatter)
        shape, hours_known = _shapes(by_channel, usable, week, level, scatter)
        scatter = _scatter(history.pairs, by_channel, usable, level @ shape[:, week] / HOURS, days)
    return Usual(cells, shape, known, hours_known, scatter, desk.time_zone)


def _weekly(desk: Desk, channel: Channel) -> float:
    return max(desk.monthly.get(channel, FEW_A_MONTH), LEAST_A_MONTH) / WEEKS_A_MONTH


# -- what is looked at ---------------------------------------------------------------------------------------------


def _usable(history: History, stated: Floats, week: Hours) -> Usable:
    """Return which hours are learned from: not the last ones, no surges unless there is little else, no silence.

    ``stated``: float64[hours], cases by the desk's own figures.
    """
    length = len(history.counts)
    usable = history.usable.copy()
    if length >= LITTLE_ELSE and usable.sum() * 2 < length:
        usable[:] = True
    usable[length - min(GUARD, max(LEAST_GUARD, length // 8), length) :] = False
    totals = history.counts.sum(axis=1)
    came = np.flatnonzero(totals)
    if not len(came):
        return usable
    edges = np.concatenate([[-1], came, [length]])
    quiet = totals * usable  # after a surge nobody is silent for being slower than it
    if length < LITTLE_ELSE:
        quiet = np.minimum(quiet, stated + _spread(stated, SCATTER_PRIOR))
    spoken = _Days(length).sums(quiet[:, None])[:, 0] > 0
    rate = quiet.sum() / max(24.0, 24.0 * spoken.sum())
    shape = _PRIOR_SHAPES[:, week].mean(axis=0)
    ahead = np.concatenate([[0.0], np.cumsum(shape * rate)])
    missed = ahead[edges[1:]] - ahead[edges[:-1] + 1]
    for gap in np.flatnonzero(missed > SILENCE).tolist():
        usable[edges[gap] + 1 : edges[gap + 1]] = False
    return usable


class _Days:
    """Days of 24 hours, counted back from now, and how much each counts."""

    def __init__(self, hours: int) -> None:
        self.count = -(-hours // 24)
        self._hours = hours
        ages = np.arange(self.count)[::-1]
        self.weights: Floats = np.exp2(-ages / HALF_LIFE)
        self._starts = np.maximum(hours - 24 * np.arange(self.count, 0, -1), 0)

    def sums(self, hourly: Floats) -> Floats:
        """Return the sums by day, float64[days, ...], of an array by hour."""
        out: Floats = np.add.reduceat(hourly, self._starts, axis=0)
        return out


# -- levels --------------------------------------------------------------------------------------------------------


def _spread(mean: Floats, scatter: Scatter) -> Floats:
    """How far from the mean a day or hour may be before it counts as one as far."""
    return np.asarray(FAR * np.sqrt(mean * (1 + scatter.bunch_long) + scatter.day * mean * mean) + FAR_CASES)


def _clipped(seen: Floats, mean: Floats, scatter: Scatter) -> Floats:
    far = _spread(mean, scatter)
    return np.clip(seen, np.maximum(mean - far, 0.0), mean + far)


def _levels(per_day: Floats, exposure: Floats, weights: Floats, thought: Floats, scatter: Scatter) -> Floats:
    """Return cases a week by column of ``per_day``, of which ``thought`` were thought before."""
    counted = weights[:, None] * (exposure > 0)
    # The desk's own figures are a day among the days, so that the first one has something that it may be far from.
    own = LEVEL_DAYS / 7
    roots = (counted * np.sqrt(per_day * exposure)).sum(axis=0) + own * np.sqrt(thought)
    level: Floats = (roots / ((counted * exposure).sum(axis=0) + own)) ** 2
    believed = np.minimum(exposure.sum(axis=0) * 7 / BELIEVED_AFTER, 1.0)
    for _ in range(CLIPS):
        mean = level * exposure
        # A day says less the more it scatters beyond Poisson.
        worth_day = counted / (1 + scatter.bunch_long + scatter.day * mean)
        came = (worth_day * _clipped(per_day, mean, scatter)).sum(axis=0)
        expected = (worth_day * thought * exposure).sum(axis=0)
        level = thought * (LEVEL_PRIOR + came) / (LEVEL_PRIOR + expected)
        # Where far more comes than was thought, by orders of magnitude, that weighs by what came, not by what was
        # thought: a channel of which the desk said nothing would else be learned for months. It takes hours to say so.
        ratio = np.maximum(came, 1e-12) / np.maximum(expected, 1e-12)
        level = np.maximum(level, np.where(ratio > 1, thought * ratio ** (believed * came / (came + LEVEL_PRIOR)), 0.0))
    return level


def _cells(per_day: Floats, exposure: Floats, weights: Floats, level: Floats, scatter: Scatter) -> Floats:
    """Return cases a week by cell: the level of its channel, by the share that the cell has of it."""
    by_cell = np.repeat(exposure, PER_CHANNEL, axis=1)
    counted = weights[:, None] * (by_cell > 0)
    worth = np.maximum((counted * by_cell).sum(axis=0), 1e-12)
    rate = (counted * per_day).sum(axis=0) / worth
    rate = np.minimum(rate, ((counted * np.sqrt(per_day * by_cell)).sum(axis=0) / worth) ** 2 * 2 + 1.0)
    for _ in range(CLIPS):
        rate = (counted * _clipped(per_day, rate * by_cell, scatter)).sum(axis=0) / worth
    came = (rate * worth).reshape(len(CHANNELS), PER_CHANNEL)
    # What is far beyond the level of its channel is told of once, not by each case.
    most = level * worth.reshape(len(CHANNELS), PER_CHANNEL)[:, 0]
    came *= np.minimum(most / np.maximum(came.sum(axis=1), 1e-12), 1.0)[:, None]
    pooled = (SHARES * SHARE_PRIOR + came.sum(axis=0)) / (SHARE_PRIOR + came.sum())
    shares = (pooled * SHARE_PRIOR + came) / (SHARE_PRIOR + came.sum(axis=1, keepdims=True))
    return np.asarray((shares * level[:, None]).reshape(-1))


def _known(cells: Floats, exposure: Floats, weights: Floats, scatter: Scatter) -> Floats:
    """Return by series from how many independent cases its level was learned."""
    by_channel = (MEMBERS * cells).reshape(len(MEMBERS), len(CHANNELS), PER_CHANNEL).sum(axis=2)
    mean = exposure @ by_channel.T
    return np.asarray(
        LEVEL_PRIOR + (weights[:, None] * mean / (1 + scatter.bunch_long + scatter.day * mean)).sum(axis=0)
    )


# -- the shape of the week -----------------------------------------------------------------------------------------

_KIND_OF_DAY: Hours = np.array([max(0, hour // 24 - 4) * 24 + hour % 24 for hour in range(HOURS)])
"""Hour of the week → hour of its kind of day: 0–23 working days, 24–47 Saturday, 48–71 Sunday."""


def _prior_shapes() -> Floats:
    """Shapes of the week where none is learned, by channel, mean 1: people write and call when they work."""
    hours = np.arange(HOURS)
    working = [exp(-(((hour + 0.5 - 12.5) / 4.0) ** 4)) for hour in range(24)]
    desk = np.array([0.12 + working[hour % 24] * (1.0 if hour < 120 else 0.3) for hour in hours])
    by_channel = {Channel.CALL: 0.1, Channel.EMAIL: 0.25, Channel.PORTAL: 0.3, Channel.API: 0.7}
    flat = np.ones(HOURS)
    shapes = [by_channel[one] * flat + (1 - by_channel[one]) * desk / desk.mean() for one in CHANNELS]
    return np.array(shapes)


_PRIOR_SHAPES = _prior_shapes()


def _shapes(by_channel: Floats, usable: Usable, week: Hours, level: Floats, scatter: Scatter) -> tuple[Floats, Floats]:
    """Return the shapes by channel, and for each hour of the week how many independent cases it was learned from."""
    kinds = _KIND_OF_DAY[week]
    rows, known = [], np.full(HOURS, KIND_OF_DAY_PRIOR)
    days_of_kind = np.repeat([5.0, 1.0, 1.0], 24)
    for at in range(len(CHANNELS)):
        seen, prior = by_channel[:, at], _PRIOR_SHAPES[at]
        hourly = level[at] / HOURS
        by_kind = prior[:120].reshape(5, 24).mean(axis=0)
        thought = np.concatenate([by_kind, prior[120:144], prior[144:]]) * hourly
        # From what is thought on, not from what came: a wild hour that came once has no other beside it.
        rough = thought
        for _ in range(CLIPS):
            mean = np.maximum(rough, 0.05 * thought)[kinds]
            kept = _clipped(seen, mean, scatter) * usable
            expected = thought * np.bincount(kinds, usable, 72)
            came = np.bincount(kinds, kept, 72)
            rough = thought * (KIND_OF_DAY_PRIOR + came) / (KIND_OF_DAY_PRIOR + expected)
        first = rough[_KIND_OF_DAY]
        kept = _clipped(seen, first[week], scatter) * usable
        came = np.bincount(week, kept, HOURS)
        expected = np.bincount(week, first[week] * usable, HOURS)
        shape = first * (DAY_PRIOR + came) / (DAY_PRIOR + expected)
        rows.append(shape / shape.mean())
        of_kind = np.bincount(kinds, kept, 72)
        known = known + of_kind[_KIND_OF_DAY] / (1 + scatter.bunch_long) / days_of_kind[_KIND_OF_DAY] ** 0.5
    return np.array(rows), known


# -- scatter -------------------------------------------------------------------------------------------------------


def _scatter(pairs: Floats, by_channel: Floats, usable: Usable, hourly: Floats, days: _Days) -> Scatter:
    """Return how far counts scattered around ``hourly``, float64[hours], over all channels."""
    seen = by_channel.sum(axis=1)
    expected = np.where(usable, hourly, 0.0)
    far = _spread(expected, Scatter(1.0, 2.0, 0.1)) * 2
    near = usable & (seen <= expected + far)
    total = float(seen[near].sum())
    per_day, per_day_thought = days.sums(seen)[:, None][:, 0], days.sums(expected)
    scale = per_day / np.maximum(per_day_thought, 1e-9)
    whole = per_day_thought > 0.5 * np.median(per_day_thought) if len(per_day) else per_day_thought > 0
    # From day to day, beside the level of the days around.
    day, weight = SCATTER_PRIOR.day * DAYS_PRIOR, DAYS_PRIOR
    bunch_long = SCATTER_PRIOR.bunch_long
    around = _around(scale)
    mean = per_day_thought * around
    own = np.repeat(around, 24)[-len(seen) :] * expected
    excess = np.minimum((seen - own) ** 2, (far + FAR_CASES) ** 2)
    bunches = float((excess[near] - seen[near]).sum()) - LEAST.day * float((own[near] ** 2).sum())
    bunch_long = (bunch_long * BUNCH_PRIOR + bunches) / (BUNCH_PRIOR + total)
    bunch_long = float(np.clip(bunch_long, LEAST.bunch_long, MOST.bunch_long))
    if whole.sum() >= 4:
        off = _clipped(per_day, mean, Scatter(1.0, bunch_long, 0.1)) - mean
        spread = float((off[whole] ** 2 - mean[whole] * (1 + bunch_long)).sum())
        per = float((mean[whole] ** 2).mean())
        day, weight = day + spread / max(per, 1e-9), weight + float(whole.sum())
    came = float(pairs[near].sum()) - float((own[near] ** 2).sum()) / 6
    bunch_short = (SCATTER_PRIOR.bunch_short * BUNCH_PRIOR + came) / (BUNCH_PRIOR + total)
    return Scatter(
        bunch_short=float(np.clip(bunch_short, LEAST.bunch_short, MOST.bunch_short)),
        bunch_long=bunch_long,
        day=float(np.clip(day / weight, LEAST.day, MOST.day)),
    )


def _around(scale: Floats) -> Floats:
    """Return the running mean of three weeks, so that a level that changed is not taken for scatter."""
    if len(scale) < 8:
        return np.full(len(scale), float(np.mean(scale)))
    padded = np.concatenate([[0.0], np.cumsum(scale)])
    at = np.arange(len(scale))
    low, high = np.maximum(at - 10, 0), np.minimum(at + 11, len(scale))
    return np.asarray((padded[high] - padded[low]) / (high - low))
