"""The pane of an outage's explanations: what it shows, and saying that it is one of them."""

import pytest
from textual.pilot import Pilot

from feeds.model import OutageState
from feeds.model.commands import Explain
from tests.tui.conftest import Opened, settle
from tests.tui.fake_explanations import candidate
from tests.tui.fake_hub import FakeHub, outage
from tests.tui.seen import line_with, screen_text, until
from tui.words.explanations import explanation_facts, from_words
from tui.words.rows import shared_words
from widgets.confirm import Confirm


async def opened_pane(pilot: Pilot[None], *keys: str) -> None:
    """Open O-12 and its pane of explanations."""
    await pilot.press("enter")
    await settle(pilot)
    await pilot.press("tab")
    await settle(pilot)
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


@pytest.mark.parametrize("size", [(80, 24), (130, 40), (160, 45)])
async def test_candidates_are_ranked_with_both_shares_and_who_is_affected_outside(
    opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(size) as pilot:
        await opened_pane(pilot)
        row = line_with(pilot, "▸")
        for part in ("apn iot.meter", "stands", "98 %", "███████▉", "4 %", "12"):
            assert part in row
        text = screen_text(pilot)
        assert "12 affected outside: Nordbuss, Acme Lifts, Hilltop Farm +1" in text
        assert "began with Acme Lifts, 12 min earlier" in text
        assert text.index("apn iot.meter, gateway") < text.index("visited_network 26201")


async def test_how_it_went_is_a_line_of_bars_where_there_is_room(opened: Opened) -> None:
    async with opened((160, 45)) as pilot:
        await opened_pane(pilot)
        assert "▁▁▄▅▆███" in line_with(pilot, "▸")
        assert "explained by apn iot.meter" in screen_text(pilot)


async def test_it_is_said_when_none_of_the_candidates_stands(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        hub.put("explanations", candidate(stands=False), of="O-12")
        await opened_pane(pilot)
        assert "unexplained: none of these stands" in screen_text(pilot)


async def test_one_key_puts_the_outage_on_a_candidate_after_showing_what_changes(opened: Opened, hub: FakeHub) -> None:
    async with opened((100, 30)) as pilot:
        await opened_pane(pilot, "y")
        text = screen_text(pilot)
        assert isinstance(pilot.app.screen, Confirm)
        assert "Does apn iot.meter explain O-12?" in text
        assert "41,200 SIMs of 15 customers" in text
        await pilot.press("shift+tab", *"yes", "tab", "tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done[-1] == Explain("O-12", {"apn": "iot.meter"}, why="yes", seen=outage().seq)


async def test_overruling_what_stands_needs_a_reason(opened: Opened, hub: FakeHub) -> None:
    async with opened((100, 30)) as pilot:
        await opened_pane(pilot, "down", "down", "y")
        assert "The evidence says apn iot.meter" in screen_text(pilot)
        await pilot.press("tab", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Confirm)
        assert "Say why" in screen_text(pilot)
        assert not hub.done


async def test_what_a_person_said_is_shown_and_the_key_takes_it_back(opened: Opened, hub: FakeHub) -> None:
    async with opened((100, 34)) as pilot:
        hub.put("explanations", candidate(chosen_by="mk", stands=False), of="O-12")
        await opened_pane(pilot)
        assert "mk says: apn iot.meter" in screen_text(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert "Take back that apn iot.meter explains O-12?" in screen_text(pilot)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done[-1] == Explain("O-12", {}, seen=outage().seq)


async def test_a_value_can_be_named_that_is_not_among_the_candidates(opened: Opened, hub: FakeHub) -> None:
    async with opened((100, 30)) as pilot:
        await opened_pane(pilot, "n")
        await pilot.press("shift+tab", "shift+tab", *"hss hss-3", "tab", *"so says ops", "tab", "tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done[-1] == Explain("O-12", {"hss": "hss-3"}, why="so says ops", seen=outage().seq)


async def test_a_candidate_that_the_fleet_does_not_know_is_no_set_of_sims(opened: Opened, hub: FakeHub) -> None:
    async with opened((100, 30)) as pilot:
        await opened_pane(pilot, "down", "down", "down", "y")
        assert not isinstance(pilot.app.screen, Confirm)
        assert not hub.done


async def test_on_another_pane_the_key_shows_the_candidates_first(opened: Opened, hub: FakeHub) -> None:
    async with opened((100, 30)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert "explained by" in screen_text(pilot)
        assert not isinstance(pilot.app.screen, Confirm)


async def test_an_outage_that_is_over_is_not_explained_any_more(opened: Opened, hub: FakeHub) -> None:
    async with opened((100, 30)) as pilot:
        await opened_pane(pilot)
        hub.put("outages", outage(state=OutageState.RESOLVED))
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Confirm)


def test_the_board_names_the_person_who_says_what_is_shared() -> None:
    assert shared_words(outage(shared_by="jl")).startswith("jl: apn iot.meter 98 %")


def test_what_comes_from_outside_is_shown_as_text() -> None:
    row = candidate(note="[bold]\x1b[31mhello", outside_customers=("Evil\x1b]0;x\x07 & Sons",))
    told = "\n".join(fact.text.plain for fact in explanation_facts(row, ""))
    assert "\x1b" not in told
    assert "[bold]" in told


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("apn iot.meter", {"apn": "iot.meter"}),
        ("apn=iot.meter, gateway: pgw 2", {"apn": "iot.meter", "gateway": "pgw 2"}),
        ("apn", {}),
        ("", {}),
        ("apn x,,", {}),
    ],
)
def test_values_are_read_as_people_write_them(text: str, where: dict[str, str]) -> None:
    assert from_words(text) == where
