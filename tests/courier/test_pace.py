"""How waiting times grow, and the gate in front of a mail server."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from feeds.courier.pace import Backoff, Gate


@given(st.integers(1, 10_000))
def test_waiting_times_double_up_to_the_longest_and_keep_no_step(tries: int) -> None:
    exact = min(30.0, 0.5 * 2.0 ** min(tries - 1, 32))
    assert 0.8 * exact <= Backoff(0.5, 30.0).delay(tries) <= 1.2 * exact


async def test_the_gate_stays_closed_longer_with_each_trouble_until_something_went_well() -> None:
    gate = Gate(Backoff(0.01, 1000.0))
    assert gate.remaining == 0
    for _ in range(5):
        await gate.wait()
        gate.trouble("down")
    assert gate.remaining > 1.2 * 0.01, "the fifth time is longer than the first could be"
    await gate.wait()
    gate.good()
    gate.trouble("down")
    assert gate.remaining <= 1.2 * 0.01


async def test_connections_that_fail_together_are_one_trouble() -> None:
    gate = Gate(Backoff(100.0, 1000.0))
    for _ in range(10):
        gate.trouble("down")
    assert gate.remaining <= 1.2 * 100.0


async def test_who_waits_at_the_gate_is_let_through_only_when_it_is_open() -> None:
    gate = Gate(Backoff(0.02, 0.02))
    gate.trouble("down")
    async with asyncio.timeout(10):
        await gate.wait()
    assert gate.remaining == 0
