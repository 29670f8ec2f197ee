"""Facts under their names."""

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from widgets.facts import Fact, fold


def test_a_long_fact_is_folded_under_itself() -> None:
    folded = fold([Fact("reason", Content("one two three four")), Fact("", Content("by itself"))], 22)
    assert [line.rstrip() for line in folded.plain.split("\n")] == [
        "reason    one two",
        "          three four",
        "by itself",
    ]


def test_brackets_in_a_fact_stay_brackets() -> None:
    assert "[/eNB-12] [red]" in fold([Fact("text", Content("[/eNB-12] [red]"))], 80).plain


@given(st.integers(1, 60), st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=90)))
def test_no_line_is_longer_than_its_place(width: int, texts: list[str]) -> None:
    folded = fold([Fact("name", Content(text)) for text in texts], width)
    assert all(len(line.rstrip()) <= max(width, 1) for line in folded.plain.split("\n"))
