"""Lengths learned from columns of numbers are those learned from each body."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.fleet.lengths import learned, stems_of
from feeds.simspace import LengthProfile
from tests.extent import examples

# Bodies of few different digits: many begin alike and differ in length.
bodies = st.lists(
    st.tuples(st.integers(5, 19), st.text("01", min_size=17, max_size=17)).map(
        lambda drawn: f"89{drawn[1]}"[: drawn[0]]
    ),
    max_size=14,
)


@given(bodies, st.integers(0, 14))
@settings(max_examples=examples(400))
def test_the_profile_is_that_of_all_bodies_however_they_are_parted(found: list[str], cut: int) -> None:
    numbers = np.array([int(body) for body in found], dtype=np.int64)
    assert learned([stems_of(numbers[:cut]), stems_of(numbers[cut:])]) == LengthProfile.learned(found)


def test_issuers_with_one_length_are_learned_by_seven_digits_and_others_by_more() -> None:
    numbers = np.array([894620000000000001, 894620000000000002, 8947000100000000, 894700020000000000], dtype=np.int64)
    assert learned([stems_of(numbers)]).lengths == {"8946200": 18, "894700010": 16, "894700020": 18}
    assert learned([]) == LengthProfile()
