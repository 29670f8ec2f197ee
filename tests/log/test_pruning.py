"""Taking old batches away: the rest is verifiable, what is gone is told, and nothing goes that no board covers."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from feeds.facts import Fact
from feeds.log import LogDamaged, LogError, LogLocked, check, cut, prune, read_only, snapshots, verify

Acks = Callable[..., list[Fact]]


def seqs(log: Any, after: int = 0) -> list[int]:
    return [entry.seq for batch in log.read(after) for entry in batch.entries]


async def test_the_rest_of_a_pruned_log_is_verified_from_the_record_of_what_is_gone(room: Any, make_acks: Acks) -> None:
    await room.fill(10)
    whole = verify(room.directory)
    at_12, opening = read_only(room.directory).check_at(12), read_only(room.directory).check_of(1)
    gone = prune(room.directory, 12, b"a board", "anna")
    assert (gone.last, gone.check, gone.by) == (12, at_12, "anna")
    log = read_only(room.directory)
    assert (log.begins, log.last, log.damage) == (12, 30, None)
    assert seqs(log) == seqs(log, 5) == list(range(13, 31))
    assert seqs(log, 20) == list(range(21, 31))
    assert log.check_at(12) == at_12
    assert log.check_of(1) == opening  # the log is still the same one
    assert verify(room.directory, whole.check).named == 30
    assert at_12 is not None
    assert verify(room.directory, at_12, 12).named == 12
    with pytest.raises(LogError, match="cannot be told any more"):
        verify(room.directory, bytes(16), 9)
    (base,) = snapshots.newest(room.directory, lambda *_: None)
    assert (base.seq, base.check, base.payload) == (12, at_12, b"a board")
    assert not list((room.directory / "snapshots").glob("*")), "the base lies with the log: snapshots may be deleted"

    running = room.open()
    assert (await running.append("feed", make_acks(2))).first == 31
    await running.close()
    prune(room.directory, 21, b"another board", "anna")
    assert [one.last for one in verify(room.directory).pruned] == [12, 21]
    assert seqs(read_only(room.directory)) == list(range(22, 33))
    assert check(room.directory).damage is None


async def test_a_record_of_pruning_that_was_changed_breaks_the_chain(room: Any) -> None:
    await room.fill(10)
    prune(room.directory, 12, b"", "anna")
    for statement, why in (
        ("UPDATE pruned SET last = 9", "10–12 is missing"),
        ("UPDATE pruned SET \"check\" = x'000102030405060708090a0b0c0d0e0f', last = 12", "checksum"),
        ("UPDATE pruned SET \"check\" = x'00'", "not readable"),
        ("DELETE FROM pruned", "is missing"),
    ):
        with closing(sqlite3.connect(room.database, isolation_level=None)) as connection:
            connection.execute(statement)
        with pytest.raises(LogDamaged, match=why):
            verify(room.directory)


async def test_only_whole_batches_before_the_last_go_and_only_when_no_hub_holds_them(room: Any) -> None:
    await room.fill(5)
    for until in (0, 4, 15, 99):
        with pytest.raises(LogError, match="cannot be pruned at"):
            prune(room.directory, until, b"", "anna")
    log = room.open()
    with pytest.raises(LogLocked):
        prune(room.directory, 6, b"", "anna")
    await log.close()
    data = bytearray(room.database.read_bytes())
    data[data.index(b"net/3-1") + 4] ^= 2
    room.database.write_bytes(data)
    with pytest.raises(LogDamaged):
        prune(room.directory, 6, b"", "anna")
    assert not (room.directory / "log" / "base.snap").exists()


async def test_a_hub_prunes_while_facts_come_and_others_read(
    room: Any, make_acks: Acks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.log.store.Store.drop.__defaults__", (3,))  # many steps
    monkeypatch.setattr("feeds.log.table._PAGE_ROWS", 2)  # and many for who reads
    await room.fill(40)
    log, reader = room.open(), read_only(room.directory)
    slow = reader.read()
    first = next(slow)
    pruning = asyncio.create_task(log.prune(90, b"board", "vaken/retention"))
    batches = [await log.append("feed", make_acks(3, f"new-{number}-")) for number in range(20)]
    assert await pruning == 90
    assert batches[-1].last == 180
    rest = [entry.seq for batch in slow for entry in batch.entries]
    assert reader.damage is None
    assert first.first == 1
    assert rest[-1] >= 120
    assert set(range(91, 121)) <= set(rest)
    assert log.begins == 90
    with pytest.raises(LogError, match="no good batch ends there"):
        await log.prune(100, b"board", "vaken/retention")
    await log.close()
    assert len(verify(room.directory).pruned) == 1
    assert check(room.directory).last == 180


async def test_a_pruned_log_that_is_damaged_is_cut_and_still_knows_what_is_gone(room: Any, make_acks: Acks) -> None:
    await room.fill(10)
    prune(room.directory, 12, b"a board", "anna")
    spoilt = room.directory.with_name("spoilt")
    shutil.copytree(room.directory, spoilt)
    room.directory = spoilt
    data = bytearray(room.database.read_bytes())
    data[data.index(b"net/7-1") + 4] ^= 2
    room.database.write_bytes(data)
    cut(spoilt, 6)
    log = room.open()
    assert (log.begins, log.last, log.damage) == (12, 21, None)
    assert (await log.append("feed", make_acks(1))).first == 22
    await log.close()
    assert next(iter(snapshots.newest(spoilt, lambda *_: None))).payload == b"a board"
    assert verify(spoilt).pruned == verify(spoilt.with_name("data")).pruned


async def test_space_is_given_back(room: Any) -> None:
    await room.fill(60, facts_each=100)
    before = room.database.stat().st_size
    prune(room.directory, 5_000, b"", "anna")
    assert room.database.stat().st_size < before / 3
