"""Reading SIMs and ranges out of any text: what was read, as what, from where, with which doubts. Nothing is guessed.

Reads ICCIDs (with or without check digit, with spaces, dashes, F padding), IMSIs (15 digits, or labelled) and MSISDNs
(with ``+``, or labelled), ranges between two of them, short upper ends, prefixes and counts. Phone numbers of people,
ticket numbers and dates are passed over. The work is linear in the length of the text and bounded by ``limit``.
Which customer a SIM belongs to is the inventory's matter.
"""

import re
from bisect import bisect_right
from typing import Final

from msgspec import Struct

from feeds.simspace import phrases
from feeds.simspace.groups import Number, gather
from feeds.simspace.identifiers import DEFAULT, LengthProfile, block_of, body_of, body_size, luhn_holds
from feeds.simspace.spans import SimKind, SimSpan, merge_spans

_SHORTEST_PREFIX: Final = 5
"""Industry, country and an issuer: a shorter prefix stands for the SIMs of a whole country."""

_SHORTEST_STEM: Final = 9
"""Digits that two cut-off numbers need before they are read as the ends of a range; fewer may be anything."""

_USUAL_BODY: Final = 18
_MANY: Final = 10_000_000
_LOST: Final = "a spreadsheet has rounded this number, its last digits are lost; send the column formatted as text"
_IMEI_STARTS: Final = ("35", "86", "01", "99")


class ReadItem(Struct, frozen=True):
    """One piece of the text that stands for SIMs: ``text`` is at ``[start:end]``; ``warning`` may be empty."""

    text: str
    start: int
    end: int
    span: SimSpan
    warning: str = ""


class ReadWarning(Struct, frozen=True):
    """A piece of the text that was read with doubts or not at all, and why."""

    text: str
    why: str


