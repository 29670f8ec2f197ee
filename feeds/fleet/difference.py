"""What a new inventory changes, in ranges and in SIMs: what a person sees before it is loaded.

A range counts by its ends, a SIM by the customer of the most specific range that holds it, before and after.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import numpy as np
from msgspec import Struct

from feeds.fleet.codes import Places, Rows, translation
from feeds.fleet.columns import Columns, Numbers
from feeds.fleet.same import Flags, same_rows, same_texts
from feeds.fleet.standing import FOREVER, split
from feeds.simspace import IntervalSet, RangeIndex, range_text

EXAMPLES: Final = 10
MOVERS: Final = 20
_MOST: Final = 4
"""Where more than one in so many ranges differs, all are looked at."""


class Mover(Struct, frozen=True, gc=False, omit_defaults=True):
    """A customer whose SIMs become more or fewer: how many come to it and go from it, moves included."""

    customer: str
    name: str = ""
    come: int = 0
    go: int = 0


class Difference(Struct, frozen=True, gc=False, omit_defaults=True):
    """What an inventory changes against the one before.

    Ranges: ``added``, ``gone``, ``moved`` to another customer, ``changed`` in what they say otherwise, ``same``.
    Examples are the first EXAMPLES of each kind, as texts; ``movers`` the customers with most SIMs that come or go.
    """

    before: int = 0
    """Ranges before."""
    after: int = 0
    added: int = 0
    gone: int = 0
    moved: int = 0
    changed: int = 0
    same: int = 0
    sims_before: int = 0
    sims_after: int = 0
    sims_added: int = 0
    sims_gone: int = 0
    sims_moved: int = 0
    added_examples: tuple[str, ...] = ()
    gone_examples: tuple[str, ...] = ()
    moved_examples: tuple[str, ...] = ()
    changed_examples: tuple[str, ...] = ()
    movers: tuple[Mover, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether the two say the same."""
        return not (self.added or self.gone or self.moved or self.changed)


def difference(
    before: Columns, after: Columns, names: Mapping[str, str] | None = None, at: int | None = None
) -> Difference:
    """Return what ``after`` changes. ``names``: customers' names by id.

    ``at`` is the time (seconds since 1970 UTC) at which SIMs are counted: ranges that begin later do not hold any
    then. None: all have begun.
    """
    called = names or {}
    pairs = _paired(before, after)
    mine, theirs = np.flatnonzero(pairs >= 0), pairs[pairs >= 0]
    alike = same_rows(before, mine, after, theirs)
    owner_stays = same_texts(before.customer, mine, after.customer, theirs)
    moved, changed = mine[~owner_stays], mine[owner_stays & ~alike]
    gone = np.flatnonzero(pairs < 0)
    there = np.zeros(len(after), dtype=np.bool_)
    there[theirs] = True
    added = np.flatnonzero(~there)

    def whose(columns: Columns, row: int) -> str:
        return called.get(columns.customer.text(row), columns.customer.text(row))

    sims = _sims(before, after, FOREVER if at is None else at)
    return Difference(
        before=len(before),
        after=len(after),
        added=len(added),
        gone=len(gone),
        moved=len(moved),
        changed=len(changed),
        same=int(alike.sum()),
        sims_before=sims.before,
        sims_after=sims.after,
        sims_added=sims.added,
        sims_gone=sims.gone,
        sims_moved=sims.moved,
        added_examples=tuple(f"{_range(after, row)}  {whose(after, row)}" for row in _first(added)),
        gone_examples=tuple(f"{_range(before, row)}  {whose(before, row)}" for row in _first(gone)),
        moved_examples=tuple(
            f"{_range(before, row)}  {whose(before, row)} → {whose(after, int(pairs[row]))}" for row in _first(moved)
        ),
        changed_examples=tuple(
            f"{_range(before, row)}  {whose(before, row)}: {_changes(before, row, after, int(pairs[row]))}"
            for row in _first(changed)
        ),
        movers=tuple(
            Mover(customer, called.get(customer, ""), come, go)
            for customer, come, go in sorted(sims.movers, key=lambda one: (-one[1] - one[2], one[0]))[:MOVERS]
        ),
    )


def _first(rows: Rows) -> list[int]:
    found: list[int] = rows[:EXAMPLES].tolist()
    return found


def _range(columns: Columns, row: int) -> str:
    first, last = int(columns.firsts[row]), int(columns.lasts[row])
    count = last - first + 1
    return f"{range_text(str(first), str(last))} ({count:,} SIM{'s' if count > 1 else ''})"


def _changes(before: Columns, row: int, after: Columns, their_row: int) -> str:
    """Return what is said otherwise: ``apn a → b, use – → metering``."""
    old, new = before.row(row), after.row(their_row)
    values: list[tuple[str, str, str]] = [
        *((name, old.attributes.get(name, ""), new.attributes.get(name, "")) for name in _names(before, after)),
        ("use", old.use, new.use),
        ("IMSI", old.imsi_first, new.imsi_first),
        ("MSISDN", old.msisdn_first, new.msisdn_first),
        ("since", _time(old.since), _time(new.since)),
    ]
    return ", ".join(f"{name} {was or '–'} → {now or '–'}" for name, was, now in values if was != now)


def _time(since: datetime | None) -> str:
    return f"{since:%Y-%m-%d %H:%M:%S}Z" if since is not None else ""


def _names(*inventories: Columns) -> list[str]:
    return sorted({name for columns in inventories for name, _ in columns.attributes})


