"""One channel at work: takes its queued deliveries to the other side and writes each step into the ledger.

What keeps the promises:

- A parcel is handed over only after *attempting* has been flushed to disk and stands in the ledger. So after a crash
  at any point, what may have been sent is marked, and is not sent again by itself; all else is still queued.
- A delivery is in at most one pair of hands (``_in_hand``) from the moment it is picked up until its result is written.
- What is sent is rendered anew from the frozen update and has to match the digest that was approved.

Each channel has a lane of its own, so that a gateway that is down holds up nobody but those who are reached through it.
How a channel delivers is ``channels``'; who may approve, pause or retry is decided elsewhere.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Generic, NamedTuple

from feeds.courier.channel import Answer, Channel, Errand, Link, Parcel
from feeds.courier.errors import AddressError, CourierError, LedgerUnavailable, LinkDown
from feeds.courier.ledger import Job, Ledger
from feeds.courier.pace import Backoff, Flow, Gate, Pace
from feeds.courier.places import Places
from feeds.courier.rendering import message_digest, message_of
from feeds.courier.steps import LEFT_BY_A_CRASH, explained, moved, refusals
from feeds.courier.turns import Turns
from feeds.courier.writing import Pen, Result
from feeds.facts import AddressSuppressed, DeliveryMoved
from feeds.model import DeliveryState, UpdateId, UpdateState

_log = logging.getLogger(__name__)

SHOWN = 100
"""Queued deliveries of an update that are marked with a trouble of the server, which may change each minute."""

STALE = 30.0
"""Seconds after which what was prepared is prepared anew: it says when it was sent."""

_LEAST_TRIES = 5
"""A recipient that is refused for now gets so many tries, however old the update is."""


class _Ready(NamedTuple, Generic[Parcel]):
    """A delivery picked up, and its parcel, or the step that holds it; ``at``: when it was prepared."""

    job: Job
    parcel: Parcel | DeliveryMoved
    at: datetime


class Lane(Generic[Parcel]):
    """Carries the deliveries of one channel until cancelled. Create it in the event loop in which it runs."""

    def __init__(
        self, ledger: Ledger, channel: Channel[Parcel], now: Callable[[], datetime], *, pace: Pace | None = None
    ) -> None:
        self._ledger = ledger
        self._channel = channel
        self._now = now
        self._pace = pace or channel.pace
        self._gate = Gate(self._pace.server)
        self._flow = Flow(channel.traffic)
        self._places = Places(ledger, lambda kind: kind is channel.kind)
        self._turns = Turns(ledger, self._may_start, self._pace.look, places=self._places.of, enter=self._enter)
        self._stopping = False
        connections = channel.traffic.connections
        self._ready: asyncio.Queue[_Ready[Parcel]] = asyncio.Queue(maxsize=connections)
        """Picked up and prepared while the connections wait for the other side. Full: picking up waits, so memory does
        not grow with the audience."""
        self._pen = Pen(ledger, self._let_go, connections)
        self._in_hand: set[Job] = set()
        self._claimed: set[Job] = set()
        """Those in hand that stand as attempting, or may."""
        self._unclaimed = asyncio.Event()
        """Set while there are none of these."""
        self._unclaimed.set()
        self._tries: dict[Job, int] = {}
        """Temporary refusals in a row, of those that had any."""

    def wake(self) -> None:
        """Say that something was decided: approved, paused, resumed, cancelled, retried. May be called for less."""
        self._turns.news()

    async def run(self) -> None:
        """Carry until cancelled; then what is being handed over may end, and its answer is written.

        The ledger must outlive this call. Exceptions of the ledger other than LedgerUnavailable end it.
        """
        work = asyncio.create_task(self._work())
        try:
            await asyncio.shield(work)
        finally:
            self._stopping = True
            if not work.done():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.farewell):
                        await self._unclaimed.wait()
            work.cancel()
            await asyncio.wait({work})

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pen.run())
            tasks.create_task(self._pick_up())
            for _ in range(self._channel.traffic.connections):
                tasks.create_task(self._carry())

    # Picking up

    async def _pick_up(self) -> None:
        """Take deliveries in hand whose turn it is, prepare them, and put them into ``_ready``."""
        while True:
            for update in self._turns.look():
                await self._settle_left(update)
            job = self._turns.next()
            if job is None:
                await self._turns.rest()
            else:
                self._in_hand.add(job)
                await self._ready.put(self._made_ready(job))

    def _may_start(self, job: Job) -> bool:
        """Whether a delivery may be picked up now: it is wanted, nobody has it in hand, and it waited long enough."""
        if job in self._in_hand or not self._is_wanted(job):
            return False
        if job in self._tries:
            return True
        delivery = self._ledger.deliveries(job.update)[job.place]
        tries = refusals(delivery)
        if not tries or delivery.changed is None:
            return True
        # A process before this one was refused: its waiting time goes on.
        self._tries[job] = tries
        wait = self._pace.recipient.delay(tries) - (self._now() - delivery.changed).total_seconds()
        if wait <= 0:
            return True
        self._turns.put_off(job, wait)
        return False

    def _enter(self, job: Job) -> tuple[str, float]:
        destination = self._channel.destination(self._ledger.update(job.update).audience[job.place].address)
        return destination, self._flow.enter(job, destination)

    def _is_wanted(self, job: Job) -> bool:
        return self._is_sending(job) and self._state(job) is DeliveryState.QUEUED

    def _is_sending(self, job: Job) -> bool:
        if self._stopping:
            return False
        update = self._ledger.update(job.update)
        if update.state is UpdateState.CANARY:
            return job.place < update.canary
        return update.state is UpdateState.SENDING

    def _state(self, job: Job) -> DeliveryState:
        return self._ledger.deliveries(job.update)[job.place].state

    async def _settle_left(self, update: UpdateId) -> None:
        """Mark as uncertain what stands as attempting and is in nobody's hands: the process that had it is gone."""
        deliveries = self._ledger.deliveries(update)
        left = [
            job
            for place in self._places.of(update)
            if deliveries[place].state is DeliveryState.ATTEMPTING and (job := Job(update, place)) not in self._in_hand
        ]
        await self._pen.write([moved(job, DeliveryState.UNCERTAIN, LEFT_BY_A_CRASH) for job in left])

    # Carrying

    async def _carry(self) -> None:
        """Own one link, and carry one delivery after the other."""
        link = self._channel.link()
        try:
            while True:
                if not link.is_open:
                    await self._gate.wait()
                ready = await self._next_ready(link)
                await self._flow.turn()
                await self._pen.put(await self._deliver(link, ready))
        finally:
            await link.close()

    async def _next_ready(self, link: Link[Parcel]) -> "_Ready[Parcel]":
        if link.is_open and self._ready.empty():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.idle):
                    return await self._ready.get()
            await link.close()
        return await self._ready.get()

    def _made_ready(self, job: Job) -> "_Ready[Parcel]":
        return _Ready(job, self._prepare(job), self._now())

    async def _deliver(self, link: Link[Parcel], ready: "_Ready[Parcel]") -> Result:
        """Try one delivery, once, and return what became of it."""
        job, prepared = ready.job, ready.parcel
        if not self._is_wanted(job):
            return Result(job, None)
        entry = self._ledger.update(job.update).audience[job.place]
        waited = (self._now() - ready.at).total_seconds()
        if not 0 <= waited < STALE or self._ledger.suppressed(entry.channel, entry.address):
            prepared = self._prepare(job)  # It waited for the other side, or the address was struck off meanwhile.
        if isinstance(prepared, DeliveryMoved):
            _log.warning("%s/%d %s: %s", job.update, job.place, prepared.state.value, prepared.answer)
            return Result(job, prepared)
        while True:
            fresh = not link.is_open
            if fresh and not await self._open(link):
                return Result(job, self._queued_again(job, self._gate.reason), self._gate.remaining)
            answer = await link.send(prepared, lambda: self._claim(job))
            # A server may close a connection that stood idle; that is no trouble until a fresh one fails as well.
            if fresh or answer is None or not answer.early:
                return self._judge(job, answer)

    def _prepare(self, job: Job) -> Parcel | DeliveryMoved:
        """Return the parcel, or the step that holds the delivery because it must not go out."""
        update = self._ledger.update(job.update)
        entry = update.audience[job.place]
        if why := self._ledger.suppressed(entry.channel, entry.address):
            return moved(job, DeliveryState.SUPPRESSED, f"not sent: {why}")
        delivery = self._ledger.deliveries(job.update)[job.place]
        try:
            message = message_of(update, job.place)
            if message_digest(message) != entry.digest:
                return moved(job, DeliveryState.HELD, "not sent: it would differ from what was approved")
            return self._channel.prepare(Errand(update, entry, message, delivery, self._now()))
        except AddressError as error:
            return moved(job, DeliveryState.HELD, f"not sent: the address is {error}")
        except (CourierError, ValueError) as error:
            return moved(job, DeliveryState.HELD, f"not sent: {error}")

    async def _open(self, link: Link[Parcel]) -> bool:
        async with self._gate.knocking:
            if self._gate.remaining:
                return False
            try:
                await link.open()
            except LinkDown as down:
                self._gate.trouble(str(down))
                _log.warning("%s", down)
            else:
                return True
        await self._show(self._gate.reason)
        return False

    async def _claim(self, job: Job) -> bool:
        """Write *attempting* and wait for the disk. Return whether the message may be handed over now."""
        if job in self._claimed:
            await self._pen.between()  # Withdrawn when the connection broke, maybe while it was being written.
            if self._state(job) is DeliveryState.ATTEMPTING:
                return self._is_sending(job)
        if not self._is_wanted(job):
            return False
        self._claimed.add(job)  # The ledger may have it from here on, even where the write fails.
        self._unclaimed.clear()
        try:
            await self._pen.claim(moved(job, DeliveryState.ATTEMPTING, ""))
        except LedgerUnavailable as error:
            _log.error("%s/%d not sent: the ledger cannot be written: %s", job.update, job.place, error)
            return False
        # The order of the log decides: after a pause or cancel that came first, the claim is void.
        return self._is_sending(job) and self._state(job) is DeliveryState.ATTEMPTING

    def _judge(self, job: Job, answer: Answer | None) -> Result:
        """Return the step that follows from an answer (None: not handed over because it was not to be)."""
        claimed = job in self._claimed
        if answer is None:
            return Result(job, moved(job, DeliveryState.QUEUED, self._why_not(job)) if claimed else None)
        if answer.trouble:
            self._gate.trouble(answer.words)
        else:
            self._gate.good()
        if answer.state is DeliveryState.QUEUED or answer.trouble:
            self._flow.went(job, well=False)
        elif answer.state is DeliveryState.ACCEPTED:
            self._flow.went(job, well=True)
        entry = self._ledger.update(job.update).audience[job.place]
        also = (
            AddressSuppressed(channel=entry.channel, address=entry.address, why=answer.suppress, words=answer.words)
            if answer.suppress
            else None
        )
        if answer.state is not DeliveryState.QUEUED:
            self._tries.pop(job, None)
            return Result(job, moved(job, answer.state, answer.words, answer.reference), also=also)
        # Also when the server was the reason: others go first, so that one letter which it chokes on stops nobody.
        tries = self._tries[job] = self._tries.get(job, 0) + 1
        if not answer.trouble and self._is_enough(job, tries):
            self._tries.pop(job, None)
            return Result(job, moved(job, DeliveryState.FAILED, f"given up after {tries} tries: {answer.words}"))
        again = max(self._pace.recipient.delay(tries), answer.again or 0.0)
        return Result(job, self._queued_again(job, answer.words), again)

    def _is_enough(self, job: Job, tries: int) -> bool:
        if self._pace.recipient.is_over(tries):
            return True
        approved = self._ledger.update(job.update).approved
        if approved is None or tries < _LEAST_TRIES or not isinstance(self._pace.recipient, Backoff):
            return False
        return (self._now() - approved).total_seconds() > self._pace.patience

    def _why_not(self, job: Job) -> str:
        if self._stopping:
            return "not sent: the hub was stopping"
        state = self._ledger.update(job.update).state
        if state not in (UpdateState.SENDING, UpdateState.CANARY):
            return f"not sent: {state.value} before it was handed over"
        return "not sent: the ledger could not be written"

    def _let_go(self, result: Result) -> None:
        """Take a delivery out of hand after its step is written."""
        self._in_hand.discard(result.job)
        self._claimed.discard(result.job)
        if not self._claimed:
            self._unclaimed.set()
        destination = self._flow.leave(result.job)
        if destination is not None:
            self._turns.back(destination)
        if self._is_wanted(result.job):
            self._turns.put_off(result.job, result.again)

    # Telling why something waits

    def _queued_again(self, job: Job, reason: str) -> DeliveryMoved | None:
        """Return the step that puts a delivery back; None where it stands as queued for that reason already."""
        if job in self._claimed:  # It may stand as attempting in a moment, if it does not yet.
            return moved(job, DeliveryState.QUEUED, reason)
        return explained(self._ledger, job, reason)

    async def _show(self, reason: str) -> None:
        """Mark the first queued deliveries of each update with what keeps them all waiting."""
        for update in tuple(self._ledger.sending()):
            deliveries = self._ledger.deliveries(update)
            queued = (place for place in self._places.of(update) if deliveries[place].state is DeliveryState.QUEUED)
            jobs = [Job(update, place) for place in islice(queued, SHOWN)]
            # Taken in hand while they are marked: a mark must not fall on a delivery that is being attempted.
            steps = {
                job: step
                for job in jobs
                if job not in self._in_hand and self._is_wanted(job) and (step := explained(self._ledger, job, reason))
            }
            self._in_hand.update(steps)
            await self._pen.write(list(steps.values()))
            for job in steps:
                self._in_hand.discard(job)
