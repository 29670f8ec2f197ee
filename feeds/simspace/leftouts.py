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
from feeds.simspace.numerals import is_numeral
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
_EXCEPTING: Final = vocabulary.BUT | words_in("auser ausser abgesehen bortsett apart aside forutom poza afgezien")
_SOME: Final = words_in(
    "few some couple several denen einige einigen einiger wenige wenigen paar nagra vissa noen nogle nogen sommige "
    "enkele quelques celles ceux certaines certains algunas algunos unas unos alcune alcuni quelle quelli algumas "
    "alguns umas uns kilku niektorych tych kilka muutama muutamaa jotkut"
)
_SENTENCE: Final = re.compile(r"[^.!?\n0-9]{0,120}")
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
_MOST: Final = 10_000
"""Short numbers that are looked at, at most."""

_REACH: Final = 40
"""Ranges before a short number, and behind it, that it may belong to."""

_BEFORE: Final = 64
_BEHIND: Final = 48
"""Characters between a short number and the words that leave it out."""
_NOT_PLACED: Final = "the text leaves this out, but it fits into nothing that was read; nothing is taken away"
_TWO_PLACES: Final = "the text leaves this out, but it fits at more than one place; nothing is taken away"
_UNCLEAR: Final = "the text leaves some SIMs out here, but not by their numbers; nothing is taken away"
_NEAREST: Final = "taken from the range before it; it would fit another one too"
_SURE_SIZE: Final = 3

_Span = tuple[str, str]
_Place = tuple[int, int]


def read_leftouts(walk: "Walk") -> bool:
    """Read the last digits that the text leaves out; return whether there are any."""
    many = [item for item in walk.items if item.first != item.last]
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
        self.many = sorted(many, key=lambda item: item.start)
        self.starts = [item.start for item in self.many]
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
                if looked > _MOST:
                    why = f"more than {_MOST:,} short numbers beside words of exceptions; no further ones are looked at"
                    walk.doubt(found.start(), found.end(), why)
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
        if leads.all_but(walk.tokens):
            places = self._place(found.start(), found.group(), "")
            return "no" if places and places[0][0].out else ""
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
        if item.out:
            out = ""  # all of them work, but not this one
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
        """Return some of the many: the nearest before ``at`` first, then those behind."""
        place = bisect_left(self.starts, at)
        return self.many[max(0, place - _REACH) : place][::-1] + self.many[place : place + _REACH]

    def _place(self, at: int, low: str, high: str) -> list[tuple[Found, _Span]]:
        """Return where last digits fit into what was read, the nearest first: two places at most."""
        found: list[tuple[Found, _Span]] = []
        for item in self._near(at):
            spans = fitting(item, low, high)
            if len(spans) == 1 and all(span != spans[0] for _, span in found):
                found.append((item, spans[0]))
                if len(found) == 2:
                    break
        return found

    def _twice(self, at: int, low: str) -> bool:
        return any(len(fitting(item, low, "")) > 1 for item in self._near(at))

    def _in_words(self) -> None:
        """Doubt what is left out directly behind a range without any number: *except the two in Lund*."""
        walk, text = self.walk, self.walk.text
        outs = sorted([item.start for item in walk.items if item.out] + [doubt.start for doubt in walk.doubts])
        for item in self.many[:_MOST]:
            sentence = _SENTENCE.match(text, item.end)
            assert sentence is not None
            words = list(_WORD.finditer(text, item.end, sentence.end()))
            tokens = [fold(word.group()) for word in words]
            for at, word in enumerate(words):
                size = next((n for n in range(4, 0, -1) if " ".join(tokens[at : at + n]) in _EXCEPTING), 0)
                if not size or (word.start() > item.end + 4 and not _some(tokens[at + size : at + size + 2])):
                    continue
                told = bisect_left(outs, word.start())
                if told == len(outs) or outs[told] > word.end() + 90:
                    walk.doubt(word.start(), words[min(at + size, len(words) - 1)].end(), _UNCLEAR)
                break


def _some(tokens: list[str]) -> bool:
    """Return whether the words speak of some SIMs without their numbers: *the two*, *a few*, *those*."""
    return any(token in _SOME or token in vocabulary.ORDINARY or is_numeral(token) for token in tokens)


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
