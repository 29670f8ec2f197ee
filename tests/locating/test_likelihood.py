"""The arithmetic under it: the gamma function, the beta-binomial, what cells differ anyway."""

import math

import numpy as np
import pytest

from feeds.locating.counts import Counts, Rate, log_gamma, log_likelihood
from feeds.locating.evidence import apart, quantile, unrest
from feeds.locating.lattice import Lattice


def test_the_gamma_function_is_right_from_tiny_to_huge() -> None:
    x = np.array([1e-6, 0.01, 0.5, 1, 2.5, 10, 1e3, 1e7, 1e12])
    assert log_gamma(x) == pytest.approx([math.lgamma(value) for value in x], rel=1e-9, abs=1e-8)


@pytest.mark.parametrize("spread", [0.0, 1e-4, 0.1, 0.5])
def test_the_chances_of_all_counts_add_up_to_one(spread: float) -> None:
    k, n = np.arange(13.0), np.full(13, 12.0)
    ways = [math.log(math.comb(12, number)) for number in range(13)]
    assert np.exp(log_likelihood(k, n, Rate(0.2, spread)) + ways).sum() == pytest.approx(1)


@pytest.mark.parametrize("spread", [0.0, 0.1])
def test_the_rate_of_a_group_and_its_spread_are_found(spread: float) -> None:
    rng = np.random.default_rng(1)
    n = np.full(900, 300.0)
    rates = rng.beta(0.2 * 9, 0.8 * 9, 900) if spread else np.full(900, 0.2)
    rate = Counts(rng.binomial(300, rates).astype(float), n).fit(np.ones(900, dtype=np.bool_))
    assert rate.mean == pytest.approx(0.2, abs=0.02)
    assert rate.spread == pytest.approx(spread, abs=3e-4)


def test_cells_that_differ_by_their_errors_only_do_not_differ() -> None:
    rng = np.random.default_rng(1)
    errors = np.full(400, 0.09)
    assert unrest(rng.normal(0, 0.3, 400), errors, 0.01) < 0.02
    assert unrest(rng.normal(0, 1.3, 400), errors, 0.01) == pytest.approx(1.6, abs=0.4)


def test_cells_that_differ_anyway_make_a_gap_smaller_and_their_number_makes_that_sure() -> None:
    rng = np.random.default_rng(1)
    many, few = rng.normal(0, 0.5, 200), rng.normal(0, 0.5, 9)

    def nats(others: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return apart(3.0, 0.01, others, np.full(len(others), 1e-4), 0.01)

    assert nats(many[:0]) == pytest.approx(450)
    assert nats(few) < nats(many) < 30


def test_the_quantile_counts_weights() -> None:
    assert quantile(np.array([3.0, 1, 2]), np.array([1.0, 1, 8])) == 2
    assert quantile(np.array([3.0, 1, 2]), np.array([9.0, 1, 1])) == 3


def test_cells_are_ranked_by_their_sums_less_what_their_names_cost() -> None:
    codes = [np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1]), np.array([0, 0, 0, 0, 1, 1])]
    lattice = Lattice([*codes, codes[1], codes[2]], [3, 2, 2, 2, 2])
    weights = np.array([5.0, 5, -5, -5, -5, -5])
    score, best = lattice.ranked([weights], lambda sums: sums[0], 3)[0]
    assert best == ((0, 0),)
    assert score == pytest.approx(10 - lattice.cost(best))
    assert lattice.cost(best) < lattice.cost(((0, 0), (1, 0)))
    assert lattice.inside(((0, 1), (1, 1))).tolist() == [False, False, False, True, False, False]


def test_sums_over_a_sample_are_unbiased() -> None:
    rng = np.random.default_rng(1)
    codes = [rng.integers(0, 4, 200_000)]
    speaks = rng.random(200_000) < 0.02
    sums = Lattice(codes, [4], speaks).sums(np.where(speaks, 3.0, 1.0))
    exact = np.bincount(codes[0], weights=np.where(speaks, 3.0, 1.0))
    assert sums == pytest.approx(exact, rel=0.03)


def test_triples_in_promising_pairs_are_ranked_where_not_all_are_summed() -> None:
    rng = np.random.default_rng(1)
    codes = [rng.integers(0, 6, 25_000) for _ in range(9)]
    lattice = Lattice(codes, [6] * 9)
    cell = ((1, 2), (4, 0), (7, 5))
    weights = np.where(lattice.inside(cell), 4.0, -0.5)
    assert not lattice.all_triples
    assert lattice.ranked([weights], lambda sums: sums[0], 1, np.maximum(weights, 0))[0][1] == cell
