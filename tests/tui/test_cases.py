"""The cases: what was read of them, where they stand, and moving them into outages and out of them."""

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Input

from feeds.model.commands import Place
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import FakeHub, case, readings
from tests.tui.seen import line_with, screen_text, until
from tui.acts.pick_outage import PickOutage
from tui.panes.case import case_facts, marks
from tui.panes.leftover import UNEXPLAINED
from tui.tables.view_table import ViewTable
from widgets.confirm import Confirm


async def test_what_was_read_is_marked_in_the_text_and_listed_beside_it(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "down")
        await until(pilot, lambda: "[1]" in screen_text(pilot) and "not from the text" in screen_text(pilot))
        text = screen_text(pilot)
        assert "our meters 8946 2000 2000–2039[1] are offline." in text
        assert "Eva[2]" in text
        assert "8946 2000 2001 · 40 SIMs · Acme Lifts" in text
        assert "read as a range of 40 SIMs; is that meant?" in text


async def test_on_a_narrow_screen_the_list_stands_below_the_text(opened: Opened) -> None:
    async with opened((80, 40)) as pilot:
        await pilot.press("3", "down")
        await until(pilot, lambda: "Read as SIMs" in screen_text(pilot))
        text = screen_text(pilot)
        assert text.index("Best regards") < text.index("Read as SIMs")


async def test_readings_are_of_the_case_under_the_cursor_alone(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "down")
        await until(pilot, lambda: "[1]" in screen_text(pilot))
        await pilot.press("down", "down", "down")
        await settle(pilot)
        assert "[1]" not in screen_text(pilot)
        await until(pilot, lambda: [v.of for v in hub.views if v.view == "readings"] == ["zammad/4"])
        assert "nothing in it stands for SIMs" in screen_text(pilot)


async def test_what_was_read_of_one_case_is_never_shown_beside_another(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "down")
        await until(pilot, lambda: "[1]" in screen_text(pilot))
        monkeypatch.setattr("tui.panes.case.SETTLE", 3_600)
        await pilot.press("down")
        await settle(pilot)
        assert "10402 open" in screen_text(pilot)
        assert "[1]" not in screen_text(pilot)


def test_pieces_of_the_title_are_marked_in_the_title() -> None:
    row = case(1, title="8946 2000 2001 is down")
    read = readings("Eva", of=row)[0]
    titled = type(read)(key="2", text="8946 2000 2001", start=0, end=14, part="title", kind="iccid", sims=1)
    facts = case_facts(row, row.opened, (read, titled))
    assert "8946 2000 2001[2] is down" in [fact.text.plain for fact in facts]
    assert [mark.number for mark in marks((read, titled), "text")] == ["1"]


async def test_enter_leads_into_the_text_and_escape_back_to_the_list(opened: Opened) -> None:
    async with opened((80, 24)) as pilot:
        await pilot.press("3", "down", "enter")
        await settle(pilot)
        focused = pilot.app.focused
        assert isinstance(focused, VerticalScroll)
        await pilot.press("end")
        await until(pilot, lambda: focused.scroll_offset.y > 0)
        await pilot.press("escape")
        await settle(pilot)
        table = pilot.app.screen.query_one("#cases", ViewTable).table
        assert pilot.app.focused is table
        assert table.cursor_row is not None


