"""One view with a filter and an order, kept up to date from dirty keys and shared by all who ask the same.

A query holds keys in order, and builds the few rows of the windows that somebody looks at. The rows that are looked
through for that are held once for all queries of a source.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import msgspec
import numpy as np

from feeds.model import Row
from feeds.views.columns import Slots
from feeds.views.filter import BadFilter, parse
from feeds.views.held import HeldRows, Source
from feeds.views.order import Order
from feeds.views.sorting import BadSort, in_order, parse_sort, place_of
from feeds.views.terms import PATTERN_SECONDS, TooSlow
from feeds.views.turns import Turns

__all__ = ["MAX_WINDOW", "BadQuery", "Looked", "Query", "Source"]

MAX_WINDOW: Final = 10_000
"""Rows in one window."""
ENCODED_KEPT: Final = 4 * MAX_WINDOW
"""Rows kept as JSON, so that several terminals on the same window cost one encoding."""


PLACES_KEPT: Final = 20_000
"""Rows of which is remembered what they are compared by."""


class BadQuery(Exception):
    """The view, sort or window cannot be used; the message says why."""


class Looked(Protocol):
    """What a terminal looks at through windows: a Query, or what reads its rows from elsewhere."""

    version: int
    """Moves when anything may look different."""

    @property
    def total(self) -> int:
        """How many rows there are."""
        ...

    def refresh(self) -> None:
        """Bring it up to date."""
        ...

    def ready(self, first: int, count: int) -> bool:
        """Whether the rows of a window are there."""
        ...

    def touch(self, keys: Iterable[str]) -> None:
        """Say that the rows of ``keys`` may have changed, come or gone."""
        ...

    def touch_all(self) -> None:
        """Say that any row may have changed."""
        ...

    def window(self, first: int, count: int) -> list[tuple[str, bytes]]:
        """Return (key, row as JSON) of ``count`` rows from place ``first``; the same row gives the same object."""
        ...


class Query:
    """Keys of one view, filtered and in order. ``touch`` says what may have changed, ``refresh`` looks at it.

    ``now`` is the clock that ages are counted to; ``pass_time`` lets rows come and go by it. ``others`` are queries of
    the same held rows, up to date: where one of them shows all that this one can show, only that is looked through.
    """

    def __init__(
        self,
        source: Source | HeldRows,
        sort: str = "",
        filter: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        others: Iterable["Query"] = (),
    ) -> None:
        """Raise BadQuery when sort or filter cannot be used."""
        self.held = source if isinstance(source, HeldRows) else HeldRows(source)
        self.source = self.held.source
        self._now = now
        try:
            self.filter = parse(filter, self.source.row_type)
            self.sort = parse_sort(sort or self.source.default_sort, self.source.row_type)
        except (BadFilter, BadSort) as error:
            raise BadQuery(str(error)) from None
        self._places: dict[str, tuple[Any, ...]] = {}
        self._keys = self.held.keys
        self._layout = self.held.layout
        self._order = Order(np.empty(0, np.int32), self._place)
        self._encoded: dict[str, tuple[Row, bytes]] = {}
        self._dirty: set[str] = set()
        self._stale = False
        self._waits = False
        """Whether the held rows are still being made."""
        self._turns: Turns | None = None
        """When time alone changes what becomes of a row."""
        self.version = 0
        """Counts refreshes that found something to do."""
        self.refused = ""
        """Why there are no rows although the query could be read; empty where all is well."""
        self._load(others)
        if self.refused:
            raise BadQuery(self.refused)

    @property
    def total(self) -> int:
        """How many rows pass the filter."""
        return len(self._order)

    def reload(self) -> None:
        """Look at every row anew."""
        self._load(())

    def _load(self, others: Iterable["Query"]) -> None:
        self._places, self._dirty, self._stale = {}, set(), False
        held = self.held
        self._waits = not held.settle(texts=self.filter is not None and self.filter.reads_all)
        if self._waits:
            return
        self.version += 1
        now = self._now()
        near = self._nearest(others)
        by_key = held.all_slots()
        self._keys, self._layout = held.keys, held.layout
        slots = near.slots() if near is not None else by_key
        same = near is not None and near.sort == self.sort
        try:
            if self.filter is not None:
                self._turns = Turns(self.filter, slots, now, held)
                # Rows lie beside each other in the order of their slots: looked at like that they come sooner.
                found = self.filter.sift(np.sort(slots), now, held, near.filter if near is not None else None)
                slots = _among(slots if same else by_key, found, len(held.keys))
            elif near is not None and not same:
                slots = _among(by_key, slots, len(held.keys))
        except TooSlow as error:
            self.refused, slots = f"filter: {error}", by_key[:0]
        self._take(slots if same else in_order(slots, self.sort, held))
        encoded, self._encoded = self._encoded, {}
        for key, known in encoded.items():
            if held.row(key) == known[0]:
                self._encoded[key] = known

    def _take(self, slots: Slots) -> None:
        """Show the rows of ``slots``, which are in order."""
        self._order = Order(slots, self._place)
        self.held.remember(self._order)

    def slots(self) -> Slots:
        """Return where the rows that pass are held, in order."""
        return self._order.slots()

    def _nearest(self, others: Iterable["Query"]) -> "Query | None":
        """Return the query to begin from: of those that show enough the one that shows least."""
        if self.filter is not None and self.filter.timed:
            return None  # what others do not show may come in by time alone
        fit = [
            other
            for other in others
            if other.held is self.held
            and not other.refused
            and not (other.filter is not None and other.filter.timed)
            and (other.filter is None or (self.filter is not None and self.filter.narrows(other.filter)))
        ]
        for other in fit:
            other.refresh()
        fit = [other for other in fit if other.ready(0, 0)]
        # In the same order there is nothing to sort.
        return min(fit, key=lambda other: other.total * (1 if other.sort == self.sort else 4), default=None)

    def ready(self, first: int, count: int) -> bool:
        """Whether the rows are at hand: very many are made in pieces, by ``prepare`` of the held rows."""
        return not self._waits

    def rebase(self, source: Source | HeldRows) -> None:
        """Take the rows from another source of the same view."""
        self.held = source if isinstance(source, HeldRows) else HeldRows(source, self.held.clock)
        self.source = self.held.source
        self._stale = True

    def touch(self, keys: Iterable[str]) -> None:
        """Say that the rows of ``keys`` may have changed, come or gone."""
        keys = list(keys)
        self.held.drop(keys)
        if self._stale or self._waits:
            return
        self._dirty.update(keys)
        if len(self._dirty) > self.held.most_dirty:
            self._stale = True

    def touch_all(self) -> None:
        """Say that any row may have changed."""
        self._stale = True
        self.held.clear()

    def pass_time(self) -> None:
        """Touch the rows that come or go because time has passed since the last look. Costs with those alone."""
        if self.filter is None or not self.filter.timed:
            return
        if self._turns is None or self._layout != self.held.layout:
            return  # what is looked at anew needs no turns
        due = self._turns.due(self._now())
        if due is None:
            self._stale = True
        else:
            self._dirty.update(due)

    def refresh(self) -> None:
        """Bring the order up to date with what was touched; ``version`` moves when anything may look different."""
        if self.refused:
            return
        held = self.held
        if self._stale or self._waits or self._layout != held.layout or len(self._dirty) > self._many():
            self.reload()
            return
        if not self._dirty:
            return
        self.version += 1
        held.settle()
        now, order, filter, turns = self._now(), self._order, self.filter, self._turns
        until = held.clock() + PATTERN_SECONDS
        # First all are taken out: those that stay have the places that they were put in order by.
        for key in self._dirty:
            self._places.pop(key, None)
            slot = held.slot(key)
            if slot is not None:
                order.discard(slot)
        for key in self._dirty:
            slot = held.slot(key)
            row = held.row_at(slot) if slot is not None else None
            known = self._encoded.get(key)
            if row is not None and filter is not None:
                if turns is not None:
                    turns.note(row, now)
                if not filter(row, now, held):
                    row = None
            if row is not None and slot is not None:
                order.add(slot)
            if known is not None and known[0] != row:
                del self._encoded[key]
            if held.clock() > until:
                self.refused = "filter: it takes too long on these rows; name more of the text"
                self._take(order.slots()[:0])
                break
        self._dirty.clear()

    def _many(self) -> int:
        """Return from how many changed rows on it costs less to look at all; made rows cost more than held ones."""
        return max(len(self._order) // (16 if self.held.whole else 4), 1_000)

    def window(self, first: int, count: int) -> list[tuple[str, bytes]]:
        """Return (key, row as JSON) of ``count`` rows from place ``first``; the same row gives the same object."""
        return [(key, self._bytes(key)) for key in self._cut(first, count)]

    def rows(self, first: int, count: int) -> list[Row]:
        """Return the rows themselves."""
        found = (self.held.row(key) for key in self._cut(first, count))
        return [row for row in found if row is not None]

    def _cut(self, first: int, count: int) -> list[str]:
        """Return the keys of a window."""
        return [self._keys[slot] for slot in self._order.cut(max(0, first), max(0, min(count, MAX_WINDOW)))]

    def _bytes(self, key: str) -> bytes:
        known = self._encoded.get(key)
        if known is None:
            row = self.held.row(key)
            assert row is not None, key
            if len(self._encoded) >= ENCODED_KEPT:
                self._encoded.clear()
            known = self._encoded[key] = (row, _encoder.encode(row))
        return known[1]

    def _place(self, slot: int) -> tuple[Any, ...]:
        """Return what the row of a slot is compared by."""
        key = self._keys[slot]
        known = self._places.get(key)
        if known is None:
            row = self.held.row_at(slot)
            if row is None:
                return _GONE
            if len(self._places) >= PLACES_KEPT:
                self._places.clear()
            known = self._places[key] = place_of(row, self.sort)
        return known


_GONE: Final = ((2,),)
"""The place of a row that is not there any more and was not taken out yet: after all that are there."""
_encoder = msgspec.json.Encoder()


def _among(slots: Slots, found: Slots, count: int) -> Slots:
    """Return those of ``slots`` that are in ``found`` too, in their order; all are below ``count``."""
    marks = np.zeros(count, np.bool_)
    marks[found] = True
    return slots[marks[slots]]
