"""Reading a log: batches as facts, damage found on the way. Writes nothing and takes no lock.

The same reader serves a hub at its start, a replay of a recorded log, and a check beside a hub that runs.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from feeds.facts import Entry, decode_entries
from feeds.log.interface import Batch, Damage, LogDamaged, Report
from feeds.log.table import GENESIS, Row, Table


class RecordedLog:
    """A log as it lies in a data directory. ``last`` is the last good sequence that was seen."""

    def __init__(self, directory: Path) -> None:
        self._table = Table(directory)
        self.last = 0
        self.check = GENESIS
        """The chain check at ``last``, as far as ``verify`` looked."""
        self.at: datetime | None = None
        """When the last fact was appended, as far as ``verify`` looked."""
        self.damage: Damage | None = None

    def verify(self, after: int = 0) -> None:
        """Look at everything after sequence ``after``, or at all when the log does not reach so far.

        Sets ``last``, ``check``, ``at`` and ``damage``. The chain and the sequence are verified for each batch, the
        facts in it only for the last one: ``read`` does the rest.
        """
        if after and self.check_at(after) is None:
            after = 0
        tail: Row | None = None
        try:
            for row in self._table.rows(max(after - 1, 0)):  # one less: the batch that ends at ``after`` comes too
                tail = row
                self.last, self.check = row.last, row.check
            if tail is not None:
                self.at = _entries(tail, self._table)[-1].at
        except LogDamaged as error:
            if after:
                self.verify()  # from the start, so that the place of the damage is exact
            else:
                self.last = error.damage.after
                self.damage = error.damage

    def read(self, after: int = 0) -> Iterator[Batch]:
        """See ``FactLog.read``."""
        try:
            for row in self._table.rows(after):
                entries = _entries(row, self._table)
                self.last = max(self.last, row.last)
                if row.first <= after:
                    entries = entries[after + 1 - row.first :]
                yield Batch(entries, entries[0].seq, row.last)
        except LogDamaged as error:
            if error.damage.after < after:
                self.verify()  # from the start, so that the place of the damage is exact
            if self.damage is None or error.damage.after < self.damage.after:
                self.last = min(self.last, error.damage.after)
                self.damage = error.damage

    def check_at(self, seq: int) -> bytes | None:
        """See ``FactLog.check_at``."""
        if self.damage is not None and seq > self.damage.after:
            return None
        try:
            return self._table.check_at(seq)
        except LogDamaged:
            return None  # no check there to compare with; where the damage is, reading tells


def _entries(row: Row, table: Table) -> tuple[Entry, ...]:
    """Return the facts in ``row``. Raises LogDamaged."""
    try:
        entries = decode_entries(row.facts)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why = f"its checksum is right, but this program cannot read a fact in it ({error}): a newer one may have"
    else:
        if len(entries) == row.last - row.first + 1 and entries[0].seq == row.first and entries[-1].seq == row.last:
            return entries
        why = "its facts do not bear its sequences"
    raise LogDamaged(Damage(f"{table.database}, batch {row.first}–{row.last}", row.first - 1, why))


def read_only(directory: Path, after: int = 0) -> RecordedLog:
    """Return the log recorded in ``directory``, verified after sequence ``after``. Takes no lock, changes nothing.

    Raises LogError when there is no log or it may not be read. Damage is no error: see ``damage``.
    """
    log = RecordedLog(directory)
    log.verify(after)
    return log


def check(directory: Path) -> Report:
    """Verify the whole log in ``directory``, every fact of it, also while a hub runs there. Raises LogError."""
    log = RecordedLog(directory)
    batches = sum(1 for _ in log.read())
    return Report(log.last, batches, log.damage)
