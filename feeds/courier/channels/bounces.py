"""Mail that comes back: what a report says, and which delivery it is about.

Read are delivery status notifications (RFC 3464, with the enhanced codes of RFC 3463), complaints (ARF, RFC 5965) and
answers to List-Unsubscribe. A report is about a delivery whose name it carries: in the address to which it came
(VERP), or in the Message-ID of the mail that it returns. The name has digits of the update's digest in it, so nobody
who did not get the mail can make one up. Where reports come from is ``mailboxes``, what follows in the ledger is here
as facts; nothing here waits or writes.
"""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import Message
from enum import StrEnum
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from feeds.board.update.updates import may_move
from feeds.courier.email import token_of
from feeds.courier.ledger import Job, Ledger
from feeds.courier.texts import one_line
from feeds.facts import AddressSuppressed, DeliveryMoved, Fact
from feeds.model import ContactChannel, Delivery, DeliveryState, UpdateId

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a report that are read; the rest is the returned mail."""


class BounceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where mail comes back to: a Maildir folder, or an IMAP mailbox.

    What was matched is marked as seen and, with IMAP and ``handled``, moved to that folder; all else stays as it is.
    ``every``: seconds between two looks.
    """

    maildir: str = ""
    imap_host: Annotated[str, Meta(max_length=255)] = ""
    imap_port: Annotated[int, Meta(ge=1, le=65535)] = 993
    imap_security: Literal["tls", "starttls", "none"] = "tls"
    username: str = ""
    password_file: str = ""
    folder: Annotated[str, Meta(min_length=1, max_length=200)] = "INBOX"
    handled: Annotated[str, Meta(max_length=200)] = ""
    ca_file: str = ""
    every: Annotated[float, Meta(ge=0.05, le=86_400)] = 30.0

    def __post_init__(self) -> None:
        """Refuse what names no mailbox, or two."""
        if bool(self.maildir) == bool(self.imap_host):
            raise ValueError("set either maildir or imap_host")
        if self.imap_host and not (self.username and self.password_file):
            raise ValueError("imap_host needs username and password_file")


class Kind(StrEnum):
    """What a mail that came back says."""

    HARD = "hard bounce"
    SOFT = "soft bounce"
    COMPLAINT = "complaint"
    OPT_OUT = "opt-out"


class Report(Struct, frozen=True):
    """One mail that came back. ``tokens``: names of deliveries that it carries, the surest first."""

    kind: Kind
    words: str
    tokens: tuple[str, ...]


