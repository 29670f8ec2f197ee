"""Masking: no number of a SIM, no telephone number and no address gets onto the wall."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.wall.masking import MASK, customer_name, masked


@pytest.mark.parametrize(
    "text",
    [
        "89462000200000000012",
        "8946 2000 2000 0000 0012",
        "8946-2000-2000-0000-0012",
        "apn iot.meter of 240010123456789",
        "+46 70 123 45 67",
        "(070) 123 45 67",
        "894620002*",
        "eva.berg@customer.example",
        "mail to eva@x.se, or call 0701234567",
        "10.20.30.40",
    ],
)
def test_what_looks_like_a_number_or_an_address_is_taken_out(text: str) -> None:
    shown = masked(text)
    assert MASK in shown
    assert "@" not in shown
    assert not re.search(r"\d{6}", shown.replace(" ", "").replace("-", "").replace(".", ""))


@pytest.mark.parametrize("text", ["apn iot.meter", "visited 262-01", "gateway pgw-sto-2", "HSS 12", "O-1204", "nms-se"])
def test_names_of_the_network_stay(text: str) -> None:
    assert masked(text) == text


@given(st.text(max_size=300))
def test_whatever_comes_it_is_one_plain_line_without_long_numbers(text: str) -> None:
    shown = masked(text)
    assert len(shown) <= 120
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert not re.search(r"[0-9]{6}", shown)


def test_customers_are_named_only_where_that_is_wanted() -> None:
    assert customer_name("Vattenkraft", shown=True) == "Vattenkraft"
    assert customer_name("Vattenkraft", shown=False) == ""
    assert customer_name("Eva Berg +46701234567", shown=True) == f"Eva Berg {MASK}"
