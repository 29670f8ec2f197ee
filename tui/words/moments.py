"""Moments as people write them: a time, a time of day, so long ago, a sequence. Times without a zone are UTC.

Two of them with ``..`` between are a span.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*[Zz]?")
_AGO = re.compile(r"-\s*(\d{1,6}(?:\.\d+)?)\s*(s|min|m|h|d)")
_SEQUENCE = re.compile(r"#?(\d{1,18})")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}

FORMS = "2026-02-03T02:55:07Z, 02:55, -2h (before the end) or a sequence such as 4711"


SPAN_FORMS = "02:55, -2h, a time or a fact such as 4711; two with .. between: 01:53..02:07"


class Span(NamedTuple):
    """From a moment to another one; ``last`` None: until now."""

    first: datetime | int
    last: datetime | int | None = None


class BadMoment(Exception):
    """The text names no moment; the message says what does."""


def read_moment(text: str, end: datetime) -> datetime | int:
    """Return the time (aware, UTC) or the sequence that ``text`` names. Raises BadMoment.

    A time of day is the last such one up to ``end``, and ``-2h`` counts back from it.
    """
    text = text.strip()
    if (found := _SEQUENCE.fullmatch(text)) is not None:
        return int(found[1])
    try:
        if (found := _AGO.fullmatch(text)) is not None:
            return end - timedelta(seconds=float(found[1]) * _SECONDS[found[2]])
        if (found := _CLOCK.fullmatch(text)) is not None:
            day = end.astimezone(UTC)
            at = day.replace(hour=int(found[1]), minute=int(found[2]), second=int(found[3] or 0), microsecond=0)
            return at if at <= day else at - timedelta(days=1)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise BadMoment(f"{text[:40]!r} names no moment: {FORMS}") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def read_span(text: str, end: datetime) -> Span:
    """Return the span that ``text`` names; what is before the dots counts back from what follows. Raises BadMoment."""
    begin, dots, behind = text.partition("..")
    last = read_moment(behind, end) if behind.strip() else None
    first = read_moment(begin, last if isinstance(last, datetime) else end)
    if dots and type(first) is type(last) and first > last:  # type: ignore[operator]  # of one type
        raise BadMoment(f"{text.strip()[:40]!r} ends before it begins")
    return Span(first, last)
