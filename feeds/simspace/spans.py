"""A run of identifiers of one kind, as it goes over the wire and into the log."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

SimKind = Literal["iccid", "imsi", "msisdn"]
"""Which number line: ICCID body (E.118, no check digit), IMSI (E.212) or MSISDN (E.164, no plus)."""

Digits = Annotated[str, Meta(pattern=r"^[0-9]{4,19}$")]


class SimSpan(Struct, frozen=True, gc=False, order=True):
    """Identifiers ``first`` to ``last``, both included, of the same kind and length."""

    kind: SimKind
    first: Digits
    last: Digits

    @property
    def count(self) -> int:
        """How many identifiers."""
        return int(self.last) - int(self.first) + 1


def merge_spans(spans: Iterable[SimSpan]) -> tuple[SimSpan, ...]:
    """Return the same identifiers as few spans, sorted by kind, length and number, without overlap.

    Identifiers of different length are different ones, also where their numbers follow on each other.
    """
    merged: list[SimSpan] = []
    for span in sorted(spans, key=lambda one: (one.kind, len(one.first), one.first)):
        last = merged[-1] if merged else None
        if last is None or last.kind != span.kind or len(last.first) != len(span.first):
            merged.append(span)
        elif span.last <= last.last:
            continue
        elif int(span.first) <= int(last.last) + 1:
            merged[-1] = SimSpan(last.kind, last.first, span.last)
        else:
            merged.append(span)
    return tuple(merged)
