"""What the words behind a number say: a count, that it goes on without an end, that this SIM works."""

import re
from functools import lru_cache
from itertools import islice
from typing import Final, Literal, NamedTuple

from feeds.simspace.numerals import is_numeral, number_at, spoken
from feeds.simspace.statements import all_is_well, negates
from feeds.simspace.vocabulary import (
    ALSO,
    AMOUNTS,
    ASIDE,
    BEGIN,
    BETWEEN,
    BUT,
    COPULA,
    COUNT,
    EVERY,
    EXCLUDED,
    FILL,
    NEXT,
    NO,
    ONWARDS,
    SERIES,
    THINGS,
    TOKEN,
    UNHIT,
    WORKS,
    as_count,
    is_simlike,
    is_thing,
    words_in,
)
from feeds.simspace.words import fold

_ARTICLES: Final = words_in("the de die den der det las los les le lo gli i os as og en och und et y")
_FIRST_WORD: Final = re.compile(r",?[ ]?([^\W\d_]+|[&+])")
_BEHIND_WORD: Final = re.compile(r"[\s)\"'\],+:=\-\u2013]*([^\W\d_]+)")
_UNIT: Final = re.compile(r"[ \t]?(%|[^\W\d_]+(?:[-.][^\W\d_]+)*)")
_CAPITAL: Final = re.compile(r"[ ][A-Z\u00c4\u00d6\u00dc0-9]")
_ONWARDS_FIRST: Final = frozenset(phrase.split()[0] for phrase in ONWARDS)
_EXCLUDED_FIRST: Final = frozenset(phrase.split()[0] for phrase in EXCLUDED)
_FARING: Final = COPULA | WORKS | EVERY | NO | UNHIT | _EXCLUDED_FIRST
_AFTER: Final = spoken("after")
_CLOSERS: Final = words_in(") \" ' ] : = - \u2013")
_STOPS: Final = words_in(
    ". , ; ! ? ( ) but aber men mais pero ma mas ale maar mutta sondern while wahrend medan whereas tandis mientras"
)
_CLAUSE_ENDS: Final = _STOPS | {phrase for phrase in BUT | ASIDE if " " not in phrase and phrase not in NO}
_BARE_WORKS: Final = words_in("ok okay online fine")


def count_behind(after: str) -> tuple[int, int]:
    """Return how many more SIMs the text directly behind a number adds, and where that ends: *and the next 200*."""
    first = _FIRST_WORD.match(after)
    if first is None or not (first[1] == "+" or fold(first[1]) in ALSO):
        return 0, 0
    found = list(islice(TOKEN.finditer(after), 9))
    words = [fold(one.group()) for one in found]
    at = 1 if words[0] == "," else 0
    count = end = 0
    named = False
    skip = 0
    for place, (word, one) in enumerate(zip(words, found, strict=True)):
        if place <= at or place < skip:
            continue
        if word[0].isdigit():
            if count:
                break
            count, end = as_count(word), one.end()
        elif not count and is_numeral(word) and (told := number_at(words, place))[0]:
            count, skip = told[0], told[1]
            end = found[skip - 1].end()
        elif word in NEXT or (count and word in _AFTER):
            named, end = True, one.end()
        elif not (word in FILL or word in _ARTICLES or word in ALSO or "sim" in word):
            break
    return (count, end) if named and count else (0, 0)


def counts_things(after: str) -> bool:
    """Return whether the text directly behind a number makes it a count or an amount: *500 cards*, *20 %*."""
    found = _UNIT.match(after)
    if found is None:
        return False
    word = found[1]
    if word == "am" and _CAPITAL.match(after, found.end()):
        return False  # German: on a day, at a place
    if word == "may" or after[found.end() : found.end() + 1] == "'":
        return False  # the month has a capital; *c'est*
    return word == "%" or fold(word) in THINGS or fold(word) in AMOUNTS


def counts_sims(after: str) -> bool:
    """Return whether the text directly behind a number makes it a count of SIMs."""
    found = _UNIT.match(after)
    return found is not None and fold(found[1]) in THINGS


