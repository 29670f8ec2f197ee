"""A whole inventory made ready: proved, split by time, indexed. Takes a second or two for a million ranges.

Pure, and any thread may do it: the board takes over what was prepared when the table becomes a fact, and without it
does the same work itself.
"""

from dataclasses import dataclass
from datetime import datetime

from feeds.fleet.columns import Columns, seconds_of
from feeds.fleet.difference import differing_sims
from feeds.fleet.fleet import Fleet
from feeds.fleet.standing import split
from feeds.model import RangeTable
from feeds.simspace import IntervalSet


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What ``table`` says at a time, the same for all seconds from ``valid_from`` to before ``valid_until``."""

    table: RangeTable
    columns: Columns
    standing: Fleet
    pending: Columns
    valid_from: int
    valid_until: int
    against: Fleet | None = None
    """The fleet before it, where it was looked for what differs,"""
    differing: IntervalSet | None = None
    """and the SIMs of all ranges that differ."""

    def differs_from(self, before: Fleet) -> IntervalSet | None:
        """Return the SIMs of all ranges that differ from those of ``before``; None where that is not known."""
        return self.differing if self.against is before else None

    def fits(self, table: RangeTable, at: datetime) -> bool:
        """Whether it was made of this very table and holds at ``at``."""
        return self.table is table and self.valid_from <= seconds_of(at) < self.valid_until


def prepare(table: RangeTable, at: datetime, warm: bool = True, against: Fleet | None = None) -> Prepared:
    """Return the inventory of ``table`` as it stands at ``at``; with ``warm``, all indexes are made.

    ``against``: the fleet that it will take the place of. With it, the board need not look again at what stays the
    same. Raises NotATable.
    """
    columns = Columns.of(table)
    found = split(columns, seconds_of(at))
    standing = Fleet.of(found.standing)
    if warm:
        standing.warm()
    differing = differing_sims(against.columns, found.standing) if against is not None else None
    return Prepared(table, columns, standing, found.pending, found.valid_from, found.valid_until, against, differing)
