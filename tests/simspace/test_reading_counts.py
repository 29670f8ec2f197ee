"""How many SIMs the words around a number count, in digits and in words, and which words count nothing."""

import pytest

from feeds.simspace import read_sims
from feeds.simspace.counts import told_before
from feeds.simspace.numerals import number_at, number_before
from feeds.simspace.vocabulary import TOKEN
from feeds.simspace.words import LANGUAGES, fold

A = "894620002000001000"
C = "894620002000007777"
EVERY_LANGUAGE = frozenset(range(len(LANGUAGES)))


def tokens(text: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(fold(text)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two hundred", 200),
        ("two hundred and fifty", 250),
        ("twenty-five", 25),
        ("half a dozen", 6),
        ("zweihundert", 200),
        ("fünfundzwanzig", 25),
        ("ein halbes Dutzend", 6),
        ("eintausend", 1000),
        ("tvåhundra", 200),
        ("tjugofem", 25),
        ("to hundrede", 200),
        ("vijfhonderd", 500),
        ("deux cents", 200),
        ("dix-sept", 17),
        ("doscientos", 200),
        ("trecento", 300),
        ("duzentos", 200),
        ("dwieście", 200),
        ("kaksisataa", 200),
        ("tickets", 0),
        ("one", 0),
    ],
)
def test_numbers_in_words_are_numbers(text: str, value: int) -> None:
    words = tokens(text)
    assert number_before(words, len(words), EVERY_LANGUAGE)[0] == value


def test_every_numeral_of_every_table_is_read_in_its_language() -> None:
    for language, words in enumerate(LANGUAGES):
        for phrase in filter(None, words.numerals.split("|")):
            word, _, value = phrase.rpartition(" ")
            folded = tokens(word)
            assert number_before(folded, len(folded), frozenset({language}))[0] == int(value.lstrip("*")), phrase
            assert number_at(folded, 0)[0] > 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ten SIMs from", (10, "from")),
        ("10 consecutive SIMs, the first is", (10, "from")),
        ("12 SIMs with", (12, "with")),
        ("12 SIMs starting with", (12, "from")),
        ("the 9 cards after", (9, "after")),
        ("10 SIMs ending with", (10, "until")),
        ("3 SIMs, the first is", (0, "")),
        ("50x from", (50, "from")),
    ],
)
def test_words_say_how_a_count_hangs_together_with_the_number(text: str, told: tuple[int, str]) -> None:
    assert told_before(tokens(text))[:2] == told


@pytest.mark.parametrize("text", ["na ten numer od", "to cards from", "12 kart na", "12 SIMs min"])
def test_a_word_is_a_number_in_its_own_language_only(text: str) -> None:
    told = told_before(tokens(text))
    assert told.how in ("", "with") or told.many == 0


@pytest.mark.parametrize("text", [f"3 SIMs with ICCIDs {A}, {C} and 894620002000003003", f"2 kort från {A} och {C}"])
def test_a_list_of_as_many_numbers_as_are_counted_is_only_a_list(text: str) -> None:
    reading = read_sims(text)
    assert reading.count == int(text[0])
    assert reading.warnings == ()


def test_a_count_that_only_stands_beside_a_number_is_told() -> None:
    (warning,) = read_sims(f"12 SIMs with {A} are down").warnings
    assert "the text counts 12 SIMs" in warning.why


def test_those_after_a_number_are_read_without_it() -> None:
    (span,) = read_sims(f"the 9 cards after {A}").spans
    assert (span.first, span.last) == ("894620002000001001", "894620002000001009")


def test_a_prefix_is_a_block_only_where_the_count_fits_exactly() -> None:
    assert read_sims("range 894620002000001 (1000 pcs)").count == 1000
    assert read_sims("range 894620002000001 (999 pcs)").count == 0
    assert read_sims("range 894620002000001 (999 pcs)").warnings != ()


def test_a_range_as_spreadsheets_write_it_is_read_with_a_doubt() -> None:
    reading = read_sims(f"{A}:894620002000001099")
    assert reading.count == 100
    assert "spreadsheets" in reading.warnings[0].why
    apart = read_sims(f"{A}: 894620002000001099")
    assert apart.count == 2
    assert "colon" in apart.warnings[0].why


@pytest.mark.parametrize("number", ["0719000000001", "0719-00 00 00 01", "097012345678"])
def test_a_national_number_of_a_block_for_machines_is_said_and_not_read(number: str) -> None:
    reading = read_sims(f"tel: {number} cannot send sms")
    assert reading.count == 0
    assert "country code" in reading.warnings[0].why
    assert read_sims(f"Order no. {number}").warnings == ()
