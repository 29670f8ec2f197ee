"""One WebSocket connection: hearing a frame within limits, and saying in a sentence why a connection ended."""

from __future__ import annotations

import asyncio
import os
import ssl
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

SAID_LENGTH = 300
"""Characters of a refusal that are shown."""


class _Refusal(Struct, frozen=True):
    error: str = ""


class LineDead(Exception):
    """Nothing, or nothing whole, came for too long."""


class Line(ClientConnection):
    """A connection that knows when its last byte came: a long frame over a slow line is not silence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._byte_at = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Take bytes from the transport."""
        self._byte_at = self.loop.time()
        super().data_received(data)

    async def hear(self, silence: float, long_frame: float) -> str | bytes:
        """Return the next frame.

        Raises LineDead when no byte came for ``silence`` seconds or no whole frame for ``long_frame`` seconds, and
        ConnectionClosed when the connection has ended.
        """
        begin = self.loop.time()
        # Bytes that came while nobody listened prove nothing about now, and their absence neither.
        self._byte_at = max(self._byte_at, begin)
        while True:
            until = min(self._byte_at + silence, begin + long_frame)
            try:
                async with asyncio.timeout_at(until):
                    return await self.recv()
            except TimeoutError:
                now = self.loop.time()
                if now >= begin + long_frame:
                    raise LineDead(f"no whole frame from the hub for {long_frame:g} s") from None
                if now >= self._byte_at + silence:
                    raise LineDead(f"no word from the hub for {silence:g} s") from None


def explain(error: Exception, address: str) -> str:
    """Return a sentence on why there is no connection to ``address``, without credentials that may stand in it."""
    place = urlsplit(address).netloc.rpartition("@")[2]
    match error:
        case ConnectionClosed(sent=frame, rcvd_then_sent=False) if frame is not None and frame.code != 1000:
            return f"the connection was given up ({int(frame.code)}: {frame.reason})"
        case ConnectionClosed(rcvd=frame) if frame is not None:
            reason = f": {frame.reason}" if frame.reason else ""
            return f"the hub closed the connection ({int(frame.code)}{reason})"
        case ConnectionClosed():
            return "the connection broke off"
        case InvalidStatus():
            said = _said(error.response.body or b"")
            return said or f"{place} answered HTTP {error.response.status_code} instead of a stream"
        case WebSocketException():
            return f"what answers at {place} does not speak vaken's stream"
        case LineDead():
            return str(error)
        case ConnectionRefusedError():
            return f"nothing listens at {place}"
        case TimeoutError():
            return f"no answer from {place}"
        case ssl.SSLCertVerificationError():
            return f"{place} is not believed to be the hub: {error.verify_message}; is its CA given?"
        case ssl.SSLError():
            return f"{place} does not speak TLS as this program does ({error.reason or 'the handshake failed'})"
        case OSError(errno=number) if number is not None:
            return f"no way to {place}: {os.strerror(number) if number > 0 else error.strerror}"
        case _:
            return f"no way to {place}: {error}"


def _said(body: bytes | bytearray) -> str:
    """Return why a hub refused the connection, in its own words; empty where it says nothing."""
    try:
        said = msgspec.json.decode(body, type=_Refusal).error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""
    return "".join(char if char.isprintable() else " " for char in said[:SAID_LENGTH])
