"""Chances of counts, beside the sums that define them."""

from math import exp, lgamma, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.surges.tail import band, log_tail
from tests.extent import examples


def tail_by_sum(seen: int, mean: float, variance: float) -> float:
    size = mean * mean / (variance - mean)
    share = mean / (mean + size)
    below = (
        exp(lgamma(n + size) - lgamma(n + 1) - lgamma(size) + n * log(share) + size * log(1 - share))
        for n in range(seen)
    )
    return 1 - sum(below)


def tail(seen: float, mean: float, variance: float) -> float:
    return float(log_tail(np.array([seen]), np.array([mean]), np.array([variance]))[0])


@given(st.integers(1, 80), st.floats(0.01, 40), st.floats(1.01, 6))
@settings(max_examples=examples(200))
def test_the_tail_is_the_sum_of_what_lies_above(seen: int, mean: float, scatter: float) -> None:
    expected = tail_by_sum(seen, mean, mean * scatter)
    if seen > mean and expected > 1e-6:
        assert exp(tail(seen, mean, mean * scatter)) == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_without_scatter_it_is_poissons() -> None:
    below = sum(exp(-2.0) * 2.0**n / exp(lgamma(n + 1)) for n in range(7))
    assert exp(tail(7, 2.0, 2.0)) == pytest.approx(1 - below, rel=1e-4)


def test_chances_far_below_the_smallest_number_are_told_apart() -> None:
    assert tail(5_000, 2.0, 3.0) < tail(4_000, 2.0, 3.0) < -1_000


def test_counts_up_to_the_mean_are_nothing_remarkable() -> None:
    assert tail(0, 2.0, 3.0) == tail(2, 2.0, 3.0) == 0.0


def test_large_desks_are_counted_too() -> None:
    assert -6 < tail(400_000, 300_000.0, 2e9) < -3


def test_95_of_100_counts_lie_within_the_band() -> None:
    mean, variance = 30.0, 80.0
    low, high = band(np.array([mean]), np.array([variance]))
    assert low[0] < mean < high[0]
    below = 1 - tail_by_sum(int(low[0]) + 1, mean, variance)
    above = tail_by_sum(int(high[0]) + 1, mean, variance)
    assert 0.03 < below + above < 0.08


def test_the_band_of_nearly_nothing_is_nearly_nothing() -> None:
    low, high = band(np.array([0.0, 1e-6]), np.array([0.0, 2e-6]))
    assert low.tolist() == [0.0, 0.0]
    assert high.max() < 0.1
