"""Norwegian. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

NORWEGIAN: Final = Words(
    to="til|til og med|t o m|tom|opp til|inntil|tom.",
    also="pluss|og|samt|eller|&",
    between="mellom",
    first="første|fra|start|fra og med|fom|begynner|laveste|f o m",
    last="siste|til|slutt|til og med|høyeste",
    start="fra|fra og med|med|fom|på|f o m",
    more="neste|følgende|påfølgende|ytterligere",
    onwards="og oppover|og videre|oppover",
    things=("kort|sim-kort|simkort|simkortene|stk|stykker|enheter|numre|nummer|målere|kortene|abonnement|abonnementer"),
    sim="simkort|simkortet|kort|kortet|kortnummer|nummer|nr|nummeret|med|og|kortnr",
    begin="begynner|starter|prefiks|begynnende",
    every="alle|alt|samtlige|hver|hele",
    ending="slutter|ender|siste sifre|endesiffer",
    but=(
        "unntatt|unntak|bortsett fra|med unntak av|eksklusive|ekskl|ekskludert|men ikke|i stedet for"
        "|istedenfor|unntagen"
    ),
    aside="uten|foruten|i tillegg til|utenom",
    no="ikke|ingen|aldri|ikkje|uten|sluttet",
    hit="berørt|berørte|påvirket|påvirkes|rammet|rammes|berøres",
    unhit="upåvirket|uberørt|upåvirkede|uberørte",
    works="fungerer|virker|ok|online|fungerende",
    fully="fint|bra|igjen|som normalt|normalt|nå|som de skal|som det skal",
    other=(
        "ordre|bestilling|bestillings|faktura|sporing|sporings|forsendelse|pakke|referanse|kontonummer|konto"
        "|kid|strekkode|kvittering|kolli"
    ),
    numbered="kunde|organisasjons|org|måler|artikkel|avtale|vare|serie|anleggs|produkt|sak|saks|sending|sendings",
    number="nummer|nr|nummeret|er|id|vår|vårt|deres",
    count="totalt|til sammen|antall|stk|mengde|sum",
    batch="batch|parti|eske|kartong|leveranse|boks",
    series="serien|serie|blokken|området",
    phone=(
        "innringer|vakt|vakta|beredskap|telefon|telefonnummer|tlf|mobil|mobilnummer|ring|ringe|sentralbord|direkte"
        "|kontakt|kontakte|nås|nå|vakttelefon"
    ),
    closing=(
        "med vennlig|vennlig hilsen|hilsen|mvh|beste hilsen|med hilsen|vh|takk,|takk på forhånd"
        "|på forhånd takk|sendt fra min|vennligst hilsen"
    ),
    numerals=(
        "to 2|tre 3|fire 4|fem 5|seks 6|sju 7|åtte 8|ni 9|ti 10|elleve 11|tolv 12|tretten 13|fjorten 14"
        "|femten 15|seksten 16|sytten 17|atten 18|nitten 19|tjue 20|tretti 30|førti 40|femti 50|seksti 60"
        "|sytti 70|åtti 80|nitti 90|hundre *100|tusen *1000|dusin *12"
    ),
    half="halvt",
    after="etter|deretter|bak",
    excluded="unntatt|ekskludert|ikke inkludert|ikke med",
)
