"""What the words before a number count: *500 SIMs from A*, *the 9 after A*, *10 cards ending with A*. Words only."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from feeds.simspace.numerals import is_numeral, number_before, spoken
from feeds.simspace.vocabulary import (
    ALSO,
    BEGIN,
    ENDINGS,
    FILL,
    FIRST,
    NEXT,
    NO_SIGN,
    SIM,
    START,
    THINGS,
    as_count,
    words_in,
)
from feeds.simspace.words import LANGUAGES, fold

How = Literal["", "from", "with", "after", "until"]
"""How a count hangs together with the number behind it.

The number is the first of them, is only beside them, stands before the first, is the last; ``""``: there is no count.
"""

_START_WORDS: Final = frozenset(word for phrase in START for word in phrase.split())
_COUNTED: Final = FILL | NEXT | BEGIN | ALSO | FIRST | _START_WORDS | {"."}
_LOOSE: Final = words_in("with at med vid pa ved mit bei met bij avec con com em en par per por som hos")
"""*12 SIMs with A* does not say that they follow on A, as *12 SIMs starting with A* does."""

_SURELY: Final = words_in(
    "from ab fran fra fom vanaf depuis desde dal dalla od alkaen lahtien onwards \u0441 \u043e\u0442"
)
_LAST_OF: Final = frozenset(fold(phrase) for phrase in ENDINGS if " " not in phrase) | words_in("ending endend slutar")
_AFTER: Final = spoken("after")
_STARTED: Final = spoken("start")
_LAST_IN: Final = spoken("ending")
_ANY: Final = frozenset(range(len(LANGUAGES)))
_NAMED: Final = {**spoken("things"), **spoken("more")}
_NO_FIRST: Final = words_in("min prima din low lower")
_THE: Final = words_in("the die den de der les las los le gli as os i e")
_MOST_WORDS: Final = 7


class Told(NamedTuple):
    """How many SIMs the words before a number count, and how that hangs together with it."""

    many: int
    how: How
    starts: bool = False
    """The words end with *from* or a like one."""
    surely: bool = False
    """That word says *from* and nothing else."""
    behind: bool = False
    """The words end with *after*, and speak of SIMs."""


NOTHING_TOLD: Final = Told(0, "")


@lru_cache(maxsize=8192)
def told_before(tokens: tuple[str, ...]) -> Told:
    """Return what folded tokens count that end directly before a number."""
    told = _counted(tokens)
    at = _behind_signs(tokens)
    if at < 0:
        return told
    word = tokens[at]
    after = word in _AFTER and at > 0 and (tokens[at - 1] in NEXT or tokens[at - 1] in THINGS)
    return Told(told.many, told.how, word in START, word in _SURELY, after)


def _counted(tokens: tuple[str, ...]) -> Told:
    at = _behind_signs(tokens)
    how: How = ""
    named = row = leading = comma = first = False
    skipped = 0
    languages: frozenset[int] = frozenset()
    while at >= 0 and skipped < _MOST_WORDS and not tokens[at][0].isdigit():
        word = tokens[at]
        if how and (named or word not in _COUNTED) and is_numeral(word):
            break
        if word in _LAST_OF and how in ("", "with"):
            how, languages = "until", _LAST_IN.get(word, frozenset())
        elif how != "until" and word in START:
            loose = word in _LOOSE and not leading
            how = "from" if how == "from" or not loose else "with"
            languages = languages or _STARTED.get(word, frozenset())
        elif not how and word in _AFTER:
            how, languages = "after", _AFTER[word]
        elif word == "," and leading and not comma:
            comma = True
        elif word not in _COUNTED and "sim" not in word and not (word == "x" and at):
            return NOTHING_TOLD
        if word in BEGIN or (word in FIRST and word not in _NO_FIRST):
            leading = True
            if how != "until" and word not in START:
                how, languages, first = "from", languages or _ANY, not how
        row = row or word in NEXT
        if how == "after" and word in _NAMED and languages.isdisjoint(_NAMED[word]):
            return NOTHING_TOLD  # Polish *na* is no Dutch *na*
        named = named or word in THINGS or word in NEXT or "sim" in word or word == "x"
        skipped += 1
        at -= 1
    if not how or at < 0 or skipped == _MOST_WORDS or ((comma or first) and not row):
        return NOTHING_TOLD
    if tokens[at][0].isdigit():
        if at > 0 and tokens[at - 1] in (".", "-", "/", "#", "+"):
            return NOTHING_TOLD
        ahead = at > 0 and (tokens[at - 1] in NEXT or (how == "after" and tokens[at - 1] in _THE))
        count = as_count(tokens[at]) if named or ahead else 0
    else:
        count, begin = number_before(tokens, at + 1, languages)
        if not (named or (begin and (tokens[begin - 1] in NEXT or (how == "after" and tokens[begin - 1] in _THE)))):
            count = 0
    return Told(count, how) if count else NOTHING_TOLD


def is_start_word(gap: str) -> bool:
    """Return whether all that stands between two numbers is a word such as *from* or *at*."""
    word = fold(gap).strip()
    return word.isalpha() and word in START and word not in ALSO


def _behind_signs(tokens: Sequence[str]) -> int:
    at = len(tokens) - 1
    while at >= 0 and (tokens[at] in NO_SIGN or (tokens[at] in SIM and tokens[at] not in START)):
        at -= 1
    return at
