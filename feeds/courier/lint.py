"""What the composer points at before an update is approved: slips that one sees too late at three in the morning.

Pure: everything that is so around a text comes in as ``Circumstances``. What *stops* cannot be sent so; all else is for
a person to weigh. Places are in characters of the part as it was written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from feeds.courier.names import NameFinder
from feeds.courier.numbers_said import Total, wrong_numbers
from feeds.courier.sms_length import SmsLength
from feeds.courier.template_set import FIRST_LANGUAGE
from feeds.model import Parts, Slip, UpdateKind, UpdateText

PARTS: Final[Mapping[str, str]] = {
    "done": "what we have done",
    "will": "what we will do",
    "need": "what you need to do",
    "said": "what we told you",
    "true": "what is true",
}
"""The parts of a text by the name of their field."""

SHOWN_OF_A_KIND: Final = 10
"""Slips of one kind in one part: the first ones."""

_LEFTOVER = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\$\{[^}]*\}|<<[^<>]{1,40}>>|\b(?:TODO|TBD|TBC|FIXME|XXX+|LOREM IPSUM)\b|\{\{|\}\}"
    r"|\[(?:time|date|name|number|customer|cause|reason|eta|insert[^\]]{0,40})\]|\?\?\?+",
    re.DOTALL,
)
_ROUNDED = 1.0
"""Minutes: screens promise whole ones, rounded up."""
_HASTY = frozenset({UpdateKind.FIRST_WORD, UpdateKind.PROGRESS})
"""Kinds after which customers should hear again soon."""


class Stray(Struct, frozen=True):
    """An identifier in a text that says whose SIMs it is about: in which part and language, and where."""

    part: str
    language: str
    start: int
    end: int
    what: str


class Circumstances(Struct, frozen=True):
    """What is so around a text. ``interval`` in minutes.

    ``only``: the name of the one customer that gets it, empty where there are several. ``strays``: identifiers of SIMs
    in the text. ``sms_shares``: why text messages may not arrive, empty: nothing is known. ``incoming``: that customers
    still report trouble, empty: they do not. ``fallbacks``: contacts that get English, by the language that they want;
    ``spoken``: languages that there are templates in. ``contacts``: those of customers, the operator's own are none;
    ``would_wait``: why some of them would wait for a channel that is not configured, in sentences; ``all_wait``: all.
    """

    now: datetime
    customers: int = 0
    contacts: int = 0
    sims: int = 0
    ranges: int = 0
    interval: float = 20.0
    longest_sms: SmsLength | None = None
    sms_segments: int = 3
    only: str = ""
    strays: tuple[Stray, ...] = ()
    sms_shares: str = ""
    incoming: str = ""
    fallbacks: Mapping[str, int] = {}
    spoken: frozenset[str] = frozenset({FIRST_LANGUAGE})
    without_address: str = ""
    would_wait: tuple[str, ...] = ()
    all_wait: bool = False


def slips(
    kind: UpdateKind, text: UpdateText, around: Circumstances, names: NameFinder | None = None
) -> tuple[Slip, ...]:
    """Return what is odd about a text in its circumstances, part by part, then about the whole."""
    found: list[Slip] = []
    for language, parts in _languages(text):
        found += _empty(kind, parts, language)
        for part, words in _filled(parts):
            found += _leftovers(part, language, words)
            found += _numbers(part, language, words, around)
            found += _names(part, language, words, around, names)
    found += [
        Slip(one.what, part=one.part, language=one.language, start=one.start, end=one.end, stops=True)
        for one in around.strays
    ]
    found += _promise(kind, text.next_word, around)
    found += _translations(text, around)
    found += _delivery(kind, around)
    return tuple(found)


def in_words(found: Iterable[Slip]) -> tuple[str, ...]:
    """Return slips as sentences, with the language where it is not the first."""
    return tuple(f"{one.language}: {one.what}" if one.language else one.what for one in found)


def _languages(text: UpdateText) -> Iterator[tuple[str, UpdateText | Parts]]:
    yield "", text
    for one in text.translations:
        yield one.language, one


def _filled(parts: UpdateText | Parts) -> Iterator[tuple[str, str]]:
    for part in PARTS:
        words: str = getattr(parts, part)
        if words.strip():
            yield part, words


def _empty(kind: UpdateKind, parts: UpdateText | Parts, language: str) -> Iterator[Slip]:
    asked = PARTS if kind is UpdateKind.CORRECTION else ("done", "will", "need")
    for part in asked:
        if not getattr(parts, part).strip():
            yield Slip(f"'{PARTS[part]}' is empty", part=part, language=language, stops=True)


def _leftovers(part: str, language: str, words: str) -> Iterator[Slip]:
    for number, left in enumerate(_LEFTOVER.finditer(words)):
        if number == SHOWN_OF_A_KIND:
            return
        shown = " ".join(left[0].split())[:40]
        what = f"'{PARTS[part]}' has a placeholder left over: {shown}"
        yield Slip(what, part=part, language=language, start=left.start(), end=left.end(), stops=True)


def _numbers(part: str, language: str, words: str, around: Circumstances) -> Iterator[Slip]:
    totals = (Total("sims", around.sims), Total("customers", around.customers), Total("ranges", around.ranges))
    for number, wrong in enumerate(wrong_numbers(words, totals)):
        if number == SHOWN_OF_A_KIND:
            return
        what = f"'{PARTS[part]}' says {wrong.written}; it goes to {wrong.true:,} {wrong.of}"
        yield Slip(what, part=part, language=language, start=wrong.start, end=wrong.end)


def _names(part: str, language: str, words: str, around: Circumstances, names: NameFinder | None) -> Iterator[Slip]:
    if names is None:
        return
    shown = 0
    for found in names.find(words):
        if around.only and found.name == around.only:
            continue
        if shown == SHOWN_OF_A_KIND:
            return
        shown += 1
        what = f"'{PARTS[part]}' names a customer: {found.name}"
        yield Slip(what, part=part, language=language, start=found.start, end=found.end)


def _promise(kind: UpdateKind, promised: datetime | None, around: Circumstances) -> Iterator[Slip]:
    if promised is None:
        # An all-clear may be the last word. Every other kind leaves people waiting.
        if kind is not UpdateKind.ALL_CLEAR:
            yield Slip("no time is promised for the next word", part="next_word")
    elif promised <= around.now:
        when = f"{promised:%Y-%m-%d %H:%M} UTC"
        yield Slip(f"the next word is promised for {when}, which is in the past", part="next_word", stops=True)
    elif kind in _HASTY and promised > around.now + timedelta(minutes=around.interval + _ROUNDED):
        minutes = (promised - around.now).total_seconds() / 60
        shown = f"{minutes:.0f} min" if minutes < 180 else f"{minutes / 60:.0f} h"
        yield Slip(f"the next word is promised in {shown}, {around.interval:g} min are usual", part="next_word")


def _translations(text: UpdateText, around: Circumstances) -> Iterator[Slip]:
    there = [one.language.strip().lower() for one in text.translations]
    for place, language in enumerate(there):
        written = text.translations[place].language
        if language == FIRST_LANGUAGE or language in there[:place]:
            yield Slip("this language is there twice: only the first one is used", language=written, stops=True)
        elif language not in around.spoken and language.partition("-")[0] not in around.spoken:
            what = "there is no template in this language: its customers get English"
            yield Slip(what, language=written)
    for language, contacts in sorted(around.fallbacks.items()):
        if language not in there:
            many = f"{contacts:,} contact gets" if contacts == 1 else f"{contacts:,} contacts get"
            yield Slip(f"no translation to {language}: {many} English")


def _delivery(kind: UpdateKind, around: Circumstances) -> Iterator[Slip]:
    sms = around.longest_sms
    if sms is not None and sms.segments > around.sms_segments:
        why = f" (16 bits a character, because of '{sms.odd}')" if sms.ucs2 else ""
        yield Slip(f"a text message takes {sms.segments} segments{why}; at most {around.sms_segments} are usual")
    if around.sms_shares:
        yield Slip(around.sms_shares)
    if kind is UpdateKind.ALL_CLEAR and around.incoming:
        yield Slip(f"an all-clear, and {around.incoming}")
    for why in around.would_wait:
        yield Slip(why, stops=around.all_wait)
    if not around.contacts:
        what = around.without_address or "no customer in the outage has an address that can be written to"
        yield Slip(f"nobody would get it: {what}", stops=True)
