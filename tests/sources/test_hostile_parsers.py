"""Every parser of foreign input, with payloads bent at any place: facts that the log can keep, or a refusal in words.

Nothing else may come out of a parser, and no text in a fact may hold what steers a terminal.
"""

import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.facts import Entry, Fact, decode_entries, encode_entries
from feeds.model import ROW_TYPES
from feeds.simspace.reader import UNKNOWING
from feeds.sources import SourceError, alertmanager, customers_csv, native, objects, ranges_csv, zammad
from feeds.sources.clean import clean
from feeds.sources.html import html_text
from feeds.views.filter import BadFilter, parse
from tests.extent import examples

NOW = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
NASTY = ["\x00", "\x1b[2J", "\u202e", "\u2066", "\x9b", "\r\n", "\u2028", "\ufeff", "\U000e0041", "\x7f", "a\u0000b"]

nasty = st.text(alphabet=st.one_of(st.sampled_from("aZ 09é\U0001f4a5"), st.sampled_from("".join(NASTY))), max_size=12)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    nasty,
    st.sampled_from(["", "9" * 400, "2026-03-01T02:30:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]),
    st.sampled_from(["major", "cleared", "8946200020000000000", "8946*", "=1+1", "%s", "{{7*7}}", "../../etc/passwd"]),
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(nasty, inner, max_size=3), max_leaves=6
)

ALARM: dict[str, Any] = {
    **{"source": "nms", "managed_object": "pgw-1", "severity": "major", "id": "7", "time": "2026-03-01T02:30:00Z"},
    **{"raised": "2026-03-01T02:30:00Z", "event": "e", "event_type": "t", "probable_cause": "p", "text": "x\ny"},
    **{"specific_problem": "s", "attributes": {"apn": "iot.meter"}},
}
CASE: dict[str, Any] = {
    **{"number": "1", "source": "crm", "customer": "acme", "kind": "incident", "service": "data", "channel": "call"},
    **{"state": "open", "sims": ["8946200020000000000-8946200020000000099"], "title": "t", "text": "89462000*"},
    **{"handled": 3, "contact": True, "opened": "2026-03-01T02:30:00Z", "time": "2026-03-01T02:30:00Z"},
    **{"follow_up": "2026-03-02T02:30:00Z", "owner": "o", "country": "SE", "visited_network": "v", "reference": "r"},
}
RANGE: dict[str, Any] = {
    **{
        "first": "8946200020000000000",
        "last": "8946200020000009999",
        "customer": "acme",
        "count": 3,
        "use": "metering",
    },
    **{"imsi_first": "240070000000000", "msisdn_first": "+46701740605", "attributes": {"apn": "x"}},
    "since": "2026-03-01T02:30:00Z",
}
CUSTOMER: dict[str, Any] = {
    **{"id": "acme", "name": "Acme", "vip": True, "language": "sv", "time_zone": "Europe/Stockholm"},
    **{"contacts": [{"channel": "email", "address": "a@b.se", "name": "A"}], "domains": ["b.se"]},
}
ALERT: dict[str, Any] = {
    **{"labels": {"alertname": "Down", "severity": "page", "instance": "i"}, "annotations": {"summary": "s\nt"}},
    **{
        "startsAt": "2026-03-01T02:30:00Z",
        "endsAt": "2026-03-01T03:30:00Z",
        "status": "firing",
        "fingerprint": "a" * 16,
    },
}
TICKET: dict[str, Any] = {
    "ticket": {
        **{"number": "22001", "id": 5, "title": "t", "state": {"name": "open"}, "group": "Users", "tags": "a,b"},
        **{
            "owner": {"firstname": "O", "lastname": "P"},
            "customer": {"email": "a@b.se"},
            "organization": {"name": "n"},
        },
        **{"created_at": "2026-03-01T02:30:00Z", "updated_at": "2026-03-01T02:30:00Z", "close_at": None},
        **{"sims": "8946*;8947*", "time_unit": "1.5", "pending_time": "2026-03-01T02:30:00Z"},
    },
    "article": {"body": "<p>89462000200000</p>", "content_type": "text/html", "type": "email", "sender": "Customer"},
}

FORMATS: dict[str, tuple[Any, Callable[[bytes], Iterable[Fact]]]] = {
    "alarms": ([ALARM], native.alarms),
    "cases": ([CASE], native.cases),
    "ranges": ([RANGE], native.ranges),
    "customers": ([CUSTOMER], native.customers),
    "objects": ([{"object": "pgw-*", "source": "nms", "attributes": {"gateway": "{1}"}}], objects.objects),
    "alertmanager": ({"version": "4", "alerts": [ALERT]}, alertmanager.webhook),
    "alerts v2": ([ALERT], lambda body: alertmanager.alerts_v2(body, NOW)),
    "zammad": (TICKET, zammad.webhook),
}


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value within, containers too."""
    found = [at]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        found += places(one, (*at, key))
    return found


def bent(value: Any, at: tuple[Any, ...], to: Any) -> Any:
    """Return a copy with the value at a place exchanged."""
    if not at:
        return to
    copy = value.copy()
    copy[at[0]] = bent(copy[at[0]], at[1:], to)
    return copy


def framed(body: bytes) -> Iterable[Fact]:
    """Read a body as a frame of a feed, which is not parsed further here."""
    native.frame(body)
    return ()


def texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from texts(key)
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def worded(refused: SourceError | BadFilter) -> None:
    """See that a refusal says something, and nothing that steers a terminal."""
    said = str(refused)
    assert said
    assert len(said) < 4_000
    assert isinstance(refused, BadFilter) or clean(said, newlines=True) == said


def seen_to(facts: Iterable[Fact]) -> None:
    """See that facts can be kept, read again, and hold no text that steers a terminal."""
    entries = tuple(Entry(seq=at, at=NOW, by="fuzz", fact=fact) for at, fact in enumerate(facts, 1))
    assert decode_entries(encode_entries(entries)) == entries
    for entry in entries:
        for text in texts(msgspec.to_builtins(entry.fact)):
            assert clean(text, newlines=True) == text


@pytest.mark.parametrize("name", FORMATS)
def test_a_payload_bent_anywhere_gives_good_facts_or_a_refusal(name: str) -> None:
    template, parser = FORMATS[name]
    where = places(template)

    @settings(max_examples=30)
    @given(st.lists(st.tuples(st.sampled_from(where), values), min_size=1, max_size=2))
    def bend(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
        payload = template
        for at, to in changes:
            try:
                payload = bent(payload, at, to)
            except (KeyError, TypeError, IndexError, AttributeError):
                return  # the first change took the place of the second one away
        try:
            facts = list(parser(orjson.dumps(payload)))
        except SourceError as refused:
            worded(refused)
            return
        seen_to(facts)

    bend()


@pytest.mark.parametrize("name", FORMATS)
def test_a_nasty_text_in_any_field_comes_out_visible(name: str) -> None:
    template, parser = FORMATS[name]
    for at in places(template):
        for evil in ("\x1b]0;x\x07\u202e\x00", "a\r\nBcc: x@y.se"):
            payload = bent(template, at, evil) if at else template
            try:
                facts = list(parser(orjson.dumps(payload)))
            except SourceError as refused:
                worded(refused)
                continue
            seen_to(facts)


@settings(max_examples=examples(60))
@given(
    st.sampled_from(sorted(FORMATS)),
    st.lists(
        st.tuples(st.integers(0, 900), st.sampled_from([b"", b"\xff", b"[", b'"', b"\\", b"\\ud800", b"e9", b"-"]))
    ),
)
def test_broken_octets_are_refused_in_words(name: str, cuts: list[tuple[int, bytes]]) -> None:
    template, parser = FORMATS[name]
    body = orjson.dumps(template)
    for at, put in cuts:
        body = body[:at] + put + body[at + 1 :]
    for read in (parser, framed):
        try:
            seen_to(read(body))
        except SourceError as refused:
            worded(refused)


@settings(max_examples=examples(60))
@given(
    st.sampled_from([customers_csv, ranges_csv, objects.objects_csv]),
    st.sampled_from(["id,name,email", "first,last,customer,apn", "object,source,gateway", ""]),
    st.lists(st.lists(st.one_of(nasty, st.sampled_from(["8946200020000000000", "acme", '"', "1e99"])), max_size=5)),
)
def test_any_table_gives_rows_or_a_refusal(read: Callable[..., Any], head: str, rows: list[list[str]]) -> None:
    table = "\n".join([head, *(",".join(row) for row in rows)])
    for form in (io.StringIO(table, newline=""), io.BytesIO(table.encode("utf-8", "replace"))):
        try:
            made = read(form)
        except SourceError as refused:
            worded(refused)
            continue
        for text in texts(msgspec.to_builtins(list(made))):
            assert clean(text, newlines=True) == text


@settings(max_examples=examples(60))
@given(st.text(alphabet=st.sampled_from("<>/!-abp&;#x0 9\n\x00\u202e" + '"='), max_size=60))
def test_any_markup_becomes_clean_text(markup: str) -> None:
    text = html_text(markup)
    assert clean(text, newlines=True) == text


@settings(max_examples=examples(60))
@given(st.text(max_size=80))
def test_any_text_is_read_for_sims(text: str) -> None:
    seen = UNKNOWING.read(text)
    assert all(int(span.first) <= int(span.last) for span in seen.spans)


@settings(max_examples=examples(80))
@given(
    st.sampled_from(sorted(ROW_TYPES)), st.text(alphabet=st.sampled_from('ab:-><,"*\\09.() \x00é\ud800'), max_size=40)
)
def test_any_filter_is_one_or_is_refused_in_words(view: str, text: str) -> None:
    try:
        parse(text, ROW_TYPES[view])
    except BadFilter as refused:
        worded(refused)
