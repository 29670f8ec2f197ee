"""Appending: how long one fact waits until it is on disk, beside a bare write and flush of as many bytes.

Both in turns, on the same file system, so that a slow moment of the disk meets both. Then the same with 64 senders at a
time, who share flushes. Run alone with ``python -m bench.appending``.
"""

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.report import Row, print_table
from feeds.facts import AlarmReported
from feeds.log import SqliteLog
from feeds.model import AlarmEvent, Severity

TURNS = 3_000
SENDERS = 64
SHARED = 20_000
COMMIT_BYTES = 8_240
"""What a commit of one fact writes to the write-ahead log: two pages with their frame heads."""


def _fact(number: int) -> AlarmReported:
    return AlarmReported(
        AlarmEvent(
            source="nms",
            id=str(number % 20_000),
            managed_object="pgw-1",
            severity=Severity.MAJOR,
            time=datetime.now(UTC),
            text="bearer setup failure rate above threshold",
        )
    )


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


async def _measure(directory: Path) -> tuple[list[float], list[float], list[float], float]:
    """Return seconds of appends alone, of bare flushes in turn with them, of shared appends, and shared facts/s."""
    log = SqliteLog.open(directory / "data", deliver=lambda _batch: None, now=lambda: datetime.now(UTC))
    bare = os.open(directory / "bare", os.O_WRONLY | os.O_CREAT, 0o600)
    alone: list[float] = []
    flushes: list[float] = []
    shared: list[float] = []
    data = os.urandom(COMMIT_BYTES)
    try:
        for turn in range(TURNS):
            started = time.perf_counter()
            await log.append("bench", [_fact(turn)])
            alone.append(time.perf_counter() - started)
            started = time.perf_counter()
            os.pwrite(bare, data, turn % 1_000 * COMMIT_BYTES)
            os.fdatasync(bare)
            flushes.append(time.perf_counter() - started)

        async def sender(number: int) -> None:
            for turn in range(SHARED // SENDERS):
                began = time.perf_counter()
                await log.append(f"bench-{number}", [_fact(turn)])
                shared.append(time.perf_counter() - began)

        started = time.perf_counter()
        await asyncio.gather(*(sender(number) for number in range(SENDERS)))
        rate = len(shared) / (time.perf_counter() - started)
    finally:
        os.close(bare)
        await log.close()
    return alone, flushes, shared, rate


def run() -> list[Row]:
    """Measure and return the rows."""
    directory = Path(tempfile.mkdtemp(prefix="vaken-bench-"))
    try:
        alone, flushes, shared, rate = asyncio.run(_measure(directory))
    finally:
        shutil.rmtree(directory)
    bare = _p99(flushes)
    row = []
    for name, seconds, peer in (
        ("append of one fact, p99", _p99(alone), bare),
        ("append of one fact, median", statistics.median(alone), statistics.median(flushes)),
        (f"append by {SENDERS} at a time ({rate:,.0f}/s), p99", _p99(shared), bare),
    ):
        row.append(Row(name, seconds * 1e3, "ms", f"bare flush: {peer * 1e3:.3g} ms", peer / seconds))
    return row


if __name__ == "__main__":
    print_table(run())
