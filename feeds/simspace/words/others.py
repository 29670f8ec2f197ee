"""Words of languages that have no table of their own yet. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

OTHERS: Final = Words(
    to=("по|до|až do|až|do|ile|kadar|עד|إلى|الى|حتى|至|到|から|έως|μέχρι|ως|até|-ig|ig|līdz|iki|kuni"),
    also="и|a|ve|ו|و|和|と|και|és|un|ir|ja",
    between="между|mezi|arasında|arası|בין|بين|μεταξύ|között",
    first="с|от|od|başlangıç|من|מ|从|από|první|pirma|din|первый|ilk|du",
    last="по|до|bitiş|последний|poslední|son|ultimul",
    start="с|от|od|من|从|από|başlayarak|itibaren|начиная с|počínaje",
    things="карт|карты|шт|сим-карт|kusů|karet|ks|adet|kart|张|枚|bucăți|buc|db|kártya|gab|vnt",
    sim=(
        "сим-карта|номер|номера|karta|karty|číslo|numara|kart|رقم|卡|卡号|номером|карта|сим|čísla|kartu|no'lu"
        "|numaralı|numărul|numarul|kártya"
    ),
    begin="начинаются|начинающиеся|začínající|začínají|başlayan|开头|prefix|încep|începând|kezdődő",
    but="кроме|za výjimkou|kromě|hariç|except|除了|עט|εκτός|kivéve|mimo",
    no="не|ne|değil|nu|nem|δεν",
    other=(
        "заказ|заказа|счет|счёт|objednávka|objednávky|faktury|sipariş|fatura|订单|订单号|заявка|заявки|обращение"
        "|комисс|rendelés|comandă"
    ),
    number="номер|№|číslo|numarası|no",
    count="количество|počet|adet|数量|кол-во",
    batch="партия|партии|šarže|krabice|parti|批次",
    phone="телефон|тел|моб|telefon|mobil|telefonu|电话|هاتف|τηλ|звонить|звоните|tel|gsm",
    closing=(
        "с уважением|s pozdravem|saygılarımla|此致|με εκτίμηση|cu respect|cu stimă|üdvözlettel|с наилучшими"
        "|iyi çalışmalar|děkuji"
    ),
)
