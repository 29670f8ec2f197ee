"""The witness: a small file beside the database that says how far the log had been acknowledged.

SQLite drops damaged frames at the end of its write-ahead log without a word, and with them batches that were
acknowledged. The witness is written after each commit and before its answer, in place and without a flush: it
survives the end of the process; after a loss of power it may be older than the log, but never newer than what was
acknowledged. So a log that ends before its witness has lost facts. A missing or unreadable witness loses none.
"""

import os
import struct
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

_LAYOUT = struct.Struct(">8sQ16s")
_MAGIC = b"vakhead1"
_SEAL = 16
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
        if len(data) != _LAYOUT.size + _SEAL:
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
        if os.fstat(self._file).st_size > _LAYOUT.size + _SEAL:
            os.ftruncate(self._file, 0)

    def write(self, head: Head) -> None:
        """Write it in place. Raises OSError."""
        data = _sealed(head)
        if os.pwrite(self._file, data, 0) != len(data):
            raise OSError("the witness was written only in part")

    def close(self) -> None:
        """Close it."""
        os.close(self._file)
