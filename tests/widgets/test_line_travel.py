"""Places on the line of SIM space, and the way in and out of it."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from feeds.model import StretchRow
from widgets.line_travel import MOST_STEPS, Picture, Travel

START = 894620002000000000


def stretches(count: int, sims: int = 100, gap: int = 0, start: int = START) -> list[StretchRow]:
    return [
        StretchRow(key=str(at), first=str(low), last=str(low + sims - 1), sims=sims)
        for at in range(count)
        for low in [start + at * (sims + gap)]
    ]


def travel(count: int = 100, sims: int = 100, gap: int = 0) -> Travel:
    there = Travel()
    there.arrive(Picture(stretches(count, sims, gap)), None)
    return there


def arrived(there: Travel, sims: int = 1) -> Travel:
    """The hub's answer: the part that is aimed at in a hundred stretches, without gaps."""
    assert there.aim is not None
    first, last = map(int, there.aim)
    count = min(100, last - first + 1)
    cuts = [first + (last - first + 1) * at // count for at in range(count)] + [last + 1]
    rows = [
        StretchRow(key=str(at), first=str(low), last=str(high - 1), sims=high - low)
        for at, (low, high) in enumerate(itertools.pairwise(cuts))
    ]
    there.arrive(Picture(rows), there.aim)
    return there


def test_stretches_are_put_in_the_order_of_their_numbers_whatever_order_they_came_in() -> None:
    rows = stretches(12)
    assert Picture(sorted(rows, key=lambda row: row.key)).stretches == tuple(rows)


def test_shorter_bodies_come_before_longer_ones() -> None:
    short = StretchRow(key="1", first="8999900", last="8999999", sims=100)
    assert Picture([*stretches(2), short]).stretches[0] is short


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=40), st.floats(0, 1))
def test_a_place_leads_to_a_number_and_the_number_back_to_the_place(sizes: list[int], share: float) -> None:
    rows, at = [], START
    for key, size in enumerate(sizes):
        rows.append(StretchRow(key=str(key), first=str(at), last=str(at + size - 1), sims=size))
        at += size + 7
    line = Picture(rows)
    place = round(share * (line.size - 1))
    assert round(line.place_of(line.body_at(place))) == place


def test_nineteen_digits_are_not_rounded() -> None:
    first = 8946200020000000001
    line = Picture([StretchRow(key="0", first=str(first), last=str(first + 10), sims=11)])
    assert [line.body_at(at) for at in range(11)] == [str(first + at) for at in range(11)]


def test_a_number_in_a_gap_stands_in_the_stretch_behind_it_and_one_outside_in_none() -> None:
    line = Picture(stretches(3, gap=50))
    assert line.index_of(str(START + 120)) == 1
    assert line.index_of(str(START - 1)) is None
    assert line.index_of(str(START + 3 * 150)) is None
    assert line.index_of("") is None


def test_looking_closer_keeps_the_anchor_where_it_is() -> None:
    there = travel()
    anchor = str(START + 2_500)
    assert there.scale(anchor, 0.5)
    assert there.aim is not None
    first, last = map(int, there.aim)
    assert abs((last - first + 1) - 5_000) <= 100
    assert abs((2_500 - (first - START)) / 5_000 - 0.25) < 0.03


@given(st.integers(0, 9_999), st.integers(1, 12))
def test_every_part_holds_its_anchor_and_lies_in_the_part_before(at: int, steps: int) -> None:
    there = travel()
    anchor = str(START + at)
    low, high = START, START + 9_999
    for _ in range(steps):
        if not there.scale(anchor, 0.5):
            break
        assert there.aim is not None
        first, last = map(int, there.aim)
        assert low <= first <= int(anchor) <= last <= high
        low, high = first, last
        arrived(there)


def test_one_large_stretch_is_looked_into() -> None:
    there = travel(count=1, sims=1_000)
    assert there.scale(str(START), 0.5)
    assert there.aim == (str(START), str(START + 499))


def test_a_single_sim_is_as_close_as_it_gets() -> None:
    there = travel(count=1, sims=1)
    assert not there.scale(str(START), 0.5)


def test_several_steps_in_before_a_picture_has_come_go_on_from_the_last_wish() -> None:
    there = travel()
    there.scale(str(START), 0.5)
    there.scale(str(START), 0.5)
    assert there.aim is not None
    assert abs(int(there.aim[1]) - START - 2_500) <= 100


def test_back_leads_through_every_step_and_ends_at_the_whole_line() -> None:
    there = travel()
    seen = []
    for _ in range(4):
        there.scale(str(START + 5_000), 0.5)
        seen.append(there.aim)
        arrived(there)
    assert [there.aim for _ in range(3) if there.back()] == seen[2::-1]
    assert there.back()
    assert there.aim is None
    assert not there.back()


def test_looking_from_farther_off_ends_at_the_whole_line() -> None:
    there = travel()
    for _ in range(5):
        there.scale(str(START + 5_000), 0.5)
        arrived(there)
    steps = 0
    while there.scale(str(START + 5_000), 2):
        steps += 1
        if there.aim is not None:
            arrived(there)
    assert there.aim is None
    assert 4 <= steps <= 6


def test_a_part_is_moved_by_half_of_it_and_no_farther_than_the_line() -> None:
    there = travel()
    there.to(str(START + 1_000), str(START + 1_999))
    arrived(there)
    assert there.pan(0.5)
    assert there.aim is not None
    assert abs(int(there.aim[0]) - START - 1_500) <= 100
    for _ in range(8):
        arrived(there)
        there.pan(-0.5)
    assert there.aim is not None
    assert int(there.aim[0]) == START
    assert not there.pan(-0.5)


def test_the_whole_line_cannot_be_moved() -> None:
    assert not travel().pan(0.5)


def test_choosing_from_the_right_to_the_left_is_the_same() -> None:
    one, other = travel(), travel()
    one.to(str(START + 100), str(START + 900))
    other.to(str(START + 900), str(START + 100))
    assert one.aim == other.aim


def test_choosing_all_of_it_is_the_whole_line() -> None:
    there = travel()
    there.to(str(START + 100), str(START + 900))
    assert there.to(*there.picture.span)
    assert there.aim is None


def test_the_way_back_is_bounded() -> None:
    there = travel()
    for at in range(200):
        there.to(str(START + at), str(START + 500 + at))
    assert there.depth == MOST_STEPS


def test_nothing_can_be_done_with_an_empty_line() -> None:
    there = Travel()
    assert not there.scale("", 0.5)
    assert not there.scale("", 2)
    assert not there.pan(0.5)
    assert not there.back()
    assert there.picture.span == ("", "")
