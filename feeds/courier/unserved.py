"""Deliveries that nobody can carry: the channel that they need is not configured."""

from collections.abc import Callable, Iterable
from itertools import islice

from feeds.courier.ledger import Job, Ledger
from feeds.courier.pace import Pace
from feeds.courier.places import Places
from feeds.courier.steps import LEFT_BY_A_CRASH, explained, moved
from feeds.courier.turns import Turns
from feeds.courier.writing import BATCH, Pen
from feeds.model import DeliveryState


class Unserved:
    """Deliveries on channels for which nothing is configured: they wait, and say for what."""

    def __init__(self, ledger: Ledger, served: Iterable[object], reason: Callable[[str], str], pace: Pace) -> None:
        self._ledger = ledger
        self._reason = reason
        taken = frozenset(served)
        self._places = Places(ledger, lambda kind: kind not in taken)
        self._turns = Turns(ledger, self._is_waiting, pace.look, places=self._places.of)
        self._pen = Pen(ledger, lambda _result: None, 1)

    def wake(self) -> None:
        """As ``Lane.wake``."""
        self._turns.news()

    async def run(self) -> None:
        """Mark what waits with the reason, and wait for more, until cancelled."""
        while True:
            for update in self._turns.look():
                # What an earlier process attempted, when the channel was configured.
                left = [
                    moved(Job(update, place), DeliveryState.UNCERTAIN, LEFT_BY_A_CRASH)
                    for place in self._places.of(update)
                    if self._ledger.deliveries(update)[place].state is DeliveryState.ATTEMPTING
                ]
                await self._pen.write(left)
            while jobs := list(islice(iter(self._turns.next, None), BATCH)):
                steps = [explained(self._ledger, job, self._reason(self._kind(job))) for job in jobs]
                await self._pen.write([step for step in steps if step is not None])
            await self._turns.rest()

    def _is_waiting(self, job: Job) -> bool:
        return self._ledger.deliveries(job.update)[job.place].state is DeliveryState.QUEUED

    def _kind(self, job: Job) -> str:
        return self._ledger.update(job.update).audience[job.place].channel.value
