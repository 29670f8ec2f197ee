"""The forms in which identifiers begin and end in a text, as regular expressions. What they mean is reading.py's work.

Every expression is bounded or deterministic, so that no text makes it slow. Words are in words.py.
"""

import re
from typing import Final

from feeds.simspace.numbering import BARE_MACHINE
from feeds.simspace.trails import counts_things
from feeds.simspace.vocabulary import ENDINGS

SPACES: Final = " \t"

_STARTS: Final = (
    r"[0-9+](?<![0-9][0-9+])(?:"
    r"(?P<lost>(?<=[0-9])[.,][0-9]{1,17}[ ]?[eE][ ]?\+?[0-9]{1,2}(?![0-9A-Za-z]))"
    r"|(?P<iccid>(?<=8)[ .,']?9(?=[ .,'\-_:/0-9*xX#?%\u2026]))"
    r"|(?P<swapped>(?<=9)8(?=[ :,-]?(?:0x)?[0-9Ff]{2}[ :,-]?(?:0x)?[0-9Ff]{2}))"
    r"|(?P<imsi>(?<=[2-79])[0-9]{14}(?![0-9])|(?<=0)0101[0-9]{10}(?![0-9])"
    r"|(?<=[2-7])[0-9]{2}(?P<cut>[ -])(?:[0-9]{2}(?P=cut)[0-9]{10}|[0-9]{3}(?P=cut)[0-9]{9})(?![0-9]))"
    r"|(?P<plus>(?<=\+)[ ]?[1-9](?=[0-9( -]))"
    r"|(?P<national>(?<=0)(?:719(?:[ -]?[0-9]){8,10}|97[ -]?[0-9](?:[ -]?[0-9]){8})(?![0-9A-Za-z]))"
    r"|(?P<trunk>(?<=0)0[ ]?(?:46[ -]?719|47[ -]?5[89]|31[ -]?97|88[ -]?[23]))"
    r")"
)
START: Final = re.compile(_STARTS)
"""Where digits or a plus may begin an identifier; it matches at the beginning of a run of digits only."""

BARE: Final = re.compile(rf"(?<![0-9A-Za-z+.,_-])(?P<bare>{BARE_MACHINE})(?![0-9A-Za-z])")
DOTS: Final = re.compile(r"(?P<dots>(?:\u2026|(?<![.0-9])\.{2,3})[ ]?(?=[0-9]{2,10}(?![0-9])))")
KIND_WORDS: Final = re.compile("IMSI|MSISDN|ICCID", re.IGNORECASE)
LABELLED: Final = re.compile(
    r"(?i:(?<![A-Za-z])(?P<label>IMSI|MSISDN|ICCID)(?:'?s|:n|er|-?(?:nummern?|nr|number|no|n[\u00ba\u00b0])\.?)?(?![A-Za-z0-9])"
    r"[^0-9+\n;|\t\u2026.]{0,24}\.?[^0-9+\n;|\t\u2026.]{0,6}\n?[ ]{0,3}(?=\+?[0-9]))"
)
"""The name of a kind of number, and a number behind it."""

HEAD: Final = re.compile(r"(?P<head>(?i:(?<![A-Za-z])(?:IMSI|MSISDN)[^\n0-9]{0,300}\n(?=[^\n]{0,300}[0-9]{5})))")
"""The same at the end of a line, with numbers on the next."""

TAIL: Final = re.compile(
    rf"(?i:(?<![^\W\d_])(?P<tail>{'|'.join(sorted(map(re.escape, ENDINGS), key=len, reverse=True))})"
    r"(?:[ ]+[^\W\d_]{1,8}){0,2}[ ]?[:.\u2026]{0,3}[ ]?(?=[0-9]{3,8}(?![0-9:/])))"
)
"""*ending in*, and a few digits."""

REST: Final = re.compile("[0-9]*")
GAP: Final = re.compile(r"[^0-9]{1,48}(?=[0-9])")
"""From the end of a number to the next."""

