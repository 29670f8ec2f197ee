"""Texts painted line by line look as Textual would paint them, and lines that say the same are not painted again."""

from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Offset
from textual.selection import Selection
from textual.strip import Strip
from textual.widgets import Static

from widgets.kept_text import KeptText

LINES = ("plain", "[b]bold[/b] and [$error]red[/]", "[reverse]wide 日本 ends[/reverse]", "", "a line that is too long")


class Text(KeptText):
    lines = tuple(map(Content.from_markup, LINES))

    def text_lines(self) -> tuple[Content, ...]:
        return self.lines


class TextApp(App[None]):
    CSS = "Text, Static { height: 6; width: 20; color: $secondary; background: $panel; }"

    def compose(self) -> ComposeResult:
        yield Text()
        yield Static(Content("\n").join(Text.lines), id="peer")


def cells(line: Strip) -> list[tuple[str, str, bool, bool, str]]:
    """What each character looks like."""
    return [
        (char, str(style.color) if char != " " else "", bool(style.bold), bool(style.reverse), str(style.bgcolor))
        for segment in line
        if (style := segment.style) is not None
        for char in segment.text
    ]


async def test_it_looks_as_textual_would_paint_it_in_every_theme() -> None:
    app = TextApp()
    async with app.run_test(size=(40, 20)) as pilot:
        text, peer = app.query_one(Text), app.query_one("#peer", Static)
        peer.styles.text_wrap, peer.styles.text_overflow = "nowrap", "clip"
        for theme in ("textual-dark", "textual-light"):
            app.theme = theme
            await pilot.pause()
            mine, theirs = (one.render_lines(one.outer_size.region) for one in (text, peer))
            assert list(map(cells, mine)) == list(map(cells, theirs))


async def test_only_lines_that_say_something_else_are_painted() -> None:
    app = TextApp()
    async with app.run_test(size=(40, 20)) as pilot:
        text = app.query_one(Text)
        before = [text.render_line(y) for y in range(5)]
        text.lines = (
            *map(Content.from_markup, LINES[:1]),
            Content.from_markup("[b]bold[/b] and green"),
            *text.lines[2:],
        )
        assert [text.render_line(y) is before[y] for y in range(5)] == [True, False, True, True, True]
        text.lines = (Content.from_markup("[b]plain[/b]"), *text.lines[1:])
        assert text.render_line(0) is not before[0], "the same words in another style"
        assert text.render_line(0).cell_length == 20
        await pilot.pause()


async def test_what_is_chosen_with_the_mouse_is_marked_and_copied() -> None:
    app = TextApp()
    async with app.run_test(size=(40, 20)) as pilot:
        text = app.query_one(Text)
        plain = cells(text.render_line(0))
        app.screen.selections = {text: Selection(Offset(0, 0), Offset(5, 0))}
        await pilot.pause()
        marked = cells(text.render_line(0))
        assert [one[4] for one in marked[:5]] != [one[4] for one in plain[:5]]
        assert app.screen.get_selected_text() == "plain"
        app.screen.clear_selection()
        await pilot.pause()
        assert cells(text.render_line(0)) == plain
