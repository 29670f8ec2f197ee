"""What comes in one turn of the event loop goes to the intake together, by feed; each sender has its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from feeds.facts import AlarmReported
from feeds.hub.pressure.line import PIECE
from feeds.hub.pressure.turn import Brought, Turn
from feeds.model import AlarmEvent, Severity


class Door:
    """Notes what was taken together; ``calm`` is for the test to say."""

    def __init__(self) -> None:
        self.calm = True
        self.taken: list[list[str]] = []

    def take(self, bodies: Sequence[Brought]) -> None:
        self.taken.append([f"{body.by}:{len(body.facts)}" for body in bodies])


def body(count: int = 1, by: str = "", source: str = "nms") -> Brought:
    event = AlarmEvent(source=source, id="1", managed_object="pgw", severity=Severity.MAJOR)
    return Brought(by, [AlarmReported(event)] * count, 100, lambda _status, _body: None)


async def turn_of(door: Door, *bodies: Brought) -> list[list[str]]:
    turn = Turn(door, door.take)
    for one in bodies:
        turn.add(one)
    assert not door.taken, "not before the turn is over"
    await asyncio.sleep(0)
    return door.taken


async def test_bodies_of_one_feed_go_together_and_those_of_others_apart() -> None:
    many = (body(), body(2), body(by="a"), body(), body(by="b"), body(3, by="a"))
    assert await turn_of(Door(), *many) == [[":1", ":2", ":1"], ["a:1", "a:3"], ["b:1"]]


async def test_what_no_token_brings_is_told_apart_by_its_source() -> None:
    assert await turn_of(Door(), body(), body(2, source="other"), body(3)) == [[":1", ":3"], [":2"]]


async def test_no_more_go_together_than_the_log_takes_in_one_append() -> None:
    half = PIECE // 2
    found = await turn_of(Door(), body(half), body(half), body(1), body(PIECE + 5), body(1))
    assert found == [[f":{half}", f":{half}"], [":1"], [f":{PIECE + 5}"], [":1"]]


@pytest.mark.parametrize("bodies", [1, 3])
async def test_under_pressure_each_goes_by_itself_in_its_order(bodies: int) -> None:
    door = Door()
    door.calm = False
    assert await turn_of(door, *(body(number + 1) for number in range(bodies))) == [
        [f":{number + 1}"] for number in range(bodies)
    ]


async def test_the_next_turn_begins_anew() -> None:
    door = Door()
    turn = Turn(door, door.take)
    for _ in range(2):
        turn.add(body())
        await asyncio.sleep(0)
    assert door.taken == [[":1"], [":1"]]
