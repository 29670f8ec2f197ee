"""The witness: a small file beside the database that says how far the log had been acknowledged.

SQLite drops damaged frames at the end of its write-ahead log without a word, and with them batches that were
acknowledged. The witness is written after each commit and before its answer, in place and without a flush: it
survives the end of the process; after a loss of power it may be older than the log, but never newer than what was
acknowledged. So a log that ends before its witness has lost facts. A missing or unreadable witness loses none.
"""

import mmap
import os
import struct
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

_LAYOUT = struct.Struct(">8sQ16s")
_MAGIC = b"vakhead1"
_SEAL = 16
_SIZE = _LAYOUT.size + _SEAL
_TRIES = 3


class Head(Struct, frozen=True):
    """The last acknowledged sequence and the chain check there."""

    last: int
    check: bytes


def _sealed(head: Head) -> bytes:
    body = _LAYOUT.pack(_MAGIC, head.last, head.check)
    return body + blake2b(body, digest_size=_SEAL).digest()


def read_head(path: Path) -> Head | None:
    """Return the witness at ``path``, or None when it is missing or not readable as one."""
    for _ in range(_TRIES):  # a hub may be writing it at this very moment
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if len(data) != _SIZE:
            return None
        magic, last, check = _LAYOUT.unpack_from(data)
        head = Head(last, check)
        if magic == _MAGIC and _sealed(head) == data:
            return head
    return None


class HeadFile:
    """The witness, open for writing."""

    def __init__(self, path: Path) -> None:
        """Open or create it. Raises OSError."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._map: mmap.mmap | None = None
        try:
            if os.fstat(self._file).st_size > _SIZE:
                os.ftruncate(self._file, 0)
            # Its blocks are taken now: a store into a mapped hole on a full disk would kill the process.
            os.posix_fallocate(self._file, 0, _SIZE)
            self._map = mmap.mmap(self._file, _SIZE)
        except OSError:
            self._map = None  # written with a call each time, which may fail with a reason

    def write(self, head: Head) -> None:
        """Write it in place: a store into the page, without a system call where it is mapped. Raises OSError."""
        data = _sealed(head)
        if self._map is not None:
            self._map[:] = data
        elif os.pwrite(self._file, data, 0) != len(data):
            raise OSError("the witness was written only in part")

    def close(self) -> None:
        """Close it."""
        if self._map is not None:
            self._map.close()
            self._map = None
        os.close(self._file)
