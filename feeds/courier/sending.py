"""The courier at work: takes queued deliveries to the mail server and writes each step into the ledger.

What keeps the promises:

- A message is handed over only after *attempting* has been flushed to disk and stands in the ledger. So after a crash at
  any point, what may have been sent is marked, and is not sent again by itself; all else is still queued.
- A delivery is in at most one pair of hands (``_in_hand``) from the moment it is picked up until its result is written.
- What is sent is rendered anew from the frozen update and has to match the digest that was approved.

Who may approve, pause or retry is decided elsewhere; how SMTP is spoken is ``email``.
"""

import asyncio
import contextlib
import heapq
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import stamina

from feeds.courier.email import Answer, Letter, MailSettings, SmtpLink, build, letter
from feeds.courier.errors import AddressError, LedgerUnavailable, LinkDown, RenderError
from feeds.courier.pace import Gate, Pace
from feeds.courier.rendering import message_digest, message_of
from feeds.facts import DeliveryMoved, Fact
from feeds.model import Delivery, DeliveryState, Update, UpdateId

_log = logging.getLogger(__name__)

NO_SERVER = "no mail server configured: set [mail] in config.toml"
LEFT_BY_A_CRASH = "the hub stopped before the answer came"

SHOWN = 100
"""Queued deliveries of an update that are marked with a trouble of the server. It may change each minute for an hour."""

BATCH = 500
"""Facts in one write at most."""


class Ledger(Protocol):
    """What the courier needs of the hub. Reading must be cheap (no copies): it is done for every delivery."""

    def sending(self) -> Sequence[UpdateId]:
        """Return the updates in state *sending*; paused and ended ones are not among them."""

    def update(self, id: UpdateId) -> Update:
        """Return an update that was approved."""

    def deliveries(self, id: UpdateId) -> Sequence[Delivery]:
        """Return its deliveries by audience index, as they are now."""

    async def write(self, facts: Sequence[Fact]) -> None:
        """Return when the facts are flushed to disk and applied. Raises LedgerUnavailable when they could not be kept."""


class _Job(NamedTuple):
    update: UpdateId
    index: int


class _Result(NamedTuple):
    """A step for the ledger (None: nothing new to write), and when the delivery may be tried again, in seconds."""

    job: _Job
    fact: DeliveryMoved | None
    again: float = 0.0


