"""Exceptions that are given by their last digits: *8946…1000-1099 except 1050 and 1060-1064*, *1050 works*.

Looked for when all numbers of a text are read, and only where one of them stands for many SIMs. What fits into none of
these, or at more than one place, takes nothing away and becomes a doubt. Whole numbers are left out by leads.py.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from feeds.simspace import leads, phrases, trails, vocabulary
from feeds.simspace.found import Found
from feeds.simspace.gaps import nature_of
from feeds.simspace.identifiers import luhn_digit
from feeds.simspace.leads import Leave
from feeds.simspace.vocabulary import KeyWords, words_in
from feeds.simspace.words import fold, written

if TYPE_CHECKING:
    from feeds.simspace.walk import Walk

_EVERYDAY: Final = words_in(
    "ikke without utan ohne uten uden zonder sans sin senza sem bez ilman fara fora poza buiten bis all plus"
)
"""Words of exceptions that most mails have for other reasons: only directly before digits they are looked at."""


def _phrases(*fields: str) -> set[str]:
    return {form for field in fields for phrase in written(field) for form in (phrase, fold(phrase))}


def _everyday(phrase: str) -> bool:
    return not _EVERYDAY.isdisjoint(fold(phrase).split())


_LEAVING: Final = _phrases("but", "aside")
_BEHIND_NUMBER: Final = _phrases("excluded", "unhit")
_WORDS: Final = KeyWords(phrase for phrase in _LEAVING | _BEHIND_NUMBER if not _everyday(phrase))
_ALL: Final = {*leads.DIRECT_NO, "n\u00e3o", *_LEAVING, *_BEHIND_NUMBER, *_phrases("works")}
_NEAR: Final = KeyWords(_ALL)
_NEAR_WORDS: Final = frozenset(max(phrase.split(), key=len) for phrase in _ALL)
_DIGITS: Final = re.compile(r"(?<![0-9.,:/])[0-9]{2,8}(?![0-9:/])")
_WORD: Final = re.compile(r"[^\W\d_]+")

_LAST_DIGITS: Final = r"[0-9]{1,11}(?![0-9A-Za-z:%_]|\.[0-9]|/[0-9]{1,2}(?![0-9])|-[0-9]+-)"
_SHORT: Final = re.compile(r"(?<![0-9A-Za-z.,:/+_%])(?<![0-9A-Za-z]-)" + _LAST_DIGITS)
_FURTHER: Final = re.compile(_LAST_DIGITS)
_UPPER: Final = re.compile(
    r"[ ]?(?:-|\u2013|\u2026|\.{2,3}|to|thru|through|till?|tot|t/m|bis|bis zu|au?|al?|ao|do|\u00e0)"
    r"[ ]?(?:\u2026|\.{2,3})?[ ]?([0-9]{1,11})"
    r"(?![0-9A-Za-z:%_]|[./-][0-9])"
)
_TIGHT: Final = re.compile(r", ?[-\u2013\u2026]|[ ]?/[ ]?")
_MOST: Final = 1_000
_BEFORE: Final = 64
_BEHIND: Final = 48
"""Characters between a short number and the words that leave it out."""
_FIRST_WORDS: Final = re.compile(r"[ ,;:(\n\u2013-]{1,4}([^\W\d_]+(?:[ '\u2019]+[^\W\d_]+){0,3})")
_NOT_PLACED: Final = "the text leaves this out, but it fits into nothing that was read; nothing is taken away"
_TWO_PLACES: Final = "the text leaves this out, but it fits at more than one place; nothing is taken away"
_UNCLEAR: Final = "the text leaves some SIMs out here, but not by their numbers; nothing is taken away"
_NEAREST: Final = "taken from the range before it; it would fit another one too"
_SURE_SIZE: Final = 3

_Span = tuple[str, str]
_Place = tuple[int, int]


def read_leftouts(walk: "Walk") -> bool:
    """Read the last digits that the text leaves out; return whether there are any."""
    many = [item for item in walk.items if item.first != item.last and not item.out]
    if not many or (walk.words.none_of(_WORDS) and (walk.words.none_of(_NEAR) or not _near_digits(walk.lowered))):
        return False
    before = len(walk.items)
    _Leftouts(walk, many).read()
    return len(walk.items) > before


def _near_digits(lowered: str) -> bool:
    """Return whether one of the words stands next to a short number, or with a word or two between."""
    for found in _DIGITS.finditer(lowered):
        start, end = found.span()
        if not _NEAR_WORDS.isdisjoint(_WORD.findall(lowered, max(0, start - 24), end + 20)):
            return True
    return False


class _Leftouts:
    """One text, and the ``many``: what was read in it that stands for more than one SIM."""

    def __init__(self, walk: "Walk", many: list[Found]) -> None:
        self.walk = walk
        self.many = many
        words, lowered = walk.words, walk.lowered
        self.worded = sorted(_NEAR.places(lowered, words))
        self.taken = sorted((item.start, item.end) for item in walk.items)

    def read(self) -> None:
        """Read all of them."""
        walk, text = self.walk, self.walk.text
        looked = 0
        done = 0
        for low, high in self._free():
            for found in _SHORT.finditer(text, low, high):
                if found.start() < done or not self._worded(found.start()):
                    continue
                looked += 1
                if looked > _MOST or walk.looked >= walk.limit:
                    return
                out = self._out(found, low)
                if out:
                    done = self._take(found, high, out)
        self._in_words()

    def _free(self) -> Iterator[_Place]:
        """Yield the pieces of the text in which nothing was read."""
        at = 0
        for start, end in self.taken:
            if start > at:
                yield at, start
            at = max(at, end)
        yield at, len(self.walk.text)

    def _worded(self, at: int) -> bool:
        """Return whether a word that may leave something out stands near."""
        near = bisect_left(self.worded, at - _BEFORE)
        return near < len(self.worded) and self.worded[near] < at + _BEHIND

    def _out(self, found: re.Match[str], low: int) -> Leave:
        """Return whether the words around a short number leave it out."""
        walk, text = self.walk, self.walk.text
        walk.last_end, walk.out, walk.label = low, "", ""
        walk.enter(found.start())
        if walk.label and walk.label != "sim":
            return ""
        if walk.out:
            return walk.out
        if len(found.group()) >= _SURE_SIZE and text[found.end() : found.end() + 1] in (" ", ")", ":"):
            behind = text[found.end() : found.end() + 64].partition("\n")[0]
            if trails.fares_well(behind) == "surely" and self._place(found.start(), found.group(), ""):
                return "no"
        return ""

    def _take(self, found: re.Match[str], high: int, out: Leave) -> int:
        """Take a list of short numbers away; return where it ends."""
        text, at = self.walk.text, found.start()
        end = at
        while found is not None:
            end = self._take_one(found, out)
            gap = phrases.GAP.match(text, end, high)
            if gap is None or "\n\n" in gap.group():
                break
            nature = nature_of(gap.group())
            if nature not in ("list", "and", "slash") and not _TIGHT.fullmatch(gap.group()):
                break
            more = _FURTHER.match(text, gap.end(), high)
            if more is None or abs(len(more.group()) - len(found.group())) > 1:
                break
            found = more
        return end

    def _take_one(self, found: re.Match[str], out: Leave) -> int:
        text, walk = self.walk.text, self.walk
        low, high, end = found.group(), "", found.end()
        upper = _UPPER.match(text, end)
        if upper and len(upper[1]) <= len(low):
            high, end = upper[1], upper.end()
        if phrases.units_follow(text, end):
            if out and trails.counts_sims(text[end : end + 24]):
                walk.doubt(found.start(), end, _UNCLEAR)
            return end
        places = self._place(found.start(), low, high)
        if not places:
            if len(low) >= _SURE_SIZE or high or self._alone(found):
                why = _TWO_PLACES if self._twice(found.start(), low) else _NOT_PLACED
                walk.doubt(found.start(), end, why)
            return end
        item, (first, last) = places[0]
        doubts = (_NEAREST,) if len(places) > 1 else ()
        self._drop_doubts(found.start(), end)
        walk.items.append(Found(found.start(), end, item.kind, first, last, doubts, out))
        return end

    def _alone(self, found: re.Match[str]) -> bool:
        """Return whether nothing but signs or an end stands behind a number of one or two digits."""
        return self.walk.text[found.end() : found.end() + 1] in ("", "\n", ".", ",", ")", ";")

    def _drop_doubts(self, start: int, end: int) -> None:
        """Forget what was doubted about digits that are placed now."""
        doubts = self.walk.doubts
        doubts[:] = [doubt for doubt in doubts if doubt.end <= start or doubt.start >= end]

    def _near(self, at: int) -> list[Found]:
        """Return the many, the nearest before ``at`` first, then those behind."""
        before = [item for item in self.many if item.start < at]
        return before[::-1] + [item for item in self.many if item.start >= at]

    def _place(self, at: int, low: str, high: str) -> list[tuple[Found, _Span]]:
        """Return where last digits fit into what was read, the nearest first, each place once."""
        found: list[tuple[Found, _Span]] = []
        for item in self._near(at):
            spans = fitting(item, low, high)
            if len(spans) == 1 and all(span != spans[0] for _, span in found):
                found.append((item, spans[0]))
        return found

    def _twice(self, at: int, low: str) -> bool:
        return any(len(fitting(item, low, "")) > 1 for item in self._near(at))

    def _in_words(self) -> None:
        """Doubt what is left out directly behind a range without any number: *except the two in Lund*."""
        walk, text = self.walk, self.walk.text
        outs = [item.start for item in walk.items if item.out] + [doubt.start for doubt in walk.doubts]
        for item in self.many:
            words = _FIRST_WORDS.match(text, item.end)
            if words is None:
                continue
            tokens = fold(words[1]).replace("\u2019", "'").split()
            size = next((n for n in range(len(tokens), 0, -1) if " ".join(tokens[:n]) in vocabulary.BUT), 0)
            if size and not any(item.end <= start <= item.end + 90 for start in outs):
                walk.doubt(words.start(1), words.end(1), _UNCLEAR)


def fitting(item: Found, low: str, high: str) -> list[_Span]:
    """Return the SIMs of ``item`` whose numbers end with ``low``, or the runs from there to ``high``; two at most.

    Where the item was written with check digits, the last digits are looked for with one first.
    """
    checked = item.kind == "iccid" and len(item.lower or item.upper) == len(item.first) + 1
    for bare in (False, True) if checked else (True,):
        spans = _ending(item, low, high) if bare else _ending_checked(item, low, high)
        if spans:
            return spans
    return []


def _ending(item: Found, low: str, high: str) -> list[_Span]:
    size = len(low)
    if size >= len(item.first):
        return []
    first, last, step = int(item.first), int(item.last), 10**size
    at = first - first % step + int(low)
    at += step if at < first else 0
    spans: list[_Span] = []
    while at <= last and len(spans) < 2:
        end = at if not high else at - at % 10 ** len(high) + int(high)
        if at <= end <= last:
            spans.append((str(at).zfill(len(item.first)), str(end).zfill(len(item.first))))
        at += step
    return spans


def _ending_checked(item: Found, low: str, high: str) -> list[_Span]:
    if len(low) < 2 or (high and len(high) < 2):
        return []
    spans = _ending(item, low[:-1], high[:-1])
    fits = [
        (first, last)
        for first, last in spans
        if luhn_digit(first) == low[-1] and (not high or luhn_digit(last) == high[-1])
    ]
    return fits if len(spans) == 1 or len(fits) == 1 else []
