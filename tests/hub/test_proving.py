"""A hub that starts from a snapshot: damage below it is found afterwards, said everywhere, and costs no fact."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from feeds.hub.restore import make_snapshot, restore
from feeds.log import SqliteLog, check, read_only
from feeds.sources.native import alarms
from tests.hub.running import RunningHub
from tests.hub.terminal import terminal
from tui.cli.entry import main


def alarm(number: int) -> dict[str, Any]:
    return {"source": "noc", "id": str(number), "managed_object": "pgw-1", "severity": "major", "text": "so it was"}


def keys(numbers: range) -> list[str]:
    return sorted(f"noc/{number}" for number in numbers)


def alter(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


async def said(hub: RunningHub, event: str) -> str:
    """Wait until the journal has a line with an event (30 s at the most); return it."""
    for _ in range(600):
        for line in hub.errors().splitlines():
            if f"[{event}" in line:
                return line
        await asyncio.sleep(0.05)
    raise AssertionError(hub.errors())


async def one_life(directory: Path, numbers: range) -> None:
    """Leave what a hub leaves that took some alarms, each by itself."""
    log = SqliteLog.open(directory, deliver=lambda _batch: None, now=lambda: datetime.now(UTC))
    for number in numbers:
        await log.append("noc", alarms(orjson.dumps(alarm(number))))
    await log.close()


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A hub that is not started yet: 20 alarms in its log, a snapshot over all of them but the last one."""
    hub = RunningHub(tmp_path / "data", "")

    await one_life(hub.directory, range(19))
    make_snapshot(hub.directory)
    await one_life(hub.directory, range(19, 20))
    yield hub
    if hub.process is not None and hub.process.poll() is None:
        hub.kill()


def database_of(hub: RunningHub) -> Path:
    return hub.directory / "log" / "facts.db"


CHANGED = (
    "UPDATE batches SET facts = CAST(replace(CAST(facts AS TEXT), 'so it was', 'so it is!') AS BLOB) WHERE first = 9"
)


@pytest.mark.parametrize(
    ("statement", "behind"), [(CHANGED, 10), ("DELETE FROM batches WHERE first = 9", 11)], ids=["changed", "missing"]
)
async def test_damage_under_the_snapshot_is_said_everywhere_and_no_fact_is_refused_or_lost(
    hub: RunningHub, capsys: pytest.CaptureFixture[str], statement: str, behind: int
) -> None:
    database = database_of(hub)
    alter(database, statement)
    hub.start()
    data = ("--data", str(hub.directory))
    async with terminal(hub) as screen:
        await screen.until(lambda: screen.beats and screen.beats[-1]["degraded"])
        told = screen.beats[-1]["degraded"]
    assert told in await said(hub, "log.damaged")
    assert str(database) in told
    assert f"the facts up to 8 are good, and {20 - behind + 1} behind it, {behind}–20, are good too" in told
    assert "The snapshot at 19 holds what the damaged ones did: a hub goes on from it and takes facts" in told
    status, answer = await hub.get("/readyz")
    assert (status, answer["status"], answer["why"]) == (200, "ready", told)
    assert (await hub.metric("vaken_ready"), await hub.metric("vaken_log_damaged")) == (1, 1)
    assert sorted(row["key"] for row in await hub.rows("alarms")) == keys(range(20))
    assert (await hub.post("/v1/alarms", alarm(20)))[0] == 200
    assert (await hub.command("ack", alarms=["noc/3"]))[0] == 200
    hub.kill()

    assert main(["log", "check", *data]) == 1
    assert f"{22 - behind + 1} behind it, {behind}–22, are good too" in capsys.readouterr().err
    assert main(["log", "verify", *data]) == 1
    assert "takes facts" in capsys.readouterr().err
    before = database.read_bytes()
    assert main(["log", "cut", "--dry-run", *data]) == 0
    good = 8 + 19 - behind + 1
    said_before = capsys.readouterr().out
    assert "would begin after 19, from the board of the snapshot there, and would end at 22" in said_before
    assert f"{good} good facts up to there leave it" in said_before
    assert (database.read_bytes(), list(hub.directory.glob("damaged-*"))) == (before, [])
    assert main(["log", "cut", *data]) == 0
    assert f"now begins after 19, from the board of the snapshot there, and now ends at 22. {good} good" in (
        capsys.readouterr().out
    )
    (aside,) = hub.directory.glob("damaged-*")
    assert main(["log", "export", "--data", str(aside), "--from", str(behind)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 22 - behind + 1
    assert main(["log", "check", *data]) == 0
    hub.start()
    assert (await hub.post("/v1/alarms", alarm(21)))[0] == 200
    rows = await hub.rows("alarms")
    assert sorted(row["key"] for row in rows) == keys(range(22))
    assert [row["key"] for row in rows if "acknowledged_by" in row] == ["noc/3"]
    hub.kill()
    for path in (hub.directory / "snapshots").iterdir():
        path.unlink()
    hub.start()
    assert sorted(row["key"] for row in await hub.rows("alarms")) == keys(range(22)), "its board is with the log"


async def test_a_lost_end_whose_witness_is_gone_as_well_is_proven_by_the_snapshot(hub: RunningHub) -> None:
    database = database_of(hub)
    alter(database, "DELETE FROM batches WHERE first > 15")
    database.with_name("log.head").unlink()
    hub.start()
    status, answer = await hub.get("/readyz")
    assert status == 503
    assert "16–19 (4 facts) were kept, as the snapshot at 19 holds them, and are no longer there" in answer["why"]
    assert answer["why"] in await said(hub, "log.damaged")
    assert (await hub.post("/v1/alarms", alarm(20)))[0] == 503


async def test_a_log_without_its_witness_is_said(hub: RunningHub) -> None:
    database = database_of(hub)
    database.with_name("log.head").write_bytes(b"")
    hub.start()
    assert "log.head is missing or cannot be read" in await said(hub, "log.witness")
    assert (await hub.post("/v1/alarms", alarm(20)))[0] == 200
    assert check(hub.directory).doubt == ""
    assert "good as well" in await said(hub, "log.proved seq=19")
    assert await hub.metric("vaken_log_damaged") == 0
    assert (await hub.get("/readyz"))[1].keys() == {"status", "seq"}


async def test_a_snapshot_from_after_the_end_of_a_log_with_its_witness_is_named_and_not_believed(
    hub: RunningHub, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    await one_life(other, range(5))
    shutil.copytree(hub.directory / "snapshots", other / "snapshots")
    warned: list[str] = []
    board, base = restore(other, read_only(other), warned.append)
    assert (board.seq, base) == (5, 0)
    assert "the log ends at 5: either it is of another log, or 14 facts that were kept are missing" in warned[0]
