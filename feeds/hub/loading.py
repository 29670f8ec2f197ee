"""A whole inventory in two steps: what it would change is answered and it is parked; a yes makes it one fact.

Proving, comparing and indexing a million ranges takes seconds: all of it is done on a thread, one inventory at a time.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec
import orjson
from aiohttp import web
from msgspec import Raw

from feeds.facts import Origin, RangesLoaded
from feeds.fleet.columns import Columns, NotATable, digest, merged
from feeds.fleet.crossing import crossing
from feeds.fleet.difference import Difference, difference
from feeds.fleet.prepared import Prepared, prepare
from feeds.hub.access.guard import address_of, identity_of, who_of
from feeds.hub.core import Hub
from feeds.hub.ingest import RETRY_AFTER
from feeds.hub.reading_bodies import read_parts
from feeds.log import Large, LogError, LogRefused
from feeds.model import Coded, RangeTable
from feeds.sources import SourceError
from feeds.sources.clean import clean
from feeds.sources.encodings import Utf8Blocks
from feeds.sources.errors import Invalid, Malformed
from feeds.sources.range_columns import range_columns

PARKED: Final = 2
"""Inventories that wait for a yes; one more takes the place of the oldest."""
EXPIRES: Final = timedelta(minutes=10)
WAITING: Final = 2
"""Bodies that are read or looked at; one more is told to come back later, as each may be hundreds of megabytes."""
NAMED: Final = 5
"""Customers that a note names."""
MSGPACK: Final = "application/x-msgpack"
CSV: Final = "text/csv"


class Offered(msgspec.Struct, frozen=True):
    """The answer to an inventory: ask with ``digest`` and ``seen`` for it to be applied."""

    digest: str
    seen: int
    difference: Difference
    notes: tuple[str, ...] = ()
    """What is legal and perhaps not meant, one sentence each."""


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
        read = _BODIES.get(request.content_type)
        if read is None:
            return _said(415, f"the body is a table in msgpack or a file in CSV: Content-Type {' or '.join(_BODIES)}")
        if self._waiting >= WAITING:
            return _said(503, f"{WAITING} inventories are being looked at already; send this one again later")
        self._waiting += 1
        try:
            parts = await read_parts(request, self._hub.settings.limits.inventory_bytes)
            async with self._turn:
                offered = await self._look(parts, read)
        finally:
            self._waiting -= 1
        inventory = self._hub.board.inventory
        if request.query.get("now") == "1" and not len(inventory.standing) and not len(inventory.pending):
            return await self._make(offered.digest, offered.seen, request)
        return web.Response(body=msgspec.json.encode(offered), content_type="application/json")

    async def _look(self, parts: list[bytes], read: Callable[[bytes], RangeTable]) -> Offered:
        hub, inventory = self._hub, self._hub.board.inventory
        now, seen, version = hub.now(), hub.board.seq, inventory.version
        standing, pending = inventory.standing, inventory.pending
        names = {customer.id: customer.name for customer in inventory.customers.values()}

        def look() -> tuple[str, Prepared, Difference, tuple[str, ...]]:
            prepared = prepare(read(b"".join(parts)), now)
            before = merged((standing.columns, pending))
            at = int(now.timestamp())
            found = difference(before, prepared.columns, names, at)
            return digest(prepared.table), prepared, found, _notes(prepared.columns, names)

        name, prepared, found, notes = await asyncio.to_thread(look)
        clock = asyncio.get_running_loop().time()
        self._forget(clock)
        known = self._parked.pop(name, None)
        if known is not None and known.version == version:
            seen, prepared = known.seen, known.prepared  # who looked at it before may still say yes
        while len(self._parked) >= PARKED:
            del self._parked[next(iter(self._parked))]
        self._parked[name] = _Parked(prepared, seen, version, clock + EXPIRES.total_seconds())
        asyncio.get_running_loop().call_later(EXPIRES.total_seconds() + 1, self._expire)
        return Offered(name, seen, found, notes)

    async def _apply(self, request: web.Request) -> web.Response:
        """Make a parked inventory the inventory, as one fact."""
        try:
            seen = int(request.query.get("seen", ""))
        except ValueError:
            return _said(422, "seen: the sequence of the answer was expected")
        return await self._make(request.match_info["digest"], seen, request)

    async def _make(self, name: str, seen: int, request: web.Request) -> web.Response:
        hub, who = self._hub, who_of(request)
        origin: Origin = identity_of(request).origin(address_of(request))
        large: Large | None = None
        if (waits := self._parked.get(name)) is not None:
            # Before its turn to decide: others need not wait for it.
            async with self._turn:
                large = await asyncio.to_thread(Large.of, RangesLoaded(waits.prepared.table))
        async with hub.deciding:
            self._forget(asyncio.get_running_loop().time())
            parked = self._parked.get(name) if large is not None else None
            if parked is None or large is None or parked.prepared.table is not large.fact.table:
                kept = f"{PARKED} inventories are kept, for {EXPIRES.seconds // 60} minutes each"
                return _said(404, f"no such inventory waits for a yes: {kept}; send it again")
            inventory = hub.board.inventory
            if parked.seen != seen or parked.version != inventory.version:
                return _said(409, "the inventory changed since the difference was made: send it again and look again")
            del self._parked[name]
            inventory.prepared = parked.prepared
            try:
                batch = await hub.append_large(who, large, seen, origin)
            finally:
                inventory.prepared = None
            hub.heard.facts([large.fact])
        return web.Response(body=b'{"accepted":1,"seq":%d}' % batch.last, content_type="application/json")

    def _expire(self) -> None:
        self._forget(asyncio.get_running_loop().time())

    def _forget(self, clock: float) -> None:
        for name in [name for name, parked in self._parked.items() if parked.expires <= clock]:
            del self._parked[name]


def _notes(columns: Columns, customers: Mapping[str, str]) -> tuple[str, ...]:
    notes = []
    count, examples = crossing(columns)
    if count:
        what = "range lies across another one" if count == 1 else "ranges lie across others"
        notes.append(f"{count:,} {what}, the smaller one owns what they share: {'; '.join(examples)}")
    unknown = [customer for customer in columns.customer.values if customer not in customers] if customers else []
    if unknown:
        named = ", ".join(unknown[:NAMED]) + (" …" if len(unknown) > NAMED else "")
        what = "customer is not one" if len(unknown) == 1 else "customers are not among those"
        notes.append(f"{len(unknown):,} {what} that the hub knows by its id: {named}")
    return tuple(notes)


class _Columns(msgspec.Struct, frozen=True):
    """A table whose columns are not read yet: each by itself takes milliseconds, all at once hold up the hub."""

    firsts: Raw
    lasts: Raw
    customer: Raw
    use: Raw
    attributes: tuple[Raw, ...] = ()
    imsis: Raw = Raw()
    msisdns: Raw = Raw()
    since: Raw = Raw()


_columns: Final = msgspec.msgpack.Decoder(_Columns)
_numbers: Final = msgspec.msgpack.Decoder(bytes)
_coded: Final = msgspec.msgpack.Decoder(Coded)


def _table(body: bytes) -> RangeTable:
    """Return the table in a body. Raises Malformed, Invalid."""
    try:
        given = _columns.decode(body)
        table = RangeTable(
            firsts=_numbers.decode(given.firsts),
            lasts=_numbers.decode(given.lasts),
            customer=_coded.decode(given.customer),
            use=_coded.decode(given.use),
            attributes=tuple([_coded.decode(column) for column in given.attributes]),
            imsis=_numbers.decode(given.imsis) if given.imsis else b"",
            msisdns=_numbers.decode(given.msisdns) if given.msisdns else b"",
            since=_numbers.decode(given.since) if given.since else b"",
        )
    except msgspec.ValidationError as error:
        raise Invalid(f"{error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"the body is no msgpack: {error}") from None
    for column in (table.customer, table.use, *table.attributes):
        for text in (column.name, *column.values):
            if clean(text) != text:
                raise Invalid(f"{clean(column.name[:64])}: {clean(text[:40])!r} holds characters that are not shown")
    return table


def _csv_table(body: bytes) -> RangeTable:
    """Return the table of a CSV file. Raises SourceError."""
    return range_columns(iter(Utf8Blocks(io.BytesIO(body)).next, b"")).table()


_BODIES: Final[Mapping[str, Callable[[bytes], RangeTable]]] = {MSGPACK: _table, CSV: _csv_table}


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
