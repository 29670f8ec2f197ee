"""``WS /v1/stream``: views out, commands in.

A view is sent as one snapshot, then as deltas at most ten times a second, made from the newest state at the moment of
sending. A terminal that reads slowly holds up nobody but itself, and then gets what is so, not what was.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

import msgspec
import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from feeds.hub.access.gate import Gate
from feeds.hub.access.guard import PROTOCOL, address_of, identity_of, who_of
from feeds.hub.access.identity import Identity, may_not
from feeds.hub.commands import Commands, Refused
from feeds.hub.core import Hub
from feeds.hub.queries import QueryKey
from feeds.hub.version import VERSION
from feeds.model import COMMANDS
from feeds.model.access import COMMAND_NEEDS, Capability
from feeds.sources import SourceError, parse
from feeds.views import BadQuery, Looked, Query
from feeds.views.query import MAX_WINDOW

FRAME_EVERY = 0.1
"""Seconds between two frames of one terminal, at the least."""
BEAT_EVERY = 1.0
BEAT_KEPT = 0.02
"""For so long, seconds, one beat goes for all terminals."""
VIEWS_OPEN = 64
"""Views that one terminal may have open."""
COMMANDS_IN_FLIGHT = 16
"""Commands of one terminal that may wait; it is not read further until some are answered."""
ROWS_OPEN = 4 * MAX_WINDOW
"""Rows in all windows of one terminal: the hub remembers for each which ones it has sent."""
MESSAGE_BYTES = 1024 * 1024
CLOSE_SECONDS = 2.0
"""How long the other side may take to answer a goodbye."""


Number = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""What every answer can say again, and numpy can count to."""


class Open(msgspec.Struct, frozen=True):
    """A terminal asks for a view."""

    open: str
    id: Number
    sort: str = ""
    filter: str = ""
    of: str = ""
    window: tuple[Number, Number] = (0, 60)


class Close(msgspec.Struct, frozen=True):
    """A terminal has seen enough of a view."""

    close: Number


class _Subscription:
    """One open view of one terminal, and what the terminal has of it."""

    def __init__(self, number: int, key: QueryKey, query: Looked, window: tuple[int, int]) -> None:
        self.number = number
        self.key = key
        self.query = query
        self.first = max(0, window[0])
        self.count = max(0, min(window[1], MAX_WINDOW))
        self.cut = b',"cut":%d' % MAX_WINDOW if window[1] > MAX_WINDOW else b""
        """Said in the snapshot where more rows were asked for than one window has."""
        self._version = -1
        self._sent: dict[str, bytes] = {}
        self._order: list[str] = []
        self._total = -1

    def frame(self, seq: int) -> bytes | None:
        """Return the next frame: a snapshot the first time, then what changed since; None when nothing did."""
        self.query.refresh()
        if not self.query.ready(self.first, self.count) or self.query.version == self._version:
            return None
        if isinstance(self.query, Query) and self.query.refused:
            self._version = self.query.version
            return b'{"view":%d,"error":%b}' % (self.number, orjson.dumps(self.query.refused))
        snapshot = self._version < 0
        self._version = self.query.version
        window = self.query.window(self.first, self.count)
        total = self.query.total
        head = b'{"view":%d,"seq":%d,"total":%d' % (self.number, seq, total)
        if snapshot:
            self._sent = dict(window)
            self._order = list(self._sent)
            self._total = total
            rows = b",".join(self._sent.values())
            return b'%b,"first":%d%b,"rows":[%b]}' % (head, self.first, self.cut, rows)
        sent, now = self._sent, dict(window)
        changed = [(key, row) for key, row in now.items() if sent.get(key) is not row and sent.get(key) != row]
        gone = [key for key in sent if key not in now]
        order = list(now)
        moved = order != self._order
        if not changed and not gone and not moved and total == self._total:
            return None
        self._sent, self._order, self._total = now, order, total
        parts = [head]
        if changed:
            parts.append(b',"set":{%b}' % b",".join(orjson.dumps(key) + b":" + row for key, row in changed))
        if gone:
            parts.append(b',"gone":' + orjson.dumps(gone))
        if moved:
            parts.append(b',"order":' + orjson.dumps(order))
        parts.append(b"}")
        return b"".join(parts)


