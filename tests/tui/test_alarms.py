"""The alarms: how many come for each person, bad ones, and putting one aside."""

import pytest
from textual.widgets import Input

from feeds.model import CaseRow, PresentRow, Severity, UpdateState
from feeds.model.commands import Shelve
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, ago, alarm, case, flood, triage, update_row
from tests.tui.seen import line_with, screen_text, until
from tui.panes.case import case_facts, other_facts
from tui.panes.flood import STEPS, gauge, step_of
from tui.screens.alarms import bad_facts
from tui.tables.view_table import ViewTable
from widgets.confirm import Confirm


@pytest.mark.parametrize(
    ("each", "word"),
    [(0, "acceptable"), (1, "acceptable"), (1.5, "manageable"), (2.5, "demanding"), (10, "too many"), (10.1, "FLOOD")],
)
def test_the_gauge_has_the_steps_of_the_standards(each: float, word: str) -> None:
    assert step_of(each).word == word
    assert [step.most for step in STEPS[:2]] == [1.0, 2.0]


@pytest.mark.parametrize("width", [14, 40, 74, 120, 200])
def test_the_gauge_never_gets_wider_than_its_line_and_leaves_out_the_least_telling(width: int) -> None:
    line = gauge(flood(), width)
    assert line.cell_length <= width
    assert ("chattering" in line.plain) is (width >= 74)
    assert ("last 4 h" in line.plain) is (width >= 200)


async def test_what_comes_for_each_person_stands_above_the_alarms(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("2")
        await settle(pilot)
        assert "33 per person in 10 min" in screen_text(pilot)
        hub.put("flood", flood(raised=3, on_duty=2))
        await settle(pilot)
        assert "1.5 per person in 10 min manageable" in screen_text(pilot)


async def test_one_key_goes_through_the_kinds_of_alarms(opened: Opened, hub: FakeHub) -> None:
    hub.put("alarms", alarm(70, chatter=ago(4), raises=5), alarm(71, raised=ago(3_000)), alarm(72, shelved=ago(-30)))
    async with opened((130, 40)) as pilot:
        await pilot.press("2")
        table = pilot.app.screen.query_one("#alarms", ViewTable)
        await until(pilot, lambda: table.table.window.total == 68)
        for total, key in ((1, "nms-se/70"), (1, "nms-se/71"), (1, "nms-se/72"), (68, "")):
            await pilot.press("e")
            await until(pilot, lambda total=total: table.table.window.total == total)  # type: ignore[misc]
            assert not key or table.table.window.rows[0].key == key


async def test_an_alarm_is_shelved_for_a_time_with_a_reason(opened: Opened, hub: FakeHub) -> None:
    async with opened((100, 30)) as pilot:
        await pilot.press("2", "down", "z")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        first, second = pilot.app.screen.query(Input)
        first.value, second.value = "soon", ""
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "whole number" in screen_text(pilot))
        button = pilot.app.screen.query_one("#go")
        await until(pilot, lambda: not button.has_class("-active"))
        first.value = "90"
        await pilot.press("enter")
        await until(pilot, lambda: "Say why" in screen_text(pilot) and not button.has_class("-active"))
        second.value = "card is swapped at noon"
        await pilot.press("enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Shelve(("nms-se/0",), 90, "card is swapped at noon", seen=50)]


def test_the_pane_says_what_is_wrong_with_an_alarm_itself() -> None:
    row = alarm(7, Severity.MINOR, raised=ago(3_000), chatter=ago(5), raises=4, raises_since=ago(50),
                shelved=ago(-20), shelved_by="mk")  # fmt: skip
    told = {fact.name: fact.text.plain for fact in bad_facts(row, NOW)}
    assert told == {
        "shelved": "until 03:15 UTC, 20 min left by mk",
        "chatters": "raised three times within 5 min, 5 times since 02:05",
        "stale": "active for more than a day",
    }
    assert bad_facts(alarm(7, chatter=ago(11), shelved=ago(1)), NOW) == []


async def test_next_and_before_go_through_the_queue_while_a_case_is_read(opened: Opened) -> None:
    async with opened((100, 30)) as pilot:
        await pilot.press("3", "down", "enter", "n", "n", "p")
        await settle(pilot)
        assert pilot.app.focused is pilot.app.screen.query_one("#case-text")
        row = pilot.app.screen.query_one("#cases", ViewTable).row
        assert isinstance(row, CaseRow)
        assert row.number == "10402"


async def test_the_queue_begins_with_what_is_to_be_taken_first_and_says_why(opened: Opened, hub: FakeHub) -> None:
    hub.put("cases", case(30, priority=80, priority_parts=(("VIP", 25), ("health", 18))))
    async with opened((160, 40)) as pilot:
        await pilot.press("3")
        await settle(pilot)
        assert "VIP · health" in line_with(pilot, "10430")
        assert pilot.app.screen.query_one("#cases", ViewTable).table.window.rows[0].number == "10430"


def test_a_case_is_told_with_its_age_its_promise_its_outages_and_its_customers_other_cases() -> None:
    row = case(1, follow_up=ago(90))
    told = triage(row, age=11.4)
    facts = {fact.name: fact.text.plain for fact in case_facts(row, NOW, (), told)}
    assert "11.4 of 9.3 working days OVER" in facts["opened"]
    assert facts["follow up"] == "14 Mar 01:25 UTC,  LATE 1 h 30 min "
    assert facts["outages"] == "● O-12 40 of its 40 SIMs lie there"
    assert facts[" "] == "○ O-14 perhaps: it names visited 262-01"
    others = [fact.text.plain for fact in other_facts(told, NOW)]
    assert others[0] == "7 other open cases of Acme Lifts"
    assert others[1].startswith("10501 Meters offline, part 1 · 20 min · O-12")
    assert others[-1] == "and 2 more"


async def test_an_outage_says_who_writes_and_who_watches_it(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "mk watches" in line_with(pilot, "── O-12 declared"))
        hub.put("updates", update_row("U-2", state=UpdateState.DRAFT, author="mk"))
        hub.put("present", PresentRow(key="eva", role="viewer", since=ago(3), outages=("O-12",)))
        await until(pilot, lambda: "mk writes · eva watches" in line_with(pilot, "── O-12 declared"))
