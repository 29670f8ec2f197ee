"""What customers write: titles and bodies of cases in several languages, around the SIMs of ``writing``.

Pure. ``{sims}`` stands for the SIMs, ``{who}`` for the customer's name, ``{person}`` for the one who writes. Here are
the texts of quiet days, and how a case is put together; what is written about faults is in ``topics``. The texts are
ours; they are written in the manner of mails that a desk receives.
"""

import random

from feeds.drill.happenings import Topic
from feeds.drill.topics import TOPICS, Texts
from feeds.model import CaseKind

_SINGLE: Texts = {
    "en": (
        (
            "One SIM without connection",
            "Hello,\n\nthis SIM has been offline since yesterday: {sims}\nThe device next to it works.",
        ),
        ("Slow data", "Hi, data is very slow on {sims}, could you have a look?"),
        ("SMS not delivered", "Wake-up SMS to {sims} are not delivered since this morning."),
    ),
    "sv": (
        (
            "Ett SIM utan uppkoppling",
            "Hej, det här kortet har varit borta sedan igår: {sims}\nEnheten bredvid fungerar.",
        ),
        ("Långsam data", "Hej, det går mycket långsamt på {sims}. Kan ni titta på det?"),
    ),
    "de": (
        (
            "Eine SIM ohne Verbindung",
            "Hallo, diese Karte ist seit gestern offline: {sims}\nDas Gerät daneben funktioniert.",
        ),
        ("Langsame Verbindung", "Guten Tag, auf {sims} ist die Verbindung sehr langsam."),
    ),
    "nb": (("Ett SIM uten kontakt", "Hei, dette kortet har vært borte siden i går: {sims}"),),
    "nl": (("Eén simkaart zonder verbinding", "Hallo, deze kaart is sinds gisteren offline: {sims}"),),
    "fr": (("Une carte SIM sans connexion", "Bonjour, cette carte est hors ligne depuis hier : {sims}"),),
    "es": (("Una SIM sin conexión", "Hola, esta tarjeta está sin conexión desde ayer: {sims}"),),
}

_INFORMATION: Texts = {
    "en": (
        ("Data usage last month", "Could you send us the usage of {sims} for last month?"),
        ("Question about roaming", "Does our plan cover Norway? It is about {sims}"),
    ),
    "sv": (("Fråga om förbrukning", "Kan ni skicka förbrukningen för {sims} för förra månaden?"),),
    "de": (("Frage zum Verbrauch", "Können Sie uns den Verbrauch von {sims} im letzten Monat nennen?"),),
}

_SERVICE: Texts = {
    "en": (
        ("Please change the IMEI lock", "New modem in the field, please release the IMEI lock of {sims}"),
        ("Suspend SIM", "Please suspend {sims}, the device was stolen."),
    ),
    "sv": (("Spärra kort", "Hej, spärra {sims}, enheten är stulen."),),
    "de": (("Karte sperren", "Bitte sperren Sie {sims}, das Gerät wurde gestohlen."),),
}

_ORDER: Texts = {
    "en": (("Order of SIM cards", "Please send another 200 cards of the same kind as {sims}"),),
    "sv": (("Beställning av SIM-kort", "Vi behöver 200 kort till av samma sort som {sims}"),),
    "de": (("Bestellung SIM-Karten", "Bitte 200 weitere Karten wie {sims} liefern."),),
}

_QUIET = {
    CaseKind.INCIDENT: _SINGLE,
    CaseKind.INFORMATION: _INFORMATION,
    CaseKind.SERVICE: _SERVICE,
    CaseKind.ORDER: _ORDER,
}

_REGARDS = {
    "en": "\n\nKind regards\n{person}\n{who}",
    "sv": "\n\nVänliga hälsningar\n{person}\n{who}",
    "de": "\n\nMit freundlichen Grüßen\n{person}\n{who}",
    "nb": "\n\nVennlig hilsen\n{person}\n{who}",
    "nl": "\n\nMet vriendelijke groet\n{person}\n{who}",
    "fr": "\n\nCordialement\n{person}\n{who}",
    "es": "\n\nSaludos cordiales\n{person}\n{who}",
}

_OUR_SIMS = {
    "en": "our SIMs",
    "sv": "våra SIM",
    "de": "unsere SIM-Karten",
    "nb": "våre SIM-kort",
    "nl": "onze simkaarten",
    "fr": "nos cartes SIM",
    "es": "nuestras tarjetas SIM",
}


def write_case(
    chance: random.Random, *, kind: CaseKind, topic: Topic | None, language: str, sims: str, who: str, person: str
) -> tuple[str, str]:
    """Return title and body of a case about a topic, None: of a quiet day. What a language lacks is in English."""
    texts = _QUIET[kind] if topic is None else TOPICS[topic]
    spoken = language if language in texts else "en"
    title, body = chance.choice(texts[spoken])
    whole = body + _REGARDS[spoken]
    return title, whole.format(sims=sims or _OUR_SIMS[spoken], who=who, person=person)