def is_count_word(word: str) -> bool:
    """Return whether *antal*, *qty* and their like."""
    return fold(word) in COUNT


def begins_behind(after: str) -> bool:
    """Return whether the text directly behind a number ends with *begin*, as in *die mit 89357 beginnen*."""
    words = [token for token in TOKEN.findall(fold(after))[:2] if token[0].isalpha()]
    return bool(words) and words[0] in BEGIN


def between_behind(after: str) -> bool:
    """Return whether the text directly behind two numbers says *between*, as Finnish and Turkish do."""
    found = _UNIT.match(after)
    return found is not None and fold(found[1]) in BETWEEN


def is_series(word: str) -> bool:
    """Return whether a word behind a number makes it the beginning of many: *series*, *block*."""
    return fold(word) in SERIES


@lru_cache(maxsize=4096)
def fares_well(after: str) -> Literal["", "surely", "perhaps"]:
    """Return whether the text directly behind a number says that this SIM is not concerned: *works fine*."""
    first = _BEHIND_WORD.match(after)
    if first is None or fold(first[1]) not in _FARING:
        return ""
    tokens = TOKEN.findall(fold(after))
    while tokens and tokens[0] in _CLOSERS:
        tokens = tokens[1:]
    if not tokens or tokens[0] not in _FARING:
        return ""
    if _excludes(tokens):
        return "surely"
    stop = next(
        (at for at, token in enumerate(tokens) if token in _CLAUSE_ENDS or token in ALSO or token[0].isdigit()),
        len(tokens),
    )
    clause = [token for token in tokens[:stop] if token not in EVERY]
    if all_is_well(clause):
        if clause[0] in _BARE_WORKS or _takes_back(tokens[stop:]):
            return "perhaps"
        return "surely"
    works = any(token in WORKS for token in clause[:3])
    return "perhaps" if works and not any(map(negates, clause)) else ""


def _excludes(tokens: list[str]) -> bool:
    """Return whether the words directly behind a number leave it out: *1050 excluded*, *is not included*."""
    at = 0
    while at < len(tokens) and tokens[at] in COPULA:
        at += 1
    for size in (3, 2, 1):
        if " ".join(tokens[at : at + size]) in EXCLUDED:
            # With something behind it, it may leave that out: *A excepted, B* and *A, excepted B*.
            return at + size >= len(tokens) or tokens[at + size] in _STOPS or tokens[at + size] in _CLOSERS
    return False


def _takes_back(tokens: list[str]) -> bool:
    """Return whether the rest of the sentence, up to the next SIM, has a negation: *is online, but has no data*."""
    for token in tokens:
        if token in (".", "!", "?", ";") or token[0].isdigit() or is_simlike(token):
            return False
        if negates(token):
            return True
    return False


class Onwards(NamedTuple):
    """*And onwards*, without an end; or how many SIMs that are, and where the count ends."""

    many: int
    length: int


def onwards(after: str) -> Onwards | None:
    """Return what the text directly behind a number says where it says *and onwards*, else None."""
    first = _BEHIND_WORD.match(after)
    if first is None or fold(first[1]) not in _ONWARDS_FIRST:
        return None
    found = list(islice(TOKEN.finditer(after), 10))
    tokens = [fold(one.group()) for one in found]
    places = [at for at, token in enumerate(tokens) if token[0].isalpha()][:5]
    size = next((n for n in range(len(places), 0, -1) if " ".join(tokens[at] for at in places[:n]) in ONWARDS), 0)
    if not size:
        return None
    at = places[size - 1] + 1
    while at < len(tokens) and (tokens[at] in _CLOSERS or tokens[at] in (",", ":", "(", "\u2013", "-", "=")):
        at += 1
    while at < len(tokens) and tokens[at][0].isalpha() and is_count_word(tokens[at]):
        at += 1
    if at < len(tokens) and tokens[at][0].isdigit():
        count, at = as_count(tokens[at]), at + 1
    else:
        count, at, _ = number_at(tokens, at)
    if count > 1 and at < len(tokens) and is_thing(tokens[at]):
        return Onwards(count, found[at].end())
    return Onwards(0, 0)
