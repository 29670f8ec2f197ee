"""On a replay every screen says so, its keys steer it, and nothing looks like the room of now."""

from datetime import timedelta

from msgspec import structs

from feeds.model import ChangeRow, FactRow, Replay, ReplayRow
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, ago, furnished
from tests.tui.seen import screen_text as seen
from tests.tui.seen import until
from tui.acts.registry import REPLAY, actions_of
from tui.panes.replay_bar import ReplayBar, banner_line, position_line
from tui.screens.facts import FactsScreen
from tui.screens.handover import HandoverScreen
from tui.screens.help import HelpScreen

ROW = ReplayRow(
    key="replay", at=ago(5), seq=1_234, speed=10.0, first_at=ago(60), last_at=NOW, last_seq=2_563,
    marks=(("it began", 1_000, ago(40)),), events=((1_100, ago(30)),), event_count=1,
)  # fmt: skip


def replayed() -> FakeHub:
    hub = furnished()
    hub.link = structs.replace(hub.link, rate=0.0, told=NOW)
    hub.put("replay", ROW)
    return hub


async def test_a_replay_says_so_on_every_screen_and_a_hub_at_work_does_not(opened: Opened) -> None:
    async with opened((120, 30), replayed()) as pilot:
        for key in ("1", "2", "3", "4", "5", "7", "8"):
            await pilot.press(key)
            await settle(pilot)
            assert "REPLAY 2026-03-14" in seen(pilot)
            assert pilot.app.screen.has_class("-replay")
    async with opened((120, 30)) as pilot:
        assert "REPLAY" not in seen(pilot)
        assert not pilot.app.screen.has_class("-replay")


async def test_on_a_very_low_screen_a_replay_takes_one_line(opened: Opened) -> None:
    async with opened((80, 9), replayed()) as pilot:
        await settle(pilot)
        assert pilot.app.screen.query_one(ReplayBar).size.height == 1


async def test_the_keys_of_a_replay_steer_it_and_mean_nothing_on_a_hub_at_work(opened: Opened, hub: FakeHub) -> None:
    other = replayed()
    async with opened((120, 30), other) as pilot:
        await pilot.press("space", "less_than_sign", "greater_than_sign", "left_parenthesis", "right_parenthesis")
        await pilot.press("f", "d", "m")
        await settle(pilot)
        assert other.done == [
            Replay(to="play"),
            Replay(to="step", steps=-1),
            Replay(to="step", steps=1),
            Replay(to="event", steps=-1),
            Replay(to="event", steps=1),
            Replay(to="speed", speed=30.0),
            Replay(to="speed", speed=5.0),
            Replay(to="mark"),
        ]
    async with opened((120, 30)) as pilot:
        await pilot.press("less_than_sign", "left_parenthesis")
        await settle(pilot)
        assert hub.done == []


async def test_a_moment_is_asked_for_and_a_bad_one_is_not_taken(opened: Opened) -> None:
    hub = replayed()
    async with opened((120, 30), hub) as pilot:
        await pilot.press("t", *"nonsense", "enter")
        await settle(pilot)
        assert "names no moment" in seen(pilot)
        await pilot.press(*["backspace"] * 8, *"02:30", "enter")
        await settle(pilot)
        assert hub.done == [Replay(to="seek", at=NOW.replace(minute=30, second=0))]
        await pilot.press("t", "down", "enter")
        await settle(pilot)
        assert hub.done[1:] == [Replay(to="seek", name="it began")]


async def test_writing_a_filter_types_the_keys_of_a_replay(opened: Opened) -> None:
    hub = replayed()
    async with opened((120, 30), hub) as pilot:
        await pilot.press("slash", "f", "space", "m", "enter")
        await settle(pilot)
        assert hub.done == []


