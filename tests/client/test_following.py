"""Views without a connection: what is asked for, and how often."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from feeds.client.following import Following
from feeds.client.link import Pace
from feeds.client.wire import Open

DELAY = 0.02


async def after(seconds: float) -> None:
    """Wait for the event loop to have run every timer that is due within ``seconds``."""
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, passed.set)
    await passed.wait()


async def test_a_view_in_trouble_is_asked_for_once_however_many_frames_were_bad() -> None:
    asked: list[str] = []
    pace = Pace(first_delay=DELAY, last_delay=DELAY)

    def wake() -> None:
        asked.extend(following.to_send())

    following = Following(lambda: datetime.now(UTC), pace, lambda _notice: None, wake)
    handle = following.open(Open("feeds", 1, (0, 60)))
    assert len(asked) == 1
    for _ in range(50):
        following.missed(handle.id, "garbage")
    await after(2 * DELAY)
    assert len(asked) == 2
    following.missed(None, "garbage")
    await after(2 * DELAY)
    assert len(asked) == 3, "the next trouble is mended too"


async def test_a_view_that_was_closed_meanwhile_is_not_asked_for() -> None:
    asked: list[str] = []
    pace = Pace(first_delay=DELAY, last_delay=DELAY)
    following = Following(
        lambda: datetime.now(UTC), pace, lambda _notice: None, lambda: asked.extend(following.to_send())
    )
    handle = following.open(Open("feeds", 1, (0, 60)))
    following.missed(handle.id, "garbage")
    handle.close()
    await after(2 * DELAY)
    assert asked == ['{"open":"feeds","id":1,"window":[0,60]}', '{"close":1}']
