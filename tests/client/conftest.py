"""A hub that says what a test tells it to, on a real socket, and a client with short time limits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve

from feeds.client import HubClient, Notice, Pace

FAST = Pace(silence=30, connect=5, goodbye=0.5, first_delay=0.01, last_delay=0.05, calm=60)
NOON = "2026-03-01T12:00:00Z"


class Peer:
    """The hub's end of one connection."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket

    async def heard(self) -> dict[str, Any]:
        """The next message of the client."""
        async with asyncio.timeout(10):
            message = await self.socket.recv()
        assert isinstance(message, str), "the stream is text"
        found: dict[str, Any] = json.loads(message)
        return found

    async def say(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def hello(self, instance: str = "aa11", seq: int = 100, **more: Any) -> None:
        await self.say(hub="vaken 0.1.0", instance=instance, at=NOON, seq=seq, degraded="", **more)

    async def drop(self) -> None:
        """Break the connection off without a word."""
        self.socket.transport.abort()
        await self.socket.wait_closed()


class ScriptedHub:
    """A server that hands each connection to the test."""

    def __init__(self) -> None:
        self._server: Server | None = None
        self._peers: asyncio.Queue[Peer] = asyncio.Queue()
        self._port = 0
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        self._server = await serve(self._handle, "127.0.0.1", self._port, ping_interval=None, close_timeout=0.5)
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _handle(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.paths.append(socket.request.path)
        await self._peers.put(Peer(socket))
        await socket.wait_closed()

    async def peer(self) -> Peer:
        """The next connection."""
        async with asyncio.timeout(10):
            return await self._peers.get()

    async def greeted(self, **hello: Any) -> Peer:
        """The next connection, after the hub's first frame."""
        peer = await self.peer()
        await peer.hello(**hello)
        return peer


class Watched:
    """A client, and a way to wait for what it tells."""

    def __init__(self, client: HubClient) -> None:
        self.client = client
        self.notices: list[Notice] = []
        self._loop = asyncio.get_running_loop()
        self._told = asyncio.Event()
        client.notify = self._notify

    def _notify(self, notice: Notice) -> None:
        self.notices.append(notice)
        self._loop.call_soon_threadsafe(self._told.set)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until ``holds``; looked at after each notice."""
        async with asyncio.timeout(10):
            while not holds():
                await self._told.wait()
                self._told.clear()


@pytest.fixture
async def hub() -> AsyncIterator[ScriptedHub]:
    scripted = ScriptedHub()
    await scripted.start()
    yield scripted
    await scripted.stop()


@asynccontextmanager
async def following(url: str, pace: Pace = FAST, **options: Any) -> AsyncIterator[Watched]:
    """A started client that is stopped at the end."""
    client = HubClient(url, "jl", pace=pace, **options)
    watched = Watched(client)
    client.start()
    try:
        yield watched
    finally:
        await asyncio.to_thread(client.stop)


@pytest.fixture
def follow() -> Callable[..., Any]:
    return following


@pytest.fixture
async def watched(hub: ScriptedHub) -> AsyncIterator[Watched]:
    async with following(hub.url) as client:
        yield client
