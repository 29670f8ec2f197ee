"""How urgent an outage is and how early a case should be taken, as sums whose parts can be shown.

The points are the operator's (feeds.model.Weights). Each part is a whole number of points, so that what is shown adds
up; parts without points are left out. What a person says instead of the sum is kept with the outage.
"""

from collections.abc import Iterable
from math import log10

from feeds.model import CaseKind, Severity, Weights

Parts = tuple[tuple[str, int], ...]
"""(reason, points), the heaviest first."""

MANY_CASES = 10
"""So many cases in ten minutes, and an outage grows fast."""


def outage_urgency(
    weights: Weights,
    *,
    sims: int,
    vip: str,
    uses: Iterable[str],
    recent_cases: int,
    worst: Severity | None,
    agreements: Iterable[str] = (),
) -> tuple[int, Parts]:
    """Return the urgency of an outage and its parts.

    ``vip``: the name of a VIP customer hit, or empty; ``uses``: what its SIMs are for; ``recent_cases``: opened in the
    last ten minutes; ``agreements``: those of its customers.
    """
    parts: list[tuple[str, float]] = []
    if sims > 0:
        parts.append((f"SIMs {sims:,}", weights.sims_tenfold * log10(sims + 1)))
    if vip:
        parts.append((f"VIP {vip}", weights.vip))
    parts += _heaviest(uses, weights.uses)
    if recent_cases > 1:
        parts.append(("growing", min(weights.growing, recent_cases)))
    if worst is not None:
        parts.append((f"{worst.value} alarms", weights.severities.get(worst.value, 0.0)))
    parts += [(f"agreement {name}", points) for name, points in _heaviest(agreements, weights.agreements)]
    return _sum(parts)


def growth_step(recent_cases: int) -> int:
    """Return how fast an outage grows, by its cases of the last ten minutes: 0 not, 1 slowly, 2 fast.

    Coarse, because each step changes the priority of every case in the outage.
    """
    return 0 if recent_cases < 2 else 1 if recent_cases < MANY_CASES else 2


def case_priority(
    weights: Weights,
    *,
    kind: CaseKind,
    vip: bool,
    sims: int,
    in_outage: bool,
    use: str = "",
    agreement: str = "",
    worst: Severity | None = None,
    growth: int = 0,
) -> tuple[int, Parts]:
    """Return how early a case should be taken (more is earlier) and the parts of it.

    ``use``: what its SIMs are for; ``worst``: the worst alarm of its outages; ``growth``: the ``growth_step`` of the
    fastest growing of them.
    """
    parts: list[tuple[str, float]] = []
    if points := weights.kinds.get(kind.value):
        parts.append((kind.value, points))
    if vip:
        parts.append(("VIP", weights.vip))
    if sims > 1:
        parts.append((f"SIMs {sims:,}", weights.sims_tenfold * log10(sims)))
    if use and (points := weights.uses.get(use)):
        parts.append((use, points))
    if agreement and (points := weights.agreements.get(agreement)):
        parts.append((f"agreement {agreement}", points))
    if in_outage:
        parts.append(("in an outage", weights.in_outage))
        if worst is not None and (points := weights.severities.get(worst.value)):
            parts.append((f"{worst.value} alarms", points))
        if growth:
            parts.append(("outage grows", weights.growing * growth / 2))
    return _sum(parts)


def _heaviest(names: Iterable[str], points: dict[str, float]) -> list[tuple[str, float]]:
    """Return the one of ``names`` with most points, if any of them has some."""
    known = [(points[name], name) for name in names if name in points]
    if not known:
        return []
    most, name = max(known)
    return [(name, most)]


def _sum(parts: list[tuple[str, float]]) -> tuple[int, Parts]:
    whole = [(reason, rounded) for reason, points in parts if (rounded := round(points))]
    whole.sort(key=lambda part: -part[1])
    return sum(points for _reason, points in whole), tuple(whole)
