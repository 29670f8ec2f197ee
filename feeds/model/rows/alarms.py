"""Rows of alarms, and how many of them a person on duty has to look at."""

from datetime import datetime

from msgspec import field

from feeds.model.alarms import Severity
from feeds.model.rows.row import Row


class AlarmRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One alarm."""

    severity: Severity
    source: str
    managed_object: str
    raised: datetime
    changed: datetime
    cleared: datetime | None = None
    occurrences: int = 1
    event_type: str = ""
    probable_cause: str = ""
    specific_problem: str = ""
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    acknowledged_by: str = ""
    outages: tuple[str, ...] = ()
    sims: int = 0
    """SIMs that its object serves, by the inventory."""
    chatter: datetime | None = None
    """When the last three of its raises began, where it was raised so often; a short time ago: it chatters."""
    raises: int = 0
    """Raises before the last one that are remembered, and since when."""
    raises_since: datetime | None = None
    shelved: datetime | None = None
    """Until when a person put it aside, and who; a time that has passed says nothing any more."""
    shelved_by: str = ""
    seq: int = 0


class FloodRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """How many alarms come for each person on duty. There is one row, ``all``.

    ``raised``: alarms raised in the last ten whole minutes; ``trend``: in the stretches of ten minutes that end now,
    oldest first. ``chattering``: raised three times or more within ten minutes. ``stale``: active for longer than a
    day. Shelved ones are counted as such alone.
    """

    raised: int = 0
    on_duty: int = 1
    trend: tuple[int, ...] = ()
    active: int = 0
    unacknowledged: int = 0
    chattering: int = 0
    stale: int = 0
    shelved: int = 0
