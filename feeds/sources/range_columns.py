"""A CSV file of SIM ranges → the columns of an inventory, all or nothing, a million rows in seconds.

Cells are read column by column; what is not plain digits is read one by one, with the same outcome as ranges in JSON.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Final

import numpy as np

from feeds.fleet.codes import Codes, Places, nothing, tidy
from feeds.fleet.columns import ATTRIBUTES, ROWS, Columns, NotATable, SameRanges, seconds_of, sizes_of
from feeds.simspace import DEFAULT, LengthProfile
from feeds.sources.cell_numbers import codes_of
from feeds.sources.clean import clean
from feeds.sources.csv_tables import Block, CsvTable
from feeds.sources.digit_columns import KEPT, MOST, Digits, Mask, Numbers, digits_of, digits_text
from feeds.sources.inventory import FieldError, iccid_digits, in_force, other_digits, too_many_behind
from feeds.sources.problems import SHOWN, Problems, refuse

SYNONYMS: Final = {
    "first": (
        *("iccid", "iccid_first", "first_iccid", "iccid_from", "from_iccid", "iccid_start", "start_iccid", "iccid_von"),
        *("from", "start", "von", "från", "fran", "first_sim", "range_start", "sim_first"),
    ),
    "last": (
        *("iccid_last", "last_iccid", "iccid_to", "to_iccid", "iccid_end", "end_iccid", "iccid_bis"),
        *("to", "bis", "till", "last_sim", "range_end", "sim_last"),
    ),
    "count": ("quantity", "qty", "number_of_sims", "sim_count", "antal", "anzahl", "menge"),
    "customer": (
        "customer_id",
        "customerid",
        "client",
        "account",
        "kund",
        "kunde",
        "kund_id",
        "kundnr",
        "kundennummer",
    ),
    "imsi_first": ("imsi", "first_imsi", "imsi_from", "imsi_start", "imsi_von"),
    "msisdn_first": ("msisdn", "first_msisdn", "msisdn_from", "msisdn_start", "msisdn_von"),
    "use": ("usage", "use_case"),
    "since": ("valid_from", "active_from", "gültig_ab", "gueltig_ab", "giltig_från", "giltig_fran"),
}
"""Other names of columns, where the file has no column of the name itself."""

_TEXTS: Final = frozenset({"customer", "use"})
_NAME, _VALUE, _OWNER = 64, 512, 256
_MOST_SIMS: Final = 10**12
_LOOKED_AT: Final = 1_000
"""Rows that are looked at for columns that have changed places."""
_ISSUER: Final = 10**12
"""What is left of nineteen digits divided by it: the issuer, seven digits."""


class _Texts(dict[str, int]):
    """Cells of a column as numbers: the place of the cleaned text among those ``known``, -1 for none.

    ``wrong``: why texts cannot be taken, by their place.
    """

    def __init__(self, longest: int) -> None:
        self.known: list[str] = []
        self.wrong: dict[int, str] = {}
        self._longest = longest
        self._places: dict[str, int] = {"": -1}
        self.raw: dict[bytes, int] = {}
        """Places by what stands in the file, so that each distinct cell becomes a text once."""

    def __missing__(self, cell: str) -> int:
        text = clean(cell.strip())
        place = self._places.get(text)
        if place is None:
            place = self._places[text] = len(self.known)
            self.known.append(text)
            self._see(text, place)
        self[cell] = place
        return place

    def _see(self, text: str, place: int) -> None:
        if len(text) > self._longest:
            self.wrong[place] = f"{len(text):,} characters, at most {self._longest} go"

    def column(self, codes: Places) -> Codes:
        """Return the column of rows whose places are ``codes``."""
        if not self.known:
            return nothing(len(codes))
        order = sorted(range(len(self.known)), key=self.known.__getitem__)
        ranks = np.full(len(order) + 1, -1, dtype=np.int32)
        ranks[order] = np.arange(len(order), dtype=np.int32)
        return tidy(tuple(self.known[at] for at in order), ranks[codes])


class _Times(_Texts):
    """Times of a column. ``seconds``: since 1970 UTC, by the place of the text."""

    def __init__(self) -> None:
        super().__init__(_VALUE)
        self.seconds: list[int] = []

    def _see(self, text: str, place: int) -> None:
        self.seconds.append(0)
        try:
            self.seconds[place] = seconds_of(in_force(datetime.fromisoformat(text)))
        except FieldError as error:
            self.wrong[place] = str(error)
        except (ValueError, OverflowError):
            self.wrong[place] = f"{text[:40]!r} is not a time; write it as 2026-03-01T02:30:00Z"


class _Reading:
    """What was read of a file so far: a list of arrays for each column, one array a block."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._parts: dict[str, list[Numbers]] = {}
        self._codes: dict[str, list[Places]] = {}
        self._texts: dict[str, _Texts] = {}
        self._bare: set[int] = set()
        self._bad: list[Mask] = []
        self.rows = 0

    def take(self, block: Block) -> None:
        """Read a block of rows."""
        bad = np.zeros(len(block.lines), dtype=np.bool_)
        self._bad.append(bad)
        self.rows += len(bad)
        self._put("line", block.lines)
        ends = [self._digits(block, name, _iccid_reader(name), None, bad) for name in ("first", "last")]
        self._bare.update(_bare_issuers(*ends))
        self._digits(block, "count", _count, lambda values, sizes: (sizes <= 13) & (values <= _MOST_SIMS), bad)
        for name, plain in (("imsi_first", _plain_imsi), ("msisdn_first", _plain_msisdn)):
            self._digits(block, name, _other_reader(name), plain, bad)
        for name, cells in block.cells.items():
            if name in SYNONYMS and name not in _TEXTS and name != "since":
                continue
            texts = self._texts.get(name)
            if texts is None:
                texts = _Times() if name == "since" else _Texts(_OWNER if name in _TEXTS else _VALUE)
                self._texts[name] = texts
            codes = codes_of(cells, texts.__getitem__, texts.raw)
            self._codes.setdefault(name, []).append(codes)
            if texts.wrong:
                for row in np.flatnonzero(np.isin(codes, list(texts.wrong)) & ~bad).tolist():
                    self._problems.add(int(block.lines[row]), name, texts.wrong[int(codes[row])])
                    bad[row] = True

    def _digits(
        self,
        block: Block,
        name: str,
        read: Callable[[str], str],
        plain: Callable[[Numbers, Numbers], Mask] | None,
        bad: Mask,
    ) -> Digits:
        cells = block.cells.get(name)
        if cells is None:
            none = np.zeros(len(block.lines), dtype=np.int64)
            return Digits(none, none, none.astype(np.bool_), {})
        found = digits_of(cells, read, plain)
        for row, why in found.wrong.items():
            if not bad[row]:
                self._problems.add(int(block.lines[row]), name, why)
                bad[row] = True
        self._put(name, found.values)
        self._put(f"{name} size", found.sizes.astype(np.int8))
        return found

    def _put(self, name: str, numbers: Numbers) -> None:
        self._parts.setdefault(name, []).append(numbers)

    def _all(self, name: str) -> Numbers:
        parts = self._parts.pop(name, None)
        if parts is None:
            return np.broadcast_to(np.int64(0), self.rows)
        return np.concatenate(parts).astype(np.int64, copy=False)

    def columns(self, profile: LengthProfile) -> Columns:
        """Return the inventory. Raises InvalidTable."""
        if not self.rows:
            self._problems.stop()
            return Columns.empty()
        lines, bad = self._all("line"), np.concatenate(self._bad)
        first, first_size = self._all("first"), self._all("first size")
        last, last_size = self._all("last"), self._all("last size")
        codes = {name: np.concatenate(parts) for name, parts in self._codes.items()}

        def say(wrong: Mask, field: str, why: Callable[[int], str]) -> None:
            rows = np.flatnonzero(wrong & ~bad)
            for row in rows[:SHOWN].tolist():
                self._problems.add(int(lines[row]), field, why(row))
            self._problems.more(max(0, len(rows) - SHOWN))
            bad[rows] = True

        say(first_size == 0, "first", lambda row: "is empty")
        say(codes["customer"] < 0, "customer", lambda row: "is empty")
        given = last_size > 0
        for name, values, sizes, there in (("first", first, first_size, ~bad), ("last", last, last_size, given)):
            say(there & ~_iccids(values, sizes), name, partial(_no_iccid, values, sizes))
        bare = np.array(sorted(self._bare), dtype=np.int64)
        first, first_size = _bodies(first, first_size, profile, bare)
        last, last_size = _bodies(last, last_size, profile, bare)
        counts, counted = self._all("count"), self._all("count size") > 0
        say(~given & ~counted, "last", lambda row: "a last ICCID or a count is missing")
        say(~given & (counts < 1), "count", lambda row: "0 SIMs: a range has 1 or more")
        # Rows that are bad already may hold any number: they go out of the way of what is counted with here.
        last = np.where(given | bad, last, first + np.where(bad, 1, counts) - 1)
        say(
            ~given & ~bad & (sizes_of(np.maximum(last, 1)) != first_size),
            "count",
            lambda row: f"{counts[row]:,} SIMs do not fit behind {first[row]}",
        )
        say(
            given & (last_size != first_size),
            "last",
            lambda row: (
                f"{last[row]} has {last_size[row]} digits and the first one, {first[row]}, has {first_size[row]}"
            ),
        )
        _see_reversed(given & ~bad, last < first, lines)
        say(last < first, "last", lambda row: f"{last[row]} is before the first one, {first[row]}")
        begins = {name: self._all(name) for name in ("imsi_first", "msisdn_first")}
        for name, begin in begins.items():
            end = begin + np.where(bad, 0, last - first)
            say(
                (begin > 0) & (sizes_of(np.maximum(end, 1)) != sizes_of(np.maximum(begin, 1))),
                name,
                partial(_too_many_behind, begin, last - first + 1),
            )
        since = np.zeros(self.rows, dtype=np.int64)
        times = self._texts.get("since")
        if isinstance(times, _Times) and times.seconds:
            since = np.append(np.array(times.seconds, dtype=np.int64), 0)[codes["since"]]
        good = slice(None) if not bad.any() else np.flatnonzero(~bad)
        texts = {name: self._texts[name].column(column[good]) for name, column in codes.items() if name != "since"}
        customer = texts.pop("customer")
        use = texts.pop("use", None)
        columns = Columns.empty()
        try:
            columns = Columns.canonical(
                first[good],
                last[good],
                customer,
                use if use is not None else nothing(len(customer.codes)),
                texts.items(),
                begins["imsi_first"][good],
                begins["msisdn_first"][good],
                since[good],
            )
        except SameRanges as error:
            self._twice(error, lines[good], first[good], last[good])
        except NotATable as error:
            self._problems.add(int(lines[good][error.row]) if error.row >= 0 else 1, error.field, error.why)
        self._problems.stop()
        return columns

    def _twice(self, error: SameRanges, lines: Numbers, first: Numbers, last: Numbers) -> None:
        for row, earlier in error.rows[:SHOWN]:
            why = f"the range {first[row]}–{last[row]} stands in line {lines[earlier]} already"
            self._problems.add(int(lines[row]), "first", why)
        self._problems.more(max(0, len(error.rows) - SHOWN))


