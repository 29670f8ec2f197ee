"""What a person chose and finds again at the next start: tables, filters by name, the history of filters.

One small file in the user's state directory, written whole and in one step. Several terminals of one person may run at
once: each change is made on the file as it is at that moment. Where nothing can be written the choices last as long as
the program. What the choices mean is left to those who use them.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
import platformdirs
from msgspec import Meta, Struct, structs

FILE_BYTES: Final = 1024 * 1024
"""A larger file is not ours."""
HISTORY: Final = 100
"""Filters that are remembered; the oldest are forgotten."""
SAVED: Final = 200
"""Filters that may have a name."""
NAME_CHARS: Final = 40

Short = Annotated[str, Meta(max_length=200)]
FilterText = Annotated[str, Meta(max_length=1_000)]


class TableKept(Struct, frozen=True, omit_defaults=True):
    """How one table is looked at. Empty fields: as the table has it by itself."""

    sort: Short = ""
    order: tuple[Short, ...] = ()
    """Keys of its columns from left to right; those that are not named follow."""
    hidden: tuple[Short, ...] = ()
    """Keys of columns that are not shown."""
    widths: dict[Short, Annotated[int, Meta(ge=1, le=1_000)]] = {}
    """Cells by column key."""


class SavedFilter(Struct, frozen=True):
    """A filter with a name. ``view``: the view that it was written for, the only one whose keys it surely knows."""

    name: Annotated[str, Meta(min_length=1, max_length=NAME_CHARS)]
    view: Short
    text: FilterText


class Kept(Struct, frozen=True, omit_defaults=True):
    """All that is kept. A new kind of choice is a new field with a default."""

    version: int = 1
    """Rises when an older program could not make sense of the file."""
    tables: dict[Short, TableKept] = {}
    """By ``SCREEN/TABLE``."""
    filters: tuple[SavedFilter, ...] = ()
    history: tuple[FilterText, ...] = ()
    """Filters that were used, the newest last."""
    chosen: dict[Short, Short] = {}
    """What was chosen on the settings screen, by name."""
    left: dict[Short, datetime] = {}
    """When a person was last here, by the hub's clock; by ``NAME@HOST``."""


VERSION: Final = Kept().version


class NotKept(Exception):
    """A choice counts now and will be forgotten at the end; the message says which file and why."""


def kept_path() -> Path:
    """Return the file of this person."""
    return platformdirs.user_state_path("vaken") / "kept.json"


