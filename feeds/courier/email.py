"""E-mail on the wire: settings, the message with its headers, and one connection to the mail server.

``SmtpLink`` walks through SMTP (RFC 5321) step by step, because the courier has to know exactly between which two steps
something broke: before the message was handed over, it was certainly not sent; after, nobody can tell. When to send, to
whom and what to do with the answer is ``sending``.
"""

import asyncio
import binascii
import contextlib
import re
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import aiosmtplib
from msgspec import Meta, Struct

from feeds.courier.addresses import needs_utf8, plain_address
from feeds.courier.errors import AddressError, LinkDown
from feeds.courier.texts import one_line
from feeds.model import DeliveryState, Message

Seconds = Annotated[float, Meta(gt=0, le=3600)]


class MailSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How mail leaves. Raises ValueError (in a configuration: msgspec.ValidationError) where it cannot work.

    ``timeout`` is how long each part of the conversation may take (opening, envelope, message), in seconds.
    ``password_file`` is read anew for each connection, so that a changed password needs no restart. ``ca_file``:
    certificates (PEM) to trust beside those of the system.
    """

    host: Annotated[str, Meta(min_length=1, max_length=255)]
    sender: str
    port: Annotated[int, Meta(ge=1, le=65535)] = 25
    sender_name: Annotated[str, Meta(max_length=128)] = ""
    security: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    password: str = ""
    password_file: str = ""
    ca_file: str = ""
    connections: Annotated[int, Meta(ge=1, le=50)] = 4
    timeout: Seconds = 30.0
    messages_per_connection: Annotated[int, Meta(ge=1)] = 100

    def __post_init__(self) -> None:
        """Refuse settings that could only fail later, at night."""
        try:
            plain_address(self.sender)
        except AddressError as error:
            raise AddressError(f"sender '{one_line(self.sender)}' is {error}") from error
        if not self.sender.isascii():
            raise AddressError(f"sender '{one_line(self.sender)}' is not in ASCII: write its domain in the xn-- form")
        if "=?" in self.sender_name or any(not char.isprintable() for char in self.sender_name):
            raise ValueError("sender_name has characters that a mail header cannot hold")
        if not 1 <= self.connections <= 50:
            raise ValueError(f"connections is {self.connections}; it may be 1 to 50")
        if self.password and self.password_file:
            raise ValueError("password and password_file are both set; one is enough")


class Letter(Struct, frozen=True):
    """A message ready for the wire: envelope and octets, with CRLF line ends, dots not yet stuffed."""

    sender: str
    recipient: str
    raw: bytes
    utf8: bool = False


class Answer(Struct, frozen=True):
    """What became of one letter, in the other side's own words.

    ``state`` is ACCEPTED, FAILED (refused for good), QUEUED (refused for now, or not handed over) or UNCERTAIN (handed
    over, no answer). ``trouble`` says that the server or the way to it is the reason, not this letter.
    """

    state: DeliveryState
    words: str
    trouble: bool = False


_PLAIN = re.compile(r"[\x20-\x7e]+")
"""Header values that need neither encoding nor parsing."""

_max_count = cache(SMTP.header_max_count)


class _Headers(EmailPolicy):
    """The standard library's SMTP policy, without taking apart and putting together what is plain already.

    Each header set on an EmailMessage is parsed by a grammar, and again when it is written: 2 ms a message. Values of
    printable ASCII that fit on one line come out of that as they went in. All others take the full way.
    """

    def header_max_count(self, name: str) -> int | None:
        return _max_count(name.lower())

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if type(value) is str and _PLAIN.fullmatch(value):
            return name, value
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        if len(name) + len(value) <= 76 and _PLAIN.fullmatch(value):
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Headers(linesep="\r\n", cte_type="7bit", max_line_length=78)
_POLICY_UTF8 = _POLICY.clone(utf8=True)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=^_`{|}~.-]+@[A-Za-z0-9!#$%&'*+/=^_`{|}~.-]+>")


@cache
def _parsed(name: str, value: str) -> Any:
    # The generator reads these headers back for each message; parsed once, they cost nothing.
    return _POLICY.header_factory(name, value)


@lru_cache(maxsize=16)
def _from(name: str, address: str) -> str:
    user, _, domain = address.rpartition("@")
    return str(Address(display_name=name, username=user, domain=domain))


@lru_cache(maxsize=4)
def _date(date: datetime) -> str:
    return format_datetime(date)


def _header_text(text: str) -> str:
    # The standard library decodes what looks like an encoded word (RFC 2047) in a value that is set, and writes what
    # comes out, line ends included: a way to bring in a header. So nothing may look like one.
    return one_line(text).replace("=?", "= ?")


def build(
    message: Message, settings: MailSettings, message_id: str, date: datetime, *, outage: str = "", update: str = ""
) -> EmailMessage:
    """Return the mail for one message: headers, and the body as quoted-printable unless it is short lines of ASCII.

    ``message_id`` as the delivery has it, with angle brackets; ``outage`` and ``update`` go into headers by which
    replies can be sorted. Raises AddressError where the recipient is not one plain address, ValueError where the
    Message-ID is none.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"'{one_line(message_id)}' is not a Message-ID")
    address = plain_address(message.address)
    mail = EmailMessage(policy=_POLICY_UTF8 if needs_utf8(address) else _POLICY)
    mail["From"] = _from(settings.sender_name, plain_address(settings.sender))
    mail["To"] = address
    mail["Subject"] = _header_text(message.subject)
    mail["Date"] = _date(date.replace(microsecond=0))
    mail["Message-ID"] = message_id
    # RFC 3834: no out-of-office answers, please; the second one is for Exchange.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    for name, value in (("X-Vaken-Outage", outage), ("X-Vaken-Update", update)):
        if value:
            mail[name] = _header_text(value)
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = _parsed("Content-Type", 'text/plain; charset="utf-8"')
    lines = message.body.splitlines()
    body = "\n".join(lines) + "\n"
    encoding = "7bit"
    if not body.isascii() or max(map(len, lines), default=0) > 78:
        # In quoted-printable every server can carry it, with or without 8BITMIME.
        encoding = "quoted-printable"
        body = binascii.b2a_qp(body.encode("utf-8"), istext=True).decode("ascii")
    mail["Content-Transfer-Encoding"] = _parsed("Content-Transfer-Encoding", encoding)
    mail.set_payload(body)
    return mail


