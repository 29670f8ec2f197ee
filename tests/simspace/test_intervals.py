import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import IntervalSet

TOP = 1_250
"""Small enough for naive sets, and across the powers of ten 10, 100 and 1000."""

runs = st.lists(st.tuples(st.integers(0, TOP), st.integers(0, 60)).map(lambda t: (t[0], t[0] + t[1])), max_size=12)


def points(pairs: list[tuple[int, int]]) -> set[int]:
    return {point for first, last in pairs for point in range(first, last + 1)}


def canonical(wanted: set[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for point in sorted(wanted):
        if found and found[-1][1] == point - 1 and len(str(point)) == len(str(point - 1)):
            found[-1] = (found[-1][0], point)
        else:
            found.append((point, point))
    return found


@given(runs)
def test_a_set_is_the_points_of_its_runs_in_canonical_form(pairs: list[tuple[int, int]]) -> None:
    made = IntervalSet.of(pairs)
    assert made.pairs() == canonical(points(pairs))
    assert made.count == len(points(pairs))
    assert len(made) == len(made.pairs())
    assert bool(made) == bool(pairs)


@given(runs, runs)
def test_the_algebra_is_that_of_sets(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    a, b, pa, pb = IntervalSet.of(one), IntervalSet.of(other), points(one), points(other)
    assert (a | b).pairs() == canonical(pa | pb)
    assert (a & b).pairs() == canonical(pa & pb)
    assert (a - b).pairs() == canonical(pa - pb)
    assert (a ^ b).pairs() == canonical(pa ^ pb)
    assert a.intersects(b) == bool(pa & pb)
    assert a.issubset(b) == (pa <= pb)
    assert (a & b).issubset(a)


@given(st.lists(runs, max_size=5))
def test_the_union_of_many_is_the_union_one_by_one(many: list[list[tuple[int, int]]]) -> None:
    step = IntervalSet.empty
    for pairs in many:
        step = step | IntervalSet.of(pairs)
    assert IntervalSet.union(map(IntervalSet.of, many)) == step


@given(runs)
def test_membership_one_by_one_and_in_bulk_agree(pairs: list[tuple[int, int]]) -> None:
    made, wanted = IntervalSet.of(pairs), points(pairs)
    asked = np.arange(TOP + 70)
    assert made.contains_many(asked).tolist() == [point in wanted for point in asked.tolist()]
    assert all((point in made) == (point in wanted) for point in (0, 9, 10, 99, 100, 999, 1000, TOP))


@given(runs, runs)
def test_equal_points_are_equal_sets_with_equal_hashes(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    a, b = IntervalSet.of(one), IntervalSet.of([(p, p) for p in points(one)])
    assert a == b
    assert hash(a) == hash(b)
    assert (a == IntervalSet.of(other)) == (points(one) == points(other))


@given(runs, st.lists(st.integers(0, TOP), min_size=1, max_size=2))
def test_a_small_set_meets_a_large_one_by_look_up(pairs: list[tuple[int, int]], few: list[int]) -> None:
    large = IntervalSet.of([(7 * n, 7 * n + 2) for n in range(180)] + pairs)
    small = IntervalSet.of([(point, point + 25) for point in few])
    assert (small & large).pairs() == canonical(points(small.pairs()) & points(large.pairs()))
    assert small & large == large & small


def test_runs_that_touch_are_joined_but_not_where_the_number_gets_longer() -> None:
    assert IntervalSet.of([(10, 19), (20, 29)]).pairs() == [(10, 29)]
    assert IntervalSet.of([(990, 999), (1000, 1005)]).pairs() == [(990, 999), (1000, 1005)]
    assert IntervalSet.of([(998, 1001)]).pairs() == [(998, 999), (1000, 1001)]


def test_bodies_of_18_and_19_digits_stay_apart() -> None:
    edge = 10**18
    mixed = IntervalSet.of([(edge - 5, edge - 1), (edge, edge + 4)])
    assert len(mixed) == 2
    assert mixed.count == 10


def test_the_count_is_exact_for_the_whole_line() -> None:
    whole = IntervalSet.of([(0, 2**63 - 1)])
    assert whole.count == 2**63
    assert (whole - IntervalSet.of([(2**63 - 1, 2**63 - 1)])).count == 2**63 - 1
    assert not whole - whole


def test_wrong_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        IntervalSet.of([(5, 4)])
    with pytest.raises(ValueError, match="below zero"):
        IntervalSet.of([(-1, 4)])


def test_a_set_cannot_be_changed_through_its_arrays() -> None:
    made = IntervalSet.of([(1, 5)])
    with pytest.raises(ValueError, match="read-only"):
        made.starts[0] = 2


def test_other_things_are_not_members() -> None:
    made = IntervalSet.of([(1, 5)])
    assert "3" not in made
    assert 2**70 not in made
    assert made != "x"
