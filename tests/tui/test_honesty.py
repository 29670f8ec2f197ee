"""What is old is dim and says how old; what was lost is said; dialogs and slow terminals stop nothing."""

from datetime import timedelta

from msgspec import structs
from textual.color import Color

from feeds.client import Link, LinkState
from feeds.model import FeedRow, Severity
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, ago, alarm, case, outage
from tests.tui.seen import line_with, screen_text, until
from tui.app import VakenApp
from tui.panes.freshness import ages, freshness, table_losses, table_note
from tui.tables.view_table import ViewTable
from widgets.confirm import Confirm
from widgets.feed_strip import is_stale, losses, usual_words
from widgets.few_colours import contrast


def feed(key: str, kind: str, minutes: float, **more: float) -> FeedRow:
    return FeedRow(key=key, kind=kind, heard=ago(minutes), **more)  # type: ignore[arg-type]


def app_of(pilot: object) -> VakenApp:
    app = pilot.app  # type: ignore[attr-defined]
    assert isinstance(app, VakenApp)
    return app


def test_a_feed_is_silent_by_its_own_rhythm_and_not_by_its_kind() -> None:
    assert is_stale(feed("a", "alarms", 2, stale_after=60), NOW)
    assert not is_stale(feed("a", "alarms", 2), NOW)
    assert not is_stale(feed("a", "alarms", 20, stale_after=3_600), NOW)
    assert usual_words(feed("a", "alarms", 2, rhythm=90)) == "usual 1 min"


def test_numbers_are_old_when_all_that_bring_them_are_silent() -> None:
    silent, lively = feed("a", "cases", 40), feed("b", "cases", 1)
    assert freshness([silent], ("cases",), NOW).age == "40m"
    partly = freshness([silent, lively], ("cases",), NOW)
    assert (partly.old, [row.key for row in partly.silent]) == (False, ["a"])
    assert not freshness([silent], ("alarms",), NOW).silent


def test_what_was_refused_of_nobody_makes_no_table_old_and_is_counted() -> None:
    strangers = [FeedRow(key="alarms", kind="alarms", refused=2), FeedRow(key="cases", kind="cases", turned_away=1)]
    for view in ("alarms", "cases", "outages"):
        assert table_note(strangers, view, NOW).plain == ""
    assert not freshness([*strangers, feed("nms", "alarms", 1)], ("alarms",), NOW).silent
    assert table_losses(strangers, "alarms") == "2 refused"
    expected = FeedRow(key="nms", kind="alarms", expected=True)
    assert table_note([*strangers, expected], "alarms", NOW).plain == "S never heard"


def test_a_table_says_what_did_not_come_in_one_by_one() -> None:
    rows = [feed("a", "alarms", 0, coalesced=400, refused=3), feed("b", "alarms", 0, coalesced=12, turned_away=2)]
    assert losses(rows) == "412 coalesced · 3 refused · 2 turned away"
    assert table_losses(rows, "alarms") == "412 coalesced · 3 refused · 2 turned away"
    assert (table_losses(rows, "cases"), table_losses(rows, "outages")) == ("", "")
    assert losses([feed("a", "alarms", 0, missing=4)]) == "4 missing"
    assert table_note([feed("c", "cases", 40, coalesced=5)], "cases", NOW).plain == "S 40m old"


async def test_silent_feeds_dim_what_they_brought_on_screen(opened: Opened, hub: FakeHub) -> None:
    hub.put("feeds", feed("zammad", "cases", 22, stale_after=120), feed("nms-se", "alarms", 0, coalesced=412))
    async with opened((130, 30)) as pilot:
        app = app_of(pilot)
        app._tick()
        await settle(pilot)
        assert "· 22m old" in line_with(pilot, "cases / 10 min")
        assert "S zammad 22m" in line_with(pilot, "Outages")
        assert not app.screen.query_one(ViewTable).has_class("-old")
        await app.action_go_alarms()
        await settle(pilot)
        app._tick()
        await settle(pilot)
        lines = screen_text(pilot).split("\n")
        place = next(number for number, line in enumerate(lines) if line.startswith("≈ 412 coalesced"))
        assert lines[place + 1].startswith("── "), "it is the last row of its table"
        hub.put("feeds", feed("nms-se", "alarms", 0, coalesced=413))
        await settle(pilot)
        app._tick()
        await settle(pilot)
        assert line_with(pilot, "≈ 413 coalesced")
        hub.time = NOW + timedelta(hours=2)
        app._tick()
        await settle(pilot)
        assert "S 2h old" in line_with(pilot, "Alarms")
        assert "nms-se 2h" in line_with(pilot, "pgw-sto-1 ")


