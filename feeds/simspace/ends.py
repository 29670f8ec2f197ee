"""What follows a whole number: the other end of a range, a count, further numbers given by their last digits."""

import re
from typing import Final

from feeds.simspace import counts, leads, phrases, trails, vocabulary
from feeds.simspace.counting import NO_END, Counting
from feeds.simspace.gaps import nature_of
from feeds.simspace.groups import Number, gather
from feeds.simspace.identifiers import luhn_holds
from feeds.simspace.spans import SimKind
from feeds.simspace.words import fold

SIZES: Final[dict[SimKind, tuple[int, int]]] = {"iccid": (18, 20), "imsi": (14, 15), "msisdn": (8, 15)}
"""Least and most digits of a whole number."""

_BEFORE_WORDS: Final = frozenset((" ", ")", '"', "'", ":"))
_ONWARDS: Final = frozenset((" ", ")", ",", "+"))
_STOP: Final = re.compile(r"[-/.:,\u2013]?[0-9A-Za-z]|[ ]?%|[:/]")
_LISTED: Final = re.compile(r"(?:, ?|; |\r?\n(?:> )?)(89[0-9]{16,18})(?=(?:, ?|; |\r?\n(?:> )?)89[0-9]{16})")
"""A number in the midst of a list."""

_PAIR: Final = re.compile(r"89[0-9]{16,18}[Ff]?[ ]?[;,|\t][ ]?[0-9]{1,7}(?!\.?[0-9])")
_LIST_STOP: Final = re.compile(r"[.,] ?(?:\s|[0-9]{2,8}(?![0-9.,:/%]))|/ ?-?[0-9]{2,8}(?![0-9.,:%A-Za-z])")
_COLUMN_COUNT: Final = re.compile(r"[ ]?[;,|\t][ ]?([0-9]{1,7})(?![0-9.,]*[0-9])")
_HANGING: Final = re.compile(r"[^0-9A-Za-z](?:[Ff]{1,4}|\+)\Z")
_LAST_DIGITS: Final = "only last digits stand here; read with the beginning of the number before"


