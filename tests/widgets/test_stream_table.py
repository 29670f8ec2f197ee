"""The stream table on a real screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual._styles_cache import StylesCache
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from widgets.columns import Bit, Column
from widgets.stream_table import MARK_SECONDS, StreamTable

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    key: str
    text: str = ""
    number: int = 0
    since: datetime = NOW


@dataclass(frozen=True)
class Page:
    rows: tuple[Line, ...]
    total: int
    first: int = 0
    loaded: bool = True


COLUMNS = (
    Column("key", "id", lambda r, _: r.key, width=6, priority=9, sort="key"),
    Column("text", "text", lambda r, _: (Bit(r.text), Bit(" x", "dim")) if r.number == 99 else r.text, weight=1,
           sort="text"),
    Column("number", "n", lambda r, _: str(r.number), width=5, align="right", sort="number"),
    Column("age", "age", lambda r, now: f"{(now - r.since).seconds}s", width=5, timed=True),
)  # fmt: skip


@dataclass
class Clock:
    now: datetime = NOW
    seconds: float = 0.0


class TableApp(App[None]):
    def __init__(self, clock: Clock, **options: Any) -> None:
        super().__init__()
        self.messages: list[Message] = []
        self.table = StreamTable(
            COLUMNS, now=lambda: clock.now, monotonic=lambda: clock.seconds, **options
        )  # fmt: skip

    def compose(self) -> ComposeResult:
        yield self.table

    def on_stream_table_row_highlighted(self, event: StreamTable.RowHighlighted) -> None:
        self.messages.append(event)

    def on_stream_table_row_selected(self, event: StreamTable.RowSelected) -> None:
        self.messages.append(event)

    def on_stream_table_sort_wanted(self, event: StreamTable.SortWanted) -> None:
        self.messages.append(event)

    def on_stream_table_window_wanted(self, event: StreamTable.WindowWanted) -> None:
        self.messages.append(event)

    def on_stream_table_cursor_lost(self, event: StreamTable.CursorLost) -> None:
        self.messages.append(event)

    def last(self, kind: type[Message]) -> Any:
        return next((m for m in reversed(self.messages) if isinstance(m, kind)), None)


@dataclass
class Painted:
    """Notes which lines are asked to be painted again."""

    regions: list[Region] = field(default_factory=list)
    whole: int = 0

    def watch(self, table: StreamTable) -> "Painted":
        refresh = table.refresh

        def noted(*regions: Region, **options: Any) -> Any:
            self.regions.extend(regions)
            self.whole += not regions
            return refresh(*regions, **options)

        table.refresh = noted  # type: ignore[method-assign]
        return self


def lines(*keys: str) -> tuple[Line, ...]:
    return tuple(Line(key, f"text of {key}") for key in keys)


def many(count: int, first: int = 0) -> tuple[Line, ...]:
    return lines(*(f"r{n}" for n in range(first, first + count)))


def text(table: StreamTable, line: int) -> str:
    return table.render_line(line).text


def key_under(table: StreamTable) -> str:
    """The key of the row under the cursor."""
    row = table.cursor_row
    assert row is not None
    return str(row.key)


async def with_rows(pilot: Pilot[None], app: TableApp, rows: Sequence[Line], total: int = 0) -> StreamTable:
    app.table.focus()
    app.table.show(Page(tuple(rows), total or len(rows)))
    await pilot.pause()
    return app.table


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_rows_are_shown_in_columns_under_a_header(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, lines("a", "b"))
        assert text(table, 0).split() == ["id", "text", "n", "age"]
        assert text(table, 1).split() == ["▸", "a", "text", "of", "a", "0", "0s"]
        assert text(table, 3).strip() == ""


async def test_a_change_in_sight_repaints_its_line_and_no_other(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 10)) as pilot:
        rows = many(100)
        table = await with_rows(pilot, app, rows)
        painted = Painted().watch(table)
        changed = (*rows[:3], replace(rows[3], number=7), *rows[4:])
        table.show(Page(changed, 100))
        assert painted.whole == 0
        assert [region.y for region in painted.regions] == [4]
        assert " 7 " in text(table, 4)


async def test_a_change_out_of_sight_paints_nothing(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 10)) as pilot:
        rows = many(100)
        table = await with_rows(pilot, app, rows)
        painted = Painted().watch(table)
        table.show(Page((*rows[:50], replace(rows[50], number=7), *rows[51:]), 100))
        table.patch(replace(rows[60], number=9))
        assert (painted.whole, painted.regions) == (0, [])


async def test_for_a_change_in_sight_textual_makes_its_line_and_no_other_of_table_and_scrollbar(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 10)) as pilot:
        rows = many(100)
        table = await with_rows(pilot, app, rows)
        parts = (table, table.vertical_scrollbar)
        for part in parts:
            part.render_lines(part.outer_size.region)
        made: list[tuple[Widget, Region]] = []
        make = StylesCache.render_widget

        def noted(cache: StylesCache, widget: Widget, crop: Region) -> list[Strip]:
            made.append((widget, crop))
            return make(cache, widget, crop)

        lines: list[int] = []
        paint = StreamTable.render_line

        def painted(self: StreamTable, y: int) -> Strip:
            lines.append(y)
            return paint(self, y)

        monkeypatch.setattr(StylesCache, "render_widget", noted)
        monkeypatch.setattr(StreamTable, "render_line", painted)
        table.show(Page((*rows[:3], replace(rows[3], number=7), *rows[4:]), 100))
        shown = [strip.text for part in parts for strip in part.render_lines(part.outer_size.region)]
        assert (made, lines) == ([], [4])
        assert " 7 " in shown[4]


async def test_rows_that_change_places_are_painted_in_their_new_ones(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 10)) as pilot:
        rows = many(9)
        table = await with_rows(pilot, app, rows)
        await pilot.press("down")
        changed = (rows[0], replace(rows[2], number=7), rows[1], *rows[3:])
        table.show(Page(changed, 9))
        await pilot.pause()
        assert [text(table, y).replace("▸", "").split()[0] for y in range(1, 10)] == [row.key for row in changed]
        assert (key_under(table), table.window.cursor_index) == ("r1", 2)


async def test_a_change_of_the_row_under_the_cursor_is_reported(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 10)) as pilot:
        rows = many(9)
        table = await with_rows(pilot, app, rows)
        table.show(Page((replace(rows[0], number=7), *rows[1:]), 9))
        await pilot.pause()
        assert app.last(StreamTable.RowHighlighted).row.number == 7


async def test_the_row_under_the_cursor_stays_on_its_line_when_rows_come_above(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 10)) as pilot:
        rows = many(100)
        table = await with_rows(pilot, app, rows)
        await pilot.press("pagedown", "pagedown", "down")
        key, line = key_under(table), (table.window.cursor_index or 0) - table.top
        table.show(Page((*lines("x", "y", "z"), *rows), 103))
        await pilot.pause()
        assert key_under(table) == key
        assert (table.window.cursor_index or 0) - table.top == line
        assert f"▸ {key}" in text(table, line + 1)


async def test_without_a_cursor_the_top_stays_in_sight(clock: Clock) -> None:
    app = TableApp(clock, start_on_row=False)
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, many(50))
        assert table.cursor_row is None
        table.show(Page((*lines("new"), *many(50)), 51))
        await pilot.pause()
        assert text(table, 1).split()[0] == "new"
        await pilot.press("down")
        assert key_under(table) == "new"
        assert table.release()
        assert table.cursor_row is None


async def test_the_loss_of_the_row_under_the_cursor_is_told(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, lines("a", "b", "c"))
        await pilot.press("down")
        table.show(Page(lines("a", "c"), 2))
        await pilot.pause()
        lost = app.last(StreamTable.CursorLost)
        assert (lost.key, lost.to) == ("b", "c")
        assert app.last(StreamTable.RowHighlighted).row.key == "c"


async def test_scrolling_to_rows_that_are_not_loaded_asks_for_them(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 11)) as pilot:
        table = await with_rows(pilot, app, many(60), total=100_000)
        await pilot.press("end")
        await pilot.pause()
        wanted = app.last(StreamTable.WindowWanted)
        assert wanted.first <= 99_990
        assert wanted.first + wanted.count >= 100_000
        assert wanted.count <= 60
        assert "······" in text(table, 3)
        assert table.cursor_row is None
        first = wanted.first
        table.show(Page(many(100_000 - first, first), 100_000, first))
        await pilot.pause()
        assert key_under(table) == "r99999"
        assert "▸ r99999"[:8] in text(table, 10)


async def test_the_same_rows_are_asked_for_once(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 11)) as pilot:
        table = await with_rows(pilot, app, many(60), total=1_000)
        await pilot.press("end")
        await pilot.pause()
        asked = len([m for m in app.messages if isinstance(m, StreamTable.WindowWanted)])
        table.show(Page(many(60), 1_000))
        await pilot.pause()
        assert len([m for m in app.messages if isinstance(m, StreamTable.WindowWanted)]) == asked


async def test_changed_cells_are_marked_and_the_marks_end(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, lines("a", "b"))
        text(table, 2)
        table.show(Page((lines("a")[0], Line("b", "text of b", 5)), 2))
        marked = [segment for segment in table.render_line(2) if segment.text.strip() == "5"]
        plain = [segment for segment in table.render_line(2) if segment.text.strip() == "b"]
        assert marked[0].style != plain[0].style
        clock.seconds = MARK_SECONDS + 0.1
        table.expire_marks()
        unmarked = [segment for segment in table.render_line(2) if segment.text.strip() == "5"]
        assert unmarked[0].style != marked[0].style
        assert table._mark_timer is None


async def test_ages_count_on_and_only_lines_that_read_otherwise_are_painted(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, lines("a", "b"))
        text(table, 1), text(table, 2)
        painted = Painted().watch(table)
        table.tick()
        assert painted.regions == []
        clock.now += timedelta(seconds=3)
        table.tick()
        assert [region.y for region in painted.regions] == [1, 2]
        assert "3s" in text(table, 1)


async def test_keys_move_the_cursor_and_enter_chooses(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, many(30))
        steps = {"j": 1, "down": 2, "k": 1, "pagedown": 5, "end": 29, "home": 0, "up": 0, "G": 29}
        for keys, at in steps.items():
            await pilot.press(keys)
            assert table.window.cursor_index == at, keys
        await pilot.press("enter")
        assert app.last(StreamTable.RowSelected).row.key == "r29"


async def test_a_click_takes_the_cursor_a_second_one_chooses_and_a_header_sorts(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, lines("a", "b", "c"))
        await pilot.click(StreamTable, offset=(4, 3))
        assert key_under(table) == "c"
        await pilot.click(StreamTable, offset=(4, 3))
        assert app.last(StreamTable.RowSelected).row.key == "c"
        await pilot.click(StreamTable, offset=(3, 0))
        assert app.last(StreamTable.SortWanted).sort == "-key"
        table.sort = "-key"
        assert "id▾" in text(table, 0)
        await pilot.click(StreamTable, offset=(3, 0))
        assert app.last(StreamTable.SortWanted).sort == "key"


HOSTILE = (
    "[/eNB-12]",
    "[red]alarm[/red]",
    "\x1b[31mred\x1b[0m\x07",
    "\u202egnirts",
    "北海道" * 40,
    "e\u0301" * 300,
    "x" * 10_000,
    "a\tb\nc",
)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_text_in_a_cell_stays_text_and_columns_stay_in_line(clock: Clock, hostile: str) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(50, 6)) as pilot:
        table = await with_rows(pilot, app, [Line("a", hostile), Line("b", hostile, number=99), Line("c", "plain")])
        for line in (1, 2, 3):
            strip = table.render_line(line)
            assert strip.cell_length == table.body_width
            assert strip.text.isprintable()
        if hostile.startswith("["):
            assert hostile in text(table, 1)


async def test_of_a_cell_in_pieces_the_first_gives_way(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, [Line("a", "a name that is far too long for it", number=99)])
        assert "… x" in text(table, 1)


async def test_an_empty_table_says_what_is_empty(clock: Clock) -> None:
    app = TableApp(clock, empty="no active alarm")
    async with app.run_test(size=(40, 6)) as pilot:
        assert text(app.table, 1).strip() == "loading …"
        table = await with_rows(pilot, app, ())
        assert text(table, 1).strip() == "no active alarm"


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (200, 50)])
async def test_any_size_will_do(clock: Clock, size: tuple[int, int]) -> None:
    app = TableApp(clock)
    async with app.run_test(size=size) as pilot:
        table = await with_rows(pilot, app, many(100))
        await pilot.press("end", "pageup")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert table.cursor_row is not None


async def test_the_last_row_can_be_seen_and_is_not_under_the_edge(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, many(30))
        await pilot.press("end")
        await pilot.pause()
        assert "r29" in text(table, 5)


async def test_rows_that_come_above_are_counted_and_nothing_moves_until_the_top_is_wanted(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 10)) as pilot:
        rows = many(100)
        table = await with_rows(pilot, app, rows)
        await pilot.press("pagedown", "pagedown", "down")
        table.show(Page((*lines("x", "y", "z"), *rows), 103))
        assert table.new_above == 3
        table.to_top()
        await pilot.pause()
        assert (table.new_above, table.top, text(table, 1).replace("▸", "").split()[0]) == (0, 0, "x")


async def test_chosen_rows_stay_chosen_wherever_they_go(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(40, 10)) as pilot:
        table = await with_rows(pilot, app, lines("a", "b", "c", "d"))
        await pilot.press("down", "space", "down", "V")
        assert [row.key for row in table.selection.rows] == ["b", "c", "d"]
        frozen = table.selection.rows
        table.show(Page((*lines("d", "c", "a"), Line("b", "other")), 4))
        assert [text(table, y)[1] for y in range(1, 5)] == ["●", "●", " ", "●"]
        assert table.selection.rows[0].text == "other"
        assert frozen[0].text == "text of b"
        await pilot.press("asterisk")
        assert len(table.selection) == 4
        assert table.release()
        assert len(table.selection) == 0


async def test_columns_out_of_sight_are_reached_and_the_first_one_stays(clock: Clock) -> None:
    app = TableApp(clock)
    async with app.run_test(size=(22, 6)) as pilot:
        table = await with_rows(pilot, app, lines("a"))
        assert text(table, 0)[:2] == "› "
        seen = set(text(table, 0).split())
        for _ in range(4):
            await pilot.press("shift+right")
            seen |= set(text(table, 0)[2:].split())
            assert text(table, 1).replace("▸", "").split()[0] == "a"
            assert table.render_line(1).cell_length == table.body_width
        assert {"id", "text", "n", "age"} <= seen
        await pilot.press("shift+left", "shift+left", "shift+left")
        assert table.shift == 0


async def test_the_keyboard_sorts_by_any_column_and_turns_the_order_round(clock: Clock) -> None:
    app = TableApp(clock, sort="-key")
    async with app.run_test(size=(40, 6)) as pilot:
        table = await with_rows(pilot, app, lines("a"))
        await pilot.press("full_stop")
        assert app.last(StreamTable.SortWanted).sort == "-text"
        await pilot.press("comma")
        assert app.last(StreamTable.SortWanted).sort == "-number"
        await pilot.press("equals_sign")
        assert app.last(StreamTable.SortWanted).sort == "key"
        await pilot.press("Y")
        assert app.clipboard.split("\t")[:2] == ["a", "text of a"]
        assert table.cursor_row is not None
