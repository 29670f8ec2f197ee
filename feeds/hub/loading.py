"""A whole inventory in two steps: what it would change is answered and it is parked; a yes makes it one fact.

Proving, comparing and indexing a million ranges takes seconds: all of it is done on a thread, one inventory at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec
import orjson
from aiohttp import web

from feeds.facts import RangesLoaded
from feeds.fleet.columns import NotATable, digest, merged
from feeds.fleet.difference import Difference, difference
from feeds.fleet.prepared import Prepared, prepare
from feeds.hub.core import Hub
from feeds.hub.ingest import RETRY_AFTER, read_body
from feeds.log import LogError, LogRefused
from feeds.model import RangeTable
from feeds.sources import SourceError, parse
from feeds.sources.clean import clean
from feeds.sources.errors import Invalid, Malformed

PARKED: Final = 2
"""Inventories that wait for a yes; one more takes the place of the oldest."""
EXPIRES: Final = timedelta(minutes=10)
WAITING: Final = 2
"""Bodies that are read or looked at; one more is told to come back later, as each may be hundreds of megabytes."""
MSGPACK: Final = "application/x-msgpack"


class Offered(msgspec.Struct, frozen=True):
    """The answer to an inventory: ask with ``digest`` and ``seen`` for it to be applied."""

    digest: str
    seen: int
    difference: Difference


@dataclass(frozen=True, slots=True)
class _Parked:
    prepared: Prepared
    seen: int
    version: int
    expires: float


class Loading:
    """The two handlers, and the inventories that wait."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._parked: dict[str, _Parked] = {}
        self._waiting = 0
        self._turn = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/v1/inventory/ranges", _answered(self._offer)),
            web.post("/v1/inventory/ranges/{digest:[^/]+}", _answered(self._apply)),
        ]

    async def _offer(self, request: web.Request) -> web.Response:
        """Take an inventory in, compare it with the one that stands, park it."""
        if request.content_type != MSGPACK:
            return _said(415, f"the body is msgpack: Content-Type {MSGPACK}")
        if self._waiting >= WAITING:
            return _said(503, f"{WAITING} inventories are being looked at already; send this one again later")
        self._waiting += 1
        try:
            body = await read_body(request, self._hub.settings.limits.inventory_bytes)
            async with self._turn:
                return await self._look(body)
        finally:
            self._waiting -= 1

    async def _look(self, body: bytes) -> web.Response:
        hub, inventory = self._hub, self._hub.board.inventory
        now, seen, version = hub.now(), hub.board.seq, inventory.version
        standing, pending = inventory.standing, inventory.pending
        names = {customer.id: customer.name for customer in inventory.customers.values()}

        def look() -> tuple[str, Prepared, Difference]:
            prepared = prepare(_table(body), now)
            before = merged((standing.columns, pending))
            at = int(now.timestamp())
            return digest(prepared.table), prepared, difference(before, prepared.columns, names, at)

        name, prepared, found = await asyncio.to_thread(look)
        clock = asyncio.get_running_loop().time()
        self._forget(clock)
        known = self._parked.pop(name, None)
        if known is not None and known.version == version:
            seen, prepared = known.seen, known.prepared  # who looked at it before may still say yes
        while len(self._parked) >= PARKED:
            del self._parked[next(iter(self._parked))]
        self._parked[name] = _Parked(prepared, seen, version, clock + EXPIRES.total_seconds())
        asyncio.get_running_loop().call_later(EXPIRES.total_seconds() + 1, self._expire)
        answer = msgspec.json.encode(Offered(name, seen, found))
        return web.Response(body=answer, content_type="application/json")

    async def _apply(self, request: web.Request) -> web.Response:
        """Make a parked inventory the inventory, as one fact."""
        hub, name = self._hub, request.match_info["digest"]
        who = parse.person(request.query.get("who", "")) or "somebody"
        try:
            seen = int(request.query.get("seen", ""))
        except ValueError:
            return _said(422, "seen: the sequence of the answer was expected")
        async with hub.deciding:
            self._forget(asyncio.get_running_loop().time())
            parked = self._parked.get(name)
            if parked is None:
                kept = f"{PARKED} inventories are kept, for {EXPIRES.seconds // 60} minutes each"
                return _said(404, f"no such inventory waits for a yes: {kept}; send it again")
            inventory = hub.board.inventory
            if parked.seen != seen or parked.version != inventory.version:
                return _said(409, "the inventory changed since the difference was made: send it again and look again")
            del self._parked[name]
            inventory.prepared = parked.prepared
            fact = RangesLoaded(parked.prepared.table)
            try:
                batch = await hub.append(who, [fact], seen)
            finally:
                inventory.prepared = None
            hub.heard.facts([fact])
        return web.Response(body=b'{"accepted":1,"seq":%d}' % batch.last, content_type="application/json")

    def _expire(self) -> None:
        self._forget(asyncio.get_running_loop().time())

    def _forget(self, clock: float) -> None:
        for name in [name for name, parked in self._parked.items() if parked.expires <= clock]:
            del self._parked[name]


def _table(body: bytes) -> RangeTable:
    """Return the table in a body. Raises Malformed, Invalid."""
    try:
        table = msgspec.msgpack.decode(body, type=RangeTable)
    except msgspec.ValidationError as error:
        raise Invalid(f"{error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"the body is no msgpack: {error}") from None
    for column in (table.customer, table.use, *table.attributes):
        for text in (column.name, *column.values):
            if clean(text) != text:
                raise Invalid(f"{clean(column.name[:64])}: {clean(text[:40])!r} holds characters that are not shown")
    return table


Handler = Callable[[web.Request], Awaitable[web.Response]]


def _answered(handler: Handler) -> Handler:
    """Return the handler with its refusals as answers."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except SourceError as error:
            return _said(error.status, error.message)
        except NotATable as error:
            return _said(422, str(error))
        except LogError as error:
            return _said(413 if isinstance(error, LogRefused) else 503, str(error))

    return handle


def _said(status: int, why: str) -> web.Response:
    answer = web.Response(status=status, body=orjson.dumps({"error": why}), content_type="application/json")
    if status == 503:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer
