"""Facts under their names."""

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.content import Content

from widgets.facts import Fact, Facts, fold


def test_a_long_fact_is_folded_under_itself() -> None:
    folded = fold([Fact("reason", Content("one two three four")), Fact("", Content("by itself"))], 22)
    assert [line.plain.rstrip() for line in folded] == [
        "reason    one two",
        "          three four",
        "by itself",
    ]


def test_brackets_in_a_fact_stay_brackets() -> None:
    assert "[/eNB-12] [red]" in fold([Fact("text", Content("[/eNB-12] [red]"))], 80)[0].plain


@given(st.integers(1, 60), st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=90)))
def test_no_line_is_longer_than_its_place(width: int, texts: list[str]) -> None:
    folded = fold([Fact("name", Content(text)) for text in texts], width)
    assert all(len(line.plain.rstrip()) <= max(width, 1) for line in folded)


class FactsApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Facts()


async def test_the_screen_is_laid_out_anew_only_for_more_or_fewer_lines() -> None:
    app = FactsApp()
    async with app.run_test(size=(30, 10)) as pilot:
        facts = app.query_one(Facts)
        facts.show([Fact("age", Content("1 s")), Fact("text", Content("short"))])
        await pilot.pause()
        assert facts.size.height == 2
        facts.show([Fact("age", Content("2 s")), Fact("text", Content("short"))])
        assert not facts._layout_required
        await pilot.pause()
        assert "2 s" in facts.render_line(0).text
        facts.show([Fact("age", Content("3 s")), Fact("text", Content("two words or more " * 3))])
        assert facts._layout_required
        await pilot.pause()
        assert facts.size.height > 2
