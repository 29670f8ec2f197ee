"""The fast lane: ``POST /v1/alarms`` over a kept-alive connection, without the machinery of a general web server.

A feed that sends one alarm a request spends most of its time in HTTP. The lane recognises one narrow form of request,
octet by octet, and answers it; the first request on a connection that has any other form, or anything unusual in its
head, goes to aiohttp with all that follows. So aiohttp decides everything that is not the plain case.
"""

import asyncio
from collections.abc import Callable
from email.utils import formatdate
from functools import partial
from ssl import SSLContext
from typing import Final, NamedTuple, cast

from aiohttp import web

from feeds.hub.access.gate import Gate
from feeds.hub.access.identity import Denied, Identity, needed
from feeds.hub.after_lane import AfterLane
from feeds.hub.connections import HEAD_SECONDS, KEEPALIVE_SECONDS, MOST, REQUEST_SECONDS, Crowd
from feeds.hub.ingest import OFF_LOOP_BYTES, TARRY_SECONDS, Door
from feeds.model.access import Capability

HEAD: Final = b"POST /v1/alarms HTTP/1.1\r\n"
HEAD_BYTES: Final = 8_192
"""A longer head is not for the lane."""
BODY_BYTES: Final = OFF_LOOP_BYTES
"""Nor is a longer body: it is parsed on a thread."""

_PLAIN_HEADERS: Final = frozenset({b"host", b"user-agent", b"accept", b"accept-encoding", b"content-type"})
_LENGTH: Final = b"content-length"
_AUTHORIZATION: Final = b"authorization"


class Plain(NamedTuple):
    """What the lane needs of a head: the length of the body, and what stands under Authorization."""

    length: int
    authorization: bytes | None


def plain(head: bytes) -> Plain | None:
    """Return what a head says; None when the request is not for the lane.

    ``head`` is all up to the empty line, without it. Only the request line above, exactly one Content-Length, at most
    one Authorization, and headers that change nothing are plain.
    """
    if not head.startswith(HEAD):
        return None
    rest = head.replace(b"\r\n", b"")
    if b"\n" in rest or b"\r" in rest:
        return None  # who takes such an end of line for one sees other headers than are looked at here
    length: int | None = None
    authorization: bytes | None = None
    for line in head[len(HEAD) :].split(b"\r\n"):
        name, colon, value = line.partition(b":")
        name = name.lower()
        if name in _PLAIN_HEADERS and colon:
            continue
        value = value.strip(b" \t")
        if name == _AUTHORIZATION and colon and authorization is None:
            authorization = value
            continue
        if name != _LENGTH or not colon or length is not None or not value.isdigit() or len(value) > 9:
            return None
        length = int(value)
    return Plain(length, authorization) if length is not None and length <= BODY_BYTES else None


class _Form(NamedTuple):
    """A head as its sender writes it: what stands before and behind the length of the body."""

    before: bytes
    behind: bytes
    authorization: bytes | None


def _form(head: bytes, said: Plain) -> _Form:
    """Return the form of a plain head that says ``said``."""
    begin = head.lower().index(b"\r\ncontent-length:") + len(b"\r\ncontent-length:")
    end = head.find(b"\r\n", begin)
    return _Form(head[:begin], head[end:] if end >= 0 else b"", said.authorization)


