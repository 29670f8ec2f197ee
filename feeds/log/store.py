"""Writing batches to SQLite so that they stay: one transaction, one flush, then the witness. Knows no thread, no queue.

The promise of ``keep`` is kept by ``synchronous=FULL`` (the write-ahead log is flushed with each commit). Checkpoints
copy from that log into the database and are done apart from commits, when ``checkpoint`` is called.
"""

import logging
import os
import shutil
import sqlite3
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Final

from msgspec.structs import astuple

from feeds.log import snapshots
from feeds.log.disk import flush
from feeds.log.head import Head, HeadFile
from feeds.log.interface import Damage, LogDamaged, LogError, LogFull
from feeds.log.snapshots import Snapshot
from feeds.log.table import (
    APPLICATION_ID,
    BASE,
    DATABASE,
    FORMAT,
    FORMAT_PRUNED,
    LOG_DIRECTORY,
    NO_INDEX,
    SCHEMA,
    SCHEMA_PRUNED,
    WHOLE,
    WITNESS,
    Pruned,
    Row,
    extended,
)

_BUSY_MILLISECONDS = 5_000
_WAL_KEPT_BYTES = 64 << 20
_ROW_OVERHEAD = 8_192
_PROBE = "facts.probe"

_INSERT = 'INSERT INTO batches (first, last, "check", facts) VALUES (?, ?, ?, ?)'

LARGE_BYTES: Final = 4 << 20
"""Facts of more bytes are written in pieces: given as a whole, their copy would hold up the event loop."""
PIECE_BYTES: Final = 1 << 20
_INSERT_ROOM = 'INSERT INTO batches (first, last, "check", facts) VALUES (?, ?, ?, zeroblob(?))'

DROP_BATCHES: Final = 512
"""Batches that are taken off the beginning in one transaction, at most …"""
DROP_BYTES: Final = 4 << 20
"""… and bytes of facts in them, but for a single larger batch: appends wait for no longer than that takes."""
_INSERT_PRUNED = 'INSERT INTO pruned (last, "check", opening, at, by) VALUES (?, ?, ?, ?, ?)'

_logger = logging.getLogger(__name__)


