"""Reading a log: batches as facts, damage found on the way. Writes nothing and takes no lock.

The same reader serves a hub at its start, a replay of a recorded log, and a check beside a hub that runs.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from feeds.facts import Entry, Glance, decode_entries, glance_entries
from feeds.log.head import read_head
from feeds.log.interface import Batch, Damage, LogChanged, LogDamaged, LogError, Report
from feeds.log.survey import base_trouble, covered, lost_end, surveyed
from feeds.log.table import GENESIS, Pruned, Row, Table


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
        self.doubt = ""
        """What cannot be told of a log that is not damaged, as a sentence, as far as was looked."""
        self._directory = directory

    def verify(self, after: int = 0, check: bytes = b"") -> None:
        """Look at everything after sequence ``after``, or at all when the log does not reach so far.

        ``check``: the chain's check there as a snapshot knows it; where the log has it, nothing before is looked at.

        Sets ``last``, ``check``, ``at`` and ``damage``. The chain and the sequence are verified for each batch, the
        facts in it only for the last one: ``read`` does the rest.
        """
        if not self.belongs(after, check):
            check = b""
            if after and self.check_at(after) is None:
                after = 0
        tail: Row | None = None
        try:
            # One less: the batch that ends at ``after`` comes too.
            if check:
                self.last, self.check = after, check
                tail = self._last_row(after)
            for row in self._table.rows(after, check) if check else self._table.rows(max(after - 1, 0)):
                tail = row
                self.last, self.check = row.last, row.check
            if tail is not None:
                self.at = _entries(tail, self._table)[-1].at
            self._prove_end()
        except LogDamaged as error:
            if after and not check:
                self.verify()  # from the start, so that the place of the damage is exact
            else:
                self.last = error.damage.after
                self.damage = surveyed(self._table, error.damage)

    def _last_row(self, seq: int) -> Row | None:
        """Return the batch that ends at ``seq``; None where it is not good, which is of no matter to what follows."""
        try:
            return next(self._table.rows(max(seq - 1, 0)), None)
        except LogDamaged:
            return None

    def _prove_end(self) -> None:
        """Look whether the end of a log without a witness is its end. Raises LogDamaged."""
        if self.last and read_head(self._table.witness) is None:
            damage = lost_end(self._directory, self.last)
            if damage is not None:
                raise LogDamaged(damage)
            self.doubt = (
                f"The witness {self._table.witness} is missing or cannot be read: whether facts are gone from the end "
                f"of the log, after {self.last}, cannot be told. A hub that starts writes it again."
            )

    def _found(self, damage: Damage) -> None:
        if self.damage is None or damage.after < self.damage.after:
            self.damage = surveyed(self._table, damage)

    def read(self, after: int = 0, check: bytes = b"") -> Iterator[Batch]:
        """See ``FactLog.read``."""
        try:
            for row in self._table.rows(after, check):
                entries = _entries(row, self._table)
                self.last = max(self.last, row.last)
                if row.first <= after:
                    entries = entries[after + 1 - row.first :]
                yield Batch(entries, entries[0].seq, row.last)
            if not after:
                self._prove_end()
        except LogDamaged as error:
            if error.damage.after < after:
                self.verify()  # from the start, so that the place of the damage is exact
            if self.damage is None or error.damage.after < self.damage.after:
                self.last = min(self.last, error.damage.after)
                self._found(error.damage)

    def glance(self, after: int = 0, until: int | None = None) -> Iterator[Glance]:
        """Yield the good entries after sequence ``after`` up to ``until``, their facts not looked into.

        Stops at damage, as ``read`` does. Blocks on the disk.
        """
        try:
            for row in self._table.rows(after):
                for entry in _glances(row, self._table):
                    if until is not None and entry.seq > until:
                        return
                    if entry.seq > after:
                        yield entry
                if until is not None and row.last >= until:
                    return
        except LogDamaged as error:
            self._found(error.damage)

    def raw(self, after: int = 0, check: bytes = b"") -> Iterator[tuple[int, bytes]]:
        """Yield (last sequence, JSON) of the good batches after ``after``: for a search in bytes. Stops at damage.

        ``check``: see ``read``.
        """
        try:
            for row in self._table.rows(after, check):
                yield row.last, row.facts
        except LogDamaged as error:
            self._found(error.damage)

    def end(self) -> tuple[int, datetime] | None:
        """Return sequence and time of the last fact, not verified; None when the log is empty."""
        row = self._table.holding()
        return (row.last, _glances(row, self._table)[-1].at) if row is not None else None

    def end_before(self, seq: int) -> int:
        """Return the last sequence up to ``seq`` at which a batch ends; where the log begins when there is none."""
        row = self._table.holding(seq)
        if row is None:
            end = self._table.holding()
            return self.begins if end is None or seq < end.first else end.last
        return seq if row.last == seq else row.first - 1

    def pruned(self) -> list[Pruned]:
        """Return what was taken from the beginning of the log, each time that was done. Raises LogDamaged, LogError."""
        return self._table.pruned()

    @property
    def begins(self) -> int:
        """The sequence after which the log begins: 0, or the last one that was pruned. Raises LogError."""
        try:
            return self._table.begins()
        except LogDamaged:
            return 0  # reading tells where the damage is

    def check_of(self, seq: int) -> bytes | None:
        """Return the chain check of the batch that holds ``seq``, as it stands there; None when there is none."""
        row = self._table.holding(seq)
        if row is None and seq == 1 and (pruned := self._table.pruned()):
            return pruned[-1].opening
        return row.check if row is not None else None

    def time_of(self, seq: int) -> datetime | None:
        """Return when the fact ``seq`` was appended; None when there is none."""
        row = self._table.holding(seq)
        return _glances(row, self._table)[seq - row.first].at if row is not None else None

    def seq_at(self, at: datetime) -> int:
        """Return the last sequence appended at ``at`` or before; where the log begins (0) when all came later.

        Looks at a few batches only: where a clock was put back, at one of the places that fit. Blocks on the disk.
        """
        last = self._table.holding()
        if last is None:
            return 0
        # All up to ``good`` came at ``at`` or before; the fact ``beyond`` came after it.
        good, beyond = self.begins, last.last + 1
        while good + 1 < beyond:
            row = self._table.holding((good + beyond) // 2)
            if row is None:
                beyond = (good + beyond) // 2  # a gap: what is before it counts
                continue
            entries = _glances(row, self._table)
            within = [entry.seq for entry in entries if entry.at <= at]
            if not within:
                beyond = row.first
            elif len(within) < len(entries):
                return within[-1]
            else:
                good = row.last
        return good

    def belongs(self, seq: int, check: bytes) -> bool:
        """See ``FactLog.belongs``."""
        if not check or (self.damage is not None and seq > self.damage.after):
            return False
        try:
            return self._table.belongs(seq, check)
        except LogDamaged:
            return False  # where the damage is, reading tells

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


def _glances(row: Row, table: Table) -> tuple[Glance, ...]:
    """Return the entries in ``row`` without looking into their facts. Raises LogDamaged."""
    try:
        return glance_entries(row.facts)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why = f"its entries cannot be read ({error})"
        place = f"{table.database}, batch {row.first}–{row.last}"
        raise LogDamaged(Damage(place, row.first - 1, why)) from error


def read_only(directory: Path, after: int = 0, check: bytes = b"") -> RecordedLog:
    """Return the log recorded in ``directory``, verified after sequence ``after``. Takes no lock, changes nothing.

    ``check``: see ``RecordedLog.verify``.

    Raises LogError when there is no log or it may not be read. Damage is no error: see ``damage``.
    """
    log = RecordedLog(directory)
    log.verify(after, check)
    return log


class Verified(Struct, frozen=True):
    """A chain that holds: its end, what was taken from its beginning, and where an earlier head stood (``named``)."""

    last: int
    check: bytes
    batches: int
    pruned: tuple[Pruned, ...]
    named: int | None = None


def verify(directory: Path, head: bytes | None = None, at: int | None = None) -> Verified:
    """Follow the chain of hashes through the whole log in ``directory``, also while a hub runs there.

    ``head`` is the hash that the chain had once, at sequence ``at`` where that is known: who changes, takes out, puts
    in or exchanges a batch before it cannot come to the same hash again. Raises LogDamaged where the chain breaks,
    LogChanged where it is sound and does not come by that hash, LogError when there is no log, when the place lies in
    what was pruned, or the board that a pruned log begins from cannot be used.
    """
    table = Table(directory)
    pruned = tuple(table.pruned())
    named: int | None = None
    last, found, batches = (pruned[-1].last, pruned[-1].check, 0) if pruned else (0, GENESIS, 0)
    other: bytes | None = None
    for place, seen in ((one.last, one.check) for one in pruned):
        if place == at:
            other = seen
        if seen == head:
            named = place
    try:
        for row in table.rows():
            last, found, batches = row.last, row.check, batches + 1
            if row.last == at:
                other = row.check
            if row.check == head:
                named = row.last
        if last and read_head(table.witness) is None and (lost := lost_end(directory, last)) is not None:
            raise LogDamaged(lost)
    except LogDamaged as error:
        raise LogDamaged(covered(directory, surveyed(table, error.damage))) from error
    if trouble := base_trouble(directory):
        raise LogError(f"{trouble} The chain of the log is unbroken to {last}.")
    if head is not None and (named is None or (at is not None and at != named)):
        if pruned and at is not None and at < pruned[-1].last and other is None:
            raise LogError(
                f"Whether the log in {directory} had the hash {head.hex()} at {at} cannot be told any more: what was "
                f"there is pruned up to {pruned[-1].last}. Its chain is unbroken from there to {last}."
            )
        why = f"no batch has the hash {head.hex()}"
        if at is not None and other is not None:
            why = f"the batch that ends at {at} has the hash {other.hex()} and not {head.hex()}"
        elif at is not None:
            why = f"no batch ends at {at}, where the hash was {head.hex()}"
        raise LogChanged(
            f"The log {table.database} did not come by that head: {why}; the log was changed since, or it is another "
            f"one. By itself it is sound: its chain is unbroken to {last}:{found.hex()}, and a hub serves it."
        )
    return Verified(last, found, batches, pruned, named)


def check(directory: Path) -> Report:
    """Verify the whole log in ``directory``, every fact of it, also while a hub runs there. Raises LogError."""
    log = RecordedLog(directory)
    batches = sum(1 for _ in log.read())
    if log.damage is not None:
        return Report(log.last, batches, covered(directory, log.damage))
    return Report(log.last, batches, None, base_trouble(directory), log.doubt)
