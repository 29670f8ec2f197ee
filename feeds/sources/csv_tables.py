"""A CSV file as named columns, in blocks of rows, each cell as it stands. What the columns mean is not known here.

The first line names the columns. Comma, semicolon, tab or bar is found out from it, as spreadsheets write all three.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from feeds.sources.cells import Cells, read_rows
from feeds.sources.clean import clean
from feeds.sources.inventory import FieldError
from feeds.sources.problems import Problems, refuse

T = TypeVar("T")
S = TypeVar("S", bound=Struct)

ROWS_AT_ONCE: Final = 10_000
"""Lines that are put together at a time."""

_BREAK_BYTES: Final = re.compile(b"[\r\n]")
_LINE: Final = re.compile(b"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_NUMBER: Final = re.compile(r"[0-9][0-9 \-]{16,}")


@dataclass(frozen=True, slots=True)
class Block:
    """Rows, column by column. ``lines``: the line in the file on which each row ends, from 1, int64."""

    lines: NDArray[np.int64]
    cells: Mapping[str, Cells]


class CsvTable:
    """The columns of a file by name, and its rows in blocks. Rows of the wrong width go to the problems."""

    def __init__(
        self,
        text: Iterable[str] | Iterable[bytes],
        needed: Sequence[str],
        problems: Problems,
        synonyms: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Read the first line of ``text``: lines, or UTF-8 in blocks as they come.

        ``synonyms``: other names of columns, by the name. Raises InvalidTable.
        """
        self._problems = problems
        self._blocks = _in_utf8(text)
        start = next(self._blocks, b"").removeprefix(codecs.BOM_UTF8)
        while (not _BREAK_BYTES.search(start) or start.endswith(b"\r")) and (more := next(self._blocks, b"")):
            start += more
        # The first line may be several where a name in quotation marks is: as many as the reader takes.
        lines = (start[found.start() : found.end()] for found in _LINE.finditer(start))
        taken: list[bytes] = []

        def tee() -> Iterator[str]:
            for line in lines:
                taken.append(line)
                yield line.decode(errors="replace")

        first = _LINE.match(start)
        text_of_first = first.group().decode(errors="replace") if first else ""
        self._divider = max(",;\t|", key=text_of_first.count)
        self.columns = _named(_head(csv.reader(tee(), delimiter=self._divider)), needed, synonyms or {})
        self._line = len(taken)
        self._start = start[sum(map(len, taken)) :]

    def blocks(self) -> Iterator[Block]:
        """Yield the rows; lines without any text are left out."""

        def wrong(line: int, why: str) -> None:
            self._problems.add(line, "", why)

        for found in read_rows(self._blocks, self._start, self._line, self._divider, len(self.columns), wrong):
            yield Block(found.lines, dict(zip(self.columns, found.columns, strict=True)))


def _in_utf8(text: Iterable[str] | Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines as UTF-8, many at a time; blocks as they are."""
    lines: list[str] = []
    for one in text:
        if isinstance(one, bytes):
            yield one
            continue
        lines.append(one)
        if len(lines) == ROWS_AT_ONCE:
            yield "".join(lines).encode(errors="backslashreplace")
            lines.clear()
    if lines:
        yield "".join(lines).encode(errors="backslashreplace")


def rows(
    text: Iterable[str] | Iterable[bytes], needed: tuple[str, ...], problems: Problems
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row by column name, cleaned); lines that cannot be read go to ``problems``."""
    table = CsvTable(text, needed, problems)
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
