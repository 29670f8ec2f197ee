"""Danish. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

DANISH: Final = Words(
    to="til|til og med|t o m|tom|op til|indtil|op til og med",
    also="plus|og|samt|eller|&",
    between="mellem",
    first="første|fra|start|fra og med|begynder|laveste",
    last="sidste|til|slut|til og med|højeste",
    start="fra|fra og med|med|ved",
    more="næste|følgende|efterfølgende|yderligere",
    onwards="og opefter|og fremefter|og frem",
    things="kort|sim-kort|simkort|simkortene|stk|stykker|enheder|numre|nummer|målere|kortene|abonnementer",
    sim="simkort|simkortet|kort|kortet|kortnummer|nummer|nr|nummeret|med|og|kortnr",
    begin="begynder|starter|præfiks|begyndende",
    every="alle|alt|samtlige|hvert|hele",
    ending="slutter|ender|sidste cifre|ender på",
    but="undtagen|undtaget|med undtagelse af|eksklusiv|ekskl|bortset fra|men ikke|i stedet for|på nær",
    aside="uden|foruden|ud over|udover",
    no="ikke|ingen|aldrig|ej|uden|holdt",
    hit="berørt|berørte|påvirket|påvirkede|ramt|ramte|berøres",
    unhit="upåvirket|upåvirkede|uberørte|uberørt",
    works="virker|fungerer|ok|online|kører",
    fully="fint|godt|igen|som normalt|normalt|nu|som de skal|upåklageligt",
    other=(
        "ordre|bestilling|bestillings|faktura|sporing|sporings|forsendelse|forsendelses|pakke|reference"
        "|kontonummer|konto|stregkode|rekvisition|kvittering|indkøbsordre|kolli"
    ),
    numbered="kunde|cvr|måler|varenummer|aftale|vare|serie|produkt|enheds|sag|sags",
    number="nummer|nr|nummeret|er|id|vores|jeres",
    count="i alt|ialt|antal|stk|mængde|sum",
    batch="batch|parti|kasse|karton|leverance|boks",
    series="serien|serie|rækken|blokken",
    phone=(
        "indringer|opringer|vagt|telefon|telefonnummer|tlf|mobil|mobilnummer|ring|ringe|omstilling|direkte|kontakt|kontakte|træffes"
    ),
    closing=(
        "med venlig|venlig hilsen|hilsen|mvh|bedste hilsner|de bedste hilsner|bedste hilsen|vh|kh|tak,"
        "|på forhånd tak|sendt fra min|m.v.h"
    ),
    numerals=(
        "to 2|tre 3|fire 4|fem 5|seks 6|syv 7|otte 8|ni 9|ti 10|elleve 11|tolv 12|tretten 13|fjorten 14"
        "|femten 15|seksten 16|sytten 17|atten 18|nitten 19|tyve 20|tredive 30|fyrre 40|halvtreds 50|tres 60"
        "|halvfjerds 70|firs 80|halvfems 90|hundrede *100|hundred *100|tusind *1000|tusinde *1000|dusin *12"
    ),
    half="halvt",
    after="efter|derefter|bag",
    excluded="undtaget|ikke inkluderet|ikke medregnet|ekskluderet",
)
