"""Finding the names of customers in a text: which of very many stand in it, and where.

Words are compared, not letters, so that *Elon* is not found in *Barcelona*. One look costs with the length of the
text, not with the number of names.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

_WORD = re.compile(r"\w+")
SHORTEST = 3
"""Characters that a name of one word has at least: shorter ones are found everywhere."""
WORDS_AT_MOST = 12
NAMES_AT_MOST = 1_000_000

_FORMS = frozenset(
    (
        *("ab", "asa", "as", "aps", "oy", "oyj", "gmbh", "ag", "kg", "ohg", "ug", "se", "sa", "sas", "sarl", "srl"),
        *("spa", "bv", "nv", "ltd", "limited", "plc", "llc", "inc", "corp", "co", "company", "sp", "zoo", "group"),
        *("holding", "the", "and", "und", "och", "et"),
    )
)
"""Words that names end with or share; without them people write the name, and alone they are none."""


class NameFound(NamedTuple):
    """A name and where it stands: from ``start`` to ``end`` (characters)."""

    name: str
    start: int
    end: int


class NameFinder:
    """Names by their first words."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for number, name in enumerate(names):
            if number >= NAMES_AT_MOST:
                break
            words = tuple(_WORD.findall(name.casefold()))[:WORDS_AT_MOST]
            while len(words) > 1 and words[-1] in _FORMS:
                words = words[:-1]
            if words and (len(words) > 1 or (len(words[0]) >= SHORTEST and words[0] not in _FORMS)):
                self._by_first.setdefault(words[0], []).append((words, name))

    def find(self, text: str) -> list[NameFound]:
        """Return the names in ``text``, those of several words first where several begin at one place.

        A name of one word counts only as it is written: *Power* is a customer, *power* is not.
        """
        found: list[NameFound] = []
        spots = [(match[0].casefold(), match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
        # Words of one name stand side by side, with no more than punctuation between them.
        joined = [text[one[3] : two[2]].strip(" \t\n.,&'’-–/") == "" for one, two in pairwise(spots)]
        end = -1
        for place, (folded, written, start, stop) in enumerate(spots):
            if start < end:
                continue
            best: NameFound | None = None
            for words, name in self._by_first.get(folded, ()):
                if len(words) == 1:
                    first = _WORD.search(name)
                    if first is None or first[0] != written or not any(char.isupper() for char in written):
                        continue
                    last = stop
                else:
                    many = spots[place : place + len(words)]
                    if tuple(spot[0] for spot in many) != words or not all(joined[place : place + len(words) - 1]):
                        continue
                    last = many[-1][3]
                if best is None or last > best.end:
                    best = NameFound(name, start, last)
            if best is not None:
                found.append(best)
                end = best.end
        return found
