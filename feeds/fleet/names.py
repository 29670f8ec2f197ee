"""The SIMs that batches, lots, boxes and orders of a fleet stand for, by name: what people write instead of numbers."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from feeds.fleet.codes import Codes
from feeds.fleet.columns import Columns, Numbers
from feeds.simspace import SimSpan

NAMING: Final = frozenset({"batch", "box", "lot", "order"})
"""Attributes whose values are names of deliveries."""
NAMES: Final = 100_000
"""Where a fleet has more of one kind, that kind is no name of anything that people write about."""
SPANS: Final = 300_000
"""Spans that all names of one kind may stand for; a kind that needs more is left out."""


def batch_spans(columns: Columns) -> dict[str, tuple[SimSpan, ...]]:
    """Return the SIMs by name, as spans of ICCIDs: sorted, joined where they touch.

    A name that is a batch's and a box's, with other SIMs, could mean either: it is left out.
    """
    found: dict[str, tuple[SimSpan, ...]] = {}
    doubtful: set[str] = set()
    for name, column in columns.attributes:
        if name.casefold() not in NAMING or len(column.values) > NAMES:
            continue
        for value, spans in _spans(columns.firsts, columns.lasts, column):
            if found.setdefault(value, spans) != spans:
                doubtful.add(value)
    for value in doubtful:
        del found[value]
    return found


def _spans(firsts: Numbers, lasts: Numbers, column: Codes) -> Iterator[tuple[str, tuple[SimSpan, ...]]]:
    rows = np.flatnonzero(column.codes >= 0)
    rows = rows[np.argsort(column.codes[rows], kind="stable")]  # by value, and by first body within each
    codes, firsts, lasts = column.codes[rows], firsts[rows], lasts[rows]
    # The farthest end so far within a value: ends by rank, those of a later value above all of an earlier one.
    order = np.argsort(lasts, kind="stable")
    rank = np.empty(len(rows), dtype=np.int64)
    rank[order] = np.arange(len(rows))
    far = lasts[order[np.maximum.accumulate(codes.astype(np.int64) * len(rows) + rank) % max(len(rows), 1)]]
    begins = np.flatnonzero(np.append(True, (codes[1:] != codes[:-1]) | (firsts[1:] - 1 > far[:-1]))[: len(rows)])
    if len(begins) > SPANS:
        return
    ends = np.append(begins[1:], len(rows)) - 1
    runs = zip(codes[begins].tolist(), firsts[begins].tolist(), far[ends].tolist(), strict=True)
    value, spans = -1, list[SimSpan]()
    for code, first, last in runs:
        if code != value and spans:
            yield column.values[value], tuple(spans)
            spans = []
        value = code
        spans.append(SimSpan("iccid", str(first), str(last)))
    if spans:
        yield column.values[value], tuple(spans)
