"""Checking and cutting the log of a hub from the command line, on a real log."""

from __future__ import annotations

import asyncio
import json
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


def test_the_head_that_verify_prints_is_found_again_and_another_is_not(run: Any, data: Path) -> None:
    outcome = run("log", "verify", "--data", data)
    assert (outcome.code, outcome.err) == (0, "")
    head = outcome.out.split()[-1]
    assert head.startswith("3:")
    again = run("log", "verify", "--data", data, "--head", head)
    assert again.out.startswith(f"it came by {head}: nothing before was changed since\n")
    assert run("log", "verify", "--data", data, "--head", head.partition(":")[2]).code == 0
    other = run("log", "verify", "--data", data, "--head", f"3:{'0' * 32}")
    assert other.code == 1
    assert "the log was changed since" in other.sentence
    for wrong in ("3", "x:" + "0" * 32, "3:" + "g" * 32):
        assert run("log", "verify", "--data", data, "--head", wrong).code == 2
    damage(data)
    assert "checksum" in run("log", "verify", "--data", data).sentence


def test_facts_are_exported_as_lines_to_the_terminal_or_a_new_file(run: Any, data: Path, tmp_path: Path) -> None:
    outcome = run("log", "export", "--data", data, "--from", "2")
    lines = [json.loads(line) for line in outcome.out.splitlines()]
    assert [(line["seq"], line["by"], line["fact"]["fact"]) for line in lines] == [(2, "noc", "ack"), (3, "noc", "ack")]
    file = tmp_path / "facts.jsonl"
    outcome = run("log", "export", "--data", data, "--until", "2100-01-01T00:00Z", "--output", file)
    assert outcome.out == f"3 facts of the log in {data} are in {file}\n"
    assert len(file.read_bytes().splitlines()) == 3
    assert file.stat().st_mode & 0o777 == 0o600
    outcome = run("log", "export", "--data", data, "--output", file)
    assert outcome.code == 1
    assert "is there already" in outcome.sentence
    assert run("log", "export", "--data", data, "--from", "yesterday").code == 2
    assert run("log", "export", "--data", data, "--until", "2000-01-01").out == ""


def test_a_backup_is_a_data_directory_by_itself(run: Any, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    outcome = run("log", "backup", "--data", data, target)
    assert (outcome.code, outcome.err) == (0, "")
    head = run("log", "verify", "--data", target).out.split()[-1]
    assert f"up to {head}, read again and verified" in outcome.out
    assert run("log", "backup", "--data", data, target).code == 1


def test_pruning_asks_how_much_is_to_be_kept_and_takes_no_more(run: Any, data: Path, tmp_path: Path) -> None:
    outcome = run("log", "prune", "--data", data)
    assert outcome.code == 2
    assert "keep_days" in outcome.sentence
    config = tmp_path / "config.toml"
    config.write_text("[log]\nkeep_days = 3\n")
    outcome = run("log", "prune", "--data", data, "--config", config)
    assert (outcome.code, outcome.err) == (0, "")
    assert "nothing to prune" in outcome.out
