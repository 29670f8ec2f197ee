"""What the operator knows of its fleet: SIM ranges and customers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NewType

from msgspec import Meta, Struct

from feeds.model.text import Attributes, Label, Name

CustomerId = NewType("CustomerId", str)

Body = Annotated[str, Meta(pattern=r"^[0-9]{5,19}$")]
"""An ICCID body (E.118 without the check digit): 5 to 19 digits."""


class ContactChannel(StrEnum):
    """Ways to reach a contact. A phone is for the call list; the courier does not dial.

    ``case``: a public comment in a case; the address is the case's key. ``tmf681``: a CommunicationMessage.
    """

    EMAIL = "e-mail"
    SMS = "sms"
    WEBHOOK = "webhook"
    PHONE = "phone"
    CASE = "case"
    TMF681 = "tmf681"


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
    country: Label = ""
    """ISO 3166-1."""


class SimRange(Struct, frozen=True, gc=False, omit_defaults=True):
    """A run of SIMs by ICCID body, both ends included, with the parallel runs of IMSI and MSISDN where they exist.

    ``first`` and ``last`` are bodies of the same length, without check digit. ``attributes`` are what the SIMs share
    (apn, hss, gateway, profile, plan, batch, home_plmn …); ``use`` is what they are for (metering, alarm, health …).
    ``since`` is when the statement begins to hold, None: always; so a part of a range moves to another customer at a
    time that is known before.
    """

    first: Body
    last: Body
    customer: Name
    imsi_first: Label = ""
    msisdn_first: Label = ""
    attributes: Attributes = {}
    use: Label = ""
    since: datetime | None = None

    @property
    def count(self) -> int:
        """How many SIMs."""
        return int(self.last) - int(self.first) + 1


class Coded(Struct, frozen=True, gc=False):
    """A column of texts: the distinct ``values``, sorted, and for each row the place of its value in them.

    ``codes``: int32, little-endian, one a row; −1: the row has none.
    """

    name: str
    values: tuple[str, ...]
    codes: bytes


class RangeTable(Struct, frozen=True, gc=False):
    """Many SIM ranges as columns: the form in which a whole inventory goes over the wire and into the log.

    ``firsts`` and ``lasts``: ICCID bodies, int64, little-endian, one a row; rows are sorted by (first, last, since) and
    no two have all three the same. ``imsis`` and ``msisdns``: the parallel first numbers, int64, 0: none; empty bytes:
    no row has one. ``since``: int64, seconds since 1970 UTC, 0: always; empty bytes: all rows always. ``attributes``
    are sorted by name and no column is without a value. So equal inventories are equal tables, byte for byte.
    """

    firsts: bytes
    lasts: bytes
    customer: Coded
    use: Coded
    attributes: tuple[Coded, ...] = ()
    imsis: bytes = b""
    msisdns: bytes = b""
    since: bytes = b""

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self.firsts) // 8


class ObjectRule(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a managed object serves, by its name: alarms about it get ``attributes`` that their source does not give.

    ``object`` is a name or a pattern in which each ``*`` stands for any characters; in the values of ``attributes``
    ``{1}`` is what the first ``*`` stands for, ``{2}`` the second. ``source``: of this source's alarms only.
    """

    object: Name
    attributes: Attributes
    source: Label = ""
