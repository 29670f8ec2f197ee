"""How urgent an outage is and how early a case should be taken, as sums whose parts can be shown."""

from math import log10
from typing import Any

from feeds.model import CaseKind, Severity

Parts = tuple[tuple[str, int], ...]
"""(reason, points), the heaviest first."""

VIP_POINTS = 25
SIM_POINTS = 7.4
"""Points per factor of ten in SIMs: one SIM is one problem, thousands are another thing altogether."""
GROWTH_POINTS = 20
USE_POINTS = {"health": 18, "alarm": 18, "metering": 16, "payment": 14, "vehicle": 10, "tracking": 6, "consumer": 0}
SEVERITY_POINTS = {Severity.CRITICAL: 10, Severity.MAJOR: 5, Severity.MINOR: 2}


def outage_urgency(
    *, sims: int, vip: str, uses: tuple[str, ...], recent_cases: int, worst: Severity | None
) -> tuple[int, Parts]:
    """Return the urgency of an outage and its parts. ``vip`` is the name of a VIP customer hit, or empty."""
    parts: list[tuple[str, int]] = []
    if sims > 0:
        parts.append((f"SIMs {sims:,}", round(SIM_POINTS * log10(sims + 1))))
    if vip:
        parts.append((f"VIP {vip}", VIP_POINTS))
    known = [(USE_POINTS.get(use, 0), use) for use in uses]
    if known:
        points, use = max(known)
        parts.append((use, points))
    if recent_cases > 1:
        parts.append(("growing", min(GROWTH_POINTS, recent_cases)))
    if worst in SEVERITY_POINTS:
        parts.append((f"{worst.value} alarms", SEVERITY_POINTS[worst]))
    return _sum(parts)


def case_priority(*, kind: CaseKind, vip: bool, sims: int, in_outage: bool) -> int:
    """Return how early a case should be taken; more is earlier."""
    parts: list[tuple[str, int]] = [("incident", 10)] if kind is CaseKind.INCIDENT else []
    if vip:
        parts.append(("VIP", VIP_POINTS))
    if sims > 1:
        parts.append((f"SIMs {sims:,}", round(SIM_POINTS * log10(sims))))
    if in_outage:
        parts.append(("in an outage", 5))
    return _sum(parts)[0]


def _sum(parts: list[tuple[str, int]]) -> tuple[int, Parts]:
    kept: Any = sorted((part for part in parts if part[1] > 0), key=lambda part: -part[1])
    return sum(points for _reason, points in kept), tuple(kept)
