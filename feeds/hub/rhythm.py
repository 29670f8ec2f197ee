"""How long a feed is usually silent, learnt from the gaps that it had. Pure: times come in, seconds go out.

Seconds in which something came are noted; a burst within one is one. A gap weighs what it is long, so that an hour
of flood does not make an hourly feed look like one that comes each second; a gap longer than its kind allows weighs no
more than that, so that one night of silence is not made usual. What is old counts for less: half after a day.
"""

from bisect import bisect_left
from typing import Annotated, Final

from msgspec import Meta, Struct

HALF_LIFE: Final = 86_400.0
"""Seconds after which a gap weighs half."""
USUAL_SHARE: Final = 0.8
"""Share of the time in which the silence is no longer than the rhythm says."""
TIMES: Final = 3.0
"""So many times the rhythm is unusual."""
GAPS_NEEDED: Final = 8
"""Fewer gaps say nothing."""
SECONDS_NEEDED: Final = 600.0
"""Nor do gaps of less than so long together: a burst of a feed that speaks when something happens is no rhythm."""
LEAST: Final = {"alarms": 60.0, "cases": 120.0, "inventory": 3_600.0}
MOST: Final = {"alarms": 3_600.0, "cases": 7_200.0, "inventory": 7 * 86_400.0}
"""Bounds of what counts as unusual, seconds, by kind of feed: learnt or not, silence is told in between."""
_LEAST_ELSE: Final = 60.0
_MOST_ELSE: Final = 3_600.0
_STEP: Final = 1.25
"""Gaps are counted in steps of a quarter."""
_STEPS: Final = 64
"""The longest step is beyond any bound above."""


def _edges() -> tuple[float, ...]:
    edges = [1.0]
    while len(edges) < _STEPS:
        edges.append(edges[-1] * _STEP)
    return tuple(edges)


_EDGES: Final = _edges()


class Learnt(Struct, frozen=True):
    """What is known of the gaps of one feed, as it is kept. ``weights``: by step, those without weight left out."""

    gaps: Annotated[int, Meta(ge=1)]
    weights: Annotated[
        tuple[tuple[Annotated[int, Meta(ge=0, lt=_STEPS)], Annotated[float, Meta(ge=0.0, le=1e12)]], ...],
        Meta(max_length=_STEPS),
    ]


class Rhythm:
    """The gaps of one feed of ``kind``. Takes the same memory for ever."""

    __slots__ = ("_gaps", "_kind", "_last", "_weights")

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._last: int | None = None
        self._gaps = 0
        self._weights: list[float] | None = None

    def heard(self, second: int) -> None:
        """Note that something came in this second, counted from anywhere. One that goes back begins anew."""
        last, self._last = self._last, second
        if last is None or second < last:
            return
        gap = float(second - last)
        if gap < 1.0:
            return
        weights = self._weights
        if weights is None:
            weights = self._weights = [0.0] * _STEPS
        kept = 0.5 ** (gap / HALF_LIFE)
        if kept < 0.9999 or self._gaps % 64 == 0:  # a second takes away too little to be worth the work
            kept = kept if kept < 0.9999 else 0.5 ** (64 * gap / HALF_LIFE)
            for step, weight in enumerate(weights):
                weights[step] = weight * kept
        weights[_step_of(gap)] += min(gap, MOST.get(self._kind, _MOST_ELSE))
        self._gaps += 1

    @property
    def learnt(self) -> Learnt | None:
        """What is known so far; None: nothing."""
        if self._weights is None:
            return None
        return Learnt(self._gaps, tuple((step, weight) for step, weight in enumerate(self._weights) if weight >= 1e-6))

    def remember(self, learnt: Learnt) -> None:
        """Go on from what was known before. The gap until something comes is none of the feed's: nobody listened."""
        self._gaps, self._weights, self._last = learnt.gaps, [0.0] * _STEPS, None
        for step, weight in learnt.weights:
            self._weights[step] = weight

    @property
    def usual(self) -> float:
        """How long it is silent at the most in four fifths of the time, seconds; 0: not known yet."""
        weights = self._weights
        if weights is None or self._gaps < GAPS_NEEDED or (heard := sum(weights)) < SECONDS_NEEDED:
            return 0.0
        wanted, found = heard * USUAL_SHARE, 0.0
        for step, weight in enumerate(weights):
            found += weight
            if found >= wanted:
                return _EDGES[step]
        return _EDGES[-1]

    @property
    def unusual(self) -> float:
        """Silence of so many seconds is unusual; 0: not known yet."""
        usual = self.usual
        if not usual:
            return 0.0
        return min(max(usual * TIMES, LEAST.get(self._kind, _LEAST_ELSE)), MOST.get(self._kind, _MOST_ELSE))


def _step_of(gap: float) -> int:
    """Return the first step that is not shorter than ``gap``, else the last."""
    return min(bisect_left(_EDGES, gap), _STEPS - 1)
