import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import (
    LengthProfile,
    NotAnIdentifierError,
    iccid_body,
    imsi_digits,
    luhn_digit,
    luhn_holds,
    msisdn_digits,
)

BODY18 = "894620002000100012"
BODY19 = "8946200020001000120"
LONG = LengthProfile({"8946200": 19})
SHORT = LengthProfile({"8946200": 18})


def with_check(body: str) -> str:
    """Luhn by its definition, apart from the code under test."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return body + str((10 - total % 10) % 10)


@given(st.text("0123456789", min_size=1, max_size=25))
def test_the_check_digit_is_luhns(body: str) -> None:
    assert body + luhn_digit(body) == with_check(body)
    assert luhn_holds(with_check(body))


def test_a_known_number_from_the_standard_holds() -> None:
    assert luhn_digit("7992739871") == "3"


@pytest.mark.parametrize(
    "text",
    [
        BODY18,
        with_check(BODY18),
        f"{with_check(BODY18)}F",
        f"F{with_check(BODY18)}",
        "8946 2000 2000 1000 12",
        "8946-2000-2000-1000-12",
    ],
)
def test_the_same_sim_has_one_body_however_it_is_written(text: str) -> None:
    assert iccid_body(text).body == BODY18
    assert iccid_body(text).warnings == ()


def test_twenty_digits_are_a_body_of_nineteen_and_a_check_digit() -> None:
    assert iccid_body(with_check(BODY19)).body == BODY19


def test_a_wrong_check_digit_is_a_warning_that_names_the_right_one() -> None:
    right = with_check(BODY18)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    read = iccid_body(wrong)
    assert read.body == BODY18
    assert read.warnings == (f"{wrong}: the check digit should be {right[-1]}",)


def test_the_inventory_tells_that_nineteen_digits_are_a_body() -> None:
    assert iccid_body(BODY19, LONG) == iccid_body(with_check(BODY19), LONG)
    assert iccid_body(BODY19, LONG).body == BODY19


def test_a_filler_behind_body_and_check_digit_is_left_out_with_a_warning() -> None:
    read = iccid_body(with_check(BODY18) + "0", SHORT)
    assert read.body == BODY18
    assert "filler" in read.warnings[0]


def test_a_number_too_short_for_its_issuer_is_read_with_a_warning() -> None:
    read = iccid_body(BODY18, LONG)
    assert read.body == BODY18
    assert "issuer" in read.warnings[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("8946200", "7 digits"),
        ("9946200020001000120", "89"),
        ("8946X0020001000120", "not a number"),
        ("", "not a number"),
    ],
)
def test_what_is_no_iccid_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(NotAnIdentifierError, match=why):
        iccid_body(text)


def test_the_longest_prefix_wins() -> None:
    profile = LengthProfile({"8946200": 18, "894620002": 19})
    assert profile.body_length(BODY19) == 19
    assert profile.body_length("8946200010000000000") == 18
    assert profile.body_length("8947") is None


def test_a_short_prefix_is_known_where_all_below_it_agree() -> None:
    assert LengthProfile({"8946200": 18, "8946201": 18}).body_length("89462") == 18
    assert LengthProfile({"8946200": 18, "8946201": 19}).body_length("89462") is None


def test_lengths_are_learned_from_an_inventory() -> None:
    profile = LengthProfile.learned(["894620000000000000", "8947000000000000000"])
    assert profile.body_length("894620099") == 18
    assert profile.body_length("894700099") == 19


def test_issuers_with_two_lengths_are_told_apart_by_more_digits() -> None:
    profile = LengthProfile.learned(["894620010000000000", "8946200200000000000"])
    assert profile.body_length("8946200100") == 18
    assert profile.body_length("8946200200") == 19
    assert profile.body_length("8946200300") is None


def test_imsis_and_msisdns_are_plain_digits() -> None:
    assert imsi_digits("240 01 1234567890").body == "240011234567890"
    assert imsi_digits("24001123456789").warnings
    assert msisdn_digits("+46 719 000 000 001").body == "46719000000001"
    assert msisdn_digits("0046719000000001").body == "46719000000001"
    for wrong in ("0719000001", "+12", "hello"):
        with pytest.raises(NotAnIdentifierError):
            msisdn_digits(wrong)
    with pytest.raises(NotAnIdentifierError):
        imsi_digits("140011234567890")
