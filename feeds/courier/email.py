"""E-mail as data: how it leaves (settings), and the message with its headers and parts, ready for the wire.

How SMTP is spoken is ``smtp``; when to send, to whom and what to do with the answer is ``lane``; how the text looks in
HTML is ``html``.
"""

import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from feeds.courier.addresses import needs_utf8, plain_address
from feeds.courier.attachments import Attachment
from feeds.courier.errors import AddressError
from feeds.courier.html import page
from feeds.courier.texts import one_line
from feeds.model import Message

Seconds = Annotated[float, Meta(gt=0, le=3600)]
Rate = Annotated[float, Meta(ge=0, le=100_000)]


class MailSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How mail leaves. Raises ValueError (in a configuration: msgspec.ValidationError) where it cannot work.

    ``timeout`` is how long each part of the conversation may take (opening, envelope, message), in seconds.
    ``password_file`` is read anew for each connection, so that a changed password needs no restart. ``ca_file``:
    certificates (PEM) to trust beside those of the system.

    ``envelope_sender`` is where bounces go (RFC 5321 MAIL FROM), the sender's address where it is empty; with ``verp``
    each message has its own, ``bounces+TOKEN@…``, which the server for that domain has to sort into one mailbox.
    ``unsubscribe``: an address to which customers write who want no more mail (List-Unsubscribe, RFC 2369). ``rate``
    and ``domain_rate``: messages a second over all and to one domain, 0: as fast as it goes; ``first_at_once`` to
    ``most_at_once``: messages on their way to one domain at a time, growing as they are taken.
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
    envelope_sender: str = ""
    verp: bool = False
    unsubscribe: str = ""
    html: bool = True
    rate: Rate = 0.0
    domain_rate: Rate = 0.0
    first_at_once: Annotated[int, Meta(ge=1, le=1000)] = 5
    most_at_once: Annotated[int, Meta(ge=1, le=1000)] = 50

    def __post_init__(self) -> None:
        """Refuse settings that could only fail later, at night."""
        for name, address in (
            ("sender", self.sender),
            ("envelope_sender", self.envelope_sender or self.sender),
            ("unsubscribe", self.unsubscribe or self.sender),
        ):
            try:
                plain_address(address)
            except AddressError as error:
                raise AddressError(f"{name} '{one_line(address)}' is {error}") from error
            if not address.isascii():
                raise AddressError(f"{name} '{one_line(address)}' is not in ASCII: write its domain in the xn-- form")
        if self.verp and "+" in (self.envelope_sender or self.sender).rpartition("@")[0]:
            raise ValueError("envelope_sender has a + already: with verp the name of each delivery stands behind one")
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
    message: Message,
    settings: MailSettings,
    message_id: str,
    date: datetime,
    *,
    outage: str = "",
    update: str = "",
    attachment: Attachment | None = None,
) -> EmailMessage:
    """Return the mail for one message: headers, the text, the same as HTML where the settings say so, a file.

    Texts are quoted-printable unless they are short lines of ASCII. ``message_id`` as the delivery has it, with angle
    brackets; ``outage`` and ``update`` go into headers by which replies can be sorted. Raises AddressError where the
    recipient is not one plain address, ValueError where the Message-ID is none.
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
    if settings.unsubscribe:
        # To a list that one can leave, "bulk" is what RFC 3834 and old mail servers know against automatic answers.
        mail["Precedence"] = "bulk"
        mail["List-Unsubscribe"] = f"<mailto:{settings.unsubscribe}?subject=unsubscribe%20{token_of(message_id)}>"
    for name, value in (("X-Vaken-Outage", outage), ("X-Vaken-Update", update)):
        if value:
            mail[name] = _header_text(value)
    mail["MIME-Version"] = "1.0"
    text = _text_part("plain", message.body)
    if settings.html:
        html = _text_part("html", page(message.subject, message.body, message.language))
        text = _joined("alternative", f"{BOUNDARY}.a", (text, html))
    if attachment is not None:
        text = _joined("mixed", f"{BOUNDARY}.m", (text, _attached(attachment)))
    mail["Content-Type"] = _parsed("Content-Type", text.type)
    mail["Content-Transfer-Encoding"] = _parsed("Content-Transfer-Encoding", text.encoding)
    mail.set_payload(text.body)
    return mail


def token_of(message_id: str) -> str:
    """Return the name of a delivery in its Message-ID: what stands before the @."""
    return message_id.strip("<>").partition("@")[0]


BOUNDARY = "=_vaken"
"""Between parts; the same in all mails, so its header is parsed once. No part holds it: a text in which it stands is
quoted-printable, where = is always written as =3D, and base64 has no _ (RFC 2045 6.7)."""


class _Part(Struct, frozen=True):
    """A MIME part (RFC 2045): ASCII, lines end with CRLF where it has ``parts``, else with LF."""

    type: str
    encoding: str
    body: str
    more: str = ""
    """Further header lines."""
    parts: bool = False


def _text_part(kind: str, text: str) -> _Part:
    lines = text.splitlines()
    body = "\n".join(lines) + "\n"
    encoding = "7bit"
    if not body.isascii() or max(map(len, lines), default=0) > 78 or BOUNDARY in body:
        # In quoted-printable every server can carry it, with or without 8BITMIME.
        encoding = "quoted-printable"
        body = binascii.b2a_qp(body.encode("utf-8"), istext=True).decode("ascii")
    return _Part(f'text/{kind}; charset="utf-8"', encoding, body)


def _attached(file: Attachment) -> _Part:
    encoded = binascii.b2a_base64(file.data, newline=False).decode("ascii")
    body = "\n".join(encoded[start : start + 76] for start in range(0, len(encoded), 76)) + "\n"
    name = _UNSAFE.sub("_", file.name)[:100] or "attachment"
    return _Part(
        f'{file.media_type}; name="{name}"', "base64", body, f'Content-Disposition: attachment; filename="{name}"\r\n'
    )


def _joined(kind: str, boundary: str, parts: Sequence[_Part]) -> _Part:
    # Put together here: as objects of the library each part is taken apart and written by a generator of its own.
    lines: list[str] = []
    for part in parts:
        lines.append(f"--{boundary}\r\nContent-Type: {part.type}\r\n{part.more}")
        lines.append(f"Content-Transfer-Encoding: {part.encoding}\r\n\r\n")
        lines.append(part.body if part.parts else part.body.replace("\n", "\r\n"))
        lines.append("\r\n")
    lines.append(f"--{boundary}--\r\n")
    return _Part(f'multipart/{kind}; boundary="{boundary}"', "7bit", "".join(lines), parts=True)


_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def envelope_sender(settings: MailSettings, token: str) -> str:
    """Return whom bounces go to: with VERP an address of this delivery only."""
    address = plain_address(settings.envelope_sender or settings.sender)
    if not settings.verp or not token:
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def letter(mail: EmailMessage, message: Message, settings: MailSettings, token: str = "") -> Letter:
    """Return a mail made by ``build`` from ``message`` as envelope and octets. Raises AddressError."""
    recipient = plain_address(message.address)
    return Letter(
        sender=envelope_sender(settings, token),
        recipient=recipient,
        raw=mail.as_bytes(policy=mail.policy),
        utf8=needs_utf8(recipient),
    )
