from datetime import UTC, datetime

import orjson
import pytest

from feeds.facts import AlarmReported, CaseReported, CustomersStated, RangesStated
from feeds.model import CaseKind, Severity, SimRange
from feeds.simspace import LengthProfile, luhn_digit
from feeds.simspace.reader import Reader
from feeds.sources import Invalid, InvalidTable, Malformed, native, ranges_csv

ALARM = {"source": "nms", "managed_object": "pgw-sto-1", "severity": "major"}
CASE = {"number": "C-1"}
RANGE = {"first": "894620002000000000", "last": "894620002000000999", "customer": "vattenkraft"}
CUSTOMER = {"id": "vattenkraft", "name": "Vattenkraft AB"}


def only_alarm(value: object) -> AlarmReported:
    (fact,) = native.alarms(orjson.dumps(value))
    assert isinstance(fact, AlarmReported)
    return fact


def only_case(value: object) -> CaseReported:
    (fact,) = native.cases(orjson.dumps(value))
    assert isinstance(fact, CaseReported)
    return fact


def stated(value: object, profile: LengthProfile | None = None) -> list[SimRange]:
    facts = native.ranges(orjson.dumps(value), profile or LengthProfile())
    return [item for fact in facts if isinstance(fact, RangesStated) for item in fact.ranges]


