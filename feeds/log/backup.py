"""A backup of a log, made while a hub runs: a data directory of its own, whole, flushed and verified.

It holds the log as it stood at one moment, its witness, the board that a pruned log begins from, and the newest
snapshot. What else a hub keeps in its directory is named by the caller.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from feeds.log import snapshots
from feeds.log.disk import flush, make_directory
from feeds.log.head import Head, HeadFile
from feeds.log.interface import LogDamaged, LogError
from feeds.log.records import RecordedLog
from feeds.log.survey import covered
from feeds.log.table import BASE, DATABASE, LOG_DIRECTORY, WITNESS, Table


class Backup(Struct, frozen=True):
    """What was backed up: all facts up to ``last``, where the chain stands at ``check``, in ``batches`` batches."""

    last: int
    check: bytes
    batches: int


def back_up(
    directory: Path,
    target: Path,
    beside: Sequence[str] = (),
    note: tuple[str, Callable[[Backup], bytes]] | None = None,
) -> Backup:
    """Make a backup of ``directory`` in ``target``, which must not be there yet: it is there whole, or not at all.

    ``beside`` names further files of the directory, which are copied where they are there; ``note`` is a file to be
    added, by name, made of what was found. All facts are read again from the copy and verified. Raises LogDamaged, and
    LogError when the target is there or does not take it.
    """
    if target.exists():
        raise LogError(f"The backup {target} is there already: name another place, nothing was changed.")
    making = target.with_name(f"{target.name}.making")
    table = Table(directory)
    try:
        make_directory(target.parent)
        shutil.rmtree(making, ignore_errors=True)
        (making / LOG_DIRECTORY).mkdir(mode=0o700, parents=True)
        making.chmod(0o700)
        table.copy(making / LOG_DIRECTORY / DATABASE)
        if (table.folder / BASE).exists():  # after the log: it covers at least what was pruned then
            _copy(table.folder / BASE, making / LOG_DIRECTORY / BASE)
        for name in beside:
            if (directory / name).exists():
                _copy(directory / name, making / name)
        made = _verified(making)
        _add_snapshot(directory, making)
        for name in (f"{DATABASE}-wal", f"{DATABASE}-shm"):  # made by reading; nothing is in them
            (making / LOG_DIRECTORY / name).unlink(missing_ok=True)
        if note is not None:
            (making / note[0]).write_bytes(note[1](made))
            (making / note[0]).chmod(0o600)
            flush(making / note[0])
        for place in (making / LOG_DIRECTORY / DATABASE, making / LOG_DIRECTORY / WITNESS):
            place.chmod(0o600)
            flush(place)
        for place in (making / LOG_DIRECTORY, making):
            flush(place)
        making.rename(target)
        flush(target.parent)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            shutil.rmtree(making)
        raise LogError(f"The backup {target} could not be made: {error}; look at its disk and its rights.") from error
    except LogError as error:
        with suppress(OSError):
            shutil.rmtree(making)
        if isinstance(error, LogDamaged):
            raise LogDamaged(covered(directory, error.damage)) from error
        raise
    return made


def _verified(making: Path) -> Backup:
    """Read every fact of the copy, write its witness, and say what it holds. Raises LogDamaged, LogError."""
    log = RecordedLog(making)
    batches = sum(1 for _ in log.read())
    if log.damage is None:
        log.verify(log.last)
    if log.damage is not None:
        raise LogDamaged(log.damage)
    begins = log.begins
    if begins:
        base = next((one for one in snapshots.newest(making, lambda _path, _why: None)), None)
        if base is None or base.seq < begins or log.check_at(base.seq) != base.check:
            raise LogError(
                f"The log was pruned up to {begins}, but {LOG_DIRECTORY}/{BASE} does not cover it: no backup was made."
            )
    head = HeadFile(making / LOG_DIRECTORY / WITNESS)
    try:
        check = log.check if log.last else bytes(len(log.check))
        head.write(Head(log.last, check))
    finally:
        head.close()
    return Backup(log.last, check, batches)


def _add_snapshot(directory: Path, making: Path) -> None:
    """Copy the newest good snapshot that belongs to the copy: a restart from the backup is then as quick as any."""
    log = RecordedLog(making)
    for snapshot in snapshots.newest(directory, lambda _path, _why: None):
        if log.check_at(snapshot.seq) == snapshot.check:
            snapshots.write(making, snapshot.seq, snapshot.check, snapshot.payload)
            return


def _copy(source: Path, target: Path) -> None:
    """Copy a file, for its owner alone, and flush it. Raises OSError."""
    with source.open("rb") as old, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        shutil.copyfileobj(old, new, 1 << 20)
        new.flush()
        os.fsync(new.fileno())
