"""CSV bytes as cells: where each one stands in a block of the file, found for a whole block at once.

A block in which quotation marks do more than stand around whole cells is read by Python's csv instead, with all that
follows it; the cells that come out are the same. What the cells mean is not known here.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Words = NDArray[np.uint64]

FRONT: Final = 24
"""Bytes before the text of a page, so that a look at the 24 bytes before the end of any cell stays inside."""
BACK: Final = 72
"""Bytes behind it, so that a look at the 64 bytes from the start of any cell stays inside."""
LONGEST_RECORD: Final = 1 << 24
"""Bytes of one row, at most: beyond that a quotation mark is open that nobody closes."""
ROWS_AT_ONCE: Final = 20_000
"""Rows that Python's csv reads at a time."""

_BLANK: Final = np.zeros(256, dtype=np.bool_)
_BLANK[[9, 10, 11, 12, 13, 28, 29, 30, 31, 32]] = True
"""What ``str.strip`` takes off, as far as it is ASCII; the rest is taken off where texts are made."""
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


class Page:
    """Some text as UTF-8, with room before and behind it."""

    __slots__ = ("octets", "raw", "words")

    def __init__(self, text: bytes) -> None:
        self.raw = b" " * (FRONT - 1) + b"\n" + text + b"\0" * BACK
        self.octets: NDArray[np.uint8] = np.frombuffer(self.raw, dtype=np.uint8)
        self.words: Words = np.ndarray((len(self.raw) - 7,), dtype="<u8", buffer=self.raw, strides=(1,))
        """The eight bytes from each place on, the first one lowest."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells(Sequence[str]):
    """One column of a page: cell ``i`` is ``page.raw[starts[i]:ends[i]]``, without blanks around it."""

    page: Page
    starts: Numbers
    ends: Numbers

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Cells":
        """Return the column of ``texts``, as they are."""
        raw = [text.encode() for text in texts]
        ends = np.cumsum(np.fromiter(map(len, raw), dtype=np.int64, count=len(raw))) + FRONT
        return cls(Page(b"".join(raw)), np.concatenate((np.array([FRONT]), ends[:-1]))[: len(raw)], ends)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, row: int | slice) -> Any:
        if isinstance(row, slice):
            return Cells(self.page, self.starts[row], self.ends[row])
        return self.raw(row).decode()

    def raw(self, row: int) -> bytes:
        """Return a cell as UTF-8."""
        return self.page.raw[self.starts[row] : self.ends[row]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a file by column. ``lines``: the line in the file on which each row ends, from 1, int64."""

    lines: Numbers
    columns: tuple[Cells, ...]


def read_rows(
    blocks: Iterator[bytes], start: bytes, line: int, divider: str, width: int, wrong: Callable[[int, str], None]
) -> Iterator[Rows]:
    """Yield the rows of ``start`` and of the blocks that follow; ``line`` is the number of lines before them.

    Rows of another width go to ``wrong`` with their line, blank ones are left out.
    """
    data, final = start, False
    while data or not final:
        found = _Split(data, divider, width, line, final)
        if found.odd or len(data) > LONGEST_RECORD:
            yield from _by_csv(_lines(data, blocks), line, divider, width, wrong)
            return
        found.tell(wrong)
        if found.rows is not None:
            yield found.rows
        line += found.line_count
        data = data[found.used :]
        if final:
            return
        block = next(blocks, b"")
        final = not block
        data += block