class Store:
    """The database of a log folder, opened for writing. ``last`` and ``check`` are the end of what it holds."""

    def __init__(self, folder: Path, last: int, check: bytes) -> None:
        """Open the log in ``folder``, which was verified to end at ``last`` with ``check``.

        Raises LogFull where the disk does not let it be written, LogError where it cannot be at all.
        """
        self._database = folder / DATABASE
        self.last = last
        self.check = check
        self.unmerged = 0
        """About how many bytes were written since the last checkpoint that went through."""
        self._witness_failed = False
        try:
            self._head = HeadFile(folder / WITNESS)
            try:
                self._connection = _connect(self._database)
            except BaseException:
                self._head.close()
                raise
        except (sqlite3.Error, OSError) as error:
            # What the disk refuses now it may take later; anything else stays so.
            kind = LogFull if isinstance(error, sqlite3.OperationalError | OSError) else LogError
            full = isinstance(error, sqlite3.Error) and extended(error) in NO_INDEX
            why = "no room for the index of its write-ahead log" if full else error
            raise kind(
                f"The log {self._database} cannot be opened for writing ({why}): look at its rights and its disk."
            ) from error
        self._testify()

    @property
    def largest(self) -> int:
        """How many bytes of facts one batch can hold."""
        return self._connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) - _ROW_OVERHEAD

    def keep(self, rows: Sequence[Row]) -> None:
        """Write ``rows``, which follow each other and ``last``, to the disk: all or none.

        Raises LogFull when the disk does not take them, LogDamaged when SQLite finds its file broken.
        """
        connection = self._connection
        try:
            if len(rows) == 1 and len(rows[0].facts) > LARGE_BYTES:
                self._keep_large(rows[0])
            elif len(rows) == 1:
                # A transaction by itself: each further call would wait once more for its turn beside the event loop.
                connection.execute(_INSERT, _columns(rows[0]))
            else:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(_INSERT, map(_columns, rows))
                connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._take_back()
            raise LogFull(
                f"The log {self._database} could not be written: {error}. Nothing of this was kept: "
                "free space on its disk, or look why it refuses writes, and send it again."
            ) from error
        except sqlite3.DatabaseError as error:
            self._take_back()
            raise LogDamaged(
                Damage(
                    f"{self._database}, after sequence {self.last}", self.last, f"SQLite cannot write there ({error})"
                )
            ) from error
        self.last, self.check = rows[-1].last, rows[-1].check
        self.unmerged += sum(len(row.facts) + _ROW_OVERHEAD for row in rows)
        self._testify()

    def probe(self, size: int) -> None:
        """Prove that the disk takes ``size`` bytes more and a commit; no fact is added. Raises LogFull."""
        beside = self._database.with_name(_PROBE)
        try:
            try:
                with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
                    for at in range(0, size, PIECE_BYTES):
                        file.write(bytes(min(PIECE_BYTES, size - at)))
                    file.flush()
                    os.fsync(file.fileno())
            finally:
                beside.unlink(missing_ok=True)
            # Room for a file is not yet a log that takes a commit: the number that is there is written once more.
            found = self._connection.execute("PRAGMA user_version").fetchone()[0]
            self._connection.execute(f"PRAGMA user_version = {int(found)}")
        except (sqlite3.OperationalError, OSError) as error:
            self._take_back()
            raise LogFull(f"The log {self._database} cannot be written: {error}.") from error

    def drop(self, until: int, by: str, at: datetime, batches: int = DROP_BATCHES) -> int:
        """Take some batches off the beginning, none beyond ``until``; return where the log begins then.

        The base must cover ``until``. The last batch always stays. One transaction; call it again until nothing moves.
        Raises LogFull, LogDamaged.
        """
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(SCHEMA_PRUNED)
            begin, opening = connection.execute(
                "SELECT coalesce(max(last), 0), (SELECT opening FROM pruned LIMIT 1) FROM pruned"
            ).fetchone()
            found = connection.execute(
                'SELECT last, "check", length(facts) FROM batches '
                "WHERE first <= ? AND last <= ? AND last < ? ORDER BY first LIMIT ?",
                (until, until, self.last, batches),
            ).fetchall()
            sizes = list(accumulate(size for _, _, size in found))
            dropped = found[: max(1, bisect_right(sizes, DROP_BYTES))]
            if not dropped:
                connection.execute("ROLLBACK")
                return int(begin)
            last, check, _ = dropped[-1]
            opening = dropped[0][1] if opening is None else opening
            connection.execute("DELETE FROM batches WHERE first <= ?", (last,))
            # One record a pruning, which moves on with its steps.
            connection.execute("DELETE FROM pruned WHERE at = ? AND by = ?", (at.isoformat(), by))
            connection.execute(_INSERT_PRUNED, (last, check, opening, at.isoformat(), by))
            connection.execute(f"PRAGMA user_version = {FORMAT_PRUNED}")
            connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._take_back()
            if isinstance(error, sqlite3.OperationalError):
                raise LogFull(
                    f"The log {self._database} could not be pruned: {error}. No fact that is to stay is lost: "
                    "free space on its disk, or look why it refuses writes, and prune again."
                ) from error
            raise LogDamaged(
                Damage(str(self._database), self.last, f"SQLite cannot take batches off it ({error})")
            ) from error
        self.unmerged += sizes[len(dropped) - 1] + _ROW_OVERHEAD  # what is freed is overwritten
        return int(last)

    def squeeze(self) -> None:
        """Give the space of what was dropped back to the disk: writes the file anew. Raises LogFull."""
        try:
            self._connection.execute("VACUUM")
        except sqlite3.OperationalError as error:
            raise LogFull(
                f"What was pruned is gone, but {self._database} keeps its size: {error}. The space is used again by "
                "facts that come; free space on the disk to have it back."
            ) from error

    def checkpoint(self) -> None:
        """Bring what the write-ahead log holds into the database. Failing loses nothing: it stays where it is."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            _logger.warning(
                "The log %s could not be merged: %s. No fact is lost; look at its disk.", self._database, error
            )
        self.unmerged = 0

    def close(self) -> None:
        """Merge the write-ahead log and close."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            _logger.warning("The log %s was closed without being merged: %s. No fact is lost.", self._database, error)
        self._connection.close()
        self._head.close()

    def _keep_large(self, row: Row) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_INSERT_ROOM, (row.first, row.last, row.check, len(row.facts)))
        with connection.blobopen("batches", "facts", row.first) as room:
            whole = memoryview(row.facts)
            for at in range(0, len(whole), PIECE_BYTES):
                room.write(whole[at : at + PIECE_BYTES])
        connection.execute("COMMIT")

    def _take_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:  # SQLite has done so by itself, or does at the next BEGIN
            _logger.warning("The log %s could not take back a failed write: %s", self._database, error)

    def _testify(self) -> None:
        """Write the witness. Where that fails it stays older than the log, which loses no fact: the log goes on."""
        try:
            self._head.write(Head(self.last, self.check))
            self._witness_failed = False
        except OSError as error:
            if not self._witness_failed:
                _logger.warning("The witness beside the log %s could not be written: %s", self._database, error)
            self._witness_failed = True