async def test_rows_of_a_silent_feed_are_dim_with_their_age_and_those_of_others_are_not(
    opened: Opened, hub: FakeHub
) -> None:
    hub.put("feeds", feed("nms-se", "alarms", 22, stale_after=60, rhythm=30), feed("probe", "alarms", 0))
    hub.put("alarms", structs.replace(alarm(200, Severity.CRITICAL, managed_object="pgw-probed"), source="probe"))
    async with opened((160, 40)) as pilot:
        app = app_of(pilot)
        await app.action_go_alarms()
        await settle(pilot)
        app._tick()
        await settle(pilot)
        table = app.screen.query_one("#alarms", ViewTable)
        assert "S nms-se 22m" in line_with(pilot, "Alarms")
        old, live = line_with(pilot, "pgw-sto-0"), line_with(pilot, "pgw-probed")
        assert old.startswith(" ~")
        assert "nms-se 22m" in old
        assert live.startswith("  C")
        assert "probe" in live
        assert "22m" not in live
        dim, plain_look = (contrast_of(table, name) for name in ("pgw-sto-0", "pgw-probed"))
        assert 4.5 <= dim < plain_look
        await pilot.press("home", *["down"] * 3)
        await settle(pilot)
        assert "nms-se has said nothing for 22 min, usual 30 s" in screen_text(pilot)
        hub.put("feeds", feed("nms-se", "alarms", 0, stale_after=60, rhythm=30))
        app._tick()
        await settle(pilot)
        assert "22m" not in screen_text(pilot)
        assert "has said nothing" not in screen_text(pilot)


async def test_cases_are_old_by_the_desk_that_they_came_from(opened: Opened, hub: FakeHub) -> None:
    hub.put("feeds", feed("zammad", "cases", 22, stale_after=120), feed("jira", "cases", 0))
    hub.put("cases", structs.replace(case(3), key="jira/77003", number="77003"))
    async with opened((130, 40)) as pilot:
        app = app_of(pilot)
        await app.action_go_cases()
        await settle(pilot)
        app._tick()
        await settle(pilot)
        assert line_with(pilot, "10401").startswith(" ~")
        assert line_with(pilot, "77003").startswith("  77003")
        await pilot.press("down")
        await settle(pilot)
        assert "zammad has said nothing for 22 min" in screen_text(pilot)


def test_what_no_known_feed_brought_is_old_where_all_are_silent() -> None:
    silent = [feed("a", "alarms", 40), feed("b", "alarms", 20)]
    assert ages(silent, ("alarms",), NOW) == ({"a": "40m", "b": "20m"}, "20m")
    assert ages([*silent, feed("c", "alarms", 0)], ("alarms",), NOW) == ({"a": "40m", "b": "20m"}, "")
    assert ages([], ("alarms",), NOW) == ({}, "")


def contrast_of(table: ViewTable, name: str) -> float:
    """Between the text ``name`` in the table and what is under it."""
    for y in range(table.table.size.height):
        for segment in table.table.render_line(y):
            if segment.text.startswith(name) and segment.style and segment.style.color and segment.style.bgcolor:
                colours = (segment.style.color, segment.style.bgcolor)
                return contrast(*map(Color.from_rich_color, colours))
    raise AssertionError(name)


async def test_behind_a_dialog_everything_goes_on(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        board = pilot.app.screen
        await pilot.app.push_screen(Confirm("Really?", ["it cannot be undone"], verb="Do it"))
        await settle(pilot)
        hub.put("outages", outage(sims=77_123))
        hub.set_link(Link(LinkState.LOST, since=ago(1), heard=ago(1)))
        await settle(pilot)
        row = board.query_one(ViewTable).table.window.at(0)
        assert row is not None
        assert row.sims == 77_123
        assert board.has_class("-lost")
        assert pilot.app.is_running
        painted = board._compositor.render_full_update(simplify=True)
        text = "\n".join("".join(strip.text for strip in line) for line in painted.strips)
        assert "77,123" in text
        assert "connection to hub lost 1 min ago" in text


async def test_a_slow_terminal_gets_fewer_frames_and_the_header_says_so(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        app = app_of(pilot)
        now = [0.0]
        app._clock = app.gauge._clock = lambda: now[0]
        app._painted = app._taken = 0.0
        app.gauge.begin()
        for _ in range(3):
            now[0] += 0.4
            app.look_at_terminal()
        assert app.pace.fps == 4
        assert app._held is not None, "while it takes nothing, nothing is painted"
        assert app._batch_count > 0
        hub.put("outages", outage(sims=77_123))
        app._take()
        app.gauge.end()
        now[0] += 0.4
        app.look_at_terminal()
        assert app._held is None, "a frame is due, with the newest state"
        await settle(pilot)
        assert "4 fps: slow terminal" in screen_text(pilot)
        assert "77,123" in screen_text(pilot)
        app._taken = -10.0
        while app.pace.slow:
            now[0] += 0.25
            app.look_at_terminal()
        await until(pilot, lambda: "fps" not in screen_text(pilot))
        assert app._held is None
