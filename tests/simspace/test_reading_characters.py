"""Text in other characters: read the same, and every place is one of the original text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import luhn_digit, read_sims
from feeds.simspace.modem import unswapped
from feeds.simspace.plain_text import plain_text

A = "894620002000100012"


@pytest.mark.parametrize(
    "mark", ["\u200b", "\u200e", "\u202a", "\u2066", "\ufeff", "\u00ad", "\\u200b", "\\u202e", "\u0604"[:0]]
)
def test_invisible_marks_do_not_hide_a_number(mark: str) -> None:
    text = f"x {mark}{A[:4]}{mark}{A[4:9]}{mark}{A[9:]}{mark} y"
    (item,) = read_sims(text).items
    assert item.span.first == A
    assert item.text == text[item.start : item.end]
    assert item.text.startswith(A[0])
    assert item.text.endswith(A[-1])


@pytest.mark.parametrize("zero", [0x0660, 0x06F0, 0x0966, 0x0E50, 0xFF10, 0x1D7CE])
def test_digits_of_all_scripts_are_digits(zero: int) -> None:
    written = "".join(chr(zero + int(digit)) for digit in A)
    (item,) = read_sims(f"SIM {written}.").items
    assert (item.span.first, item.text) == (A, written)


def test_soft_breaks_and_codes_of_mails_are_undone_only_where_a_text_has_them() -> None:
    assert plain_text("a=\nb =E2=80=93 =C3=A4").text == "ab \u2013 ä"
    assert plain_text("ICCID=8946200020001000120").text == "ICCID=8946200020001000120"
    assert [one.first for one in read_sims(f"x=\nICCID={A} y=3Dz").spans] == [A]


@given(st.text(alphabet="89462 \u200b\u200e\u00a0\u2009٨٩８=\n\r\\x9u0b&nbs;p–A\U0001d7d8", max_size=60))
def test_places_of_the_plain_text_are_places_of_the_original(text: str) -> None:
    plain = plain_text(text)
    places = [plain.original(at) for at in range(len(plain.text))]
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)
    reading = read_sims(text)
    assert all(text[item.start : item.end] == item.text for item in reading.items)
    assert all(text[one.start : one.end][:120] == one.text for one in reading.warnings)


def swapped(digits: str) -> str:
    padded = digits.ljust(20, "F")
    return "".join(padded[at + 1] + padded[at] for at in range(0, 20, 2))


@pytest.mark.parametrize("sign", ["", " ", ":", "-", ", "[:1]])
def test_swapped_digits_are_straightened_where_the_filler_shows_them(sign: str) -> None:
    number = A + luhn_digit(A)
    written = swapped(number)
    text = sign.join(written[at : at + 2] for at in range(0, 20, 2))
    found = unswapped(f"x {text} y", 2)
    assert found is not None
    assert found.digits == number
    reading = read_sims(f"x {text} y")
    assert [span.first for span in reading.spans] == [A]
    assert "swapped" in reading.warnings[0].why


def test_swapped_bytes_with_a_wrong_check_digit_need_a_word_that_says_so() -> None:
    number = "8946200020001000120"
    written = swapped(number + str((int(luhn_digit(number)) + 1) % 10))
    spaced = " ".join(written[at : at + 2] for at in range(0, 20, 2))
    assert read_sims(f"x {spaced} y").count == 0
    assert read_sims(f"EF_ICCID {spaced} y").count == 1


def test_twenty_digits_that_begin_with_98_are_no_sim_without_a_word_that_says_so() -> None:
    number = "8946200020001000120"
    written = swapped(number + luhn_digit(number))
    assert read_sims(f"order {written}").warnings == ()
    assert read_sims(f"order {written}").count == 0
    assert "swapped" in read_sims(f"x {written} y").warnings[0].why
    assert read_sims(f"+CCID: {written}").count == 1