def _paired(before: Columns, after: Columns) -> Rows:
    """Return for each range of ``before`` the one of ``after`` with the same ends, or -1.

    Where one is stated for several times, the first goes with the first, and so on.
    """
    if np.array_equal(before.firsts, after.firsts) and np.array_equal(before.lasts, after.lasts):
        return np.arange(len(before))
    pairs = after.places(before.firsts, before.lasts)
    turn = _turns(before)
    if turn is not None:
        pairs = pairs + turn
    at = np.minimum(pairs, max(len(after) - 1, 0))
    if not len(after):
        return np.full(len(before), -1, dtype=np.int64)
    there = (pairs == at) & (after.firsts[at] == before.firsts) & (after.lasts[at] == before.lasts)
    return np.where(there, pairs, -1)


def _turns(columns: Columns) -> Rows | None:
    """Return how many rows with the same ends stand before each one; None: no two have the same."""
    same = (columns.firsts[1:] == columns.firsts[:-1]) & (columns.lasts[1:] == columns.lasts[:-1])
    if not same.any():
        return None
    places = np.arange(len(columns))
    return places - np.maximum.accumulate(np.where(np.append(False, same), 0, places))


class _Sims(Struct, frozen=True):
    before: int
    after: int
    added: int
    gone: int
    moved: int
    movers: list[tuple[str, int, int]]


def _sims(before: Columns, after: Columns, at: int) -> _Sims:
    old, new = split(before, at).standing, split(after, at).standing
    mine, theirs = IntervalSet(old.firsts, old.lasts), IntervalSet(new.firsts, new.lasts)
    customers = tuple(sorted({*old.customer.values, *new.customer.values}))
    nobody = len(customers)
    near, near_too = _near(old, new)
    cuts, was = _owners(old, near, customers)
    more, now = _owners(new, near_too, customers)
    # All edges of both in one order; where two are the same, nothing lies between them.
    edges = np.concatenate((cuts, more))
    order = np.argsort(edges, kind="stable")
    edges = edges[order]
    passed = np.cumsum(order < len(cuts), dtype=np.int32)
    left = np.append(np.int32(nobody), was)[passed]
    right = np.append(np.int32(nobody), now)[np.arange(1, len(edges) + 1, dtype=np.int32) - passed]
    differs = left != right  # never behind the last edge: there both are nobody's
    sizes = np.compress(differs[:-1], edges[1:]) - np.compress(differs[:-1], edges[:-1])
    left, right = np.compress(differs, left), np.compress(differs, right)
    come, go = np.zeros(nobody + 1, dtype=np.int64), np.zeros(nobody + 1, dtype=np.int64)
    np.add.at(come, right, sizes)
    np.add.at(go, left, sizes)
    # What comes to nobody is gone, what goes from nobody is added.
    gone, added = int(come[nobody]), int(go[nobody])
    movers = np.flatnonzero(come[:nobody] + go[:nobody])
    return _Sims(
        before=mine.count,
        after=theirs.count,
        added=added,
        gone=gone,
        moved=int(sizes.sum()) - gone - added,
        movers=[(customers[code], int(come[code]), int(go[code])) for code in movers.tolist()],
    )


def _near(old: Columns, new: Columns) -> tuple[Rows, Rows]:
    """Return the ranges of each of the two where a SIM may have changed hands.

    Where only ranges lie that both have, with the same customers, none can have: so the others are looked for, and
    all that share a SIM with one of them.
    """
    ours, others = _unlike(old, new, lambda mine, theirs: same_texts(old.customer, mine, new.customer, theirs))
    if int(ours.sum() + others.sum()) * _MOST > len(old) + len(new):
        return np.arange(len(old)), np.arange(len(new))
    scope = _sims_of((old, ours), (new, others))
    return _meeting(old, scope), _meeting(new, scope)


def differing_sims(old: Columns, new: Columns) -> IntervalSet:
    """Return the SIMs of all ranges that only one of the two states so. No two of one have the same ends."""
    ours, others = _unlike(old, new, lambda mine, theirs: same_rows(old, mine, new, theirs))
    return _sims_of((old, ours), (new, others))


def _unlike(old: Columns, new: Columns, alike: Callable[[Rows, Rows], Flags]) -> tuple[Flags, Flags]:
    """Return for each row of both whether the other has no row with the same ends that is ``alike``."""
    pairs = _paired(old, new)
    mine, theirs = np.flatnonzero(pairs >= 0), pairs[pairs >= 0]
    same = alike(mine, theirs)
    ours, others = np.ones(len(old), dtype=np.bool_), np.ones(len(new), dtype=np.bool_)
    ours[mine[same]] = False
    others[theirs[same]] = False
    return ours, others


def _sims_of(*parts: tuple[Columns, Flags]) -> IntervalSet:
    firsts = np.concatenate([columns.firsts[rows] for columns, rows in parts])
    return IntervalSet(firsts, np.concatenate([columns.lasts[rows] for columns, rows in parts]))


def _meeting(columns: Columns, scope: IntervalSet) -> Rows:
    begun = np.searchsorted(scope.starts, columns.lasts, side="right")
    return np.flatnonzero(begun > np.searchsorted(scope.ends, columns.firsts))


def _owners(columns: Columns, rows: Rows, customers: tuple[str, ...]) -> tuple[Numbers, Places]:
    """Return where the customer of these ranges changes, and to which; the number of customers stands for nobody."""
    edges, found = RangeIndex(columns.firsts[rows], columns.lasts[rows]).steps()
    codes = translation(columns.customer.values, customers)[columns.customer.codes[rows]]
    return edges, np.append(codes, np.int32(len(customers)))[found]
