"""The views that a client follows: what they ask for, and the frames that answer.

What goes out is bounded by the number of open views: of each the newest query alone is sent, however often it changed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime

from msgspec import UNSET, structs

from feeds.client import wire
from feeds.client.backoff import Backoff
from feeds.client.link import Notice, Pace, ViewChanged
from feeds.client.view import Content, ViewHandle
from feeds.client.window import OutOfStep

log = logging.getLogger(__name__)


class Following:
    """The views of one client. ``tell`` passes notices on; ``wake`` (any thread) has ``to_send`` called soon."""

    def __init__(
        self, clock: Callable[[], datetime], pace: Pace, tell: Callable[[Notice], None], wake: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._pace = pace
        self._tell = tell
        self._wake = wake
        self._lock = threading.Lock()
        """Guards the next two."""
        self._views: dict[int, ViewHandle] = {}
        self._asked: dict[int, None] = {}
        """Views whose query, or whose end, is still to be sent, in the order of asking."""
        # Used on the client's thread alone.
        self._opened: set[int] = set()
        self._troubles: dict[int, Backoff] = {}
        self._reopening: set[int] = set()
        """Views that a timer will open again."""
        self._complained: set[int] = set()

    # Any thread.

    def open(self, query: wire.Open) -> ViewHandle:
        """Begin to follow a view."""
        handle = ViewHandle(self, query, self._clock())
        with self._lock:
            self._views[handle.id] = handle
            self._asked[handle.id] = None
        self._wake()
        return handle

    def change(self, handle: ViewHandle, sort: str | None, filter: str | None, window: tuple[int, int] | None) -> None:
        """Replace what is not None in a view's query."""
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
        self._wake()

    def close(self, handle: ViewHandle) -> None:
        """Follow a view no longer."""
        with self._lock:
            if self._views.pop(handle.id, None) is None:
                return
            self._asked[handle.id] = None
        self._wake()

    # The client's thread.

    def begin(self) -> None:
        """A new connection: every view is to be opened on it; the old content stays until its snapshots come."""
        self._opened.clear()
        self._complained.clear()
        with self._lock:
            for handle in self._views.values():
                handle._window.synced = False
            self._asked = dict.fromkeys(self._views)

    def to_send(self) -> list[str]:
        """Return the messages to be sent now."""
        texts = []
        with self._lock:
            asked, self._asked = self._asked, {}
            for number in asked:
                handle = self._views.get(number)
                if handle is not None:
                    texts.append(wire.write_open(handle._query))
                    self._opened.add(number)
                elif number in self._opened:
                    texts.append(wire.write_close(number))
                    self._opened.discard(number)
                    self._troubles.pop(number, None)
        return texts

    def take(self, number: int, frame: wire.Frame) -> None:
        """Apply a frame to view ``number``."""
        handle = self._views.get(number)
        if handle is None:
            return  # closed meanwhile
        window = handle._window
        if frame.error is not None:
            window.clear()
            self._show(handle, frame.error or "the hub refused the query and gave no reason", refused=True)
            return
        try:
            changed = window.apply(frame)
        except OutOfStep as trouble:
            window.synced = False
            self._reopen(handle, str(trouble))
            return
        if not changed:
            return
        self._show(handle, _unreadable(window.unreadable))
        if window.problems:
            self._reopen(handle, "; ".join(window.problems[:3]))  # the other rows are right and go on meanwhile
        elif frame.rows is not UNSET and number in self._troubles:
            self._troubles[number].well(_now())

    def missed(self, number: int | None, problem: str) -> None:
        """A frame for view ``number`` (None: it cannot be said for which) could not be read: ask again."""
        with self._lock:
            views = [handle for handle in self._views.values() if number in (None, handle.id)]
        for handle in views:
            handle._window.synced = False
            self._reopen(handle, f"a frame could not be read: {problem}")

    def _show(self, handle: ViewHandle, error: str, *, refused: bool = False) -> None:
        window = handle._window
        now = self._clock()
        content = Content(window.rows, window.total, window.first, window.seq, now, error, refused=refused)
        if handle._replace(content):
            self._tell(ViewChanged(handle))

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
        asyncio.get_running_loop().call_later(trouble.failed(_now()), self._ask_again, handle.id)

    def _ask_again(self, number: int) -> None:
        self._reopening.discard(number)
        with self._lock:
            if number not in self._views:
                return
            self._asked[number] = None
        self._wake()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _unreadable(rows: int) -> str:
    if not rows:
        return ""
    return f"{rows} row{'s' if rows > 1 else ''} could not be read; is the hub of another version than this program?"
