"""Inventories of many rows: read column by column, with the same outcome as ranges one by one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import LengthProfile, luhn_digit
from feeds.sources import InvalidTable, ranges_csv
from feeds.sources.csv_tables import ROWS_AT_ONCE
from feeds.sources.inventory import FieldError, RangeInput, bare_numbers, sim_range

NINETEEN = "8946200012345678900"


def refused(lines: list[str]) -> InvalidTable:
    with pytest.raises(InvalidTable) as caught:
        ranges_csv(lines)
    return caught.value


@st.composite
def written(draw: st.DrawFn) -> str:
    """An ICCID as people store it: 18 to 20 digits, with separators, fillers, right and wrong check digits."""
    issuer = draw(st.sampled_from(["8946200", "8949010", "8931440", "7946200"]))
    body = issuer + draw(st.text("0123456789", min_size=8, max_size=13))
    digits = body + draw(st.sampled_from(["", luhn_digit(body), "0", "F"]))
    return digits if draw(st.booleans()) else f" {digits[:4]} {digits[4:]}"


rows = st.tuples(
    written(), st.one_of(st.just(""), written()), st.sampled_from(["", "1", "25", "0", "x", "99999999999999"]),
    st.sampled_from(["", "240071234567890", "140071234567890", "24007"]),
    st.sampled_from(["", "+46 719 000 0001", "467190000001", "004671900", "0719"]),
)  # fmt: skip
profiles = st.sampled_from([LengthProfile(), LengthProfile({"8946200": 19, "89490": 18, "8931440000": 17})])


@given(st.lists(rows, min_size=1, max_size=6), profiles)
def test_each_row_is_read_as_it_would_be_by_itself(given_rows: list[tuple[str, ...]], profile: LengthProfile) -> None:
    inputs, wrong, wanted = [], set(), []
    for line, (first, last, count, imsi, msisdn) in enumerate(given_rows, 2):
        if count and not (count.isdigit() and 1 <= int(count) <= 10**12) and (not last or count != "0"):
            wrong.add(line)
        inputs.append(RangeInput(first.strip(), "c", last.strip(), None, imsi, msisdn))
    bare = bare_numbers(inputs)
    for line, (item, row) in enumerate(zip(inputs, given_rows, strict=True), 2):
        if line in wrong:
            continue
        number = int(row[2]) if row[2] else None
        try:
            wanted.append(
                (line, sim_range(RangeInput(item.first, "c", item.last, number, row[3], row[4]), profile, bare))
            )
        except FieldError:
            wrong.add(line)
    ends = [(one.first, one.last) for _, one in wanted]
    lines = ["first,last,count,customer,imsi_first,msisdn_first\n"]
    lines += [f"{first},{last},{count},c,{imsi},{msisdn}\n" for first, last, count, imsi, msisdn in given_rows]
    if not wrong and len(set(ends)) == len(ends):
        assert ranges_csv(lines, profile) == sorted(
            (one for _, one in wanted), key=lambda one: (int(one.first), int(one.last))
        )
        return
    with pytest.raises(InvalidTable) as caught:
        ranges_csv(lines, profile)
    found = {one.line for one in caught.value.problems}
    assert wrong <= found or found == {1} or "changed places" in caught.value.message


def test_nineteen_digits_are_bodies_where_the_issuer_keeps_no_check_digit_anywhere_in_the_file() -> None:
    kept = [f"{NINETEEN[:14]}{n:04}" for n in range(40)]
    with_check = [f"{one}{luhn_digit(one)}" for one in kept]
    head = "first,count,customer\n"
    assert [one.first for one in ranges_csv([head, *(f"{one},1,c\n" for one in with_check)])] == kept
    # One that does not fit, blocks away from the others: then all of this issuer are bodies.
    many = [*with_check, *(f"8931440{n:012},1,c\n".split(",")[0] for n in range(ROWS_AT_ONCE)), "8946200012345678999"]
    found = {one.first for one in ranges_csv([head, *(f"{one},1,c\n" for one in many)])}
    assert set(with_check) <= found


def test_lines_are_counted_right_across_blocks_empty_lines_and_quoted_line_breaks() -> None:
    rng = random.Random(1)
    lines = ["first,count,customer\n"]
    for n in range(ROWS_AT_ONCE + 50):
        lines.append(f"89462000{n:08}00,1,c\n")
        if rng.random() < 0.01:
            lines.append("\r\n")
    broken = refused([*lines, "x,1,c\n"]).problems[0]
    assert (broken.line, broken.field) == (len(lines) + 1, "first")
    quoted = [*lines, '894620009000000000,1,"two\n', 'lines"\n', "x,1,c\n"]
    assert refused(quoted).problems[0].line == len(lines) + 3
    quoted[1] = quoted[1].replace(",c", ',"c"')
    assert refused(quoted).problems[0].line == len(lines) + 3


def test_a_range_stated_twice_names_both_lines() -> None:
    row = "894620002000000000,10,c\n"
    error = refused(["first,count,customer\n", row, "894620003000000000,10,c\n", row])
    assert (error.total, error.problems[0].line) == (1, 4)
    assert "stands in line 2 already" in error.message


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("customer,last,first", "{first},{last},acme"),
        ("last,first,customer", "{first},{last},acme"),
        ("imsi_first,last,customer,first", "{first},{last},acme,240070000000001"),
    ],
)
def test_columns_that_changed_places_are_one_error_that_says_so(head: str, row: str) -> None:
    lines = [
        head + "\n",
        *(row.format(first=f"894620002{n:09}", last=f"894620002{n + 5:09}") + "\n" for n in range(0, 900, 10)),
    ]
    error = refused(lines)
    assert error.total == 1
    assert "have changed places" in error.message


def test_a_column_may_have_another_name_where_its_own_is_not_there() -> None:
    (one,) = ranges_csv(["ICCID from;ICCID to;Kundnr\n", "894620002000000000;894620002000000009;c1\n"])
    assert (one.customer, one.count) == ("c1", 10)
    (one,) = ranges_csv(["first,count,customer,account\n", "894620002000000000,10,c1,gold\n"])
    assert one.attributes == {"account": "gold"}
    assert "twice" in refused(["first,count,client,account\n", "1,1,a,b\n"]).message


def test_a_time_without_offset_is_utc_and_what_is_none_is_an_error() -> None:
    head = "first,count,customer,since\n"
    times = ["2026-03-01T02:30:00+01:00", "2026-03-01 01:30", "", "soon"]
    lines = [head, *(f"89462000200000{n:04},1,c,{time}\n" for n, time in enumerate(times))]
    first, second, third = ranges_csv(lines[:-1])
    assert first.since is not None
    assert (first.since, third.since) == (second.since, None)
    assert first.since.isoformat() == "2026-03-01T01:30:00+00:00"
    assert (refused(lines).problems[0].line, refused(lines).problems[0].field) == (5, "since")


def test_problems_beyond_the_first_twenty_are_counted_in_all_ways_of_finding_them() -> None:
    rows = [*["1,2,x\n"] * 30, *["89462000200000,,x\n"] * 30, *["89x,1,x\n"] * 30, *["894620002000000000,1,\n"] * 30]
    error = refused(["first,count,customer\n", *rows])
    assert (len(error.problems), error.total) == (20, 120)
    assert [one.line for one in error.problems] == list(range(2, 22))
