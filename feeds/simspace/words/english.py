"""English. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

ENGLISH: Final = Words(
    to=(
        "to|up to|upto|through|thru|until|til|till|up to and including|to and including|inclusive to|up until|and up to"
    ),
    also="plus|and|and also|or|as well as|also|&|and then",
    between="between|betw",
    first=("first|start|starts|starting|begin|begins|beginning|from|lowest|min|lower|range start|start of range|low"),
    last="last|end|ends|ending|to|highest|max|upper|range end|end of range|final|high",
    start="from|at|with|from and including|since",
    more="next|following|subsequent|consecutive|more|further|additional|successive",
    onwards="onwards|onward|upwards|and up|and on|and later|and higher|ff",
    things=(
        "sim|sims|card|cards|simcard|simcards|pcs|pieces|piece|pc|unit|units|device|devices|number|numbers"
        "|iccid|iccids|meter|meters|imsi|imsis|msisdn|msisdns|connection|connections|subscription"
        "|subscriptions|tracker|trackers|esim|esims|modems|routers"
    ),
    sim=(
        "imsi|msisdn|imsis|msisdns|sim|sims|iccid|iccids|icc|card|cards|simcard|esim|number|no|nr|num|numbers"
        "|the|serial|ccid|id|including|is|incl|of|our"
    ),
    begin="begin|begins|beginning|start|starts|starting|prefix|prefixes|prefixed|commencing",
    every="all|every|any|everything|each|entire|whole",
    ending="ending|ends|end|last digits|ended|last four|last 4|tail",
    but=(
        "except|excepting|excluding|excl|but not|all but|except for|with the exception of|minus|leaving out"
        "|with exception of|instead of|rather than|exclude|excludes|omit|skip"
    ),
    aside="without|apart from|aside from|other than|besides|in addition to",
    no=(
        "not|no|never|none|don't|doesn't|isn't|aren't|didn't|dont|doesnt|isnt|longer|stopped|cannot|can't"
        "|wont|won't|failed|fails|without|neither|nothing|nor|hardly|barely|stop|stops|t"
    ),
    hit="affected|impacted|concerned|involved|hit|down",
    unhit="unaffected|unimpacted",
    works="work|works|working|ok|okay|fine|online|healthy",
    fully=(
        "fine|ok|again|normally|well|properly|correctly|now|perfectly|normal|as expected|without problems|all right"
    ),
    other=(
        "cgsn|imeisv|order|orders|invoice|invoices|tracking|shipment|parcel|consignment|waybill|awb|ticket"
        "|tickets|reference|ref|imei|imeis|eid|eids|iban|ean|gtin|upc|barcode|vat|transaction|payment|receipt"
        "|quote|quotation|rma|visa|mastercard|amex|bic|swift|commit|hash|uuid|guid|booking|isbn|sku|credit"
        "|tid|confirmation|sscc|delivery|container|mac|dun|dhl|ups|fedex|timestamp|checksum|license|licence"
        "|correlation|euicc"
    ),
    numbered=(
        "po|customer|client|part|article|item|contract|meter|device|product|asset|equipment|project|job|document"
        "|company|registration|organisation|organization|tax|phone|model|machine|gateway|router|site|debit"
        "|material|case|incident|request|session|trace|build|version|message|account"
    ),
    number="number|no|nr|num|numbers|nos|id|ids|code|is|are|was|were|the|our|your|my|ref|reference|of",
    count=("in all|in total|altogether|count|qty|quantity|amount|number of|pcs|pieces|no of|sims|size|total|how many"),
    batch="batch|box|lot|carton|delivery batch|pallet|reel|shipment box|tray",
    series="series|range|block|sequence|prefix",
    phone=(
        "caller|mr|mrs|ms|escalation|emergency|on-duty|duty|reached|reachable|on-call|oncall|telephone|phone|tel|mobile|mob"
        "|cell|fax|call|called|calls|calling|direct|hotline|whatsapp|reach|contact|callback|support|ring|dial"
        "|office|switchboard|mobil|m|t|p|d|f|text|sms|ext|helpdesk|landline|skype|signal|cellphone"
    ),
    closing=(
        "regards|best regards|kind regards|warm regards|with kind regards|with best regards|many regards"
        "|best wishes|greetings|thanks|many thanks|thank you|cheers|sincerely|yours|best,|br,|rgds|brgds"
        "|cordially|all the best|kindest regards|sent from my|rgs|kr,"
    ),
    numerals=(
        "two 2|three 3|four 4|five 5|six 6|seven 7|eight 8|nine 9|ten 10|eleven 11|twelve 12|thirteen 13"
        "|fourteen 14|fifteen 15|sixteen 16|seventeen 17|eighteen 18|nineteen 19|twenty 20|thirty 30|forty 40"
        "|fifty 50|sixty 60|seventy 70|eighty 80|ninety 90|hundred *100|hundreds *100|thousand *1000"
        "|dozen *12"
    ),
    half="half",
    after="after|behind|afterwards",
    excluded="excluded|not included|exempt|exempted|excepted|left out|omitted|not concerned",
)
