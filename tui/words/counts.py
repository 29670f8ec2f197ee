"""What the charts and the square of cases are made from: spans of time, and counts by channel and service. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from feeds.model import Channel, CountRow, Service


class Span(Struct, frozen=True):
    """A span of time to look back over. ``stretches``: minutes that one bar may stand for, the finest first."""

    name: str
    minutes: int
    stretches: tuple[int, ...]


SPANS: Final = (
    Span("2 h", 120, (5, 10, 20)),
    Span("24 h", 1_440, (10, 15, 20, 30, 60, 120)),
    Span("7 days", 10_080, (60, 120, 180, 240, 360, 720)),
)
"""From near to far."""


def curve_of(span: Span, columns: int, channel: Channel | None = None) -> str:
    """Return what to open the view *curve* with: the finest stretches of ``span`` that ``columns`` bars have room for.

    ``channel`` None: all of them.
    """
    fits = (minutes for minutes in span.stretches if span.minutes // minutes <= columns)
    minutes = next(fits, span.stretches[-1])
    return f"{minutes}/{span.minutes // minutes}{f'/{channel.value}' if channel is not None else ''}"


def minute_of(time: datetime) -> int:
    """Return the minute of ``time``, counted from 1970 (UTC)."""
    return int(time.timestamp()) // 60


_SERVICES = frozenset(service.value for service in Service)
_CHANNELS = frozenset(channel.value for channel in Channel)


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