def test_one_or_many_are_taken() -> None:
    assert len(native.alarms(orjson.dumps(ALARM))) == 1
    assert len(native.alarms(orjson.dumps([ALARM, ALARM]))) == 2
    assert native.alarms(b"[]") == []


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([ALARM, ALARM, ALARM, ALARM | {"severity": 5}], "$[3].severity"),
        ([ALARM | {"severity": "bad"}], "$[0].severity"),
        (ALARM | {"managed_object": ""}, "$.managed_object"),
        ([{"source": "nms"}], "$[0]"),
        (ALARM | {"source": "a/b"}, "$.source"),
        (ALARM | {"text": "x" * 70_000}, "$.text"),
        ([ALARM | {"attributes": {"a": 1}}], "$[0].attributes[...]"),
        ([ALARM | {"time": "yesterday"}], "$[0].time"),
        ([ALARM, ALARM | {"time": "1999-12-31T23:00:00Z"}], "$[1].time"),
        ([ALARM | {"raised": "2101-01-01T00:00:00Z"}], "$[0].raised"),
        ([ALARM | {"time": "2026-11-23T02:30:00"}], "$[0].time"),
        (17, "$"),
        ([ALARM, "x"], "$[1]"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(value: object, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        native.alarms(orjson.dumps(value))
    assert caught.value.path == path
    assert caught.value.status == 422
    assert caught.value.message.startswith(f"{path}: ")


def test_unknown_fields_are_passed_over() -> None:
    assert only_alarm(ALARM | {"vendor_field": [1, {"x": None}]}) == only_alarm(ALARM)


def test_times_are_in_utc() -> None:
    event = only_alarm(ALARM | {"time": "2026-11-23T03:30:00+01:00", "raised": "2026-11-23T02:00:00Z"}).event
    assert event.time == datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    assert event.time.tzinfo is UTC
    assert event.raised == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_hostile_text_is_visible_text() -> None:
    event = only_alarm(ALARM | {"managed_object": "\x1b]0;x\x07[/eNB-12]", "text": "a\nb\u202e"}).event
    assert event.managed_object == "\\x1b]0;x\\x07[/eNB-12]"
    assert event.text == "a\nb\\u202e"
    assert event.severity is Severity.MAJOR


def test_the_sims_of_a_case_come_from_fields_title_and_text() -> None:
    fact = only_case(
        CASE
        | {
            "sims": ["894620002000000000-894620002000000009", "894620002000000005"],
            "title": "894620002000000100 offline",
            "text": "Hi,\nalso 894620002000000010 and 8.94E+18",
            "kind": "incident",
        }
    )
    assert [(span.first[-4:], span.last[-4:]) for span in fact.sims] == [("0000", "0010"), ("0100", "0100")]
    assert len(fact.warnings) == 1
    assert fact.warnings[0].startswith("8.94E+18: ")
    assert fact.event.kind is CaseKind.INCIDENT
    assert fact.event.text == "Hi,\nalso 894620002000000010 and 8.94E+18"


def test_a_field_that_is_not_understood_is_told() -> None:
    assert only_case(CASE | {"sims": ["box 17"]}).warnings == ("sims: 'box 17' was not understood",)


def test_doubts_are_told_once_and_bounded() -> None:
    text = "\n".join(f"8.9{n:03}E+18 and 8.9{n:03}E+18" for n in range(100))
    warnings = only_case(CASE | {"text": text}).warnings
    assert len(warnings) == 20
    assert warnings[-1] == "and 81 more doubts"


def test_the_profile_of_the_inventory_is_used_for_cases() -> None:
    body = orjson.dumps(CASE | {"text": "8946200020000000000"})
    (fact,) = native.cases(body, Reader(LengthProfile({"8946200": 19})))
    assert isinstance(fact, CaseReported)
    assert fact.sims[0].first == "8946200020000000000"


def test_ranges_are_kept_as_bodies() -> None:
    first, last = "894620002000000000", "894620002000000999"
    body19 = "8946200020000000000"
    assert stated(RANGE)[0].count == 1_000
    with_checks = RANGE | {"first": first + luhn_digit(first), "last": f"{last[:4]} {last[4:]}{luhn_digit(last)}"}
    assert (stated(with_checks)[0].first, stated(with_checks)[0].last) == (first, last)
    twenty = RANGE | {"first": body19 + luhn_digit(body19), "last": body19 + luhn_digit(body19)}
    assert stated(twenty)[0].first == body19
    assert stated(RANGE | {"first": "894620002000", "last": "894620002999"})[0].count == 1_000


def test_nineteen_digits_that_fail_luhn_are_bodies() -> None:
    made = stated([RANGE | {"first": "8946200020000000000", "last": "8946200020000000999"}])
    assert made[0].count == 1_000


def test_the_ranges_of_an_issuer_are_read_alike_whatever_luhn_says_of_one() -> None:
    blocks = [(f"89462000200000{n:03}00", f"89462000200000{n:03}99") for n in range(100)]
    made = stated([RANGE | {"first": first, "last": last} for first, last in blocks])
    assert [item.count for item in made] == [100] * 100


def test_parallel_runs_are_plain_digits() -> None:
    made = stated(RANGE | {"imsi_first": "240 01 1234567000", "msisdn_first": "+46 719 000 000 001"})
    assert (made[0].imsi_first, made[0].msisdn_first) == ("240011234567000", "46719000000001")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"last": "894620001999999999"}, "$[1].last"),
        ({"last": "89462000200000099"}, "$[1].last"),
        ({"last": ""}, "$[1].last"),
        ({"first": "8.94E+17"}, "$[1].first"),
        ({"first": "124620002000000000"}, "$[1].first"),
        ({"first": 894620002000000000}, "$[1].first"),
        ({"imsi_first": "17"}, "$[1].imsi_first"),
        ({"customer": ""}, "$[1].customer"),
    ],
)
def test_a_wrong_range_is_named_and_nothing_is_taken(change: dict[str, object], path: str) -> None:
    with pytest.raises(Invalid) as caught:
        native.ranges(orjson.dumps([RANGE, RANGE | change]))
    assert caught.value.path == path


def test_a_count_stands_for_the_last_one() -> None:
    made = stated({"first": "894620002000000000", "count": 500, "customer": "x"})
    assert made[0].last == "894620002000000499"


