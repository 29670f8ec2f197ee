"""From disk to board: the newest good snapshot, then the tail of the log; and the process that makes snapshots.

A snapshot is made by a process of its own that replays the log like any reader: it needs nothing of the hub, and the
hub never stops for it.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from feeds.board import Board, Touched
from feeds.board.dump import WrongFormat
from feeds.hub.module_process import run_module
from feeds.log import FactLog, LogError, RecordedLog, read_only, snapshots

AT_LEAST_EVERY: Final = 900.0
"""Seconds after which a snapshot is made of fewer facts too …"""
LEAST_SHARE: Final = 0.05
"""… but not of fewer than this part of what makes one by itself."""
RESTS: Final = 2.0
"""In a storm: after a snapshot none is made for so many times what it took, as feeds come first."""
LEFT_FACTS: Final = 5_000
"""Facts since the last snapshot for which a hub that ends leaves one: fewer are replayed in a moment."""


def restore(directory: Path, reader: FactLog | RecordedLog, warn: Callable[[str], None]) -> tuple[Board, int]:
    """Return the board as of the end of the log, and the sequence of the snapshot it came from (0: none).

    A snapshot that is damaged, of another version or ahead of the log is passed over, with a warning. Raises LogError
    where facts were pruned and no snapshot is left that covers them, and where a fact cannot be applied.
    """
    board, base, check = Board(), 0, b""
    for snapshot in snapshots.newest(
        directory, on_bad=lambda path, why: warn(f"snapshot {path.name} is not used: {why}")
    ):
        if snapshot.seq and not reader.belongs(snapshot.seq, snapshot.check):
            if snapshot.seq > reader.last and reader.damage is None:
                missing = snapshot.seq - reader.last
                why = (
                    f"the log ends at {reader.last}: either it is of another log, or {missing:,} facts that were kept "
                    "are missing from the end of this one"
                )
            else:
                why = "it does not belong to this log"
            warn(f"snapshot at {snapshot.seq} is not used: {why}")
            continue
        try:
            board, base, check = Board.load(snapshot.payload), snapshot.seq, snapshot.check
        except WrongFormat as error:
            warn(f"snapshot at {snapshot.seq} is not used: {error}")
            continue
        break
    if board.seq < reader.begins:
        raise LogError(
            f"The log in {directory} begins after sequence {reader.begins}, as what was before is pruned, and no board "
            "that this program can read covers that: restore log/base.snap from a backup, or run the version that "
            "pruned it."
        )
    touched = Touched()
    for batch in reader.read(board.seq, check):
        try:
            board.apply(batch.entries, touched)
        except Exception as error:
            raise LogError(
                f"The facts {batch.first} to {batch.last} in {directory} are kept, but this program fails on them "
                f"({error!r}): run the version before, or a newer one; vaken log export shows them."
            ) from error
        touched.clear()
    return board, base


def is_readable(payload: bytes) -> bool:
    """Return whether this program can begin from the board of a snapshot."""
    try:
        Board.load(payload)
    except WrongFormat:
        return False
    return True


def make_snapshot(directory: Path) -> int:
    """Replay the log and write a snapshot of the board at its end. Return its sequence. Does not disturb a hub."""
    newest = next(iter(snapshots.newest(directory, on_bad=lambda _path, _why: None)), None)
    reader = read_only(directory, newest.seq, newest.check) if newest is not None else read_only(directory)
    board, base = restore(directory, reader, lambda text: print(text, file=sys.stderr))
    check = reader.check_at(board.seq)
    if board.seq > base and check is not None:
        snapshots.write(directory, board.seq, check, board.dump())
    return board.seq


def leave_snapshot(directory: Path, board: Board, log: FactLog) -> None:
    """At the end of a hub: write a snapshot of its board, where the next start would else replay much. Raises LogError.

    ``log`` is closed, and ends where the board stands.
    """
    newest = next((one.seq for one in snapshots.newest(directory, lambda _path, _why: None)), 0)
    if board.seq - newest < LEFT_FACTS or log.damage is not None:
        return
    check = log.check_at(board.seq)
    if check is not None:
        snapshots.write(directory, board.seq, check, board.dump())


class Snapshotter:
    """Has a snapshot made, in a process of its own, whenever enough facts came, or some and enough time passed."""

    def __init__(self, directory: Path, every: int, base: int, seq: Callable[[], int]) -> None:
        self._directory = directory
        self._every = every
        self._base = base
        self._seq = seq

    async def run(self, warn: Callable[[str], None]) -> None:
        """Look every few seconds until cancelled."""
        loop = asyncio.get_running_loop()
        made, took = loop.time(), 0.0
        while True:
            facts, since = self._seq() - self._base, loop.time() - made
            enough = facts >= self._every and since >= RESTS * took
            if enough or (facts >= self._every * LEAST_SHARE and since >= AT_LEAST_EVERY):
                began = loop.time()
                code, output, _ = await run_module("feeds.hub.restore", str(self._directory))
                if code == 0:
                    self._base = int(output)
                else:
                    warn(f"no snapshot could be made (exit {code}); the log is whole, restarts take longer")
                    self._base = self._seq()
                made = loop.time()
                took = made - began
            await asyncio.sleep(2)


if __name__ == "__main__":
    os.nice(10)
    made = make_snapshot(Path(sys.argv[1]))
    with suppress(BrokenPipeError):  # the hub that asked may have been killed: the next one finds the snapshot
        os.write(1, b"%d\n" % made)