def _columns(row: Row) -> tuple[int, int, bytes, bytes]:
    return row.first, row.last, row.check, row.facts


def _connect(database: Path) -> sqlite3.Connection:
    uri = f"{database.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise sqlite3.NotSupportedError(f"its file system gives no write-ahead log, only {mode!r}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT_BYTES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


# A new log is built in a folder of its own and renamed, so that a log is there as a whole or not at all.
# ``log.building`` is unfinished, ``log.new`` is finished and waits for its name.
_BUILDING = "log.building"
_READY = "log.new"


def build(directory: Path, pruned: Sequence[Pruned] = (), base: Snapshot | None = None) -> Store:
    """Start an empty log in ``log.building``; ``finish`` makes it the log. Raises LogError.

    ``pruned`` and the base are taken over from the log that it is to replace, but for another ``base``.
    """
    folder = directory / _BUILDING
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        connection = sqlite3.connect(folder / DATABASE, isolation_level=None)
        try:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute(SCHEMA)
            if pruned:
                connection.execute(SCHEMA_PRUNED)
                connection.executemany(_INSERT_PRUNED, map(astuple, pruned))
                connection.execute(f"PRAGMA user_version = {FORMAT_PRUNED}")
        finally:
            connection.close()
        if base is not None:
            snapshots.write_base(folder, base.seq, base.check, base.payload)
        elif pruned:
            shutil.copyfile(directory / LOG_DIRECTORY / BASE, folder / BASE)
            flush(folder / BASE)
    except (sqlite3.Error, OSError) as error:
        raise LogError(
            f"A new log could not be made in {directory} ({error}): look at its rights and its disk."
        ) from error
    start = pruned[-1] if pruned else WHOLE
    return Store(folder, start.last, start.check)


def finish(directory: Path, aside: Path | None = None) -> None:
    """Make the closed log in ``log.building`` the log of ``directory``; one that is there goes to ``aside``.

    Raises LogError.
    """
    try:
        for place in (directory / _BUILDING / WITNESS, directory / _BUILDING):
            flush(place)
        os.rename(directory / _BUILDING, directory / _READY)
        flush(directory)
        if aside is not None:
            os.rename(directory / LOG_DIRECTORY, aside)
        settle(directory)
    except OSError as error:
        raise LogError(f"The log in {directory} could not be put in place ({error}): look at its rights.") from error


def settle(directory: Path) -> None:
    """Bring an exchange of logs to its end that the end of a process had cut short. Raises OSError."""
    ready, log = directory / _READY, directory / LOG_DIRECTORY
    if not ready.exists():
        return
    if log.exists():
        shutil.rmtree(ready)  # the exchange had not begun: it is only a copy
    else:
        os.rename(ready, log)
    flush(directory)
