"""A backup: made while facts come, whole or not there, and a log by itself."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feeds.facts import Fact
from feeds.log import LogDamaged, LogError, back_up, check, prune, read_only, snapshots, verify

Acks = Callable[..., list[Fact]]


def snapshot(directory: Path, seq: int) -> None:
    found = read_only(directory).check_at(seq)
    assert found is not None
    snapshots.write(directory, seq, found, b"board %d" % seq)


async def test_a_backup_is_made_while_facts_come_and_opens_as_a_log(
    room: Any, make_room: Any, make_acks: Acks, tmp_path: Path
) -> None:
    log = room.open()
    for number in range(30):
        await log.append("feed", make_acks(3, f"{number}-"))
    snapshot(room.directory, 60)
    (room.directory / "tokens.json").write_text("{}")
    target = tmp_path / "kept" / "monday"
    making = asyncio.create_task(asyncio.to_thread(back_up, room.directory, target, ("tokens.json", "not there")))
    while not making.done():
        await log.append("feed", make_acks(3, "while-"))
    made = await making
    await log.append("feed", make_acks(3, "late-"))
    assert 90 <= made.last < log.last
    assert made.last == 3 * made.batches
    assert log.check_at(made.last) == made.check
    await log.close()

    other = make_room(target)
    assert sorted(path.name for path in target.iterdir()) == ["log", "snapshots", "tokens.json"]
    assert sorted(path.name for path in (target / "log").iterdir()) == ["facts.db", "log.head"]
    assert (
        (target / "tokens.json").stat().st_mode & 0o777 == (target / "log" / "facts.db").stat().st_mode & 0o777 == 0o600
    )
    assert target.stat().st_mode & 0o777 == 0o700
    assert [one.payload for one in snapshots.newest(target, lambda *_: None)] == [b"board 60"]
    assert check(target).last == made.last
    restored = other.open()
    assert (restored.last, restored.damage) == (made.last, None)
    assert (await restored.append("feed", make_acks(1))).first == made.last + 1
    await restored.close()
    assert verify(target, made.check, made.last).named == made.last


async def test_a_pruned_log_is_backed_up_with_the_board_it_begins_from(room: Any, tmp_path: Path) -> None:
    await room.fill(10)
    prune(room.directory, 12, b"a board", "anna")
    made = back_up(room.directory, tmp_path / "backup")
    assert (made.last, made.batches) == (30, 6)
    assert read_only(tmp_path / "backup").begins == 12
    assert next(iter(snapshots.newest(tmp_path / "backup", lambda *_: None))).payload == b"a board"
    (room.directory / "log" / "base.snap").write_bytes(b"broken")
    with pytest.raises(LogError, match="does not cover it"):
        back_up(room.directory, tmp_path / "second")
    assert not (tmp_path / "second").exists()


async def test_no_backup_is_left_of_a_damaged_log_nor_where_one_is_already(room: Any, tmp_path: Path) -> None:
    await room.fill(3)
    (tmp_path / "there").mkdir()
    with pytest.raises(LogError, match="is there already"):
        back_up(room.directory, tmp_path / "there")
    data = bytearray(room.database.read_bytes())
    data[data.index(b"net/1-1") + 4] ^= 2
    room.database.write_bytes(data)
    with pytest.raises(LogDamaged):
        back_up(room.directory, tmp_path / "backup")
    (tmp_path / "file").write_text("")
    with pytest.raises(LogError, match="could not be made"):
        back_up(room.directory, tmp_path / "file" / "backup")
    assert sorted(os.listdir(tmp_path)) == ["data", "file", "there"]


async def test_an_empty_log_can_be_backed_up(room: Any, tmp_path: Path) -> None:
    await room.open().close()
    assert back_up(room.directory, tmp_path / "backup").last == 0
    assert check(tmp_path / "backup").last == 0
