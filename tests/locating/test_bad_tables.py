"""Tables that cannot be right are refused with the field and the row; those that say nothing are unexplained."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.locating import MOST_ATTRIBUTES, NotLocatable, Numbered, locate, locate_change
from tests.extent import examples

APN = {"apn": ["x", "y", "z"]}
TOTAL = np.array([9.0, 9, 9])


@pytest.mark.parametrize(
    ("affected", "field", "row", "why"),
    [
        ([1.0, -2, 3], "affected", 1, "negative"),
        ([1.0, 2, np.nan], "affected", 2, "not a number"),
        ([np.inf, 2, 3], "affected", 0, "not a number"),
        ([1.0, 2, 10], "affected", 2, "more than the total of 9"),
        ([1.0, 2], "affected", None, "2 rows where total has 3"),
    ],
)
def test_impossible_counts_are_refused_by_field_and_row(
    affected: list[float], field: str, row: int | None, why: str
) -> None:
    with pytest.raises(NotLocatable, match=why) as refused:
        locate(APN, np.array(affected), TOTAL)
    assert (refused.value.field, refused.value.row) == (field, row)


def test_more_real_than_predicted_is_no_error() -> None:
    assert locate_change(APN, np.array([1.0, 2, 90]), TOTAL).affected == 96


def test_a_table_without_attributes_or_with_very_many_is_refused() -> None:
    with pytest.raises(NotLocatable, match="no attribute"):
        locate({}, TOTAL, TOTAL)
    many = {str(number): ["x", "y", "z"] for number in range(MOST_ATTRIBUTES + 1)}
    with pytest.raises(NotLocatable, match="at most 64"):
        locate(many, TOTAL, TOTAL)


def test_a_column_of_another_length_is_refused_by_name() -> None:
    with pytest.raises(NotLocatable, match="rat: has 2 rows"):
        locate({**APN, "rat": ["4g", "4g"]}, TOTAL, TOTAL)


def test_a_number_without_a_value_is_refused() -> None:
    with pytest.raises(NotLocatable, match="apn: a number stands for no value"):
        locate({"apn": Numbered(["x"], np.array([0, 1, 0]))}, TOTAL, TOTAL)


@pytest.mark.parametrize(
    ("affected", "total"),
    [([0.0, 0, 0], [9.0, 9, 9]), ([9.0, 9, 9], [9.0, 9, 9]), ([0.0, 0, 0], [0.0, 0, 0]), ([5.0, 0, 0], [9.0, 0, 0])],
)
def test_nobody_everybody_and_one_row_with_members_are_unexplained(affected: list[float], total: list[float]) -> None:
    found = locate(APN, np.array(affected), np.array(total))
    assert (found.verdict, found.causes, found.candidates) == ("unexplained", (), ())


rows = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from("xy"), st.integers(0, 50), st.sampled_from([0, 0, 1, 3, 1e6, 1e14])
    ),
    min_size=1,
    max_size=40,
)


@given(rows)
@settings(max_examples=examples(150))
def test_any_table_of_counts_gives_an_answer_that_agrees_with_itself(
    table: list[tuple[str, str, int, float]],
) -> None:
    attributes = {"one": [row[0] for row in table], "two": [row[1] for row in table]}
    affected = np.array([float(row[2]) for row in table])
    found = locate(attributes, affected, affected + [row[3] for row in table])
    assert (found.verdict == "explained") == bool(found.causes)
    assert found.candidates[: len(found.causes)] == found.causes
    assert len({one.where for one in found.candidates}) == len(found.candidates)
    for one in found.candidates:
        assert 0 <= one.affected <= one.total
        assert one.affected + one.outside == pytest.approx(found.affected)
        assert np.isfinite([one.coverage, one.lift]).all()


@given(rows)
@settings(max_examples=examples(150))
def test_any_table_of_values_gives_an_answer_that_agrees_with_itself(
    table: list[tuple[str, str, int, float]],
) -> None:
    attributes = {"one": [row[0] for row in table], "two": [row[1] for row in table]}
    found = locate_change(attributes, np.array([float(row[2]) for row in table]), np.array([row[3] for row in table]))
    assert (found.verdict == "explained") == bool(found.causes)
    assert found.candidates[: len(found.causes)] == found.causes
    for one in found.candidates:
        assert np.isfinite([one.coverage, one.lift]).all()
