"""Steps of a delivery in the ledger: how they are made, and what the last ones tell. Pure."""

import re

from feeds.courier.ledger import Job, Ledger
from feeds.courier.texts import one_line
from feeds.facts import DeliveryMoved
from feeds.model import Delivery, DeliveryState

LEFT_BY_A_CRASH = "the hub stopped before the answer came"

_CODES = re.compile(r"\d{3}(?: \d\.\d{1,3}\.\d{1,3})?")


def explained(ledger: Ledger, job: Job, reason: str) -> DeliveryMoved | None:
    """Return the step that tells why a queued delivery waits; None where it is told already."""
    if _alike(ledger.deliveries(job.update)[job.place].answer, reason):
        return None
    return moved(job, DeliveryState.QUEUED, reason)


def _alike(one: str, other: str) -> bool:
    """Whether two answers give the same reason: the same codes where they have some (RFC 3463), else the same words."""
    mine, theirs = _CODES.match(one), _CODES.match(other)
    if mine is not None and theirs is not None:
        return mine[0] == theirs[0]
    return one == other


def refusals(delivery: Delivery) -> int:
    """Return how often in a row a queued delivery was refused for now, as its last steps tell."""
    count = 0
    for step in reversed(delivery.tries):
        if step.state is DeliveryState.QUEUED:
            count += 1
        elif step.state is not DeliveryState.ATTEMPTING:
            return max(0, count - 1)  # The first one is a person's, who wants it tried again.
    return count


def moved(job: Job, state: DeliveryState, answer: str, reference: str = "") -> DeliveryMoved:
    """Return one step in the ledger."""
    return DeliveryMoved(
        update=job.update,
        index=job.place,
        state=state,
        answer=one_line(answer, 500),
        reference=one_line(reference, 200),
    )
