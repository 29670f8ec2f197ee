"""The feed that replays a recording, into a real hub; with the real recording where it is at hand."""

import csv
import tarfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drills.feed_pcic import (
    EPOCH,
    Occurrence,
    RecordingError,
    active_at_end,
    alarm_events,
    read_recording,
    replay,
)
from feeds.model import Severity

StartHub = Callable[[int], Awaitable[str]]

RECORDING = Path(__file__).parents[3] / "shared" / "data" / "alarms_pcic2021" / "18V_55N_Wireless.tar.gz"
BUSIEST = 16_962_513.0
"""Second of the recording at which most alarms are active."""

SMALL = [(3, 1, 10, 20), (3, 1, 15, 40), (5, 1, 20, 20), (5, 2, 20, 60), (7, 9, 30, 30), (0, 4, 31, 90)]
"""(type, device, start, end): an overlap, zero lengths, an end at the start of another."""


def write(path: Path, rows: Sequence[tuple[float, ...]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["alarm_id", "device_id", "start_timestamp", "end_timestamp"])
        writer.writerows(rows)
    return path


def unpacked(place: Path) -> Path:
    with tarfile.open(RECORDING) as archive:
        archive.extractall(place, filter="data")
    return next(place.rglob("Alarm.csv"))


async def active(hub: str) -> set[str]:
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{hub}/v1/alarms?limit=1000")
        body = await answer.json()
    found = {str(row["key"]).partition("/")[2] for row in body["rows"] if not row.get("cleared")}
    assert body["total"] <= 1000 or len(found) < 1000, "more rows than asked for"
    return found


@pytest.mark.parametrize("until", [None, 10, 15, 20, 30, 31, 59, 89])
async def test_the_active_alarms_equal_those_computed_from_the_file(
    start_hub: StartHub, tmp_path: Path, until: float | None
) -> None:
    hub = await start_hub(0)
    file = write(tmp_path / "small.csv", SMALL)
    await replay(file, hub, until=until)
    assert await active(hub) == active_at_end(file, until)


async def test_playing_a_recording_again_changes_nothing(start_hub: StartHub, tmp_path: Path) -> None:
    hub = await start_hub(0)
    file = write(tmp_path / "small.csv", SMALL)
    await replay(file, hub, until=31)
    async with aiohttp.ClientSession() as session:
        before = await (await session.get(f"{hub}/v1/alarms?limit=1000")).json()
        await replay(file, hub, until=31)
        after = await (await session.get(f"{hub}/v1/alarms?limit=1000")).json()
    assert after["rows"] == before["rows"]
    assert before["rows"]


@pytest.mark.skipif(not RECORDING.exists(), reason="the recording is not in this checkout's neighbourhood")
async def test_the_real_recording_ends_with_the_active_alarms_computed_from_it(
    start_hub: StartHub, tmp_path: Path
) -> None:
    file = unpacked(tmp_path)
    hub = await start_hub(0)
    accepted = await replay(file, hub, until=BUSIEST)
    at_the_peak = active_at_end(file, BUSIEST)
    assert len(at_the_peak) == 39
    assert await active(hub) == at_the_peak
    # Again from the start and on to the end: the first part is known and changes nothing.
    assert await replay(file, hub) > accepted
    assert await active(hub) == active_at_end(file) == set()


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 50), st.integers(0, 20)),
        unique_by=lambda r: r[:3],
    ),
    until=st.integers(0, 80),
)
def test_events_in_their_order_leave_active_what_the_rows_say(rows: list[tuple[int, ...]], until: int) -> None:
    occurrences = [Occurrence(kind, device, start, start + length) for kind, device, start, length in rows]
    on: set[str] = set()
    times = []
    for at, event in alarm_events(occurrences, EPOCH, until):
        times.append(at)
        if event.severity is Severity.CLEARED:
            on.remove(event.id)
        else:
            assert event.id not in on
            on.add(event.id)
    assert times == sorted(times)
    assert on == {row.id for row in occurrences if row.start <= until < row.end}


def test_at_one_moment_an_older_alarm_ends_before_a_new_one_begins() -> None:
    rows = [Occurrence(1, 1, 20, 30), Occurrence(1, 1, 10, 20), Occurrence(1, 2, 20, 20)]
    order = [(at, event.id, event.severity is Severity.CLEARED) for at, event in alarm_events(rows, EPOCH, None)]
    assert order == [
        (10, "1-1-10", False),
        (20, "1-1-10", True),
        (20, "1-1-20", False),
        (20, "2-1-20", False),
        (20, "2-1-20", True),
        (30, "1-1-20", True),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alarm_id,device_id,start_timestamp\n1,2,3\n", "line 1: no column end_timestamp"),
        ("alarm_id,device_id,start_timestamp,end_timestamp\n1,2,3,x\n", "line 2: end_timestamp: 'x' is not a number"),
        ("alarm_id,device_id,start_timestamp,end_timestamp\n1,2,3\n", "line 2: end_timestamp: None is not a number"),
        ("alarm_id,device_id,start_timestamp,end_timestamp\n1,2,3,nan\n", "line 2: a number is not finite"),
        ("alarm_id,device_id,start_timestamp,end_timestamp\n1,2,3,4\n1,2,9,4\n", "line 3: end_timestamp is before"),
    ],
)
def test_a_file_that_is_no_recording_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text)
    with pytest.raises(RecordingError, match=said):
        read_recording(file)
