"""What customers write: titles and bodies of cases in English, Swedish and German, around the SIMs of ``writing``.

Pure. ``{sims}`` stands for the SIMs, ``{who}`` for the customer's name, ``{person}`` for the one who writes.
The texts are ours; they are written in the manner of mails that a desk receives.
"""

import random
from collections.abc import Mapping

from feeds.model import CaseKind

Texts = Mapping[str, tuple[tuple[str, str], ...]]

LANGUAGES = ("en", "sv", "de")

_DOWN: Texts = {
    "en": (
        (
            "Devices offline",
            "Hi,\n\nsince a few minutes our devices do not get a data session any more:\n\n{sims}\n\nPlease check.",
        ),
        (
            "No data connection",
            "Hello support,\n\nwe lost these SIMs:\n{sims}\n\nThey attach but get no IP. Reboot did not help.",
        ),
        (
            "Is there an outage?",
            "Our dashboard went red just now. Examples: {sims}\nIs something wrong on your side? Until when?",
        ),
        (
            "Urgent: meters not reporting",
            "None of our meters reports. Affected: {sims}\nThis is business critical for us, please call back.",
        ),
        (
            "PDP context rejected",
            "Modem log says 'PDP context activation rejected' on\n{sims}\nNothing was changed on our side.",
        ),
    ),
    "sv": (
        (
            "Enheter utan kontakt",
            "Hej!\n\nSedan en stund får våra enheter ingen datauppkoppling:\n\n{sims}\n\nKan ni kontrollera?",
        ),
        (
            "Ingen datatrafik",
            "Hej supporten,\n\nvi har tappat kontakten med följande SIM:\n{sims}\n\nOmstart hjälper inte.",
        ),
        (
            "Har ni driftstörning?",
            "Hej, allt är rött hos oss just nu. Till exempel {sims}\nÄr det något fel hos er och när är det löst?",
        ),
        (
            "Brådskande: mätare svarar inte",
            "Inga mätvärden kommer in. Det gäller {sims}\nVi behöver besked snarast, ring gärna.",
        ),
    ),
    "de": (
        (
            "Geräte offline",
            "Hallo,\n\nseit einigen Minuten haben unsere Geräte keine Datenverbindung mehr:\n\n{sims}\n\nBitte prüfen.",
        ),
        (
            "Keine Datenverbindung",
            "Hallo,\n\nfolgende SIM-Karten sind nicht mehr erreichbar:\n{sims}\n\nEin Neustart hat nichts geändert.",
        ),
        (
            "Gibt es eine Störung?",
            "Bei uns ist gerade alles rot, zum Beispiel {sims}\nLiegt es an Ihnen? Bis wann ist das behoben?",
        ),
        ("Dringend: Zähler melden nicht", "Es kommen keine Zählerstände mehr. Betroffen: {sims}\nBitte um Rückruf."),
    ),
}

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
}

_OUR_SIMS = {"en": "our SIMs", "sv": "våra SIM", "de": "unsere SIM-Karten"}


def write_case(
    chance: random.Random, *, kind: CaseKind, outage: bool, language: str, sims: str, who: str, person: str
) -> tuple[str, str]:
    """Return title and body of a case; a language that is not spoken here becomes English."""
    spoken = language if language in LANGUAGES else "en"
    texts = _DOWN if outage else _QUIET[kind]
    title, body = chance.choice(texts[spoken])
    whole = body + _REGARDS[spoken]
    return title, whole.format(sims=sims or _OUR_SIMS[spoken], who=who, person=person)
