"""Terminals in numbers, terminals that read nothing, and feeds that flood: nobody pays for another one."""

import asyncio
import socket
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.hub.running import RunningHub
from tests.hub.terminal import Shown, terminal

TERMINALS = 60
MANY_ROWS = 2_000


@pytest.fixture(scope="module")
def hub_config() -> str:
    return f"[limits]\nstalled_seconds = 2.0\nterminals = {TERMINALS + 1}\nqueue_facts = 20000\n"


def alarm(number: int | str, source: str, **more: Any) -> dict[str, Any]:
    return {"source": source, "id": str(number), "managed_object": "pgw-1", "severity": "major", **more}


def has_all(shown: Shown) -> bool:
    return shown.total == 20


def shows(shown: Shown, text: str) -> bool:
    return any(row["text"].startswith(text) for row in shown.rows.values())


def resident(hub: RunningHub) -> int:
    """Return what the hub's process holds now, bytes."""
    assert hub.process is not None
    with open(f"/proc/{hub.process.pid}/statm") as figures:
        return int(figures.read().split()[1]) * 4096


async def test_sixty_terminals_see_the_same_and_one_too_many_is_told_so(shared_hub: RunningHub) -> None:
    async with AsyncExitStack() as stack:
        ones = [await stack.enter_async_context(terminal(shared_hub, f"p{n}")) for n in range(TERMINALS)]
        shown = [await one.open("alarms", filter="source:sixty") for one in ones]
        for number in range(20):
            assert (await shared_hub.post("/v1/alarms", alarm(number, "sixty")))[0] == 200
        for one, its in zip(ones, shown, strict=True):
            await one.until(partial(has_all, its))
        assert {tuple(sorted(its.rows)) for its in shown} == {tuple(sorted(f"sixty/{n}" for n in range(20)))}
        async with terminal(shared_hub):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{shared_hub.url.replace('http', 'ws')}/v1/stream", proxy=None)
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["Retry-After"]


async def test_a_terminal_may_not_have_more_rows_open_than_are_remembered(shared_hub: RunningHub) -> None:
    async with terminal(shared_hub) as one:
        for number in range(4):
            await one.opened("alarms", number, window=[0, 10_000])
        assert "no more than 40,000 rows" in (await one.opened("alarms", 9, window=[0, 1])).error
        await one.send({"close": 0})
        assert not (await one.opened("alarms", 9, window=[0, 60])).error


async def mute_terminal(hub: RunningHub, views: int) -> socket.socket:
    """Return a connection that asks for views as a terminal does and reads none of them."""
    host, port = hub.url.removeprefix("http://").split(":")
    mute = socket.socket()
    mute.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    mute.connect((host, int(port)))
    mute.sendall(
        f"GET /v1/stream?who=mute HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    for number in range(views):
        asked = orjson.dumps({"open": "alarms", "id": number, "filter": "source:mute", "window": [0, MANY_ROWS]})
        mute.sendall(bytes([0x81, 0xFE]) + len(asked).to_bytes(2, "big") + bytes(4) + asked)
    return mute


async def test_a_terminal_that_never_reads_costs_a_bounded_buffer_and_is_dropped_with_a_reason(
    shared_hub: RunningHub,
) -> None:
    hub = shared_hub
    batch = [alarm(number, "mute", text="x" * 200) for number in range(MANY_ROWS)]
    assert (await hub.post("/v1/alarms", batch))[0] == 200
    async with terminal(hub) as lively:
        shown = await lively.opened("alarms", filter="source:mute", window=[0, MANY_ROWS])
        dropped = await hub.metric("vaken_terminals_dropped_total")
        before = resident(hub)
        mute = await mute_terminal(hub, 4)
        grown = 0
        number = 0
        while await hub.metric("vaken_terminals_dropped_total") == dropped:
            number += 1
            changed = [alarm(n, "mute", text=f"{number:5}" * 40, severity="minor") for n in range(0, MANY_ROWS, 10)]
            assert (await hub.post("/v1/alarms", changed))[0] == 200
            grown = max(grown, resident(hub) - before)
            await lively.until(partial(shows, shown, f"{number:5}"))
        assert grown < 64 * 1024 * 1024, "each of its views is sent once; what changes since waits for its reading"
        assert "a terminal of mute at 127.0.0.1 was dropped: it took nothing for 2 s" in hub.errors()
        mute.close()


async def test_a_feed_that_floods_does_not_starve_a_quiet_one(shared_hub: RunningHub) -> None:
    hub, loop = shared_hub, asyncio.get_running_loop()
    bodies = [orjson.dumps([alarm(f"{lane}-{number}", "flood") for number in range(500)]) for lane in range(30)]
    answered, under_way = 0, asyncio.Event()

    async def flood(session: ClientSession, body: bytes) -> None:
        nonlocal answered
        times = 0
        while True:
            times += 1
            fresh = body.replace(b'"major"', b'"minor"' if times % 2 else b'"major"')
            async with session.post(f"{hub.url}/v1/alarms?feed=flood", data=fresh) as said:
                await said.read()
                answered += said.status == 200
                if answered >= 20:
                    under_way.set()

    async with ClientSession() as session, ClientSession() as quiet:
        floods = [asyncio.create_task(flood(session, body)) for body in bodies]
        await under_way.wait()
        took = []
        for number in range(7):
            begun, flooded = loop.time(), answered
            async with quiet.post(f"{hub.url}/v1/alarms?feed=quiet", json=alarm(number, "quiet")) as said:
                assert said.status == 200
            took.append((loop.time() - begun, answered - flooded))
        for one in floods:
            one.cancel()
        await asyncio.gather(*floods, return_exceptions=True)
    # In bodies of the flood and not in seconds: a machine may be as slow as it likes.
    assert sorted(count for _seconds, count in took)[len(took) // 2] <= 40, f"it waited behind others: {took}"
    assert len(await hub.rows("alarms", "&filter=source:quiet")) == 7
