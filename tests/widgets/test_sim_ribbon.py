"""The ribbon under keys and mouse: what it asks for, and what stays where it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from feeds.model import StretchRow
from widgets.line_travel import Span
from widgets.ribbon_painter import gutter
from widgets.sim_ribbon import SimRibbon

START = 894620002000000000
WIDTH = 80


def stretches(count: int = 69, sims: int = 100, cases: int = 0) -> list[StretchRow]:
    return [
        StretchRow(key=str(at), first=str(low), last=str(low + sims - 1), sims=sims, cases=cases)
        for at in range(count)
        for low in [START + at * sims]
    ]


class Bench(App[None]):
    CSS = "SimRibbon { padding: 0; }"

    def __init__(self) -> None:
        super().__init__()
        self.moves: list[Span | None] = []
        self.pointed: list[StretchRow | None] = []
        self.outward = 0

    def compose(self) -> ComposeResult:
        yield SimRibbon()

    def on_sim_ribbon_moved(self, event: SimRibbon.Moved) -> None:
        self.moves.append(event.span)

    def on_sim_ribbon_pointed(self, event: SimRibbon.Pointed) -> None:
        self.pointed.append(event.stretch)

    def on_sim_ribbon_outward(self) -> None:
        self.outward += 1

    @property
    def ribbon(self) -> SimRibbon:
        return self.query_one(SimRibbon)

    def line(self, y: int) -> str:
        return self.ribbon.render_line(y).text


@asynccontextmanager
async def bench(rows: list[StretchRow] | None = None) -> AsyncIterator[tuple[Bench, Pilot[None]]]:
    app = Bench()
    async with app.run_test(size=(WIDTH, 10)) as pilot:
        app.ribbon.show(stretches() if rows is None else rows, None)
        app.ribbon.focus()
        await pilot.pause()
        yield app, pilot


async def test_as_many_stretches_are_wanted_as_the_picture_has_cells() -> None:
    async with bench() as (app, _):
        assert app.ribbon.wanted_columns == WIDTH - gutter(WIDTH)


async def test_keys_look_closer_back_and_at_the_whole_line() -> None:
    async with bench() as (app, pilot):
        app.ribbon.point(str(START + 3_000))
        await pilot.press("plus")
        assert app.moves[-1] is not None
        first, last = map(int, app.moves[-1])
        assert first <= START + 3_000 <= last
        assert abs(last - first + 1 - 3_450) <= 100
        await pilot.press("plus", "backspace")
        assert app.moves[-1] == app.moves[0]
        await pilot.press("home")
        assert app.moves[-1] is None


async def test_enter_looks_into_the_stretch_under_the_cursor() -> None:
    async with bench() as (app, pilot):
        app.ribbon.point(str(START + 3_050))
        await pilot.press("enter")
        assert app.moves == [(str(START + 3_000), str(START + 3_099))]


async def test_looking_from_farther_off_than_the_whole_line_is_the_owners_matter() -> None:
    async with bench() as (app, pilot):
        await pilot.press("minus")
        assert app.moves == []
        assert app.outward == 1


async def test_the_cursor_stays_on_its_number_when_other_stretches_come() -> None:
    async with bench() as (app, pilot):
        app.ribbon.point(str(START + 3_050))
        app.ribbon.show([*stretches(20, 1_000)], None)
        await pilot.pause()
        assert app.ribbon.stretch is not None
        assert app.ribbon.stretch.first == str(START + 3_000)
        assert app.ribbon.stretch.sims == 1_000
        assert app.ribbon.cursor == str(START + 3_050)


async def test_the_old_picture_stays_until_the_new_one_comes() -> None:
    async with bench() as (app, pilot):
        before = [app.line(y) for y in range(4)]
        app.ribbon.point(str(START + 3_000))
        await pilot.press("plus", "plus")
        assert [app.line(y)[gutter(WIDTH) :] for y in range(4)] == [line[gutter(WIDTH) :] for line in before]


async def test_the_same_content_again_paints_nothing() -> None:
    async with bench() as (app, _pilot):
        painted = 0
        refresh = app.ribbon.refresh

        def counted(*args: object, **keywords: object) -> SimRibbon:
            nonlocal painted
            painted += 1
            return refresh(*args, **keywords)  # type: ignore[arg-type]

        app.ribbon.refresh = counted  # type: ignore[method-assign]
        app.ribbon.show(stretches(), None)
        assert painted == 0
        app.ribbon.show(stretches(cases=1), None)
        assert painted == 1


async def test_arrows_go_from_stretch_to_stretch_and_over_the_edge_of_a_part() -> None:
    async with bench() as (app, pilot):
        app.ribbon.point(str(START))
        await pilot.press("right", "right")
        assert app.ribbon.stretch is not None
        assert app.ribbon.stretch.first == str(START + 200)
        app.ribbon.travel.to(str(START + 1_000), str(START + 1_999))
        app.ribbon.show([row for row in stretches() if START + 1_000 <= int(row.first) < START + 2_000],
                        app.ribbon.travel.aim)  # fmt: skip
        app.ribbon.point(str(START + 1_000))
        await pilot.press("left")
        assert app.moves == [(str(START + 500), str(START + 1_499))]


async def test_the_wheel_looks_closer_where_the_mouse_is() -> None:
    async with bench() as (app, pilot):
        x = gutter(WIDTH) + 60
        under = START + 60 * 69 // (WIDTH - gutter(WIDTH)) * 100
        await pilot._post_mouse_events([_scroll_up()], SimRibbon, offset=(x, 1))
        assert len(app.moves) == 1
        assert app.moves[0] is not None
        first, last = map(int, app.moves[0])
        assert first <= under <= last
        assert first > START + 2_000


async def test_dragging_chooses_a_part_and_a_click_takes_the_cursor() -> None:
    async with bench() as (app, pilot):
        left = gutter(WIDTH)
        await pilot.mouse_down(SimRibbon, offset=(left + 10, 2))
        await pilot.hover(SimRibbon, offset=(left + 20, 2))
        assert app.line(5).startswith("↔ ")
        await pilot.mouse_up(SimRibbon, offset=(left + 20, 2))
        await pilot.pause()
        count = WIDTH - left
        low, high = 10 * 69 // count, 20 * 69 // count
        assert app.moves == [(str(START + low * 100), str(START + high * 100 + 99))]
        await pilot.click(SimRibbon, offset=(left + 40, 2))
        assert app.ribbon.cursor == str(START + 40 * 69 // count * 100)
        assert len(app.moves) == 1
        await pilot.click(SimRibbon, offset=(left + 40, 2))
        assert len(app.moves) == 2


async def test_the_stretch_under_the_mouse_is_named_and_the_cursor_keeps_its_place() -> None:
    async with bench() as (app, pilot):
        app.ribbon.point(str(START))
        await pilot.hover(SimRibbon, offset=(gutter(WIDTH) + 30, 1))
        assert app.ribbon.stretch is not None
        assert app.ribbon.stretch.first != str(START)
        assert app.ribbon.cursor == str(START)
        await pilot.hover(SimRibbon, offset=(2, 1))
        assert app.ribbon.stretch.first == str(START)


async def test_a_click_beside_the_picture_does_nothing() -> None:
    async with bench() as (app, pilot):
        before = app.ribbon.cursor
        await pilot.click(SimRibbon, offset=(1, 1))
        assert (app.moves, app.ribbon.cursor) == ([], before)


async def test_without_a_stretch_no_key_and_no_click_does_harm() -> None:
    async with bench([]) as (app, pilot):
        app.ribbon.empty = "no SIM is known"
        await pilot.press("plus", "left", "right", "enter", "end", "home", "pageup", "backspace")
        await pilot.click(SimRibbon, offset=(40, 1))
        assert app.moves == []
        assert any("no SIM is known" in app.line(y) for y in range(6))


async def test_it_stands_at_any_size() -> None:
    async with bench() as (app, pilot):
        for size in ((1, 1), (10, 3), (400, 30)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert all(app.ribbon.render_line(y).cell_length == app.ribbon.content_size.width for y in range(6))


def _scroll_up() -> type:
    from textual.events import MouseScrollUp

    return MouseScrollUp
