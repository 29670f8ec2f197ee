"""How many frames of one connection may wait for the disk. Who finds no place waits, and is not read meanwhile."""

import asyncio
from typing import Final

FRAMES_IN_FLIGHT: Final = 64
"""Frames of one connection that may wait for the disk; the hub reads no further ones until some are answered."""
FRAME_BYTES_IN_FLIGHT: Final = 32 * 1024 * 1024
"""Nor does it while the frames that are not answered hold so many bytes: one of the largest, or many small ones."""


class Places:
    """Room for the frames of one connection that are not answered; who finds none waits, and is not read meanwhile."""

    def __init__(self) -> None:
        self._frames = 0
        self._bytes = 0
        self._changed = asyncio.Event()

    async def take(self, size: int) -> None:
        """Wait for room for a frame of ``size`` bytes. One that is larger than all room is taken alone."""
        while self._frames and (self._frames >= FRAMES_IN_FLIGHT or self._bytes + size > FRAME_BYTES_IN_FLIGHT):
            self._changed.clear()
            await self._changed.wait()
        self._frames += 1
        self._bytes += size

    def give_back(self, size: int) -> None:
        """Say that a frame was answered."""
        self._frames -= 1
        self._bytes -= size
        self._changed.set()
