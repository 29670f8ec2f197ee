"""The words of all languages as sets to look in, and how a piece of text is cut into words. Rules are elsewhere."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from feeds.simspace.words import every, fold, joined, written


def words_in(text: str) -> frozenset[str]:
    """Return the words of a text with blanks between them."""
    return frozenset(text.split())


TO: Final = every("to")
ALSO: Final = every("also")
BETWEEN: Final = joined("between", "also")
"""Words for *between* → the words for *and* of the same languages: Italian *fra* is Norwegian for *from*."""

FIRST: Final = every("first")
LAST: Final = every("last")
START: Final = every("start")
ONWARDS: Final = every("onwards")
THINGS: Final = every("things")
SIM: Final = every("sim")
BEGIN: Final = every("begin")
EVERY: Final = every("every")
BUT: Final = every("but")
ASIDE: Final = every("aside")
NO: Final = every("no")
HIT: Final = every("hit")
UNHIT: Final = every("unhit")
WORKS: Final = every("works")
EXCLUDED: Final = every("excluded")
FULLY: Final = every("fully")
OTHER: Final = every("other")
NUMBERED: Final = every("numbered")
NUMBER: Final = every("number")
COUNT: Final = every("count")
SERIES: Final = every("series")
PHONE: Final = every("phone")
CLOSING: Final = tuple(sorted(every("closing")))
BATCH: Final = frozenset(phrase for phrase in every("batch") if " " not in phrase)
_PLURALS: Final = ("", "s", "es", "n", "en", "er", "erna", "et")
BATCH_FORMS: Final = frozenset(
    form + ending for word in written("batch") if " " not in word for form in (word, fold(word)) for ending in _PLURALS
)
"""Words for SIMs that came together, in any number, as they are written, with accents and without."""

ENDINGS: Final = frozenset(
    phrase
    for one in written("ending")
    for phrase in (one, fold(one))
    if len(phrase) > 4 and phrase not in ("final", "finali", "termina")
)
"""Words before last digits as they are written, with accents and without."""

COLUMN_WORDS: Final = frozenset(word for word in FIRST | LAST | COUNT if " " not in word)
NEXT: Final = frozenset(word for word in every("more") | (ONWARDS - {"ff"}) if " " not in word)
FILL: Final = SIM | THINGS | NUMBER
"""What may stand between a word that says something and the number."""

COPULA: Final = words_in(
    "is are be was been being ar ist sind er zijn est sont es son e sono sao sa on ovat estan yet directly "
    "blir wird werden"
)
ORDINARY: Final = words_in(
    "these those this following below dessa foljande diese folgende disse folgende deze volgende ces "
    "suivantes estas queste estes te nama seuraavat only one ones that still enda som einzige einzigen noch "
    "seul seule qui encore unico unica que ancora enige nog jedyna tylko ainoa they cards which other others"
)
"""Words of headings that say nothing by themselves."""
AMOUNTS: Final = words_in(
    "mb gb kb tb kbit mbit minutes minuter minuten min uhr kr eur sek nok dkk usd chf gbp euro euros pln zl "
    "km m kg days tage dagar dager dage dagen jours dias giorni dni hours timmar stunden heures horas ore "
    "godzin h am pm v volt dbm c procent prozent percent x mal times gange gaanger jan feb mar apr may maj "
    "jun jul aug sep sept oct okt nov dec dez januari februari mars april maj juni juli augusti september "
    "oktober november december januar februar marz mai august dezember january february march june july "
    "october"
)
"""Units and months: a number before one of them is no end of a range."""
NO_SIGN: Final = words_in(": . ( ) [ ] < \" ' = \u201c \u201d \u201e \u00ab \u00bb ` # \u00ba \u00b0 { } _ \ufe0f")
"""Signs that may stand anywhere around a number."""

_SIMLIKE: Final = words_in(
    "iccid iccids icc ccid card cards kort kortet korten karte karten kaart kaarten carte cartes puce tarjeta "
    "tarjetas chip chips scheda schede cartao cartoes karta karty kart kortti kortit imsi imsis msisdn "
    "msisdns esim m2m iot"
) | {word for word in SIM if word.startswith(("kort", "kart", "kaart", "cart", "tarjet", "sched"))}

TOKEN: Final = re.compile(r"[0-9]+(?:[ .,'][0-9]{3})*(?![0-9])|[0-9]+|[^\W\d_]+(?:['-][^\W\d_]+)*|[^\w\s]")


def is_simlike(word: str) -> bool:
    """Return whether a folded word speaks of SIMs."""
    return word in _SIMLIKE or word.startswith(("sim", "esim", "usim"))


def is_thing(word: str) -> bool:
    """Return whether a word names what SIMs are counted as: *cards*, *pcs*."""
    folded = fold(word)
    return folded in THINGS or folded.startswith("sim")


def as_count(written: str) -> int:
    """Return a whole number of at most seven digits as people write it, with any sign between thousands; or 0."""
    plain = re.sub("[^0-9]", "", written)
    return int(plain) if len(plain) <= 8 else 0


class KeyWords:
    """Phrases, to be looked for by their longest words."""

    __slots__ = ("_places", "keys")

    def __init__(self, phrases: Iterable[str]) -> None:
        self._places: dict[str, set[int]] = {}
        for phrase in phrases:
            key = max(phrase.split(), key=len)
            self._places.setdefault(key, set()).add(phrase.index(key))
        self.keys = frozenset(key.encode() for key in self._places)

    def places(self, lowered: str, words: "WordsSeen") -> Iterator[int]:
        """Yield where the phrases may begin in a text in lower case, of which ``words`` are the words."""
        for key in words.those_of(self):
            at = lowered.find(key)
            while at >= 0:
                yield from (at - before for before in self._places[key] if before <= at)
                at = lowered.find(key, at + len(key))


class WordsSeen:
    """Which words a text has, for looking whether any of some is among them at the cost of one look a word."""

    __slots__ = ("_seen",)

    def __init__(self, lowered: str) -> None:
        self._seen = lowered.encode("utf-8", "surrogatepass").translate(_BLANKS).split()

    def none_of(self, words: KeyWords) -> bool:
        """Return whether no word of the text is a key word of ``words``."""
        return words.keys.isdisjoint(self._seen)

    def those_of(self, words: KeyWords) -> list[str]:
        """Return the key words of ``words`` that the text has."""
        return sorted(key.decode() for key in words.keys.intersection(self._seen))


_BLANKS: Final = bytes(
    code if code > 127 or chr(code).isalnum() or code == ord("-") else ord(" ") for code in range(256)
)
