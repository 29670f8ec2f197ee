"""Senders that take for ever: over the fast lane, in bodies, in WebSocket fragments. Each is given up in the end."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer

import feeds.hub.after_lane
import feeds.hub.lane
import feeds.hub.reading_bodies
from feeds.hub.access.gate import Gate
from feeds.hub.connections import REQUEST_SECONDS, Crowd, body_seconds
from feeds.hub.ingest import Door
from feeds.hub.lane import FrontServer
from feeds.hub.reading_bodies import TooLarge, TooSlow, read_body
from tests.hub.running import RunningHub

GIVEN_UP = web.AppKey("given_up", list[int])
DRIPS = 0.005
"""Seconds between two octets of a sender that drips: it ends when the other side does."""


async def until_closed(port: int, head: bytes, drip: bytes) -> bytes:
    """Send a head, then octets one by one until the other side closes; return what it said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    answer = asyncio.create_task(reader.read())
    try:
        async with asyncio.timeout(30):
            while not answer.done():
                writer.write(drip)
                await asyncio.wait([answer], timeout=DRIPS)
        return answer.result()
    except ConnectionError:
        return b""
    finally:
        answer.cancel()
        writer.close()


@pytest.mark.parametrize(
    "head", [b"P", b"POST /v1/alarms HTTP/1.1\r\nHost: h\r\nUser-Agent: "], ids=["from the first octet", "in a header"]
)
async def test_a_head_that_drips_into_the_lane_ends(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    monkeypatch.setattr(feeds.hub.lane, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(feeds.hub.lane, "HEAD", b"P" * 100_000 if head == b"P" else feeds.hub.lane.HEAD)

    async def nobody(_request: web.BaseRequest) -> web.Response:
        raise AssertionError("nothing came to an end")

    front = FrontServer(cast(Door, None), cast(Gate, None), web.Server(nobody))
    port = await front.start("127.0.0.1", 0)
    assert await until_closed(port, head, b"P" if head == b"P" else b"x") == b""
    front.stop()


async def test_one_connection_too_many_is_told_to_come_back() -> None:
    class Counts:
        def count_refusal(self, status: int) -> None:
            counted.append(status)

    counted: list[int] = []

    async def nobody(_request: web.BaseRequest) -> web.Response:
        raise AssertionError("nobody asks")

    told: list[str] = []
    crowd = Crowd(0, lambda _text, event: told.append(event))
    front = FrontServer(cast(Door, Counts()), cast(Gate, None), web.Server(nobody), crowd)
    port = await front.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 1\r\n" in answer
    assert counted == [503]
    assert told == ["connections.crowd"]
    writer.close()
    front.stop()


PLAIN_HEAD = b"POST /v1/alarms HTTP/1.1\r\nHost: h\r\n"


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize(
    "begin",
    [(b"",), (b"P",), (b"GET /hea",), (PLAIN_HEAD,), (b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"GET / HT")],
    ids=["nothing", "one octet", "not for the lane", "for the lane", "the second one"],
)
async def test_a_head_that_stops_half_way_is_given_up_soon(
    monkeypatch: pytest.MonkeyPatch, begin: tuple[bytes, ...], tls: bool
) -> None:
    monkeypatch.setattr(feeds.hub.lane, "HEAD_SECONDS", 0.3 if tls else 0.05)
    monkeypatch.setattr(feeds.hub.after_lane, "HEAD_SECONDS", 0.05)

    async def served(_request: web.BaseRequest) -> web.Response:
        return web.Response(text="served")

    crowd = Crowd(100)
    server = web.Server(served)
    front = FrontServer(cast(Door, None), cast(Gate, None), server, crowd)
    context = theirs = None
    if tls:
        context, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
        authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA).configure_cert(context)
        authority.configure_trust(theirs)
    port = await front.start("127.0.0.1", 0, context)
    # Who opens a TLS port and does not even begin the handshake is given up as well.
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=theirs if begin[0] else None)
    async with asyncio.timeout(20):
        for whole in begin[:-1]:
            writer.write(whole)
            assert (await reader.readuntil(b"served")).startswith(b"HTTP/1.1 200 ")
        writer.write(begin[-1])
        assert await reader.read() == b""
    writer.close()
    async with asyncio.timeout(20):
        while crowd.open:  # noqa: ASYNC110 - it says nothing of it
            await asyncio.sleep(0)
    front.stop()
    await server.shutdown()


def test_no_address_has_more_than_half_of_the_connections_and_it_is_said_once_a_minute() -> None:
    told: list[str] = []
    time = 0.0
    crowd = Crowd(10, lambda text, _event: told.append(text), lambda address: address == "proxy", lambda: time)
    assert [crowd.come("a") for _ in range(7)] == [False] * 5 + [True] * 2
    assert not crowd.come("b"), "the others are let in"
    assert len(told) == 1
    assert "5 connections from a are open" in told[0]
    for _ in range(2):
        crowd.go("a")
    assert not crowd.come("proxy")
    assert [crowd.come("proxy") for _ in range(4)] == [False] * 3 + [True], "who is exempt shares what there is"
    assert len(told) == 1
    time = 61.0
    assert crowd.come("c")
    assert "10 connections are open" in told[1]
    assert "(2 since the last line)" in told[1]
    for address, count in (("a", 5), ("b", 1), ("proxy", 5), ("c", 1)):
        for _ in range(count):
            crowd.go(address)
    assert crowd.open == 0
    assert not crowd.come("a")


