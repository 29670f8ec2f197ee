"""Taking facts in: HTTP bodies and frames of ``WS /v1/ingest`` become facts, or are refused with a reason.

Parsing is the sources' work. Here are the bounds, the order of events and the answers: a 2xx (or ``accepted`` on the
WebSocket) is sent after the facts are flushed to disk.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import orjson
from aiohttp import WSMsgType, web

from feeds.facts import AlarmReported, Fact
from feeds.hub.core import Hub
from feeds.hub.watch import Lapses
from feeds.log import LogError, LogRefused
from feeds.sources import Malformed, SourceError, alertmanager, native, zammad

OFF_LOOP_BYTES = 64 * 1024
"""Bodies larger than this are parsed on a thread: reading them takes longer than the event loop may be busy."""
FRAMES_IN_FLIGHT = 64
"""Frames of one feed that may wait for the disk; the hub reads no further ones until some are answered."""
RETRY_AFTER = "1"

Parse = Callable[[bytes], list[Fact]]
FrameId = int | str | None


class TooLarge(SourceError):
    """The body is larger than the hub takes."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit:,} bytes; send smaller batches")


class Door:
    """The ingest handlers of one hub."""

    def __init__(self, hub: Hub, lapses: Lapses) -> None:
        self._hub = hub
        self._lapses = lapses

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/v1/alarms", self._handler("alarms", "alarms", native.alarms)),
            web.post("/v1/cases", self._handler("cases", "cases", self._cases)),
            web.post("/v1/ranges", self._handler("inventory", "inventory", self._ranges)),
            web.post("/v1/customers", self._handler("inventory", "inventory", native.customers)),
            web.post("/hooks/alertmanager", self._handler("alertmanager", "alarms", alertmanager.webhook)),
            web.post("/api/v2/alerts", self._alerts),
            web.post("/hooks/zammad", self._zammad),
            web.get("/v1/ingest", self._socket),
        ]

    async def take(self, by: str, facts: Sequence[Fact]) -> tuple[int, int]:
        """Append what is news among ``facts``. Return (how many were accepted, sequence they are kept up to)."""
        alarms = self._hub.board.alarms
        news = [fact for fact in facts if not isinstance(fact, AlarmReported) or alarms.is_news(fact.event)]
        seq = self._hub.board.seq
        if news:
            seq = (await self._hub.append(by, news)).last
        self._hub.metrics.repeats.inc(len(facts) - len(news))
        self._hub.heard.facts(facts)
        return len(facts), seq

    async def parse(self, parse: Parse, body: bytes) -> list[Fact]:
        """Run a parser: large bodies on a thread."""
        if len(body) > OFF_LOOP_BYTES:
            return await asyncio.to_thread(parse, body)
        return parse(body)

    def _cases(self, body: bytes) -> list[Fact]:
        return native.cases(body, self._hub.profile())

    def _ranges(self, body: bytes) -> list[Fact]:
        return native.ranges(body, self._hub.profile())

    # -- HTTP --------------------------------------------------------------------------------------------------------

    def _handler(self, name: str, kind: str, parse: Parse) -> Callable[[web.Request], Awaitable[web.Response]]:
        limits = self._hub.settings.limits
        limit = limits.inventory_bytes if kind == "inventory" else limits.body_bytes

        async def handle(request: web.Request) -> web.Response:
            async def work() -> web.Response:
                facts = await self.parse(parse, await read_body(request, limit))
                accepted, seq = await self.take(_by(request, name), facts)
                return _answer(200, {"accepted": accepted, "seq": seq})

            return await self._answered(work, _by(request, name), kind)

        return handle

    async def _alerts(self, request: web.Request) -> web.Response:
        async def work() -> web.Response:
            body = await read_body(request, self._hub.settings.limits.body_bytes)
            now = self._hub.now()
            facts = await self.parse(lambda raw: alertmanager.alerts_v2(raw, now), body)
            accepted, seq = await self.take(_by(request, "alertmanager"), facts)
            for key, ends in alertmanager.expiries(facts):
                self._lapses.renew(key, ends)
            return _answer(200, {"accepted": accepted, "seq": seq})

        return await self._answered(work, _by(request, "alertmanager"), "alarms")

    async def _zammad(self, request: web.Request) -> web.Response:
        async def work() -> web.Response:
            body = await read_body(request, self._hub.settings.limits.body_bytes)
            zammad.verify(body, request.headers.get("X-Hub-Signature", ""), self._hub.settings.zammad.secret)
            facts = await self.parse(lambda raw: zammad.webhook(raw, self._hub.profile()), body)
            accepted, seq = await self.take(_by(request, "zammad"), facts)
            return _answer(200, {"accepted": accepted, "seq": seq})

        return await self._answered(work, _by(request, "zammad"), "cases")

    async def _answered(self, work: Callable[[], Awaitable[web.Response]], name: str, kind: str) -> web.Response:
        """Run ``work``; a refusal is counted and answered with its reason."""
        try:
            return await work()
        except SourceError as error:
            self._hub.heard.refused(name, kind)
            self._hub.metrics.refused.labels(status=str(error.status)).inc()
            return _answer(error.status, {"error": error.message})
        except LogError as error:
            status, answer = _log_answer(error)
            self._hub.metrics.refused.labels(status=str(status)).inc()
            return answer

    # -- WebSocket ---------------------------------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            max_msg_size=self._hub.settings.limits.body_bytes, heartbeat=20, compress=False, decode_text=False
        )
        await socket.prepare(request)
        by = _by(request, "ingest")
        places = asyncio.Semaphore(FRAMES_IN_FLIGHT)
        async with asyncio.TaskGroup() as group:
            async for message in socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    break
                await places.acquire()
                # Parsed here, one after the other: a small frame must not overtake a large one on its thread.
                number, facts = await self._read(by, message.data)
                group.create_task(self._frame(socket, by, number, facts, places))
        return socket

    async def _read(self, by: str, frame: bytes) -> tuple[FrameId, list[Fact] | SourceError]:
        """Return the id of a frame, and its facts or why it is refused."""
        number: FrameId = None
        facts: list[Fact] = []
        try:
            parts = native.frame(frame)
            number = parts.id
            for body, parse in (
                (parts.ranges, self._ranges),
                (parts.customers, native.customers),
                (parts.alarms, native.alarms),
                (parts.cases, self._cases),
            ):
                if body:
                    facts.extend(await self.parse(parse, bytes(body)))
        except SourceError as error:
            self._hub.heard.refused(by, "ingest")
            self._hub.metrics.refused.labels(status=str(error.status)).inc()
            return number, error
        return number, facts

    async def _frame(
        self,
        socket: web.WebSocketResponse,
        by: str,
        number: FrameId,
        facts: list[Fact] | SourceError,
        places: asyncio.Semaphore,
    ) -> None:
        try:
            answer = await self._frame_answer(by, facts)
        finally:
            places.release()
        if not socket.closed:
            try:
                await socket.send_frame(orjson.dumps({"id": number, **answer}), WSMsgType.TEXT)
            except ConnectionError:
                return  # the feed is gone; it sends again what it has no answer for

    async def _frame_answer(self, by: str, facts: list[Fact] | SourceError) -> dict[str, object]:
        if isinstance(facts, SourceError):
            return {"error": {"status": facts.status, "message": facts.message}}
        try:
            accepted, seq = await self.take(by, facts)
        except LogError as error:
            status, _ = _log_answer(error)
            self._hub.metrics.refused.labels(status=str(status)).inc()
            return {"error": {"status": status, "message": str(error), "retry_after": 1}}
        return {"accepted": accepted, "seq": seq}


