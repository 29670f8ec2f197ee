"""The feeds that were heard, and their rhythms, outlive the hub: ``rhythms.json`` in the data directory, written now
and then and at the end. A feed that fell silent before the hub was stopped is still missed after it.

Not in the log: what a hub hears is its own, another hub on the same log hears other feeds; it decides nothing by itself
(that a feed is silent is a fact), and whoever loses the file loses what is learnt anew within hours: which feeds there
are says the board as well. So a file that cannot be read or written keeps nobody from anything, and is told.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, structs

from feeds.hub.access.identity import AccessError
from feeds.hub.access.token_file import write_private
from feeds.hub.heard import FEEDS_KEPT, FeedLearnt, FeedsHeard
from feeds.hub.trouble import Trouble
from feeds.model.text import Name

FILE: Final = "rhythms.json"
EVERY: Final = 60.0
"""Seconds between two writes: a hub that is killed forgets at most what it heard in so long."""
LOOK_EVERY: Final = 2.0
FORGOTTEN_AFTER: Final = timedelta(days=14)
"""A feed that was not heard for so long is gone for good: a start forgets it, whoever knows of it."""
MOST_BYTES: Final = 4 * 1024 * 1024
"""A thousand feeds, each with all of its steps, take less than half of it."""


class _Kept(Struct, frozen=True):
    """The whole file."""

    feeds: dict[Name, FeedLearnt] = {}


class RhythmsKept:
    """Keeps what ``heard`` learns, in one data directory."""

    def __init__(self, directory: Path, heard: FeedsHeard, warn: Callable[[str], None]) -> None:
        self._path = directory / FILE
        self._heard = heard
        self._warn = warn
        self._written: dict[str, FeedLearnt] = {}
        self._trouble = Trouble(warn)

    def read(self, now: datetime, board: Mapping[str, tuple[str, datetime]] | None = None) -> None:
        """Let ``heard`` go on from what was kept; ``now`` tells what is long forgotten. Blocks on the disk.

        ``board``: the feeds that the board knows of, with their kind and when they were heard at the latest.
        """
        self._heard.remember(_known(self._read(), now))
        self._written = self._heard.learnt()
        self._heard.remember(_known({name: FeedLearnt(*one) for name, one in (board or {}).items()}, now))

    def _read(self) -> dict[str, FeedLearnt]:
        try:
            with self._path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._warn(f"{self._path}: cannot be read: {error.strerror}; the rhythms of feeds are learnt anew")
            return {}
        try:
            if len(data) > MOST_BYTES:
                raise ValueError(f"it is larger than {MOST_BYTES:,} bytes")
            return dict(msgspec.json.decode(data, type=_Kept).feeds)
        except (ValueError, RecursionError) as error:  # those of msgspec are ValueErrors
            self._warn(f"{self._path}: is not used: {error}; the rhythms of feeds are learnt anew")
            return {}

    async def run(self) -> None:
        """Write what changed, until cancelled."""
        loop = asyncio.get_running_loop()
        wrote = -EVERY
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if loop.time() - wrote >= EVERY and await self.write():
                wrote = loop.time()

    async def write(self) -> bool:
        """Write what is known, where that is news; return whether it was."""
        learnt = self._heard.learnt()
        if learnt == self._written:
            return False
        try:
            await asyncio.to_thread(self._put, learnt)
        except AccessError as error:
            self._trouble.say(error, f"{error}; the rhythms of feeds do not outlive this hub until it can")
            return True
        self._written = learnt
        self._trouble.over()
        return True

    def _put(self, learnt: dict[str, FeedLearnt]) -> None:
        write_private(self._path, msgspec.json.encode(_Kept(learnt)) + b"\n")


def _known(feeds: Mapping[str, FeedLearnt], now: datetime) -> dict[str, FeedLearnt]:
    """Return those that are not forgotten yet. None was heard later than ``now``, whatever the clock was then."""
    known = {
        name: structs.replace(one, heard=min(one.heard.astimezone(UTC), now))
        for name, one in feeds.items()
        if now - one.heard < FORGOTTEN_AFTER
    }
    return dict(list(known.items())[:FEEDS_KEPT])
