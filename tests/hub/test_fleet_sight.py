"""What the hub makes of an inventory beforehand: at once of a small one, on a thread of a large one."""

import asyncio
from datetime import UTC, datetime

import pytest

from feeds.board import Board, Touched
from feeds.facts import Entry, RangesStated
from feeds.hub import fleet_sight
from feeds.hub.fleet_sight import FleetSight
from feeds.model import SimRange
from feeds.views.fleet_line import is_made

AT = datetime(2026, 2, 3, tzinfo=UTC)
WRITTEN = "8946200020000000000 and batch B-2024-17"


def stated(board: Board, first: str, last: str, batch: str) -> None:
    item = SimRange(first=first, last=last, customer="c", attributes={"batch": batch})
    board.apply([Entry(board.seq + 1, AT, "jl", RangesStated((item,)))], Touched())


def test_a_small_inventory_is_known_at_once() -> None:
    board = Board()
    sight = FleetSight(board)
    stated(board, "8946200020000000000", "8946200020000000009", "B-2024-17")
    assert sight.ready
    found = sight.reader().read(WRITTEN)
    assert [span.first for span in found.spans] == ["8946200020000000000"]
    assert found.count == 10


async def test_a_large_inventory_is_made_on_a_thread_and_its_lengths_count_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fleet_sight, "AT_ONCE", 0)
    board = Board()
    sight = FleetSight(board)
    sight.look()
    stated(board, "8946200020000000000", "8946200020000000009", "B-2024-17")
    fleet = board.inventory.standing
    assert not sight.ready
    found = sight.reader().read(WRITTEN)
    assert (found.spans[0].first, found.count) == ("8946200020000000000", 1), "19 digits are a body here"
    running = asyncio.create_task(sight.run())
    async with asyncio.timeout(30):
        while not is_made(fleet):  # noqa: ASYNC110 - it is made on another thread
            await asyncio.sleep(0.01)
    assert sight.ready
    assert sight.reader().read(WRITTEN).count == 10
    stated(board, "894620003000000000", "894620003000000009", "B-3")
    assert not sight.ready
    assert sight.reader().read(WRITTEN).count == 10, "the names of before, while those of now are put in order"
    running.cancel()
    await asyncio.wait({running})
