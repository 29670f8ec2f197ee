"""Clusters against seeded fleets of many shapes: what is even gives none, what stands out is found."""

from collections.abc import Callable
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator

from feeds.simspace.clusters import UNEVEN, WIDEST, Cluster, find_clusters
from feeds.simspace.intervals import Points

BASE = 894620000000000000
Fleet = tuple[Points, Points]
"""First bodies and sizes of the ranges in use."""


def whole(rng: Generator) -> Fleet:
    return np.array([0]), np.array([10 ** int(rng.integers(10, 15))])


def one_range(rng: Generator) -> Fleet:
    return np.array([7 * 10**9]), np.array([10 ** int(rng.integers(3, 7))])


def equal_ranges(rng: Generator) -> Fleet:
    number, size = int(10 ** rng.uniform(0.5, 3.5)), 10 ** int(rng.integers(2, 5))
    return np.sort(rng.choice(10**7, number, replace=False)) * size * 3, np.full(number, size)


def ranges_of_many_sizes(rng: Generator) -> Fleet:
    number = int(10 ** rng.uniform(0.5, 3))
    return np.sort(rng.choice(10**8, number, replace=False)) * 10**7, (10 ** rng.uniform(2, 6.5, number)).astype(int)


def ranges_side_by_side(rng: Generator) -> Fleet:
    sizes = (10 ** rng.uniform(2, 5, int(10 ** rng.uniform(0.5, 3)))).astype(int)
    return np.cumsum(sizes) - sizes, sizes


def one_large_range(rng: Generator) -> Fleet:
    number = int(10 ** rng.uniform(1, 2.5))
    sizes = np.full(number, 1_000)
    sizes[0] = 10 ** int(rng.integers(5, 8))
    return rng.permutation(number) * 10**9, sizes


FLEETS = (whole, one_range, equal_ranges, ranges_of_many_sizes, ranges_side_by_side, one_large_range)


def cases(rng: Generator, fleet: Fleet, number: int) -> Points:
    """Draw SIMs evenly from all that the fleet has."""
    firsts, sizes = fleet
    ranges = rng.choice(len(firsts), number, p=sizes / sizes.sum())
    drawn: Points = BASE + firsts[ranges] + (rng.random(number) * sizes[ranges]).astype(np.int64)
    return drawn


def near(rng: Generator, first: int, width: int, number: int) -> Points:
    drawn: Points = first + rng.choice(width, number, replace=False).astype(np.int64)
    return drawn


def share_inside(found: tuple[Cluster, ...], points: Points) -> float:
    """Return how much of ``points`` the best of the clusters holds."""
    return max((float(np.mean((points >= one.first) & (points <= one.last))) for one in found), default=0.0)


@pytest.mark.parametrize("fleet", FLEETS)
def test_cases_all_over_a_fleet_are_no_cluster(fleet: Callable[[Generator], Fleet]) -> None:
    false = 0
    for seed in range(40):
        rng = np.random.default_rng([3, seed])
        false += bool(find_clusters(cases(rng, fleet(rng), int(10 ** rng.uniform(0.7, 2.8)))))
    # A fleet of few small ranges, or of one large range with few cases elsewhere, can look like one with an outage.
    assert false <= (4 if fleet is one_large_range else 2 if fleet is equal_ranges else 1)


@pytest.mark.parametrize("number", [3, 4, 5, 7, 10, 50])
@pytest.mark.parametrize("scattered", [20, 200, 1_000])
def test_few_cases_near_each_other_amid_scattered_ones_are_found_once(number: int, scattered: int) -> None:
    for seed in range(8):
        rng = np.random.default_rng([number, scattered, seed])
        affected = near(rng, BASE + 3 * 10**11, 1_000, number)
        found = find_clusters(np.concatenate((cases(rng, (np.array([0]), np.array([10**13])), scattered), affected)))
        assert [one.points for one in found] == [number]
        assert share_inside(found, affected) == 1
        assert found[0].score > 6.9


