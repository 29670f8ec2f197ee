"""How people write SIMs into cases: the same few SIMs as 18, 19 or 20 digits, with spaces, as ranges, as columns.

Pure. What it writes it also returns as spans of ICCID bodies, so that a reader can be measured against it.
It leaves the words around them to ``texts``.
"""

import random

from msgspec import Struct

from feeds.drill.happenings import Way
from feeds.model import SimRange
from feeds.simspace import SimSpan
from feeds.simspace.identifiers import luhn_digit
from feeds.simspace.text import grouped

_TO = {
    "en": ("from {} to {}", "{} to {}"),
    "sv": ("från {} till {}", "{} t.o.m. {}"),
    "de": ("von {} bis {}", "{} bis {}"),
    "nb": ("fra {} til {}", "{} til {}"),
    "nl": ("van {} tot {}", "{} t/m {}"),
    "fr": ("de {} à {}", "{} à {}"),
    "es": ("de {} a {}", "desde {} hasta {}"),
}


class Written(Struct, frozen=True):
    """SIMs as somebody wrote them, and which they are (ICCID bodies)."""

    text: str
    spans: tuple[SimSpan, ...]


def with_check_digit(body: str) -> str:
    """Return the ICCID of a body: with its Luhn digit (ITU-T E.118)."""
    return f"{body}{luhn_digit(body)}"


def _span(first: int, last: int, width: int) -> SimSpan:
    return SimSpan("iccid", f"{first:0{width}d}", f"{last:0{width}d}")


def write_sims(chance: random.Random, way: Way, owned: SimRange, language: str) -> Written:
    """Return some SIMs of ``owned`` as a person who writes in ``way`` and ``language`` would name them.

    Ways that need more SIMs than the range has, or would be read as others where bodies have 19 digits, become *full*.
    """
    width = len(owned.first)
    low, high = int(owned.first), int(owned.last)
    if width != 18 and way in ("body", "padded", "short"):
        way = "full"
    if owned.count < 20 and way in ("from-to", "dash", "short", "prefix", "count", "list", "column"):
        way = "full"
    if way == "none":
        return Written("", ())
    if way in ("from-to", "dash", "count", "short", "prefix"):
        return _write_run(chance, way, owned, language)
    if way in ("list", "column"):
        picked = sorted(chance.sample(range(low, high + 1), k=min(owned.count, chance.randint(2, 6))))
        iccids = [with_check_digit(f"{one:0{width}d}") for one in picked]
        if way == "column":
            iccids = ["ICCID;status", *(f"{one};offline" for one in iccids)]
        return Written("\n".join(iccids), tuple(_span(one, one, width) for one in picked))
    one = chance.randint(low, high)
    body = f"{one:0{width}d}"
    iccid = with_check_digit(body)
    text = {"full": iccid, "spaced": grouped(iccid), "body": body, "padded": f"{iccid}F"}[way]
    return Written(text, (_span(one, one, width),))


def _write_run(chance: random.Random, way: Way, owned: SimRange, language: str) -> Written:
    width = len(owned.first)
    low, high = int(owned.first), int(owned.last)
    count = min(high - low + 1, chance.choice((20, 50, 100, 100, 250, 500)))
    first = low + chance.randint(0, (high - low + 1 - count) // 10) * 10
    if way == "prefix":
        # All SIMs that begin alike: the shortest run of ten to ten thousand that lies inside the range.
        for digits in (4, 3, 2, 1):
            start = -(-low // 10**digits)
            end = (high + 1) // 10**digits - 1
            if start <= end:
                head = chance.randint(start, end)
                span = _span(head * 10**digits, (head + 1) * 10**digits - 1, width)
                return Written(f"{head:0{width - digits}d}*", (span,))
        way = "dash"
    last = first + count - 1
    if way == "short" and first // 10_000 == last // 10_000:
        return Written(f"{first:0{width}d}-{last % 10_000:04d}", (_span(first, last, width),))
    begin, end_text = (with_check_digit(f"{one:0{width}d}") for one in (first, last))
    if way == "count":
        return Written(f"{begin} + {count}", (_span(first, last, width),))
    if way == "from-to":
        form = chance.choice(_TO.get(language, _TO["en"]))
        return Written(form.format(begin, end_text), (_span(first, last, width),))
    return Written(f"{begin} - {end_text}", (_span(first, last, width),))