class _Split:
    """What stands where in ``data``, up to the last row that ends in it."""

    def __init__(self, data: bytes, divider: str, width: int, line: int, final: bool) -> None:
        self.odd = False
        self.rows: Rows | None = None
        self.used = 0
        self.line_count = 0
        self._misfits: list[tuple[int, int]] = []
        self._width = width
        if final and data and not data.endswith((b"\n", b"\r")):
            data += b"\n"
        page = Page(data)
        octets = page.octets
        text = octets[: FRONT + len(data)]
        hit = text == ord(divider)
        hit |= text == _NEWLINE
        hit[:FRONT] = False
        marks: Numbers = np.flatnonzero(hit)
        quotes: Numbers = np.flatnonzero(text == _QUOTE) if b'"' in data else np.empty(0, dtype=np.int64)
        if len(quotes):
            marks = marks[np.searchsorted(quotes, marks) & 1 == 0]
        ends_row = np.flatnonzero(octets[marks] == _NEWLINE)
        if not len(ends_row):
            # A row that is longer than a block, or one with old line ends: only the latter is done by other means.
            self.odd = (final and bool(data)) or (b"\r" in data and b"\n" not in data)
            return
        marks = marks[: ends_row[-1] + 1]
        last = int(marks[-1])
        self.used = last + 1 - FRONT
        quotes = quotes[quotes < last]
        if self._is_odd(octets, ord(divider), last, quotes, b"\r" in data):
            self.odd = True
            return
        starts = np.concatenate((np.array([FRONT]), marks[:-1] + 1))
        if len(quotes):
            breaks = FRONT + np.flatnonzero(octets[FRONT : last + 1] == _NEWLINE)
            lines = line + 1 + np.searchsorted(breaks, marks[ends_row])
            self.line_count = len(breaks)
        else:
            lines = np.arange(line + 1, line + 1 + len(ends_row))
            self.line_count = len(ends_row)
        sizes = np.diff(ends_row, prepend=-1)
        if bool((sizes == width).all()):
            starts, ends = starts.reshape(-1, width), marks.reshape(-1, width)
        else:
            fits = sizes == width
            for row in np.flatnonzero(~fits).tolist():
                cell = int(ends_row[row]) - int(sizes[row]) + 1
                whole = page.raw[int(starts[cell]) : int(marks[ends_row[row]])]
                if whole.replace(divider.encode(), b"").replace(b'"', b"").strip():
                    self._misfits.append((int(lines[row]), int(sizes[row])))
            first = ends_row[fits] - width + 1
            places = first[:, None] + np.arange(width)
            starts, ends, lines = starts[places], marks[places], lines[fits]
        begins, ends = np.ascontiguousarray(starts.T), np.ascontiguousarray(ends.T)
        if len(quotes):
            ends -= (ends > begins) & (octets[ends - 1] == _RETURN)
            quoted = octets[begins] == _QUOTE
            begins += quoted
            ends -= quoted
        self.rows = _trimmed(page, begins, ends, lines)

    @staticmethod
    def _is_odd(octets: NDArray[np.uint8], divider: int, last: int, quotes: Numbers, returns: bool) -> bool:
        if returns:
            alone = np.flatnonzero(octets[: last + 1] == _RETURN)
            alone = alone[octets[alone + 1] != _NEWLINE]
            if bool((np.searchsorted(quotes, alone) & 1 == 0).any()):
                return True
        if not len(quotes):
            return False
        before, behind = octets[quotes[::2] - 1], octets[quotes[1::2] + 1]
        return not bool(
            ((before == divider) | (before == _NEWLINE)).all()
            and ((behind == divider) | (behind == _NEWLINE) | (behind == _RETURN)).all()
        )

    def tell(self, wrong: Callable[[int, str], None]) -> None:
        """Say which rows have too many cells or too few."""
        for line, count in self._misfits:
            wrong(line, _misfit(count, self._width))


def _trimmed(page: Page, begins: Numbers, ends: Numbers, lines: Numbers) -> Rows | None:
    octets = page.octets
    while bool((blank := _BLANK[octets[begins]] & (begins < ends)).any()):
        begins += blank
    while bool((blank := _BLANK[octets[ends - 1]] & (begins < ends)).any()):
        ends -= blank
    empty = (begins >= ends).all(axis=0)
    if bool(empty.any()):
        begins, ends, lines = begins[:, ~empty], ends[:, ~empty], lines[~empty]
    if not len(lines):
        return None
    return Rows(lines, tuple(Cells(page, one, other) for one, other in zip(begins, ends, strict=True)))


def _misfit(count: int, width: int) -> str:
    return f"{count} cells, but the first line names {width} columns"


def _by_csv(
    text: Iterator[str], line: int, divider: str, width: int, wrong: Callable[[int, str], None]
) -> Iterator[Rows]:
    reader = csv.reader(text, delimiter=divider)
    kept: list[list[str]] = []
    lines: list[int] = []
    broken = False
    while not broken:
        row: list[str] | None = None
        try:
            row = next(reader, None)
        except csv.Error as error:
            wrong(line + reader.line_num, f"{error}; look for a quotation mark that is not closed")
            broken = True
        if row is not None:
            if len(row) == width:
                kept.append(row)
                lines.append(line + reader.line_num)
            elif "".join(row).strip():
                wrong(line + reader.line_num, _misfit(len(row), width))
        if kept and (row is None or len(kept) == ROWS_AT_ONCE):
            found = _placed(kept, np.array(lines, dtype=np.int64))
            if found is not None:
                yield found
            kept, lines = [], []
        if row is None:
            return


def _placed(rows: list[list[str]], lines: Numbers) -> Rows | None:
    """Return rows of texts as cells on a page of their own."""
    raw = [cell.encode() for row in rows for cell in row]
    ends = np.cumsum(np.fromiter(map(len, raw), dtype=np.int64, count=len(raw))) + FRONT
    starts = np.concatenate((np.array([FRONT]), ends[:-1]))
    width = len(rows[0])
    begins, ends = (np.ascontiguousarray(one.reshape(-1, width).T) for one in (starts, ends))
    return _trimmed(Page(b"".join(raw)), begins, ends, lines)


class _Rest(io.RawIOBase):
    """What is left of the blocks, as a file."""

    def __init__(self, first: bytes, blocks: Iterator[bytes]) -> None:
        self._left = first
        self._blocks = blocks

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left = next(self._blocks, b"")
        room = memoryview(buffer)
        count = min(len(room), len(self._left))
        room[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _lines(first: bytes, blocks: Iterator[bytes]) -> Iterator[str]:
    rest = io.BufferedReader(_Rest(first, blocks), 1 << 16)
    return iter(io.TextIOWrapper(rest, encoding="utf-8", newline=""))
