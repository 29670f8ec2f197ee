"""Several processes and one data directory: the lock, readers beside a hub, the end of a process at any moment."""

import json
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from feeds.facts import Fact
from feeds.log import LogLocked, check, read_only

Acks = Callable[..., list[Fact]]
Start = Callable[..., Any]

HOLDS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from feeds.log import SqliteLog
log = SqliteLog.open(Path(sys.argv[1]), deliver=lambda batch: None, now=lambda: datetime.now(UTC))
print("holds", flush=True)
sys.stdin.read()
"""

OPENS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from feeds.log import LogLocked, SqliteLog
try:
    SqliteLog.open(Path(sys.argv[1]), deliver=lambda batch: None, now=lambda: datetime.now(UTC))
except LogLocked as error:
    print(error)
"""

APPENDS = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from feeds.facts import AlarmAcknowledged
from feeds.log import SqliteLog

async def main():
    log = SqliteLog.open(Path(sys.argv[1]), deliver=lambda batch: None, now=lambda: datetime.now(UTC))
    size = int(sys.argv[2])
    async def feed(name):
        while True:
            batch = await log.append(name, [AlarmAcknowledged(f"net/{i}") for i in range(size)])
            print(batch.first, batch.last, name, flush=True)
    await asyncio.gather(*(feed(f"feed-{n}") for n in range(8)))

asyncio.run(main())
"""

CHECKS = """
import sys
from pathlib import Path
from feeds.log import check
report = check(Path(sys.argv[1]))
print(report.last, report.batches, report.damage)
"""

FILLS_THE_DISK = """
import asyncio, json, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from feeds.facts import AlarmAcknowledged
from feeds.log import LogFull, SqliteLog

hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

async def main():
    told = []
    log = SqliteLog.open(Path(sys.argv[1]), deliver=told.append, now=lambda: datetime.now(UTC))
    facts = [AlarmAcknowledged(f"net/{i}") for i in range(200)]
    kept, refused, why = [], 0, ""
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    while refused < 5:
        answers = await asyncio.gather(*(log.append("feed", facts) for _ in range(3)), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, LogFull):
                refused, why = refused + 1, str(answer)
            else:
                kept.append(answer.last)
    readable = sum(len(batch.entries) for batch in log.read())
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    again = await log.append("feed", facts)
    await log.close()
    print(json.dumps({
        "kept": kept, "why": why, "readable": readable, "again": [again.first, again.last],
        "told": [[batch.first, batch.last] for batch in told],
    }))

asyncio.run(main())
"""


def line(file: IO[str]) -> str:
    text = file.readline()
    assert text, "the program ended early"
    return text.strip()


def test_a_second_hub_is_refused_with_the_directory_and_the_process_that_holds_it(room: Any, start: Start) -> None:
    holder = start(HOLDS, room.directory)
    line(holder.stdout)
    with pytest.raises(LogLocked) as refusal:
        room.open()
    assert str(room.directory) in str(refusal.value)
    assert f"process {holder.pid} on {os.uname().nodename}:" in str(refusal.value)
    assert "stop that one first" in str(refusal.value)
    other, _ = start(OPENS, room.directory).communicate()
    assert f"process {holder.pid} on {os.uname().nodename}:" in other


async def test_a_lock_dies_with_its_process(room: Any, start: Start) -> None:
    holder = start(HOLDS, room.directory)
    line(holder.stdout)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    log = room.open()
    assert (room.directory / "hub.lock").read_text() == f"{os.getpid()} on {os.uname().nodename}\n"
    with pytest.raises(LogLocked):
        room.open()
    await log.close()
    await room.open().close()


def test_the_data_directory_is_for_its_owner_alone(room: Any, start: Start) -> None:
    line(start(HOLDS, room.directory).stdout)
    assert room.directory.stat().st_mode & 0o777 == 0o700


async def test_another_process_reads_and_checks_while_the_hub_runs(room: Any, start: Start, make_acks: Acks) -> None:
    log = room.open()
    for number in range(20):
        await log.append("feed", make_acks(5, f"{number}-"))
    found, _ = start(CHECKS, room.directory).communicate()
    assert found.split() == ["100", "20", "None"]
    beside = read_only(room.directory)
    await log.append("feed", make_acks(5, "more"))
    assert beside.last == 100
    assert sum(len(batch.entries) for batch in beside.read()) == 105
    assert beside.last == 105
    await log.close()
    assert check(room.directory).last == 105


async def test_every_acknowledged_fact_survives_a_kill_at_any_moment(room: Any, start: Start) -> None:
    told: dict[int, str] = {}
    for acknowledged in (1, 2, 9, 33, 150, 400, 1_200):
        process = start(APPENDS, room.directory, 7)
        for _ in range(acknowledged):
            first, last, name = line(process.stdout).split()
            told |= dict.fromkeys(range(int(first), int(last) + 1), name)
        process.send_signal(signal.SIGKILL)
        for rest in process.stdout:
            first, last, name = rest.split() if rest.endswith("\n") else ("1", "0", "")
            told |= dict.fromkeys(range(int(first), int(last) + 1), name)
        process.wait()
        log = room.open()
        assert log.damage is None
        kept = {entry.seq: entry.by for batch in log.read() for entry in batch.entries}
        assert list(kept) == list(range(1, log.last + 1))
        assert told.items() <= kept.items()
        await log.close()


@pytest.mark.soak
async def test_every_acknowledged_fact_survives_very_many_kills(room: Any, start: Start) -> None:
    chance, told = random.Random(5), dict[int, str]()
    for _ in range(150):
        process = start(APPENDS, room.directory, chance.choice((1, 7, 300, 2_500)))
        for count, answer in enumerate(process.stdout):
            first, last, name = answer.split()
            told |= dict.fromkeys(range(int(first), int(last) + 1), name)
            if count > 40 * chance.expovariate(1):
                break
        process.send_signal(signal.SIGKILL)
        for rest in process.stdout:
            if rest.endswith("\n"):
                first, last, name = rest.split()
                told |= dict.fromkeys(range(int(first), int(last) + 1), name)
        process.wait()
        kept = {entry.seq: entry.by for batch in read_only(room.directory).read() for entry in batch.entries}
        assert list(kept) == list(range(1, len(kept) + 1))
        assert told.items() <= kept.items()
    assert check(room.directory).damage is None


async def test_a_large_append_is_there_whole_or_not_at_all_after_a_kill(room: Any, start: Start) -> None:
    for acknowledged in (1, 3):
        process = start(APPENDS, room.directory, 2_500)
        for _ in range(acknowledged):
            line(process.stdout)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        log = room.open()
        assert log.damage is None
        assert log.last >= 2_500 * acknowledged
        assert log.last % 2_500 == 0
        await log.close()


def test_a_full_disk_refuses_keeps_what_was_kept_and_recovers(room: Any, start: Start) -> None:
    output, _ = start(FILLS_THE_DISK, room.directory).communicate()
    found = json.loads(output)
    kept = found["kept"]
    assert kept == list(range(200, kept[-1] + 1, 200))
    assert str(Path(room.directory) / "log" / "facts.db") in found["why"]
    assert "Nothing of this was kept" in found["why"]
    assert found["readable"] == kept[-1]
    assert found["again"] == [kept[-1] + 1, kept[-1] + 200]
    assert found["told"][-1] == found["again"]
    report = check(room.directory)
    assert (report.last, report.damage) == (kept[-1] + 200, None)