class Reading(Struct, frozen=True):
    """What was read: ``spans`` sorted and without overlap, ``items`` in the order of the text, ``count`` of SIMs.

    A SIM that stands in the text twice, or in two ranges, counts once.
    """

    spans: tuple[SimSpan, ...] = ()
    items: tuple[ReadItem, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()
    count: int = 0


def read_sims(text: str, profile: LengthProfile = DEFAULT, limit: int = 100_000) -> Reading:
    """Return the SIMs that ``text`` speaks of.

    ``profile`` knows how long the issuers' bodies are. After ``limit`` numbers the rest is left, with a warning.
    """
    lowered = text.lower()
    start = phrases.LABELLED_START if "imsi" in lowered or "msisdn" in lowered else phrases.START
    found = start.search(text)
    if found is None:
        return Reading()
    reader = _Reader(text, profile)
    looked = 0
    while found is not None:
        if looked == limit:
            at, left = found.start(), len(text) - found.start()
            reader.doubt(
                at, min(at + 24, len(text)), f"more than {limit:,} numbers; the last {left:,} characters are not read"
            )
            break
        looked += 1
        found = start.search(text, reader.take(found))
    spans = merge_spans(item.span for item in reader.items)
    return Reading(spans, tuple(reader.items), tuple(reader.warnings), sum(span.count for span in spans))


class _Reader:
    """Walks over one text from left to right and keeps what it reads."""

    def __init__(self, text: str, profile: LengthProfile) -> None:
        self.text = text
        self.profile = profile
        self.items: list[ReadItem] = []
        self.warnings: list[ReadWarning] = []
        self._signatures: list[int] | None = None

    def take(self, found: re.Match[str]) -> int:
        """Read what begins at ``found``; return where to go on, behind its first digit."""
        at = found.start()
        match found.lastgroup:
            case "iccid":
                return self._take_iccid(at)
            case "imsi":
                return self._take_imsi(at)
            case "plus":
                return self._take_phone(at)
            case "label":
                return self._take_labelled(found)
            case _:
                self.doubt(at, found.end(), _LOST)
                return found.end()

    def doubt(self, start: int, end: int, why: str) -> None:
        """Keep a warning about the text at ``[start:end]``."""
        self.warnings.append(ReadWarning(self.text[start : min(end, start + 120)], why))

    def _keep(self, kind: SimKind, start: int, end: int, first: str, last: str, doubts: tuple[str, ...] = ()) -> int:
        span = SimSpan(kind, first, last)
        if span.count > _MANY:
            doubts = (*doubts, f"that is {span.count:,} SIMs")
        for doubt in doubts:
            self.doubt(start, end, doubt)
        self.items.append(ReadItem(self.text[start:end], start, end, span, "; ".join(doubts)))
        return end

    # Single numbers ---------------------------------------------------------------------------------------------

    def _code_before(self, at: int) -> bool:
        """Return whether a letter or digit touches ``at`` from the left, as in serial numbers and hashes."""
        before = self.text[at - 1 : at]
        return before.isascii() and before.isalnum()

    def _code_after(self, at: int) -> bool:
        after = self.text[at : at + 1]
        return after.isascii() and after.isalnum()

    def _past_run(self, at: int) -> int:
        found = phrases.REST.match(self.text, at)
        return max(at + 1, found.end() if found else 0)

    def _take_iccid(self, at: int) -> int:
        start = at
        while start and at - start < 4 and self.text[start - 1] in "Ff":
            start -= 1
        if start < at and self._code_before(start):
            start = at
        if self._code_before(start) and not phrases.ICCID_LABEL.search(self.text, max(0, start - 6), start):
            return self._past_run(at)
        number = gather(self.text, at, 18, 20)
        if number is None:
            end = self._past_run(at)
            self.doubt(at, end, f"{end - at} digits in one piece; an ICCID has 18 to 20")
            return end
        if not number.whole:
            return self._take_stem(start, number)
        wild = phrases.WILDCARD.match(self.text, number.end)
        if wild and wild["star"]:
            # The whole number stands there already: the star can only be a check digit.
            number = Number(number.start, wild.end(), number.digits, number.sizes, whole=True)
        elif self._code_after(number.end):
            return self._past_run(number.end)
        return self._follow("iccid", start, number)

    def _take_imsi(self, at: int) -> int:
        end = at + 15
        digits = self.text[at:end]
        if self._code_before(at) or self._code_after(end) or self.text[at - 1 : at] in ("#", "+", "-", "_"):
            return end
        if phrases.IMEI_LABEL.search(self.text, max(0, at - 20), at) or phrases.DATE_LIKE.match(digits):
            return end
        if digits.startswith(_IMEI_STARTS) and luhn_holds(digits):
            self.doubt(at, end, "looks like the IMEI of a device; write IMSI before it if it is one")
            return end
        return self._follow("imsi", at, Number(at, end, digits, (15,), whole=True))

    def _take_phone(self, at: int) -> int:
        """Read a number that begins with a plus, unless it is where people write their own."""
        digits_at = at + 1 + (self.text[at + 1] in phrases.SPACES)
        number = gather(self.text, digits_at, 8, 15)
        if number is None or not number.whole or self._code_after(number.end):
            return self._past_run(digits_at)
        if self._code_before(at) or self._of_a_person(at):
            return number.end
        return self._follow("msisdn", at, number)

    def _of_a_person(self, at: int) -> bool:
        line = self.text[max(0, at - 80) : at].rpartition("\n")[2]
        words = phrases.WORD.findall(line.lower())
        if not phrases.SIM_WORDS.isdisjoint(words):
            return False
        if not phrases.PHONE_WORDS.isdisjoint(words) or phrases.PERSON.search(line[-5:]):
            return True
        if self._signatures is None:
            self._signatures = [found.start() for found in phrases.SIGNATURE.finditer(self.text)]
        place = bisect_right(self._signatures, at)
        if not place:
            return False
        begin = self._signatures[place - 1]
        return at - begin < 600 and self.text.count("\n", begin, at) <= 8

    def _take_labelled(self, found: re.Match[str]) -> int:
        """Read the number that stands behind the word IMSI or MSISDN."""
        at = found.end()
        plus = self.text[at] == "+"
        if self.text.startswith("89", at) and not plus:
            return at
        at += plus
        kind: SimKind = "imsi" if found["label"].lower() == "imsi" else "msisdn"
        number = gather(self.text, at, 14, 15) if kind == "imsi" else gather(self.text, at, 8, 17)
        if number is None:
            return self._past_run(at)
        digits = number.digits
        if kind == "msisdn" and digits.startswith("00"):
            number = Number(number.start, number.end, digits[2:], number.sizes, whole=len(digits) > 9)
        if self._code_after(number.end) or len(number.digits) < 5:
            return number.end
        if kind == "msisdn" and digits.startswith("0") and not digits.startswith("00"):
            self.doubt(at, number.end, "a national number; an MSISDN is read with its country code")
        elif not number.whole or len(number.digits) > 15:
            self.doubt(at, number.end, f"{len(number.digits)} digits; an {kind.upper()} has up to 15")
        else:
            return self._follow(kind, at - plus, number)
        return number.end

    # What follows a whole number --------------------------------------------------------------------------------

    def _body(self, kind: SimKind, digits: str) -> tuple[str, tuple[str, ...]]:
        if kind != "iccid":
            return digits, ()
        read = body_of(digits, self.profile)
        return read.body, read.warnings

    def _follow(self, kind: SimKind, start: int, number: Number) -> int:
        """Read what a whole number begins: a range, a count from it on, or the number alone."""
        text = self.text
        body, doubts = self._body(kind, number.digits)
        between = phrases.TO.match(text, number.end)
        if between is None:
            also = phrases.AND.match(text, number.end)
            if also and phrases.BETWEEN.search(text, max(0, start - 40), start):
                between = also
        if between:
            upper = self._upper_end(kind, number, between)
            if upper:
                return self._range(kind, start, number, upper)
        counted = phrases.PLUS_COUNT.match(text, number.end) or phrases.NEXT_COUNT.match(text, number.end)
        if counted:
            more = int(counted[counted.lastindex or 1])
            if counted.re is phrases.NEXT_COUNT:
                more += 1
            return self._counted(kind, start, counted.end(), body, more, doubts)
        wanted = self._count_before(start)
        if wanted:
            return self._counted(kind, start, number.end, body, wanted, doubts)
        return self._keep(kind, start, number.end, body, body, doubts)

    def _upper_end(self, kind: SimKind, lower: Number, between: re.Match[str]) -> Number | None:
        """Return the upper end of a range behind ``between``, in full or as its last digits; None if it is none."""
        text, at = self.text, between.end()
        while text[at : at + 1] in ("F", "f"):
            at += 1
        at += kind == "msisdn" and text[at : at + 1] == "+"
        low, high = {"iccid": (18, 20), "imsi": (14, 15), "msisdn": (8, 15)}[kind]
        number = gather(self.text, at, low, high)
        if number is None:
            return None
        if number.whole and number.digits[:2] == lower.digits[:2] and len(number.digits) >= len(lower.digits) - 1:
            return None if self._code_after(number.end) else number
        return self._short_end(lower, at, between)

    def _short_end(self, lower: Number, at: int, between: re.Match[str]) -> Number | None:
        """Return ``lower`` with its last digits replaced by those at ``at``; None where they are something else."""
        text = self.text
        found = phrases.GROUPS.match(text, at)
        if found is None:
            return None
        separator = found.group(1)
        pieces = found.group().split(separator) if separator else [found.group()]
        sizes = tuple(map(len, pieces))
        # In a number in groups, the end may be in the same groups: 8946 2000 2000 0000 00 – 0014 99.
        used = next((n for n in range(min(len(sizes), len(lower.sizes)), 1, -1) if sizes[:n] == lower.sizes[-n:]), 1)
        digits = "".join(pieces[:used])
        end = at + len(digits) + used - 1
        sign = between["sign"] if "sign" in between.re.groupindex else None
        tight = sign is not None and sign == sign.strip()
        if self._code_after(end) or re.match(r"[-/.:,][0-9]", text[end : end + 2]):
            return None
        if not tight and (phrases.UNITS.match(text, end) or len(digits) < (2 if sign else 3)):
            return None
        if len(digits) >= len(lower.digits):
            return None
        if tight and len(digits) == 1 and luhn_holds(lower.digits + digits) and len(lower.digits) in (18, 19):
            return Number(at, end, lower.digits + digits, lower.sizes, whole=True)
        return Number(at, end, lower.digits[: -len(digits)] + digits, lower.sizes, whole=lower.whole)

    def _range(self, kind: SimKind, start: int, lower: Number, upper: Number) -> int:
        first, doubts = self._body(kind, lower.digits)
        if len(upper.digits) == len(lower.digits) + 1 and upper.digits.startswith(lower.digits):
            # The part behind the dash is the check digit.
            return self._keep(kind, start, upper.end, first, first, doubts)
        last, more = self._body(kind, upper.digits)
        if len(first) != len(last):
            self.doubt(start, upper.end, "the two ends are of different length; each is read as one SIM")
            self._keep(kind, start, lower.end, first, first, doubts)
            return self._keep(kind, upper.start, upper.end, last, last, more)
        doubts += more
        if last < first:
            if upper.end - upper.start < len(lower.digits):
                self.doubt(start, upper.end, "the end of the range is before its beginning; only the first SIM is read")
                return self._keep(kind, start, lower.end, first, first, doubts)
            doubts = (*doubts, "the end of the range is before its beginning; read the other way round")
            first, last = last, first
        wanted = self._count_before(start)
        span = int(last) - int(first) + 1
        if wanted and wanted != span:
            doubts = (*doubts, f"the text says {wanted:,}, the range holds {span:,}")
        return self._keep(kind, start, upper.end, first, last, doubts)

    def _count_before(self, start: int) -> int:
        """Return the number in ``500 SIMs from`` directly before ``start``; 0 where there is none."""
        if phrases.FROM_WORDS.isdisjoint(self.text[max(0, start - 40) : start].lower().split()):
            return 0
        found = phrases.COUNT_BEFORE.search(self.text, max(0, start - 80), start)
        return int(re.sub("[^0-9]", "", found[1] or found[2])) if found else 0

    def _counted(self, kind: SimKind, start: int, end: int, body: str, count: int, doubts: tuple[str, ...]) -> int:
        last = str(int(body) + max(count, 1) - 1)
        if len(last) != len(body):
            self.doubt(start, end, f"{count:,} SIMs do not fit behind this one; it alone is read")
            last = body
        return self._keep(kind, start, end, body, last, doubts)

    # Numbers that are cut off -----------------------------------------------------------------------------------

    def _take_stem(self, start: int, number: Number) -> int:
        """Read a number that begins as an ICCID and is too short for one: a prefix, a range of prefixes, or neither."""
        text, digits = self.text, number.digits
        wild = phrases.WILDCARD.match(text, number.end)
        if wild:
            return self._prefix(start, number, wild)
        between = phrases.TO.match(text, number.end)
        if between and len(digits) >= _SHORTEST_STEM:
            upper = gather(self.text, between.end(), 18, 20)
            if upper and not upper.whole and upper.digits.startswith("89") and len(upper.digits) == len(digits):
                return self._stems(start, digits, upper.digits, upper.end)
            if upper and not upper.whole:
                short = self._short_end(number, between.end(), between)
                if short:
                    return self._stems(start, digits, short.digits, short.end)
        if between and (between["sign"] or "").strip() in ("\u2026", "...", ".."):
            self.doubt(start, between.end(), "digits are left out here; they are not guessed")
            return between.end()
        if len(digits) >= (13 if len(number.sizes) == 1 else 16) and not self._code_after(number.end):
            self.doubt(start, number.end, f"{len(digits)} digits; an ICCID has 18 to 20")
        return number.end

    def _body_length(self, digits: str) -> tuple[int, tuple[str, ...]]:
        known = self.profile.body_length(digits)
        if known is not None:
            return known, ()
        return _USUAL_BODY, (f"read with {_USUAL_BODY} digits and a check digit each, as is usual",)

    def _prefix(self, start: int, number: Number, wild: re.Match[str]) -> int:
        digits, end = number.digits, wild.end()
        if len(digits) < _SHORTEST_PREFIX:
            self.doubt(start, end, f"a prefix needs at least {_SHORTEST_PREFIX} digits")
            return end
        places = wild["places"]
        if places:
            size = len(digits) + places.lower().count("x")
            if not 18 <= size <= 20:
                self.doubt(start, end, f"{size} digits and places; an ICCID has 18 to 20")
                return end
            length, odd = body_size(digits, size, self.profile)
            doubts: tuple[str, ...] = (odd,) if odd else ()
        else:
            length, doubts = self._body_length(digits)
        first, last = block_of(digits[:length], length)
        return self._keep("iccid", start, end, first, last, doubts)

    def _stems(self, start: int, low: str, high: str, end: int) -> int:
        if high < low:
            self.doubt(start, end, "the end of the range is before its beginning; nothing is read")
            return end
        length, doubts = self._body_length(low)
        doubts = (*doubts, f"{len(low)} digits; read as all SIMs whose numbers begin so")
        return self._keep("iccid", start, end, block_of(low, length)[0], block_of(high, length)[1], doubts)
