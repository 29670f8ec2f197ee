"""The walk through a plain text from number to number: which kind each is, and which are no SIMs at all.

What stands before a number is looked at in surroundings.py, what stands behind it in ends.py; cut-off numbers are read
in stems.py, IMSIs and MSISDNs in subscribers.py, pasted columns in table_columns.py.
"""

import re
from typing import Final

from feeds.simspace import phrases, table_columns
from feeds.simspace.found import EID, LOST
from feeds.simspace.groups import Number, eid_at, gather
from feeds.simspace.identifiers import LengthProfile, luhn_holds
from feeds.simspace.modem import unswapped
from feeds.simspace.starts import Starts
from feeds.simspace.subscribers import Subscribers
from feeds.simspace.vocabulary import WordsSeen, is_simlike

_OPEN: Final = frozenset(" \n\t(:;\"'>=[|")
"""What usually stands before a number: nothing that it could be a part of."""

_BODY_WINDOW: Final = 44
"""Characters that hold the digits of a number in groups."""

_SWAPPED: Final = 20
_LETTERS: Final = 2
"""Hexadecimal letters that an issuer's numbers have at most; more are a hash."""

_LETTERED: Final = "letters stand in this number; it has no place among ranges of digits and is not read"
_OF_SIM: Final = re.compile(r"[ ](?:[^\W\d_]{1,5}[ ]){0,3}(?:e?sim|iccid)", re.IGNORECASE)
_CODE_BEFORE: Final = re.compile(r"(?:[0-9A-Za-z]+[-_])*([0-9A-Za-z]+)[-_]\Z")
_WORD_AFTER: Final = re.compile(r"(?:er|en|s|ff|ja|n)\b|(?:to|till?|bis|tot|do|au|al|a)(?=89)")
"""Endings of words, and words of a range, that are put right behind a number."""


