"""A cheap load generator in a process of its own: requests built beforehand, raw sockets, one request in flight each.

The same for both sides of a comparison. Prints "ready" when all requests are built, begins when a line comes on stdin,
ends with one JSON line. Started by ``bench.ingest`` with KIND HOST PORT BATCH ALARMS CONNECTIONS ROUND.
"""

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

KINDS = ("native", "alertmanager")
CLEARS = 0.3
"""Share of events that end an alarm raised before."""
SEED = 11
PATHS = {"native": "/v1/alarms", "alertmanager": "/api/v2/alerts"}
SEVERITIES = ("critical", "major", "minor", "warning")
APNS = ("iot.fleet", "iot.global", "m2m.private", "iot.pay", "iot.meter")


class Sent(Struct, frozen=True):
    """The outcome of one round. ``refused``: answers that were not 2xx."""

    seconds: float
    alarms: int
    refused: int


class SenderError(Exception):
    """The other side does not answer as expected."""


class _Event(Struct, frozen=True):
    number: int
    severity: str
    apn: str
    gateway: str
    began: datetime
    ended: datetime | None


def events(count: int, round_number: int) -> Iterator[_Event]:
    """Yield raises of alarms that were never seen before, mixed with clears of ones raised earlier in the round."""
    chance = random.Random(f"{SEED}/{round_number}")
    now = datetime.now(UTC) - timedelta(minutes=2)
    raised: list[_Event] = []
    number = round_number * 10_000_000
    for step in range(count):
        at = now + timedelta(milliseconds=step)
        if raised and chance.random() < CLEARS:
            place = chance.randrange(len(raised))
            raised[place], raised[-1] = raised[-1], raised[place]
            yield msgspec.structs.replace(raised.pop(), ended=at)
            continue
        number += 1
        gateway = f"pgw-{number % 12}"
        event = _Event(number, chance.choice(SEVERITIES), chance.choice(APNS), gateway, at, None)
        raised.append(event)
        yield event


def as_native(event: _Event) -> dict[str, object]:
    """Return the event as the hub's own API takes it."""
    return {
        "source": "bench",
        "id": f"session-{event.number}",
        "managed_object": event.gateway,
        "severity": event.severity if event.ended is None else "cleared",
        "time": event.ended or event.began,
        "event_type": "communicationsAlarm",
        "probable_cause": "communicationsProtocolError",
        "text": "Create Session Response: cause above threshold",
        "attributes": {"apn": event.apn, "unit": f"u-{event.number}"},
    }


def as_alert(event: _Event) -> dict[str, object]:
    """Return the event as Alertmanager's API takes it: the same content."""
    alert: dict[str, object] = {
        "labels": {
            "alertname": "communicationsProtocolError",
            "instance": event.gateway,
            "severity": event.severity,
            "job": "bench",
            "apn": event.apn,
            "unit": f"u-{event.number}",
        },
        "annotations": {"summary": "Create Session Response: cause above threshold"},
        "startsAt": event.began,
    }
    if event.ended is not None:
        alert["endsAt"] = event.ended
    return alert


def build(kind: str, host: str, batch: int, alarms: int, round_number: int) -> list[bytes]:
    """Return whole HTTP requests with ``batch`` events each."""
    say = as_native if kind == "native" else as_alert
    encode = msgspec.json.Encoder().encode
    spoken = [encode(say(event)) for event in events(alarms, round_number)]
    head = f"POST {PATHS[kind]} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: "
    requests: list[bytes] = []
    for start in range(0, len(spoken), batch):
        body = b"[" + b",".join(spoken[start : start + batch]) + b"]"
        requests.append(f"{head}{len(body)}\r\n\r\n".encode() + body)
    return requests


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the last one is complete."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._received = b""
        self._refused = 0
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def send_next(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
            return
        if not self.done.done():
            self.done.set_result(self._refused)
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._received[:end].lower()
        place = head.find(b"content-length:")
        if place < 0 and not head.startswith(b"http/1.1 204"):
            self._fail(f"an answer without Content-Length: {head[:200]!r}")
            return
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._received) < end + 4 + length:
            return
        if not head.startswith(b"http/1.1 2"):
            if not self._refused:
                print(self._received[:500].decode(errors="replace"), file=sys.stderr)
            self._refused += 1
        self._received = b""
        self.send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"the connection was closed: {exc or 'by the other side'}")

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(SenderError(why))


async def send(host: str, port: int, requests: list[bytes], connections: int) -> tuple[float, int]:
    """Send all requests over ``connections`` sockets; return seconds and how many answers were not 2xx."""
    loop = asyncio.get_running_loop()
    # One line of requests that all connections take from: none idles while another has work left.
    queue = iter(requests)
    open_ones = [(await loop.create_connection(lambda: _Connection(queue), host, port))[1] for _ in range(connections)]
    started = time.perf_counter()
    for connection in open_ones:
        connection.send_next()
    refused = await asyncio.gather(*(connection.done for connection in open_ones))
    return time.perf_counter() - started, sum(refused)


def main(arguments: list[str]) -> None:
    """Build, wait for the word, send, report."""
    kind, host, port, batch, alarms, connections, round_number = arguments
    requests = build(kind, host, int(batch), int(alarms), int(round_number))
    print("ready", flush=True)
    sys.stdin.readline()
    seconds, refused = asyncio.run(send(host, int(port), requests, int(connections)))
    print(msgspec.json.encode(Sent(seconds, int(alarms), refused)).decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
