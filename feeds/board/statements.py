"""What is stated of SIM ranges: those that stand now, and those that begin to hold at a time to come.

The ranges that stand are a ``Fleet``, an immutable value that each change replaces. What is to come waits until a fact
is taken in at that time or after it. What can be asked about ranges is the inventory's matter.
"""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import numpy as np

from feeds.fleet.codes import Rows
from feeds.fleet.columns import Columns, NotATable, merged, not_a_range, seconds_of
from feeds.fleet.fleet import Fleet
from feeds.fleet.prepared import Prepared, prepare
from feeds.fleet.same import Flags, same_columns, same_rows
from feeds.fleet.standing import FOREVER, split
from feeds.model import RangeTable, SimRange
from feeds.simspace import IntervalSet

NEVER: Final = datetime.max.replace(tzinfo=UTC)

CHANGES_KEPT: Final = 64
"""Changes of which it is remembered what SIMs they concern."""


class Statements:
    """Ranges that stand and ranges to come: primary state."""

    def __init__(self) -> None:
        self.standing = Fleet.empty()
        """The ranges that hold now."""
        self.pending = Columns.empty()
        """What begins to hold later."""
        self.due = NEVER
        """When the first of that begins."""
        self.version = 0
        """Counts changes; derived values are kept with the version they were made from."""
        self.places_version = 0
        """Counts changes of which attribute values there are: what an alarm's object serves depends on nothing else."""
        self.prepared: Prepared | None = None
        """An inventory that was made ready for the fact that will state it."""
        self._changes: deque[IntervalSet] = deque(maxlen=CHANGES_KEPT)
        """The SIMs of the ranges that the last changes concern; the version counts on with each."""

    def state_ranges(self, ranges: Iterable[SimRange], at: datetime | None = None) -> bool:
        """Take in ranges at the time ``at``; one with the same ends replaces the earlier. Return whether that is news.

        One whose ``since`` is after ``at`` waits for that time; without ``at``, all that have one wait. What is no
        range (the doors let none through) is left out.
        """
        now = seconds_of(at)
        holds: dict[tuple[str, str], SimRange] = {}
        waits: dict[tuple[str, str, int], SimRange] = {}
        for item in ranges:
            since = seconds_of(item.since)
            if not_a_range(item):
                continue
            if since <= now:
                holds[item.first, item.last] = item
            else:
                waits[item.first, item.last, since] = item
        changed = self._replace(Columns.from_ranges(holds.values(), proved=True)) if holds else False
        return self._await(Columns.from_ranges(waits.values(), proved=True)) or changed if waits else changed

    def load_ranges(self, table: RangeTable, at: datetime | None = None) -> bool:
        """Take ``table`` in place of all ranges. Return whether anything changed; a table that is none changes nothing.

        The doors let no such table through.
        """
        now = at if at is not None else datetime.fromtimestamp(0, UTC)
        ready, self.prepared = self.prepared, None
        if ready is None or not ready.fits(table, now):
            try:
                ready = prepare(table, now, warm=False)
            except NotATable:
                return False
        if self.is_loaded(ready):
            return False
        self._hold(ready.standing, True, ready.differs_from(self.standing))
        self._await_only(ready.pending)
        return True

    def restore_ranges(self, standing: RangeTable, pending: RangeTable) -> None:
        """Take over what a dump holds. Raises NotATable."""
        columns, waits = Columns.of(standing), Columns.of(pending)
        self._hold(Fleet.of(columns), True, None)
        self._await_only(waits)

    def advance(self, at: datetime) -> bool:
        """Let begin what is due at ``at``. Return whether anything changed."""
        if at < self.due:
            return False
        found = split(self.pending, seconds_of(at))
        self._await_only(found.pending)
        return self._replace(found.standing)

    def told(self, ranges: Iterable[SimRange]) -> bool:
        """Whether all of ``ranges`` are stated so already."""
        listed = list(ranges)
        stated = {(item.first, item.last, seconds_of(item.since)): item for item in listed if not not_a_range(item)}
        if len(stated) < len(listed):
            return False  # one replaces another, or is none: the board has to look
        columns = Columns.from_ranges(stated.values(), proved=True)
        return bool((self.standing.told(columns) | self._waits(columns)).all())

    def is_prepared(self, table: RangeTable) -> Prepared | None:
        """Return what was made ready of this very table."""
        return self.prepared if self.prepared is not None and self.prepared.table is table else None

    def adopt(self, before: Fleet, folded: Fleet) -> bool:
        """Take ``folded``, made of ``before`` by ``Fleet.folded``, unless ranges changed since.

        No answer changes, but row numbers do.
        """
        if self.standing is not before:
            return False
        self.standing = folded
        return True

    def _replace(self, columns: Columns) -> bool:
        """Let ``columns`` stand, no two of them with the same ends."""
        told = self.standing.told(columns)
        if told.all():
            return False
        news = columns.taken(~told)
        before, after = self.standing, self.standing.stated(news)
        gone = before.attributes(before.find(news.firsts, news.lasts))
        places_differ = not (before.has_all(news.attributes) and after.has_all(gone))
        self._hold(after, places_differ, IntervalSet(news.firsts, news.lasts))
        return True

    def changed_since(self, version: int) -> IntervalSet | None:
        """Return the SIMs of all ranges that differ from those of a version before; None: any may."""
        missed = self.version - version
        if not missed:
            return IntervalSet.empty
        return IntervalSet.union(list(self._changes)[-missed:]) if missed <= len(self._changes) else None

    def _hold(self, standing: Fleet, places_differ: bool, scope: IntervalSet | None) -> None:
        self.standing = standing
        self.places_version += places_differ
        self._count(scope)

    def _count(self, scope: IntervalSet | None) -> None:
        """Count a change that concerns the SIMs of ``scope``; None: any."""
        self.version += 1
        if scope is None:
            self._changes.clear()
        else:
            self._changes.append(scope)

    def _await(self, columns: Columns) -> bool:
        """Let ``columns`` wait; one with the same ends and the same time is replaced."""
        if bool(self._waits(columns).all()):
            return False
        waiting = self.pending
        rows, there = _places(waiting, columns)
        stays = np.ones(len(waiting), dtype=np.bool_)
        stays[rows[there]] = False
        self._await_only(merged((waiting.taken(stays), columns)))
        return True

    def _await_only(self, pending: Columns) -> None:
        self.pending = pending
        due = int(pending.since.min(initial=FOREVER))
        self.due = datetime.fromtimestamp(due, UTC) if due < FOREVER else NEVER

    def _waits(self, columns: Columns) -> Flags:
        rows, there = _places(self.pending, columns)
        mine = np.flatnonzero(there)
        there[mine] = same_rows(columns, mine, self.pending, rows[mine])
        return there

    def is_loaded(self, ready: Prepared) -> bool:
        """Whether the ranges are those of ``ready`` already, as far as a quick look tells."""
        return (
            len(self.standing) == len(ready.standing)
            and len(self.standing.levels) < 2
            and same_columns(self.standing.columns, ready.standing.columns)
            and same_columns(self.pending, ready.pending)
        )


def _places(waiting: Columns, columns: Columns) -> tuple[Rows, Flags]:
    """Return where among ``waiting`` one with the same ends and time as each of ``columns`` stands, and if one does."""
    if not len(waiting):
        return np.zeros(len(columns), dtype=np.int64), np.zeros(len(columns), dtype=np.bool_)
    rows = waiting.places(columns.firsts, columns.lasts, columns.since)
    at = np.minimum(rows, len(waiting) - 1)
    there = (rows == at) & (waiting.firsts[at] == columns.firsts) & (waiting.lasts[at] == columns.lasts)
    return at, there & (waiting.since[at] == columns.since)
