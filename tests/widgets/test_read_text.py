"""A text with marks in it."""

from hypothesis import given
from hypothesis import strategies as st

from widgets.plain import plain_lines
from widgets.read_text import DOUBTFUL, READ, Mark, marked_text, usable


def test_a_piece_bears_its_number_and_its_look() -> None:
    text = "our meters 8946 2000 2000–2039 are offline"
    shown = marked_text(text, [Mark("1", 11, 30)])
    assert shown.plain == "our meters 8946 2000 2000–2039[1] are offline"
    assert any((span.start, span.end, span.style) == (11, 30, READ) for span in shown.spans)


def test_pieces_are_told_in_the_order_of_the_text() -> None:
    shown = marked_text("a 111 b 222", [Mark("2", 8, 11, DOUBTFUL), Mark("1", 2, 5)])
    assert shown.plain == "a 111[1] b 222[2]"


def test_what_lies_outside_the_text_or_inside_another_piece_is_passed_over() -> None:
    marks = [Mark("1", 2, 8), Mark("2", 4, 6), Mark("3", 9, 99), Mark("4", -1, 2), Mark("5", 8, 8), Mark("6", 8, 10)]
    assert [mark.number for mark in usable(marks, 10)] == ["1", "6"]


def test_a_foreign_text_cannot_mark_itself_nor_change_the_terminal() -> None:
    shown = marked_text("[bold]8946\x1b[31m[/bold]\u202e", [Mark("1", 6, 10)])
    assert shown.plain == "[bold]8946[1]␛[31m[/bold]"
    assert not any(str(span.style) == "bold" and span.start == 0 for span in shown.spans)


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=6))
def test_without_the_numbers_the_text_is_what_it_was(text: str, pairs: list[tuple[int, int]]) -> None:
    text = text.replace("\t", " ").replace("\r", " ")
    shown = marked_text(text, [Mark("", start, end) for start, end in pairs])
    assert shown.plain == plain_lines(text)
