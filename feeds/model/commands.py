"""Commands: what a person at a screen may ask of the hub. Each becomes facts, or is refused with a reason."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from feeds.model.inventory import ContactChannel
from feeds.model.text import Attributes, Label, Name, Text
from feeds.model.updates import Narrowing, UpdateKind, UpdateText

Seen = Annotated[int, Meta(ge=0)]
"""Sequence of the row that the user saw; 0: not known, nothing is compared."""


class Acknowledge(Struct, frozen=True, gc=False, tag_field="do", tag="ack"):
    """Take note of alarms."""

    alarms: tuple[Name, ...]
    seen: Seen = 0


class Shelve(Struct, frozen=True, gc=False, tag_field="do", tag="shelve"):
    """Put alarms aside for so many minutes, a day at most, with a reason; 0: look at them again."""

    alarms: tuple[Name, ...]
    minutes: Annotated[int, Meta(ge=0, le=1440)]
    why: Label = ""
    seen: Seen = 0


class Declare(Struct, frozen=True, gc=False, tag_field="do", tag="declare"):
    """Make a suspected outage a declared one; the one who does it is its commander."""

    outage: Name
    title: Label = ""
    seen: Seen = 0


class Mitigate(Struct, frozen=True, gc=False, tag_field="do", tag="mitigate"):
    """Say that service is back for now."""

    outage: Name
    seen: Seen = 0


class Resolve(Struct, frozen=True, gc=False, tag_field="do", tag="resolve"):
    """Say that it is over."""

    outage: Name
    seen: Seen = 0


class Reject(Struct, frozen=True, gc=False, tag_field="do", tag="reject"):
    """Say that a suspected outage is none."""

    outage: Name
    why: Label = ""
    seen: Seen = 0


class Suspect(Struct, frozen=True, gc=False, tag_field="do", tag="suspect"):
    """Make a group of the SIMs that ``sims`` speaks of, as people write them. The answer names the outage."""

    sims: Text
    title: Label = ""
    why: Label = ""
    seen: Seen = 0


class Place(Struct, frozen=True, gc=False, tag_field="do", tag="place"):
    """Move a case into an outage, or out of it (``inside`` false). The machine does not undo that."""

    case: Name
    outage: Name
    inside: bool
    why: Label = ""
    seen: Seen = 0


class AskSims(Struct, frozen=True, gc=False, tag_field="do", tag="sims"):
    """Ask what SIMs a text speaks of, whose they are and in which outages (``SimsRead``). Changes nothing."""

    text: Text
    seen: Seen = 0


class Explain(Struct, frozen=True, gc=False, tag_field="do", tag="explain"):
    """Say what explains an outage: attribute values that the fleet knows. The outage then stands on these SIMs.

    An empty ``where`` takes that back: the watcher's word counts again.
    """

    outage: Name
    where: Attributes
    why: Label = ""
    seen: Seen = 0


class Weigh(Struct, frozen=True, gc=False, tag_field="do", tag="weigh"):
    """Say how urgent an outage is, with a reason; None lets the sum count again."""

    outage: Name
    points: Annotated[int, Meta(ge=0, le=1_000)] | None
    why: Label = ""
    seen: Seen = 0


class Draft(Struct, frozen=True, gc=False, tag_field="do", tag="draft"):
    """Write or rewrite an update. Without ``update`` a new draft is begun; the answer names it."""

    outage: Name
    kind: UpdateKind
    text: UpdateText
    update: Label = ""
    narrowing: Narrowing = Narrowing()
    seen: Seen = 0


class AskDraft(Struct, frozen=True, gc=False, tag_field="do", tag="text"):
    """Ask for a draft as it was written: ``update``, else the newest one of ``outage``. Changes nothing.

    The answer is a ``DraftText``, or null where the outage has no draft.
    """

    update: Label = ""
    outage: Label = ""


class AskPreview(Struct, frozen=True, gc=False, tag_field="do", tag="preview"):
    """Ask what a draft would send now. Changes nothing. ``window`` is (first message, how many), at most 200."""

    update: Name
    window: tuple[int, int] = (0, 50)
    find: Label = ""


class Propose(Struct, frozen=True, gc=False, tag_field="do", tag="propose"):
    """Ask a second person to approve: ``digest`` as in the preview that was seen, ``customers`` as typed."""

    update: Name
    digest: Name
    customers: int
    seen: Seen = 0


class Approve(Struct, frozen=True, gc=False, tag_field="do", tag="approve"):
    """Send an update: ``digest`` as in the preview that was seen, ``customers`` as typed by the approver.

    ``alone``: the reason why its author approves it, where nobody else is on duty.
    """

    update: Name
    digest: Name
    customers: int
    alone: Label = ""
    seen: Seen = 0


class Steer(Struct, frozen=True, gc=False, tag_field="do", tag="steer"):
    """Pause, resume or cancel an update that is being sent; ``undo`` its approval while it is held.

    ``go on``: send the rest, whatever became of the canary.
    """

    update: Name
    to: Literal["pause", "resume", "cancel", "undo", "go on"]
    seen: Seen = 0


class Retry(Struct, frozen=True, gc=False, tag_field="do", tag="retry"):
    """Queue deliveries again that failed or are uncertain, by a human's decision. The Message-ID stays the same."""

    update: Name
    deliveries: tuple[Annotated[int, Meta(ge=0)], ...]
    seen: Seen = 0


