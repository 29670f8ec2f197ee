"""The words and signs around identifiers in mails, in English, Swedish and German, as regular expressions.

Every expression is bounded or deterministic, so that no text makes it slow. What they mean is reading.py's work.
"""

import re
from typing import Final

SPACES: Final = " \u00a0\u2007\u2009\u202f"
HYPHENS: Final = "\u2010\u2011-"
DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212-"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STARTS: Final = (
    r"[0-9+](?<![0-9][0-9+])(?:"
    r"(?P<iccid>(?<=8)9)"
    r"|(?P<lost>(?<=[0-9])[.,][0-9]{1,17}[eE]\+?[0-9]{1,2}(?![0-9A-Za-z]))"
    r"|(?P<imsi>(?<=[2-79])[0-9]{14}(?![0-9]))"
    rf"|(?P<plus>(?<=\+)[{SPACES}]?[1-9](?=[0-9({SPACES}{HYPHENS}]))"
    r")"
)
START: Final = re.compile(_STARTS)
"""Where an identifier may begin; it matches at the beginning of a run of digits only."""

LABELLED_START: Final = re.compile(
    rf"(?i:(?<![A-Za-z])(?P<label>IMSI|MSISDN)s?(?![A-Za-z])[^0-9+\n]{{0,20}}(?=\+?[0-9]))|{_STARTS}"
)
"""The same for texts in which the words IMSI or MSISDN stand."""

GROUPS: Final = re.compile(rf"[0-9]{{1,24}}(?:([{SPACES}{HYPHENS}])[0-9]{{1,12}}(?:\1[0-9]{{1,12}}){{0,9}})?")
"""A number in groups with the same single separator between them, or in one piece."""

REST: Final = re.compile("[0-9]*")
FILLER: Final = re.compile("[Ff]{1,4}(?![0-9A-Za-z])")

WILDCARD: Final = re.compile(
    rf"[{SPACES}]?(?P<star>\*)\**|[{SPACES}{HYPHENS}]?(?P<places>[xX](?:[{SPACES}{HYPHENS}]?[xX]){{1,18}})(?![0-9A-Za-z])"
)
"""``*`` for any digits that follow, or one ``x`` for each."""

_ICCID_WORD: Final = r"(?:(?:the |das |den )?(?:ICCID|SIM(?:-?(?:card|kort|Karte))?|no|nr|number|nummer)\b[.:]?\s?)?"
TO: Final = re.compile(
    rf"(?P<sign>[ \t\u00a0]{{0,4}}(?:->|[\u2026\u2192{DASHES}]|\.{{2,3}})[ \t\u00a0]{{0,4}})(?=[0-9Ff])"
    r"|\s{1,4}(?:(?:up |upp )?to|till(?: och med)?|t\.?\s?o\.?\s?m\.?|bis(?: einschließlich| inklusive)?(?: zu| zur)?"
    rf"|through|thru|until)\s{{1,4}}{_ICCID_WORD}(?=[0-9Ff])",
    re.IGNORECASE,
)
"""Between the two ends of a range."""

AND: Final = re.compile(rf"\s{{1,4}}(?:and|och|und)\s{{1,4}}{_ICCID_WORD}(?=[0-9Ff])", re.IGNORECASE)
BETWEEN: Final = re.compile(rf"(?:between|mellan|zwischen)\s{{1,4}}{_ICCID_WORD}[Ff]{{0,4}}\Z", re.IGNORECASE)

_NOUN: Final = (
    r"(?:SIMs?(?:[ -]?(?:cards?|kort(?:en)?|Karten))?|cards?|kort|Karten|pcs|pieces|st(?:ycken|\.)?|Stück|Stk\.?"
    r"|units?|devices?|enheter|Geräte|numbers|nummer|Nummern|ICCIDs?|meters?|mätare|Zähler)(?![A-Za-z])"
)
UNITS: Final = re.compile(rf"[{SPACES}]?(?:%|{_NOUN})", re.IGNORECASE)
"""After a number: it counts things and is not the end of a range."""

PLUS_COUNT: Final = re.compile(rf"[{SPACES}\t]?\+[{SPACES}]?([0-9]{{1,7}})(?![{SPACES}{HYPHENS}]?[0-9])(?![A-Za-z])")
NEXT_COUNT: Final = re.compile(
    r",?\s(?:and|och|und)\s(?:the|de|die)\s(?:(?:next|following|nästa|följande|nächsten|folgenden)\s)([0-9]{1,7})(?![0-9])"
    r"|,?\soch\sde\s([0-9]{1,7})\s(?:nästa|följande)(?![a-z])",
    re.IGNORECASE,
)
_COUNT: Final = r"([0-9]{1,3}(?:[ .,\u00a0][0-9]{3}){1,2}|[0-9]{1,7})"
COUNT_BEFORE: Final = re.compile(
    rf"(?:(?:next|following|nästa|följande|nächsten|folgenden)\s{_COUNT}|(?<![0-9.,]){_COUNT}\s{_NOUN})"
    rf"\s(?:{_NOUN}\s)?(?:(?:starting|beginning|counting|räknat|beginnend|angefangen)\s)?"
    r"(?:from(?: and including)?|with|at|från(?: och med)?|fr\.?\s?o\.?\s?m\.?|ab|von|mit|bei|med)\s"
    rf"{_ICCID_WORD}[:]?\s?[Ff]{{0,4}}\Z",
    re.IGNORECASE,
)
"""``500 SIMs from``, directly before an identifier."""

FROM_WORDS: Final = _words("from including with at från med fr.o.m. m. from: från: ab von mit bei ab: von:")
"""One of them stands in every COUNT_BEFORE: a quick look spares the search."""

ICCID_LABEL: Final = re.compile(r"(?:ICCID|ICC|SIM)\Z", re.IGNORECASE)
IMEI_LABEL: Final = re.compile(r"IMEI(?:SV)?s?\b[^0-9\n]{0,12}\Z", re.IGNORECASE)
DATE_LIKE: Final = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")

WORD: Final = re.compile("[a-zåäöü0-9]+")
PHONE_WORDS: Final = _words(
    "telephone telefon telefonnummer telefonnr telefonisch phone tel tfn tlf mobile mobil mobilnummer mob cell fax "
    "ring ringa ringer call called calls calling växel växeln handy handynummer direkt direktnummer direct hotline "
    "whatsapp reach nå nås erreichen erreichbar contact kontakt kontakta rufen anrufen rückruf callback support"
)
"""A number behind one of these is a person's."""

PERSON: Final = re.compile(r"(?:^|[\s|,;/\u2022])[TMFPD][:. ]\s?\Z", re.IGNORECASE)
SIM_WORDS: Final = _words("sim sims simkort simkarte simkarten msisdn msisdns esim esims m2m iot")

SIGNATURE: Final = re.compile(
    r"^[> ]{0,8}(?:--[ ]?$|(?:(?:best|kind|warm|many)\s)?(?:regards|greetings)\b|(?:many\s)?thanks[,!.]?\s?$"
    r"|cheers\b|sincerely\b|yours\b"
    r"|m\.?v\.?h\b|med\svänliga?\b|bästa\shälsn|vänliga?\shälsn|vänligen\b|hälsningar\b|hälsar\b|tack[,!.]?\s?$"
    r"|mit\s(?:freundlichen|besten|herzlichen)\b|(?:viele|beste|liebe|freundliche|schöne)\sGrüße?|MfG\b|Gruß\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""The line that begins the signature of a mail."""