class Ends(Counting):
    """Reads on behind a whole number."""

    def follow(
        self, kind: SimKind, start: int, number: Number, tokens: tuple[str, ...], doubts: tuple[str, ...] = ()
    ) -> int:
        """Read what a whole number begins: a range, a count from it on, or the number alone; return where it ends.

        ``tokens``: the words before it on its line. ``doubts``: those that are known already.
        """
        end = self._follow(kind, start, number, tokens, doubts)
        if self.text[end : end + 1] in _BEFORE_WORDS:
            self._see_fares(end)
        return end

    def _follow(
        self, kind: SimKind, start: int, number: Number, tokens: tuple[str, ...], doubts: tuple[str, ...] = ()
    ) -> int:
        text, end = self.text, number.end
        if number.note:
            doubts = (*doubts, number.note)
        body, more = self.body(kind, number.digits)
        doubts += more
        gap = phrases.GAP.match(text, end)
        nature = ""
        listed = False
        if gap is not None:
            between = gap.group()
            listed = text.startswith("89", gap.end())
            nature = nature_of(between if between[-1] not in "Ff+" else _unhung(between))
            if nature == "and" and (leads.is_between(tokens, between) or self._between_behind(kind, gap.end())):
                nature = "to"
            if nature == "to":
                upper = self._upper_end(kind, number, between, gap.end())
                if upper:
                    return self._list_ends(kind, upper, self._range(kind, start, number, upper, tokens, doubts))
            elif not nature and between.strip() == ":":
                upper = self._upper_end(kind, number, between, gap.end())
                if (
                    upper
                    and len(upper.digits) == len(number.digits)
                    and upper.end - upper.start > len(number.digits) // 2
                ):
                    if between in (":", " : ") and self._as_cells(number, upper):
                        return self._range(kind, start, number, upper, tokens, (*doubts, _COLON))
                    doubts = (*doubts, "a colon between two numbers: read as two SIMs, not as a range")
            elif listed and nature == "list" and "\n" not in between:
                closed = self._closed_pair(kind, number, between, gap.end())
                if closed:
                    return self._range(kind, start, number, closed, tokens, doubts)
        listed = listed and nature in ("list", "and")
        before = counts.told_before(tokens) if tokens else counts.NOTHING_TOLD
        if not listed and (nature in ("", "plus", "and") or text[end : end + 1] in (",", "\n", " ")):
            more_sims, until = self.count_behind(end, nature, before.starts)
            if more_sims:
                return self.counted(kind, start, until, number, body, more_sims, doubts)
        if tokens:
            if before.many:
                until, more = self.told(kind, start, number, body, before, doubts)
                if until:
                    return until
                doubts = (*doubts, *more)
            elif not nature and self._without_end(tokens, before, end):
                doubts = (*doubts, NO_END)
        if not nature and text[end : end + 1] in _ONWARDS and (on := trails.onwards(text[end : end + 60])):
            if on.many:
                return self.counted(kind, start, end + on.length, number, body, on.many, doubts)
            doubts = (*doubts, NO_END) if NO_END not in doubts else doubts
        if nature == "slash" and gap is not None and text.startswith(number.digits[:4], gap.end()):
            doubts = (*doubts, "a slash between two numbers: read as two SIMs, not as a range")
        self.keep(kind, start, end, body, body, doubts, number.digits)
        if listed:
            return self._go_through(kind, end)
        return self._list_ends(kind, number, end) if nature in ("list", "and", "slash") else end

    def _as_cells(self, lower: Number, upper: Number) -> bool:
        """Return whether two numbers are the ends of a range as spreadsheets write it."""
        near = int(upper.digits) - int(lower.digits)
        return lower.digits[:_ALIKE] == upper.digits[:_ALIKE] and 0 < near < _MOST_CELLS

    def _without_end(self, tokens: tuple[str, ...], before: counts.Told, end: int) -> bool:
        """Return whether the words before a number speak of all SIMs from it on, or of those behind it."""
        if before.surely:
            return leads.says_all(tokens) or self._all_behind(end)
        if leads.says_all(tokens):
            return leads.begins(tokens)
        return before.behind

    def _all_behind(self, end: int) -> bool:
        return leads.says_all(vocabulary.TOKEN.findall(fold(self.text[end : end + 30].partition("\n")[0]))[:4])

    def _go_through(self, kind: SimKind, end: int) -> int:
        """Read the plain numbers of a list, without the last one: something else may follow on that."""
        found = _LISTED.match(self.text, end)
        while found is not None and self.looked < self.limit:
            self.looked += 1
            digits = found[1]
            body, doubts = self.body(kind, digits)
            self.keep(kind, found.start(1), found.end(), body, body, doubts, digits)
            found = _LISTED.match(self.text, found.end())
        return self.last_end

    # Ranges -----------------------------------------------------------------------------------------------------

    def _upper_end(self, kind: SimKind, lower: Number, between: str, at: int) -> Number | None:
        """Return the upper end of a range that begins at ``at``, in full or as its last digits; None if it is none."""
        text = self.text
        low, high = SIZES[kind]
        number = gather(text, at, low, high, len(lower.digits))
        if number is None:
            return None
        if number.whole and number.digits[:2] == lower.digits[:2] and len(number.digits) >= len(lower.digits) - 1:
            return None if self.touches_after(number.end) else number
        return self.short_end(lower, at, between)

    def _between_behind(self, kind: SimKind, at: int) -> bool:
        text = self.text
        if not text[at : at + 2].isdigit():
            return False
        upper = gather(text, at, *SIZES[kind])
        return upper is not None and upper.whole and trails.between_behind(text[upper.end : upper.end + 20])

    def short_end(self, lower: Number, at: int, between: str) -> Number | None:
        """Return ``lower`` with its last digits replaced by those at ``at``; None where they are something else."""
        text = self.text
        found = phrases.SHORT_ENDS.match(text, at)
        if found is None:
            return None
        separator = found.group(1)
        pieces = found.group().split(separator) if separator else [found.group()]
        sizes = tuple(map(len, pieces))
        # In a number in groups, the end may be in the same groups: 8946 2000 2000 0000 00 – 0014 99.
        used = next((n for n in range(min(len(sizes), len(lower.sizes)), 1, -1) if sizes[:n] == lower.sizes[-n:]), 1)
        digits = "".join(pieces[:used])
        end = at + len(digits) + used - 1
        signs = not any(char.isalpha() for char in between)
        tight = signs and between == between.strip()
        if self.touches_after(end) or re.match(r"[-/.:,][0-9]", text[end : end + 2]):
            return None
        if not tight and (phrases.units_follow(text, end) or len(digits) < (2 if signs or len(lower.sizes) > 1 else 3)):
            return None
        if "\n" in between and len(digits) < 4:
            return None
        if len(digits) >= len(lower.digits):
            return None
        if tight and len(digits) == 1 and luhn_holds(lower.digits + digits) and len(lower.digits) in (18, 19):
            return Number(at, end, lower.digits + digits, lower.sizes, whole=True)
        return Number(at, end, lower.digits[: -len(digits)] + digits, lower.sizes, whole=lower.whole)

    def _closed_pair(self, kind: SimKind, lower: Number, between: str, at: int) -> Number | None:
        """Return the upper end where two numbers are followed by exactly the count of the SIMs between them."""
        if kind != "iccid" or between.strip() not in ("", ",", ";", "|") or _PAIR.match(self.text, at) is None:
            return None
        upper = gather(self.text, at, 18, 20)
        if upper is None or not upper.whole or len(upper.digits) != len(lower.digits):
            return None
        count = _COLUMN_COUNT.match(self.text, upper.end)
        if count is None:
            return None
        first, last = int(self.body(kind, lower.digits)[0]), int(self.body(kind, upper.digits)[0])
        return upper if int(count[1]) == last - first + 1 > 1 else None

    def _range(
        self, kind: SimKind, start: int, lower: Number, upper: Number, tokens: tuple[str, ...], doubts: tuple[str, ...]
    ) -> int:
        first, _ = self.body(kind, lower.digits)
        if (
            len(upper.digits) == len(lower.digits) + 1
            and upper.digits.startswith(lower.digits)
            and upper.end - upper.start < 3
        ):
            # The part behind the dash is the check digit.
            return self.keep(kind, start, upper.end, first, first, doubts, upper.digits)
        last, more = self.body(kind, upper.digits)
        if {len(lower.digits), len(upper.digits)} == {19, 20} and len(first) != len(last):
            first, last, doubts = *self._of_nineteen(lower.digits, upper.digits), (*doubts, _NINETEEN)
            more = ()
        return self.range_of(
            kind, start, upper, (first, last), (*doubts, *more), lower, counts.told_before(tokens).many
        )

    def _of_nineteen(self, lower: str, upper: str) -> tuple[str, str]:
        return lower[:19], upper[:19]

    def range_of(
        self,
        kind: SimKind,
        start: int,
        upper: Number,
        ends: tuple[str, str],
        doubts: tuple[str, ...],
        lower: Number,
        wanted: int = 0,
    ) -> int:
        """Keep the range between two bodies; ``wanted``: how many SIMs the text says it has, 0: nothing."""
        first, last = ends
        if len(first) != len(last):
            self.doubt(start, upper.end, "the two ends are of different length; each is read as one SIM")
            self.keep(kind, start, lower.end, first, first, doubts, lower.digits)
            return self.keep(kind, upper.start, upper.end, last, last, (), upper.digits)
        if last < first:
            if upper.end - upper.start < len(lower.digits):
                self.doubt(start, upper.end, "the end of the range is before its beginning; only the first SIM is read")
                return self.keep(kind, start, lower.end, first, first, doubts, lower.digits)
            doubts = (*doubts, "the end of the range is before its beginning; read the other way round")
            first, last = last, first
        span = int(last) - int(first) + 1
        counted, end = (0, upper.end)
        if not wanted:
            counted, end = self.count_behind(upper.end, "range")
            wanted = counted
        if wanted and wanted != span:
            written = int(max(lower.digits, upper.digits)) - int(min(lower.digits, upper.digits)) + 1
            if kind == "iccid" and written == wanted and len(lower.digits) == len(upper.digits) == 19:
                first, last = sorted((lower.digits, upper.digits))
                doubts = (f"{wanted:,} SIMs as the text says: so these 19 digits have no check digit",)
            else:
                doubts = (*doubts, f"the text says {wanted:,}, the range holds {span:,}")
        return self.keep(kind, start, end if counted else upper.end, first, last, doubts, lower.digits, upper.digits)

    # Lists of last digits ---------------------------------------------------------------------------------------

    def _list_ends(self, kind: SimKind, like: Number, end: int) -> int:
        """Read further numbers that are given by their last digits: ``8946200020001000 12, 13, 17-19``."""
        text = self.text
        size = like.sizes[-1] if len(like.sizes) > 1 and like.sizes[-1] < 9 else 0
        seen = 0
        pending: list[tuple[int, Number, Number | None]] = []
        at = end
        before = like
        while seen < 1_000:
            gap = phrases.GAP.match(text, at)
            if (
                gap is None
                or len(gap.group()) > 12
                or "<" in gap.group()
                or "\n" in gap.group()
                or gap.group().isspace()
            ):
                break
            if gap.group().endswith("+"):
                break
            if gap.group() in (",", ";", "|", "\t") and not (size and gap.group() == ","):
                break  # columns
            nature = nature_of(gap.group())
            if nature not in ("list", "and", "slash") or text.startswith("89", gap.end()):
                break
            if nature == "list" and counts.is_start_word(gap.group()):
                break  # A from 2024
            found = phrases.SHORT.match(text, gap.end())
            if found is None or not 2 <= len(found.group()) <= 8 or (size and len(found.group()) > max(size, 4)):
                break
            digits = found.group()
            one = Number(found.start(), found.end(), like.digits[: -len(digits)] + digits, like.sizes, whole=True)
            if one.digits <= before.digits:
                break
            upper, stop = None, found.end()
            dash = re.compile(r"[ ]?[-\u2013\u2026][ ]?([0-9]{2,8})").match(text, stop)
            if dash and len(dash[1]) <= len(digits):
                upper = Number(dash.start(1), dash.end(), one.digits[: -len(dash[1])] + dash[1], like.sizes, whole=True)
                stop = dash.end()
            if _STOP.match(text, stop) and not _LIST_STOP.match(text[stop : stop + 12] + "\n"):
                break
            if phrases.units_follow(text, stop):
                break
            pending.append((one.start, one, upper))
            before, at, seen = upper or one, stop, seen + 1
        slash = 0 < len(pending) < 20 and text[end : end + 1] == "/" and pending[0][0] == end + 1
        sure = bool(size) and all(len(text[one.start : one.end]) == size for _, one, _ in pending)
        alike = len({one.end - one.start for _, one, _ in pending}) == 1
        if not pending or not (
            sure or slash or (alike and (len(pending) > 1 or pending[0][1].end - pending[0][1].start >= 3))
        ):
            return end
        for start, one, upper in pending:
            first, doubts = self.body(kind, one.digits)
            if not sure:
                doubts = (*doubts, _LAST_DIGITS)
            if upper is None:
                self.keep(kind, start, one.end, first, first, doubts, one.digits)
            else:
                last, _ = self.body(kind, upper.digits)
                self.range_of(kind, start, upper, (first, last), doubts, one)
        return at

    # Words behind -----------------------------------------------------------------------------------------------

    def _see_fares(self, end: int) -> None:
        """Look whether the words behind say that what was just read works."""
        text = self.text
        fares = trails.fares_well(text[end : end + 64].partition("\n")[0])
        if not fares:
            return
        for item in self.items[self.chain :] if fares == "surely" else self.items[-1:]:
            if fares == "surely":
                item.out = item.out or "no"
            else:
                item.doubts = (*item.doubts, "the text seems to say that it works; it is read all the same")


_COLON: Final = "a colon between two numbers: read as a range, as in spreadsheets"
_ALIKE: Final = 7
_MOST_CELLS: Final = 10_000_000
_NINETEEN: Final = "one end has 19 digits, the other 20; read as SIMs with 19 digits before the check digit"


def _unhung(between: str) -> str:
    hanging = _HANGING.search(between)
    return between[: hanging.start() + 1] if hanging else between
