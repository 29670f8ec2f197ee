"""SIM ranges as columns of numbers: made of ranges one by one or of a table from outside, which is proved first.

The columns are in one canonical form, so that equal inventories are equal tables, byte for byte. Which range holds a
SIM is fleet.py's matter; how ranges stand in a file or in JSON, and cleaning their texts, is the sources' work.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from feeds.fleet.codes import Codes, Rows, coded, nothing, stacked, tidy
from feeds.fleet.proof import (
    ATTRIBUTES,
    NAME,
    OWNER,
    ROWS,
    VALUE,
    NotATable,
    Numbers,
    SameRanges,
    order_of,
    prove_numbers,
    prove_order,
    read,
    read_codes,
    read_some,
    same_as_before,
    sizes_of,
    twice,
)
from feeds.model import Coded, RangeTable, SimRange

__all__ = [
    "ATTRIBUTES",
    "ROWS",
    "Columns",
    "NotATable",
    "Numbers",
    "SameRanges",
    "digest",
    "merged",
    "not_a_range",
    "seconds_of",
    "sizes_of",
]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """SIM ranges, one a row, sorted by (first, last, since); no two rows have all three the same.

    ``firsts`` and ``lasts``: ICCID bodies; ``imsis`` and ``msisdns``: the parallel first numbers, 0: none; ``since``:
    seconds since 1970 UTC, 0: always. ``attributes`` are sorted by name and each has a value somewhere.
    """

    firsts: Numbers
    lasts: Numbers
    customer: Codes
    use: Codes
    attributes: tuple[tuple[str, Codes], ...]
    imsis: Numbers
    msisdns: Numbers
    since: Numbers

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self.firsts)

    def __eq__(self, other: object) -> bool:
        return self.table() == other.table() if isinstance(other, Columns) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # a mass of numbers is no key

    @classmethod
    def canonical(
        cls,
        firsts: Numbers,
        lasts: Numbers,
        customer: Codes,
        use: Codes,
        attributes: Iterable[tuple[str, Codes]] = (),
        imsis: Numbers | None = None,
        msisdns: Numbers | None = None,
        since: Numbers | None = None,
    ) -> "Columns":
        """Return columns of rows in any order; None: no row has one. The bounds of texts are the caller's matter.

        Raises NotATable, SameRanges for rows stated twice; the numbers of rows in them are those given.
        """
        rows = len(firsts)
        none = np.broadcast_to(np.int64(0), rows)
        given = [_numbers(one, rows) if one is not None else none for one in (firsts, lasts, imsis, msisdns, since)]
        prove_numbers(*given)
        listed = list(attributes)
        for column in (customer, use, *(column for _, column in listed)):
            if len(column.codes) != rows:
                raise NotATable(f"a column of texts has {len(column.codes):,} rows, and there are {rows:,} ranges")
        if rows and int(customer.codes.min()) < 0:
            raise NotATable("the customer is missing", int(customer.codes.argmin()), "customer")
        order = order_of(given[0], given[1], given[4])
        if order is not None:
            given = [one if one is none else one[order] for one in given]
        same = same_as_before(given[0], given[1], given[4])
        if same.any():
            raise twice(given[0], given[1], same, order)
        named = sorted(((name, _sorted(column, order)) for name, column in listed), key=lambda item: item[0])
        return cls(
            firsts=given[0],
            lasts=given[1],
            customer=_sorted(customer, order),
            use=_sorted(use, order),
            attributes=tuple((name, column) for name, column in named if column.values),
            imsis=_or_none(given[2]),
            msisdns=_or_none(given[3]),
            since=_or_none(given[4]),
        )

    @classmethod
    def empty(cls) -> "Columns":
        """Return the columns of no range."""
        return cls.canonical(np.empty(0, np.int64), np.empty(0, np.int64), nothing(0), nothing(0))

    @classmethod
    def from_ranges(cls, ranges: Iterable[SimRange], proved: bool = False) -> "Columns":
        """Return the columns of ``ranges``, in any order. Raises NotATable with the number of the range.

        An attribute with an empty value is none; ``since`` is cut to whole seconds. ``proved``: ``not_a_range`` was
        asked of each already.
        """
        listed = list(ranges)
        for row, item in enumerate(() if proved else listed):
            why = not_a_range(item)
            if why:
                raise NotATable(why, row)
        names = sorted({name for item in listed for name in item.attributes})
        return cls.canonical(
            _column([int(item.first) for item in listed]),
            _column([int(item.last) for item in listed]),
            coded([item.customer for item in listed]),
            coded([item.use for item in listed]),
            [(name, coded([item.attributes.get(name, "") for item in listed])) for name in names],
            _column([int(item.imsi_first or 0) for item in listed]),
            _column([int(item.msisdn_first or 0) for item in listed]),
            _column([seconds_of(item.since) for item in listed]),
        )

    @classmethod
    def of(cls, table: RangeTable) -> "Columns":
        """Return the columns of a table that came from outside. Raises NotATable where it is not canonical."""
        rows = len(table)
        if len(table.firsts) % 8 or rows > ROWS:
            raise NotATable(f"{len(table.firsts):,} bytes of first bodies: not 8 a row, or more than {ROWS:,} rows")
        firsts, lasts = read(table.firsts, rows, "firsts"), read(table.lasts, rows, "lasts")
        imsis, msisdns, since = (
            read_some(data, rows, name)
            for data, name in ((table.imsis, "imsis"), (table.msisdns, "msisdns"), (table.since, "since"))
        )
        prove_numbers(firsts, lasts, imsis, msisdns, since)
        prove_order(firsts, lasts, since)
        names = [column.name for column in table.attributes]
        if len(names) > ATTRIBUTES:
            raise NotATable(f"{len(names)} attributes; at most {ATTRIBUTES} are possible")
        for before, name in zip(["", *names], names, strict=False):
            if not before < name or len(name) > NAME:
                raise NotATable(f"attribute {name[:NAME]!r}: names have 1 to {NAME} characters, sorted, each once")
        columns = [read_codes(column, rows, VALUE) for column in table.attributes]
        for name, column in zip(names, columns, strict=True):
            if not column.values:
                raise NotATable("no row has a value of this attribute", field=name)
        for given, name in ((table.customer, "customer"), (table.use, "use")):
            if given.name != name:
                raise NotATable(f"the column of the {name} is called {given.name[:NAME]!r}", field=name)
        customer = read_codes(table.customer, rows, OWNER)
        if rows and int(customer.codes.min()) < 0:
            raise NotATable("the customer is missing", int(customer.codes.argmin()), "customer")
        return cls(
            firsts=firsts,
            lasts=lasts,
            customer=customer,
            use=read_codes(table.use, rows, OWNER),
            attributes=tuple(zip(names, columns, strict=True)),
            imsis=imsis,
            msisdns=msisdns,
            since=since,
        )

    def table(self) -> RangeTable:
        """Return the table: equal inventories give equal bytes."""
        return RangeTable(
            firsts=_bytes(self.firsts),
            lasts=_bytes(self.lasts),
            customer=_written("customer", self.customer),
            use=_written("use", self.use),
            attributes=tuple(_written(name, column) for name, column in self.attributes),
            imsis=_bytes(self.imsis) if self.imsis.any() else b"",
            msisdns=_bytes(self.msisdns) if self.msisdns.any() else b"",
            since=_bytes(self.since) if self.since.any() else b"",
        )

    def row(self, row: int) -> SimRange:
        """Return one range."""
        since = self.since.item(row)
        return SimRange(
            first=str(self.firsts.item(row)),
            last=str(self.lasts.item(row)),
            customer=self.customer.text(row),
            imsi_first=_digits(self.imsis.item(row)),
            msisdn_first=_digits(self.msisdns.item(row)),
            attributes={name: text for name, column in self.attributes if (text := column.text(row))},
            use=self.use.text(row),
            since=datetime.fromtimestamp(since, UTC) if since else None,
        )

    def taken(self, rows: Rows | NDArray[np.bool_]) -> "Columns":
        """Return the columns of some rows: given by ascending number, or as a mask."""
        attributes = ((name, column.taken(rows)) for name, column in self.attributes)
        return Columns(
            firsts=self.firsts[rows],
            lasts=self.lasts[rows],
            customer=self.customer.taken(rows),
            use=self.use.taken(rows),
            attributes=tuple((name, column) for name, column in attributes if column.values),
            imsis=_or_none(self.imsis[rows]),
            msisdns=_or_none(self.msisdns[rows]),
            since=_or_none(self.since[rows]),
        )

    def column(self, name: str) -> Codes | None:
        """Return the column of an attribute, None where no range has it."""
        return next((column for known, column in self.attributes if known == name), None)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield every text that stands in the columns as (column, value), and names of attributes as ("", name)."""
        for name, column in (("customer", self.customer), ("use", self.use), *self.attributes):
            yield from ((name, value) for value in column.values)
        yield from (("", name) for name, _ in self.attributes)

    def places(self, firsts: Numbers, lasts: Numbers, since: Numbers | None = None) -> Rows:
        """Return for each (first, last, since) the number of rows that stand before it: a search in all at once."""
        low = np.searchsorted(self.firsts, firsts, side="left")
        high = np.searchsorted(self.firsts, firsts, side="right")
        # Among the rows of one first body, by halving: few as a rule, so this ends soon.
        while True:
            open_ = np.flatnonzero(low < high)
            if not len(open_):
                return low
            middle = (low[open_] + high[open_]) // 2
            below = self.lasts[middle] < lasts[open_]
            if since is not None:
                below |= (self.lasts[middle] == lasts[open_]) & (self.since[middle] < since[open_])
            low[open_] = np.where(below, middle + 1, low[open_])
            high[open_] = np.where(below, high[open_], middle)