class Pulse:
    """The beats of one hub: that it lives, where its board and its clock stand, and how it bears its load."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._time = asyncio.get_running_loop().time
        self._at = 0.0
        self._last = b""

    def beat(self, late: float = 0.0) -> bytes:
        """Return the beat of now for a terminal that is so late itself, seconds."""
        now = self._time()
        if not late and now - self._at < BEAT_KEPT and self._hub.rate is None:
            return self._last
        hub = self._hub
        beat = {
            "beat": hub.board.seq,
            "at": hub.now(),
            "lag": round(max(hub.behind(), late), 2),
            "shed": hub.heard.shed,
            "degraded": hub.unwell,
        }
        if hub.rate is not None:
            beat["rate"] = hub.rate
        made = orjson.dumps(beat)
        if not late:
            self._at, self._last = now, made
        return made


class Terminal:
    """One connected terminal."""

    def __init__(
        self,
        hub: Hub,
        pulse: Pulse,
        commands: Commands,
        request: web.Request,
        socket: web.WebSocketResponse,
        identity: Identity,
        who: str,
        address: str,
    ) -> None:
        self._hub = hub
        self._pulse = pulse
        self._commands = commands
        self._request = request
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        self._identity = identity
        self._who = who
        self._origin = identity.origin(address)
        self._views: dict[int, _Subscription] = {}
        self._wake = asyncio.Event()
        self._behind: float | None = None
        """Since when there is something that the terminal has not got."""
        self._sending: float | None = None
        """Since when a frame waits for the terminal to take it."""
        self._left = 0
        """Bytes of it that were not taken a second ago."""
        self._places = asyncio.Semaphore(COMMANDS_IN_FLIGHT)

    async def serve(self, instance: str) -> None:
        """Talk to the terminal until it is gone."""
        hub = self._hub
        await self._send(
            orjson.dumps(
                {
                    "hub": f"vaken {VERSION}",
                    "instance": instance,
                    "at": hub.now(),
                    "seq": hub.board.seq,
                    "degraded": hub.unwell,
                    "shed": hub.heard.shed,
                    "role": self._identity.role,
                    "who": self._who,
                    "may": sorted(self._identity.may),
                    "rate": hub.rate,
                }
            )
        )
        hub.listeners.add(self._look)
        hub.queries.present.come(self, self._who, self._identity.role)
        try:
            async with asyncio.TaskGroup() as group:
                writers = [group.create_task(self._frames()), group.create_task(self._beats())]
                async for message in self._socket:
                    if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                        break
                    await self._message(message.data, group)
                for writer in writers:
                    writer.cancel()
        finally:
            hub.listeners.discard(self._look)
            hub.queries.present.go(self)
            for view in self._views.values():
                hub.queries.give_back(view.key)
            self._views.clear()

    @property
    def outages(self) -> set[str]:
        """The outages that are open on it."""
        return {view.key[1] for view in self._views.values() if view.key[0] == "timeline" and view.key[1]}

    def _look(self) -> None:
        """Something moved: see what of it the terminal looks at."""
        if self._behind is None:
            self._behind = self._loop.time()
        self._wake.set()

    def _late(self) -> float:
        """Return how long frames wait for the terminal to take them, seconds; the pace of frames itself is no delay."""
        return max(0.0, self._loop.time() - self._behind - FRAME_EVERY) if self._behind is not None else 0.0

    async def _frames(self) -> None:
        loop = self._loop
        while True:
            await self._wake.wait()
            self._wake.clear()
            started = loop.time()
            seen, self._behind = self._behind, None
            if self._hub.rate is not None and not await self._send(self._beat()):
                return  # the time of a replay goes its own ways: it comes with every frame
            for view in list(self._views.values()):
                if self._views.get(view.number) is not view:
                    continue  # closed or replaced while the frame before it went out
                frame = view.frame(self._hub.board.seq)
                if frame is None:
                    continue
                self._behind = seen  # while this is on its way
                if not await self._send(frame):
                    return
            self._behind = loop.time() if self._wake.is_set() else None
            await asyncio.sleep(max(0.0, FRAME_EVERY - (loop.time() - started)))

    async def _beats(self) -> None:
        while True:
            # All terminals at the same time: one beat is made for all who are not behind.
            await asyncio.sleep(BEAT_EVERY - self._loop.time() % BEAT_EVERY)
            if self._stalls():
                await self._drop()
                return
            # Not behind a frame that is not taken: each beat would wait there, and say what was then.
            if self._sending is None and not await self._send(self._beat()):
                return

    def _stalls(self) -> bool:
        """Whether the terminal took nothing for too long. A large frame may take its time as long as it moves."""
        transport, now = self._request.transport, self._loop.time()
        if self._sending is None or transport is None:
            self._left = 0
            return False
        left = transport.get_write_buffer_size()
        if left < self._left:
            self._sending = now
        self._left = left
        return now - self._sending > self._hub.settings.limits.stalled_seconds

    async def _drop(self) -> None:
        """Part with a terminal that takes nothing. It may come again as soon as it likes."""
        hub, transport = self._hub, self._request.transport
        hub.metrics.dropped.inc()
        why = f"took nothing for {hub.settings.limits.stalled_seconds:g} s"
        where = self._origin.address or "an unknown address"
        hub.warn(f"a terminal of {self._who} at {where} was dropped: it {why}", "terminal.dropped")
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=f"this terminal {why}".encode())
        except (TimeoutError, ConnectionError):
            pass
        finally:
            if transport is not None:
                transport.abort()

    def _beat(self) -> bytes:
        return self._pulse.beat(self._late())

    async def _send(self, frame: bytes) -> bool:
        """Send a frame; wait while the terminal's own buffer is full. Return False when it is gone."""
        if self._socket.closed:
            return False
        begun = self._loop.time()
        if self._sending is None:
            self._sending = begun
        try:
            await self._socket.send_frame(frame, WSMsgType.TEXT)
        except ConnectionError:
            return False
        finally:
            self._sending = None  # whichever frame waited: something was taken
        self._hub.metrics.frames.inc()
        self._hub.metrics.frame_bytes.inc(len(frame))
        return True

    async def _message(self, data: bytes, group: asyncio.TaskGroup) -> None:
        try:
            asked = parse.decode(data)
            if not isinstance(asked, dict):
                raise msgspec.ValidationError("expected an object")
            if "open" in asked:
                await self._open(msgspec.convert(asked, Open))
            elif "close" in asked:
                self._close(msgspec.convert(asked, Close).close)
            elif "do" in asked:
                await self._places.acquire()
                group.create_task(self._do(asked))
            else:
                raise msgspec.ValidationError("expected one of open, close, do")
        except (SourceError, msgspec.ValidationError) as error:
            await self._send(orjson.dumps({"error": str(error)}))

    async def _open(self, asked: Open) -> None:
        if len(self._views) >= VIEWS_OPEN and asked.id not in self._views:
            await self._send(orjson.dumps({"view": asked.id, "error": f"no more than {VIEWS_OPEN} views at a time"}))
            return
        rows = sum(view.count for number, view in self._views.items() if number != asked.id)
        if rows + min(max(asked.window[1], 0), MAX_WINDOW) > ROWS_OPEN:
            await self._send(
                orjson.dumps({"view": asked.id, "error": f"no more than {ROWS_OPEN:,} rows in all views at a time"})
            )
            return
        key = (asked.open, asked.of, asked.sort, asked.filter)
        try:
            query = self._hub.queries.take(key)
        except BadQuery as error:
            self._close(asked.id)
            await self._send(orjson.dumps({"view": asked.id, "error": str(error)}))
            return
        # Only now: what it asked before may be what the new query begins from.
        self._close(asked.id)
        self._views[asked.id] = _Subscription(asked.id, key, query, asked.window)
        self._wake.set()

    def _close(self, number: int) -> None:
        view = self._views.pop(number, None)
        if view is not None:
            self._hub.queries.give_back(view.key)

    async def _do(self, asked: dict[str, object]) -> None:
        number = asked.get("id")
        try:
            name = asked.get("do")
            kind = COMMANDS.get(name) if isinstance(name, str) else None
            if kind is None:
                raise Refused(f"there is no command {name}; there are {', '.join(COMMANDS)}")
            needs = COMMAND_NEEDS.get(str(name), Capability.MANAGE)
            if needs not in self._identity.may:
                raise Refused(may_not(self._identity, needs))
            command = msgspec.convert(asked, kind)
            seq, result = await self._commands.do(command, self._who, self._origin, self._identity.may)
            await self._send(b'{"done":%b,"seq":%d,"result":%b}' % (orjson.dumps(number), seq, result))
        except msgspec.ValidationError as error:
            await self._send(orjson.dumps({"refused": number, "why": str(error)}))
        except Refused as error:
            await self._send(orjson.dumps({"refused": number, "why": str(error)}))
        finally:
            self._places.release()


