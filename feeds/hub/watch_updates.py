"""The watcher of updates: it lets those begin whose hold is over, lets the rest follow a canary that is well, and
pauses what a person has to look at. What follows from what is decided in ``feeds.board.update.procedure``.
"""

import asyncio

from feeds.board.update.procedure import Changes, next_steps
from feeds.hub.core import Hub
from feeds.hub.trouble import Trouble
from feeds.log import LogError

LOOK_EVERY = 0.25
"""Seconds between two looks while an update is under way; without one a look costs nothing."""


async def watch_updates(hub: Hub) -> None:
    """Take the next steps of the procedure, until cancelled."""
    changes, trouble = Changes(), Trouble(hub.warn)
    while True:
        if hub.board.updates.under_way and not hub.not_kept:
            async with hub.deciding:
                steps = next_steps(hub.board, hub.now(), hub.settings.updates.scope_change, changes)
                if steps:
                    try:
                        await hub.append("vaken/courier", steps)
                    except LogError as error:
                        trouble.say(error, f"updates could not be taken further: {error}")
                    else:
                        trouble.over()
        await asyncio.sleep(LOOK_EVERY)
