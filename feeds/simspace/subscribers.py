"""IMSIs and MSISDNs in a text, and the numbers that only look like them: devices', people's, dates."""

import re
from typing import Final

from feeds.simspace import leads, numbering, phrases
from feeds.simspace.gaps import nature_of
from feeds.simspace.groups import Number, gather
from feeds.simspace.identifiers import luhn_holds
from feeds.simspace.spans import SimKind
from feeds.simspace.stems import is_article
from feeds.simspace.surroundings import Surroundings
from feeds.simspace.vocabulary import CLOSING, PHONE, is_simlike
from feeds.simspace.words import fold

_SIGNATURE_LINES: Final = 9
_SIGNATURE: Final = 600
_LISTED: Final = 100_000
_DEVICE: Final = "looks like the IMEI of a device; write IMSI before it if it is one"
_NATIONAL: Final = "a national number; an MSISDN is read with its country code"
_NO_COUNTRY: Final = "no country has a code that this number could begin with"
_PHONE: Final = re.compile(r"[0-9](?:[ ()/.-]{0,2}[0-9]){5,18}(?![0-9A-Za-z])")
_MACHINE: Final = re.compile(r"46[ -]?719|47[ -]?5[89]|31[ -]?97|88[ -]?[23]|45[ -]?37|33[ -]?70")
"""How the blocks for machines begin."""

_NATIONAL_ZERO: Final = re.compile(
    r"[1-9][0-9]{0,2}[ ]?\(0\)[ ]?[0-9]{1,5}(?:[ /-]{0,2}[0-9]{1,6}){1,5}(?![0-9A-Za-z])"
)
_SIZES: Final[dict[SimKind, str]] = {"iccid": "18 to 20", "imsi": "up to 15", "msisdn": "8 to 15"}
_CODE_SIGNS: Final = frozenset("#+-_.,")
_ICCID_BEGINS: Final = ("89", "98", "8 9", "8.", "8,", "8'", "+")


