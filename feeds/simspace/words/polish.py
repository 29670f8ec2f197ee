"""Polish. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

POLISH: Final = Words(
    to="do|aż do|do numeru|po|do nr|do karty|az do",
    also="i|oraz|a|lub|a także|jak również|&|albo",
    between="między|pomiędzy|miedzy|pomiedzy",
    first="pierwszy|pierwsza|początek|od|początkowy|start|pierwszej|poczatek|min",
    last="ostatni|ostatnia|koniec|do|końcowy|ostatniej|max",
    start="od|z|począwszy od|zaczynając od|poczynając od|od numeru|od nr|od karty",
    more="kolejne|następne|kolejnych|następnych|dalsze|dodatkowych",
    onwards="wzwyż|i dalej|i następne|i kolejne|w górę",
    things=(
        "karta|karty|kart|sztuk|szt|sztuki|urządzeń|urządzenia|numerów|liczników|liczniki|sim|numery|kartami"
        "|simek|modemów"
    ),
    sim=(
        "karta|karty|kartę|kart|karcie|numer|numery|numeru|numerze|nr|włącznie|od|o|sim|kartą|numerach|numerem|id|simka"
    ),
    begin=(
        "zaczynające|zaczynają|zaczynających|rozpoczynające|zaczyna|prefiks|zaczynajace|rozpoczynają"
        "|zaczynajacych|prefiksie|prefiksem|zaczynaja"
    ),
    every="wszystkie|wszystko|każda|wszystkich|cały|całość|całą|każdy",
    ending="kończące|kończą|końcówka|ostatnie cyfry|kończących|końcówki|kończy",
    but=("oprócz|z wyjątkiem|za wyjątkiem|wyłączając|z wyłączeniem|ale nie|zamiast|oprocz|z wyjatkiem|prócz"),
    aside="bez|poza|niezależnie od|pomijając",
    no="nie|żadna|żaden|nigdy|przestały|ani|brak|przestała",
    hit="dotyczy|dotknięte|objęte|dotkniętych|dotyczą|awaryjne|objętych",
    unhit="nienaruszone",
    works="działają|działa|ok|sprawne|online|działające|dzialaja|dziala|działający",
    fully="dobrze|poprawnie|normalnie|znowu|ponownie|prawidłowo|teraz|bez problemu|bez problemów|już",
    other=(
        "zamówienie|zamówienia|faktura|faktury|przesyłka|przesyłki|paczka|paczki|referencja|konto|konta"
        "|rachunek|zlecenie|zlecenia|śledzenia|listu|przewozowy|zamowienia|nip|regon|krs|pesel|rachunku"
        "|dokument|dokumentu|przesylki"
    ),
    numbered=(
        "klienta|licznika|artykułu|umowy|seryjny|produktu|urządzenia|telefonu|licznik|sprawa|sprawy"
        "|zgłoszenie|zgłoszenia|zgloszenia|reklamacja|reklamacji"
    ),
    number="numer|numery|numeru|nr|to|jest|są|id|nasz|państwa|kod|o",
    count="razem|łącznie|ilość|liczba|szt|sztuk|suma|ilosc",
    batch="partia|partii|karton|pudełko|dostawa|paczka|kartonu",
    series="seria|serii|blok|zakres|zakresu",
    phone=(
        "pan|pani|dzwoniący|telefon|tel|telefonu|komórka|kom|komórkowy|fax|faks|zadzwonić|dzwonić|proszę dzwonić"
        "|kontakt|kontaktować|infolinia|telefoniczny|kontaktowy|dyżurny|komorka"
    ),
    closing=(
        "pozdrawiam|z poważaniem|z pozdrowieniami|z wyrazami|pozdrowienia|dziękuję,|dzięki,|serdecznie"
        "|wysłane z|dziekuje,|z powazaniem|dziękuję i|z góry|łączę"
    ),
    numerals=(
        "dwa 2|trzy 3|cztery 4|pięć 5|sześć 6|siedem 7|osiem 8|dziewięć 9|dziesięć 10|jedenaście 11"
        "|dwanaście 12|trzynaście 13|czternaście 14|piętnaście 15|szesnaście 16|siedemnaście 17"
        "|osiemnaście 18|dziewiętnaście 19|dwadzieścia 20|trzydzieści 30|czterdzieści 40|pięćdziesiąt 50"
        "|sześćdziesiąt 60|siedemdziesiąt 70|osiemdziesiąt 80|dziewięćdziesiąt 90|sto *100|dwieście *200"
        "|trzysta *300|czterysta *400|pięćset *500|tysiąc *1000|tysiące *1000|tuzin *12"
    ),
    half="pół",
    after="po|za",
    excluded="wyłączone|wyłączona|wykluczone|wykluczona|nie wliczone|wyjęte",
)
