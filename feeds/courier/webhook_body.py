"""What a customer's machine is told by webhook: JSON with the facts of that customer. Signing and sending are not here.

The form is that of the Standard Webhooks specification, ``{"type", "data"}``; its time stamp stands in the header.
"""

from datetime import datetime
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from feeds.courier.texts import clean, one_line
from feeds.model import AudienceEntry, Since, Update

RANGES_IN_BODY = 10_000
"""Ranges that the body holds; it says how many more there are."""

TYPE: Literal["outage.update"] = "outage.update"


class SimRangeTold(Struct, frozen=True):
    """A run of the customer's own SIMs, by ICCID without check digit, both ends included."""

    first: str
    last: str
    count: int


class Told(Struct, frozen=True):
    """The facts. ``since``: empty, ``joined`` (new since the update before) or ``left`` (no longer concerned)."""

    outage: str
    update: int
    kind: str
    phase: str
    since: Since
    language: str
    customer: str
    name: str
    done: str
    will: str
    need: str
    said: str
    true: str
    next_word: datetime | None
    sims: int
    ranges: tuple[SimRangeTold, ...]
    more_ranges: int
    cases: tuple[str, ...]


class Body(Struct, frozen=True):
    """The whole body."""

    type: Literal["outage.update"]
    data: Told


class InWords(Protocol):
    """The parts of an update in one language."""

    @property
    def language(self) -> str: ...
    @property
    def done(self) -> str: ...
    @property
    def will(self) -> str: ...
    @property
    def need(self) -> str: ...
    @property
    def said(self) -> str: ...
    @property
    def true(self) -> str: ...


_encoder = msgspec.json.Encoder()


def webhook_body(update: Update, entry: AudienceEntry, words: InWords) -> str:
    """Return the JSON for one customer: the same update and entry give the same text."""
    told = Told(
        outage=one_line(update.outage),
        update=update.number,
        kind=update.kind.value,
        phase=update.text.phase.value,
        since=entry.since,
        language=words.language,
        customer=entry.customer,
        name=one_line(entry.name),
        done=clean(words.done).strip() if entry.since != "left" else "",
        will=clean(words.will).strip() if entry.since != "left" else "",
        need=clean(words.need).strip() if entry.since != "left" else "",
        said=clean(words.said).strip() if entry.since != "left" else "",
        true=clean(words.true).strip() if entry.since != "left" else "",
        next_word=update.text.next_word if entry.since != "left" else None,
        sims=entry.sims,
        ranges=tuple(
            SimRangeTold(first, last, int(last) - int(first) + 1) for first, last in entry.ranges[:RANGES_IN_BODY]
        ),
        more_ranges=max(0, len(entry.ranges) - RANGES_IN_BODY),
        cases=tuple(one_line(number, 64) for number in entry.cases),
    )
    return _encoder.encode(Body(TYPE, told)).decode()
