"""What a suspicion rests on, and what may explain it."""

from msgspec import Struct


class Grounds(Struct, frozen=True, gc=False, omit_defaults=True):
    """Evidence at the time of a decision: what was counted, and how likely chance alone brings as much.

    ``cases`` and ``alarms`` are keys of the first of them; ``chance``: 0 to 1, corrected for everything that was tried;
    None: no such number (alarms say it by themselves). ``minutes``: between the first and the last case.
    """

    case_count: int = 0
    customers: int = 0
    alarm_count: int = 0
    minutes: float = 0.0
    usual: float = 0.0
    """Cases that were to be expected there in that time."""
    chance: float | None = None
    cases: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    severity: str = ""
    """The worst of the alarms; empty: there is none, or it was not noted."""


class Explanation(Struct, frozen=True, gc=False, omit_defaults=True):
    """Attribute values that may be what affected SIMs have in common, with the numbers for and against them.

    ``coverage``: share of the affected inside, ``fleet_share``: share of the fleet inside, both 0 to 1. ``affected``
    and ``total``: SIMs inside. ``outside``: affected SIMs that do not have these values; ``outside_ranges`` the first
    of their ranges (ICCID bodies), ``outside_customers`` whose they are, most SIMs first. ``healthy``: SIMs inside of
    which nothing is known to be wrong. ``customers``: who have SIMs inside. ``score``: what the candidates are ranked
    by, greater is better.
    """

    where: dict[str, str]
    coverage: float
    fleet_share: float
    lift: float = 0.0
    affected: int = 0
    total: int = 0
    outside: int = 0
    healthy: int = 0
    customers: int = 0
    score: float = 0.0
    outside_ranges: tuple[tuple[str, str], ...] = ()
    outside_customers: tuple[str, ...] = ()
    stands: bool = False
    """It is one of the causes that the explanation stands for; others are only ranked."""
    note: str = ""
    """Words that belong to it: which fleet began, which parent takes it in."""
