"""The layout of the wall: nothing is cut, nothing lies over another, at any size."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.wall.layout import PATH, SHIFT_EVERY, Box, places_for, plan, room_for, shift_at

SIZES = ((80, 24), (130, 40), (200, 60), (400, 100))
START = datetime(2026, 3, 1, tzinfo=UTC)


def boxes(width: int, height: int, outages: int) -> list[Box]:
    made = plan(width, height, outages)
    return [made.top, *made.outages, *(box for box in (made.curve, made.duty, made.feeds) if box is not None)]


@given(st.integers(1, 420), st.integers(1, 120), st.integers(0, 30))
def test_all_boxes_lie_in_the_picture_and_none_over_another(width: int, height: int, outages: int) -> None:
    taken: set[tuple[int, int]] = set()
    made = boxes(width, height, outages)
    for box in made:
        assert box.x >= 0
        assert box.x + box.width <= width
        assert box.y >= 0
        assert box.y + box.height <= height or height < 3
        cells = {(x, y) for x in range(box.x, box.x + box.width, 5) for y in range(box.y, box.y + box.height)}
        corners = {(box.x + box.width - 1, y) for y in range(box.y, box.y + box.height)} if box.width else set()
        assert height < 3 or not (cells | corners) & taken
        taken |= cells | corners


@given(st.integers(20, 420), st.integers(9, 120), st.integers(1, 30))
def test_as_many_outages_have_a_place_as_fit(width: int, height: int, outages: int) -> None:
    places = places_for(width, height)
    assert places >= 1
    assert len(plan(width, height, outages).outages) == min(outages, places)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_each_size_of_a_real_wall_has_all_panels(width: int, height: int) -> None:
    made = plan(*room_for(width, height), 3)
    assert made.curve is not None
    assert made.duty is not None
    assert made.feeds is not None
    assert made.curve.width >= 40
    assert made.curve.height >= 6


def test_larger_walls_show_more_outages() -> None:
    assert [places_for(*room_for(*size)) for size in SIZES] == [2, 6, 6, 12]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_picture_moves_every_few_minutes_and_nothing_is_cut(width: int, height: int) -> None:
    inner = room_for(width, height)
    seen = set()
    for step in range(len(PATH) * 2):
        dx, dy = shift_at(START + timedelta(seconds=step * SHIFT_EVERY), width, height)
        seen.add((dx, dy))
        for box in boxes(*inner, 4):
            assert box.x + dx + box.width <= width
            assert box.y + dy + box.height <= height
    assert seen == set(PATH)
    assert shift_at(START, width, height) == shift_at(START + timedelta(seconds=SHIFT_EVERY - 1), width, height)


def test_a_step_of_the_shift_is_one_cell() -> None:
    for (x, y), (to_x, to_y) in zip(PATH, [*PATH[1:], PATH[0]], strict=True):
        assert abs(x - to_x) + abs(y - to_y) == 1
