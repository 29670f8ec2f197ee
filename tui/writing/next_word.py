"""Reading when the next word is promised: minutes from now, or a time of day in UTC."""

import re
from datetime import UTC, datetime, timedelta

_MINUTES = re.compile(r"^\+?(\d{1,4})\s*(?:m|min)?$")
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})\s*[zZ]?$")

LONGEST_MINUTES = 24 * 60


class BadTime(ValueError):
    """What was written is no time; the message says what is."""


def read_next_word(text: str, now: datetime) -> datetime | None:
    """Return the time that ``text`` promises, on a whole minute, UTC; None where it is empty.

    ``20`` is twenty minutes after ``now``; ``02:51`` is that time of day in UTC, tomorrow where it is past today.
    Raises BadTime.
    """
    text = text.strip()
    if not text:
        return None
    if found := _MINUTES.match(text):
        minutes = int(found[1])
        if not 1 <= minutes <= LONGEST_MINUTES:
            raise BadTime(f"{minutes} minutes: write 1 to {LONGEST_MINUTES}")
        then = now.astimezone(UTC) + timedelta(minutes=minutes)
        return (then + timedelta(seconds=59)).replace(second=0, microsecond=0)
    if found := _CLOCK.match(text):
        hour, minute = int(found[1]), int(found[2])
        if hour > 23 or minute > 59:
            raise BadTime(f"{text} is no time of day")
        then = now.astimezone(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0)
        return then if then > now else then + timedelta(days=1)
    raise BadTime("write minutes from now (20) or a time in UTC (02:51)")
