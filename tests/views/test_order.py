"""Slots in an order are those that sorting them all would give, whoever comes and goes."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from feeds.views import order as order_module
from feeds.views.order import Order

SLOTS = st.integers(0, 60)


class OrderAgainstASortedList(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.held = set(range(11))
        self.name = {slot: slot for slot in range(61)}
        """What each slot is called: it stays when slots are numbered anew."""
        self.order = Order(np.array(self.sorted(), np.int32), self.place)

    def place(self, slot: int) -> tuple[int, int]:
        return self.name[slot] % 7, self.name[slot]

    def sorted(self) -> list[int]:
        return sorted(self.held, key=self.place)

    @rule(slot=SLOTS)
    def add(self, slot: int) -> None:
        if slot not in self.held and slot in self.name:
            self.held.add(slot)
            self.order.add(slot)

    @rule(slot=SLOTS)
    def discard(self, slot: int) -> None:
        self.order.discard(slot)
        self.held.discard(slot)

    @rule(first=st.integers(0, 40), count=st.integers(0, 40))
    def cut(self, first: int, count: int) -> None:
        assert self.order.cut(first, count) == self.sorted()[first : first + count]

    @rule(gone=st.sets(SLOTS, max_size=9), turned=st.booleans())
    def renumber(self, gone: set[int], turned: bool) -> None:
        kept = [slot for slot in sorted(self.name, reverse=turned) if slot not in gone or slot not in self.held]
        new = np.full(61, -1, np.int32)
        new[kept] = np.arange(len(kept))
        self.held = {int(new[slot]) for slot in self.held if new[slot] >= 0}
        self.name = {int(new[slot]): self.name[slot] for slot in kept}
        self.order.renumber(new)

    @invariant()
    def it_is_that_of_a_sorted_list(self) -> None:
        assert self.order.slots().tolist() == self.sorted()
        assert len(self.order) == len(self.held)


def test_an_order_is_that_of_a_sorted_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_module, "BLOCK", 3)
    case = OrderAgainstASortedList.TestCase
    case.settings = settings(max_examples=60, stateful_step_count=30)
    case("runTest").runTest()


def test_an_order_that_nobody_changes_compares_nothing() -> None:
    def place(slot: int) -> int:
        raise AssertionError(slot)

    order = Order(np.array([3, 1, 2], np.int32), place)
    order.discard(1)
    assert (order.cut(0, 9), len(order)) == ([3, 2], 2)
