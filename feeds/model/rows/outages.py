"""Rows of outages: what each hits, what explains it, what was said and done."""

from datetime import datetime

from feeds.model.outages import OutageState
from feeds.model.rows.row import Row


class OutageRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One outage on the board. ``sims_text`` is the short human form of its ranges, ``shared`` what they share."""

    state: OutageState
    urgency: int
    urgency_parts: tuple[tuple[str, int], ...] = ()
    """What the urgency is the sum of: (reason, points)."""
    urgency_by: str = ""
    """Who said how urgent it is; empty: it is the sum."""
    urgency_why: str = ""
    title: str = ""
    sims_text: str = ""
    sims: int = 0
    ranges: int = 0
    customers: int = 0
    customer: str = ""
    """The name to show first: a VIP where there is one, else the one with most SIMs."""
    vip: bool = False
    cases: int = 0
    cases_10m: int = 0
    """Cases opened in the last 10 minutes of the log's own time."""
    critical: int = 0
    major: int = 0
    minor: int = 0
    warning: int = 0
    shared: str = ""
    shared_by: str = ""
    """The person who said what is shared; empty: a watcher did."""
    coverage: float | None = None
    """Share of the open cases with SIMs that lie inside, 0 to 1."""
    fleet_share: float | None = None
    """Share of the fleet's SIMs that lie inside, 0 to 1."""
    commander: str = ""
    suspected: datetime
    declared: datetime | None = None
    told: datetime | None = None
    """When the first customer had the last update that anybody has; ``next_word``: what that one promised."""
    next_word: datetime | None = None
    updates: int = 0
    """Updates that began to go out."""
    waits: datetime | None = None
    """When the newest update was approved, where nobody has it yet; ``waits_for``: so many contacts do not."""
    waits_for: int = 0
    waits_why: str = ""
    """Why nobody has it, as its first deliveries say."""
    reason: str = ""
    merged_into: str = ""
    split_from: str = ""
    """The outage that it was a part of before."""
    seq: int = 0
    """Sequence of the last decision about it; commands carry it as ``seen``."""


class ImpactRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One customer in one outage."""

    customer: str
    vip: bool = False
    sims: int = 0
    ranges_text: str = ""
    cases: int = 0
    contacts: int = 0
    use: str = ""


class ExplanationRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One candidate for what explains an outage; ``key`` are its attribute values as text, ``rank`` counts from 1."""

    rank: int
    where: dict[str, str]
    coverage: float
    fleet_share: float
    lift: float = 0.0
    affected: int = 0
    total: int = 0
    outside: int = 0
    outside_text: str = ""
    outside_customers: tuple[str, ...] = ()
    """Names, most SIMs first."""
    healthy: int = 0
    customers: int = 0
    stands: bool = False
    chosen_by: str = ""
    """The person who said that it is this."""
    note: str = ""
    trend: tuple[float | None, ...] = ()
    """Its coverage at the last looks, oldest first; None: it was not among the candidates."""


class TimelineRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One line of an outage's history. ``key`` is the sequence of the fact."""

    at: datetime
    who: str
    what: str


class CallRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A customer in one outage whom no message reaches: somebody has to call. ``key``: the customer's id."""

    customer: str
    vip: bool = False
    sims: int = 0
    phones: tuple[str, ...] = ()
    reason: str = ""
