"""Finnish. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

FINNISH: Final = Words(
    to="asti|saakka|päättyen|viimeinen|aina|sta|lta|sta numeroon|lta numeroon|ja päättyen",
    also="ja|sekä|tai|&|ja myös",
    between="välillä|väliltä|välissä",
    first="ensimmäinen|alku|alkaen|alkaa|mistä|ensimmäisestä|eka",
    last="viimeinen|loppu|päättyy|mihin|asti|saakka|viimeiseen",
    start="alkaen|lähtien|numerosta|kortista|ensimmäinen|alkaen numerosta|alkaen kortista|starting",
    more="seuraavaa|seuraavat|peräkkäistä|lisää|seuraavien",
    onwards="eteenpäin|ylöspäin|ja siitä eteenpäin",
    things=(
        "kortti|korttia|kortit|sim-korttia|sim-kortit|kpl|kappaletta|laitetta|laitteet|numeroa|mittaria"
        "|liittymää|mittarit|simkorttia|simkortit|liittymät"
    ),
    sim=(
        "kortti|kortit|sim-kortti|simkortti|simkortit|korttinumero|numero|numerot|nro|kortin|numerosta"
        "|numeroon|kortista|korttiin|korttinumerot|tunnus|simkortin"
    ),
    begin="alkavat|alkava|alkaa|etuliite|alkaen|alkavilla|alkavien|alkuiset|etuliitteellä|alkavia",
    every="kaikki|kaikkien|jokainen|koko|kaikilla|kaikissa",
    ending="päättyvät|päättyvä|päättyy|viimeiset numerot|loppuiset|loppuosa|päättyvien",
    but="paitsi|lukuun ottamatta|pois lukien|poislukien|lukuunottamatta|mutta ei",
    aside="ilman|lisäksi",
    no="ei|eivät|eikä|mikään|koskaan|en|emme|lakannut|lakanneet",
    hit="koske|koskee|vaikuta|vaikuttaa|häiriössä|vaikutusta",
    unhit="häiriöttömät",
    works="toimivat|toimii|ok|kunnossa|online|toimivia|toimiva",
    fully="hyvin|taas|normaalisti|nyt|moitteettomasti|ongelmitta|kunnolla",
    other=(
        "tilaus|tilauksen|lasku|laskun|lähetys|lähetyksen|paketti|paketin|seuranta|viite|tili|viitenumero"
        "|tilausnumero|laskunumero|lähetystunnus|seurantatunnus|seurantakoodi|tikettinumero|tilinumero"
    ),
    numbered=(
        "asiakas|mittari|tuote|sopimus|laite|y-tunnus|sarja|asiakkaan|laitteen|mittarin|tapaus|vikailmoitus|tiketti"
    ),
    number="numero|numerot|nro|on|ovat|tunnus|id|koodi|meidän|teidän",
    count="yhteensä|määrä|lukumäärä|kpl|lkm",
    batch="erä|laatikko|toimitus|toimituserä|erän|pakkaus",
    series="sarja|sarjan|alkuiset|alkuisia|lohko",
    phone=(
        "soittaja|herra|rouva|puhelin|puh|puhelinnumero|matkapuhelin|gsm|soita|soittaa|soittakaa|yhteys|yhteydenotto|vaihde"
        "|tavoittaa|päivystys|kännykkä|asiakaspalvelu"
    ),
    closing=(
        "ystävällisin terveisin|terveisin|yt,|t:|parhain terveisin|kiittäen|terveiset|ystävällisesti|kiitos,"
        "|lähetetty|yst. terv|terv.|kiitos etukäteen|kiitokset|parhaat terveiset"
    ),
    numerals=(
        "kaksi 2|kolme 3|neljä 4|viisi 5|kuusi 6|seitsemän 7|kahdeksan 8|yhdeksän 9|kymmenen 10|yksitoista 11"
        "|kaksitoista 12|kolmetoista 13|neljätoista 14|viisitoista 15|kuusitoista 16|seitsemäntoista 17"
        "|kahdeksantoista 18|yhdeksäntoista 19|kaksikymmentä 20|kolmekymmentä 30|neljäkymmentä 40"
        "|viisikymmentä 50|kuusikymmentä 60|seitsemänkymmentä 70|kahdeksankymmentä 80|yhdeksänkymmentä 90"
        "|sata *100|sataa *100|tuhat *1000|tuhatta *1000|tusina *12|tusinaa *12"
    ),
    half="puoli",
    after="jälkeen|perään",
    excluded="pois lukien|poislukien|lukuun ottamatta|lukuunottamatta|ei mukana|ei sisälly",
)
