"""A feed's way into the hub: facts pushed over ``WS /v1/ingest`` until the hub has them on disk.

This is the client to copy or import when writing a feed. What it promises:

- *Nothing is dropped.* What was pushed is kept here until the hub has answered that it is flushed. After a lost
  connection, or when the hub was overloaded, everything not answered is sent again; repeats are harmless, because the
  hub knows an alarm or a case by its identity. For that, events should carry their own ``time``.
- *Order is kept.* A frame that has to be sent again takes all later ones with it, so that a clear never ends up
  before its raise.
- *Memory is bounded.* At most ``in_flight`` frames wait for an answer. Then ``push`` waits: the source feels it,
  nothing is thrown away.
- *A refusal is not repeated.* A frame that the hub refuses for what it holds (4xx) would be refused for ever; it is
  taken out, counted, and raised by ``flush`` and on leaving the context.

It leaves to the author: reading the source, and keeping events over a restart of the feed itself.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self, cast
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException

from feeds.client.address import proxy_for
from feeds.client.backoff import Backoff
from feeds.client.credentials import NO_CREDENTIALS, Credentials
from feeds.client.errors import ClientError
from feeds.model import AlarmEvent, CaseEvent, Customer, SimRange

log = logging.getLogger(__name__)

FRAME_EVENTS = 500
"""Most events in one frame."""
FRAME_BYTES = 512 * 1024
"""A frame is closed when it has grown to this size."""
ANSWER_BYTES = 1024 * 1024
"""Most bytes of one answer of the hub."""
FIRST_DELAY, LAST_DELAY, CALM = 0.25, 10.0, 5.0
"""Seconds: longest wait before the first and any later try to connect; a connection that lasted CALM begins anew."""
REFUSALS_KEPT = 100
"""The first refusals are kept with their reasons; of later ones only the count."""

_encoder = msgspec.json.Encoder()


class PushError(Exception):
    """The hub cannot be used as a place to push to; trying again would not help."""


class PushRefused(PushError):
    """The hub refused events for what they hold."""


class Refusal(Struct, frozen=True):
    """A frame that the hub refused: HTTP-like ``status``, its words, how many events were in it and the first."""

    status: int
    message: str
    events: int
    first: str


class _ErrorAnswer(Struct, frozen=True):
    status: int = 500
    message: str = ""
    retry_after: float = 1.0


class _Answer(Struct, frozen=True):
    id: int | None = None
    accepted: int = 0
    seq: int = 0
    error: _ErrorAnswer | None = None


_answer_decoder = msgspec.json.Decoder(_Answer)


class _Frame:
    """A batch of events of one kind, encoded once; ``wire_id`` is that of its last transmission, 0 for none."""

    __slots__ = ("answered", "counted", "events", "first", "text", "wire_id")

    def __init__(self, kind: str, events: list[bytes]) -> None:
        self.text = f'"{kind}":[{b",".join(events).decode()}]}}'
        self.first = events[0][:200].decode(errors="replace")
        self.events = len(events)
        self.wire_id = 0
        self.answered = False
        self.counted = False


def ingest_url(hub: str, feed: str) -> str:
    """Return the address of ``WS /v1/ingest`` below the hub's URL. Raises PushError when ``hub`` is no URL."""
    parts = urlsplit(hub if "://" in hub else f"http://{hub}")
    scheme = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}.get(parts.scheme)
    if scheme is None or not parts.netloc:
        raise PushError(f"{hub!r} is not the address of a hub: write it like http://127.0.0.1:8080")
    path = parts.path.rstrip("/") + "/v1/ingest"
    return urlunsplit((scheme, parts.netloc, path, f"feed={quote(feed, safe='')}", ""))


