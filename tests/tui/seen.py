"""What a person sees on the screen, as text."""

import asyncio
from collections.abc import Callable

from textual.pilot import Pilot


def screen_text(pilot: Pilot[None]) -> str:
    """Return the lines of the screen that is on top, as they are painted."""
    update = pilot.app.screen._compositor.render_full_update(simplify=True)
    return "\n".join("".join(strip.text for strip in line) for line in update.strips)


def line_with(pilot: Pilot[None], text: str) -> str:
    """Return the first line that holds ``text``."""
    return next((line for line in screen_text(pilot).split("\n") if text in line), "")


async def until(pilot: Pilot[None], what: Callable[[], bool]) -> None:
    """Wait until ``what`` holds, within twenty seconds, for a machine that has much else to do."""
    async with asyncio.timeout(20):
        while not what():
            await pilot.pause(0.01)
