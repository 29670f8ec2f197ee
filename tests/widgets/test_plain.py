"""Foreign text in cells."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.plain import fit, plain, plain_lines


def test_escape_sequences_become_visible_signs() -> None:
    assert plain("\x1b[2Jgone\x07") == "␛[2Jgone␇"


def test_direction_overrides_and_joiners_are_left_out() -> None:
    assert plain("a\u202eb\u2066c\u200dd") == "abcd"


def test_a_line_break_and_a_tab_stay_in_one_line() -> None:
    assert plain("one\r\ntwo\tthree") == "one⏎two three"


def test_lines_keep_their_breaks_and_lose_the_rest() -> None:
    assert plain_lines("a\x1b\r\nb\rc\td") == "a␛\nb\nc   d"


def test_wide_and_combining_characters_are_measured_in_cells() -> None:
    assert fit("北海道電力", 7) == "北海道…"
    assert fit("e\u0301" * 3, 4) == "e\u0301" * 3 + " "


def test_numbers_are_filled_on_the_left() -> None:
    assert fit("97", 4, "right") == "  97"


@given(st.text(max_size=200), st.integers(0, 30), st.sampled_from(["left", "right"]))
def test_a_fitted_text_has_exactly_its_width_and_no_control_character(text: str, width: int, align: str) -> None:
    fitted = fit(text, width, "right" if align == "right" else "left")
    assert cell_len(fitted) == width
    assert fitted.isprintable()


def test_ten_thousand_combining_marks_do_not_make_a_long_cell() -> None:
    assert len(fit("a" + "\u0301" * 10_000, 10)) < 100