def range_columns(
    text: Iterable[str] | Iterable[bytes], profile: LengthProfile = DEFAULT, told: Callable[[int], None] | None = None
) -> Columns:
    """Return the inventory in a CSV file: its lines, or UTF-8 in blocks as they come.

    It has the columns first, last or count, customer, and optional ones; columns with other names are attributes, empty
    cells are left out. ``told`` is called with the rows read so far. Raises InvalidTable.
    """
    problems = Problems()
    table = CsvTable(text, ("first", "customer"), problems, SYNONYMS)
    _see_head(table.columns)
    reading = _Reading(problems)
    for block in table.blocks():
        if not reading.rows:
            _see_swapped(block)
        reading.take(block)
        if reading.rows > ROWS:
            raise refuse("", f"more than {ROWS:,} ranges are more than an inventory can hold", int(block.lines[-1]))
        if told is not None:
            told(reading.rows)
    return reading.columns(profile)


def _see_head(columns: list[str]) -> None:
    """Raise InvalidTable where no range can come out of these columns."""
    if "last" not in columns and "count" not in columns:
        raise refuse("last", f"the first line names neither a column 'last' nor 'count'; it names {', '.join(columns)}")
    attributes = [name for name in columns if name not in SYNONYMS]
    if len(attributes) > ATTRIBUTES:
        raise refuse("", f"{len(attributes)} columns of attributes, at most {ATTRIBUTES} go")
    for name in attributes:
        if len(name) > _NAME:
            raise refuse(name[:_NAME], f"the name of a column has {len(name)} characters, at most {_NAME} go")


