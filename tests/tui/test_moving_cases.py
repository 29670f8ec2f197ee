"""Moving several cases at once: the question says how many and what it leaves out, each is judged by the hub alone."""

from textual.widgets import Button, Input

from feeds.model import CaseState, Command
from feeds.model.commands import Place
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import FakeHub, case
from tests.tui.seen import screen_text, until
from tui.acts.moving import Move, hits, moved_words
from tui.acts.pick_outage import PickOutage
from tui.app import VakenApp
from tui.tables.view_table import ViewTable
from widgets.confirm import Confirm
from widgets.entry_lines import Entry


def said(app: object) -> list[str]:
    assert isinstance(app, VakenApp)
    return [notice.message for notice in app._notifications]


def words_of_dialog(screen: str) -> str:
    """What stands between the borders, as one line."""
    lines = [line.split("│") for line in screen.splitlines() if line.count("│") >= 2]
    return " ".join(" ".join(parts[1] for parts in lines).split())


async def test_the_chosen_cases_are_moved_with_how_many_and_what_is_left_out(opened: Opened, hub: FakeHub) -> None:
    hub.put("cases", case(2, state=CaseState.CLOSED))
    async with opened((80, 24)) as pilot:
        await pilot.press("3")
        table = pilot.app.screen.query_one("#cases", ViewTable)
        table.set_filter("customer:acme,nordbuss")
        await until(pilot, lambda: table.table.loaded and table.hidden > 0)
        await settle(pilot)
        table.table.choose_rows([row for row in table.table.window.rows if row.number in ("10401", "10402", "10410")])
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickOutage))
        await settle(pilot)
        assert "Move 2 cases of 2 customers, into which outage?" in screen_text(pilot)
        await pilot.press(*"acme lifts")
        pick = pilot.app.screen.query_one("#pick", ViewTable)
        await until(pilot, lambda: pick.filter == "acme lifts" and pick.table.window.total == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await settle(pilot)
        text = words_of_dialog(screen_text(pilot))
        assert "Move case 10401 into O-14?" in text
        assert "1 case of those chosen: in O-14 already." in text
        assert "1 case of those chosen: closed, only open ones are moved." in text
        assert f"The filter customer:acme,nordbuss hides {table.hidden} cases more" in text
        assert "10410" not in text
        await pilot.press("tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Place("zammad/1", "O-14", True, seen=1)]


async def test_several_are_moved_one_by_one_and_those_refused_stay_chosen(opened: Opened, hub: FakeHub) -> None:
    def judge(command: Command) -> str:
        changed = isinstance(command, Place) and command.case == "zammad/2"
        return "case 10402 changed since you looked; look again" if changed else ""

    hub.judge = judge
    async with opened((130, 40)) as pilot:
        await pilot.press("3")
        table = pilot.app.screen.query_one("#cases", ViewTable)
        await until(pilot, lambda: table.table.loaded)
        table.table.choose_rows([row for row in table.table.window.rows if row.number in ("10401", "10402", "10403")])
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        keys = [row.key for row in table.table.selection.rows]
        assert len(keys) == 3
        assert "zammad/2" in keys
        await settle(pilot)
        text = words_of_dialog(screen_text(pilot))
        assert "Move 3 cases out of O-12?" in text
        assert "3 of them are in no outage then." in text
        pilot.app.screen.query_one("#words-0", Input).value = "another fault"
        await pilot.press("tab", "enter")
        await until(pilot, lambda: len(hub.done) == 3 and len(table.table.selection) == 1)
        assert {(one.case, one.inside, one.why) for one in hub.done if isinstance(one, Place)} == {
            (key, False, "another fault") for key in keys
        }
        assert [row.key for row in table.table.selection.rows] == ["zammad/2"]
        assert (
            "2 of 3 cases are out of O-12; 1 not: case 10402 changed since you looked; look again. It stays chosen."
            in said(pilot.app)
        )


async def test_more_than_are_named_need_their_count_typed(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3", "home", "asterisk", "asterisk")
        table = pilot.app.screen.query_one("#cases", ViewTable)
        await until(pilot, lambda: len(table.table.selection) == 61)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickOutage))
        await pilot.press(*"nordbuss")
        pick = pilot.app.screen.query_one("#pick", ViewTable)
        await until(pilot, lambda: pick.filter == "nordbuss" and pick.table.window.total == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await settle(pilot)
        assert "Move 61 cases into O-9?" in screen_text(pilot)
        assert pilot.app.screen.query_one("#go", Button).disabled
        assert hub.done == []
        pilot.app.screen.query_one("#typed", Input).value = "61"
        await until(pilot, lambda: not pilot.app.screen.query_one("#go", Button).disabled)
        pilot.app.screen.query_one("#go", Button).press()
        await until(pilot, lambda: "61 cases are in O-9." in said(pilot.app))
        assert len({one.case for one in hub.done if isinstance(one, Place)}) == 61
        assert len(table.table.selection) == 0


async def test_who_goes_elsewhere_meanwhile_leaves_no_half_behind(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("tab", "tab", "asterisk", "asterisk")
        table = pilot.app.screen.query_one("#cases", ViewTable)
        await until(pilot, lambda: len(table.table.selection) > 20)
        count = len(table.table.selection)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        dialog = pilot.app.screen
        dialog.query_one("#typed", Input).value = str(count)
        await until(pilot, lambda: not dialog.query_one("#go", Button).disabled)
        dialog.query_one("#go", Button).press()
        await until(pilot, lambda: bool(hub.done) or pilot.app.screen is not dialog)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: f"{count} cases are out of O-12." in said(pilot.app))
        assert len(hub.done) == count


async def test_where_all_chosen_cases_are_closed_nothing_is_asked(opened: Opened, hub: FakeHub) -> None:
    hub.put("cases", *(case(number, state=CaseState.CLOSED) for number in (1, 2)))
    async with opened((130, 40)) as pilot:
        await pilot.press("3")
        table = pilot.app.screen.query_one("#cases", ViewTable)
        table.set_filter("number:10401,10402")
        await until(pilot, lambda: table.table.window.total == 2)
        await settle(pilot)
        await pilot.press("asterisk", "v")
        await until(pilot, lambda: "All 2 cases are closed: only open cases are moved." in said(pilot.app))
        assert not isinstance(pilot.app.screen, PickOutage)


def test_the_question_names_ten_and_counts_the_rest_after_what_is_left_out() -> None:
    move = Move(tuple(case(number) for number in range(1, 14)), "O-9", True, ("The filter x hides 4 cases more",))
    lines = [line.before if isinstance(line, Entry) else str(line) for line in hits(move)]
    assert lines[0] == "The filter x hides 4 cases more"
    assert sum(line.startswith("Case 104") for line in lines) == 10
    assert "and 3 more" in lines
    assert move.must_type == "13"


def test_a_refusal_of_one_case_is_said_in_the_hubs_words_alone() -> None:
    from tui.acts.moving import Moved

    row = case(1)
    assert moved_words(Move((row,), "O-9", True), Moved((), (row,), "no such outage")) == "no such outage"
