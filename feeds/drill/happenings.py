"""What happens in a drill, as types: the quiet traffic, faults with their alarms and cases, single tickets, actions.

All times are seconds from the start of the drill, unless a field says that they count from the start of its fault.
``timeline`` makes events of them.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from feeds.drill.quantities import LogNormal, Seconds, Share, Texts, Weight, Weights, Word
from feeds.model import CaseKind, Channel, Service, Severity, UpdateKind

Where = Annotated[dict[str, str], Meta(max_length=8)]
Conditions = Annotated[dict[str, str | tuple[str, ...]], Meta(max_length=8)]
"""Attribute → value, or values of which one is enough. ``customer`` and ``use`` are attributes too; empty: all SIMs."""
Via = Literal["ingest", "alertmanager"]

Way = Literal[
    "full", "spaced", "body", "padded", "list", "from-to", "dash", "short", "prefix", "count", "column", "none"
]
"""How a person writes SIMs into a case; ``writing`` says what each looks like."""

Topic = Literal["down", "loss", "attach", "slow", "roaming", "storm", "voice", "billing", "own server"]
"""What cases of a fault are about; ``texts`` has the words."""

Breaks = Literal["network", "customer", "nothing"]


class ObjectGroup(Struct, frozen=True, forbid_unknown_fields=True):
    """Managed objects that raise alarms now and then. ``pattern``: a name in which ``#`` is replaced by 1 … count."""

    pattern: Word
    causes: Weights
    count: Annotated[int, Meta(ge=1, le=100_000)] = 1
    weight: Weight = 1
    event_type: str = "communicationsAlarm"
    attributes: dict[str, str] = {}
    via: Via = "ingest"


class QuietAlarms(Struct, frozen=True, forbid_unknown_fields=True):
    """The alarms of a quiet day. ``chatter``: share of events that repeat an alarm which is active already."""

    per_minute: Annotated[float, Meta(ge=0, le=1_000_000)]
    objects: Annotated[tuple[ObjectGroup, ...], Meta(min_length=1)]
    severities: Annotated[dict[Severity, Weight], Meta(min_length=1)]
    lasts: LogNormal
    chatter: Share = 0.5
    standing: Annotated[int, Meta(ge=0, le=100_000)] = 0
    """Alarms that are active from the start."""


class CaseMix(Struct, frozen=True, forbid_unknown_fields=True):
    """What cases are like. ``zammad``: share of those not made by call or API that a Zammad desk sends."""

    channels: Annotated[dict[Channel, Weight], Meta(min_length=1)]
    ways: Annotated[dict[Way, Weight], Meta(min_length=1)]
    kinds: Annotated[dict[CaseKind, Weight], Meta(min_length=1)] = field(
        default_factory=lambda: {CaseKind.INCIDENT: 1.0}
    )
    services: Annotated[dict[Service, Weight], Meta(min_length=1)] = field(default_factory=lambda: {Service.DATA: 1.0})
    zammad: Share = 0.5
    taken: LogNormal = LogNormal(median=40, spread=0.7)
    """Seconds until somebody at the desk takes a case."""


class QuietCases(Struct, frozen=True, forbid_unknown_fields=True):
    """The cases of a quiet day. ``history``: seconds before the start in which cases came as well.

    ``by_hour``: how busy each hour of the day (UTC) is; the busiest has ``per_hour`` cases. Empty: all hours have.
    """

    per_hour: Annotated[float, Meta(ge=0, le=1_000_000)]
    mix: CaseMix
    lasts: LogNormal
    history: Seconds = 0
    by_hour: tuple[Annotated[float, Meta(ge=0, le=1_000)], ...] = ()


class Quiet(Struct, frozen=True, forbid_unknown_fields=True):
    """What goes on all the time."""

    alarms: QuietAlarms | None = None
    cases: QuietCases | None = None


