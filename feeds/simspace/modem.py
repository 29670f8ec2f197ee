"""ICCIDs as a modem reads them from the card: two digits a byte, swapped (ETSI TS 102 221, EF ICCID; 3GPP TS 31.102).

``98 64 02 00 …`` is 8946 2000 …; unused places are F. A number is taken for a swapped one on evidence only.
"""

import re
from typing import Final

from msgspec import Struct

from feeds.simspace.identifiers import luhn_holds

BYTES: Final = re.compile(r"98(?:[ :,-]?(?:0x)?[0-9Ff]{2}){9}(?![0-9A-Za-z])")
_WORDS: Final = re.compile(r"(?i)CRSM|CCID|EF_?ID|2FE2|BCD|swapped|nibble|raw|hex|SIM")
_WINDOW: Final = 60


class Swapped(Struct, frozen=True):
    """Plain digits out of swapped bytes at ``[start:end]``."""

    start: int
    end: int
    digits: str


def unswapped(text: str, at: int) -> Swapped | None:
    """Return the ICCID that stands at ``at`` in swapped bytes; None where nothing shows that it is one.

    Evidence: a filling F in the place where swapping puts it, a check digit that fits, or a word of the trade before.
    """
    found = BYTES.match(text, at)
    if found is None:
        return None
    nibbles = re.sub("0x|[^0-9Ff]", "", found.group()).upper()
    straight = "".join(nibbles[n + 1] + nibbles[n] for n in range(0, 20, 2))
    digits = straight.rstrip("F")
    if "F" in digits or not 18 <= len(digits) <= 20 or not digits.startswith("89"):
        return None
    told = _WORDS.search(text, max(0, at - _WINDOW), at) is not None
    if len(digits) == 20 and not luhn_holds(digits) and not told:
        return None
    if len(digits) == 20 and not told and " " not in found.group() and ":" not in found.group():
        return None  # one number in ten fits by chance
    return Swapped(at, found.end(), digits)
