import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import IntervalSet
from feeds.simspace.intervals import Points
from feeds.simspace.numberline import NumberLine, Stretches

TOP = 2**63 - 1

runs = st.lists(st.tuples(st.integers(90, 140), st.integers(0, 12)).map(lambda t: (t[0], t[0] + t[1])), max_size=6)
outsiders = st.lists(st.integers(85, 160), max_size=5)
windows = st.tuples(st.integers(80, 165), st.integers(80, 165)).map(lambda t: (min(t), max(t)))


def members(sims: IntervalSet) -> list[int]:
    return [int(number) for number in sims.points(10_000)]


def array(numbers: list[int]) -> Points:
    return np.array(numbers, dtype=np.int64)


def belonging(found: Stretches, number: int) -> int:
    """Where a number belongs, looked for one stretch after the other."""
    if not found.low <= number <= found.high or not len(found):
        return -1
    return next((at for at in range(len(found)) if number <= found.last[at]), len(found) - 1)


@given(runs, outsiders, st.integers(1, 4), st.integers(1, 30), windows)
def test_stretches_take_in_all_of_the_window_and_nothing_else(
    pairs: list[tuple[int, int]], more: list[int], width: int, most: int, window: tuple[int, int]
) -> None:
    inventory = IntervalSet.of(pairs)
    line = NumberLine(inventory, array(more), width=width)
    found = line.stretches(most, *window)
    sims = [number for number in members(inventory) if window[0] <= number <= window[1]]
    outside = sorted({number for number in more if number not in inventory and window[0] <= number <= window[1]})
    there = sorted(sims + outside)
    assert len(found) <= most
    assert bool(len(found)) == bool(there)
    parts = [[n for n in there if first <= n <= last] for first, last in zip(found.first, found.last, strict=True)]
    assert [number for part in parts for number in part] == there
    assert [(part[0], part[-1]) for part in parts] == list(zip(found.first, found.last, strict=True))
    assert found.sims.tolist() == [len(set(part) & set(sims)) for part in parts]
    assert found.outside.tolist() == [len(set(part) & set(outside)) for part in parts]


@given(runs.filter(bool), st.integers(1, 60))
def test_stretches_have_equally_many_sims_but_for_a_cut_that_moved(pairs: list[tuple[int, int]], most: int) -> None:
    inventory = IntervalSet.of(pairs)
    found = NumberLine(inventory).stretches(most)
    even = inventory.count / min(most, inventory.count)
    assert len(found) == min(most, inventory.count)
    assert all(abs(size - even) <= even / 2 + 1 for size in found.sims.tolist())


@given(runs, outsiders, runs, st.lists(st.integers(80, 165), max_size=20), st.integers(1, 30), windows)
def test_points_and_sets_are_counted_where_they_belong(
    pairs: list[tuple[int, int]],
    more: list[int],
    others: list[tuple[int, int]],
    points: list[int],
    most: int,
    window: tuple[int, int],
) -> None:
    line = NumberLine(IntervalSet.of(pairs), array(more))
    found, sims = line.stretches(most, *window), IntervalSet.of(others)
    places = [belonging(found, number) for number in points]
    assert found.place(array(points)).tolist() == places
    assert found.histogram(array(points)).tolist() == [places.count(at) for at in range(len(found))]
    there = {*members(IntervalSet.of(pairs)), *more}
    assert line.coverage(found, sims).tolist() == [
        sum(number in there for number in members(sims) if first <= number <= last)
        for first, last in zip(found.first.tolist(), found.last.tolist(), strict=True)
    ]


def test_cuts_stand_at_the_edges_of_ranges_where_some_are_near() -> None:
    inventory = IntervalSet.of([(10_000, 11_049), (20_000, 20_979), (30_000, 30_999)])
    found = NumberLine(inventory).stretches(3)
    assert found.first.tolist() == [10_000, 20_000, 30_000]
    assert found.last.tolist() == [11_049, 20_979, 30_999]
    assert found.sims.tolist() == [1_050, 980, 1_000]


def test_cuts_within_a_range_stand_at_its_parts_or_at_round_numbers() -> None:
    inventory = IntervalSet.of([(894620002000000000, 894620002000099998)])
    found = NumberLine(inventory).stretches(3)
    assert found.first.tolist() == [894620002000000000, 894620002000030000, 894620002000070000]
    parted = NumberLine(inventory, edges=array([894620002000035000])).stretches(3)
    assert parted.first.tolist() == [894620002000000000, 894620002000035000, 894620002000070000]


def test_a_wide_number_outside_fills_a_stretch_of_its_own() -> None:
    line = NumberLine(IntervalSet.of([(1000, 1099), (5000, 5099)]), array([3000, 1050]), width=100)
    found = line.stretches(3)
    assert found.first.tolist() == [1000, 3000, 5000]
    assert found.sims.tolist() == [100, 0, 100]
    assert found.outside.tolist() == [0, 1, 0]


def test_numbers_in_a_gap_belong_to_the_next_stretch_and_those_behind_the_end_to_the_last() -> None:
    found = NumberLine(IntervalSet.of([(1000, 1099), (5000, 5099)])).stretches(2)
    assert found.place(array([7, 1099, 1100, 4999, 9999, TOP])).tolist() == [0, 0, 1, 1, 1, 1]


def test_a_line_at_the_top_and_a_line_of_very_many_can_be_cut() -> None:
    top = NumberLine(IntervalSet.of([(TOP - 99, TOP)]))
    found = top.stretches(4)
    assert found.last[-1] == TOP
    assert found.sims.sum() == 100
    assert top.coverage(found, IntervalSet.of([(TOP - 9, TOP)])).sum() == 10
    large = IntervalSet.of([(4 * 10**18, 4 * 10**18 + 2**61)])
    assert NumberLine(large).stretches(1_000).sims.sum() == large.count


def test_what_is_out_of_bounds_is_refused() -> None:
    line = NumberLine(IntervalSet.of([(1000, 1099)]))
    with pytest.raises(ValueError, match="stretches"):
        line.stretches(0)
    with pytest.raises(ValueError, match="window"):
        line.stretches(5, 7, 6)
    with pytest.raises(ValueError, match="wide"):
        NumberLine(IntervalSet.empty, width=0)
    with pytest.raises(ValueError, match="room"):
        NumberLine(IntervalSet.of([(0, TOP)]))
    assert len(NumberLine(IntervalSet.empty).stretches(5)) == 0
    assert NumberLine(IntervalSet.empty).stretches(5).histogram(array([3])).tolist() == []
