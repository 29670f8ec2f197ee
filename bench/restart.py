"""Restart: how long a hub with a million facts takes until it is ready: killed, stopped, and without any snapshot.

The log is a mixed week: alarms that are raised, repeated and cleared, cases that are opened and closed, an inventory.
Run alone with ``python -m bench.restart``.
"""

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from bench.report import Row, print_table
from bench.running_hub import running_hub
from feeds.facts import AlarmReported, CaseReported, Fact, RangesStated
from feeds.hub.restore import make_snapshot
from feeds.hub.settings import LimitSettings
from feeds.log import SqliteLog
from feeds.model import AlarmEvent, CaseEvent, CaseState, Severity, SimRange
from feeds.simspace import SimSpan

FACTS = 1_000_000
TAIL = LimitSettings().snapshot_every
"""The most that a hub replays that was killed: so many facts come between snapshots."""
BUDGET_SECONDS = 5.0
START = datetime(2026, 1, 5, tzinfo=UTC)


def facts(seed: int = 7) -> Iterator[Fact]:
    """Yield facts without end, the same ones each time."""
    rng = random.Random(seed)
    apns = [f"iot.{name}" for name in ("meter", "lift", "alarm", "track", "pay", "car")]
    yield RangesStated(
        tuple(
            SimRange(
                first=f"89462000{number:04d}000000",
                last=f"89462000{number:04d}001665",
                customer=f"c{number % 200}",
                attributes={"apn": apns[number % 6], "gateway": f"pgw-{number % 9}"},
                use="metering",
            )
            for number in range(3000)
        )
    )
    severities = list(Severity)
    for second in range(10**9):
        at = START + timedelta(seconds=second)
        number = rng.randrange(20_000)
        if rng.random() < 0.03:
            first = f"89462000{number % 3000:04d}{rng.randrange(1600):06d}"
            yield CaseReported(
                CaseEvent(
                    number=str(second // 400),
                    customer=f"c{number % 200}",
                    state=CaseState.OPEN if rng.random() < 0.6 else CaseState.CLOSED,
                    time=at,
                    title="no data since this morning",
                    text="Our meters do not connect, please look into it.",
                ),
                sims=(SimSpan("iccid", first, first),),
            )
        else:
            yield AlarmReported(
                AlarmEvent(
                    source="nms",
                    id=str(number),
                    managed_object=f"pgw-{number % 9}",
                    severity=rng.choice(severities),
                    time=at,
                    probable_cause="communicationsSubsystemFailure",
                    text="bearer setup failure rate above threshold",
                    attributes={"gateway": f"pgw-{number % 9}", "site": f"s{number % 40}"},
                )
            )


async def _fill(directory: Path, source: Iterator[Fact], count: int) -> None:
    log = SqliteLog.open(directory, deliver=lambda _batch: None, now=lambda: datetime.now(UTC))
    try:
        left = count
        while left:
            part = list(islice(source, min(1000, left)))
            await log.append("bench", part)
            left -= len(part)
    finally:
        await log.close()


def _seconds_to_ready(directory: Path) -> float:
    started = time.perf_counter()
    with running_hub(directory):
        return time.perf_counter() - started


def run() -> list[Row]:
    """Measure and return the rows."""
    directory = Path(tempfile.mkdtemp(prefix="vaken-bench-"))
    try:
        source = facts()
        asyncio.run(_fill(directory, source, FACTS - TAIL))
        make_snapshot(directory)
        asyncio.run(_fill(directory, source, TAIL))
        killed = _seconds_to_ready(directory)
        stopped = _seconds_to_ready(directory)  # the one before was asked to stop, and left a snapshot
        shutil.rmtree(directory / "snapshots")
        whole = _seconds_to_ready(directory)
    finally:
        shutil.rmtree(directory)
    name, budget = f"restart with {FACTS:,} facts", f"≤ {BUDGET_SECONDS:g} s"
    return [
        Row(f"{name}, after a kill: {TAIL:,} to replay", killed, "s", "", None, budget, killed <= BUDGET_SECONDS),
        Row(f"{name}, after a stop", stopped, "s", "", None, budget, stopped <= BUDGET_SECONDS),
        Row(f"{name}, no snapshot left", whole, "s", "after a kill", killed / whole),
    ]


if __name__ == "__main__":
    print_table(run())
