"""``vaken locate``: which attribute value, pair or triple explains who is affected? From a CSV file, without a hub."""

import codecs
import csv
import gc
import json
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import click
import msgspec

from tui.cli.failure import Failed
from tui.cli.input_file import bytes_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from feeds.locating import Cause, Condition, Explanation

MOST_BYTES: Final = 512 * 1024 * 1024
MOST_ROWS: Final = 5_000_000
MOST_SHOWN: Final = 1_000
_AT_ONCE: Final = 20_000
"""Rows held as text at a time; more are numbers already."""
_MOST_SIMS: Final = 1e15
"""Beyond it floats cannot tell neighbours apart."""
_PAIRS: Final = (("affected", "total"), ("real", "predict"))


class _Rows(Protocol):
    """What the csv module's reader is."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]:
        """Iterate over rows."""

    def __next__(self) -> list[str]:
        """Return the next row."""


class _Values(dict[str, int]):
    """Numbers the values of a column as they come."""

    def __missing__(self, value: str) -> int:
        number = self[value] = len(self)
        return number


class _Table(msgspec.Struct, frozen=True):
    """A file: attributes by name with their values and numbers, the two columns of numbers and their names."""

    attributes: "dict[str, tuple[list[str], NDArray[np.int64]]]"
    fields: tuple[str, str]
    first: "NDArray[np.float64]"
    second: "NDArray[np.float64]"


@click.command()
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--top", default=10, show_default=True, type=click.IntRange(1, MOST_SHOWN), help="How many candidates to show."
)
def locate(file: Path, as_json: bool, top: int) -> None:
    """Say which attribute values explain who is affected, from a CSV FILE or stdin.

    Its first line names the columns: affected and total (or real and predict); every other column is an attribute. Up
    to three causes, each of one to three conditions; "unexplained" where nothing stands out.
    """
    from feeds.locating import NotLocatable, Numbered, locate, locate_change

    name = "stdin" if str(file) == "-" else str(file)
    reader = _Reader(name, _text(file, name))
    # Rows are many small objects without cycles: looking for cycles among them would take a third of the time.
    gc.disable()
    try:
        table = reader.read()
        attributes = {column: Numbered(*coded) for column, coded in table.attributes.items()}
        explain = locate if table.fields == _PAIRS[0] else locate_change
        explanation = explain(attributes, table.first, table.second, top=top)
    except NotLocatable as error:
        line = 1 if error.row is None else reader.line(error.row)
        raise Failed(f"{name}: line {line}{f', {error.field}' if error.field else ''}: {error.why}") from error
    finally:
        gc.enable()
    if as_json:
        click.echo(json.dumps(_plain_json(explanation)))
    else:
        _say(explanation, counted=table.fields == _PAIRS[0])


def _text(file: Path, name: str) -> str:
    raw = bytes_of(file, MOST_BYTES, name)
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Failed(f"{name}: line {line}: is not UTF-8; save it as CSV UTF-8") from error


class _Reader:
    """Reads the rows of one file; every error names the line."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        head = next((line for line in StringIO(text) if line.strip()), "")
        self._divider = max(",;\t|", key=head.count)

    def _csv(self) -> "_Rows":
        if '"' in self._text or "\r" in self._text:
            # Lines may end in \r alone: newline="" leaves them to the csv module, which knows all three ends.
            return csv.reader(StringIO(self._text, newline=""), delimiter=self._divider)
        return csv.reader(self._text.split("\n"), delimiter=self._divider)

    def line(self, row: int) -> int:
        """Return the line in which row ``row`` that is not blank begins; the head is row −1."""
        reader, before = self._csv(), 0
        for cells in reader:
            row -= not _blank(cells)
            if row < -1:
                return before + 1
            before = reader.line_num
        return max(before, 1)  # of an empty file

    def _wrong(self, line: int, field: str, why: str) -> Failed:
        from widgets.plain import plain

        place = f"line {line}, {plain(field)[:80]}" if field else f"line {line}"
        return Failed(f"{self._name}: {place}: {plain(why)[:300]}")

    def read(self) -> _Table:
        """Return the table. Raises Failed."""
        reader = self._csv()
        try:
            return self._read(reader)
        except csv.Error as error:
            raise self._wrong(reader.line_num, "", str(error)) from error

    def _read(self, reader: "_Rows") -> _Table:
        import numpy as np

        head: list[str] = next((cells for cells in reader if not _blank(cells)), [])
        fields, names = self._head(head)
        places = [names.index(field) for field in fields]
        attributes = [place for place in range(len(names)) if place not in places]
        values = {place: _Values() for place in attributes}
        codes: dict[int, list[NDArray[np.int64]]] = {place: [] for place in attributes}
        pairs: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        rows = 0
        while chunk := list(islice(reader, _AT_ONCE)):
            columns = self._columns(chunk, len(names), places[0], rows)
            if not columns:
                continue
            for place in attributes:
                codes[place].append(
                    np.fromiter(map(values[place].__getitem__, columns[place]), np.int64, len(columns[place]))
                )
            pairs.append(self._numbers(fields, (columns[places[0]], columns[places[1]]), rows))
            rows += len(columns[0])
            if rows > MOST_ROWS:
                raise self._wrong(self.line(MOST_ROWS), "", f"more than {MOST_ROWS:,} rows cannot be compared")
        if not rows:
            raise self._wrong(self.line(-1), "", "no rows follow the names of the columns")
        first, second = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
        return _Table(
            {names[at]: ([one.strip() for one in values[at]], np.concatenate(codes[at])) for at in attributes},
            fields,
            first,
            second,
        )

    def _columns(self, chunk: list[list[str]], width: int, certain: int, before: int) -> list[tuple[str, ...]]:
        """Return rows as columns, without blank rows; column ``certain`` is never empty in others."""
        widths = set(map(len, chunk))
        if widths != {width} or not all(row[certain] for row in chunk):
            chunk = [row for row in chunk if not _blank(row)]
            for at, row in enumerate(chunk):
                if len(row) != width:
                    cells = f"{len(row)} cells, but the first line names {width} columns"
                    raise self._wrong(self.line(before + at), "", cells)
        return list(zip(*chunk, strict=True))

    def _head(self, head: Sequence[str]) -> tuple[tuple[str, str], list[str]]:
        """Return the two columns of numbers, and the names of all columns."""
        line = self.line(-1)
        known = {field for pair in _PAIRS for field in pair}
        names = [name.strip() for name in head]
        names = [name.lower() if name.lower() in known else name for name in names]
        for place, name in enumerate(names):
            if not name:
                raise self._wrong(line, f"column {place + 1}", "has no name")
            if names.count(name) > 1:
                raise self._wrong(line, name, "the first line names this column twice")
        found = [pair for pair in _PAIRS if set(pair) <= set(names)]
        if len(found) > 1:
            raise self._wrong(line, "real", "the file has both affected, total and real, predict; leave one pair out")
        if not found:
            there = next((pair for pair in _PAIRS if set(pair) & set(names)), _PAIRS[0])
            missing = next(field for field in there if field not in names)
            why = "there is no such column; needed are affected and total, or real and predict"
            raise self._wrong(line, missing, why)
        if len(names) == 2:
            raise self._wrong(line, "", "there is no attribute column beside the numbers")
        return found[0], names

    def _numbers(
        self, fields: tuple[str, str], columns: tuple[Sequence[str], Sequence[str]], before: int
    ) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
        """Return two columns of a chunk as numbers. Raises Failed at the first that is none, or cannot be."""
        import numpy as np

        found: list[NDArray[np.float64]] = []
        for field, column in zip(fields, columns, strict=True):
            try:
                numbers = np.fromiter(map(float, column), np.float64, len(column))
            except ValueError:
                numbers = np.fromiter(map(_number, column), np.float64, len(column))
            wrong = ~((numbers >= 0) & (numbers < _MOST_SIMS))
            if wrong.any():
                at = int(wrong.argmax())
                why = _why_not(column[at].strip(), float(numbers[at]))
                raise self._wrong(self.line(before + at), field, why)
            found.append(numbers)
        if fields == _PAIRS[0] and (over := found[0] > found[1]).any():
            at = int(over.argmax())
            why = f"{columns[0][at].strip()} is more than the total of {columns[1][at].strip()}"
            raise self._wrong(self.line(before + at), fields[0], why)
        return found[0], found[1]


