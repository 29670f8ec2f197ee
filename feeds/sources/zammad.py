"""Zammad: the webhook that its triggers and schedulers call, payload → case.

A payload holds the ticket as it is now and the one article that set the trigger off. Fields that are missing do no
harm; only the ticket's number is needed. Which customer is meant is left to the board, which knows the inventory.
"""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Final

from msgspec import Struct

from feeds.facts import Fact
from feeds.model import CaseEvent, CaseKind, CaseState, Channel, Service
from feeds.simspace.reader import UNKNOWING, Reader
from feeds.sources.clean import clean_tree, cut, needs_cleaning
from feeds.sources.errors import Invalid, NotSigned
from feeds.sources.parse import decode, in_utc, proved, typed
from feeds.sources.reported import ReadText, case_reported, read_text, take_long

SOURCE: Final = "zammad"

KINDS: Final = {
    "incident": CaseKind.INCIDENT,
    "problem": CaseKind.INCIDENT,
    "fault": CaseKind.INCIDENT,
    "outage": CaseKind.INCIDENT,
    "störung": CaseKind.INCIDENT,
    "fel": CaseKind.INCIDENT,
    "felanmälan": CaseKind.INCIDENT,
    "information request": CaseKind.INFORMATION,
    "information": CaseKind.INFORMATION,
    "question": CaseKind.INFORMATION,
    "anfrage": CaseKind.INFORMATION,
    "fråga": CaseKind.INFORMATION,
    "service request": CaseKind.SERVICE,
    "request for change": CaseKind.SERVICE,
    "change": CaseKind.SERVICE,
    "order": CaseKind.ORDER,
    "orders": CaseKind.ORDER,
    "bestellung": CaseKind.ORDER,
    "beställning": CaseKind.ORDER,
}
"""What the ticket's kind, type or category, a tag or the group says, in lower case."""

SERVICES: Final = {
    "data": Service.DATA,
    "sms": Service.SMS,
    "voice": Service.VOICE,
    "csd": Service.CSD,
    "other": Service.OTHER,
}
"""The same for the service."""

MINUTE: Final = 60.0
DAY: Final = 86_400.0

_CHANNELS: Final = {
    "phone": Channel.CALL,
    "email": Channel.EMAIL,
    "web": Channel.PORTAL,
    "note": Channel.PORTAL,
}
"""Zammad's article types; sms, chat and all others are interfaces."""


class _Named(Struct, frozen=True):
    """An object of which only its name counts."""

    name: str | None = None


class _Person(Struct, frozen=True):
    """A user of Zammad."""

    email: str | None = None
    login: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    organization: str | _Named | None = None


class _Ticket(Struct, frozen=True):
    number: str | int
    id: int | str | None = None
    title: str | None = None
    state: str | _Named | None = None
    group: str | _Named | None = None
    owner: str | _Person | None = None
    customer: str | _Person | None = None
    organization: str | _Named | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    close_at: datetime | None = None
    pending_time: datetime | None = None
    tags: str | tuple[str, ...] | None = None
    create_article_type: str | None = None
    kind: str | None = None
    type: str | None = None
    category: str | None = None
    service: str | None = None
    sims: str | tuple[str, ...] | None = None
    time_unit: float | str | None = None
    country: str | None = None
    visited_network: str | None = None


class _Article(Struct, frozen=True):
    body: str | None = None
    content_type: str | None = None
    type: str | _Named | None = None
    sender: str | _Named | None = None
    internal: bool | None = None


class _Payload(Struct, frozen=True):
    ticket: _Ticket
    article: _Article | None = None


def verify(body: bytes, header: str, secret: str) -> None:
    """Check ``X-Hub-Signature`` (``sha1=`` and the HMAC-SHA1 of the raw body in hex) in constant time.

    Without a ``secret`` every body passes. Raises NotSigned.
    """
    if not secret:
        return
    given = header.strip().lower().removeprefix("sha1=").encode(errors="replace")
    expected = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest().encode()
    if not hmac.compare_digest(given, expected):
        what = "does not fit" if header else "is missing"
        raise NotSigned(f"X-Hub-Signature {what}; set the same HMAC-SHA1 token in Zammad's webhook and in the hub")


