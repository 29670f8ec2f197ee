"""CSV files of ranges and customers → the model's types, all or nothing; errors name line and field.

The first line names the columns. Comma, semicolon or tab is found out from it, as spreadsheets write all three.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final, NoReturn, TypeVar

import msgspec
from msgspec import Struct

from feeds.model import Contact, ContactChannel, Customer, SimRange
from feeds.simspace import DEFAULT, LengthProfile
from feeds.sources.clean import clean
from feeds.sources.errors import Invalid
from feeds.sources.inventory import FieldError, RangeInput, bare_numbers, check_customer, sim_range

T = TypeVar("T")
S = TypeVar("S", bound=Struct)

SHOWN: Final = 20
"""Errors that are told one by one."""

_RANGE_COLUMNS: Final = ("first", "last", "count", "customer", "use", "imsi_first", "msisdn_first")
_CUSTOMER_COLUMNS: Final = (
    *("id", "name", "vip", "language", "time_zone", "agreement"),
    *("email", "sms", "webhook", "phone", "domains"),
)
_CHANNELS: Final = {
    "email": ContactChannel.EMAIL,
    "sms": ContactChannel.SMS,
    "webhook": ContactChannel.WEBHOOK,
    "phone": ContactChannel.PHONE,
}
_YES: Final = frozenset({"1", "yes", "true", "y", "x", "vip", "ja", "j"})
_NO: Final = frozenset({"", "0", "no", "false", "n", "nej", "nein"})
_LIST: Final = re.compile(r"[;|,\s]+")


class Problem(Struct, frozen=True):
    """One thing that is wrong in a file: ``line`` counts from 1, ``field`` is the column's name or empty."""

    line: int
    field: str
    why: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.why}" if self.field else f"line {self.line}: {self.why}"


class InvalidTable(Invalid):
    """A file has errors and nothing of it was taken. ``problems`` are the first SHOWN of ``total``."""

    def __init__(self, problems: list[Problem], total: int) -> None:
        more = f"\nand {total - len(problems)} more errors" if total > len(problems) else ""
        super().__init__("\n".join(map(str, problems)) + more, path=problems[0].field)
        self.problems = tuple(problems)
        self.total = total


class _Problems:
    """Counts errors and keeps the first ones."""

    def __init__(self) -> None:
        self.first: list[Problem] = []
        self.total = 0

    def add(self, line: int, field: str, why: str) -> None:
        self.total += 1
        if len(self.first) < SHOWN:
            self.first.append(Problem(line, field, why))

    def stop(self) -> None:
        if self.total:
            raise InvalidTable(sorted(self.first, key=lambda one: one.line), self.total)


def ranges_csv(lines: Iterable[str], profile: LengthProfile = DEFAULT) -> list[SimRange]:
    """Return the ranges of a CSV file with the columns first, last or count, customer, and optional ones.

    Columns with other names are attributes; empty cells are left out. Raises InvalidTable.
    """
    problems = _Problems()
    inputs: list[RangeInput] = []
    numbers: list[int] = []
    for line, row in _rows(lines, ("first", "customer"), problems):
        if (count := row.get("count", "")) and not (count.isascii() and count.isdigit()):
            problems.add(line, "count", f"{count!r} is not a whole number")
            continue
        fields: dict[str, object] = {name: row[name] for name in _RANGE_COLUMNS if row.get(name)}
        if count:
            fields["count"] = int(count)
        fields["attributes"] = {name: value for name, value in row.items() if value and name not in _RANGE_COLUMNS}
        if (made := _made(fields, RangeInput, line, problems)) is not None:
            inputs.append(made)
            numbers.append(line)
    bare = bare_numbers(inputs)
    ranges = _each(zip(numbers, inputs, strict=True), lambda item: sim_range(item, profile, bare), problems)
    problems.stop()
    return ranges


def customers_csv(lines: Iterable[str]) -> list[Customer]:
    """Return the customers of a CSV file with the columns id, name and optional ones.

    email, sms, webhook, phone and domains may hold several values, with spaces, semicolons or bars between them (a
    phone or SMS number may have spaces: there only semicolons and bars divide). Raises InvalidTable.
    """
    problems = _Problems()
    found: list[tuple[int, Customer]] = []
    seen: dict[str, int] = {}
    for line, row in _rows(lines, ("id", "name"), problems):
        fields: dict[str, object] = {
            name: row[name] for name in ("id", "name", "language", "time_zone", "agreement") if row.get(name)
        }
        vip = row.get("vip", "").lower()
        if vip not in _YES | _NO:
            problems.add(line, "vip", f"{row['vip']!r} is neither yes nor no")
            continue
        fields["vip"] = vip in _YES
        fields["domains"] = [domain.lower() for domain in _LIST.split(row.get("domains", "")) if domain]
        fields["contacts"] = list(_contacts(row))
        customer = _made(fields, Customer, line, problems)
        if customer is None:
            continue
        if customer.id in seen:
            problems.add(line, "id", f"{customer.id!r} stands in line {seen[customer.id]} already")
            continue
        seen[customer.id] = line
        found.append((line, customer))
    customers = _each(found, check_customer, problems)
    problems.stop()
    return customers


def _contacts(row: dict[str, str]) -> Iterator[Contact]:
    for column, channel in _CHANNELS.items():
        divider = _LIST if column in ("email", "webhook") else re.compile("[;|]+")
        for address in divider.split(row.get(column, "")):
            if address.strip():
                yield Contact(channel, address.strip())


def _rows(lines: Iterable[str], needed: tuple[str, ...], problems: _Problems) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row by column name, cleaned); lines that cannot be read go to ``problems``."""
    source = iter(lines)
    head = next(source, "").removeprefix("\ufeff")
    divider = max(",;\t", key=head.count)
    reader = csv.reader(chain((head,), source), delimiter=divider)
    columns = _columns(next(reader, []), needed)
    width = len(columns)
    try:
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != width:
                problems.add(reader.line_num, "", f"{len(cells)} cells, but the first line names {width} columns")
                continue
            yield reader.line_num, {name: clean(cell.strip()) for name, cell in zip(columns, cells, strict=True)}
    except csv.Error as error:
        problems.add(reader.line_num, "", str(error))


def _columns(head: list[str], needed: tuple[str, ...]) -> list[str]:
    columns = [clean(name.strip()).lower().replace(" ", "_").replace("-", "_") for name in head]
    for name in needed:
        if name not in columns:
            _refuse_head(
                name, f"the first line names no column {name!r}; it names {', '.join(columns)[:200] or 'none'}"
            )
    for name in columns:
        if columns.count(name) > 1 or not name:
            _refuse_head(name, "the first line names this column twice" if name else "a column has no name")
    return columns


def _refuse_head(field: str, why: str) -> NoReturn:
    raise InvalidTable([Problem(1, field, why)], 1)


def _made(fields: dict[str, object], kind: type[S], line: int, problems: _Problems) -> S | None:
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `")
        missing = re.search("required field `([^`]*)`", said)
        column = re.search(r"\$\.(\w+)", path)
        field = missing[1] if missing else column[1] if column else "attributes"
        problems.add(line, field, "is empty" if missing else said[:1].lower() + said[1:])
        return None


def _each(items: Iterable[tuple[int, S]], make: Callable[[S], T], problems: _Problems) -> list[T]:
    made: list[T] = []
    for line, item in items:
        try:
            made.append(make(item))
        except FieldError as error:
            problems.add(line, error.field, str(error))
    return made
