"""Numbers in words: *zehn*, *two hundred*, *femtio*, *half a dozen*. The words are in words/.

A word is a number in the languages that have it only: Danish *to* is two, Polish *ten* is no ten, Spanish *tres* is
three and Danish *tres* sixty. So a number is asked for together with the languages of the words around it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from feeds.simspace.vocabulary import words_in
from feeds.simspace.words import LANGUAGES, fold

Languages = frozenset[int]
"""Places in ``LANGUAGES``."""

_ONES: Final = words_in("a an ein eine einem et ett en een un une una um uma yksi one jeden")
_JOINTS: Final = ("und", "en", "og", "och", "and", "e", "y", "et", "i", "")
_THOUSAND: Final = 1_000
_LONGEST: Final = 24


class _Part(NamedTuple):
    value: int
    times: bool
    """It takes what stands before it so many times: *hundred*."""


def spoken(field: str) -> dict[str, Languages]:
    """Return each word of one field of ``Words``, folded, with the languages that have it there."""
    found: dict[str, set[int]] = {}
    for number, words in enumerate(LANGUAGES):
        for phrase in getattr(words, field).split("|"):
            for word in fold(phrase).split():
                found.setdefault(word, set()).add(number)
    return {word: frozenset(languages) for word, languages in found.items()}


def _parts() -> tuple[dict[str, _Part], ...]:
    tables = []
    for words in LANGUAGES:
        table = {}
        for phrase in filter(None, words.numerals.split("|")):
            word, _, value = phrase.rpartition(" ")
            table[fold(word)] = _Part(int(value.lstrip("*")), value.startswith("*"))
        tables.append(table)
    return tuple(tables)


_PARTS: Final = _parts()
NUMERALS: Final = frozenset(word for table in _PARTS for word in table)
"""Words that are numbers by themselves in some language."""

_HALVES: Final = spoken("half")


def number_before(tokens: Sequence[str], end: int, languages: Languages) -> tuple[int, int]:
    """Return the number in words that ends before token ``end`` and where it begins; 0 where there is none."""
    for language in sorted(languages):
        begin = end
        while begin and end - begin < 5 and (_part(tokens[begin - 1], language) or _joins(tokens, begin - 1, language)):
            begin -= 1
        value = _value(tokens[begin:end], language)
        if value > 1:
            before = [token for token in tokens[max(0, begin - 2) : begin] if token not in _ONES]
            if before and language in _HALVES.get(before[-1], ()):
                return value // 2, tokens.index(before[-1], max(0, begin - 2))
            return value, begin
    return 0, end


def number_at(tokens: Sequence[str], begin: int) -> tuple[int, int, Languages]:
    """Return the number in words that begins at token ``begin``, where it ends and in which languages; 0: none."""
    first = tokens[begin] if begin < len(tokens) else ""
    for language in range(len(_PARTS)):
        if not _part(first, language):
            continue
        end = begin + 1
        while end < len(tokens) and end - begin < 5 and _part(tokens[end], language):
            end += 1
        value = _value(tokens[begin:end], language)
        if value > 1:
            same = frozenset(other for other in range(len(_PARTS)) if _value(tokens[begin:end], other) == value)
            return value, end, same
    return 0, begin, frozenset()


def is_numeral(token: str) -> bool:
    """Return whether a folded word may be a number in some language, by itself or as a compound."""
    return token in NUMERALS or (len(token) <= _LONGEST and _compound(token))


def _joins(tokens: Sequence[str], at: int, language: int) -> bool:
    """Return whether the token is the *and* within a number: *two hundred and fifty*."""
    part = _part(tokens[at - 1], language) if at else None
    return tokens[at] in _JOINTS and part is not None and part.times


def _value(tokens: Sequence[str], language: int) -> int:
    total = now = 0
    for token in tokens:
        part = _part(token, language)
        if part is None:
            continue
        if part.times:
            now = max(now, 1) * part.value
            if part.value >= _THOUSAND:
                total, now = total + now, 0
        else:
            now += part.value
    return total + now


@lru_cache(maxsize=8192)
def _compound(token: str) -> bool:
    return any(_part(token, language) is not None for language in range(len(_PARTS)))


@lru_cache(maxsize=16384)
def _part(token: str, language: int) -> _Part | None:
    """Return what a word is in one language: a word of its table, or two of them in one."""
    table = _PARTS[language]
    found = table.get(token)
    if found is not None or len(token) > _LONGEST or len(token) < 6:
        return found
    if "-" in token:
        pieces = [_part(piece, language) for piece in token.split("-")]
        return _Part(_value(token.split("-"), language), False) if all(pieces) else None
    for cut in range(2, len(token) - 1):
        left, right = table.get(token[:cut]), table.get(token[cut:])
        if right is not None and right.times and (left is not None or token[:cut] in _ONES):
            return _Part((left.value if left is not None else 1) * right.value, False)
        if left is None or left.times:
            continue
        if right is not None and left.value >= 20 and left.value % 10 == 0 and right.value < 10:
            return _Part(left.value + right.value, False)
        if left.value < 10:
            for joint in _JOINTS[:3]:
                tens = table.get(token[cut + len(joint) :]) if token.startswith(joint, cut) else None
                if tens is not None and not tens.times and 20 <= tens.value < 100:
                    return _Part(left.value + tens.value, False)
    return None
