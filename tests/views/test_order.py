"""Rows in blocks are in the order that sorting them all would give."""

from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from feeds.model import OutageRow, OutageState, Row
from feeds.views import order as order_module
from feeds.views.order import Lot, Order

AT = datetime(2026, 2, 3, tzinfo=UTC)


def row(number: int) -> OutageRow:
    return OutageRow(key=f"k{number}", state=OutageState.SUSPECTED, urgency=number % 7, suspected=AT)


def place(one: Row) -> tuple[int, str]:
    assert isinstance(one, OutageRow)
    return one.urgency, one.key


class OrderAgainstASortedList(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.held = {f"k{n}": row(n) for n in range(11)}
        rows: list[Row] = sorted(self.held.values(), key=place)
        lot = Lot([one.key for one in rows], rows, [f"says {one.key}" for one in rows])
        self.order = Order(lot, place, self.held.get, lambda one: f"says {one.key}")

    @rule(number=st.integers(0, 60))
    def add(self, number: int) -> None:
        if f"k{number}" not in self.held:
            self.held[f"k{number}"] = row(number)
            self.order.add(self.held[f"k{number}"])

    @rule(number=st.integers(0, 60))
    def discard(self, number: int) -> None:
        self.order.discard(f"k{number}")
        self.held.pop(f"k{number}", None)

    @rule(first=st.integers(0, 40), count=st.integers(0, 40))
    def cut(self, first: int, count: int) -> None:
        whole = [one.key for one in sorted(self.held.values(), key=place)]
        assert self.order.cut(first, count) == whole[first : first + count]

    @invariant()
    def all_columns_are_in_order(self) -> None:
        rows = sorted(self.held.values(), key=place)
        lot = self.order.lot(texts=True)
        assert (lot.rows, lot.keys) == (rows, [one.key for one in rows])
        assert lot.texts == [f"says {one.key}" for one in rows]
        assert len(self.order) == len(rows)


@pytest.mark.parametrize("held", [0, 1_000])
def test_an_order_is_that_of_a_sorted_list_whether_rows_are_held_or_made(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_module, "BLOCK", 3)
    monkeypatch.setattr(order_module, "ROWS_HELD", held)
    case = OrderAgainstASortedList.TestCase
    case.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
    case("runTest").runTest()
