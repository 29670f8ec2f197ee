"""Asks Zammad for what was missed: its webhook gives a ticket up after five tries.

Asked on start, after its feed was silent, and after it was told to come back later: for the tickets that changed since
the newest one that is known. What is known already changes nothing, so asking once too often does no harm.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from feeds.courier.channels.case_comment import CASE_BYTES, ZammadApi
from feeds.courier.channels.http import Ask, NoReply, Reach, Reply, Requests, secret_of
from feeds.courier.errors import LinkDown
from feeds.facts import Fact
from feeds.hub.core import Hub
from feeds.log import LogError
from feeds.sources import SourceError
from feeds.sources.zammad import SOURCE
from feeds.sources.zammad_tickets import Ticket, payload, tickets

LOOK_EVERY: Final = 10.0
"""Seconds between two looks whether there is a reason to ask."""
SILENCE: Final = 900.0
"""Seconds of silence that are a reason, where the feed's own rhythm is not known."""
PAGE: Final = 100
"""Tickets in one answer."""
PAGES: Final = 50
"""Answers in one go; what is beyond them is asked for in the next."""
OVERLAP: Final = timedelta(minutes=5)
"""How far before the newest known ticket is asked: Zammad's index is seconds behind, clocks differ."""
FIRST_TIME: Final = timedelta(days=1)
"""How far back is asked where no ticket is known."""
PAUSES: Final = (2.0, 10.0, 60.0, 600.0)
"""Seconds until Zammad is asked again that could not be."""
BY: Final = "vaken/zammad"
LIST_BYTES: Final = 32 * 1024 * 1024


Parse = Callable[[bytes], Awaitable[list[Fact]]]
"""Reads a payload as the webhook's are read. Raises SourceError."""


class CannotAsk(Exception):
    """Zammad could not be asked, or its answer cannot be used. The message says why."""


class Resync:
    """Looks for reasons to ask, and asks. One at a time."""

    def __init__(self, hub: Hub, api: ZammadApi, parse: Parse, pauses: tuple[float, ...] = PAUSES) -> None:
        self._hub = hub
        self._api = api
        self._parse = parse
        self._pauses = pauses
        self._requests: Requests[object] = Requests(Reach(timeout=api.timeout, ca_file=api.ca_file))
        self._headers: dict[str, str] = {}
        self._turned_away = 0
        self._asked: datetime | None = None
        self.found = 0
        """Tickets that were missed and fetched."""

    async def run(self) -> None:
        """Ask on start and whenever there is a reason, until cancelled."""
        tries, why = 0, "the hub started"
        try:
            while True:
                pause = LOOK_EVERY
                if why and not self._hub.not_kept:
                    try:
                        if await self.catch_up(why):
                            tries, why = 0, ""
                        else:
                            pause = 0.0  # more than one go: on with it
                    except (CannotAsk, LogError, SourceError) as error:
                        if not tries:
                            self._hub.warn(
                                f"Zammad could not be asked for what was missed, trying again: {error}", "resync.waits"
                            )
                        pause = self._pauses[min(tries, len(self._pauses) - 1)]
                        tries += 1
                await asyncio.sleep(pause)
                why = why or self._reason()
        finally:
            await self._requests.close()

    async def catch_up(self, why: str) -> bool:
        """Fetch what changed since the newest ticket that is known; return whether that was all.

        Raises CannotAsk, LogError, SourceError.
        """
        started = self._hub.now()
        cases = self._hub.board.cases
        known = [case.changed for held in (cases.open, cases.closed) for case in held.values() if case.source == SOURCE]
        since = max(known) - OVERLAP if known else started - FIRST_TIME
        await self._open()
        before, whole = self.found, False
        for page in range(1, PAGES + 1):
            found = _read(await self._get("tickets/search", LIST_BYTES, **_search(since, page)))
            for ticket in found:
                await self._fetch(ticket)
            if len(found) < PAGE:
                whole = True
                break
        whole = whole or self.found == before
        if self.found > before:
            count = self.found - before
            self._hub.journal.say("zammad.resync", f"{count} tickets were missed and fetched: {why}", tickets=count)
        self._asked, self._turned_away = started, self._row_turned_away()
        return whole

    async def _fetch(self, ticket: Ticket) -> None:
        known = self._hub.board.cases.get(f"{SOURCE}/{ticket.number}")
        if known is not None and ticket.updated <= known.changed:
            return
        reply = await self._get(f"ticket_articles/by_ticket/{ticket.id}", CASE_BYTES)
        try:
            body = payload(ticket, reply.body, known.changed if known is not None else None)
            facts = await self._parse(body)
        except SourceError as error:
            if error.status == 503:
                raise
            why = f"ticket {ticket.number}, which was missed, cannot be taken: {error.message}"
            self._hub.warn(why, "resync.refused")
            return
        # Past the feed's own line: what is fetched says nothing of whether the webhook lives.
        news = [fact for fact in facts if self._hub.board.is_news(fact)]
        if news:
            await self._hub.append(BY, news)
            self.found += 1

    def _reason(self) -> str:
        row = self._hub.heard.row(SOURCE)
        if row is None:
            return ""
        if row.turned_away > self._turned_away:
            return "it was told to come back later"
        last = max((one for one in (row.heard, self._asked) if one is not None), default=None)
        after = timedelta(seconds=row.stale_after or SILENCE)
        return "its feed is silent" if last is not None and self._hub.now() - last > after else ""

    def _row_turned_away(self) -> int:
        row = self._hub.heard.row(SOURCE)
        return row.turned_away if row is not None else 0

    async def _open(self) -> None:
        try:
            token = await asyncio.to_thread(secret_of, self._api.token_file)
            self._headers = {"Authorization": f"Token token={token}", "Accept": "application/json"}
            if not self._requests.is_open:
                await self._requests.open()
        except LinkDown as error:
            raise CannotAsk(str(error)) from error

    async def _get(self, path: str, most: int, **query: str) -> Reply:
        url = f"{self._api.url.rstrip('/')}/api/v1/{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            reply = await self._requests.ask(Ask("GET", url, self._headers, answer_bytes=most))
        except NoReply as error:
            raise CannotAsk(f"no answer: {error}") from error
        if reply.status != 200:
            raise CannotAsk(f"it answered {reply.words}")
        if not reply.whole:
            raise CannotAsk(f"its answer is longer than {most:,} bytes")
        return reply


def _read(reply: Reply) -> list[Ticket]:
    try:
        return tickets(reply.body)
    except SourceError as error:
        raise CannotAsk(error.message) from error


def _search(since: datetime, page: int) -> dict[str, str]:
    """Return the query for one page, oldest change first: what was fetched is where the next time begins."""
    return {
        "query": f"updated_at:[{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} TO *]",
        "sort_by": "updated_at",
        "order_by": "asc",
        "expand": "true",
        "per_page": str(PAGE),
        "limit": str(PAGE),
        "page": str(page),
    }


def resync_of(hub: Hub, parse: Parse) -> Resync | None:
    """Return what asks Zammad, where the configuration has its API."""
    api = hub.settings.zammad.api
    return Resync(hub, api, parse) if api is not None and hub.settings.zammad.resync else None
