"""E-mail as data: how it leaves (settings), and the message with its headers, ready for the wire.

How SMTP is spoken is ``smtp``; when to send, to whom and what to do with the answer is ``sending``.
"""

import binascii
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from feeds.courier.addresses import needs_utf8, plain_address
from feeds.courier.errors import AddressError
from feeds.courier.texts import one_line
from feeds.model import Message

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
