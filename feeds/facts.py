"""What the log holds. A fact is something that happened; it is never changed; the board is a function of all of them.

New kinds and new fields (with defaults) may be added. Nothing may be renamed or removed: old logs must stay readable.
"""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from feeds.model.alarms import AlarmEvent
from feeds.model.cases import CaseEvent, CaseKind, Channel, Service
from feeds.model.desk import Desk, Weights
from feeds.model.explanations import Explanation, Grounds
from feeds.model.inventory import ContactChannel, Customer, ObjectRule, RangeTable, SimRange
from feeds.model.outages import OutageState
from feeds.model.updates import AudienceEntry, DeliveryState, Earlier, Narrowing, UpdateKind, UpdateText
from feeds.simspace import SimSpan


class AlarmReported(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="alarm"):
    """A source said something about an alarm."""

    event: AlarmEvent


class AlarmAcknowledged(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="ack"):
    """A person took note of an alarm."""

    alarm: str


class AlarmShelved(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="shelved"):
    """A person put an alarm aside until then, also where it clears and comes again; None: it is looked at again."""

    alarm: str
    until: datetime | None = None
    reason: str = ""


class CaseReported(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="case"):
    """A ticket system said something about a case; ``sims`` and ``warnings`` are what was read of it at the door."""

    event: CaseEvent
    sims: tuple[SimSpan, ...] = ()
    warnings: tuple[str, ...] = ()


class RangesStated(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="ranges"):
    """SIM ranges of the inventory; one with the same first and last body replaces the earlier one."""

    ranges: tuple[SimRange, ...]


class CustomersStated(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="customers"):
    """Customers of the inventory; one with the same id replaces the earlier one."""

    customers: tuple[Customer, ...]


class RangesLoaded(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="loaded"):
    """The whole inventory of SIM ranges, in place of all ranges stated before."""

    table: RangeTable


class ObjectsStated(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="objects"):
    """What managed objects serve, in place of all rules stated before. The first rule that fits an object counts."""

    rules: tuple[ObjectRule, ...]


class CasePlaced(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="placed"):
    """A person moved a case into an outage, or out of it (``inside`` false). No watcher undoes that."""

    case: str
    outage: str
    inside: bool
    reason: str = ""


class OutageSuspected(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="suspected"):
    """A watcher, or a person, saw a group of SIM ranges that something is wrong with. ``outage`` is the id it gets.

    ``split_from`` is the outage that it was a part of until now.
    """

    outage: str
    ranges: tuple[tuple[str, str], ...]
    where: dict[str, str] = {}
    reason: str = ""
    title: str = ""
    split_from: str = ""
    from_cases: bool = False
    """``where`` is what cases share; no alarm said so."""
    grounds: Grounds | None = None
    """What it rests on; None: a person made it, or it comes from a log of before."""


class OutageScoped(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="scoped"):
    """The ranges of an outage changed, because the inventory or the evidence did."""

    outage: str
    ranges: tuple[tuple[str, str], ...]
    where: dict[str, str] = {}
    reason: str = ""
    from_cases: bool = False
    grounds: Grounds | None = None
    """What the change rests on; None: what was known counts on."""


class OutageMerged(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="merged"):
    """An outage turned out to be part of another one, which lives on."""

    outage: str
    into: str
    reason: str = ""


class OutageMoved(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="moved"):
    """An outage went to another state, by a person or by the watcher."""

    outage: str
    state: OutageState
    reason: str = ""
    title: str = ""


class OutageExplained(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="explained"):
    """The watcher looked for what explains an outage: the best candidates, best first. None of them may stand."""

    outage: str
    explanations: tuple[Explanation, ...]


class ExplanationChosen(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="chosen"):
    """A person said what explains an outage, whatever the watcher thinks; an empty ``where`` takes that back."""

    outage: str
    where: dict[str, str]
    reason: str = ""


class UrgencySet(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="urgency"):
    """A person said how urgent an outage is, and why; None lets the sum count again."""

    outage: str
    points: int | None
    reason: str = ""


class SurgeBegan(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="surge"):
    """More cases came than is usual. ``surge`` is the id it gets; None: over all channels, kinds, services.

    ``seen`` cases in ``minutes`` minutes before ``until``, where ``usual`` are expected and ``low`` to ``high`` would
    be no surprise. ``chance``: how likely as many are by chance, 0 to 1, corrected for looking often and at many
    series.
    """

    surge: str
    minutes: int
    until: datetime
    seen: int
    usual: float
    low: float
    high: float
    chance: float
    channel: Channel | None = None
    kind: CaseKind | None = None
    service: Service | None = None


class SurgeGrew(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="surge grew"):
    """A surge that goes on is clearly greater than was said; numbers and series as in SurgeBegan."""

    surge: str
    minutes: int
    until: datetime
    seen: int
    usual: float
    low: float
    high: float
    chance: float
    channel: Channel | None = None
    kind: CaseKind | None = None
    service: Service | None = None


class SurgeEnded(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="surge over"):
    """Cases are back to what is usual."""

    surge: str


class DeskStated(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="desk"):
    """What is usual at the desk, in place of what was stated before."""

    desk: Desk


class WeightsStated(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="weights"):
    """What makes outages and cases urgent, in place of what was stated before."""

    weights: Weights


