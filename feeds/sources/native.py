"""The native format: alarms, cases, ranges and customers as the model has them, one or many, and frames of feeds."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct, structs

from feeds.facts import AlarmReported, CustomersStated, Fact, RangesStated
from feeds.model import AlarmEvent, CaseEvent, Customer
from feeds.model.text import FEED_NAME
from feeds.simspace import DEFAULT, LengthProfile
from feeds.simspace.reader import UNKNOWING, Reader
from feeds.sources.clean import clean_tree, needs_cleaning
from feeds.sources.errors import Invalid, Malformed
from feeds.sources.inventory import FieldError, RangeInput, bare_numbers, check_customer, sim_range
from feeds.sources.parse import OWN_SOURCE, PLACES, decode, feed_name, in_utc, invalid, many, not_own, person, several
from feeds.sources.reported import TEXT_KEPT, ReadText, case_reported, read_text, take_long

__all__ = [
    "CHUNK",
    "Frame",
    "FrameId",
    "alarms",
    "cases",
    "chunks",
    "customers",
    "feed_name",
    "frame",
    "frame_id",
    "person",
    "ranges",
]

CHUNK: Final = 1_000
"""Ranges or customers in one fact, at most."""

T = TypeVar("T")


def alarms(body: bytes) -> list[Fact]:
    """Return the facts of one alarm event or an array of them. Raises SourceError; then nothing is taken."""
    events, places = _alarm_events(body)
    facts: list[Fact] = []
    for event in events:
        time = event.time
        usual = time is None or (time.tzinfo is UTC and 2000 <= time.year <= 2100)
        if usual and event.raised is None and event.lapses is None:
            facts.append(AlarmReported(event))
            continue
        place = places[len(facts)]
        times = {name: in_utc(getattr(event, name), f"{place}.{name}") for name in ("time", "raised", "lapses")}
        facts.append(AlarmReported(structs.replace(event, **times)))
    return facts


def _alarm_events(body: bytes) -> tuple[list[AlarmEvent], Sequence[str]]:
    """Return the events of a body, and the path of each.

    An ordinary array in plain ASCII without escapes is read in one step: there is nothing to clean in it. All else,
    and all that is wrong, takes the usual way, which knows what to say.
    """
    if body[:1] == b"[" and body.isascii() and not (b"\\" in body or b"\x7f" in body):
        with suppress(msgspec.DecodeError):
            return _named(_events.decode(body), PLACES)
    return _named(*many(body, AlarmEvent))


def _named(events: list[AlarmEvent], places: Sequence[str]) -> tuple[list[AlarmEvent], Sequence[str]]:
    """Return ``events`` and ``places`` after a look at the names of the sources. Raises Invalid, naming the place."""
    for name in {event.source for event in events}:
        if not feed_name(name):
            place = next(places[at] for at, event in enumerate(events) if event.source == name)
            raise Invalid(f"{place}.source: expected `str` matching regex {FEED_NAME!r}", f"{place}.source")
        if name.lower() == OWN_SOURCE:
            place = next(places[at] for at, event in enumerate(events) if event.source == name)
            not_own(name, f"{place}.source")
    return events, places


_events: Final = msgspec.json.Decoder(list[AlarmEvent])


def cases(body: bytes, reader: Reader = UNKNOWING, read: ReadText = read_text) -> list[Fact]:
    """Return the facts of one case event or an array of them, with the SIMs read from fields and texts.

    ``read`` reads texts that are longer than a case keeps.
    """
    value = decode(body, raw=True)
    long = _long_texts(value) if len(body) > TEXT_KEPT else {}
    if needs_cleaning(body):
        value = clean_tree(value)
        long = _long_texts(value) | long  # what is made visible takes more characters than what it was
    events, places = several(value, CaseEvent)
    facts: list[Fact] = []
    for at, event in enumerate(events):
        not_own(event.source, f"{places[at]}.source")
        if event.time is not None or event.opened is not None or event.follow_up is not None:
            times = {
                name: in_utc(getattr(event, name), f"{places[at]}.{name}") for name in ("time", "opened", "follow_up")
            }
            event = structs.replace(event, **times)  # noqa: PLW2901
        facts.append(case_reported(event, reader, read(long[at], False, reader) if at in long else None))
    return facts


def _long_texts(value: object) -> dict[int, str]:
    """Take the texts that are longer than a case keeps out of decoded cases; return them by the place of the case."""
    items = value if isinstance(value, list) else [value]
    return {at: text for at, item in enumerate(items) if (text := take_long(item, "text")) is not None}


def ranges(body: bytes, profile: LengthProfile = DEFAULT) -> list[Fact]:
    """Return the facts of one SIM range or an array of them, as ICCID bodies, at most CHUNK in one fact."""
    inputs, places = many(body, RangeInput)
    bare = bare_numbers(inputs)
    made = []
    for at, item in enumerate(inputs):
        try:
            made.append(sim_range(item, profile, bare))
        except FieldError as error:
            raise _wrong(error, places[at]) from None
    return [RangesStated(chunk) for chunk in chunks(made)]


def customers(body: bytes) -> list[Fact]:
    """Return the facts of one customer or an array of them, at most CHUNK in one fact."""
    found, places = many(body, Customer)
    for at, customer in enumerate(found):
        try:
            check_customer(customer)
        except FieldError as error:
            raise _wrong(error, places[at]) from None
    return [CustomersStated(chunk) for chunk in chunks(found)]


def chunks(items: Sequence[T]) -> list[tuple[T, ...]]:
    """Return ``items`` in tuples of at most CHUNK."""
    return [tuple(items[at : at + CHUNK]) for at in range(0, len(items), CHUNK)]


def _wrong(error: FieldError, place: str) -> Invalid:
    path = f"{place}.{error.field}"
    return Invalid(f"{path}: {error}", path)


Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""What every language can count to, and every answer can say again."""
FrameId = Number | Annotated[str, Meta(max_length=256)] | None


class Frame(Struct, frozen=True):
    """A frame of ``WS /v1/ingest``: bodies as for the HTTP paths, each optional, and an id for the answer."""

    id: FrameId = None
    sequence: Number | None = None
    """The feed's own number of this frame, one more each time."""
    alarms: Raw = Raw()
    cases: Raw = Raw()
    ranges: Raw = Raw()
    customers: Raw = Raw()


class _Named(Struct, frozen=True):
    id: FrameId = None


_frames: Final = msgspec.json.Decoder(Frame)
_ids: Final = msgspec.json.Decoder(_Named)


def frame(data: bytes) -> Frame:
    """Return the parts of a feed's frame, not parsed further. Raises Malformed or Invalid."""
    try:
        return _frames.decode(data)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        decode(data, raw=True)
        raise Malformed(f"malformed JSON: {error}") from None


def frame_id(data: bytes) -> FrameId:
    """Return the id of a frame in which something else is wrong, for the answer; None where it cannot be read."""
    try:
        return _ids.decode(data).id
    except (msgspec.DecodeError, RecursionError):
        return None
