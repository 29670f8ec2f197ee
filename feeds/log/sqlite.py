"""The log of one hub on SQLite: appends from the event loop, one writer thread, group commit, delivery in order.

The way of an append: it waits until the writer is free, then everything that waits becomes one commit (sequences and
encoding on the event loop, at the end of its turn), the writer thread does nothing but the transaction and its flush,
and the event loop delivers and answers. One commit is on its way at a time: while the disk works, the next one grows.
Leaves putting commits together to ``commits``, the thread to ``writer``, the transaction to ``store``, reading to
``records``.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from feeds.facts import NOWHERE, Fact, Origin
from feeds.log import snapshots
from feeds.log.commits import Append, Commit, next_commit
from feeds.log.interface import Batch, Damage, LogBusy, LogDamaged, LogError, LogFull, LogRefused
from feeds.log.large import Large
from feeds.log.lock import DirectoryLock
from feeds.log.records import RecordedLog
from feeds.log.store import Store, build, finish, settle
from feeds.log.table import LOG_DIRECTORY
from feeds.log.writer import Drop, Probe, Writer

GATHER_SECONDS = 0.0003
"""While several feeds send one fact after the other, a commit waits so long for more: a flush costs about as much.
uvloop's timers are coarser: with it a commit waits for what comes in one more turn."""
OVERLAP_FACTS = 512
"""So many facts that wait are written while those before them are put on the board; fewer had better wait for more."""
PROBE_BYTES = 64 << 10
"""What a disk has to take, at the least, that is asked whether it takes facts."""
PROBE_MOST_BYTES = 16 << 20
"""What it is asked for at the most, however large the commit was that it refused."""

