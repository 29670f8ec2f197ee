"""What customers write about a fault, by topic and language: titles and bodies around the SIMs of ``writing``.

``{sims}`` stands for the SIMs. The texts are ours; they are written in the manner of mails that a desk receives.
"""

from collections.abc import Mapping
from typing import Final

from feeds.drill.happenings import Topic

Texts = Mapping[str, tuple[tuple[str, str], ...]]
"""Language → titles and bodies."""

DOWN: Texts = {
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
    "nb": (
        (
            "Enheter uten dekning",
            "Hei,\n\nenhetene våre har vært uten data siden for litt siden:\n\n{sims}\n\nKan dere sjekke?",
        ),
        ("Er det feil hos dere?", "Alt er rødt hos oss, for eksempel {sims}\nNår er det i orden igjen?"),
    ),
    "nl": (
        (
            "Apparaten offline",
            "Hallo,\n\nsinds kort hebben onze apparaten geen data meer:\n\n{sims}\n\nGraag controleren.",
        ),
        ("Is er een storing?", "Hier staat alles op rood, bijvoorbeeld {sims}\nLigt het aan jullie kant?"),
    ),
    "fr": (
        (
            "Équipements hors ligne",
            "Bonjour,\n\nnos équipements n'ont plus de données :\n\n{sims}\n\nMerci de vérifier.",
        ),
        ("Panne en cours ?", "Tout est rouge chez nous, par exemple {sims}\nEst-ce de votre côté ? Jusqu'à quand ?"),
    ),
    "es": (
        (
            "Dispositivos sin conexión",
            "Hola:\n\nnuestros equipos se han quedado sin datos:\n\n{sims}\n\n¿Pueden revisarlo?",
        ),
        ("¿Hay una avería?", "Tenemos todo en rojo, por ejemplo {sims}\n¿Es un problema suyo? ¿Hasta cuándo?"),
    ),
}

_LOSS: Texts = {
    "en": (
        (
            "Heavy packet loss",
            "Hello,\n\nfour packets of five are lost on\n{sims}\nThey stay attached, TCP never gets through.",
        ),
        (
            "Connections break all the time",
            "Data comes and goes since half an hour: {sims}\nVPN re-keys every few seconds.",
        ),
    ),
    "sv": (
        ("Stort paketbortfall", "Hej, de flesta paket försvinner för {sims}\nDe är uppkopplade men inget kommer fram."),
    ),
    "de": (
        (
            "Hoher Paketverlust",
            "Hallo, auf {sims}\ngehen fast alle Pakete verloren. Die Sitzung steht, aber TCP bricht ab.",
        ),
    ),
    "nb": (("Stort pakketap", "Hei, nesten alle pakker forsvinner på {sims}\nKan dere se på det?"),),
    "nl": (("Veel pakketverlies", "Hallo, op {sims}\ngaan de meeste pakketten verloren sinds vanmiddag."),),
    "fr": (
        (
            "Forte perte de paquets",
            "Bonjour, la plupart des paquets sont perdus sur {sims}\nLa session reste pourtant ouverte.",
        ),
    ),
    "es": (
        ("Mucha pérdida de paquetes", "Hola, se pierden casi todos los paquetes en {sims}\nLa sesión sigue abierta."),
    ),
}

_ATTACH: Texts = {
    "en": (
        (
            "Devices cannot register",
            "Modems search and are rejected, all of them:\n{sims}\nNo network registration, LTE nor 2G.",
        ),
        (
            "No service",
            "'No service' on our units since this morning. For example {sims}\nOther brands next to them work.",
        ),
        ("Attach reject", "AT+CEREG answers 0,3 (denied) on\n{sims}\nWe changed nothing. Please call us."),
    ),
    "sv": (
        ("Registrerar inte i nätet", "Hej, modemen nekas registrering: {sims}\nBåde LTE och 2G. Vad händer?"),
        ("Ingen täckning", "Våra enheter visar 'ingen tjänst', till exempel {sims}\nBehöver svar snarast."),
    ),
    "de": (
        (
            "Keine Einbuchung",
            "Guten Tag, die Modems werden vom Netz abgewiesen: {sims}\nWeder LTE noch 2G. Bitte dringend prüfen.",
        ),
        ("Kein Netz", "Alle Geräte zeigen 'kein Netz', z. B. {sims}\nSeit wann ist das bekannt?"),
    ),
    "nb": (("Får ikke registrert seg", "Hei, enhetene blir avvist av nettet: {sims}\nHva skjer?"),),
    "nl": (("Geen registratie op het netwerk", "Modems worden geweigerd: {sims}\nGraag met spoed kijken."),),
    "fr": (
        (
            "Pas d'enregistrement réseau",
            "Bonjour, les modems sont rejetés par le réseau : {sims}\nC'est urgent pour nous.",
        ),
    ),
    "es": (
        ("No se registran en la red", "Los módems son rechazados por la red: {sims}\nNecesitamos respuesta urgente."),
    ),
}

_SLOW: Texts = {
    "en": (
        ("Session set-up takes minutes", "It takes several minutes until a session is up, many time out:\n{sims}"),
        (
            "Intermittent: cannot connect",
            "About every second attempt to connect fails today. Seen on {sims}\nRetries help sometimes.",
        ),
    ),
    "sv": (("Uppkoppling tar flera minuter", "Hej, det tar minuter att koppla upp {sims}\nMånga försök ger timeout."),),
    "de": (
        ("Verbindungsaufbau dauert Minuten", "Hallo, der Aufbau der Sitzung dauert Minuten oder schlägt fehl: {sims}"),
    ),
    "nb": (("Treg oppkobling", "Hei, det tar flere minutter å koble opp {sims}"),),
    "nl": (("Verbinden duurt minuten", "Het opzetten van een sessie duurt minuten of mislukt: {sims}"),),
    "fr": (("Connexion très lente", "L'ouverture de session prend plusieurs minutes ou échoue : {sims}"),),
    "es": (("La conexión tarda minutos", "Abrir sesión tarda minutos o falla: {sims}"),),
}

