"""Damage: named with its place, the good part served, nothing guessed, nothing overwritten."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from feeds.facts import Entry, Fact
from feeds.log import LogDamaged, LogError, check, read_only
from feeds.log.table import GENESIS, chained

Acks = Callable[..., list[Fact]]


def alter(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def entries(log: Any, after: int = 0) -> list[Entry]:
    return [entry for batch in log.read(after) for entry in batch.entries]


async def killed(room: Any, make_room: Any, make_acks: Acks, appends: int) -> Any:
    """Return a copy of the room as a kill would leave it: the last facts lie in the write-ahead log alone."""
    log = room.open()
    for number in range(appends):
        await log.append("feed", make_acks(3, f"{number}-"))
    other = make_room(room.directory.with_name("copy"))
    shutil.copytree(room.directory, other.directory)
    await log.close()
    return other


async def test_a_truncated_tail_is_named_and_never_silently_skipped(room: Any, make_room: Any, make_acks: Acks) -> None:
    left = await killed(room, make_room, make_acks, 40)
    with left.wal.open("r+b") as file:
        file.truncate(left.wal.stat().st_size // 2)
    kept = left.wal.read_bytes()
    log = left.open()
    assert log.damage is not None
    assert 0 < log.damage.after < 120
    assert log.last == log.damage.after
    assert f"{log.last + 1}–120 had been acknowledged and is no longer there" in str(log.damage)
    assert str(left.database) in str(log.damage)
    assert [entry.seq for entry in entries(log)] == list(range(1, log.last + 1))
    with pytest.raises(LogDamaged) as refusal:
        await log.append("feed", make_acks(1))
    assert refusal.value.damage == log.damage
    await log.close()
    assert left.wal.read_bytes() == kept, "what is damaged must stay as it is until somebody decides"
    log = left.open()
    assert log.last == log.damage.after
    await log.close()


async def test_a_flipped_byte_in_the_tail_is_named(room: Any, make_room: Any, make_acks: Acks) -> None:
    left = await killed(room, make_room, make_acks, 10)
    data = bytearray(left.wal.read_bytes())
    data[-2_000] ^= 1
    left.wal.write_bytes(data)
    log = left.open()
    assert log.damage is not None
    assert log.damage.after == 27
    assert "28–30 had been acknowledged" in log.damage.why
    await log.close()


async def test_a_kill_without_damage_opens_clean(room: Any, make_room: Any, make_acks: Acks) -> None:
    left = await killed(room, make_room, make_acks, 10)
    assert read_only(left.directory).last == 30
    log = left.open()
    assert (log.last, log.damage) == (30, None)
    assert (await log.append("feed", make_acks(1))).first == 31
    await log.close()


async def test_a_flipped_byte_is_named_with_its_batch_and_the_good_part_is_served(room: Any, make_acks: Acks) -> None:
    await room.fill(50)
    data = bytearray(room.database.read_bytes())
    data[data.index(b"net/30-1") + 5] ^= 0x02
    room.database.write_bytes(data)
    log = room.open()
    assert log.damage is not None
    assert log.damage.place == f"{room.database}, batch 91–93"
    assert log.damage.after == 90
    assert [entry.seq for entry in entries(log)] == list(range(1, 91))
    assert "up to 90 are good" in str(log.damage)
    assert "\n" not in str(log.damage)
    with pytest.raises(LogDamaged):
        await log.append("feed", make_acks(1))
    await log.close()
    assert check(room.directory).damage == log.damage


async def test_a_good_snapshot_saves_reading_what_lies_before_it(room: Any, make_acks: Acks) -> None:
    await room.fill(50)
    data = bytearray(room.database.read_bytes())
    data[data.index(b"net/30-1") + 5] ^= 0x02
    room.database.write_bytes(data)
    log = room.open(after=120)
    assert log.damage is None
    assert log.last == 150
    assert [entry.seq for entry in entries(log, 120)] == list(range(121, 151))
    assert list(log.read(150)) == []
    assert [entry.seq for entry in entries(log)] == list(range(1, 91)), "a later full read finds it"
    assert log.damage is not None
    with pytest.raises(LogDamaged):
        await log.append("feed", make_acks(1))
    await log.close()
    for after in (91, 92, 93):  # in the damaged batch itself
        log = room.open(after=after)
        assert log.damage is not None
        assert log.damage.after == 90
        await log.close()


async def test_whatever_byte_is_flipped_only_true_facts_are_served(room: Any, make_room: Any) -> None:
    await room.fill(60, facts_each=10)
    truth = entries(read_only(room.directory))
    data = room.database.read_bytes()
    chance = random.Random(7)
    named = 0
    refused: list[int] = []
    for _ in range(150):
        place, bit = chance.randrange(len(data)), 1 << chance.randrange(8)
        room.database.write_bytes(data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :])
        try:
            log = read_only(room.directory)
        except LogError:
            refused.append(place)
            continue
        found = entries(log)
        assert found == truth[: len(found)]
        if log.damage is None:
            assert len(found) == len(truth)
        else:
            assert log.damage.after == log.last == len(found)
            named += 1
    assert named > 75
    assert all(place < 100 for place in refused)  # the header alone says of which format the file is


async def test_wherever_the_files_are_cut_only_true_facts_are_served(
    room: Any, make_room: Any, make_acks: Acks
) -> None:
    left = await killed(room, make_room, make_acks, 60)
    await room.fill(60)
    chance = random.Random(8)
    for path, directory in ((left.wal, left.directory), (room.database, room.directory)):
        data = path.read_bytes()
        truth = entries(read_only(directory))
        for _ in range(40):
            path.write_bytes(data[: chance.randrange(len(data))])
            log = read_only(directory)
            found = entries(log)
            assert found == truth[: len(found)]
            assert log.damage is not None or found == truth
            assert log.last == len(found)


async def test_a_missing_batch_is_named(room: Any) -> None:
    await room.fill(10)
    alter(room.database, "DELETE FROM batches WHERE first = 13")
    log = room.open()
    assert log.damage is not None
    assert log.damage.after == 12
    assert log.damage.why == "13–15 is missing"
    await log.close()


async def test_exchanged_and_invented_batches_are_named(room: Any) -> None:
    await room.fill(10)
    alter(
        room.database,
        "UPDATE batches SET facts = (SELECT facts FROM batches WHERE first = 13) WHERE first = 22",
    )
    damage = check(room.directory).damage
    assert damage is not None
    assert damage.after == 21
    alter(room.database, "INSERT INTO batches VALUES (14, 14, zeroblob(16), x'5b5d')")
    damage = check(room.directory).damage
    assert damage is not None
    assert (damage.after, damage.why) == (15, "batches overlap")


async def test_a_lost_end_is_named_though_the_rest_is_sound(room: Any) -> None:
    await room.fill(10)
    alter(room.database, "DELETE FROM batches WHERE first > 24")
    report = check(room.directory)
    assert (report.last, report.batches) == (24, 8)
    assert report.damage is not None
    assert "25–30 had been acknowledged" in report.damage.why


async def test_a_log_rewritten_with_sound_checks_is_not_the_one_that_the_witness_knows(room: Any) -> None:
    await room.fill(2)
    other = chained(GENESIS, 1, 6, b"[]")
    with closing(sqlite3.connect(room.database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM batches")
        connection.execute("INSERT INTO batches VALUES (?, ?, ?, ?)", (1, 6, other.check, other.facts))
    damage = check(room.directory).damage
    assert damage is not None
    assert "witness" in damage.why


@pytest.mark.parametrize("content", [None, b"", b"x", b"x" * 48, b"y" * 4_000])
async def test_a_missing_or_broken_witness_loses_nothing_and_is_written_again(
    room: Any, make_acks: Acks, content: bytes | None
) -> None:
    await room.fill(3)
    witness = room.witness.read_bytes()
    if content is None:
        room.witness.unlink()
    else:
        room.witness.write_bytes(content)
    log = room.open()
    assert (log.last, log.damage) == (9, None)
    assert room.witness.read_bytes() == witness
    await log.close()


async def test_a_witness_older_than_the_log_is_no_damage(room: Any) -> None:
    await room.fill(3)
    older = room.witness.read_bytes()
    await room.fill(3)
    room.witness.write_bytes(older)
    assert check(room.directory).damage is None
    log = room.open()
    assert log.last == 18
    assert room.witness.read_bytes() != older
    await log.close()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "missing or empty"),
        (b"no database at all " * 500, "file is not a database"),
        (None, "missing or empty"),
        ("directory", "a directory stands"),
        ("foreign", "not a log of vaken"),
    ],
)
async def test_what_is_no_log_is_damage_from_the_start_and_left_alone(
    room: Any, make_room: Any, make_acks: Acks, content: bytes | str | None, why: str
) -> None:
    left = await killed(room, make_room, make_acks, 4)
    wal = left.wal.read_bytes()
    left.database.unlink()
    if isinstance(content, bytes):
        left.database.write_bytes(content)
    elif content == "directory":
        left.database.mkdir()
    elif content == "foreign":
        left.wal.unlink()
        alter(left.database, "CREATE TABLE other (x)")
    log = left.open()
    assert log.damage is not None
    assert (log.last, log.damage.after) == (0, 0)
    assert why in str(log.damage)
    assert entries(log) == []
    with pytest.raises(LogDamaged):
        await log.append("feed", make_acks(1))
    await log.close()
    if content != "foreign":
        assert left.wal.read_bytes() == wal


async def test_a_log_of_a_newer_format_is_refused_and_not_called_damaged(room: Any) -> None:
    await room.fill(1)
    alter(room.database, "PRAGMA user_version = 3")
    with pytest.raises(LogError, match="format 3") as refusal:
        room.open()
    assert not isinstance(refusal.value, LogDamaged)
    alter(room.database, "PRAGMA user_version = 1")
    await room.open().close()  # the refusal had let the directory go


async def test_a_batch_that_this_program_cannot_read_stops_it_before_more_is_appended(
    room: Any, make_acks: Acks
) -> None:
    await room.fill(3)
    with closing(sqlite3.connect(room.database, isolation_level=None)) as connection:
        before = connection.execute('SELECT "check" FROM batches WHERE first = 4').fetchone()[0]
        unknown = b'[{"seq":7,"at":"2026-03-01T02:00:00Z","by":"x","fact":{"fact":"of a later year"}}]'
        row = chained(before, 7, 7, unknown)
        connection.execute("DELETE FROM batches WHERE first = 7")
        connection.execute("INSERT INTO batches VALUES (7, 7, ?, ?)", (row.check, unknown))
    room.witness.unlink()
    log = room.open()
    assert log.damage is not None
    assert log.damage.after == 6
    assert "cannot read a fact in it" in log.damage.why
    assert "of a later year" in log.damage.why
    assert len(entries(log)) == 6
    await log.close()


async def test_a_log_on_a_medium_where_nothing_can_be_written_is_still_readable(room: Any) -> None:
    await room.fill(5)
    room.database.with_name("facts.db-shm").mkdir()  # SQLite cannot make its index file, as on a read-only medium
    log = read_only(room.directory)
    assert len(entries(log)) == log.last == 15
    assert log.damage is None


def test_reading_where_no_log_is_says_so(tmp_path: Path) -> None:
    for reads in (read_only, check):
        with pytest.raises(LogError, match="There is no log in"):
            reads(tmp_path)
    assert list(tmp_path.iterdir()) == []


async def test_a_read_may_start_inside_a_batch(room: Any) -> None:
    await room.fill(5, facts_each=4)
    log = read_only(room.directory)
    assert [(batch.first, batch.last) for batch in log.read(10)] == [(11, 12), (13, 16), (17, 20)]
    assert [entry.seq for entry in entries(log, 10)] == list(range(11, 21))
    assert entries(log, 20) == entries(log, 99) == []


async def test_the_check_at_a_sequence_tells_logs_apart(room: Any, make_room: Any, make_acks: Acks) -> None:
    await room.fill(3)
    log = read_only(room.directory)
    twin = make_room(room.directory.with_name("twin"))
    shutil.copytree(room.directory, twin.directory)
    assert log.check_at(6) == read_only(twin.directory).check_at(6) is not None
    assert log.check_at(0) == bytes(16)
    assert log.check_at(5) is None  # inside a batch
    assert log.check_at(10) is None  # beyond the end
    await room.fill(1)
    twin.clock.move(1)
    await twin.fill(1)
    assert read_only(room.directory).check_at(12) != read_only(twin.directory).check_at(12)
    data = bytearray(room.database.read_bytes())
    data[data.index(b"net/1-1") + 4] ^= 0x02
    room.database.write_bytes(data)
    damaged = read_only(room.directory)
    assert damaged.check_at(3) == log.check_at(3)
    assert damaged.check_at(9) is None
