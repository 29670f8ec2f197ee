"""Numbers that are cut off: prefixes, ranges of prefixes, a beginning with last digits behind it, hidden digits."""

import re
from itertools import pairwise
from typing import Final

from feeds.simspace import leads, phrases, trails, vocabulary
from feeds.simspace.ends import Ends
from feeds.simspace.found import Cut
from feeds.simspace.gaps import nature_of
from feeds.simspace.groups import Number, gather
from feeds.simspace.identifiers import block_of, body_size
from feeds.simspace.words import fold

_SHORTEST_PREFIX: Final = 5
"""Industry, country and an issuer: a shorter prefix stands for the SIMs of a whole country."""

_SHORTEST_STEM: Final = 9
"""Digits that two cut-off numbers need before they are read as the ends of a range; fewer may be anything."""

_USUAL_BODY: Final = 18
_AHEAD: Final = 240
_WORD_BEHIND: Final = re.compile(r"[ -]?([^\W\d_]+)")
_COMPLETION: Final = re.compile(
    r"(?<![0-9A-Za-z.,:/+#-])(?P<dots>\u2026|\.{2,3})?[ ]?(?P<low>[0-9]{2,11})"
    r"(?:[ ]?(?:-|\u2013|\u2026|\.{2,3}|\bto\b|\btill?\b|\bbis\b|\bau?\b|\btot\b|\bdo\b|\bal?\b)[ ]?"
    r"(?:\u2026|\.{2,3})?(?P<high>[0-9]{2,11}))?"
    r"(?![0-9A-Za-z:/%]|[.,-][0-9])"
)
_LEFT_OUT: Final = "digits are left out here; they are not guessed"
_LAST: Final = re.compile(
    r"(?P<low>[0-9]{2,12})(?:[ ]?(?:-|\u2013|to|till?|bis)[ ]?(?:\u2026|\.{2,3})?[ ]?(?P<high>[0-9]{2,12}))?"
    r"(?![0-9:/%])"
)
_LENGTHS: Final = re.compile(r"(?<![0-9])89[0-9]{16,18}(?![0-9])")