def test_large_inventories_go_into_facts_of_a_thousand() -> None:
    facts = native.ranges(orjson.dumps([RANGE] * 2_500))
    assert [len(fact.ranges) for fact in facts if isinstance(fact, RangesStated)] == [1_000, 1_000, 500]
    people = native.customers(orjson.dumps([CUSTOMER | {"id": str(n)} for n in range(1_001)]))
    assert [len(fact.customers) for fact in people if isinstance(fact, CustomersStated)] == [1_000, 1]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"time_zone": "Mars/Olympus"}, "$.time_zone"),
        ({"contacts": [{"channel": "e-mail", "address": "a@b.example\r\nBcc: x@y"}]}, "$.contacts[0].address"),
        ({"contacts": [{"channel": "e-mail", "address": "nobody"}]}, "$.contacts[0].address"),
        ({"contacts": [{"channel": "webhook", "address": "file:///etc/passwd"}]}, "$.contacts[0].address"),
        ({"contacts": [{"channel": "pigeon", "address": "x"}]}, "$.contacts[0].channel"),
    ],
)
def test_a_wrong_customer_is_named(change: dict[str, object], path: str) -> None:
    with pytest.raises(Invalid) as caught:
        native.customers(orjson.dumps(CUSTOMER | change))
    assert caught.value.path == path


@pytest.mark.parametrize(
    "language", ["../../x", "sv_SE", "s", "sv-", "-sv", "swedish language", "a" * 36, "ſv", "sv-é"]
)
def test_a_customers_language_looks_like_a_language_tag(language: str) -> None:
    with pytest.raises(Invalid) as caught:
        native.customers(orjson.dumps([CUSTOMER, CUSTOMER | {"language": language}]))
    assert caught.value.path == "$[1].language"
    assert "BCP 47" in caught.value.message


@pytest.mark.parametrize("language", ["", "sv", "pt-BR", "zh-Hant-TW", "de-CH-1901", "x-own", "i-klingon"])
def test_language_tags_are_taken(language: str) -> None:
    native.customers(orjson.dumps(CUSTOMER | {"language": language}))


@pytest.mark.parametrize(
    ("field", "begin", "fits"),
    [
        *(("imsi_first", "999999999999000", True), ("imsi_first", "999999999999001", False)),
        *(("msisdn_first", "9999000", True), ("msisdn_first", "9999001", False)),
    ],
)
def test_parallel_numbers_keep_their_length_to_the_last_one(field: str, begin: str, fits: bool) -> None:
    head, row = f"first,last,customer,{field}\n", f"{RANGE['first']},{RANGE['last']},v,{begin}\n"
    if fits:
        native.ranges(orjson.dumps(RANGE | {field: begin}))
        ranges_csv([head, row])
        return
    with pytest.raises(Invalid) as caught:
        native.ranges(orjson.dumps(RANGE | {field: begin}))
    assert caught.value.path == f"$.{field}"
    assert f"1,000 numbers do not fit behind {begin}" in caught.value.message
    with pytest.raises(InvalidTable) as table:
        ranges_csv([head, row])
    assert [(one.line, one.field) for one in table.value.problems] == [(2, field)]


def test_the_hubs_own_source_is_nobodys() -> None:
    for source in ("vaken", "VAKEN"):
        with pytest.raises(Invalid) as caught:
            native.alarms(orjson.dumps([ALARM, ALARM | {"source": source}]))
        assert caught.value.path == "$[1].source"
        with pytest.raises(Invalid) as caught:
            native.cases(orjson.dumps([CASE, CASE | {"source": source}]))
        assert caught.value.path == "$[1].source"


def test_a_frame_is_taken_apart() -> None:
    parts = native.frame(orjson.dumps({"id": 7, "alarms": [ALARM], "cases": CASE}))
    assert parts.id == 7
    assert len(native.alarms(bytes(parts.alarms))) == 1
    assert len(native.cases(bytes(parts.cases))) == 1
    assert not bytes(parts.ranges)


def test_a_frame_that_is_none_is_refused() -> None:
    with pytest.raises(Malformed):
        native.frame(b'{"id": 1, "alarms": [')
    with pytest.raises(Malformed):
        native.frame(b"\xff")
    with pytest.raises(Invalid) as caught:
        native.frame(b'{"id": []}')
    assert caught.value.path == "$.id"
