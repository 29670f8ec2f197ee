"""SIM space on the screens: which part is asked for, what stays while it comes, and where an outage went."""

from feeds.model import OutageState, TimelineRow
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import FakeHub, FakeView, ago, outage, quiet_outage
from tests.tui.fake_space import OUTAGES, STARTS
from tests.tui.seen import line_with, screen_text, until
from tui.panes.ribbon import RibbonPane, asked
from tui.screens.outage import OutageScreen
from tui.screens.space import SpaceScreen
from widgets.sim_ribbon import SimRibbon


def ribbons(hub: FakeHub) -> list[FakeView]:
    return [view for view in hub.views if view.view == "ribbon"]


def test_both_ends_are_written_with_as_many_digits() -> None:
    assert asked("", ("8946200", "894620002000000999"), 80) == ":000000000008946200-894620002000000999/80"
    assert asked("O-12", None, 5_000) == "O-12/1000"


async def test_the_fleet_is_a_screen_of_its_own(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("5")
        await settle(pilot)
        assert isinstance(pilot.app.screen, SpaceScreen)
        assert "SIM space · fleet · 120,000 SIMs" in screen_text(pilot)
        ribbon = pilot.app.screen.query_one(SimRibbon)
        assert [view.of for view in ribbons(hub)][-1] == f"/{ribbon.wanted_columns}"
        assert "9 of" in line_with(pilot, "Where something happens") or "stretches in sight" in screen_text(pilot)


async def test_a_step_closer_opens_a_view_of_the_part_and_gives_the_old_one_up(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("5")
        await settle(pilot)
        count = len(ribbons(hub))
        await pilot.press("plus")
        await settle(pilot)
        view = ribbons(hub)[-1]
        assert view.of.startswith(":8946")
        assert len(ribbons(hub)) == count
        assert pilot.app.screen.query_one(SimRibbon).travel.picture.size < 65_000


async def test_while_a_part_is_on_its_way_the_old_picture_stays_and_moves_go_on(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("5")
        await settle(pilot)
        ribbon = pilot.app.screen.query_one(SimRibbon)
        before = [ribbon.render_line(y).text for y in range(4)]
        count = len(ribbons(hub))
        hub.holds_views = True
        await pilot.press("plus", "plus", "plus")
        await settle(pilot)
        assert [ribbon.render_line(y).text for y in range(4)] == before
        assert len(ribbons(hub)) == count + 1
        assert " · …" in line_with(pilot, "SIM space · fleet")
        hub.answer(ribbons(hub)[-1])
        await settle(pilot)
        assert len(ribbons(hub)) == count
        assert 13_000 < ribbon.travel.picture.size < 18_000


async def test_a_part_that_the_hub_refuses_is_told_and_the_picture_stays(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("5")
        await settle(pilot)
        ribbon = pilot.app.screen.query_one(SimRibbon)
        size = ribbon.travel.picture.size
        ribbon.point(str(STARTS[20]))
        travel_to = (str(STARTS[20]), str(STARTS[20] + 999))
        hub.refused_of[asked("", travel_to, ribbon.wanted_columns)] = "of: [red]no[/red] such part"
        ribbon.travel.to(*travel_to)
        ribbon.post_message(SimRibbon.Moved(ribbon, travel_to))
        await settle(pilot)
        assert "of: [red]no[/red] such part" in screen_text(pilot)
        assert ribbon.travel.picture.size == size
        await pilot.press("plus")
        await settle(pilot)
        assert "such part" not in screen_text(pilot)
        assert 55_000 < ribbon.travel.picture.size < 65_000


async def test_an_outage_is_shown_with_what_lies_around_it(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        ribbon = pilot.app.screen.query_one(SimRibbon)
        first, last = ribbon.travel.picture.span
        assert int(first) < OUTAGES["O-12"][0][0]
        assert int(last) > OUTAGES["O-12"][-1][1]
        assert ribbon.travel.picture.size < 20_000
        axis = ribbon.render_line(1).text
        assert "█ O-12 █" in axis
        assert axis.rstrip().endswith("─")


async def test_the_outage_alone_and_the_fleet_around_it_again(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("z")
        await settle(pilot)
        await pilot.press("w")
        await settle(pilot)
        assert "SIM space · O-12 alone · 6,000 SIMs" in screen_text(pilot)
        await pilot.press("minus")
        await settle(pilot)
        assert "SIM space · fleet · 8946" in screen_text(pilot)


async def test_the_board_shows_the_place_of_the_outage_under_the_cursor(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        pane = pilot.app.screen.query_one(RibbonPane)
        await until(pilot, lambda: pane.ribbon.own == "O-12" and pane.ribbon.travel.shown is not None)
        first = pane.ribbon.travel.picture.span
        await pilot.press("down")
        await until(pilot, lambda: pane.ribbon.own == "O-14" and pane.ribbon.travel.picture.span != first)
        low, high = map(int, pane.ribbon.travel.picture.span)
        assert low <= OUTAGES["O-14"][0][0] <= high
        assert len(ribbons(hub)) == 1


async def test_a_hand_that_hurries_past_outages_looks_none_of_them_up(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        pane = pilot.app.screen.query_one(RibbonPane)
        await until(pilot, lambda: pane.ribbon.own == "O-12" and pane.ribbon.travel.shown is not None)
        asked_before = hub._numbers
        pane.look_at("O-14")
        pane.look_at("O-9")
        pane.look_at("O-12")
        assert hub._numbers == asked_before
        assert pane.outage == "O-12"


async def test_small_boards_leave_the_picture_out(opened: Opened, hub: FakeHub) -> None:
    async with opened((80, 24)) as pilot:
        await settle(pilot)
        assert "SIM space" not in screen_text(pilot)
        assert ribbons(hub) == []
        await pilot.resize_terminal(100, 32)
        await until(pilot, lambda: "SIM space · fleet" in screen_text(pilot))
        assert pilot.app.screen.query_one(SimRibbon).size.height == 3


async def test_another_width_asks_for_as_many_stretches(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("5")
        await settle(pilot)
        await pilot.resize_terminal(90, 40)
        ribbon = pilot.app.screen.query_one(SimRibbon)
        await until(pilot, lambda: any(view.of == f"/{ribbon.wanted_columns}" for view in ribbons(hub)))
        assert ribbon.wanted_columns < 90


async def test_the_list_below_leads_to_its_stretch(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("tab", "down", "down")
        await settle(pilot)
        screen = pilot.app.screen
        row = screen.query_one("#stretches").cursor_row  # type: ignore[attr-defined]
        assert screen.query_one(SimRibbon).cursor == row.stretch.first
        await pilot.press("enter")
        await settle(pilot)
        assert screen.query_one(SimRibbon).travel.aim == (row.stretch.first, row.stretch.last)


async def test_views_of_the_number_line_are_closed_with_their_screen(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await until(pilot, lambda: len(ribbons(hub)) == 1)
        await pilot.press("z")
        await settle(pilot)
        assert len(ribbons(hub)) == 2
        await pilot.press("escape")
        await until(pilot, lambda: len(ribbons(hub)) == 1)


async def test_a_merged_outage_says_where_it_went_and_leads_there(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        assert "was merged" not in screen_text(pilot)
        hub.put("outages", outage(state=OutageState.MERGED, merged_into="O-14"))
        hub.put("outages", quiet_outage("O-14", title="[b]Gateway[/b] down"))
        await settle(pilot)
        assert "O-12 was merged into O-14 · [b]Gateway[/b] down · f goes there" in screen_text(pilot)
        await pilot.press("f")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, OutageScreen)
        assert screen.row.key == "O-14"
        await pilot.press("escape")
        await settle(pilot)
        assert "Outages" in screen_text(pilot)


async def test_an_outage_that_was_not_merged_leads_nowhere(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("enter", "f")
        await settle(pilot)
        assert "O-12 was not merged." in [n.message for n in pilot.app._notifications]


async def test_a_split_stands_in_the_timeline(opened: Opened, hub: FakeHub) -> None:
    hub.put("timeline", TimelineRow(key="9", at=ago(1), who="vaken/watcher", what="O-16 was split off"), of="O-12")
    async with opened((130, 40)) as pilot:
        await pilot.press("enter", "tab", "tab", "tab", "tab")
        await settle(pilot)
        assert "O-16 was split off" in screen_text(pilot)