def test_an_outage_within_a_fleet_of_ranges_is_found() -> None:
    hits = 0
    for seed in range(40):
        rng = np.random.default_rng([9, seed])
        fleet = ranges_of_many_sizes(rng)
        largest = int(np.argmax(fleet[1]))
        affected = near(rng, BASE + int(fleet[0][largest]), 100, 8)
        hits += share_inside(find_clusters(np.concatenate((cases(rng, fleet, 60), affected))), affected) == 1
    assert hits >= 38


def test_several_outages_at_once_do_not_hide_each_other() -> None:
    for seed in range(10):
        rng = np.random.default_rng([4, seed])
        places = [BASE + place * 10**12 for place in (1, 3, 4, 8)]
        affected = [near(rng, place, 10 ** int(rng.integers(2, 6)), 12) for place in places]
        scattered = cases(rng, (np.array([0]), np.array([10**13])), 100)
        found = find_clusters(np.concatenate((scattered, *affected)))
        assert sorted(one.first // 10**12 for one in found) == [place // 10**12 for place in places]


def test_many_outages_at_once_are_told_from_a_fleet_of_few_ranges_where_its_size_is_known() -> None:
    rng = np.random.default_rng(4)
    affected = [near(rng, BASE + place * 10**11, 2_000, 12) for place in range(5, 85, 4)]
    points = np.concatenate((cases(rng, (np.array([0]), np.array([10**13])), 60), *affected))
    assert len(find_clusters(points, fleet=5_000_000)) == 20
    assert len(find_clusters(points)) < 20


def test_all_cases_in_one_range_are_at_most_one_cluster() -> None:
    for seed in range(20):
        rng = np.random.default_rng([5, seed])
        assert len(find_clusters(near(rng, BASE, 5_000, 60))) <= 1


def test_one_owner_with_many_sims_is_no_cluster_and_three_owners_are() -> None:
    rng = np.random.default_rng(6)
    points = np.concatenate((cases(rng, (np.array([0]), np.array([10**13])), 40), near(rng, BASE + 10**12, 50, 10)))
    others = np.arange(40)
    assert find_clusters(points, np.append(others, np.full(10, 99))) == ()
    assert find_clusters(points, np.append(others, [98, 99] * 5)) == ()
    found = find_clusters(points, np.append(others, [97, 98, 99, 99, 99, 99, 99, 99, 99, 99]))
    assert [one.owners for one in found] == [3]
    assert found[0].points >= 6
    alone = find_clusters(points)
    assert [(one.points, one.owners) for one in alone] == [(10, 10)]
    assert alone[0].score > found[0].score


def test_what_was_seen_before_tells_a_busy_range_from_a_new_place() -> None:
    hits = false = 0
    for seed in range(20):
        rng = np.random.default_rng([8, seed])
        fleet = one_large_range(rng)
        seen = cases(rng, fleet, 3_000)
        usual = cases(rng, fleet, 100)
        affected = near(rng, BASE + int(fleet[0][0]) + 40_000, 200, 10)
        false += bool(find_clusters(usual, seen=seen))
        hits += share_inside(find_clusters(np.append(usual, affected), seen=seen), affected) == 1
    assert false <= 1
    assert hits >= 18


def test_most_cases_in_one_place_are_found_where_some_lie_elsewhere() -> None:
    rng = np.random.default_rng(2)
    affected = near(rng, BASE, 5_000, 60)
    found = find_clusters(np.concatenate((affected, cases(rng, (np.array([0]), np.array([10**13])), 20))))
    assert share_inside(found, affected) == 1


def test_numbers_of_different_length_are_never_one_cluster() -> None:
    rng = np.random.default_rng(1)
    short, long = np.array([10**18 - 3, 10**18 - 2]), np.array([10**18, 10**18 + 1])
    scattered = rng.integers(10**17, 9 * 10**18, 80)
    assert find_clusters(np.concatenate((short, long, scattered))) == ()
    found = find_clusters(np.concatenate((short, [10**18 - 9], long, [10**18 + 5], scattered)))
    assert sorted((len(str(one.first)), len(str(one.last)), one.points) for one in found) == [(18, 18, 3), (19, 19, 3)]


def test_the_score_is_the_logarithm_of_one_over_the_chance_that_any_run_is_so_dense() -> None:
    scattered = BASE + np.arange(40) * 10**11
    (found,) = find_clusters(np.append(scattered, BASE + 5 * 10**10 + np.arange(0, 500, 100)), fleet=10**15)
    expected = UNEVEN * 45 / 10**15 * 401
    chance = 45 * 5 * 4 * expected**4 / 24 * np.exp(-expected) / (1 - expected / 5)
    assert found.score == pytest.approx(-np.log(chance))


def test_a_cluster_is_named_by_a_block_or_by_round_ends_without_other_points() -> None:
    scattered = BASE + np.arange(40) * 10**11
    block = find_clusters(np.append(scattered, BASE + 5 * 10**10 + np.array([4_003, 4_311, 4_500, 4_702, 4_950])))
    assert [(one.first, one.last) for one in block] == [(BASE + 5 * 10**10 + 4_000, BASE + 5 * 10**10 + 4_999)]
    part = find_clusters(np.append(scattered, BASE + 5 * 10**10 + np.array([4_003, 4_031, 4_100, 4_202, 4_250])))
    assert [(one.first, one.last) for one in part] == [(BASE + 5 * 10**10 + 4_000, BASE + 5 * 10**10 + 4_999)]
    across = find_clusters(np.append(scattered, BASE + 5 * 10**10 + np.array([3_803, 3_911, 4_100, 4_202, 4_350])))
    assert [(one.first, one.last) for one in across] == [(BASE + 5 * 10**10 + 3_000, BASE + 5 * 10**10 + 4_999)]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30), st.integers(0, 8)), max_size=60),
    st.integers(1, 10**6),
    st.randoms(use_true_random=False),
)
def test_clusters_are_disjoint_exact_and_do_not_hang_on_the_order(
    drawn: list[tuple[int, int, int]], step: int, chance: Random
) -> None:
    table = np.array([(10**17 + a * step + b, owner) for a, b, owner in drawn], dtype=np.int64).reshape(-1, 2)
    found = find_clusters(table[:, 0], table[:, 1], chance=0.5)
    shuffled = table[np.random.default_rng(chance.randint(0, 99)).permutation(len(table))]
    assert find_clusters(shuffled[:, 0], shuffled[:, 1], chance=0.5) == found
    in_order = sorted(found, key=lambda one: one.first)
    assert all(a.last < b.first for a, b in pairwise(in_order))
    for one in found:
        inside = table[(table[:, 0] >= one.first) & (table[:, 0] <= one.last)]
        assert one.points == len(set(inside[:, 0].tolist()))
        assert one.owners == len(set(inside[:, 1].tolist())) >= 3
        assert one.score >= np.log(2) - 1e-9
        assert len(str(one.first)) == len(str(one.last))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_nothing_gives_nothing_and_arrays_must_fit() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert find_clusters(nothing) == ()
    assert find_clusters(np.array([BASE] * 9)) == ()
    with pytest.raises(ValueError, match="owner"):
        find_clusters(np.array([1, 2]), np.array([1]))
    with pytest.raises(ValueError, match="chance"):
        find_clusters(nothing, chance=0)


def test_a_stretch_that_nobody_could_name_is_no_cluster() -> None:
    rng = np.random.default_rng(3)
    scattered = cases(rng, (np.array([0]), np.array([10**14])), 300)
    assert find_clusters(np.append(scattered, near(rng, BASE + 10**13, 50 * WIDEST, 60))) == ()