class Walk(Subscribers):
    """Walks over one text and keeps what it reads."""

    def __init__(self, text: str, profile: LengthProfile, limit: int) -> None:
        super().__init__(text, profile)
        self.limit = limit
        self.lowered = text.lower()
        self.words = WordsSeen(self.lowered)
        self._starts = Starts(text, self.lowered, self.words)
        self._tabled = 0

    def read(self) -> bool:
        """Walk through the whole text; return whether there was anything to look at."""
        text, starts = self.text, self._starts
        end = len(text)
        found = starts.next(0, end)
        if found is None:
            return False
        if starts.digits_only and self.limit >= end:
            search, take = phrases.START.search, self.take
            while found is not None:
                found = search(text, take(found))
            return True
        while found is not None:
            if self.looked >= self.limit:
                at, left = found.start(), end - found.start()
                self.doubt(
                    at,
                    min(at + 24, end),
                    f"more than {self.limit:,} numbers; the last {left:,} characters are not read",
                )
                break
            self.looked += 1
            found = starts.next(self.take(found), end)
        return True

    def scan(self, low: int, high: int) -> None:
        """Read the piece of the text between two places by itself, as the cell of a table."""
        while low < high and self.looked < self.limit:
            found = self._starts.next(low, high)
            if found is None:
                return
            self.looked += 1
            low = self.take(found)

    def take(self, found: re.Match[str]) -> int:
        """Read what begins at ``found``; return where to go on, behind its first digit."""
        at = found.start()
        table = self._table(at)
        if table:
            return table
        kind = found.lastgroup
        if kind == "cut":
            kind = "imsi"
        match kind:
            case "iccid":
                return self._take_iccid(at)
            case "imsi":
                return self.take_imsi(at)
            case "plus":
                return self.take_phone(at, at + 1)
            case "trunk":
                return self.take_phone(at, at + 2)
            case "national":
                return self.take_national(at, found.end())
            case "bare":
                self.enter(at)
                return self.follow_unless("msisdn", at, _number(found))
            case "label":
                return self.take_labelled(found)
            case "head":
                return self._take_head(found)
            case "tail":
                return self.take_tail(at, found.end())
            case "dots":
                self.enter(at)
                return max(self.take_dots(at, found.end()), found.end() + 1)
            case "swapped":
                return self._take_swapped(at)
            case _:
                self.doubt(at, found.end(), LOST)
                return found.end()

    def _take_head(self, found: re.Match[str]) -> int:
        """Read the columns below a line with IMSI or MSISDN in it, else what stands behind the word."""
        table = self._table(found.end())
        if table:
            return table
        label = phrases.LABELLED.match(self.text, found.start())
        return self.take_labelled(label) if label else found.start() + 4

    # What stands before -----------------------------------------------------------------------------------------

    def _table(self, at: int) -> int:
        """Read the columns that begin with the line of ``at``; return where they end, 0: there are none."""
        begin = self.text.rfind("\n", at - 400 if at > 400 else 0, at) + 1
        if begin <= self._tabled:
            return 0
        self._tabled = begin
        found = table_columns.find_table(self.text, begin)
        if found is None:
            return 0
        self.out, self.chain, self.tokens = "", len(self.items), ()
        self.looked -= 1  # the row's numbers are counted one by one
        return table_columns.read_table(self, found)

    def _touches_label(self, start: int) -> bool:
        return phrases.ICCID_LABEL.search(self.text, max(0, start - 6), start) is not None

    # ICCIDs -----------------------------------------------------------------------------------------------------

    def _take_iccid(self, at: int) -> int:
        text, start = self.text, at
        before = text[at - 1] if at else "\n"
        if before not in _OPEN:
            while start and at - start < 4 and text[start - 1] in "Ff":
                start -= 1
            if start < at and self.touches_before(start):
                start = at
            if self.touches_before(start) and not self._touches_label(start):
                return self.past_run(at)
            before = text[start - 1] if start else "\n"
            if before in "-.,_/" and start > 1 and self._inside(start):
                return self.past_run(at)
        if (
            before == " "
            and start > 2
            and (text[start - 2].isdigit() or text[start - 2].isupper())
            and self._inside(start)
        ):
            return self.past_run(at)
        if text.startswith("0", at + 2) and (eid := eid_at(text, at)):
            return self._not_eid(at, eid)
        known = self._known_length(at) if self.profile.lengths else None
        number = gather(text, at, 18, 20, known)
        if number is None:
            end = self.past_run(at)
            if end == eid_at(text, at):
                return self._not_eid(at, end)
            if not self.touches_after(end):
                self.doubt(at, end, f"{end - at} digits in one piece; an ICCID has 18 to 20")
            return end
        if not number.whole:
            return self._take_short(start, number)
        wild = phrases.WILDCARD.match(text, number.end)
        if wild and wild["star"]:
            # The whole number stands there already: the star can only be a check digit.
            number = Number(number.start, wild.end(), number.digits, number.sizes, whole=True)
        elif self.touches_after(number.end) and not _WORD_AFTER.match(text, number.end):
            return self.past_run(number.end)
        self.enter(start)
        if self.label == "other":
            self.last_end = number.end
            return number.end
        if (
            self.label == "serial"
            and not (len(number.digits) > 18 and luhn_holds(number.digits))
            and not _OF_SIM.match(text, number.end)
        ):
            self.doubt(start, number.end, "named a serial number; write ICCID or SIM before it if it is one")
            self.last_end = number.end
            return number.end
        return self.follow("iccid", start, number, self.tokens)

    def _known_length(self, at: int) -> int | None:
        """Return how many digits the body of the number at ``at`` has by the profile."""
        return self.profile.body_length("".join(filter(str.isdigit, self.text[at : at + _BODY_WINDOW]))[:19])

    def _take_short(self, start: int, number: Number) -> int:
        """Read a number that has too few digits: for the letters in it, or cut off."""
        lettered = phrases.LETTERED.match(self.text, number.start)
        if lettered and lettered.end() > number.end and not lettered.group().isdigit():
            digits = lettered.group().rstrip("Ff")
            if not digits.isdigit():
                if sum(map(str.isalpha, digits)) <= _LETTERS:
                    self.doubt(number.start, lettered.end(), _LETTERED)
                return lettered.end()
        mistyped = phrases.MISTYPED.match(self.text, number.start)
        if mistyped and mistyped.end() > number.end and sum(map(str.isalpha, mistyped.group())) <= _LETTERS:
            self.doubt(number.start, mistyped.end(), "letters stand among the digits, such as O for 0; it is not read")
            return mistyped.end()
        self.enter(start)
        if self.label == "other":
            self.last_end = number.end
            return number.end
        told = self.label == "sim" and any(token.startswith(("icc", "sim")) for token in self.tokens[-5:])
        return self.take_stem(start, number, self.tokens, told)

    def _not_eid(self, at: int, end: int) -> int:
        self.doubt(at, end, EID)
        self.last_end = end
        return end

    def _inside(self, start: int) -> bool:
        """Return whether what begins at ``start`` is a later part of an IBAN, a decimal or a code."""
        text = self.text
        before = text[max(0, start - 40) : start]
        if before[-1] in ",." and phrases.DECIMAL.search(before):
            found = phrases.DECIMAL.search(before)
            line_begins = found is not None and (
                before[: found.start(1)] == "" or before[: found.start(1)].endswith("\n")
            )
            return before[-1] == "." and not line_begins
        if before[-1] == " ":
            return phrases.IBAN.search(before[-34:]) is not None
        code = _CODE_BEFORE.search(before)
        if code and not is_simlike(code[1].lower()):
            mixed = any(map(str.isdigit, code[1])) and any(map(str.isalpha, code[1]))
            return mixed or code.start(1) > code.start()
        return False

    def _take_swapped(self, at: int) -> int:
        found = unswapped(self.text, at) if not self.touches_before(at) else None
        if found is None:
            return self._perhaps_swapped(at)
        self.enter(at)
        number = Number(at, found.end, found.digits, (len(found.digits),), whole=True)
        return self.follow(
            "iccid", at, number, self.tokens, (f"swapped digits as a modem gives them; read as {found.digits}",)
        )

    def _perhaps_swapped(self, at: int) -> int:
        """Doubt 20 digits that may be an ICCID in swapped digits, where no word calls them anything else."""
        end = self.past_run(at)
        if end - at != _SWAPPED or self.touches_before(at) or self.touches_after(end):
            return end
        found = unswapped("ICCID " + self.text[at:end], 6)
        if found is not None and luhn_holds(found.digits):
            self.enter(at)
            if self.label in ("", "sim"):
                self.doubt(at, end, f"may be {found.digits} in swapped digits; write ICCID before it if it is")
        return end


def _number(found: re.Match[str]) -> Number:
    digits = found["bare"]
    return Number(found.start(), found.end(), digits, (len(digits),), whole=True)
