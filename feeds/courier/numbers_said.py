"""Numbers that a text says of SIMs and customers, against those that are so.

``41,200 SIM cards``, ``41 200 kort``, ``41k SIMs``, ``rund 41.000 Karten``: a number counts as one of SIMs where such a
word stands up to three words behind it. Rounding is not wrong.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

WORDS_BETWEEN: Final = 3
"""A number and the word that says what it counts stand no more words apart than this."""

ABOUT: Final = Decimal("0.05")
"""*About* so many may be off by this share, and by twice of it where that is rounding."""
ROUNDED: Final = Decimal("0.02")
"""A rounded number without such a word may be off by this share."""

_UNITS: Final[Mapping[str, re.Pattern[str]]] = {
    "sims": re.compile(
        r"(?:e?sims?|sim[-\s]?(?:cards?|karten?|kort(?:en)?)|cards?|karten?|kort(?:en)?|iccids?|devices?|geräten?"
        r"|enheter(?:na)?)",
        re.IGNORECASE,
    ),
    "customers": re.compile(r"(?:customers?|kunden?|kund(?:er)?(?:na)?|companies|firmen|företag)", re.IGNORECASE),
    "ranges": re.compile(r"(?:ranges|bereichen?|serier)", re.IGNORECASE),
}
_NUMBER = re.compile(
    r"(?<![\w.,:+/-])(?P<digits>\d{1,3}(?:[ .,'’\u00a0\u2009\u202f]\d{3})+|\d+)(?P<point>[.,]\d+)?\s?"
    r"(?P<scale>k|thousand|tausend|tusen|mn|million(?:s|en|er)?|miljon(?:er)?)?(?![\w:/-]|[.,]\d)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:about|around|some|roughly|approx\.?|approximately|nearly|almost|over|more than|circa|ca\.?|c:a|rund|etwa"
    r"|ungefähr|knapp|über|fast|mehr als|ungefär|omkring|runt|nästan|drygt|över|mer än|~|≈|>|<|up to|bis zu|upp till)"
    r"\s*$",
    re.IGNORECASE,
)
_PER = re.compile(
    r"\s*(?:%|percent|prozent|procent|min|h\b|hours?|minutes?|minuten|minuter|stunden|timmar|days?|dagar|tagen?|weeks?|gb|mb|kb|km)",
    re.IGNORECASE,
)
_OF = re.compile(r"\s*(?:of|von|av|/)\s+(?:the\s+|your\s+)?\d", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d]+(?:-[^\W\d]+)*")
_END = re.compile(r"[.;:!?](?:\s|$)|\n")


class Total(NamedTuple):
    """How many there are of something (``sims``, ``customers``, ``ranges``)."""

    of: str
    true: int


class WrongNumber(NamedTuple):
    """A number as written, what is so instead, and where it stands."""

    written: str
    of: str
    true: int
    start: int
    end: int


def wrong_numbers(text: str, totals: Iterable[Total]) -> Iterator[WrongNumber]:
    """Yield the numbers in a text that differ from the totals that they speak of."""
    counts = dict(totals)
    for match in _NUMBER.finditer(text):
        if _PER.match(text, match.end()):
            continue
        of = _counted(text, match.end())
        if of is None or of not in counts:
            continue
        value, exact = _value(match)
        about = _ABOUT.search(text, max(0, match.start() - 16), match.start()) is not None
        if value is not None and not _says(value, exact, about, Decimal(counts[of])):
            shown = {"sims": "SIMs"}.get(of, of)
            yield WrongNumber(match[0].strip(), shown, counts[of], match.start(), match.start() + len(match[0].strip()))


def _counted(text: str, place: int) -> str | None:
    """Return what the number that ends at ``place`` counts."""
    end = _END.search(text, place)
    piece = text[place : end.start() if end is not None else len(text)][:80]
    another = re.search(r"\d", piece)
    if another is not None:
        piece = piece[: another.start()]
    for number, word in enumerate(_WORD.finditer(piece)):
        if number > WORDS_BETWEEN:
            return None
        for of, pattern in _UNITS.items():
            if pattern.fullmatch(word[0]):
                return of
    return None


def _value(match: re.Match[str]) -> tuple[Decimal | None, Decimal]:
    """Return a number and the size of its last written place."""
    digits = re.sub(r"\D", "", match["digits"])
    if len(digits) > 12:
        return None, Decimal(1)
    scale = {"k": 1_000, "t": 1_000, "m": 1_000_000}[match["scale"][0].lower()] if match["scale"] else 1
    point = match["point"] or ""
    value = Decimal(f"{digits}.{point[1:]}" if point else digits) * scale
    place = Decimal(scale).scaleb(-len(point[1:])) if point else Decimal(scale)
    if not point and scale == 1:
        zeros = len(digits) - len(digits.rstrip("0"))
        place = Decimal(10) ** zeros if value else Decimal(1)
    return value, place


def _says(value: Decimal, place: Decimal, about: bool, true: Decimal) -> bool:
    """Whether a number may stand for ``true``: exactly, rounded to its own last place, or about so much."""
    if value == true:
        return True
    off = abs(value - true)
    if about and off <= true * ABOUT:
        return True
    if place == 1:
        return False
    ways = (ROUND_HALF_UP, ROUND_DOWN, ROUND_CEILING) if about else (ROUND_HALF_UP,)
    rounded = {(true / place).to_integral_value(way) * place for way in ways}
    return value in rounded and off <= true * (2 * ABOUT if about else ROUNDED)