def letter(mail: EmailMessage, message: Message, settings: MailSettings) -> Letter:
    """Return a mail made by ``build`` from ``message`` as envelope and octets. Raises AddressError."""
    recipient = plain_address(message.address)
    return Letter(
        sender=plain_address(settings.sender),
        recipient=recipient,
        raw=mail.as_bytes(policy=mail.policy),
        utf8=needs_utf8(recipient),
    )


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

    async def send(self, letter: Letter, before_data: Callable[[], Awaitable[bool]]) -> Answer | None:
        """Offer a letter; when the server takes the recipient, await ``before_data``; then hand the message over.

        Where ``before_data`` returns False nothing is handed over and the result is None. Whatever goes wrong between
        the two sides is an Answer, not an exception; exceptions of ``before_data`` come through.
        """
        client = self._client
        if client is None:
            return Answer(DeliveryState.QUEUED, "the connection to the mail server is closed", trouble=True)
        self.carried += 1
        try:
            refused = await self._step(client, self._envelope(client, letter))
            if refused is not None:
                return refused
            if not await before_data():
                await self._reset(client)
                return None
            return await self._step(client, self._data(client)) or await self._hand_over(client, letter.raw)
        except BaseException:
            self._drop()  # In the middle of a conversation nothing else can be said on this connection.
            raise

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
            return Answer(DeliveryState.QUEUED, f"mail server, before the message: {self._reason(error)}", trouble=True)

    async def _hand_over(self, client: aiosmtplib.SMTP, raw: bytes) -> Answer:
        protocol = client.protocol
        if protocol is None or not protocol.is_connected:
            self._drop()
            return Answer(DeliveryState.QUEUED, "mail server, before the message: connection lost", trouble=True)
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
            return Answer(DeliveryState.QUEUED, f"mail server, before the message: {words}", trouble=True)
        if self._going_away(refusal.code):
            return Answer(DeliveryState.QUEUED, words, trouble=True)
        about_us = isinstance(refusal, aiosmtplib.SMTPSenderRefused)
        if about_us and (refusal.code < 500 or refusal.code in _LOGIN_CODES):
            # It refuses before it knows for whom: the next letter would fare no better.
            self._drop()
            return Answer(DeliveryState.QUEUED, words, trouble=True)
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
