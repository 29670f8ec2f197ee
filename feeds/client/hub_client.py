"""The client itself: one thread, one event loop, one connection that is renewed for ever.

What goes out is bounded. Views: for each the newest query alone is sent, however often it changed meanwhile. Commands: at
most ``MAX_COMMANDS`` may wait for an answer, one more is refused at once; none is ever sent twice. What comes in is
bounded by the size of a frame and by the flow control of the connection; a view keeps one content, the newest.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
from msgspec import UNSET, Struct, structs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from feeds.client import wire
from feeds.client.address import proxy_for, stream_url
from feeds.client.backoff import Backoff
from feeds.client.errors import AnswerLost, ClientError, NotConnected, Refused
from feeds.client.line import Line, LineDead, explain
from feeds.client.link import Link, LinkChanged, LinkState, Notice, Pace, ViewChanged
from feeds.client.reply import Reply
from feeds.client.view import Content, ViewHandle
from feeds.client.window import OutOfStep
from feeds.model.commands import Command
from feeds.model.rows import ROW_TYPES

log = logging.getLogger(__name__)

MAX_FRAME = 64 * 1024 * 1024
"""Bytes of one incoming frame, after decompression."""
MAX_COMMANDS = 64
"""Commands that may wait for their answers."""
OFFSET_BEATS = 8
"""Beats that the clock's offset is taken from."""


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def ignore(_notice: Notice) -> None:
    """Tell nobody."""


class _Waiting(Struct):
    """A command on its way."""

    number: int
    future: concurrent.futures.Future[Reply]
    text: str
    sent: bool = False


