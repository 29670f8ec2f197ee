"""The courier: mails a second beside the bare SMTP client, the preview of many, a beat while sending, memory.

The bare client (aiosmtplib) sends the same letters over as many connections to the same server, before and after the
courier does; its mean is the peer. Unlike the courier it keeps no ledger.
"""

import asyncio
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import aiosmtplib
import uvloop

from bench.report import Row
from feeds.board import Board, Touched
from feeds.courier import Audience, Courier, freeze
from feeds.courier.channel import Answer, Claim, Errand
from feeds.courier.channels.mail import MailChannel
from feeds.courier.email import Letter, MailSettings
from feeds.courier.pace import Pace, Traffic
from feeds.courier.rendering import message_of
from feeds.facts import Fact, UpdateDrafted
from feeds.log import Batch, SqliteLog
from feeds.model import (
    AudienceEntry,
    Case,
    ContactChannel,
    Delivery,
    DeliveryState,
    Update,
    UpdateId,
    UpdateKind,
    UpdateState,
    UpdateText,
)

MAILS = 10_000
RATIO = 0.8
PREVIEW_SECONDS = 5.0
BEAT_SECONDS = 0.05
BEAT_P99 = 0.15
FLAT = 1.5
"""Times the courier's own memory for 10,000 recipients that it may take for 50,000."""

ID = UpdateId("U-1")
TEXT = UpdateText(
    done="We have moved the traffic to the other gateway and restarted the one that failed. " * 4,
    will="- We watch it for an hour.\n- We look for the cause.",
    need="Restart devices that do not come back by themselves.",
    next_word=datetime(2030, 3, 1, 4, tzinfo=UTC),
)


def now() -> datetime:
    return datetime.now(UTC)


def people(count: int) -> Audience:
    return Audience(
        tuple(
            AudienceEntry(
                customer=f"c{number}",
                name=f"Kund {number}",
                address=f"ops{number}@c{number % 1000}.example",
                sims=1_000 * (1 + number % 3),
                ranges=tuple(
                    (f"89462000{number:05}{part:02}000", f"89462000{number:05}{part:02}999")
                    for part in range(1 + number % 3)
                ),
                cases=tuple(f"K{number}-{part}" for part in range(number % 4)),
                time_zone="Europe/Stockholm",
            )
            for number in range(count)
        )
    )


class Desk:
    """A board behind a log, as a hub has them."""

    def __init__(self, directory: Path) -> None:
        self.board = Board()
        self.wake: Callable[[], None] = lambda: None
        self.done = asyncio.Event()
        self.log = SqliteLog.open(directory, deliver=self._deliver, now=now)

    def _deliver(self, batch: Batch) -> None:
        self.board.apply(batch.entries, Touched())
        self.wake()
        update = self.board.updates.updates.get(ID)
        if update is not None and update.state is UpdateState.DONE:
            self.done.set()

    def sending(self) -> Sequence[UpdateId]:
        return [one.id for one in self.board.updates.updates.values() if one.state is UpdateState.SENDING]

    def update(self, id: UpdateId) -> Update:
        return self.board.updates.updates[id]

    def deliveries(self, id: UpdateId) -> Sequence[Delivery]:
        return self.board.updates.deliveries[id]

    def suppressed(self, channel: ContactChannel, address: str) -> str:
        return self.board.suppressions.why(channel, address)

    def case(self, key: str) -> Case | None:
        return self.board.cases.get(key)

    async def write(self, facts: Sequence[Fact]) -> None:
        await self.log.append("bench", facts)

    async def approve(self, audience: Audience) -> Update:
        draft = UpdateDrafted(update=ID, outage="O-12", kind=UpdateKind.PROGRESS, text=TEXT)
        await self.log.append("bench", [draft])
        await self.log.append("bench", [freeze(self.update(ID), audience, "operator.example", number=1)])
        return self.update(ID)


