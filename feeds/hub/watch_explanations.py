"""The watcher that explains: it looks at live outages as evidence moves, and appends what is news.

The question is taken on the event loop, the answer is worked out on a thread, one after the other. Where the fleet is
large or outages are many a round takes long; then the next one waits in proportion, so that this never takes the
machine away from those who take facts in.
"""

import asyncio
from time import perf_counter

from feeds.board.explanation.explaining import AGAIN, Question, answer, news, question
from feeds.hub.core import Hub
from feeds.hub.trouble import Trouble
from feeds.log import LogError

LOOK_EVERY = 2.0
"""Seconds between two rounds over the outages of a board that moves."""
REST = 2.0
"""So many times as long as a round took, the next one waits at the least."""
AS_LONG_AS = 60.0
"""Seconds that a round waits at the most."""


class Explaining:
    """Explains the live outages of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._moved = asyncio.Event()
        self._trouble = Trouble(hub.warn)
        self._answered: dict[str, Question] = {}
        """The questions that were answered last, and whose answer was said or was no news."""

    async def run(self) -> None:
        """Explain as evidence moves, until cancelled."""
        self._hub.listeners.add(self._moved.set)
        self._moved.set()
        try:
            while True:
                await self._moved.wait()
                self._moved.clear()
                started = perf_counter()
                if not self._hub.not_kept:
                    await self.look()
                spent = perf_counter() - started
                await asyncio.sleep(min(max(LOOK_EVERY, spent * REST), AS_LONG_AS))
        finally:
            self._hub.listeners.discard(self._moved.set)

    async def look(self) -> None:
        """Look at each live outage once."""
        hub = self._hub
        live = [str(outage.id) for outage in hub.board.outages.live()]
        for gone in self._answered.keys() - set(live):
            del self._answered[gone]
        for outage in live:
            asked = question(hub.board, outage)
            known = self._answered.get(outage)
            if asked is None or (known is not None and asked.same_as(known)):
                continue
            found = await asyncio.to_thread(answer, asked)
            async with hub.deciding:
                facts = news(hub.board, outage, found, hub.now())
                if facts:
                    try:
                        await hub.append("vaken/explaining", facts)
                    except LogError as error:
                        self._trouble.say(error, f"explanations could not be written: {error}")
                        return
                    self._trouble.over()
            latest = hub.board.explanations.latest.get(outage)
            if not facts and latest is not None and hub.now() < latest.at + AGAIN:
                self._moved.set()  # it may be news that is too early: look again, also where nothing moves meanwhile
            else:
                self._answered[outage] = asked
