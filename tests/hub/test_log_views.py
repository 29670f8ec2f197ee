"""The views *facts* and *changes* over a real log: windows, filters, following, and going back with a replay."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board, Touched
from feeds.facts import Entry, encode_entries, glance_entries
from feeds.hub.changes_query import ChangesQuery
from feeds.hub.facts_query import FactsQuery
from feeds.hub.past import Past
from feeds.log import Batch
from feeds.model import ChangeRow, FactRow, Severity
from feeds.views import BadQuery
from feeds.views.fact_rows import fact_row
from feeds.views.filter import parse
from tests.replay.recorded import START, alarm, night, record
from tests.views.test_sources import steps


class Reader:
    """A board that a test moves, and the reader of its log."""

    def __init__(self, directory: Path, batches: list[Batch]) -> None:
        self.batches = batches
        self.entries = [entry for batch in batches for entry in batch.entries]
        self.board = Board()
        self.now = START + timedelta(hours=1)
        self.past = Past(directory, lambda: self.board, lambda: self.now, lambda: None)

    def go_to(self, seq: int) -> None:
        self.board = Board()
        self.board.apply([entry for entry in self.entries if entry.seq <= seq], Touched())

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Reader"]:
        task = asyncio.create_task(self.past.run())
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def facts(self, query: FactsQuery, first: int, count: int) -> list[FactRow]:
        await self.past.settled(query, first, count)
        return [msgspec.json.decode(row, type=FactRow) for _key, row in query.window(first, count)]

    async def changes(self, query: ChangesQuery) -> list[ChangeRow]:
        await self.past.settled(query, 0, 1000)
        return [msgspec.json.decode(row, type=ChangeRow) for _key, row in query.window(0, 1000)]


def run(reader: Reader, work: Callable[[Reader], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        async with reader.running():
            await work(reader)

    asyncio.run(whole())


def rows_of(entries: list[Entry]) -> list[FactRow]:
    return [fact_row(entry) for entry in glance_entries(encode_entries(tuple(entries)))]


@settings(max_examples=10)
@given(
    st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8), st.integers(1, 9)), min_size=1, max_size=4),
    st.sampled_from(["", "kind:alarm", "-kind:alarm", "outages:O-1", "by:nms declared"]),
)
def test_every_window_is_the_log_backwards_wherever_the_board_stands(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[Any]],
    looks: list[tuple[int, int, int]],
    filter: str,
) -> None:
    directory = tmp_path_factory.mktemp("log")
    reader = Reader(directory, record(directory, batches))
    passes = parse(filter, FactRow)

    async def look(reader: Reader) -> None:
        query = FactsQuery(reader.past, "", filter)
        for seq, first, count in looks:
            reader.go_to(seq)
            while query.shown != reader.board.seq:
                await reader.facts(query, first, count)
                await asyncio.sleep(0)
            known = [entry for entry in reader.entries if entry.seq <= seq]
            wanted = [row for row in reversed(rows_of(known)) if passes is None or passes(row)]
            assert await reader.facts(query, first, count) == wanted[first : first + count]

    run(reader, look)


def test_a_filter_looks_back_in_steps_and_says_how_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.hub.facts_query.STEP", 50)
    monkeypatch.setattr("feeds.hub.facts_query.PATIENCE", 0.0)
    batches = record(tmp_path, [[alarm(n, Severity.CRITICAL if n == 3 else Severity.MINOR)] for n in range(200)])
    reader = Reader(tmp_path, batches)
    reader.go_to(200)

    async def look(reader: Reader) -> None:
        query = FactsQuery(reader.past, "", "critical")
        found = await reader.facts(query, 0, 10)
        assert [row.key for row in found][-1:] == ["more"]
        assert "looked back to" in found[-1].what
        while query.total != 1 or query.window(0, 10)[0][0] == "more":
            await reader.past.settled(query, 0, 10)
            await asyncio.sleep(0)
        assert [row.about for row in await reader.facts(query, 0, 10)] == ["nms/3"]

    run(reader, look)


def test_a_place_in_the_log_is_gone_to_without_a_search(tmp_path: Path) -> None:
    reader = Reader(tmp_path, record(tmp_path, night()))
    reader.go_to(21)

    async def look(reader: Reader) -> None:
        assert [row.seq for row in await reader.facts(FactsQuery(reader.past, "", "seq:7"), 0, 5)] == [7]
        assert [row.seq for row in await reader.facts(FactsQuery(reader.past, "", "seq:<7"), 1, 2)] == [5, 4]
        assert await reader.facts(FactsQuery(reader.past, "", "seq:99"), 0, 5) == []

    run(reader, look)


def test_a_log_that_is_not_there_is_said_in_a_row(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "nothing", [])
    reader.board.seq = 5

    async def look(reader: Reader) -> None:
        found = await reader.facts(FactsQuery(reader.past), 0, 5)
        assert "There is no log" in found[0].what
        (note,) = await reader.changes(ChangesQuery(reader.past, "1"))
        assert note.bad
        assert "There is no log" in note.what

    run(reader, look)


def test_what_changed_stands_by_kind_and_goes_on_with_the_log(tmp_path: Path) -> None:
    reader = Reader(tmp_path, record(tmp_path, night()))
    reader.go_to(13)

    async def look(reader: Reader) -> None:
        query = ChangesQuery(reader.past, "2026-02-03T01:02:13Z")
        found = await reader.changes(query)
        assert [row.what for row in found if row.section == "outages"] == [
            "new: suspected on 1 SIM range: five alarms",
            "declared",
        ]
        assert [row.what for row in found if row.section == "alarms"] == [
            "major: 5 alarms in 5 notices, 5 not clear again"
        ]
        reader.go_to(21)
        query.refresh()
        whole = await reader.changes(ChangesQuery(reader.past, "0"))
        assert [row.what for row in whole if row.section == "alarms"] == [
            "major: 11 alarms in 11 notices, 5 not clear again",
            "cleared: 6 alarms in 6 notices",
        ]

    run(reader, look)


def test_a_span_between_two_sequences_ends_where_it_says(tmp_path: Path) -> None:
    reader = Reader(tmp_path, record(tmp_path, night()))
    reader.go_to(21)

    async def look(reader: Reader) -> None:
        found = await reader.changes(ChangesQuery(reader.past, "7..13"))
        assert [row.what for row in found if row.section == "outages"] == ["declared"]
        assert [row.who for row in found if row.section == "people"] == ["nms"]
        later = await reader.changes(ChangesQuery(reader.past, "13", filter="section:outages"))
        assert [row.what for row in later] == ["resolved"]

    run(reader, look)


@pytest.mark.parametrize("of", ["", "yesterday", "2026-02-03T01:02:03", "5..x", "1...2"])
def test_a_span_that_cannot_be_read_is_refused(of: str, tmp_path: Path) -> None:
    with pytest.raises(BadQuery):
        ChangesQuery(Reader(tmp_path, []).past, of)


def test_facts_have_one_order(tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="order of the log"):
        FactsQuery(Reader(tmp_path, []).past, "by")
