"""SIM space: identifiers as points on number lines, sets of them, and reading them as people write them."""

from feeds.simspace.index import RangeIndex
from feeds.simspace.intervals import IntervalSet
from feeds.simspace.spans import SimKind, SimSpan
from feeds.simspace.text import digits, grouped, range_text, short_text, span_text

__all__ = [
    "IntervalSet",
    "RangeIndex",
    "SimKind",
    "SimSpan",
    "digits",
    "grouped",
    "range_text",
    "short_text",
    "span_text",
]
