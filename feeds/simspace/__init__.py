"""SIM space: identifiers as points on number lines, sets of them, and reading them as people write them."""

from feeds.simspace.clusters import Cluster, find_clusters
from feeds.simspace.cover import Cover, cover
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
from feeds.simspace.longhand import RangeTextError, full_spans_text, full_text, parse_full, parse_spans
from feeds.simspace.names import NO_NAMES, NamedSpans
from feeds.simspace.numberline import NumberLine, Stretches
from feeds.simspace.reading import Reading, ReadItem, ReadWarning, read_sims
from feeds.simspace.spans import SimKind, SimSpan, merge_spans
from feeds.simspace.text import digits, grouped, range_text, short_text, span_text

__all__ = [
    "DEFAULT",
    "NO_NAMES",
    "Cluster",
    "Cover",
    "IntervalSet",
    "LengthProfile",
    "NamedSpans",
    "NotAnIdentifierError",
    "NumberLine",
    "RangeIndex",
    "RangeTextError",
    "Read",
    "ReadItem",
    "ReadWarning",
    "Reading",
    "SimKind",
    "SimSpan",
    "Stretches",
    "body_of",
    "cover",
    "digits",
    "find_clusters",
    "full_spans_text",
    "full_text",
    "grouped",
    "iccid_body",
    "imsi_digits",
    "luhn_digit",
    "luhn_holds",
    "merge_spans",
    "msisdn_digits",
    "parse_full",
    "parse_spans",
    "range_text",
    "read_sims",
    "short_text",
    "span_text",
]
