"""Where in a plain text an identifier may begin: at digits, at a word such as IMSI before them, at an ellipsis.

Digits are looked for by one expression; the rarer beginnings only where the text has what they need.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from feeds.simspace import phrases
from feeds.simspace.vocabulary import ENDINGS, KeyWords, WordsSeen

_WORDS: Final = ("iccid", "imsi", "msisdn")
_TAILS: Final = KeyWords(ENDINGS)
_BLOCKS: Final = ("46719", "4758", "4759", "3197", "4537")


class Starts:
    """Gives the beginnings of one text in their order. ``lowered``: the text in lower case, ``words``: those in it."""

    def __init__(self, text: str, lowered: str, words: WordsSeen) -> None:
        self._text = text
        self._places: list[tuple[int, re.Pattern[str]]] = []
        self._digits: re.Match[str] | None = None
        self._digits_from = self._digits_to = -1
        if "iccid" in lowered or "imsi" in lowered or "msisdn" in lowered:
            if len(lowered) == len(text):
                for word in _WORDS:
                    at = lowered.find(word)
                    while at >= 0:
                        self._places.append((at, phrases.LABELLED))
                        at = lowered.find(word, at + 4)
            else:
                self._places += ((found.start(), phrases.LABELLED) for found in phrases.KIND_WORDS.finditer(text))
        if "\u2026" in text or ".." in text:
            self._places += ((found.start(), phrases.DOTS) for found in phrases.DOTS.finditer(text))
        if not words.none_of(_TAILS):
            self._places += ((at, phrases.TAIL) for at in _TAILS.places(lowered, words))
        if any(map(text.__contains__, _BLOCKS)):
            self._places += ((found.start(), phrases.BARE) for found in phrases.BARE.finditer(text))
        if self._places:
            self._places.sort(key=lambda place: place[0])

    @property
    def digits_only(self) -> bool:
        """Whether the text has no other beginnings than digits."""
        return not self._places

    def next(self, at: int, end: int) -> re.Match[str] | None:
        """Return the first beginning in ``[at:end]``; None where there is none."""
        digits = self._digits_in(at, end)
        if not self._places:
            return digits
        stop = digits.start() if digits else end - 1
        for marked in self._marked(at, stop):
            return marked
        return digits

    def _digits_in(self, at: int, end: int) -> re.Match[str] | None:
        known = self._digits
        if self._digits_to == end and self._digits_from <= at and (known is None or known.start() >= at):
            return known
        self._digits_from, self._digits_to = at, end
        self._digits = phrases.START.search(self._text, at, end)
        return self._digits

    def _marked(self, at: int, stop: int) -> Iterator[re.Match[str]]:
        places = self._places
        for number in range(bisect_left(places, at, key=lambda place: place[0]), len(places)):
            start, pattern = places[number]
            if start > stop:
                return
            found = phrases.HEAD.match(self._text, start) if pattern is phrases.LABELLED else None
            found = found or pattern.match(self._text, start)
            if found is not None:
                yield found
