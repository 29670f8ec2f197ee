"""Rows that count: cases and SIMs in all, curves, surges, the desk's figures, the number line."""

from datetime import datetime

from msgspec import field

from feeds.model.rows.row import Row


class TotalsRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What is open over all outages. A case or a SIM in two outages counts once. There is one row, ``all``."""

    outages: int = 0
    """Live ones."""
    sims: int = 0
    """SIMs in live outages."""
    customers: int = 0
    cases: int = 0
    """Open and pending."""
    grouped: int = 0
    """Cases in at least one live outage."""
    unexplained: int = 0
    """Cases with SIMs that no live outage holds."""
    single: int = 0
    """Those of the unexplained that are about one SIM."""
    without_sims: int = 0
    """Cases that no SIMs could be read of, and that are in no outage."""
    next_word: datetime | None = None
    """The earliest promise of a next word to customers that was not kept yet."""
    next_word_of: str = ""
    """The outage that it was given in."""
    promises: int = 0
    """Outages in which customers wait for a promised word."""


class StretchRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One stretch of the number line, for the ribbon: stretches follow each other; ``key`` is the place, from 0.

    The line is the fleet's SIMs in the order of their ICCID bodies, without the gaps between ranges. A SIM or case that
    the inventory does not know stands where its number would.
    """

    first: str
    """The ICCID bodies of the first and the last SIM in it."""
    last: str
    sims: int
    customer: str = ""
    """Whose SIMs they are: the name of the customer with most of them."""
    customers: int = 0
    alarms: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Active alarms whose objects serve SIMs in it: critical, major, minor, warning."""
    cases: int = 0
    unexplained: int = 0
    outages: tuple[str, ...] = ()
    share: float = 0.0
    """Share of its SIMs that lie in live outages, 0 to 1."""


class CountRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Cases opened within one minute. ``by`` counts them as ``channel/service``."""

    minute: datetime
    total: int
    by: dict[str, int] = field(default_factory=dict)
    alarms: int = 0
    """Alarm events of the same minute."""


class CurveRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Cases opened in one stretch of time, beside what is usual then. ``key``: its place, from 0, oldest first."""

    start: datetime
    minutes: float
    seen: int
    usual: float = 0.0
    low: float = 0.0
    high: float = 0.0
    """From ``low`` to ``high`` would be no surprise in any one stretch."""
    by: dict[str, int] = field(default_factory=dict)
    """``seen`` as ``channel/service``."""
    surges: tuple[str, ...] = ()
    """Ids of the surges that lasted then."""


class SurgeRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """More cases than is usual. ``key`` is its id; the numbers are those of its height."""

    began: datetime
    ended: datetime | None = None
    channel: str = ""
    kind: str = ""
    service: str = ""
    """Empty: over all of them."""
    minutes: int = 0
    until: datetime
    seen: int = 0
    usual: float = 0.0
    low: float = 0.0
    high: float = 0.0
    chance: float = 1.0


class DeskRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One figure of the desk: ``contacts`` today, ``calls`` (seconds each today), or the age of open cases of one kind.

    ``value`` and ``usual`` are in ``unit``: contacts, seconds or working days. ``oldest``: of the open cases.
    """

    unit: str
    count: int = 0
    value: float | None = None
    usual: float | None = None
    oldest: float | None = None
    over: int = 0
    """Open cases that are older than usual, or calls that took longer."""
