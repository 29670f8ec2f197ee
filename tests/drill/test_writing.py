"""How people write SIMs, read back by the product's own reader."""

import random
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.drill.scenario import Way
from feeds.drill.writing import with_check_digit, write_sims
from feeds.model import SimRange

WAYS: tuple[Way, ...] = get_args(Way)


def owned(first: int, count: int, width: int) -> SimRange:
    prefix = "89462000" if width == 18 else "89470033"
    digits = width - len(prefix)
    return SimRange(f"{prefix}{first:0{digits}d}", f"{prefix}{first + count - 1:0{digits}d}", "C1")


@given(
    seed=st.integers(),
    way=st.sampled_from(WAYS),
    first=st.integers(10**9 // 10, 10**9),
    count=st.integers(1, 5_000),
    width=st.sampled_from([18, 19]),
    language=st.sampled_from(["en", "sv", "de", "fi"]),
)
def test_what_is_written_lies_within_the_range_that_it_is_about(
    seed: int, way: Way, first: int, count: int, width: int, language: str
) -> None:
    about = owned(first, count, width)
    written = write_sims(random.Random(seed), way, about, language)
    assert bool(written.text) == bool(written.spans) == (way != "none")
    for span in written.spans:
        assert len(span.first) == len(span.last) == width
        assert int(about.first) <= int(span.first) <= int(span.last) <= int(about.last)


@pytest.mark.parametrize(
    ("way", "looks"),
    [
        ("full", r"^\d{19}$"),
        ("spaced", r"^(\d{4} ){4}\d{3}$"),
        ("body", r"^\d{18}$"),
        ("padded", r"^\d{19}F$"),
        ("list", r"^\d{19}(\n\d{19})+$"),
        ("from-to", r"^(från \d{19} till|\d{19} t\.o\.m\.) \d{19}$"),
        ("dash", r"^\d{19} - \d{19}$"),
        ("short", r"^\d{18}-\d{4}$"),
        ("prefix", r"^\d{14,17}\*$"),
        ("count", r"^\d{19} \+ \d+$"),
        ("column", r"^ICCID;status(\n\d{19};offline)+$"),
        ("none", r"^$"),
    ],
)
def test_each_way_looks_as_people_write_it(way: Way, looks: str) -> None:
    text = write_sims(random.Random(1), way, owned(1_000_000, 9_000, 18), "sv").text
    assert re.search(looks, text), text


def test_the_check_digit_is_the_one_of_the_standard() -> None:
    assert with_check_digit("7992739871") == "79927398713"
