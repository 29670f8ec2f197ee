"""The watcher of surges: it looks whether more cases come than is usual, at news and at a steady rhythm.

The rhythm is for what time alone decides: that a surge is over though no further case comes.
"""

import asyncio

from feeds.board.surge.surging import look
from feeds.hub.core import Hub
from feeds.hub.trouble import Trouble
from feeds.log import LogError

LOOK_EVERY = 2.0
"""Seconds between two looks while cases come; they are counted by the minute."""
LOOK_ANYWAY = 10.0
"""Seconds after which it looks though nothing came."""


async def watch_surges(hub: Hub) -> None:
    """Say that surges begin, grow and are over, until cancelled."""
    looked_at, waited, trouble = -1, LOOK_ANYWAY, Trouble(hub.warn)
    while True:
        cases = hub.board.counts.history.taken
        if cases != looked_at or waited >= LOOK_ANYWAY:
            looked_at, waited = cases, 0.0
            await _look(hub, trouble)
        await asyncio.sleep(LOOK_EVERY)
        waited += LOOK_EVERY


async def _look(hub: Hub, trouble: Trouble) -> None:
    async with hub.deciding:
        if hub.not_kept:
            return
        facts = look(hub.board, hub.now())
        if facts:
            try:
                await hub.append("vaken/surges", facts)
            except LogError as error:
                trouble.say(error, f"surges could not be written: {error}")
            else:
                trouble.over()
