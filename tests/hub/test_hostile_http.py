"""What no well-meaning sender sends, over real sockets: it is refused, costs little, and the next one is served."""

import asyncio
import zlib
from collections.abc import Iterable

import orjson
import pytest

from feeds.hub.connections import most_connections
from tests.hub.running import RunningHub

PATHS = (
    *("/v1/alarms", "/v1/cases", "/v1/ranges", "/v1/customers", "/v1/objects", "/hooks/alertmanager"),
    *("/api/v2/alerts", "/hooks/zammad", "/v1/inventory/ranges", "/v1/commands/declare"),
)
AROUND_LANE = (b"", b"X-Other: 1\r\n")
"""The fast lane takes the plain head, aiohttp the other."""

BODIES = {
    "deep array": b"[" * 500_000,
    "deep object": b'{"a":' * 100_000,
    "deep and closed": b"[" * 2_000 + b"]" * 2_000,
    "a number of 100,000 digits": b'{"source":"x","managed_object":"y","severity":' + b"9" * 100_000 + b"}",
    "NaN": b'{"source":NaN}',
    "Infinity": b"[-Infinity]",
    "beyond all numbers": b'{"source":"x","managed_object":"y","severity":"major","id":1e999}',
    "half a character, escaped": b'{"source":"x","managed_object":"\\ud800","severity":"major"}',
    "half a character, raw": b'{"source":"x","managed_object":"a\xed\xa0\x80","severity":"major"}',
    "the year 1 west of here": (
        b'{"source":"x","managed_object":"y","severity":"major","time":"0001-01-01T00:00:00+23:59"}'
    ),
    "the year 9999 east of here": (
        b'{"source":"x","managed_object":"y","severity":"major","time":"9999-12-31T23:59:59-23:59"}'
    ),
    "a time without end": b'{"source":"x","managed_object":"y","severity":"major","time":1e300}',
    "a scalar": b"7",
    "null": b"null",
    "nothing": b"",
    "a byte order mark": b"\xef\xbb\xbf{}",
}


async def said(hub: RunningHub, pieces: Iterable[bytes]) -> bytes:
    """Send octets; return all that comes back until the hub closes (20 s at the most)."""
    host, _, port = hub.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def request(path: str, body: bytes = b"", headers: bytes = b"", method: str = "POST") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n".encode()
    return head + b"Connection: close\r\n" + headers + b"\r\n" + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


async def still_well(hub: RunningHub) -> None:
    assert (await hub.get("/readyz"))[0] == 200
    assert "Traceback" not in hub.errors()


@pytest.mark.parametrize("path", PATHS)
async def test_bodies_that_mean_harm_are_refused_everywhere(shared_hub: RunningHub, path: str) -> None:
    for name, body in BODIES.items():
        for headers in AROUND_LANE:
            code = status(await said(shared_hub, [request(path, body, headers)]))
            assert 400 <= code < 500, (name, code)
    # The lane answers on its own: the same bodies, with a plain head.
    for name, body in BODIES.items() if path == "/v1/alarms" else ():
        plain = f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        end = b"POST /v1/alarms HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]"
        if len(plain) < 60_000:
            assert 400 <= status(await said(shared_hub, [plain, end])) < 500, name
    await still_well(shared_hub)


async def test_the_last_of_two_equal_keys_counts_in_every_way_in(shared_hub: RunningHub) -> None:
    twice = b'{"source":"a","source":"b","managed_object":"twice","severity":"major","id":"dup"}'
    for headers in AROUND_LANE:
        assert status(await said(shared_hub, [request("/v1/alarms", twice, headers)])) == 200
    (row,) = await shared_hub.rows("alarms", "&filter=managed_object:twice")
    assert row["source"] == "b"


def _bomb(window: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(40)), packer.flush()])


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", _bomb(31)),
        ("deflate", _bomb(15)),
        ("deflate", _bomb(-15)),
        ("br", b"\xff" * 1_000),
        ("zstd", b"\x28\xb5\x2f\xfd" + b"\xff" * 1_000),
        ("gzip, gzip", _bomb(31)),
        ("nonsense", b"\xff" * 1_000),
        ("gzip", b"\x1f\x8b"),
        ("deflate", b"\xff\xff"),
    ],
    ids=["gzip", "zlib", "raw deflate", "brotli", "zstandard", "twice", "unknown", "gzip cut off", "no deflate"],
)
async def test_a_bomb_in_any_coding_is_refused_and_takes_no_memory(
    shared_hub: RunningHub, coding: str, body: bytes
) -> None:
    for path in ("/v1/alarms", "/v1/inventory/ranges", "/healthz"):
        answer = await said(shared_hub, [request(path, body, f"Content-Encoding: {coding}\r\n".encode())])
        assert 400 <= status(answer) < 500, answer[:200]
    assert shared_hub.peak_bytes() < 400 << 20
    await still_well(shared_hub)