def webhook(
    body: bytes, reader: Reader = UNKNOWING, read: ReadText = read_text, time_unit: float = MINUTE
) -> list[Fact]:
    """Return the fact of one payload. Raises SourceError.

    ``read`` reads texts longer than a case keeps, and HTML. ``time_unit``: seconds of one unit of accounted time.
    """
    value = decode(body, raw=True)
    long = take_long(value.get("article"), "body") if isinstance(value, dict) else None
    payload = typed(clean_tree(value) if needs_cleaning(body) else value, _Payload)
    ticket = payload.ticket
    article = payload.article or _Article()
    number = str(ticket.number).strip()
    if not 0 < len(number) <= 256:
        raise Invalid("$.ticket.number: expected 1 to 256 characters", "$.ticket.number")
    state = _state(_name(ticket.state))
    tags = tuple(ticket.tags.split(",")) if isinstance(ticket.tags, str) else ticket.tags or ()
    words = [
        word.strip().lower()
        for word in (ticket.kind, ticket.service, ticket.type, ticket.category, *tags, _name(ticket.group))
        if word
    ]
    changed = in_utc(ticket.updated_at, "$.ticket.updated_at")
    closed = in_utc(ticket.close_at, "$.ticket.close_at")
    event = CaseEvent(
        number=number,
        source=SOURCE,
        customer=cut(_customer(ticket), 256),
        kind=next((KINDS[word] for word in words if word in KINDS), CaseKind.INCIDENT),
        service=next((SERVICES[word] for word in words if word in SERVICES), Service.DATA),
        channel=_channel(ticket, article),
        state=state,
        adds=True,
        contact=_name(article.sender).strip().lower() == "customer" and not article.internal,
        handled=_handled(ticket.time_unit, time_unit),
        owner=cut(_owner(ticket.owner), 256),
        opened=in_utc(ticket.created_at, "$.ticket.created_at"),
        time=closed if closed and state is CaseState.CLOSED else changed,
        title=cut(ticket.title or "", 256),
        sims=_sims(ticket.sims),
        country=cut(ticket.country or "", 256),
        visited_network=cut(ticket.visited_network or "", 256),
        follow_up=in_utc(ticket.pending_time, "$.ticket.pending_time") if state is CaseState.PENDING else None,
        reference="" if ticket.id is None else cut(str(ticket.id), 256),
    )
    text = long if long is not None else article.body or ""
    markup = "html" in (article.content_type or "").lower()
    return [case_reported(proved(event), reader, read(text, markup, reader) if text else None)]


def _name(value: str | _Named | None) -> str:
    return (value.name or "") if isinstance(value, _Named) else value or ""


def _state(name: str) -> CaseState:
    """Return the state: ``closed``, ``merged``, ``removed`` are closed; what begins with ``pending`` waits."""
    word = name.strip().lower()
    if word.startswith("pending"):
        return CaseState.PENDING
    return CaseState.CLOSED if word.startswith(("closed", "merged", "removed", "resolved")) else CaseState.OPEN


def _customer(ticket: _Ticket) -> str:
    """Return the organization's name, else the customer's address."""
    person = ticket.customer
    if isinstance(person, _Person):
        return _name(ticket.organization) or _name(person.organization) or person.email or person.login or ""
    return _name(ticket.organization) or person or ""


def _owner(owner: str | _Person | None) -> str:
    if isinstance(owner, _Person):
        full = f"{owner.firstname or ''} {owner.lastname or ''}".strip(" -")
        owner = full or owner.email or owner.login
    return "" if owner in (None, "-") else str(owner)


def _channel(ticket: _Ticket, article: _Article) -> Channel:
    """Return how the case came in: by its first article where the ticket says, else by this one."""
    word = (ticket.create_article_type or _name(article.type)).strip().lower()
    if not word:
        return Channel.API
    return next((channel for start, channel in _CHANNELS.items() if word.startswith(start)), Channel.API)


def _handled(units: float | str | None, unit: float) -> float:
    """Return the accounted time in seconds; 0 where there is none that can be."""
    try:
        seconds = float(units or 0.0) * unit
    except ValueError:
        return 0.0
    return seconds if 0.0 < seconds <= DAY else 0.0


def _sims(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    # A text field of the ticket, with line ends as the cleaning left them.
    lines = re.split(r"\\[rn]|[;,]", value) if isinstance(value, str) else value or ()
    return tuple(cut(line.strip(), 256) for line in lines if line.strip())[:1_000]
