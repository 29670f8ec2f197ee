"""What the words before a number say: what it is called, an exception, whose telephone it is."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

from feeds.simspace.statements import all_is_well, negates
from feeds.simspace.vocabulary import (
    ALSO,
    ASIDE,
    BATCH_FORMS,
    BEGIN,
    BETWEEN,
    BUT,
    CLOSING,
    COPULA,
    ENDINGS,
    EVERY,
    FILL,
    FIRST,
    HIT,
    NO_SIGN,
    NUMBER,
    NUMBERED,
    ORDINARY,
    OTHER,
    PHONE,
    SIM,
    TOKEN,
    UNHIT,
    WORKS,
    is_simlike,
    words_in,
)
from feeds.simspace.words import fold

Label = Literal["", "other", "imei", "serial", "sim"]
"""What kind of number the words before it announce."""

Leave = Literal["", "no", "aside"]
"""Whether the words before a number leave it out: in any case, or where it is part of something that is told."""

_MY: Final = words_in(
    "my our mitt mina min mein meine meiner unsere mon ma notre mi mio mia meu minha moj moje mijn nuestro"
)
_SENTENCE: Final = re.compile(r"[.!?]\s+")
DIRECT_NO: Final = words_in("not nicht inte ikke ej niet non nao nie ei pas")
_NO_OR_ELSE: Final = words_in("pas")
"""A negation in one language and a thing in another (Dutch *pas*: card): alone before a number it says nothing."""
_BEFORE_NO: Final = (
    ALSO | COPULA | EVERY | words_in("but aber sondern men mais pero ma mas ale maar mutta , ; ( [ - \u2013 . !")
)
"""What stands before a negation that leaves out the number behind it; behind a verb it is the verb that is negated."""
_ONLY: Final = words_in(
    "only just merely nur blos bara endast bare kun alleen slechts seulement solo solamente apenas "
    "somente tylko vain pelkastaan"
)
"""*Not only A* leaves nothing out."""
_PARTING: Final = words_in(", ; . ( - \u2013 |")
_LEAST: Final = words_in("al pelo por ao at lo o")
"""*Al menos A*: at least, not *menos A*: except."""
_SERIAL: Final = words_in(
    "serial serials s/n sn seriennummer serienummer seriennr serienr seriale sarjanumero seryjny snr"
)
_NUMBER_ENDS: Final = (
    *("nummern", "nummeret", "nummer", "numret", "number", "numero"),
    *("nro", "nr", "no", "id", "kod", "code"),
)
_NUMBER_NOUNS: Final = words_in(
    "number numbers nos num n n\u00b0 n\u00ba nr nrs no id ids code tunnus koodi kod codice codigo \u2116"
)
_IS: Final = COPULA | words_in(
    "was were lautet my our your the unsere ihre unser ihr notre votre nostro vostro nosso seu su"
)
_ALSO_ON: Final = words_in("on son estan sa sao")
"""*Is* in one language and a preposition or a pronoun in another one: what it joins decides."""
_LONG_ENDS: Final = tuple(ending for ending in _NUMBER_ENDS if len(ending) > 4)
_LEAVING: Final = HIT | UNHIT | WORKS | DIRECT_NO | {max(reversed(phrase.split()), key=len) for phrase in BUT | ASIDE}
"""One of these is in all words that leave something out."""

_ENDING: Final = frozenset(word for word in map(fold, ENDINGS) if " " not in word)
_ENDING_IN: Final = words_in("in on pa auf with mit med par con em na op")
_SKIPPED: Final = FILL | NO_SIGN | FIRST | ORDINARY | _ENDING
_INTRODUCING: Final = words_in(": ( \u2013 - =") | COPULA


@lru_cache(maxsize=8192)
def announced(lead: str, heading: bool) -> tuple[tuple[str, ...], Label, Leave]:
    """Return the folded tokens before a number, what they call it, and whether they leave it out.

    ``heading``: they are a line of their own above it.
    """
    tokens = tuple(TOKEN.findall(fold(lead)))
    if heading and not (tokens and tokens[-1] == ":") and len(tokens) > 6:
        heading = False
    return (tokens, label_of(tokens), leaves_out(tokens, heading)) if tokens else ((), "", "")


def label_of(tokens: Sequence[str]) -> Label:
    """Return what the ``tokens`` directly before a number say that it is."""
    numbered = False
    for at in range(len(tokens) - 1, max(-1, len(tokens) - 9), -1):
        token = tokens[at]
        if token in _SERIAL:
            return "sim" if any(map(is_simlike, tokens)) else "serial"
        if token in OTHER or _other_compound(token):
            if token.startswith("imei"):
                return "imei"
            return "other"
        if numbered and token in NUMBERED:
            return "other"
        if is_simlike(token):
            return "sim"
        if token in _NUMBER_NOUNS or token.endswith(_LONG_ENDS):
            numbered = True
        elif token in _IS and (token not in _ALSO_ON or (at > 0 and tokens[at - 1].endswith(_LONG_ENDS))):
            continue
        elif token[0].isalnum() or token in (",", ";", "!", "?", ")", "]"):
            return ""
    return ""


@lru_cache(maxsize=4096)
def _other_compound(token: str) -> bool:
    for ending in _NUMBER_ENDS:
        if token.endswith(ending) and len(token) > len(ending) + 1:
            base = token[: -len(ending)].rstrip("-")
            if is_simlike(base) or base in SIM:
                return False
            return (
                base in OTHER
                or base in NUMBERED
                or base.removesuffix("s") in OTHER
                or base.removesuffix("s") in NUMBERED
            )
    return False


@lru_cache(maxsize=8192)
def phone_of(lead: str) -> tuple[int, Literal["", "sim", "person"]]:
    """Return how many words stand before a telephone number, and whose it is by them."""
    folded = fold(lead)
    tokens = TOKEN.findall(folded)
    told = whose(tokens)
    if not told and _SENTENCE.split(folded)[-1].startswith(CLOSING):
        told = "person"
    return len(tokens), told


def whose(tokens: Sequence[str]) -> Literal["", "sim", "person"]:
    """Return whose telephone number the tokens before one announce; the nearest word of the last sentence decides."""
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if is_simlike(token):
            return "sim"
        if token in NUMBER and at and tokens[at - 1] in _MY:
            return "person"
        if token in PHONE and len(token) > 1:
            return "sim" if at and is_simlike(tokens[at - 1]) else "person"
        if token in (".", "!", "?") and at < len(tokens) - 2 and at and len(tokens[at - 1]) > 4:
            return ""
    return ""


def is_between(tokens: Sequence[str], gap: str) -> bool:
    """Return whether the tokens before a first end say *between*, and ``gap`` joins two ends in the same language."""
    at = len(tokens) - 1
    if at > 0 and (joining := BETWEEN.get(f"{tokens[at - 1]} {tokens[at]}")) is not None:
        words = [word for word in TOKEN.findall(fold(gap)) if word not in NO_SIGN]
        return bool(words) and words[0] in joining
    while at >= 0 and (tokens[at] in NO_SIGN or (tokens[at] in SIM and tokens[at] not in BETWEEN)):
        at -= 1
    if at < 0:
        return False
    joining = BETWEEN.get(tokens[at]) or BETWEEN.get(" ".join(tokens[max(0, at - 1) : at + 1]))
    return joining is not None and any(word in joining for word in TOKEN.findall(fold(gap)))


def begins(tokens: Sequence[str]) -> bool:
    """Return whether the tokens end with *beginning with* or *prefix*."""
    return any(token in BEGIN for token in tokens[-5:] if token not in ("alle",))


def says_all(tokens: Sequence[str]) -> bool:
    """Return whether *all* or *every* is among the last tokens."""
    return any(token in EVERY for token in tokens[-4:])


def leaves_out(tokens: Sequence[str], heading: bool) -> Leave:
    """Return whether the tokens before a number leave it out. ``heading``: they are a line of their own above it."""
    if _LEAVING.isdisjoint(tokens):
        return ""
    size = len(tokens)
    at = size
    while at and (
        tokens[at - 1] in _SKIPPED
        or (tokens[at - 1].isdigit() and not heading)  # a heading's are those of the line above
        or (tokens[at - 1] in _ENDING_IN and at > 1 and tokens[at - 2] in _ENDING)
    ):
        if _ends(tokens[:at], BUT) or _ends(tokens[:at], ASIDE):
            break
        at -= 1
    if at and not tokens[at - 1].isdigit():
        if tokens[at - 1] in DIRECT_NO and (size - at) <= 2 and _denies(tokens, at - 1, heading):
            return "" if _others_work(tokens[:at]) else "no"
        if _ends(tokens[:at], BUT):
            least = tokens[at - 1] == "menos" and at > 1 and tokens[at - 2] in _LEAST
            return "" if least or _others_work(tokens[:at]) else "no"
        if _ends(tokens[:at], ASIDE):
            return "" if _others_work(tokens[:at]) else "aside"
    if size > 2 and tokens[-3] in _PARTING and (tokens[-1] in UNHIT or (tokens[-1] in HIT and negates(tokens[-2]))):
        return "no"
    if not heading and tokens[-1] not in _INTRODUCING:
        return ""
    return "no" if all_is_well(_clause(tokens)) else ""


def _denies(tokens: Sequence[str], at: int, heading: bool) -> bool:
    """Return whether the negation at ``at`` denies the number behind it, and not what stands before or behind."""
    if not _ONLY.isdisjoint(tokens[at + 1 :]):
        return False
    if at == 0:
        return tokens[at] not in _NO_OR_ELSE and (not heading or tokens[-1] == ":")
    before = tokens[at - 1]
    return (before in _BEFORE_NO or before[0].isdigit()) and (":" not in tokens[at:] or not before[0].isalpha())


def all_but(tokens: Sequence[str]) -> bool:
    """Return whether the tokens before a number say that all works *except* it."""
    return (_ends(tokens, BUT) or _ends(tokens, ASIDE)) and _others_work(tokens)


def _others_work(tokens: Sequence[str]) -> bool:
    """Return whether the words say that all works and end with *except*: what follows is what does not."""
    size = len(tokens)
    begin = next((at for at in range(size - 1, -1, -1) if tokens[at] in (".", "!", "?", ";")), -1) + 1
    clause = tokens[max(begin, size - 9) : size]
    if clause and clause[-1] in DIRECT_NO:
        clause = clause[:-1]  # works, but not
    return not WORKS.isdisjoint(clause) and not any(map(negates, clause))


def _ends(tokens: Sequence[str], phrases: frozenset[str]) -> bool:
    words = [token for token in tokens[-6:] if token[0].isalpha() or token == "'"]
    return any(" ".join(words[-n:]) in phrases for n in range(1, min(len(words), 5) + 1))


def _clause(tokens: Sequence[str]) -> Sequence[str]:
    for at in range(len(tokens) - 2, -1, -1):
        if tokens[at] in (".", ",", ";", "!", "?"):
            return tokens[at + 1 :]
    return tokens


def behind_batch(words: Sequence[str]) -> bool:
    """Return whether folded words end with *batch*, *batch no.* or *batches 11 and*."""
    at = len(words)
    while at and (words[at - 1] in NUMBER or words[at - 1] in ALSO or words[at - 1].isdigit()):
        at -= 1
    return at > 0 and words[at - 1] in BATCH_FORMS
