"""Which live outages hold a SIM: the scopes of all of them as one index over the number line."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping

import numpy as np

from feeds.board.inventory import Pair
from feeds.simspace import IntervalSet


class ScopeIndex:
    """The number line, cut at every edge of a scope; each piece knows the outages that hold it."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._edges: list[int] = []
        self._begins: list[int] = [0]
        """Where the outages of each piece begin in ``_held``, and where the last one's end."""
        self._held: list[int] = []

    def build(self, scopes: Mapping[str, IntervalSet]) -> None:
        """Cut the line anew at the edges of ``scopes`` (outage id → SIMs)."""
        self._ids = sorted((one for one in scopes if scopes[one]), key=lambda one: (len(one), one))
        parts = [scopes[one] for one in self._ids]
        if not parts:
            self._edges, self._begins, self._held = [], [0], []
            return
        # Unsigned, so that one more than the greatest body is a number too.
        starts = np.concatenate([part.starts for part in parts]).astype(np.uint64)
        behind = np.concatenate([part.ends for part in parts]).astype(np.uint64) + np.uint64(1)
        edges = np.unique(np.concatenate((starts, behind)))
        low, high = np.searchsorted(edges, starts), np.searchsorted(edges, behind)
        hits = high - low
        outage = np.repeat(np.repeat(np.arange(len(parts)), [len(part) for part in parts]), hits)
        piece = np.arange(len(outage)) - np.repeat(np.cumsum(hits) - hits, hits) + np.repeat(low, hits)
        order = np.argsort(piece, kind="stable")
        self._edges = edges.tolist()
        self._begins = np.searchsorted(piece[order], np.arange(len(edges) + 1)).tolist()
        self._held = outage[order].tolist()

    def holding(self, body: int) -> tuple[str, ...]:
        """Return the outages that hold a SIM, the oldest id first."""
        piece = bisect_right(self._edges, body) - 1
        return tuple(self._on(piece)) if piece >= 0 else ()

    def meeting(self, pairs: Iterable[Pair]) -> dict[str, None]:
        """Return the outages that hold any SIM of ``pairs``."""
        found: dict[str, None] = {}
        edges = self._edges
        pieces = len(edges)
        for first, last in pairs:
            piece = max(0, bisect_right(edges, first) - 1)
            while piece < pieces and edges[piece] <= last:
                for one in self._on(piece):
                    found[one] = None
                piece += 1
        return found

    def _on(self, piece: int) -> list[str]:
        return [self._ids[one] for one in self._held[self._begins[piece] : self._begins[piece + 1]]]
