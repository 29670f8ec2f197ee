"""Cutting a damaged log: the good part goes on, the rest lies beside, a kill in between harms nothing."""

import os
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from feeds.facts import Fact
from feeds.log import LogError, LogLocked, check, cut, read_only, snapshots
from feeds.log.store import build, finish
from feeds.log.table import Table

Acks = Callable[..., list[Fact]]


async def damaged(room: Any) -> bytes:
    """Fill a log to 30 and damage batch 16–18; return the damaged file."""
    await room.fill(10)
    data = bytearray(room.database.read_bytes())
    data[data.index(b"net/5-1") + 4] ^= 0x02
    room.database.write_bytes(data)
    return bytes(data)


async def test_a_cut_log_opens_clean_at_its_last_good_fact_and_goes_on(room: Any, make_acks: Acks) -> None:
    await damaged(room)
    before = list(read_only(room.directory).read())
    cut(room.directory, 12)
    log = room.open()
    assert (log.last, log.damage) == (15, None)
    assert list(log.read()) == before
    assert (await log.append("feed", make_acks(2))).first == 16
    await log.close()
    assert check(room.directory).damage is None


async def test_a_cut_deletes_nothing(room: Any) -> None:
    data = await damaged(room)
    snapshots.write(room.directory, 12, bytes(16), b"")
    snapshots.write(room.directory, 27, bytes(16), b"")
    reason = check(room.directory).damage
    aside = cut(room.directory, 12).aside
    assert aside.parent == room.directory
    assert aside.name.startswith("damaged-")
    assert (aside / "facts.db").read_bytes() == data
    assert (aside / "why.txt").read_text() == f"{reason}\n"
    assert (aside / "board-27.snap").exists()
    assert [snapshot.seq for snapshot in snapshots.newest(room.directory, lambda *_: None)] == [12]


async def test_a_torn_tail_can_be_cut_and_its_frames_are_kept(room: Any, make_room: Any, make_acks: Acks) -> None:
    log = room.open()
    for number in range(10):
        await log.append("feed", make_acks(3, f"{number}-"))
    left = make_room(room.directory.with_name("copy"))
    shutil.copytree(room.directory, left.directory)
    await log.close()
    torn = left.wal.read_bytes()[:-5_000]
    left.wal.write_bytes(torn)
    aside = cut(left.directory).aside
    assert (aside / "facts.db-wal").read_bytes() == torn
    log = left.open()
    assert log.damage is None
    assert 0 < log.last < 30
    assert [entry.seq for batch in log.read() for entry in batch.entries] == list(range(1, log.last + 1))
    await log.close()


async def test_two_cuts_have_two_names(room: Any) -> None:
    places = []
    for _ in range(2):
        await room.fill(1)
        room.database.write_bytes(b"broken" * 1_000)
        places.append(cut(room.directory).aside)
    assert len(set(places)) == 2
    assert all((place / "facts.db").read_bytes() == b"broken" * 1_000 for place in places)
    log = room.open()
    assert (log.last, log.damage) == (0, None)
    await log.close()


async def test_a_large_good_part_is_copied_whole(room: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.log.repair._COPY_BYTES", 300)
    await damaged(room)
    cut(room.directory, 12)
    assert check(room.directory).last == 15


async def test_only_a_damaged_log_that_no_hub_holds_is_cut(room: Any, tmp_path: Path) -> None:
    await room.fill(1)
    with pytest.raises(LogError, match="is not damaged: nothing was cut"):
        cut(room.directory)
    room.database.write_bytes(b"")
    log = room.open()
    with pytest.raises(LogLocked):
        cut(room.directory)
    await log.close()
    with pytest.raises(LogError, match="There is no directory"):
        cut(tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()
    assert not list(room.directory.glob("damaged-*"))


async def test_a_kill_between_the_two_renames_of_a_cut_is_brought_to_its_end(room: Any, make_acks: Acks) -> None:
    await damaged(room)
    store = build(room.directory)
    store.keep(list(islice(Table(room.directory).rows(), 5)))
    store.close()
    os.rename(room.directory / "log.building", room.directory / "log.new")
    os.rename(room.directory / "log", room.directory / "damaged-then")
    log = room.open()
    assert (log.last, log.damage) == (15, None)
    await log.close()


async def test_a_kill_before_the_renames_of_a_cut_leaves_the_damaged_log_as_it_was(room: Any) -> None:
    data = await damaged(room)
    build(room.directory).close()
    shutil.copytree(room.directory / "log.building", room.directory / "log.new")
    log = room.open()
    assert log.damage is not None
    assert log.last == 15
    await log.close()
    assert room.database.read_bytes() == data
    assert not (room.directory / "log.new").exists()
    cut(room.directory, 12)
    assert sorted(path.name.partition("-")[0] for path in room.directory.iterdir()) == ["damaged", "hub.lock", "log"]


async def test_a_log_that_was_never_finished_is_begun_again(room: Any) -> None:
    room.directory.mkdir()
    build(room.directory).close()
    (room.directory / "log.building" / "facts.db").write_bytes(b"half")
    await room.fill(1)
    assert check(room.directory).last == 3
    assert not (room.directory / "log.building").exists()
    with pytest.raises(LogError, match="could not be put in place"):
        finish(room.directory)
