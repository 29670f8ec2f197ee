"""German. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

GERMAN: Final = Words(
    to=(
        "bis|bis zu|bis zur|bis zum|bis einschließlich|bis einschliesslich|bis inklusive|bis inkl|bis und mit"
        "|bis hin zu"
    ),
    also="plus|und|sowie|oder|u|und auch|bzw|&|und dann",
    between="zwischen",
    first="erste|erster|ersten|von|ab|beginn|start|anfang|kleinste|niedrigste|beginnt|erstes",
    last="letzte|letzter|letzten|bis|ende|größte|höchste|endet|letztes",
    start="ab|von|mit|bei|ab der|von der",
    more="nächsten|folgenden|weitere|weiteren|nachfolgenden|folgende|aufeinanderfolgende|nächste|fortlaufende",
    onwards="aufwärts|und folgende|ff|fortlaufend|und höher|aufsteigend",
    things=(
        "karten|karte|sim-karten|simkarten|simkarte|stück|stk|stck|st|geräte|gerät|nummern|zähler|einheiten"
        "|kartennummern|anschlüsse|sim-karte|verträge|tracker|teilnehmer"
    ),
    sim=(
        "simkarte|simkarten|karte|karten|kartennummer|kartennummern|nummer|nummern|nr|der|die|das|den|dem"
        "|einschließlich|inklusive|mit|simnummer|kartennr|inkl|zu|zum|zur"
    ),
    begin=(
        "beginnen|beginnt|beginnend|anfangen|anfangend|präfix|starten|startend|anfängt|angefangen|startet"
        "|prefix|vorwahl"
    ),
    every="alle|alles|sämtliche|jede|jeder|allen|ganze|gesamte|aller",
    ending="endend|endet|enden|endziffern|endung|letzte ziffern|letzten ziffern|endnummern|letzten vier",
    but=(
        "ausgenommen|mit ausnahme von|mit ausnahme der|bis auf|exkl|exklusive|aber nicht|statt|anstatt"
        "|ausschließlich|ohne die|mit ausnahme"
    ),
    aside="ohne|außer|abgesehen von|neben|ausser|zusätzlich zu|außer der|ausser der|außer den|außer die",
    no="nicht|kein|keine|keinen|nie|niemals|nichts|ohne|weder",
    hit="betroffen|betroffene|betroffenen|gestört|beeinträchtigt|tangiert|betroffener",
    unhit="unberührt|unbetroffen|unbeeinträchtigt",
    works=(
        "funktionieren|funktioniert|laufen|läuft|ok|okay|online|funktionierend|gehen|geht|einwandfrei|funktionierende"
    ),
    fully="wieder|normal|einwandfrei|problemlos|gut|fehlerfrei|ordnungsgemäß|jetzt|ohne probleme|tadellos",
    other=(
        "auftrag|auftrags|bestellung|bestell|rechnung|rechnungs|sendung|sendungs|paket|referenz|aktenzeichen"
        "|konto|tracking|lieferschein|liefer|kreditkarte|ust|steuer|beleg|angebots|verfolgungs"
    ),
    numbered=(
        "kunden|kunde|zähler|geräte|gerät|artikel|vertrags|vertrag|teile|seriennummer|serien|projekt"
        "|handelsregister|material|identifikations|telefon|anlagen|inventar|zahler|mitglieds|liefer|störung"
        "|störungs|fall|meldung|störungsmeldung|vorgang|vorgangs|angebot|lieferung"
    ),
    number="nummer|nr|nummern|nrn|lautet|ist|sind|id|unsere|ihre|die|der|das|unser|ihr",
    count="insgesamt|gesamt|zusammen|anzahl|menge|stück|stk|stückzahl|stck|summe",
    batch="charge|karton|los|lieferung|kiste|paket|box",
    series="serie|bereich|block|nummernkreis|reihe|er|kreis",
    phone=(
        "anrufer|anruferin|herr|herrn|frau|eskalation|notruf|erreicht|telefonat|telefon|telefonnummer|telefonnr|telefonisch|tel|mobil|handy"
        "|handynummer|durchwahl|direkt|erreichen|erreichbar|rufen|anrufen|rückruf|kontakt|fax|fon|hotline"
        "|rückfragen|rufnummer|zentrale|mobilnummer|bereitschaft|mobiltelefon|ruf"
    ),
    closing=(
        "mit freundlich|mit besten|mit herzlich|viele grüße|viele grüsse|beste grüße|beste grüsse|liebe grüße"
        "|liebe grüsse|freundliche gr|schöne grüße|schönen gruß|mfg|gruß|gruss|lg|vg|grüße|grüsse|besten dank"
        "|vielen dank|danke und gruß|herzliche gr|hochachtungsvoll|danke,|von meinem|i.a.|i. a.|beste grusse"
        "|viele gruesse|mit freundlichem"
    ),
    numerals=(
        "zwei 2|drei 3|vier 4|fünf 5|sechs 6|sieben 7|acht 8|neun 9|zehn 10|elf 11|zwölf 12|dreizehn 13"
        "|vierzehn 14|fünfzehn 15|sechzehn 16|siebzehn 17|achtzehn 18|neunzehn 19|zwanzig 20|dreißig 30"
        "|vierzig 40|fünfzig 50|sechzig 60|siebzig 70|achtzig 80|neunzig 90|hundert *100|tausend *1000"
        "|dutzend *12"
    ),
    half="halbes",
    after="danach|dahinter|nach|darauf|hinter",
    excluded="ausgenommen|ausgeschlossen|nicht dabei|nicht enthalten|nicht inbegriffen|ausgenommen davon",
)
