"""A terminal for tests: what a screen's connection is, without a screen. It applies deltas as a screen must."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

from tests.hub.running import RunningHub


class Shown:
    """What a terminal has of one view."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        self.total = -1
        self.seq = -1
        self.snapshots = 0
        self.deltas = 0
        self.error = ""

    def apply(self, frame: dict[str, Any]) -> None:
        if "error" in frame:
            self.error = frame["error"]
            return
        if not self.snapshots and "rows" not in frame:
            return  # of what stood under this number before
        assert frame["seq"] >= self.seq, "a view never goes back"
        self.seq, self.total = frame["seq"], frame["total"]
        if "rows" in frame:
            self.snapshots += 1
            self.rows = {row["key"]: row for row in frame["rows"]}
            self.order = list(self.rows)
            return
        self.deltas += 1
        self.rows |= frame.get("set", {})
        for key in frame.get("gone", ()):
            del self.rows[key]
        self.order = frame.get("order", self.order)
        assert set(self.order) == set(self.rows)

    @property
    def listed(self) -> list[dict[str, Any]]:
        """The rows as a screen would list them."""
        return [self.rows[key] for key in self.order]


class Terminal:
    """One connection to ``/v1/stream``."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.views: dict[int, Shown] = {}
        self.answers: dict[Any, dict[str, Any]] = {}
        self.errors: list[str] = []
        self.beats: list[dict[str, Any]] = []
        self.hello: dict[str, Any] = {}

    async def send(self, frame: Any) -> None:
        await self.socket.send(frame if isinstance(frame, str | bytes) else orjson.dumps(frame).decode())

    async def open(self, view: str, number: int = 1, **more: Any) -> Shown:
        """Ask for a view; return what is known of it, empty at first."""
        self.views[number] = Shown()
        await self.send({"open": view, "id": number, **more})
        return self.views[number]

    async def opened(self, view: str, number: int = 1, **more: Any) -> Shown:
        """Ask for a view and wait for its snapshot, or its error."""
        shown = await self.open(view, number, **more)
        await self.until(lambda: bool(shown.snapshots or shown.error))
        return shown

    async def read(self) -> dict[str, Any]:
        """Take in one frame and return it."""
        async with asyncio.timeout(30):
            frame: dict[str, Any] = orjson.loads(await self.socket.recv())
        if "view" in frame:
            if frame["view"] in self.views:
                self.views[frame["view"]].apply(frame)
        elif "done" in frame or "refused" in frame:
            self.answers[frame["done"] if "done" in frame else frame["refused"]] = frame
        elif "beat" in frame:
            self.beats.append(frame)
        elif "error" in frame:
            self.errors.append(frame["error"])
        else:
            self.hello = frame
        return frame

    async def until(self, wanted: Callable[[], Any]) -> None:
        """Read until something is so, within two minutes."""
        async with asyncio.timeout(120):
            while not wanted():
                await self.read()

    async def do(self, name: Any, number: Any = 1, **fields: Any) -> dict[str, Any]:
        """Give a command and return its answer."""
        self.answers.pop(number, None)
        await self.send({"do": name, "id": number, **fields})
        await self.until(lambda: number in self.answers)
        return self.answers[number]


@asynccontextmanager
async def terminal(hub: RunningHub, who: str = "jl") -> AsyncIterator[Terminal]:
    """Connect a terminal; its first frame is the hub's greeting."""
    url = f"{hub.url.replace('http', 'ws', 1)}/v1/stream?who={who}"
    async with connect(url, max_size=None, proxy=None, additional_headers=hub.headers, ssl=hub.tls) as socket:
        one = Terminal(socket)
        await one.read()
        yield one