async def read_body(request: web.Request, limit: int) -> bytes:
    """Return the body, decompressed, or raise TooLarge as soon as it is more than ``limit`` bytes.

    Raises Malformed where it is not compressed as Content-Encoding says, or is cut off.
    """
    if (request.content_length or 0) > limit:
        raise TooLarge(limit)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.content.iter_any():
            size += len(part)
            if size > limit:
                raise TooLarge(limit)
            parts.append(part)
    except web.RequestPayloadError:
        request.content.feed_eof()  # nothing of the rest can be read: aiohttp need not wait for it
        coding = request.headers.get("Content-Encoding", "its framing")
        raise Malformed(f"the body cannot be read: it is not what {coding[:20]} says") from None
    except ConnectionResetError:
        raise Malformed("the sender hung up in the middle of the body") from None
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _by(request: web.Request, name: str) -> str:
    feed = request.query.get("feed", "") or request.headers.get("X-Vaken-Feed", "")
    return native.feed_name(feed) or name


def _answer(status: int, body: dict[str, object]) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def _log_answer(error: LogError) -> tuple[int, web.Response]:
    status = 413 if isinstance(error, LogRefused) else 503
    answer = _answer(status, {"error": str(error)})
    if status == 503:
        answer.headers["Retry-After"] = RETRY_AFTER
    return status, answer
