"""Whether the hub can keep what it is sent: asked of the disk itself, and how full that is.

The hub listens only after the log is replayed; so what is left to ask is whether the log can grow. A small file is
written beside it and flushed. A disk that does not answer is not waited for: that is an answer too.
"""

import asyncio
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from msgspec import Struct

from feeds.log.snapshots import FOLDER as SNAPSHOTS

KEPT_SECONDS: Final = 2.0
"""For so long an answer is good: who asks more often asks no disk."""
WAIT_SECONDS: Final = 2.0
"""How long the disk may take."""
PROBE: Final = "ready.probe"
_PROBE_BYTES: Final = 4_096


class DiskSeen(Struct, frozen=True):
    """What was found. ``why`` it takes nothing (empty: it does), sizes in bytes, ``snapshot``: Unix time, NaN: none."""

    why: str = ""
    log_bytes: int = 0
    free_bytes: int = 0
    snapshot: float = math.nan


class Readiness:
    """Looks at the disk of one hub. ``degraded``: why the hub takes nothing, whatever the disk says."""

    def __init__(self, directory: Path, degraded: Callable[[], str], clock: Callable[[], float]) -> None:
        self._directory = directory
        self._degraded = degraded
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, "readiness")
        self._looking: asyncio.Future[DiskSeen] | None = None
        self._since = 0.0
        self._looked = -math.inf
        self.seen = DiskSeen()
        """What was found last."""

    async def why_not(self) -> str:
        """Return why nothing can be kept now, as a sentence; empty: all is well."""
        return self._degraded() or (await self.look()).why

    async def look(self) -> DiskSeen:
        """Return what the disk says, at most ``KEPT_SECONDS`` old."""
        now = self._clock()
        if self._looking is None and now - self._looked < KEPT_SECONDS:
            return self.seen
        if self._looking is None:
            self._since = now
            loop = asyncio.get_running_loop()
            self._looking = loop.run_in_executor(self._thread, look_at, self._directory)
        done, _ = await asyncio.wait([self._looking], timeout=WAIT_SECONDS)
        if done:
            self.seen, self._looked, self._looking = done.pop().result(), self._clock(), None
        elif self._looking is not None:
            waited = self._clock() - self._since
            self.seen = DiskSeen(f"the disk of {self._directory} has not answered for {waited:.0f} s: look at it")
        return self.seen

    def close(self) -> None:
        """Look no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def look_at(directory: Path) -> DiskSeen:
    """Return what the disk under a data directory says. Blocks on it."""
    log = directory / "log"
    why = ""
    try:
        probe = os.open(log / PROBE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            if os.write(probe, bytes(_PROBE_BYTES)) < _PROBE_BYTES:
                why = f"{log}: the disk is full: make room, see the runbook"
            os.fsync(probe)
        finally:
            os.close(probe)
        (log / PROBE).unlink(missing_ok=True)
    except OSError as error:
        why = f"{log}: cannot be written: {error.strerror or error}: see the runbook"
    try:
        space = os.statvfs(directory)
        free = space.f_bavail * space.f_frsize
        size = sum(one.stat().st_size for one in os.scandir(log) if one.is_file(follow_symlinks=False))
    except OSError:
        free, size = 0, 0  # why is said above
    return DiskSeen(why, size, free, _newest(directory / SNAPSHOTS))


def _newest(folder: Path) -> float:
    try:
        return max((one.stat().st_mtime for one in os.scandir(folder) if one.name.endswith(".snap")), default=math.nan)
    except OSError:
        return math.nan  # there is none yet
