"""Which outages are on the wall now, where there are more than fit. Pure: the turn follows from the time alone.

What presses stays: the most urgent one, and whatever is overdue, the longest first. The others take turns in the
places that are left, in the order of their ids, so that a change of urgency does not shuffle them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from feeds.model import OutageRow
from tui.words.rows import overdue

TURN_SECONDS: Final = 12


class Turn(Struct, frozen=True):
    """``shown``: in the order of urgency; ``page`` of ``pages``, from 1; 1 of 1 where all are shown."""

    shown: tuple[OutageRow, ...]
    page: int
    pages: int


def turn_at(outages: Sequence[OutageRow], places: int, now: datetime) -> Turn:
    """Return what is shown at ``now`` of ``outages``, which come the most urgent first, in so many places."""
    if len(outages) <= places:
        return Turn(tuple(outages), 1, 1)
    late = sorted((row for row in outages[1:] if overdue(row, now)), key=lambda row: (-overdue(row, now), row.key))
    pinned = [outages[0], *late][: max(1, places - 1)]
    kept = {row.key for row in pinned}
    free = places - len(pinned)
    if free <= 0:
        return Turn(tuple(pinned), 1, 1)
    rest = sorted((row for row in outages if row.key not in kept), key=lambda row: (len(row.key), row.key))
    pages = -(-len(rest) // free)
    page = int(now.timestamp()) // TURN_SECONDS % pages
    here = kept | {row.key for row in rest[page * free : (page + 1) * free]}
    return Turn(tuple(row for row in outages if row.key in here), page + 1, pages)