class Suppress(Struct, frozen=True, gc=False, tag_field="do", tag="suppress"):
    """Send nothing more to an address, or (``lift``) do so again."""

    channel: ContactChannel
    address: Name
    lift: bool = False
    why: Label = ""
    seen: Seen = 0


class Replay(Struct, frozen=True, gc=False, tag_field="do", tag="replay"):
    """Steer a replay. A hub at work refuses it; a replay refuses every other command.

    ``seek`` goes to the time ``at``, else to the sequence ``seq``, else to the bookmark ``name``; ``step`` goes by
    ``steps`` facts, ``event`` by so many outage events, back where it is negative; ``speed`` is times real time;
    ``mark`` names this moment, ``unmark`` forgets a name. The answer is the sequence and the time that is shown then.
    """

    to: Literal["play", "pause", "seek", "step", "event", "speed", "mark", "unmark"]
    at: datetime | None = None
    seq: Annotated[int, Meta(ge=0)] | None = None
    steps: Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000)] = 1
    speed: Annotated[float, Meta(ge=0.1, le=1000.0)] = 1.0
    name: Label = ""
    seen: Seen = 0


class Moment(Struct, frozen=True, gc=False):
    """What a replay answers: the moment that is shown now."""

    seq: int
    at: datetime


Command = (
    Acknowledge
    | Shelve
    | Declare
    | Mitigate
    | Resolve
    | Reject
    | Suspect
    | Place
    | AskSims
    | Explain
    | Weigh
    | Draft
    | AskDraft
    | AskPreview
    | Propose
    | Approve
    | Steer
    | Retry
    | Suppress
    | Replay
)

CommandName = Literal[
    "ack",
    "declare",
    "mitigate",
    "resolve",
    "reject",
    "suspect",
    "place",
    "sims",
    "explain",
    "weigh",
    "draft",
    "text",
    "preview",
    "propose",
    "approve",
    "steer",
    "retry",
    "suppress",
    "replay",
]

COMMANDS: dict[str, type[Struct]] = {
    "ack": Acknowledge,
    "shelve": Shelve,
    "declare": Declare,
    "mitigate": Mitigate,
    "resolve": Resolve,
    "reject": Reject,
    "suspect": Suspect,
    "place": Place,
    "sims": AskSims,
    "explain": Explain,
    "weigh": Weigh,
    "draft": Draft,
    "text": AskDraft,
    "preview": AskPreview,
    "propose": Propose,
    "approve": Approve,
    "steer": Steer,
    "retry": Retry,
    "suppress": Suppress,
    "replay": Replay,
}
"""The commands by name."""

__all__ = ["COMMANDS", "Command", "CommandName", "Moment", "Seen"]
