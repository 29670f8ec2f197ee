"""One connection to the mail server, step by step through SMTP (RFC 5321).

Step by step, because the courier has to know exactly between which two steps something broke: before the message was
handed over it was certainly not sent; after, nobody can tell. What the message is, is ``email``; when to send, to whom
and what to do with the answer is ``sending``.
"""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Awaitable
from functools import cache
from pathlib import Path

import aiosmtplib

from feeds.courier.channel import Answer, Claim
from feeds.courier.email import Letter, MailSettings
from feeds.courier.errors import LinkDown
from feeds.courier.texts import one_line
from feeds.model import DeliveryState

_LOGIN_CODES = frozenset({530, 534, 535, 538})
"""Refusals of MAIL that speak of our login (RFC 4954), not of the message."""

_DOT = re.compile(rb"\r\n\.")
"""What has to be stuffed (RFC 5321 4.5.2). A letter begins with a header, never with a dot."""

_FAREWELL = 2.0
"""Seconds that a QUIT may take."""


class SmtpLink:
    """One connection to the mail server, opened when needed and used for many letters, one after the other."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._client: aiosmtplib.SMTP | None = None
        self._tls: ssl.SSLContext | None = None
        self.carried = 0
        """Letters begun on the present connection."""
        self._trusted = False
        """Whether the server took the last recipient on this connection: it will probably take the next one too."""

    @property
    def is_open(self) -> bool:
        """Whether the connection stands, as far as this side knows, and has not carried all it should."""
        if self._client is None or self.carried >= self._settings.messages_per_connection:
            return False
        return self._client.is_connected

    async def open(self) -> None:
        """Connect, greet, and where the settings say so, encrypt and log in. Raises LinkDown."""
        await self.close()
        settings = self._settings
        client: aiosmtplib.SMTP | None = None
        try:
            async with asyncio.timeout(settings.timeout):
                if settings.security != "none" and self._tls is None:
                    self._tls = await asyncio.to_thread(_trust, settings.ca_file)
                client = aiosmtplib.SMTP(
                    hostname=settings.host,
                    port=settings.port,
                    local_hostname=await asyncio.to_thread(_own_name),
                    timeout=None,  # Its asyncio.wait_for may lose a cancellation (Python before 3.12): limits are here.
                    use_tls=settings.security == "tls",
                    start_tls=settings.security == "starttls",
                    tls_context=self._tls,
                    username=settings.username or None,
                    password=await asyncio.to_thread(_password, settings) if settings.username else None,
                )
                await client.connect()
                await _greet(client)
        except BaseException as error:
            if client is not None:
                client.close()
            if not isinstance(error, aiosmtplib.SMTPException | OSError | ValueError):
                raise
            where = f"{settings.host}:{settings.port}"
            raise LinkDown(f"no connection to mail server {where}: {self._reason(error)}") from error
        self._client = client
        self.carried = 0
        self._trusted = False

    async def send(self, letter: Letter, claim: Claim) -> Answer | None:
        """Offer a letter; when the server takes the recipient and ``claim`` is granted, hand the message over.

        Where ``claim`` returns False nothing is handed over and the result is None. Whatever goes wrong between the
        two sides is an Answer, not an exception; exceptions of ``claim`` come through.

        On a connection that did its work until now the claim is made while the server thinks about the envelope: a
        flush to disk takes about as long. It is withdrawn where the server does not take the recipient; where it was
        in the ledger by then, the answer follows it there.
        """
        client = self._client
        if client is None:
            return _not_sent("the connection to the mail server is closed")
        self.carried += 1
        claiming = asyncio.ensure_future(claim()) if self._trusted else None
        try:
            refused = await self._step(client, self._envelope(client, letter))
            self._trusted = refused is None
            if refused is not None:
                return refused
            if not await (claiming if claiming is not None else claim()):
                await self._reset(client)
                return None
            return await self._step(client, self._data(client)) or await self._hand_over(client, letter.raw)
        except BaseException:
            self._drop()  # In the middle of a conversation nothing else can be said on this connection.
            raise
        finally:
            if claiming is not None and not claiming.done():
                claiming.cancel()
                await asyncio.wait({claiming})

    async def close(self) -> None:
        """Say goodbye if there is still somebody listening. Never raises for what the other side does."""
        client, self._client = self._client, None
        if client is None:
            return
        if client.is_connected:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                async with asyncio.timeout(_FAREWELL):
                    await client.quit()
        client.close()

    async def _envelope(self, client: aiosmtplib.SMTP, letter: Letter) -> Answer | None:
        options = []
        if letter.utf8:
            if not client.supports_extension("smtputf8"):
                return Answer(DeliveryState.FAILED, "the mail server lacks SMTPUTF8, which this address needs")
            options.append(b"SMTPUTF8")
        # Both addresses were proved plain when the letter was made; the library would take them apart once more.
        code, words = await client.execute_command(b"MAIL", b"FROM:<%b>" % letter.sender.encode(), *options)
        if code != aiosmtplib.SMTPStatus.completed:
            raise aiosmtplib.SMTPSenderRefused(code, words, letter.sender)
        code, words = await client.execute_command(b"RCPT", b"TO:<%b>" % letter.recipient.encode())
        if code not in (aiosmtplib.SMTPStatus.completed, aiosmtplib.SMTPStatus.will_forward):
            raise aiosmtplib.SMTPRecipientRefused(code, words, letter.recipient)
        return None

    async def _data(self, client: aiosmtplib.SMTP) -> Answer | None:
        start = await client.execute_command(b"DATA")
        if start.code != aiosmtplib.SMTPStatus.start_input:
            raise aiosmtplib.SMTPDataError(start.code, start.message)
        return None

    async def _step(self, client: aiosmtplib.SMTP, step: Awaitable[Answer | None]) -> Answer | None:
        """Take one step before the message, within the time for it; None: go on."""
        try:
            async with asyncio.timeout(self._settings.timeout):
                return await step
        except aiosmtplib.SMTPResponseException as refusal:
            return await self._refused(client, refusal)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._drop()
            return _not_sent(f"mail server, before the message: {self._reason(error)}")

    async def _hand_over(self, client: aiosmtplib.SMTP, raw: bytes) -> Answer:
        protocol = client.protocol
        if protocol is None or not protocol.is_connected:
            self._drop()
            return _not_sent("mail server, before the message: connection lost")
        try:
            # After this write the server may have the message, whatever else happens.
            protocol.write(_DOT.sub(b"\r\n..", raw) + b".\r\n")
            async with asyncio.timeout(self._settings.timeout):
                code, message = await protocol.read_response()
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            words = f"handed over, then no answer: {self._reason(error)}"
            return Answer(DeliveryState.UNCERTAIN, words, trouble=True)
        words = _words(code, message)
        if 200 <= code < 300:
            return Answer(DeliveryState.ACCEPTED, words)
        if 400 <= code < 500:
            return Answer(DeliveryState.QUEUED, words, trouble=self._going_away(code))
        if 500 <= code < 600:
            return Answer(DeliveryState.FAILED, words)
        self._drop()
        return Answer(DeliveryState.UNCERTAIN, f"handed over, then an answer that is none: {words}", trouble=True)

    async def _refused(self, client: aiosmtplib.SMTP, refusal: aiosmtplib.SMTPResponseException) -> Answer:
        words = _words(refusal.code, refusal.message)
        if not 400 <= refusal.code < 600:
            self._drop()
            return _not_sent(f"mail server, before the message: {words}")
        if self._going_away(refusal.code):
            return _not_sent(words)
        about_us = isinstance(refusal, aiosmtplib.SMTPSenderRefused)
        if about_us and (refusal.code < 500 or refusal.code in _LOGIN_CODES):
            # It refuses before it knows for whom: the next letter would fare no better.
            self._drop()
            return _not_sent(words)
        await self._reset(client)
        return Answer(DeliveryState.FAILED if refusal.code >= 500 else DeliveryState.QUEUED, words)

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        try:
            async with asyncio.timeout(self._settings.timeout):
                await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._drop()  # The next letter opens a new connection.

    def _reason(self, error: BaseException) -> str:
        if isinstance(error, TimeoutError):
            return f"nothing heard for {self._settings.timeout:g} s"
        return _reason(error)

    def _going_away(self, code: int) -> bool:
        """Whether the answer is 421, with which a server closes the connection; then this side does so too."""
        if code != aiosmtplib.SMTPStatus.domain_unavailable:
            return False
        self._drop()
        return True

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _not_sent(words: str) -> Answer:
    return Answer(DeliveryState.QUEUED, words, trouble=True, early=True)


async def _greet(client: aiosmtplib.SMTP) -> None:
    if not client.is_ehlo_or_helo_needed:
        return
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


@cache
def _own_name() -> str:
    # Asked once: with a broken resolver it takes seconds.
    name = socket.getfqdn()
    return name if re.fullmatch(r"[A-Za-z0-9.-]+", name) else "localhost"


def _trust(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _password(settings: MailSettings) -> str:
    if not settings.password_file:
        return settings.password
    try:
        return Path(settings.password_file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LinkDown(f"the password file {settings.password_file} cannot be read: {error}") from error


def _words(code: int, message: str) -> str:
    text = one_line(message, 400)
    return f"{code} {text}" if code > 0 else text


def _reason(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _words(error.code, error.message)
    return one_line(str(error) or type(error).__name__, 400)
