"""The table of batches: its rows, the chain that ties them together, and reading it with every check.

A data directory holds ``log/facts.db`` (SQLite, WAL), ``log/log.head`` (the witness), ``snapshots/`` and ``hub.lock``.
One row is one commit. Its check covers the check before it, so a batch that was changed, lost, exchanged or taken
from elsewhere breaks the chain there. Where old batches were pruned, ``log/base.snap`` is a board after the last of
them, and the table ``pruned`` says how far that went and how the chain goes on; the format is 2 then, so that a program
that does not know of it refuses. This module only reads; ``store`` writes.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

from feeds.log.head import Head, read_head
from feeds.log.interface import Damage, LogDamaged, LogError

LOG_DIRECTORY = "log"
DATABASE = "facts.db"
WITNESS = "log.head"

APPLICATION_ID = 0x76616B6E  # "vakn"
FORMAT = 1
FORMAT_PRUNED = 2
SCHEMA = (
    "CREATE TABLE batches ("
    'first INTEGER PRIMARY KEY, last INTEGER NOT NULL, "check" BLOB NOT NULL, facts BLOB NOT NULL) STRICT'
)

SCHEMA_PRUNED = (
    "CREATE TABLE IF NOT EXISTS pruned ("
    'last INTEGER PRIMARY KEY, "check" BLOB NOT NULL, opening BLOB NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL) STRICT'
)
BASE = "base.snap"

CHECK_BYTES = 16
GENESIS = bytes(CHECK_BYTES)
"""The check before the first batch."""

_PAGE_BYTES = 8 << 20
_PAGE_ROWS = 512
_BUSY_SECONDS = 5.0
_COLUMNS = 'SELECT first, last, "check", facts FROM batches'

NO_INDEX = frozenset(
    {
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMMAP,
        sqlite3.SQLITE_IOERR_SHMLOCK,
    }
)
"""SQLite could not make the index file of its write-ahead log: a full disk, which says nothing of the log itself."""
_NOT_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
    }
)
_NO_PLACE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL)


class Row(Struct, frozen=True):
    """One batch as it is kept: sequences ``first`` to ``last``, ``check`` of the chain, ``facts`` as a JSON array."""

    first: int
    last: int
    check: bytes
    facts: bytes


class Pruned(Struct, frozen=True):
    """What was taken from the beginning of a log: all up to ``last``, where the chain stood at ``check``.

    ``opening`` is the check of its very first batch, ``at`` when it was pruned (ISO 8601, UTC), ``by`` who did it.
    """

    last: int
    check: bytes
    opening: bytes = b""
    at: str = ""
    by: str = ""


WHOLE = Pruned(0, GENESIS)
"""Of a log that nothing was taken from."""


def chained(before: bytes, first: int, last: int, facts: bytes) -> Row:
    """Return the row that follows the check ``before``."""
    return Row(first, last, _link(before, first, last, facts), facts)


def _link(before: bytes, first: int, last: int, facts: bytes) -> bytes:
    digest = blake2b(before, digest_size=CHECK_BYTES)
    digest.update(first.to_bytes(8, "big", signed=True) + last.to_bytes(8, "big", signed=True))
    digest.update(facts)
    return digest.digest()


class Table:
    """The batches in one data directory, opened read-only for each use: also while a hub writes there.

    The folder of a log that a cut put aside does for a data directory.
    """

    def __init__(self, directory: Path) -> None:
        aside = (directory / DATABASE).exists() and not (directory / LOG_DIRECTORY).exists()
        self.folder = directory if aside else directory / LOG_DIRECTORY
        self.database = self.folder / DATABASE
        self.witness = self.folder / WITNESS

    def rows(self, after: int = 0, check: bytes = b"") -> Iterator[Row]:
        """Yield the rows that hold sequences after ``after``, in order, each verified against the chain.

        ``check``: the check at ``after`` where it is known for sure. If the log has it (``belongs``), no row before is
        read.

        Where ``after`` lies inside a batch that batch comes first. Of the rows before only the one that ends at
        ``after`` is read. Raises LogDamaged at the first that is not good, or at the end where the witness knows of
        more; LogError where the files cannot be read for a reason that is no damage.
        """
        head = read_head(self.witness)  # before the rows: a hub may add some meanwhile
        good = 0
        position = 0
        anchor: object = None
        try:
            with closing(self._connect()) as connection:
                if check and _belongs(connection, after, check):
                    good = position = after
                else:
                    (good, check), anchor = _anchor(connection, after)
                if anchor is not None:
                    row = self._verify(anchor, good, check, head)
                    position, good, check = row.first, row.last, row.check
                    if good > after:
                        yield row
                while page := _page(connection, position):
                    for raw in page:
                        match raw:  # a hub may have pruned some meanwhile
                            case (int(first), int(last), *_) if first > good + 1 and (
                                (start := _start(connection)).last > good
                            ):
                                if last <= start.last:
                                    position = first
                                    continue
                                good, check = start.last, start.check
                        row = self._verify(raw, good, check, head)
                        position, good, check = row.first, row.last, row.check
                        yield row
        except sqlite3.Error as error:
            raise self._judged(error, good) from error
        if head is not None and head.last > good:
            lost = span(good + 1, head.last)
            raise LogDamaged(
                Damage(f"the end of {self.database}", good, f"{lost} had been acknowledged and is no longer there")
            )

    def check_at(self, seq: int) -> bytes | None:
        """Return the check of the batch that ends at ``seq``, or None when none does. Raises LogDamaged, LogError."""
        if seq == 0:
            return GENESIS
        try:
            with closing(self._connect()) as connection:
                if (start := _start(connection)).last == seq:
                    return start.check
                found = connection.execute(
                    'SELECT last, "check" FROM batches WHERE first <= ? ORDER BY first DESC LIMIT 1', (seq,)
                ).fetchone()
        except sqlite3.Error as error:
            raise self._judged(error, 0) from error
        match found:
            case (int(last), bytes(check)) if last == seq:
                return check
        return None

    def belongs(self, seq: int, check: bytes) -> bool:
        """Return whether the chain had ``check`` at ``seq``, as the batch there or the one behind it says.

        Raises LogDamaged, LogError.
        """
        try:
            with closing(self._connect()) as connection:
                return _belongs(connection, seq, check)
        except sqlite3.Error as error:
            raise self._judged(error, 0) from error

    def rest(self) -> tuple[int, int] | None:
        """Return first and last sequence of what is good at the end of the table, whatever lies before it.

        Followed from the end: each batch proves the check of the one before, which is all that it needs of it. None:
        nothing is. Raises LogDamaged, LogError where the table cannot be opened.
        """
        head = read_head(self.witness)
        first = last = 0
        later: Row | None = None
        try:
            opened = self._connect()
        except sqlite3.Error as error:
            raise self._judged(error, 0) from error
        with closing(opened) as connection:
            for raw in _backward(connection):
                match raw:
                    case (int(begin), int(end), bytes(kept), bytes(facts)) if begin <= end and len(kept) == CHECK_BYTES:
                        row = Row(begin, end, kept, facts)
                    case _:
                        break
                if head is not None and begin <= head.last <= end and head != Head(end, kept):
                    break
                if later is None:
                    last = end
                elif _follows(later, end, kept):
                    first = later.first
                else:
                    break
                later = row
            else:
                with suppress(sqlite3.Error):
                    start = _start(connection)
                    if later is not None and _follows(later, start.last, start.check):
                        first = later.first
        return (first, last) if first else None

    def copy(self, target: Path) -> None:
        """Copy the database to ``target`` as it stands at one moment; a hub may write meanwhile.

        Raises LogDamaged, LogError, and OSError or sqlite3.Error where the target does not take it.
        """
        with closing(self._connect()) as source, closing(sqlite3.connect(target)) as into:
            source.backup(into)

    def begins(self) -> int:
        """Return the last sequence that was pruned, 0 where none was. Raises LogDamaged, LogError."""
        return (self.pruned() or [WHOLE])[-1].last

    def pruned(self) -> list[Pruned]:
        """Return what was taken from the beginning, each time that was done; the last one says where the log begins.

        Raises LogDamaged, LogError.
        """
        try:
            with closing(self._connect()) as connection:
                return _pruned(connection)
        except sqlite3.Error as error:
            raise self._judged(error, 0) from error

    def holding(self, seq: int | None = None) -> Row | None:
        """Return the batch that holds ``seq`` (None: the last one), not verified; None when there is none.

        For finding a place; what is shown is read with ``rows``. Raises LogDamaged, LogError.
        """
        where, values = ("WHERE first <= ? ", (seq,)) if seq is not None else ("", ())
        try:
            with closing(self._connect()) as connection:
                found = connection.execute(f"{_COLUMNS} {where}ORDER BY first DESC LIMIT 1", values).fetchone()
        except sqlite3.Error as error:
            raise self._judged(error, 0) from error
        match found:
            case (int(first), int(last), bytes(kept), bytes(facts)) if seq is None or seq <= last:
                return Row(first, last, kept, facts)
        return None

    def _verify(self, raw: object, good: int, check: bytes, head: Head | None) -> Row:
        """Return ``raw`` as a row, which must follow the sequence ``good`` and its ``check``. Raises LogDamaged."""
        match raw:
            case (int(first), int(last), bytes(kept), bytes(facts)) if first <= last and len(kept) == CHECK_BYTES:
                if first != good + 1:
                    why = f"{span(good + 1, first - 1)} is missing" if first > good else "batches overlap"
                    raise LogDamaged(Damage(f"{self.database}, before batch {span(first, last)}", good, why))
                place = f"{self.database}, batch {span(first, last)}"
                if _link(check, first, last, facts) != kept:
                    raise LogDamaged(Damage(place, good, "its checksum does not match what stands there"))
                if head is not None and first <= head.last <= last and head != Head(last, kept):
                    raise LogDamaged(Damage(place, good, f"it is not the batch that the witness {WITNESS} knows"))
                return Row(first, last, kept, facts)
        raise LogDamaged(Damage(f"{self.database}, after sequence {good}", good, "a batch there is not readable"))

    def _connect(self) -> sqlite3.Connection:
        """Return a connection that only reads. LogDamaged: it is no log; LogError: it may not be read."""
        self._look()
        place = self.database.absolute().as_uri()
        try:
            return self._probed(f"{place}?mode=ro")
        except sqlite3.OperationalError as error:
            no_place = _primary(error) in _NO_PLACE or extended(error) in NO_INDEX
            if not no_place or self._unmerged():
                raise self._judged(error, 0) from error
        # Nothing waits in the write-ahead log, but SQLite cannot make its index file here: a full or read-only disk.
        try:
            return self._probed(f"{place}?immutable=1")
        except sqlite3.Error as error:
            raise self._judged(error, 0) from error

    def _look(self) -> None:
        """Raise what can be said before SQLite touches the file; it throws away a WAL that lacks its database."""
        try:
            with self.database.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise LogError(f"There is no log in {self.folder.parent}: name the data directory of a hub.") from None
            size = 0
        except IsADirectoryError:
            raise LogDamaged(Damage(str(self.database), 0, "a directory stands where the database was")) from None
        except PermissionError as error:
            raise LogError(f"The log {self.database} may not be read: run this as the user of the hub.") from error
        except OSError as error:
            raise LogDamaged(Damage(str(self.database), 0, f"it cannot be read: {error.strerror}")) from error
        if size == 0:
            raise LogDamaged(Damage(str(self.database), 0, "the database is missing or empty"))

    def _probed(self, uri: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False
        )
        try:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            connection.execute("PRAGMA cell_size_check = ON")
        except sqlite3.Error:
            connection.close()
            raise
        if application != APPLICATION_ID:
            connection.close()
            raise LogDamaged(Damage(str(self.database), 0, "it is not a log of vaken"))
        if found not in (FORMAT, FORMAT_PRUNED):
            connection.close()
            known = f"{FORMAT} and {FORMAT_PRUNED}"
            raise LogError(f"The log {self.database} has format {found}, this program reads {known}: use a newer one.")
        return connection

    def _unmerged(self) -> bool:
        try:
            return self.database.with_name(f"{DATABASE}-wal").stat().st_size > 0
        except FileNotFoundError:
            return False

    def _judged(self, error: sqlite3.Error, good: int) -> LogError:
        """Return what ``error`` of SQLite means for a reader who had read up to ``good``."""
        if _primary(error) in _NOT_DAMAGE or extended(error) in NO_INDEX:
            return LogError(
                f"The log {self.database} cannot be read now ({error}): look at the rights of the files in "
                f"{self.folder} and at who else has them open."
            )
        place = f"{self.database}, after sequence {good}" if good else str(self.database)
        return LogDamaged(Damage(place, good, f"SQLite cannot read it ({error})"))


def _primary(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code; 1, a plain error, where Python has none."""
    return extended(error) & 0xFF


