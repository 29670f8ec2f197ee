from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import Cover, IntervalSet
from feeds.simspace.cover import cover
from feeds.simspace.intervals import Points

LOW, HIGH = 92, 108
"""A universe that is small enough to try everything, on both sides of a power of ten."""

bits = st.integers(0, 2 ** (HIGH - LOW + 1) - 1)


def made(mask: int) -> IntervalSet:
    points = [LOW + place for place in range(HIGH - LOW + 1) if mask >> place & 1]
    return IntervalSet.of([(point, point) for point in points])


TRIED = range(94, 105)
"""Few enough to try all ranges with all exceptions: a choice of either is a mask of these points."""


def runs_in(masks: Points) -> Points:
    """Return of how many runs, none over the power of ten, the points of each mask consist."""
    breaks = 1 << TRIED.index(100)
    counts: Points = np.bitwise_count(masks & ~((masks << 1) & ~breaks)).astype(np.int64)
    return counts


@cache
def pieces_to_say() -> Points:
    """Return for each mask the fewest ranges and exceptions that say it, having tried all of both."""
    masks = np.arange(1 << len(TRIED), dtype=np.int64)
    runs = runs_in(masks)
    least = np.full(len(masks), 99, dtype=np.int64)
    for excepted in masks.tolist():
        np.minimum.at(least, masks & ~excepted, runs + runs[excepted])
    return least


def fewest_pieces(target: int, counted: int, bound: int) -> tuple[int, int]:
    """Return the least (pieces, over-cover) of all that may be said for the mask ``target``."""
    masks = np.arange(1 << len(TRIED), dtype=np.int64)
    over = np.bitwise_count(masks & ~target & counted).astype(np.int64)
    fits = (masks & target == target) & (over <= bound)
    return min(zip(pieces_to_say()[fits].tolist(), over[fits].tolist(), strict=True))


def numbers(first: int, last: int) -> int:
    one, other = str(first), str(last)
    same = next((at for at in range(len(one)) if one[at] != other[at]), len(one))
    whole = set(one[same:]) <= {"0"} and set(other[same:]) <= {"9"}
    return 1 if first == last or (same and whole) else 2


