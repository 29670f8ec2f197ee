"""The thread that writes a log: one transaction and one flush a commit, a step of pruning, merges between them.

It does nothing that can be done on the event loop: each call that gives up the interpreter's lock may wait for its
turn. Leaves the transaction to ``store``.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from queue import SimpleQueue
from typing import NamedTuple, TypeVar

from feeds.log.commits import Commit
from feeds.log.store import Store
from feeds.log.table import chained

MERGE_IDLE_BYTES = 2 << 20
"""With nothing waiting, the write-ahead log is merged from this size on …"""
MERGE_BYTES = 8 << 20
"""… and from this size on in any case: it bounds both the stall of a merge and the recovery after a kill."""

_logger = logging.getLogger(__name__)


class Drop(NamedTuple):
    """A step of pruning, done by the writer between two commits."""

    until: int
    by: str
    at: datetime
    done: asyncio.Future[int]


class Probe(NamedTuple):
    """A question whether the disk takes so many bytes, asked by the writer between two commits."""

    size: int
    done: asyncio.Future[None]


class Writer:
    """Writes commits in the order in which they are given."""

    def __init__(
        self,
        store: Store,
        done: Callable[[Commit, BaseException | None], None],
        idle: Callable[[], bool],
        ended: Callable[[], None],
    ) -> None:
        """Begin. All of these are called on the thread: ``done`` with what is on disk, or is not and why; ``idle``
        says that nothing waits, so that a merge holds up nobody; ``ended`` when the store is closed.
        """
        self._store = store
        self._done = done
        self._idle = idle
        self._ended = ended
        # At most one commit, one step of pruning, one question, and None, which ends the thread: the log gives no more
        # at a time.
        self._given: SimpleQueue[Commit | Drop | Probe | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="log-writer", daemon=True)
        self._thread.start()

    def give(self, work: "Commit | Drop | Probe") -> None:
        """Have a commit written, a step of pruning done, or the disk asked."""
        self._given.put(work)

    def end(self) -> None:
        """End after what was given."""
        self._given.put(None)

    def join(self) -> None:
        """Wait until it has ended. Blocks."""
        self._thread.join()

    def _write(self) -> None:
        store = self._store
        try:
            while (commit := self._given.get()) is not None:
                if isinstance(commit, Drop):
                    _drop(store, commit)
                    continue
                if isinstance(commit, Probe):
                    _ask(store, commit)
                    continue
                error: BaseException | None = None
                try:
                    # The check is counted here, as it leaves the interpreter to others meanwhile.
                    facts = commit.facts[0] if len(commit.facts) == 1 else b"".join(commit.facts)
                    store.keep([chained(store.check, commit.whole.first, commit.whole.last, facts)])
                except BaseException as cause:  # noqa: BLE001 - whatever it is, those who wait are told
                    error = cause
                self._done(commit, error)
                if store.unmerged >= (MERGE_IDLE_BYTES if self._idle() else MERGE_BYTES):
                    store.checkpoint()
        finally:
            store.close()
            self._ended()


_T = TypeVar("_T")


def _answer(done: "asyncio.Future[_T]", value: _T, error: BaseException | None) -> None:
    if done.done():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(value)


def _ask(store: Store, probe: Probe) -> None:
    failure = None
    try:
        store.probe(probe.size)
    except Exception as error:  # noqa: BLE001 - whatever it is, the one who waits is told
        failure = error
    with suppress(RuntimeError):  # the event loop ended: nobody waits for the answer
        probe.done.get_loop().call_soon_threadsafe(_answer, probe.done, None, failure)


def _drop(store: Store, drop: Drop) -> None:
    begins, failure = 0, None
    try:
        begins = store.drop(drop.until, drop.by, drop.at)
        if store.unmerged >= MERGE_BYTES:
            store.checkpoint()
    except Exception as error:  # noqa: BLE001 - whatever it is, the one who waits is told
        failure = error
    try:
        drop.done.get_loop().call_soon_threadsafe(_answer, drop.done, begins, failure)
    except RuntimeError:
        _logger.warning("The event loop ended while the log was pruned; what was pruned is gone, nothing else.")