@pytest.fixture
async def taking(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TestServer]:
    """A server that takes bodies as the hub does, with less patience."""
    monkeypatch.setattr(feeds.hub.reading_bodies, "body_seconds", lambda size: 0.1 + size / 1e9)

    async def take(request: web.Request) -> web.Response:
        try:
            return web.Response(text=str(len(await read_body(request, 1 << 20))))
        except (TooSlow, TooLarge) as error:
            request.app[GIVEN_UP].append(error.status)
            return web.Response(status=error.status, text=error.message)

    app = web.Application(client_max_size=0)
    app[GIVEN_UP] = []
    app.router.add_post("/", take)
    server = TestServer(app)
    await server.start_server(lingering_time=0.1)
    yield server
    await server.close()


@pytest.mark.parametrize(
    ("head", "drip"),
    [
        (b"Content-Length: 1000\r\n\r\n", b"x"),
        (b"Content-Length: 1000000\r\n\r\n", b"x"),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["short", "long", "chunked"],
)
async def test_a_body_that_drips_is_given_up(taking: TestServer, head: bytes, drip: bytes) -> None:
    assert taking.port is not None
    start = b"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
    answer = await until_closed(taking.port, start + head, drip)
    # Who goes on sending after the answer may see the connection reset in place of it.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408 "), answer
    assert taking.app[GIVEN_UP] == [408]


def test_a_large_body_over_a_thin_line_has_the_time_it_needs() -> None:
    assert body_seconds(0) == REQUEST_SECONDS
    assert body_seconds(32 << 20) > 1_800


def frame(code: int, payload: bytes, *, final: bool = True, length: int | None = None) -> bytes:
    """Return a masked WebSocket frame (RFC 6455, 5.2), which may lie about its length."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | code])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += b"\xfe" + struct.pack(">H", size)
    else:
        head += b"\xff" + struct.pack(">Q", size)
    return head + bytes(4) + payload


async def upgraded(hub: RunningHub, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = hub.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n".encode()
        + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head
    return reader, writer


FRAMES: dict[str, bytes] = {
    "a length of 2^63": frame(1, b"{", length=1 << 63),
    "a length beyond the limit": frame(1, b"{", length=1 << 40),
    "reserved bits": b"\xf1\x80" + bytes(4),
    "an unknown code": frame(3, b""),
    "a ping of 126 octets": frame(9, b"x" * 126),
    "a ping in fragments": frame(9, b"x", final=False),
    "a text within a text": frame(1, b"{", final=False) + frame(1, b"}"),
    "a goodbye with a code that is none": frame(8, b"\x00\x01"),
    "a goodbye of one octet": frame(8, b"\x03"),
    "a goodbye that is no text": frame(8, b"\x03\xe8\xff\xff"),
    "a short length in the long form": b"\x81\xfe\x00\x05" + bytes(4) + b"hello" + frame(8, b""),
    "compressed though nobody agreed": b"\xc1\x85" + bytes(4) + b"hello",
    "fragments without end": frame(1, b"x" * 60_000, final=False) + frame(0, b"x" * 60_000, final=False) * 700,
}


@pytest.mark.parametrize("path", ["/v1/stream", "/v1/ingest"])
@pytest.mark.parametrize("name", FRAMES)
async def test_frames_that_break_the_protocol_end_the_socket(shared_hub: RunningHub, path: str, name: str) -> None:
    reader, writer = await upgraded(shared_hub, path)
    try:
        async with asyncio.timeout(20):
            writer.write(FRAMES[name])
            while await reader.read(1 << 16):
                continue
    except ConnectionError:
        pass
    finally:
        writer.close()
    assert (await shared_hub.get("/readyz"))[0] == 200
    assert shared_hub.peak_bytes() < 400 << 20
    assert "Traceback" not in shared_hub.errors()


@pytest.mark.parametrize(
    "text",
    [b"\xff\xfe", b"[" * 100_000, b'{"open":"alarms","id":1e999}', b'{"open":7}', b'{"do":[],"id":{}}', b"null", b""],
)
async def test_messages_that_mean_nothing_are_answered_and_the_socket_lives_on(
    shared_hub: RunningHub, text: bytes
) -> None:
    reader, writer = await upgraded(shared_hub, "/v1/stream")
    writer.write(frame(1, text) + frame(1, b'{"open":"feeds","id":77}'))
    got = b""
    async with asyncio.timeout(20):
        while b'"view":77' not in got:
            part: Any = await reader.read(1 << 16)
            assert part, got
            got += part
    assert b'"error"' in got or b'"refused"' in got
    writer.close()
