"""A recorded log as a replay needs it: where it begins and ends, the board at any sequence, where outage events are.

Reads only; the log may grow meanwhile. All methods block on the disk and are called on threads, one at a time each.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from feeds.board import Board, Touched
from feeds.board.dump import WrongFormat
from feeds.facts import Entry, Glance, glance_entries
from feeds.log import LogError, RecordedLog, read_only, snapshots
from feeds.replay.kept import KeptBoards

KEEP_EVERY = 20_000
"""Facts between two boards that are kept."""
NEAR = 400
"""A board is kept so many facts before where somebody went, so that single steps back are short."""
EVENTS_KEPT = 200_000
BATCHES_LOOKED = 20_000
"""Batches that are searched for events in one go."""

EVENTS = frozenset({"suspected", "moved", "merged", "approved"})
"""Kinds of facts that count as events of outages."""
_EVENT = re.compile(rb'"fact":"(?:suspected|moved|merged|approved)"')


class Recording:
    """The log in one data directory. Raises LogError when there is none, or it may not be read."""

    def __init__(self, directory: Path, warn: Callable[[str], None], kept: KeptBoards | None = None) -> None:
        self.directory = directory
        self.kept = kept if kept is not None else KeptBoards()
        self._warn = warn
        self._on_disk = {
            one.seq: one
            for one in snapshots.newest(directory, lambda path, why: warn(f"snapshot {path.name} is not used: {why}"))
        }
        newest = max(self._on_disk, default=0)
        self._log = read_only(directory, after=newest)
        self.last = self._log.last
        """The last good sequence."""
        self.damage = self._log.damage
        self.begins = self._log.begins
        """The sequence after which the log begins: 0, or what was pruned. No board of before can be shown."""
        first = self._log.time_of(self.begins + 1) if self.last else None
        self.first_at: datetime | None = first
        self.last_at: datetime | None = self._log.time_of(self.last) if self.last else None
        self.events: list[tuple[int, datetime]] = []
        """Sequences and times of outage events, as far as was looked."""
        self._looked = 0
        opening = self._log.check_of(1)
        self.identity = opening.hex() if opening is not None else "empty"
        """Names the log: a copy of it has the same."""

    def reader(self) -> RecordedLog:
        """Return a reader of one's own."""
        return RecordedLog(self.directory)

    def look(self) -> bool:
        """Look whether the log has grown. Return whether it has. Raises LogError."""
        if self.damage is not None:
            return False
        log = RecordedLog(self.directory)
        end = log.end()
        if end is None or end[0] <= self.last:
            return False
        self.last, self.last_at = end
        self.first_at = self.first_at or log.time_of(log.begins + 1)
        return True

    def found_damage(self, log: RecordedLog) -> None:
        """Take over what another reader found: from there on there is nothing."""
        if log.damage is not None and (self.damage is None or log.damage.after < self.damage.after):
            self.damage, self.last = log.damage, min(self.last, log.damage.after)
            self.last_at = log.time_of(self.last) if self.last else None

    def seq_at(self, at: datetime) -> int:
        """Return the last good sequence at ``at`` or before. Raises LogError."""
        return min(self.reader().seq_at(at), self.last)

    def time_of(self, seq: int) -> datetime | None:
        """Return when a fact was appended. Raises LogError."""
        return self.reader().time_of(seq)

    def board_at(self, seq: int) -> Board:
        """Return a board after sequence ``seq``, or after the last good one before it. Raises LogError."""
        board = self._nearest(seq)
        if board.seq < self.begins:
            raise LogError(
                f"The log in {self.directory} begins after sequence {self.begins}, as what was before is pruned, and "
                "no board that this program can read covers that: replay it with the version that pruned it."
            )
        log, touched, since = self.reader(), Touched(), board.seq
        for batch in log.read(after=board.seq):
            entries = tuple(entry for entry in batch.entries if entry.seq <= seq)
            if entries:
                board.apply(entries, touched)
                touched.clear()
            if batch.last >= seq:
                break
            left = seq - board.seq
            far, near = board.seq - since >= KEEP_EVERY, left <= NEAR and board.seq - since >= NEAR
            if far or (near and not self.kept.has_between(seq - NEAR, seq)):
                since = board.seq
                self.kept.keep(board.seq, board.dump())
        self.found_damage(log)
        return board

    def _nearest(self, seq: int) -> Board:
        """Return the board that is kept next before ``seq``; an empty one where there is none."""
        kept = self.kept.last(seq)
        disk = max((one for one in self._on_disk if one <= seq), default=0)
        if kept is not None and kept[0] >= disk:
            return Board.load(kept[1])
        while disk:
            snapshot = self._on_disk[disk]
            if self._log.check_at(disk) == snapshot.check:
                try:
                    return Board.load(snapshot.payload)
                except WrongFormat as error:
                    self._warn(f"snapshot at {disk} is not used: {error}")
            else:
                self._warn(f"snapshot at {disk} is not used: it does not belong to this log")
            del self._on_disk[disk]
            disk = max((one for one in self._on_disk if one <= seq), default=0)
        return Board.load(kept[1]) if kept is not None else Board()

    def entries(self, after: int, log: RecordedLog) -> Iterator[tuple[Entry, ...]]:
        """Yield the facts after a sequence, batch by batch, as far as they are good."""
        for batch in log.read(after=after):
            if batch.first > self.last:
                return
            yield tuple(entry for entry in batch.entries if entry.seq <= self.last)

    def heard_before(self, seq: int, most: int) -> list[Glance]:
        """Return the facts that alarms, cases and inventory brought, among the ``most`` before ``seq``, in order."""
        wanted = {"alarm", "case", "ranges", "customers", "objects", "loaded"}
        found = islice(self.reader().glance(max(seq - most, 0), seq), most)
        return [entry for entry in found if not entry.by.startswith("vaken/") and entry.kind in wanted]

    # -- events ------------------------------------------------------------------------------------------------------

    def look_for_events(self) -> bool:
        """Look through the next batches for events of outages. Return whether all was looked at. Raises LogError."""
        log, looked = self.reader(), 0
        for last, facts in log.raw(self._looked):
            if last > self.last:
                break
            if _EVENT.search(facts) is not None:
                for entry in glance_entries(facts):
                    if entry.kind in EVENTS and entry.seq > self._looked and len(self.events) < EVENTS_KEPT:
                        self.events.append((entry.seq, entry.at))
            self._looked, looked = last, looked + 1
            if looked >= BATCHES_LOOKED:
                return False
        return True

    def event_from(self, seq: int, steps: int) -> int | None:
        """Return the sequence of the event ``steps`` after ``seq`` (before, where negative); None: there is none."""
        seqs = [one for one, _ in self.events]
        place = bisect_right(seqs, seq) + steps - 1 if steps > 0 else bisect_left(seqs, seq) + steps
        return seqs[place] if steps and 0 <= place < len(seqs) else None
