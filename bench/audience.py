"""Terminals and senders for benchmarks of the stream: how long from an accepted answer to the bytes at each terminal.

Terminals look at the alarms and the cases, newest first, so that each batch changes what they show.
"""

import asyncio
import re
import statistics
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator

import orjson
from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector, WSMsgType
from msgspec import Struct

VIEWS = ("alarms", "cases", "outages", "feeds")
FIRST_LOOK_SECONDS = 120.0
_SEQ = re.compile(rb'^\{"view":[01],"seq":(\d+)')

Body = Callable[[int, int], list[dict[str, object]]]
"""(first number, how many) → events."""


class Delays(Struct, frozen=True):
    """Seconds from the answer to a sender until each terminal had the bytes, over all batches and terminals."""

    median: float
    p99: float
    longest: float
    accepted: int
    refused: int
    seconds: float


def alarms(first: int, count: int) -> list[dict[str, object]]:
    """Return alarms that were never raised before."""
    return [
        {
            "source": "bench",
            "id": f"a{number}",
            "managed_object": f"pgw-{number % 12}",
            "severity": ("critical", "major", "minor", "warning")[number % 4],
            "probable_cause": "communicationsProtocolError",
            "text": "Create Session Response: cause above threshold",
            "attributes": {"unit": f"u-{number}"},
        }
        for number in range(first, first + count)
    ]


def cases(first: int, count: int) -> list[dict[str, object]]:
    """Return cases that were never opened before."""
    return [
        {
            "number": f"c{number}",
            "source": "bench",
            "title": f"Meters offline, site {number % 900}",
            "text": f"Our devices 89462000200{number % 100_000:05d}00 do not come online any more.",
        }
        for number in range(first, first + count)
    ]


class Audience:
    """Terminals connected to one hub."""

    def __init__(self) -> None:
        self._sockets: list[ClientWebSocketResponse] = []
        self._arrivals: list[list[tuple[int, float]]] = []
        """By terminal: (sequence, when a frame of it was there)."""

    async def come(self, session: ClientSession, url: str, terminals: int) -> None:
        """Connect, open the views, and wait until each shows something: very many rows take their time to be made."""
        for number in range(terminals):
            socket = await session.ws_connect(f"{url}/v1/stream?who=p{number}", max_msg_size=0)
            for place, view in enumerate(VIEWS):
                sort = {"alarms": "-raised", "cases": "-opened"}.get(view, "")
                await socket.send_str(orjson.dumps({"open": view, "id": place, "sort": sort}).decode())
            self._sockets.append(socket)
            self._arrivals.append([])
        async with asyncio.timeout(FIRST_LOOK_SECONDS):
            for socket in self._sockets:
                waiting = set(range(len(VIEWS)))
                while waiting:
                    frame = orjson.loads(await socket.receive_str())
                    if "rows" in frame:
                        waiting.discard(frame["view"])

    async def listen(self) -> None:
        """Note when frames come, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for socket, arrivals in zip(self._sockets, self._arrivals, strict=True):
                group.create_task(_listen(socket, arrivals))

    def delays(self, accepted: list[tuple[int, float]], since: float) -> Iterator[float]:
        """Yield the delay of each accepted batch (sequence, when it was answered) at each terminal."""
        for arrivals in self._arrivals:
            highest, seqs, times = 0, [], []
            for seq, at in arrivals:
                if seq > highest:
                    highest = seq
                    seqs.append(seq)
                    times.append(at)
            for seq, at in accepted:
                place = bisect_right(seqs, seq - 1)
                if at >= since and place < len(seqs):
                    yield max(0.0, times[place] - at)


async def _listen(socket: ClientWebSocketResponse, arrivals: list[tuple[int, float]]) -> None:
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            found = _SEQ.match(message.data[:60].encode())
            if found is not None:
                arrivals.append((int(found[1]), time.perf_counter()))


async def measure(url: str, terminals: int, path: str, body: Body, first: int, rate: int, seconds: float) -> Delays:
    """Send ``rate`` events a second in batches, at even times, and return the delays at so many terminals."""
    batch = max(1, rate // 100)
    accepted: list[tuple[int, float]] = []
    refused = sent = 0
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        audience = Audience()
        await audience.come(session, url, terminals)
        listening = asyncio.create_task(audience.listen())
        await asyncio.sleep(1.0)
        queue: asyncio.Queue[bytes] = asyncio.Queue(10_000)  # a hub that falls behind is waited for at the end

        async def send() -> None:
            nonlocal refused
            while True:
                data = await queue.get()
                async with session.post(url + path, data=data) as said:
                    answer = orjson.loads(await said.read())
                    if said.status == 200:
                        accepted.append((answer["seq"], time.perf_counter()))
                    else:
                        refused += 1
                queue.task_done()

        senders = [asyncio.create_task(send()) for _ in range(16)]
        begun = time.perf_counter()
        while (ahead := sent / rate - (time.perf_counter() - begun)) < seconds and sent < rate * seconds:
            if ahead > 0:
                await asyncio.sleep(ahead)
            await queue.put(orjson.dumps(body(first + sent, batch)))
            sent += batch
        await queue.join()
        took = time.perf_counter() - begun
        await asyncio.sleep(1.0)
        for task in (*senders, listening):
            task.cancel()
        await asyncio.gather(*senders, listening, return_exceptions=True)
        found = sorted(audience.delays(accepted, begun))
    if not found:
        raise RuntimeError("nothing of what was accepted came to a terminal")
    return Delays(
        statistics.median(found), found[int(len(found) * 0.99)], found[-1], len(accepted) * batch, refused, took
    )
