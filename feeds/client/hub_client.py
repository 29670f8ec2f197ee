"""The client itself: one thread, one event loop, one connection that is renewed for ever.

What goes out is bounded by ``following`` (the newest query of each open view) and ``commands``; what comes in by the
size of a frame and the flow control of the connection. Of each view the newest content alone is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
from msgspec import structs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from feeds.client import wire
from feeds.client.address import proxy_for, stream_url
from feeds.client.backoff import Backoff
from feeds.client.commands import Commands
from feeds.client.credentials import NO_CREDENTIALS, Credentials
from feeds.client.errors import ClientError, Refused
from feeds.client.following import Following
from feeds.client.line import Line, LineDead, explain
from feeds.client.link import Link, LinkChanged, LinkState, Notice, Pace
from feeds.client.reply import Reply
from feeds.client.view import ViewHandle
from feeds.model.access import Capability
from feeds.model.commands import Command
from feeds.model.rows import ROW_TYPES

log = logging.getLogger(__name__)

MAX_FRAME = 64 * 1024 * 1024
"""Bytes of one incoming frame, after decompression."""
OFFSET_BEATS = 8
"""Beats that the clock's offset is taken from."""
PACE = Pace()


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def ignore(_notice: Notice) -> None:
    """Tell nobody."""


class HubClient:
    """A connection to one hub under one name. ``url``: ``http(s)://host:port`` or ``ws(s)://…``.

    ``notify`` is called on the client's thread and must return at once; it may be set until ``start``. All methods may
    be called on any thread. Raises ClientError when ``url`` is no address.
    """

    def __init__(
        self,
        url: str,
        who: str,
        notify: Callable[[Notice], None] = ignore,
        clock: Callable[[], datetime] = utc_now,
        pace: Pace = PACE,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        self.url = url
        self.who = who
        """Our name; from the greeting on as the hub knows us, by our token."""
        self.notify = notify
        self.link = Link(LinkState.CONNECTING, since=clock())
        """The state of the connection now; replaced, never changed."""
        self._address = stream_url(url, who)
        self._credentials = credentials
        self._clock = clock
        self._pace = pace
        self._numbers = count(1)
        self._following = Following(clock, pace, self._tell, self._poke)
        self._commands = Commands()
        self._thread = threading.Thread(target=self._run_thread, name="vaken-client", daemon=True)
        self._lock = threading.Lock()
        """Guards starting and stopping: the next three."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._stopped = False
        # Used on the client's thread alone.
        self._to_send = asyncio.Event()
        self._offsets: deque[float] = deque(maxlen=OFFSET_BEATS)
        self._complained = False

    # Any thread.

    def start(self) -> None:
        """Begin to connect. A second call changes nothing. Raises ClientError after ``stop``."""
        with self._lock:
            if self._stopped:
                raise ClientError("this client was stopped; make a new one")
            if self._thread.ident is None:
                self._thread.start()

    def stop(self) -> None:
        """End the connection and the thread, within a few seconds. A second call changes nothing."""
        with self._lock:
            self._stopped = True
            loop, main, started = self._loop, self._main, self._thread.ident is not None
        if loop is not None and main is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                loop.call_soon_threadsafe(main.cancel)
        if not started:
            self._ended()
        elif threading.current_thread() is not self._thread:
            self._thread.join(self._pace.goodbye + 4)

    def now(self) -> datetime:
        """Return the hub's time: our own clock plus the offset that its beats show; of a replay, the replayed time."""
        ours, link = self._clock(), self.link
        if link.rate is not None and link.told is not None:
            return link.told + timedelta(seconds=link.offset) + (ours - link.told) * link.rate
        return ours + timedelta(seconds=link.offset)

    def open(
        self, view: str, *, sort: str = "", filter: str = "", window: tuple[int, int] = (0, 60), of: str = ""
    ) -> ViewHandle:
        """Follow a view; returns at once, also while not connected. Raises ClientError for a name that is no view.

        ``window``: offset of the first row and how many; ``of``: the outage or update that it is a view of.
        """
        if view not in ROW_TYPES:
            raise ClientError(f"there is no view {view!r}; there are: {', '.join(ROW_TYPES)}")
        return self._following.open(wire.Open(view, next(self._numbers), window, sort, filter, of))

    def do(self, command: Command, timeout: float = 15) -> Future[Reply]:
        """Send a command, once. The future ends within ``timeout`` seconds, on the client's thread.

        Where it fails it ends with Refused (the hub's reason), NotConnected (not sent; at once where the link is not
        live), AnswerLost (sent, and nobody knows) or ClientError (too many at once). Cancelling it has no effect.
        """
        number = next(self._numbers)
        future = self._commands.put(number, command)
        loop = self._loop
        if loop is not None and not future.done():
            with contextlib.suppress(RuntimeError):  # the loop has ended, and its end ends every command
                loop.call_soon_threadsafe(self._under_way, number, timeout)
        return future

    def _poke(self) -> None:
        """Wake the writer."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: there is nobody to write to
                loop.call_soon_threadsafe(self._to_send.set)

    # The client's thread.

    def _run_thread(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._run())
        self._ended()

    def _ended(self) -> None:
        self._commands.end("the program is ending")
        self._change_link(LinkState.STOPPED, why="stopped")

    async def _run(self) -> None:
        with self._lock:
            if self._stopped:
                return
            self._loop, self._main = asyncio.get_running_loop(), asyncio.current_task()
        backoff = Backoff(self._pace.first_delay, self._pace.last_delay, self._pace.calm)
        while True:
            try:
                why = await self._connection(backoff)
            except Exception as error:
                # A wall display runs for months: a fault in here must be shown and survived, not end in a dead screen.
                log.exception("the client failed")
                why = f"this program failed: {type(error).__name__}: {error}"
            self._lost(why)
            await asyncio.sleep(backoff.failed(_time()))

    async def _connection(self, backoff: Backoff) -> str:
        """Connect, follow the stream to its end, and return why it ended."""
        try:
            async with connect(
                self._address,
                create_connection=Line,
                open_timeout=self._pace.connect,
                close_timeout=self._pace.goodbye,
                ping_interval=None,  # the hub's beats say more: that it works, not only that its kernel answers
                max_size=MAX_FRAME,
                proxy=proxy_for(self._address),
                additional_headers=self._credentials.headers_for(self._address),
                ssl=self._credentials.tls_for(self._address),
                user_agent_header="vaken",
            ) as line:
                assert isinstance(line, Line)
                try:
                    return await self._session(line, backoff)
                except asyncio.CancelledError:
                    await line.close()
                    raise
        except ClientError as error:
            return str(error)  # of the token, or of the CA
        except (OSError, WebSocketException) as error:
            return explain(error, self._address)

    async def _session(self, line: Line, backoff: Backoff) -> str:
        stranger = "what answers there does not speak vaken's stream"
        try:
            frame = wire.read_frame(await self._hear(line))
        except msgspec.DecodeError:
            return stranger
        except (ConnectionClosed, LineDead) as error:
            return explain(error, self._address)
        if frame.hub is None:
            return stranger
        backoff.well(_time())
        self._greeted(frame)
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write(line))
            try:
                return await self._read(line)
            finally:
                writer.cancel()

    async def _hear(self, line: Line) -> str | bytes:
        return await line.hear(self._pace.silence, self._pace.long_frame)

    async def _read(self, line: Line) -> str:
        while True:
            try:
                message = await self._hear(line)
            except LineDead as error:
                line.transport.abort()  # a closing handshake would wait for a peer that is not there
                return str(error)
            except ConnectionClosed as error:
                return explain(error, self._address)
            try:
                frame = wire.read_frame(message)
            except msgspec.DecodeError as error:
                self._unreadable(message, error)
            else:
                self._take(frame)

    async def _write(self, line: Line) -> None:
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            for text in (*self._following.to_send(), *self._commands.to_send()):
                try:
                    await line.send(text)
                except ConnectionClosed:
                    return  # the reader sees the same and says why

    def _under_way(self, number: int, timeout: float) -> None:
        self._to_send.set()
        asyncio.get_running_loop().call_later(timeout, self._commands.too_late, number, timeout)

    def _take(self, frame: wire.Frame) -> None:
        if frame.beat is not None:
            self._beat(frame, frame.beat)
            return
        self.link = structs.replace(self.link, heard=self._clock(), seq=max(frame.seq, self.link.seq))
        if frame.view is not None:
            self._following.take(frame.view, frame)
        elif frame.done is not None:
            self._commands.answer(frame.done, Reply(frame.seq, frame.result))
        elif frame.refused is not None:
            self._commands.answer(frame.refused, Refused(frame.why or "the hub refused it and gave no reason"))
        elif frame.error is not None:
            log.warning("the hub did not understand a message: %r", frame.error)
        # Anything else is of a newer hub and not for us.

    def _unreadable(self, message: str | bytes, error: msgspec.DecodeError) -> None:
        if not self._complained:
            self._complained = True  # once for each connection: it may come ten times a second
            log.warning("a frame of the hub could not be read and is left out: %s", error)
        self._following.missed(wire.view_of(message), str(error))

    # The link.

    def _greeted(self, frame: wire.Frame) -> None:
        self.who = frame.who or self.who
        self._offsets.clear()
        self._complained = False
        self._following.begin()
        self._commands.admit()
        self._to_send.set()
        self._change_link(
            LinkState.LIVE,
            why="",
            heard=self._clock(),
            hub=frame.hub,
            instance=frame.instance,
            offset=self._offset(frame.at),
            attempts=0,
            seq=frame.seq,
            lag=0.0,
            shed=frame.shed,
            degraded=frame.degraded,
            rate=frame.rate,
            told=self._clock(),
            role=frame.role,
            may=_known(frame.may),
        )

    def _beat(self, frame: wire.Frame, seq: int) -> None:
        self._change_link(
            LinkState.LIVE,
            heard=self._clock(),
            offset=self._offset(frame.at, replayed=frame.rate is not None),
            rate=frame.rate,
            told=self._clock(),
            seq=seq,
            lag=frame.lag,
            shed=frame.shed,
            degraded=frame.degraded,
        )

    def _offset(self, at: datetime | None, *, replayed: bool = False) -> float:
        """Return the hub's clock minus ours, seconds.

        A frame that was long under way makes the hub look late, none makes it look early: the largest of the last few
        differences is the one that the network disturbed least.
        """
        if replayed:
            self._offsets.clear()  # its time may go back, and faster than ours: only the newest word counts
        if at is not None:
            utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at
            self._offsets.append((utc - self._clock()).total_seconds())
        return max(self._offsets, default=0.0)

    def _lost(self, why: str) -> None:
        self._commands.end(f"there is no connection to the hub: {why}")
        state = LinkState.CONNECTING if self.link.state is LinkState.CONNECTING else LinkState.LOST
        self._change_link(state, why=why, attempts=self.link.attempts + 1)

    def _change_link(self, state: LinkState, **changes: Any) -> None:
        if state is not self.link.state:
            changes["since"] = self._clock()
        self.link = structs.replace(self.link, state=state, **changes)
        self._tell(LinkChanged(self.link))

    def _tell(self, notice: Notice) -> None:
        try:
            self.notify(notice)
        except Exception:
            # Somebody else's code: its fault must not end the connection.
            log.exception("the receiver of notices failed")


def _known(may: tuple[str, ...] | None) -> frozenset[Capability]:
    """Return the capabilities that we know of those that the hub named; everything where it named none."""
    if may is None:
        return frozenset(Capability)
    return frozenset(one for one in Capability if one.value in may)


def _time() -> float:
    return asyncio.get_running_loop().time()
