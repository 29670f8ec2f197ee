"""The hub of a replay: a board that goes back and forth, the usual queries over it, and nothing that takes facts in."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from feeds.board import Board, Touched
from feeds.facts import NOWHERE, Entry, Fact, Glance, Origin
from feeds.hub.core import Hub
from feeds.hub.fleet_sight import FleetSight
from feeds.hub.heard import KINDS, FeedsHeard
from feeds.hub.settings import Settings
from feeds.log import Batch, LogRefused
from feeds.model import ReplayRow, Row

REFUSAL = "this is a replay: what is shown is past, and nothing of it can be changed"
WATCHER = "vaken/"


class ReplayHub(Hub):
    """``clock`` gives the replayed time."""

    def __init__(self, directory: Path, clock: Callable[[], datetime]) -> None:
        super().__init__(Board(), Settings(), directory, clock)
        self.damage = ""
        """Why the log ends where it ends, when it is damaged."""
        self.rate = 0.0
        self._noted_at: datetime | None = None
        self._moved = Touched()
        self.heard = FeedsHeard(self._note_time)
        self.queries.rebase(self.board, self.heard)

    @property
    def degraded(self) -> str:
        """The damage of the log, if there is any."""
        return self.damage

    async def append(self, by: str, facts: Sequence[Fact], seen: int = 0, origin: Origin = NOWHERE) -> Batch:
        """Refuse: a replay takes no facts."""
        raise LogRefused(REFUSAL)

    def show(self, board: Board, heard: Sequence[Glance]) -> None:
        """Show another board, of another moment. ``heard``: facts of feeds before it, for the rows of the feeds."""
        self.board = board
        self.sight = FleetSight(board)
        self.heard = FeedsHeard(self._note_time)
        for entry in heard:
            try:
                fact = entry.opened()
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # a kind that this program does not know: the log of facts says so
            self._hear(entry.at, fact)
        self.queries.rebase(board, self.heard)
        self.wake()

    def play_on(self, entries: Sequence[Entry]) -> None:
        """Apply the facts that follow."""
        touched = self._moved
        self.board.apply(entries, touched)
        self.queries.touch(touched)
        for entry in entries:
            if type(entry.fact) in KINDS and not entry.by.startswith(WATCHER):
                self._hear(entry.at, entry.fact)
        if touched.inventory:
            self.sight.changed()
        touched.clear()

    def _hear(self, at: datetime, fact: Fact) -> None:
        self._noted_at = at
        try:
            self.heard.facts((fact,))
        finally:
            self._noted_at = None

    def _note_time(self) -> datetime:
        return self._noted_at if self._noted_at is not None else self.now()


class ReplaySource:
    """The view *replay*: one row."""

    name = "replay"
    row_type = ReplayRow
    default_sort = "key"

    def __init__(self, made: Callable[[], ReplayRow]) -> None:
        self._made = made

    def every_key(self) -> Iterable[str]:
        """There is one."""
        return ("replay",)

    def row(self, key: str) -> Row | None:
        """Where the replay stands."""
        return self._made() if key == "replay" else None
