"""Mails as customers write them to a support desk, made from a fixed seed, with the SIMs that each is about.

Written apart from the corpus of the tests: other sentences, other habits. Reading them is not done here.
"""

import random
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from bench.corpus import check_digit

Span = tuple[str, str, str]
"""(kind, first, last): an ICCID by its body."""


class Mail(Struct, frozen=True):
    """A text and the SIMs in it."""

    text: str
    spans: tuple[Span, ...]


class _Tongue(Struct, frozen=True):
    """How a language says what such mails say. In ``about``, ``{}`` is where the SIMs stand."""

    hello: tuple[str, ...]
    about: tuple[str, ...]
    filler: tuple[str, ...]
    bye: tuple[str, ...]
    ranges: tuple[str, ...]
    counts: tuple[str, ...]
    joint: str
    wrote: str
    phone: str
    order: str


_TONGUES: Final = (
    _Tongue(
        ("Hello,", "Dear support team,", "Good morning", "Hi there,"),
        (
            "Our gateway lost the following: {}.",
            "Can you see why {} went quiet?",
            "Nothing comes in any more for {}",
            "No traffic since 4:15 am: {}",
        ),
        (
            "We have rebooted the devices twice and swapped an antenna, without luck.",
            "The dashboard has been red for 3 hours and our customer is losing patience.",
            "It started at 04:15 on 23/11/2026, software version 4.18.2, signal at -87 dBm.",
            "About 40 % of the fleet in the north seems fine, the APN is iot.meter.example in all of them.",
            "Please treat this as urgent; our contract 2026-00417 says 4 hours.",
        ),
        ("Best regards,", "Kind regards", "Thanks in advance,", "Cheers,"),
        ("the cards from {} to {}", "{} - {}", "everything between {} and {}", "ICCID {} through {}"),
        ("{n} cards from {a}", "{a} and the next {m}", "{a} ({n} pcs)"),
        " and ",
        "On Monday, {} wrote:",
        "Phone",
        "Our order no. is",
    ),
    _Tongue(
        ("Hej!", "Hej support,", "God morgon,"),
        (
            "Vi får ingen data från {}.",
            "Kan ni se vad som hänt med {}?",
            "Sedan i natt är {} tysta",
            "Felanmälan gäller: {}",
        ),
        (
            "Vi har startat om utrustningen två gånger utan resultat.",
            "Felet började kl. 04.15 den 23/11, version 4.18.2, signalstyrka -87 dBm.",
            "Ungefär 40 % av anläggningarna i norr verkar må bra, alla har samma APN.",
            "Vår kund väntar på besked före lunch, avtal 2026-00417.",
        ),
        ("Med vänliga hälsningar", "Hälsningar,", "Mvh", "Vänligen"),
        ("korten från {} till {}", "{} – {}", "allt mellan {} och {}", "{} t.o.m. {}"),
        ("{n} kort från och med {a}", "{a} och de nästa {m}", "{a} ({n} st)"),
        " och ",
        "Den måndag skrev {}:",
        "Telefon",
        "Vårt ordernummer är",
    ),
    _Tongue(
        ("Guten Morgen,", "Sehr geehrtes Team,", "Hallo zusammen,"),
        (
            "Wir bekommen keine Daten mehr von {}.",
            "Seit heute Nacht sind {} stumm.",
            "Bitte prüfen Sie {}",
            "Störungsmeldung: {}",
        ),
        (
            "Ein Neustart der Geräte hat nichts geändert, die Antennen sind in Ordnung.",
            "Beginn war 04:15 Uhr am 23.11.2026, Firmware 4.18.2, Signal -87 dBm.",
            "Etwa 40 % der Anlagen im Norden scheinen zu laufen, der APN ist überall gleich.",
            "Unser Vertrag 2026-00417 sieht vier Stunden vor.",
        ),
        ("Mit freundlichen Grüßen", "Viele Grüße", "Beste Grüße aus Köln"),
        ("die Karten von {} bis {}", "{} - {}", "alles zwischen {} und {}", "ICCID {} bis {}"),
        ("{n} Karten ab {a}", "{a} und die nächsten {m}", "{a} ({n} Stück)"),
        " und ",
        "Am Montag schrieb {}:",
        "Telefon",
        "Unsere Auftragsnummer lautet",
    ),
    _Tongue(
        ("Bonjour,", "Bonjour à tous,"),
        ("Plus aucune donnée de {}.", "Depuis cette nuit {} ne répondent plus", "Merci de vérifier {}"),
        (
            "Le redémarrage des boîtiers n'a rien changé.",
            "Début de la panne : 04h15 le 23/11/2026, version 4.18.2, niveau -87 dBm.",
            "Environ 40 % du parc semble normal, l'APN est partout le même.",
        ),
        ("Cordialement,", "Bien à vous,"),
        ("les cartes de {} à {}", "{} - {}", "tout entre {} et {}"),
        ("{n} cartes à partir de {a}", "{a} et les {m} suivantes"),
        " et ",
        "Le lundi, {} a écrit :",
        "Tél.",
        "Notre commande n°",
    ),
    _Tongue(
        ("Hola,", "Buenos días,"),
        ("No llegan datos de {}.", "Desde anoche {} no responden", "Por favor revisen {}"),
        (
            "Hemos reiniciado los equipos dos veces sin resultado.",
            "Empezó a las 04:15 del 23/11/2026, versión 4.18.2, señal -87 dBm.",
            "Cerca del 40 % del parque parece normal.",
        ),
        ("Saludos,", "Un cordial saludo,"),
        ("las tarjetas desde {} hasta {}", "{} - {}", "todo entre {} y {}"),
        ("{n} tarjetas a partir de {a}", "{a} y las {m} siguientes"),
        " y ",
        "El lunes, {} escribió:",
        "Teléfono",
        "Nuestro pedido es",
    ),
    _Tongue(
        ("Goedemorgen,", "Beste support,"),
        ("We krijgen geen data meer van {}.", "Sinds vannacht zijn {} stil", "Graag controle van {}"),
        (
            "De apparaten zijn twee keer herstart, zonder resultaat.",
            "Begonnen om 04:15 op 23-11-2026, versie 4.18.2, signaal -87 dBm.",
            "Ongeveer 40 % in het noorden lijkt goed.",
        ),
        ("Met vriendelijke groet,", "Groeten,"),
        ("de kaarten van {} tot en met {}", "{} - {}", "alles tussen {} en {}"),
        ("{n} kaarten vanaf {a}", "{a} en de volgende {m}"),
        " en ",
        "Op maandag schreef {}:",
        "Telefoon",
        "Ons ordernummer is",
    ),
    _Tongue(
        ("Hei,", "God dag,"),
        ("Vi får ikke data fra {}.", "Siden i natt er {} borte", "Kan dere sjekke {}"),
        (
            "Utstyret er startet på nytt to ganger uten hell.",
            "Feilen startet kl. 04.15 den 23.11.2026, versjon 4.18.2, signal -87 dBm.",
        ),
        ("Vennlig hilsen", "Mvh"),
        ("kortene fra {} til {}", "{} - {}", "alt mellom {} og {}"),
        ("{n} kort fra {a}", "{a} og de neste {m}"),
        " og ",
        "Mandag skrev {}:",
        "Telefon",
        "Vårt ordrenummer er",
    ),
    _Tongue(
        ("Dzień dobry,", "Witam,"),
        ("Brak danych z {}.", "Od wczoraj nie odpowiadają {}", "Proszę sprawdzić {}"),
        (
            "Urządzenia uruchomiono ponownie dwa razy, bez skutku.",
            "Początek o 04:15 dnia 23.11.2026, wersja 4.18.2, sygnał -87 dBm.",
        ),
        ("Pozdrawiam,", "Z poważaniem"),
        ("karty od {} do {}", "{} - {}"),
        ("{n} kart od {a}", "{a} i kolejne {m}"),
        " i ",
        "W poniedziałek {} napisał:",
        "tel.",
        "Zamówienie nr",
    ),
)
_ISSUERS: Final = (
    ("894611", 18),
    ("894988", 18),
    ("894707", 18),
    ("893301", 18),
    ("893401", 18),
    ("8944501", 19),
    ("8931440", 19),
    ("894803", 18),
)
_PEOPLE: Final = ("Anna Lind", "Jörg Weber", "Siobhán Kelly", "Luca Conti", "Marit Hansen", "Piotr Nowak")
_DIGITS: Final = "".join(map(str, range(10)))


