"""Counts around a whole number: *500 SIMs from A*, *A (500 pcs)*, *A and the next 20*. Words are in counts.py."""

import re
from typing import Final

from feeds.simspace import phrases, trails, vocabulary
from feeds.simspace.counts import Told
from feeds.simspace.found import Findings
from feeds.simspace.groups import Number
from feeds.simspace.spans import SimKind

NO_END: Final = "no end is told; this one alone is read"
_WRITTEN_OUT: Final = re.compile(r"(?<![0-9])(?:89[0-9]{16,18}|[2-7][0-9]{14})(?![0-9])")
_MOST_WRITTEN: Final = 200
_ROOM: Final = 48
"""Characters that one number of a list takes at most."""


class Counting(Findings):
    """Reads how many SIMs the text counts from a number on."""

    def told(
        self, kind: SimKind, start: int, number: Number, body: str, told: Told, doubts: tuple[str, ...]
    ) -> tuple[int, tuple[str, ...]]:
        """Keep what the words before a number count; return where that ends, or 0 and a doubt about the count.

        A list of as many numbers as are counted is only a list.
        """
        many, end = told.many, number.end
        if many == 1 and told.how != "after":
            return 0, ()
        if many <= _MOST_WRITTEN:
            ahead = self.text[end : end + many * _ROOM].partition("\n\n")[0]
            if len(_WRITTEN_OUT.findall(ahead)) + 1 >= many > 1 and told.how != "after":
                return 0, ()
        match told.how:
            case "from":
                return self.counted(kind, start, end, number, body, many, doubts), ()
            case "after":
                first = str(int(body) + 1).zfill(len(body))
                doubts = (*doubts, "the text counts those after this one; it is not among them")
                return self.counted(kind, start, end, number, first, many, doubts), ()
            case "until":
                first = str(int(body) - many + 1).zfill(len(body))
                if len(first) == len(body) and first[:2] == body[:2]:
                    doubts = (*doubts, f"the last of {many:,} SIMs, as the text says")
                    return self.keep(kind, start, end, first, body, doubts, "", number.digits), ()
        return 0, (f"the text counts {many:,} SIMs; only those that are written out are read",)

    # Counts -----------------------------------------------------------------------------------------------------

    def count_behind(self, at: int, nature: str, started: bool = False) -> tuple[int, int]:
        """Return how many SIMs the text behind a number counts from it on, and where that ends; 0: it does not.

        ``started``: the words before the number say that something begins at it.
        """
        text = self.text
        if nature == "plus":
            more = re.compile(
                r"[ \t]?\+[ ]?([0-9]{1,3}(?:[ .,'][0-9]{3}){1,2}|[0-9]{1,7})(?![ -]?[0-9])(?![A-Za-z])"
            ).match(text, at)
            if more:
                told = trails.count_behind(text[at : at + 60])
                return (told[0] + 1, at + told[1]) if told[0] else (vocabulary.as_count(more[1]), more.end())
        if nature != "range" and text[at : at + 1] in (",", " ", "\n", "+"):
            more_sims, length = trails.count_behind(text[at : at + 60].replace("\n", " "))
            if more_sims:
                return more_sims + 1, at + length
        if text[at : at + 1] not in (" ", ",", "(", "[", "\t", "\n", "x", "\u00d7"):
            return 0, 0
        found = phrases.COUNT_BEHIND.match(text, at)
        if found is None or not _counts(found, started):
            return 0, 0
        return vocabulary.as_count(found["count"]), found.end()

    def counted_from(self, kind: SimKind, number: Number, count: int, doubts: tuple[str, ...]) -> int:
        """Keep ``count`` SIMs from a number on."""
        body, more = self.body(kind, number.digits)
        return self.counted(kind, number.start, number.end, number, body, count, (*doubts, *more))

    def counted(
        self, kind: SimKind, start: int, end: int, number: Number, body: str, count: int, doubts: tuple[str, ...]
    ) -> int:
        last = str(int(body) + max(count, 1) - 1).zfill(len(body))
        if len(last) != len(body):
            self.doubt(start, end, f"{count:,} SIMs do not fit behind this one; it alone is read")
            last = body
        return self.keep(kind, start, end, body, last, doubts, number.digits)


def _counts(found: re.Match[str], started: bool) -> bool:
    """Return whether a number behind a number counts SIMs."""
    word, noun, times = found["word"], found["noun"], found["times"]
    if word in ("x", "X"):
        word, times = None, word
    if word and not trails.is_count_word(word) and word.lower() not in ("ca", "total", "i"):
        return False
    if found["bracket"]:
        return found["end"] is not None and (bool(noun and vocabulary.is_thing(noun)) or bool(word and not noun))
    if times:
        return found["end"] is not None and (not noun or vocabulary.is_thing(noun))
    if word:
        return found["end"] is not None and (not noun or vocabulary.is_thing(noun))
    return (
        (found["comma"] == "," or (started and not found["comma"]))
        and bool(noun and vocabulary.is_thing(noun))
        and _closes(found)
    )


def _closes(found: re.Match[str]) -> bool:
    after = found.string[found.end() : found.end() + 2]
    return after[:1] in ("", "\n", ";", ")") or after in (". ", ".\n", ".", ", ", "\r\n")
