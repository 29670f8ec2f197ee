"""Zammad's REST interface, what it answers when it is asked for tickets → payloads as its webhook would have sent them.

So that what was missed goes the same way as what comes by itself, and is cleaned and bounded there.
"""

import html
from datetime import datetime
from typing import Final, TypeVar

import msgspec
from msgspec import Raw, Struct

from feeds.sources.errors import Malformed
from feeds.sources.parse import in_utc, invalid

T = TypeVar("T")

ARTICLES: Final = 200
"""Articles of one ticket that are put together, the newest ones."""


class Ticket(Struct, frozen=True):
    """A ticket of the list, as far as it says whether it is news. ``raw``: all of it."""

    id: int
    number: str
    updated: datetime
    raw: Raw


class _Head(Struct, frozen=True):
    id: int
    number: str | int
    updated_at: datetime


class _Article(Struct, frozen=True):
    created_at: datetime | None = None
    body: str | None = None
    content_type: str | None = None
    type: str | None = None
    sender: str | None = None
    internal: bool | None = None


def tickets(body: bytes) -> list[Ticket]:
    """Return the tickets of ``GET /api/v1/tickets/search?expand=true``. Raises Malformed or Invalid."""
    found: list[Ticket] = []
    for raw in _decoded(body, list[Raw]):
        head = _decoded(bytes(raw), _Head)
        updated = in_utc(head.updated_at, "$.updated_at")
        assert updated is not None  # in_utc gives none only for none
        found.append(Ticket(head.id, str(head.number), updated, raw))
    return found


def payload(ticket: Ticket, articles: bytes, after: datetime | None) -> bytes:
    """Return the payload of one ticket with its articles of later than ``after``. Raises Malformed or Invalid.

    ``articles``: of ``GET /api/v1/ticket_articles/by_ticket/ID``. Internal notes are left out, as triggers on public
    articles do.
    """
    all_ = [one for one in _decoded(articles, list[_Article]) if not one.internal]
    new = [one for one in all_ if after is None or (one.created_at is not None and one.created_at > after)]
    new = new[-ARTICLES:]
    in_html = any("html" in (one.content_type or "").lower() for one in new)
    bodies = [_in_html(one) if in_html else one.body or "" for one in new]
    customer = any((one.sender or "").strip().lower() == "customer" for one in new)
    article = {
        "body": ("<hr>" if in_html else "\n\n").join(bodies),
        "content_type": "text/html" if in_html else "text/plain",
        "type": all_[0].type if all_ else None,
        "sender": "Customer" if customer else "Agent",
        "internal": False,
    }
    return msgspec.json.encode({"ticket": ticket.raw, "article": article if new else None})


def _in_html(article: _Article) -> str:
    body = article.body or ""
    if "html" in (article.content_type or "").lower():
        return body
    return "<br>".join(html.escape(line) for line in body.split("\n"))


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed(f"Zammad's answer is no JSON that is meant: {error}") from None
