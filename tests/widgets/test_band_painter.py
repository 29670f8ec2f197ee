"""The bars of counts over the band of what is usual, as characters."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.model import CurveRow
from widgets.band_painter import BAND, EDGE, FULL, SHADE, SURGE, USUAL, Picture, paint, round_up

START = datetime(2026, 3, 14, tzinfo=UTC)


def row(
    place: int, seen: int, usual: float = 0.0, low: float = 0.0, high: float = 0.0, surge: bool = False
) -> CurveRow:
    return CurveRow(
        key=str(place), start=START + timedelta(minutes=5 * place), minutes=5, seen=seen, usual=usual, low=low,
        high=high, surges=("S-1",) if surge else (),
    )  # fmt: skip


def seen_as(picture: Picture, columns: int, lines: int) -> list[str]:
    """The picture as lines of text, the highest first."""
    cells = {(spot.x, spot.y): spot.mark for spot in picture.spots}
    return ["".join(cells.get((x, y), " ") for x in range(columns)) for y in reversed(range(lines))]


def test_a_bar_is_as_high_as_its_count_in_eighths_of_a_line() -> None:
    picture = paint([row(0, 4), row(1, 2), row(2, 1), row(3, 0)], 4, 2)
    assert picture.top == 4
    assert seen_as(picture, 4, 2) == ["█   ", "██▄ "]


def test_a_single_case_is_seen_below_a_mountain() -> None:
    assert seen_as(paint([row(0, 10_000), row(1, 1)], 2, 3), 2, 3)[-1] == "█▁"


def test_the_band_is_shaded_around_the_bars_with_the_usual_as_a_line_in_it() -> None:
    shown = seen_as(paint([row(place, 0, usual=4, low=2, high=8) for place in range(3)], 3, 10), 3, 10)
    assert [line[0] for line in shown] == [" ", " ", SHADE, SHADE, SHADE, USUAL, SHADE, SHADE, " ", " "]


def test_the_edge_of_the_band_goes_on_through_bars_that_reach_beyond_it() -> None:
    shown = seen_as(paint([row(0, 10, usual=2, low=0, high=4)], 1, 10), 1, 10)
    assert "".join(line[0] for line in reversed(shown)) == FULL * 3 + EDGE + FULL * 6


def test_what_is_beyond_the_band_has_another_colour_and_in_a_surge_a_third() -> None:
    def colours(surge: bool) -> list[str]:
        picture = paint([row(0, 10, usual=2, high=4, surge=surge)], 1, 10)
        return [spot.colour for spot in picture.spots if spot.mark in (FULL, EDGE)]

    assert colours(False) == ["primary"] * 4 + ["warning"] * 6
    assert colours(True)[-5:] == ["error"] * 5


def test_a_bar_within_the_band_is_of_one_colour() -> None:
    picture = paint([row(0, 4, usual=3, low=1, high=4)], 1, 4)
    assert {spot.colour for spot in picture.spots if spot.mark in (FULL, EDGE)} == {"primary"}
    assert EDGE not in {spot.mark for spot in picture.spots}


def test_surges_are_underlined_below_the_bars() -> None:
    rows = [row(0, 1), row(1, 9, surge=True), row(2, 9, surge=True)]
    picture = paint(rows, 3, 6)
    assert picture.floor == 1
    assert seen_as(picture, 3, 6)[-1] == f" {SURGE}{SURGE}"
    assert paint(rows[:1], 3, 6).floor == 0


def test_a_narrow_band_is_seen_all_the_same() -> None:
    picture = paint([row(0, 1_000), row(1, 0, usual=0.2, high=1.2)], 2, 5)
    assert seen_as(picture, 2, 5)[-1][1] == SHADE
    assert [spot.colour for spot in picture.spots if spot.mark == SHADE] == [BAND]


def test_wide_bars_leave_a_gap_in_which_the_band_is_seen() -> None:
    picture = paint([row(0, 10, usual=2, high=5), row(1, 10, usual=2, high=5)], 11, 10)
    assert seen_as(picture, 11, 10)[-1] == f" {FULL * 4}{SHADE}{FULL * 4}{SHADE}"
    assert picture.starts == (1, 6)


def test_the_newest_rows_are_shown_where_there_is_no_room_for_all() -> None:
    picture = paint([row(place, place) for place in range(10)], 4, 4)
    assert (picture.first, len(picture.starts), picture.top) == (6, 4, 10)


rows = st.lists(
    st.builds(
        row, st.just(0), st.integers(0, 10**6), st.floats(0, 50), st.floats(0, 10), st.floats(0, 10**6), st.booleans()
    ),
    max_size=40,
)


@given(rows, st.integers(1, 60), st.integers(1, 30))
def test_a_picture_stays_within_its_cells_with_one_mark_in_each(
    found: list[CurveRow], columns: int, lines: int
) -> None:
    picture = paint(found, columns, lines)
    places = [(spot.x, spot.y) for spot in picture.spots]
    assert len(set(places)) == len(places)
    assert all(0 <= x < columns and 0 <= y < lines for x, y in places)
    assert all(one.seen <= picture.top for one in found[picture.first :])


@given(st.floats(0, 10**9))
def test_the_axis_holds_the_highest_and_wastes_less_than_two_thirds(highest: float) -> None:
    top = round_up(highest)
    assert highest <= top
    assert top == 4 or top / 2.5 <= highest * 1.001
