"""The view *ribbon*: the number line of the fleet, or of one outage, in stretches, with what happens in each.

Made anew as a whole when it is looked at after the board moved; who serves it does so once a second. What only the
inventory changes (whose SIMs a stretch has, which stretches an alarm's object serves) is kept between.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from feeds.board.board import Board
from feeds.board.inventory import Where
from feeds.model import Row, StretchRow
from feeds.simspace import IntervalSet
from feeds.simspace.numberline import MOST_STRETCHES, NumberLine
from feeds.views.case_points import CasePoints
from feeds.views.fleet_line import FleetLine, line_of
from feeds.views.grid import Grid, Numbers
from feeds.views.query import BadQuery

COLUMNS: Final = 100
"""Stretches where nobody says how many."""
OUTAGES_TOLD: Final = 20
"""Outages named in one stretch: those with most of its SIMs."""

_OF: Final = re.compile(
    r"(?P<outage>[^:/]*)(?::(?P<first>[0-9]{5,19})-(?P<last>[0-9]{5,19}))?(?:/(?P<columns>[0-9]{1,9}))?"
)
_WRITTEN: Final = "write it as O-12, as O-12/160, or as :FIRST-LAST/160 (ICCID bodies, 1 to 1,000 stretches)"


class Asked(NamedTuple):
    """What ``of`` asks for: an outage or ``""``, the part that is looked at, how many stretches."""

    outage: str
    part: tuple[int, int] | None
    columns: int


def asked_for(of: str) -> Asked:
    """Return what ``of`` means. Raises BadQuery, which says how it is written."""
    found = _OF.fullmatch(of)
    if found is None:
        raise BadQuery(f"of: {of[:100]!r} is no part of the number line; {_WRITTEN}")
    columns = int(found["columns"] or COLUMNS)
    if not 1 <= columns <= MOST_STRETCHES:
        raise BadQuery(f"of: {columns} stretches; {_WRITTEN}")
    if found["first"] is None:
        return Asked(found["outage"], None, columns)
    if len(found["first"]) != len(found["last"]) or found["first"] > found["last"]:
        raise BadQuery(f"of: {found['first']}-{found['last']} does not go from a smaller to a larger body; {_WRITTEN}")
    last = min(int(found["last"]), np.iinfo(np.int64).max - 1)
    return Asked(found["outage"], (min(int(found["first"]), last), last), columns)


class RibbonSource:
    """The stretches of one picture. ``points`` is shared with other ribbons where their keeper says what moves."""

    name = "ribbon"
    row_type = StretchRow
    default_sort = "key"

    def __init__(self, board: Board, of: str = "", points: CasePoints | None = None) -> None:
        self._board = board
        self._asked = asked_for(of)
        if self._asked.outage and board.outages.survivor(self._asked.outage) is None:
            raise BadQuery(f"of: there is no outage {self._asked.outage[:100]}; {_WRITTEN}")
        self._own_points = points is None
        self._points = points if points is not None else CasePoints(board)
        self._fleet: FleetLine | None = None
        self._names_from = -1
        self._made_from = -1
        self._line = IntervalSet.empty
        self._grid = Grid(NumberLine(IntervalSet.empty), 1)
        self._customers: list[tuple[str, int]] = []
        self._served: dict[Where, Numbers] = {}
        self._held: dict[str, tuple[IntervalSet, Numbers]] = {}
        self._rows: dict[str, StretchRow] = {}

    def every_key(self) -> Iterable[str]:
        """Places of the stretches, from 0."""
        if self._made_from != self._board.seq:
            self._make()
        return self._rows

    def row(self, key: str) -> Row | None:
        """One stretch."""
        return self._rows.get(key)

    def _make(self) -> None:
        if self._own_points:
            self._points.touch_all()
        self._made_from = self._board.seq
        self._cut()
        grid = self._grid
        if not len(grid):
            self._rows = {}
            return
        cases, unexplained = self._cases()
        outages, held = self._outages()
        alarms = self._alarms()
        shares = np.round(held / grid.sizes, 4).tolist()
        self._rows = {
            str(at): StretchRow(
                key=str(at),
                first=str(first),
                last=str(last),
                sims=size,
                customer=customer,
                customers=customers,
                alarms=tuple(counts),
                cases=there,
                unexplained=unplaced,
                outages=tuple(named),
                share=share,
            )
            for at, (first, last, size, (customer, customers), counts, there, unplaced, named, share) in enumerate(
                zip(
                    grid.firsts.tolist(),
                    grid.lasts.tolist(),
                    grid.sizes.tolist(),
                    self._customers,
                    alarms.tolist(),
                    cases.tolist(),
                    unexplained.tolist(),
                    outages,
                    shares,
                    strict=True,
                )
            )
        }

    def _cut(self) -> None:
        """Cut the line anew where it changed."""
        inventory = self._board.inventory
        fleet = line_of(inventory.standing)
        line = self._whole_line(fleet.sims)
        if line is not self._line or fleet is not self._fleet:
            self._line, self._fleet = line, fleet
            whole = fleet.line if line is fleet.sims else NumberLine(line)
            self._grid = Grid(whole, self._asked.columns, self._asked.part)
            self._served = {}
            self._held = {}
            self._names_from = -1
        if self._names_from != inventory.version:
            self._names_from = inventory.version
            self._customers = fleet.stretches(self._grid, inventory.customers)

    def _whole_line(self, fleet: IntervalSet) -> IntervalSet:
        """Return the SIMs of the line: the same object as long as they are the same."""
        board, asked = self._board, self._asked
        outage = board.outages.survivor(asked.outage) if asked.outage else None
        if outage is not None:
            scope = board.outages.sims(outage.id)
            line = (scope & fleet) or scope
        elif fleet:
            return fleet
        else:
            runs = self._points.runs()
            scopes = [board.outages.sims(one.id) for one in board.outages.live()]
            line = IntervalSet.union([IntervalSet(runs.firsts, runs.lasts), *scopes])
        return self._line if line == self._line else line

    def _cases(self) -> tuple[Numbers, Numbers]:
        grid, runs = self._grid, self._points.runs()
        if self._asked.part is None and not self._asked.outage:
            return grid.counted(*runs)
        firsts, lasts = runs.firsts, runs.lasts
        inside = np.ones(len(firsts), dtype=np.bool_)
        if self._asked.part is not None:
            first, last = self._asked.part
            inside = (firsts <= last) & (lasts >= first)
        if self._asked.outage:
            inside &= np.searchsorted(self._line.starts, lasts, side="right") > np.searchsorted(self._line.ends, firsts)
        return grid.counted(firsts[inside], lasts[inside], runs.cases[inside], runs.unexplained[inside])

    def _alarms(self) -> Numbers:
        """Return the active alarms by severity (critical, major, minor, warning), shape (stretches, 4)."""
        totals = np.zeros((len(self._grid), 4), dtype=np.int64)
        served: dict[Where, Numbers] = {}
        for where, place in self._board.alarms.places.items():
            there = self._served.get(where)
            if there is None:
                sims = self._board.inventory.served(where)
                there = self._grid.holding(sims & self._line if self._asked.outage else sims)
            served[where] = there
            critical, major, minor, warning, indeterminate, *_cleared = place.counts
            totals[there] += np.array((critical, major, minor, warning + indeterminate), dtype=np.int64)
        self._served = served
        return totals

    def _outages(self) -> tuple[list[list[str]], Numbers]:
        """Return the live outages in each stretch, and how many of its SIMs are in any of them."""
        board, grid = self._board, self._grid
        held: dict[str, tuple[IntervalSet, Numbers]] = {}
        for outage in board.outages.live():
            scope = board.outages.sims(outage.id)
            known = self._held.get(outage.id)
            held[outage.id] = known if known is not None and known[0] is scope else (scope, grid.held(scope))
        self._held = held
        named: list[list[tuple[int, str]]] = [[] for _ in range(len(grid))]
        for outage_id, (_scope, counts) in held.items():
            for at in np.flatnonzero(counts).tolist():
                named[at].append((-int(counts[at]), outage_id))
        together = IntervalSet.union(scope for scope, _counts in held.values())
        return [[name for _count, name in sorted(found)[:OUTAGES_TOLD]] for found in named], grid.held(together)
