"""Commands that hold a text about SIMs: ask what it speaks of, make a group of it. SIM space does the reading."""

import asyncio
from itertools import count
from typing import Final

import msgspec

from feeds.facts import Fact, OutageSuspected
from feeds.hub.commands.refused import Refused, listed
from feeds.hub.core import Hub
from feeds.model import AskSims, SimsRead, Suspect
from feeds.views.echo import READ_AT_ONCE, Echo, echo_of, sims_read, strangers

ON_LOOP_CHARACTERS: Final = 4_000
"""A longer text is read on a thread: one full of numbers takes longer than the event loop may be busy."""
RANGES_AT_ONCE: Final = 10_000
"""Separate ranges of one outage by a person, and of one answer."""


class SimsCommands:
    """Reads what people write about SIMs."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def ask(self, command: AskSims) -> bytes:
        """Return what the text speaks of, as ``SimsRead``."""
        return msgspec.json.encode(self._known(await self._read(command.text)))

    async def suspect(self, command: Suspect) -> tuple[list[Fact], bytes]:
        """Make a suspected outage of the SIMs that the text speaks of; the answer names it."""
        board = self._hub.board
        echo = await self._read(command.sims)
        found = self._known(echo)
        if not found.ranges:
            raise Refused(_why_nothing(found))
        unknown = strangers(board, echo)
        if unknown:
            raise Refused(f"not in the inventory: {listed(unknown)}; a group is made of SIMs that it knows")
        twin = next((one.id for one in board.outages.live() if one.ranges == found.ranges), None)
        if twin is not None:
            raise Refused(f"{twin} is exactly these SIMs already")
        known = board.outages.outages
        outage = next(name for n in count(board.outages.suspected + 1) if (name := f"O-{n}") not in known)
        fact = OutageSuspected(outage=outage, ranges=found.ranges, reason=command.why, title=command.title)
        return [fact], msgspec.json.encode({"outage": outage})

    async def _read(self, text: str) -> Echo:
        reader = self._hub.reader()

        def read() -> Echo:
            return echo_of(reader.read(text, READ_AT_ONCE))

        return read() if len(text) <= ON_LOOP_CHARACTERS else await asyncio.to_thread(read)

    def _known(self, echo: Echo) -> SimsRead:
        found = sims_read(self._hub.board, echo)
        if len(found.ranges) > RANGES_AT_ONCE:
            raise Refused(
                f"these are SIMs in {len(found.ranges):,} separate ranges; no more than {RANGES_AT_ONCE:,} at once"
            )
        return found


def _why_nothing(found: SimsRead) -> str:
    """Return why no SIM is known of a text: what was doubtful, or that nothing in it looks like a SIM."""
    doubts = [f"{piece.text}: {piece.warning}" for piece in found.pieces if piece.warning]
    if doubts:
        return f"no SIM could be read: {listed(doubts)}"
    return "no SIM could be read: write ICCIDs, ranges (from–to), prefixes with *, or a batch name"
