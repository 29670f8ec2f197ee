"""Whose turn it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from feeds.courier.ledger import Job
from feeds.courier.turns import Turns
from feeds.model import DeliveryState, UpdateId

if TYPE_CHECKING:
    from conftest import Desk

ONE, TWO = UpdateId("U-1"), UpdateId("U-2")
People = Callable[..., Any]


def turns_of(desk: Desk, free: Callable[[Job], bool] = lambda job: True, look: float = 0.0) -> Turns:
    turns = Turns(desk, free, look)
    turns.look()
    return turns


async def test_updates_take_turns_and_each_goes_through_its_audience_in_order(desk: Desk, people: People) -> None:
    await desk.approve(people(3), ONE)
    await desk.approve(people(2), TWO)
    turns = turns_of(desk)
    offered = [turns.next() for _ in range(6)]
    assert offered == [Job(ONE, 0), Job(TWO, 0), Job(ONE, 1), Job(TWO, 1), Job(ONE, 2), None]


async def test_what_is_put_off_is_not_offered_before_its_time_and_then_first(desk: Desk, people: People) -> None:
    await desk.approve(people(4), ONE)
    offered: list[Job | None] = []
    turns = turns_of(desk, free=lambda job: job not in offered)
    turns.put_off(Job(ONE, 0), 3600)
    turns.put_off(Job(ONE, 2), 0)
    for _ in range(4):
        offered.append(turns.next())
    assert offered == [Job(ONE, 2), Job(ONE, 1), Job(ONE, 3), None]
    turns.news()
    turns.look()
    assert turns.next() is None


async def test_what_somebody_has_in_hand_or_is_not_queued_is_not_offered(desk: Desk, people: People) -> None:
    await desk.approve(people(4), ONE)
    await desk.move(ONE, 1, DeliveryState.FAILED)
    turns = turns_of(desk, free=lambda job: job.place != 2)
    assert [turns.next() for _ in range(3)] == [Job(ONE, 0), Job(ONE, 3), None]


async def test_a_delivery_that_was_queued_again_behind_the_walk_is_found_by_the_next_one(
    desk: Desk, people: People
) -> None:
    await desk.approve(people(3), ONE)
    await desk.move(ONE, 0, DeliveryState.FAILED)
    turns = turns_of(desk)
    assert turns.next() == Job(ONE, 1)
    await desk.move(ONE, 0, DeliveryState.QUEUED)
    turns.news()
    turns.look()
    assert turns.next() == Job(ONE, 2), "a walk on its way goes on"
    assert turns.next() is None
    turns.look()
    assert turns.next() == Job(ONE, 0)


async def test_an_update_is_named_when_it_enters_and_when_it_comes_back(desk: Desk, people: People) -> None:
    await desk.approve(people(1), ONE)
    turns = Turns(desk, lambda job: True, 0.0)
    assert turns.look() == (ONE,)
    for word, entered in (("pause", ()), ("resume", (ONE,))):
        await desk.steer(ONE, word)
        turns.news()
        assert turns.look() == entered
    assert turns.look() == (), "without news there is nothing to look for"


async def test_resting_ends_with_news_and_when_something_is_due(desk: Desk, people: People) -> None:
    turns = turns_of(desk)
    async with asyncio.timeout(10):
        rest = asyncio.create_task(turns.rest())
        await asyncio.sleep(0)
        turns.news()
        await rest
        turns.look()
        turns.put_off(Job(ONE, 0), 0.01)
        await turns.rest()
