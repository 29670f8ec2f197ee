"""The filter line, the palette, the help."""

import pytest
from textual.widgets import Input

from feeds.model.commands import Acknowledge
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import FakeHub, quiet_outage
from tests.tui.seen import line_with, screen_text, until
from tui.acts.palette import exact
from tui.acts.registry import ACTIONS
from tui.acts.widget_keys import KEY_PLACES, KeyPlace, widget_actions
from tui.app import VakenApp
from tui.screens.help import HelpScreen, help_parts, joined
from tui.screens.outage import OutageScreen
from tui.tables.column_dialog import ColumnDialog
from tui.tables.view_table import ViewTable


async def test_a_filter_is_applied_while_it_is_typed_and_stays_in_sight(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("slash", *"severity:major", "enter")
        await until(pilot, lambda: "Alarms 40" in screen_text(pilot))
        assert "/ -severity:cleared -shelved:<0s severity:major" in line_with(pilot, "── Alarms")
        assert pilot.app.focused is pilot.app.screen.query_one(ViewTable).table


async def test_escape_puts_the_old_filter_back(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("slash", *"customer:nord")
        await until(pilot, lambda: "Outages 1" in screen_text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Outages 4" in screen_text(pilot))


async def test_what_the_hub_cannot_read_is_said_in_its_words(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("slash", *"[/x]:1 nokey:1")
        await until(pilot, lambda: "unknown key nokey" in screen_text(pilot))


async def test_the_filter_can_be_taken_off_whole(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("backslash")
        await until(pilot, lambda: "Outages 5" in screen_text(pilot))


async def test_the_filter_of_the_screen_is_brought_back_by_the_key_that_took_it_off(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "backslash")
        await until(pilot, lambda: "Alarms 67" in screen_text(pilot))
        assert "/" not in line_with(pilot, "── Alarms")
        await pilot.press("backslash")
        await until(pilot, lambda: "/ -severity:cleared -shelved:<0s" in line_with(pilot, "── Alarms 66"))


@pytest.mark.parametrize("wrong", ["-", "severity:>", "severity:", "nokey:1", "~("])
async def test_a_filter_that_cannot_be_read_is_not_kept(opened: Opened, hub: FakeHub, wrong: str) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "slash", *"pgw-sto-1 ", *wrong)
        table = pilot.app.screen.query_one(ViewTable)
        await until(pilot, lambda: bool(table.problem))
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(pilot.app.focused, Input)
        assert problem_words(table.problem) in screen_text(pilot).split("──")[-1]
        await pilot.press("escape")
        await settle(pilot)
        assert (table.problem, table.filter) == ("", "-severity:cleared -shelved:<0s")
        assert table.table.window.total == 66


def problem_words(problem: str) -> str:
    return problem.removeprefix("filter: ").partition(" at ")[0][:60]


async def test_a_wrong_filter_that_was_kept_before_the_hub_answered_is_written_on(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "slash", *"severity:>", "enter")
        table = pilot.app.screen.query_one(ViewTable)
        await until(pilot, lambda: "severity:> what? one of critical, major" in screen_text(pilot).split("──")[-1])
        box = pilot.app.focused
        assert isinstance(box, Input)
        assert box.value.endswith("severity:>")
        await pilot.press(*"minor", "enter")
        await until(pilot, lambda: "Alarms 52 of" in screen_text(pilot))
        assert table.filter.endswith("severity:>minor")


async def test_a_filter_left_wrong_does_not_stand_over_rows_that_it_does_not_filter(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "slash", *"pgw-sto-1 ", "enter", "slash", *"severity:>")
        table = pilot.app.screen.query_one(ViewTable)
        await until(pilot, lambda: bool(table.problem))
        assert "/ -severity:cleared -shelved:<0s pgw-sto-1 · filter: severity:> what?" in line_with(pilot, "── Alarms")
        assert "is not in force" in table.hidden_words(str)
        table.table.focus()
        await until(pilot, lambda: "The filter cannot be read" in screen_text(pilot))
        await settle(pilot)
        assert pilot.app.focused is table.table
        assert table.filter == "-severity:cleared -shelved:<0s pgw-sto-1"
        assert all("pgw-sto-1" in row.managed_object for row in table.table.window.rows)
        await pilot.press("asterisk", "a")
        await until(pilot, lambda: "The filter -severity:cleared -shelved:<0s pgw-sto-1" in screen_text(pilot))
        assert table.hidden == 67 - table.table.window.total


async def test_the_part_of_the_filter_that_is_the_screens_own_cannot_be_taken_off(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("tab", "tab", "tab", "backslash")
        await settle(pilot)
        view = next(v for v in hub.views if v.view == "alarms")
        assert view.filter == "outages:O-12"


async def test_the_palette_finds_actions_and_outages(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("colon")
        await pilot.pause()
        await pilot.press(*"alarms")
        await until(pilot, lambda: "The alarms of all sources." in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Alarms 66" in screen_text(pilot))


async def test_hostile_names_in_the_palette_stay_text(opened: Opened, hub: FakeHub) -> None:
    hub.put("outages", quiet_outage("O-77", customer="[/eNB-12] [red]x", urgency=99))
    async with opened((130, 30)) as pilot:
        await pilot.press("colon")
        await pilot.pause()
        await pilot.press(*"O-77")
        await until(pilot, lambda: "[/eNB-12] [red]x" in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, OutageScreen))


async def test_the_help_has_every_action_of_the_screen(opened: Opened) -> None:
    async with opened((130, 60)) as pilot:
        await pilot.press("question_mark")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HelpScreen)
        text = screen_text(pilot)
        for action in ACTIONS:
            if "board" in action.where or action.where == ("*",):
                assert action.help.split(":")[0][:30] in text


def test_no_key_means_two_things_on_one_screen() -> None:
    screens = {where for action in ACTIONS for where in action.where if where != "*"}
    for screen in screens:
        keys = [action.key for action in ACTIONS if screen in action.where]
        assert len(keys) == len(set(keys)), screen
    everywhere = [action.key for action in ACTIONS if action.where == ("*",)]
    assert len(everywhere) == len(set(everywhere))


def test_no_key_is_a_prefix_of_tmux_or_another_key_of_the_terminal() -> None:
    taken = {"ctrl+a", "ctrl+b", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+k", "ctrl+l", "ctrl+m"}
    assert not taken & {action.key for action in ACTIONS}


async def test_what_is_wrong_is_said_with_the_place_in_what_was_written_and_the_rows_stay(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "slash", *"pgw nokey:1")
        await until(pilot, lambda: "unknown key nokey at 36" in screen_text(pilot).split("──")[-1])
        assert len(pilot.app.screen.query_one(ViewTable).table.window.rows) > 0


async def test_tab_completes_keys_and_values_and_up_brings_earlier_filters_back(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("backslash", "slash", *"sta", "tab", *"susp", "tab", "enter")
        await until(pilot, lambda: "Outages 2 of 5 · / state:suspected" in screen_text(pilot))
        await pilot.press("backslash", "slash", "up", "enter")
        await until(pilot, lambda: "/ state:suspected" in line_with(pilot, "── Outages"))


async def test_a_filter_gets_a_name_and_is_recalled_by_it(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "slash", *"severity:major", "f2", *"grave", "enter", "enter")
        await pilot.press("backslash", "slash", *"@gr", "tab", "enter")
        await until(pilot, lambda: "Alarms 40 of" in screen_text(pilot))
        assert "/ -severity:cleared -shelved:<0s severity:major" in line_with(pilot, "── Alarms")


async def test_chosen_alarms_are_acknowledged_together_after_a_question_that_says_how_many(
    opened: Opened, hub: FakeHub
) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("2", "down", "space", "space", "space")
        await until(pilot, lambda: "● 3 chosen" in screen_text(pilot))
        await pilot.press("a")
        await until(pilot, lambda: "Acknowledge 3 alarms?" in screen_text(pilot))
        assert "hides 1 alarm more" in screen_text(pilot)
        chosen = pilot.app.screen_stack[-2].query_one(ViewTable).table.selection.rows
        await pilot.press("right", "enter")
        await until(pilot, lambda: any(isinstance(one, Acknowledge) for one in hub.done))
        command = next(one for one in hub.done if isinstance(one, Acknowledge))
        assert command.alarms == tuple(row.key for row in chosen)


async def test_order_and_columns_are_kept_for_the_screen(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "full_stop", "C", "down", "space", "enter")
        await until(pilot, lambda: "object" not in line_with(pilot, "problem"))
        app = pilot.app
        assert isinstance(app, VakenApp)
        kept = app.kept.now.tables["alarms/alarms"]
        assert (kept.sort, kept.hidden) == ("-managed_object", ("object",))


@pytest.mark.parametrize("word", ["turn_order", "turn the order round", "reverse"])
async def test_the_palette_does_what_tables_do(opened: Opened, hub: FakeHub, word: str) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "colon", *word, "enter")
        view = next(v for v in hub.views if v.view == "alarms")
        await until(pilot, lambda: view.sort.startswith("severity"))


@pytest.mark.parametrize("place", KEY_PLACES, ids=lambda place: place.name)
async def test_every_action_of_a_table_or_a_line_is_found_by_its_name(opened: Opened, place: KeyPlace) -> None:
    async with opened((130, 45)) as pilot:
        app = pilot.app
        assert isinstance(app, VakenApp)
        for action in widget_actions(place):
            for word in (action.name, action.title):
                found = exact(app, app.screen, word)
                assert found is not None, word
                assert word in found.words


async def test_the_columns_and_the_copying_are_reached_through_the_palette(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("colon", *"columns", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ColumnDialog))
        await pilot.press("escape", "colon", *"copy", "enter")
        await until(pilot, lambda: "Copied the row" in screen_text(pilot))


def test_the_key_that_turns_the_order_round_is_in_the_help() -> None:
    text = joined(help_parts("alarms", 90)).plain
    assert any(line.split()[:2] == ["=", "turn"] for line in text.split("\n"))
