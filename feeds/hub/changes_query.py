"""The view *changes*: what changed since a time or a sequence, or between two, counted from the log on a thread."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import Final

from feeds.hub.past import Past
from feeds.log import RecordedLog
from feeds.model import ChangeRow, Row
from feeds.views import BadQuery, Query
from feeds.views.changes import Changes

STEP: Final = 10_000
"""Facts counted in one go."""
MOST: Final = 5_000_000
"""Facts counted at all: some days of a great outage. Of a longer time the beginning is counted, and it is said."""
PATIENCE: Final = 2.0
"""Seconds: after so long what was counted so far is shown, with a note."""
AGAIN: Final = 1.0
"""Seconds: how often new facts are counted."""
MADE_ANEW: Final = 20.0
"""Seconds: how often it is looked whether a promise was missed or a feed fell silent, when no fact came."""

_SEQUENCE = re.compile(r"\d{1,18}")


def read_moment(text: str) -> int | datetime:
    """Return the sequence or the time (ISO 8601 with its zone) that ``text`` names. Raises BadQuery."""
    if _SEQUENCE.fullmatch(text):
        return int(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadQuery(
            f"of: {text[:40] or 'nothing'} is neither a sequence nor a time with its zone, such as 2026-02-03T01:02:03Z"
        )
    return at


class ChangesQuery:
    """The changes of one span of time. See ``feeds.views.query.Looked``."""

    def __init__(self, past: Past, of: str, sort: str = "", filter: str = "") -> None:
        """Raise BadQuery when ``of``, sort or filter cannot be used."""
        if not of:
            raise BadQuery("view: changes is of a time or a sequence, or of two (FROM..TO): name it with of")
        begin, dots, end = of.partition("..")
        self._from = read_moment(begin)
        self._to = read_moment(end) if dots else None
        self._past = past
        self._source = _Rows()
        self._query = Query(self._source, sort, filter)
        self.changes: Changes | None = None
        """None: nothing was counted yet."""
        self.position = -1
        """The last sequence counted."""
        self.until: int | None = None
        """The last sequence to be counted, where there is one."""
        self.full = False
        self._caught_up = False
        self._began: float | None = None
        self._made: float | None = None
        """When the first count began, and when rows were made last, by the monotonic clock."""

    @property
    def version(self) -> int:
        """Counts what may look different."""
        return self._query.version

    @version.setter
    def version(self, value: int) -> None:
        self._query.version = value

    def now(self) -> datetime:
        """The hub's time."""
        return self._past.now()

    @property
    def total(self) -> int:
        """How many rows pass the filter."""
        return self._query.total

    def refresh(self) -> None:
        """Have new facts counted."""
        age = monotonic() - self._made if self._made is not None else MADE_ANEW
        moved = (not self._caught_up and not self.full) or (self._moved() and age >= AGAIN)
        if moved or (self._to is None and age >= MADE_ANEW):
            self._past.want(self)
        self._query.refresh()

    def _moved(self) -> bool:
        seq = self._past.board().seq
        return not self.full and (seq < self.position or (seq > self.position and self.until is None))

    def ready(self, first: int, count: int) -> bool:
        """Whether something was counted."""
        if self._made is None:
            self._past.want(self)
        return self._made is not None

    def touch(self, keys: Iterable[str]) -> None:
        """What was logged does not change."""

    def touch_all(self) -> None:
        """What was logged does not change."""

    def window(self, first: int, count: int) -> list[tuple[str, bytes]]:
        """Return the rows of a window."""
        return self._query.window(first, count)

    # -- for the reader --------------------------------------------------------------------------------------------

    def plan(self) -> "ChangesJob":
        """Return what is to be read now."""
        seq = self._past.board().seq
        self._began = self._began or monotonic()
        if seq < self.position:  # a replay went back
            self.changes, self.position, self._caught_up, self.full = None, -1, False, False
        return ChangesJob(self, seq, self._from, self._to)

    def fail(self, why: str) -> None:
        """Show that the log cannot be read."""
        self._show([ChangeRow(key="note/unreadable", rank=0, section="note", what=why, bad=True)])

    def counted(self, job: "ChangesJob") -> None:
        """Show what was counted; where there is more to count, ask for it."""
        changes = self.changes
        assert changes is not None
        now = self._past.now()
        self._caught_up = self.position >= job.end
        self.full = not self._caught_up and changes.taken >= MOST
        waiting = not self._caught_up and not self.full
        if waiting:
            self._past.want(self)
            if self._made is None and self._began is not None and monotonic() - self._began < PATIENCE:
                return
        ends = min(now, self._to) if isinstance(self._to, datetime) else now if self._to is None else changes.until
        rows = changes.rows(self._past.board(), ends)
        if waiting or self.full:
            word = "counted so far" if waiting else f"more than {MOST:,} facts: counted"
            text = f"{word} up to {changes.until:%Y-%m-%d %H:%M:%S}Z, {changes.taken:,} facts"
            rows.append(ChangeRow(key="note/counted", rank=len(rows), section="note", what=text, bad=True))
        self._show(rows)

    def _show(self, rows: list[ChangeRow]) -> None:
        self._made = monotonic()
        self._source.held = {row.key: row for row in rows}
        self._query.touch_all()
        self._query.refresh()


class ChangesJob:
    """A part of the log to be counted."""

    def __init__(self, query: ChangesQuery, seq: int, begin: int | datetime, end: int | datetime | None) -> None:
        self._query = query
        self._seq = seq
        self._begin = begin
        self._end = end
        self.end = seq
        """The last sequence that there is to count."""

    def read(self, log: RecordedLog) -> None:
        """Count the next facts."""
        query = self._query
        if query.changes is None:
            begin = self._begin if isinstance(self._begin, int) else log.seq_at(self._begin)
            query.position = min(begin, self._seq)
            since = self._begin if isinstance(self._begin, datetime) else log.time_of(self._begin)
            if since is None:
                since = log.time_of(query.position + 1) or query.now()
            query.changes = Changes(since)
        if self._end is not None and query.until is None:
            query.until = self._end if isinstance(self._end, int) else log.seq_at(self._end)
        self.end = min(self._seq, query.until) if query.until is not None else self._seq
        changes = query.changes
        if changes.taken >= MOST:
            return
        entry = None
        for entry in islice(log.glance(query.position, self.end), STEP):
            changes.take(entry)
        query.position = (
            entry.seq if entry is not None else self.end
        )  # nothing more can be read: damage, said elsewhere

    def take(self) -> None:
        """Show it."""
        self._query.counted(self)


class _Rows:
    """The rows of the last count."""

    name = "changes"
    row_type = ChangeRow
    default_sort = "rank"

    def __init__(self) -> None:
        self.held: dict[str, ChangeRow] = {}

    def every_key(self) -> Iterable[str]:
        """Keys of the rows."""
        return self.held

    def row(self, key: str) -> Row | None:
        """One row."""
        return self.held.get(key)