class FaultAlarms(Struct, frozen=True, forbid_unknown_fields=True):
    """Alarms of a fault: each object raises with the first severity of ``pattern``, steps on with every repeat.

    ``after`` and ``until`` count from the start of the fault; they last until its repair where ``until`` is not given.
    """

    objects: Annotated[tuple[Word, ...], Meta(min_length=1)]
    pattern: Annotated[tuple[Severity, ...], Meta(min_length=1)]
    probable_cause: str
    specific_problem: str = ""
    event_type: str = "communicationsAlarm"
    text: Texts = ""
    attributes: dict[str, str] = {}
    after: Seconds = 0
    until: Seconds | None = None
    within: Seconds = 10
    """All objects have raised within this time."""
    every: Annotated[float, Meta(gt=0, le=86_400)] = 10
    """Seconds from one repeat to the next, give or take a third."""
    clears_within: Seconds = 20
    """All objects have cleared within this time after the end."""
    via: Via = "ingest"


class Pace(Struct, frozen=True, forbid_unknown_fields=True):
    """``per_hour`` cases come in an hour at the time ``after`` the start of the fault; between two, on a line."""

    after: Seconds
    per_hour: Annotated[float, Meta(ge=0, le=1_000_000)]


class FaultCases(Struct, frozen=True, forbid_unknown_fields=True):
    """Cases of a fault. ``complain``: share of the customers hit who do.

    Either each of them waits for ``delay``, with ``again`` further cases on the average, or cases come as ``curve``
    says, each from one of them.
    """

    complain: Share
    mix: CaseMix
    closes: LogNormal
    delay: LogNormal | None = None
    again: Annotated[float, Meta(ge=0, le=100)] = 0.5
    curve: tuple[Pace, ...] = ()
    topic: Topic = "down"


class Restored(Struct, frozen=True, forbid_unknown_fields=True):
    """From ``after`` the start of the fault on, only the share ``left`` of its SIM ranges is still hit."""

    after: Seconds
    left: Share


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """Something breaks at ``at`` and works again at ``repaired``; it hits the SIM ranges that have ``where``.

    ``breaks``: what is broken. *network*: the attribute in ``where`` is what is to be found. *customer*: something at
    one customer. *nothing*: people write, and no SIM is hit. When another fault begins, that one is to be found.
    """

    name: Word
    at: Seconds
    repaired: Seconds
    where: Conditions = {}
    breaks: Breaks = "network"
    began: str = ""
    """The customer whose fleet began it, where cause and victims differ."""
    spreads: Seconds = 0
    """Ranges are hit one after the other within this time."""
    restored: tuple[Restored, ...] = ()
    mutes: bool = False
    """The operator's own network is part of it: no other alarms arrive as long as it lasts."""
    alarms: tuple[FaultAlarms, ...] = ()
    cases: FaultCases | None = None


class Ticket(Struct, frozen=True, forbid_unknown_fields=True):
    """One case by itself. ``{sims}`` in its text: SIMs of a range that has ``where``, written in the way ``way``."""

    at: Seconds
    number: Word
    title: Word
    text: Texts = ""
    source: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,31}$")] = "desk"
    customer: str = ""
    where: Conditions = {}
    way: Way = "none"
    kind: CaseKind = CaseKind.INCIDENT
    service: Service = Service.DATA
    channel: Channel = Channel.API
    closes_at: Seconds | None = None


class Phase(Struct, frozen=True, forbid_unknown_fields=True):
    """A line to say when the drill comes to ``at``."""

    at: Seconds
    say: Word


class Action(Struct, frozen=True, forbid_unknown_fields=True):
    """What the drill's commander does at ``at`` about the outage that shares ``where``.

    For an update: its kind, its three texts, and when the next one is promised (0: not).
    """

    at: Seconds
    do: Literal["declare", "update", "mitigate", "resolve"]
    where: Where
    kind: UpdateKind = UpdateKind.FIRST_WORD
    done: Texts = ""
    will: Texts = ""
    need: Texts = ""
    next_word_minutes: Annotated[float, Meta(ge=0, le=1_440)] = 20