def _see_swapped(block: Block) -> None:
    """Raise InvalidTable where the ICCIDs stand in another column than the first line says."""
    likely: dict[str, float] = {}
    for name, cells in block.cells.items():
        filled = [cell for cell in cells[:_LOOKED_AT] if cell.strip()]
        likely[name] = sum(map(_like_iccid, filled)) / len(filled) if filled else 0.0
    if likely["first"] >= 0.5:
        return
    other = max((name for name in likely if name != "last"), key=likely.__getitem__)
    if likely[other] >= 0.9:
        first, there = block.cells["first"][0], block.cells[other][0]
        line = int(block.lines[0])
        raise refuse(
            "first",
            f"the columns 'first' and {other!r} have changed places: in line {line} 'first' is {clean(first[:40])!r} "
            f"and {other!r} is {clean(there[:40])!r}. Put the names in the first line in order",
        )


def _like_iccid(cell: str) -> bool:
    try:
        digits = iccid_digits("", cell)
    except FieldError:
        return False
    return 18 <= len(digits) <= 20 and digits.startswith("89")


def _see_reversed(both: Mask, reversed_: Mask, lines: Numbers) -> None:
    """Raise InvalidTable where nearly every range ends before it begins."""
    count, wrong = int(both.sum()), both & reversed_
    if count > 1 and int(wrong.sum()) > 0.9 * count:
        line = int(lines[int(wrong.argmax())])
        raise refuse(
            "last",
            "the columns 'first' and 'last' have changed places: ranges end before they begin, "
            f"{int(wrong.sum()):,} of {count:,}, line {line} to begin with",
        )