_ROAMING: Texts = {
    "en": (
        ("No service abroad and at home", "Units fell off the network one after the other, at home and abroad: {sims}"),
        ("Roaming units offline", "Our roaming units do not come back after a location update. Examples: {sims}"),
    ),
    "sv": (("Enheter tappar nätet", "Hej, enheterna faller ur nätet en efter en, även utomlands: {sims}"),),
    "de": (("Geräte verlieren das Netz", "Geräte fallen nacheinander aus dem Netz, auch im Ausland: {sims}"),),
    "nb": (
        ("Mister nettet", "Hei, enhetene faller ut av nettet en etter en: {sims}\nGjelder det flere?"),
        ("Ingen kontakt siden i formiddag", "Vi har ikke kontakt med {sims}\nRing oss gjerne."),
    ),
    "fr": (("Perte du réseau", "Les équipements perdent le réseau l'un après l'autre : {sims}"),),
}

_STORM: Texts = {
    "en": (
        (
            "Our server had a problem, units restart",
            "Our platform was down, the units reboot again and again. Seen on {sims}",
        ),
        (
            "Modems rebooting every minute",
            "Our own server does not acknowledge, so units reset the modem each minute: {sims}",
        ),
    ),
    "sv": (("Våra enheter startar om", "Vår egen server svarar inte, enheterna startar om varje minut: {sims}"),),
    "de": (
        (
            "Unsere Geräte starten ständig neu",
            "Unser Server quittiert nicht, die Geräte starten jede Minute neu: {sims}",
        ),
    ),
}

_VOICE: Texts = {
    "en": (
        ("Calls drop", "Calls are cut after a few seconds, and people hear nothing. It began an hour ago. Card {sims}"),
        ("Cannot call", "Emergency phone in the lift: no dial tone since today. Card {sims}\nIs your network down?"),
        ("Voice outage?", "We hear of a telephone outage in the news. Are our lines hit? For example {sims}"),
    ),
    "sv": (
        ("Samtal bryts", "Hej, samtalen bryts efter några sekunder. Kortet är {sims}\nÄr nätet nere?"),
        ("Kan inte ringa", "Nödtelefonen i hissen kommer inte ut. Kort {sims}"),
    ),
    "de": (
        ("Gespräche brechen ab", "Anrufe brechen nach wenigen Sekunden ab. Karte {sims}\nIst das Netz gestört?"),
        ("Notruf im Aufzug geht nicht", "Das Telefon im Aufzug kommt nicht durch. Karte {sims}"),
    ),
    "nl": (("Bellen lukt niet", "Gesprekken vallen weg. Kaart {sims}"),),
    "fr": (("Appels coupés", "Les appels sont coupés après quelques secondes. Carte {sims}"),),
}

_BILLING: Texts = {
    "en": (
        (
            "Invoice is wrong",
            "Hello,\n\nthis invoice is twice the usual. For example {sims} is listed twice.\nPlease correct.",
        ),
        ("Roaming charges?", "We are charged for roaming that our units never did. See {sims}"),
        (
            "Price change without notice",
            "Why is the fee per card higher? It is about {sims}\nWe did not agree to this.",
        ),
        ("Bill shock", "Your bill is impossible: 40 GB on a meter. Card {sims}\nWe will not pay that."),
    ),
    "sv": (
        ("Fel på fakturan", "Hej, fakturan är dubbelt så hög som vanligt, se till exempel {sims}\nVänligen rätta."),
        ("Okända roamingavgifter", "Vi debiteras för roaming som aldrig skett, {sims}"),
    ),
    "de": (
        ("Rechnung falsch", "Guten Tag, die Rechnung ist doppelt so hoch wie sonst, siehe {sims}\nBitte korrigieren."),
        ("Unklare Roaminggebühren", "Uns wird Roaming berechnet, das es nie gab: {sims}"),
    ),
    "nb": (("Feil på faktura", "Hei, fakturaen er dobbelt så høy som vanlig. Se {sims}"),),
    "nl": (("Factuur klopt niet", "De factuur is twee keer zo hoog als normaal. Zie {sims}"),),
    "fr": (("Erreur de facturation", "Bonjour, la facture est le double de d'habitude. Voir {sims}"),),
    "es": (("Factura incorrecta", "Hola, la factura es el doble de lo normal. Vean {sims}"),),
}

_OWN_SERVER: Texts = {
    "en": (
        (
            "No values arrive at our platform",
            "None of our units reports to the platform. Some of them: {sims}\nIs it your network?",
        ),
        (
            "All units offline",
            "All our units show offline in our portal, for example {sims}\nThey have IP addresses, nothing answers.",
        ),
        (
            "Escalation: still nothing",
            "Third mail today: still no data from {sims}\nOur customers call us by the minute.",
        ),
    ),
    "sv": (("Inga värden i vår plattform", "Hej, inget kommer in till vår plattform, t.ex. {sims}\nÄr det ert nät?"),),
    "de": (
        (
            "Keine Werte auf unserer Plattform",
            "Hallo, auf unserer Plattform kommt nichts an, z. B. {sims}\nLiegt es am Netz?",
        ),
    ),
}

TOPICS: Final[Mapping[Topic, Texts]] = {
    "down": DOWN,
    "loss": _LOSS,
    "attach": _ATTACH,
    "slow": _SLOW,
    "roaming": _ROAMING,
    "storm": _STORM,
    "voice": _VOICE,
    "billing": _BILLING,
    "own server": _OWN_SERVER,
}
