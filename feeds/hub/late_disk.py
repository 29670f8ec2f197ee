"""A disk that takes nothing, full, read-only or failing: the hub says so, shows what it has, and goes on when it does.

So it is with one that gets full while the hub runs, and with a start on one. What a start writes down (what a crash
left of deliveries, a backup that was restored, the configuration's tables) comes before anything is sent to customers,
however late that is.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from feeds.hub.backups import settle_restored
from feeds.hub.core import Hub
from feeds.hub.readiness import Readiness
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
    _say_late(hub)
    while True:
        await asyncio.sleep(TRY_EVERY)
        if await hub.log.try_disk() and await settled(hub):
            break
    _say_back(hub)
    back()


async def watch_disk(hub: Hub, readiness: Readiness) -> None:
    """Say once that the disk takes nothing or that the log is damaged, ask the disk until it takes facts, say that.

    Feeds that come meanwhile are tried as ever; this is for the hub to which nobody comes. Until cancelled.
    """
    damage = hub.log.damage
    while True:
        with suppress(TimeoutError):  # whoever asks ``readiness`` does not wake this
            await asyncio.wait_for(hub.log_moved.wait(), TRY_EVERY)
        hub.log_moved.clear()
        if hub.log.damage != damage:
            damage = hub.log.damage
            hub.warn(str(damage), "log.damaged")
        if hub.degraded or not (hub.not_kept or hub.disk()):
            continue
        _say_late(hub)
        while True:
            await asyncio.sleep(TRY_EVERY)
            if hub.degraded or (await hub.log.try_disk() and not (await readiness.look()).why):
                break
        if not hub.degraded:
            _say_back(hub)


def _say_late(hub: Hub) -> None:
    hub.warn(
        f"{hub.not_kept or hub.disk() or 'The disk takes nothing.'} What is there is shown; what comes is told to come "
        "back later, and updates are not sent, until the disk takes writes again",
        "disk.late",
    )


def _say_back(hub: Hub) -> None:
    hub.journal.say("disk.back", "the disk takes writes again: the hub goes on", seq=hub.board.seq)
    hub.news.set()  # the watchers had nothing to write to
    hub.wake()