async def test_the_help_over_a_replay_begins_with_its_keys_and_shows_no_key_that_means_two_things(
    opened: Opened,
) -> None:
    async with opened((120, 60), replayed()) as pilot:
        await pilot.press("enter", "question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await settle(pilot)
        text = seen(pilot)
        assert text.index("This replay") < text.index("On this screen")
        lines = text.splitlines()
        for action in actions_of(REPLAY):
            assert any(action.help[:40] in line for line in lines), action.name
        (timeline,) = [line for line in lines if "Write what happened into files" in line]
        assert ":export_timeline" in timeline  # t goes to a moment here
    async with opened((120, 60)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await settle(pilot)
        assert "This replay" not in seen(pilot)


async def test_the_list_of_actions_steers_a_replay_too(opened: Opened) -> None:
    hub = replayed()
    async with opened((120, 40), hub) as pilot:
        await pilot.press("colon", *"bookmark", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Replay(to="mark")]


def test_the_banner_keeps_time_and_speed_when_it_gets_narrow() -> None:
    for width in (200, 100, 80, 60, 40):
        line = banner_line(ROW, ROW.at, "space plays · < > fact", width).plain
        assert len(line) <= width
        assert "REPLAY" in line
        assert "02:50:07Z ×10" in line


def test_the_position_line_shows_the_place_events_and_bookmarks_in_their_order() -> None:
    line = position_line(ROW, 100)
    assert len(line) == 100
    assert line.index("◆") < line.index("┿") < line.index("●")
    assert position_line(structs.replace(ROW, first_at=None), 100) == ""
    assert position_line(structs.replace(ROW, first_at=NOW, last_at=NOW, at=NOW), 80).count("●") == 1


async def test_a_fact_is_shown_field_by_field_as_text(opened: Opened, hub: FakeHub) -> None:
    hub.put("facts", FactRow(key="9", seq=9, at=NOW, by="jl", kind="moved", about="O-12", what="declared",
                             seen=7, fields={"title": "[red]Meters[/] \x1b[31m", "state": "declared"}))  # fmt: skip
    async with opened((120, 40)) as pilot:
        await pilot.press("7")
        await settle(pilot)
        assert isinstance(pilot.app.screen, FactsScreen)
        text = seen(pilot)
        assert "fact 9 · 2026-03-14 02:55:07Z · moved · O-12" in text
        assert "[red]Meters[/]" in text
        assert "as of fact 7" in text
        assert "\x1b" not in text


async def test_the_handover_begins_where_the_person_left_and_writes_the_note(
    opened: Opened, hub: FakeHub, tmp_path: object
) -> None:
    hub.put("changes", ChangeRow(key="outages/7", rank=0, section="outages", at=ago(50), seq=7, what="new: *five*",
                                 who="vaken/grouping", outage="O-12"),
            ChangeRow(key="promises/1", rank=1, section="promises", at=ago(4), what="missed: word due", bad=True,
                      outage="O-12"))  # fmt: skip
    async with opened((120, 40)) as pilot:
        app = pilot.app
        app.left_before = ago(90)  # type: ignore[attr-defined]
        app.exports = tmp_path  # type: ignore[attr-defined]
        await pilot.press("8")
        await settle(pilot)
        assert isinstance(app.screen, HandoverScreen)
        assert "you left, 2026-03-14 01:25Z, 1 h 30 min ago" in seen(pilot)
        assert {view.of for view in hub.views if view.view == "changes"} == {"2026-03-14T01:25:07Z"}
        assert "outages 1 · promises 1 · 1 want a look" in seen(pilot)
        await pilot.press("w")
        await settle(pilot)
        await app.workers.wait_for_complete()
        (note,) = tmp_path.iterdir()  # type: ignore[attr-defined]
        assert "**O-12** new: \\*five\\* (vaken/grouping)" in note.read_text()
        assert "**wants a look**" in note.read_text()
        await pilot.press("plus")
        await settle(pilot)
        assert {view.of for view in hub.views if view.view == "changes"} == {
            f"{(NOW - timedelta(hours=72)).replace(second=0):%Y-%m-%dT%H:%M:%SZ}"
        }


async def test_the_handover_looks_at_the_time_between_two_moments(opened: Opened, hub: FakeHub) -> None:
    async with opened((120, 40)) as pilot:
        await pilot.press("8", "t")
        await settle(pilot)
        await pilot.press(*"01:53..01:07", "enter")
        await settle(pilot)
        assert "since 2026-03-13 01:53Z until 2026-03-14 01:07Z" in seen(pilot)
        assert {view.of for view in hub.views if view.view == "changes"} == {
            "2026-03-13T01:53:00Z..2026-03-14T01:07:00Z"
        }
        await pilot.press("t")
        await settle(pilot)
        await pilot.press(*"5000..4711", "enter")
        await settle(pilot)
        assert "'5000..4711' ends before it begins" in seen(pilot)
        await pilot.press("escape", "minus")
        await settle(pilot)
        assert {".." in view.of for view in hub.views if view.view == "changes"} == {False}


async def test_the_timeline_of_an_outage_goes_into_files(opened: Opened, hub: FakeHub, tmp_path: object) -> None:
    async with opened((120, 40)) as pilot:
        pilot.app.exports = tmp_path  # type: ignore[attr-defined]
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        await pilot.app.workers.wait_for_complete()
        names = sorted(path.name for path in tmp_path.iterdir())  # type: ignore[attr-defined]
        assert names == ["vaken-O-12-20260314T0255Z.json", "vaken-O-12-20260314T0255Z.md"]
