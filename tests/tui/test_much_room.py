"""What screens make of a large terminal: help and facts in two columns, more columns in tables; grounds of dialogs."""

from textual.color import Color
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from feeds.model import FactRow, UpdateState
from tests.tui.conftest import Opened, settle
from tests.tui.fake_explanations import candidate
from tests.tui.fake_hub import FakeHub, ago, update_row
from tests.tui.seen import line_with, screen_text
from tests.tui.test_pictures import changes
from widgets.stream_table import StreamTable

LARGE, MIDDLE, SMALL = (200, 60), (130, 40), (80, 24)


async def at(pilot: Pilot[None], *keys: str) -> str:
    """Press ``keys``; return what is seen then."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)
    return screen_text(pilot)


async def test_the_whole_help_is_in_sight_on_a_large_screen_and_one_column_on_others(opened: Opened) -> None:
    async with opened(LARGE) as pilot:
        seen = await at(pilot, "question_mark")
        assert "On this screen (board)" in seen
        assert "Ages count to the hub's clock." in seen
        assert "In tables" in line_with(pilot, "On this screen"), "beside it"
        assert not pilot.app.screen.query_one(VerticalScroll).show_vertical_scrollbar
        await pilot.press("escape")
        await pilot.resize_terminal(*MIDDLE)
        await at(pilot, "question_mark")
        assert "In tables" not in line_with(pilot, "On this screen")


async def test_the_ground_of_a_dialog_goes_on_behind_its_scrollbar(opened: Opened) -> None:
    async with opened(MIDDLE) as pilot:
        pilot.app.theme = "light"
        for key, bar in (("question_mark", VerticalScroll), ("s", StreamTable)):
            await at(pilot, key)
            surface = Color.parse(pilot.app.theme_variables["surface"])
            assert pilot.app.screen.query_one(bar).styles.scrollbar_background == surface
            await pilot.press("escape")


def fact(fields: int) -> FactRow:
    return FactRow(key="9", seq=9, at=ago(1), by="drill", kind="alarm", about="a", what="all of it",
                   fields={f"field.{n}": f"value {n}" for n in range(fields)})  # fmt: skip


async def test_a_fact_of_many_fields_stands_in_two_columns_where_both_have_room(opened: Opened, hub: FakeHub) -> None:
    hub.put("facts", fact(24))
    async with opened(LARGE) as pilot:
        seen = await at(pilot, "7")
        assert all(f"field.{n} " in seen for n in range(24))
        assert line_with(pilot, "words ").split()[-1] == "12"
        await pilot.resize_terminal(*MIDDLE)
        await settle(pilot)
        assert line_with(pilot, "words ").split()[-1] == "it"
        await pilot.resize_terminal(*LARGE)
        await settle(pilot)
        hub.put("facts", fact(9))
        await at(pilot, "escape", "7")
        assert line_with(pilot, "words ").split()[-1] == "it", "one column is high enough"


async def test_updates_say_more_where_there_is_room(opened: Opened, hub: FakeHub) -> None:
    hub.put("updates", update_row("U-2", state=UpdateState.CANCELLED, reason="it came back by itself"))
    async with opened(LARGE) as pilot:
        await at(pilot, "6")
        assert "03-14 02:31" in line_with(pilot, "U-2")
        assert "it came back by itself" in line_with(pilot, "U-2")
        assert "384" in line_with(pilot, "U-1"), "queued and attempting"
        await pilot.resize_terminal(*SMALL)
        await settle(pilot)
        for word in ("U-1", "first word", "sending", "812/1,200", "02:51"):
            assert word in line_with(pilot, "U-1")


async def test_a_stretch_says_how_much_of_it_is_hit(opened: Opened) -> None:
    async with opened(MIDDLE) as pilot:
        await at(pilot, "5")
        assert "36 % ██▉" in line_with(pilot, "8946 2000 2190 0013")


async def test_who_did_it_stands_before_what_was_done(opened: Opened, hub: FakeHub) -> None:
    hub.put("changes", *changes(), of="")
    async with opened(LARGE) as pilot:
        await at(pilot, "8")
        assert line_with(pilot, "first word to").split()[3:8] == ["O-12", "U-1", "mk", "first", "word"]


async def test_evidence_stands_right_below_the_candidates(opened: Opened, hub: FakeHub) -> None:
    async with opened(LARGE) as pilot:
        lines = (await at(pilot, "enter", "tab")).split("\n")
        (last,) = (at for at, line in enumerate(lines) if "visited_network 26201" in line)
        assert "explained by apn iot.meter" in lines[last + 2]
        hub.put("explanations", *(candidate(key=f"k{n}", rank=5 + n, stands=False) for n in range(20)), of="O-12")
        await settle(pilot)
        assert pilot.app.screen.query_one("#explanations StreamTable").size.height == 12
