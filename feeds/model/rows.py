"""The rows that views send to screens. One frozen type per view; ``key`` is the row's identity within its view.

Rows carry times, not ages: an age is the screen's business, counted with the hub's clock.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from feeds.model.alarms import Severity
from feeds.model.cases import CaseKind, CaseState, Channel, Service
from feeds.model.outages import OutageState
from feeds.model.updates import DeliveryState, Phase, UpdateKind, UpdateState

Lane = Literal["grouped", "unexplained", "no SIMs", "closed"]
"""Where a case stands: in a live outage, with SIMs in none, without SIMs that could be read, or over."""


class Row(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What every row has."""

    key: str


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
    next_word: datetime | None = None
    updates: int = 0
    reason: str = ""
    merged_into: str = ""
    split_from: str = ""
    """The outage that it was a part of before."""
    seq: int = 0
    """Sequence of the last decision about it; commands carry it as ``seen``."""


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
    attributes: dict[str, str] = {}
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


class CaseRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One case. ``sims_text`` echoes what was read out of it."""

    number: str
    state: CaseState
    kind: CaseKind
    service: Service
    channel: Channel
    opened: datetime
    changed: datetime
    customer: str = ""
    vip: bool = False
    owner: str = ""
    title: str = ""
    text: str = ""
    sims: int = 0
    sims_text: str = ""
    warnings: tuple[str, ...] = ()
    country: str = ""
    outages: tuple[str, ...] = ()
    lane: Lane = "no SIMs"
    placed: str = ""
    """How it came into its outages: ``""`` by its SIMs, ``customer`` by its customer's, ``person`` by a person."""
    priority: int = 0
    priority_parts: tuple[tuple[str, int], ...] = ()
    """What the priority is the sum of: (reason, points)."""
    visited_network: str = ""
    follow_up: datetime | None = None
    """When somebody promised to look at it again."""
    seq: int = 0


class ReadRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One piece of a case's text that stands for SIMs, or that could not be read. ``key`` is its place, from 1."""

    text: str
    start: int
    """Where it is in its part, in characters."""
    end: int
    part: str = "text"
    """``title`` or ``text``; ``""``: SIMs of the case from elsewhere: its fields, further messages, a text cut off."""
    kind: str = ""
    sims: int = 0
    sims_text: str = ""
    customer: str = ""
    warning: str = ""


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
    by: dict[str, int] = {}
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
    by: dict[str, int] = {}
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


class OtherCase(Struct, frozen=True, gc=False, omit_defaults=True):
    """Another open case of the same customer."""

    number: str
    title: str
    opened: datetime
    outages: tuple[str, ...] = ()


class Nearby(Struct, frozen=True, gc=False, omit_defaults=True):
    """A live outage that a case is in or may belong to, and why."""

    outage: str
    why: str
    inside: bool = False


class TriageRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What helps to decide on one case. ``key`` is the case's; ages are in working days of the desk."""

    customer: str = ""
    agreement: str = ""
    age: float | None = None
    usual: float | None = None
    """How many working days cases of its kind usually take."""
    others: tuple[OtherCase, ...] = ()
    """Other open cases of its customer, the newest first: the first few."""
    other_count: int = 0
    nearby: tuple[Nearby, ...] = ()


class PresentRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A person at a terminal, by name. Kept by the hub, not by the log."""

    role: str
    terminals: int = 1
    since: datetime
    outages: tuple[str, ...] = ()
    """Outages that are open on their screens."""


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


class ImpactRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One customer in one outage."""

    customer: str
    vip: bool = False
    sims: int = 0
    ranges_text: str = ""
    cases: int = 0
    contacts: int = 0
    use: str = ""


class TimelineRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One line of an outage's history. ``key`` is the sequence of the fact."""

    at: datetime
    who: str
    what: str


class UpdateRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One update with the counts of its ledger."""

    outage: str
    number: int
    kind: UpdateKind
    state: UpdateState
    author: str
    approver: str = ""
    drafted: datetime
    approved: datetime | None = None
    next_word: datetime | None = None
    customers: int = 0
    total: int = 0
    queued: int = 0
    attempting: int = 0
    accepted: int = 0
    failed: int = 0
    uncertain: int = 0
    held: int = 0
    bounced: int = 0
    """Those of the failed that came back after they had been accepted."""
    suppressed: int = 0
    """Those of the held that were never tried, because the address wants nothing or takes nothing."""
    channels: dict[str, int] = {}
    phase: Phase = Phase.INVESTIGATING
    proposed_by: str = ""
    proposed_for: int = 0
    alone: str = ""
    hold_until: datetime | None = None
    canary: int = 0
    began: datetime | None = None
    """When the first message was attempted."""
    ended: datetime | None = None
    reason: str = ""
    """Why it was paused, undone or cancelled last."""
    scope_changed: float = 0.0
    """Paused because for so great a share of its customers something changed: it needs a new look and approval."""
    seq: int = 0


class DeliveryRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One delivery of one update."""

    update: str
    state: DeliveryState
    customer: str
    address: str
    channel: str = "e-mail"
    sims: int = 0
    attempts: int = 0
    answer: str = ""
    message_id: str = ""
    changed: datetime | None = None
    name: str = ""
    """The customer's name."""
    tries: tuple[str, ...] = ()
    """The steps so far, each as ``02:31:07 failed 550 no such user``."""
    reference: str = ""


class SuppressionRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """An address to which nothing is sent. ``key``: ``channel/address``."""

    channel: str
    address: str
    why: str
    words: str = ""
    since: datetime
    by: str = ""


class CallRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A customer in one outage whom no message reaches: somebody has to call. ``key``: the customer's id."""

    customer: str
    vip: bool = False
    sims: int = 0
    phones: tuple[str, ...] = ()
    reason: str = ""


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
    fields: dict[str, str] = {}
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


ROW_TYPES: dict[str, type[Row]] = {
    "outages": OutageRow,
    "alarms": AlarmRow,
    "cases": CaseRow,
    "readings": ReadRow,
    "totals": TotalsRow,
    "ribbon": StretchRow,
    "counts": CountRow,
    "curve": CurveRow,
    "surges": SurgeRow,
    "desk": DeskRow,
    "flood": FloodRow,
    "triage": TriageRow,
    "present": PresentRow,
    "explanations": ExplanationRow,
    "feeds": FeedRow,
    "impact": ImpactRow,
    "timeline": TimelineRow,
    "updates": UpdateRow,
    "deliveries": DeliveryRow,
    "suppressions": SuppressionRow,
    "calls": CallRow,
    "facts": FactRow,
    "changes": ChangeRow,
    "replay": ReplayRow,
}
"""The views by name. ``impact``, ``timeline``, ``explanations`` and ``calls`` are of one outage, ``readings`` and
``triage`` of one case: opened with ``of``.

``facts`` is the log itself, newest first. ``changes`` is what changed since ``of``, a time or a sequence, or between
two of them: ``2026-02-03T01:02:03Z``, ``4711``, ``4711..5120``. ``replay`` says where a replay stands.
``curve`` is of the last day in stretches of 10 minutes or, with ``of``, of ``MINUTES/STRETCHES[/CHANNEL][/KIND]``.
``ribbon`` is of the fleet or, with ``of``, of one outage; ``of`` may go on with ``:FIRST-LAST`` (ICCID bodies: the part
that is looked at) and ``/COLUMNS`` (how many stretches, 1 to 1,000): ``O-12``, ``O-12/160``, ``:FIRST-LAST/160``.
"""
