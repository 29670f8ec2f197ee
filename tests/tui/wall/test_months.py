"""A wall that runs for months: a week of updates, turns, shifts, lost hubs and restarts leaves nothing behind."""

import gc
import sys
from datetime import timedelta

import pytest

from feeds.client import Link, LinkState
from feeds.model import FeedRow
from tests.tui.fake_hub import NOW, FakeHub, curve, outage, quiet_outage
from tests.tui.wall.conftest import OpenedWall, painted, wall_of

SHORT, LONG = 850, 10_080
"""Steps of the week; each brings several updates, and most of them another page."""
WARM = 550
"""Steps after which Textual's own caches are nearly full."""
WEEK = timedelta(days=7)


@pytest.mark.parametrize("steps", [SHORT, pytest.param(LONG, marks=pytest.mark.soak)])
async def test_a_week_on_the_wall_takes_no_more_memory_once_it_is_warm(
    opened: OpenedWall, hub: FakeHub, steps: int
) -> None:
    blocks = objects = 0
    async with opened((80, 24)) as pilot:
        wall = wall_of(pilot)
        for step in range(steps):
            _live_on(hub, step, steps)
            wall.tick()
            if step % 25 == 0:
                await painted(pilot)
            if step == WARM:
                blocks, objects = _memory()
        await painted(pilot)
        more_blocks, more_objects = (now - then for now, then in zip(_memory(), (blocks, objects), strict=True))
        assert wall.beat >= steps
        assert wall.is_running
    assert len(hub.views) == 6, "views are opened once"
    # Whatever a step left behind would be many blocks.
    assert more_blocks < 4 * (steps - WARM), f"{more_blocks} more blocks of memory"
    assert more_objects < steps - WARM, f"{more_objects} more objects"


def _live_on(hub: FakeHub, step: int, steps: int) -> None:
    """Let the hub's world go on: outages come and go, numbers change, the hub is lost and restarted now and then."""
    hub.time = NOW + WEEK * step / steps
    hub.put(
        "outages",
        outage(sims=40_000 + step % 997, cases=step % 90, next_word=hub.time + timedelta(minutes=step % 40 - 20)),
    )
    hub.put(
        "feeds",
        FeedRow(key="zammad", kind="cases", heard=hub.time - timedelta(seconds=step % 400), per_minute=step % 9),
    )
    if step % 7 == 0:
        hub.put("outages", *(quiet_outage(f"O-{200 + step + n}", urgency=step % 60) for n in range(6)))
    if step % 7 == 6:
        hub.drop("outages", *(f"O-{200 + step - 6 + n}" for n in range(6)))
    if step % 20 == 0:
        hub.put("curve", *curve(5, 48, surge=step % 30), of="5/48")
    if step % 50 == 0:
        lost = step % 100 == 0
        hub.set_link(
            Link(LinkState.LOST if lost else LinkState.LIVE, since=NOW, heard=NOW, instance=str(step), why="x" * 50)
        )


def _memory() -> tuple[int, int]:
    """Return how many blocks of memory Python holds, and how many objects it looks after."""
    gc.collect()
    return sys.getallocatedblocks(), len(gc.get_objects())
