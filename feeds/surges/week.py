"""The week of a desk: hours of the week in its own time zone, summer time and its ends included.

Hours and minutes are counted from 1970 (UTC). An hour of the week counts from Monday 00:00 by the desk's clocks.
"""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

HOURS = 168
"""Hours in a week."""
_MONDAY = 3 * 24
"""1970 began on a Thursday."""
_DAY = 24


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not there, not a name, or not a file of time zones
        return UTC


@lru_cache(maxsize=4096)
def offset_hours(hour: int, name: str) -> float:
    """Return how far clocks in the zone are ahead of UTC in the middle of an hour, in hours."""
    try:
        offset = datetime.fromtimestamp(hour * 3600 + 1800, UTC).astimezone(zone(name)).utcoffset()
    except (OverflowError, ValueError, OSError):  # at the ends of the calendar
        return 0.0
    return offset.total_seconds() / 3600 if offset is not None else 0.0


def hours_of_week(first: int, count: int, name: str) -> NDArray[np.int64]:
    """Return the hour of the week, 0 to 167, of ``count`` hours from the hour ``first`` on."""
    offsets = np.empty(count, dtype=np.float64)
    for start in range(0, count, _DAY):
        end = min(start + _DAY, count)
        before, after = offset_hours(first + start, name), offset_hours(first + end - 1, name)
        if before == after:
            offsets[start:end] = before
        else:
            offsets[start:end] = [offset_hours(first + at, name) for at in range(start, end)]
    local = np.floor(np.arange(first, first + count) + 0.5 + offsets).astype(np.int64)
    return (local + _MONDAY) % HOURS


def place_in_week(minute: float, name: str) -> float:
    """Return where a time (minutes since 1970) stands in the week, in hours: 0 up to 168."""
    hour = minute / 60
    return (hour + offset_hours(int(hour), name) + _MONDAY) % HOURS
