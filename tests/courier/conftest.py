"""A mail server that misbehaves on script, and a ledger on the real log and the real table of updates."""

from __future__ import annotations

import asyncio
import inspect
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from feeds.board.touched import Touched
from feeds.board.update.suppressions import SuppressionTable
from feeds.board.update.updates import UpdateTable
from feeds.courier import Audience, Courier, MailSettings, freeze
from feeds.courier.channel import Channel
from feeds.courier.channels.mail import MailChannel
from feeds.courier.pace import Backoff, Pace
from feeds.facts import AddressSuppressed, DeliveryMoved, Entry, Fact, UpdateApproved, UpdateDrafted, UpdateSteered
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

NOW = datetime(2026, 3, 1, 1, 31, tzinfo=UTC)
FAST = Pace(server=Backoff(0.01, 0.05), recipient=Backoff(0.01, 0.05), look=0.01, idle=0.05, farewell=10)
PATIENCE = 30
"""Seconds after which a test gives up waiting for something that has to happen."""

Step = Callable[[str], str | Awaitable[str]]


class Sink:
    """An SMTP server in the event loop of the test. Its answers are functions of the recipient."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[tuple[str, bytes]] = []
        """Recipient and content of every mail that was answered with 250, in order."""
        self.handed: list[str] = []
        """Recipients of every mail that came through DATA, whatever was answered."""
        self.sessions = 0
        self.mail: Step = lambda sender: "250 OK"
        self.rcpt: Step = lambda recipient: "250 OK"
        self.data: Step = lambda recipient: "250 2.0.0 kept"
        self.ciphered: list[bool] = []
        """For each mail that was kept: whether it came encrypted, from somebody who had logged in."""
        self._options: dict[str, Any] = {}
        self._server: asyncio.Server | None = None
        self._live: set[SMTP] = set()

    async def start(self) -> None:
        sink = self

        class Counted(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                sink.sessions += 1
                sink._live.add(self)
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                sink._live.discard(self)
                super().connection_lost(error)

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Counted(self, hostname="sink.example", enable_SMTPUTF8=True, loop=loop, **self._options),
            "127.0.0.1",
            self.port,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Drop every connection without a word."""
        for server in tuple(self._live):
            _abort(server)

    def secure(self, certificate: Path, key: Path, username: str, password: str) -> None:
        """Ask for STARTTLS and a login from the next start on."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)

        def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
            return AuthResult(success=(data.login, data.password) == (username.encode(), password.encode()))

        self._options = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": check,
        }

    def settings(self, **changes: Any) -> MailSettings:
        values: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "sender": "noc@operator.example",
            "sender_name": "Night Desk",
            "connections": 2,
            "timeout": 10.0,
        }
        return MailSettings(**(values | changes))

    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.mails]

    def parsed(self, place: int) -> EmailMessage:
        mail = message_from_bytes(self.mails[place][1], policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._answer(server, self.mail, address)
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._answer(server, self.rcpt, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (recipient,) = envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        self.handed.append(recipient)
        answer = await self._answer(server, self.data, recipient)
        if answer.startswith("250"):
            self.mails.append((recipient, envelope.content))
            self.ciphered.append(session.ssl is not None and bool(session.authenticated))
        return answer

    async def _answer(self, server: SMTP, step: Step, about: str) -> str:
        answer = step(about)
        if inspect.isawaitable(answer):
            answer = await answer
        if answer == "drop":
            _abort(server)
        if answer == "drip":
            await _drip(server)
        return answer


async def _drip(server: SMTP) -> None:
    """Answer a byte at a time, for as long as somebody listens: there is always something to hear, and no end."""
    transport = server.transport
    assert isinstance(transport, asyncio.WriteTransport)
    while not transport.is_closing():
        transport.write(b"2")
        await asyncio.sleep(0.02)


def _abort(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


Respond = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


class Web:
    """An HTTP server in the event loop of the test. ``respond`` says what it answers; all requests are kept."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, str, Mapping[str, str], bytes]] = []
        """Method, path with query, headers and body of every request that came whole, in order."""
        self.respond: Respond = self.fine
        self._runner: web.ServerRunner | None = None

    async def fine(self, request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(text="kept")

    async def start(self) -> None:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            body = await request.read()
            self.asked.append((request.method, request.path_qs, dict(request.headers), body))
            return await self.respond(cast(web.Request, request), body)

        self._runner = web.ServerRunner(web.Server(handle, keepalive_timeout=1), shutdown_timeout=0.1)
        await self._runner.setup()
        port = int(self.url.rpartition(":")[2]) if self.url else 0
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def on_channel(channel: ContactChannel, *addresses: str) -> Audience:
    """An audience of one contact each on one channel, with SIMs of its own."""
    return Audience(
        entries=tuple(
            AudienceEntry(
                customer=f"c{number}",
                name=f"Customer {number}",
                address=address,
                channel=channel,
                sims=10,
                ranges=((f"89460000000000{number}000", f"89460000000000{number}009"),),
            )
            for number, address in enumerate(addresses)
        )
    )


class Desk:
    """The ledger that the courier works on: the real log on disk, and the real table of updates behind it."""

    def __init__(self, directory: Path) -> None:
        self.suppressions = SuppressionTable()
        self.table = UpdateTable(self.suppressions)
        self.now = NOW
        self.cases: dict[str, Case] = {}
        self.steps: list[DeliveryMoved] = []
        """Every step of a delivery, in the order of the log."""
        self.before_write: Callable[[Sequence[Fact]], Awaitable[None]] | None = None
        self.wake: Callable[[], None] = lambda: None
        self._changed = asyncio.Condition()
        self._notes: set[asyncio.Task[None]] = set()
        self.log = SqliteLog.open(directory, deliver=self._deliver, now=lambda: self.now)
        for batch in self.log.read():
            self._take(batch.entries)

    def sending(self) -> Sequence[UpdateId]:
        return [one.id for one in self.table.updates.values() if one.state in (UpdateState.SENDING, UpdateState.CANARY)]

    def update(self, id: UpdateId) -> Update:
        return self.table.updates[id]

    def deliveries(self, id: UpdateId) -> Sequence[Delivery]:
        return self.table.deliveries[id]

    def suppressed(self, channel: ContactChannel, address: str) -> str:
        return self.suppressions.why(channel, address)

    def case(self, key: str) -> Case | None:
        return self.cases.get(key)

    async def write(self, facts: Sequence[Fact]) -> None:
        if self.before_write is not None:
            await self.before_write(facts)
        await self.log.append("vaken/courier", facts)

    async def approve(self, audience: Audience, name: str = "U-1", **changes: Any) -> UpdateId:
        text = UpdateText(done="Restarted it.", will="Watch it.", need="Nothing.", next_word=NOW)
        await self.log.append(
            "jl", [UpdateDrafted(update=name, outage="O-12", kind=UpdateKind.PROGRESS, text=changes.get("text", text))]
        )
        fact = freeze(self.update(UpdateId(name)), audience, "operator.example", number=1)
        await self.approved(fact)
        return UpdateId(name)

    async def approved(self, fact: UpdateApproved) -> None:
        await self.log.append("jl", [fact])

    async def steer(self, id: UpdateId, to: Any) -> None:
        await self.log.append("jl", [UpdateSteered(update=id, to=to)])

    async def move(self, id: UpdateId, place: int, state: DeliveryState, answer: str = "") -> None:
        """A step by somebody else than the courier: a person's retry, or what an earlier process wrote."""
        await self.log.append("jl", [DeliveryMoved(update=id, index=place, state=state, answer=answer)])

    def states(self, id: UpdateId) -> list[DeliveryState]:
        return [delivery.state for delivery in self.deliveries(id)]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return when something holds that depends on the ledger."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(holds)

    async def ended(self, id: UpdateId) -> None:
        await self.until(lambda: self.update(id).state is UpdateState.DONE)

    async def close(self) -> None:
        await self.log.close()

    def _deliver(self, batch: Batch) -> None:
        self._take(batch.entries)
        self.wake()
        note = asyncio.get_running_loop().create_task(self._note())
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)

    async def _note(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _take(self, entries: Sequence[Entry]) -> None:
        touched = Touched()
        for entry in entries:
            match entry.fact:
                case UpdateDrafted() as fact:
                    self.table.draft(fact, entry.by, entry.seq, entry.at, touched)
                case UpdateApproved() as fact:
                    self.table.approve(fact, 1, entry.by, entry.seq, entry.at, touched)
                case UpdateSteered() as fact:
                    self.table.steer(fact, entry.seq, entry.at, touched)
                case DeliveryMoved() as fact:
                    self.table.move(fact, entry.at, touched)
                    self.steps.append(fact)
                case AddressSuppressed() as fact:
                    told = self.suppressions.suppress(fact, entry.by, entry.seq, entry.at, touched)
                    self.table.suppressed(told, entry.at, touched)


def crowd(count: int, name: str = "c") -> Audience:
    """An audience of one contact each, by number."""
    return Audience(
        entries=tuple(
            AudienceEntry(customer=f"{name}{number}", name=f"Customer {number}", address=f"{name}{number}@to.example")
            for number in range(count)
        )
    )


@asynccontextmanager
async def working(desk: Desk, mail: MailSettings | None, pace: Pace = FAST) -> AsyncIterator[asyncio.Task[None]]:
    """A courier at work on a desk."""
    channels = [MailChannel(mail)] if mail is not None else []
    async with carrying(desk, channels, pace) as task:
        yield task


@asynccontextmanager
async def carrying(
    desk: Desk, channels: Sequence[Channel[Any]], pace: Pace | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """A courier with any channels at work on a desk."""
    courier = Courier(desk, channels, lambda: desk.now, pace=pace)
    desk.wake = courier.wake
    task = asyncio.create_task(courier.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    await sink.start()
    yield sink
    await sink.stop()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    await desk.close()


@pytest.fixture
async def site() -> AsyncIterator[Web]:
    site = Web()
    await site.start()
    yield site
    await site.stop()


@pytest.fixture
def reached_by() -> Callable[..., Audience]:
    return on_channel


@pytest.fixture
def carried() -> Callable[..., Any]:
    return carrying


@pytest.fixture
def people() -> Callable[..., Audience]:
    return crowd


@pytest.fixture
def courier_on() -> Callable[..., Any]:
    return working


@pytest.fixture
def desk_at() -> Callable[[Path], Desk]:
    return Desk


@pytest.fixture
def sink_of() -> Callable[[], Sink]:
    return Sink
