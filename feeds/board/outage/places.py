"""Where cases lie: the ranges of the inventory that they concern, and who wrote when, kept case by case.

So a look for groups costs with the customers that wrote about a range, not with the cases. What range a case lies on is
looked up for many at once, when somebody asks. Whether a case counts as evidence at all is not decided here. Derived.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from sortedcontainers import SortedList

from feeds.board.inventory import Inventory, Pair

RANGES_OF_A_CASE: Final = 200
"""A case in more ranges than this says nothing about any one of them."""
FEWEST_CUSTOMERS: Final = 3
"""Fewer say nothing about a place: the trouble may be their own."""
SEVERAL_SIMS: Final = 20
"""A case about fewer SIMs is never a group by itself."""


class Written(NamedTuple):
    """A case as it was told: its SIMs as runs, how many, who wrote, and the minute (since 1970) it was opened in.

    Minute 0: it is about nothing that could be wrong; it is kept, and never new.
    """

    pairs: list[Pair]
    sims: int
    writer: str
    minute: int


class Lying(NamedTuple):
    """A case, and the first and last bodies of the ranges that it meets; None: more than RANGES_OF_A_CASE."""

    written: Written
    ranges: tuple[Pair, ...] | None
    own: tuple[Pair, ...]
    """Those of the ranges that hold no other of them."""

    @property
    def pairs(self) -> list[Pair]:
        """Its SIMs as runs."""
        return self.written.pairs


Row: TypeAlias = tuple[Pair, str]
"""A range, and who wrote about SIMs in it that no narrower range holds."""


class Places:
    """A set of cases, and what they lie on."""

    def __init__(self, inventory: Inventory) -> None:
        self.version = 0
        """Counts changes."""
        self._inventory = inventory
        self._waiting: dict[str, Written] = {}
        """Cases of which the ranges have not been looked up yet."""
        self._cases: dict[str, Lying] = {}
        self._on: dict[Pair, dict[str, None]] = {}
        self._own: dict[Pair, dict[str, None]] = {}
        self._writers_on: dict[Pair, dict[str, int]] = {}
        """Range → who wrote about it → how many cases."""
        self._minutes: dict[Row, dict[str, int]] = {}
        self._newest: dict[Row, int] = {}
        self._outdated: set[Row] = set()
        """Rows of which the newest case went."""
        self._crowded: dict[Pair, None] = {}
        self._several: dict[str, None] = {}
        self._loose: dict[str, None] = {}
        self._loose_runs: SortedList = SortedList()

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self._cases) + len(self._waiting)

    def __contains__(self, key: object) -> bool:
        return key in self._cases or key in self._waiting

    @property
    def cases(self) -> dict[str, Lying]:
        """The cases by key."""
        self._look_up()
        return self._cases

    @property
    def on(self) -> dict[Pair, dict[str, None]]:
        """Range of the inventory → cases that meet it."""
        self._look_up()
        return self._on

    @property
    def own(self) -> dict[Pair, dict[str, None]]:
        """Range of the inventory → cases that lie on it and on no narrower one within it."""
        self._look_up()
        return self._own

    @property
    def rows(self) -> dict[Row, int]:
        """Range and writer → the minute of the newest case."""
        self._look_up()
        for row in self._outdated:
            self._newest[row] = max(self._minutes[row].values())
        self._outdated.clear()
        return self._newest

    def opened(self, row: Row) -> dict[str, int]:
        """Return the cases of a row: key → the minute it was opened in."""
        self._look_up()
        return self._minutes.get(row, {})

    @property
    def crowded(self) -> dict[Pair, None]:
        """Ranges about which enough customers wrote for a group, at any time."""
        self._look_up()
        return self._crowded

    @property
    def several(self) -> dict[str, None]:
        """Cases about several SIMs, so many that one may be a group by itself."""
        self._look_up()
        return self._several

    @property
    def loose(self) -> dict[str, None]:
        """Cases whose SIMs no range holds."""
        self._look_up()
        return self._loose

    @property
    def loose_runs(self) -> SortedList:
        """The runs of these, in order: first body, last body, case."""
        self._look_up()
        return self._loose_runs

    def put(self, key: str, written: Written, lying: Lying | None = None) -> None:
        """Keep a case, in place of what was known of it. ``lying``: what was looked up of it elsewhere."""
        known = self._waiting.get(key)
        if known is None and key in self._cases:
            known = self._cases[key].written
        if known is not None:
            if known == written:
                return
            dropped = self.drop(key)
            lying = lying or dropped
        if lying is not None and lying.pairs == written.pairs:
            self.keep(key, lying._replace(written=written))
        else:
            self._waiting[key] = written
        self.version += 1

    def drop(self, key: str) -> Lying | None:
        """Forget a case. Return what was looked up of it."""
        if self._waiting.pop(key, None) is not None:
            self.version += 1
            return None
        case = self._cases.pop(key, None)
        if case is None:
            return None
        self.version += 1
        self._several.pop(key, None)
        if self._loose.pop(key, False) is None:
            for first, last in case.pairs:
                self._loose_runs.remove((first, last, key))
        writer = case.written.writer
        for run in case.ranges or ():
            there = self._on[run]
            del there[key]
            writers = self._writers_on[run]
            writers[writer] -= 1
            if not writers[writer]:
                del writers[writer]
            if not there:
                del self._on[run], self._writers_on[run]
            if len(writers) < FEWEST_CUSTOMERS:
                self._crowded.pop(run, None)
        for run in case.own:
            there = self._own[run]
            del there[key]
            if not there:
                del self._own[run]
            row = (run, writer)
            minutes = self._minutes[row]
            if minutes.pop(key) >= self._newest[row]:
                self._outdated.add(row)
            if not minutes:
                del self._minutes[row], self._newest[row]
                self._outdated.discard(row)
        return case

    def clear(self) -> None:
        """Forget all."""
        for one in (self._waiting, self._cases, self._several, self._loose, self._loose_runs, self._outdated):
            one.clear()
        for ranges in (self._on, self._own, self._writers_on, self._crowded):
            ranges.clear()
        for rows in (self._minutes, self._newest):
            rows.clear()
        self.version += 1

    def _look_up(self) -> None:
        if self._waiting:
            look_up([self], self._inventory)

    def waiting(self) -> Iterable[tuple[str, Written]]:
        """Hand over the cases that wait to be looked up."""
        waiting, self._waiting = self._waiting, {}
        return waiting.items()

    def keep(self, key: str, case: Lying) -> None:
        """Keep a case that was looked up."""
        self._cases[key] = case
        _pairs, sims, writer, minute = case.written
        if sims >= SEVERAL_SIMS:
            self._several[key] = None
        if case.ranges == ():
            self._loose[key] = None
            self._loose_runs.update((first, last, key) for first, last in case.pairs)
        for run in case.ranges or ():
            self._on.setdefault(run, {})[key] = None
            writers = self._writers_on.setdefault(run, {})
            writers[writer] = writers.get(writer, 0) + 1
            if len(writers) >= FEWEST_CUSTOMERS:
                self._crowded[run] = None
        for run in case.own:
            self._own.setdefault(run, {})[key] = None
            row = (run, writer)
            self._minutes.setdefault(row, {})[key] = minute
            if minute >= self._newest.get(row, -1):
                self._newest[row] = minute
                self._outdated.discard(row)


def look_up(many: Iterable[Places], inventory: Inventory) -> None:
    """Look up the ranges of all cases of ``many`` that wait for it: at once, as each single time has its price."""
    waiting = [(places, *one) for places in many for one in places.waiting()]
    met = _ranges_met(inventory, [written.pairs for _places, _key, written in waiting])
    for (places, key, written), ranges in zip(waiting, met, strict=True):
        own = ranges if ranges is None or len(ranges) < 2 else most_specific(ranges)
        places.keep(key, Lying(written, ranges, own or ()))


def most_specific(ranges: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """Return those of ``ranges`` that hold no other of them."""
    found: list[Pair] = []
    for first, last in sorted(ranges, key=lambda run: (run[0], -run[1])):
        while found and last <= found[-1][1]:
            found.pop()
        found.append((first, last))
    return tuple(found)


def _ranges_met(inventory: Inventory, cases: Sequence[list[Pair]]) -> list[tuple[Pair, ...] | None]:
    """Return the ends of the ranges that each case meets; None where these are more than RANGES_OF_A_CASE."""
    table = np.array([pair for pairs in cases for pair in pairs], dtype=np.int64).reshape(-1, 2)
    standing = inventory.standing
    met = standing.met(table[:, 0], table[:, 1]).tolist()
    rows = inventory.rows_of(table[:, 0])
    held = rows >= 0
    begins, ends = (column.tolist() for column in standing.ends(rows[held]))
    place = (held.cumsum() - 1).tolist()
    held_at = held.tolist()
    found: list[tuple[Pair, ...] | None] = []
    at = 0
    for pairs in cases:
        until = at + len(pairs)
        many = sum(met[at:until])
        if not many:
            found.append(())
        elif many > RANGES_OF_A_CASE:
            found.append(None)
        elif until == at + 1 and many == 1 and held_at[at]:  # one range, and it holds the first SIM: most cases
            found.append(((begins[place[at]], ends[place[at]]),))
        else:
            found.append(tuple(inventory.runs_met(pairs)))
        at = until
    return found
