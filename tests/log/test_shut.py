"""A log that the disk lets nobody write to when it is opened: it is read, says why, and is opened again later."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.facts import AlarmReported
from feeds.log import Batch, LogFull, LogLocked, SqliteLog, read_only
from feeds.log.store import Store
from feeds.log.table import LOG_DIRECTORY, WITNESS, chained
from feeds.model import AlarmEvent, Severity

ALARM = AlarmReported(AlarmEvent(source="noc", id="1", managed_object="pgw", severity=Severity.MAJOR))


def opened(directory: Path, seen: list[Batch]) -> SqliteLog:
    return SqliteLog.open(directory, deliver=seen.append, now=lambda: datetime(2026, 3, 1, tzinfo=UTC))


async def one_life(directory: Path, seen: list[Batch]) -> None:
    """Leave a log with one fact."""
    log = opened(directory, seen)
    await log.append("noc", [ALARM])
    await log.close()


def in_the_way(directory: Path) -> Path:
    """Put a folder where the witness is written: its place takes no writes then, also of root."""
    place = directory / LOG_DIRECTORY / WITNESS
    place.unlink()
    place.mkdir()
    return place


async def test_what_is_there_is_read_appends_are_refused_and_taken_again_later(tmp_path: Path) -> None:
    seen: list[Batch] = []
    await one_life(tmp_path, seen)
    place = in_the_way(tmp_path)
    log = opened(tmp_path, seen)
    assert "cannot be opened for writing" in log.shut
    assert (log.last, log.damage, log.failure) == (1, None, "")
    assert [batch.last for batch in log.read()] == [1]
    for _ in range(2):
        with pytest.raises(LogFull, match="Nothing of this was kept"):
            await log.append("noc", [ALARM])
        assert not await log.try_disk()
    with pytest.raises(LogLocked):
        opened(tmp_path, seen)
    place.rmdir()
    assert await log.try_disk()
    assert await log.try_disk(), "it is open"
    assert log.shut == ""
    assert (await log.append("noc", [ALARM])).last == 2
    await log.close()
    assert read_only(tmp_path).last == 2


async def test_a_log_that_another_program_changed_meanwhile_is_not_written_to(tmp_path: Path) -> None:
    seen: list[Batch] = []
    await one_life(tmp_path, seen)
    place = in_the_way(tmp_path)
    log = opened(tmp_path, seen)
    place.rmdir()
    end = read_only(tmp_path)
    facts = next(iter(end.raw()))[1].replace(b'"seq":1', b'"seq":2')
    other = Store(tmp_path / LOG_DIRECTORY, end.last, end.check)
    other.keep([chained(end.check, 2, 2, facts)])
    other.close()
    assert not await log.try_disk()
    assert "changed by another program" in log.shut
    with pytest.raises(LogFull):
        await log.append("noc", [ALARM])
    await log.close()


async def test_a_shut_log_lets_its_directory_go(tmp_path: Path) -> None:
    seen: list[Batch] = []
    await opened(tmp_path, seen).close()
    in_the_way(tmp_path)
    log = opened(tmp_path, seen)
    await log.close()
    assert not await log.try_disk(), "nothing is opened any more"
    again = opened(tmp_path, seen)
    await again.close()
