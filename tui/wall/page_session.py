"""One looker at the page: a wall in a process of its own, whose picture goes to the browser. Only sizes come back.

The process is started without a shell, and ended in every case when the browser is gone.
"""

import asyncio
import contextlib
import os
from asyncio.subprocess import Process
from collections.abc import Sequence

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

LEAST = (20, 5)
MOST = (500, 200)
END_WITHIN = 5.0
"""Seconds that the wall may take to end before it is killed."""


def bounded(width: object, height: object) -> tuple[int, int]:
    """Return a size that a browser asked for within bounds; what is no number counts as 80 × 24."""
    asked = (width if isinstance(width, int) else 80, height if isinstance(height, int) else 24)
    return min(max(asked[0], LEAST[0]), MOST[0]), min(max(asked[1], LEAST[1]), MOST[1])


class PageSession(AppService):
    """``command``: the program and its arguments."""

    def __init__(self, command: Sequence[str], socket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        super().__init__(
            command[0],
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._close,
            download_manager=downloads,
        )
        self._arguments = tuple(command)
        self._socket = socket

    async def _close(self) -> None:
        await self._socket.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environment = self._build_environment(width, height) | {"TEXTUAL_FPS": "10", "PYTHONUNBUFFERED": "1"}
        self._process = process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={name: value for name, value in environment.items() if name not in ("NO_COLOR", "TEXTUAL_LOG")},
            cwd=os.getcwd(),
        )
        assert process.stdin is not None
        self._stdin = process.stdin
        return process

    async def send_bytes(self, data: bytes) -> bool:
        """Take no input: what is typed at the page goes nowhere."""
        return False

    async def end(self) -> None:
        """End the wall, gently, then by force."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(END_WITHIN):
                    await self.stop()
        finally:
            process = self._process
            if process is not None and process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
