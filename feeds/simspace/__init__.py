"""SIM space: identifiers as points on number lines, sets of them, and reading them as people write them."""

from feeds.simspace.identifiers import (
    DEFAULT,
    LengthProfile,
    NotAnIdentifierError,
    Read,
    body_of,
    iccid_body,
    imsi_digits,
    luhn_digit,
    luhn_holds,
    msisdn_digits,
)
from feeds.simspace.index import RangeIndex
from feeds.simspace.intervals import IntervalSet
from feeds.simspace.reading import Reading, ReadItem, ReadWarning, read_sims
from feeds.simspace.spans import SimKind, SimSpan, merge_spans
from feeds.simspace.text import digits, grouped, range_text, short_text, span_text

__all__ = [
    "DEFAULT",
    "IntervalSet",
    "LengthProfile",
    "NotAnIdentifierError",
    "RangeIndex",
    "Read",
    "ReadItem",
    "ReadWarning",
    "Reading",
    "SimKind",
    "SimSpan",
    "body_of",
    "digits",
    "grouped",
    "iccid_body",
    "imsi_digits",
    "luhn_digit",
    "luhn_holds",
    "merge_spans",
    "msisdn_digits",
    "range_text",
    "read_sims",
    "short_text",
    "span_text",
]
