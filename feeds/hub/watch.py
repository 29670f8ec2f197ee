"""The watchers: they look at the board and append what they decide as facts."""

import asyncio
from collections.abc import Callable
from typing import Final

from feeds.board.suspicion.grouping import NEW_AT_ONCE, propose
from feeds.facts import Fact
from feeds.hub.core import Hub
from feeds.hub.trouble import Trouble
from feeds.log import LogError

LOOK_EVERY: Final = 0.25
"""Seconds between two looks at a board that moves."""
UNREST: Final = 240
"""Looks in a row that decided something, a minute of them. Evidence moves on, but it does not turn round and round."""
SLOW_EVERY: Final = 5.0
"""Seconds between two looks from then on, until one finds nothing to decide."""


class LookPace:
    """How soon the next look comes: rules that do not agree with each other must not fill the log in a night."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._deciding = 0

    def after(self, decided: int) -> float:
        """Return the seconds to wait after a look that decided so many facts."""
        if decided >= NEW_AT_ONCE:
            return 0.0  # what was left for the next look does not wait; others have their turn all the same
        self._deciding = self._deciding + 1 if decided else 0
        if self._deciding < UNREST:
            return LOOK_EVERY
        if self._deciding == UNREST:
            self._warn(f"grouping does not come to rest; it looks every {SLOW_EVERY:g} s until it does")
        return SLOW_EVERY


async def watch_groups(hub: Hub) -> None:
    """Suspect, widen, merge and withdraw outages as the evidence moves, until cancelled."""
    pace, trouble = LookPace(hub.warn), Trouble(hub.warn)
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
                        trouble.over()
                    except LogError as error:
                        trouble.say(error, f"grouping could not write: {error}")
                        facts = []
        await asyncio.sleep(pace.after(len(facts)))
