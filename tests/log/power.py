"""A disk that a loss of power leaves: what a program did to its files is recorded (``disk.c``), and from the record
every state is rebuilt that a disk may be found in when the power went after some step.

What was flushed before stays. Of what came later each sector of a file holds any of the versions it had, its length is
any that it had, and each directory names what it named at any moment since it was flushed, apart from the others. That
is more than Linux file systems do to their users, and all that POSIX allows for writes.
"""

import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

import pytest

import feeds

_HEAD = struct.Struct("<cIIIqq")
_SOURCE = Path(__file__).parent / "disk.c"

Luck = Literal["none", "all"]
"""What became of all that was not flushed: nothing was written, or everything, as after the end of a process."""


@cache
def library() -> Path:
    """Return the compiled disk; the test is skipped where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler, on Linux")
    place = Path(mkdtemp(prefix="vaken-disk-")) / "disk.so"
    made = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(place), str(_SOURCE), "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"the disk does not compile here: {made.stderr[:300]}")
    return place


def environment(root: Path, trace: Path | None = None, orders: Path | None = None) -> dict[str, str]:
    """Return the variables under which a program has that disk below ``root``."""
    own = {"LD_PRELOAD": str(library()), "DISK_ROOT": str(root), "PYTHONPATH": str(Path(feeds.__file__).parent.parent)}
    own |= {"DISK_TRACE": str(trace)} if trace is not None else {}
    own |= {"DISK_ORDERS": str(orders)} if orders is not None else {}
    return os.environ | own


@dataclass(frozen=True)
class Step:
    """One recorded change. ``kind`` is the letter that ``disk.c`` gives it; a mark (A) says something in ``first``."""

    kind: str
    first: str
    second: str
    inode: int
    offset: int
    data: bytes


def steps(trace: Path) -> list[Step]:
    """Return what was recorded, in order."""
    raw = trace.read_bytes()
    found, at = [], 0
    while at < len(raw):
        kind, first, second, data, inode, offset = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        parts = [raw[at : at + first], raw[at + first : at + first + second]]
        at += first + second
        found.append(Step(kind.decode(), parts[0].decode(), parts[1].decode(), inode, offset, raw[at : at + data]))
        at += data
    return found


@dataclass
class _File:
    flushed: bytearray = field(default_factory=bytearray)
    later: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Writes (offset, bytes) and cuts (length, None) since it was flushed."""

    def flush(self) -> None:
        self.flushed = bytearray(self.found("all", random.Random(0), 512))
        self.later = []

    def found(self, luck: Luck | None, chance: random.Random, sector: int) -> bytes:
        """Return its bytes as they may be found; ``luck`` None: each sector for itself."""
        steps = len(self.later)
        upto: dict[int, int] = {}

        def written(place: int) -> int:
            if luck is not None:
                return steps if luck == "all" else 0
            if place not in upto:
                upto[place] = chance.randint(0, steps)
            return upto[place]

        content, length, lengths = bytearray(self.flushed), len(self.flushed), written(-1)
        for number, (offset, data) in enumerate(self.later):
            if data is None:
                if lengths > number:
                    length = offset
                    del content[offset:]
                continue
            if lengths > number:
                length = max(length, offset + len(data))
            if len(content) < offset + len(data):
                content.extend(bytes(offset + len(data) - len(content)))
            at = offset
            while at < offset + len(data):
                end = min((at // sector + 1) * sector, offset + len(data))
                if written(at // sector) > number:
                    content[at:end] = data[at - offset : end - offset]
                at = end
        content.extend(bytes(max(0, length - len(content))))
        return bytes(content[:length])


@dataclass
class _Folder:
    flushed: dict[str, "_File | _Folder"] = field(default_factory=dict)
    names: dict[str, "_File | _Folder"] = field(default_factory=dict)
    """As a program sees it now."""
    later: list[dict[str, "_File | _Folder"]] = field(default_factory=list)
    """As it was after each change since it was flushed."""

    def changed(self) -> None:
        self.later.append(dict(self.names))

    def flush(self) -> None:
        self.flushed, self.later = dict(self.names), []

    def found(self, luck: Luck | None, chance: random.Random) -> dict[str, "_File | _Folder"]:
        states = [self.flushed, *self.later]
        if luck is not None:
            return states[-1 if luck == "all" else 0]
        return chance.choice(states)


class Disk:
    """The disk below ``root`` after each step: ``play`` the steps, ``leave`` a state at any moment."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._top = _Folder()
        self._inodes: dict[int, _File] = {}

    def play(self, step: Step) -> None:
        """Take in one more step."""
        match step.kind:
            case "C":
                folder, name = self._place(step.first)
                folder.names[name] = self._inodes[step.inode] = _File()
                folder.changed()
            case "D":
                folder, name = self._place(step.first)
                folder.names[name] = _Folder()
                folder.changed()
            case "U":
                folder, name = self._place(step.first)
                del folder.names[name]
                folder.changed()
            case "R":
                (source, old), (target, new) = self._place(step.first), self._place(step.second)
                target.names[new] = source.names.pop(old)
                source.changed()
                if target is not source:
                    target.changed()
            case "W":
                self._inodes[step.inode].later.append((step.offset, step.data))
            case "T":
                self._inodes[step.inode].later.append((step.offset, None))
            case "F":
                if step.inode in self._inodes:  # others were there before and are not changed
                    self._inodes[step.inode].flush()
            case "G":
                flushed = self._folder(Path(step.first))
                if flushed is not None:
                    flushed.flush()

    def leave(self, place: Path, luck: Luck | None, chance: random.Random) -> None:
        """Write a state that the power may leave into ``place``."""
        sector = chance.choice((512, 4096))
        self._write(self._top, place, luck, chance, sector)

    def _write(self, folder: _Folder, place: Path, luck: Luck | None, chance: random.Random, sector: int) -> None:
        place.mkdir(exist_ok=True)
        for name, found in folder.found(luck, chance).items():
            if isinstance(found, _Folder):
                self._write(found, place / name, luck, chance, sector)
            elif name.endswith("-shm"):  # is mapped, never flushed, and made anew by who comes first
                (place / name).write_bytes(chance.randbytes(32_768) if luck is None else b"")
            else:
                (place / name).write_bytes(found.found(luck, chance, sector))

    def _folder(self, path: Path) -> _Folder | None:
        found: _File | _Folder | None = self._top
        try:
            parts: Sequence[str] = path.relative_to(self._root).parts
        except ValueError:
            return None
        for part in parts:
            found = found.names.get(part) if isinstance(found, _Folder) else None
        return found if isinstance(found, _Folder) else None

    def _place(self, path: str) -> tuple[_Folder, str]:
        folder = self._folder(Path(path).parent)
        assert folder is not None, f"a step outside the disk: {path}"
        return folder, Path(path).name


def moments(recorded: Sequence[Step], root: Path) -> Iterator[tuple[int, Disk, Step]]:
    """Yield the disk after each step, with the number of steps played and the last one."""
    disk = Disk(root)
    for number, step in enumerate(recorded, 1):
        disk.play(step)
        yield number, disk, step
