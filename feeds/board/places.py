"""Where cases lie: the ranges of the inventory that they concern, kept case by case.

So a look for groups costs with the ranges that have cases, not with the cases. What range a case lies on is looked up
for many at once, when somebody asks. Whether a case counts as evidence at all is not decided here. Derived.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from sortedcontainers import SortedList

from feeds.board.inventory import Inventory, Pair

RANGES_OF_A_CASE: Final = 200
"""A case in more ranges than this says nothing about any one of them."""
CASES_TOGETHER: Final = 2
"""So many open cases in one range are a group."""
MANY_SIMS: Final = 100
"""A single case about so many SIMs is a group by itself."""


class Lying(NamedTuple):
    """A case: its SIMs, and the first and last bodies of the ranges that it meets; None: more than RANGES_OF_A_CASE."""

    pairs: list[Pair]
    sims: int
    ranges: tuple[Pair, ...] | None
    own: tuple[Pair, ...]
    """Those of the ranges that hold no other of them."""


class Places:
    """A set of cases, and what they lie on."""

    def __init__(self, inventory: Inventory) -> None:
        self.version = 0
        """Counts changes."""
        self._inventory = inventory
        self._waiting: dict[str, tuple[list[Pair], int]] = {}
        """Cases of which the ranges have not been looked up yet."""
        self._cases: dict[str, Lying] = {}
        self._on: dict[Pair, dict[str, None]] = {}
        self._own: dict[Pair, dict[str, None]] = {}
        self._many: dict[Pair, int] = {}
        self._crowded: dict[Pair, None] = {}
        self._wide: dict[str, None] = {}
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
    def crowded(self) -> dict[Pair, None]:
        """Ranges with enough cases for a group."""
        self._look_up()
        return self._crowded

    @property
    def wide(self) -> dict[str, None]:
        """Cases in more ranges than say anything."""
        self._look_up()
        return self._wide

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

    def put(self, key: str, pairs: list[Pair], sims: int, lying: Lying | None = None) -> None:
        """Keep a case, in place of what was known of it. ``lying``: what was looked up of it elsewhere."""
        known = self._waiting.get(key) or self._cases.get(key)
        if known is not None:
            if known[0] == pairs:
                return
            self.drop(key)
        if lying is not None and lying.pairs == pairs:
            self.keep(key, lying)
        else:
            self._waiting[key] = (pairs, sims)
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
        self._wide.pop(key, None)
        if self._loose.pop(key, False) is None:
            for first, last in case.pairs:
                self._loose_runs.remove((first, last, key))
        for run in case.ranges or ():
            there = self._on[run]
            del there[key]
            if case.sims >= MANY_SIMS:
                self._many[run] -= 1
                if not self._many[run]:
                    del self._many[run]
            if not there:
                del self._on[run]
            if len(there) < CASES_TOGETHER and run not in self._many:
                self._crowded.pop(run, None)
        for run in case.own:
            there = self._own[run]
            del there[key]
            if not there:
                del self._own[run]
        return case

    def clear(self) -> None:
        """Forget all."""
        known: tuple[dict[str, object] | dict[Pair, object], ...] = (
            *(self._waiting, self._cases, self._wide, self._loose),  # type: ignore[assignment]
            *(self._on, self._own, self._many, self._crowded),
        )
        for one in known:
            one.clear()
        self._loose_runs.clear()
        self.version += 1

    def _look_up(self) -> None:
        if self._waiting:
            look_up([self], self._inventory)

    def waiting(self) -> Iterable[tuple[str, tuple[list[Pair], int]]]:
        """Hand over the cases that wait to be looked up: their SIMs as runs, and how many."""
        waiting, self._waiting = self._waiting, {}
        return waiting.items()

    def keep(self, key: str, case: Lying) -> None:
        """Keep a case that was looked up."""
        self._cases[key] = case
        if case.ranges is None:
            self._wide[key] = None
        elif not case.ranges:
            self._loose[key] = None
            self._loose_runs.update((first, last, key) for first, last in case.pairs)
        for run in case.ranges or ():
            there = self._on.setdefault(run, {})
            there[key] = None
            if case.sims >= MANY_SIMS:
                self._many[run] = self._many.get(run, 0) + 1
            if len(there) >= CASES_TOGETHER or run in self._many:
                self._crowded[run] = None
        for run in case.own:
            self._own.setdefault(run, {})[key] = None


def look_up(many: Iterable[Places], inventory: Inventory) -> None:
    """Look up the ranges of all cases of ``many`` that wait for it: at once, as each single time has its price."""
    waiting = [(places, *one) for places in many for one in places.waiting()]
    met = _ranges_met(inventory, [pairs for _places, _key, (pairs, _sims) in waiting])
    for (places, key, (pairs, sims)), ranges in zip(waiting, met, strict=True):
        own = ranges if ranges is None or len(ranges) < 2 else most_specific(ranges)
        places.keep(key, Lying(pairs, sims, ranges, own or ()))


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
