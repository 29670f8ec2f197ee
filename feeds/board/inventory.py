"""The fleet as the board knows it: ranges, customers, and what can be asked about them.

Ranges and customers are primary state; the index over them is derived and built when it is first asked for after a
change, so that loading a million ranges in many facts costs one build.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np

from feeds.facts import CustomersStated, RangesStated
from feeds.model import Customer, SimRange
from feeds.simspace import IntervalSet, RangeIndex, SimSpan

Where: TypeAlias = tuple[tuple[str, str], ...]
"""Attribute values that hold together, sorted by name: ``(("apn", "iot.meter"), ("gateway", "pgw-2"))``."""

Pair: TypeAlias = tuple[int, int]
"""First and last ICCID body of a run of SIMs."""


class _Lines:
    """The derived index of one number line: rows sorted as they were stated."""

    def __init__(self, firsts: list[int], lasts: list[int], rows: list[int]) -> None:
        self.index = RangeIndex(np.array(firsts, dtype=np.int64), np.array(lasts, dtype=np.int64))
        self.firsts = firsts
        self.lasts = lasts
        self.rows = rows


class Inventory:
    """Ranges and customers by key, with lookups."""

    def __init__(self) -> None:
        self.ranges: dict[tuple[str, str], SimRange] = {}
        self.customers: dict[str, Customer] = {}
        self.version = 0
        """Counts changes of ranges or customers; derived values are kept with the version they were made from."""
        self.pairs: dict[tuple[str, str], int] = {}
        """How many ranges carry an attribute value."""
        self._attribute_names: dict[str, None] = {}
        """Names of attributes that any range ever had; most of an alarm's are not among them."""
        self._built = -1
        self._rows: list[SimRange] = []
        self._lines: dict[str, _Lines] = {}
        self._by_pair: dict[tuple[str, str], np.ndarray[tuple[int], np.dtype[np.int64]]] = {}
        self._served: dict[Where, IntervalSet] = {}
        self._names: dict[str, str] = {}
        self._fleet = 0

    def state_ranges(self, ranges: Iterable[SimRange]) -> bool:
        """Take in ranges; one with the same ends replaces the earlier. Return whether anything changed."""
        changed = False
        for item in ranges:
            key = (item.first, item.last)
            old = self.ranges.get(key)
            if old == item:
                continue
            changed = True
            if old is not None:
                for pair in old.attributes.items():
                    self.pairs[pair] -= 1
                    if not self.pairs[pair]:
                        del self.pairs[pair]
            self.ranges[key] = item
            for pair in item.attributes.items():
                self.pairs[pair] = self.pairs.get(pair, 0) + 1
                self._attribute_names[pair[0]] = None
        self.version += changed
        return changed

    def state_customers(self, customers: Iterable[Customer]) -> bool:
        """Take in customers; one with the same id replaces the earlier. Return whether anything changed."""
        changed = False
        for item in customers:
            if self.customers.get(item.id) != item:
                self.customers[item.id] = item
                changed = True
        self.version += changed
        return changed

    def holds(self, fact: RangesStated | CustomersStated) -> bool:
        """Whether all that ``fact`` states is so already."""
        if isinstance(fact, RangesStated):
            return all(self.ranges.get((item.first, item.last)) == item for item in fact.ranges)
        return all(self.customers.get(item.id) == item for item in fact.customers)

    def where(self, attributes: dict[str, str]) -> Where:
        """Return those of ``attributes`` that some SIM range has too: what an alarm's object serves."""
        names, pairs = self._attribute_names, self.pairs
        found = [(name, value) for name, value in attributes.items() if name in names and (name, value) in pairs]
        if len(found) > 1:
            found.sort()
        return tuple(found)

    def served(self, where: Where) -> IntervalSet:
        """Return the SIMs (ICCID bodies) that have all the attribute values of ``where``; none for an empty one."""
        self._build()
        known = self._served.get(where)
        if known is None:
            rows = self._rows_of(where)
            line = self._lines["iccid"]
            known = IntervalSet.of((line.firsts[row], line.lasts[row]) for row in rows)
            self._served[where] = known
        return known

    def has_range_with(self, where: Where) -> bool:
        """Whether any SIM has all the values of ``where``."""
        return bool(where) and bool(self.served(where))

    def overlapping(self, pairs: Iterable[Pair]) -> list[tuple[SimRange, int, int]]:
        """Return the ranges that meet ``pairs``, each with the first and last body of the common part."""
        self._build()
        line = self._lines["iccid"]
        found: dict[tuple[int, int, int], None] = {}
        for first, last in pairs:
            for row in line.index.overlapping(first, last):
                number = int(row)
                found[number, max(first, line.firsts[number]), min(last, line.lasts[number])] = None
        return [(self._rows[number], low, high) for number, low, high in found]

    def ranges_met(self, pairs: Iterable[Pair]) -> int:
        """Return how many ranges meet ``pairs``; one that meets several of them is counted for each."""
        self._build()
        index = self._lines["iccid"].index
        return sum(len(index.overlapping(first, last)) for first, last in pairs)

    def owned(self, scope: IntervalSet) -> list[tuple[SimRange, int, int]]:
        """Return ``scope`` as pieces (range, first and last body) with the most specific range that holds each.

        SIMs that no range holds are left out; no SIM is in two pieces.
        """
        self._build()
        line = self._lines["iccid"]
        cuts: list[int] = []
        for first, last in scope.pairs():
            rows = line.index.overlapping(first, last).tolist()
            cuts.extend(max(first, line.firsts[row]) for row in rows)
            cuts.extend(end for row in rows if (end := line.lasts[row] + 1) <= last)
        if not cuts:
            return []
        firsts = np.unique(np.array(cuts, dtype=np.int64))
        ends = scope.ends[np.searchsorted(scope.ends, firsts)]
        lasts = np.minimum(ends, np.append(firsts[1:] - 1, ends[-1]))
        return [
            (self._rows[row], first, last)
            for row, first, last in zip(line.index.best(firsts).tolist(), firsts.tolist(), lasts.tolist(), strict=True)
            if row >= 0
        ]

    def range_at(self, body: int) -> SimRange | None:
        """Return the most specific range that holds an ICCID body."""
        self._build()
        found = self._lines["iccid"].index.lookup(body)
        return self._rows[found[0]] if found else None

    def bodies(self, spans: Sequence[SimSpan]) -> IntervalSet:
        """Return ``spans`` as ICCID bodies. IMSIs and MSISDNs that no range holds are left out: nothing is guessed."""
        pairs: list[Pair] = []
        for span in spans:
            first, last = int(span.first), int(span.last)
            if span.kind == "iccid":
                pairs.append((first, last))
                continue
            self._build()
            line = self._lines[span.kind]
            for found in line.index.overlapping(first, last):
                number = int(found)
                low, high = max(first, line.firsts[number]), min(last, line.lasts[number])
                base = int(self._rows[line.rows[number]].first)
                pairs.append((base + low - line.firsts[number], base + high - line.firsts[number]))
        return IntervalSet.of(pairs)

    def customer_id(self, written: str) -> str:
        """Return the id of the customer meant by an id, a name, an address or a domain; else what was written."""
        if written in self.customers or not written:
            return written
        self._build()
        folded = written.casefold()
        found = self._names.get(folded)
        if found is None and "@" in folded:
            found = self._names.get(folded.rpartition("@")[2])
        return found if found is not None else written

    @property
    def fleet(self) -> int:
        """How many SIMs the inventory has, each counted once."""
        self._build()
        return self._fleet

    def _rows_of(self, where: Where) -> list[int]:
        if not where:
            return []
        rows: np.ndarray[tuple[int], np.dtype[np.int64]] | None = None
        for pair in where:
            these = self._by_pair.get(pair)
            if these is None:
                return []
            rows = these if rows is None else np.intersect1d(rows, these, assume_unique=True)
        return [] if rows is None else [int(row) for row in rows]

    def _build(self) -> None:
        if self._built == self.version:
            return
        self._rows = list(self.ranges.values())
        by_pair: dict[tuple[str, str], list[int]] = {}
        lines: dict[str, tuple[list[int], list[int], list[int]]] = {
            "iccid": ([], [], []),
            "imsi": ([], [], []),
            "msisdn": ([], [], []),
        }
        for number, item in enumerate(self._rows):
            first, last = int(item.first), int(item.last)
            for kind, start in (("iccid", item.first), ("imsi", item.imsi_first), ("msisdn", item.msisdn_first)):
                if start:
                    firsts, lasts, rows = lines[kind]
                    firsts.append(int(start))
                    lasts.append(int(start) + last - first)
                    rows.append(number)
            for pair in item.attributes.items():
                by_pair.setdefault(pair, []).append(number)
        self._lines = {kind: _Lines(*columns) for kind, columns in lines.items()}
        self._by_pair = {pair: np.array(rows, dtype=np.int64) for pair, rows in by_pair.items()}
        self._served = {}
        iccid = self._lines["iccid"]
        self._fleet = IntervalSet.of(zip(iccid.firsts, iccid.lasts, strict=True)).count
        names: dict[str, str] = {}
        for customer in self.customers.values():
            for name in (customer.id, customer.name, *customer.domains, *(c.address for c in customer.contacts)):
                names.setdefault(name.casefold(), customer.id)
        self._names = names
        self._built = self.version
