"""Playing: the clock goes, and the facts up to it are applied in their order; and going elsewhere.

Everything that moves the board runs under one lock, so that a step begins where the one before ended. The log is read
on threads; the board is only touched on the event loop.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice

from feeds.board import Board
from feeds.facts import Entry, Glance
from feeds.fleet.fleet import Fleet
from feeds.log import LogError
from feeds.model import Moment, ReplayRow
from feeds.replay.bookmarks import BookmarkError, Bookmarks
from feeds.replay.clock import PlayClock
from feeds.replay.hub import ReplayHub, ReplaySource
from feeds.replay.recording import Recording
from feeds.views.fleet_line import line_of, reader_of

TICK = 0.1
"""Seconds between two looks at the clock while it plays: as often as terminals are sent frames."""
LOOK_EVERY = 2.0
"""Seconds between two looks whether the log has grown."""
BATCHES_AHEAD = 64
"""Batches read ahead in one go."""
AHEAD = 20_000
"""Facts that are read ahead at the most, plus one batch."""
SLICE = 500
"""Facts applied in one turn of the event loop."""
BUDGET = 0.25
"""Seconds of applying in one tick; what is left then waits, and time with it."""
FORWARD = 2_000
"""So many facts ahead are applied to the board that is shown; further away a board is made anew, on a thread."""
HEARD_BACK = 20_000
"""Facts looked back over for when feeds were heard last."""
EVENTS_SHOWN = 400
"""Events in the row of the replay."""


class CannotGo(Exception):
    """The replay cannot go there; the message says why."""


class Player:
    """One replay. ``wall``: seconds of a clock that never goes back."""

    def __init__(
        self, recording: Recording, marks: Bookmarks, speed: float = 1.0, wall: Callable[[], float] = time.monotonic
    ) -> None:
        self.recording = recording
        self.marks = marks
        self._wall = wall
        self.clock = PlayClock(recording.last_at or datetime.now(UTC), speed)
        self.hub = ReplayHub(recording.directory, self.now)
        self.hub.damage = str(recording.damage) if recording.damage is not None else ""
        self.hub.queries.replay = ReplaySource(self.row)
        self._turn = asyncio.Lock()
        self._busy = ""
        self._events_known = False
        self._ahead: deque[Entry] = deque()
        """Facts after the board's, read already: at most ``AHEAD`` and one batch."""
        self._batches: Iterator[tuple[Entry, ...]] | None = None
        self._at_end = False
        self._reading = recording.reader()

    def now(self) -> datetime:
        """Return the replayed time."""
        return self.clock.now(self._wall())

    def row(self) -> ReplayRow:
        """Return where the replay stands."""
        recording, events = self.recording, self.recording.events
        step = max(1, -(-len(events) // EVENTS_SHOWN))
        return ReplayRow(
            key="replay",
            at=self.now(),
            seq=self.hub.board.seq,
            playing=self.clock.playing,
            speed=self.clock.speed,
            first_at=recording.first_at,
            last_at=recording.last_at,
            last_seq=recording.last,
            busy=self._busy,
            damage=self.hub.damage,
            marks=tuple((mark.name, mark.seq, mark.at) for mark in self.marks.marks),
            events=tuple(events[::step]),
            event_count=len(events),
            source=str(recording.directory),
        )

    # -- what a person asks for --------------------------------------------------------------------------------------

    def play(self) -> None:
        """Let time go on."""
        self.clock.play(self._wall())
        self._tell()

    def pause(self) -> None:
        """Let time stand."""
        self.clock.pause(self._wall())
        self._tell()

    def change_speed(self, speed: float) -> None:
        """Play at another speed."""
        self.clock.change_speed(speed, self._wall())
        self._tell()

    async def go_to(self, seq: int, at: datetime | None = None) -> None:
        """Show the moment after the fact ``seq``; time is then ``at``, or when that fact was appended.

        Raises LogError when the log cannot be read.
        """
        async with self._turn:
            await self._go_to(seq, at)

    async def go_to_time(self, at: datetime) -> None:
        """Show the time ``at``; before the first fact, an empty room. Raises LogError."""
        async with self._turn:
            await self._go_to(await asyncio.to_thread(self.recording.seq_at, at), at)

    async def step(self, steps: int) -> None:
        """Go by so many facts. Raises LogError."""
        async with self._turn:
            self.clock.pause(self._wall())
            await self._go_to(self.hub.board.seq + steps, None)

    async def go_to_event(self, steps: int) -> None:
        """Go to the next event of an outage, or by several, or back. Raises CannotGo, LogError."""
        async with self._turn:
            with self._doing("looking for events"):
                while not self._events_known:
                    self._events_known = await asyncio.to_thread(self.recording.look_for_events)
            found = self.recording.event_from(self.hub.board.seq, steps)
            if found is None:
                raise CannotGo(f"there is no {'later' if steps > 0 else 'earlier'} event of an outage in this log")
            self.clock.pause(self._wall())
            await self._go_to(found, None)

    def mark(self, name: str) -> None:
        """Name this moment. Raises BookmarkError."""
        self.marks.mark(name, self.hub.board.seq, self.now())
        self._tell()

    def unmark(self, name: str) -> None:
        """Forget a name. Raises BookmarkError."""
        self.marks.forget(name)
        self._tell()

    async def go_to_mark(self, name: str) -> None:
        """Go to a bookmark. Raises BookmarkError, LogError."""
        mark = self.marks.named(name)
        if mark is None:
            raise BookmarkError(f"there is no bookmark {name!r}")
        await self.go_to(mark.seq, mark.at)

    @property
    def moment(self) -> Moment:
        """What is shown now."""
        return Moment(self.hub.board.seq, self.now())

    # -- going -------------------------------------------------------------------------------------------------------

    async def _go_to(self, seq: int, at: datetime | None) -> None:
        recording, shown = self.recording, self.hub.board.seq
        seq = min(max(seq, recording.begins), recording.last)
        with self._doing("seeking"):
            if shown <= seq <= shown + FORWARD and (shown or seq <= FORWARD):
                await self._forward(seq)
            else:
                self._drop_ahead()
                board, heard = await asyncio.to_thread(self._made, seq)
                self.hub.show(board, heard)
            if at is None:
                at = await asyncio.to_thread(recording.time_of, self.hub.board.seq) if self.hub.board.seq else None
            self.clock.set(at or recording.first_at or self.now(), self._wall())
        self._take_damage()

    def _made(self, seq: int) -> tuple[Board, list[Glance]]:
        """Make a board on a thread, with what its pictures need."""
        board = self.recording.board_at(seq)
        _prepare(board.inventory.standing)
        return board, self.recording.heard_before(board.seq, HEARD_BACK)

    async def _forward(self, seq: int) -> None:
        """Apply the facts up to ``seq`` to the board that is shown."""
        while self.hub.board.seq < seq:
            if not self._ahead and not await self._read_ahead():
                return
            self._apply(lambda entry: entry.seq <= seq)
            await asyncio.sleep(0)

    def _apply(self, wanted: Callable[[Entry], bool]) -> int:
        """Apply the next facts as long as they are wanted, at most a slice. Return how many."""
        taken: list[Entry] = []
        while self._ahead and len(taken) < SLICE and wanted(self._ahead[0]):
            taken.append(self._ahead.popleft())
        if taken:
            self.hub.play_on(taken)
        return len(taken)

    def _drop_ahead(self) -> None:
        self._ahead.clear()
        self._batches, self._at_end = None, False

    async def _read_ahead(self) -> bool:
        """Read some facts ahead. Return whether there were any. Raises LogError."""
        if self._at_end:
            return False
        if self._batches is None:
            after = self._ahead[-1].seq if self._ahead else self.hub.board.seq
            log = self.recording.reader()
            self._reading = log
            self._batches = self.recording.entries(after, log)
        batches = self._batches

        def read() -> list[tuple[Entry, ...]]:
            found, count = [], 0
            for entries in islice(batches, BATCHES_AHEAD):
                found.append(entries)
                count += len(entries)
                if count >= AHEAD:
                    break
            return found

        found = await asyncio.to_thread(read)
        if not found:
            self._batches, self._at_end = None, True
            self.recording.found_damage(self._reading)
            self._take_damage()
        shown = self.hub.board.seq
        for entries in found:
            self._ahead.extend(entry for entry in entries if entry.seq > shown)
        return bool(found)

    # -- the work of the background ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Play, and follow the end of the log, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._play())
            group.create_task(self._look())

    async def _play(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            if not self.clock.playing:
                continue
            async with self._turn:
                if self.clock.playing:
                    try:
                        await self._play_on()
                    except LogError as error:
                        self.clock.pause(self._wall())
                        self.hub.damage = str(error)
            self._tell()

    async def _play_on(self) -> None:
        started = self._wall()
        target = self.now()
        while self._wall() - started < BUDGET:
            if not self._ahead and not await self._read_ahead():
                end = self.recording.last_at
                if end is not None and target > end:  # nothing follows
                    self.clock.pause(self._wall())
                    self.clock.set(end, self._wall())
                return
            if not self._apply(lambda entry: entry.at <= target):
                return
            await asyncio.sleep(0)
        self.clock.set(self.hub.board.at, self._wall())  # it cannot be applied so fast: time waits

    async def _look(self) -> None:
        """Follow the end of a log that still grows, look for events, and make what a new inventory needs."""
        while True:
            try:
                if await asyncio.to_thread(self.recording.look):
                    self._at_end, self._events_known = False, False
                if not self._events_known:
                    async with self._turn:
                        self._events_known = await asyncio.to_thread(self.recording.look_for_events)
                    self._tell()
            except LogError as error:
                self.hub.damage = str(error)
            standing = self.hub.board.inventory.standing
            if not self.hub.sight.ready:
                await asyncio.to_thread(_prepare, standing)
            await asyncio.sleep(LOOK_EVERY if self._events_known else 0)

    def _take_damage(self) -> None:
        if self.recording.damage is not None:
            self.hub.damage = str(self.recording.damage)

    @contextmanager
    def _doing(self, what: str) -> Iterator[None]:
        self._busy = what
        self._tell()
        try:
            yield
        finally:
            self._busy = ""
            self._tell()

    def _tell(self) -> None:
        """Have terminals look at the time, and at where the replay stands."""
        self.hub.rate = self.clock.rate
        self.hub.queries.touch_view("replay")
        self.hub.wake()


def _prepare(fleet: Fleet) -> None:
    """Make what pictures of an inventory need."""
    reader_of(fleet)
    line_of(fleet)
