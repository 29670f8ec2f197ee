"""The rows of one source, made once for all who look, each at a slot that it keeps.

What orders and filters look at are columns over these slots (held_columns.py), and what each row says as folded text.
All are made when they are first wanted, told of each row that changes, and bounded: of a source with more than
``ROWS_HELD`` rows only the keys are held, and columns and texts are made anew whenever somebody asks.

Very many rows are made in pieces, by ``prepare``: whoever looks at them waits (``settle`` says so), and nobody else.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Any, Final, Protocol
from weakref import WeakSet

import numpy as np

from feeds.model import Row
from feeds.views.columns import Marks, Slots, grown
from feeds.views.folded import folder
from feeds.views.held_columns import HeldColumns
from feeds.views.order import Order

MOST_DIRTY: Final = 20_000
"""Keys that are noted one by one, or a quarter of all; when there are more everything is looked at anew."""
ROWS_HELD: Final = 1_500_000
"""Of more rows only the keys are held, and the rows made anew whenever somebody looks: a million take some 1.2 GB."""
PIECE: Final = 5_000
FEW: Final = 200
"""Rows that are made before it is asked whether it is time to rest."""
SPARE: Final = 10_000
"""So many slots without a row may stand beside as many as are in use."""


class Source(Protocol):
    """Where the rows of a view come from."""

    @property
    def name(self) -> str:
        """The view's name."""
        ...

    @property
    def row_type(self) -> type[Row]:
        """The type of its rows."""
        ...

    @property
    def default_sort(self) -> str:
        """Its order where none is asked for."""
        ...

    def every_key(self) -> Iterable[str]:
        """Every key that has a row now."""
        ...

    def row(self, key: str) -> Row | None:
        """The row of ``key``, or None when there is none (any more)."""
        ...


class Renumbered(Protocol):
    """What remembers slots."""

    def renumber(self, new: Slots) -> None:
        """Take the numbers of ``new`` for the slots so far; those whose number is -1 are gone."""
        ...