class Lane(asyncio.Protocol):
    """One connection: plain requests one after the other, until something else comes."""

    def __init__(
        self,
        door: Door,
        gate: Gate,
        aiohttp_server: Callable[[Callable[[], None]], asyncio.Protocol],
        lanes: set["Lane"],
        crowd: Crowd,
    ) -> None:
        """``aiohttp_server`` makes what a connection is given away to; it calls its argument when that is lost."""
        self._crowd = crowd
        self._from = ""
        self._served = False
        """A request was answered on this connection: it may wait for the next one for a while."""
        self._door = door
        self._gate = gate
        self._looking: asyncio.Task[Identity] | None = None
        """A token is being looked at."""
        self._by = ""
        self._form: _Form | None = None
        """How the last head on this connection was written: most differ in the length of the body alone."""
        self._shown: bytes | None = None
        """What the last request on this connection showed, and who that was then: most show the same again."""
        self._identity: Identity | None = None
        self._version = -1
        self._noted: Identity | None = None
        """Of whom the journal knows that this connection is theirs."""
        self._server = aiohttp_server
        self._lanes = lanes
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._busy = False
        """A request waits for the disk."""
        self._full = False
        """The sender does not read its answers: it is not read either."""
        self._paused = False
        """Nothing is read: the sender does not wait for its answers."""
        self._beginning = False
        """A request is being begun: whoever does that goes on by itself."""
        self._closing = False
        self._tarrying: tuple[asyncio.TimerHandle, int, bytes] | None = None
        """A refusal that is given a little later, so that nobody asks again at once; when the hub ends, it is not."""
        self._heard = 0.0
        self._begun = 0.0
        """When the first octet of the request came that stands at the beginning of the buffer."""
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to listen."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one, but does not inherit from it
        self._from = self._address()
        if self._crowd.come(self._from):
            self._turn_away(Denied(503, "crowd", "too many connections are open; try again", 1))
        self._lanes.add(self)
        self._heard = self._loop.time()
        self._idle = self._loop.call_later(HEAD_SECONDS, self._look_idle)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection. What waits for the disk is kept all the same; its sender has no answer and repeats."""
        self._leave()
        self._crowd.go(self._from)

    def data_received(self, data: bytes) -> None:
        """Take what came; one request is answered before the next is looked at."""
        self._heard = self._loop.time()
        if not self._buffer:
            self._begun = self._heard
        self._buffer = self._buffer + data if self._buffer else data
        if self._busy or self._full:
            if len(self._buffer) > HEAD_BYTES + BODY_BYTES and self._transport is not None:
                self._paused = True
                self._transport.pause_reading()  # the sender does not wait for answers: it waits now
            return
        self._go_on()

    def pause_writing(self) -> None:
        """Take no further request: the answers to those before it are not read."""
        self._full = True

    def resume_writing(self) -> None:
        """Take requests again."""
        self._full = False
        if not self._busy:
            self._go_on()

    def shut(self) -> None:
        """Close once what is on its way is answered."""
        self._closing = True
        if self._tarrying is not None:
            timer, status, body = self._tarrying
            timer.cancel()
            self._answer_now(status, body)
        if not self._busy and self._transport is not None:
            self._transport.close()

    def _go_on(self) -> None:
        """Take requests from the buffer until one has to wait, or more has to come."""
        while self._buffer and self._next():
            if self._busy or self._full or self._transport is None or self._transport.is_closing():
                return
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def _next(self) -> bool:
        """Begin the next request; False when it is not there as a whole, or when the connection was handed over."""
        buffer = self._buffer
        end = buffer.find(b"\r\n\r\n", 0, HEAD_BYTES)
        if end < 0:
            if len(buffer) >= HEAD_BYTES or not (HEAD.startswith(buffer) or buffer.startswith(HEAD)):
                self._hand_over()
            return False
        head = self._read(buffer[:end])
        if head is None:
            self._hand_over()
            return False
        try:
            identity = self._identity
            if identity is None or head.authorization != self._shown or self._version != self._gate.version:
                identity = self._gate.at_once(head.authorization)
                if identity is None:
                    self._look_at(head.authorization or b"")
                    return False
                needed(identity, Capability.FEED)
                if identity is not self._noted:
                    self._noted = identity
                    self._door.visits.came(identity.name or "alarms", identity, self._address(), "/v1/alarms")
                if identity.until is None:
                    self._identity, self._shown, self._version = identity, head.authorization, self._gate.version
        except Denied as denied:
            self._gate.count(denied)
            self._turn_away(denied)
            return False
        start = end + 4
        if len(buffer) < start + head.length:
            return False
        self._buffer = buffer[start + head.length :] if len(buffer) > start + head.length else b""
        self._begun = self._heard
        self._busy = True
        self._by = identity.name
        self._take(buffer[start : start + head.length])
        return True

    def _read(self, head: bytes) -> Plain | None:
        """As ``plain``, at a glance where it is written as the last one on this connection was."""
        form = self._form
        if form is not None and head.startswith(form.before) and head.endswith(form.behind):
            value = head[len(form.before) : len(head) - len(form.behind)].strip(b" \t")
            if value.isdigit() and len(value) <= 9 and (length := int(value)) <= BODY_BYTES:
                return Plain(length, form.authorization)
        said = plain(head)
        self._form = _form(head, said) if said is not None else None
        return said

    def _look_at(self, authorization: bytes) -> None:
        """Have a token looked at; the request waits, and is not read further, until it is known whose it is."""
        header = authorization.decode("utf-8", "surrogateescape")
        self._busy = True
        self._looking = self._loop.create_task(self._gate.identify(header, self._address()))
        self._looking.add_done_callback(partial(self._looked, authorization))

    def _address(self) -> str:
        """Return who opened the connection. What a proxy says of others is no plain head: it is not for the lane."""
        peer = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str(peer[0]) if peer else ""

    def _looked(self, authorization: bytes, done: "asyncio.Task[Identity]") -> None:
        self._looking = None
        self._busy = False
        if done.cancelled():
            return
        error = done.exception()
        if self._transport is None or self._transport.is_closing():
            return
        if isinstance(error, Denied):
            self._turn_away(error)
        elif error is not None:
            raise error
        elif self._closing:
            self._transport.close()
        elif self._gate.at_once(authorization) is None:
            self._hand_over()  # a token in another form than the plain one
        else:
            self._go_on()

    def _turn_away(self, denied: Denied) -> None:
        """Answer and close: what the sender has to say is not read."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._door.count_refusal(denied.status)
        headers = "".join(f"{name}: {value}\r\n" for name, value in denied.headers.items()).encode("latin-1")
        transport.write(
            b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\nDate: %b\r\nConnection: close\r\n\r\n%b"
            % (_STATUS[denied.status], headers, len(denied.body), _date(self._loop.time()), denied.body)
        )
        transport.close()

    def _take(self, body: bytes) -> None:
        self._beginning = True
        self._door.begin_alarms(body, self._by, self._answer)
        self._beginning = False

    def _answer(self, status: int, body: bytes) -> None:
        if status == 503 and not self._closing:
            timer = self._loop.call_later(TARRY_SECONDS, self._answer_now, status, body)
            self._tarrying = timer, status, body
        else:
            self._answer_now(status, body)

    def _answer_now(self, status: int, body: bytes) -> None:
        self._busy = False
        self._served = True
        self._tarrying = None
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(
            b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\nDate: %b\r\n%b\r\n%b"
            % (_STATUS[status], len(body), _date(self._loop.time()), _RETRY if status == 503 else b"", body)
        )
        if self._closing:
            transport.close()
        elif self._buffer and not (self._full or self._beginning):
            self._go_on()

    def _hand_over(self) -> None:
        """Give the connection, with what was read of it, to aiohttp for good."""
        transport, buffer = self._transport, self._buffer
        assert transport is not None
        self._leave()
        protocol = self._server(partial(self._crowd.go, self._from))
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        transport.resume_reading()
        protocol.data_received(buffer)

    def _leave(self) -> None:
        self._lanes.discard(self)
        if self._looking is not None:
            self._looking.cancel()
        self._transport = None
        self._buffer = b""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _look_idle(self) -> None:
        if self._transport is None:
            return
        now = self._loop.time()
        if self._buffer and not self._full:
            whole = b"\r\n\r\n" in self._buffer
            left = self._begun + (REQUEST_SECONDS if whole else HEAD_SECONDS) - now
        else:
            left = self._heard + (KEEPALIVE_SECONDS if self._served else HEAD_SECONDS) - now
        if left <= 0 and not self._busy:
            self._transport.close()
        else:
            self._idle = self._loop.call_later(min(max(left, 0.1), HEAD_SECONDS), self._look_idle)


