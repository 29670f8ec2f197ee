"""How a width is shared out among columns."""

from hypothesis import given
from hypothesis import strategies as st

from widgets.columns import Bit, Column, bits, place

SHAPE = st.tuples(st.integers(0, 12), st.integers(1, 4), st.integers(1, 12), st.integers(1, 9))


def column(key: str, **fields: int) -> Column:
    return Column(key, key, lambda row, now: key, **fields)  # type: ignore[arg-type]


def test_the_least_important_columns_go_first_when_it_is_narrow() -> None:
    columns = [column("a", width=10, priority=9), column("b", width=10, priority=1), column("c", width=10, priority=5)]
    assert [p.column.key for p in place(columns, 40)] == ["a", "b", "c"]
    assert [p.column.key for p in place(columns, 30)] == ["a", "c"]
    assert [p.column.key for p in place(columns, 15)] == ["a"]


def test_what_is_left_goes_to_the_columns_by_weight_up_to_their_most() -> None:
    placed = place([column("a", weight=1, least=5), column("b", weight=3, least=5, most=8)], 40, gutter=2, gap=2)
    assert [p.width for p in placed] == [28, 8]


@given(
    st.lists(SHAPE, min_size=1, max_size=9),
    st.integers(8, 200),
)
def test_columns_never_overlap_and_never_pass_the_edge(shapes: list[tuple[int, int, int, int]], width: int) -> None:
    columns = [
        column(str(n), width=fixed, weight=weight, least=least, priority=priority)
        for n, (fixed, weight, least, priority) in enumerate(shapes)
    ]
    x = 0
    for placed in place(columns, width):
        assert placed.x >= x
        assert placed.width >= 1
        x = placed.x + placed.width
    assert x <= width


def test_a_cell_is_a_text_a_piece_or_pieces() -> None:
    assert bits("x") == (Bit("x"),)
    assert bits(Bit("x", "dim")) == (Bit("x", "dim"),)
    assert bits((Bit("x"), Bit("y"))) == (Bit("x"), Bit("y"))
