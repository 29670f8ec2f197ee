"""The file of tokens in a data directory. The command line changes it, a running hub notices.

It is replaced as a whole: written beside, flushed, renamed, the directory flushed; so a crash leaves the old one or the
new one. Changes come one after the other (a lock file). Mode 0600.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct, structs

from feeds.hub.access.identity import AccessError
from feeds.hub.access.tokens import NAME_LENGTH, TokenRecord, make
from feeds.model.access import Role

FILE: Final = "tokens.json"
TOKENS_KEPT: Final = 10_000
"""Tokens in one file, revoked ones among them; the oldest revoked ones make room."""

Stamp = tuple[int, int, int]
"""By what a file is known to be another one: inode, time of change, size."""


class _Kept(Struct, frozen=True):
    format: int = 1
    tokens: Annotated[tuple[TokenRecord, ...], Meta(max_length=TOKENS_KEPT)] = ()


class TokenFile:
    """The tokens of one data directory."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE

    def stamp(self) -> Stamp | None:
        """Return what is seen of the file from outside; None where there is none. Raises AccessError."""
        try:
            seen = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AccessError(f"{self.path}: cannot be looked at: {error.strerror}") from error
        return seen.st_ino, seen.st_mtime_ns, seen.st_size

    def read(self) -> tuple[TokenRecord, ...]:
        """Return all tokens; none where there is no file. Raises AccessError."""
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                data = file.read()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise AccessError(f"{self.path}: cannot be read: {error.strerror}") from error
        if mode & 0o077:
            raise AccessError(f"{self.path}: others may read or change it; make it private: chmod 600 {self.path}")
        try:
            kept = msgspec.json.decode(data, type=_Kept)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise AccessError(
                f"{self.path}: is damaged ({error}); put a backup in its place, or move it away"
            ) from error
        if kept.format != 1:
            raise AccessError(f"{self.path}: is of a newer vaken (format {kept.format})")
        return kept.tokens

    def add(self, name: str, role: Role, now: datetime, expires: datetime | None = None) -> str:
        """Add a token for ``name`` and return it: it is kept nowhere. Raises AccessError."""
        if not name or len(name) > NAME_LENGTH or not name.isprintable() or name != name.strip():
            raise AccessError(f"a name has 1 to {NAME_LENGTH} printable characters, none of them blank at its ends")
        if name.startswith("vaken/"):
            raise AccessError("names that begin with vaken/ are the hub's own")
        with self._changing():
            tokens = self.read()
            if any(one.name == name and one.good(now) for one in tokens):
                raise AccessError(f"there is a token for {name} already; revoke it first: vaken token revoke {name}")
            token, record = make(name, role, now, expires)
            self._write(_with_room((*tokens, record), now))
        return token

    def revoke(self, name: str, now: datetime) -> int:
        """Revoke every good token of ``name`` (or the one with that id). Return how many. Raises AccessError."""
        with self._changing():
            tokens = self.read()
            gone = {one.id for one in tokens if name in (one.name, one.id) and one.good(now)}
            if gone:
                self._write([structs.replace(one, revoked=now) if one.id in gone else one for one in tokens])
        return len(gone)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise AccessError(f"{self.path.parent}: cannot be written: {error.strerror}") from error
        try:
            _give(lock, self.path.parent)
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, tokens: list[TokenRecord]) -> None:
        write_private(self.path, msgspec.json.format(msgspec.json.encode(_Kept(tokens=tuple(tokens)))) + b"\n")


def write_private(path: Path, data: bytes) -> None:
    """Put ``data`` in place of a file, for its owner alone; afterwards it stands on disk. Raises AccessError."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            _give(file.fileno(), path.parent)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise AccessError(f"{path}: cannot be written: {error.strerror}") from error


def _give(descriptor: int, folder: Path) -> None:
    """Give a file to the owner of its folder, where root writes it: a hub of another user has to read it."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _with_room(tokens: tuple[TokenRecord, ...], now: datetime) -> list[TokenRecord]:
    """Return the tokens without the oldest ones that are no longer good, where there are too many."""
    over = len(tokens) - TOKENS_KEPT
    past = [one.id for one in tokens if not one.good(now)][: max(over, 0)]
    if over > len(past):
        raise AccessError(f"there are {TOKENS_KEPT:,} good tokens; revoke some first")
    return [one for one in tokens if one.id not in past]
