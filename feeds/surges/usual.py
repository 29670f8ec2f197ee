"""What is usual: expected cases by cell for any stretch of time, and how far counts scatter around that.

Learned by learning.py; looking.py and the curve ask it. All expectations are sums of cells, so that those of a channel
and of its kinds agree.
"""

from functools import cached_property

import numpy as np
from msgspec import Struct

from feeds.surges.series import MEMBERS, PER_CHANNEL, Floats
from feeds.surges.tail import band
from feeds.surges.week import HOURS, place_in_week

WEEK = HOURS * 60
"""Minutes in a week."""
BUNCH_MINUTES = 10
"""In windows of so many minutes and less, bunches are seen in parts only."""


class Scatter(Struct, frozen=True):
    """How far counts scatter: variance = mean × (1 + bunch) + (day + what is not known) × mean².

    ``bunch_short`` in windows of ten minutes and less, ``bunch_long`` in longer ones: how many further cases a case
    brings. ``day``: the squared share by which rates differ from day to day.
    """

    bunch_short: float
    bunch_long: float
    day: float


class Usual(Struct, frozen=True, dict=True):
    """Expected cases.

    ``weekly``: cases a week by cell, float64[80]. ``shape``: float64[channels, 168], the rate of each hour of the week
    beside the mean hour of that channel. ``known``: float64[150], by series how many independent cases its level was
    learned from; ``hours_known``: float64[168], the same for each hour of the week. ``zone``: IANA name.
    """

    weekly: Floats
    shape: Floats
    known: Floats
    hours_known: Floats
    scatter: Scatter
    zone: str

    @cached_property
    def _sums(self) -> Floats:
        """Share of a channel's week that lies before each hour of it, over two weeks: float64[channels, 2 × 168 + 1]"""
        twice = np.tile(self.shape / self.shape.sum(axis=1, keepdims=True), 2)
        return np.concatenate([np.zeros((len(twice), 1)), np.cumsum(twice, axis=1)], axis=1)

    def expected(self, until: float, minutes: Floats) -> Floats:
        """Return expected cases by cell, float64[len(minutes), 80], in ``minutes`` minutes before a time each.

        ``until``: minutes since 1970. Clocks that change within the stretch are passed over.
        """
        end = HOURS + place_in_week(until, self.zone)
        weeks, rest = np.divmod(minutes, WEEK)
        shares = self._share(np.full(len(rest), end)) - self._share(end - rest / 60) + weeks
        return np.repeat(shares.T, PER_CHANNEL, axis=1) * self.weekly

    def expected_in(self, starts: Floats, minutes: float) -> Floats:
        """Return expected cases by cell, float64[len(starts), 80], in stretches of ``minutes`` minutes that follow
        ``starts`` (minutes since 1970).
        """
        at = np.array([place_in_week(start, self.zone) for start in starts.tolist()])
        weeks, rest = divmod(minutes, WEEK)
        shares = self._share(at + rest / 60) - self._share(at) + weeks
        return np.repeat(shares.T, PER_CHANNEL, axis=1) * self.weekly

    def _share(self, hours: Floats) -> Floats:
        """Return the shares of a week before ``hours`` by channel, float64[channels, len(hours)]."""
        whole = np.floor(hours).astype(np.int64)
        before = self._sums[:, whole]
        return before + (self._sums[:, np.minimum(whole + 1, 2 * HOURS)] - before) * (hours - whole)

    def variance(self, mean: Floats, minutes: float, until: float, known: Floats | float) -> Floats:
        """Return the variance of counts in windows of ``minutes`` minutes before ``until`` with these means.

        ``known``: of the series that the means are of; see there.
        """
        unknown = self._unknown(minutes, np.array([place_in_week(until, self.zone)]))[0] + 1 / known
        return self._scattered(mean, minutes, unknown)

    def _unknown(self, minutes: float, places: Floats) -> Floats:
        """Return the squared share by which rates may be off that end at ``places`` in the week (hours)."""
        hours = min(max(1, round(minutes / 60)), HOURS)
        after = HOURS + 1 + np.floor(places).astype(np.int64)
        return np.asarray((self._unsure[after] - self._unsure[after - hours]) / hours**2 + self.scatter.day)

    @cached_property
    def _unsure(self) -> Floats:
        """Sums, over two weeks, of the squared shares by which the rates of single hours may be off."""
        return np.concatenate([[0.0], np.cumsum(np.tile(1 / self.hours_known, 2))])

    def _scattered(self, mean: Floats, minutes: float, unknown: Floats | float) -> Floats:
        bunch = self.scatter.bunch_short if minutes <= BUNCH_MINUTES else self.scatter.bunch_long
        return np.asarray(mean * (1 + bunch) + unknown * mean * mean)

    def band(self, mean: Floats, minutes: float, untils: Floats, series: int) -> tuple[Floats, Floats]:
        """Return between which counts 95 of 100 lie in windows of ``minutes`` minutes before ``untils``."""
        places = np.array([place_in_week(until, self.zone) for until in untils.tolist()])
        unknown = self._unknown(minutes, places) + 1 / self.known[series]
        low, high = band(mean, self._scattered(mean, minutes, unknown))
        return low, np.maximum(high, mean)

    def of_series(self, cells: Floats) -> Floats:
        """Return sums over series, float64[..., 150], of an array over cells, float64[..., 80]."""
        return cells @ MEMBERS.T
