"""The small tables of the numbering plans against the libraries that know more."""

import phonenumbers
import pytest
from stdnum import imsi

from feeds.simspace.numbering import CALLING, MOBILE_COUNTRIES, has_calling_code, has_mobile_country, is_machine
from feeds.simspace.words import LANGUAGES, fold


def test_every_mobile_country_code_that_stdnum_knows_is_known() -> None:
    known = {code for code in (f"{number:03d}" for number in range(1000)) if imsi.is_valid(f"{code}011234567890")}
    assert len(known) > 200
    assert known <= MOBILE_COUNTRIES
    assert len(MOBILE_COUNTRIES - known) < 30


def test_the_calling_codes_are_those_of_phonenumbers() -> None:
    known = {str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE}
    assert known <= CALLING
    assert CALLING - known <= {"888", "881", "882", "883"}


@pytest.mark.parametrize(
    "digits", ["46719000000001", "47590000000101", "3197012345678", "882161234567", "883510012345678"]
)
def test_blocks_of_machines_are_known(digits: str) -> None:
    assert is_machine(digits)
    assert has_calling_code(digits)


@pytest.mark.parametrize("digits", ["46701234567", "4791234567", "31612345678", "31976017214", "4671900"])
def test_other_numbers_are_not_in_them(digits: str) -> None:
    assert not is_machine(digits)


def test_test_networks_and_shared_ones_are_countries_and_zeros_are_none() -> None:
    assert has_mobile_country("001010123456789")
    assert has_mobile_country("901280000000001")
    assert not has_mobile_country("000010123456789")


def test_words_are_written_without_empty_alternatives_and_fold_to_something() -> None:
    for words in LANGUAGES:
        for field in words.__struct_fields__:
            for phrase in filter(None, getattr(words, field).split("|")):
                assert fold(phrase).strip(), (field, phrase)
