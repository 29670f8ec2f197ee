"""The log of one hub on SQLite: appends from the event loop, one writer thread, group commit, delivery in order.

The way of an append: it waits until the writer is free, then everything that waits becomes one commit (sequences and
encoding on the event loop, at the end of its turn), the writer thread does nothing but the transaction and its flush,
and the event loop delivers and answers. One commit is on its way at a time: while the disk works, the next one grows.
Leaves the transaction to ``store``, reading to ``records``.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from feeds.facts import NOWHERE, Entry, Fact, Origin, encode_entries
from feeds.log import snapshots
from feeds.log.interface import Batch, Damage, LogBusy, LogDamaged, LogError, LogFull, LogRefused
from feeds.log.large import Large
from feeds.log.lock import DirectoryLock
from feeds.log.records import RecordedLog
from feeds.log.store import Store, build, finish, settle
from feeds.log.table import LOG_DIRECTORY, chained

GATHER_SECONDS = 0.0003
"""While several feeds send one fact after the other, a commit waits so long for more: a flush costs about as much."""
COMMIT_FACTS = 4_096
"""A commit takes no further append beyond so many facts: the board takes a commit in one go, on the event loop."""
COMMIT_BYTES = 16 << 20
"""Nor beyond so many bytes."""
MERGE_IDLE_BYTES = 2 << 20
"""With nothing waiting, the write-ahead log is merged from this size on …"""
MERGE_BYTES = 8 << 20
"""… and from this size on in any case: it bounds both the stall of a merge and the recovery after a kill."""

_logger = logging.getLogger(__name__)


class _Append:
    """One append on its way. Its future belongs to the event loop; the writer never touches it."""

    __slots__ = ("by", "done", "facts", "large", "origin", "seen")

    def __init__(
        self,
        by: str,
        facts: tuple[Fact, ...],
        seen: int,
        origin: Origin,
        done: asyncio.Future[Batch],
        large: Large | None = None,
    ) -> None:
        self.by = by
        self.large = large
        self.origin = origin
        self.facts = facts
        self.seen = seen
        self.done = done


class _Commit(NamedTuple):
    """What goes to the disk in one transaction, and who waits for it, each with a batch of its own."""

    facts: tuple[bytes, ...]
    """Pieces of one JSON array. Put together by the writer: of a large fact that takes a while."""
    appends: list[_Append]
    batches: list[Batch]
    whole: Batch


class _Drop(NamedTuple):
    """A step of pruning, done by the writer between two commits."""

    until: int
    by: str
    at: datetime
    done: asyncio.Future[int]


class SqliteLog:
    """A ``FactLog`` in one data directory. Made by ``open``; used from one event loop."""

    def __init__(
        self,
        directory: Path,
        recorded: RecordedLog,
        store: Store | None,
        lock: DirectoryLock,
        deliver: Callable[[Batch], None],
        now: Callable[[], datetime],
        queue_facts: int,
        failed: Callable[[], None],
    ) -> None:
        self._directory = directory
        self._recorded = recorded
        self._store = store
        self._lock = lock
        self._deliver = deliver
        self._now = now
        self._failed = failed
        self._at = recorded.at
        self._last = recorded.last
        self._loop: asyncio.AbstractEventLoop | None = None
        # Bounded by facts, not by appends: ``append`` refuses with LogBusy beyond ``_bound``.
        self._pending: deque[_Append] = deque()
        self._bound = queue_facts
        self._waiting = 0
        self._scheduled = False
        self._shared = False
        """Whether the last commit was of several appends: then more are likely to come in a moment."""
        self._writing = False
        # At most one commit, one step of pruning, and None, which ends the writer.
        self._commits: SimpleQueue[_Commit | _Drop | None] = SimpleQueue()
        self._closing = False
        self._drained: asyncio.Future[None] | None = None
        self._failure: str | None = None
        self._cause: BaseException | None = None
        self._thread: threading.Thread | None = None
        if store is not None:
            self._thread = threading.Thread(target=self._write, args=(store,), name="log-writer", daemon=True)
            self._thread.start()

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        deliver: Callable[[Batch], None],
        now: Callable[[], datetime],
        after: int = 0,
        queue_facts: int = 200_000,
        failed: Callable[[], None] = lambda: None,
    ) -> "SqliteLog":
        """Take ``directory`` (made when missing), verify its log after sequence ``after``, and be ready for appends.

        ``deliver`` is called on the event loop with each commit, in order, before its appends are answered; when it
        raises, the log takes nothing more. ``now`` gives aware UTC times. ``after``
        is the sequence of a good snapshot: earlier batches are not read. At most ``queue_facts`` facts wait for the
        disk. ``failed`` is called on the event loop when the log takes nothing more until it is opened again. A damaged
        log opens too: see ``damage``. Raises LogLocked, LogError. Blocks on the disk.
        """
        lock = DirectoryLock(directory)
        try:
            try:
                settle(directory)
            except OSError as error:
                raise LogError(
                    f"The log in {directory} cannot be put in place ({error}): look at its rights."
                ) from error
            if not (directory / LOG_DIRECTORY).exists():
                build(directory).close()
                finish(directory)
            recorded = RecordedLog(directory)
            recorded.verify(after)
            store = None
            if recorded.damage is None:
                store = Store(directory / LOG_DIRECTORY, recorded.last, recorded.check)
        except BaseException:
            lock.release()
            raise
        return cls(directory, recorded, store, lock, deliver, now, queue_facts, failed)

    @property
    def last(self) -> int:
        """See ``FactLog.last``."""
        return self._last

    @property
    def damage(self) -> Damage | None:
        """See ``FactLog.damage``."""
        return self._recorded.damage

    @property
    def begins(self) -> int:
        """See ``FactLog.begins``."""
        return self._recorded.begins

    @property
    def failure(self) -> str:
        """See ``FactLog.failure``."""
        return self._failure or ""

    @property
    def waiting(self) -> int:
        """How many facts are appended and not yet answered."""
        return self._waiting

    def read(self, after: int = 0) -> Iterator[Batch]:
        """See ``FactLog.read``. While appends run, it may see a batch shortly before it is delivered."""
        return self._recorded.read(after)

    def check_at(self, seq: int) -> bytes | None:
        """See ``FactLog.check_at``."""
        return self._recorded.check_at(seq)

    async def append(self, by: str, facts: Sequence[Fact], seen: int = 0, origin: Origin = NOWHERE) -> Batch:
        """See ``FactLog.append``. No facts: an empty batch at the end of the log."""
        return await self.submit(by, facts, seen, origin)

    def submit(
        self, by: str, facts: Sequence[Fact], seen: int = 0, origin: Origin = NOWHERE
    ) -> "asyncio.Future[Batch]":
        """See ``FactLog.submit``."""
        return self._submit(by, facts, seen, origin, None)

    async def append_large(self, by: str, large: Large, seen: int = 0, origin: Origin = NOWHERE) -> Batch:
        """See ``FactLog.append_large``. It makes a commit of its own."""
        return await self._submit(by, (large.fact,), seen, origin, large)

    def _submit(
        self, by: str, facts: Sequence[Fact], seen: int, origin: Origin, large: Large | None
    ) -> "asyncio.Future[Batch]":
        refusal = self._refusal()
        if refusal is not None:
            raise refusal
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._loop is not None:
                raise RuntimeError("a log is used from one event loop")
            self._loop = loop
        kept = tuple(facts)
        if not kept:
            nothing: asyncio.Future[Batch] = loop.create_future()
            nothing.set_result(Batch((), self._last + 1, self._last))
            return nothing
        if self._waiting and self._waiting + len(kept) > self._bound:
            raise LogBusy(
                f"The log is busy: {self._waiting} facts wait for the disk, and at most {self._bound} may. "
                "Nothing of this was kept: send it again in a moment."
            )
        self._waiting += len(kept)
        append = _Append(by, kept, seen, origin, loop.create_future(), large)
        self._pending.append(append)
        self._schedule()
        return append.done

    async def prune(self, until: int, board: bytes, by: str) -> int:
        """Take the batches up to the one that ends at ``until`` off the beginning; ``board`` is the board after it.

        Appends go on: each step takes a few batches. Returns where the log begins then; the last batch stays always.
        Raises LogError, LogFull, LogDamaged.
        """
        folder, begins, at = self._directory / LOG_DIRECTORY, -1, self._now()
        check = await asyncio.to_thread(self.check_at, until)
        if check is None:
            raise LogError(f"The log cannot be pruned at {until}: no good batch ends there.")
        await asyncio.to_thread(snapshots.write_base, folder, until, check, board)
        while True:
            if (refusal := self._refusal()) is not None:
                raise refusal
            self._loop = asyncio.get_running_loop()
            drop = _Drop(until, by, at, self._loop.create_future())
            self._commits.put(drop)
            now_begins = await asyncio.shield(drop.done)
            if now_begins == begins or now_begins >= until:
                return now_begins
            begins = now_begins

    async def close(self) -> None:
        """See ``FactLog.close``. Cancelling the wait does not stop the closing."""
        if self._thread is None:
            self._lock.release()
            return
        if not self._closing:
            self._closing = True
            if self._pending or self._writing:
                self._drained = asyncio.get_running_loop().create_future()
            else:
                self._commits.put(None)
        if self._drained is not None:
            await asyncio.shield(self._drained)
        await asyncio.to_thread(self._thread.join)

    def _refusal(self) -> LogError | None:
        """Return why no append can be taken now, or None. A new exception each time: several may wait for it."""
        if self._recorded.damage is not None:
            return LogDamaged(self._recorded.damage)
        if self._failure is not None:
            refusal = LogError(self._failure)
            refusal.__cause__ = self._cause
            return refusal
        if self._closing:
            return LogError("The log is closed: the hub is stopping. Send this again when it is back.")
        return None

    # On the event loop.

    def _schedule(self) -> None:
        """See to it that what waits is committed: at the end of this turn, so that one commit takes all of the turn."""
        if not self._scheduled and not self._writing and self._loop is not None:
            self._scheduled = True
            if self._shared:
                self._loop.call_later(GATHER_SECONDS, self._dispatch)
            else:
                self._loop.call_soon(self._dispatch)

    def _dispatch(self) -> None:
        """Hand what waits to the writer, as far as one commit goes."""
        self._scheduled = False
        while self._pending and not self._writing:
            if self._failure is not None or self._recorded.damage is not None:
                self._refuse([self._pending.popleft()])
                continue
            try:
                commit = self._next_commit()
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told
                self._fail("The log could not put a commit together", error)
                continue
            if commit is not None:
                self._writing = True
                self._commits.put(commit)
        if self._drained is not None and not (self._pending or self._writing or self._drained.done()):
            self._commits.put(None)
            self._drained.set_result(None)

    def _next_commit(self) -> _Commit | None:
        """Take appends off the waiting ones, up to the bounds of a commit. None when all of them are refused."""
        store = self._store
        assert store is not None
        at = self._now()
        if self._at is not None and at < self._at:
            at = self._at  # the clock was set back
        appends: list[_Append] = []
        batches: list[Batch] = []
        parts: list[bytes] = []
        pieces: tuple[bytes, ...] = ()  # of a large fact, which makes a commit of its own
        size, first, seq = 0, store.last + 1, store.last
        while self._pending:
            append = self._pending[0]
            if appends and (append.large is not None or seq - first + 1 + len(append.facts) > COMMIT_FACTS):
                break
            by, seen, address, token = append.by, append.seen, append.origin.address, append.origin.token
            entries = tuple(
                [Entry(number, at, by, fact, seen, address, token) for number, fact in enumerate(append.facts, seq + 1)]
            )
            try:
                if append.large is None:
                    part = _encoded(entries, store.largest)
                else:
                    part, pieces = b"", append.large.entries(entries[0])
                    _prove_size(sum(map(len, pieces)), store.largest)
            except LogRefused as error:
                self._refuse([self._pending.popleft()], partial(LogRefused, str(error)))
                continue
            if appends and size + len(part) > COMMIT_BYTES:
                break
            self._pending.popleft()
            appends.append(append)
            batches.append(Batch(entries, seq + 1, seq + len(entries)))
            parts.append(part)
            size += len(part)
            seq += len(entries)
            if append.large is not None:
                break
        if not appends:
            return None
        self._at = at
        if appends[0].large is None:
            pieces = (parts[0] if len(parts) == 1 else b"[" + b",".join([part[1:-1] for part in parts]) + b"]",)
        whole = batches[0]
        if len(batches) > 1:
            whole = Batch(tuple(chain.from_iterable([batch.entries for batch in batches])), first, seq)
        return _Commit(pieces, appends, batches, whole)

    def _written(self, commit: _Commit, error: BaseException | None) -> None:
        """Deliver a commit that is on disk and answer its appends; refuse them when it is not. Then the next one."""
        self._writing = False
        self._shared = len(commit.appends) > 1
        if isinstance(error, LogFull):
            self._refuse(commit.appends, partial(LogFull, str(error)))
        elif isinstance(error, LogDamaged):
            self._recorded.damage = error.damage
            self._refuse(commit.appends)
        elif error is not None:
            self._fail("The writer of the log failed", error)
            self._refuse(commit.appends)
        elif self._failure is not None:
            self._refuse(commit.appends)
        else:
            self._answer(commit)
        if self._pending:
            self._schedule()
        else:
            self._dispatch()

    def _answer(self, commit: _Commit) -> None:
        try:
            self._deliver(commit.whole)
        except BaseException as error:
            whole = commit.whole
            self._fail(f"The hub failed on the facts {whole.first} to {whole.last}, which are kept", error)
            self._refuse(commit.appends)
            self._dispatch()
            raise
        self._last = commit.whole.last
        for append, batch in zip(commit.appends, commit.batches, strict=True):
            self._waiting -= len(append.facts)
            if not append.done.done():
                append.done.set_result(batch)

    def _refuse(self, appends: list[_Append], why: Callable[[], LogError] | None = None) -> None:
        """Answer ``appends`` with ``why``, or with the reason why the log takes nothing. One exception for each."""
        for append in appends:
            self._waiting -= len(append.facts)
            if not append.done.done():
                refusal = why() if why is not None else self._refusal()
                append.done.set_exception(refusal or LogError("The log took nothing of this: send it again."))

    def _fail(self, what: str, cause: BaseException, told: bool = True) -> None:
        """Take nothing more; the first failure stays. ``told``: on the event loop, those outside hear of it."""
        if self._failure is None:
            self._cause = cause
            self._failure = f"{what}: {cause!r}. The log takes nothing more: restart the hub."
            _logger.critical(self._failure, exc_info=cause)
            if told:
                self._failed()

    # On the writer thread.

    def _write(self, store: Store) -> None:
        try:
            while (commit := self._commits.get()) is not None:
                if isinstance(commit, _Drop):
                    self._drop(store, commit)
                    continue
                error: BaseException | None = None
                try:
                    # The check is counted here, as it leaves the interpreter to others meanwhile.
                    facts = commit.facts[0] if len(commit.facts) == 1 else b"".join(commit.facts)
                    store.keep([chained(store.check, commit.whole.first, commit.whole.last, facts)])
                except BaseException as cause:  # noqa: BLE001 - whatever it is, those who wait are told
                    error = cause
                self._hand(commit, error)
                if store.unmerged >= (MERGE_IDLE_BYTES if self._waiting == 0 else MERGE_BYTES):
                    store.checkpoint()
        finally:
            store.close()
            self._lock.release()

    def _drop(self, store: Store, drop: _Drop) -> None:
        def answered(begins: int, error: BaseException | None) -> None:
            if drop.done.done():
                return
            if error is not None:
                drop.done.set_exception(error)
            else:
                drop.done.set_result(begins)

        begins, failure = 0, None
        try:
            begins = store.drop(drop.until, drop.by, drop.at)
            if store.unmerged >= MERGE_BYTES:
                store.checkpoint()
        except Exception as error:  # noqa: BLE001 - whatever it is, the one who waits is told
            failure = error
        try:
            drop.done.get_loop().call_soon_threadsafe(answered, begins, failure)
        except RuntimeError:
            _logger.warning("The event loop ended while the log was pruned; what was pruned is gone, nothing else.")

    def _hand(self, commit: _Commit, error: BaseException | None) -> None:
        """Run ``_written`` on the event loop."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._written, commit, error)
        except RuntimeError as cause:
            self._fail("The event loop ended before the log was closed", cause, told=False)
            self._commits.put(None)


def _encoded(entries: tuple[Entry, ...], largest: int) -> bytes:
    """Return the JSON array of ``entries``. Raises LogRefused when there is none of at most ``largest`` bytes."""
    try:
        data = encode_entries(entries)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise LogRefused(
            f"The log cannot keep this: a fact in it has no JSON form ({error}). Nothing was kept."
        ) from error
    _prove_size(len(data), largest)
    return data


def _prove_size(size: int, largest: int) -> None:
    if size > largest:
        raise LogRefused(
            f"The log cannot keep this: {size} bytes of facts at once, and at most {largest} go. "
            "Nothing was kept: send it in parts."
        )