_TOKEN = re.compile(r"u-\d{1,9}\.\d{1,9}\.[0-9a-f]{8,64}")
_VERP = re.compile(rf"\+({_TOKEN.pattern})@", re.IGNORECASE)
_MESSAGE_ID = re.compile(rf"<({_TOKEN.pattern})@[^<>\s]+>", re.IGNORECASE)
_OPT_OUT = re.compile(rf"\s*(?:re:\s*)?unsubscribe\s+({_TOKEN.pattern})\s*", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_REPLY = re.compile(r"\b([245])\d\d\b")


def read(raw: bytes) -> Report | None:
    """Return what a mail says, None where it is no report that is known here. Never raises for what is in it."""
    mail = message_from_bytes(raw[:LARGEST], policy=policy.default)
    tokens = tuple(dict.fromkeys(_tokens(mail, raw[:LARGEST])))
    if _media(mail) == "multipart/report":
        kind = (_parameter(mail, "report-type")).lower()
        if kind == "feedback-report":
            return Report(Kind.COMPLAINT, _complaint(mail), tokens)
        if kind == "delivery-status" or any(_media(part) == "message/delivery-status" for part in mail.walk()):
            return _bounced(mail, tokens)
    found = _OPT_OUT.fullmatch(_header(mail, "Subject"))
    if found is not None:
        return Report(Kind.OPT_OUT, "asked for no more mail", (found[1].lower(),))
    return None


def _bounced(mail: Message, tokens: tuple[str, ...]) -> Report | None:
    """Return what a delivery status says: the gravest of its recipients; None where it only tells of a success."""
    found: list[tuple[Kind, str]] = []
    for part in mail.walk():
        if _media(part) != "message/delivery-status":
            continue
        for block in part.walk():
            action = _header(block, "Action").strip().lower()
            status = _STATUS.search(_header(block, "Status"))
            code = _header(block, "Diagnostic-Code").partition(";")[2] or _header(block, "Diagnostic-Code")
            if action not in ("failed", "delayed"):
                continue
            words = one_line(f"{_header(block, 'Status')} {code}", 300)
            reply = _REPLY.search(code)
            first = status[1] if status is not None else reply[1] if reply is not None else "5"
            hard = action == "failed" and first == "5" and not _is_full(status)
            found.append((Kind.HARD if hard else Kind.SOFT, words if action == "failed" else f"delayed: {words}"))
    if not found:
        return None
    kind, words = min(found, key=lambda one: one[0] is not Kind.HARD)
    return Report(kind, words, tokens)


def _is_full(status: re.Match[str] | None) -> bool:
    # RFC 3463: x.2.2 mailbox full, x.3.x and x.4.x the system and the network. The address itself is not at fault.
    return status is not None and (status[0][2:] == "2.2" or status[0][2:4] in ("3.", "4."))


def _complaint(mail: Message) -> str:
    for part in mail.walk():
        if _media(part) == "message/feedback-report":
            text = part.as_string()
            kind = re.search(r"^Feedback-Type:\s*(\S+)", text, re.IGNORECASE | re.MULTILINE)
            return one_line(f"complained: {kind[1] if kind else 'abuse'}", 200)
    return "complained"


def _tokens(mail: Message, raw: bytes) -> Iterator[str]:
    for name in ("Delivered-To", "X-Original-To", "Envelope-To", "To"):
        for value in mail.get_all(name, []):
            for found in _VERP.finditer(str(value)):
                yield found[1].lower()
    # Servers return the mail, or its headers, in many ways, some in none of the standards: its id is in it somewhere.
    for one in _MESSAGE_ID.finditer(raw.decode("ascii", "replace")):
        yield one[1].lower()


def _media(part: Message) -> str:
    return str(part.get_content_type()).lower()


def _parameter(part: Message, name: str) -> str:
    return str(part.get_param(name) or "")


def _header(part: Message, name: str) -> str:
    try:
        return one_line(str(part.get(name, "")), 1_000)
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return ""  # The library's header parser trips over some of what is sent: then the header says nothing.


def job_of(token: str) -> Job:
    """Return the delivery that a name speaks of; whether there is one, and it has this name, is still to be seen."""
    update, place, _ = token.split(".", 2)
    return Job(UpdateId(update.upper()), int(place))


class Matched(Struct, frozen=True):
    """A report about a delivery of this ledger, and the facts that follow; none where they are there already."""

    job: Job
    facts: tuple[Fact, ...]


def match(report: Report, ledger: Ledger, known: Callable[[UpdateId], bool]) -> Matched | None:
    """Return the delivery that a report is about and what follows from it; None: it is about none of ours.

    The same report matched again gives no facts: what it says stands in the ledger by then.
    """
    for token in report.tokens:
        job = job_of(token)
        if not known(job.update):
            continue
        deliveries = ledger.deliveries(job.update)
        if job.place < len(deliveries) and token_of(deliveries[job.place].message_id) == token:
            return Matched(job, tuple(_follows(report, ledger, job, deliveries[job.place])))
    return None


def _follows(report: Report, ledger: Ledger, job: Job, delivery: Delivery) -> Iterator[Fact]:
    entry = ledger.update(job.update).audience[job.place]
    if entry.channel is not ContactChannel.EMAIL:
        return
    if report.kind is Kind.HARD and may_move(delivery.state, DeliveryState.BOUNCED):
        yield _step(job, DeliveryState.BOUNCED, report.words)
    elif report.kind is Kind.SOFT and may_move(delivery.state, delivery.state):
        note = f"{Kind.SOFT.value}: {report.words}"
        if delivery.state is DeliveryState.ACCEPTED and delivery.answer != note:
            yield _step(job, DeliveryState.ACCEPTED, note)
    why: dict[Kind, Literal["hard bounce", "complaint", "opt-out"]] = {
        Kind.HARD: "hard bounce",
        Kind.COMPLAINT: "complaint",
        Kind.OPT_OUT: "opt-out",
    }
    if report.kind in why and not ledger.suppressed(entry.channel, entry.address):
        yield AddressSuppressed(
            channel=entry.channel, address=entry.address, why=why[report.kind], words=one_line(report.words, 300)
        )


def _step(job: Job, state: DeliveryState, words: str) -> DeliveryMoved:
    return DeliveryMoved(update=job.update, index=job.place, state=state, answer=one_line(words, 500))