def _iccid_reader(field: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        text = _cleaned(cell)
        return iccid_digits(field, text) if text else ""

    return read


def _other_reader(field: str) -> Callable[[str], str]:
    return lambda cell: other_digits(field, _cleaned(cell))


def _cleaned(cell: str) -> str:
    return clean(cell.strip())


def _count(cell: str) -> str:
    text = _cleaned(cell)
    if text and not (text.isascii() and text.isdigit()):
        raise FieldError("count", f"{text[:40]!r} is not a whole number")
    if len(text) > KEPT or int(text or 0) > _MOST_SIMS:
        raise FieldError("count", f"{text[:40]} SIMs are too many: at most {_MOST_SIMS:,} go")
    return text


def _too_many_behind(begin: Numbers, counts: Numbers, row: int) -> str:
    return too_many_behind(counts[row].item(), begin[row].item())


def _plain_imsi(values: Numbers, sizes: Numbers) -> Mask:
    lead = values // 10 ** np.clip(sizes - 1, 0, KEPT - 1)
    plain: Mask = (sizes >= 6) & (sizes <= 15) & (lead >= 2) & (lead != 8)
    return plain


def _plain_msisdn(values: Numbers, sizes: Numbers) -> Mask:
    plain: Mask = (sizes >= 7) & (sizes <= 15) & (values >= 10 ** np.clip(sizes - 1, 0, KEPT - 1))
    return plain


def _bare_issuers(first: Digits, last: Digits) -> list[int]:
    """Return the issuers whose numbers of nineteen digits have no check digit: as ``bare_numbers``, of many rows."""
    begins, ends = first.sizes == KEPT, last.sizes == KEPT
    block = begins & ends & (first.values % 10 == 0) & (last.values % 10 == 9)
    bare = block | (begins & ~first.luhn) | (ends & ~last.luhn)
    found: list[int] = np.unique(np.where(begins, first.values, last.values)[bare] // _ISSUER).tolist()
    return found


def _iccids(values: Numbers, sizes: Numbers) -> Mask:
    kept = np.minimum(sizes, KEPT)
    right: Mask = (sizes >= 5) & (sizes <= MOST) & (values // 10 ** np.clip(kept - 2, 0, KEPT - 1) == 89)
    return right


def _no_iccid(values: Numbers, sizes: Numbers, row: int) -> str:
    written = digits_text(int(values[row]), int(sizes[row]))
    return f"{written} is not an ICCID: 5 to 20 digits that begin with 89"


def _bodies(values: Numbers, sizes: Numbers, profile: LengthProfile, bare: Numbers) -> tuple[Numbers, Numbers]:
    """Return bodies and how many digits they have, of ICCIDs with ``sizes`` digits of which KEPT are there."""
    kept = np.minimum(sizes, KEPT)
    lengths = np.where(sizes > KEPT, KEPT, np.minimum(sizes, 18))
    full = np.flatnonzero(sizes >= KEPT)
    known = _known_lengths(values[full], profile)
    unsaid = full[(sizes[full] == KEPT) & (known == 0)]
    lengths[unsaid[np.isin(values[unsaid] // _ISSUER, bare)]] = KEPT
    fits = (known > 0) & (known <= sizes[full]) & (sizes[full] <= known + 2)
    lengths[full[fits]] = known[fits]
    return values // 10 ** np.maximum(kept - lengths, 0), lengths


def _known_lengths(values: Numbers, profile: LengthProfile) -> Numbers:
    """Return how long the profile says that the bodies of these nineteen digits are; 0: it does not."""
    if not profile.lengths:
        return np.zeros(len(values), dtype=np.int64)
    starts, rows = np.unique(values // 10 ** (KEPT - max(map(len, profile.lengths))), return_inverse=True)
    known = [profile.body_length(str(start)) or 0 for start in starts.tolist()]
    return np.array(known, dtype=np.int64)[rows]
