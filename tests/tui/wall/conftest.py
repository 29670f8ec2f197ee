"""The real wall on a hub in memory, with time owned by the test."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta, timezone

import pytest
from textual.pilot import Pilot

from tests.tui.fake_hub import NOW, FakeHub, curve, furnished
from tui.wall.app import WallApp

OpenedWall = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture
def hub() -> FakeHub:
    made = furnished()
    made.put("curve", *curve(5, 48), of="5/48")
    made.put("curve", *curve(1, 10), of="1/10")
    return made


@pytest.fixture
def opened(hub: FakeHub) -> OpenedWall:
    @asynccontextmanager
    async def open_wall(size: tuple[int, int] = (130, 40), **options: bool) -> AsyncIterator[Pilot[None]]:
        app = WallApp(hub, timezone(timedelta(hours=1), "CET"), wall_clock=lambda: NOW, **options)  # type: ignore[arg-type]
        async with app.run_test(size=size) as pilot:
            await painted(pilot)
            yield pilot

    return open_wall


def wall_of(pilot: Pilot[None]) -> WallApp:
    assert isinstance(pilot.app, WallApp)
    return pilot.app


async def painted(pilot: Pilot[None]) -> None:
    """Wait until what came has been shown."""
    app = wall_of(pilot)
    await pilot.pause()
    for _ in range(200):
        if not app._told:
            break
        await pilot.pause(0.01)
    app.show()
    await pilot.pause()
