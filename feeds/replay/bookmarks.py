"""Bookmarks of a replay: names for moments, kept in a file of the person's own, never in the data directory.

One file holds those of several logs; a log is known by its first batch, so that a copy has the same bookmarks.
"""

import os
import re
from datetime import datetime
from pathlib import Path

import msgspec

MOST = 500
"""Bookmarks of one log."""
NAME_LENGTH = 60
_NUMBERED = re.compile(r"mark \d+")
"""A name that nobody gave."""


class BookmarkError(Exception):
    """A bookmark cannot be kept; the message says why and what to do."""


class Bookmark(msgspec.Struct, frozen=True, order=True):
    """A named moment: after the fact ``seq``, at the replayed time ``at``."""

    seq: int
    at: datetime
    name: str


_decoder = msgspec.json.Decoder(dict[str, tuple[Bookmark, ...]])


class Bookmarks:
    """The bookmarks of one log. ``path`` None: they last as long as the replay."""

    def __init__(self, path: Path | None, log: str) -> None:
        """Raise BookmarkError when the file is there and cannot be read."""
        self._path = path
        self._log = log
        self._all = self._read()

    @property
    def marks(self) -> tuple[Bookmark, ...]:
        """Those of this log, the earliest first."""
        return self._all.get(self._log, ())

    def named(self, name: str) -> Bookmark | None:
        """Return the one of that name."""
        return next((mark for mark in self.marks if mark.name == name), None)

    def mark(self, name: str, seq: int, at: datetime) -> Bookmark:
        """Name a moment; an earlier one of the same name is replaced. Without a name it gets a number, once.

        Raises BookmarkError.
        """
        name = " ".join(name.split())[:NAME_LENGTH]
        here = next((mark for mark in self.marks if mark.seq == seq and _NUMBERED.fullmatch(mark.name)), None)
        if not name and here is not None:
            return here
        others = [mark for mark in self.marks if mark.name != name]
        if not name:
            name = self._free_name()
        if len(others) >= MOST:
            raise BookmarkError(f"there are {MOST} bookmarks already: forget one of them first")
        made = Bookmark(seq, at, name)
        self._write(tuple(sorted([*others, made])))
        return made

    def forget(self, name: str) -> None:
        """Forget a name. Raises BookmarkError when there is none."""
        if self.named(name) is None:
            raise BookmarkError(f"there is no bookmark {name!r}")
        self._write(tuple(mark for mark in self.marks if mark.name != name))

    def _free_name(self) -> str:
        names = {mark.name for mark in self.marks}
        return next(f"mark {count}" for count in range(1, MOST + 2) if f"mark {count}" not in names)

    def _read(self) -> dict[str, tuple[Bookmark, ...]]:
        if self._path is None:
            return {}
        try:
            return _decoder.decode(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            raise BookmarkError(
                f"the bookmarks in {self._path} cannot be read ({error}): mend the file or move it away"
            ) from error

    def _write(self, marks: tuple[Bookmark, ...]) -> None:
        now = {**self._read(), self._log: marks}  # read again: another replay may have written meanwhile
        if self._path is not None:
            beside = self._path.with_suffix(".writing")
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
                    file.write(msgspec.json.encode(now))
                beside.replace(self._path)
            except OSError as error:
                raise BookmarkError(f"the bookmark cannot be kept in {self._path}: {error.strerror}") from error
        self._all = now
