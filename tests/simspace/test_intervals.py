import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import IntervalSet

TOP = 1_250
"""Small enough for naive sets, and across the powers of ten 10, 100 and 1000."""

LINE = 2**63 - 1
EDGES = (0, 10, 1_000, 10**17, 10**18, LINE)
"""Around these the same small sets are tried again: bodies that differ only in length, and both ends of the line."""

runs = st.lists(st.tuples(st.integers(0, TOP), st.integers(0, 60)).map(lambda t: (t[0], t[0] + t[1])), max_size=12)


@st.composite
def runs_at_an_edge(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[int]]:
    """Draw two lists of runs and some points within 40 of the same place on the line."""
    edge = draw(st.sampled_from(EDGES))
    low, high = max(0, edge - 40), min(LINE, edge + 40)
    one = st.tuples(st.integers(low, high), st.integers(0, 15)).map(lambda t: (t[0], min(high, t[0] + t[1])))
    return draw(st.lists(one, max_size=8)), draw(st.lists(one, max_size=8)), list(range(low, high + 1))


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


@given(runs_at_an_edge())
def test_the_algebra_is_that_of_sets_wherever_numbers_get_longer_and_at_the_ends_of_the_line(
    drawn: tuple[list[tuple[int, int]], list[tuple[int, int]], list[int]],
) -> None:
    one, other, near = drawn
    a, b, pa, pb = IntervalSet.of(one), IntervalSet.of(other), points(one), points(other)
    assert (a | b).pairs() == canonical(pa | pb)
    assert (a & b).pairs() == canonical(pa & pb)
    assert (a - b).pairs() == canonical(pa - pb)
    assert (a ^ b).pairs() == canonical(pa ^ pb)
    assert a.complement(b).pairs() == canonical(pb - pa)
    assert [a.rank(point) for point in near] == [sum(p < point for p in pa) for point in near]
    assert a.rank_many(np.array(near)).tolist() == [a.rank(point) for point in near]
    assert a.points(1_000).tolist() == sorted(pa)
    assert a.points(3).tolist() == sorted(pa)[:3]
    assert [a.nth(n) for n in range(len(pa))] == sorted(pa)
    assert a.nth_many(np.arange(len(pa))[::-1]).tolist() == sorted(pa, reverse=True)


@given(runs, runs, st.sampled_from([1, 40]))
def test_a_large_set_is_taken_from_a_small_one(
    one: list[tuple[int, int]], other: list[tuple[int, int]], step: int
) -> None:
    many = [(7 * n, 7 * n + 2) for n in range(180)] + other
    small, large = IntervalSet.of(one[:step]), IntervalSet.of(many)
    assert (small - large).pairs() == canonical(points(one[:step]) - points(many))
    assert (large - small).pairs() == canonical(points(many) - points(one[:step]))
    assert (large ^ small).pairs() == canonical(points(many) ^ points(one[:step]))


def test_there_is_no_point_behind_the_last_one() -> None:
    made = IntervalSet.of([(3, 5), (9, 9)])
    for rank in (-1, 4):
        with pytest.raises(IndexError, match="4 points"):
            made.nth(rank)
    with pytest.raises(IndexError):
        IntervalSet.empty.nth_many(np.array([0]))
    assert IntervalSet.empty.nth_many(np.empty(0, dtype=np.int64)).tolist() == []
    assert IntervalSet.empty.points(5).tolist() == []
    assert made.points(-2).tolist() == []
    assert (made.rank(-5), made.rank(2**70), IntervalSet.empty.rank(7)) == (0, 4, 0)


def test_ranks_are_exact_on_the_whole_line() -> None:
    whole = IntervalSet.of([(0, LINE)])
    assert whole.rank(LINE) == LINE
    assert whole.rank(LINE + 1) == whole.count == 2**63
    assert whole.nth(LINE) == LINE
    assert whole.rank_many(np.array([LINE, 10**18])).tolist() == [LINE, 10**18]


@pytest.mark.parametrize("seed", range(4))
def test_the_laws_hold_for_large_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, universe = (random_set(rng, number) for number in (20_000, 20_000, 300))
    assert (a | b).count + (a & b).count == a.count + b.count
    assert (a ^ b) == (a - b) | (b - a) == (a | b) - (a & b)
    assert (a | b).complement(universe) == a.complement(universe) & b.complement(universe)
    assert (a & b).complement(universe) == a.complement(universe) | b.complement(universe)
    assert a.complement(universe).complement(universe) == a & universe
    assert (a - b).count == a.count - (a & b).count
    assert (a ^ b) ^ b == a
    assert (a & b).issubset(a)
    assert not (a - b).intersects(b)
    ranks = rng.integers(0, a.count, 1_000)
    assert a.rank_many(a.nth_many(ranks)).tolist() == ranks.tolist()
    assert a.contains_many(a.nth_many(ranks)).all()


def random_set(rng: np.random.Generator, number: int) -> IntervalSet:
    """Return runs of many sizes on both sides of 10**18, some of which touch."""
    starts = 10**18 + rng.integers(-(10**7), 10**7, number)
    return IntervalSet(starts, starts + rng.integers(0, 3, number) * rng.integers(1, 10**7 // number, number))
