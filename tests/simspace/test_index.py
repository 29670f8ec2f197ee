import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import IntervalSet, RangeIndex

TOP = 300
ranges = st.lists(st.tuples(st.integers(0, TOP), st.integers(0, 80)).map(lambda t: (t[0], t[0] + t[1])), max_size=25)


def made(pairs: list[tuple[int, int]]) -> RangeIndex:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return RangeIndex(table[:, 0], table[:, 1])


def holding(pairs: list[tuple[int, int]], point: int) -> list[int]:
    """The naive answer: rows that hold the point, smallest range first, then the lower row."""
    rows = [row for row, (first, last) in enumerate(pairs) if first <= point <= last]
    return sorted(rows, key=lambda row: (pairs[row][1] - pairs[row][0], row))


@given(ranges)
def test_every_point_finds_its_ranges_the_most_specific_first(pairs: list[tuple[int, int]]) -> None:
    index = made(pairs)
    asked = np.arange(TOP + 90)
    best = index.best(asked).tolist()
    for point in asked.tolist():
        rows = holding(pairs, point)
        assert index.lookup(point) == tuple(rows)
        assert best[point] == index.at(point) == (rows[0] if rows else -1)


@given(ranges, st.integers(0, TOP), st.integers(0, 50))
def test_overlapping_finds_all_that_share_a_point(pairs: list[tuple[int, int]], first: int, size: int) -> None:
    last = first + size
    found = made(pairs).overlapping(first, last).tolist()
    assert sorted(found) == [row for row, (a, b) in enumerate(pairs) if a <= last and b >= first]
    assert [pairs[row][0] for row in found] == sorted(pairs[row][0] for row in found)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=60))
def test_ranges_that_do_not_overlap_take_the_short_way(sizes: list[int]) -> None:
    pairs, at = [], 0
    for size in sizes:
        pairs.append((at, at + size - 1))
        at += size + size % 3
    index = made(pairs)
    assert not index.overlaps
    asked = np.arange(at + 3)
    assert index.best(asked).tolist() == [(holding(pairs, p) or [-1])[0] for p in asked.tolist()]
    assert all(index.lookup(p) == tuple(holding(pairs, p)) for p in asked.tolist())


def test_more_ranges_than_one_block_under_one_that_spans_them() -> None:
    pairs = [(n * 10, n * 10 + 5) for n in range(5_000)] + [(0, 49_999), (20_000, 20_500)]
    index = made(pairs)
    assert index.lookup(20_003) == (2_000, 5_001, 5_000)
    assert index.lookup(49_997) == (5_000,)
    assert index.best(np.array([20_003, 20_008, 49_997, 50_000])).tolist() == [2_000, 5_001, 5_000, -1]
    assert sorted(index.overlapping(49_986, 49_999).tolist()) == [4_999, 5_000]


def test_an_empty_index_finds_nothing() -> None:
    index = made([])
    assert len(index) == 0
    assert index.lookup(5) == ()
    assert index.best(np.array([1, 2])).tolist() == [-1, -1]
    assert index.overlapping(0, 10).tolist() == []


def test_a_range_that_ends_before_it_begins_is_named() -> None:
    with pytest.raises(ValueError, match="range 1 is not one"):
        made([(1, 2), (9, 3)])


def test_bodies_of_19_digits_fit() -> None:
    first = 8_946_200_000_000_000_000
    index = made([(first, first + 999), (first + 100, first + 199)])
    assert index.lookup(first + 150) == (1, 0)


runs = st.lists(st.tuples(st.integers(0, TOP), st.integers(0, 40)), max_size=5).map(
    lambda found: IntervalSet.of((first, first + more) for first, more in found)
)


@given(ranges, runs)
def test_pieces_are_each_point_once_with_its_most_specific_range(
    pairs: list[tuple[int, int]], scope: IntervalSet
) -> None:
    firsts, lasts, rows = made(pairs).pieces(scope.starts, scope.ends)
    assert bool((firsts[1:] > lasts[:-1]).all())
    owner = {
        point: row
        for first, last, row in zip(firsts.tolist(), lasts.tolist(), rows.tolist(), strict=True)
        for point in range(first, last + 1)
    }
    expected = {point: holding(pairs, point) for point in range(TOP + 90) if point in scope}
    assert owner == {point: rows[0] for point, rows in expected.items() if rows}


@given(ranges, runs)
def test_met_counts_the_ranges_that_share_a_point(pairs: list[tuple[int, int]], scope: IntervalSet) -> None:
    index = made(pairs)
    assert index.met(scope.starts, scope.ends).tolist() == [
        len(index.overlapping(first, last)) for first, last in scope.pairs()
    ]


@given(ranges)
def test_steps_say_who_holds_the_line_from_where_on(pairs: list[tuple[int, int]]) -> None:
    index = made(pairs)
    edges, rows = index.steps()
    assert bool((edges[1:] > edges[:-1]).all())
    at = np.searchsorted(edges, np.arange(TOP + 90), side="right")
    assert np.append(rows, -1)[at - 1].tolist() == index.best(np.arange(TOP + 90)).tolist()


def test_ranges_in_order_are_not_copied() -> None:
    firsts, lasts = np.arange(0, 100, 10), np.arange(5, 105, 10)
    index = RangeIndex(firsts, lasts)
    lasts[:] = firsts  # not to be done; but it shows whose array it is
    assert index.lookup(3) == ()


def test_thousands_of_ranges_over_one_another_are_found_through_all_levels() -> None:
    pairs = [(n, 20_000 - n) for n in range(5_000)] + [(30_000 + n, 30_000 + n) for n in range(5_000)]
    index = made(pairs)
    assert index.lookup(4_999) == tuple(range(4_999, -1, -1))
    assert index.lookup(15_002) == tuple(range(4_998, -1, -1))
    assert index.lookup(34_999) == (9_999,)
    assert index.lookup(25_000) == ()
