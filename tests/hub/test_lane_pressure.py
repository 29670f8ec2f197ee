"""The fast lane and senders that do not keep to turns: many requests at once, answers that nobody reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from feeds.hub.lane import plain
from tests.hub.running import RunningHub


def request(body: bytes) -> bytes:
    return b"POST /v1/alarms HTTP/1.1\r\nHost: hub\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def alarm(number: int) -> bytes:
    return orjson.dumps({"source": "pressure", "id": str(number), "managed_object": "pgw", "severity": "major"})


class Sender:
    """A connection of octets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, Any]:
        """Read one answer; return its status and decoded body."""
        async with asyncio.timeout(30):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].split()[0])
            return int(head.split()[1]), orjson.loads(await self.reader.readexactly(length))


@asynccontextmanager
async def sender(hub: RunningHub) -> AsyncIterator[Sender]:
    host, port = hub.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    yield Sender(reader, writer)
    writer.transport.abort()


@pytest.mark.parametrize("ending", [b"\n", b"\r"])
def test_a_head_with_another_end_of_line_is_not_for_the_lane(ending: bytes) -> None:
    head = b"POST /v1/alarms HTTP/1.1\r\nContent-Length: 5\r\nAccept: x" + ending + b"Transfer-Encoding: chunked"
    assert plain(head) is None


def test_a_header_without_a_colon_is_not_for_the_lane() -> None:
    assert plain(b"POST /v1/alarms HTTP/1.1\r\nContent-Length: 5\r\nHost") is None


@pytest.mark.parametrize("body", [b"[]", b"{"])
async def test_thousands_of_requests_at_once_are_answered_one_by_one(shared_hub: RunningHub, body: bytes) -> None:
    many = 5_000
    wanted = 200 if body == b"[]" else 400
    async with sender(shared_hub) as one:
        sending = asyncio.create_task(one.send(request(body) * many + request(alarm(1))))
        for _ in range(many):
            assert (await one.answer())[0] == wanted
        assert (await one.answer())[1]["accepted"] == 1
        await sending
        await one.send(request(alarm(2)))
        assert (await one.answer())[1]["accepted"] == 1
    assert "Traceback" not in shared_hub.errors()


async def test_answers_that_nobody_reads_do_not_pile_up(shared_hub: RunningHub) -> None:
    batch = request(b"{") * 10_000
    async with sender(shared_hub) as greedy:
        before = shared_hub.peak_bytes()
        sending = asyncio.create_task(greedy.send(batch * 40))
        # Everybody else is served while the hub takes of it what the kernel holds, and no more.
        for number in range(10, 200):
            assert (await shared_hub.post("/v1/alarms", alarm(number)))[0] == 200
        await asyncio.wait({sending}, timeout=3)
        assert not sending.done(), "the sender waits for its answers to be read"
        assert shared_hub.peak_bytes() - before < 32 * 1024 * 1024
        sending.cancel()
        await asyncio.wait({sending})


async def test_an_operator_ends_a_hub_with_a_feed_in_the_lane(hub: RunningHub) -> None:
    async with sender(hub) as one:
        await one.send(request(alarm(1)))
        assert (await one.answer())[0] == 200
        assert await asyncio.to_thread(hub.stop) == 0
        assert await one.reader.read() == b""
