"""A small feed: replays a CSV of recorded alarms with raise and clear times through ``WS /v1/ingest``.

    python -m drills.feed_pcic Alarm.csv --hub http://127.0.0.1:8425 [--speed 3600] [--until 16962513] [--epoch TIME]

Columns: alarm_id (the type, a number), device_id, start_timestamp, end_timestamp (seconds from the start of recording).

*Identity.* The same type is often raised on the same device again before its earlier occurrence has ended: of 34,838
rows in the wireless recording 5,113 overlap an earlier one of their device and type. Each row has an end of its own, so
each row is an alarm of its own, known by device, type and start, which no two rows share. Folding them into one alarm
per device and type would have to guess which clear belongs to which raise.

*Order.* By time. At one moment clears of earlier rows come first, then raises, then the clears of rows that end as they
begin. Event times come from the file, so that playing it again changes nothing.

*Severity* is not in the file, and types are numbers there. So that all severities occur: type modulo four is critical,
major, minor, warning. Object ``device-N``, specific problem ``type N``, probable cause indeterminate.
"""

import argparse
import asyncio
import csv
import math
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from feeds.drill.push import FRAME_EVENTS, PushError, PushFeed
from feeds.model import AlarmEvent, Severity

SOURCE = "pcic"
EPOCH = datetime(2021, 1, 1, tzinfo=UTC)
"""What time 0 of the file is taken for."""
COLUMNS = ("alarm_id", "device_id", "start_timestamp", "end_timestamp")
_SEVERITIES = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING)


class RecordingError(Exception):
    """A file that is no recording; the message names file, line and column."""


class Occurrence(Struct, frozen=True):
    """One row: an alarm of a type on a device from ``start`` to ``end``, seconds of the file's own time."""

    kind: int
    device: int
    start: float
    end: float

    @property
    def id(self) -> str:
        """Device, type and start: unique in the file."""
        return f"{self.device}-{self.kind}-{self.start:.15g}"


def read_recording(path: Path) -> list[Occurrence]:
    """Return the rows of a recording. Raises RecordingError."""
    rows: list[Occurrence] = []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise RecordingError(f"{path}: line 1: no column {missing[0]}")
            for row in reader:
                rows.append(_occurrence(row, path, reader.line_num))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"{path}: cannot be read: {error}") from error
    return rows


def _occurrence(row: dict[str, str], path: Path, line: int) -> Occurrence:
    numbers: list[float] = []
    for name in COLUMNS:
        try:
            numbers.append(float(row[name]))
        except (TypeError, ValueError):
            raise RecordingError(f"{path}: line {line}: {name}: {row[name]!r} is not a number") from None
    kind, device, start, end = numbers
    if not all(map(math.isfinite, numbers)):
        raise RecordingError(f"{path}: line {line}: a number is not finite")
    if end < start:
        raise RecordingError(f"{path}: line {line}: end_timestamp is before start_timestamp")
    return Occurrence(int(kind), int(device), start, end)


def alarm_events(
    rows: Sequence[Occurrence], epoch: datetime, until: float | None
) -> Iterator[tuple[float, AlarmEvent]]:
    """Yield (seconds of the file's time, event) in order, up to and including ``until``."""
    order: list[tuple[float, int, int]] = []
    for index, row in enumerate(rows):
        order.append((row.start, 1, index))
        order.append((row.end, 0 if row.end > row.start else 2, index))
    order.sort()
    for at, step, index in order:
        if until is not None and at > until:
            return
        row = rows[index]
        yield (
            at,
            AlarmEvent(
                source=SOURCE,
                id=row.id,
                managed_object=f"device-{row.device}",
                severity=_SEVERITIES[row.kind % 4] if step == 1 else Severity.CLEARED,
                time=epoch + timedelta(seconds=at),
                raised=epoch + timedelta(seconds=row.start),
                probable_cause="indeterminate",
                specific_problem=f"type {row.kind}",
            ),
        )


def active_at_end(path: Path, until: float | None = None) -> set[str]:
    """Return the ids of the alarms that are active when the replay has ended, computed from the rows alone.

    A row is active from its start on, and no longer at its end. Without ``until`` that is asked of the last event.
    """
    rows = read_recording(path)
    last = max((row.end for row in rows), default=0.0) if until is None else until
    return {row.id for row in rows if row.start <= last < row.end}


async def replay(path: Path, hub: str, *, epoch: datetime = EPOCH, speed: float = 0, until: float | None = None) -> int:
    """Push a recording to the hub; return how many events it accepted.

    ``speed``: seconds of the file in one second, 0 for as fast as the hub takes them. Raises RecordingError, PushError.
    """
    rows = read_recording(path)
    async with PushFeed(hub, feed=SOURCE) as feed:
        loop = asyncio.get_running_loop()
        start = loop.time()
        first: float | None = None
        batch: list[AlarmEvent] = []
        for at, event in alarm_events(rows, epoch, until):
            first = at if first is None else first
            wait = start + (at - first) / speed - loop.time() if speed else 0.0
            if batch and (wait > 0 or len(batch) >= FRAME_EVENTS):
                await feed.push(alarms=batch)
                batch = []
            if wait > 0:
                await asyncio.sleep(wait)
            batch.append(event)
        await feed.push(alarms=batch)
        await feed.flush()
    return feed.accepted


def main() -> None:
    """Run the feed from the command line."""
    parser = argparse.ArgumentParser(prog="python -m drills.feed_pcic", description="replay recorded alarms into a hub")
    parser.add_argument("csv", type=Path, help="the recording")
    parser.add_argument("--hub", required=True, help="URL of the hub")
    parser.add_argument("--speed", type=float, default=0, help="seconds of the file in a second; 0: as fast as it goes")
    parser.add_argument("--until", type=float, help="stop at this second of the file, so that alarms are left active")
    parser.add_argument("--epoch", default=EPOCH.isoformat(), help="time of day of second 0 (ISO 8601, UTC)")
    given = parser.parse_args()
    try:
        epoch = datetime.fromisoformat(given.epoch)
    except ValueError:
        parser.error(f"--epoch: {given.epoch!r} is not a time like 2021-01-01T00:00:00Z")
    if epoch.tzinfo is None:
        epoch = epoch.replace(tzinfo=UTC)
    if given.speed < 0:
        parser.error("--speed must not be negative")
    try:
        count = asyncio.run(replay(given.csv, given.hub, epoch=epoch, speed=given.speed, until=given.until))
    except (RecordingError, PushError) as error:
        print(f"feed_pcic: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(0)
    print(f"{count} events accepted; {len(active_at_end(given.csv, given.until))} alarms are left active")


if __name__ == "__main__":
    main()
