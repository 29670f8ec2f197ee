"""Large digits: they take the cells they say, and numbers are shortened without saying too much."""

from hypothesis import given
from hypothesis import strategies as st

from widgets.large_digits import LARGEST, best_number, height_of, largest, paint, short_number, width_of

NUMBERS = st.text("0123456789,.:+-kM h", min_size=1, max_size=10)


@given(NUMBERS, st.integers(1, LARGEST))
def test_a_number_takes_the_cells_that_it_says(text: str, size: int) -> None:
    lines = paint(text, size)
    assert len(lines) == height_of(size)
    assert {len(line) for line in lines} == {width_of(text, size)}


@given(NUMBERS, st.integers(0, 300), st.integers(0, 60))
def test_the_largest_size_fits_and_the_next_does_not(text: str, width: int, height: int) -> None:
    size = largest(text, width, height)
    assert not size or (width_of(text, size) <= width and height_of(size) <= height)
    assert size == LARGEST or width_of(text, size + 1) > width or height_of(size + 1) > height


def test_digits_differ_from_each_other() -> None:
    assert len({tuple(paint(digit, 1)) for digit in "0123456789"}) == 10
    assert paint("7", 1) == ["▀▀█", "  █", "  ▀"]


@given(st.integers(0, 999_999_999))
def test_a_short_number_never_says_more_than_there_is_and_nearly_as_much(count: int) -> None:
    text = short_number(count)
    worth = float(text.rstrip("kM").replace(",", "")) * {"k": 1_000, "M": 1_000_000}.get(text[-1], 1)
    assert worth <= count + 1e-6
    assert worth >= count * 0.99
    assert len(text) <= 5 or count >= 1_000_000_00


def test_a_number_is_written_in_full_where_it_is_as_easy_to_read() -> None:
    assert best_number(41_200, 60, 10) == ("41,200", 2)
    assert best_number(41_200, 20, 10) == ("41.2k", 1)
    assert best_number(41_200, 5, 1)[1] == 0


def test_a_sign_without_a_shape_leaves_a_gap_and_breaks_nothing() -> None:
    assert paint("1\x1b[2", 1)
    assert paint("", 3) == []
