"""Reading SIMs and ranges out of any text: what was read, as what, from where, with which doubts. Nothing is guessed.

Reads ICCIDs (with or without check digit, in groups, over two lines, with F padding, swapped as modems give them),
IMSIs (15 digits, or labelled) and MSISDNs (with ``+``, labelled, or of a block for machines), ranges between two of
them, short ends, prefixes, counts, pasted columns and names of batches. Phone numbers of people, orders and dates are
passed over.

What the text leaves out is left out: *except A*, *not affected: A*, *A works fine* take A away from all that is read,
with a warning; *apart from A* does so where A is part of a range that was read, else A is read, with a warning; a
number of which the text says *ok* or *online* without more is read, with a warning. Exceptions may be last digits (*…
except 1050-1059*), and *all works except A* is about A. What numbers leave out in their middle is completed by others
of the text where that is possible in one way only.

The work is linear in the length of the text and bounded by ``limit``. Customers are the inventory's matter.
"""

from bisect import bisect_right
from typing import Final

from msgspec import Struct

from feeds.simspace.completions import complete
from feeds.simspace.found import Doubt, Found
from feeds.simspace.identifiers import DEFAULT, LengthProfile
from feeds.simspace.leftouts import read_leftouts
from feeds.simspace.names import NO_NAMES, Named, NamedSpans, batches_named
from feeds.simspace.plain_text import Plain, plain_text
from feeds.simspace.spans import SimSpan, merge_spans
from feeds.simspace.verdict import lengths_settled, overlap, rounded_told, within, without
from feeds.simspace.walk import Walk

_LONGEST_QUOTE: Final = 120
_BATCH: Final = "a batch, but no inventory says which SIMs are in it"
_UNKNOWN: Final = "a batch that the inventory does not know"


class ReadItem(Struct, frozen=True, gc=False):
    """One piece of the text that stands for SIMs: ``text`` is at ``[start:end]``; ``warning`` may be empty.

    ``excluded``: the text leaves these SIMs out; they are not among those counted.
    """

    text: str
    start: int
    end: int
    span: SimSpan
    warning: str = ""
    excluded: bool = False


class ReadWarning(Struct, frozen=True, gc=False):
    """A piece of the text, at ``[start:end]``, that was read with doubts or not at all, and why.

    ``text`` are its first characters.
    """

    text: str
    why: str
    start: int = 0
    end: int = 0


class Reading(Struct, frozen=True, gc=False):
    """What was read: ``spans`` sorted and without overlap, ``items`` in the order of the text, ``count`` of SIMs.

    A SIM that stands in the text twice, or in two ranges, counts once.
    """

    spans: tuple[SimSpan, ...] = ()
    items: tuple[ReadItem, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()
    count: int = 0


_NOTHING: Final = Reading()


def read_sims(
    text: str, profile: LengthProfile = DEFAULT, limit: int = 100_000, names: NamedSpans = NO_NAMES
) -> Reading:
    """Return the SIMs that ``text`` speaks of.

    ``profile`` knows how long the issuers' bodies are, ``names`` which SIMs batches and boxes hold. After ``limit``
    numbers the rest is left, with a warning.
    """
    plain = plain_text(text)
    walk = Walk(plain.text, profile, limit)
    any_numbers = walk.read()
    any_names = _read_names(walk, names)
    if not any_numbers and not any_names:
        return _NOTHING
    completed = complete(walk)
    if read_leftouts(walk) or any_names or completed:
        walk.items.sort(key=lambda item: item.start)
    lengths_settled(walk.items, profile)
    rounded_told(walk.items)
    return _reading(text, plain, walk.items, walk.doubts)


def _read_names(walk: Walk, names: NamedSpans) -> bool:
    """Read the names of batches; return whether the text has any."""
    text = walk.text
    found: list[Named] = list(names.find(text)) if len(names) else []
    taken = [item.end for item in walk.items] if found else []
    numbers = len(taken)
    for one in found:
        at = bisect_right(taken, one.start)
        if at < numbers and walk.items[at].start < one.end:
            continue
        out = walk.left_out_at(one.start)
        for span in one.spans:
            walk.items.append(Found(one.start, one.end, span.kind, span.first, span.last, out=out))
    unknown = list(batches_named(text, walk.lowered, walk.words, found)) if len(walk.lowered) == len(text) else []
    for start, end in unknown:
        walk.doubt(start, end, _UNKNOWN if len(names) else _BATCH)
    return bool(found or unknown)


def _reading(text: str, plain: Plain, found: list[Found], doubts: list[Doubt]) -> Reading:
    named = [SimSpan(item.kind, item.first, item.last) for item in found]
    left_out = [item for item in found if item.out]
    if left_out:
        spans = merge_spans(span for span, item in zip(named, found, strict=True) if not item.out)
        told = [span for span, item in zip(named, found, strict=True) if not item.out]
        spans = _left_out(spans, left_out, told)
    else:
        spans = merge_spans(named) if len(named) > 1 else tuple(named)
    items: list[ReadItem] = []
    warnings: list[tuple[int, ReadWarning]] = []
    for item, span in zip(found, named, strict=True):
        start, end = (item.start, item.end) if not plain.places else _place(plain, item.start, item.end)
        written = text[start:end]
        if item.doubts:
            warnings += ((start, ReadWarning(written[:_LONGEST_QUOTE], why, start, end)) for why in item.doubts)
            items.append(ReadItem(written, start, end, span, "; ".join(item.doubts), bool(item.out)))
        else:
            items.append(ReadItem(written, start, end, span))
    for doubt in doubts:
        start, end = _place(plain, doubt.start, doubt.end)
        warnings.append((start, ReadWarning(text[start : min(end, start + _LONGEST_QUOTE)], doubt.why, start, end)))
    if doubts and len(warnings) > 1:
        warnings.sort(key=lambda one: one[0])
    return Reading(spans, tuple(items), tuple(warning for _, warning in warnings), sum(span.count for span in spans))


def _left_out(spans: tuple[SimSpan, ...], left_out: list[Found], told: list[SimSpan]) -> tuple[SimSpan, ...]:
    """Return the spans without what the text leaves out, and tell each item what became of it."""
    taken: list[SimSpan] = []
    back: list[SimSpan] = []
    named = [SimSpan(item.kind, item.first, item.last) for item in left_out]
    for item, span, inside in zip(left_out, named, overlap(spans, named), strict=True):
        if item.out == "aside" and not inside:
            item.out = ""
            item.doubts = (*item.doubts, "named beside the others; it is read")
            back.append(span)
        else:
            item.doubts = (*item.doubts, "left out: the text says that it is not concerned")
            taken.append(span)
    merged = merge_spans(taken)
    left = without(merge_spans((*spans, *back)), merged)
    # A SIM that is told by itself within a range that works is one that does not.
    same = frozenset(taken)
    own = [span for span, inside in zip(told, within(merged, told), strict=True) if inside and span not in same]
    return merge_spans((*left, *own)) if own else left


def _place(plain: Plain, start: int, end: int) -> tuple[int, int]:
    if not plain.places:
        return start, end
    return plain.original(start), plain.original(end - 1) + 1 if end > start else plain.original(end)
