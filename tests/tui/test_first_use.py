"""The first minutes: the greeting of an empty hub, the tour, the way back."""

import pytest

from feeds.client import LinkState
from feeds.client.link import Link
from feeds.model.access import CAPABILITIES, Role
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, outage
from tests.tui.seen import line_with, screen_text, until
from tui.acts.keymap import SLOTS, build
from tui.acts.presets import PRESETS
from tui.acts.registry import ACTIONS
from tui.panes.greeting import greeting
from tui.preferences import Preferences
from tui.screens.board import BoardScreen
from tui.screens.tour import SHOWN_PART, TourScreen, beside
from tui.words.tour import steps_of, with_keys


def empty() -> FakeHub:
    hub = FakeHub()
    hub.no_fleet = True
    return hub


async def test_an_empty_hub_says_what_to_do_next_with_its_own_address(opened: Opened) -> None:
    async with opened((80, 24), empty()) as pilot:
        text = screen_text(pilot)
        for words in ("vaken load ranges FILE.csv --hub http://hub.test:8060",
        "http://hub.test:8060/hooks/alertmanager",
                      '["hub.test:8060"]', "vaken drill apn-fault --hub http://hub.test:8060"):  # fmt: skip
            assert words in text
        assert "Outages" not in text


async def test_the_greeting_goes_with_the_first_alarm_and_does_not_come_back(opened: Opened) -> None:
    hub = empty()
    async with opened((100, 30), hub) as pilot:
        hub.put("alarms", outage("A-1"))
        await until(pilot, lambda: "Nothing has come yet" not in screen_text(pilot))
        assert "Outages" in screen_text(pilot)
        hub.drop("alarms", "A-1")
        await settle(pilot)
        assert "Nothing has come yet" not in screen_text(pilot)


async def test_a_hub_with_an_inventory_is_not_greeted(opened: Opened) -> None:
    async with opened((100, 30), FakeHub()) as pilot:
        assert "Nothing has come yet" not in screen_text(pilot)


def test_the_greeting_offers_what_this_terminal_may_do_and_takes_the_address_as_text() -> None:
    assert "vaken load" not in greeting("http://h:1", CAPABILITIES[Role.VIEWER]).plain
    assert "Whoever runs it" in greeting("http://h:1", CAPABILITIES[Role.VIEWER]).plain
    assert "[red]\x1b" not in greeting("http://[red]\x1b[0m:1", CAPABILITIES[Role.ADMIN]).plain


@pytest.mark.parametrize("where", sorted({place for action in ACTIONS for place in action.where if place != "*"}))
@pytest.mark.parametrize("preset", PRESETS)
def test_the_tour_of_every_screen_names_keys_that_there_are(where: str, preset: str) -> None:
    keymap = build(preset)[0]
    for step in steps_of(where):
        text = with_keys(step.text, keymap)
        assert "{" not in text
        assert len(text) < 320, step.title
    assert SLOTS


async def test_the_tour_points_at_the_real_screen_and_fits_a_small_one(opened: Opened) -> None:
    async with opened((80, 24)) as pilot:
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        await pilot.press("question_mark", "t")
        await settle(pilot)
        tour = pilot.app.screen
        assert isinstance(tour, TourScreen)
        seen = set()
        for _ in range(len(tour.steps)):
            await settle(pilot)
            (part,) = board.query(f".{SHOWN_PART}")
            seen.add(part)
            box = tour.children[0].region
            assert tour.region.contains_region(box)
            assert f"of {len(tour.steps)}" in screen_text(pilot)
            await pilot.press("enter")
        await settle(pilot)
        assert len(seen) >= 4
        assert pilot.app.screen is board
        assert not board.query(f".{SHOWN_PART}")


async def test_the_tour_can_be_left_at_any_time(opened: Opened) -> None:
    async with opened((100, 30)) as pilot:
        board = pilot.app.screen
        await pilot.press("colon", *"tour", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TourScreen))
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert pilot.app.screen is board
        assert not board.query(f".{SHOWN_PART}")


def test_the_box_of_the_tour_stands_beside_its_part() -> None:
    from textual.geometry import Region

    assert beside(Region(0, 0, 80, 2), 8, 24) == (2, "▲")
    assert beside(Region(0, 23, 80, 1), 8, 24) == (15, "▼")
    assert beside(Region(0, 2, 80, 20), 8, 24) == (14, "")
    assert beside(Region(0, 0, 20, 5), 8, 5) == (0, "")


async def test_from_everywhere_esc_leads_back_to_the_board_and_the_head_says_where_one_is(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        for keys, place in ((("2",), "alarms"), (("3",), "cases"), (("4",), "counts"), (("6",), "updates"),
                            (("1", "enter"), "board › O-12"), (("1", "enter", "z"),
                            "board › O-12 › SIM space")):  # fmt: skip
            await pilot.press("1", *keys)
            await settle(pilot)
            assert place in line_with(pilot, "vaken")
            for _ in range(4):
                await pilot.press("escape")
                await settle(pilot)
            assert isinstance(pilot.app.screen, BoardScreen)


async def test_a_link_with_another_role_changes_what_is_offered(opened: Opened) -> None:
    hub = FakeHub()
    async with opened((130, 40), hub, Preferences.plain()) as pilot:
        assert "declare" in line_with(pilot, "quit")
        hub.set_link(Link(LinkState.LIVE, since=NOW, heard=NOW, role="viewer", may=CAPABILITIES[Role.VIEWER]))
        await until(pilot, lambda: "declare" not in line_with(pilot, "quit"))
