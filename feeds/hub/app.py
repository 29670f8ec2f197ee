"""The hub's HTTP face: which path leads where. Who may ask for what is asked before, by ``access.guard``.

Every answer is JSON, errors too: ``{"error": sentence}``.
"""

import asyncio
import secrets

import msgspec
import orjson
from aiohttp import web

from feeds.hub.access.gate import Gate
from feeds.hub.access.guard import Guard, address_of, identity_of, who_of
from feeds.hub.commands import Commands, Refused, Unavailable
from feeds.hub.core import Hub
from feeds.hub.delivery_reports import DeliveryReports
from feeds.hub.ingest import RETRY_AFTER, Door
from feeds.hub.ledger_csv import ledger_csv
from feeds.hub.loading import Loading
from feeds.hub.openapi import document
from feeds.hub.pressure.bodies import Bodies
from feeds.hub.readiness import Readiness
from feeds.hub.reading_bodies import read_body
from feeds.hub.stream import MESSAGE_BYTES, stream_handler
from feeds.hub.version import VERSION
from feeds.model import COMMANDS, ROW_TYPES
from feeds.sources import SourceError, parse
from feeds.sources.clean import clean
from feeds.views import BadQuery
from feeds.views.query import MAX_WINDOW


def make_app(
    hub: Hub,
    commands: Commands,
    door: Door,
    reports: DeliveryReports,
    gate: Gate,
    guard: Guard,
    readiness: Readiness | None = None,
) -> web.Application:
    """Return the application of one hub."""
    app = web.Application(middlewares=[guard.middleware()], client_max_size=0)
    app.add_routes(door.routes())
    app.add_routes(Loading(hub).routes())
    app.add_routes(reports.routes())
    reading = Reading(hub, commands, readiness)
    app.add_routes(
        [
            web.get("/v1/stream", stream_handler(hub, commands, gate, secrets.token_hex(8))),
            web.get("/healthz", reading.health),
            web.get("/readyz", reading.ready),
            web.get("/metrics", reading.metrics),
            web.get("/openapi.json", reading.openapi),
            web.get("/v1/updates/{id}/deliveries.csv", reading.ledger),
            web.get("/v1/{view}", reading.view),
            web.post("/v1/commands/{name}", reading.command),
        ]
    )

    async def goodbye(_app: web.Application) -> None:
        door.close()
        await asyncio.gather(*(close() for close in hub.sockets))

    app.on_shutdown.append(goodbye)
    return app


COMMAND_BYTES = 64 * 1024 * 1024
"""Bytes of commands that are read at a time, of all who give some."""


