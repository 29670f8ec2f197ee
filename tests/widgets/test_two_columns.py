"""Where text is cut into two columns."""

from hypothesis import given
from hypothesis import strategies as st

from widgets.two_columns import best_cut


@given(st.lists(st.integers(1, 50), max_size=12))
def test_no_other_cut_makes_the_higher_column_lower(heights: list[int]) -> None:
    def higher(at: int) -> int:
        return max(sum(heights[:at]), sum(heights[at:]))

    cut = best_cut(heights)
    assert min(len(heights), 1) <= cut <= len(heights)
    assert higher(cut) == min(higher(at) for at in range(len(heights) + 1))


def test_columns_are_about_as_high_as_each_other() -> None:
    assert best_cut([1] * 10) == 5
    assert best_cut([9, 1, 1]) == 1
    assert best_cut([]) == 0