def _blank(cells: Sequence[str]) -> bool:
    return not any(map(str.strip, cells))


def _why_not(text: str, number: float) -> str:
    if not text:
        return "is empty"
    if number < 0:
        return f"{text[:40]} is negative"
    return f"{text[:40]!r} is too large" if number >= _MOST_SIMS else f"{text[:40]!r} is not a number"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _plain_json(explanation: "Explanation") -> dict[str, object]:
    """Return what ``--json`` prints: a contract that scripts depend on."""
    return {
        "verdict": explanation.verdict,
        "causes": [_cause_json(cause) for cause in explanation.causes],
        "candidates": [_cause_json(cause) for cause in explanation.candidates],
    }


def _cause_json(cause: "Cause") -> dict[str, object]:
    return {
        "where": {condition.attribute: condition.value for condition in cause.where},
        "coverage": cause.coverage,
        "lift": cause.lift,
        "affected": _whole(cause.affected),
        "total": _whole(cause.total),
    }


def _whole(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _say(explanation: "Explanation", *, counted: bool) -> None:
    """Print it for people: the causes with their counter-evidence, then what else was ranked."""
    sums = f"{explanation.affected:,.15g} affected of {explanation.total:,.15g}"
    if not counted:
        sums = f"{explanation.affected:,.6g} off of {explanation.total:,.6g} predicted"
    if not explanation.causes:
        click.echo(f"unexplained: nothing stands out ({sums})")
    else:
        causes = " and ".join(_where(cause.where) for cause in explanation.causes)
        click.echo(f"explained: {causes} ({sums}, {explanation.outside:,.6g} elsewhere)")
        for cause in explanation.causes:
            share = cause.total / explanation.total if explanation.total else 0.0
            against = f"{cause.outside:,.6g} affected outside, {cause.healthy:,.6g} healthy inside"
            if not counted:
                against = f"{cause.outside:,.6g} off outside"
            click.echo(
                f"  {_where(cause.where)}: {cause.coverage:.1%} of what is affected, {share:.1%} of all; {against}"
            )
            for other in cause.same:
                click.echo(f"    the same rows as {_where(other)}")
    if explanation.candidates:
        click.echo(f"{'coverage':>9} {'lift':>9} {'affected':>14} {'total':>14}  where")
    for cause in explanation.candidates:
        numbers = f"{cause.coverage:9.1%} {cause.lift:9.1f} {cause.affected:14,.6g} {cause.total:14,.6g}"
        click.echo(f"{numbers}  {_where(cause.where)}")


def _where(conditions: "Sequence[Condition]") -> str:
    from widgets.plain import plain

    return " + ".join(f"{plain(one.attribute)} {plain(one.value) or '(empty)'}" for one in conditions)
