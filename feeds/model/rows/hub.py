"""Rows about the hub itself: its feeds, who looks, its log, and where a replay stands."""

from datetime import datetime
from typing import Literal

from msgspec import field

from feeds.model.rows.row import Row


class FeedRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One feed: when it was last heard, how much it brings. Kept by the hub, not by the log."""

    kind: str
    """alarms, cases or inventory."""
    heard: datetime | None = None
    per_minute: float = 0.0
    """Events per minute over the last minute."""
    events: int = 0
    """Events since the hub started."""
    refused: int = 0
    """Payloads refused since the hub started."""
    coalesced: int = 0
    """Events since the hub started that repeated what was known, and were counted instead of kept."""
    turned_away: int = 0
    """Payloads since the hub started that were answered with *come back later*."""
    rhythm: float = 0.0
    """How long it is usually silent between two payloads, seconds, as learnt; 0: not known yet."""
    stale_after: float = 0.0
    """Silence of so many seconds is unusual for it; 0: not known, what is usual for its kind goes."""
    missing: int = 0
    """Frames that its own numbers say are missing; those that came late are not."""
    knocked: datetime | None = None
    """When something of it was last refused or told to come back later: it is not silent."""
    expected: bool = False
    """The configuration names it."""


class PresentRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A person at a terminal, by name. Kept by the hub, not by the log."""

    role: str
    terminals: int = 1
    since: datetime
    outages: tuple[str, ...] = ()
    """Outages that are open on their screens."""


class FactRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One fact of the log. ``key`` is its sequence as text; ``more``: the row that says how far was looked back."""

    seq: int
    at: datetime
    by: str
    """Who said it: a feed, a person, or ``vaken/`` and a watcher."""
    kind: str
    """The kind of fact as the log names it: alarm, case, suspected, drafted …"""
    about: str = ""
    """What it is about: an alarm, a case, an outage, an update, an address."""
    outages: tuple[str, ...] = ()
    """Outages that the fact itself names."""
    what: str = ""
    """The fact in words."""
    seen: int = 0
    """The sequence that a person saw when deciding."""
    fields: dict[str, str] = field(default_factory=dict)
    """What the fact holds, field by field; long values and long lists are cut."""


ChangeSection = Literal[
    "outages", "scope", "explanations", "updates", "promises", "alarms", "cases", "surges", "feeds", "people", "note"
]
"""Kinds of change, in the order in which a shift wants to read them."""


class ChangeRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One thing that changed between two times. ``rank`` is its place: by section, then by time."""

    rank: int
    section: ChangeSection
    at: datetime | None = None
    """When, or when last, where it is a sum."""
    seq: int = 0
    """The fact behind it; 0: it is a sum."""
    what: str = ""
    who: str = ""
    outage: str = ""
    update: str = ""
    count: int = 0
    """What a sum adds up to."""
    bad: bool = False
    """It wants a look: a missed promise, a silent feed, a failed update."""


class ReplayRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Where a replay stands. There is one row, ``replay``; a hub at work has none."""

    at: datetime
    """The replayed time."""
    seq: int
    """Sequence of the last fact that is shown."""
    playing: bool = False
    speed: float = 1.0
    first_at: datetime | None = None
    last_at: datetime | None = None
    """Times of the first and the last fact of the log; None: it is empty."""
    last_seq: int = 0
    busy: str = ""
    """What is being done now: seeking, reading."""
    damage: str = ""
    """Why the log ends where it ends, when it is damaged."""
    marks: tuple[tuple[str, int, datetime], ...] = ()
    """Bookmarks: name, sequence, time; the earliest first."""
    events: tuple[tuple[int, datetime], ...] = ()
    """Sequences and times of outage events, thinned out to what a line can show."""
    event_count: int = 0
    source: str = ""
    """The directory that is replayed."""
