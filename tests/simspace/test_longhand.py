from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.simspace import (
    Cover,
    IntervalSet,
    LengthProfile,
    NotAnIdentifierError,
    RangeTextError,
    SimKind,
    SimSpan,
    full_spans_text,
    full_text,
    merge_spans,
    parse_full,
    parse_spans,
    read_sims,
)
from feeds.simspace.cover import cover

TOP = 2**63 - 1


@st.composite
def bodies(draw: st.DrawFn, shortest: int = 1, longest: int = 19) -> tuple[int, int]:
    """Draw a run of numbers of one length, often with round ends, as blocks of numbers are."""
    size = draw(st.integers(shortest, longest))
    low, high = (0 if size == 1 else 10 ** (size - 1)), min(10**size - 1, TOP)
    first, last = sorted((draw(st.integers(low, high)), draw(st.integers(low, high))))
    step = 10 ** draw(st.integers(0, size))
    if draw(st.booleans()):
        last = min(high, first + draw(st.integers(0, 5_000)))
    first, last = first // step * step, last // step * step + step - 1
    return max(first, low), min(last, high)


sets = st.lists(bodies(), max_size=6).map(IntervalSet.of)


@example(IntervalSet.of([(0, TOP)]), 18)
@example(IntervalSet.of([(10**17, 10**18 - 1), (8946200, 8946200)]), 18)
@given(sets, st.sampled_from([18, 19, 10]))
def test_a_text_of_a_set_says_the_set(sims: IntervalSet, usual: int) -> None:
    assert parse_full(full_text(sims, usual), usual) == sims


@given(sets, sets)
def test_a_text_of_a_cover_says_what_the_cover_says(ranges: IntervalSet, holes: IntervalSet) -> None:
    free = Cover(ranges, holes & ranges)
    assert parse_full(full_text(free)) == free.said
    target = ranges - holes
    assert parse_full(full_text(cover(target))) == target


@given(st.lists(st.tuples(st.sampled_from(("iccid", "imsi", "msisdn")), bodies(5)), max_size=6))
def test_a_text_of_spans_of_all_kinds_says_the_spans(drawn: list[tuple[SimKind, tuple[int, int]]]) -> None:
    spans = merge_spans(SimSpan(kind, str(first), str(last)) for kind, (first, last) in drawn)
    assert parse_spans(full_spans_text(spans)) == spans


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ([], ""),
        ([(894620002000000000, 894620002039999999)], "8946 2000 2000–2039"),
        (
            [(894620002000000000, 894620002039999999), (894620117000000000, 894620117999999999)],
            "8946 2000 2000–2039, 8946 2011 7*",
        ),
        ([(8946201170000000000, 8946201179999999999)], "8946 2011 7* (19 digits)"),
        ([(8946201170000000010, 8946201170000000019)], "8946 2011 7000 0000 010–019"),
        ([(894620002000100012, 894620002000100012)], "8946 2000 2000 1000 12"),
        ([(0, 9)], "0–9 (1 digits)"),
    ],
)
def test_all_pieces_are_written_in_the_short_style(pairs: list[tuple[int, int]], text: str) -> None:
    assert full_text(IntervalSet.of(pairs)) == text
    assert parse_full(text).pairs() == pairs


def test_exceptions_stand_behind_their_range_with_not() -> None:
    whole = IntervalSet.of([(894620002000000000, 894620002039999999), (894620117000000000, 894620117999999999)])
    hole = IntervalSet.of([(894620002017000000, 894620002017999999)])
    text = full_text(Cover(whole, hole))
    assert text == "8946 2000 2000–2039, not 8946 2000 2017*, 8946 2011 7*"
    assert parse_full(text) == whole - hole


def test_other_kinds_are_named_and_say_their_length_where_it_is_not_the_usual() -> None:
    spans = (
        SimSpan("imsi", "240010000000000", "240010000000099"),
        SimSpan("imsi", "24001000000000", "24001000000099"),
        SimSpan("msisdn", "4671900000000", "4671900000999"),
    )
    text = full_spans_text(spans)
    assert text == "IMSI 2400 1000 0000* (14 digits), IMSI 2400 1000 0000 0*, MSISDN 4671 9000 00* (13 digits)"
    assert parse_spans(text) == merge_spans(spans)


def test_what_a_person_types_for_it_is_read_too() -> None:
    wanted = IntervalSet.of([(894620002000000000, 894620002039999999), (894620117000000000, 894620117999999999)])
    assert parse_full(" 894620002000 - 2039;\n\nICCID 894620117*,\n") == wanted


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("8946 2000 2000–2039, x", 21, "not a range"),
        ("8946 2000 2000–2039,, 8946 2011 7*", 20, "nothing"),
        ("8946 2011 7*, IMSI 2400 1000 0000 0*", 14, "ICCIDs"),
        ("8946 2039–2000", 0, "before the beginning"),
        ("8946–20391", 0, "more digits"),
        ("8946 2000 (18 digits)", 0, r"no \*"),
        ("8946 2011 7* (5 digits)", 0, "do not begin"),
        ("8946 2011 7* (99 digits)", 0, "do not begin"),
        ("1" * 5000, 0, "do not begin"),
        ("9" * 19, 0, "no ICCID"),
        ("0123", 0, "no ICCID"),
        ("*", 0, "not a range"),
        ("8946 2000 2000–2039 without 2017", 0, "not a range"),
    ],
)
def test_a_text_that_is_not_exact_is_refused_with_its_place(text: str, place: int, why: str) -> None:
    with pytest.raises(RangeTextError, match=why) as refused:
        parse_full(text)
    assert refused.value.place == place
    assert isinstance(refused.value, NotAnIdentifierError)
    assert str(refused.value).startswith(f"character {place + 1}, ")
    assert len(str(refused.value)) < 200


@given(st.text(alphabet="0189 *–-,;\n()notdigitsIMSI", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = IntervalSet.empty
    with suppress(RangeTextError):
        found = parse_full(text)
    assert parse_full(full_text(found)) == found


@given(
    st.lists(st.tuples(st.integers(0, 10**9 - 1), st.integers(1, 20_000)), min_size=1, max_size=5),
    st.sampled_from([18, 19]),
)
def test_a_mail_may_quote_the_text_where_bodies_are_known(drawn: list[tuple[int, int]], size: int) -> None:
    low = 894620002 * 10 ** (size - 9)
    sims = IntervalSet.of((low + at, low + at + count - 1) for at, count in drawn)
    read = read_sims(f"Affected: {full_text(sims, size)}", LengthProfile({"8946200": size}))
    assert IntervalSet.of((int(span.first), int(span.last)) for span in read.spans) == sims
