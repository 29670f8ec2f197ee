"""Numbers without their middle or beginning, completed by the whole numbers of the same text: *8946…1000-1099*.

Done when all numbers are read: a number that comes later may complete one before. Only what is completed in exactly one
way is read; all else keeps its doubt. Last digits that are *named* so (*ending in 1050*) are looked for among what
stands for many SIMs: *cards ending 1000 and 1001 of 894620002000001xxx* are two.
"""

from typing import TYPE_CHECKING, Final

from feeds.simspace import leads, phrases, vocabulary
from feeds.simspace.found import Cut, Doubt, Found
from feeds.simspace.gaps import nature_of
from feeds.simspace.identifiers import luhn_holds
from feeds.simspace.leftouts import fitting
from feeds.simspace.vocabulary import words_in
from feeds.simspace.words import fold

if TYPE_CHECKING:
    from feeds.simspace.walk import Walk

_OUT_OF: Final = words_in("of av von aus af di de del do dos das dei delle z ze van sur parmi out der dans in i im uit")
"""Before a range of which only some SIMs are meant."""

_BESIDE: Final = vocabulary.FILL | vocabulary.NO_SIGN | vocabulary.ORDINARY | words_in(", the die de")
_LINK: Final = 48
_MOST: Final = 200
"""Cut numbers that are completed, at most."""

_MOST_WHOLE: Final = 4_000
"""Whole numbers that may complete them: in a text of more, more than one does."""


def complete(walk: "Walk") -> bool:
    """Read what other numbers complete; return whether anything was."""
    if not walk.cuts or not walk.items:
        return False
    before = len(walk.items)
    whole = walk.items[:_MOST_WHOLE]
    for cut in walk.cuts[:_MOST]:
        if cut.named:
            _narrow(walk, cut, whole)
        else:
            _complete(walk, cut, whole)
    return len(walk.items) != before


def _complete(walk: "Walk", cut: Cut, whole: list[Found]) -> None:
    ways: dict[tuple[str, str], str] = {}
    for item in whole:
        if item.kind != "iccid":
            continue
        for number, body in ((item.lower, item.first), (item.upper, item.last)):
            if not number.startswith(cut.stem) or len(number) < len(cut.stem) + len(cut.low):
                continue
            if cut.places and len(number) != len(cut.stem) + cut.places + len(cut.low):
                continue
            span = _filled(number, body, cut.low, cut.high)
            if span is not None:
                ways.setdefault(span, number)
        if len(ways) > 1:
            return
    for (first, last), number in ways.items():
        _forget(walk.doubts, cut.start, cut.end)
        doubts = (f"digits are left out here; read with the beginning of {number}",)
        walk.items.append(Found(cut.start, cut.end, "iccid", first, last, doubts, cut.out))


def _filled(number: str, body: str, low: str, high: str) -> tuple[str, str] | None:
    """Return the bodies that last digits make with the beginning of a whole ``number``; None where they cannot."""
    checked = len(number) == len(body) + 1
    ends = [number[: -len(low)] + low]
    if high:
        ends.append(ends[0][: -len(high)] + high if len(high) <= len(low) else number[: -len(high)] + high)
    if checked and not all(map(luhn_holds, ends)):
        return None
    first, last = ends[0], ends[-1]
    if checked:
        first, last = first[:-1], last[:-1]
    return (first, last) if first <= last else None


def _narrow(walk: "Walk", cut: Cut, whole: list[Found]) -> None:
    """Read last digits that are named so where they fit into one of the ranges of the text."""
    many = [item for item in whole if item.first != item.last and not item.out]
    shorts = _listed(walk.text, cut)
    for item in many:
        spans = [fitting(item, low, "") for _, _, low in shorts]
        if not all(len(one) == 1 for one in spans):
            continue
        if any(fitting(other, shorts[0][2], "") for other in many if other is not item):
            return
        linked = _linked(walk.text, shorts[-1][1], cut.start, item)
        if not linked:
            return
        _forget(walk.doubts, cut.start, shorts[-1][1])
        if item in walk.items:
            walk.items.remove(item)
        doubts = ("only last digits stand here; read within the range that the text tells",)
        for (start, end, _), span in zip(shorts, spans, strict=True):
            walk.items.append(Found(start, end, item.kind, *span[0], doubts, cut.out))
        return


def _linked(text: str, end: int, start: int, item: Found) -> bool:
    """Return whether the text says that the last digits are those of some *of* a range, before it or behind it."""
    if end <= item.start <= end + _LINK:
        words = vocabulary.TOKEN.findall(fold(text[end : item.start]))
        return any(word in _OUT_OF for word in words) and not any(word[0].isdigit() for word in words)
    if item.end <= start <= item.end + _LINK:
        before = vocabulary.TOKEN.findall(fold(text[max(0, item.start - 24) : item.start].rpartition("\n")[2]))
        between = vocabulary.TOKEN.findall(fold(text[item.end : start]))
        if not all(word in _BESIDE for word in between) or not vocabulary.EVERY.isdisjoint(before):
            return False
        while (
            before and (before[-1] in vocabulary.FILL or before[-1] in vocabulary.NO_SIGN) and before[-1] not in _OUT_OF
        ):
            before.pop()
        return bool(before) and before[-1] in _OUT_OF
    return False


def _listed(text: str, cut: Cut) -> list[tuple[int, int, str]]:
    """Return the last digits of a list that begins with ``cut``, each with its place."""
    found = [(cut.end - len(cut.low), cut.end, cut.low)]
    while len(found) < _MOST:
        end = found[-1][1]
        gap = phrases.GAP.match(text, end)
        if gap is None or "\n\n" in gap.group() or nature_of(gap.group()) not in ("list", "and", "slash"):
            break
        more = phrases.SHORT.match(text, gap.end())
        if more is None or len(more.group()) != len(cut.low) or text[more.end() : more.end() + 1].isalnum():
            break
        if leads.announced(gap.group(), False)[2]:
            break
        found.append((more.start(), more.end(), more.group()))
    return found


def _forget(doubts: list[Doubt], start: int, end: int) -> None:
    doubts[:] = [doubt for doubt in doubts if doubt.end <= start or doubt.start >= end]
