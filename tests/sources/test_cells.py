"""Cells found a block at a time are those that Python's csv finds, and numbers are those that Python reads."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.simspace import luhn_holds
from feeds.sources.cell_numbers import WORDS, codes_of, plain_digits
from feeds.sources.cells import Cells, read_rows

BLANKS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "

Row = tuple[int, list[str]]
Misfit = tuple[int, int]


def by_csv(text: str, divider: str, width: int) -> tuple[list[Row], list[Misfit]]:
    rows: list[Row] = []
    misfits: list[Misfit] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider)
    for row in reader:
        cells = [cell.strip(BLANKS) for cell in row]
        if len(row) != width and "".join(row).strip():
            misfits.append((reader.line_num, len(row)))
        elif len(row) == width and any(cells):
            rows.append((reader.line_num, cells))
    return rows, misfits


def by_blocks(text: str, divider: str, width: int, size: int) -> tuple[list[Row], list[Misfit]]:
    raw = text.encode()
    rows: list[Row] = []
    misfits: list[Misfit] = []

    def wrong(line: int, why: str) -> None:
        misfits.append((line, int(why.split()[0])))

    blocks = iter([raw[at : at + size] for at in range(0, len(raw), size)])
    for found in read_rows(blocks, b"", 0, divider, width, wrong):
        cells = zip(*found.columns, strict=True)
        rows.extend((line, list(row)) for line, row in zip(found.lines.tolist(), cells, strict=True))
    return rows, misfits


@given(st.text(alphabet='ab,;"\n\r 1å\t€', max_size=40), st.sampled_from(",;"), st.integers(1, 3), st.integers(1, 50))
@example('"a,b",c\r\n"x""y",z\n', ",", 2, 3)
@example('"a\nb",c\nd,e', ",", 2, 4)
@example('5" pipe,c\nd,"e\n', ",", 2, 50)
@example("a,b\rc,d\r", ",", 2, 50)
@example("a,b\rc,d\ne,f\n", ",", 2, 50)
def test_blocks_of_any_size_give_the_rows_that_csv_gives(text: str, divider: str, width: int, size: int) -> None:
    (rows, misfits), (found, odd) = by_csv(text, divider, width), by_blocks(text, divider, width, size)
    assert [row for _, row in found] == [row for _, row in rows]
    assert [count for _, count in odd] == [count for _, count in misfits]
    if "\r" not in text.replace("\r\n", ""):  # alone within quotation marks it ends a line for csv alone
        assert (found, odd) == (rows, misfits)


@given(
    st.lists(
        st.one_of(
            st.text(alphabet="0123456789", max_size=22),
            st.text(alphabet="0129aF -/:\xb2é", max_size=22),
            st.integers(0, 10**19 - 1).map(lambda number: f"{number:019}"),
            st.from_regex(r"[0-9]{19}[0-9a/:]", fullmatch=True),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_digits_eight_by_eight_are_the_numbers(texts: list[str]) -> None:
    values, sizes, luhn, odd = plain_digits(Cells.of(texts))
    for at, text in enumerate(texts):
        plain = text.isascii() and text.isdigit() and len(text) <= 20
        assert sizes[at] == len(text.encode())
        assert bool(odd[at]) == (bool(text) and not plain), text
        if plain:
            assert values[at] == int(text[:19]) % (1 << 63)
            assert bool(luhn[at]) == (len(text) == 19 and luhn_holds(text))


@given(
    st.lists(st.one_of(st.text(max_size=8 * WORDS + 9), st.sampled_from(["a", "abcdefgh", "abcdefgh\0"])), min_size=1)
)
def test_each_distinct_text_has_its_number(texts: list[str]) -> None:
    asked: list[str] = []

    def place(text: str) -> int:
        asked.append(text)
        return len(asked) - 1

    codes = codes_of(Cells.of(texts), place, {})
    assert [asked[code] for code in codes.tolist()] == texts
    assert len(asked) == len(set(texts))


@pytest.mark.parametrize("quoted", ['"never closed', '"a"b'])
def test_a_quotation_mark_that_nobody_closes_is_a_problem_and_no_hang(quoted: str) -> None:
    said: list[tuple[int, str]] = []
    text = f"{quoted},x\n" + "a,b\n" * 40_000
    found = list(read_rows(iter([text.encode()]), b"", 0, ",", 2, lambda line, why: said.append((line, why))))
    rows = sum(len(one.lines) for one in found)
    assert rows == 40_001 or "not closed" in said[-1][1]