class KeptFile:
    """The choices of now, and the file that they are in. ``path`` None: they last as long as the program.

    ``trouble`` says what was wrong with the file when it was read; empty where it was well.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.trouble = ""
        self.now = self.load()

    def load(self) -> Kept:
        """Read the file anew. One that cannot be used is moved aside, and ``trouble`` names the place."""
        self.trouble = ""
        if self.path is None:
            self.now = Kept()
            return self.now
        try:
            self.now = _read(self.path)
        except FileNotFoundError:
            self.now = Kept()
        except OSError as error:
            self.now = Kept()
            self.trouble = f"{self.path}: cannot be read: {error.strerror}; your choices are not known"
        except _Newer as error:
            self.now = Kept()
            self.trouble = f"{self.path}: {error}; it is left alone, and nothing is kept"
        except _UNUSABLE as error:
            self.now = Kept()
            self.trouble = self._put_aside(str(error))
        return self.now

    def save(self, change: Callable[[Kept], Kept]) -> Kept:
        """Apply ``change`` to the choices as the file has them, and write them. Raises NotKept: it counts anyway."""
        if self.path is None:
            self.now = change(self.now)
            return self.now
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone(self.path):
                try:
                    before = _read(self.path)
                except FileNotFoundError:
                    before = self.now
                except _UNUSABLE as error:
                    self.trouble = self._put_aside(str(error))
                    before = self.now
                self.now = change(before)
                _write(self.path, self.now)
        except (OSError, _Newer) as error:
            self.now = change(self.now)
            why = error.strerror if isinstance(error, OSError) else error
            raise NotKept(f"{self.path}: {why}; what you chose counts until the end of this program") from error
        return self.now

    def _put_aside(self, why: str) -> str:
        assert self.path is not None
        beside = self.path.with_name(f"{self.path.stem}.bad-{datetime.now(UTC):%Y%m%dT%H%M%S}.json")
        try:
            self.path.replace(beside)
        except OSError as error:
            return f"{self.path}: cannot be used ({why}) and cannot be moved aside: {error.strerror}"
        return f"{self.path}: cannot be used ({why}); it is kept as {beside.name}, and you begin anew"


def with_table(kept: Kept, name: str, table: TableKept) -> Kept:
    """Return ``kept`` with another look of the table ``name``; one as the table has it by itself takes no room."""
    tables = {key: held for key, held in kept.tables.items() if key != name}
    return structs.replace(kept, tables=tables if table == TableKept() else {**tables, name: table})


def with_used(kept: Kept, text: str) -> Kept:
    """Return ``kept`` with ``text`` as the newest of the history, where it stands once."""
    if not text:
        return kept
    return structs.replace(kept, history=(*(old for old in kept.history if old != text), text)[-HISTORY:])


def with_chosen(kept: Kept, name: str, value: str) -> Kept:
    """Return ``kept`` with ``value`` as what was chosen for ``name``; empty: nothing was."""
    others = {key: held for key, held in kept.chosen.items() if key != name}
    return structs.replace(kept, chosen={**others, name: value} if value else others)


def with_filter(kept: Kept, saved: SavedFilter) -> Kept:
    """Return ``kept`` with a named filter, in the place of one of the same name and view.

    Raises ValueError where there are too many.
    """
    others = tuple(one for one in kept.filters if (one.name, one.view) != (saved.name, saved.view))
    if len(others) >= SAVED:
        raise ValueError(f"{SAVED} filters have names already: take one away first")
    return structs.replace(kept, filters=tuple(sorted((*others, saved), key=lambda one: (one.view, one.name))))


def without_filter(kept: Kept, name: str, view: str) -> Kept:
    """Return ``kept`` without the filter of that name."""
    return structs.replace(kept, filters=tuple(one for one in kept.filters if (one.name, one.view) != (name, view)))


class _TooLarge(Exception):
    pass


class _Newer(Exception):
    pass


_UNUSABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, _TooLarge)


class _Version(Struct):
    version: int = 1


def _read(path: Path) -> Kept:
    with path.open("rb") as file:
        data = file.read(FILE_BYTES + 1)
    if len(data) > FILE_BYTES:
        raise _TooLarge(f"it is larger than {FILE_BYTES:,} bytes")
    if (version := msgspec.json.decode(data, type=_Version).version) > VERSION:
        raise _Newer(f"a newer vaken wrote it (version {version}, this one knows {VERSION})")
    return msgspec.json.decode(data, type=Kept)


def _write(path: Path, kept: Kept) -> None:
    """Write beside and put in place: a reader sees the old file or the new one."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with new.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(kept), indent=1))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of the file: other terminals wait for the few milliseconds that a change takes."""
    with path.with_name(f"{path.name}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


LEFT: Final = 100
"""Names and hubs of which it is known when somebody left."""


def left_key(who: str, url: str) -> str:
    """Return the name of a person at a hub: all hubs of this machine are one, whose ports change with each start."""
    host = urlsplit(url).hostname or url
    return f"{who}@{'localhost' if host in ('127.0.0.1', '::1') else host}"[:200]


def with_left(kept: Kept, key: str, at: datetime) -> Kept:
    """Return ``kept`` with the note that a person was there until ``at``."""
    others = sorted(((name, when) for name, when in kept.left.items() if name != key), key=lambda one: one[1])
    return structs.replace(kept, left=dict([*others[-(LEFT - 1) :], (key, at)]))