class HubClient:
    """A connection to one hub under one name. ``url``: ``http(s)://host:port`` or ``ws(s)://…``.

    ``notify`` is called on the client's thread and must return at once; it may be set until ``start``. Every other method
    may be called on any thread. Raises ClientError when ``url`` is none.
    """

    def __init__(
        self,
        url: str,
        who: str,
        notify: Callable[[Notice], None] = ignore,
        clock: Callable[[], datetime] = utc_now,
        pace: Pace = Pace(),
    ) -> None:
        self.url = url
        self.who = who
        self.notify = notify
        self.link = Link(LinkState.CONNECTING, since=clock())
        self._address = stream_url(url, who)
        self._clock = clock
        self._pace = pace
        self._thread = threading.Thread(target=self._run_thread, name="vaken-client", daemon=True)
        self._numbers = count(1)

        self._lock = threading.Lock()
        """Guards what follows; held for moments only, and never while somebody else's code runs."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._views: dict[int, ViewHandle] = {}
        self._asked: dict[int, None] = {}
        """Views whose query (or closing) is still to be sent, in the order of asking."""
        self._waiting: dict[int, _Waiting] = {}
        self._unsent: deque[_Waiting] = deque()
        self._stopped = False

        # Used on the client's thread alone.
        self._wake = asyncio.Event()
        self._opened: set[int] = set()
        self._troubles: dict[int, Backoff] = {}
        self._reopening: set[int] = set()
        """Views that a timer will open again."""
        self._offsets: deque[float] = deque(maxlen=OFFSET_BEATS)
        self._complained: set[int | None] = set()

    # From any thread.

    def start(self) -> None:
        """Begin connecting. A second call changes nothing."""
        with self._lock:
            if self._stopped:
                raise ClientError("this client was stopped; make a new one")
            if not self._thread.ident:
                self._thread.start()

    def stop(self) -> None:
        """End the connection and the thread, within a few seconds. A second call changes nothing."""
        with self._lock:
            self._stopped = True
            loop, main = self._loop, self._main
            started = bool(self._thread.ident)
        if loop is not None and main is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                loop.call_soon_threadsafe(main.cancel)
        if started and threading.current_thread() is not self._thread:
            self._thread.join(self._pace.goodbye + 4)
        self._end_commands(AnswerLost, NotConnected, "the program is ending")
        if self.link.state is not LinkState.STOPPED:
            self.link = structs.replace(self.link, state=LinkState.STOPPED, since=self._clock(), why="stopped")

    def now(self) -> datetime:
        """Return the hub's time: our own clock plus the offset that its beats show."""
        return self._clock() + timedelta(seconds=self.link.offset)

    def open(
        self, view: str, *, sort: str = "", filter: str = "", window: tuple[int, int] = (0, 60), of: str = ""
    ) -> ViewHandle:
        """Follow a view; returns at once, also while not connected. Raises ClientError for a name that is no view.

        ``window``: offset of the first row and how many; ``of``: the outage or update that it is a view of.
        """
        if view not in ROW_TYPES:
            raise ClientError(f"there is no view {view!r}; there are: {', '.join(ROW_TYPES)}")
        query = wire.Open(view, next(self._numbers), window, sort, filter, of)
        handle = ViewHandle(self, query, self._clock())
        with self._lock:
            self._views[handle.id] = handle
            self._asked[handle.id] = None
        self._poke()
        return handle

    def do(self, command: Command, timeout: float = 15) -> concurrent.futures.Future[Reply]:
        """Send a command, once. The future always ends, on the client's thread, within ``timeout`` seconds.

        It ends with Refused (the hub's reason), NotConnected (not sent), AnswerLost (sent, and nobody knows) or ClientError
        (too many at once). Cancelling it has no effect: what was sent was sent.
        """
        future: concurrent.futures.Future[Reply] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        waiting = _Waiting(next(self._numbers), future, "")
        waiting.text = wire.write_command(command, waiting.number)
        with self._lock:
            link, loop = self.link, self._loop
            problem = self._why_not(link)
            if problem is None:
                self._waiting[waiting.number] = waiting
                self._unsent.append(waiting)
        if problem is not None:
            future.set_exception(problem)
        elif loop is not None:
            # Where the loop has ended meanwhile, the end of the thread has ended (or will end) the command as well.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._accept, waiting.number, timeout)
        return future

    def _why_not(self, link: Link) -> ClientError | None:
        if self._stopped or link.state is not LinkState.LIVE:
            reason = f": {link.why}" if link.why else ""
            return NotConnected(f"not sent, because there is no connection to the hub{reason}")
        if len(self._waiting) >= MAX_COMMANDS:
            return ClientError(f"not sent, because {MAX_COMMANDS} commands wait for the hub's answer already")
        return None

    def _requery(
        self, handle: ViewHandle, sort: str | None, filter: str | None, window: tuple[int, int] | None
    ) -> None:
        with self._lock:
            old = handle._query
            new = structs.replace(
                old,
                sort=old.sort if sort is None else sort,
                filter=old.filter if filter is None else filter,
                window=old.window if window is None else window,
            )
            if new == old or handle.id not in self._views:
                return
            handle._query = new
            self._asked[handle.id] = None
        self._poke()

    def _close(self, handle: ViewHandle) -> None:
        with self._lock:
            if self._views.pop(handle.id, None) is None:
                return
            self._asked[handle.id] = None
        self._poke()

    def _poke(self) -> None:
        """Wake the writer."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nothing is left to be written
                loop.call_soon_threadsafe(self._wake.set)

    # On the client's thread.

    def _run_thread(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._run())
        with self._lock:
            self._stopped, self._loop, self._main = True, None, None
        self._end_commands(AnswerLost, NotConnected, "the program is ending")
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
            await asyncio.sleep(backoff.failed(self._time()))

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

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
                user_agent_header="vaken",
            ) as line:
                assert isinstance(line, Line)
                try:
                    return await self._session(line, backoff)
                except asyncio.CancelledError:
                    await line.close()
                    raise
        except (OSError, WebSocketException) as error:
            return explain(error, self._address)

    async def _session(self, line: Line, backoff: Backoff) -> str:
        try:
            frame = wire.read_frame(await line.hear(self._pace.silence, self._pace.long_frame))
        except msgspec.DecodeError:
            return "what answers there does not speak vaken's stream"
        except (ConnectionClosed, LineDead) as error:
            return explain(error, self._address)
        if frame.hub is None:
            return "what answers there does not speak vaken's stream"
        backoff.well(self._time())
        self._greeted(frame)
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write(line))
            try:
                return await self._read(line)
            finally:
                writer.cancel()

    async def _read(self, line: Line) -> str:
        while True:
            try:
                message = await line.hear(self._pace.silence, self._pace.long_frame)
            except LineDead as error:
                line.transport.abort()  # a closing handshake would wait for a peer that is not there
                return str(error)
            except ConnectionClosed as error:
                return explain(error, self._address)
            try:
                frame = wire.read_frame(message)
            except msgspec.DecodeError as error:
                self._unreadable(wire.view_of(message), str(error))
            else:
                self._take(frame)

    async def _write(self, line: Line) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            for text in self._outgoing():
                try:
                    await line.send(text)
                except ConnectionClosed:
                    return  # the reader sees the same and says why

    def _outgoing(self) -> list[str]:
        with self._lock:
            asked, self._asked = self._asked, {}
            texts = []
            for number in asked:
                handle = self._views.get(number)
                if handle is not None:
                    texts.append(wire.write_open(handle._query))
                    self._opened.add(number)
                elif number in self._opened:
                    texts.append(wire.write_close(number))
                    self._opened.discard(number)
                    self._troubles.pop(number, None)
            for waiting in self._unsent:
                waiting.sent = True
                texts.append(waiting.text)
            self._unsent.clear()
        return texts

    # What comes in.

    def _take(self, frame: wire.Frame) -> None:
        if frame.view is not None:
            self._heard(frame.seq)
            self._take_view(frame.view, frame)
        elif frame.beat is not None:
            self._beat(frame)
        elif frame.done is not None:
            self._heard(frame.seq)
            self._answer(frame.done, Reply(frame.seq, frame.result))
        elif frame.refused is not None:
            self._heard(frame.seq)
            self._answer(frame.refused, Refused(frame.why or "the hub gave no reason"))
        # Anything else is a newer hub's: ignored.

    def _take_view(self, number: int, frame: wire.Frame) -> None:
        handle = self._views.get(number)
        if handle is None:
            return  # closed meanwhile
        window = handle._window
        if frame.error is not None:
            window.clear()
            self._show(handle, frame.error)
            return
        try:
            changed = window.apply(frame)
        except OutOfStep as trouble:
            window.synced = False
            self._reopen(handle, str(trouble))
            return
        if not changed:
            return
        error = ""
        if window.unreadable:
            error = f"{window.unreadable} rows could not be read; the hub may be of another version than this program"
        self._show(handle, error)
        if window.problems:
            self._reopen(handle, "; ".join(window.problems[:3]))  # the other rows are right and go on
        elif frame.rows is not UNSET and number in self._troubles:
            self._troubles[number].well(self._time())

    def _show(self, handle: ViewHandle, error: str) -> None:
        window = handle._window
        content = Content(window.rows, window.total, window.first, window.seq, self._clock(), error)
        if handle._replace(content):
            self._tell(ViewChanged(handle))

    def _unreadable(self, view: int | None, problem: str) -> None:
        """A frame could not be read: what it wanted to say must be asked for again."""
        if view is None:
            with self._lock:
                views = list(self._views.values())
        else:
            views = [handle for handle in (self._views.get(view),) if handle is not None]
        if None not in self._complained:
            self._complained.add(None)
            log.warning("a frame of the hub could not be read and is left out: %s", problem)
        for handle in views:
            handle._window.synced = False
            self._reopen(handle, f"a frame could not be read: {problem}")

    def _reopen(self, handle: ViewHandle, problem: str) -> None:
        """Ask for a new snapshot; ever more slowly where that does not help."""
        if handle.id not in self._complained:
            self._complained.add(handle.id)  # once for each connection: a bad row may come ten times a second
            log.warning("view %s is opened again: %s", handle.view, problem)
        if handle.id in self._reopening:
            return
        pace = self._pace
        trouble = self._troubles.setdefault(handle.id, Backoff(pace.first_delay, pace.last_delay, pace.calm))
        self._reopening.add(handle.id)
        asyncio.get_running_loop().call_later(trouble.failed(self._time()), self._ask_again, handle.id)

    def _ask_again(self, number: int) -> None:
        self._reopening.discard(number)
        with self._lock:
            if number not in self._views:
                return
            self._asked[number] = None
        self._wake.set()

    # Commands.

    def _accept(self, number: int, timeout: float) -> None:
        self._wake.set()
        asyncio.get_running_loop().call_later(timeout, self._too_late, number, timeout)

    def _too_late(self, number: int, timeout: float) -> None:
        with self._lock:
            waiting = self._waiting.pop(number, None)
            if waiting is not None and not waiting.sent:
                self._unsent.remove(waiting)
        if waiting is None:
            return
        if waiting.sent:
            waiting.future.set_exception(
                AnswerLost(
                    f"the hub did not answer within {timeout:g} s; look whether it was done before doing it again"
                )
            )
        else:
            waiting.future.set_exception(NotConnected(f"not sent: the hub took nothing for {timeout:g} s"))

    def _answer(self, number: int, answer: Reply | Refused) -> None:
        with self._lock:
            waiting = self._waiting.pop(number, None)
        if waiting is None:
            return  # its time was over
        if isinstance(answer, Reply):
            waiting.future.set_result(answer)
        else:
            waiting.future.set_exception(answer)

    def _end_commands(self, sent: type[ClientError], unsent: type[ClientError], why: str) -> None:
        with self._lock:
            left = list(self._waiting.values())
            self._waiting.clear()
            self._unsent.clear()
        for waiting in left:
            if waiting.sent:
                text = f"the answer was lost ({why}); look whether it was done before doing it again"
                waiting.future.set_exception(sent(text))
            else:
                waiting.future.set_exception(unsent(f"not sent: {why}"))

    # The link.

    def _greeted(self, frame: wire.Frame) -> None:
        self._offsets.clear()
        self._complained.clear()
        self._opened.clear()
        with self._lock:
            for handle in self._views.values():
                handle._window.synced = False
            self._asked = dict.fromkeys(self._views)
        self._wake.set()
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
            shed=0,
            degraded=frame.degraded,
        )

    def _heard(self, seq: int) -> None:
        self.link = structs.replace(self.link, heard=self._clock(), seq=max(seq, self.link.seq))

    def _beat(self, frame: wire.Frame) -> None:
        assert frame.beat is not None
        self._change_link(
            LinkState.LIVE,
            heard=self._clock(),
            seq=frame.beat,
            offset=self._offset(frame.at),
            lag=frame.lag,
            shed=frame.shed,
            degraded=frame.degraded,
        )

    def _offset(self, at: datetime | None) -> float:
        """Return the hub's clock minus ours, seconds.

        A frame that was under way for long makes the hub look late, none makes it look early: the largest of the last few
        differences is the one that the network disturbed least.
        """
        if at is not None:
            if at.tzinfo is None:
                at = at.replace(tzinfo=UTC)
            self._offsets.append((at - self._clock()).total_seconds())
        return max(self._offsets, default=0.0)

    def _lost(self, why: str) -> None:
        state = LinkState.CONNECTING if self.link.state is LinkState.CONNECTING else LinkState.LOST
        self._change_link(state, why=why, attempts=self.link.attempts + 1)
        self._end_commands(AnswerLost, NotConnected, why)

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
