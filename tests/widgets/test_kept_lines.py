"""Lines that are kept, on a real screen."""

from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.filter import LineFilter, Monochrome
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Static

from widgets.kept_lines import KeptLines


class Noted(Static):
    """A text of Textual's own that notes which of its lines are made, and has filters of its own."""

    filters: tuple[LineFilter, ...] = ()

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.made: list[Region] = []

    def get_line_filters(self) -> Sequence[LineFilter]:
        return self.filters

    def render_lines(self, crop: Region) -> list[Strip]:
        self.made.append(crop)
        return super().render_lines(crop)


class KeptText(KeptLines, Noted):
    """The same, kept."""


class TextApp(App[None]):
    CSS = "KeptText { height: 4; width: 10; }"

    def compose(self) -> ComposeResult:
        yield KeptText("a\nb\nc\nd")


def whole(text: KeptText) -> list[Strip]:
    return list(text.render_lines(text.outer_size.region))


async def test_lines_that_nobody_asked_to_be_painted_again_are_not_made_again() -> None:
    app = TextApp()
    async with app.run_test(size=(20, 6)) as pilot:
        text = app.query_one(KeptText)
        await pilot.pause()
        before = whole(text)
        text.made.clear()
        text.refresh(Region(0, 2, 10, 1))
        after = whole(text)
        assert whole(text) == after
        assert text.made == [Region(0, 2, 10, 1)]
        assert [old is new for old, new in zip(before, after, strict=True)] == [True, True, False, True]


async def test_a_new_text_is_shown_whole() -> None:
    app = TextApp()
    async with app.run_test(size=(20, 6)) as pilot:
        text = app.query_one(KeptText)
        await pilot.pause()
        whole(text)
        text.update("w\nx\ny\nz")
        await pilot.pause()
        assert [strip.text.strip() for strip in whole(text)] == ["w", "x", "y", "z"]


async def test_a_look_at_one_line_hides_no_change_of_it() -> None:
    app = TextApp()
    async with app.run_test(size=(20, 6)) as pilot:
        text = app.query_one(KeptText)
        await pilot.pause()
        before = whole(text)
        text.refresh()
        text.render_lines(Region(0, 1, 10, 1))
        assert all(old is not new for old, new in zip(before, whole(text), strict=True))


async def test_kept_lines_follow_the_size_and_the_theme() -> None:
    app = TextApp()
    async with app.run_test(size=(20, 6)) as pilot:
        text = app.query_one(KeptText)
        await pilot.pause()
        before = whole(text)
        app.theme = "textual-light"
        await pilot.pause()
        light = whole(text)
        assert [segment.style for segment in light[0]] != [segment.style for segment in before[0]]
        text.styles.height = 2
        text.styles.width = 6
        await pilot.pause()
        assert [(strip.text.strip(), strip.cell_length) for strip in whole(text)] == [("a", 6), ("b", 6)]


async def test_other_filters_make_all_lines_anew() -> None:
    app = TextApp()
    async with app.run_test(size=(20, 6)) as pilot:
        text = app.query_one(KeptText)
        text.styles.color = "red"
        await pilot.pause()
        coloured = whole(text)
        text.filters = (Monochrome(),)
        plain = whole(text)
        assert [segment.style for segment in plain[0]] != [segment.style for segment in coloured[0]]
