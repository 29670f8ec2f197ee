"""The lock that lets one hub at a time write in a data directory. It dies with its process: none is ever left over."""

import contextlib
import errno
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from feeds.log.disk import make_directory
from feeds.log.interface import LogError, LogLocked

LOCK_FILE = "hub.lock"


class DirectoryLock:
    """An exclusive ``flock`` on ``hub.lock``; who holds it is written inside for people to read.

    It holds between users, and between containers that share the directory; there the machine's name tells them apart.
    """

    def __init__(self, directory: Path) -> None:
        """Take the lock of ``directory``, which is created (mode 0700) when it is missing.

        Raises LogLocked when another process, or another log of this process, holds it, and LogError when the
        directory cannot be used.
        """
        path = directory / LOCK_FILE
        try:
            make_directory(directory)
            self._file = _opened(path)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            do = "make room on its disk" if full else "give it to the user that the hub runs as"
            raise LogError(
                f"The data directory {directory} cannot be used: {error.strerror} ({error.filename}); "
                f"{do}, or choose another one."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(OSError):  # a full or read-only disk: who holds it is not told, it is held
                os.ftruncate(self._file, 0)
                os.pwrite(self._file, f"{os.getpid()} on {os.uname().nodename}\n".encode(), 0)
        except BlockingIOError as error:
            holder = os.pread(self._file, 128, 0).decode("ascii", "replace").strip()
            os.close(self._file)
            raise LogLocked(
                f"The data directory {directory} is held by another hub, process {holder or 'unknown'}: "
                "stop that one first, or give this one another directory."
            ) from error
        except OSError as error:
            os.close(self._file)
            raise LogError(f"The lock {path} cannot be taken: {error.strerror}; look at the disk it is on.") from error
        self._held = True

    def release(self) -> None:
        """Let the directory go. May be called again. The file stays: removing it would let two hubs hold two locks."""
        if self._held:
            self._held = False
            os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _opened(path: Path) -> int:
    """Return the lock file, opened. One that may only be read is locked as well: its log is served. Raises OSError."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT):
            raise
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            raise error from None
