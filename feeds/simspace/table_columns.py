"""Columns pasted into a mail: a line that names them, and rows of cells between tabs, bars, commas or blanks.

What a column is called says what its numbers are; where the numbers say otherwise, they decide, with a doubt.
"""

import re
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from feeds.simspace import leads, numbering, phrases, vocabulary
from feeds.simspace.found import EID, LOST
from feeds.simspace.groups import Number
from feeds.simspace.modem import unswapped
from feeds.simspace.spans import SimKind
from feeds.simspace.words import fold

if TYPE_CHECKING:
    from feeds.simspace.walk import Walk

Part = Literal["one", "first", "last", "count", "free", "skip"]
"""What a column holds: single numbers, lower or upper ends, counts, anything, or numbers that are no SIMs."""

_LINE: Final = 2_000
_COLUMNS: Final = 60
_RULE: Final = re.compile(r"[\s|:+=\-\u2013_>]*")
_QUOTE: Final = re.compile(r"(?:>[ \t]?)+")
_DIVIDED: Final = re.compile("[\t;|,]|  ")
_LONG: Final = re.compile("[0-9]{5}")
_GAPS: Final = re.compile(r"[ \t]{2,}|\t")
_TRIM: Final = " \t\r'\"=`*()[]\u201c\u201d"
_LOST_CELL: Final = re.compile(r"[0-9](?:[.,][0-9]{1,17})?[ ]?[eE][ ]?\+?[0-9]{1,2}")
_JOINTS: Final = re.compile(r"[ \-.,'_/]")
_LOOSE_COUNTS: Final = vocabulary.words_in("total size amount summe suma totale totaal yhteensa sum summa sims")
_WEAK_ENDS: Final = 3
_SIZES: Final[dict[SimKind, str]] = {"iccid": "has 18 to 20", "imsi": "has up to 15", "msisdn": "has up to 15"}
_NAMES: Final[dict[SimKind, str]] = {"iccid": "an ICCID", "imsi": "an IMSI", "msisdn": "an MSISDN"}


class Column(Struct, frozen=True, gc=False):
    """One column: which kind of number its name says, and what part of a range."""

    part: Part
    kind: SimKind | None = None
    strict: bool = False
    """The name says the kind outright."""


class Table(Struct, frozen=True, gc=False):
    """Columns whose first row begins at ``begin``; ``divider`` ``""``: two blanks or more."""

    begin: int
    divider: str
    columns: tuple[Column, ...]


class Cell(Struct, frozen=True, gc=False):
    """A number in a cell, and which kind it is by its own form; None: it has none."""

    number: Number
    kind: SimKind | None
    doubts: tuple[str, ...] = ()


def find_table(text: str, begin: int) -> Table | None:
    """Return the table whose first row is the line that begins at ``begin``; None where no line above names columns."""
    head = _head(text, begin)
    if not head:
        return None
    head = head[quoted.end() :] if (quoted := _QUOTE.match(head)) else head
    divider = next((sign for sign in "\t;|" if sign in head), "")
    if not divider:
        divider = "," if "," in head else ""
    if not divider and not _GAPS.search(head.strip()):
        return None
    names = [head[low:high] for low, high in _cells(head, 0, len(head), divider)]
    if not 2 <= len(names) <= _COLUMNS:
        return None
    columns = tuple(map(_column, names))
    if not any(column.part in ("one", "first", "last") for column in columns):
        return None
    if divider == "," and any(len(name.split()) > 4 for name in names):
        return None  # a sentence
    end = _line_end(text, begin)
    if len(_row(text, begin, end, divider)) != len(columns):
        return None
    return Table(begin, divider, columns)


def _head(text: str, begin: int) -> str | None:
    """Return the line above ``begin`` that may name columns: words without long numbers."""
    end = begin - 1
    row_end = _line_end(text, begin)
    if _DIVIDED.search(text, begin, row_end) is None:
        return None
    for _ in range(3):
        if end <= 0:
            return None
        low = text.rfind("\n", max(0, end - _LINE), end) + 1
        line = text[low:end]
        if line and not line.isspace() and not _RULE.fullmatch(line):
            for sign in ("\t", ";", "|", ",", "  "):
                if sign in line and text.find(sign, begin, row_end) >= 0:
                    return None if len(line) >= _LINE or _LONG.search(line) or not _named(line) else line
            return None
        end = low - 1
    return None


def _named(line: str) -> bool:
    words = re.findall(r"[^\W\d_]+", fold(line[:600]))
    return not vocabulary.COLUMN_WORDS.isdisjoint(words) or any(map(vocabulary.is_simlike, words))


