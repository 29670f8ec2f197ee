"""Logs to replay: facts as batches at times that a test chooses, written by the real log."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds.facts import AlarmReported, Fact, OutageMoved, OutageSuspected, RangesStated
from feeds.log import Batch, SqliteLog
from feeds.model import AlarmEvent, Grounds, OutageState, Severity, SimRange

START = datetime(2026, 2, 3, 1, 2, 3, tzinfo=UTC)
BASE = 894620002000000000


def record(directory: Path, batches: Sequence[Sequence[Fact]], seconds: float = 10.0, by: str = "nms") -> list[Batch]:
    """Write one commit a batch, ``seconds`` apart, into a new log; return what the log delivered."""
    delivered: list[Batch] = []
    time = START

    async def write() -> None:
        nonlocal time
        log = SqliteLog.open(directory, deliver=delivered.append, now=lambda: time)
        for facts in batches:
            await log.append(by, facts)
            time += timedelta(seconds=seconds)
        await log.close()

    asyncio.run(write())
    return delivered


def alarm(number: int, severity: Severity = Severity.MAJOR) -> AlarmReported:
    return AlarmReported(
        AlarmEvent(source="nms", id=str(number), managed_object=f"pgw-{number}", severity=severity,
                   specific_problem="path failure", attributes={"apn": "iot.meter"})
    )  # fmt: skip


def night() -> list[list[Fact]]:
    """An inventory, alarms, an outage that is suspected, declared and resolved: 8 batches, 21 facts."""
    first, last = str(BASE), str(BASE + 999)
    ranges = RangesStated((SimRange(first=first, last=last, customer="c1", attributes={"apn": "iot.meter"}),))
    return [
        [ranges],
        [alarm(n) for n in range(5)],
        [
            OutageSuspected(
                "O-1",
                ((first, last),),
                {"apn": "iot.meter"},
                "five alarms",
                grounds=Grounds(alarm_count=5, alarms=("nms/1", "nms/2")),
            )
        ],
        [alarm(n) for n in range(5, 10)],
        [OutageMoved("O-1", OutageState.DECLARED, title="Meters")],
        [alarm(n, Severity.CLEARED) for n in range(6)],
        [OutageMoved("O-1", OutageState.RESOLVED)],
        [alarm(99)],
    ]
