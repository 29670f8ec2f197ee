"""How long facts are kept: what of a log may be pruned, the board in its place, and a hub that prunes by itself.

Facts go that are older than the retention, as a board covers what they did; but none of the time of something that
still goes on: an outage that is not followed up, or an update that has not ended. Leaves the pruning to ``feeds.log``.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from feeds.board import Board, Touched
from feeds.board.dump import WrongFormat
from feeds.hub.module_process import run_module
from feeds.hub.restore import restore
from feeds.log import FactLog, LogDamaged, LogError, Pruned, RecordedLog, prune, read_only, snapshots
from feeds.log.lock import DirectoryLock
from feeds.model import OutageState, UpdateState

LOOK_EVERY: Final = 3_600.0
"""Seconds between two looks of a hub whether something is to be pruned."""
AT_LEAST: Final = timedelta(days=1)
"""A hub prunes no more often."""
BY: Final = "vaken/retention"

_OVER = frozenset({OutageState.FOLLOWED_UP, OutageState.REJECTED, OutageState.WITHDRAWN, OutageState.MERGED})
_ENDED = frozenset({UpdateState.CANCELLED, UpdateState.DONE})


class Plan(Struct, frozen=True):
    """What may be pruned: all up to ``until`` (``begins``: nothing). ``held`` says why it is not more; may be empty."""

    begins: int
    until: int
    last: int
    held: str = ""


def live_since(board: Board) -> tuple[datetime, str] | None:
    """Return the beginning of the oldest thing on ``board`` that still goes on, and what it is; None: nothing does."""
    live = [(one.suspected, f"outage {one.id}") for one in board.outages.outages.values() if one.state not in _OVER]
    live += [(one.drafted, f"update {one.id}") for one in board.updates.updates.values() if one.state not in _ENDED]
    return min(live, default=None)


def plan(directory: Path, before: datetime) -> Plan:
    """Look which of the facts before ``before`` may be pruned in ``directory``. Raises LogError, LogDamaged."""
    log = read_only(directory, after=_newest(directory))
    if log.damage is not None:
        raise LogDamaged(log.damage)
    board, _ = restore(directory, log, _mute)
    begins, held = log.begins, ""
    since = live_since(board)
    if since is not None and since[0] < before:
        before, held = since[0], f"{since[1]} goes on since {since[0]:%Y-%m-%d %H:%M} UTC"
    until = log.end_before(log.seq_at(before - timedelta(microseconds=1)))
    if until >= log.last:
        until = log.end_before(log.last - 1)
    return Plan(begins, max(until, begins), log.last, held)


def board_at(directory: Path, until: int) -> bytes:
    """Return the dump of the board after sequence ``until``. Raises LogError, LogDamaged."""
    log, board = RecordedLog(directory), Board()
    for snapshot in snapshots.newest(directory, lambda _path, _why: None):
        if snapshot.seq <= until and log.check_at(snapshot.seq) == snapshot.check:
            try:
                board = Board.load(snapshot.payload)
                break
            except WrongFormat:
                continue
    if board.seq < log.begins:
        raise LogError(f"No board covers what was pruned up to {log.begins} in {directory}: nothing more is pruned.")
    touched = Touched()
    if board.seq < until:
        for batch in log.read(after=board.seq):
            board.apply(batch.entries, touched)
            touched.clear()
            if batch.last >= until:
                break
    if log.damage is not None:
        raise LogDamaged(log.damage)
    if board.seq != until:
        raise LogError(f"No batch ends at {until} in {directory}: nothing was pruned.")
    return board.dump()


def prune_now(directory: Path, found: Plan, by: str) -> Pruned:
    """Prune as planned, while no hub runs. Raises LogLocked at once while one does; LogError, LogDamaged, LogFull."""
    DirectoryLock(directory).release()
    return prune(directory, found.until, board_at(directory, found.until), by)


class Retention:
    """Prunes the log of a running hub once a day. Another process makes the board; appends hardly wait."""

    def __init__(self, directory: Path, log: FactLog, keep_days: int, now: Callable[[], datetime]) -> None:
        self._directory = directory
        self._log = log
        self._keep_days = keep_days
        self._now = now

    async def run(self, warn: Callable[[str], None]) -> None:
        """Look every hour until cancelled. Without a retention nothing is pruned."""
        while self._keep_days:
            await asyncio.sleep(LOOK_EVERY)
            if self._log.damage is None and self._log.gap is None and not self._log.failure:
                try:
                    if await asyncio.to_thread(self._is_due):
                        await self.prune()
                except LogError as error:
                    warn(f"the log could not be pruned: {error}")

    def _is_due(self) -> bool:
        pruned = RecordedLog(self._directory).pruned()
        return not pruned or datetime.fromisoformat(pruned[-1].at) + AT_LEAST <= self._now()

    async def prune(self) -> int:
        """Prune now what may be. Return the sequence after which the log begins. Raises LogError."""
        before = self._now() - timedelta(days=self._keep_days)
        code, output, errors = await run_module(
            "feeds.hub.retention", str(self._directory), before.isoformat(), hear_errors=True
        )
        if code:
            said = errors.decode(errors="replace").strip().splitlines() or [f"exit {code}"]
            raise LogError(said[-1])
        until, _, board = output.partition(b"\n")
        return await self._log.prune(int(until), board, BY) if board else int(until)


def _newest(directory: Path) -> int:
    return max((one.seq for one in snapshots.newest(directory, lambda _path, _why: None)), default=0)


def _mute(_text: str) -> None:
    """What is wrong with snapshots is said by the hub that starts on them."""


def _main(directory: Path, before: datetime) -> None:
    found = plan(directory, before)
    sys.stdout.buffer.write(b"%d\n" % found.until)
    if found.until > found.begins:
        sys.stdout.buffer.write(board_at(directory, found.until))


if __name__ == "__main__":
    os.nice(10)
    try:
        _main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]).astimezone(UTC))
    except LogError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
