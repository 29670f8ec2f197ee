"""Dutch. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

DUTCH: Final = Words(
    to="tot|tot en met|t / m|tm|t m|tot aan|t/m|tot en met nummer",
    also="en|alsook|of|evenals|&|en ook",
    between="tussen",
    first="eerste|van|vanaf|start|begin|laagste",
    last="laatste|tot|eind|einde|tot en met|hoogste",
    start="vanaf|van|met|bij",
    more="volgende|opeenvolgende|daaropvolgende|extra",
    onwards="en verder|en hoger|en volgende",
    things=(
        "kaarten|kaart|simkaarten|simkaart|sim-kaarten|stuks|stuk|st|apparaten|nummers|meters|eenheden|aansluitingen"
    ),
    sim=(
        "simkaart|simkaarten|kaart|kaarten|kaartnummer|kaartnummers|nummer|nummers|nr|de|het|en|met|simnummer"
        "|simkaartnummer"
    ),
    begin="beginnen|begint|beginnend|starten|startend|voorvoegsel|prefix",
    every="alle|alles|elke|iedere|hele|gehele|allemaal",
    ending="eindigend|eindigt|eindigen|laatste cijfers|eindcijfers",
    but="behalve|uitgezonderd|met uitzondering van|exclusief|excl|maar niet|in plaats van",
    aside="zonder|afgezien van|naast|buiten",
    no="niet|geen|nooit|zonder|niets",
    hit="getroffen|geraakt|betrokken|beïnvloed",
    unhit="ongemoeid|onaangetast",
    works="werken|werkt|functioneren|functioneert|ok|oké|online|werkende",
    fully="goed|weer|normaal|prima|nu|zonder problemen|naar behoren|gewoon",
    other=(
        "order|bestelling|bestel|factuur|zending|zendings|verzending|pakket|referentie|kenmerk|rekening"
        "|ticket|bon|inkooporder|barcode|trackingcode"
    ),
    numbered=(
        "klant|meter|artikel|contract|kvk|btw|serie|product|apparaat|relatie|debiteur|zaak|melding|meldings"
        "|storing|storings|opdracht"
    ),
    number="nummer|nummers|nr|nrs|is|zijn|id|ons|onze|uw|het|de",
    count="in totaal|aantal|stuks|hoeveelheid|totaal",
    batch="batch|partij|doos|levering|lot|charge",
    series="reeks|serie|blok",
    phone=(
        "beller|dhr|mevr|mevrouw|bereikt|telefoon|telefoonnummer|tel|mobiel|mobiele|bel|bellen|gebeld|bereiken|bereikbaar|contact|fax"
        "|doorkiesnummer|telefonisch|gsm|belt"
    ),
    closing=(
        "met vriendelijke|vriendelijke groet|hartelijke groet|groet|groeten|mvg|m.v.g|hoogachtend"
        "|alvast bedankt|bedankt,|dank,|verzonden vanaf|met groet"
    ),
    numerals=(
        "twee 2|drie 3|vier 4|vijf 5|zes 6|zeven 7|acht 8|negen 9|tien 10|elf 11|twaalf 12|dertien 13"
        "|veertien 14|vijftien 15|zestien 16|zeventien 17|achttien 18|negentien 19|twintig 20|dertig 30"
        "|veertig 40|vijftig 50|zestig 60|zeventig 70|tachtig 80|negentig 90|honderd *100|duizend *1000"
        "|dozijn *12"
    ),
    half="half",
    after="erna|daarna|na|erachter|achter",
    excluded="uitgezonderd|uitgesloten|niet inbegrepen|niet meegerekend|na",
)