class FrontServer:
    """The listening socket: each connection begins in the lane."""

    def __init__(self, door: Door, gate: Gate, server: web.Server, crowd: Crowd | None = None) -> None:
        self._crowd = crowd if crowd is not None else Crowd(MOST)
        self._door = door
        self._gate = gate
        self._server = server
        self._lanes: set[Lane] = set()
        self._listening: asyncio.Server | None = None

    async def start(self, host: str, port: int, tls: SSLContext | None = None) -> int:
        """Listen, with TLS where there is a context for it; return the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(
            lambda: Lane(self._door, self._gate, partial(AfterLane, self._server), self._lanes, self._crowd),
            host,
            port,
            backlog=1024,
            ssl=tls,
            ssl_handshake_timeout=HEAD_SECONDS if tls is not None else None,
        )
        bound: int = self._listening.sockets[0].getsockname()[1]
        return bound

    @property
    def connections(self) -> int:
        """How many are open."""
        return self._crowd.open

    def stop(self) -> None:
        """Take no new connections, and close those in the lane as soon as they are answered."""
        if self._listening is not None:
            self._listening.close()
        for lane in list(self._lanes):
            lane.shut()


_STATUS: Final = {
    200: b"200 OK",
    400: b"400 Bad Request",
    401: b"401 Unauthorized",
    403: b"403 Forbidden",
    413: b"413 Request Entity Too Large",
    422: b"422 Unprocessable Entity",
    503: b"503 Service Unavailable",
}
_RETRY: Final = b"Retry-After: 1\r\n"
_dates: dict[int, bytes] = {}


def _date(time: float) -> bytes:
    """Return the Date header's value, made once a second."""
    second = int(time)
    known = _dates.get(second)
    if known is None:
        _dates.clear()
        known = _dates[second] = formatdate(usegmt=True).encode()
    return known
