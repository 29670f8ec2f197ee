"""What a changed cell costs on the screen: the stream table at 100,000 rows beside Textual's DataTable at 10,000.

Measured is the time that the program computes (CPU), from the change to the bytes for the terminal being ready, in a
real app without a terminal. Waiting for the next frame is not counted, for either table. What the hub computes for
another order or filter of as many rows is measured by bench/views.py.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from statistics import median
from time import thread_time

from msgspec import Struct, structs
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.events import Idle
from textual.widget import Widget
from textual.widgets import DataTable

from bench import views
from bench.report import Row, print_table
from widgets.columns import Column
from widgets.stream_table import StreamTable

ROWS = 100_000
PEER_ROWS = 10_000
SIZE = (160, 45)
TIMES = 200
ROUNDS = 5
PEER_TIMES = 20
BUDGET_MS = 0.5


class Line(Struct, frozen=True):
    """A row like an alarm's."""

    key: str
    object: str
    problem: str
    count: int
    raised: datetime


class Page(Struct, frozen=True):
    """A window of the rows, as the hub's client gives it."""

    rows: tuple[Line, ...]
    total: int
    first: int = 0
    loaded: bool = True


COLUMNS = (
    Column("key", "id", lambda r, _: r.key, width=10),
    Column("object", "object", lambda r, _: r.object, weight=2),
    Column("problem", "problem", lambda r, _: r.problem, weight=3),
    Column("count", "count", lambda r, _: f"{r.count:,}", width=9, align="right"),
    Column("raised", "raised", lambda r, now: f"{(now - r.raised).seconds}s", width=6, align="right", timed=True),
)

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def line(number: int) -> Line:
    """Return row ``number``."""
    return Line(f"a{number}", f"pgw-sto-{number % 97}", "GTP path failure", 1, _NOW)


class StreamApp(App[None]):
    """An app of one stream table."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield StreamTable(COLUMNS, now=lambda: _NOW)


class PeerApp(App[None]):
    """An app of one DataTable."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield DataTable(cursor_type="row")


def paint(app: App[None], widget: Widget) -> int:
    """Paint what is asked to be painted, as a frame would; returns the characters for the terminal."""
    screen = app.screen
    compositor = screen._compositor
    if screen._layout_required:
        screen._refresh_layout()
        screen._layout_required = False
    compositor.update_widgets({widget})
    update = compositor.render_update(screen_stack=[screen])
    return len(update.render_segments(app.console)) if isinstance(update, LayoutUpdate | ChopsUpdate) else 0


async def timed(times: int, change: Callable[[int], None], after: Callable[[], Awaitable[int]]) -> tuple[float, float]:
    """Return the median milliseconds of ``change`` with its painting, and the mean of what it gave in characters."""
    spent, written = [], 0
    for number in range(times):
        start = thread_time()
        change(number)
        written += await after()
        spent.append((thread_time() - start) * 1_000)
    return median(spent), written / times


async def stream() -> tuple[float, float, float, float]:
    """Return milliseconds of a change in sight as a window, as one row, and out of sight; and characters written."""
    app = StreamApp()
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(StreamTable)
        window = [line(number) for number in range(200)]
        table.show(Page(tuple(window), ROWS))
        await pilot.pause()

        async def painted() -> int:
            return paint(app, table)

        def in_window(number: int) -> None:
            window[5 + number % 20] = structs.replace(window[5 + number % 20], count=number + 2)
            table.show(Page(tuple(window), ROWS))

        def out_of_sight(number: int) -> None:
            window[150] = structs.replace(window[150], count=number + 2)
            table.show(Page(tuple(window), ROWS))

        shown, written = await timed(TIMES, in_window, painted)
        hidden, _ = await timed(TIMES, out_of_sight, painted)
        everything = tuple(line(number) for number in range(ROWS))
        table.show(Page(everything, ROWS))
        await pilot.pause()
        await painted()

        def one_of_all(number: int) -> None:
            place = 5 + number % 20
            table.patch(structs.replace(everything[place], count=10_000 + number))

        patched, _ = await timed(TIMES, one_of_all, painted)
        return shown, patched, hidden, written


async def peer() -> tuple[float, float]:
    """Return milliseconds of a changed cell in a DataTable, and characters written."""
    app = PeerApp()
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(DataTable)
        for column in ("key", "object", "problem", "count", "raised"):
            table.add_column(column, key=column)
        for number in range(PEER_ROWS):
            row = line(number)
            table.add_row(row.key, row.object, row.problem, "1", "0s", key=row.key)
        await pilot.pause()

        async def painted() -> int:
            await table._on_idle(Idle())  # where a DataTable does what a change left to do
            return paint(app, table)

        def change(number: int) -> None:
            table.update_cell(f"a{5 + number % 20}", "count", f"{number + 2:,}")

        return await timed(PEER_TIMES, change, painted)


def run() -> list[Row]:
    """Measure, and return the rows of the table."""
    rounds = [asyncio.run(stream()) for _ in range(ROUNDS)]
    shown, patched, hidden, written = (median(values) for values in zip(*rounds, strict=True))
    peer_ms, peer_written = asyncio.run(peer())
    beside = f"DataTable, {PEER_ROWS:,} rows: {peer_ms:.1f} ms"
    return [
        Row(f"table {ROWS:,} rows: changed cell in sight, painted", shown, "ms", beside, peer_ms / shown,
            f"≤ {BUDGET_MS:g} ms", shown <= BUDGET_MS),
        Row(f"table {ROWS:,} rows all held: one row patched, painted", patched, "ms", beside, peer_ms / patched,
            f"≤ {BUDGET_MS:g} ms", patched <= BUDGET_MS),
        Row("table: changed cell out of sight", hidden, "ms", beside, peer_ms / hidden, f"≤ {BUDGET_MS:g} ms",
            hidden <= BUDGET_MS),
        Row("table: characters to the terminal for it", written, "chars", f"DataTable: {peer_written:,.0f}",
            peer_written / written),
        *views.run(),
    ]  # fmt: skip


if __name__ == "__main__":
    print_table(run())