class Reading:
    """Handlers that read, and commands over HTTP."""

    def __init__(self, hub: Hub, commands: Commands, readiness: Readiness | None = None) -> None:
        """``readiness``: asked of the disk, where this hub writes to one."""
        self._hub = hub
        self._readiness = readiness
        self._bodies = Bodies(COMMAND_BYTES)
        self._commands = commands
        metrics = hub.metrics
        metrics.gauge("vaken_log_sequence", "Sequence of the last fact on the board.", lambda: hub.board.seq)
        metrics.gauge("vaken_alarms_active", "Active alarms.", lambda: len(hub.board.alarms.active))
        metrics.gauge("vaken_cases_open", "Open cases.", lambda: len(hub.board.cases.open))
        metrics.gauge("vaken_outages_live", "Outages that gather evidence.", lambda: len(hub.board.outages.members))
        metrics.gauge("vaken_sim_ranges", "SIM ranges in the inventory.", lambda: hub.board.inventory.range_count)
        metrics.gauge("vaken_queries_open", "Distinct queries that terminals look at.", lambda: len(hub.queries))

    async def health(self, request: web.Request) -> web.Response:
        """The process answers."""
        return _json(200, {"status": "ok", "version": VERSION})

    async def ready(self, request: web.Request) -> web.Response:
        """The log is replayed and takes facts, and the disk under it does."""
        why = self._hub.degraded if self._readiness is None else await self._readiness.why_not()
        if why:
            return _json(503, {"status": "degraded", "why": why, "seq": self._hub.board.seq})
        said: dict[str, object] = {"status": "ready", "seq": self._hub.board.seq}
        if self._hub.unwell:
            said["why"] = self._hub.unwell
        return _json(200, said)

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus' page."""
        if self._readiness is not None:
            await self._readiness.look()
        return web.Response(body=self._hub.metrics.page(), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def openapi(self, request: web.Request) -> web.Response:
        """The description of all this."""
        return web.Response(body=document(), headers={"Content-Type": "application/json"})

    async def view(self, request: web.Request) -> web.Response:
        """Rows of a view as they are now: ``?filter=&sort=&of=&first=&limit=``."""
        view = request.match_info["view"]
        if view not in ROW_TYPES:
            return _json(404, {"error": f"there is no view {clean(view[:40])}; there are {', '.join(ROW_TYPES)}"})
        asked = request.query
        try:
            first, limit = int(asked.get("first", "0")), int(asked.get("limit", "100"))
        except ValueError:
            return _json(422, {"error": "first and limit are whole numbers"})
        if first < 0 or not 0 <= limit <= MAX_WINDOW:
            return _json(422, {"error": f"first is not negative, limit is 0 to {MAX_WINDOW}"})
        key = (view, asked.get("of", ""), asked.get("sort", ""), asked.get("filter", ""))
        try:
            async with self._hub.queries.at_hand(key) as query:
                if not query.ready(first, limit):
                    await self._hub.past.settled(query, first, limit)
                rows = b",".join(row for _key, row in query.window(first, limit))
                total, seq = query.total, self._hub.board.seq
        except BadQuery as error:
            return _json(422, {"error": str(error)})
        except TimeoutError:
            return _json(503, {"error": "the rows were not at hand in time: try again"})
        head = b'{"view":%b,"seq":%d,"total":%d,"first":%d,"rows":[' % (orjson.dumps(view), seq, total, first)
        return web.Response(body=head + rows + b"]}", content_type="application/json")

    async def ledger(self, request: web.Request) -> web.StreamResponse:
        """The deliveries of one update as CSV, step by step."""
        updates = self._hub.board.updates
        update = updates.updates.get(request.match_info["id"])
        if update is None:
            return _json(404, {"error": f"there is no update {clean(request.match_info['id'][:40])}"})
        answer = web.StreamResponse(
            headers={
                "Content-Type": "text/csv; charset=utf-8; header=present",
                "Content-Disposition": f'attachment; filename="{update.id}-deliveries.csv"',
            }
        )
        await answer.prepare(request)
        for piece in ledger_csv(update, list(updates.deliveries.get(update.id, ()))):
            await answer.write(piece)
        await answer.write_eof()
        return answer

    async def command(self, request: web.Request) -> web.Response:
        """A command as on the stream: the body holds its fields."""
        kind = COMMANDS.get(request.match_info["name"])
        if kind is None:
            return _json(404, {"error": f"there is no such command; there are {', '.join(COMMANDS)}"})
        origin = identity_of(request).origin(address_of(request))
        try:
            with self._bodies.holding(who_of(request)) as held:
                asked = parse.decode(await read_body(request, MESSAGE_BYTES, held))
            if not isinstance(asked, dict):
                return _json(422, {"error": "expected an object with the command's fields"})
            asked["do"] = request.match_info["name"]
            command = msgspec.convert(asked, kind)
            seq, result = await self._commands.do(command, who_of(request), origin, identity_of(request).may)
        except SourceError as error:
            answer = _json(error.status, {"error": error.message})
            if error.status == 503:
                answer.headers["Retry-After"] = RETRY_AFTER
            return answer
        except msgspec.ValidationError as error:
            return _json(422, {"error": str(error)})
        except Unavailable as error:
            answer = _json(503, {"error": str(error)})
            answer.headers["Retry-After"] = RETRY_AFTER
            return answer
        except Refused as error:
            return _json(409, {"error": str(error)})
        return web.Response(body=b'{"done":true,"seq":%d,"result":%b}' % (seq, result), content_type="application/json")


def _json(status: int, body: dict[str, object]) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")
