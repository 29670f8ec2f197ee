"""The board and the way between screens."""

from datetime import timedelta

import pytest

from feeds.client import Link, LinkState
from feeds.model import OutageState
from feeds.model.commands import Acknowledge, Declare, Resolve
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, alarm, outage, quiet_outage
from tests.tui.seen import line_with, screen_text, until
from tui.screens.outage import OutageScreen
from tui.tables.view_table import ViewTable
from widgets.confirm import Confirm


async def test_the_board_shows_live_outages_most_urgent_first(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        text = screen_text(pilot)
        assert text.index("O-12 ") < text.index("O-14") < text.index("O-9") < text.index("O-15")
        assert "O-2 " not in text
        row = line_with(pilot, "▸")
        for part in (
            "97",
            "declared",
            "★Vattenkraft +14",
            "41,200",
            "61 +38",
            "C12 M40",
            "apn iot.meter 98 % / 4 %",
            "02:31",
        ):
            assert part in row


async def test_a_board_without_outages_says_so_and_a_filter_of_ones_own_that_nothing_passes_too(
    opened: Opened, hub: FakeHub
) -> None:
    async with opened((130, 30)) as pilot:
        table = pilot.app.screen.query_one(ViewTable)
        first = table.filter
        hub.drop("outages", *[row.key for row in table.table.window.rows])
        await settle(pilot)
        assert "no live outage: alarms and cases show no group that is hit" in screen_text(pilot)
        table.set_filter("state:closed")
        await settle(pilot)
        assert "nothing passes the filter state:closed" in screen_text(pilot)
        table.set_filter(first)
        await settle(pilot)
        assert "no live outage" in screen_text(pilot)


async def test_the_header_tells_what_was_promised_and_that_it_is_overdue(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        assert "last word 02:31 · next promised 02:50 · OVERDUE 4 min" in screen_text(pilot)
        assert "02:55:07Z  03:55 CET" in screen_text(pilot)
        hub.put("outages", outage(next_word=NOW + timedelta(minutes=9)))
        await settle(pilot)
        assert "OVERDUE" not in screen_text(pilot)
        assert "in 9 min" in screen_text(pilot)


async def test_the_pane_below_is_of_the_outage_under_the_cursor(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        assert "97 = SIMs 41,200 (+34) · VIP Vattenkraft (+25) · metering (+18) · growing" in screen_text(pilot)
        await pilot.press("down")
        await settle(pilot)
        assert "64 = SIMs 3,000 (+22) · growing (+10)" in screen_text(pilot)


async def test_the_cursor_stays_on_its_outage_when_the_order_changes(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("down")
        hub.put("outages", quiet_outage("O-14", urgency=99), quiet_outage("O-20", urgency=98))
        await settle(pilot)
        table = pilot.app.screen.query_one(ViewTable)
        row = table.row
        assert row is not None
        assert row.key == "O-14"
        assert "O-14" in line_with(pilot, "▸")


async def test_a_key_pressed_just_when_the_row_has_gone_hits_nothing(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("down")
        hub.drop("outages", "O-14")
        await settle(pilot)
        assert "O-14 is gone" in screen_text(pilot)
        await pilot.press("d")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Confirm)
        assert hub.done == []


async def test_declaring_asks_first_and_carries_what_was_seen(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("down", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        focused = pilot.app.focused
        assert focused is not None
        assert focused.id == "cancel"
        await pilot.press("enter")
        await settle(pilot)
        assert hub.done == []
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Declare("O-14", seen=77)]


async def test_resolving_needs_the_number_of_customers_typed(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "15 customers: ★Vattenkraft and 14 others" in screen_text(pilot)
        await pilot.press("tab", "1", "tab", "enter", "enter")
        await settle(pilot)
        assert hub.done == []
        await pilot.press("r") if not isinstance(pilot.app.screen, Confirm) else None
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("tab", "1", "5", "enter", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Resolve("O-12", seen=77)]


async def test_a_decision_that_does_not_fit_the_state_is_said_in_words(opened: Opened, hub: FakeHub) -> None:
    async with opened() as pilot:
        await pilot.press("d")
        await settle(pilot)
        assert [n.message for n in pilot.app._notifications] == [
            "O-12 is declared: only a suspected outage can be declared."
        ]


async def test_a_refusal_is_shown_in_the_hubs_words_and_never_as_markup(opened: Opened, hub: FakeHub) -> None:
    hub.refuse = "[/eNB-12] O-14 changed since you looked: it is [red]declared[/red] now"
    async with opened() as pilot:
        await pilot.press("down", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: len(pilot.app._notifications) > 0)
        await pilot.pause()
        assert hub.refuse in [n.message for n in pilot.app._notifications]
        assert "[/eNB-12]" in screen_text(pilot)


async def test_enter_opens_the_outage_and_escape_comes_back(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, OutageScreen)
        assert "board › O-12" in screen_text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert "Outages 4" in screen_text(pilot)


async def test_the_outage_follows_its_row_and_its_panes_are_of_it_alone(opened: Opened, hub: FakeHub) -> None:
    hub.put("alarms", alarm(300, managed_object="elsewhere"))
    async with opened((130, 40)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        assert "Impact 15" in screen_text(pilot)
        await pilot.press("tab", "tab", "tab")
        await settle(pilot)
        text = screen_text(pilot)
        assert "Alarms 40" in text
        assert "pgw-sto-3" in text
        assert "elsewhere" not in text
        hub.put("outages", outage(state=OutageState.RESOLVED, cases=0))
        await settle(pilot)
        assert "resolved" in line_with(pilot, "── O-12")


async def test_an_alarm_is_acknowledged_with_what_was_seen_of_it(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("a")
        await settle(pilot)
        assert hub.done == []
        await pilot.press("down", "down", "a")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Acknowledge(("nms-se/1",), seen=51)]


async def test_number_keys_switch_screens_and_escape_leads_to_the_board(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        for key, title in (("2", "Alarms 66"), ("3", "Cases 61"), ("4", "Cases in 5 min"), ("1", "Outages 4")):
            await pilot.press(key)
            await settle(pilot)
            assert title in screen_text(pilot)
        await pilot.press("3", "escape")
        await settle(pilot)
        assert "Outages 4" in screen_text(pilot)


async def test_escape_lets_go_of_the_cursor_before_it_leaves_the_screen(opened: Opened) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "down", "escape")
        await settle(pilot)
        table = pilot.app.screen.query_one("#alarms", ViewTable)
        assert table.row is None
        await pilot.press("escape")
        await settle(pilot)
        assert "Outages 4" in screen_text(pilot)


async def test_the_text_of_a_case_is_shown_whole_with_its_warnings(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("3")
        await settle(pilot)
        await pilot.press("down", "down", "down")
        await settle(pilot)
        text = screen_text(pilot)
        assert "our meters 8946 2000 2000–2039 are offline." in text
        assert "89462000200: read as a range of 1,000 SIMs; is that meant?" in text


async def test_a_lost_connection_is_a_banner_and_what_is_there_stays(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        hub.set_link(Link(LinkState.LOST, since=NOW - timedelta(seconds=12), why="[/x] connection refused", attempts=3))
        await settle(pilot)
        assert "connection to hub lost 12 s ago, trying again: [/x] connection refused" in screen_text(pilot)
        assert "★Vattenkraft" in screen_text(pilot)
        assert pilot.app.screen.has_class("-lost")
        hub.set_link(Link(LinkState.LIVE, since=NOW))
        await settle(pilot)
        assert "connection to hub" not in screen_text(pilot)
        assert not pilot.app.screen.has_class("-lost")


async def test_a_burst_of_changes_costs_one_look_at_each_view(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        view = next(view for view in hub.views if view.view == "outages" and view.window == (0, 120))
        before = view.reads
        for number in range(500):
            hub.put("outages", outage(cases=number))
        assert view.reads == before
        await settle(pilot)
        assert view.reads - before <= 2
        assert "499" in line_with(pilot, "▸")


async def test_changes_are_shown_behind_a_dialog(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        hub.put("outages", outage(cases=777))
        await settle(pilot)
        board = pilot.app.screen_stack[0]
        row = board.query_one(ViewTable).row
        assert row is not None
        assert row.cases == 777


async def test_views_are_closed_with_their_screen(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        count = len(hub.views)
        await pilot.press("enter")
        await settle(pilot)
        assert len(hub.views) > count
        await pilot.press("escape")
        await until(pilot, lambda: len(hub.views) == count)


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (160, 45)])
async def test_every_screen_stands_at_every_size(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size) as pilot:
        for keys in (
            ["down"],
            ["enter"],
            ["tab"] * 5,
            ["escape"],
            ["2"],
            ["3"],
            ["4"],
            ["question_mark"],
            ["escape"],
            ["1"],
        ):
            await pilot.press(*keys)
            await settle(pilot)
            assert screen_text(pilot).strip()
        await pilot.press("u")
        await settle(pilot)
        await pilot.resize_terminal(20, 5)
        await settle(pilot)
        await pilot.resize_terminal(*size)
        await settle(pilot)
        assert screen_text(pilot).strip()


async def test_q_on_the_first_screen_ends_the_program_and_disconnects(opened: Opened, hub: FakeHub) -> None:
    async with opened() as pilot:
        assert hub.started
        await pilot.press("q")
        await until(pilot, lambda: not pilot.app.is_running or hub.stopped)
    assert hub.stopped


async def test_q_deeper_down_asks_before(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "Quit vaken?" in screen_text(pilot)
