"""The real app on a hub in memory, with a frozen clock."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta, timezone

import pytest
from textual.pilot import Pilot

from tests.tui.fake_hub import NOW, FakeHub, furnished
from tui.app import VakenApp
from tui.preferences import Preferences

Opened = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
"""Opens the app on a hub at a size; gives its pilot."""


@pytest.fixture
def hub() -> FakeHub:
    return furnished()


@pytest.fixture
def opened(hub: FakeHub) -> Opened:
    @asynccontextmanager
    async def open_app(
        size: tuple[int, int] = (100, 30), other: FakeHub | None = None, preferences: Preferences | None = None
    ) -> AsyncIterator[Pilot[None]]:
        zone = timezone(timedelta(hours=1), "CET")
        app = VakenApp(other or hub, zone=zone, wall_clock=lambda: NOW, preferences=preferences)
        async with app.run_test(size=size, notifications=True) as pilot:
            await settle(pilot)
            yield pilot

    return open_app


async def settle(pilot: Pilot[None]) -> None:
    """Wait until what came has been shown: as long as changes wait for their frame, and no longer."""
    await pilot.pause()
    app = pilot.app
    assert isinstance(app, VakenApp)
    for _ in range(200):
        if not app._told and app.key_turns.at_rest:
            break
        await pilot.pause(0.01)
    if app._rest is not None:  # the frame is not waited for: a key would have it painted at once as well
        app._rest.cancel()
        app._be_ready()
    await pilot.pause()