class _Writer:
    """Writes the mails of one seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def mail(self) -> Mail:
        chance = self._chance
        tongue = chance.choice(_TONGUES)
        text, spans = self._sims(tongue)
        lines = [chance.choice(tongue.hello), ""]
        lines += chance.sample(tongue.filler, k=chance.randint(0, 1))
        about = chance.choice(tongue.about)
        if "\n" in text:
            lines += [about.format("").rstrip(" .?:") + ":", text, ""]
        else:
            lines += [about.format(text), *chance.sample(tongue.filler, k=chance.randint(0, 2))]
        if chance.random() < 0.15:
            lines.append(f"{tongue.order} {self._number(10)}.")
        lines += ["", *self._signature(tongue)]
        if chance.random() < 0.3:
            lines += ["", *self._quote(tongue, text)]
        return Mail("\n".join(lines), spans)

    def _number(self, digits: int) -> str:
        return "4" + "".join(self._chance.choice(_DIGITS) for _ in range(digits - 1))

    def _signature(self, tongue: _Tongue) -> list[str]:
        chance = self._chance
        name = chance.choice(_PEOPLE)
        groups = (chance.randint(10, 99), chance.randint(100, 999), chance.randint(10, 99), chance.randint(10, 99))
        number = " ".join(map(str, ("+" + chance.choice(("46", "49", "44", "33", "34", "31")), *groups)))
        lines = [chance.choice(tongue.bye), name]
        if chance.random() < 0.8:
            lines += [
                "Nordlicht Metering AB",
                f"{tongue.phone}: {number}",
                f"{name.split()[0].lower()}@nordlicht.example | www.nordlicht.example",
            ]
        return lines

    def _quote(self, tongue: _Tongue, text: str) -> list[str]:
        said = [
            tongue.wrote.format("Support desk <desk@operator.example>"),
            *tongue.filler[:1],
            *text.split("\n"),
            "ticket #8946113",
        ]
        return [f"> {line}" for line in said]

    def _iccid(self, body: str) -> str:
        chance = self._chance
        number = body if len(body) == 18 and chance.random() < 0.15 else body + check_digit(body)
        way = chance.random()
        if way < 0.25:
            return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
        if way < 0.3:
            return "-".join(number[at : at + 4] for at in range(0, len(number), 4))
        if way < 0.35 and len(number) == 19:
            return number + "F"
        return number

    def _sims(self, tongue: _Tongue) -> tuple[str, tuple[Span, ...]]:
        chance = self._chance
        prefix, size = chance.choice(_ISSUERS)
        free = size - len(prefix)
        first = chance.randrange(10**free - 10_000)

        def body(number: int) -> str:
            return f"{prefix}{number:0{free}d}"

        def one(number: int) -> Span:
            return "iccid", body(number), body(number)

        ways: tuple[Callable[[], tuple[str, tuple[Span, ...]]], ...]

        def single() -> tuple[str, tuple[Span, ...]]:
            return f"ICCID {self._iccid(body(first))}" if chance.random() < 0.4 else self._iccid(body(first)), (
                one(first),
            )

        def several() -> tuple[str, tuple[Span, ...]]:
            picked = [first + chance.randint(2, 90) * (n + 1) * 7 for n in range(chance.randint(2, 5))]
            written = [self._iccid(body(number)) for number in picked]
            return ", ".join(written[:-1]) + tongue.joint + written[-1], tuple(map(one, sorted(set(picked))))

        def column() -> tuple[str, tuple[Span, ...]]:
            picked = sorted({first + chance.randint(1, 4_000) for _ in range(chance.randint(3, 12))})
            return "\n".join(body(number) + check_digit(body(number)) for number in picked), tuple(map(one, picked))

        def table() -> tuple[str, tuple[Span, ...]]:
            picked = sorted({first + chance.randint(1, 4_000) for _ in range(chance.randint(3, 8))})
            sign = chance.choice((";", "\t", ","))
            rows = [sign.join(("ICCID", "IMSI", "Status"))]
            spans = []
            for number in picked:
                imsi = f"24001{number % 10**10:010d}"
                rows.append(sign.join((body(number) + check_digit(body(number)), imsi, "offline")))
                spans += [one(number), ("imsi", imsi, imsi)]
            return "\n".join(rows), tuple(spans)

        def stretch() -> tuple[str, tuple[Span, ...]]:
            more = chance.choice((9, 49, 99, 499))
            low, high = (body(number) + check_digit(body(number)) for number in (first, first + more))
            return chance.choice(tongue.ranges).format(low, high), (("iccid", body(first), body(first + more)),)

        def count() -> tuple[str, tuple[Span, ...]]:
            form = chance.choice(tongue.counts)
            n = chance.choice((20, 100, 250, 500))
            many = n if "{n}" in form else n + 1
            text = form.format(n=n, m=n, a=body(first) + check_digit(body(first)))
            return text, (("iccid", body(first), body(first + many - 1)),)

        def phone() -> tuple[str, tuple[Span, ...]]:
            number = f"46719{first % 10**9:09d}"
            return f"SIM +{number}", (("msisdn", number, number),)

        def imsi() -> tuple[str, tuple[Span, ...]]:
            number = f"24007{first % 10**10:010d}"
            return f"IMSI {number}", (("imsi", number, number),)

        ways = (single, several, column, table, stretch, count, phone, imsi)
        return chance.choices(ways, weights=(26, 16, 12, 8, 22, 8, 4, 4))[0]()


def mails(count: int, seed: int = 3) -> list[Mail]:
    """Return ``count`` mails of one seed."""
    writer = _Writer(seed)
    return [writer.mail() for _ in range(count)]
