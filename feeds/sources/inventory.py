"""SIM ranges and customers as people store them → the model's types: check digits off, addresses looked at.

Shared by the JSON and the CSV form of the inventory.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Final
from zoneinfo import available_timezones

from msgspec import Meta, Struct

from feeds.model import Contact, ContactChannel, Customer, SimRange
from feeds.model.text import Attributes, Label, Name
from feeds.simspace import LengthProfile, NotAnIdentifierError, body_of, imsi_digits, luhn_holds, msisdn_digits
from feeds.simspace.identifiers import plain_digits

_ISSUER: Final = 7
_FIRST_YEAR, _LAST_YEAR = 1971, 2100
_LANGUAGE: Final = re.compile(r"(?:[A-Za-z]{2,8}|[iIxX])(?:-[A-Za-z0-9]{1,8})*")
_MAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


class RangeInput(Struct, frozen=True):
    """A SIM range as it is stored: ICCIDs with or without check digit, a last one or a count (the last one wins)."""

    first: Name
    customer: Name
    last: Label = ""
    count: Annotated[int, Meta(ge=1, le=10**12)] | None = None
    imsi_first: Label = ""
    msisdn_first: Label = ""
    attributes: Attributes = {}
    use: Label = ""
    since: datetime | None = None


class FieldError(ValueError):
    """The value of ``field`` cannot be taken; the message says why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def bare_numbers(inputs: Iterable[RangeInput]) -> frozenset[str]:
    """Return the issuers (seven digits) whose 19-digit numbers in these ranges are bodies without a check digit.

    Luhn alone cannot tell for one number; ranges of one issuer tell together: where a check digit is kept, it fits at
    both ends of all of them. Blocks that begin with 0 and end with 9 are blocks of bodies.
    """
    bare: set[str] = set()
    for item in inputs:
        ends = [end for end in (_digits(item.first), _digits(item.last)) if len(end) == 19]
        block = len(ends) == 2 and ends[0].endswith("0") and ends[1].endswith("9")
        if ends and (block or not all(map(luhn_holds, ends))):
            bare.add(ends[0][:_ISSUER])
    return frozenset(bare)


def _digits(text: str) -> str:
    try:
        return plain_digits(text) if text else ""
    except NotAnIdentifierError:
        return ""


def sim_range(item: RangeInput, profile: LengthProfile, bare: frozenset[str]) -> SimRange:
    """Return the range with ICCID bodies. Raises FieldError."""
    first = _body("first", item.first, profile, bare)
    if item.last:
        last = _body("last", item.last, profile, bare)
    elif item.count:
        last = str(int(first) + item.count - 1)
        if len(last) != len(first):
            raise FieldError("count", f"{item.count} SIMs do not fit behind {first}")
    else:
        raise FieldError("last", "a last ICCID or a count is missing")
    if len(last) != len(first):
        raise FieldError("last", f"{last} has {len(last)} digits and the first one, {first}, has {len(first)}")
    if last < first:
        raise FieldError("last", f"{last} is before the first one, {first}")
    count = int(last) - int(first) + 1
    return SimRange(
        first=first,
        last=last,
        customer=item.customer,
        imsi_first=_with_room("imsi_first", other_digits("imsi_first", item.imsi_first), count),
        msisdn_first=_with_room("msisdn_first", other_digits("msisdn_first", item.msisdn_first), count),
        attributes=item.attributes,
        use=item.use,
        since=in_force(item.since) if item.since is not None else None,
    )


def _with_room(field: str, begin: str, count: int) -> str:
    """Return the first of ``count`` parallel numbers. Raises FieldError where the last one has more digits."""
    if begin and len(str(int(begin) + count - 1)) != len(begin):
        raise FieldError(field, too_many_behind(count, int(begin)))
    return begin


def too_many_behind(count: int, begin: int) -> str:
    """Return what is wrong with a run of numbers that gets another digit on its way."""
    return f"{count:,} numbers do not fit behind {begin}: the last one would have another digit"


def in_force(since: datetime) -> datetime:
    """Return when a range begins to hold, in UTC; a time without offset is UTC. Raises FieldError."""
    if not _FIRST_YEAR <= since.year <= _LAST_YEAR:
        raise FieldError("since", f"the year {since.year} is not between {_FIRST_YEAR} and {_LAST_YEAR}")
    return since.replace(tzinfo=UTC) if since.tzinfo is None else since.astimezone(UTC)


def iccid_digits(field: str, text: str) -> str:
    """Return the plain digits of a cell that holds an ICCID. Raises FieldError where it holds anything else."""
    if text.isascii() and text.isdigit():
        return text
    try:
        return plain_digits(text)
    except NotAnIdentifierError as error:
        lost = (
            "; a spreadsheet has rounded it, and its last digits are lost: format the column as text and export again"
        )
        rounded = re.search(r"[0-9][eE]\+?[0-9]", text)
        raise FieldError(field, f"{error}{lost if rounded else ''}") from None


def _body(field: str, text: str, profile: LengthProfile, bare: frozenset[str]) -> str:
    digits = iccid_digits(field, text)
    if not 5 <= len(digits) <= 20 or not digits.startswith("89"):
        raise FieldError(field, f"{digits} is not an ICCID: 5 to 20 digits that begin with 89")
    if len(digits) <= 18:
        return digits
    if len(digits) == 19 and profile.body_length(digits) is None and digits[:_ISSUER] in bare:
        return digits
    return body_of(digits, profile).body


def other_digits(field: str, text: str) -> str:
    """Return the digits of an IMSI or MSISDN, as the name of the field says; none for no text. Raises FieldError."""
    if not text:
        return ""
    try:
        return imsi_digits(text).body if field == "imsi_first" else msisdn_digits(text).body
    except NotAnIdentifierError as error:
        raise FieldError(field, str(error)) from None


def check_customer(customer: Customer) -> Customer:
    """Return ``customer`` as it is. Raises FieldError where its language, time zone or an address is none."""
    if customer.language and not (len(customer.language) <= 35 and _LANGUAGE.fullmatch(customer.language)):
        raise FieldError("language", f"{customer.language!r} is not a BCP 47 language tag, such as sv or pt-BR")
    zones = _zones()
    if zones and customer.time_zone not in zones:
        raise FieldError("time_zone", f"{customer.time_zone!r} is not an IANA time zone, such as Europe/Stockholm")
    for place, contact in enumerate(customer.contacts):
        why = _wrong_address(contact)
        if why:
            raise FieldError(f"contacts[{place}].address", why)
    return customer


def _wrong_address(contact: Contact) -> str:
    address = contact.address
    if contact.channel is ContactChannel.EMAIL and not _MAIL.fullmatch(address):
        return f"{address!r} is not a mail address"
    if contact.channel is ContactChannel.WEBHOOK and not address.startswith(("https://", "http://")):
        return f"{address!r} is not the address of a webhook: it begins with https:// or http://"
    return ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
