"""A CSV file as named columns, in blocks of rows, each cell as it stands. What the columns mean is not known here.

The first line names the columns. Comma, semicolon or tab is found out from it, as spreadsheets write all three.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, Protocol, TypeVar

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from feeds.sources.clean import clean
from feeds.sources.inventory import FieldError
from feeds.sources.problems import Problems, refuse

T = TypeVar("T")
S = TypeVar("S", bound=Struct)

ROWS_AT_ONCE: Final = 2_000
"""Rows that are held as texts at a time: few enough for the caches of a processor."""

_BREAK: Final = re.compile("\r\n|\r|\n")
_NUMBER: Final = re.compile(r"[0-9][0-9 \-]{16,}")


class _Reader(Protocol):
    """What csv.reader returns."""

    @property
    def line_num(self) -> int: ...
    def __next__(self) -> list[str]: ...
    def __iter__(self) -> Iterator[list[str]]: ...


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
        self._source = iter(lines)
        self._line = 0
        head = next(self._source, "").removeprefix("\ufeff")
        self._divider = max(",;\t", key=head.count)
        self._reader: _Reader | None = None
        """Reads all the rest once a quotation mark was seen: what is in quotation marks may go on in the next lines."""
        if '"' in head:
            self._reader = csv.reader(chain((head,), self._source), delimiter=self._divider)
        self.columns = _named(
            _head(self._reader or csv.reader((head,), delimiter=self._divider)), needed, synonyms or {}
        )
        self._line = 0 if self._reader is not None else 1

    def blocks(self) -> Iterator[Block]:
        """Yield the rows; lines without any text are left out."""
        while self._reader is None:
            texts = list(islice(self._source, ROWS_AT_ONCE))
            if not texts:
                return
            joined = "".join(texts)
            if '"' in joined:
                self._reader = csv.reader(chain(texts, self._source), delimiter=self._divider)
                break
            cells = self._split(joined, len(texts))
            if cells is not None:
                lines = np.arange(self._line + 1, self._line + 1 + len(texts))
                yield Block(lines, dict(zip(self.columns, cells, strict=True)))
            else:
                yield from self._read(csv.reader(texts, delimiter=self._divider))
            self._line += len(texts)
        if self._reader is not None:
            yield from self._read(self._reader)

    def _split(self, text: str, lines: int) -> list[list[str]] | None:
        """Return the columns of lines without quotation marks; None where not each is as wide as it should be."""
        width, divider = len(self.columns), self._divider
        text = text.replace("\r\n", "\n")
        if not text.endswith("\n"):
            text += "\n"
        if "\r" in text or text.count("\n") != lines:
            return None
        # Each end of line becomes a cell of its own: all of them are at their places in rows of the right width alone.
        cells = text.replace("\n", f"{divider}\n{divider}").split(divider)
        del cells[-1]
        if len(cells) != lines * (width + 1) or cells[width :: width + 1].count("\n") != lines:
            return None
        columns = [cells[at :: width + 1] for at in range(width)]
        if "" in columns[0] and any(not any(row) for row in zip(*columns, strict=True)):
            return None
        return columns

    def _read(self, reader: "_Reader") -> Iterator[Block]:
        width, start = len(self.columns), self._line
        while True:
            before = start + reader.line_num
            rows: list[list[str]] = []
            broken = ""
            try:
                rows.extend(islice(reader, ROWS_AT_ONCE))
            except csv.Error as error:
                broken = str(error)
            after = start + reader.line_num
            if rows:
                lines = _lines(rows, before, after, bool(broken))
                if set(map(len, rows)) != {width} or any(not row[0] and not any(row) for row in rows):
                    rows, lines = self._fitting(rows, lines)
                if rows:
                    yield Block(lines, dict(zip(self.columns, zip(*rows, strict=True), strict=True)))
            if broken:
                self._problems.add(after, "", f"{broken}; look for a quotation mark that is not closed")
                return
            if before == after:
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


def _head(reader: _Reader) -> list[str]:
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
