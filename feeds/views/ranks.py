"""Enumerations with an order of their own: the more pressing, the higher."""

from enum import Enum

from feeds.model import CaseState, OutageState, Severity

RANKS: dict[Enum, int] = {severity: rank for rank, severity in enumerate(reversed(Severity))} | {
    state: rank
    for rank, state in enumerate(
        (
            OutageState.MERGED,
            OutageState.WITHDRAWN,
            OutageState.REJECTED,
            OutageState.FOLLOWED_UP,
            OutageState.RESOLVED,
            OutageState.MITIGATED,
            OutageState.SUSPECTED,
            OutageState.DECLARED,
            CaseState.CLOSED,
            CaseState.PENDING,
            CaseState.OPEN,
        )
    )
}
"""Of each value its place, from 0; other enumerations have none."""
