"""Taking facts in: HTTP bodies and frames of ``WS /v1/ingest`` become facts, or are refused with a reason.

Parsing is the sources' work, what happens under load that of ``pressure``. Here are the bounds of bodies, the order of
events and the answers: a 2xx (or ``accepted`` on the WebSocket) is sent after the facts are flushed to disk.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from time import perf_counter

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from feeds.facts import Fact, ObjectsStated
from feeds.hub.access.gate import Gate
from feeds.hub.access.guard import PROTOCOL, address_of, identity_of
from feeds.hub.access.identity import Identity, may_not
from feeds.hub.core import Hub
from feeds.hub.feed_visits import FeedVisits
from feeds.hub.lapses import Lapses
from feeds.hub.long_texts import LongTexts
from feeds.hub.pressure.bodies import Bodies
from feeds.hub.pressure.bounds import Overloaded
from feeds.hub.pressure.intake import Intake, Taken
from feeds.hub.pressure.places import Places
from feeds.hub.pressure.turn import Answer, Brought, Turn
from feeds.hub.reading_bodies import read_body
from feeds.log import Batch, LogError, LogRefused
from feeds.model.access import Capability
from feeds.sources import Invalid, SourceError, alertmanager, native, objects, zammad

OFF_LOOP_BYTES = 64 * 1024
"""Bodies larger than this are parsed on a thread: reading them takes longer than the event loop may be busy."""
LARGE_BYTES = 512 * 1024
"""Bodies of cases larger than this are parsed one after the other: a long text in one takes a process for a while."""
LARGE_WAITING = 4
"""So many of them may wait, as each is held in memory; one more is told to come back later."""
RETRY_AFTER = "1"
TARRY_SECONDS = 0.25
"""A sender that is told to come back later hears it so much later: who comes back at once costs the others nothing."""
CLOSE_SECONDS = 2.0
"""How long a feed may take to answer a goodbye."""

Parse = Callable[[bytes], list[Fact]]
Prepare = Callable[[], Parse]
"""Called on the event loop for each body: a parser with what it needs of the board, which threads must not look at."""
Handler = Callable[[web.Request], Awaitable[web.Response]]

_JSON = {"Content-Type": "application/json"}
_RETRY = {"Retry-After": RETRY_AFTER}


class NotAllowed(SourceError):
    """The token may not bring this."""

    status = 403


class Failed(SourceError):
    """Something in the hub that nobody thought of; its journal says what."""

    status = 500

    def __init__(self) -> None:
        super().__init__("the hub failed over this frame, and its journal says how; it may be sent again")


class Door:
    """The ingest handlers of one hub."""

    def __init__(self, hub: Hub, lapses: Lapses, gate: Gate) -> None:
        self._hub = hub
        self._gate = gate
        self._lapses = lapses
        self._long_texts = LongTexts()
        self._large = ThreadPoolExecutor(1, "large-bodies")
        self._large_waiting = 0
        limits = hub.settings.limits
        self._intake = Intake(hub)
        self._turn = Turn(self._intake, self._take_together)
        self.visits = FeedVisits(hub.journal)
        self._bodies = Bodies(max(limits.bodies_bytes, 4 * limits.body_bytes))
        self._inventories = Bodies(2 * limits.inventory_bytes)
        hub.metrics.gauge(
            "vaken_bodies_bytes",
            "Bytes of bodies that are being read and parsed.",
            lambda: self._bodies.held + self._inventories.held,
        )

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/v1/alarms", self._handler("alarms", "alarms", lambda: native.alarms)),
            web.post("/v1/cases", self._handler("cases", "cases", self._cases)),
            web.post("/v1/ranges", self._handler("inventory", "inventory", self._ranges)),
            web.post("/v1/customers", self._handler("inventory", "inventory", lambda: native.customers)),
            web.post("/v1/objects", self._handler("inventory", "inventory", lambda: self._objects)),
            web.post("/hooks/alertmanager", self._handler("alertmanager", "alarms", lambda: alertmanager.webhook)),
            web.post("/api/v2/alerts", self._handler("alertmanager", "alarms", lambda: self._alerts)),
            web.post("/hooks/zammad", self._handler("zammad", "cases", self._tickets, signed=True)),
            web.get("/v1/ingest", self._socket),
        ]

    def close(self) -> None:
        """End what is still being read: the hub stops."""
        self._long_texts.stop()
        self._large.shutdown(wait=False, cancel_futures=True)

    async def take(self, by: str, facts: Sequence[Fact], size: int = 0, feed: str = "") -> tuple[Taken, int]:
        """Append what is news among ``facts``. Return what became of them, and the sequence they are kept up to."""
        taken = self._intake.take(by, facts, size, feed)
        if feed and not facts:
            self._hub.heard.beat(feed)
        self._renew(facts)
        if taken.kept is None:
            return taken, self._hub.board.seq
        started = perf_counter()
        batch = await taken.kept
        self._hub.metrics.appended(perf_counter() - started)
        return taken, batch.last

    def begin_alarms(self, body: bytes, by: str, answer: Answer) -> None:
        """Take in a body of alarms; ``by``: whose token brought it, empty: nobody's.

        ``answer`` is called with status and body: at once, or when the alarms are flushed to disk.
        """
        try:
            if by:
                self._intake.admit(by)
            facts = native.alarms(body)
        except SourceError as error:
            answer(*self.refusal(error, by or "alarms", "alarms"))
            return
        self._turn.add(Brought(by, facts, len(body), answer))

    def _take_together(self, bodies: Sequence[Brought]) -> None:
        """Take in bodies of one feed at once, and answer each."""
        by, facts, size, _ = bodies[0]
        if len(bodies) > 1:
            facts = list(chain.from_iterable([body.facts for body in bodies]))
            size = sum([body.size for body in bodies])
        try:
            taken = self._intake.take(by or "alarms", facts, size, by)
        except (SourceError, LogError) as error:
            if len(bodies) > 1:  # it may be because of one of them
                for body in bodies:
                    self._take_together((body,))
                return
            bodies[0].answer(*self.refusal(error, by or "alarms", "alarms"))
            return
        if by and not all(body.facts for body in bodies):
            self._hub.heard.beat(by)
        self._renew(facts)
        if taken.kept is None:
            self._answer_each(bodies, taken, self._hub.board.seq)
        else:
            taken.kept.add_done_callback(partial(self._kept_together, bodies, taken, perf_counter()))

    def _kept_together(
        self, bodies: Sequence[Brought], taken: Taken, started: float, done: "asyncio.Future[Batch]"
    ) -> None:
        error = done.exception()
        if error is None:
            self._hub.metrics.appended(perf_counter() - started, len(bodies))
            self._answer_each(bodies, taken, done.result().last)
        elif isinstance(error, LogRefused) and len(bodies) > 1:  # because of one of them
            for body in bodies:
                self._take_together((body,))
        elif isinstance(error, LogError):
            for body in bodies:
                body.answer(*self.refusal(error, body.by or "alarms", "alarms"))
        else:
            raise error

    def _answer_each(self, bodies: Sequence[Brought], taken: Taken, seq: int) -> None:
        if taken.turned_away:  # what is kept out is decided for each by itself
            bodies[0].answer(*self._turned_away(taken, bodies[0].by, seq))
            return
        for body in bodies:
            body.answer(200, b'{"accepted":%d,"seq":%d}' % (len(body.facts), seq))

    def _turned_away(self, taken: Taken, by: str, seq: int) -> tuple[int, bytes]:
        """Count what was turned away; return status and body of the answer."""
        self._hub.heard.turned_away(by or "alarms", "alarms")
        self._hub.metrics.refused.labels(status="503").inc()
        return 503, b'{"error":"%b","accepted":%d,"turned_away":%d,"seq":%d}' % (
            _LATER % taken.turned_away,
            taken.accepted,
            taken.turned_away,
            seq,
        )

    def count_refusal(self, status: int) -> None:
        """Count a request that was refused before it was read."""
        self._hub.metrics.refused.labels(status=str(status)).inc()

    def refusal(self, error: SourceError | LogError, name: str, kind: str) -> tuple[int, bytes]:
        """Count a refusal; return the status and the body of its answer."""
        if isinstance(error, SourceError):
            status, message = error.status, error.message
        else:
            status, message = (413 if isinstance(error, LogRefused) else 503), str(error)
        if status == 503:
            self._hub.heard.turned_away(name, kind)
        else:
            self._hub.heard.refused(name, kind)
        self._hub.metrics.refused.labels(status=str(status)).inc()
        return status, orjson.dumps({"error": message})

    def _renew(self, facts: Sequence[Fact]) -> None:
        for key, ends in alertmanager.expiries(facts):
            self._lapses.renew(key, ends)

    # -- HTTP --------------------------------------------------------------------------------------------------------

    def _handler(self, name: str, kind: str, prepare: Prepare, signed: bool = False) -> Handler:
        """Return a handler: body → facts by a parser → log → answer; a refusal is counted and says why."""
        limits = self._hub.settings.limits
        limit, bodies = limits.body_bytes, self._bodies
        if kind == "inventory":
            limit, bodies = limits.inventory_bytes, self._inventories

        async def handle(request: web.Request) -> web.Response:
            feed = _feed(request)
            by = feed or name
            self.visits.came(by, identity_of(request), address_of(request), request.path)
            try:
                if feed:
                    self._intake.admit(feed)
                with bodies.holding(by) as held:
                    body = await read_body(request, limit, held)
                    parse = prepare()
                    if signed:
                        parse = self._signed(parse, request.headers.get("X-Hub-Signature", ""))
                    facts = await self._parsed(parse, body, kind)
                taken, seq = await self.take(by, facts, len(body), feed)
            except (SourceError, LogError) as error:
                status, answer = self.refusal(error, by, kind)
                if status != 503:
                    return web.Response(status=status, body=answer, headers=_JSON)
                await asyncio.sleep(TARRY_SECONDS)
                return web.Response(status=status, body=answer, headers=_JSON | _RETRY)
            if taken.turned_away:
                status, answer = self._turned_away(taken, by, self._hub.board.seq)
                await asyncio.sleep(TARRY_SECONDS)
                return web.Response(status=status, body=answer, headers=_JSON | _RETRY)
            return web.Response(body=b'{"accepted":%d,"seq":%d}' % (taken.accepted, seq), headers=_JSON)

        return handle

    async def ticket(self, body: bytes) -> list[Fact]:
        """Return the facts of a payload of Zammad that came another way than by its webhook. Raises SourceError."""
        return await self._parsed(self._tickets(), body, "cases")

    async def _parsed(self, parse: Parse, body: bytes, kind: str) -> list[Fact]:
        """Return the facts of a body, parsed where that holds up nobody. Raises SourceError."""
        if len(body) <= OFF_LOOP_BYTES:
            return parse(body)
        if kind != "cases" or len(body) <= LARGE_BYTES:
            return await asyncio.to_thread(parse, body)
        if self._large_waiting >= LARGE_WAITING:
            raise Overloaded(f"{LARGE_WAITING} large bodies are being read already; send this one again later")
        self._large_waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._large, parse, body)
        finally:
            self._large_waiting -= 1

    def _signed(self, parse: Parse, signature: str) -> Parse:
        """Return ``parse`` behind a look at the signature."""

        def checked(body: bytes) -> list[Fact]:
            zammad.verify(body, signature, self._hub.settings.zammad.secret)
            return parse(body)

        return checked

    def _cases(self) -> Parse:
        return partial(native.cases, reader=self._hub.reader(), read=self._long_texts.read)

    def _ranges(self) -> Parse:
        return partial(native.ranges, profile=self._hub.profile())

    def _tickets(self) -> Parse:
        return partial(
            zammad.webhook,
            reader=self._hub.reader(),
            read=self._long_texts.read,
            time_unit=self._hub.settings.zammad.time_unit,
        )

    def _objects(self, body: bytes) -> list[Fact]:
        facts = objects.objects(body)
        for fact in facts:
            if isinstance(fact, ObjectsStated):
                self._hub.board.objects.prepare(fact.rules)
        return facts

    def _alerts(self, body: bytes) -> list[Fact]:
        return [self._lapses.judged(fact) for fact in alertmanager.alerts_v2(body, self._lapses.earliest)]

    # -- WebSocket ---------------------------------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            timeout=CLOSE_SECONDS,
            max_msg_size=self._hub.settings.limits.body_bytes,
            heartbeat=20,
            compress=False,
            decode_text=False,
            protocols=(PROTOCOL,),
        )
        await socket.prepare(request)
        identity = identity_of(request)
        feed = _feed(request)
        goodbye = partial(socket.close, code=WSCloseCode.GOING_AWAY)
        self._hub.sockets.add(goodbye)
        try:
            staying = self.visits.staying(feed or "ingest", identity, address_of(request), request.path)
            with self._gate.holding(identity, request, socket), staying:
                await self._listen(socket, feed, identity)
        finally:
            self._hub.sockets.discard(goodbye)
        return socket

    async def _listen(self, socket: web.WebSocketResponse, feed: str, identity: Identity) -> None:
        places = Places()
        async with asyncio.TaskGroup() as group:
            async for message in socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    break
                size = len(message.data)
                await places.take(size)
                # Parsed here, one after the other: a small frame must not overtake a large one on its thread.
                number, facts = await self._read(feed, message.data, identity)
                group.create_task(self._frame(socket, feed, number, facts, size, places))

    def _failed(self, feed: str, error: Exception) -> Failed:
        """Say what nobody thought of; return what the sender is told: it must not wait for an answer for ever."""
        self._hub.journal.failed(f"a frame of {feed or 'a feed'} made the hub fail", "ingest.failed", error, feed=feed)
        return Failed()

    async def _read(
        self, feed: str, frame: bytes, identity: Identity
    ) -> tuple[native.FrameId, list[Fact] | SourceError]:
        """Return the id of a frame, and its facts or why it is refused."""
        number: native.FrameId = None
        facts: list[Fact] = []
        by = feed or "ingest"
        try:
            try:
                parts = native.frame(frame)
            except Invalid:
                number = native.frame_id(frame)
                raise
            number = parts.id
            if parts.sequence is not None:
                self._hub.heard.numbered(by, parts.sequence)
            if (parts.ranges or parts.customers) and Capability.INVENTORY not in identity.may:
                raise NotAllowed(may_not(identity, Capability.INVENTORY))
            if feed:
                self._intake.admit(feed)
            with self._bodies.holding(by) as held:
                held.add(len(frame))
                for body, parse, kind in (
                    (parts.ranges, self._ranges(), "inventory"),
                    (parts.customers, native.customers, "inventory"),
                    (parts.alarms, native.alarms, "alarms"),
                    (parts.cases, self._cases(), "cases"),
                ):
                    if body:
                        facts.extend(await self._parsed(parse, bytes(body), kind))
        except SourceError as error:
            self.refusal(error, by, "ingest")
            return number, error
        except Exception as error:  # noqa: BLE001  said, and answered
            failed = self._failed(feed, error)
            self.refusal(failed, by, "ingest")
            return number, failed
        return number, facts

    async def _frame(
        self,
        socket: web.WebSocketResponse,
        feed: str,
        number: native.FrameId,
        facts: list[Fact] | SourceError,
        size: int,
        places: Places,
    ) -> None:
        try:
            try:
                answer = await self._frame_answer(feed, facts, size)
                body = orjson.dumps({"id": number, **answer})
            except Exception as wrong:  # noqa: BLE001  said, and answered
                answer = await self._frame_answer(feed, self._failed(feed, wrong), size)
                body = orjson.dumps({"id": number, **answer})
            if isinstance(error := answer.get("error"), dict) and error["status"] == 503:
                await asyncio.sleep(TARRY_SECONDS)
            if not socket.closed:
                await socket.send_frame(body, WSMsgType.TEXT)
        except ConnectionError:
            return  # the feed is gone; it sends again what it has no answer for
        finally:
            places.give_back(size)  # not before the answer is sent: a feed that reads no answers is not read either

    async def _frame_answer(self, feed: str, facts: list[Fact] | SourceError, size: int) -> dict[str, object]:
        if isinstance(facts, SourceError):
            return {"error": _frame_error(facts.status, facts.message)}
        by = feed or "ingest"
        try:
            taken, seq = await self.take(by, facts, size, feed)
        except (SourceError, LogError) as error:
            status, _ = self.refusal(error, by, "ingest")
            return {"error": _frame_error(status, str(error))}
        if taken.turned_away:
            self._turned_away(taken, by, seq)
            more = {"accepted": taken.accepted, "turned_away": taken.turned_away, "seq": seq}
            return {"error": _frame_error(503, (_LATER % taken.turned_away).decode()) | more}
        gaps = self._hub.heard.gaps(by)
        return {"accepted": taken.accepted, "seq": seq} | ({"missing": gaps} if gaps else {})


def _frame_error(status: int, message: str) -> dict[str, object]:
    error: dict[str, object] = {"status": status, "message": message}
    return error | {"retry_after": int(RETRY_AFTER)} if status >= 500 else error


def _feed(request: web.Request) -> str:
    """Return who sends: the name of the token, else the feed named in the query; empty: nobody says."""
    identity = identity_of(request)
    if identity.name:
        return identity.name
    return native.feed_name(request.query.get("feed", "")) if request.query_string else ""


_LATER = (
    b"%d events of less weight were turned away, as too much waits for the disk; the others are kept: send this again"
)
