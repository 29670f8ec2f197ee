"""A share as a bar."""

from hypothesis import given
from hypothesis import strategies as st

from widgets.share_bar import share_bar


def test_a_bar_is_filled_in_eighths_of_a_cell() -> None:
    assert share_bar(0.5, 4) == "██  "
    assert share_bar(0.5, 1) == "▌"
    assert share_bar(1.0, 4) == "████"
    assert share_bar(0.0, 4) == "    "
    assert share_bar(0.5, 0) == ""


def test_what_is_little_is_seen_and_what_is_not_all_is_not_full() -> None:
    assert share_bar(0.0001, 4) == "▏   "
    assert share_bar(0.9999, 4) == "███▉"


@given(st.floats(-2.0, 3.0), st.integers(1, 40))
def test_a_bar_is_as_wide_as_asked_whatever_the_share(part: float, width: int) -> None:
    assert len(share_bar(part, width)) == width