HOST = b"Host: 127.0.0.1\r\n"
CHUNKED = b"POST /v1/alarms HTTP/1.1\r\n" + HOST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
FRAMINGS = {
    "length and chunks": b"POST /v1/alarms HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk size that is none": CHUNKED + b"ZZ\r\n{}\r\n0\r\n\r\n",
    "a chunk size beyond 64 bits": CHUNKED + b"F" * 18 + b"\r\n{}",
    "a negative chunk size": CHUNKED + b"-1\r\n{}",
    "an endless chunk extension": CHUNKED + b"2;" + b"a" * 200_000 + b"\r\n{}\r\n0\r\n\r\n",
    "endless trailers": CHUNKED + b"2\r\n[]\r\n0\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
    "a negative length": b"POST /v1/alarms HTTP/1.1\r\n" + HOST + b"Content-Length: -5\r\n\r\n",
    "a length with a sign": b"POST /v1/alarms HTTP/1.1\r\n" + HOST + b"Content-Length: +5\r\n\r\nhello",
    "two lengths": b"POST /v1/alarms HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[] ",
    "a length beyond all": b"POST /v1/alarms HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n[]",
    "a length in other digits": b"POST /v1/alarms HTTP/1.1\r\n" + HOST + b"Content-Length: \xd9\xa2\r\n\r\n[]",
    "a header of 100 KB": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    "100,000 headers": b"GET /healthz HTTP/1.1\r\n"
    + HOST
    + b"".join(b"X%d: a\r\n" % at for at in range(100_000))
    + b"\r\n",
    "an address of 100 KB": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\n" + HOST + b"Host: other\r\n\r\n",
    "every octet": bytes(range(256)) * 10 + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a NUL in a header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
    "a folded header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n",
    "a space before the colon": b"GET /healthz HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
    "an address that is none": b"GET http://[::1/healthz HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("name", FRAMINGS)
async def test_what_is_no_http_is_refused_and_the_connection_ends(shared_hub: RunningHub, name: str) -> None:
    answer = await said(shared_hub, [FRAMINGS[name]])
    assert answer == b"" or 400 <= status(answer) < 500, answer[:200]
    await still_well(shared_hub)


SECRET = b"Zq7hT2mXw9Rk4Lp8Vb3Ns6Yd1Fg5Jc0Ae2Uo7Iw9"
TOKEN = b"vk_k3v9x1ab_" + SECRET
TELLING = {
    "a control character behind it": b"GET /healthz HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + TOKEN + b"\x01",
    "a space before the colon": b"GET /healthz HTTP/1.1\r\n" + HOST + b"Authorization : Bearer " + TOKEN,
    "a line that is too long": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + TOKEN + b" " + b"a" * 9_000,
    "an address that is too long": b"GET /healthz?t=" + TOKEN + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST,
    "another version": b"GET /healthz?t=" + TOKEN + b" HTTP/9.9\r\n" + HOST,
    "no version": b"GET /healthz?t=" + TOKEN + b" HTTX/1.1\r\n" + HOST,
    "it stands as the method": TOKEN + b" /healthz HTTP/1.1\r\n" + HOST,
    "two of them": b"POST /v1/alarms HTTP/1.1\r\n" + HOST + b"Host: " + TOKEN,
    "a length that is none": b"POST /v1/alarms HTTP/1.1\r\n" + HOST + b"Content-Length: " + TOKEN,
    "a key that is none": b"GET /v1/stream HTTP/1.1\r\n" + HOST + b"Sec-WebSocket-Key1: " + TOKEN,
    "a chunk": CHUNKED + TOKEN + b"\r\n",
}


@pytest.mark.parametrize("name", TELLING)
async def test_an_answer_to_what_is_no_http_repeats_nothing_of_it(shared_hub: RunningHub, name: str) -> None:
    answer = await said(shared_hub, [TELLING[name] + b"\r\n\r\n"])
    assert status(answer) == 400
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/json" in head
    assert orjson.loads(body)["error"]
    for piece in (TOKEN, SECRET[:10], SECRET[-10:], b"k3v9x1ab"):
        assert piece not in answer
        assert piece.decode() not in shared_hub.errors()


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "nonsense"])
@pytest.mark.parametrize("path", ["/v1/alarms", "/v1/inventory/ranges", "/v1/commands/ack"])
async def test_a_coding_that_is_not_read_is_refused_with_those_that_are(
    shared_hub: RunningHub, path: str, coding: str
) -> None:
    headers = f"Content-Encoding: {coding}\r\nContent-Type: text/csv\r\n".encode()
    answer = await said(shared_hub, [request(path, b"[]", headers)])
    assert status(answer) == 415
    assert b"use gzip or deflate" in answer
    assert b"nstall" not in answer


async def test_a_body_that_says_it_is_not_compressed_is_taken(shared_hub: RunningHub) -> None:
    assert status(await said(shared_hub, [request("/v1/alarms", b"[]", b"Content-Encoding: identity\r\n")])) == 200


async def test_nonsense_by_the_thousand_does_not_fill_the_journal(hub: RunningHub) -> None:
    for _ in range(50):
        await said(hub, [FRAMINGS["two hosts"]])
    assert hub.errors().count("request.malformed") == 1
    assert await hub.metric('vaken_refused_total{status="400"}') == 50


@pytest.mark.parametrize(
    "query",
    ["filter=%ff%00%1b", "sort=%00", "of=%ed%a0%80", f"first={'9' * 4_000}", "limit=-1", f"filter={'%28' * 2_000}"],
)
async def test_any_query_gets_an_answer(shared_hub: RunningHub, query: str) -> None:
    for view in ("alarms", "facts", "impact", "ribbon", "readings", "timeline", "deliveries"):
        code = status(await said(shared_hub, [request(f"/v1/{view}?{query}", method="GET")]))
        assert code in (200, 422), (view, code)
    await still_well(shared_hub)


async def test_a_thousand_requests_in_one_piece_are_all_answered(shared_hub: RunningHub) -> None:
    one = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    answer = await said(shared_hub, [one * 1_000 + request("/healthz", method="GET")])
    assert answer.count(b"HTTP/1.1 200") == 1_001


def test_connections_leave_descriptors_for_the_log() -> None:
    assert 0 < most_connections() <= 4_096
