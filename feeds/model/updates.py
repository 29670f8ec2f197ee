"""Updates to customers, the audience they are frozen for, and the ledger of their deliveries."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, NewType

from msgspec import Meta, Struct

from feeds.model.inventory import ContactChannel
from feeds.model.text import Label, Name

UpdateId = NewType("UpdateId", str)
"""``U-`` and a number, counted by the hub."""

Part = Annotated[str, Meta(max_length=8_192)]


class UpdateKind(StrEnum):
    """What an update is for."""

    FIRST_WORD = "first word"
    PROGRESS = "progress"
    CORRECTION = "correction"
    ALL_CLEAR = "all-clear"
    WITHDRAWAL = "withdrawal of an all-clear"


class Phase(StrEnum):
    """Where the operator stands with an outage when it writes."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class UpdateState(StrEnum):
    """draft → proposed → hold → canary → sending ⇄ paused → done; or cancelled on the way.

    *proposed*: the author wants it sent and a second person has to approve. *hold*: approved, may still be undone.
    *canary*: a few contacts get it first.
    """

    DRAFT = "draft"
    PROPOSED = "proposed"
    HOLD = "hold"
    CANARY = "canary"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class Parts(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a person writes, in one language (BCP 47 tag). ``said``, ``true``: of a correction, the old and the new."""

    language: Label
    done: Part
    will: Part
    need: Part
    said: Part = ""
    true: Part = ""


class UpdateText(Struct, frozen=True, gc=False, omit_defaults=True):
    """The parts that a person writes. ``next_word`` is the promised time of the next update.

    ``translations``: the same in further languages; without one, a customer gets the first text.
    """

    done: Part
    will: Part
    need: Part
    next_word: datetime | None = None
    phase: Phase = Phase.INVESTIGATING
    said: Part = ""
    true: Part = ""
    translations: Annotated[tuple[Parts, ...], Meta(max_length=20)] = ()


class Narrowing(Struct, frozen=True, gc=False, omit_defaults=True):
    """Which of the customers hit an update goes to; empty fields narrow nothing.

    ``countries``: ISO 3166-1 of the customer. ``only`` and ``without``: customers' ids, picked by hand.
    """

    countries: tuple[Label, ...] = ()
    uses: tuple[Label, ...] = ()
    vips: bool = False
    only: tuple[Name, ...] = ()
    without: tuple[Name, ...] = ()
    channels: tuple[ContactChannel, ...] = ()


Since = Literal["", "joined", "left"]
"""``""``: hit before and now; ``joined``: new since the last update, is told from the start; ``left``: is clear now."""


class AudienceEntry(Struct, frozen=True, gc=False, omit_defaults=True):
    """One contact of one customer, with the facts that stand in the message, frozen when the update is approved.

    ``digest`` is the SHA-256 (hex) of the subject and body as rendered for approval: what is sent must match it.
    """

    customer: str
    name: str
    address: str
    channel: ContactChannel = ContactChannel.EMAIL
    contact: str = ""
    sims: int = 0
    ranges: tuple[tuple[str, str], ...] = ()
    cases: tuple[str, ...] = ()
    vip: bool = False
    language: str = "en"
    time_zone: str = "UTC"
    digest: str = ""
    since: Since = ""
    own: bool = False
    """The operator's own address: it gets the canary."""


class Earlier(Struct, frozen=True, gc=False, omit_defaults=True):
    """The update before, as those are told who join now: number within the outage, time of approval, text."""

    number: int
    at: datetime
    text: UpdateText


class Update(Struct, frozen=True, gc=False, omit_defaults=True):
    """One update of one outage. ``number`` counts within the outage from 1; ``digest`` covers text and audience."""

    id: UpdateId
    outage: str
    kind: UpdateKind
    text: UpdateText
    state: UpdateState
    author: str
    drafted: datetime
    number: int = 0
    approver: str = ""
    approved: datetime | None = None
    digest: str = ""
    subject_template: str = ""
    body_template: str = ""
    audience: tuple[AudienceEntry, ...] = ()
    began: datetime | None = None
    """When the first message was attempted; None also in logs of before."""
    ended: datetime | None = None
    heard: datetime | None = None
    """When the first contact of a customer accepted it; None: nobody did, or all that was accepted came back."""
    narrowing: Narrowing = Narrowing()
    proposed_by: str = ""
    """Who wants it sent; what they saw is ``digest``, the customers they typed ``proposed_for``."""
    proposed_for: int = 0
    proposed: datetime | None = None
    alone: str = ""
    """Why one person wrote and approved it."""
    hold_until: datetime | None = None
    canary: int = 0
    """So many of the audience, from its beginning, get it first."""
    templates: dict[str, str] = {}
    """Frozen templates by name; empty in logs of before: see ``subject_template`` and ``body_template``."""
    earlier: Earlier | None = None
    """What those are told who joined since the update before."""
    iccids_up_to: int = 0
    """Customers with at most so many SIMs get each of them listed, others get ranges; 0: nothing is attached."""
    unreached: tuple[str, ...] = ()
    """Customers that are hit and that no message reaches: they are called."""
    steered: str = ""
    """Why it was paused, undone or cancelled last; empty: nobody said."""
    paused_from: UpdateState | None = None
    """Where it stood when it was paused."""
    scope_changed: float = 0.0
    """Paused because of so great a change of the customers, as a share of them: it needs a new look. 0: it was not."""
    scope_accepted: float = 0.0
    """The change of the customers that a person looked at last."""
    seq: int = 0


class DraftText(Struct, frozen=True, gc=False, omit_defaults=True):
    """A draft as it was written, for whoever wants to write on. ``author``: who wrote last."""

    update: str
    outage: str
    kind: UpdateKind
    text: UpdateText
    author: str
    state: UpdateState
    narrowing: Narrowing = Narrowing()
    seq: int = 0


class DeliveryState(StrEnum):
    """Where one delivery stands. *uncertain*: the message was handed over and the answer did not come back."""

    QUEUED = "queued"
    ATTEMPTING = "attempting"
    ACCEPTED = "accepted"
    FAILED = "failed"
    BOUNCED = "bounced"
    HELD = "held"
    SUPPRESSED = "suppressed"
    UNCERTAIN = "uncertain"

    __hash__ = str.__hash__  # that of Enum is written in Python, and ledgers count by state


class Try(Struct, frozen=True, gc=False, omit_defaults=True):
    """One step of a delivery, in the other side's own words."""

    at: datetime
    state: DeliveryState
    answer: str = ""


class Delivery(Struct, frozen=True, gc=False, omit_defaults=True):
    """One update × one contact × one channel. ``answer`` is the other side's own words at the last attempt."""

    update: UpdateId
    index: int
    """Place in the update's audience, from 0."""
    state: DeliveryState
    message_id: str
    attempts: int = 0
    answer: str = ""
    changed: datetime | None = None
    tries: tuple[Try, ...] = ()
    """The last steps, oldest first; a bounded number of them."""
    reference: str = ""
    """The other side's own name of it, where it gave one: of an SMS, of a comment."""

    @property
    def key(self) -> str:
        """``update/index``."""
        return f"{self.update}/{self.index}"


class Message(Struct, frozen=True, gc=False, omit_defaults=True):
    """A message exactly as it will be sent to one contact. ``subject`` is empty on channels that have none."""

    customer: str
    name: str
    address: str
    sims: int
    subject: str
    body: str
    vip: bool = False
    ranges: str = ""
    channel: ContactChannel = ContactChannel.EMAIL
    language: str = "en"
    since: Since = ""
    attachment: str = ""
    """Name and size of what goes along, in words."""


class Slip(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something in a draft that should be looked at: in which part and language, from where to where (characters).

    ``stops``: it cannot be sent so; others are for a person to weigh. ``part`` empty: it is about the whole.
    """

    what: str
    part: str = ""
    language: str = ""
    start: int = 0
    end: int = 0
    stops: bool = False


class Preview(Struct, frozen=True, gc=False, omit_defaults=True):
    """What an update would send now: totals over the whole audience, and a window of its messages.

    ``digest`` names exactly this text for exactly this audience; approving needs it. ``unreachable`` are customers
    without an address on a channel that the courier can use: they need a call.
    """

    update: UpdateId
    digest: str
    customers: int
    contacts: int
    sims: int
    vips: int
    messages: tuple[Message, ...] = ()
    unreachable: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()
    """What the linter found, with its places; ``problems`` are the same as sentences."""
    channels: dict[str, int] = {}
    """Contacts by channel."""
    languages: dict[str, int] = {}
    """Contacts by the language that they get."""
    fallbacks: dict[str, int] = {}
    """Contacts who get English instead of their own language, by that language."""
    suppressed: tuple[str, ...] = ()
    """Contacts who do not want it or cannot get it, with the reason."""
    joined: tuple[str, ...] = ()
    """Customers that the last update did not go to; ``left``: that it went to and that are clear now."""
    left: tuple[str, ...] = ()
    needs_second: bool = True
    """Whether another person than the author has to approve."""
    canary: int = 0
    hold: float = 0.0
    """Seconds between approval and the first message."""
