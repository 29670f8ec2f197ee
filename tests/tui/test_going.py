"""The way between screens: a key leads to its place wherever one stands, esc one step back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widgets import Select, TextArea

from feeds.model.commands import Draft
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import FakeHub
from tests.tui.seen import line_with, until
from tui.app import VakenApp
from tui.base_screen import VakenScreen
from tui.panes.header import cut_way
from tui.screens.composer import ComposerScreen

PLACES = {
    "1": "board", "2": "alarms", "3": "cases", "4": "counts", "5": "space", "6": "updates", "7": "facts",
    "8": "handover",
}  # fmt: skip


def here(app: object) -> str:
    assert isinstance(app, VakenApp)
    return app.screen.where if isinstance(app.screen, VakenScreen) else type(app.screen).__name__


@pytest.mark.parametrize("keys", ["2612", "4814", "1621", "2787626178", "636816", "8282517"])
async def test_the_key_of_a_place_leads_there_whatever_is_open_above_it(opened: Opened, keys: str) -> None:
    async with opened((130, 40)) as pilot:
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
            assert here(pilot.app) == PLACES[key]
            header = line_with(pilot, "vaken ")
            assert (
                header.split("   ")[0]
                .rstrip()
                .endswith({"facts": "log of facts", "space": "SIM space"}.get(PLACES[key], PLACES[key]))
            )


async def test_the_board_is_the_board_with_an_outage_open_on_it(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("enter", "2", "1")
        await settle(pilot)
        assert here(pilot.app) == "board"


async def test_esc_goes_back_over_what_was_opened_also_behind_another_place(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: here(pilot.app) == "outage")
        await pilot.press("2", "6")
        await until(pilot, lambda: here(pilot.app) == "updates")
        seen = []
        for _ in range(4):
            await pilot.press("escape")
            await settle(pilot)
            seen.append(here(pilot.app))
        assert seen == ["alarms", "outage", "board", "board"]


async def test_places_do_not_pile_up(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press(*"678678678")
        await settle(pilot)
        assert len(pilot.app.screen_stack) <= 4
        await pilot.press("6")
        await settle(pilot)
        assert [type(one).__name__ for one in pilot.app.screen_stack] == ["BoardScreen", "UpdatesScreen"]


async def test_the_way_that_the_header_shows_is_the_way_back(opened: Opened) -> None:
    async with opened((160, 40)) as pilot:
        for keys, way in (
            (("2", "6"), "vaken alarms › updates  "),
            (("1",), "vaken board  "),
            (("u",), "vaken board › O-12 › update  "),
            (("escape", "enter", "u"), "vaken board › O-12 › update  "),
            (("escape", "6", "enter"), "vaken board › O-12 › updates › update U-1  "),
        ):
            await pilot.press(*keys)
            await settle(pilot)
            assert line_with(pilot, "vaken ").strip().startswith(way)


async def test_a_draft_is_kept_where_another_place_is_gone_to(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
        await pilot.press(*"we move it")
        pilot.app.screen.query_one("#kind", Select).focus()
        await pilot.press("2", "1")
        await settle(pilot)
        assert here(pilot.app) == "board"
        await until(pilot, lambda: any(isinstance(one, Draft) and "we move it" in str(one) for one in hub.done))
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
        assert pilot.app.screen.query_one("#done", TextArea).text == "we move it"


@settings(deadline=None)
@given(st.lists(st.text("abcdef ", min_size=1, max_size=12), min_size=1, max_size=6), st.integers(1, 60))
def test_a_way_that_has_no_room_loses_its_first_steps(steps: list[str], room: int) -> None:
    shown = cut_way(" › ".join(steps), room)
    assert shown.endswith(steps[-1])
    assert len(shown) <= room or shown == steps[-1]
    assert shown == " › ".join(steps) or len(" › ".join(steps)) > room
