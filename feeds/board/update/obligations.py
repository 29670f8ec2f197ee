"""Promises to customers: when they were told that they hear again, and by which outage. Each is a clock on the screens.

A promise is kept by the next update of its outage, whatever that promises; one without a promise, such as a last
all-clear, ends it. That an outage is resolved does not: the customers still wait.
"""

from datetime import datetime
from typing import NamedTuple

from feeds.model import Outage, OutageState

_GONE = frozenset({OutageState.MERGED, OutageState.REJECTED, OutageState.WITHDRAWN, OutageState.FOLLOWED_UP})
"""Outages whose promises another one has taken over, or that nobody was told of."""


class Obligation(NamedTuple):
    """Customers of an outage wait for a word until ``due`` (UTC), or longer where it is in the past."""

    due: datetime
    outage: str


def obligations(outages: dict[str, Outage]) -> list[Obligation]:
    """Return what was promised and is not kept yet, the earliest first."""
    return sorted(
        Obligation(one.next_word, one.id)
        for one in outages.values()
        if one.next_word is not None and one.state not in _GONE
    )
