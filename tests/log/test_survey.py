"""A log that is damaged in its middle: what is good behind it is found, said and kept; what proves a lost end."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from feeds.facts import Fact
from feeds.log import LogDamaged, LogError, back_up, check, cut, prove, prune, read_only, snapshots, verify
from feeds.log.table import BASE, LOG_DIRECTORY, Table

Acks = Callable[..., list[Fact]]

FLIP = "UPDATE batches SET facts = CAST(replace(CAST(facts AS TEXT), 'net/5-1', 'net/5-9') AS BLOB) WHERE first = 16"
LOSE = "DELETE FROM batches WHERE first = 16"
BEGIN = "DELETE FROM batches WHERE first = 1"
SWAP = [
    "UPDATE batches SET first = 1000, last = 1002 WHERE first = 16",
    "UPDATE batches SET first = 16, last = 18 WHERE first = 19",
    "UPDATE batches SET first = 19, last = 21 WHERE first = 1000",
]
SEAL = 'UPDATE batches SET "check" = zeroblob(16) WHERE first = 16'


def alter(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


async def filled(room: Any, *snapshots_at: int) -> None:
    """Leave a log of 30 facts in batches of three, and good snapshots."""
    await room.fill(10)
    log = read_only(room.directory)
    for seq in snapshots_at:
        seal = log.check_at(seq)
        assert seal is not None
        snapshots.write(room.directory, seq, seal, b"the board after %d" % seq)


DAMAGES = [
    pytest.param([FLIP], 15, 19, id="a fact changed"),
    pytest.param([LOSE], 15, 22, id="a batch missing"),
    pytest.param([BEGIN], 0, 7, id="the first batch missing"),
    pytest.param(SWAP, 15, 25, id="two batches exchanged"),
    pytest.param([SEAL], 15, 22, id="a check changed"),
    pytest.param([FLIP, "DELETE FROM batches WHERE first = 4"], 3, 19, id="two damages"),
]


@pytest.mark.parametrize(("statements", "after", "behind"), DAMAGES)
async def test_damage_under_a_snapshot_is_said_with_what_is_good_around_it_and_facts_are_taken(
    room: Any, make_acks: Acks, statements: list[str], after: int, behind: int
) -> None:
    await filled(room, 24, 30)
    newest = next(snapshots.newest(room.directory, lambda *_: None))
    alter(room.database, *statements)
    log = room.open_at(newest)
    assert (log.damage, log.last) == (None, 30)
    assert (await log.append("feed", make_acks(3, "new-"))).last == 33

    proof = prove(room.directory)
    assert proof.damage is not None
    assert (proof.upto, proof.damage.after, proof.damage.behind, proof.damage.last) == (30, after, behind, 33)
    assert proof.damage.base == 24
    said = str(proof.damage)
    assert f"{33 - behind + 1} behind it, {behind}–33, are good too" in said
    assert "takes facts" in said
    assert "nothing is appended" not in said
    log.note_gap(proof.damage)
    assert log.gap == proof.damage
    assert (await log.append("feed", make_acks(3, "more-"))).last == 36
    with pytest.raises(LogDamaged):
        await log.prune(30, b"a board", "anna")
    await log.close()

    for reads in (lambda: check(room.directory), lambda: verify(room.directory)):
        try:
            damage = reads().damage
        except LogDamaged as error:
            damage = error.damage
        assert (damage.after, damage.behind, damage.last, damage.base) == (after, behind, 36, 24)
    with pytest.raises(LogDamaged, match="takes facts"):
        back_up(room.directory, room.directory.with_name("backup"))


@pytest.mark.parametrize(("statements", "after", "behind"), DAMAGES)
async def test_a_cut_of_damage_under_a_snapshot_loses_nothing_of_what_came_after_the_snapshot(
    room: Any, make_acks: Acks, statements: list[str], after: int, behind: int
) -> None:
    await filled(room, 24, 27)
    kept = list(read_only(room.directory).read(24))
    head = verify(room.directory)
    alter(room.database, *statements)
    damaged = room.database.read_bytes()
    with pytest.raises(LogError, match="cut without --drop"):
        cut(room.directory, 12)
    done = cut(room.directory)
    assert (done.begins, done.last, done.dropped) == (24, 30, 0)
    assert (done.damage.after, done.damage.behind) == (after, behind)
    assert (done.aside / "facts.db").read_bytes() == damaged
    report = check(room.directory)
    assert (report.last, report.damage, report.base) == (30, None, "")
    found = verify(room.directory, head.check, head.last)
    assert found.named == 30
    assert (found.pruned[-1].last, found.pruned[-1].by) == (24, "vaken/cut")
    assert list(read_only(room.directory).read(24)) == kept
    base = snapshots.read(room.directory / LOG_DIRECTORY / BASE, lambda *_: None)
    assert base is not None
    assert base.payload == b"the board after 24"
    assert [one.seq for one in snapshots.newest(room.directory, lambda *_: None)] == [27, 24, 24]
    log = room.open()
    assert (await log.append("feed", make_acks(1))).first == 31
    await log.close()


async def test_a_cut_begins_from_no_board_that_the_program_cannot_read(room: Any) -> None:
    await filled(room, 21, 24, 27)
    alter(room.database, FLIP)
    assert cut(room.directory, readable=lambda payload: payload != b"the board after 24").begins == 27


async def test_good_facts_that_no_board_covers_are_given_up_only_by_their_number_and_stay_readable(
    room: Any, make_acks: Acks
) -> None:
    await filled(room, 12)
    alter(room.database, FLIP)
    log = room.open_at(next(snapshots.newest(room.directory, lambda *_: None)))
    assert log.damage is not None
    assert "12 behind it, 19–30, are good too, but of use only with a snapshot" in str(log.damage)
    with pytest.raises(LogDamaged):
        await log.append("feed", make_acks(1))
    await log.close()
    for wrong in (0, 11):
        with pytest.raises(LogError, match=r"the 12 good facts 19–30 behind the damage .*: nothing was cut"):
            cut(room.directory, wrong)
    done = cut(room.directory, 12)
    assert (done.begins, done.last, done.dropped) == (0, 15, 12)
    lines = (done.aside / "behind.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(19, 31))
    assert check(room.directory).last == 15


@pytest.mark.parametrize("statement", [FLIP, LOSE], ids=["changed", "missing"])
async def test_a_snapshot_of_the_very_place_of_the_damage_covers_it(room: Any, statement: str) -> None:
    await filled(room, 18)
    alter(room.database, statement)
    board = next(snapshots.newest(room.directory, lambda *_: None))
    log = room.open_at(board)
    assert (log.damage, log.last) == (None, 30)
    assert log.belongs(board.seq, board.check)
    assert [batch.last for batch in log.read(board.seq, board.check)] == [21, 24, 27, 30]
    await log.close()


async def test_a_snapshot_from_before_the_damage_does_not_cover_it(room: Any) -> None:
    await filled(room, 15)
    alter(room.database, LOSE)
    log = room.open_at(next(snapshots.newest(room.directory, lambda *_: None)))
    assert log.damage is not None
    assert (log.last, log.damage.after, log.damage.base) == (15, 15, 0)
    await log.close()


async def test_what_sqlite_cannot_read_is_damage_with_what_is_good_behind_it(room: Any) -> None:
    await room.fill(400)
    data = bytearray(room.database.read_bytes())
    page = data.index(b"net/200-1") // 4_096 * 4_096
    data[page : page + 4_096] = bytes(4_096)
    room.database.write_bytes(data)
    damage = check(room.directory).damage
    assert damage is not None
    assert 0 < damage.after < 601 < damage.behind
    assert damage.last == 1_200
    assert [row.last for row in Table(room.directory).rows(damage.behind + 1)][-1] == 1_200


# -- the board of a pruned log -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["missing", "flipped", "foreign"])
async def test_a_pruned_log_without_the_board_that_it_begins_from_is_not_called_good(room: Any, fault: str) -> None:
    await room.fill(10)
    prune(room.directory, 12, b"a board", "anna")
    assert check(room.directory).base == ""
    assert prove(room.directory).base == ""
    base = room.directory / LOG_DIRECTORY / BASE
    if fault == "missing":
        base.unlink()
    elif fault == "flipped":
        data = bytearray(base.read_bytes())
        data[-1] ^= 1
        base.write_bytes(data)
    else:
        snapshots.write_base(base.parent, 12, bytes(16), b"a board")
    why = {"missing": "it is missing", "flipped": "its checksum does not match", "foreign": "it is of another log"}
    assert why[fault] in check(room.directory).base
    assert why[fault] in prove(room.directory).base
    with pytest.raises(LogError, match=why[fault]):
        verify(room.directory)


# -- a log without its witness -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [None, b"", b"y" * 48])
async def test_a_lost_end_without_a_witness_is_proven_by_a_snapshot(room: Any, content: bytes | None) -> None:
    await filled(room, 24, 30)
    if content is None:
        room.witness.unlink()
    else:
        room.witness.write_bytes(content)
    report = check(room.directory)
    assert report.damage is None
    assert "is missing or cannot be read: whether facts are gone from the end of the log, after 30" in report.doubt
    alter(room.database, "DELETE FROM batches WHERE first > 24")
    for damage in (check(room.directory).damage, read_only(room.directory).damage):
        assert damage is not None
        assert damage.after == 24
        assert "25–30 (6 facts) were kept, as the snapshot at 30 holds them" in damage.why
    with pytest.raises(LogDamaged, match=r"25–30 \(6 facts\)"):
        verify(room.directory)
    newest = next(snapshots.newest(room.directory, lambda *_: None))
    log = room.open_at(newest)
    assert log.damage is not None
    await log.close()
    done = cut(room.directory)
    assert (done.last, done.dropped) == (24, 0)
    assert check(room.directory).damage is None


async def test_a_log_with_its_witness_leaves_no_doubt(room: Any) -> None:
    await filled(room)
    assert check(room.directory).doubt == ""
    room.witness.unlink()
    log = room.open()
    assert "is missing or cannot be read" in log.doubt
    await log.close()
    log = room.open()
    assert log.doubt == ""
    await log.close()
