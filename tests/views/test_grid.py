"""What stands in which stretch, against a line of single SIMs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import IntervalSet
from feeds.simspace.numberline import NumberLine
from feeds.views.grid import Grid, Numbers

BASE = 894620000000000000
points = st.sets(st.integers(0, 60), max_size=40)
runs = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=8)


def set_of(numbers: set[int]) -> IntervalSet:
    return IntervalSet.of((BASE + one, BASE + one) for one in numbers)


def grid_of(numbers: set[int], columns: int) -> tuple[Grid, list[list[int]]]:
    """The grid of a line, and the SIMs of each of its stretches one by one."""
    grid = Grid(NumberLine(set_of(numbers)), columns)
    parts = [
        sorted(one for one in numbers if first <= BASE + one <= last)
        for first, last in zip(grid.firsts.tolist(), grid.lasts.tolist(), strict=True)
    ]
    return grid, parts


def arrays(pairs: list[tuple[int, int]]) -> tuple[Numbers, Numbers]:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return table[:, 0] + BASE, table[:, 1] + BASE


@given(points, points, st.integers(1, 50))
def test_every_sim_is_in_one_stretch_and_what_of_a_set_lies_there_is_counted(
    numbers: set[int], held: set[int], columns: int
) -> None:
    grid, parts = grid_of(numbers, columns)
    assert len(grid) <= columns
    assert sorted(one for part in parts for one in part) == sorted(numbers)
    assert grid.sizes.tolist() == [len(part) for part in parts]
    assert grid.held(set_of(held)).tolist() == [len(held.intersection(part)) for part in parts]


@given(points, st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), st.integers(1, 20))
def test_a_part_of_the_line_is_what_lies_between_its_ends(numbers: set[int], ends: list[int], columns: int) -> None:
    grid = Grid(NumberLine(set_of(numbers)), columns, (BASE + ends[0], BASE + ends[1]))
    assert grid.sizes.sum() == len([one for one in numbers if ends[0] <= one <= ends[1]])


@given(points, points, st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), st.integers(1, 20))
def test_the_stretches_that_hold_any_of_a_set_are_told(
    numbers: set[int], held: set[int], ends: list[int], columns: int
) -> None:
    for part in (None, (BASE + ends[0], BASE + ends[1])):
        grid = Grid(NumberLine(set_of(numbers)), columns, part)
        sims = set_of(held & numbers)
        assert grid.holding(sims).tolist() == np.flatnonzero(grid.held(sims)).tolist()


def placed(parts: list[list[int]], first: int, last: int) -> set[int]:
    """The stretches that a run stands in: those with its SIMs, else the one that comes next, or the last."""
    inside = {at for at, part in enumerate(parts) if part[0] <= last and part[-1] >= first}
    after = [at for at, part in enumerate(parts) if part[-1] >= first]
    return inside or {after[0] if after else len(parts) - 1}


@given(points.filter(bool), st.lists(runs, max_size=6), st.integers(1, 20))
def test_an_owner_counts_once_in_each_stretch(
    numbers: set[int], owners: list[list[tuple[int, int]]], columns: int
) -> None:
    grid, parts = grid_of(numbers, columns)
    totals, odd = [0] * len(parts), [0] * len(parts)
    pairs: list[tuple[int, int]] = []
    numbered: list[int] = []
    for owner, given_runs in enumerate(owners):
        own = IntervalSet.of((BASE + first, BASE + first + more) for first, more in given_runs)
        listed = [(first - BASE, last - BASE) for first, last in own.pairs()]
        for at in {at for first, last in listed for at in placed(parts, first, last)}:
            totals[at] += 1
            odd[at] += owner % 2
        pairs += listed
        numbered += [owner] * len(listed)
    firsts, lasts = arrays(pairs)
    owned = np.array(numbered, dtype=np.int64)
    everyone, some = grid.counted(firsts, lasts, owned, owned % 2 == 1)
    assert everyone.tolist() == totals
    assert some.tolist() == odd
