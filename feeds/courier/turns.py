"""Whose turn it is: which queued delivery comes next, and which ones are put off for a while.

Works through the audience as the ledger holds it, without a copy. Who has a delivery in hand is ``sending``'s to know.
"""

import asyncio
import contextlib
import heapq
from collections.abc import Callable, Iterator

from feeds.courier.ledger import Job, Ledger
from feeds.model import DeliveryState, UpdateId


class Turns:
    """Hands out deliveries that ``free`` says may be picked up: one of each update in turn, VIPs first within each.

    ``look`` is how often at most the ledger is looked through anew, in seconds: that takes as long as the audience is
    large, and news comes with every step that is written.
    """

    def __init__(self, ledger: Ledger, free: Callable[[Job], bool], look: float) -> None:
        self._ledger = ledger
        self._free = free
        self._look = look
        self._next_look = 0.0
        self._news = 1
        self._news_seen = 0
        self._ahead = asyncio.Event()
        self._scans: dict[UpdateId, Iterator[Job]] = {}
        """Where the walk through each audience stands; without those that are through."""
        self._walked: dict[UpdateId, int] = {}
        """The updates in state *sending*, with the count of news when their last walk began."""
        self._later: list[tuple[float, Job]] = []
        """Heap of deliveries to look at again, by time of the loop. At most one for each that was refused for now."""
        self._put_off: set[Job] = set()
        """Those in ``_later``."""

    def news(self) -> None:
        """Note that something changed in the ledger."""
        self._news += 1
        self._ahead.set()

    def put_off(self, job: Job, seconds: float) -> None:
        """Offer a delivery again after ``seconds``, and not before."""
        if job not in self._put_off:
            heapq.heappush(self._later, (_clock() + seconds, job))
            self._put_off.add(job)
            self._ahead.set()

    def look(self) -> tuple[UpdateId, ...]:
        """Begin new walks where there is news, if it is time. Return the updates that entered state *sending*."""
        if not self._stale() or _clock() < self._next_look:
            return ()
        self._next_look = _clock() + self._look
        self._news_seen = self._news
        sending = tuple(self._ledger.sending())
        entered = tuple(update for update in sending if update not in self._walked)
        for update in self._walked.keys() - set(sending):
            del self._walked[update]
            self._scans.pop(update, None)
        for update in sending:
            # A walk on its way goes on to its end: begun again and again, it would never reach it.
            if update not in self._scans and self._walked.get(update) != self._news:
                self._walked[update] = self._news
                self._scans[update] = self._walk(update)
        return entered

    def next(self) -> Job | None:
        """Return the delivery whose turn it is, None when there is none now."""
        now = _clock()
        while self._later and self._later[0][0] <= now:
            _, job = heapq.heappop(self._later)
            self._put_off.discard(job)
            if self._free(job):  # One of a paused update is found again by the walk when it is resumed.
                return job
        for update in tuple(self._scans):
            scan = self._scans.pop(update)
            job_of_scan = next(scan, None)
            if job_of_scan is not None:
                self._scans[update] = scan  # Behind the others: it is their turn now.
                return job_of_scan
        return None

    async def rest(self) -> None:
        """Return when there may be a next one: a delivery is due again, or there is news and it is time to look."""
        times = [self._later[0][0]] if self._later else []
        if self._stale():
            times.append(self._next_look)
        self._ahead.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(min(times) if times else None):
                await self._ahead.wait()

    def _stale(self) -> bool:
        if self._news != self._news_seen:
            return True
        return any(news != self._news for update, news in self._walked.items() if update not in self._scans)

    def _walk(self, update: UpdateId) -> Iterator[Job]:
        for delivery in self._ledger.deliveries(update):
            if delivery.state is DeliveryState.QUEUED:
                job = Job(update, delivery.index)
                if job not in self._put_off and self._free(job):
                    yield job


def _clock() -> float:
    return asyncio.get_running_loop().time()