async def test_each_case_says_where_it_stands_and_by_what(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3")
        await settle(pilot)
        assert line_with(pilot, "10407").split()[-1] == "unexplained"
        assert line_with(pilot, "10409").split()[-2:] == ["no", "SIMs"]
        assert line_with(pilot, "10410").split()[-3:] == ["O-12", "+1", "hand"]


async def test_a_key_shows_the_unexplained_cases_and_again_all(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "e")
        await settle(pilot)
        text = screen_text(pilot)
        assert "Cases 2" in text
        assert "10407" in text
        assert "10401" not in text
        await pilot.press("e")
        await settle(pilot)
        assert "Cases 61" in screen_text(pilot)


async def test_a_case_is_moved_into_an_outage_that_is_found_by_typing(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "down", "v")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickOutage))
        table = pilot.app.screen.query_one("#pick", ViewTable)
        await until(pilot, lambda: table.table.window.total == 3)
        assert "It stays in O-12 too." in screen_text(pilot)
        assert "O-12 " not in "".join(str(row.key) + " " for row in table.table.window.rows)
        await pilot.press(*"nordbuss")
        await until(pilot, lambda: table.filter == "nordbuss" and table.table.window.total == 1)
        await settle(pilot)
        assert "is gone" not in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        focused = pilot.app.focused
        assert focused is not None
        assert focused.id == "cancel"
        await settle(pilot)
        text = screen_text(pilot)
        assert "Move case 10401 into O-9?" in text
        assert "The case counts among its cases." in text
        pilot.app.screen.query_one("#words-0", Input).value = "same gateway"
        await pilot.press("tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Place("zammad/1", "O-9", True, why="same gateway", seen=1)]


async def test_arrows_choose_in_the_list_while_the_line_has_the_keys(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "down", "v")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickOutage))
        table = pilot.app.screen.query_one("#pick", ViewTable)
        await until(pilot, lambda: table.table.window.total == 3)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await settle(pilot)
        assert "into O-9?" in screen_text(pilot)


async def test_enter_right_after_typing_takes_nothing_that_was_not_looked_at(
    opened: Opened, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.acts.pick_outage.FIND_AFTER", 3_600)  # the hand is quicker, however slow the machine is
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "down", "v")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickOutage))
        await pilot.press(*"nord", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PickOutage)


async def test_a_case_is_moved_out_of_its_only_outage(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "down", "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await settle(pilot)
        assert "Move case 10401 out of O-12?" in screen_text(pilot)
        assert "It is in no outage then." in screen_text(pilot)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Place("zammad/1", "O-12", False, seen=1)]


async def test_out_of_which_of_two_outages_is_asked(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", *["down"] * 10, "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickOutage))
        table = pilot.app.screen.query_one("#pick", ViewTable)
        await until(pilot, lambda: table.table.window.total == 2)
        assert {row.key for row in table.table.window.rows} == {"O-12", "O-14"}


async def test_a_case_in_no_outage_cannot_be_moved_out(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "e", "down", "o")
        await settle(pilot)
        assert "Case 10407 is in no outage." in [n.message for n in pilot.app._notifications]
        assert hub.done == []


async def test_a_refused_move_is_said_in_the_hubs_words(opened: Opened, hub: FakeHub) -> None:
    hub.refuse = "case 10401 changed since you looked; look again"
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "down", "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: hub.refuse in [n.message for n in pilot.app._notifications])


async def test_in_an_outage_cases_are_moved_from_its_own_list(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("o")
        await settle(pilot)
        assert "Cases are moved in the pane Cases." in [n.message for n in pilot.app._notifications]
        await pilot.press("tab", "tab", "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Place("zammad/1", "O-12", False, seen=1)]


async def test_the_line_below_the_outages_counts_what_is_in_none_and_leads_there(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        line = line_with(pilot, "unexplained cases")
        assert "4 unexplained cases · 2 single-SIM cases · 3 without SIMs" in line
        assert "all outages: 44,322 SIMs · 19 customers · 57 cases" in line
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "Cases 2" in screen_text(pilot))
        assert pilot.app.screen.query_one("#cases", ViewTable).filter == UNEXPLAINED


async def test_each_part_of_the_line_leads_to_its_own_cases(opened: Opened) -> None:
    for steps, number in ((1, "10407"), (2, "10409")):
        async with opened((130, 40)) as pilot:
            await pilot.press("tab", *["right"] * steps, "enter")
            await until(pilot, lambda: "Cases 1" in screen_text(pilot))
            assert number in screen_text(pilot)


async def test_a_click_on_a_part_leads_to_its_cases(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        line = line_with(pilot, "unexplained cases")
        await pilot.click("#leftover", offset=(line.index("3 without") + 2, 0))
        await until(pilot, lambda: "Cases 1" in screen_text(pilot))
        assert "10409" in screen_text(pilot)
