"""What a visitor in the room may read. Names of customers by choice; numbers of SIMs, addresses and contacts never.

The wall shows no text of cases, no contacts and no ranges at all. Here is the second door: foreign words that do get
onto it, such as the value that SIMs share or the name of a feed, lose whatever looks like a number of a SIM or
a person, and addresses of machines with them.
"""

import re
from typing import Final

from widgets.plain import plain

MASK: Final = "•••"
_ADDRESS: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_DIGITS: Final = re.compile(r"\+?\d(?:[ .\-–/()]?\d){5,}[*xX]*")
"""Six digits or more, however they are grouped: no part of an ICCID, IMSI, MSISDN or telephone number is shorter."""


def masked(text: str, limit: int = 120) -> str:
    """Return ``text`` as one plain line with numbers of SIMs and persons taken out, cut after ``limit`` characters."""
    line = plain(text[: limit * 4])
    return _DIGITS.sub(MASK, _ADDRESS.sub(MASK, line))[:limit]


def customer_name(name: str, *, shown: bool) -> str:
    """Return a customer's name as the wall says it: masked as all, or not at all."""
    return masked(name, 60) if shown and name else ""
