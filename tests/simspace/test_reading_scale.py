"""Large and hostile texts are read to their end, and the work is bounded."""

import pytest

from feeds.simspace import SimSpan, read_sims
from feeds.simspace.table_columns import find_table
from feeds.simspace.verdict import without

A = 894620002000000000


def test_a_hundred_thousand_numbers_in_one_line_are_all_read() -> None:
    text = ", ".join(str(A + 2 * n) for n in range(100_000))
    reading = read_sims(text)
    assert reading.count == 100_000
    assert reading.warnings == ()


def test_a_mail_of_megabytes_with_little_in_it_is_read() -> None:
    text = "Nothing here, 12 devices, 4:30 am; see below.\n" * 50_000 + f"{A} to {A + 9}\n"
    assert read_sims(text).count == 10


def test_the_limit_holds_in_a_list() -> None:
    reading = read_sims(", ".join(str(A + 2 * n) for n in range(50)), limit=30)
    assert reading.count == 30
    assert "more than 30 numbers" in reading.warnings[-1].why


def test_the_limit_holds_in_a_table_too() -> None:
    text = "ICCID;Site\n" + "".join(f"{A + 2 * n};x\n" for n in range(50))
    reading = read_sims(text, limit=30)
    assert reading.count == 30
    assert "more than 30 numbers" in reading.warnings[-1].why


@pytest.mark.parametrize(
    "unit",
    ["ICCID;IMSI\n", "> 8946 2000\n", "8946=\n", "ending in 0012 ", "batch B-12 ", "IMSI\n12345 ", "8,946,", "8-9",
     "89/13/14", "prefix 89462000 1000-1099 ", "…1000-1099 ", "89462000…", "8946\u200b2000\u200b", "working: ",
     "except 8946 ", "98 64 02 ", "894620002000001000-1099 except 1050 ", "8946…1000-1099, 894620002000001000 ",
     "ending in 0012 of 894620002000001xxx ", "894620002000001xxx, not 050, 051 ", "ten SIMs from two hundred "],
)  # fmt: skip
def test_repeats_of_any_beginning_end(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    reading = read_sims(text, limit=2_000)
    assert all(text[item.start : item.end] == item.text for item in reading.items)


def test_columns_are_looked_for_in_lines_of_bounded_length() -> None:
    head = "ICCID;" * 10_000
    assert find_table(f"{head}\n{A};x\n", len(head) + 1) is None


def test_spans_without_others() -> None:
    def one(first: int, last: int) -> SimSpan:
        return SimSpan("iccid", str(first), str(last))

    whole = (one(1000, 1999), one(3000, 3999))
    assert without(whole, ()) == whole
    assert without(whole, (one(1000, 1999),)) == (one(3000, 3999),)
    assert without(whole, (one(1500, 3100),)) == (one(1000, 1499), one(3101, 3999))
    assert without(whole, (one(1000, 1000), one(1002, 1002), one(3999, 3999))) == (
        one(1001, 1001),
        one(1003, 1999),
        one(3000, 3998),
    )
    assert without(whole, (SimSpan("imsi", "1000", "1999"), SimSpan("iccid", "10000", "19990"))) == whole
