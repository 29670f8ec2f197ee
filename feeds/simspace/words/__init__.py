"""The words around SIMs in mails, one table per language. Pure data; what follows from a word is decided elsewhere.

Alternatives stand between bars. All are compared without case and without accents (``fold``), so that *fran* is *från*.
A further language is a further file and a further entry in ``LANGUAGES``.
"""

from typing import Final

from feeds.simspace.words.danish import DANISH
from feeds.simspace.words.dutch import DUTCH
from feeds.simspace.words.english import ENGLISH
from feeds.simspace.words.finnish import FINNISH
from feeds.simspace.words.french import FRENCH
from feeds.simspace.words.german import GERMAN
from feeds.simspace.words.italian import ITALIAN
from feeds.simspace.words.language import Words, fold
from feeds.simspace.words.norwegian import NORWEGIAN
from feeds.simspace.words.others import OTHERS
from feeds.simspace.words.polish import POLISH
from feeds.simspace.words.portuguese import PORTUGUESE
from feeds.simspace.words.romanian import ROMANIAN
from feeds.simspace.words.spanish import SPANISH
from feeds.simspace.words.swedish import SWEDISH

__all__ = ["LANGUAGES", "Words", "every", "fold", "joined", "written"]

LANGUAGES: Final = (
    ENGLISH,
    SWEDISH,
    GERMAN,
    NORWEGIAN,
    DANISH,
    DUTCH,
    FRENCH,
    SPANISH,
    ITALIAN,
    PORTUGUESE,
    POLISH,
    FINNISH,
    ROMANIAN,
    OTHERS,
)


def written(field: str) -> frozenset[str]:
    """Return the phrases of one field of ``Words`` in all languages, as they are written."""
    return frozenset(phrase for words in LANGUAGES for phrase in getattr(words, field).split("|") if phrase.strip())


def every(field: str) -> frozenset[str]:
    """Return the phrases of one field of ``Words`` in all languages, folded."""
    return frozenset(" ".join(fold(phrase).split()) for phrase in written(field))


def joined(field: str, other: str) -> dict[str, frozenset[str]]:
    """Return each phrase of one field, folded, with those of another field in the same languages."""
    found: dict[str, set[str]] = {}
    for words in LANGUAGES:
        for phrase in getattr(words, field).split("|"):
            if phrase.strip():
                found.setdefault(fold(phrase), set()).update(fold(one) for one in getattr(words, other).split("|"))
    return {phrase: frozenset(others) for phrase, others in found.items()}