def stream_handler(
    hub: Hub, commands: Commands, gate: Gate, instance: str
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler of ``/v1/stream``."""

    connected = 0
    pulse: Pulse | None = None

    async def handle(request: web.Request) -> web.StreamResponse:
        nonlocal connected, pulse
        if pulse is None:
            pulse = Pulse(hub)
        most = hub.settings.limits.terminals
        if connected >= most:
            return web.Response(
                status=503,
                body=orjson.dumps({"error": f"{most:,} terminals are connected, and no more can be; try again"}),
                headers={"Content-Type": "application/json", "Retry-After": "10"},
            )
        socket = web.WebSocketResponse(
            timeout=CLOSE_SECONDS,
            max_msg_size=MESSAGE_BYTES,
            heartbeat=20,
            compress=False,
            decode_text=False,
            protocols=(PROTOCOL,),
        )
        await socket.prepare(request)
        identity, who = identity_of(request), who_of(request)
        hub.metrics.terminals.inc()
        connected += 1
        goodbye = partial(socket.close, code=WSCloseCode.GOING_AWAY)
        hub.sockets.add(goodbye)
        try:
            with gate.holding(identity, request, socket):
                await Terminal(hub, pulse, commands, request, socket, identity, who, address_of(request)).serve(
                    instance
                )
        finally:
            hub.sockets.discard(goodbye)
            hub.metrics.terminals.dec()
            connected -= 1
        return socket

    return handle


async def tick(hub: Hub) -> None:
    """Once a second, have the rows looked at that change by time alone; between, prepare for filters."""
    clock = asyncio.get_running_loop().time
    while True:
        until, rest = clock() + 1, 0.0
        while clock() < until:
            await asyncio.sleep(rest)
            rest = hub.queries.prepare()
        hub.queries.tick(ribbons=hub.sight.ready)
        for listener in hub.listeners:
            listener()
