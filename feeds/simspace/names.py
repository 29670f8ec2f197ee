"""SIMs that people name instead of writing numbers: batches, boxes, deliveries. Pure; the inventory gives the names."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from feeds.simspace.leads import behind_batch
from feeds.simspace.spans import SimSpan
from feeds.simspace.vocabulary import BATCH_FORMS, KeyWords, WordsSeen, is_simlike, words_in
from feeds.simspace.words import fold

_WORD: Final = re.compile(r"[^\W_]+")
_GAP: Final = 3
_LONGEST: Final = 24
_JOINTS: Final = re.compile(r"[\s\u2010-\u2015_]+|-+")
_SHORT: Final = 3
_WEAK: Final = words_in(
    "box paket package los lieferung leverans delivery levering livraison dostawa toimitus leveranse leverance paczka "
    "caja boks ask lada kasse kiste karton doos scatola caixa pakkaus tray reel pallet"
)
"""Words of many things: what they name has letters in it, and SIMs stand beside it."""

_MIXED: Final = words_in("lot lote lotto parti partie partii partia sats charge")
"""Words of many meanings: what they name has letters or a sign in it."""

_BATCHES: Final = KeyWords(BATCH_FORMS)
_CODE: Final = re.compile(
    r"(?:[ \t]?(?:(?:(?:no|nr|number|nummer|numero)\b|n[\u00ba\u00b0]|#)[.:]?|[:#.])){0,2}[ \t]?[\"'\u201e\u201c(]?"
    r"(?P<code>(?=[A-Za-z./_-]{0,8}[0-9])[0-9A-Za-z]{1,16}(?:[-/_.][0-9A-Za-z]{1,16}){0,5})(?![0-9A-Za-z])",
    re.IGNORECASE,
)


class Named(Struct, frozen=True, gc=False):
    """A name at ``[start:end]`` and the SIMs that it stands for."""

    start: int
    end: int
    name: str
    spans: tuple[SimSpan, ...]


class _Node(Struct, gc=False):
    """A place in the tree of names, word by word."""

    below: "dict[str, _Node]"
    names: "list[tuple[str, str, tuple[SimSpan, ...]]]"
    """Names that end here: with usual signs between the words, as they are, and their SIMs."""


class NamedSpans:
    """Names and the SIMs that they stand for; finds all of them in one pass over a text, however many there are.

    A name is found as whole words, without regard to case and to the kind of dashes, the longest first. One of digits
    only, or of one or two characters, is a name only behind a word such as *batch*.
    """

    __slots__ = ("_count", "_root")

    def __init__(self, names: Mapping[str, Iterable[SimSpan]]) -> None:
        self._root = _Node({}, [])
        self._count = 0
        for name, spans in names.items():
            words = [word.lower() for word in _WORD.findall(name)]
            if not words or len(words) > _LONGEST:
                continue
            node = self._root
            for word in words:
                node = node.below.setdefault(word, _Node({}, []))
            node.names.append((_usual(name), name, tuple(spans)))
            self._count += 1

    def __len__(self) -> int:
        """Return how many names there are."""
        return self._count

    def find(self, text: str) -> Iterator[Named]:
        """Yield the names in ``text`` from left to right, without overlap."""
        if not self._count:
            return
        words = [(found.group().lower(), found.start(), found.end()) for found in _WORD.finditer(text)]
        at = 0
        while at < len(words):
            found = self._at(text, words, at)
            if found is None:
                at += 1
                continue
            named, used = found
            yield named
            at += used

    def _at(self, text: str, words: list[tuple[str, int, int]], at: int) -> tuple[Named, int] | None:
        node = self._root.below.get(words[at][0])
        best: tuple[Named, int] | None = None
        start, used = words[at][1], 1
        while node is not None:
            end = words[at + used - 1][2]
            if node.names and _alone(text, start, end):
                chosen = _chosen(node, text[start:end], text, start)
                if chosen is not None:
                    best = (Named(start, end, *chosen), used)
            if at + used >= len(words) or not 0 < words[at + used][1] - end <= _GAP:
                break
            node = node.below.get(words[at + used][0])
            used += 1
        return best


NO_NAMES: Final = NamedSpans({})


def _usual(name: str) -> str:
    """Return a name in the form in which names are compared."""
    return _JOINTS.sub("-", name.strip()).lower()


def _chosen(node: _Node, written: str, text: str, start: int) -> tuple[str, tuple[SimSpan, ...]] | None:
    usual = _usual(written)
    fitting = [entry for entry in node.names if entry[0] == usual] or (node.names if len(node.names) == 1 else [])
    if not fitting:
        return None
    _, name, spans = fitting[0]
    plain = re.sub(r"[\W_]", "", name)
    if (plain.isdigit() or len(plain) < _SHORT) and not behind_batch(
        _WORD.findall(fold(text[max(0, start - 40) : start].rpartition("\n")[2]))
    ):
        return None
    return name, spans


def _alone(text: str, start: int, end: int) -> bool:
    """Return whether the words are not a part of a longer code, as ``B-12`` is of ``B-12-3``."""
    after, more = text[end : end + 1], text[end + 1 : end + 2]
    if (after in ("-", "_") and more.isalnum()) or (after in ("/", ".") and more.isdigit()):
        return False
    before, further = text[start - 1 : start] if start else "", text[start - 2 : start - 1] if start > 1 else ""
    return not ((before in ("-", "_") and further.isalnum()) or (before in ("/", ".") and further.isdigit()))


def batches_named(text: str, lowered: str, words: WordsSeen, found: Iterable[Named] = ()) -> Iterator[tuple[int, int]]:
    """Yield where a text clearly speaks of a batch or box by a name that is not among ``found``."""
    if words.none_of(_BATCHES):
        return
    known = [(one.end, one.start) for one in found]
    for at in _BATCHES.places(lowered, words):
        piece = _batch_at(text, at)
        if piece:
            near = bisect_right(known, (piece[0], len(text)))
            if near == len(known) or known[near][1] >= piece[1]:
                yield piece


def _batch_at(text: str, at: int) -> tuple[int, int] | None:
    if at and (text[at - 1].isalnum() or text[at - 1] in "-_/"):
        return None
    word = _WORD.match(text, at)
    if word is None or fold(word.group()) not in BATCH_FORMS:
        return None  # a longer word
    code = _CODE.match(text, word.end())
    if code is None or (code.start("code") == word.end()):
        return None
    written = code["code"]
    if len(written) < 2 or written.isalpha() or len(re.sub("[^0-9]", "", written)) > 12:
        return None
    if fold(word.group()) in _MIXED and written.isdigit():
        return None
    if fold(word.group()) in _WEAK or fold(word.group()).rstrip("s") in _WEAK:
        line = text[text.rfind("\n", max(0, at - 120), at) + 1 : code.end() + 60].partition("\n")[0]
        if not any(map(str.isalpha, written)) or not any(is_simlike(fold(one)) for one in _WORD.findall(line)):
            return None
    return at, code.end()
