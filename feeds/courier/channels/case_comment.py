"""Updates as public comments in the cases themselves: Zammad's REST interface, and TMF621 by PATCH.

The address of such a delivery is the key of the case (``source/number``); by its source it goes to one system or the
other, where the case has its own ``reference``. The last line of each comment is a mark that no other has. A delivery
that may have been written before is looked for by that mark first, and is accepted where it is found.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Final, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct

from feeds.courier.channel import Answer, Claim, Errand
from feeds.courier.channels.http import (
    Ask,
    NoReply,
    Reach,
    Reply,
    Requests,
    Timeout,
    judged,
    lost,
    secret_of,
    web_address,
)
from feeds.courier.errors import AddressError
from feeds.courier.pace import Pace, Traffic
from feeds.model import Case, CaseState, ContactChannel, DeliveryState

REFUSALS: Final = (400, 404, 410, 413, 422)
"""What speaks of one case: it is not there, or takes no comment."""

CASE_BYTES: Final = 8 * 1024 * 1024
"""So much is read of what a system says about one case."""


class ZammadApi(Struct, frozen=True, forbid_unknown_fields=True):
    """How comments get into Zammad. ``url``: where Zammad is; ``token_file``: a token with the right ticket.agent.

    ``article``: ``note`` is seen by the customer in the portal, ``web`` too; the mail goes out by its own channel.
    """

    url: Annotated[str, Meta(min_length=1, max_length=500)]
    token_file: Annotated[str, Meta(min_length=1)]
    source: Annotated[str, Meta(min_length=1, max_length=64)] = "zammad"
    article: Literal["note", "web"] = "note"
    timeout: Timeout = 15.0
    ca_file: str = ""

    def __post_init__(self) -> None:
        """Refuse an address that is none."""
        _check(self.url)


class Tmf621Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """How comments get into a ticket system with TM Forum's TMF621. ``url``: up to and without ``/troubleTicket``.

    ``notes``: what its PATCH does with a list of notes: ``replace`` it (JSON merge patch, RFC 7396), so that all of
    them are sent, or ``append`` to it. ``source``: by which name its cases come in.
    """

    url: Annotated[str, Meta(min_length=1, max_length=500)]
    token_file: str = ""
    source: Annotated[str, Meta(min_length=1, max_length=64)] = "native"
    author: Annotated[str, Meta(max_length=100)] = "operations"
    notes: Literal["replace", "append"] = "replace"
    timeout: Timeout = 15.0
    ca_file: str = ""

    def __post_init__(self) -> None:
        """Refuse an address that is none."""
        _check(self.url)


def _check(url: str) -> None:
    try:
        web_address(url)
    except AddressError as error:
        raise AddressError(f"url is {error}") from error


class Comment(Struct, frozen=True):
    """One comment: in which system, about which of its tickets, what, and by which mark it is known."""

    source: str
    ticket: str
    subject: str
    text: str
    mark: str
    when: datetime
    repeated: bool


class _Article(Struct, frozen=True):
    id: int | str = ""
    body: str | None = None


class _Note(Struct, frozen=True):
    text: str | None = None


class _Ticket(Struct, frozen=True):
    note: list[msgspec.Raw] | None = None


class _Made(Struct, frozen=True):
    id: int | str = ""


class Zammad(Requests[Comment]):
    """Writes articles."""

    def __init__(self, settings: ZammadApi) -> None:
        super().__init__(Reach(timeout=settings.timeout, ca_file=settings.ca_file))
        self._settings = settings
        self._headers: Mapping[str, str] = {}

    async def open(self) -> None:
        """Read the token and make a session. Raises LinkDown."""
        token = await asyncio.to_thread(secret_of, self._settings.token_file)
        self._headers = {"Authorization": f"Token token={token}", "Content-Type": "application/json"}
        await super().open()

    async def send(self, parcel: Comment, claim: Claim) -> Answer | None:
        """Write one article, unless it is there already."""
        base = self._settings.url.rstrip("/")
        if parcel.repeated:
            url = f"{base}/api/v1/ticket_articles/by_ticket/{quote(parcel.ticket, safe='')}"
            found = await looked_for(self, Ask("GET", url, self._headers, answer_bytes=CASE_BYTES), "Zammad", parcel)
            if found is not None:
                return found if found.state is not DeliveryState.ACCEPTED or await claim() else None
        if not await claim():
            return None
        article = {
            "ticket_id": int(parcel.ticket) if parcel.ticket.isdigit() else parcel.ticket,
            "subject": parcel.subject,
            "body": parcel.text,
            "content_type": "text/plain",
            "type": self._settings.article,
            "sender": "Agent",
            "internal": False,
        }
        ask = Ask("POST", f"{base}/api/v1/ticket_articles", self._headers, msgspec.json.encode(article))
        try:
            reply = await self.ask(ask)
        except NoReply as error:
            return lost(error, "Zammad")
        return judged(reply, _id_in(reply), REFUSALS)


class Tmf621(Requests[Comment]):
    """Adds notes to trouble tickets."""

    def __init__(self, settings: Tmf621Settings) -> None:
        super().__init__(Reach(timeout=settings.timeout, ca_file=settings.ca_file))
        self._settings = settings
        self._headers: Mapping[str, str] = {}

    async def open(self) -> None:
        """Read the token and make a session. Raises LinkDown."""
        headers = {"Accept": "application/json"}
        if self._settings.token_file:
            token = await asyncio.to_thread(secret_of, self._settings.token_file)
            headers["Authorization"] = f"Bearer {token}"
        self._headers = headers
        await super().open()

    async def send(self, parcel: Comment, claim: Claim) -> Answer | None:
        """Add one note, unless it is there already."""
        url = f"{self._settings.url.rstrip('/')}/troubleTicket/{quote(parcel.ticket, safe='')}"
        notes: list[msgspec.Raw] = []
        headers = {**self._headers, "Content-Type": "application/merge-patch+json"}
        if parcel.repeated or self._settings.notes == "replace":
            try:
                reply = await self.ask(Ask("GET", f"{url}?fields=note", self._headers, answer_bytes=CASE_BYTES))
            except NoReply as error:
                return Answer(DeliveryState.QUEUED, f"no answer about the notes of the ticket: {error}", trouble=True)
            if reply.status != 200:
                return _unread(reply)
            try:
                if not reply.whole:
                    raise msgspec.ValidationError(f"more than {CASE_BYTES:,} bytes")
                notes = msgspec.json.decode(reply.body, type=_Ticket).note or []
                texts = [msgspec.json.decode(note, type=_Note).text or "" for note in notes]
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                return Answer(DeliveryState.QUEUED, f"the notes of the ticket cannot be read: {error}", trouble=True)
            if any(parcel.mark in text for text in texts):
                return _found() if await claim() else None
            if reply.etag:
                headers["If-Match"] = reply.etag
        if not await claim():
            return None
        note = {"author": self._settings.author, "date": parcel.when.isoformat(), "text": parcel.text}
        mine = msgspec.Raw(msgspec.json.encode(note))
        everything = [*notes, mine] if self._settings.notes == "replace" else [mine]
        try:
            reply = await self.ask(Ask("PATCH", url, headers, msgspec.json.encode({"note": everything})))
        except NoReply as error:
            return lost(error, "the ticket system")
        if reply.status in (409, 412):
            return Answer(DeliveryState.QUEUED, f"somebody else wrote there meanwhile: {reply.words}", again=1.0)
        return judged(reply, parcel.mark, REFUSALS)


async def looked_for(requests: Requests[Comment], ask: Ask, what: str, parcel: Comment) -> Answer | None:
    """Return the answer where a comment is there already, or where that cannot be known now; None: it is not there."""
    try:
        reply = await requests.ask(ask)
    except NoReply as error:
        return Answer(DeliveryState.QUEUED, f"no answer from {what} about the case: {error}", trouble=True)
    if reply.status != 200:
        return _unread(reply)
    try:
        if not reply.whole:
            raise msgspec.ValidationError(f"more than {CASE_BYTES:,} bytes")
        articles = msgspec.json.decode(reply.body, type=list[_Article])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Answer(DeliveryState.QUEUED, f"what {what} says of the case cannot be read: {error}", trouble=True)
    found = next((one for one in articles if parcel.mark in (one.body or "")), None)
    return None if found is None else _found(str(found.id))


def _unread(reply: Reply) -> Answer:
    answer = judged(reply, refusals=REFUSALS)
    if answer.state is DeliveryState.ACCEPTED:
        return Answer(DeliveryState.QUEUED, f"an answer that is none: {reply.words}", trouble=True)
    return answer


def _found(reference: str = "") -> Answer:
    return Answer(DeliveryState.ACCEPTED, "found in the case: it was written before", reference=reference)


def _id_in(reply: Reply) -> str:
    try:
        return str(msgspec.json.decode(reply.body, type=_Made).id)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""  # Longer than what is read of an answer, or none: it was accepted all the same.


class CaseLink:
    """One link for all systems in which cases are."""

    def __init__(self, links: Mapping[str, Zammad | Tmf621]) -> None:
        self._links = links

    @property
    def is_open(self) -> bool:
        """Whether all of them are."""
        return all(link.is_open for link in self._links.values())

    async def open(self) -> None:
        """Open all. Raises LinkDown."""
        for link in self._links.values():
            await link.open()

    async def close(self) -> None:
        """Close all."""
        for link in self._links.values():
            await link.close()

    async def send(self, parcel: Comment, claim: Claim) -> Answer | None:
        """Write one comment where its case is. One system in trouble is no trouble of the others."""
        answer = await self._links[parcel.source].send(parcel, claim)
        return msgspec.structs.replace(answer, trouble=False) if answer and len(self._links) > 1 else answer


class CaseChannel:
    """Comments in cases. ``case`` returns a case by its key, as it is now."""

    kind = ContactChannel.CASE
    pace = Pace()
    traffic = Traffic(connections=2, first_at_once=2, most_at_once=2)

    def __init__(
        self, case: Callable[[str], Case | None], zammad: ZammadApi | None = None, tmf621: Tmf621Settings | None = None
    ) -> None:
        self._case = case
        self._zammad = zammad
        self._tmf621 = tmf621
        self._sources = {settings.source for settings in (zammad, tmf621) if settings is not None}

    def destination(self, address: str) -> str:
        """Return the system."""
        return address.partition("/")[0]

    def prepare(self, errand: Errand) -> Comment:
        """Return the comment. Raises AddressError."""
        key = errand.message.address
        source = key.partition("/")[0]
        case = self._case(key)
        if source not in self._sources:
            raise AddressError(f"a case of '{source}', into which nothing is configured to write")
        if case is None:
            raise AddressError("a case that is not known any more")
        if case.state is CaseState.CLOSED:
            raise AddressError("a case that was closed meanwhile")
        mark = f"[{errand.token}]"
        return Comment(
            source=source,
            ticket=case.reference or case.number,
            subject=errand.message.subject,
            text=f"{errand.message.body.rstrip()}\n\n{mark}\n",
            mark=mark,
            when=errand.now,
            repeated=errand.repeated,
        )

    def link(self) -> CaseLink:
        """Return a link that is not open yet."""
        links: dict[str, Zammad | Tmf621] = {}
        if self._tmf621 is not None:
            links[self._tmf621.source] = Tmf621(self._tmf621)
        if self._zammad is not None:
            links[self._zammad.source] = Zammad(self._zammad)
        return CaseLink(links)