class UpdateDrafted(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="drafted"):
    """A person wrote, or rewrote, an update."""

    update: str
    outage: str
    kind: UpdateKind
    text: UpdateText
    narrowing: Narrowing = Narrowing()


class UpdateProposed(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="proposed"):
    """The author wants an update sent as it was previewed (``digest``), and typed the number of ``customers``."""

    update: str
    digest: str
    customers: int


class UpdateApproved(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="approved"):
    """A person approved an update: from here on text, templates and audience are frozen, and sending begins."""

    update: str
    digest: str
    subject_template: str
    body_template: str
    audience: tuple[AudienceEntry, ...]
    message_domain: str
    """Right-hand side of the Message-IDs."""
    templates: dict[str, str] = {}
    """All templates by name, where there are more than subject and body in one language."""
    hold_until: datetime | None = None
    """Nothing leaves before; None: at once."""
    canary: int = 0
    """So many of the audience, from its beginning, get it first; 0: all at once."""
    alone: str = ""
    """Why the author approves it; empty: another person does."""
    earlier: Earlier | None = None
    """What those are told who joined since the update before."""
    iccids_up_to: int = 0
    """Customers with at most so many SIMs get each of them listed, others get ranges; 0: nothing is attached."""
    unreached: tuple[str, ...] = ()
    """Customers that are hit and that no message reaches: they are called."""


class UpdateSteered(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="steered"):
    """A person paused, resumed or cancelled an update, or undid the approval while it was held.

    ``start`` (the hold is over) and ``go on`` (the canary is well) are also the courier's.
    """

    update: str
    to: Literal["pause", "resume", "cancel", "undo", "start", "go on"]
    reason: str = ""
    scope: float = 0.0
    """The share of the customers for whom something changed since the approval: why it is paused, or what the one who
    resumes it has looked at."""


class DeliveryMoved(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="delivery"):
    """One step in the ledger of one delivery. *attempting* is written before the message is handed over."""

    update: str
    index: int
    state: DeliveryState
    answer: str = ""
    reference: str = ""


class AddressSuppressed(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="suppressed address"):
    """Nothing more is sent to an address: it opted out, it does not exist, it complained, or a person said so."""

    channel: ContactChannel
    address: str
    why: Literal["opt-out", "hard bounce", "complaint", "gone", "person"]
    words: str = ""


class AddressAllowed(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="allowed address"):
    """A person took a suppression back."""

    channel: ContactChannel
    address: str
    reason: str = ""


Fact = (
    AlarmReported
    | AlarmAcknowledged
    | AlarmShelved
    | CaseReported
    | RangesStated
    | CustomersStated
    | RangesLoaded
    | ObjectsStated
    | CasePlaced
    | OutageSuspected
    | OutageScoped
    | OutageMerged
    | OutageMoved
    | OutageExplained
    | ExplanationChosen
    | UrgencySet
    | SurgeBegan
    | SurgeGrew
    | SurgeEnded
    | DeskStated
    | WeightsStated
    | UpdateDrafted
    | UpdateProposed
    | UpdateApproved
    | UpdateSteered
    | DeliveryMoved
    | AddressSuppressed
    | AddressAllowed
)


class Entry(Struct, frozen=True, gc=False, omit_defaults=True):
    """A fact in the log: ``seq`` counts from 1 without gaps, ``at`` is when it was appended, ``by`` who said it.

    ``by`` is a feed, a person or ``vaken/<watcher>``; ``seen`` is the sequence that a person saw when deciding.
    ``address`` and ``token`` say where a person was and with which token: empty for feeds, and in logs of before.
    """

    seq: int
    at: datetime
    by: str
    fact: Fact
    seen: int = 0
    address: str = ""
    token: str = ""


class Origin(Struct, frozen=True, gc=False):
    """Where a person was who said something: network address, and the public id of the token (never its secret)."""

    address: str = ""
    token: str = ""


NOWHERE = Origin()


class Glance(Struct, frozen=True, gc=False):
    """An entry whose fact was not looked into: for those who look through many and want few."""

    seq: int
    at: datetime
    by: str
    fact: msgspec.Raw
    seen: int = 0

    @property
    def kind(self) -> str:
        """The name of the kind of fact, as the log has it."""
        return _kind_of.decode(self.fact).fact

    def opened(self) -> Fact:
        """Return the fact itself. Raises msgspec.DecodeError when this program does not know it."""
        return _fact.decode(self.fact)


class _Kind(Struct, frozen=True):
    fact: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(tuple[Entry, ...])
_glances = msgspec.json.Decoder(tuple[Glance, ...])
_kind_of = msgspec.json.Decoder(_Kind)
_fact: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


def encode_entries(entries: tuple[Entry, ...]) -> bytes:
    """Return the JSON array of ``entries``, the form in which a batch is kept."""
    return _encoder.encode(entries)


def decode_entries(data: bytes) -> tuple[Entry, ...]:
    """Return the entries of a batch. Raises msgspec.DecodeError when ``data`` is none."""
    return _decoder.decode(data)


def glance_entries(data: bytes) -> tuple[Glance, ...]:
    """Return the entries of a batch without looking into their facts. Raises msgspec.DecodeError."""
    return _glances.decode(data)