class HeldRows:
    """Rows of ``source``. ``drop`` says which may have changed; what is not dropped is as it was."""

    def __init__(self, source: Source, clock: Callable[[], float] = lambda: 0.0, at_once: int | None = None) -> None:
        """``at_once``: more rows than this are made in pieces by ``prepare``; None: all are made when wanted."""
        self.source = source
        self.clock = clock
        """Seconds that the program has computed; stops patterns that take too long. Without one none is stopped."""
        self._at_once = at_once
        self._laying: Generator[None, None, None] | None = None
        """What is left to do until all rows have their slots, where that is done in pieces."""
        self.awaited = False
        """Whether somebody waits for what ``prepare`` does."""
        self.layout = 0
        """Moves when all slots were given anew: who remembers any begins from the beginning."""
        self.keys: list[str] = []
        """By slot. Another list in each layout."""
        self.columns = HeldColumns(self)
        """To be asked when all is settled."""
        self._fold = folder(source.row_type)
        self._laid = False
        self._rows: list[Row | None] = []
        """By slot; None: not held, or there is none."""
        self._texts: list[str | None] = []
        self._slot_of: dict[str, int] = {}
        self._there: Marks = np.empty(0, np.bool_)
        """By slot, whether there is a row; may have room at its end."""
        self._by_key = self._order(np.empty(0, np.int32))
        self._dirty: set[str] = set()
        self._spared: dict[str, Row] = {}
        """Rows that did not change when everything was forgotten."""
        self._held = 0
        self._told = 0
        self._to_fold: Iterator[int] | None = None
        self._renumbered: WeakSet[Renumbered] = WeakSet()

    @property
    def row_type(self) -> type[Row]:
        """The type of the rows."""
        return self.source.row_type

    @property
    def count(self) -> int:
        """How many rows there are, where they were looked at."""
        return len(self._by_key)

    @property
    def whole(self) -> bool:
        """Whether the rows are few enough to be held, and so are columns and texts."""
        return len(self._by_key) <= ROWS_HELD

    def row(self, key: str) -> Row | None:
        """Return the row of ``key``, or None when there is none (any more)."""
        slot = self._slot_of.get(key)
        if slot is None or key in self._dirty:
            return self.source.row(key)
        return self.row_at(slot)

    def row_at(self, slot: int) -> Row | None:
        """Return the row of a slot, or None when there is none (any more)."""
        row = self._rows[slot]
        if row is None and self._there[slot]:
            row = self.source.row(self.keys[slot])
            if row is not None and self._held < ROWS_HELD:
                self._hold(slot, row)
        return row

    def rows_at(self, slots: Slots) -> Iterator[Row | None]:
        """Yield the row of each slot."""
        held = self._rows
        if self._held == self.count:  # all that there are
            return map(held.__getitem__, slots.tolist())
        return (held[slot] or self.row_at(slot) for slot in slots.tolist())

    def every_row(self) -> Iterable[Row | None]:
        """Return what each slot has."""
        return self._rows if self._held == len(self.keys) else self.rows_at(np.arange(len(self.keys), dtype=np.int32))

    def slot(self, key: str) -> int | None:
        """Return the slot of ``key``, where it has or had a row. Settle first."""
        return self._slot_of.get(key)

    def text(self, row: Row) -> str:
        """Return what a row says, folded."""
        slot = self._slot_of.get(row.key)
        return self._text(slot, row) if slot is not None and self._rows[slot] is row else self._fold(row)

    def texts_at(self, slots: Slots) -> list[str]:
        """Return what the row of each slot says, folded. Of rows that are few enough to be held."""
        held: list[Any] = self._texts
        if self._told < self.count:
            for slot, row in zip(slots.tolist(), self.rows_at(slots), strict=True):
                if row is not None and held[slot] is None:
                    self._text(slot, row)
        return list(map(held.__getitem__, slots.tolist()))

    def all_slots(self) -> Slots:
        """Return the slots of all rows, in the order of their keys."""
        self.settle()
        return self._by_key.slots()

    def remember(self, one: Renumbered) -> None:
        """Tell ``one`` when slots are numbered anew within a layout."""
        self._renumbered.add(one)

    def settle(self, *, texts: bool = False) -> bool:
        """Look at what was dropped. Done before slots are used; moves slots at no other time.

        Returns whether slots, and with ``texts`` what the rows say, can be used: where very many are to be made
        somebody has to ``prepare`` them first.
        """
        if not self._laid:
            if self._laying is None:
                keys = list(self.source.every_key())
                if self._at_once is None or len(keys) <= self._at_once:
                    self._lay(sorted(keys))
                    return True
                self._laying = self._lay_in_pieces(keys)
            self.awaited = True
            return False
        if self._dirty:
            dirty, self._dirty = self._dirty, set()
            for key in dirty:
                self._look(key)
            self._make_room()
        self.awaited = texts and self.whole and self._at_once is not None and self.count - self._told > self._at_once
        return not self.awaited

    def drop(self, keys: Iterable[str]) -> None:
        """Forget what may have changed, come or gone."""
        if self._laying is not None:
            self._dirty.update(keys)
            return
        if not self._laid:
            for key in keys if self._spared else ():
                self._spared.pop(key, None)
            return
        self._dirty.update(keys)
        if len(self._dirty) > self.most_dirty:
            spared = {
                key: row for key, row in zip(self.keys, self._rows, strict=True)
                if row is not None and key not in self._dirty
            }  # fmt: skip
            self.clear()
            self._spared = spared

    @property
    def most_dirty(self) -> int:
        """Keys that are noted one by one."""
        return max(MOST_DIRTY, self.count // 4)

    def clear(self) -> None:
        """Forget everything."""
        self.layout += 1
        self._laid, self._laying = False, None
        self.keys, self._rows, self._texts, self._slot_of = [], [], [], {}
        self._there = np.empty(0, np.bool_)
        self._by_key = self._order(np.empty(0, np.int32))
        self._spared = {}
        self.columns.clear()
        self._dirty.clear()
        self._held = self._told = 0
        self._to_fold = None
        self._renumbered.clear()

    def prepare(self, rest: Callable[[], bool]) -> bool:
        """Make very many rows in pieces; fold rows ahead of the first filter and make the small columns; until ``rest``
        says so. Returns whether something is left to do.
        """
        if self._laying is not None:
            laying = self._laying
            for _piece in laying:
                if rest():
                    break
            return True
        if self._to_fold is None:
            if not self._laid or not self.whole:
                return False
            if 10 * self._told >= 9 * self.count and not self.awaited:
                # Rows change all the time: the last few are folded when they are wanted.
                return self.columns.prepare(rest)
            self._to_fold = iter(range(len(self._rows)))
        for slot in self._to_fold:
            if slot >= len(self._rows):
                break
            row = self._rows[slot]
            if row is not None and self._texts[slot] is None:
                self._text(slot, row)
                if rest():
                    return True
        self._to_fold = None
        return True

    def _order(self, slots: Slots) -> Order:
        return Order(slots, lambda slot: self.keys[slot])

    def _lay_in_pieces(self, keys: list[str]) -> Generator[None, None, None]:
        """Do the same as ``_lay`` with a rest now and then; what changes meanwhile is looked at at the end."""
        layout, pieces = self.layout, []
        for first in range(0, len(keys), PIECE):
            pieces.append(sorted(keys[first : first + PIECE]))
            yield
        ordered = merge(*pieces)
        while layout == self.layout and self._lay_rows(islice(ordered, FEW)):
            yield
        if layout != self.layout:
            return  # everything was forgotten meanwhile
        self._lay(())
        self._laid = False
        while len(self._dirty) > FEW:
            for key in list(islice(self._dirty, FEW)):
                self._dirty.discard(key)
                self._look(key)
            yield
        self._laid, self._laying = True, None

    def _lay_rows(self, ordered: Iterable[str]) -> bool:
        """Make the next rows. Returns whether there was one to make."""
        keys, rows, spared, make = self.keys, self._rows, self._spared, self.source.row
        key = None
        for key in ordered:
            row = spared.pop(key, None) or make(key)
            if row is not None:
                keys.append(row.key)
                rows.append(row if len(rows) < ROWS_HELD else None)
        return key is not None

    def _lay(self, ordered: Iterable[str]) -> None:
        """Give each row its slot, in the order of the keys."""
        self._lay_rows(ordered)
        keys, rows = self.keys, self._rows
        self._spared = {}
        self._held = min(len(rows), ROWS_HELD)
        self._slot_of = {key: slot for slot, key in enumerate(keys)}
        self._there = np.ones(len(keys), np.bool_)
        self._texts = [None] * len(keys)
        self._by_key = self._order(np.arange(len(keys), dtype=np.int32))
        self.remember(self._by_key)
        self._laid = True

    def _look(self, key: str) -> None:
        """Take the row of ``key`` as it is now."""
        row, slot = self.source.row(key), self._slot_of.get(key)
        if slot is None:
            if row is None:
                return
            slot = self._slot_of[key] = len(self.keys)
            self.keys.append(key)
            self._rows.append(None)
            self._texts.append(None)
            if slot >= len(self._there):
                self._there = grown(self._there, slot)
        was, self._there[slot] = bool(self._there[slot]), row is not None
        self._forget(slot)
        if row is None:
            self._by_key.discard(slot)
            return
        if not was:
            self._by_key.add(slot)
        if self._held < ROWS_HELD:
            self._hold(slot, row)
        self.columns.put(slot, row)

    def _hold(self, slot: int, row: Row) -> None:
        self._rows[slot] = row
        self._held += 1

    def _forget(self, slot: int) -> None:
        if self._rows[slot] is not None:
            self._rows[slot] = None
            self._held -= 1
        if self._texts[slot] is not None:
            self._texts[slot] = None
            self._told -= 1

    def _text(self, slot: int, row: Row) -> str:
        text = self._texts[slot]
        if text is None:
            text = self._fold(row)
            if self.whole:
                self._texts[slot] = text
                self._told += 1
        return text

    def _make_room(self) -> None:
        """Let go of what is held for nothing: columns and texts of too many rows, slots that nobody has any more."""
        self.columns.make_room()
        if self._told and not self.whole:
            self._texts, self._told = [None] * len(self.keys), 0
        if len(self.keys) <= 2 * self.count + SPARE:
            return
        kept: Slots = np.flatnonzero(self._there[: len(self.keys)]).astype(np.int32)
        new = np.full(len(self.keys), -1, np.int32)
        new[kept] = np.arange(len(kept), dtype=np.int32)
        self.keys[:] = [self.keys[slot] for slot in kept.tolist()]
        self._rows = [self._rows[slot] for slot in kept.tolist()]
        self._texts = [self._texts[slot] for slot in kept.tolist()]
        self._slot_of = {key: slot for slot, key in enumerate(self.keys)}
        self._there = np.ones(len(kept), np.bool_)
        self._to_fold = None
        self.columns.keep(kept)
        for one in self._renumbered:
            one.renumber(new)
