"""Swedish. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

SWEDISH: Final = Words(
    to="till|till och med|t o m|tom|upp till|upp till och med|fram till|t om|to m",
    also="plus|och|samt|eller|och även|&|respektive",
    between="mellan",
    first="första|start|börjar|från|from|fr o m|från och med|lägsta|början|startar|from o m|f r o m|forsta",
    last="sista|slut|slutar|till|till och med|högsta|t o m|sist",
    start="från|från och med|fr o m|from|med|vid|på|f r o m",
    more="nästa|följande|efterföljande|ytterligare|till",
    onwards="och framåt|och uppåt|framåt|uppåt|och högre",
    things=(
        "kort|korten|sim-kort|simkort|simkorten|st|stycken|styck|enheter|nummer|mätare|abonnemang"
        "|abonnemangen|enheterna|mätarna|stk"
    ),
    sim=(
        "simkort|simkortet|kort|kortet|kortnummer|nummer|nr|numret|korten|simkorten|simnummer|simkortsnummer"
        "|kortnr|med|och|kortnumret"
    ),
    begin="börjar|börjande|inleds|startar|prefix|prefixet|inledning",
    every="alla|allt|samtliga|varje|hela|alltihop",
    ending="slutar|slutsiffror|sista siffrorna|slutande",
    but=(
        "utom|undantag|exkl|exklusive|med undantag för|undantaget|med undantag av|men inte|men ej"
        "|i stället för|istället för"
    ),
    aside="utan|förutom|bortsett från|utöver",
    no="inte|ej|icke|inga|ingen|aldrig|slutat|utan|varken|slutade",
    hit=("berörda|berörs|drabbade|drabbas|påverkade|påverkas|drabbad|berörd|påverkad|berörts|påverkats|drabbats"),
    unhit="opåverkade|oberörda|opåverkad|oberörd",
    works="fungerar|funkar|ok|okej|online|fungerande",
    fully="bra|fint|igen|som vanligt|nu|utan problem|som de ska|som det ska|normalt|klanderfritt",
    other=(
        "order|ordernummer|ordernr|beställning|faktura|fakturanr|ärendenr|kolli|kollinr|försändelse|paket"
        "|sändning|spårning|spårnings|kontonummer|konto|bankgiro|plusgiro|ocr|streckkod|inköpsorder|kvitto"
        "|sändnings"
    ),
    numbered=(
        "organisations|org|mätar|mätare|artikel|avtals|anläggnings|produkt|enhets|personnummer|person|serie"
        "|moms|telefon|projekt|ärende|ärendet|felanmälan|kund|referens"
    ),
    number="nummer|nr|numret|nummret|är|id|vårt|ert|våra|vår",
    count="totalt|sammanlagt|antal|st|mängd|summa|stycken",
    batch="batch|parti|kartong|låda|sats|leverans|ask",
    series="serien|serie|intervallet|blocket|spannet",
    phone=(
        "uppringare|inringare|herr|fru|eskalering|beredskap|nåbar|anträffbar|telefon|telefonnummer|telefonnr|telefonisk|tfn|tlf|mobil"
        "|mobilnummer|mobilnr|ringa|ringer|ring|växel|växeln|direkt|direktnummer|nå|nås|kontakt|kontakta|jour"
        "|journummer|kundtjänst|fax|vxl|direktnr|sms:a|mobiltelefon"
    ),
    closing=(
        "mvh|m.v.h|med vänlig|med vanlig|vänliga häls|bästa häls|vänlig häls|vänligen|hälsningar|hälsar|tack,"
        "|tack!|tack på förhand|hälsn|allt gott|hej då|varma häls|skickat från min|/ "
    ),
    numerals=(
        "två 2|tre 3|fyra 4|fem 5|sex 6|sju 7|åtta 8|nio 9|tio 10|elva 11|tolv 12|tretton 13|fjorton 14"
        "|femton 15|sexton 16|sjutton 17|arton 18|nitton 19|tjugo 20|trettio 30|fyrtio 40|femtio 50|sextio 60"
        "|sjuttio 70|åttio 80|nittio 90|hundra *100|tusen *1000|dussin *12|tjog *20"
    ),
    half="halvt|ett halvt",
    after="efter|därefter|bakom|därpå",
    excluded="undantaget|undantagna|undantaget|ingår inte|ingår ej|exkluderat|exkluderade|inte inräknat",
)
