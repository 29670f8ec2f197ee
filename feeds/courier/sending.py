"""The courier at work: takes queued deliveries to the mail server and writes each step into the ledger.

What keeps the promises:

- A message is handed over only after *attempting* has been flushed to disk and stands in the ledger. So after a crash
  at any point, what may have been sent is marked, and is not sent again by itself; all else is still queued.
- A delivery is in at most one pair of hands (``_in_hand``) from the moment it is picked up until its result is written.
- What is sent is rendered anew from the frozen update and has to match the digest that was approved.

Who may approve, pause or retry is decided elsewhere; how SMTP is spoken is ``smtp``.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from datetime import datetime
from itertools import islice

from feeds.courier.email import Letter, MailSettings, build, letter
from feeds.courier.errors import AddressError, LedgerUnavailable, LinkDown, RenderError
from feeds.courier.ledger import Job, Ledger
from feeds.courier.pace import Gate, Pace
from feeds.courier.rendering import message_digest, message_of
from feeds.courier.smtp import Answer, SmtpLink
from feeds.courier.texts import one_line
from feeds.courier.turns import Turns
from feeds.courier.writing import BATCH, Pen, Result
from feeds.facts import DeliveryMoved
from feeds.model import DeliveryState, UpdateId, UpdateState

__all__ = ["Courier", "Ledger"]

_log = logging.getLogger(__name__)

NO_SERVER = "no mail server configured: set [mail] in config.toml"
LEFT_BY_A_CRASH = "the hub stopped before the answer came"

SHOWN = 100
"""Queued deliveries of an update that are marked with a trouble of the server, which may change each minute."""


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
        self._turns = Turns(ledger, self._may_start, self._pace.look)
        self._stopping = False
        lanes = mail.connections if mail is not None else 1
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(maxsize=lanes)
        """Picked up, waiting for a connection. Full: picking up waits, so memory does not grow with the audience."""
        self._pen = Pen(ledger, self._let_go, lanes)
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
        if self._mail is None:
            await self._explain()
            return
        work = asyncio.create_task(self._work(self._mail))
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

    async def _work(self, mail: MailSettings) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pen.run())
            tasks.create_task(self._pick_up())
            for _ in range(mail.connections):
                tasks.create_task(self._carry(mail))

    async def _explain(self) -> None:
        """Without a mail server: mark what waits with the reason, and wait for more."""
        while True:
            for update in self._turns.look():
                await self._settle_left(update)
            while jobs := list(islice(iter(self._turns.next, None), BATCH)):
                await self._pen.write([step for job in jobs if (step := self._explained(job, NO_SERVER)) is not None])
            await self._turns.rest()

    # Picking up

    async def _pick_up(self) -> None:
        """Take deliveries in hand whose turn it is, and put them into ``_jobs``."""
        while True:
            for update in self._turns.look():
                await self._settle_left(update)
            job = self._turns.next()
            if job is None:
                await self._turns.rest()
            else:
                self._in_hand.add(job)
                await self._jobs.put(job)

    def _may_start(self, job: Job) -> bool:
        """Whether a delivery may be picked up now: it is wanted, and nobody has it in hand."""
        return job not in self._in_hand and self._is_wanted(job)

    def _is_wanted(self, job: Job) -> bool:
        return self._is_sending(job) and self._state(job) is DeliveryState.QUEUED

    def _is_sending(self, job: Job) -> bool:
        return not self._stopping and self._ledger.update(job.update).state is UpdateState.SENDING

    def _state(self, job: Job) -> DeliveryState:
        return self._ledger.deliveries(job.update)[job.place].state

    async def _settle_left(self, update: UpdateId) -> None:
        """Mark as uncertain what stands as attempting and is in nobody's hands: the process that had it is gone."""
        left = [
            job
            for delivery in self._ledger.deliveries(update)
            if delivery.state is DeliveryState.ATTEMPTING and (job := Job(update, delivery.index)) not in self._in_hand
        ]
        await self._pen.write([_moved(job, DeliveryState.UNCERTAIN, LEFT_BY_A_CRASH) for job in left])

    # Carrying

    async def _carry(self, mail: MailSettings) -> None:
        """Own one connection, and carry one delivery after the other."""
        link = SmtpLink(mail)
        try:
            while True:
                if not link.is_open:
                    await self._gate.wait()
                job = await self._next_job(link)
                await self._pen.put(await self._deliver(link, mail, job))
        finally:
            await link.close()

    async def _next_job(self, link: SmtpLink) -> Job:
        if link.is_open and self._jobs.empty():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.idle):
                    return await self._jobs.get()
            await link.close()
        return await self._jobs.get()

    async def _deliver(self, link: SmtpLink, mail: MailSettings, job: Job) -> Result:
        """Try one delivery, once, and return what became of it."""
        if not self._is_wanted(job):
            return Result(job, None)
        prepared = self._prepare(mail, job)
        if isinstance(prepared, DeliveryMoved):
            _log.warning("%s/%d held: %s", job.update, job.place, prepared.answer)
            return Result(job, prepared)
        while True:
            fresh = not link.is_open
            if fresh and not await self._open(link):
                return Result(job, self._explained(job, self._gate.reason), self._gate.remaining)
            answer = await link.send(prepared, lambda: self._claim(job))
            # A server may close a connection that stood idle; that is no trouble until a fresh one fails as well.
            if fresh or job in self._claimed or answer is None or not answer.trouble:
                return self._judge(job, answer)

    def _prepare(self, mail: MailSettings, job: Job) -> Letter | DeliveryMoved:
        """Return the letter, or the step that holds the delivery because it is not what was approved."""
        update = self._ledger.update(job.update)
        entry = update.audience[job.place]
        message_id = self._ledger.deliveries(job.update)[job.place].message_id
        try:
            message = message_of(update, job.place)
            if message_digest(message) != entry.digest:
                return _moved(job, DeliveryState.HELD, "not sent: it would differ from what was approved")
            made = build(message, mail, message_id, self._now(), outage=update.outage, update=update.id)
            return letter(made, message, mail)
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
                self._gate.trouble(str(down))
                _log.warning("%s", down)
            else:
                return True
        await self._show(self._gate.reason)
        return False

    async def _claim(self, job: Job) -> bool:
        """Write *attempting* and wait for the disk. Return whether the message may be handed over now."""
        if not self._is_wanted(job):
            return False
        self._claimed.add(job)  # The ledger may have it from here on, even where the write fails.
        self._unclaimed.clear()
        try:
            await self._pen.claim(_moved(job, DeliveryState.ATTEMPTING, ""))
        except LedgerUnavailable as error:
            _log.error("%s/%d not sent: the ledger cannot be written: %s", job.update, job.place, error)
            return False
        # The order of the log decides: after a pause or cancel that came first, the claim is void.
        return self._is_sending(job) and self._state(job) is DeliveryState.ATTEMPTING

    def _judge(self, job: Job, answer: Answer | None) -> Result:
        """Return the step that follows from an answer (None: not handed over because it was not to be)."""
        claimed = job in self._claimed
        if answer is None:
            return Result(job, _moved(job, DeliveryState.QUEUED, self._why_not(job)) if claimed else None)
        if answer.trouble:
            self._gate.trouble(answer.words)
        else:
            self._gate.good()
        if answer.state is not DeliveryState.QUEUED:
            self._tries.pop(job, None)
            return Result(job, _moved(job, answer.state, answer.words))
        # Also when the server was the reason: others go first, so that one letter which it chokes on stops nobody.
        self._tries[job] = self._tries.get(job, 0) + 1
        again = self._pace.recipient.delay(self._tries[job])
        step = _moved(job, DeliveryState.QUEUED, answer.words) if claimed else self._explained(job, answer.words)
        return Result(job, step, again)

    def _why_not(self, job: Job) -> str:
        if self._stopping:
            return "not sent: the hub was stopping"
        state = self._ledger.update(job.update).state
        if state is not UpdateState.SENDING:
            return f"not sent: {state.value} before it was handed over"
        return "not sent: the ledger could not be written"

    def _let_go(self, result: Result) -> None:
        """Take a delivery out of hand after its step is written."""
        self._in_hand.discard(result.job)
        self._claimed.discard(result.job)
        if not self._claimed:
            self._unclaimed.set()
        if self._is_wanted(result.job):
            self._turns.put_off(result.job, result.again)

    # Telling why something waits

    def _explained(self, job: Job, reason: str) -> DeliveryMoved | None:
        """Return the step that tells why a queued delivery waits; None where it is told already."""
        if _alike(self._ledger.deliveries(job.update)[job.place].answer, reason):
            return None
        return _moved(job, DeliveryState.QUEUED, reason)

    async def _show(self, reason: str) -> None:
        """Mark the first queued deliveries of each update with what keeps them all waiting."""
        for update in tuple(self._ledger.sending()):
            queued = (one for one in self._ledger.deliveries(update) if one.state is DeliveryState.QUEUED)
            jobs = [Job(update, one.index) for one in islice(queued, SHOWN)]
            # Taken in hand while they are marked: a mark must not fall on a delivery that is being attempted.
            steps = {job: step for job in jobs if self._may_start(job) and (step := self._explained(job, reason))}
            self._in_hand.update(steps)
            await self._pen.write(list(steps.values()))
            for job, step in steps.items():
                self._let_go(Result(job, step))


_CODES = re.compile(r"\d{3}(?: \d\.\d{1,3}\.\d{1,3})?")


def _alike(one: str, other: str) -> bool:
    """Whether two answers give the same reason: the same codes where they have some (RFC 3463), else the same words."""
    mine, theirs = _CODES.match(one), _CODES.match(other)
    if mine is not None and theirs is not None:
        return mine[0] == theirs[0]
    return one == other


def _moved(job: Job, state: DeliveryState, answer: str) -> DeliveryMoved:
    return DeliveryMoved(update=job.update, index=job.place, state=state, answer=one_line(answer, 500))
