"""Counts per minute as series: what the charts and the sparkline show. Pure: rows and a time in, numbers out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from feeds.model import Channel, CountRow, Service


def minute_of(time: datetime) -> int:
    """Return the minute of ``time``, counted from 1970 (UTC)."""
    return int(time.timestamp()) // 60


def totals(rows: Sequence[CountRow], now: datetime, minutes: int) -> tuple[int, ...]:
    """Return the cases of each of the last ``minutes`` minutes, oldest first; the last one is not over yet."""
    counted = {minute_of(row.minute): row.total for row in rows}
    last = minute_of(now)
    return tuple(counted.get(minute, 0) for minute in range(last - minutes + 1, last + 1))


def by_service(rows: Sequence[CountRow], now: datetime, minutes: int) -> dict[Service, tuple[int, ...]]:
    """Return the cases of each service, as ``totals`` does; services without a case are left out."""
    last = minute_of(now)
    series = {service: [0] * minutes for service in Service}
    for row in rows:
        place = minute_of(row.minute) - last + minutes - 1
        if 0 <= place < minutes:
            for name, count in row.by.items():
                service = name.rpartition("/")[2]
                series[Service(service) if service in _SERVICES else Service.OTHER][place] += count
    return {service: tuple(values) for service, values in series.items() if any(values)}


_SERVICES = frozenset(service.value for service in Service)


class Square(Struct, frozen=True):
    """Cases by channel and service: ``cells[channel][service]``, in the order of the enumerations."""

    cells: tuple[tuple[int, ...], ...]
    last_10m: tuple[int, ...]
    """Cases of the last ten minutes by service."""


def square(rows: Sequence[CountRow], now: datetime, minutes: int) -> Square:
    """Return the cases of the last ``minutes`` minutes by channel and service."""
    last = minute_of(now)
    cells = {(channel, service): 0 for channel in Channel for service in Service}
    recent = dict.fromkeys(Service, 0)
    for row in rows:
        old = last - minute_of(row.minute)
        if not 0 <= old < minutes:
            continue
        for name, count in row.by.items():
            channel_name, _, service_name = name.partition("/")
            service = Service(service_name) if service_name in _SERVICES else Service.OTHER
            if channel_name in _CHANNELS:
                cells[Channel(channel_name), service] += count
            if old < 10:
                recent[service] += count
    return Square(
        tuple(tuple(cells[channel, service] for service in Service) for channel in Channel), tuple(recent.values())
    )


_CHANNELS = frozenset(channel.value for channel in Channel)


LEAST_BEFORE = 30
"""Minutes of history without which no mean is told: it would be of nothing."""


def surge(rows: Sequence[CountRow], now: datetime) -> tuple[int, float | None]:
    """Return the cases of the last ten minutes, and the mean of ten minutes in the two hours before.

    The mean is None where the rows do not reach back LEAST_BEFORE minutes.
    """
    counts = totals(rows, now, 130)
    known = min((minute_of(row.minute) for row in rows), default=minute_of(now))
    before = counts[:-10]
    reach = min(len(before), max(0, minute_of(now) - 9 - known))
    mean = sum(before[len(before) - reach :]) / reach * 10 if reach >= LEAST_BEFORE else None
    return sum(counts[-10:]), mean


def beside(mean: float | None) -> str:
    """Return the mean of ``surge`` as words to stand behind its count."""
    return "" if mean is None else f", before {mean:.1f}"


def newest_minute(now: datetime) -> datetime:
    """Return the start of the minute of ``now``."""
    return datetime.fromtimestamp(minute_of(now) * 60, UTC)
