"""Checking and cutting the log of a hub from the command line, on a real log."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feeds.facts import AlarmAcknowledged
from feeds.log import SqliteLog
from feeds.log.table import DATABASE, LOG_DIRECTORY


@pytest.fixture
def data(tmp_path: Path) -> Path:
    async def fill() -> None:
        log = SqliteLog.open(tmp_path / "data", deliver=lambda _batch: None, now=lambda: datetime.now(UTC))
        for number in range(3):
            await log.append("noc", [AlarmAcknowledged(f"noc/{number}")])
        await log.close()

    asyncio.run(fill())
    return tmp_path / "data"


def damage(data: Path) -> None:
    connection = sqlite3.connect(data / LOG_DIRECTORY / DATABASE)
    with connection:
        connection.execute("UPDATE batches SET facts = X'00' WHERE first = 3")
    connection.close()


def test_a_good_log_is_said_to_be_good(run: Any, data: Path) -> None:
    outcome = run("log", "check", "--data", data)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == f"the log in {data} is good: sequence 3, 3 batches\n"


def test_a_damaged_log_fails_the_check_and_can_be_cut(run: Any, data: Path) -> None:
    damage(data)
    outcome = run("log", "check", "--data", data)
    assert outcome.code == 1
    assert "damaged" in outcome.sentence
    outcome = run("log", "cut", "--data", data)
    assert (outcome.code, outcome.err) == (0, "")
    assert "damaged-" in outcome.out
    assert "sequence 2" in run("log", "check", "--data", data).out


def test_a_good_log_is_not_cut(run: Any, data: Path) -> None:
    outcome = run("log", "cut", "--data", data)
    assert outcome.code == 1
    assert "not damaged" in outcome.sentence


def test_a_directory_without_a_log_is_said_to_have_none(run: Any, tmp_path: Path) -> None:
    outcome = run("log", "check", "--data", tmp_path)
    assert outcome.code == 1
    assert str(tmp_path) in outcome.sentence
