"""What holds at a time, of ranges that may each begin to hold at a time of their own.

Of several statements about the same range, the one that begins last among those that have begun holds.
"""

from dataclasses import dataclass

import numpy as np

from feeds.fleet.columns import Columns

FOREVER = 1 << 62
"""Later than any second that a statement may begin at."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Ranges at a time: ``standing``, one for each pair of ends, and those that begin later.

    The split is the same for all seconds from ``valid_from`` to before ``valid_until``.
    """

    standing: Columns
    pending: Columns
    valid_from: int
    valid_until: int


def split(columns: Columns, at: int) -> Split:
    """Return what holds at ``at`` (seconds since 1970 UTC), and what is to come; what was replaced is left out."""
    since = columns.since
    if not since.any():
        return Split(columns, Columns.empty(), 0, FOREVER)
    begun = since <= at
    same = (columns.firsts[1:] == columns.firsts[:-1]) & (columns.lasts[1:] == columns.lasts[:-1])
    holds = begun & ~np.append(same & begun[1:], False)
    return Split(
        standing=columns if holds.all() else columns.taken(holds),
        pending=Columns.empty() if begun.all() else columns.taken(~begun),
        valid_from=int(since[begun].max(initial=0)),
        valid_until=int(since[~begun].min(initial=FOREVER)),
    )
