"""The watchers: they look at the board and append what they decide as facts."""

import asyncio

from feeds.board.suspicion.grouping import NEW_AT_ONCE, propose
from feeds.facts import Fact
from feeds.hub.core import Hub
from feeds.log import LogError

LOOK_EVERY = 0.25
"""Seconds between two looks at a board that moves."""


async def watch_groups(hub: Hub) -> None:
    """Suspect, widen, merge and withdraw outages as the evidence moves, until cancelled."""
    while True:
        await hub.news.wait()
        hub.news.clear()
        facts: list[Fact] = []
        async with hub.deciding:
            if not hub.not_kept:
                facts = propose(hub.board)
                if facts:
                    try:
                        await hub.append("vaken/grouping", facts)
                    except LogError as error:
                        hub.warn(f"grouping could not write: {error}")
        # What was left for the next look does not wait; others have their turn all the same.
        await asyncio.sleep(LOOK_EVERY if len(facts) < NEW_AT_ONCE else 0)
