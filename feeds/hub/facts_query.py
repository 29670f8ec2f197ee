"""The view *facts*: the log itself, newest first, as a window over millions of which only what is looked at is held.

Without a filter a row's place follows from its sequence. With one, the log is looked through backwards, in steps, as
far as the windows need it; the last row says how far that was.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from time import monotonic
from typing import Final

import msgspec

from feeds.hub.past import Past
from feeds.log import RecordedLog
from feeds.model import FactRow
from feeds.views import BadQuery
from feeds.views.fact_rows import fact_row
from feeds.views.filter import BadFilter, Filter, parse
from feeds.views.query import MAX_WINDOW

ROWS_KEPT: Final = 2 * MAX_WINDOW
STEP: Final = 2_000
"""Facts looked through in one go with a filter."""
FOUND_KEPT: Final = 100_000
"""Facts that pass a filter and are remembered; further back nothing is looked for."""
GAP: Final = 200_000
"""So many new facts are looked through from behind; after more, the search begins anew at the end."""

PATIENCE: Final = 2.0
"""Seconds that a search gets before what it found so far is shown."""
TRY_AGAIN: Final = 5.0
"""Seconds until a log is looked at again that could not be read."""

_PLACE = re.compile(r"seq:(?P<before><?)(?P<seq>\d{1,18})")
"""A filter that names a place in the log: there nothing has to be searched."""
_SORTS = ("", "-seq", "-key", "-at")
_encoder = msgspec.json.Encoder()


class FactsQuery:
    """One filter over the log, shared by all who ask the same. See ``feeds.views.query.Looked``."""

    def __init__(self, past: Past, sort: str = "", filter: str = "") -> None:
        """Raise BadQuery when sort or filter cannot be used."""
        if sort not in _SORTS:
            raise BadQuery("sort: facts stand in the order of the log, the newest first")
        place = _PLACE.fullmatch(filter.strip())
        self._below = int(place["seq"]) - bool(place["before"]) if place is not None else None
        """The newest sequence that is wanted; None: the newest there is."""
        self._alone = place is not None and not place["before"]
        try:
            self.filter = parse(filter, FactRow) if place is None else None
        except BadFilter as error:
            raise BadQuery(str(error)) from None
        self._past = past
        self.version = 0
        self._top = -1
        """The newest sequence that is shown; -1: nothing was read yet."""
        self._rows: dict[int, bytes] = {}
        self._asked: dict[tuple[int, int], None] = {}
        """Windows that were asked for since the last plan: as many as terminals look at."""
        self._found: list[int] = []
        """With a filter: sequences that pass it, the newest first."""
        self._back_to = 0
        """With a filter: everything above was looked through."""
        self._back_at: datetime | None = None
        self._since: float | None = None
        """When it was first looked for more than was found, by the monotonic clock."""
        self._failure = ""
        self._failed = 0.0
        """When reading failed last, by the monotonic clock."""

    # -- for the stream --------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many rows there are; with a filter, as far as was looked, and the row that says how far."""
        if self._failure:
            return 1
        if self._alone:
            return 1 if self._below is not None and 0 < self._below <= self._top else 0
        return max(self._top, 0) if self.filter is None else len(self._found) + (1 if self._more else 0)

    @property
    def shown(self) -> int:
        """The newest sequence that is shown; -1: nothing was read yet."""
        return self._top

    @property
    def _more(self) -> bool:
        return self.filter is not None and self._back_to > 0 and self._top > 0

    def refresh(self) -> None:
        """Have new facts read."""
        if self._end != self._top and not self._failure:
            self._past.want(self)

    def ready(self, first: int, count: int) -> bool:
        """Whether the rows of a window are there; those that are not are read."""
        first, count = max(0, first), max(0, min(count, MAX_WINDOW))
        self._asked[first, count] = None
        if self._failure:
            if monotonic() - self._failed > TRY_AGAIN:
                self._past.want(self)
            return True
        if self._top < 0 or self._end < self._top:  # a replay that went back must not show what is to come
            self._past.want(self)
            return False
        missing = any(seq not in self._rows for seq in self._seqs(first, count))
        short = self._more and first + count > len(self._found)
        if missing or short:
            self._past.want(self)
        if short and self._since is None:
            self._since = monotonic()
        return not missing and not (short and self._since is not None and monotonic() - self._since < PATIENCE)

    def touch(self, keys: Iterable[str]) -> None:
        """Nothing that was logged changes."""

    def touch_all(self) -> None:
        """Nothing that was logged changes."""

    def window(self, first: int, count: int) -> list[tuple[str, bytes]]:
        """Return the rows of a window that are there."""
        first, count = max(0, first), max(0, min(count, MAX_WINDOW))
        if self._failure:
            return [self._word("unreadable", self._failure)] if first == 0 and count else []
        found = [(str(seq), self._rows[seq]) for seq in self._seqs(first, count) if seq in self._rows]
        if self._more and first <= len(self._found) < first + count:
            back = f", {self._back_at:%Y-%m-%d %H:%M}Z" if self._back_at is not None else ""
            found.append(
                self._word("more", f"looked back to {self._back_to:,}{back}; further facts come as they are read")
            )
        return found

    def _word(self, key: str, text: str) -> tuple[str, bytes]:
        at = self._back_at or self._past.now()
        return key, _encoder.encode(FactRow(key=key, seq=self._back_to, at=at, by="vaken", kind="…", what=text))

    def _seqs(self, first: int, count: int) -> Iterable[int]:
        if self.filter is not None:
            return self._found[first : first + count]
        if self._alone:
            return [self._top] if first == 0 and count and self.total else []
        return range(self._top - first, max(self._top - first - count, 0), -1)

    @property
    def _end(self) -> int:
        seq = self._past.board().seq
        return seq if self._below is None else min(seq, max(self._below, 0))

    @property
    def shown_at(self) -> datetime:
        """The hub's time."""
        return self._past.now()

    # -- for the reader --------------------------------------------------------------------------------------------

    def plan(self) -> "FactsJob | None":
        """Return what is to be read now."""
        asked, self._asked = self._asked, {}
        seq, self._failure = self._end, ""
        job = FactsJob(self, seq)
        if self.filter is None:
            for first, count in asked:
                missing = [one for one in range(seq - first, max(seq - first - count, 0), -1) if one not in self._rows]
                if missing:
                    job.spans.append((missing[-1] - 1, missing[0]))
            return job if job.spans or seq != self._top else None
        if self._top < 0 or seq - self._top > GAP:
            self._found, self._back_to, self._back_at, self._top = [], seq, None, seq
            self.version += 1
        elif seq < self._top:  # a replay went back
            self._found = [one for one in self._found if one <= seq]
            self._back_to, self._top = min(self._back_to, seq), seq
            self.version += 1
        if seq > self._top:
            job.seq = min(self._top + STEP, seq)
            job.spans.append((self._top, job.seq))
            return job
        wanted = max((first + count for first, count in asked), default=0)
        lost = [one for first, count in asked for one in self._found[first : first + count] if one not in self._rows]
        if lost:
            job.spans.append((min(lost) - 1, max(lost)) if max(lost) - min(lost) < STEP else (lost[0] - 1, lost[0]))
        elif self._more and len(self._found) < min(wanted, FOUND_KEPT):
            job.back_to = max(self._back_to - STEP, 0)
            job.spans.append((job.back_to, self._back_to))
        return job if job.spans else None

    def fail(self, why: str) -> None:
        """Show that the log cannot be read."""
        self._failure, self._failed = why, monotonic()
        self.version += 1

    def taken(self, job: "FactsJob") -> None:
        """Put what a job read in place."""
        if len(self._rows) + len(job.rows) > ROWS_KEPT:
            self._rows = {}
        self._rows |= job.rows
        if self.filter is None:
            self._top = job.seq
        else:
            seqs = sorted(job.rows, reverse=True)
            if job.back_to is not None:
                self._found += seqs
                self._back_to, self._back_at = job.back_to, job.back_at or self._back_at
            elif job.seq > self._top:
                self._found[:0] = seqs
                self._top = job.seq
            del self._found[FOUND_KEPT:]
            self._past.want(self)  # whether there is more to do is seen at the next plan
        self.version += 1


