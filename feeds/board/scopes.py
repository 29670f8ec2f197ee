"""Which live outages hold a SIM: the scopes of all of them as one index over the number line."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping

from feeds.board.inventory import Pair
from feeds.simspace import IntervalSet


class ScopeIndex:
    """The number line, cut at every edge of a scope; each piece knows the outages that hold it."""

    def __init__(self) -> None:
        self._edges: list[int] = []
        self._held: list[tuple[str, ...]] = []

    def build(self, scopes: Mapping[str, IntervalSet]) -> None:
        """Cut the line anew at the edges of ``scopes`` (outage id → SIMs)."""
        opens: dict[int, list[str]] = {}
        closes: dict[int, list[str]] = {}
        for outage_id, scope in scopes.items():
            for first, last in scope.pairs():
                opens.setdefault(first, []).append(outage_id)
                closes.setdefault(last + 1, []).append(outage_id)
        held: dict[str, None] = {}
        self._edges = sorted({*opens, *closes})
        self._held = []
        for edge in self._edges:
            for outage_id in closes.get(edge, ()):
                held.pop(outage_id, None)
            for outage_id in opens.get(edge, ()):
                held[outage_id] = None
            self._held.append(tuple(held))

    def holding(self, body: int) -> tuple[str, ...]:
        """Return the outages that hold a SIM."""
        piece = bisect_right(self._edges, body) - 1
        return self._held[piece] if piece >= 0 else ()

    def meeting(self, pairs: Iterable[Pair]) -> dict[str, None]:
        """Return the outages that hold any SIM of ``pairs``."""
        found: dict[str, None] = {}
        edges = self._edges
        for first, last in pairs:
            piece = bisect_right(edges, first) - 1
            while piece < len(edges):
                if piece >= 0:
                    if edges[piece] > last:
                        break
                    found.update(dict.fromkeys(self._held[piece]))
                piece += 1
        return found