_logger = logging.getLogger(__name__)


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
        moved: Callable[[], None],
    ) -> None:
        self._directory = directory
        self._recorded = recorded
        self._store: Store | None = None
        self._lock = lock
        self._deliver = deliver
        self._now = now
        self._failed = failed
        self._moved = moved
        self._at = recorded.at
        self._last = recorded.last
        self._loop: asyncio.AbstractEventLoop | None = None
        # Bounded by facts, not by appends: ``append`` refuses with LogBusy beyond ``_bound``.
        self._pending: deque[Append] = deque()
        self._bound = queue_facts
        self._waiting = 0
        self._scheduled = False
        self._shared = False
        """Whether the last commit was of several appends: then more are likely to come in a moment."""
        self._writing = False
        self._closing = False
        self._drained: asyncio.Future[None] | None = None
        self._failure: str | None = None
        self._cause: BaseException | None = None
        self._writer: Writer | None = None
        self._shut = ""
        self._gap: Damage | None = None
        self._refused = ""
        self._refused_bytes = 0
        self._asking = asyncio.Lock()
        if store is not None:
            self._begin(store)

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        deliver: Callable[[Batch], None],
        now: Callable[[], datetime],
        after: int = 0,
        check: bytes = b"",
        queue_facts: int = 200_000,
        failed: Callable[[], None] = lambda: None,
        moved: Callable[[], None] = lambda: None,
    ) -> "SqliteLog":
        """Take ``directory`` (made when missing), verify its log after sequence ``after``, and be ready for appends.

        ``deliver`` is called on the event loop with each commit, in order, before its appends are answered; when it
        raises, the log takes nothing more. ``now`` gives aware UTC times. ``after``
        is the sequence of a good snapshot and ``check`` what that says of the chain: earlier batches are not read. At
        most ``queue_facts`` facts wait for the disk. ``failed`` is called on the event loop when the log takes nothing
        more until it is opened again, ``moved`` when the disk begins to refuse facts, takes them again, or damage is
        found. A damaged log opens too: see ``damage``; and one on a disk that takes nothing: see ``shut``. Raises
        LogLocked, LogError. Blocks on the disk.
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
            recorded.verify(after, check)
            store, shut = None, ""
            if recorded.damage is None:
                try:
                    store = Store(directory / LOG_DIRECTORY, recorded.last, recorded.check)
                except LogFull as error:
                    shut = str(error)
        except BaseException:
            lock.release()
            raise
        log = cls(directory, recorded, store, lock, deliver, now, queue_facts, failed, moved)
        log._shut = shut
        return log

    @property
    def shut(self) -> str:
        """See ``FactLog.shut``."""
        return self._shut

    @property
    def refused(self) -> str:
        """See ``FactLog.refused``."""
        return self._refused

    async def try_disk(self) -> bool:
        """See ``FactLog.try_disk``."""
        async with self._asking:
            if self._shut and not self._closing:
                try:
                    store = await asyncio.to_thread(self._opened_again)
                except LogError as error:
                    self._shut = str(error)
                    return False
                if self._closing:
                    await asyncio.to_thread(store.close)
                    return False
                self._shut = ""
                self._begin(store)
            if self._closing or self._writer is None or self._refusal() is not None:
                return False
            size = min(max(self._refused_bytes, PROBE_BYTES), PROBE_MOST_BYTES)
            probe = Probe(size, asyncio.get_running_loop().create_future())
            self._writer.give(probe)
            try:
                await probe.done
            except LogFull as error:
                self._disk_refused(error, size)
                return False
            self._disk_took(size)
            return True

    def _disk_refused(self, error: LogFull, size: int) -> None:
        self._refused_bytes = max(self._refused_bytes, size, PROBE_BYTES)
        if not self._refused:
            self._refused = (
                f"The disk takes no facts ({error.__cause__}): free space under {self._directory / LOG_DIRECTORY}, or "
                "look why it refuses writes."
            )
            self._moved()

    def _disk_took(self, size: int) -> None:
        """Note what the disk took. A few bytes on a full disk are no sign that it takes more."""
        if self._refused and size >= min(self._refused_bytes, PROBE_MOST_BYTES):
            self._refused, self._refused_bytes = "", 0
            self._moved()

    def _opened_again(self) -> Store:
        """Return the store of a log that the disk let nobody write to, where it does now. Raises LogError."""
        seen = RecordedLog(self._directory)
        seen.verify(self._recorded.last, self._recorded.check)
        if (seen.last, seen.check, seen.damage) != (self._recorded.last, self._recorded.check, None):
            raise LogError(f"The log in {self._directory} was changed by another program: start the hub again.")
        return Store(self._directory / LOG_DIRECTORY, seen.last, seen.check)

    def _begin(self, store: Store) -> None:
        self._store = store
        self._writer = Writer(store, self._hand, lambda: self._waiting == 0, self._lock.release)

    @property
    def last(self) -> int:
        """See ``FactLog.last``."""
        return self._last

    @property
    def damage(self) -> Damage | None:
        """See ``FactLog.damage``."""
        return self._recorded.damage

    @property
    def gap(self) -> Damage | None:
        """See ``FactLog.gap``."""
        return self._gap

    def note_gap(self, gap: Damage) -> None:
        """See ``FactLog.note_gap``."""
        self._gap = gap
        self._moved()

    @property
    def doubt(self) -> str:
        """See ``FactLog.doubt``."""
        return self._recorded.doubt

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

    def read(self, after: int = 0, check: bytes = b"") -> Iterator[Batch]:
        """See ``FactLog.read``. While appends run, it may see a batch shortly before it is delivered."""
        return self._recorded.read(after, check)

    def belongs(self, seq: int, check: bytes) -> bool:
        """See ``FactLog.belongs``."""
        return self._recorded.belongs(seq, check)

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
        append = Append(by, kept, seen, origin, loop.create_future(), large)
        self._pending.append(append)
        self._schedule()
        return append.done

    async def prune(self, until: int, board: bytes, by: str) -> int:
        """Take the batches up to the one that ends at ``until`` off the beginning; ``board`` is the board after it.

        Appends go on: each step takes a few batches. Returns where the log begins then; the last batch stays always.
        Raises LogError, LogFull, LogDamaged.
        """
        if self._gap is not None:
            raise LogDamaged(self._gap)
        folder, begins, at = self._directory / LOG_DIRECTORY, -1, self._now()
        check = await asyncio.to_thread(self.check_at, until)
        if check is None:
            raise LogError(f"The log cannot be pruned at {until}: no good batch ends there.")
        await asyncio.to_thread(snapshots.write_base, folder, until, check, board)
        while True:
            if (refusal := self._refusal()) is not None:
                raise refusal
            self._loop = asyncio.get_running_loop()
            assert self._writer is not None
            drop = Drop(until, by, at, self._loop.create_future())
            self._writer.give(drop)
            now_begins = await asyncio.shield(drop.done)
            if now_begins == begins or now_begins >= until:
                return now_begins
            begins = now_begins

    async def close(self) -> None:
        """See ``FactLog.close``. Cancelling the wait does not stop the closing."""
        writer = self._writer
        if writer is None:
            self._closing = True
            self._lock.release()
            return
        if not self._closing:
            self._closing = True
            if self._pending or self._writing:
                self._drained = asyncio.get_running_loop().create_future()
            else:
                writer.end()
        if self._drained is not None:
            await asyncio.shield(self._drained)
        await asyncio.to_thread(writer.join)

    def _refusal(self) -> LogError | None:
        """Return why no append can be taken now, or None. A new exception each time: several may wait for it."""
        if self._recorded.damage is not None:
            return LogDamaged(self._recorded.damage)
        if self._failure is not None:
            refusal = LogError(self._failure)
            refusal.__cause__ = self._cause
            return refusal
        if self._shut:
            return LogFull(f"{self._shut} Nothing of this was kept: send it again when the disk takes it.")
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
        writer = self._writer
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
                assert writer is not None
                self._writing = True
                writer.give(commit)
        if self._drained is not None and not (self._pending or self._writing or self._drained.done()):
            assert writer is not None
            writer.end()
            self._drained.set_result(None)

    def _next_commit(self) -> Commit | None:
        """Take the next commit off the waiting appends; those that can never be kept are told."""
        store = self._store
        assert store is not None
        at = self._now()
        if self._at is not None and at < self._at:
            at = self._at  # the clock was set back
        commit = next_commit(self._pending, store.last, at, store.largest, self._never)
        if commit is not None:
            self._at = at
        return commit

    def _never(self, append: Append, why: str) -> None:
        self._refuse([append], partial(LogRefused, why))

    def _written(self, commit: Commit, error: BaseException | None) -> None:
        """Deliver a commit that is on disk and answer its appends; refuse them when it is not. Then the next one."""
        self._writing = False
        self._shared = len(commit.appends) > 1
        if error is None and self._waiting - len(commit.whole.entries) >= OVERLAP_FACTS:
            self._dispatch()  # the disk need not wait until these are on the board
        if isinstance(error, LogFull):
            self._disk_refused(error, sum(map(len, commit.facts)))
            self._refuse(commit.appends, partial(LogFull, str(error)))
        elif isinstance(error, LogDamaged):
            self._recorded.damage = error.damage
            self._moved()
            self._refuse(commit.appends)
        elif error is not None:
            self._fail("The writer of the log failed", error)
            self._refuse(commit.appends)
        elif self._failure is not None:
            self._refuse(commit.appends)
        else:
            if self._refused:
                self._disk_took(sum(map(len, commit.facts)))
            self._answer(commit)
        if self._pending:
            self._schedule()
        else:
            self._dispatch()

    def _answer(self, commit: Commit) -> None:
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

    def _refuse(self, appends: list[Append], why: Callable[[], LogError] | None = None) -> None:
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

    def _hand(self, commit: Commit, error: BaseException | None) -> None:
        """Run ``_written`` on the event loop."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._written, commit, error)
        except RuntimeError as cause:
            self._fail("The event loop ended before the log was closed", cause, told=False)
            if self._writer is not None:
                self._writer.end()