def merged(parts: Iterable[Columns]) -> Columns:
    """Return the rows of several columns as one. Raises SameRanges where two state the same range."""
    listed = [one for one in parts if len(one)]
    if len(listed) < 2:
        return listed[0] if listed else Columns.empty()
    names = sorted({name for one in listed for name, _ in one.attributes})
    return Columns.canonical(
        np.concatenate([one.firsts for one in listed]),
        np.concatenate([one.lasts for one in listed]),
        stacked(one.customer for one in listed),
        stacked(one.use for one in listed),
        [(name, stacked(one.column(name) or nothing(len(one)) for one in listed)) for name in names],
        np.concatenate([one.imsis for one in listed]),
        np.concatenate([one.msisdns for one in listed]),
        np.concatenate([one.since for one in listed]),
    )


def digest(table: RangeTable) -> str:
    """Return the SHA-256 (hex) of a table: the same for equal inventories, and for no others."""
    found = hashlib.sha256()
    for column in (table.customer, table.use, *table.attributes):
        for part in (msgspec.msgpack.encode((column.name, column.values)), column.codes):
            _add(found, part)
    for part in (table.firsts, table.lasts, table.imsis, table.msisdns, table.since):
        _add(found, part)
    return found.hexdigest()


def _add(found: "hashlib._Hash", part: bytes) -> None:
    """Add bytes with their number before them, so that no two tables are one sequence of bytes."""
    found.update(len(part).to_bytes(8, "big"))
    found.update(part)