class Courier:
    """Carries deliveries until cancelled. One for each hub; create it in the event loop in which it runs."""

    def __init__(
        self, ledger: Ledger, mail: MailSettings | None, now: Callable[[], datetime], *, pace: Pace | None = None
    ) -> None:
        self._ledger = ledger
        self._mail = mail
        self._now = now
        self._pace = pace or Pace()
        self._gate = Gate(self._pace.server)
        self._woken = asyncio.Event()
        self._woken.set()
        self._stopping = False
        lanes = mail.connections if mail is not None else 1
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue(maxsize=lanes)
        """Picked up, waiting for a connection. Full: picking up waits, so memory does not grow with the audience."""
        self._results: asyncio.Queue[_Result] = asyncio.Queue(maxsize=2 * lanes)
        """Waiting to be written. Full: connections wait, so nothing new starts while the ledger cannot keep up."""
        self._in_hand: set[_Job] = set()
        self._later: list[tuple[float, _Job]] = []
        """Heap of deliveries to look at again, by time of the loop."""
        self._put_off: set[_Job] = set()
        """The deliveries in ``_later``."""
        self._tries: dict[_Job, int] = {}
        """Temporary refusals in a row, of those that had any."""

    def wake(self) -> None:
        """Say that people decided something: approved, paused, resumed, cancelled, retried. Not needed for own writes."""
        self._woken.set()

    async def run(self) -> None:
        """Carry until cancelled; then what is being handed over may end, and its answer is written.

        The ledger must outlive this call. Exceptions of the ledger other than LedgerUnavailable end it.
        """
        if self._mail is None:
            await self._explain()
            return
        async with asyncio.TaskGroup() as outer:
            scribe = outer.create_task(self._scribe())
            try:
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(self._pick_up())
                    for _ in range(self._mail.connections):
                        inner.create_task(self._carry(self._mail))
            finally:
                if not scribe.done():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._pace.farewell):
                            await self._results.join()
                scribe.cancel()

    async def _explain(self) -> None:
        """Without a mail server: mark what waits with the reason, and wait for more."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            for update in tuple(self._ledger.sending()):
                await self._settle_left(update)
            await self._show(NO_SERVER, None)

    # Picking up

    async def _pick_up(self) -> None:
        """Put deliveries that may be sent into ``_jobs``: one of each update in turn, VIPs first within each."""
        scans: dict[UpdateId, Iterator[_Job]] = {}
        while True:
            if self._woken.is_set():
                self._woken.clear()
                scans = {}
                for update in tuple(self._ledger.sending()):
                    await self._settle_left(update)
                    scans[update] = self._queued(update)
            job = self._due() or self._next(scans)
            if job is None:
                await self._rest()
                continue
            self._in_hand.add(job)
            await self._jobs.put(job)

    def _queued(self, update: UpdateId) -> Iterator[_Job]:
        for index in range(len(self._ledger.deliveries(update))):
            job = _Job(update, index)
            if job not in self._put_off and self._may_start(job):
                yield job

    def _next(self, scans: dict[UpdateId, Iterator[_Job]]) -> _Job | None:
        for update in tuple(scans):
            scan = scans.pop(update)
            job = next(scan, None)
            if job is not None:
                scans[update] = scan  # Behind the others: it is their turn now.
                return job
        return None

    def _due(self) -> _Job | None:
        now = asyncio.get_running_loop().time()
        while self._later and self._later[0][0] <= now:
            _, job = heapq.heappop(self._later)
            self._put_off.discard(job)
            if self._may_start(job):  # A paused one is found again by the scan when it is resumed.
                return job
        return None

    async def _rest(self) -> None:
        """Wait until there may be something to pick up: somebody decided, or a delivery is due again."""
        delay = self._later[0][0] - asyncio.get_running_loop().time() if self._later else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._woken.wait()

    def _may_start(self, job: _Job) -> bool:
        """Whether a delivery that nobody has in hand may be picked up now."""
        return job not in self._in_hand and self._is_wanted(job)

    def _is_wanted(self, job: _Job) -> bool:
        return (
            not self._stopping
            and job.update in self._ledger.sending()
            and self._ledger.deliveries(job.update)[job.index].state is DeliveryState.QUEUED
        )

    async def _settle_left(self, update: UpdateId) -> None:
        """Mark as uncertain what stands as attempting and is in nobody's hands: the process that had it is gone."""
        left = [
            job
            for delivery in self._ledger.deliveries(update)
            if delivery.state is DeliveryState.ATTEMPTING
            and (job := _Job(update, delivery.index)) not in self._in_hand
        ]
        for start in range(0, len(left), BATCH):
            some = left[start : start + BATCH]
            await self._write([_moved(job, DeliveryState.UNCERTAIN, LEFT_BY_A_CRASH) for job in some])

    # Carrying

    async def _carry(self, mail: MailSettings) -> None:
        """Own one connection, and carry one delivery after the other."""
        link = SmtpLink(mail)
        try:
            while True:
                if not link.is_open:
                    await self._gate.wait()
                job = await self._next_job(link)
                result = await self._deliver(link, mail, job)
                await self._results.put(result)
        finally:
            await link.close()

    async def _next_job(self, link: SmtpLink) -> _Job:
        if link.is_open and self._jobs.empty():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.idle):
                    return await self._jobs.get()
            await link.close()
        return await self._jobs.get()

    async def _deliver(self, link: SmtpLink, mail: MailSettings, job: _Job) -> _Result:
        if not self._is_wanted(job):
            return _Result(job, None)
        prepared = self._prepare(mail, job)
        if isinstance(prepared, DeliveryMoved):
            _log.warning("%s/%d held: %s", job.update, job.index, prepared.answer)
            return _Result(job, prepared)
        while True:
            fresh = not link.is_open
            if fresh and not await self._open(link):
                return _Result(job, None, again=self._gate.remaining)
            claimed, answer = await self._finish(self._hand_over(link, job, prepared))
            # A server may close a connection that stood idle; that is no trouble until a fresh one fails as well.
            if fresh or claimed or answer is None or not answer.trouble:
                return self._judge(job, claimed, answer)

    def _prepare(self, mail: MailSettings, job: _Job) -> Letter | DeliveryMoved:
        """Return the letter, or the step that holds the delivery because it is not what was approved."""
        update = self._ledger.update(job.update)
        entry = update.audience[job.index]
        message_id = self._ledger.deliveries(job.update)[job.index].message_id
        try:
            message = message_of(update, job.index)
            if message_digest(message) != entry.digest:
                return _moved(job, DeliveryState.HELD, "not sent: it would differ from what was approved")
            made = build(message, mail, message_id, self._now(), outage=update.outage, update=update.id)
            return letter(made, mail)
        except AddressError as error:
            return _moved(job, DeliveryState.HELD, f"not sent: the address is {error}")
        except (RenderError, ValueError) as error:
            return _moved(job, DeliveryState.HELD, f"not sent: {error}")

    async def _open(self, link: SmtpLink) -> bool:
        async with self._gate.knocking:
            if self._gate.remaining:
                return False
            try:
                await link.open()
            except LinkDown as down:
                self._gate.trouble()
                _log.warning("%s", down)
                reason = str(down)
            else:
                return True
        await self._show(reason, SHOWN)
        return False

    async def _hand_over(self, link: SmtpLink, job: _Job, prepared: Letter) -> tuple[bool, Answer | None]:
        """Carry one letter through the conversation. Return whether it was claimed in the ledger, and the answer."""
        claimed = False

        async def claim() -> bool:
            nonlocal claimed
            if not self._is_wanted(job):
                return False
            claimed = True  # From here on the ledger may have it, even if the write fails.
            try:
                await self._ledger.write([_moved(job, DeliveryState.ATTEMPTING, "")])
            except LedgerUnavailable as error:
                _log.error("%s/%d not sent: the ledger cannot be written: %s", job.update, job.index, error)
                return False
            # The ledger's order decides: a cancellation that stood before the claim has made it void.
            return (
                not self._stopping
                and job.update in self._ledger.sending()
                and self._ledger.deliveries(job.update)[job.index].state is DeliveryState.ATTEMPTING
            )

        answer = await link.send(prepared, claim)
        return claimed, answer

    async def _finish(self, work: "Coroutine[None, None, tuple[bool, Answer | None]]") -> tuple[bool, Answer | None]:
        """Await a hand-over. When cancelled meanwhile, let it end for a while, so that its answer is known."""
        task = asyncio.create_task(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._stopping = True
            ...
            raise

    def _judge(self, job: _Job, claimed: bool, answer: Answer | None) -> _Result:
        raise NotImplementedError
