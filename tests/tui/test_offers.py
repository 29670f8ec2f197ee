"""What is offered fits to what is there: the last line, the list of outages, what is said at the start."""

from collections.abc import Iterator

import pytest

from feeds.model import OutageState, Severity
from feeds.replay.bookmarks import Bookmarks
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, case, outage, quiet_outage
from tests.tui.seen import screen_text, until
from tui.acts.pick_outage import PickOutage
from tui.preferences import Preferences, problems_words
from tui.screens.help import help_parts, joined
from tui.words.rows import SEVERITY_LETTER
from widgets.columns import Column
from widgets.stream_table import StreamTable


def last_line(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split("\n")[-1].strip().split("  "))


@pytest.mark.parametrize(
    ("state", "offered", "left_out"),
    [
        (OutageState.SUSPECTED, {"d declare", "x reject"}, {"m mitigate", "r resolve"}),
        (OutageState.DECLARED, {"m mitigate", "r resolve"}, {"d declare", "x reject"}),
        (OutageState.MITIGATED, {"r resolve"}, {"d declare", "m mitigate", "x reject"}),
    ],
)
async def test_the_last_line_offers_what_the_state_of_the_outage_allows(
    opened: Opened, state: OutageState, offered: set[str], left_out: set[str]
) -> None:
    hub = FakeHub()
    hub.put("outages", outage(state=state))
    async with opened((160, 45), hub) as pilot:
        for _screen in ("board", "outage"):
            await until(pilot, lambda: offered <= set(last_line(screen_text(pilot))))
            assert not left_out & set(last_line(screen_text(pilot)))
            await pilot.press("enter")
            await settle(pilot)


async def test_the_last_line_follows_the_cursor_and_the_outage(opened: Opened) -> None:
    hub = FakeHub()
    hub.put("outages", outage(), quiet_outage("O-14"))
    async with opened((160, 45), hub) as pilot:
        assert "d declare" not in set(last_line(screen_text(pilot)))
        await pilot.press("down")
        await until(pilot, lambda: "d declare" in set(last_line(screen_text(pilot))))
        hub.put("outages", quiet_outage("O-14", state=OutageState.DECLARED))
        await until(pilot, lambda: "d declare" not in set(last_line(screen_text(pilot))))


async def test_where_a_case_is_in_the_only_outage_no_other_one_is_offered(opened: Opened) -> None:
    hub = FakeHub()
    hub.put("outages", outage("O-1"))
    hub.put("cases", case(1, outages=("O-1",)))
    async with opened((130, 40), hub) as pilot:
        await pilot.press("3")
        await until(pilot, lambda: "Cases 1" in screen_text(pilot))
        await pilot.press("down", "v")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickOutage))
        await until(pilot, lambda: "no other live outage" in screen_text(pilot))


async def test_many_mistakes_in_the_preferences_are_one_word_at_the_start(opened: Opened) -> None:
    preferences = Preferences(problems=tuple(f"config.toml:{n}: key {n} clashes" for n in range(9)))
    async with opened((130, 40), preferences=preferences) as pilot:
        await until(pilot, lambda: "9 things in your preferences" in screen_text(pilot).replace("\n", " "))
        assert len(pilot.app._notifications) == 1
    assert problems_words(("only this",)) == "only this"


def test_the_help_names_the_sign_of_every_severity() -> None:
    text = " ".join(joined(help_parts("alarms", 90)).plain.split())
    for severity in (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING, Severity.INDETERMINATE):
        assert f"{SEVERITY_LETTER[severity]} {severity.value}" in text


def test_a_moment_that_is_marked_twice_has_one_bookmark() -> None:
    marks = Bookmarks(None, "log")
    assert marks.mark("", 7, NOW) == marks.mark("", 7, NOW)
    assert marks.mark("", 8, NOW).name != marks.mark("found it", 8, NOW).name
    assert [mark.seq for mark in marks.marks] == [7, 8, 8]


@pytest.mark.parametrize(
    ("title", "width", "shown"), [("raised", 6, "raise▾"), ("raised", 9, "raised▾"), ("北海", 4, "北▾")]
)
async def test_the_direction_of_the_order_is_seen_however_narrow_the_column_is(
    opened: Opened, title: str, width: int, shown: str
) -> None:
    column = Column("key", title, lambda _row, _now: "", width=width, sort="key")
    other = Column("other", "other", lambda _row, _now: "", weight=1)
    async with opened((80, 24)) as pilot:
        table = StreamTable((column, other), sort="-key")
        await pilot.app.screen.mount(table)
        await settle(pilot)
        assert shown in table.render_line(0).text
