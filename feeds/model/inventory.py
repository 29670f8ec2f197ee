"""What the operator knows of its fleet: SIM ranges and customers."""

from enum import StrEnum
from typing import Annotated, NewType

from msgspec import Meta, Struct

from feeds.model.text import Attributes, Label, Name

CustomerId = NewType("CustomerId", str)

Body = Annotated[str, Meta(pattern=r"^[0-9]{5,19}$")]
"""An ICCID body (E.118 without the check digit): 5 to 19 digits."""


class ContactChannel(StrEnum):
    """Ways to reach a contact. A phone is for the call list; the courier does not dial."""

    EMAIL = "e-mail"
    SMS = "sms"
    WEBHOOK = "webhook"
    PHONE = "phone"


class Contact(Struct, frozen=True, gc=False, omit_defaults=True):
    """A person or system at a customer and the address on one channel."""

    channel: ContactChannel
    address: Name
    name: Label = ""


class Customer(Struct, frozen=True, gc=False, omit_defaults=True):
    """An enterprise customer. ``language``: BCP 47 tag; ``time_zone``: IANA name; ``domains``: its mail domains."""

    id: Name
    name: Name
    vip: bool = False
    language: Label = "en"
    time_zone: Label = "UTC"
    contacts: tuple[Contact, ...] = ()
    domains: tuple[Label, ...] = ()
    agreement: Label = ""


class SimRange(Struct, frozen=True, gc=False, omit_defaults=True):
    """A run of SIMs by ICCID body, both ends included, with the parallel runs of IMSI and MSISDN where they exist.

    ``first`` and ``last`` are bodies of the same length, without check digit. ``attributes`` are what the SIMs share
    (apn, hss, gateway, profile, plan, batch, home_plmn …); ``use`` is what they are for (metering, alarm, health …).
    """

    first: Body
    last: Body
    customer: Name
    imsi_first: Label = ""
    msisdn_first: Label = ""
    attributes: Attributes = {}
    use: Label = ""

    @property
    def count(self) -> int:
        """How many SIMs."""
        return int(self.last) - int(self.first) + 1
