"""What every way of delivering looks like from the courier: a channel prepares parcels, its links carry them.

The promise between the two: a link awaits ``claim`` before the point of no return, hands nothing over where that says
no, and says of everything after it what the other side answered, or that nobody knows. When to send, in which order,
how often, and what goes into the ledger is ``lane``'s.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from msgspec import Struct

from feeds.courier.attachments import Attachment, attachment_of
from feeds.courier.pace import Pace, Traffic
from feeds.model import AudienceEntry, ContactChannel, Delivery, DeliveryState, Message, Update

Claim = Callable[[], Awaitable[bool]]
"""Writes *attempting* and waits for the disk. Says whether the parcel may be handed over now."""


class Answer(Struct, frozen=True):
    """What became of one parcel, in the other side's own words.

    ``state`` is ACCEPTED, FAILED (refused for good), QUEUED (refused for now, or not handed over), HELD (cannot go out
    so, a person has to look) or UNCERTAIN (handed over, no answer). ``trouble`` says that the server or the way to it
    is the reason, not this parcel; ``early`` that this came to light before anything was handed over, so that the
    parcel may go out at once on another connection. ``reference`` is the other side's own name of what it accepted,
    ``again`` when it wants to be asked again (seconds), ``suppress`` why nothing more is to be sent to this address.
    """

    state: DeliveryState
    words: str
    trouble: bool = False
    early: bool = False
    reference: str = ""
    again: float | None = None
    suppress: Literal["", "gone", "hard bounce"] = ""


class Errand(Struct, frozen=True):
    """One delivery as a channel needs it: what is said to whom, and by which name the ledger knows it.

    ``delivery.message_id`` (with angle brackets) is the same at every try: what goes out carries it, in the form that
    the channel has for it, so that the other side can tell a repeat.
    """

    update: Update
    entry: AudienceEntry
    message: Message
    delivery: Delivery
    now: datetime

    @property
    def token(self) -> str:
        """The delivery's name without brackets and domain: ``u-3.17.`` and hexadecimal digits that nobody guesses."""
        return self.delivery.message_id.strip("<>").partition("@")[0]

    @property
    def attachment(self) -> Attachment | None:
        """What goes along; made anew each time, the same bytes."""
        return attachment_of(self.update, self.entry)

    @property
    def repeated(self) -> bool:
        """Whether it was, or may have been, handed over before."""
        return self.delivery.attempts > 0


ParcelT_contra = TypeVar("ParcelT_contra", contravariant=True)
Parcel = TypeVar("Parcel")


class Link(Protocol[ParcelT_contra]):
    """One connection to the other side, or the right to make requests there; used for one parcel after the other."""

    @property
    def is_open(self) -> bool:
        """Whether it can carry the next parcel as far as this side knows."""

    async def open(self) -> None:
        """Get ready. Raises LinkDown."""

    async def send(self, parcel: ParcelT_contra, claim: Claim) -> Answer | None:
        """Carry one parcel; None where ``claim`` said no. Troubles between the two sides are answers, not exceptions.

        Exceptions of ``claim`` come through.
        """

    async def close(self) -> None:
        """Let go of the connection. Never raises for what the other side does."""


class Channel(Protocol[Parcel]):
    """One way of delivering."""

    @property
    def kind(self) -> ContactChannel:
        """Which contacts it serves."""

    @property
    def pace(self) -> Pace:
        """Waiting times."""

    @property
    def traffic(self) -> Traffic:
        """How much at once."""

    def destination(self, address: str) -> str:
        """Return where an address leads to, for rates and slow start: a domain, a host; empty: all the same place."""

    def prepare(self, errand: Errand) -> Parcel:
        """Return the parcel. Raises AddressError, CourierError or ValueError where this cannot go out at all."""

    def link(self) -> Link[Parcel]:
        """Return a new link, not open yet."""
