"""A start on a disk that takes nothing, full or read-only: the hub shows what it has, and goes on when the disk does.

What a start writes down (what a crash left of deliveries, a backup that was restored, the configuration's tables) comes
before anything is sent to customers, however late that is.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from feeds.hub.backups import settle_restored
from feeds.hub.core import Hub
from feeds.log import LogBusy, LogFull

TRY_EVERY: Final = 2.0
"""Seconds between two tries."""


async def settled(hub: Hub) -> bool:
    """Write down what a start has to; return whether the disk took it. Raises feeds.log.LogError where it never will.

    May be called again: what is written already is not written again.
    """
    try:
        await hub.settle_left()
        await settle_restored(hub)
        await hub.state_settings()
    except (LogFull, LogBusy, OSError):
        return False
    return True


async def until_settled(hub: Hub, back: Callable[[], None]) -> None:
    """Try until the disk takes what a start has to write; ``back`` is called when it does."""
    hub.warn(
        f"{hub.not_kept or 'The disk takes nothing.'} What is there is shown; what comes is told to come back later, "
        "and updates are not sent, until the disk takes writes again",
        "disk.late",
    )
    while True:
        await asyncio.sleep(TRY_EVERY)
        if await hub.log.open_again() and await settled(hub):
            break
    hub.journal.say("disk.back", "the disk takes writes again: the hub goes on", seq=hub.board.seq)
    back()
    hub.news.set()  # the watchers had nothing to write to