SHORT: Final = re.compile(r"[0-9]{1,12}")
SHORT_ENDS: Final = re.compile(r"[0-9]{1,12}(?:([ .-])[0-9]{1,12}(?:\1[0-9]{1,12}){0,6})?")
"""Last digits, in one piece or in groups."""

WILDCARD: Final = re.compile(
    r"[ ]?(?P<star>\*)\**(?:[ ]?\*+){0,6}"
    r"|[ -]?(?P<places>(?:[xX](?:[ -]?[xX]){1,18}|#(?:[ -]?#){1,18}|\?(?:[ -]?\?){1,18}"
    r"|[nN](?:[ -]?[nN]){2,18}|_(?:[ -]?_){2,18}))"
    r"(?P<more>[ ]?(?:\u2026|\.{2,3}))?(?![0-9A-Za-z])"
    r"|(?P<class>(?:\[0-9\]|\\d){1,10})(?![0-9A-Za-z])"
    r"|(?P<percent>%)(?![0-9A-Za-z])"
    r"|[ ]?(?P<open>\u2026|\.{3})(?![ ]?[0-9])"
)
"""``*``, ``%`` or an ellipsis for any digits that follow, or one ``x`` (``[0-9]``) for each."""

MASKED: Final = re.compile(
    r"[ -]?(?:[xX*#?\u2022\u25cf]{2,16}|\u2026)(?:[ -]?[xX*#?\u2022]{1,4}){0,4}[ -]?[0-9]{2,8}(?![0-9A-Za-z])"
)
"""Digits in the middle are hidden."""

MISTYPED: Final = re.compile(r"89[0-9OoIl]{16,18}(?![0-9A-Za-z])")
"""An ICCID with letters that look like digits."""

LETTERED: Final = re.compile(r"89[0-9]{4}[0-9A-Fa-f]{12,14}(?![0-9A-Za-z])")
"""An ICCID with hexadecimal letters, as some issuers have them."""

COUNT_BEHIND: Final = re.compile(
    r"[ \t]{0,3}(?:(?P<bracket>[(\[])|(?P<comma>,|\n))?[ \t]{0,3}(?:(?P<word>[^\W\d_]{1,14})[.:]{0,2}[ \t]{0,2})?"
    r"(?P<times>[x\u00d7*][ \t]?)?"
    r"(?P<count>[0-9]{1,3}(?:[ .,'][0-9]{3}){1,2}|[0-9]{1,7})(?![.,:/-]?[0-9])[ \t]?"
    r"(?P<noun>[^\W\d_]+(?:-[^\W\d_]+)?)?(?P<end>\.?[)\]]|(?=[.,;!\s]|$))?"
)
"""``(500 pcs)``, ``x 500``, ``, qty 500`` behind a number."""

ICCID_LABEL: Final = re.compile(r"(?i)(?:ICCID|ICC|SIM|nr|no|card|kort|Karte|ID)\Z")
PERSON: Final = re.compile(r"(?:^|[\s|,;/\u2022])[TMFPD][:. ]\s?\Z", re.IGNORECASE)
NEAR_MAIL: Final = re.compile(r"@[A-Za-z0-9]|www\.|https?:", re.IGNORECASE)
COMPANY: Final = re.compile(
    r"\b(?:AB|GmbH|Ltd|LLC|Inc|A/S|AS|ApS|Oyj?|B\.?V|S\.?A|S\.?L|S\.?r\.?l|S\.?p\.?A|Sp\. z o\.o"
    r"|KG|AG|SARL|SAS|Lda|Ltda)\b\.?"
)
IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[ ]?[0-9A-Z]{4}){0,7}[ ]?[0-9A-Z]{0,3}\Z")
DECIMAL: Final = re.compile(r"(?:^|[^0-9.,])(-?[0-9]{1,6})[.,]\Z")
TRAIL: Final = re.compile(r"\.0{1,2}(?![0-9])")


def units_follow(text: str, at: int) -> bool:
    """Return whether what stands at ``at`` makes the number before it a count: it is not the end of a range."""
    return counts_things(text[at : at + 24])