@contextmanager
def mail_server() -> Iterator[int]:
    """Yield the port of a mail server in a process of its own."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.mail_sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait(30)


async def bare(letters: Sequence[Letter], port: int, connections: int) -> float:
    """Return letters a second of the SMTP client alone."""
    left = iter(letters)

    async def work() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await client.connect()
        for one in left:
            await client.sendmail(one.sender, [one.recipient], one.raw)
        await client.quit()

    begun = perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return len(letters) / (perf_counter() - begun)


async def carried(desk: Desk, channel: Any, count: int, during: Callable[[], Any] | None = None) -> float:
    """Return deliveries a second of the courier, until all are done."""
    courier = Courier(desk, [channel], now)
    desk.wake = courier.wake
    begun = perf_counter()
    task = asyncio.create_task(courier.run())
    beside = asyncio.create_task(during()) if during is not None else None
    await desk.done.wait()
    rate = count / (perf_counter() - begun)
    for one in (task, beside):
        if one is not None:
            one.cancel()
            await asyncio.wait({one})
    assert all(one.state is DeliveryState.ACCEPTED for one in desk.deliveries(ID))
    return rate


async def beside_the_bare_client(port: int, connections: int, count: int) -> tuple[float, float, float]:
    """Return the courier's rate, the bare client's, and the 99th percentile of a beat's delay while sending."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        update = await desk.approve(people(count))
        settings = MailSettings(
            host="127.0.0.1", port=port, sender="noc@operator.example", sender_name="NOC", connections=connections
        )
        channel = MailChannel(settings)
        letters = [
            channel.prepare(Errand(update, update.audience[place], message_of(update, place), delivery, now()))
            for place, delivery in enumerate(desk.deliveries(ID))
        ]
        late: list[float] = []

        async def beat() -> None:
            loop = asyncio.get_running_loop()
            while True:
                due = loop.time() + BEAT_SECONDS
                await asyncio.sleep(BEAT_SECONDS)
                late.append(loop.time() - due)

        half = letters[: count // 2]
        before = await bare(half, port, connections)
        ours = await carried(desk, channel, count, beat)
        after = await bare(half, port, connections)
        await desk.log.close()
        return ours, (before + after) / 2, sorted(late)[int(len(late) * 0.99)] if late else 0.0


class AtOnce:
    """A channel that accepts everything at once: what is left is the courier itself."""

    kind = ContactChannel.EMAIL
    pace = Pace()
    traffic = Traffic(connections=4)
    is_open = True

    def destination(self, address: str) -> str:
        return address.rpartition("@")[2]

    def prepare(self, errand: Errand) -> str:
        return errand.token

    def link(self) -> "AtOnce":
        return self

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def send(self, parcel: str, claim: Claim) -> Answer | None:
        return Answer(DeliveryState.ACCEPTED, "kept", reference=parcel) if await claim() else None


async def own_memory(count: int) -> int:
    """Return the bytes that the courier's own code holds when it has carried half of so many."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        await desk.approve(people(count))
        tracemalloc.start()
        courier = Courier(desk, [AtOnce()], now)
        desk.wake = courier.wake
        task = asyncio.create_task(courier.run())
        while desk.board.updates.tally(ID, DeliveryState.ACCEPTED) < count // 2:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        only = [tracemalloc.Filter(True, f"*/feeds/courier/{name}.py") for name in _OWN]
        held = sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces(only).traces)
        tracemalloc.stop()
        task.cancel()
        await asyncio.wait({task})
        await desk.log.close()
    return held


_OWN = ("lane", "turns", "pace", "writing", "sending")
"""What a delivery passes through; what it leaves in the ledger is the board's."""


def preview_seconds(count: int) -> float:
    """Return how long it takes to render every message of an update, as a preview does."""
    draft = Update(
        id=ID,
        outage="O-12",
        kind=UpdateKind.PROGRESS,
        text=TEXT,
        state=UpdateState.DRAFT,
        author="bench",
        drafted=now() - timedelta(minutes=1),
    )
    audience = people(count)
    begun = perf_counter()
    freeze(draft, audience, "operator.example", number=1)
    return perf_counter() - begun


def run() -> list[Row]:
    """Measure all of it."""
    rows = []
    with mail_server() as port:
        for connections in (4, 16):
            ours, peer, late = uvloop.run(beside_the_bare_client(port, connections, MAILS))
            name = f"courier: {MAILS:,} mails over {connections} connections"
            rows.append(Row(name, ours, "/s", "aiosmtplib", ours / peer, f"≥ {RATIO}", ours / peer >= RATIO))
            rows.append(
                Row(
                    "  a beat meanwhile, p99",
                    late * 1000,
                    "ms",
                    budget=f"≤ {BEAT_P99 * 1000:.0f}",
                    met=late <= BEAT_P99,
                )
            )
    seconds = preview_seconds(MAILS)
    budget = f"≤ {PREVIEW_SECONDS:g}"
    rows.append(Row(f"preview of {MAILS:,} messages", seconds, "s", budget=budget, met=seconds <= PREVIEW_SECONDS))
    few, many = (uvloop.run(own_memory(count)) for count in (10_000, 50_000))
    rows.append(
        Row(
            "courier's own memory, 50,000 recipients",
            many / 1e6,
            "MB",
            "10,000 recipients",
            many / few,
            f"≤ {FLAT}",
            many <= FLAT * few,
        )
    )
    return rows