class Subscribers(Surroundings):
    """Reads IMSIs and MSISDNs."""

    def take_imsi(self, at: int) -> int:
        text = self.text
        number = gather(text, at, 15, 15)
        if number is None or not number.whole:
            return self.past_run(at)
        end, digits = number.end, number.digits
        before = text[at - 1 : at] if at else ""
        column = before == "," and text[at - 2 : at - 1].isalnum()
        if self.touches_before(at) or self.touches_after(end) or (before in _CODE_SIGNS and not column):
            return end
        self.enter(at)
        if self.label in ("other", "imei", "serial"):
            self.last_end = end
            return end
        if not numbering.has_mobile_country(digits):
            if numbering.like_device(digits) and luhn_holds(digits):
                self.doubt(at, end, _DEVICE)
            return end
        if numbering.like_date(digits) and self.label != "sim":
            return end
        if numbering.like_device(digits) and luhn_holds(digits) and "imsi" not in self.tokens[-3:]:
            self.doubt(at, end, _DEVICE)
            return end
        return self.follow("imsi", at, number, self.tokens)

    def take_phone(self, at: int, digits_at: int) -> int:
        """Read a number that begins with a plus, unless it is where people write their own."""
        text = self.text
        digits_at += text[digits_at] == " "
        if text.startswith("89", digits_at):
            return digits_at
        run = _PHONE.match(text, digits_at)
        if run is None or self.touches_before(at):
            return self.past_run(digits_at)
        if not _MACHINE.match(text, digits_at) and self._of_a_person(at, run.end()):
            return run.end()
        number = gather(text, digits_at, 8, 15)
        if number is None or not number.whole or self.touches_after(number.end):
            zero = _NATIONAL_ZERO.match(text, digits_at)
            if zero is None:
                return self.past_run(digits_at)
            digits = re.sub("[^0-9]", "", zero.group().replace("(0)", ""))
            number = Number(digits_at, zero.end(), digits, (len(digits),), whole=8 <= len(digits) <= 15)
            if not number.whole:
                return zero.end()
        if not numbering.is_machine(number.digits) and self._of_a_person(at, number.end):
            return number.end
        self.enter(at)
        if not numbering.has_calling_code(number.digits):
            self.doubt(at, number.end, _NO_COUNTRY)
            return number.end
        return self.follow_unless("msisdn", at, number)

    def take_national(self, at: int, end: int) -> int:
        """Doubt a number of a block for machines without its country code: it is no person's, and not read."""
        if self.touches_before(at) or self.text[at - 1 : at] in _CODE_SIGNS:
            return end
        self.enter(at)
        digits = re.sub("[^0-9]", "", self.text[at:end])
        spoken = self.label == "sim" or any(word in PHONE or is_simlike(word) for word in self.tokens[-4:])
        if self.label in ("", "sim") and (spoken or not is_article(digits)):
            self.doubt(at, end, _NATIONAL)
        self.last_end = end
        return end

    def follow_unless(self, kind: SimKind, at: int, number: Number) -> int:
        if self.label in ("other", "imei") and not any(map(is_simlike, self.tokens[-5:])):
            self.last_end = number.end
            return number.end
        return self.follow(kind, at, number, self.tokens)

    def _of_a_person(self, at: int, end: int) -> bool:
        text = self.text
        line = text[max(0, at - 80) : at].rpartition("\n")[2]
        words, told = leads.phone_of(line)
        if told:
            return told == "person"
        if phrases.PERSON.search(line[-5:]):
            return True
        rest = text[end : end + 80].partition("\n")[0]
        if phrases.NEAR_MAIL.search(line) or phrases.NEAR_MAIL.search(rest):
            return True
        lines = text[max(0, at - _SIGNATURE) : at].split("\n")[-_SIGNATURE_LINES:]
        if any(fold(one.lstrip("> \t")).startswith(CLOSING) or one.lstrip("> ") in ("--", "-- ") for one in lines):
            return True
        if words > 4:
            return False
        around = "\n".join(lines[-3:]) + text[end : end + 120]
        return phrases.NEAR_MAIL.search(around) is not None or phrases.COMPANY.search(around) is not None

    def take_labelled(self, found: re.Match[str]) -> int:
        """Read the numbers that stand behind the word ICCID, IMSI or MSISDN."""
        at, word = found.end(), found["label"].lower()
        if word == "iccid":
            return self._take_named_iccid(at)
        plus = self.text[at] == "+"
        if self.text.startswith("89", at) and not plus:
            return at
        kind: SimKind = "imsi" if word == "imsi" else "msisdn"
        self.enter(found.start())
        size = 0
        for _ in range(_LISTED):
            number = self._labelled_number(kind, at + plus)
            if number is None and not size:
                end = self.past_run(at + plus)
                if end - at - plus > 15 and not self.touches_after(end):
                    self.doubt(at, end, f"{end - at - plus} digits; an {kind.upper()} has {_SIZES[kind]}")
                return end
            if number is None or (size and not (plus or abs(len(number.digits) - size) <= 1)):
                return max(self.last_end, at if size else self.past_run(at + plus))
            self.looked += 1
            before = len(self.items)
            end = self._follow_labelled(kind, at, number)
            if len(self.items) == before:
                return end
            size = len(number.digits)
            gap = phrases.GAP.match(self.text, end)
            nature = nature_of(gap.group().rstrip("+")) if gap else ""
            if gap is None or nature not in ("list", "and", "slash") or phrases.KIND_WORDS.search(gap.group()):
                return end
            at = gap.end()
            plus = self.text[at - 1] == "+"
            at -= plus
            if self.text.startswith("89", at) and kind == "imsi":
                return end
        return self.last_end

    def _labelled_number(self, kind: SimKind, at: int) -> Number | None:
        number = gather(self.text, at, 14, 15) if kind == "imsi" else gather(self.text, at, 8, 17)
        if number is not None and kind == "msisdn" and number.digits.startswith("00"):
            sizes = (max(number.sizes[0] - 2, 1), *number.sizes[1:])
            return Number(number.start, number.end, number.digits[2:], sizes, whole=len(number.digits) > 9)
        return number

    def _follow_labelled(self, kind: SimKind, at: int, number: Number) -> int:
        digits, text = number.digits, self.text
        if self.touches_after(number.end) or len(digits) < 5 or text[number.end : number.end + 1] == "*":
            return number.end
        if kind == "msisdn" and digits.startswith("0"):
            self.doubt(at, number.end, _NATIONAL)
        elif not number.whole or len(digits) > 15:
            self.doubt(at, number.end, f"{len(digits)} digits; an {kind.upper()} has {_SIZES[kind]}")
        elif (
            kind == "msisdn"
            and len(digits) == 15
            and numbering.has_mobile_country(digits)
            and not numbering.is_machine(digits)
        ):
            return self.follow("imsi", at, number, self.tokens, ("named an MSISDN, but it has the form of an IMSI",))
        elif kind == "imsi" and numbering.is_machine(digits):
            return self.follow("msisdn", at, number, self.tokens, ("named an IMSI, but it has the form of an MSISDN",))
        else:
            odd: tuple[str, ...] = ()
            if kind == "imsi" and not numbering.has_mobile_country(digits):
                odd = (f"{digits[:3]} is not the code of a country or network",)
            elif kind == "msisdn" and not numbering.has_calling_code(digits):
                odd = (_NO_COUNTRY,)
            return self.follow(kind, at, number, self.tokens, odd)
        return number.end

    def _take_named_iccid(self, at: int) -> int:
        """Look at a number behind the word ICCID that does not begin as one."""
        text = self.text
        if text.startswith(_ICCID_BEGINS, at):
            return at
        number = gather(text, at, 18, 20)
        if number is None:
            return self.past_run(at)
        if self.touches_after(number.end) or len(number.digits) < 5:
            return self.past_run(at)
        if number.whole:
            self.doubt(at, number.end, "does not begin with 89, as every ICCID does")
        elif len(number.sizes) == 1 and len(number.digits) not in (8, 15):
            self.doubt(at, number.end, f"{len(number.digits)} digits; an ICCID has 18 to 20")
        else:
            return at
        return number.end
