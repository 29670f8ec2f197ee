"""The heart of the hub: the log, the board that follows it, and those who wait for either.

Facts go into the log; when they are flushed, and only then, the log hands them to the board, in order, on the event
loop. Nothing else writes to the board.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, perf_counter

from feeds.board import Board, Touched
from feeds.courier import LedgerUnavailable
from feeds.facts import NOWHERE, AddressSuppressed, DeliveryMoved, DeskStated, Fact, Origin, WeightsStated
from feeds.hub.fleet_sight import FleetSight
from feeds.hub.heard import FeedsHeard
from feeds.hub.journal import Journal, Value
from feeds.hub.metrics import Metrics
from feeds.hub.past import Past
from feeds.hub.queries import Queries
from feeds.hub.settings import Settings
from feeds.log import Batch, FactLog, Large, LogError
from feeds.model import Case, ContactChannel, Delivery, DeliveryState, Update, UpdateId, UpdateState
from feeds.simspace import LengthProfile
from feeds.simspace.reader import Reader


def utc_now() -> datetime:
    """The hub's clock."""
    return datetime.now(UTC)


class Hub:
    """Log, board and queries of one running hub. Also the ledger that the courier works from."""

    def __init__(
        self, board: Board, settings: Settings, directory: Path, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.board = board
        self.settings = settings
        self.directory = directory
        self.now = now
        self.journal = Journal(settings.log.format)
        """What it says of itself."""
        self.heard = FeedsHeard(now, settings.feeds, monotonic)
        self.queries = Queries(board, self.heard, now, settings.channels)
        self.metrics = Metrics()
        self.deciding = asyncio.Lock()
        """Held while a command or a watcher decides on ids and scopes, so that decisions come one after the other."""
        self.news = asyncio.Event()
        """Set when the board moved: the watchers look."""
        self.listeners: set[Callable[[], None]] = set()
        """Called after each batch; they only set flags."""
        self.sockets: set[Callable[[], Awaitable[object]]] = set()
        """How to say goodbye on each open WebSocket: called when the hub ends."""
        self.stop = asyncio.Event()
        """Set when the hub is to end: somebody asked, or its log takes nothing more."""
        self.log_moved = asyncio.Event()
        """Set when the disk begins to refuse facts, takes them again, or damage is found: see ``late_disk``."""
        self.disk: Callable[[], str] = str
        """Why the disk under the log takes nothing, as far as somebody asked it; empty: it does. See ``Readiness``."""
        self.wake_courier: Callable[[], None] = lambda: None
        self.doubts: Callable[[], tuple[float, ...]] = tuple
        """By how many seconds other times are off that may be right: the clock jumped. See ``SteadyClock.doubts``."""
        self.behind: Callable[[], float] = lambda: 0.0
        """How old the oldest fact is that was accepted and is not on the board yet, seconds."""
        self._log: FactLog | None = None
        self._touched = Touched()
        self.sight = FleetSight(board)
        self.past = Past(directory, lambda: self.board, now, self.wake)
        """Reads the log for the views that are made of it; ``run`` it."""
        self.queries.past = self.past
        self.rate: float | None = None
        """How fast time goes where it is replayed, 0 while it stands; None: it is the time of now."""

    # -- the log ---------------------------------------------------------------------------------------------------

    @property
    def log(self) -> FactLog:
        """The log, once it is open."""
        assert self._log is not None, "the log is not open yet"
        return self._log

    def follow(self, log: FactLog) -> None:
        """Say which log this hub follows."""
        self._log = log

    @property
    def not_kept(self) -> str:
        """Why nothing can be kept now, for good or until the disk takes it, as one sentence; empty when all is well."""
        return self.degraded or (self._log.shut or self._log.refused if self._log is not None else "")

    @property
    def unwell(self) -> str:
        """What every screen has to say of what this hub keeps, as one sentence; empty when all is well."""
        if trouble := self.not_kept or self.disk():
            return trouble
        return str(self._log.gap) if self._log is not None and self._log.gap is not None else ""

    @property
    def degraded(self) -> str:
        """Why the hub takes no facts, as one sentence; empty when all is well."""
        return str(self.log.damage) if self.log.damage is not None else self.log.failure

    async def append(self, by: str, facts: Sequence[Fact], seen: int = 0, origin: Origin = NOWHERE) -> Batch:
        """Append facts; return when they are flushed and on the board. Raises feeds.log.LogError."""
        started = perf_counter()
        batch = await self.log.append(by, facts, seen, origin)
        self.metrics.appended(perf_counter() - started)
        return batch

    async def append_large(self, by: str, large: Large, seen: int = 0, origin: Origin = NOWHERE) -> Batch:
        """As ``append``, for one fact of many megabytes that was encoded beforehand."""
        started = perf_counter()
        batch = await self.log.append_large(by, large, seen, origin)
        self.metrics.appended(perf_counter() - started)
        return batch

    def submit(self, by: str, facts: Sequence[Fact]) -> asyncio.Future[Batch]:
        """As ``append``, for those who have no task that could wait; they measure the time themselves."""
        return self.log.submit(by, facts)

    def deliver(self, batch: Batch) -> None:
        """Apply a flushed batch. Called by the log, on the event loop, in order."""
        touched = self._touched
        self.board.apply(batch.entries, touched)
        self.queries.touch(touched)
        self.metrics.count(batch.entries)
        if touched.inventory:
            self.sight.changed()
        if touched.updates:
            self.wake_courier()
        touched.clear()
        self.news.set()
        self.wake()

    def wake(self) -> None:
        """Have every terminal look whether there is something new."""
        for listener in self.listeners:
            listener()

    def reader(self) -> Reader:
        """How texts about SIMs are read now, as the inventory shows. Any thread may use what is returned."""
        return self.sight.reader()

    def profile(self) -> LengthProfile:
        """How long ICCID bodies are, by prefix, as the inventory shows."""
        return self.reader().profile

    def warn(self, text: str, event: str = "warning", **fields: Value) -> None:
        """Say something to the night shift: one line on stderr."""
        self.journal.warn(text, event, **fields)

    # -- the ledger, for the courier -------------------------------------------------------------------------------

    def sending(self) -> Sequence[UpdateId]:
        """Updates that are being sent, to all or to a canary; paused ones are not among them."""
        updates = self.board.updates
        states = (UpdateState.CANARY, UpdateState.SENDING)
        return [updates.updates[one].id for one in updates.under_way if updates.updates[one].state in states]

    def update(self, id: UpdateId) -> Update:
        """One update as it stands."""
        return self.board.updates.updates[id]

    def deliveries(self, id: UpdateId) -> Sequence[Delivery]:
        """The deliveries of an update by place in its audience."""
        return self.board.updates.deliveries.get(id, [])

    def suppressed(self, channel: ContactChannel, address: str) -> str:
        """Why nothing is sent to an address; empty: it may be written to."""
        return self.board.suppressions.why(channel, address)

    def case(self, key: str) -> Case | None:
        """A case (``source/number``) as it stands."""
        return self.board.cases.get(key)

    async def settle_left(self) -> None:
        """After a start: what a crash left *attempting* in updates that are not being sent is uncertain.

        The courier looks after those that are being sent.
        """
        left = [
            DeliveryMoved(
                update=update.id,
                index=delivery.index,
                state=DeliveryState.UNCERTAIN,
                answer="the hub stopped before the answer came",
            )
            for update in self.board.updates.updates.values()
            if update.state in (UpdateState.PAUSED, UpdateState.CANCELLED)
            for delivery in self.deliveries(update.id)
            if delivery.state is DeliveryState.ATTEMPTING
        ]
        if left:
            await self.write(left)

    async def state_settings(self) -> None:
        """After a start: let the log say what the configuration says of the desk and of urgency, where that is news.

        So a replay counts and weighs as the room did. Raises feeds.log.LogError.
        """
        facts: list[Fact] = []
        if self.board.desk != self.settings.desk:
            facts.append(DeskStated(self.settings.desk))
        if self.board.weights != self.settings.urgency:
            facts.append(WeightsStated(self.settings.urgency))
        if facts:
            await self.append("vaken/configuration", facts)

    async def write(self, facts: Sequence[Fact]) -> None:
        """Append steps of the ledger; return when they are flushed and on the board. Raises LedgerUnavailable."""
        assert all(isinstance(fact, DeliveryMoved | AddressSuppressed) for fact in facts)
        try:
            await self.append("vaken/courier", facts)
        except LogError as error:
            raise LedgerUnavailable(str(error)) from error
