"""Snapshots: whole or not there, the newest good one first, a bad one told and passed over."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feeds.facts import Fact
from feeds.log import LogError, Report, snapshots
from feeds.log import check as whole
from feeds.log.snapshots import Snapshot

Acks = Callable[..., list[Fact]]

CHECK = bytes(range(16))


def found(directory: Path) -> tuple[list[Snapshot], list[tuple[str, str]]]:
    bad: list[tuple[str, str]] = []
    good = list(snapshots.newest(directory, lambda path, why: bad.append((path.name, why))))
    return good, bad


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    path = snapshots.write(tmp_path, 42, CHECK, b"board" * 1_000)
    assert path == tmp_path / "snapshots" / "board-42.snap"
    assert found(tmp_path) == ([Snapshot(42, CHECK, b"board" * 1_000)], [])
    assert [child.name for child in path.parent.iterdir()] == ["board-42.snap"]


def test_the_newest_two_are_kept_and_come_by_sequence_not_by_name(tmp_path: Path) -> None:
    for seq in (8, 9, 100, 11, 99):
        snapshots.write(tmp_path, seq, CHECK, b"%d" % seq)
    snapshots.write(tmp_path, 101, CHECK, b"")
    assert [snapshot.seq for snapshot in found(tmp_path)[0]] == [101, 100]


def test_a_snapshot_beyond_the_newest_does_not_push_it_out(tmp_path: Path) -> None:
    for seq in (900, 1_000, 600, 700, 800):
        snapshots.write(tmp_path, seq, CHECK, b"")
    assert [snapshot.seq for snapshot in found(tmp_path)[0]] == [1_000, 900, 800, 700]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda data: data[:-1], "it has 4 of 5 bytes"),
        (lambda data: data + b"x", "it has 6 of 5 bytes"),
        (lambda data: data[:20], "it is too short"),
        (lambda data: b"", "it is too short"),
        (lambda data: b"X" + data[1:], "it is no snapshot of a board"),
        (lambda data: data[:9] + b"\x07" + data[10:], "it has format 7, this program reads 1"),
        (lambda data: data[:-1] + b"!", "its checksum does not match"),
        (lambda data: data[:20] + b"!" + data[21:], "its checksum does not match"),
    ],
)
def test_a_bad_snapshot_is_told_and_the_older_one_serves(
    tmp_path: Path, spoil: Callable[[bytes], bytes], why: str
) -> None:
    snapshots.write(tmp_path, 5, CHECK, b"older")
    path = snapshots.write(tmp_path, 6, CHECK, b"newer")
    path.write_bytes(spoil(path.read_bytes()))
    assert found(tmp_path) == ([Snapshot(5, CHECK, b"older")], [("board-6.snap", why)])


def test_a_renamed_or_unreadable_snapshot_is_told(tmp_path: Path) -> None:
    snapshots.write(tmp_path, 5, CHECK, b"").rename(tmp_path / "snapshots" / "board-7.snap")
    (tmp_path / "snapshots" / "board-8.snap").mkdir()
    good, bad = found(tmp_path)
    assert good == []
    assert [name for name, _ in bad] == ["board-8.snap", "board-7.snap"]
    assert "sequence 5 under another name" in bad[1][1]


def test_what_a_killed_writer_left_is_no_snapshot_and_goes_away(tmp_path: Path) -> None:
    snapshots.write(tmp_path, 5, CHECK, b"")
    left = tmp_path / "snapshots" / "board-6.writing"
    left.write_bytes(b"half")
    assert [snapshot.seq for snapshot in found(tmp_path)[0]] == [5]
    snapshots.write(tmp_path, 7, CHECK, b"")
    assert not left.exists()


def test_no_snapshots_are_no_error(tmp_path: Path) -> None:
    assert found(tmp_path) == ([], [])


def test_a_disk_that_does_not_take_a_snapshot_is_told_in_the_family_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("in the way")
    with pytest.raises(LogError, match="could not be written: File exists"):
        snapshots.write(tmp_path, 5, CHECK, b"")


async def test_a_snapshot_carries_a_restart_over_the_facts_before_it(room: Any) -> None:
    await room.fill(6)
    log = room.open()
    check = log.check_at(12)
    assert check is not None
    snapshots.write(room.directory, 12, check, b"the board after 12")
    await log.close()
    [snapshot] = found(room.directory)[0]
    log = room.open(after=snapshot.seq)
    assert log.check_at(snapshot.seq) == snapshot.check
    assert [batch.first for batch in log.read(snapshot.seq)] == [13, 16]
    await log.close()


async def test_a_snapshot_of_the_whole_log_lets_the_chain_and_the_time_go_on(room: Any, make_acks: Acks) -> None:
    await room.fill(2)
    room.clock.move(-60)
    log = room.open(after=6)
    assert (log.last, log.damage) == (6, None)
    batch = await log.append("feed", make_acks(1))
    assert (batch.first, batch.entries[0].at) == (7, room.delivered[0].entries[0].at)
    await log.close()
    assert whole(room.directory) == Report(7, 3, None)


async def test_a_snapshot_ahead_of_the_log_is_not_taken_for_its_own(room: Any) -> None:
    await room.fill(2)
    snapshots.write(room.directory, 12, CHECK, b"of facts that are gone")
    log = room.open(after=12)
    assert (log.last, log.damage) == (6, None)
    assert log.check_at(12) is None
    await log.close()
    await room.fill(2)
    log = room.open(after=12)
    assert log.check_at(12) not in (None, CHECK)
    await log.close()
