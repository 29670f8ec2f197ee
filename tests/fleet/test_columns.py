"""Equal inventories are equal tables, and nothing gets in that is none."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.fleet.codes import Codes, coded, nothing, stacked, tidy
from feeds.fleet.columns import Columns, NotATable, SameRanges, digest, merged
from feeds.model import Coded, RangeTable, SimRange
from tests.extent import examples
from tests.fleet.fleets import canonical, ranges, sim_range

fleets = st.lists(ranges, max_size=12, unique_by=lambda item: (item.first, item.last, item.since))
texts = st.lists(st.sampled_from(["", "a", "b", "ab", "é", "z"]), max_size=30)


@given(fleets, st.randoms())
@settings(max_examples=examples(150))
def test_the_same_ranges_in_any_order_are_the_same_table(fleet: list[SimRange], random: object) -> None:
    columns = Columns.from_ranges(fleet)
    shuffled = list(fleet)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Columns.from_ranges(shuffled).table() == columns.table()
    assert digest(Columns.from_ranges(shuffled).table()) == digest(columns.table())


@given(fleets)
@settings(max_examples=examples(150))
def test_a_table_gives_back_what_the_ranges_said(fleet: list[SimRange]) -> None:
    table = Columns.from_ranges(fleet).table()
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(table), type=RangeTable)
    columns = Columns.of(kept)
    order = sorted(fleet, key=lambda item: (item.first, item.last, item.since or datetime.fromtimestamp(0, UTC)))
    assert [columns.row(row) for row in range(len(columns))] == [canonical(item) for item in order]
    assert columns.table() == table == msgspec.json.decode(msgspec.json.encode(table), type=RangeTable)


@given(fleets, st.data())
@settings(max_examples=examples(100))
def test_parts_put_together_are_the_whole(fleet: list[SimRange], data: st.DataObject) -> None:
    parts: list[list[SimRange]] = [[], [], []]
    for item in fleet:
        parts[data.draw(st.integers(0, 2))].append(item)
    assert merged(map(Columns.from_ranges, parts)) == Columns.from_ranges(fleet)
    columns = Columns.from_ranges(fleet)
    chosen = np.array([data.draw(st.booleans()) for _ in fleet], dtype=np.bool_)
    left = merged((columns.taken(chosen), columns.taken(~chosen)))
    assert left == columns
    assert Columns.of(columns.taken(chosen).table()) == columns.taken(chosen)


@given(texts)
def test_a_coded_column_says_what_the_texts_said(said: list[str]) -> None:
    column = coded(said)
    assert column.texts(np.arange(len(said))) == said
    assert list(column.values) == sorted(set(said) - {""})
    assert dict(zip(column.values, column.counts().tolist(), strict=True)) == {
        value: said.count(value) for value in column.values
    }
    assert all(column.place(value) == column.values.index(value) for value in column.values)
    assert column.place("nobody") == -1


@given(st.lists(texts, min_size=1, max_size=4))
def test_stacked_columns_are_the_column_of_all(parts: list[list[str]]) -> None:
    whole, found = coded([text for part in parts for text in part]), stacked(map(coded, parts))
    assert found.values == whole.values
    assert found.codes.tolist() == whole.codes.tolist()


def test_few_values_find_their_place_among_many() -> None:
    many = coded([f"v{number:03}" for number in range(100)])
    assert coded(["v099", "", "v0", "v000"]).into(many).tolist() == [99, -1, -2, 0]


def test_values_that_no_row_has_are_left_out() -> None:
    found = tidy(("a", "b", "c"), np.array([2, -1, 0, 2], dtype=np.int32))
    assert (found.values, found.codes.tolist()) == (("a", "c"), [1, -1, 0, 1])
    assert tidy(("a",), np.array([-1], dtype=np.int32)).values == ()


GOOD = [
    sim_range(0, 10, "c1", {"apn": "a"}, imsi=0, msisdn=0),
    sim_range(20, 5, "c2", {"apn": "b"}, use="metering", since=3),
]


def numbers(*values: int) -> bytes:
    return np.array(values, dtype="<i8").tobytes()


def codes(*values: int) -> bytes:
    return np.array(values, dtype="<i4").tobytes()


FIRST, LAST = int(GOOD[0].first), int(GOOD[0].last)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"firsts": b"1234567"}, "not 8 a row"),
        ({"lasts": numbers(LAST)}, "lasts: 8 bytes for 2 rows"),
        ({"lasts": numbers(FIRST - 1, LAST + 20)}, "row 1: last: the last body is before"),
        ({"firsts": numbers(FIRST, 1234), "lasts": numbers(LAST, 1234)}, "row 2: first: an ICCID body has 5 to 19"),
        ({"firsts": numbers(FIRST, -5), "lasts": numbers(LAST, -5)}, "row 2: first: the first body is below zero"),
        ({"lasts": numbers(LAST, 8_946_200_020_000_000_000)}, "row 2: last: the two ends have not the same length"),
        ({"lasts": numbers(LAST, 990_000_000_000_000_000)}, "row 2: first: an ICCID begins with 89"),
        ({"firsts": numbers(FIRST + 20, FIRST), "lasts": numbers(LAST + 20, LAST)}, "not sorted"),
        ({"firsts": numbers(FIRST, FIRST), "lasts": numbers(LAST, LAST), "since": b""}, "row 2: .* in row 1 already"),
        ({"imsis": numbers(1, 10**15)}, "row 2: imsi_first: a number of at most 15"),
        ({"imsis": numbers(-1, 5)}, "row 1: imsi_first: a number of at most 15"),
        ({"msisdns": numbers(0, 0)}, "msisdns: no row has one"),
        ({"imsis": numbers(5)}, "imsis: 8 bytes for 2 rows"),
        ({"since": numbers(-1, 0)}, "row 1: since"),
        ({"since": numbers(0, 10**13)}, "row 2: since"),
        ({"customer": Coded("customer", ("c1",), codes(0, -1))}, "row 2: the customer is missing"),
        ({"customer": Coded("customer", ("c1", "c2"), codes(0, 2))}, "row 2: customer: the row's value"),
        ({"customer": Coded("customer", ("c1", "c2"), codes(0, -2))}, "row 2: customer: the row's value"),
        ({"customer": Coded("customer", ("c1", "c2"), codes(0))}, "customer: 4 bytes for 2 rows"),
        ({"customer": Coded("customer", ("c2", "c1"), codes(0, 1))}, "customer: values have 1 to 256"),
        ({"customer": Coded("customer", ("c1", "c1"), codes(0, 1))}, "customer: values have 1 to 256"),
        ({"customer": Coded("customer", ("", "c1"), codes(0, 1))}, "customer: values have 1 to 256"),
        ({"customer": Coded("customer", ("c1", "c" * 257), codes(0, 1))}, "customer: values have 1 to 256"),
        ({"customer": Coded("customer", ("c1", "c2", "c3"), codes(0, 1))}, "no row has the value 'c3'"),
        ({"customer": Coded("owner", ("c1", "c2"), codes(0, 1))}, "the column of the customer is called 'owner'"),
        ({"use": Coded("use", ("m",), codes(0, 1))}, "row 2: use"),
        ({"attributes": (Coded("apn", (), codes(-1, -1)),)}, "no row has a value of this attribute"),
        ({"attributes": (Coded("", ("a",), codes(0, 0)),)}, "attribute ''"),
        ({"attributes": (Coded("n" * 65, ("a",), codes(0, 0)),)}, "attribute 'nnn"),
        ({"attributes": (Coded("apn", ("v" * 513,), codes(0, 0)),)}, "apn: values have 1 to 512"),
        ({"attributes": (Coded("b", ("a",), codes(0, 0)), Coded("a", ("a",), codes(0, 0)))}, "attribute 'a'"),
        ({"attributes": (Coded("a", ("a",), codes(0, 0)), Coded("a", ("a",), codes(0, 0)))}, "attribute 'a'"),
        ({"attributes": tuple(Coded(f"a{n:02}", ("a",), codes(0, 0)) for n in range(65))}, "65 attributes"),
    ],
)
def test_a_table_that_is_none_is_refused_with_what_and_where(changes: dict[str, object], why: str) -> None:
    table = Columns.from_ranges(GOOD).table()
    with pytest.raises(NotATable, match=why):
        Columns.of(msgspec.structs.replace(table, **changes))


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (SimRange("8946200020", "894620002", "c"), "not the same number of digits"),
        (SimRange("9946200020", "9946200021", "c"), "no ICCID bodies"),
        (SimRange("8946200021", "8946200020", "c"), "before the first one"),
        (SimRange("894", "895", "c"), "no ICCID bodies"),
        (SimRange("8946200020", "8946200021", ""), "customer is missing"),
        (SimRange("8946200020", "8946200021", "c", imsi_first="24O"), "no number"),
        (SimRange("8946200020", "8946200021", "c", msisdn_first="0467"), "no number"),
        (SimRange("8946200020", "8946200021", "c", imsi_first="1" * 16), "no number"),
        (SimRange("89462000٢0", "89462000٢1", "c"), "no ICCID bodies"),
    ],
)
def test_a_range_that_is_none_is_named(item: SimRange, why: str) -> None:
    with pytest.raises(NotATable, match=f"row 2: .*{why}"):
        Columns.from_ranges([GOOD[0], item])


def test_ranges_stated_twice_are_all_told_by_their_rows() -> None:
    twice = [GOOD[1], GOOD[0], GOOD[1], replace_customer(GOOD[0]), GOOD[1]]
    with pytest.raises(SameRanges, match=r"row 3: .* stands in row 1 already; 2 more ranges") as caught:
        Columns.from_ranges(twice)
    assert caught.value.rows == [(2, 0), (3, 1), (4, 0)]


def replace_customer(item: SimRange) -> SimRange:
    return msgspec.structs.replace(item, customer="other")


def test_the_same_range_may_be_stated_for_several_times() -> None:
    later = msgspec.structs.replace(GOOD[0], customer="c9", since=datetime(2027, 1, 1, tzinfo=UTC))
    columns = Columns.of(Columns.from_ranges([later, GOOD[0]]).table())
    assert [columns.row(row).customer for row in (0, 1)] == ["c1", "c9"]


def test_a_customer_is_needed_in_every_row() -> None:
    column = Codes(("c",), np.array([0, -1], dtype=np.int32))
    ends = np.array([8946200020, 8946200030], dtype=np.int64)
    with pytest.raises(NotATable, match="row 2: the customer is missing"):
        Columns.canonical(ends, ends, column, nothing(2))
    with pytest.raises(NotATable, match="3 rows"):
        Columns.canonical(ends, ends, coded(["c", "c"]), nothing(3))


def test_every_text_of_a_table_can_be_looked_at() -> None:
    assert set(Columns.from_ranges(GOOD).texts()) == {
        *(("customer", "c1"), ("customer", "c2"), ("use", "metering")),
        *(("apn", "a"), ("apn", "b"), ("", "apn")),
    }


def test_columns_are_values() -> None:
    columns = Columns.from_ranges(GOOD)
    assert columns == Columns.from_ranges(GOOD) != Columns.from_ranges(GOOD[:1])
    assert columns != replace(columns, imsis=columns.imsis + 1)
    assert Columns.empty().table() == Columns.from_ranges([]).table() == Columns.of(Columns.empty().table()).table()


def test_the_digest_tells_apart_what_is_not_the_same() -> None:
    one = Columns.from_ranges(GOOD).table()
    others = [
        Columns.from_ranges(GOOD[:1]).table(),
        Columns.from_ranges([replace_customer(GOOD[0]), GOOD[1]]).table(),
        msgspec.structs.replace(one, imsis=one.msisdns, msisdns=one.imsis),
        msgspec.structs.replace(one, since=b""),
        msgspec.structs.replace(one, attributes=()),
    ]
    assert len({digest(table) for table in (one, *others)}) == 1 + len(others)