def extended(error: sqlite3.Error) -> int:
    """Return SQLite's extended result code, which says what it was about."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR))


def _pruned(connection: sqlite3.Connection) -> list[Pruned]:
    """Return the records of pruning, in order. Raises sqlite3.DatabaseError where they cannot be right."""
    if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT_PRUNED:
        return []
    found = []
    for raw in connection.execute('SELECT last, "check", opening, at, by FROM pruned ORDER BY last'):
        match raw:
            case (int(last), bytes(check), bytes(opening), str(at), str(by)) if len(check) == CHECK_BYTES and last > 0:
                found.append(Pruned(last, check, opening, at, by))
            case _:
                raise sqlite3.DatabaseError("a record of what was pruned is not readable")
    if not found:
        raise sqlite3.DatabaseError("the record of what was pruned is missing")
    return found


def _start(connection: sqlite3.Connection) -> Pruned:
    return (_pruned(connection) or [WHOLE])[-1]


def _anchor(connection: sqlite3.Connection, after: int) -> tuple[tuple[int, bytes], object]:
    """Return (last, check) of the batch before the one that holds ``after``, and that one as it stands, or None."""
    begin = _start(connection)
    start = (begin.last, begin.check)
    if after <= begin.last:
        return start, None
    down = "WHERE first <= ? ORDER BY first DESC LIMIT 1"
    anchor = connection.execute(f"{_COLUMNS} {down}", (after,)).fetchone()
    if anchor is None:
        return start, None
    before = connection.execute(f'SELECT last, "check" FROM batches {down}', (anchor[0] - 1,)).fetchone()
    match before:
        case (int(last), bytes(check)):
            return (last, check), anchor
    return start, anchor


def _belongs(connection: sqlite3.Connection, seq: int, check: bytes) -> bool:
    start = _start(connection)
    if seq <= start.last:
        return seq == start.last and check == start.check
    here = connection.execute(
        'SELECT last, "check" FROM batches WHERE first <= ? ORDER BY first DESC LIMIT 1', (seq,)
    ).fetchone()
    if here is not None and here[0] == seq:
        return bool(here[1] == check)
    behind = connection.execute(f"{_COLUMNS} WHERE first = ?", (seq + 1,)).fetchone()
    match behind:  # the batch at ``seq`` is gone: who follows it knows its check
        case (int(first), int(last), bytes(kept), bytes(facts)):
            return _follows(Row(first, last, kept, facts), seq, check)
    return False


def _follows(row: Row, last: int, check: bytes) -> bool:
    """Return whether ``row`` is what came after the sequence ``last`` with ``check``."""
    return row.first == last + 1 and _link(check, row.first, row.last, row.facts) == row.check


def _backward(connection: sqlite3.Connection) -> Iterator[object]:
    """Yield the rows from the last one to the first; ends early where SQLite cannot read on."""
    position, size = 1 << 62, 0
    while True:
        rows = []
        with closing(connection.cursor()) as cursor, suppress(sqlite3.Error):
            for row in cursor.execute(
                f"{_COLUMNS} WHERE first < ? ORDER BY first DESC LIMIT {_PAGE_ROWS}", (position,)
            ):
                rows.append(row)
                size += len(row[3]) if isinstance(row[3], bytes) else 0
                if size > _PAGE_BYTES:
                    break
        if not rows:
            return
        yield from rows
        position, size = rows[-1][0], 0


def _page(connection: sqlite3.Connection, position: int) -> list[object]:
    """Return some rows that start after ``position``. An error of SQLite is raised when no good row stands before it.

    The read ends before the rows are used: a slow reader does not hold up the merging of the write-ahead log.
    """
    rows: list[object] = []
    size = 0
    with closing(connection.cursor()) as cursor:
        try:
            for row in cursor.execute(f"{_COLUMNS} WHERE first > ? ORDER BY first LIMIT {_PAGE_ROWS}", (position,)):
                rows.append(row)
                size += len(row[3]) if isinstance(row[3], bytes) else 0
                if size > _PAGE_BYTES:
                    break
        except sqlite3.Error:
            if not rows:
                raise
    return rows


def span(first: int, last: int) -> str:
    """Return sequences as a sentence has them."""
    return f"{first}" if first == last else f"{first}–{last}"
