"""Snapshots of the board: files beside the log, so that a restart replays only the tail.

A snapshot is worth what its checks say: a bad one, or one of another log, costs a longer replay and no fact. What is
in the payload is the writer's business. A snapshot belongs to a log when ``check_at(seq)`` of that log is ``check``.
The base of a pruned log is such a file too. It lies with the log, as nothing else tells what the pruned facts did.
"""

import os
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

from feeds.log.disk import flush, make_directory
from feeds.log.interface import LogError
from feeds.log.table import BASE, CHECK_BYTES, LOG_DIRECTORY

FOLDER = "snapshots"
KEPT = 2

_HEADER = struct.Struct(f">8sHQ{CHECK_BYTES}sQ")
"""Magic, version, sequence, chain check, length of the payload; then a BLAKE2b of header and payload; the payload."""
_MAGIC = b"vakboard"
_VERSION = 1
_SEAL = 32
_NAME = re.compile(r"board-(\d{1,19})\.snap")


class Snapshot(Struct, frozen=True):
    """A board after sequence ``seq`` of the log whose chain check there is ``check``."""

    seq: int
    check: bytes
    payload: bytes


def write(directory: Path, seq: int, check: bytes, payload: bytes) -> Path:
    """Write a snapshot into ``directory``'s ``snapshots/`` and return its path. It is there whole, or not at all.

    The newest two up to ``seq`` are kept. Raises LogError when the disk does not take it; the log is not concerned.
    """
    path = directory / FOLDER / f"board-{seq}.snap"
    _put(path, Snapshot(seq, check, payload))
    try:
        _tidy(path.parent, seq)
    except OSError as error:
        raise LogError(f"Old snapshots beside {path} could not be removed: {error.strerror}; look at them.") from error
    return path


def write_base(folder: Path, seq: int, check: bytes, payload: bytes) -> Path:
    """Write the board after the last fact that is to be pruned into the folder of a log. Raises LogError."""
    return _put(folder / BASE, Snapshot(seq, check, payload))


def _put(path: Path, snapshot: Snapshot) -> Path:
    """Write a snapshot beside its place, flush it and rename it. Raises LogError."""
    folder, payload = path.parent, snapshot.payload
    beside = path.with_suffix(".writing")
    header = _HEADER.pack(_MAGIC, _VERSION, snapshot.seq, snapshot.check, len(payload))
    try:
        make_directory(folder)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(header + _seal(header, payload))
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        flush(folder)
    except OSError as error:
        with suppress(OSError):  # the space it took is wanted back; where it stays, the next snapshot removes it
            beside.unlink()
        raise LogError(
            f"The snapshot {path} could not be written: {error.strerror}. No fact is lost, but the next start "
            "takes longer: look at the disk."
        ) from error
    return path


def newest(directory: Path, on_bad: Callable[[Path, str], None]) -> Iterator[Snapshot]:
    """Yield the good snapshots in ``directory``, the newest first, the base of a pruned log last.

    ``on_bad`` is told of each that is not good, and why.
    """
    base = directory / LOG_DIRECTORY / BASE
    places: list[tuple[int | None, Path]] = [*_found(directory / FOLDER)]
    if base.exists():
        places.append((None, base))
    for seq, path in places:
        snapshot = read(path, on_bad)
        if snapshot is None:
            continue
        if seq is not None and snapshot.seq != seq:
            on_bad(path, f"it is the snapshot of sequence {snapshot.seq} under another name")
            continue
        yield snapshot


def read(path: Path, on_bad: Callable[[Path, str], None]) -> Snapshot | None:
    """Return the snapshot in a file, or None where it is not good; ``on_bad`` is told why."""
    try:
        return _opened(path.read_bytes())
    except OSError as error:
        on_bad(path, f"it cannot be read: {error.strerror}")
    except ValueError as error:
        on_bad(path, str(error))
    return None


def set_aside(directory: Path, after: int, aside: Path) -> None:
    """Move the snapshots beyond sequence ``after`` into the folder ``aside``. Raises OSError."""
    for seq, path in _found(directory / FOLDER):
        if seq > after:
            path.replace(aside / path.name)


def _opened(data: bytes) -> Snapshot:
    """Return the snapshot in ``data``. Raises ValueError with what is wrong with it."""
    start = _HEADER.size + _SEAL
    if len(data) < start:
        raise ValueError("it is too short")
    magic, version, seq, check, length = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise ValueError("it is no snapshot of a board")
    if version != _VERSION:
        raise ValueError(f"it has format {version}, this program reads {_VERSION}")
    if len(data) - start != length:
        raise ValueError(f"it has {len(data) - start} of {length} bytes")
    payload = data[start:]
    if _seal(data[: _HEADER.size], payload) != data[_HEADER.size : start]:
        raise ValueError("its checksum does not match")
    return Snapshot(seq, check, payload)


def _seal(header: bytes, payload: bytes) -> bytes:
    digest = blake2b(header, digest_size=_SEAL)
    digest.update(payload)
    return digest.digest()


def _found(folder: Path) -> list[tuple[int, Path]]:
    """Return the snapshot files with their sequences, the newest first."""
    if not folder.is_dir():
        return []
    named = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted(((int(match[1]), path) for match, path in named if match), reverse=True)


def _tidy(folder: Path, seq: int) -> None:
    """Remove what is older than the newest two up to ``seq``, and what a killed writer left."""
    for _, path in [found for found in _found(folder) if found[0] <= seq][KEPT:]:
        path.unlink(missing_ok=True)
    for path in folder.glob("*.writing"):
        path.unlink(missing_ok=True)
