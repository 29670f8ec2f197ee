"""Finding places in a log by time and sequence, without reading it all."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.facts import AlarmAcknowledged
from feeds.log import RecordedLog, SqliteLog

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def write(directory: Path, batches: list[tuple[int, int]]) -> list[tuple[int, datetime]]:
    """Write batches of (seconds since the one before, facts); return (sequence, time) of each fact."""
    time = START
    written: list[tuple[int, datetime]] = []

    async def fill() -> None:
        nonlocal time
        log = SqliteLog.open(directory, deliver=lambda _batch: None, now=lambda: time)
        for seconds, facts in batches:
            time += timedelta(seconds=seconds)
            batch = await log.append("feed", [AlarmAcknowledged(str(n)) for n in range(facts)])
            written.extend((entry.seq, entry.at) for entry in batch.entries)
        await log.close()

    asyncio.run(fill())
    return written


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), max_size=12), st.integers(-3, 70))
def test_the_last_fact_at_a_time_is_found(
    tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[int, int]], seconds: int
) -> None:
    directory = tmp_path_factory.mktemp("log")
    written = write(directory, batches)
    log, at = RecordedLog(directory), START + timedelta(seconds=seconds)
    assert log.seq_at(at) == max((seq for seq, when in written if when <= at), default=0)
    assert log.end() == (written[-1] if written else None)
    assert [log.time_of(seq) for seq, _ in written] == [when for _, when in written]
    assert log.time_of(len(written) + 1) is None


def test_a_glance_gives_entries_in_order_from_and_to_any_place(tmp_path: Path) -> None:
    written = write(tmp_path, [(1, 3), (1, 2), (0, 4)])
    log = RecordedLog(tmp_path)
    for after in range(10):
        for until in range(10):
            found = [entry.seq for entry in log.glance(after, until)]
            assert found == [seq for seq, _ in written if after < seq <= until]
    assert {entry.kind for entry in log.glance()} == {"ack"}
