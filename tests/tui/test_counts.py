"""The counts screen: the curve beside what is usual, the surges, the desk's figures."""

import pytest
from msgspec import structs
from textual.content import Content
from textual.widgets import Static

from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, curve, desk_rows, surge_row
from tests.tui.seen import line_with, screen_text
from tui.app import VakenApp
from tui.screens.counts import CountsScreen
from widgets.case_chart import CaseChart
from widgets.section_rule import SectionRule


async def test_counts_show_the_curve_the_surges_the_desk_and_the_square(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("4")
        await settle(pilot)
        text = screen_text(pilot)
        for mark in "█░▓━":
            assert mark in text
        assert "Cases in 5 min · last 2 h" in text
        assert "61 in 10 min, usual 2.1 (1.4–3.3), p < 1e-9" in line_with(pilot, "▲ 02:31")
        assert "▲8.4 d" in line_with(pilot, "info requests")
        assert line_with(pilot, "  e-mail  ").split()[-7:] == ["e-mail", "129", "·", "·", "·", "·", "129"]


async def test_at_80_columns_the_desk_stays_and_the_square_gives_way(opened: Opened) -> None:
    async with opened((80, 24)) as pilot:
        await pilot.press("4")
        await settle(pilot)
        text = screen_text(pilot)
        assert "orders" in text
        assert "By channel and service" not in text
        assert "61 in 10 min, usual 2.1 (1.4–3.3), p < 1e-9" in line_with(pilot, "e-mail · incident")
        assert pilot.app.screen.query_one(CaseChart).size.height >= 8


async def test_keys_look_back_over_more_time_and_less(opened: Opened, hub: FakeHub) -> None:
    async with opened((160, 45)) as pilot:
        await pilot.press("4")
        await settle(pilot)
        asked = []
        for key in ("minus", "minus", "minus", "plus", "plus", "plus"):
            await pilot.press(key)
            await settle(pilot)
            asked.append(line_with(pilot, "── Cases in").split("   █")[0].removeprefix("── "))
        assert asked == [
            "Cases in 10 min · last 24 h", "Cases in 2 h · last 7 days", "Cases in 2 h · last 7 days",
            "Cases in 10 min · last 24 h", "Cases in 5 min · last 2 h", "Cases in 5 min · last 2 h",
        ]  # fmt: skip
        await pilot.press("1")
        open_curves = [view.of for view in hub.views if view.view == "curve"]
        assert sorted(open_curves) == ["1/120", "5/24", "5/24"]


async def test_c_goes_from_channel_to_channel_and_back_to_all(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("4", "c")
        await settle(pilot)
        assert "Cases by call in 5 min" in screen_text(pilot)
        assert "━" not in screen_text(pilot).split("surge ")[1].split("Surges")[0]
        await pilot.press("c", "c", "c", "c")
        await settle(pilot)
        assert "Cases in 5 min" in screen_text(pilot)
        assert {view.of for view in hub.views if view.view == "curve"} == {"1/120", "5/24"}


async def test_a_curve_that_the_hub_refuses_is_said_and_the_rest_stays(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("4")
        await settle(pilot)
        screen = pilot.app.screen
        (view,) = [view for view in hub.views if view.view == "curve" and view is screen._curve]  # type: ignore[attr-defined]
        view.change(filter="nothing:1")
        await settle(pilot)
        assert "unknown key nothing" in screen_text(pilot)
        assert "orders" in screen_text(pilot)


async def test_what_changes_is_shown_as_it_comes(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("4")
        await settle(pilot)
        hub.put("surges", surge_row(ended=NOW, chance=0.004))
        hub.put("desk", *desk_rows()[:1])
        await settle(pilot)
        assert "Surges none now" in screen_text(pilot)
        assert "p = 0.004" in screen_text(pilot)
        assert "▲ SURGE" not in screen_text(pilot)


@pytest.mark.parametrize(("size", "words"), [((130, 30), "cases / 10 min"), ((80, 24), "cases/10m")])
async def test_the_header_tells_cases_beside_the_usual_and_marks_a_surge(
    opened: Opened, hub: FakeHub, size: tuple[int, int], words: str
) -> None:
    async with opened(size) as pilot:
        for key in "1234":
            await pilot.press(key)
            await settle(pilot)
            line = line_with(pilot, words)
            assert "▲ SURGE" in line
            seen = sum(row.seen for row in curve(1, 120)[-10:])
            assert f"{seen}, usual 2.1" in line
        hub.drop("surges", "S-3")
        await settle(pilot)
        assert "SURGE" not in line_with(pilot, words)
        assert f"{seen}, usual 2.1" in line_with(pilot, words)


async def test_the_header_and_the_list_raise_no_alarm_of_a_surge_while_no_more_than_usual_come(
    opened: Opened, hub: FakeHub
) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("4")
        hub.put("curve", *(structs.replace(row, seen=0) for row in curve(1, 120)), of="1/120")
        await settle(pilot)
        line = line_with(pilot, "cases / 10 min")
        assert "surge fading" in line
        assert "SURGE" not in line
        assert "0, usual 2.1" in line
        assert isinstance(pilot.app.screen, CountsScreen)
        pilot.app.screen.tick()  # as each second
        rule = pilot.app.screen.query_one("#surges-rule", SectionRule)
        assert "1 fading" in rule.text.plain
        assert "$error" not in rule.text.markup
        listed = pilot.app.screen.query_one("#surges", Static).content
        assert isinstance(listed, Content)
        assert "$error" not in listed.markup


async def test_the_board_has_the_curve_beside_the_outage(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        assert isinstance(pilot.app, VakenApp)
        chart = pilot.app.screen.query_one(CaseChart)
        assert len(chart.rows) == 24
        assert "cases in 5 min" in screen_text(pilot)
        assert "━" in screen_text(pilot)
