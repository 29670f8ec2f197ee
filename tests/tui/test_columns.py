"""Choosing, moving and sizing the columns of a table; what came above it; the newest in sight."""

import pytest
from textual.pilot import Pilot

from feeds.model import ROW_TYPES, Severity, field_named
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, alarm
from tests.tui.seen import line_with, screen_text, until
from tui.app import VakenApp
from tui.kept import TableKept
from tui.tables import columns, recorded
from tui.tables.column_dialog import ColumnDialog
from tui.tables.view_table import ViewTable
from widgets.columns import Column


def kept_of(pilot: Pilot[None], place: str) -> TableKept:
    assert isinstance(pilot.app, VakenApp)
    return pilot.app.kept.now.tables.get(place, TableKept())


def titles(pilot: Pilot[None], name: str) -> list[str]:
    """The columns of a table that are in sight."""
    table = next(
        screen.query_one(f"#{name}", ViewTable) for screen in pilot.app.screen_stack if screen.query(f"#{name}")
    )
    return [placed.column.key for placed in table.table.placed]


def width(pilot: Pilot[None], name: str, key: str) -> int:
    table = next(
        screen.query_one(f"#{name}", ViewTable) for screen in pilot.app.screen_stack if screen.query(f"#{name}")
    )
    return next(placed.width for placed in table.table.placed if placed.column.key == key)


async def test_columns_are_hidden_moved_and_sized_and_kept_for_their_screen_alone(opened: Opened) -> None:
    async with opened((160, 40)) as pilot:
        await pilot.press("2")
        await settle(pilot)
        assert titles(pilot, "alarms")[:3] == ["severity", "object", "problem"]
        before = width(pilot, "alarms", "problem")
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, ColumnDialog))
        await pilot.press("down", "less_than_sign")  # object before severity
        await until(pilot, lambda: titles(pilot, "alarms")[:2] == ["object", "severity"])
        await settle(pilot)
        await pilot.press("down", "down", "plus", "plus", "plus")
        await until(pilot, lambda: width(pilot, "alarms", "problem") == before + 3)
        await settle(pilot)
        await pilot.press("end", "space")  # ack is not shown any more
        await until(pilot, lambda: "ack" not in titles(pilot, "alarms"))
        await settle(pilot)
        assert f"{before + 3} cells" in screen_text(pilot)
        assert kept_of(pilot, "alarms/alarms") == TableKept(), "nothing is kept before it is wanted"
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ColumnDialog))
        kept = kept_of(pilot, "alarms/alarms")
        assert kept.order[:2] == ("object", "severity")
        assert kept.hidden == ("ack",)
        assert kept.widths == {"problem": before + 3}
        await pilot.press("1", "enter")
        await settle(pilot)
        await pilot.press(*["tab"] * 3)
        await until(pilot, lambda: len(titles(pilot, "alarms")) > 3)
        assert titles(pilot, "alarms")[0] == "severity", "the alarms of an outage have columns of their own"


async def test_escape_shows_the_columns_as_they_were_and_r_as_at_first(opened: Opened) -> None:
    async with opened((160, 40)) as pilot:
        await pilot.press("2")
        await settle(pilot)
        whole = titles(pilot, "alarms")
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, ColumnDialog))
        await pilot.press("down", "space")
        await until(pilot, lambda: "object" not in titles(pilot, "alarms"))
        await pilot.press("escape")
        await until(pilot, lambda: titles(pilot, "alarms") == whole)
        assert kept_of(pilot, "alarms/alarms") == TableKept()
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, ColumnDialog))
        await pilot.press("down", "space")
        await until(pilot, lambda: "object" not in titles(pilot, "alarms"))
        await settle(pilot)
        await pilot.press("r")
        await until(pilot, lambda: titles(pilot, "alarms") == whole)


async def test_what_comes_above_is_counted_and_the_top_takes_the_count_away(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "end")
        await settle(pilot)
        table = pilot.app.screen.query_one("#alarms", ViewTable)
        under = table.table.window.cursor
        hub.put("alarms", *(alarm(500 + n, Severity.CRITICAL, raised=NOW) for n in range(38)))
        await until(pilot, lambda: "▲ 38 new" in screen_text(pilot))
        assert table.table.window.cursor == under, "nothing moves under the cursor"
        await pilot.press("home")
        await until(pilot, lambda: "new" not in line_with(pilot, "── Alarms"))


async def test_following_keeps_the_newest_in_sight_until_it_ends_and_the_order_is_back(
    opened: Opened, hub: FakeHub
) -> None:
    async with opened((130, 30)) as pilot:
        await pilot.press("2", "F")
        await until(pilot, lambda: "following the newest" in line_with(pilot, "── Alarms"))
        table = pilot.app.screen.query_one("#alarms", ViewTable)
        assert table.table.sort == "-raised"
        hub.put("alarms", alarm(501, Severity.WARNING, raised=NOW, managed_object="the-newest"))
        await until(pilot, lambda: "the-newest" in screen_text(pilot))
        assert "new " not in line_with(pilot, "── Alarms").replace("newest", "")
        await pilot.press("F")
        await until(pilot, lambda: "following" not in line_with(pilot, "── Alarms"))
        assert table.table.sort == "-severity,-raised"


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("outages", columns.OUTAGES),
        ("alarms", columns.ALARMS),
        ("cases", columns.CASES_INSIDE),
        ("cases", tuple(column for column in columns.CASES if column.key != "lane")),
        ("impact", columns.IMPACT),
        ("timeline", columns.TIMELINE),
        ("updates", columns.ALL_UPDATES),
        ("updates", columns.UPDATES),
        ("calls", columns.CALLS),
        ("deliveries", columns.DELIVERIES),
        ("facts", recorded.FACTS),
        ("changes", recorded.CHANGES),
    ],
)
def test_what_stands_over_a_column_is_understood_in_a_filter_as_what_it_is_sorted_by(
    view: str, shown: tuple[Column, ...]
) -> None:
    for column in shown:
        if column.sort and " " not in column.title:
            assert field_named(ROW_TYPES[view], column.title) == column.sort, column.title
