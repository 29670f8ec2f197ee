"""Short texts of identifiers and ranges for people: what stands in a table cell. Reading them is in reading.py."""

from collections.abc import Sequence

from feeds.simspace.spans import SimSpan

_LONGEST_STEM = 17
"""A text of at most this many digits cannot be taken for a whole ICCID (18 to 20 digits)."""


def digits(value: int) -> str:
    """Return the plain digits of an identifier held as a number, as they go over the wire."""
    return str(value)


def grouped(text: str) -> str:
    """Return digits in groups of four from the left: ``8946 2000 2000 0000 12``."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def short_text(pairs: Sequence[tuple[int, int]]) -> str:
    """Return ranges of ICCID bodies (first, last; both included) as one short text, the biggest first.

    ``8946 2000 2000–2039 +2``: the common part stands once, ends that are all zeros and all nines are left out, a
    whole block is ``8946 2011 7*``, and ``+2`` are two further ranges. The empty list is the empty text.
    """
    if not pairs:
        return ""
    first, last = max(pairs, key=lambda pair: (pair[1] - pair[0], -pair[0]))
    text = range_text(digits(first), digits(last))
    return f"{text} +{len(pairs) - 1}" if len(pairs) > 1 else text


def range_text(first: str, last: str) -> str:
    """Return one range of identifiers, given by plain digits, in the form that ``short_text`` describes."""
    if first == last:
        return grouped(first)
    if len(first) != len(last):
        return f"{grouped(first)}–{grouped(last)}"
    same = next(at for at, (a, b) in enumerate(zip(first, last, strict=True)) if a != b)
    stem = max(len(first.rstrip("0")), len(last.rstrip("9")), same)
    if stem == same and same:
        return grouped(first[:same]) + "*"
    stem = min(-(-max(stem, 1) // 4) * 4, len(first))
    if stem > _LONGEST_STEM:
        stem = len(first)
    start = same // 4 * 4
    ends = f"{grouped(first[start:stem])}–{grouped(last[start:stem])}"
    return f"{grouped(first[:start])} {ends}" if start else ends


def span_text(span: SimSpan) -> str:
    """Return a span as text: an ICCID range as in ``short_text``, others with their kind before them."""
    text = range_text(span.first, span.last)
    return text if span.kind == "iccid" else f"{span.kind.upper()} {text}"
