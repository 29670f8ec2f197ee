"""What views need of the log itself: pages of facts, read on a thread, while the event loop goes on.

One reader serves all queries, one after the other. What waits is at most one request for each query that is looked at;
what is asked again meanwhile is the same request.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from feeds.board import Board
from feeds.log import LogError, RecordedLog
from feeds.views import Looked

BUSY_SHARE = 0.25
"""The reader works for at most this part of the time while somebody looks through a whole log: feeds come first."""
SHORTEST_REST, LONGEST_REST = 0.005, 0.5
"""Seconds between two pieces of work."""
WAIT_SECONDS = 30.0
"""How long an answer over HTTP waits for the reader."""


class Job(Protocol):
    """What is to be read for one query."""

    def read(self, log: RecordedLog) -> None:
        """Read; called on a thread. Raises LogError."""
        ...

    def take(self) -> None:
        """Put what was read in place; called on the event loop."""
        ...


class Reading(Protocol):
    """A query that reads the log."""

    def plan(self) -> Job | None:
        """Return what is to be read now, or None."""
        ...

    def fail(self, why: str) -> None:
        """Show that the log cannot be read."""
        ...


class Past:
    """The reader. ``run`` does the work; ``wake`` is called on the event loop when something new can be shown."""

    def __init__(
        self, directory: Path, board: Callable[[], Board], now: Callable[[], datetime], wake: Callable[[], None]
    ) -> None:
        self.board = board
        self.now = now
        self._log = RecordedLog(directory)
        self._wake = wake
        self._wanting: dict[int, Reading] = {}
        """Bounded by the queries that are looked at."""
        self._wanted = asyncio.Event()
        self._turn = asyncio.Event()
        """Set and replaced after each piece of work."""

    def want(self, query: Reading) -> None:
        """Say that a query has something to read."""
        self._wanting[id(query)] = query
        self._wanted.set()

    async def settled(self, query: Looked, first: int, count: int) -> None:
        """Wait until a window can be shown. Raises TimeoutError."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                turn = self._turn
                query.refresh()
                if query.ready(first, count):
                    return
                await turn.wait()

    async def run(self) -> None:
        """Read what is wanted until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            started, wanting = loop.time(), self._wanting
            self._wanting = {}
            for query in wanting.values():
                job = query.plan()
                if job is not None:
                    try:
                        await asyncio.to_thread(job.read, self._log)
                    except LogError as error:
                        query.fail(str(error))
                    else:
                        job.take()
                self._turn.set()  # also where nothing had to be read: the plan may have found that all is there
                self._turn = asyncio.Event()
                self._wake()
            worked = loop.time() - started
            await asyncio.sleep(min(max(worked * (1 / BUSY_SHARE - 1), SHORTEST_REST), LONGEST_REST))
