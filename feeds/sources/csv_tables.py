"""A CSV file as named columns, in blocks of rows, each cell as it stands. What the columns mean is not known here.

The first line names the columns. Comma, semicolon or tab is found out from it, as spreadsheets write all three.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, TypeVar

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from feeds.sources.clean import clean
from feeds.sources.inventory import FieldError
from feeds.sources.problems import Problems, refuse

T = TypeVar("T")
S = TypeVar("S", bound=Struct)

ROWS_AT_ONCE: Final = 50_000
"""Rows that are held as texts at a time."""

_BREAK: Final = re.compile("\r\n|\r|\n")
_NUMBER: Final = re.compile(r"[0-9][0-9 \-]{16,}")


@dataclass(frozen=True, slots=True)
class Block:
    """Rows, column by column. ``lines``: the line in the file on which each row ends, from 1, int64."""

    lines: NDArray[np.int64]
    cells: Mapping[str, Sequence[str]]


class CsvTable:
    """The columns of a file by name, and its rows in blocks. Rows of the wrong width go to the problems."""

    def __init__(
        self,
        lines: Iterable[str],
        needed: Sequence[str],
        problems: Problems,
        synonyms: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Read the first line. ``synonyms``: other names of columns, by the name. Raises InvalidTable."""
        self._problems = problems
        source = iter(lines)
        head = next(source, "").removeprefix("\ufeff")
        divider = max(",;\t", key=head.count)
        self._reader = csv.reader(chain((head,), source), delimiter=divider)
        self.columns = _named(_head(self._reader), needed, synonyms or {})

    def blocks(self) -> Iterator[Block]:
        """Yield the rows; lines without any text are left out."""
        reader, width = self._reader, len(self.columns)
        while True:
            before = reader.line_num
            rows: list[list[str]] = []
            broken = ""
            try:
                rows.extend(islice(reader, ROWS_AT_ONCE))
            except csv.Error as error:
                broken = str(error)
            if rows:
                lines = _lines(rows, before, reader.line_num, bool(broken))
                if set(map(len, rows)) != {width} or any(not row[0] and not any(row) for row in rows):
                    rows, lines = self._fitting(rows, lines)
                if rows:
                    yield Block(lines, dict(zip(self.columns, zip(*rows, strict=True), strict=True)))
            if broken:
                self._problems.add(reader.line_num, "", f"{broken}; look for a quotation mark that is not closed")
                return
            if not rows and before == reader.line_num:
                return

    def _fitting(self, rows: list[list[str]], lines: NDArray[np.int64]) -> tuple[list[list[str]], NDArray[np.int64]]:
        width = len(self.columns)
        kept = []
        for at, row in enumerate(rows):
            if len(row) == width and any(row):
                kept.append(at)
            elif any(row):
                why = f"{len(row)} cells, but the first line names {width} columns"
                self._problems.add(int(lines[at]), "", why)
        return [rows[at] for at in kept], lines[kept]


def rows(lines: Iterable[str], needed: tuple[str, ...], problems: Problems) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row by column name, cleaned); lines that cannot be read go to ``problems``."""
    table = CsvTable(lines, needed, problems)
    for block in table.blocks():
        for line, *row in zip(block.lines.tolist(), *block.cells.values(), strict=True):
            if any(cells := [clean(cell.strip()) for cell in row]):
                yield line, dict(zip(table.columns, cells, strict=True))


def made(fields: dict[str, object], kind: type[S], line: int, problems: Problems) -> S | None:
    """Return the row as a ``kind``, or None where a problem tells why not."""
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `")
        missing = re.search("required field `([^`]*)`", said)
        column = re.search(r"\$\.(\w+)", path)
        field = missing[1] if missing else column[1] if column else "attributes"
        problems.add(line, field, "is empty" if missing else said[:1].lower() + said[1:])
        return None


def each(items: Iterable[tuple[int, S]], make: Callable[[S], T], problems: Problems) -> list[T]:
    """Return what ``make`` makes of the items of lines; where it raises FieldError, that is a problem."""
    found: list[T] = []
    for line, item in items:
        try:
            found.append(make(item))
        except FieldError as error:
            problems.add(line, error.field, str(error))
    return found


def _head(reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(reader, [])
    except csv.Error as error:
        raise refuse("", str(error)) from None


def _named(head: list[str], needed: Sequence[str], synonyms: Mapping[str, Sequence[str]]) -> list[str]:
    columns = [clean(name.strip()).lower().replace(" ", "_").replace("-", "_") for name in head]
    for name, others in synonyms.items():
        found = [] if name in columns else [other for other in others if other in columns]
        if len(found) > 1:
            raise refuse(name, f"the first line names it twice, as {' and '.join(found)}: call one of them {name!r}")
        columns = [name if column in found else column for column in columns]
    for name in needed:
        if name not in columns:
            listed = ", ".join(columns)[:200] or "none"
            if any(map(_NUMBER.fullmatch, columns)):
                raise refuse(name, f"the first line names no columns, it holds numbers: put {','.join(needed)} … above")
            raise refuse(name, f"the first line names no column {name!r}; it names {listed}")
    for name in columns:
        if columns.count(name) > 1 or not name:
            raise refuse(name, "the first line names this column twice" if name else "a column has no name")
    return columns


def _lines(rows: list[list[str]], before: int, after: int, broken: bool) -> NDArray[np.int64]:
    """Return on which line each row ends. A cell in quotation marks may hold line breaks."""
    if after - before == len(rows) and not broken:
        return np.arange(before + 1, after + 1)
    steps = [1 + sum(len(_BREAK.findall(cell)) for cell in row if not cell.isprintable()) for row in rows]
    return before + np.cumsum(np.array(steps, dtype=np.int64))
