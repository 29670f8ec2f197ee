"""The line above a pane."""

from textual.app import App, ComposeResult
from textual.content import Content

from widgets.section_rule import SectionRule


class Ruled(App[None]):
    def compose(self) -> ComposeResult:
        yield SectionRule()


async def test_the_same_words_in_another_colour_are_painted_anew() -> None:
    async with Ruled().run_test(size=(60, 3)) as pilot:
        rule = pilot.app.query_one(SectionRule)
        for name in ("text", "note"):
            seen = []
            for style in ("red", "blue"):
                setattr(rule, name, Content.styled("▲ SURGE", style))
                await pilot.pause()
                seen.append(next(
                    segment.style.color
                    for strip in pilot.app.screen._compositor.render_full_update().strips for line in strip
                    for segment in line if segment.text.strip() == "▲ SURGE" and segment.style
                ))  # fmt: skip
            assert seen[0] != seen[1], name
            setattr(rule, name, Content(""))
