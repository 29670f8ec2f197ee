"""Snippets in the manner of real mails, in English, Swedish and German, with what is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import LengthProfile, Reading, SimSpan, luhn_digit, read_sims

A = "894620002000100012"
B = "894620002000100099"
LONG_A = "8946200020001000120"
LONG_B = "8946200020001000990"


def checked(body: str) -> str:
    return body + luhn_digit(body)


def sim(first: str, last: str = "") -> tuple[str, str]:
    return first, last or first


def found(reading: Reading) -> list[tuple[str, str]]:
    return [(span.first, span.last) for span in reading.spans]


CORPUS = [
    # Single numbers
    (f"SIM {A} has no data since 02:30.", [sim(A)]),
    (f"ICCID: {checked(A)}, same as yesterday.", [sim(A)]),
    (f"ICCID{checked(A)}", [sim(A)]),
    (f"Kortet {checked(LONG_A)} är nere.", [sim(LONG_A)]),
    ("Karte 8946 2000 2000 1000 12 ist offline", [sim(A)]),
    ("see 8946-2000-2000-1000-12.", [sim(A)]),
    (f"modem says {checked(A)}F and F{checked(B)}", [sim(A), sim(B)]),
    (f"{checked(LONG_A)}FF", [sim(LONG_A)]),
    (f"({A}), [{B}]; '{LONG_A[:18]}'", [sim(A), sim(B)]),
    (f"{A}\n{B}\n", [sim(A), sim(B)]),
    (f"{A} {B}", [sim(A), sim(B)]),
    (f"{A},{B};ok", [sim(A), sim(B)]),
    (f"894620002000100012-{luhn_digit(A)}", [sim(A)]),
    # Ranges
    (f"{A}-{B} do not answer", [sim(A, B)]),
    (f"{checked(A)} - {checked(B)}", [sim(A, B)]),
    (f"{checked(LONG_A)} – {checked(LONG_B)}", [sim(LONG_A, LONG_B)]),
    (f"{A}…{B}", [sim(A, B)]),
    (f"{A}...{B}", [sim(A, B)]),
    (f"{A} -> {B}", [sim(A, B)]),
    (f"all cards from {A} to {B}", [sim(A, B)]),
    (f"from {A}\nto {B}", [sim(A, B)]),
    (f"alla kort från {A} till {B}, tack", [sim(A, B)]),
    (f"fr.o.m. {A} t.o.m. {B}", [sim(A, B)]),
    (f"Karten von {A} bis {B} sind betroffen", [sim(A, B)]),
    (f"between ICCID {A} and ICCID {B}", [sim(A, B)]),
    (f"mellan {A} och {B}", [sim(A, B)]),
    (f"zwischen {A} und {B}", [sim(A, B)]),
    (f"{A} and {B}", [sim(A), sim(B)]),
    ("8946 2000 2000 1000 12 - 8946 2000 2000 1000 99", [sim(A, B)]),
    ("894620002000101000-1099", [sim("894620002000101000", "894620002000101099")]),
    ("894620002000101000…1099 (100 st)", [sim("894620002000101000", "894620002000101099")]),
    ("8946 2000 2000 0000 00–0014 99", [sim("894620002000000000", "894620002000001499")]),
    (f"the range {B} to {A}", [sim(A, B)]),
    # Prefixes and counts
    ("all of 89462000*", [sim("894620000000000000", "894620009999999999")]),
    ("894620002000 1*", [sim("894620002000100000", "894620002000199999")]),
    ("89462000200010xxxx", [sim("894620002000100000", "894620002000109999")]),
    ("8946 2000 2000 10xx xxx", [sim("894620002000100000", "894620002000109999")]),
    (f"{A} + 500", [sim(A, "894620002000100511")]),
    (f"500 SIMs from {A}", [sim(A, "894620002000100511")]),
    (f"1,000 SIM cards starting from {A}", [sim(A, "894620002000101011")]),
    (f"500 SIM-kort från och med {A}", [sim(A, "894620002000100511")]),
    (f"500 SIM-Karten ab {A}", [sim(A, "894620002000100511")]),
    (f"the next 200 from {A}", [sim(A, "894620002000100211")]),
    (f"{A} and the next 200", [sim(A, "894620002000100212")]),
    (f"{A} und die nächsten 10", [sim(A, "894620002000100022")]),
    # IMSI and MSISDN
    ("IMSI 240011234567890", [sim("240011234567890")]),
    ("imsi: 240 01 1234567890", [sim("240011234567890")]),
    ("240011234567890 does not attach", [sim("240011234567890")]),
    ("IMSI 240011234567000-240011234567099", [sim("240011234567000", "240011234567099")]),
    ("SIM +46719000000001 is down", [sim("46719000000001")]),
    ("MSISDN 46719000000001", [sim("46719000000001")]),
    ("MSISDN: 0046 719 000 000 001", [sim("46719000000001")]),
    (f"{A}\t240011234567890\t+46719000000001", [sim(A), sim("240011234567890"), sim("46719000000001")]),
    # Counted once
    (f"{A} and again {checked(A)}\n> On Monday you wrote: {A}", [sim(A)]),
    (f"{A}-{B}, for example {A[:-2]}50", [sim(A, B)]),
    # Not SIMs
    ("Please call me back: +46 70 123 45 67", []),
    ("Ring mig på +46 70 123 45 67", []),
    ("Telefon: +49 30 1234567", []),
    ("Mit freundlichen Grüßen\nJens Muster\nMusterwerk GmbH\n+49 30 123 456 78", []),
    ("Best regards\nAnna\nM: +46 70 123 45 67\nBox 89, 211 45 Malmö", []),
    ("ticket #1234, order 4500012345, case 894620", []),
    ("on 2026-11-23 02:30, again 23.11.2026", []),
    ("IMEI 356938035643809", []),
    ("build 20261123023000 of 202611230230001", []),
    (f"commit {A}abcdef0 and part X{A}", []),
    ("89 kr, 89 SIMs, 89-46", []),
    ("VISA 4111 1111 1111 1111", []),
    ("", []),
    # One number and something that is not the end of a range
    (f"{A} - 2026-11-23 02:30", [sim(A)]),
    (f"{A} - 500 SIMs affected", [sim(A)]),
    (f"- {A}\n- {B}\n", [sim(A), sim(B)]),
    (f"{A}, call +46 70 123 45 67", [sim(A)]),
    (f"{A} offline till 14:30", [sim(A)]),
]


@pytest.mark.parametrize(
    ("text", "wanted"), CORPUS, ids=[text[:50].replace("\n", " ") or "nothing" for text, _ in CORPUS]
)
def test_what_people_write_is_read(text: str, wanted: list[tuple[str, str]]) -> None:
    assert sorted(found(read_sims(text))) == sorted(wanted)


DOUBTS = [
    ("8.94E+18", "rounded"),
    ("8,94620002E+18", "rounded"),
    (checked(A)[:-1] + str((int(checked(A)[-1]) + 1) % 10), "check digit should be"),
    ("89*", "prefix needs"),
    ("89462000200010", "14 digits"),
    ("8946200020001000120123", "22 digits"),
    (f"{B}-05", "before its beginning"),
    (f"{B}-{A}", "other way round"),
    (f"{A} - {LONG_B}{luhn_digit(LONG_B)}", "different length"),
    ("8946 2000 2000–2039", "begin so"),
    ("89462000*", "18 digits"),
    ("89462000…1000-1099", "not guessed"),
    (f"300 SIMs from {A} to {B}", "says 300, the range holds 88"),
    ("356938035643809", "IMEI"),
    ("MSISDN 0719000001", "country code"),
    ("IMSI 24001123", "8 digits"),
    ("894620002000xx", "14 digits and places"),
]


@pytest.mark.parametrize(("text", "why"), DOUBTS, ids=[text[:40] for text, _ in DOUBTS])
def test_doubts_are_told(text: str, why: str) -> None:
    assert any(why in warning.why for warning in read_sims(text).warnings)


@pytest.mark.parametrize("text", ["8.94E+18", "8946200020001000120123", "89462000…1000-1099", "MSISDN 0719000001"])
def test_what_cannot_be_told_is_not_guessed(text: str) -> None:
    assert read_sims(text).count == 0


def test_a_range_with_check_digits_runs_over_the_bodies() -> None:
    reading = read_sims(f"{checked(A)} to {checked(B)}")
    assert reading.count == int(B) - int(A) + 1
    assert reading.warnings == ()


def test_the_inventory_tells_how_long_numbers_are() -> None:
    profile = LengthProfile({"8946200": 19})
    assert found(read_sims(f"{LONG_A} and {checked(LONG_A)}", profile)) == [sim(LONG_A)]
    assert found(read_sims("89462000200*", profile)) == [sim("8946200020000000000", "8946200020099999999")]
    assert read_sims("89462000200*", profile).warnings[0].why == "that is 100,000,000 SIMs"


def test_each_item_says_where_it_stands() -> None:
    text = f"Hej, från {A} till {B} och 240011234567890."
    reading = read_sims(text)
    assert [item.text for item in reading.items] == [f"{A} till {B}", "240011234567890"]
    assert all(text[item.start : item.end] == item.text for item in reading.items)
    assert reading.items[1].span == SimSpan("imsi", "240011234567890", "240011234567890")


def test_what_is_behind_the_limit_is_left_with_a_warning() -> None:
    text = " ".join(str(int(A) + 2 * n) for n in range(50))
    reading = read_sims(text, limit=30)
    assert reading.count == 30
    assert "more than 30 numbers" in reading.warnings[-1].why
    assert read_sims(text, limit=50).warnings == ()


@pytest.mark.parametrize(
    "junk",
    ["8" * 200_000, "89" * 100_000, "89 " * 60_000, "1 " * 100_000, " +46" * 50_000, "8946200020000x" + "x " * 100_000,
     "IMSI " * 40_000, "regards\n" * 20_000 + "+46 70 123 45 67", f"{A} to " * 8_000,
     "500 SIM from " * 15_000, "8.9E+" * 40_000],
)  # fmt: skip
def test_hostile_text_is_read_to_its_end(junk: str) -> None:
    reading = read_sims(junk, limit=2_000)
    assert all(junk[item.start : item.end] == item.text for item in reading.items)
    assert len(reading.items) <= 2_000


@given(st.text(alphabet="0123456789 89+-–…*xXfF.,#\n\tIMSIMSISDNtoab", max_size=120))
def test_any_text_gives_well_formed_spans(text: str) -> None:
    reading = read_sims(text)
    for span in reading.spans:
        assert len(span.first) == len(span.last)
        assert span.first <= span.last
        assert span.first.isascii()
        assert span.first.isdigit()
        assert 4 <= len(span.first) <= 19
    assert reading.count == sum(span.count for span in reading.spans)
    assert [item.start for item in reading.items] == sorted(item.start for item in reading.items)


@given(
    st.integers(0, 10**11),
    st.integers(0, 5_000),
    st.booleans(),
    st.sampled_from([" - ", "–", " to ", " till ", " bis "]),
)
def test_any_range_is_read_as_it_was_written(at: int, more: int, check: bool, between: str) -> None:
    first, last = str(894620200000000000 + at), str(894620200000000000 + at + more)
    written = [checked(first), checked(last)] if check else [first, last]
    assert found(read_sims(f"x {written[0]}{between}{written[1]}.")) == [sim(first, last)]