class FactsJob:
    """Spans of the log to be read: (after, until)."""

    def __init__(self, query: FactsQuery, seq: int) -> None:
        self.query = query
        self.seq = seq
        self.spans: list[tuple[int, int]] = []
        self.back_to: int | None = None
        self.back_at: datetime | None = None
        self.rows: dict[int, bytes] = {}

    def read(self, log: RecordedLog) -> None:
        """Read the spans; keep the rows that pass."""
        passes: Filter | None = self.query.filter
        for after, until in self.spans:
            for entry in log.glance(after, until):
                if self.back_at is None:
                    self.back_at = entry.at
                row = fact_row(entry)
                if passes is None or passes(row, self.query.shown_at):
                    self.rows[entry.seq] = _encoder.encode(row)
        if passes is None and len(self.rows) < sum(until - begin for begin, until in self.spans):
            self._name_gaps(0, log.begins, "pruned: older than the log is kept")
        if passes is None and log.damage is not None:
            self._name_gaps(log.damage.after, None, str(log.damage))

    def _name_gaps(self, after: int, upto: int | None, why: str) -> None:
        """Where the log is damaged or pruned, say so in place of the rows that cannot be read."""
        for begin, until in self.spans:
            for seq in range(max(begin, after) + 1, (until if upto is None else min(until, upto)) + 1):
                if seq not in self.rows:
                    row = FactRow(
                        key=str(seq), seq=seq, at=self.query.shown_at, by="vaken", kind="unreadable", what=why
                    )
                    self.rows[seq] = _encoder.encode(row)

    def take(self) -> None:
        """Put it in place."""
        self.query.taken(self)