def not_a_range(item: SimRange) -> str:
    """Return why a range cannot stand in an inventory; empty where it can."""
    first, last = item.first, item.last
    if len(first) != len(last):
        return f"{first} and {last} have not the same number of digits"
    if not (5 <= len(first) <= 19 and _plain(first + last) and first[:2] == last[:2] == "89"):
        return f"{first}–{last} are no ICCID bodies: 5 to 19 digits that begin with 89"
    if last < first:
        return f"{last} is before the first one, {first}"
    if not item.customer:
        return "the customer is missing"
    for number in (item.imsi_first, item.msisdn_first):
        if number and not (_plain(number) and len(number) <= 15 and number[0] != "0"):
            return f"{number!r} is no number of at most 15 digits"
    return ""


def seconds_of(time: datetime | None) -> int:
    """Return a time as whole seconds since 1970 UTC, 0 for None and for what is before; one without zone is UTC."""
    if time is None:
        return 0
    return max(0, int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()))


def _plain(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _digits(number: int) -> str:
    return str(number) if number else ""


def _column(numbers: list[int]) -> Numbers:
    return np.array(numbers, dtype=np.int64)


def _numbers(given: Numbers, rows: int) -> Numbers:
    numbers = np.asarray(given, dtype=np.int64)
    if numbers.shape != (rows,):
        raise NotATable(f"a column of numbers has the shape {numbers.shape}, and there are {rows:,} ranges")
    return numbers


def _or_none(numbers: Numbers) -> Numbers:
    """A column of zeros takes no memory."""
    return numbers if numbers.any() else np.broadcast_to(np.int64(0), len(numbers))


def _sorted(column: Codes, order: Rows | None) -> Codes:
    return tidy(column.values, column.codes if order is None else column.codes[order])


def _bytes(numbers: Numbers) -> bytes:
    return numbers.astype("<i8", copy=False).tobytes()


def _written(name: str, column: Codes) -> Coded:
    return Coded(name, column.values, column.codes.astype("<i4", copy=False).tobytes())
