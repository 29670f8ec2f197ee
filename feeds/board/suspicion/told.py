"""How groups are told in facts and on screens: scopes as texts, evidence as numbers, reasons in words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import ceil, exp, log
from typing import Final

from feeds.board.inventory import Where
from feeds.model import Grounds
from feeds.model.how_many import how_many
from feeds.simspace import IntervalSet

Scope = tuple[tuple[str, str], ...]

KEYS_KEPT: Final = 20
"""Cases, and alarms, that are named as grounds: the first of them."""
_LEAST: Final = -690.0
"""Logarithm of the least chance that is told: smaller ones are no numbers any more."""


def scope_of(sims: IntervalSet) -> Scope:
    """Return SIMs as facts state them: pairs of bodies."""
    return tuple((str(first), str(last)) for first, last in sims.pairs())


def describe(where: Where | Iterable[tuple[str, str]]) -> str:
    """Return attribute values as people read them: ``apn iot.meter, gateway pgw-2``."""
    return ", ".join(f"{name} {value}" for name, value in where)


def grounds_of(
    cases: Mapping[str, int],
    customers: int,
    usual: float = 0.0,
    log_chance: float | None = None,
    alarms: Sequence[str] = (),
    alarm_count: int = 0,
    severity: str = "",
) -> Grounds:
    """Return evidence as facts state it. ``cases``: key → the minute they were opened in, the oldest first.

    Numbers have three digits: which are the last ones of a sum depends on the order of adding.
    """
    minutes = max(1, max(cases.values()) - min(cases.values())) if cases else 0
    chance = None if log_chance is None else _three_digits(exp(max(_LEAST, log_chance)))
    return Grounds(
        case_count=len(cases),
        customers=customers,
        alarm_count=alarm_count,
        minutes=float(minutes),
        usual=_three_digits(usual),
        chance=chance,
        cases=tuple(cases)[:KEYS_KEPT],
        alarms=tuple(alarms)[:KEYS_KEPT],
        severity=severity,
    )


def cases_in_words(grounds: Grounds) -> str:
    """Return what was counted: ``6 cases of 4 customers within 12 min``."""
    return (
        f"{how_many(grounds.case_count, 'case')} of {how_many(grounds.customers, 'customer')} "
        f"within {_lasting(grounds.minutes)}"
    )


def surplus_in_words(grounds: Grounds, place: str, share: float) -> str:
    """Return why cases on a place are suspicious, in numbers.

    ``6 cases of 4 customers within 12 min share apn iot.meter (4 % of the fleet), usual 0.02, p < 1e-6``.
    """
    return f"{cases_in_words(grounds)} {place} ({percent(share)} of the fleet), {_beside(grounds)}"


def _beside(grounds: Grounds) -> str:
    chance = grounds.chance if grounds.chance is not None else 1.0
    below = f"1e{ceil(log(max(chance, 1e-299), 10.0) - 1e-9)}" if chance < 0.01 else f"{chance:.1g}"
    return f"usual {grounds.usual:.2g}, p {'<' if chance < 0.01 else '='} {below}"


def alarms_in_words(where: Where, grounds: Grounds) -> str:
    """Return what alarms say: ``alarms at apn x: 3, the worst critical``; and the cases there."""
    said = f"alarms at {describe(where)}: {grounds.alarm_count:,}, the worst {grounds.severity}"
    return f"{said}; {cases_in_words(grounds)}" if grounds.case_count else said


def grown_in_words(ended: datetime | None, before: Grounds | None, now: Grounds) -> str:
    """Return that something was rejected and there is more now: ``rejected 02:10 with 5 cases; now 14 more of 9 …``."""
    at = f" {ended:%H:%M}" if ended is not None else ""
    if before is None:
        return f"rejected{at}"
    said = f"rejected{at} with {how_many(before.case_count, 'case')}"
    if before.alarm_count:
        said += f", {how_many(before.alarm_count, 'alarm')}"
    return f"{said}; now {now.case_count:,} more of {how_many(now.customers, 'customer')}" if now.case_count else said


def percent(share: float) -> str:
    """Return a share as people read it: ``4 %``, ``0.03 %``."""
    return f"{share * 100:.2g} %" if share < 0.995 else f"{share * 100:.0f} %"


def _lasting(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")
