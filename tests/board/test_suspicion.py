"""Suspicion from cases: quiet traffic brings none, planted outages are noticed, and the law that both rest on.

Long runs over many weeks and outages are the matter of ``python -m bench.suspicion``.
"""

from datetime import timedelta
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.suspicion import SHAPES, START, plant, play, quiet, world
from feeds.board.suspicion.tails import AGAIN_AT_MOST, SHAPE, SHAPE_OF_ALL, Traffic, at_least, wrote_again


def test_quiet_days_bring_no_suspicion() -> None:
    there = world(5)
    outcome = play(there, quiet(there, 5, 0.3))
    assert outcome.false == []


def test_planted_outages_are_suspected_where_they_are_soon_after_the_fifth_case() -> None:
    there = world(6)
    plants = [plant(there, shape, 6, START + timedelta(hours=6 * number)) for number, shape in enumerate(SHAPES)]
    outcome = play(there, quiet(there, 6, 0.15), plants)
    for one in outcome.seen:
        assert one is not None
        assert one.from_fifth <= 30
        assert one.precision > 0.9, one
        assert one.recall > 0.9, one


def test_the_same_cases_of_one_customer_are_none() -> None:
    there = world(6)
    planted = plant(there, "range", 6, START)
    alone = planted._replace(cases=tuple(case._replace(customer="one") for case in planted.cases))
    outcome = play(there, quiet(there, 6, 0.02), [alone])
    assert (outcome.seen, outcome.false) == ([None], [])


@pytest.mark.parametrize(("count", "usual", "share"), [(3, 0.3, 0.01), (6, 1.5, 0.2), (2, 0.05, 0.0), (40, 12.0, 0.4)])
def test_the_tail_is_close_above_that_of_the_negative_binomial_law(count: int, usual: float, share: float) -> None:
    shape = SHAPE + SHAPE_OF_ALL * share
    part = usual / (usual + shape)
    chances = [(1 - part) ** shape]
    for number in range(1, count):
        chances.append(chances[-1] * part * (shape + number - 1) / number)
    exact = 1 - sum(chances)
    assert exact <= exp(at_least(count, usual, share)) <= 1.5 * exact


@given(st.floats(0.5, 400), st.floats(1e-6, 50), st.floats(0, 1))
def test_more_customers_are_less_likely_and_more_are_likelier_where_more_are_usual(
    count: float, usual: float, share: float
) -> None:
    here = at_least(count, usual, share)
    assert here <= 0.0
    assert at_least(count + 1, usual, share) <= here
    assert at_least(count, usual * 2, share) >= here - 1e-9


def test_what_is_seen_elsewhere_counts_where_it_is_more_than_is_usual() -> None:
    calm = Traffic(usual=2.0, weekly=400.0)
    assert calm.expected(5.0, 6, 0.1) == pytest.approx(0.2)
    assert calm.expected(5.0, 50, 0.1) == pytest.approx(0.1 * 45 / 0.9)
    assert calm.log_chance(5.0, 6, 0.01, 1) < calm.log_chance(5.0, 14, 0.01, 1) < 0


def test_customers_all_over_the_fleet_are_no_surplus_on_a_large_place() -> None:
    assert Traffic(usual=0.01, weekly=400.0).log_chance(4.0, 4, 0.4, 1) == 0.0
    assert Traffic(usual=0.01, weekly=400.0).log_chance(14.0, 14, 0.4, 1) < log(1e-9)


def test_customers_that_write_again_are_a_weak_witness() -> None:
    assert wrote_again(3, 0) == pytest.approx(0.0, abs=1e-9)
    assert wrote_again(3, 2) == pytest.approx(log(3 * 0.3**2 * 0.7 + 0.3**3))
    assert wrote_again(20, 20) == log(AGAIN_AT_MOST)
