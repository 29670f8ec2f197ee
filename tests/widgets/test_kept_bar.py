"""The scrollbar of stream tables, held against Textual's own."""

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from widgets.kept_bar import KeptBar

HEIGHT = 17


class BarApp(App[None]):
    CSS = f"Horizontal {{ height: {HEIGHT}; }} KeptBar, ScrollBar {{ width: 1; height: {HEIGHT}; }}"

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield KeptBar(vertical=True, name="kept", thickness=1)
            yield ScrollBar(vertical=True, name="plain", thickness=1)


def looks(lines: list[Strip]) -> list[list[tuple[Any, ...]]]:
    """What a person sees and what the mouse does there, line by line."""
    return [
        [
            (
                one.text,
                one.style.color if one.text.strip() or one.style.reverse else None,
                one.style.bgcolor if not one.style.reverse or one.text.strip() else None,
                bool(one.style.reverse),
                one.style.meta,
            )
            for one in line
            if one.style is not None
        ]
        for line in lines
    ]


@pytest.mark.parametrize(
    ("rows", "window", "position"),
    [(0, 0, 0.0), (10, 17, 0.0), (34, 17, 0.0), (34, 17, 8.0), (34, 17, 17.0), (5_000, 17, 2_222.0), (60, 16, 13.125)],
)
async def test_the_bar_looks_and_acts_like_that_of_textual(rows: int, window: int, position: float) -> None:
    app = BarApp()
    async with app.run_test(size=(4, HEIGHT)) as pilot:
        kept, plain = app.query_one(KeptBar), app.query(ScrollBar).last()
        for bar in (kept, plain):
            bar.window_virtual_size, bar.window_size, bar.position = rows, window, position
        await pilot.pause()
        ours, theirs = (looks(bar.render_lines(bar.outer_size.region)) for bar in (kept, plain))
        assert ours == theirs


async def test_a_step_that_moves_it_by_less_than_an_eighth_of_a_cell_paints_nothing() -> None:
    app = BarApp()
    async with app.run_test(size=(4, HEIGHT)) as pilot:
        bar = app.query_one(KeptBar)
        bar.window_virtual_size, bar.window_size, bar.position = 5_000, 17, 100.0
        await pilot.pause()
        before = list(bar.render_lines(bar.outer_size.region))
        bar.position = 101.0
        assert not bar._dirty_regions
        bar.position = 400.0
        assert bar._dirty_regions
        after = bar.render_lines(bar.outer_size.region)
        assert looks(before) != looks(after)
        assert before[-1] is after[-1], "a line that looks the same is the same"
