"""The same SIM in several lengths, and columns that a spreadsheet has rounded."""

import pytest

from feeds.simspace import LengthProfile, Reading, luhn_digit, read_sims

BODY19 = "8946200020001000120"
BODY18 = "894620002000100012"


def checked(body: str) -> str:
    return body + luhn_digit(body)


def wrong(body: str) -> str:
    return body + str((int(luhn_digit(body)) + 1) % 10)


def bodies(reading: Reading) -> list[tuple[str, str]]:
    return [(span.first, span.last) for span in reading.spans]


def whys(reading: Reading) -> str:
    return " ".join(warning.why for warning in reading.warnings)


@pytest.mark.parametrize("order", [1, -1])
def test_the_first_19_of_20_digits_are_the_same_sim_and_count_once(order: int) -> None:
    written = [BODY19, checked(BODY19)][::order]
    reading = read_sims(" = ".join(written))
    assert bodies(reading) == [(BODY19, BODY19)]
    assert "20 digits too; counted once" in whys(reading)


def test_an_issuer_with_20_digits_leaves_off_its_check_digits() -> None:
    other = "8946200020009999990"
    number = wrong(BODY18)
    reading = read_sims(f"{number} and {checked(other)}")
    assert bodies(reading) == [(number, number), (other, other)]
    assert "others of this issuer here have 20" in whys(reading)


def test_a_number_whose_check_digit_fits_keeps_it_beside_longer_ones() -> None:
    assert bodies(read_sims(f"{checked(BODY18)} and {checked('8946200020009999990')}"))[0] == (BODY18, BODY18)


def test_three_numbers_that_differ_in_the_last_digit_are_three_sims() -> None:
    reading = read_sims(", ".join(BODY18 + digit for digit in "012"))
    assert bodies(reading) == [(BODY18 + "0", BODY18 + "2")]
    assert "differ in the last digit only" in whys(reading)
    assert read_sims(", ".join(BODY18 + digit for digit in "01")).count == 1


def test_what_the_inventory_knows_is_not_overruled_by_a_text() -> None:
    profile = LengthProfile({"8946200": 18})
    assert read_sims(", ".join(BODY18 + digit for digit in "012"), profile).count == 1


def test_the_inventory_tells_where_a_number_in_groups_ends() -> None:
    text = "8946 2000 2000 1000 12 12"
    (item,) = read_sims(text, LengthProfile({"8946200": 18})).items
    assert (item.text, item.span.first) == ("8946 2000 2000 1000 12", BODY18)
    assert bodies(read_sims(text)) == [("8946200020001000121", "8946200020001000121")]


def test_the_count_that_the_text_tells_shows_that_19_digits_have_no_check_digit() -> None:
    reading = read_sims(f"{BODY18}0 - {BODY18[:-1]}39 (20 pcs)")
    assert bodies(reading) == [(BODY18 + "0", BODY18[:-1] + "39")]
    assert "no check digit" in whys(reading)


def test_a_column_that_ends_in_zeros_is_doubted_as_rounded() -> None:
    rows = [f"894620002000{n:03d}00000" for n in (106, 107, 108)]
    reading = read_sims("ICCID;Site\n" + "\n".join(f"{row};x" for row in rows))
    assert reading.count == 3
    assert whys(reading).count("spreadsheet leaves them") == 3


def test_one_round_number_with_a_right_check_digit_is_not_doubted() -> None:
    first = next(checked(f"89462000200{n:04d}0000") for n in range(20) if luhn_digit(f"89462000200{n:04d}0000") == "0")
    assert read_sims(first).warnings == ()


def test_numbers_of_19_digits_that_end_in_few_zeros_are_not_doubted() -> None:
    assert "spreadsheet" not in whys(read_sims("8946200020001001000 and 8946200020001002000"))
