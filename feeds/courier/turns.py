"""Whose turn it is: which queued delivery comes next, and which ones are put off for a while.

Works through the audience as the ledger holds it, without a copy. Who has a delivery in hand is ``lane``'s to know.
"""

import asyncio
import contextlib
import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from feeds.courier.ledger import Job, Ledger
from feeds.model import DeliveryState, UpdateId


class Turns:
    """Hands out deliveries that ``free`` says may be picked up: one of each update in turn, VIPs first within each.

    ``look`` is how often at most the ledger is looked through anew, in seconds: that takes as long as the audience is
    large, and news comes with every step that is written. ``places``: which of an audience are looked at (None: all).
    ``enter`` lets a delivery set out: its destination and 0.0, or in how many seconds to ask again; infinity: when
    ``back`` says that there is room. So one destination that takes its time holds up nobody behind it.
    """

    def __init__(
        self,
        ledger: Ledger,
        free: Callable[[Job], bool],
        look: float,
        *,
        places: Callable[[UpdateId], Iterable[int]] | None = None,
        enter: Callable[[Job], tuple[str, float]] = lambda job: ("", 0.0),
    ) -> None:
        self._ledger = ledger
        self._free = free
        self._look = look
        self._places = places
        self._enter = enter
        self._next_look = 0.0
        self._news = 1
        self._news_seen = 0
        self._ahead = asyncio.Event()
        self._scans: dict[UpdateId, Iterator[Job]] = {}
        """Where the walk through each audience stands; without those that are through."""
        self._walked: dict[UpdateId, int] = {}
        """The updates that are being sent, with the count of news when their last walk began."""
        self._later: list[tuple[float, Job]] = []
        """Heap of deliveries to look at again, by time of the loop. At most one for each that was refused for now."""
        self._shelves: dict[str, deque[Job]] = {}
        """Deliveries that wait until there is room at their destination, in order."""
        self._rooms: list[tuple[float, str]] = []
        """Heap of destinations to ask again, by time of the loop; of each shelf at most one of each kind of wait."""
        self._put_off: set[Job] = set()
        """Those in ``_later`` and ``_shelves``."""

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

    def back(self, destination: str) -> None:
        """Note that there may be room at a destination again."""
        if destination in self._shelves:
            heapq.heappush(self._rooms, (0.0, destination))
            self._ahead.set()

    def look(self) -> tuple[UpdateId, ...]:
        """Begin new walks where there is news, if it is time. Return the updates that began to be sent."""
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
            # One of a paused update is found again by the walk when it is resumed.
            if self._free(job) and self._sets_out(job):
                return job
        while self._rooms and self._rooms[0][0] <= now:
            _, destination = heapq.heappop(self._rooms)
            if (job_of_shelf := self._from_shelf(destination)) is not None:
                return job_of_shelf
        for update in tuple(self._scans):
            scan = self._scans.pop(update)
            job_of_scan = next((job for job in scan if self._sets_out(job)), None)
            if job_of_scan is not None:
                self._scans[update] = scan  # Behind the others: it is their turn now.
                return job_of_scan
        return None

    async def rest(self) -> None:
        """Return when there may be a next one: a delivery is due again, or there is news and it is time to look."""
        times = [heap[0][0] for heap in (self._later, self._rooms) if heap]
        if self._stale():
            times.append(self._next_look)
        self._ahead.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(min(times) if times else None):
                await self._ahead.wait()

    def _sets_out(self, job: Job) -> bool:
        """Whether a delivery may go now; otherwise it is on the shelf of its destination."""
        destination, wait = self._enter(job)
        if not wait:
            return True
        shelf = self._shelves.setdefault(destination, deque())
        shelf.append(job)
        self._put_off.add(job)
        if len(shelf) == 1 and wait != float("inf"):
            heapq.heappush(self._rooms, (_clock() + wait, destination))
        return False

    def _from_shelf(self, destination: str) -> Job | None:
        shelf = self._shelves.get(destination)
        while shelf:
            job = shelf[0]
            wanted = self._free(job)
            wait = self._enter(job)[1] if wanted else 0.0
            if wait:
                if wait != float("inf"):
                    heapq.heappush(self._rooms, (_clock() + wait, destination))
                return None
            shelf.popleft()
            self._put_off.discard(job)
            if wanted:
                heapq.heappush(self._rooms, (0.0, destination))  # There may be room for the next one too.
                return job
        self._shelves.pop(destination, None)
        return None

    def _stale(self) -> bool:
        if self._news != self._news_seen:
            return True
        return any(news != self._news for update, news in self._walked.items() if update not in self._scans)

    def _walk(self, update: UpdateId) -> Iterator[Job]:
        deliveries = self._ledger.deliveries(update)
        places = self._places(update) if self._places is not None else range(len(deliveries))
        for place in places:
            if deliveries[place].state is DeliveryState.QUEUED:
                job = Job(update, place)
                if job not in self._put_off and self._free(job):
                    yield job


def _clock() -> float:
    return asyncio.get_running_loop().time()
