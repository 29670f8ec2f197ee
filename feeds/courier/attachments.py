"""What goes along with a message: the customer's own SIMs as CSV (RFC 4180), made when it is sent.

It follows from what was frozen with the update, so the same delivery carries the same bytes at every try.
"""

import re
from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from feeds.model import AudienceEntry, ContactChannel, Update

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
CARRIED_BY = frozenset({ContactChannel.EMAIL, ContactChannel.TMF681})
"""Channels that can take a file along."""

RANGES_IN_FILE = 100_000
"""Ranges of one customer that are listed; the last line counts the rest."""

_AT_ONCE = 50_000


class Attachment(Struct, frozen=True):
    """A file: its name (ASCII, safe anywhere), media type and content."""

    name: str
    media_type: str
    data: bytes


def attachment_name(update: Update, entry: AudienceEntry) -> str:
    """Return the name of the file that goes along with a message; empty: none does."""
    if not update.iccids_up_to or not entry.ranges or entry.channel not in CARRIED_BY or entry.since == "left":
        return ""
    outage = re.sub(r"[^A-Za-z0-9-]+", "-", update.outage)[:40]
    return f"{_what(update, entry)}-{outage}-{update.number}.csv"


def attachment_words(update: Update, entry: AudienceEntry) -> str:
    """Return what goes along in words, name and size; empty: nothing does."""
    name = attachment_name(update, entry)
    if not name:
        return ""
    if _singly(update, entry):
        return f"{name}: {entry.sims:,} ICCIDs"
    return f"{name}: {len(entry.ranges):,} {'range' if len(entry.ranges) == 1 else 'ranges'}"


def attachment_of(update: Update, entry: AudienceEntry) -> Attachment | None:
    """Return the file that goes along with a message, None where none does.

    Up to ``update.iccids_up_to`` SIMs: the column ``iccid`` with check digit, as printed on the card. More: the columns
    ``first_iccid,last_iccid,sims``, with check digits as well. Lines end with CRLF.
    """
    name = attachment_name(update, entry)
    if not name:
        return None
    lines = _iccids(entry) if _singly(update, entry) else _ranges(entry)
    return Attachment(name, MEDIA_TYPE, b"".join(lines))


def _singly(update: Update, entry: AudienceEntry) -> bool:
    return entry.sims <= update.iccids_up_to


def _what(update: Update, entry: AudienceEntry) -> str:
    return "iccids" if _singly(update, entry) else "iccid-ranges"


def _iccids(entry: AudienceEntry) -> Iterator[bytes]:
    yield b"iccid\r\n"
    for first, last in entry.ranges:
        low, high = int(first), int(last)
        for start in range(low, high + 1, _AT_ONCE):
            bodies = np.arange(start, min(start + _AT_ONCE, high + 1), dtype=np.int64)
            width = len(first)
            yield "".join(f"{body:0{width}d}{digit}\r\n" for body, digit in _checked(bodies)).encode("ascii")


def _ranges(entry: AudienceEntry) -> Iterator[bytes]:
    yield b"first_iccid,last_iccid,sims\r\n"
    for first, last in entry.ranges[:RANGES_IN_FILE]:
        (_, low), (_, high) = _checked(np.array([int(first), int(last)], dtype=np.int64))
        yield f"{first}{low},{last}{high},{int(last) - int(first) + 1}\r\n".encode("ascii")
    if len(entry.ranges) > RANGES_IN_FILE:
        rest = sum(int(last) - int(first) + 1 for first, last in entry.ranges[RANGES_IN_FILE:])
        yield f",,{rest}\r\n".encode("ascii")


def _checked(bodies: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Iterator[tuple[int, int]]:
    """Yield each body with the Luhn digit that belongs after it (ISO/IEC 7812-1, annex B), many at once."""
    left, total, doubled = bodies.copy(), np.zeros_like(bodies), True
    while left.any():
        digit = left % 10
        if doubled:
            digit = digit * 2
            digit -= 9 * (digit > 9)
        total += digit
        left //= 10
        doubled = not doubled
    yield from zip(bodies.tolist(), ((-total) % 10).tolist(), strict=True)