def fewest_numbers(runs: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the least (numbers, excepted points) by trying a break and an exception for each gap between ``runs``."""
    gaps = [(a[1] + 1, b[0] - 1) for a, b in pairwise(runs)]
    best = (999, 999)
    for excepted in product((False, True), repeat=len(gaps)):
        ranges, cost, points = [list(runs[0])], 0, 0
        fair = True
        for at, (gap, inside) in enumerate(zip(gaps, excepted, strict=True)):
            if inside:
                size = gap[1] - gap[0] + 1
                beside = min(runs[at][1] - runs[at][0], runs[at + 1][1] - runs[at + 1][0]) + 1
                fair &= len(str(runs[at][1])) == len(str(runs[at + 1][0])) and size <= beside
                ranges[-1][1] = runs[at + 1][1]
                cost, points = cost + numbers(*gap), points + size
            else:
                ranges.append(list(runs[at + 1]))
        if fair:
            best = min(best, (cost + sum(numbers(first, last) for first, last in ranges), points))
    return best


def cost_of(found: Cover) -> tuple[int, int]:
    pieces = [*found.ranges.pairs(), *found.exceptions.pairs()]
    return sum(numbers(*pair) for pair in pieces), found.exceptions.count


@given(bits, bits, st.integers(0, 6), st.integers(1, 6))
def test_a_cover_holds_its_target_and_no_more_than_allowed(mask: int, known: int, bound: int, most: int) -> None:
    target, universe = made(mask), made(known)
    lengths = len({len(str(first)) for first, _ in target.pairs()})
    found = cover(target, over_points=bound, universe=universe, max_ranges=max(most, lengths))
    assert target.issubset(found.said)
    assert ((found.said - target) & universe).count == found.over <= bound
    assert len(found.ranges) <= max(most, lengths)
    assert found.exceptions.issubset(found.ranges)
    assert found.pieces == len(found.ranges) + len(found.exceptions)


@given(bits)
def test_without_leave_to_cover_more_the_set_is_said_exactly(mask: int) -> None:
    target = made(mask)
    assert cover(target).said == target
    assert cover(target, max_ranges=2).said == target


@given(st.integers(1, 2 ** len(TRIED) - 1), st.integers(0, 2 ** len(TRIED) - 1), st.integers(0, 5))
def test_no_choice_of_ranges_and_exceptions_has_fewer_pieces(target: int, counted: int, bound: int) -> None:
    aim, universe = (
        IntervalSet.of((point, point) for place, point in enumerate(TRIED) if mask >> place & 1)
        for mask in (target, counted)
    )
    found = cover(aim, over_points=bound, universe=universe)
    assert (found.pieces, found.over) == fewest_pieces(target, counted, bound)


@given(
    st.tuples(st.integers(380, 420), st.integers(480, 520)), st.sets(st.integers(381, 519), max_size=8), st.booleans()
)
def test_no_choice_of_holes_in_blocks_writes_fewer_numbers(ends: tuple[int, int], holes: set[int], whole: bool) -> None:
    first, last = (400, 499) if whole else ends
    target = IntervalSet.of([(first, last)]) - IntervalSet.of((hole, hole) for hole in holes)
    assert cost_of(cover(target)) == fewest_numbers(target.pairs())


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 12)), min_size=1, max_size=9), st.sampled_from([90, 400, 985])
)
def test_no_choice_among_runs_writes_fewer_numbers(steps: list[tuple[int, int]], at: int) -> None:
    runs: list[tuple[int, int]] = []
    for size, gap in steps:
        runs.append((at, at + size - 1))
        at += size + gap
    target = IntervalSet.of(runs)
    assert cost_of(cover(target)) == fewest_numbers(target.pairs())


@given(bits.filter(bool), st.integers(2, 4))
def test_where_ranges_are_few_the_smallest_gaps_are_exceptions(mask: int, most: int) -> None:
    target = made(mask)
    free, found = cover(target), cover(target, max_ranges=most)
    assert found.pieces == free.pieces
    if len(free.ranges) <= most:
        assert found == free
        return
    pairs = target.pairs()
    gaps = [(a[1] + 1, b[0] - 1) for a, b in pairwise(pairs)]
    sizes = sorted(b - a + 1 for a, b in gaps if len(str(a - 1)) == len(str(b + 1)))
    assert found.exceptions.count == sum(sizes[: len(pairs) - most])


def test_a_hole_in_a_range_is_an_exception() -> None:
    block = IntervalSet.of([(894620002000000000, 894620002039999999)])
    hole = IntervalSet.of([(894620002017000000, 894620002017999999)])
    assert cover(block - hole) == Cover(block, hole)


def test_what_lies_far_apart_is_not_one_range_with_a_hole() -> None:
    far = IntervalSet.of([(894620002000000000, 894620002000000009), (894620002999999990, 894620002999999999)])
    assert cover(far) == Cover(far)
    assert cover(far, max_ranges=1).ranges.pairs() == [(894620002000000000, 894620002999999999)]


def test_numbers_that_no_sim_has_cost_nothing() -> None:
    target = IntervalSet.of([(1000, 1009), (1500, 1509), (2000, 2009)])
    found = cover(target, universe=target | IntervalSet.of([(1600, 1600)]))
    assert found == Cover(IntervalSet.of([(1000, 1509), (2000, 2009)]))


def test_over_cover_is_a_share_of_the_target_and_saves_most_pieces() -> None:
    target = IntervalSet.of([(1000, 1049), (1051, 1089), (1093, 1099), (1101, 1104)])
    found = cover(target, over_cover=0.02)
    assert found == Cover(IntervalSet.of([(1000, 1089), (1093, 1104)]), over=2)
    assert cover(target, over_cover=0.05) == Cover(IntervalSet.of([(1000, 1104)]), over=5)


def test_wrong_bounds_are_refused() -> None:
    two = IntervalSet.of([(98, 101)])
    with pytest.raises(ValueError, match="0 to 1"):
        cover(two, over_cover=1.5)
    with pytest.raises(ValueError, match="2 lengths"):
        cover(two, max_ranges=1)
    assert cover(IntervalSet.empty) == Cover(IntervalSet.empty)


def test_the_top_of_the_line_can_be_said() -> None:
    top = 2**63 - 1
    target = IntervalSet.of([(top - 20, top - 11), (top - 9, top)])
    assert cover(target).said == target
    assert cover(target, max_ranges=1) == Cover(
        IntervalSet.of([(top - 20, top)]), IntervalSet.of([(top - 10, top - 10)])
    )
