"""Cases: TM Forum's TroubleTicket (TMF621), as the desk counts them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NewType

from msgspec import Meta, Struct

from feeds.model.text import FeedName, Label, Name, Text
from feeds.simspace import SimSpan

CaseKey = NewType("CaseKey", str)
"""``source/number``: the identity of a case."""


class CaseKind(StrEnum):
    """The desk's four kinds."""

    INCIDENT = "incident"
    INFORMATION = "information request"
    SERVICE = "service request"
    ORDER = "order"


class Service(StrEnum):
    """What the case is about."""

    DATA = "data"
    SMS = "sms"
    VOICE = "voice"
    CSD = "csd"
    OTHER = "other"


class Channel(StrEnum):
    """How the contact came in."""

    CALL = "call"
    EMAIL = "e-mail"
    PORTAL = "portal"
    API = "api"


class CaseState(StrEnum):
    """Open cases need work, pending ones wait for somebody else, closed ones are done."""

    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"


class CaseEvent(Struct, frozen=True, gc=False, omit_defaults=True):
    """A case as a ticket system sends it: the whole of what it knows now. Later events replace earlier ones.

    ``customer`` is an id, a name or an address that the inventory knows. ``sims`` are identifiers and ranges as people
    write them; ``text`` is read for more of them. ``time`` is when the case changed; without it, the time of arrival.
    """

    number: Name
    source: FeedName = "native"
    customer: Label = ""
    kind: CaseKind = CaseKind.INCIDENT
    service: Service = Service.DATA
    channel: Channel = Channel.API
    state: CaseState = CaseState.OPEN
    owner: Label = ""
    opened: datetime | None = None
    time: datetime | None = None
    title: Label = ""
    text: Text = ""
    sims: tuple[Label, ...] = ()
    country: Label = ""
    visited_network: Label = ""
    follow_up: datetime | None = None
    reference: Label = ""
    """The ticket system's own address of the case, for writing back."""
    handled: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 0.0
    """Seconds that people spoke or wrote so far, where the source counts them; 0: not known."""
    contact: bool = False
    """One more message of the customer, or one more call, brought this event: it counts as a contact of its own."""
    adds: bool = False
    """The text is one more message of the case, not the whole: SIMs read of it add up, and the first text stays."""


def case_key(event: CaseEvent) -> CaseKey:
    """Return the identity of the case that ``event`` speaks of."""
    return CaseKey(f"{event.source}/{event.number}")


class Case(Struct, frozen=True, gc=False, omit_defaults=True):
    """A case as the board holds it. ``sims`` is what was read from its fields and text, bodies without check digit."""

    source: str
    number: str
    opened: datetime
    changed: datetime
    state: CaseState
    customer: str = ""
    kind: CaseKind = CaseKind.INCIDENT
    service: Service = Service.DATA
    channel: Channel = Channel.API
    closed: datetime | None = None
    owner: str = ""
    title: str = ""
    text: str = ""
    sims: tuple[SimSpan, ...] = ()
    warnings: tuple[str, ...] = ()
    country: str = ""
    visited_network: str = ""
    follow_up: datetime | None = None
    reference: str = ""
    handled: float = 0.0
    """Seconds that people spoke or wrote, 0: not known."""
    came: datetime | None = None
    """When the first fact about it was taken in; None: in a log of before."""
    seq: int = 0
    """Sequence of the fact that changed it last."""

    @property
    def key(self) -> CaseKey:
        """The identity: ``source/number``."""
        return CaseKey(f"{self.source}/{self.number}")
