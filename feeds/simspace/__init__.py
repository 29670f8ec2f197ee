"""SIM space: identifiers as points on number lines, sets of them, and reading them as people write them.

Names are looked up in their modules when they are first asked for: who only wants a type or a way of writing (screens,
``vaken tail``) need not wait for numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feeds.simspace.clusters import Cluster, find_clusters
    from feeds.simspace.cover import Cover
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

_IN: dict[str, str] = {
    name: module
    for module, names in (
        ("clusters", "Cluster find_clusters"),
        ("cover", "Cover"),
        (
            "identifiers",
            "DEFAULT LengthProfile NotAnIdentifierError Read body_of iccid_body imsi_digits luhn_digit luhn_holds "
            "msisdn_digits",
        ),
        ("index", "RangeIndex"),
        ("intervals", "IntervalSet"),
        ("longhand", "RangeTextError full_spans_text full_text parse_full parse_spans"),
        ("names", "NO_NAMES NamedSpans"),
        ("numberline", "NumberLine Stretches"),
        ("reading", "Reading ReadItem ReadWarning read_sims"),
        ("spans", "SimKind SimSpan merge_spans"),
        ("text", "digits grouped range_text short_text span_text"),
    )
    for name in names.split()
}
"""Name → the module that holds it."""


def __getattr__(name: str) -> Any:
    module = _IN.get(name)
    if module is None:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    found = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found
