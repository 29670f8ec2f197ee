"""What the hub makes of each inventory before it is asked for: how texts are read, the number line of the fleet.

Of a large one that takes a second or two, so it is done on a thread. Meanwhile texts are read with the lengths of the
new inventory and the batch names of the one before, and ribbons show what they showed.
"""

import asyncio
from typing import Final

from feeds.board import Board
from feeds.fleet.fleet import Fleet
from feeds.simspace.reader import UNKNOWING, Reader
from feeds.views.fleet_line import is_made, line_of, reader_of

AT_ONCE: Final = 5_000
"""Ranges of a fleet of which all is made where it is asked for: 20 ms."""


class FleetSight:
    """Keeps up with the inventory of one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._changed = asyncio.Event()
        self._reader = UNKNOWING

    def changed(self) -> None:
        """Say that the inventory changed."""
        self._changed.set()

    def look(self) -> None:
        """Make here and now what texts need: at a start, nobody waits yet."""
        self._reader = reader_of(self._board.inventory.standing)
        self._changed.set()

    @property
    def ready(self) -> bool:
        """Whether pictures of the inventory of now cost little."""
        fleet = self._board.inventory.standing
        if len(fleet) <= AT_ONCE or is_made(fleet):
            return True
        self._changed.set()
        return False

    def reader(self) -> Reader:
        """Return how texts are read now. Any thread may use it."""
        fleet = self._board.inventory.standing
        if self.ready:
            self._reader = reader_of(fleet)
        elif self._reader.profile is not fleet.profile:
            self._reader = self._reader.with_profile(fleet.profile)
        return self._reader

    async def run(self) -> None:
        """Make what is needed of each large inventory, on a thread, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            fleet = self._board.inventory.standing
            if not is_made(fleet):
                await asyncio.to_thread(_make, fleet)


def _make(fleet: Fleet) -> None:
    reader_of(fleet)
    line_of(fleet)
