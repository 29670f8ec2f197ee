"""The chain of hashes: what was changed, taken out, put in or exchanged is found; a head proves all before it."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds.facts import Entry, Fact, Origin, decode_entries
from feeds.log import LogChanged, LogDamaged, LogError, export, read_only, verify
from feeds.log.table import GENESIS, Table, chained

Acks = Callable[..., list[Fact]]

COPY = 'INSERT INTO batches SELECT first + 3, last + 3, "check", facts FROM batches WHERE first = 10'


def alter(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("statements", "after"),
    [
        (["UPDATE batches SET facts = replace(CAST(facts AS TEXT), 'net/3-1', 'net/3-2') || '' WHERE 0"], 30),
        (["UPDATE batches SET facts = CAST(replace(CAST(facts AS TEXT), 'net/3-1', 'net/9-1') AS BLOB)"], 9),
        (["DELETE FROM batches WHERE first = 13"], 12),
        (["UPDATE batches SET first = first + 1000, last = last + 1000 WHERE first >= 13", COPY], 12),
        (["DELETE FROM batches WHERE first = 13", COPY], 12),
        (
            [
                "UPDATE batches SET first = 1000, last = 1002 WHERE first = 13",
                "UPDATE batches SET first = 13, last = 15 WHERE first = 16",
                "UPDATE batches SET first = 16, last = 18 WHERE first = 1000",
            ],
            12,
        ),
    ],
    ids=["untouched", "changed", "missing", "inserted", "replaced", "reordered"],
)
async def test_a_batch_that_is_not_the_one_that_was_written_breaks_the_chain(
    room: Any, statements: list[str], after: int
) -> None:
    await room.fill(10)
    alter(room.database, *statements)
    if after == 30:
        assert verify(room.directory).last == 30
        return
    with pytest.raises(LogDamaged) as found:
        verify(room.directory)
    assert found.value.damage.after == after


async def rewritten(room: Any) -> None:
    """Change an early batch and make all checks after it right again, as one could who may write the files."""
    rows = list(Table(room.directory).rows())
    check = GENESIS
    with closing(sqlite3.connect(room.database, isolation_level=None)) as connection:
        for row in rows:
            facts = row.facts.replace(b"net/2-0", b"net/2-7")
            other = chained(check, row.first, row.last, facts)
            connection.execute(
                'UPDATE batches SET "check" = ?, facts = ? WHERE first = ?', (other.check, other.facts, row.first)
            )
            check = other.check
    room.witness.unlink()


async def test_a_log_rewritten_as_a_whole_is_found_by_a_head_that_was_kept_elsewhere(room: Any) -> None:
    await room.fill(4)
    kept = verify(room.directory)
    await room.fill(4)
    later = verify(room.directory, kept.check)
    assert (later.named, later.last, later.batches) == (12, 24, 8)
    assert verify(room.directory, kept.check, 12).named == 12
    await rewritten(room)
    assert verify(room.directory).last == 24  # by itself it is sound
    for at in (12, None):
        with pytest.raises(LogChanged, match="the log was changed since, or it is another one") as found:
            verify(room.directory, kept.check, at)
        assert "By itself it is sound: its chain is unbroken to 24:" in str(found.value)
        assert "damaged" not in str(found.value)
    with pytest.raises(LogChanged, match="no batch ends at 11"):
        verify(room.directory, kept.check, 11)


async def test_what_is_exported_is_the_log_line_by_line(room: Any, make_acks: Acks) -> None:
    log = room.open()
    for number in range(5):
        room.clock.move(60)
        await log.append("anna", make_acks(3, f"{number}-"), seen=number, origin=Origin("10.0.0.7", "t1"))
    await log.close()
    entries = [entry for batch in read_only(room.directory).read() for entry in batch.entries]

    def exported(*span: Any) -> list[Entry]:
        lines = list(export(room.directory, *span))
        found = [entry for _, line in lines for entry in decode_entries(b"[" + line + b"]")]
        assert [seq for seq, _ in lines] == [entry.seq for entry in found]
        assert not any(b"\n" in line for _, line in lines)
        return found

    assert exported() == entries
    assert exported(5, 11) == entries[4:11]
    assert exported(15) == entries[14:]
    assert exported(16) == exported(4, 3) == []
    at = entries[3].at
    assert exported(at, at) == entries[3:6]
    assert exported(at + timedelta(seconds=1), 9) == entries[6:9]
    line = json.loads(next(export(room.directory, 4))[1])
    assert (line["seq"], line["by"], line["seen"], line["address"], line["token"]) == (4, "anna", 1, "10.0.0.7", "t1")


async def test_an_export_gives_what_is_good_and_then_says_that_there_was_more(room: Any) -> None:
    await room.fill(5)
    alter(room.database, "DELETE FROM batches WHERE first = 10")
    lines = export(room.directory)
    assert [next(lines)[0] for _ in range(9)] == list(range(1, 10))
    with pytest.raises(LogDamaged, match="10–12 is missing"):
        next(lines)
    assert len(list(export(room.directory, 1, 9))) == 9
    with pytest.raises(LogError, match="There is no log"):
        list(export(room.directory / "nowhere"))
