"""Ages, counts and times as the screens write them: short, one way everywhere."""

from datetime import UTC, datetime, tzinfo


def age(seconds: float) -> str:
    """Return a span of time in its largest unit: ``12s``, ``4m``, ``2h``, ``3d``. Less than nothing is ``0s``."""
    seconds = max(0, int(seconds))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def age_of(then: datetime | None, now: datetime) -> str:
    """Return how long ago ``then`` was; empty where it is not known."""
    return "" if then is None else age((now - then).total_seconds())


def span(seconds: float) -> str:
    """Return a span of time for a sentence: ``12 s``, ``4 min``, ``2 h 05 min``, ``3 d``."""
    seconds = max(0, int(seconds))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return f"{seconds // 3_600} h {seconds % 3_600 // 60:02d} min"
    return f"{seconds // 86_400} d"


def number(count: int) -> str:
    """Return ``41,200``."""
    return f"{count:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """Return ``1 customer`` or ``41,200 customers``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def rate(per_minute: float) -> str:
    """Return a rate: per second from 60 a minute on, per minute below."""
    if per_minute >= 60:
        return f"{per_minute / 60:,.0f}/s"
    return f"{per_minute:.0f}/min" if per_minute >= 1 or per_minute == 0 else "<1/min"


def utc(time: datetime | None) -> str:
    """Return ``02:51`` (UTC); empty where it is not known."""
    return "" if time is None else time.astimezone(UTC).strftime("%H:%M")


def local(time: datetime, zone: tzinfo | None) -> str:
    """Return ``03:51 CET`` in ``zone`` (None: that of this machine)."""
    there = time.astimezone(zone)
    return f"{there:%H:%M} {there.tzname() or ''}".rstrip()
