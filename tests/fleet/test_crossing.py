"""Ranges across one another are found as a look at each pair finds them."""

from hypothesis import given
from hypothesis import strategies as st

from feeds.fleet.columns import Columns
from feeds.fleet.crossing import crossing
from feeds.model import SimRange

BASE = 894620000000000000


def columns(pairs: set[tuple[int, int]]) -> Columns:
    return Columns.from_ranges([SimRange(str(BASE + first), str(BASE + last), "c") for first, last in pairs])


@given(st.sets(st.tuples(st.integers(0, 30), st.integers(0, 12)).map(lambda one: (one[0], one[0] + one[1]))))
def test_as_many_are_found_as_by_looking_at_each_pair(pairs: set[tuple[int, int]]) -> None:
    across = {(first, last) for first, last in pairs for begin, end in pairs if begin < first <= end < last}
    count, texts = crossing(columns(pairs))
    assert count == len(across)
    assert len(texts) == min(count, 3)


def test_the_two_ranges_are_named() -> None:
    assert crossing(columns({(0, 20), (10, 30), (11, 12)})) == (
        1,
        ("8946 2000 0000 0000 00–20 and 8946 2000 0000 0000 10–30",),
    )
