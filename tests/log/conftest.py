"""Facts to append, a clock that tests own, and programs that run a log in a process of their own."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import feeds
from feeds.facts import AlarmAcknowledged, Fact
from feeds.log import Batch, Snapshot, SqliteLog


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Room:
    """A data directory, and what its log delivered."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.delivered: list[Batch] = []
        self.clock = Clock()

    @property
    def database(self) -> Path:
        return self.directory / "log" / "facts.db"

    @property
    def wal(self) -> Path:
        return self.directory / "log" / "facts.db-wal"

    @property
    def witness(self) -> Path:
        return self.directory / "log" / "log.head"

    def open(self, after: int = 0, queue_facts: int = 200_000) -> SqliteLog:
        return SqliteLog.open(
            self.directory, deliver=self.delivered.append, now=self.clock, after=after, queue_facts=queue_facts
        )

    def open_at(self, board: Snapshot) -> SqliteLog:
        """Open the log as a hub does that begins from a snapshot."""
        return SqliteLog.open(
            self.directory, deliver=self.delivered.append, now=self.clock, after=board.seq, check=board.check
        )

    def on_disk(self) -> int:
        """Return the last sequence in the database, also while a log writes there."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT coalesce(max(last), 0) FROM batches").fetchone()[0])

    async def fill(self, appends: int, facts_each: int = 3) -> None:
        """Append and close, so that all lies in the database."""
        log = self.open()
        for number in range(appends):
            await log.append("feed", acks(facts_each, f"{number}-"))
        await log.close()


def acks(count: int, prefix: str = "") -> list[Fact]:
    return [AlarmAcknowledged(f"net/{prefix}{number}") for number in range(count)]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "data")


@pytest.fixture
def make_acks() -> Callable[..., list[Fact]]:
    return acks


@pytest.fixture
def make_room() -> type[Room]:
    return Room


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a Python program given as text; it is killed at the end of the test at the latest."""
    running: list[subprocess.Popen[str]] = []
    root = Path(feeds.__file__).parent.parent

    def run(program: str, *arguments: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(root)},
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()
