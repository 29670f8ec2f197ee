"""When something happened: the time that a source states, unless it cannot be."""

from datetime import datetime, timedelta

AHEAD = timedelta(days=1)
"""How far ahead of its arrival an event may be dated. A source's clock or time zone may be off by hours; with a date
further ahead one wrong event would make everything that follows look late."""
LATE = timedelta(days=7)
"""How long before its arrival a case may have been opened."""
EARLY = timedelta(minutes=5)
"""How long after its arrival, by a clock that goes before."""


def happened(stated: datetime | None, at: datetime, newest: datetime | None) -> tuple[datetime, bool]:
    """Return when an event happened, and whether that is its stated time.

    ``at`` is when it came, ``newest`` the time of the newest event known of the same thing. An event without a time
    that can be believed happened when it came, and not before what is known already.
    """
    if stated is not None and (stated <= at or stated <= at + AHEAD):
        return stated, True
    return (at if newest is None else max(at, newest)), False


def opened(stated: datetime, came: datetime | None) -> datetime:
    """Return when a case was opened: as stated, unless that is far from its arrival ``came``; None: not known."""
    return stated if came is None or came - LATE <= stated <= came + EARLY else came