class Stems(Ends):
    """Reads numbers that begin as an ICCID and are too short for one."""

    stem = ""
    """The beginning of numbers that the text gave last, for last digits that follow."""
    stem_end = 0
    _lengths: "dict[str, set[int]] | None" = None

    def take_stem(self, start: int, number: Number, tokens: tuple[str, ...], told: bool) -> int:
        """Read a cut-off number. ``told``: a label says that it is an ICCID. Returns where to go on."""
        text, digits, end = self.text, number.digits, number.end
        if phrases.MASKED.match(text, end):
            masked = phrases.MASKED.match(text, end)
            assert masked is not None
            return self._masked_or_range(start, number, masked)
        wild = phrases.WILDCARD.match(text, end)
        if wild and not (wild["open"] and len(digits) < _SHORTEST_PREFIX):
            return self._prefix(start, number, wild, tokens)
        gap = phrases.GAP.match(text, end)
        nature = nature_of(gap.group()) if gap else ""
        if gap and nature == "to" and len(digits) >= _SHORTEST_STEM:
            upper = gather(text, gap.end(), 18, 20)
            if upper and not upper.whole and upper.digits.startswith("89") and len(upper.digits) == len(digits):
                return self._stems(start, digits, upper.digits, upper.end)
            if upper and not upper.whole:
                short = self.short_end(number, gap.end(), gap.group())
                if short:
                    return self._stems(start, digits, short.digits, short.end)
        if gap and nature == "to" and gap.group().strip() in ("\u2026", "...", ".."):
            self.stem, self.stem_end = "", gap.end()
            self.doubt(start, gap.end(), _LEFT_OUT)
            return self._cut(start, digits, gap.end()) or (
                gap.end() + len(phrases.SHORT_ENDS.match(text, gap.end()).group())  # type: ignore[union-attr]
            )
        if gap and len(digits) >= _SHORTEST_STEM and re.fullmatch(r"[ ]?[:(][ ]?|[ ]-[ ]", gap.group()):
            until = self._complete(start, end, digits, 0, sure=False)
            if until:
                return until
        if len(digits) >= _SHORTEST_STEM:
            until = self._counted_block(start, end, digits, tokens)
            if until:
                return until
        behind = _WORD_BEHIND.match(text, end)
        series = behind is not None and trails.is_series(behind[1])
        every = leads.says_all(tokens) and behind is not None and vocabulary.is_thing(behind[1])
        after = trails.begins_behind(text[end : end + 24])
        if (leads.begins(tokens) or series or every or after) and not self.touches_after(end):
            self.stem, self.stem_end = digits, end
            return self._complete(start, end, digits, 0) or self._block(start, end, digits)
        if self.touches_after(end):
            return end
        if len(digits) >= (13 if len(number.sizes) == 1 else 16) or (told and len(digits) >= 5):
            if told or not is_article(digits):
                self.doubt(start, end, f"{len(digits)} digits; an ICCID has 18 to 20")
            self.stem, self.stem_end = digits, end
        return end

    def _masked_or_range(self, start: int, number: Number, masked: re.Match[str]) -> int:
        signs = masked.group().rstrip("0123456789")
        places = 0 if "\u2026" in signs else len(signs.replace(" ", "").replace("-", ""))
        self._cut(start, number.digits, masked.start() + len(signs), places)
        if masked.group().strip()[:1] == "\u2026":
            why = _LEFT_OUT
            rest = re.compile(r"[ ]?[-\u2013][ ]?[0-9]{1,12}").match(self.text, masked.end())
            end = rest.end() if rest else masked.end()
        else:
            why, end = "digits are hidden here; they are not guessed", masked.end()
        self.doubt(start, end, why)
        return end

    def _cut(self, start: int, stem: str, at: int, places: int = 0) -> int:
        """Keep a number without its middle, for other numbers to complete it; return where it ends, 0: it is none."""
        found = _LAST.match(self.text, at)
        if found is None or self.touches_after(found.end()):
            return 0
        low, high = found["low"], found["high"] or ""
        self.cuts.append(Cut(start, found.end(), stem, low, high, places, False, self.out))
        return found.end()

    def take_dots(self, at: int, digits_at: int) -> int:
        """Read last digits behind an ellipsis: ``…1000-1099``. Returns where to go on."""
        text = self.text
        found = phrases.SHORT.match(text, digits_at)
        assert found is not None
        low, end, high = found.group(), found.end(), ""
        dash = re.compile(
            r"[ ]?(?:-|\u2013|to|till?|bis)[ ]?(?:\u2026|\.{2,3})?[ ]?([0-9]{2,10})(?![0-9A-Za-z:/])"
        ).match(text, end)
        if dash:
            high, end = dash[1], dash.end()
        if self.touches_after(end) or text[end : end + 1] in (":", "/", "%"):
            return end
        if self.stem and at - self.stem_end <= 600 and self._fits(self.stem, len(low)):
            self._completed(at, end, self.stem, low, high, ())
            return end
        item = self.items[-1] if self.items else None
        whole = (item.upper or item.lower) if item else ""
        if item is not None and whole and at - item.end <= 400 and len(low) < len(whole):
            kind = item.kind
            first, doubts = self.body(kind, whole[: -len(low)] + low)
            last = first
            if high:
                last, more = self.body(
                    kind,
                    whole[: -len(high)] + high
                    if len(high) >= len(low)
                    else whole[: -len(low)] + low[: -len(high)] + high,
                )
                doubts += more
            doubts = (*doubts, "only last digits stand here; read with the beginning of the number before")
            if last >= first:
                return self.keep(kind, at, end, first, last, doubts, whole[: -len(low)] + low)
        if len(low) >= 3 or high:
            self.cuts.append(Cut(at, end, "", low, high, 0, False, self.out))
            self.doubt(at, end, "only last digits stand here, and no number before says how they begin")
        return end

    def take_tail(self, at: int, digits_at: int) -> int:
        """Look at last digits that are named so: *SIM ending in 0012*. Returns where to go on."""
        found = phrases.SHORT.match(self.text, digits_at)
        assert found is not None
        end = found.end()
        words = vocabulary.TOKEN.findall(fold(self.text[max(0, at - 60) : at].rpartition("\n")[2]))
        if any(vocabulary.is_simlike(word) or vocabulary.is_thing(word) for word in words[-7:]):
            self.cuts.append(Cut(at, end, "", found.group(), named=True, out=self.out))
            self.doubt(at, end, "only last digits stand here; which SIM that is cannot be told")
        return end

    # Completing a beginning -------------------------------------------------------------------------------------

    def _fits(self, stem: str, size: int) -> bool:
        total = len(stem) + size
        known = self.profile.body_length(stem)
        return total in (known, known + 1) if known is not None else 18 <= total <= 20

    def _complete(self, start: int, end: int, stem: str, places: int, sure: bool = True) -> int:
        """Read last digits in the text behind a beginning; return where they end, 0: there are none.

        ``places``: how many digits are missing, 0: as many as an ICCID needs. ``sure``: a word said that it is
        a beginning.
        """
        text = self.text
        stop = text.find("\n\n", end, end + _AHEAD)
        window_end = stop if stop >= 0 else min(len(text), end + _AHEAD)
        chosen: list[re.Match[str]] = []
        for found in _COMPLETION.finditer(text, end, window_end):
            low, high = found["low"], found["high"] or ""
            fits = len(low) == places if places else self._fits(stem, len(low))
            if low.startswith("89") and len(low) >= 8:
                break
            if not fits or (high and len(high) > len(low)) or (high and high <= low[-len(high) :]):
                if chosen:
                    break
                continue
            if chosen and len(low) != len(chosen[0]["low"]):
                break
            if phrases.units_follow(text, found.end()) and not high:
                continue
            if leads.announced(text[chosen[-1].end() if chosen else end : found.start()][-60:], False)[2]:
                break
            chosen.append(found)
        strong = any(found["high"] or found["dots"] for found in chosen) or len(chosen) > 1 or places or not sure
        if not chosen or not strong:
            return 0
        if (
            sure
            and not places
            and not any(found["dots"] for found in chosen)
            and len(chosen[0]["low"]) == 4
            and all(found["low"].startswith(("19", "20")) and not found["high"] for found in chosen)
        ):
            return 0  # years
        for found in chosen:
            doubts = () if found["dots"] else (f"read behind the beginning {stem}",)
            self._completed(found.start("low"), found.end(), stem, found["low"], found["high"] or "", doubts)
        return chosen[-1].end()

    def _completed(self, start: int, end: int, stem: str, low: str, high: str, doubts: tuple[str, ...]) -> None:
        lower = stem + low
        upper = stem + (low[: len(low) - len(high)] + high if len(high) <= len(low) else high) if high else lower
        first, more = self.body("iccid", lower)
        last, rest = self.body("iccid", upper) if high else (first, ())
        if len(first) == len(last) and first <= last:
            self.keep("iccid", start, end, first, last, (*doubts, *more, *rest), lower, upper if high else "")
        else:
            self.doubt(start, end, "the end of the range is before its beginning; nothing is read")

    # Prefixes ---------------------------------------------------------------------------------------------------

    def _body_length(self, digits: str) -> tuple[int, tuple[str, ...]]:
        known = self.profile.body_length(digits)
        if known is not None:
            return known, ()
        told = self._lengths_here(digits)
        if told:
            return told, (f"read with {told} digits and a check digit each, as other numbers of the text",)
        return _USUAL_BODY, (f"read with {_USUAL_BODY} digits and a check digit each, as is usual",)

    def _lengths_here(self, digits: str) -> int:
        """Return the one length of bodies that begin alike in the same text; 0: there is none or more than one."""
        if self._lengths is None:
            self._lengths = {}
            for found in _LENGTHS.finditer(self.text[:200_000]):
                number = found.group()
                self._lengths.setdefault(number[:_SHORTEST_PREFIX], set()).add(body_size(number, len(number))[0])
        sizes = self._lengths.get(digits[:_SHORTEST_PREFIX], set())
        return next(iter(sizes)) if len(sizes) == 1 else 0

    def _prefix(self, start: int, number: Number, wild: re.Match[str], tokens: tuple[str, ...]) -> int:
        digits, end = number.digits, wild.end()
        if len(digits) < _SHORTEST_PREFIX:
            self.doubt(start, end, f"a prefix needs at least {_SHORTEST_PREFIX} digits")
            return end
        places = wild["places"]
        each = wild["class"]
        if each or (places and not wild["more"]):
            missing = each.count("]") + each.count("d") if each else len(re.sub("[ -]", "", places))
            self.stem, self.stem_end = digits, end
            until = self._complete(start, end, digits, missing)
            if until:
                return until
            size = len(digits) + missing
            if not 18 <= size <= 20:
                if size < 18 and missing <= 4 and len(digits) <= 10:
                    return self._block(start, end, digits, f"{size} digits and places; read as all that begin so")
                self.doubt(start, end, f"{size} digits and places; an ICCID has 18 to 20")
                return end
            length, odd = body_size(digits, size, self.profile)
            return self._keep_block(start, end, digits, length, (odd,) if odd else ())
        if wild["open"]:
            self.stem, self.stem_end = digits, end
            until = self._complete(start, end, digits, 0)
            if until:
                return until
            return self._block(start, end, digits, "read as all SIMs whose numbers begin so")
        return self._block(start, end, digits)

    def _block(self, start: int, end: int, digits: str, doubt: str = "") -> int:
        if len(digits) < _SHORTEST_PREFIX:
            self.doubt(start, end, f"a prefix needs at least {_SHORTEST_PREFIX} digits")
            return end
        length, doubts = self._body_length(digits)
        return self._keep_block(start, end, digits, length, (*doubts, doubt) if doubt else doubts)

    def _counted_block(self, start: int, end: int, digits: str, tokens: tuple[str, ...]) -> int:
        """Read a prefix as a block where the text counts exactly as many SIMs as begin so; return where it ends, 0."""
        length = self._body_length(digits)[0]
        if not 0 < length - len(digits) < 8:
            return 0
        count = 10 ** (length - len(digits))
        behind = phrases.COUNT_BEHIND.match(self.text, end)
        told = 0
        if behind is not None and (behind["noun"] or behind["word"]) and vocabulary.is_thing(behind["noun"] or "sims"):
            told, end = vocabulary.as_count(behind["count"]), behind.end()
        elif any(token[0].isdigit() for token in tokens):
            told = next(
                (
                    vocabulary.as_count(token)
                    for token, unit in pairwise(tokens)
                    if token[0].isdigit() and (vocabulary.is_thing(unit) or unit == "x")
                ),
                0,
            )
        if told != count:
            return 0
        return self._keep_block(start, end, digits, length, (f"{count:,} SIMs begin so, as many as the text counts",))

    def _keep_block(self, start: int, end: int, digits: str, length: int, doubts: tuple[str, ...]) -> int:
        first, last = block_of(digits[:length], length)
        return self.keep("iccid", start, end, first, last, doubts)

    def _stems(self, start: int, low: str, high: str, end: int) -> int:
        if high < low:
            self.doubt(start, end, "the end of the range is before its beginning; nothing is read")
            return end
        length, doubts = self._body_length(low)
        doubts = (*doubts, f"{len(low)} digits; read as all SIMs whose numbers begin so")
        first, last = block_of(low, length)[0], block_of(high, length)[1]
        return self.keep("iccid", start, end, first, last, doubts)


def is_article(digits: str) -> bool:
    """Return whether 13 or 14 digits are an article's number with a check digit that fits (GTIN, GS1)."""
    if len(digits) not in (13, 14):
        return False
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0
