"""Updates to customers, the audience they are frozen for, and the ledger of their deliveries."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NewType

from msgspec import Meta, Struct

from feeds.model.inventory import ContactChannel

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


class UpdateState(StrEnum):
    """draft → sending ⇄ paused → done; or cancelled on the way."""

    DRAFT = "draft"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class UpdateText(Struct, frozen=True, gc=False, omit_defaults=True):
    """The four parts that a person writes. ``next_word`` is the promised time of the next update."""

    done: Part
    will: Part
    need: Part
    next_word: datetime | None = None


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
    ended: datetime | None = None
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

    @property
    def key(self) -> str:
        """``update/index``."""
        return f"{self.update}/{self.index}"


class Message(Struct, frozen=True, gc=False, omit_defaults=True):
    """A message exactly as it will be sent to one contact."""

    customer: str
    name: str
    address: str
    sims: int
    subject: str
    body: str
    vip: bool = False
    ranges: str = ""


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
