"""A mail server for tests, on a thread and a port of its own: keeps every mail; can be slow, stand still or refuse."""

import asyncio
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Mails by the order in which they came. Its attributes may be changed while it runs."""

    def __init__(self) -> None:
        self.seconds_a_mail = 0.0
        self.refused: set[str] = set()
        """Addresses that get a 550."""
        self.stands_after: int | None = None
        """After so many mails the answers to further ones wait until ``go``."""
        self._mails: list[tuple[str, bytes]] = []
        self._changed = threading.Condition()
        self._going = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mailbox")
        self.port = 0

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(30)

    def stop(self) -> None:
        self.go()
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(30)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        def protocol() -> asyncio.Protocol:
            return cast(asyncio.Protocol, SMTP(self, hostname="localhost", loop=self._loop))

        server = await self._loop.create_server(protocol, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        await self._stopping.wait()
        server.close()

    def go(self) -> None:
        """Let the answers go that wait."""
        self.stands_after = None
        self._loop.call_soon_threadsafe(self._going.set)

    def stand(self, after: int) -> None:
        """Answer so many mails from now on, and no more until ``go``."""
        self._loop.call_soon_threadsafe(self._going.clear)
        with self._changed:
            self.stands_after = len(self._mails) + after

    def wait_for(self, count: int) -> None:
        """Return when so many mails are there (30 s at the most)."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._mails) >= count, 30), f"{len(self._mails)} of {count}"

    def recipients(self) -> list[str]:
        """The address of each mail that was kept."""
        with self._changed:
            return [to for to, _mail in self._mails]

    def of(self, domain: str) -> list[EmailMessage]:
        """The mails to one domain, each with the envelope's recipient in X-Recipient."""
        with self._changed:
            mails = list(self._mails)
        found = []
        for recipient, content in mails:
            if recipient.endswith(f"@{domain}"):
                mail = cast(EmailMessage, message_from_bytes(content, policy=cast(Any, POLICY)))
                mail["X-Recipient"] = recipient
                found.append(mail)
        return found

    def __len__(self) -> int:
        with self._changed:
            return len(self._mails)

    # -- called by aiosmtpd ----------------------------------------------------------------------------------------

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.seconds_a_mail)
        with self._changed:
            self._mails.append((envelope.rcpt_tos[0], bytes(cast(bytes, envelope.content))))
            self._changed.notify_all()
            stands = self.stands_after is not None and len(self._mails) > self.stands_after
        if stands:
            await self._going.wait()
        return "250 2.0.0 kept"
