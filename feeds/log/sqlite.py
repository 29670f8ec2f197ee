"""The log of one hub on SQLite: appends from the event loop, one writer thread, group commit, delivery in order.

The way of an append: queue → writer thread (sequence, encoding, one transaction for everything that waits, flush,
witness) → event loop (``deliver``, then the answers). Leaves the transaction to ``store``, reading to ``records``.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue

from feeds.facts import Entry, Fact, encode_entries
from feeds.log.interface import Batch, Damage, LogBusy, LogDamaged, LogError, LogFull, LogRefused
from feeds.log.lock import DirectoryLock
from feeds.log.records import RecordedLog
from feeds.log.store import Store, build, finish, settle
from feeds.log.table import LOG_DIRECTORY, chained

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

    __slots__ = ("by", "done", "facts", "seen")

    def __init__(self, by: str, facts: tuple[Fact, ...], seen: int, done: asyncio.Future[Batch]) -> None:
        self.by = by
        self.facts = facts
        self.seen = seen
        self.done = done


class SqliteLog:
    """A ``FactLog`` in one data directory. Made by ``open``; used from one event loop."""

    def __init__(
        self,
        recorded: RecordedLog,
        store: Store | None,
        lock: DirectoryLock,
        deliver: Callable[[Batch], None],
        now: Callable[[], datetime],
        queue_facts: int,
    ) -> None:
        self._recorded = recorded
        self._store = store
        self._lock = lock
        self._deliver = deliver
        self._now = now
        self._at = recorded.at
        self._last = recorded.last
        self._loop: asyncio.AbstractEventLoop | None = None
        # Bounded by facts, not by appends: ``append`` refuses with LogBusy beyond ``_bound``. None ends the writer.
        self._queue: SimpleQueue[_Append | None] = SimpleQueue()
        self._bound = queue_facts
        self._waiting = 0
        self._closing = False
        self._failure: str | None = None
        self._cause: BaseException | None = None
        self._held_over: _Append | None = None
        self._ended = False
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
    ) -> "SqliteLog":
        """Take ``directory`` (made when missing), verify its log after sequence ``after``, and be ready for appends.

        ``deliver`` is called on the event loop with each commit, in order, before its appends are answered; when it
        raises, the log takes nothing more. ``now`` gives aware UTC times and is called on the writer thread. ``after``
        is the sequence of a good snapshot: earlier batches are not read. At most ``queue_facts`` facts wait for the
        disk. A damaged log opens too: see ``damage``. Raises LogLocked, LogError. Blocks on the disk.
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
        return cls(recorded, store, lock, deliver, now, queue_facts)

    @property
    def last(self) -> int:
        """See ``FactLog.last``."""
        return self._last

    @property
    def damage(self) -> Damage | None:
        """See ``FactLog.damage``."""
        return self._recorded.damage

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

    async def append(self, by: str, facts: Sequence[Fact], seen: int = 0) -> Batch:
        """See ``FactLog.append``. No facts: an empty batch at the end of the log."""
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
            return Batch((), self._last + 1, self._last)
        if self._waiting and self._waiting + len(kept) > self._bound:
            raise LogBusy(
                f"The log is busy: {self._waiting} facts wait for the disk, and at most {self._bound} may. "
                "Nothing of this was kept: send it again in a moment."
            )
        self._waiting += len(kept)
        append = _Append(by, kept, seen, loop.create_future())
        self._queue.put(append)
        return await append.done

    async def close(self) -> None:
        """See ``FactLog.close``. Cancelling the wait does not stop the closing."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        if self._thread is None:
            self._lock.release()
        else:
            await asyncio.to_thread(self._thread.join)  # the answers were handed to the loop before it ended

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

    # On the event loop, called by the writer.

    def _answer(self, appends: list[_Append], batches: list[Batch], commit: Batch) -> None:
        """Deliver a commit, then answer its appends."""
        if self._failure is not None:
            self._refuse(appends)
            return
        try:
            self._deliver(commit)
        except BaseException as error:
            self._fail(f"The hub failed on the facts {commit.first} to {commit.last}, which are kept", error)
            self._refuse(appends)
            raise
        self._last = commit.last
        for append, batch in zip(appends, batches, strict=True):
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

    def _fail(self, what: str, cause: BaseException) -> None:
        """Take nothing more. Called from both threads; the first failure stays."""
        if self._failure is None:
            self._cause = cause
            self._failure = f"{what}: {cause!r}. The log takes nothing more: restart the hub."
            _logger.critical(self._failure, exc_info=cause)

    # On the writer thread.

    def _write(self, store: Store) -> None:
        appends: list[_Append] = []
        try:
            while appends := self._take():
                while appends and self._failure is None and self._recorded.damage is None:
                    self._commit(store, appends)
                self._hand(self._refuse, appends)
                if store.unmerged >= (MERGE_IDLE_BYTES if self._queue.empty() else MERGE_BYTES):
                    store.checkpoint()
        except BaseException as error:
            self._fail("The writer of the log failed", error)
            self._hand(self._refuse, appends)
            while appends := self._take():  # it still answers, until it is closed
                self._hand(self._refuse, appends)
            raise
        finally:
            store.close()
            self._lock.release()

    def _take(self) -> list[_Append]:
        """Wait for an append and return it with what waits behind it, as far as one commit goes; empty at the end."""
        taken: list[_Append] = []
        facts = 0
        while facts < COMMIT_FACTS and not self._ended:
            append, self._held_over = self._held_over, None
            if append is None:
                try:
                    append = self._queue.get(block=not taken)
                except Empty:
                    break
            if append is None:
                self._ended = True
            elif taken and facts + len(append.facts) > COMMIT_FACTS:
                self._held_over = append
                break
            else:
                taken.append(append)
                facts += len(append.facts)
        return taken

    def _commit(self, store: Store, appends: list[_Append]) -> None:
        """Keep the first of ``appends``, as many as go into one commit, and take them off the list."""
        at = self._now()
        if self._at is not None and at < self._at:
            at = self._at  # the clock was set back
        kept: list[_Append] = []
        batches: list[Batch] = []
        parts: list[bytes] = []
        size = 0
        seq = store.last
        looked_at = 0
        for append in appends:
            entries = tuple(
                [Entry(number, at, append.by, fact, append.seen) for number, fact in enumerate(append.facts, seq + 1)]
            )
            try:
                part = _encoded(entries, store.largest)
            except LogRefused as error:
                self._hand(self._refuse, [append], partial(LogRefused, str(error)))
                looked_at += 1
                continue
            if kept and size + len(part) > COMMIT_BYTES:
                break
            looked_at += 1
            kept.append(append)
            batches.append(Batch(entries, seq + 1, seq + len(entries)))
            parts.append(part)
            size += len(part)
            seq += len(entries)
        del appends[:looked_at]
        if not kept:
            return
        facts = parts[0] if len(parts) == 1 else b"[" + b",".join([part[1:-1] for part in parts]) + b"]"
        row = chained(store.check, store.last + 1, seq, facts)
        try:
            store.keep([row])
        except LogFull as error:
            self._hand(self._refuse, kept, partial(LogFull, str(error)))
        except LogDamaged as error:
            self._recorded.damage = error.damage
            self._hand(self._refuse, kept)
        except BaseException:
            appends[:0] = kept  # not answered yet
            raise
        else:
            self._at = at
            whole = (
                batches[0].entries if len(batches) == 1 else tuple(chain.from_iterable([b.entries for b in batches]))
            )
            self._hand(self._answer, kept, batches, Batch(whole, row.first, row.last))

    def _hand(self, callback: Callable[..., None], *arguments: object) -> None:
        """Run ``callback`` on the event loop, after all that were handed before."""
        if self._loop is None:
            return  # nothing was ever appended
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError as error:
            self._fail("The event loop ended before the log was closed", error)


def _encoded(entries: tuple[Entry, ...], largest: int) -> bytes:
    """Return the JSON array of ``entries``. Raises LogRefused when there is none of at most ``largest`` bytes."""
    try:
        data = encode_entries(entries)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise LogRefused(
            f"The log cannot keep this: a fact in it has no JSON form ({error}). Nothing was kept."
        ) from error
    if len(data) > largest:
        raise LogRefused(
            f"The log cannot keep this: {len(data)} bytes of facts at once, and at most {largest} go. "
            "Nothing was kept: send it in parts."
        )
    return data