def _column(name: str) -> Column:
    words = re.findall(r"[^\W\d_]+", fold(name))
    if not words or len(words) > 6:
        return Column("free")
    kind: SimKind | None = None
    if any(word.startswith(("iccid", "icc", "ccid")) for word in words):
        kind = "iccid"
    elif any(word.startswith("imsi") for word in words):
        kind = "imsi"
    elif any(word.startswith("msisdn") for word in words):
        kind = "msisdn"
    if kind is None and leads.label_of([*words, "number"]) in ("other", "imei"):
        return Column("skip")
    if kind is None and (
        " ".join(words) in vocabulary.COUNT or any(word in vocabulary.COUNT and word != "sims" for word in words)
    ):
        loose = all(word in _LOOSE_COUNTS for word in words)
        return Column("count", None, not loose)
    phone = kind is None and not vocabulary.PHONE.isdisjoint(word for word in words if len(word) > 1)
    rest = [word for word in words if not vocabulary.is_simlike(word)]
    last = any(word in vocabulary.LAST and (len(word) >= _WEAK_ENDS or len(rest) == 1) for word in rest)
    first = any(word in vocabulary.FIRST and (len(word) >= _WEAK_ENDS or len(rest) == 1) for word in rest)
    part: Part = "one"
    if first != last:
        part = "first" if first else "last"
    elif first and last:
        part = "last" if words[-1] in vocabulary.LAST and words[-1] not in vocabulary.FIRST else "first"
    if phone:
        return Column("one", "msisdn")
    if kind is not None:
        return Column(part, kind, strict=True)
    if any(map(vocabulary.is_simlike, words)):
        return Column(part, "iccid")
    return Column(part) if part != "one" else Column("free")


def _line_end(text: str, begin: int) -> int:
    end = text.find("\n", begin, begin + _LINE)
    return end if end >= 0 else min(len(text), begin + _LINE)


def _row(text: str, begin: int, end: int, divider: str) -> list[tuple[int, int]]:
    quoted = _QUOTE.match(text, begin, end)
    return _cells(text, quoted.end() if quoted else begin, end, divider)


def _cells(text: str, begin: int, end: int, divider: str) -> list[tuple[int, int]]:
    """Return the places of the cells of a line; the bars around a line make none."""
    while end > begin and text[end - 1] in "\r \t"[: 2 if divider == "\t" else 3]:
        end -= 1
    if divider == "|":
        while begin < end and text[begin] == " ":
            begin += 1
        begin += text.startswith("|", begin, end)
        end -= text.startswith("|", end - 1, end)
    if not divider:
        while begin < end and text[begin] in " \t":
            begin += 1
        cuts = [found.span() for found in _GAPS.finditer(text, begin, end)]
    elif '"' in text[begin:end]:
        cuts = _quoted_cuts(text, begin, end, divider)
    else:
        cuts = []
        at = text.find(divider, begin, end)
        while at >= 0 and len(cuts) <= _COLUMNS:
            cuts.append((at, at + 1))
            at = text.find(divider, at + 1, end)
    places = []
    for low, high in cuts[: _COLUMNS + 1]:
        places.append((begin, low))
        begin = high
    places.append((begin, end))
    return places


def _quoted_cuts(text: str, begin: int, end: int, divider: str) -> list[tuple[int, int]]:
    cuts, inside = [], False
    for at in range(begin, end):
        if text[at] == '"':
            inside = not inside
        elif text[at] == divider and not inside:
            cuts.append((at, at + 1))
    return cuts


def read_table(walk: "Walk", table: Table) -> int:
    """Read the rows of a table; return where it ends."""
    text, begin = walk.text, table.begin
    width = len(table.columns)
    while begin < len(text) and walk.looked < walk.limit:
        end = _line_end(text, begin)
        if _RULE.fullmatch(text, begin, end) and end > begin:
            begin = end + 1
            continue
        cells = _row(text, begin, end, table.divider)
        if len(cells) != width and not (table.divider and width - 2 <= len(cells) <= width and len(cells) > 1):
            break
        walk.chain = len(walk.items)
        _read_row(walk, table.columns, cells)
        begin = end + 1
    walk.last_end = max(walk.last_end, begin - 1)
    return min(begin, len(text))


def _read_row(walk: "Walk", columns: tuple[Column, ...], places: list[tuple[int, int]]) -> None:
    firsts: dict[SimKind, Cell] = {}
    lasts: dict[SimKind, Cell] = {}
    count, strict = 0, False
    ranged = any(column.part == "first" for column in columns)
    for column, (low, high) in zip(columns, places, strict=False):
        if column.part == "skip" or low >= high:
            continue
        if column.part == "free":
            walk.scan(low, high)
            continue
        if column.part == "count":
            found = re.fullmatch(
                r"[0-9]{1,3}(?:[ .,'][0-9]{3}){0,2}|[0-9]{1,7}", text := walk.text[low:high].strip(_TRIM)
            )
            if found:
                count, strict = vocabulary.as_count(text), column.strict
                continue
        cell = _cell(walk, column, low, high, firsts)
        if cell is None:
            continue
        walk.looked += 1
        kind = cell.kind
        assert kind is not None
        if column.part == "last":
            lasts[kind] = cell
        elif kind in firsts:
            _single(walk, kind, cell)
        else:
            firsts[kind] = cell
    for kind, cell in firsts.items():
        upper = lasts.pop(kind, None)
        if upper is not None:
            _pair(walk, kind, cell, upper, count)
        elif count > 1 and (ranged or strict):
            walk.counted_from(kind, cell.number, count, cell.doubts)
        else:
            _single(walk, kind, cell)
    for kind, cell in lasts.items():
        _single(walk, kind, cell)


