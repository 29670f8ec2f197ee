"""One pen for all connections: bundles the steps of many deliveries into few writes of the ledger.

A write costs a flush to disk, whatever it holds. Claims wait for it, so they set the pace; answers ride along. What a
step means, and which one follows, is ``sending``'s to know.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

import stamina

from feeds.courier.errors import LedgerUnavailable
from feeds.courier.ledger import Job, Ledger
from feeds.facts import AddressSuppressed, DeliveryMoved, Fact

_log = logging.getLogger(__name__)

BATCH = 500
"""Facts in one write at most."""

GATHER = 0.0005
"""Seconds that a claim waits for those of other connections, until half of the connections have one."""

PATIENCE = 0.01
"""Seconds that an answer waits for a claim to ride along with."""


class Result(NamedTuple):
    """A step for the ledger (None: nothing new to write), and when the delivery may be tried again, in seconds.

    ``also``: what the answer says of the address; it is written with the step.
    """

    job: Job
    fact: DeliveryMoved | None
    again: float = 0.0
    also: AddressSuppressed | None = None


_Claim = tuple[DeliveryMoved, asyncio.Future[None]]


class Pen:
    """Writes claims and results, one write at a time, each with all that came in during the one before.

    ``written`` is called with each result once it is in the ledger. Results are never given up: as long as the ledger
    cannot be written they are tried again, and nothing else is written. At most two results for each of the ``lanes``
    (connections) wait; then ``put`` waits, so nothing new starts while the ledger cannot keep up.
    """

    def __init__(self, ledger: Ledger, written: Callable[[Result], None], lanes: int) -> None:
        self._ledger = ledger
        self._written = written
        self._claims: list[_Claim] = []
        self._results: list[Result] = []
        self._enough = lanes // 2
        self._room = asyncio.Semaphore(2 * lanes)
        self._asked = asyncio.Event()
        """Set when there is something to write."""
        self._pressed = asyncio.Event()
        """Set when what there is to write should be written now."""
        self._between = asyncio.Event()
        """Set while no claim is being written."""
        self._between.set()

    async def claim(self, fact: DeliveryMoved) -> None:
        """Return when ``fact`` is in the ledger. Raises LedgerUnavailable; then it may be in it or not."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._claims.append((fact, done))
        self._asked.set()
        if len(self._claims) >= self._enough:
            self._pressed.set()
        await done

    async def between(self) -> None:
        """Return when no claim is being written: then a claim that was withdrawn is in the ledger or never will be."""
        await self._between.wait()

    async def put(self, result: Result) -> None:
        """Leave a result to be written. Waits only while too many do."""
        await self._room.acquire()
        self._results.append(result)
        self._asked.set()
        if self._room.locked():
            self._pressed.set()

    async def write(self, facts: Sequence[Fact]) -> None:
        """Write facts that belong to no result, however long it takes."""
        for start in range(0, len(facts), BATCH):
            await self._insist(facts[start : start + BATCH])

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._asked.wait()
            if not self._pressed.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GATHER if self._claims else PATIENCE):
                        await self._pressed.wait()
            self._asked.clear()
            self._pressed.clear()
            claims, self._claims = self._claims, []
            results, self._results = self._results, []
            self._between.clear()
            try:
                await self._bundle(claims, results)
            finally:
                self._between.set()

    async def _bundle(self, claims: list[_Claim], results: list[Result]) -> None:
        answers: list[Fact] = [result.fact for result in results if result.fact is not None]
        answers += [result.also for result in results if result.also is not None]
        claimed = [fact for fact, done in claims if not done.done()]
        try:
            if answers or claimed:
                await self._ledger.write([*answers, *claimed])
        except LedgerUnavailable as error:
            _log.error("the ledger cannot be written, deliveries wait: %s", error)
            for _, done in claims:
                if not done.done():
                    done.set_exception(LedgerUnavailable(str(error)))
            if answers:
                await self._insist(answers)
        else:
            for _, done in claims:
                if not done.done():
                    done.set_result(None)
        for result in results:
            self._room.release()
            self._written(result)

    async def _insist(self, facts: Sequence[Fact]) -> None:
        async for attempt in stamina.retry_context(LedgerUnavailable, attempts=None, timeout=None, wait_max=5.0):
            with attempt:
                await self._ledger.write(facts)
