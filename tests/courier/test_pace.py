"""How waiting times grow, and the gate in front of a mail server."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from feeds.courier.pace import Backoff, Flow, Gate, Steps, Traffic


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


def test_steps_are_taken_in_order_and_then_it_is_enough() -> None:
    steps = Steps((5.0, 300.0))
    assert 5.0 <= steps.delay(1) <= 6.0
    assert 300.0 <= steps.delay(2) <= 360.0
    assert [steps.is_over(tries) for tries in (1, 2, 3)] == [False, False, True]


@given(st.lists(st.sampled_from(["well", "badly"]), max_size=60))
def test_what_may_be_on_its_way_to_one_place_stays_within_its_bounds(results: list[str]) -> None:
    async def play() -> None:
        flow = Flow(Traffic(first_at_once=2, most_at_once=8))
        for number, result in enumerate(results):
            assert flow.enter(number, "a.example") == 0.0
            before = flow.limit("a.example")
            flow.went(number, well=result == "well")
            after = flow.limit("a.example")
            assert 1 <= after <= 8
            assert after == (min(8, before + 1) if result == "well" else max(1, before // 2))
            assert flow.leave(number) == "a.example"

    asyncio.run(play())


async def test_a_place_that_is_full_says_when_to_ask_again() -> None:
    flow = Flow(Traffic(first_at_once=2, most_at_once=2, destination_rate=0.0))
    assert [flow.enter(number, "a.example") for number in range(3)] == [0.0, 0.0, float("inf")]
    assert flow.enter(3, "b.example") == 0.0
    assert flow.leave(0) == "a.example"
    assert flow.leave(0) is None
    assert flow.enter(2, "a.example") == 0.0


async def test_a_rate_of_one_place_says_how_long_to_wait_and_holds_up_no_other() -> None:
    flow = Flow(Traffic(destination_rate=0.1))
    assert flow.enter(0, "a.example") == 0.0
    assert 9.0 < flow.enter(1, "a.example") <= 10.0
    assert flow.enter(2, "b.example") == 0.0