def _single(walk: "Walk", kind: SimKind, cell: Cell) -> None:
    body, doubts = walk.body(kind, cell.number.digits)
    walk.keep(kind, cell.number.start, cell.number.end, body, body, (*cell.doubts, *doubts), cell.number.digits)


def _pair(walk: "Walk", kind: SimKind, lower: Cell, upper: Cell, count: int) -> None:
    first, doubts = walk.body(kind, lower.number.digits)
    last, more = walk.body(kind, upper.number.digits)
    start = min(lower.number.start, upper.number.start)
    if upper.number.start < lower.number.start:
        moved = Number(start, lower.number.end, upper.number.digits, upper.number.sizes, whole=True)
    else:
        moved = upper.number
    walk.range_of(
        kind, start, moved, (first, last), (*lower.doubts, *upper.doubts, *doubts, *more), lower.number, count
    )


def _cell(walk: "Walk", column: Column, low: int, high: int, firsts: dict[SimKind, Cell]) -> Cell | None:
    """Return the number in a cell; None where there is none. What is odd and not read becomes a doubt."""
    text = walk.text
    while low < high and text[low] in _TRIM:
        low += 1
    while high > low and text[high - 1] in _TRIM:
        high -= 1
    raw = text[low:high]
    if not raw or not any(char.isdigit() for char in raw):
        return None
    digits = raw
    if not raw.isdigit():
        if _LOST_CELL.fullmatch(raw):
            walk.doubt(low, high, LOST)
            return None
        digits = _JOINTS.sub("", phrases.TRAIL.sub("", raw) if raw.endswith("0") else raw).strip("Ff").removeprefix("+")
        if not digits.isdigit() or not digits.isascii():
            walk.scan(low, high)
            return None
    number = Number(low, high, digits, (len(digits),), whole=True)
    if column.part == "last" and len(digits) < 14 and raw.isdigit():
        given = firsts.get(column.kind) if column.kind else next(iter(firsts.values()), None)
        if given is not None and len(digits) < len(given.number.digits) - 2:
            short = given.number.digits[: -len(digits)] + digits
            return Cell(Number(low, high, short, (len(short),), whole=True), given.kind)
    return _judged(walk, column, number, plus=raw.startswith("+"))


def _judged(walk: "Walk", column: Column, number: Number, plus: bool) -> Cell | None:
    """Return the number with its kind: its form decides, and the column's name where it has the form of nothing."""
    digits, said = number.digits, column.kind
    size = len(digits)
    looks: SimKind | None = None
    if plus or (numbering.is_machine(digits) and 11 <= size <= 15):
        looks = "msisdn"
    elif digits.startswith("89") and 18 <= size <= 20:
        looks = "iccid"
    elif size == 15 and numbering.has_mobile_country(digits):
        looks = "imsi"
    elif digits.startswith("98") and size == 20:
        swapped = unswapped("ICCID " + digits, 6)
        if swapped:
            straight = Number(number.start, number.end, swapped.digits, (len(swapped.digits),), whole=True)
            return Cell(straight, "iccid", ("swapped digits as a modem gives them",))
    if looks is not None and (said is None or looks == said):
        return Cell(number, looks)
    if looks is not None and said is not None:
        if not column.strict and said == "msisdn" and looks == "imsi":
            return None
        odd = (f"the column is one for {said.upper()}s, but this is {_NAMES[looks]}",) if column.strict else ()
        return Cell(number, looks, odd)
    if said == "msisdn":
        if not column.strict:
            return None
        if digits.startswith("00"):
            digits = digits[2:]
            number = Number(number.start, number.end, digits, (len(digits),), whole=True)
        if digits.startswith("0"):
            walk.doubt(number.start, number.end, "a national number; an MSISDN is read with its country code")
            return None
        if 8 <= len(digits) <= 15:
            odd = (
                ()
                if numbering.has_calling_code(digits)
                else ("no country has a code that this number could begin with",)
            )
            return Cell(number, "msisdn", odd)
    elif said == "imsi" and 14 <= size <= 15 and digits[0] != "0":
        return Cell(
            number,
            "imsi",
            () if numbering.has_mobile_country(digits) else (f"{digits[:3]} is not the code of a country or network",),
        )
    if said is not None and column.strict and size >= 5:
        why = EID if size == 32 else f"{size} digits; {_NAMES[said]} {_SIZES[said]}"
        walk.doubt(number.start, number.end, why)
    elif said is None or said == "iccid":
        walk.scan(number.start, number.end)
    return None