class PushFeed:
    """Pushes events to a hub; use as an async context manager, from one event loop.

        async with PushFeed("http://127.0.0.1:8080", feed="snmp") as feed:
            await feed.push(alarms=[AlarmEvent(...)])

    Leaving the context normally waits until everything is flushed at the hub; leaving it by an exception does not.
    A hub that is away is waited for without end: bound it with ``asyncio.timeout`` where that is not wanted.
    """

    def __init__(self, hub: str, *, feed: str, credentials: Credentials = NO_CREDENTIALS, in_flight: int = 8) -> None:
        """``hub``: URL of the hub. ``feed``: its name there. ``in_flight``: frames that may wait for an answer."""
        if in_flight < 1:
            raise ValueError("in_flight must be at least 1")
        self.url = ingest_url(hub, feed)
        self.accepted = 0
        """Events that the hub has flushed."""
        self.refused = 0
        """Events that the hub refused for what they hold."""
        self.reconnects = 0
        """Connections after the first."""
        self.last_seq = 0
        """The hub's log sequence in its last answer."""
        self.refusals: list[Refusal] = []
        self._reported = 0
        self._credentials = credentials
        self._in_flight = in_flight
        # Frames in the order of push, from the oldest one not answered; never more than in_flight of them.
        self._frames: deque[_Frame] = deque()
        self._wire_id = 0
        self._changed = asyncio.Condition()
        self._fatal: PushError | None = None
        self._pausing = False
        self._ended = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name=f"push {self.url}")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                await self.flush()
        finally:
            if self._task is not None:
                self._task.cancel()
                # gather, not await: being cancelled ourselves meanwhile must not look like the task's own end.
                for outcome in await asyncio.gather(self._task, return_exceptions=True):
                    if isinstance(outcome, Exception):
                        raise outcome

    async def push(
        self,
        *,
        alarms: Iterable[AlarmEvent] = (),
        cases: Iterable[CaseEvent] = (),
        ranges: Iterable[SimRange] = (),
        customers: Iterable[Customer] = (),
    ) -> None:
        """Hand events over, in the order customers, ranges, alarms, cases; waits while too much is unanswered.

        Returning does not mean that they are flushed: ``flush`` does. Raises PushError when the hub cannot be used.
        """
        kinds = (("customers", customers), ("ranges", ranges), ("alarms", alarms), ("cases", cases))
        for kind, events in kinds:
            for frame in _frames(kind, events):
                async with self._changed:
                    await self._changed.wait_for(lambda: self._ended or len(self._frames) < self._in_flight)
                    self._raise_if_unusable()
                    self._frames.append(frame)
                    self._changed.notify_all()

    async def flush(self) -> None:
        """Wait until the hub has flushed everything pushed. Raises PushRefused when it refused some since last time."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._ended or not self._frames)
            self._raise_if_unusable()
        if self.refused > self._reported:
            count, self._reported = self.refused - self._reported, self.refused
            last = self.refusals[-1]
            raise PushRefused(f"hub refused {count} events: {last.message} (status {last.status}); first: {last.first}")

    def _raise_if_unusable(self) -> None:
        if self._fatal is not None:
            raise self._fatal
        if self._task is None or self._ended:
            raise PushError("the feed is not running: use it inside 'async with'")

    async def _run(self) -> None:
        """Connect, send, read answers, for ever. Ends only by being cancelled or by an error that stays."""
        try:
            await self._keep_connected()
        except* (WebSocketException, PushError, ClientError) as group:
            error = _first_leaf(group)
            self._fatal = error if isinstance(error, PushError) else PushError(f"{self.url}: {error}")
        finally:
            async with self._changed:
                self._ended = True
                self._changed.notify_all()

    async def _keep_connected(self) -> None:
        backoff = Backoff(FIRST_DELAY, LAST_DELAY, calm=CALM)
        loop = asyncio.get_running_loop()
        connections = 0
        while True:
            try:
                async with connect(
                    self.url,
                    additional_headers=self._credentials.headers_for(self.url),
                    ssl=self._credentials.tls_for(self.url),
                    compression=None,  # the way is short, and the hub has better things to do
                    proxy=proxy_for(self.url),
                    max_size=ANSWER_BYTES,
                    close_timeout=2,
                ) as connection:
                    connections += 1
                    self.reconnects = connections - 1
                    backoff.well(loop.time())
                    await self._serve(connection)
                    why = connection.close_reason or "connection closed"
            except (OSError, TimeoutError, InvalidMessage) as error:
                why = str(error)
            except InvalidStatus as error:
                # 5xx: the hub is starting, stopping or overloaded. The rest would be the same tomorrow.
                if error.response.status_code < 500:
                    raise
                why = str(error)
            delay = backoff.failed(loop.time())
            log.info("%s: %s; connecting again in %.1f s", self.url, why, delay)
            await asyncio.sleep(delay)

    async def _serve(self, connection: ClientConnection) -> None:
        """Send and read on one connection until it is closed; what was not answered then goes out on the next."""
        async with self._changed:
            self._send_again()
        async with asyncio.TaskGroup() as group:
            sender = group.create_task(self._send(connection), name="push sender")
            with contextlib.suppress(ConnectionClosed):
                async for message in connection:
                    pause = await self._take_answer(message)
                    if pause:
                        await asyncio.sleep(pause)
                        async with self._changed:
                            self._send_again()
            sender.cancel()

    def _send_again(self) -> None:
        """Forget what was sent of all frames kept, so that they go out again in their order."""
        for frame in self._frames:
            frame.wire_id = 0
            frame.answered = False
        self._pausing = False
        self._changed.notify_all()

    def _next_to_send(self) -> _Frame | None:
        return None if self._pausing else next((frame for frame in self._frames if not frame.wire_id), None)

    async def _send(self, connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                async with self._changed:
                    frame = cast("_Frame", await self._changed.wait_for(self._next_to_send))
                    # Each transmission has its own number: a late answer to an earlier one must count for nothing.
                    self._wire_id += 1
                    frame.wire_id = self._wire_id
                await connection.send(f'{{"id":{frame.wire_id},{frame.text}')

    async def _take_answer(self, message: str | bytes) -> float:
        """Note one answer of the hub; returns seconds to pause before sending again, 0 for none."""
        try:
            answer = _answer_decoder.decode(message)
        except msgspec.DecodeError as error:
            raise PushError(f"{self.url} does not speak like a hub: {error}") from error
        async with self._changed:
            frame = next((frame for frame in self._frames if frame.wire_id == answer.id), None)
            if answer.error is not None:
                if answer.error.status >= 500:
                    log.info("%s: hub is overloaded: %s", self.url, answer.error.message)
                    self._pausing = frame is not None
                    return max(0.05, min(answer.error.retry_after, 30.0)) if frame is not None else 0.0
                self._refuse(frame, answer.error)
            elif frame is not None:
                frame.answered = True
                if not frame.counted:
                    frame.counted = True
                    self.accepted += frame.events
                self.last_seq = max(self.last_seq, answer.seq)
            # A frame leaves only from the front: one that is answered may have to go again behind an earlier one.
            while self._frames and self._frames[0].answered:
                self._frames.popleft()
            self._changed.notify_all()
        return 0.0

    def _refuse(self, frame: _Frame | None, error: _ErrorAnswer) -> None:
        if frame is None:
            raise PushError(f"{self.url} refused what it cannot name (status {error.status}): {error.message}")
        frame.answered = True
        if not frame.counted:
            frame.counted = True
            self.refused += frame.events
            refusal = Refusal(error.status, error.message, frame.events, frame.first)
            if len(self.refusals) < REFUSALS_KEPT:
                self.refusals.append(refusal)
            log.warning("%s refused %d events (status %d): %s", self.url, frame.events, error.status, error.message)


def _first_leaf(error: BaseException) -> BaseException:
    """Return the first exception inside a group, or the exception itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _frames(kind: str, events: Iterable[msgspec.Struct]) -> Iterator[_Frame]:
    """Cut ``events`` into frames of bounded size."""
    batch: list[bytes] = []
    size = 0
    for event in events:
        encoded = _encoder.encode(event)
        if batch and (len(batch) >= FRAME_EVENTS or size + len(encoded) > FRAME_BYTES):
            yield _Frame(kind, batch)
            batch, size = [], 0
        batch.append(encoded)
        size += len(encoded)
    if batch:
        yield _Frame(kind, batch)
