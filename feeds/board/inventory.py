"""The fleet as the board knows it: ranges, customers, and what can be asked about them.

Ranges and customers are primary state. Indexes are derived: they are made when they are first asked for, or beforehand
on a thread (``prepared``, ``Fleet.heavy``).
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np
from msgspec import Struct

from feeds.board.statements import Statements
from feeds.facts import CustomersStated, RangesLoaded, RangesStated
from feeds.fleet.codes import Codes, Rows
from feeds.fleet.columns import Numbers
from feeds.fleet.fleet import Fleet, Where
from feeds.model import Customer, SimRange
from feeds.simspace import IntervalSet, LengthProfile, SimSpan

__all__ = ["Inventory", "Pair", "Share", "Where"]

Pair: TypeAlias = tuple[int, int]
"""First and last ICCID body of a run of SIMs."""

SERVED_RUNS: Final = 2_000_000
"""Runs of SIMs that are kept as answers to ``served``: 32 MB. Then all are forgotten."""
PAIRS_KEPT: Final = 100_000
"""Attribute values of alarms of which it is remembered whether a range has them. Then all are forgotten."""
RANGES_KEPT: Final = 10_000
"""Ranges that are kept as single objects. Then all are forgotten."""


class Share(Struct, frozen=True):
    """The SIMs of one customer in a scope, and what they are for."""

    customer: str
    sims: IntervalSet
    uses: tuple[str, ...]


class Inventory(Statements):
    """Ranges and customers, with lookups. Where ranges overlap, the most specific one, the smallest, owns a SIM."""

    def __init__(self) -> None:
        super().__init__()
        self.customers: dict[str, Customer] = {}
        self.customers_version = 0
        """Counts changes of customers."""
        self._names: dict[str, str] | None = None
        self._asked = self.standing
        """The fleet that the answers below are of."""
        self._served: dict[Where, IntervalSet] = {}
        self._served_runs = 0
        self._known_pairs: dict[tuple[str, str], Where] = {}
        """An attribute value → itself alone where some range has it, else nothing."""
        self._ranges: dict[int, SimRange] = {}

    def state_customers(self, customers: Iterable[Customer]) -> bool:
        """Take in customers; one with the same id replaces the earlier. Return whether anything changed."""
        changed = False
        for item in customers:
            if self.customers.get(item.id) != item:
                self.customers[item.id] = item
                changed = True
        if changed:
            self._count(IntervalSet.empty)
            self.customers_version += 1
            self._names = None
        return changed

    def holds(self, fact: RangesStated | RangesLoaded | CustomersStated) -> bool:
        """Whether all that ``fact`` states is so already. Of a whole inventory that is known once it is prepared."""
        if isinstance(fact, CustomersStated):
            return all(self.customers.get(item.id) == item for item in fact.customers)
        if isinstance(fact, RangesStated):
            return self.told(fact.ranges)
        ready = self.is_prepared(fact.table)
        return ready is not None and self.is_loaded(ready)

    def _look(self) -> Fleet:
        """Return the ranges that stand, with all answers forgotten that were of others."""
        if self._asked is not self.standing:
            self._asked = self.standing
            self._served.clear()
            self._served_runs = 0
            self._known_pairs.clear()
            self._ranges.clear()
        return self._asked

    # -- what alarms' objects serve ------------------------------------------------------------------------------

    def where(self, attributes: dict[str, str]) -> Where:
        """Return those of ``attributes`` that some SIM range has too: what an alarm's object serves."""
        if self._asked is not self.standing:
            self._look()
        names, known = self._asked.attribute_names, self._known_pairs
        found: Where = ()
        for pair in attributes.items():
            if pair[0] in names:
                here = known.get(pair)
                if here is None:
                    here = self._know(pair)
                found = found + here if found else here
        return found if len(found) < 2 else tuple(sorted(found))

    def _know(self, pair: tuple[str, str]) -> Where:
        if len(self._known_pairs) >= PAIRS_KEPT:
            self._known_pairs.clear()
        here = self._known_pairs[pair] = (pair,) if self.standing.ranges_with(*pair) > 0 else ()
        return here

    @property
    def pairs(self) -> dict[tuple[str, str], int]:
        """How many ranges carry each attribute value."""
        return {
            (name, value): count
            for name, column in self.standing.columns.attributes
            for value, count in zip(column.values, column.counts().tolist(), strict=True)
        }

    def served(self, where: Where) -> IntervalSet:
        """Return the SIMs (ICCID bodies) that have all the attribute values of ``where``; none for an empty one."""
        fleet = self._look()
        known = self._served.get(where)
        if known is None:
            known = fleet.served(where)
            if self._served_runs + len(known) > SERVED_RUNS:
                self._served.clear()
                self._served_runs = 0
            self._served[where] = known
            self._served_runs += len(known) + 1
        return known

    def has_range_with(self, where: Where) -> bool:
        """Whether any SIM has all the values of ``where``."""
        return bool(where) and bool(self.served(where))

    # -- whose SIMs these are ------------------------------------------------------------------------------------

    def overlapping(self, pairs: Iterable[Pair]) -> list[tuple[SimRange, int, int]]:
        """Return the ranges that meet ``pairs``, each with the first and last body of the common part."""
        found: dict[tuple[int, int, int], None] = {}
        for first, last in pairs:
            rows = self.standing.overlapping("iccid", first, last)
            begins, ends = self.standing.ends(rows)
            for row, begin, end in zip(rows.tolist(), begins.tolist(), ends.tolist(), strict=True):
                found[row, max(begin, first), min(end, last)] = None
        return [(self._range(row), low, high) for row, low, high in found]

    def ranges_of(self, pairs: Sequence[Pair], most: int) -> tuple[SimRange, ...] | None:
        """Return the ranges that meet ``pairs``, each once; None where they meet more than ``most`` times."""
        fleet = self.standing
        if (len(pairs) > 1 or pairs[0][1] - pairs[0][0] > most) and self.ranges_met(pairs) > most:
            return None
        rows = [row for first, last in pairs for row in fleet.overlapping("iccid", first, last).tolist()]
        return tuple(map(self._range, dict.fromkeys(rows))) if len(rows) <= most else None

    def runs_met(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Return the ends of the ranges that meet ``pairs``, each once: ``overlapping`` without the rest."""
        found: dict[Pair, None] = {}
        for first, last in pairs:
            begins, ends = self.standing.ends(self.standing.overlapping("iccid", first, last))
            found.update(((low, high), None) for low, high in zip(begins.tolist(), ends.tolist(), strict=True))
        return list(found)

    def ranges_met(self, pairs: Iterable[Pair]) -> int:
        """Return how many ranges meet ``pairs``; one that meets several of them is counted for each."""
        table = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
        return int(self.standing.met(table[:, 0], table[:, 1]).sum())

    def owned(self, scope: IntervalSet) -> list[tuple[SimRange, int, int]]:
        """Return ``scope`` as pieces (range, first and last body) with the most specific range that holds each.

        SIMs that no range holds are left out; no SIM is in two pieces. One object for each piece: for many SIMs ask
        ``owners`` or ``shares``.
        """
        firsts, lasts, rows = self.standing.pieces(scope)
        return [
            (self._range(row), first, last)
            for row, first, last in zip(rows.tolist(), firsts.tolist(), lasts.tolist(), strict=True)
        ]

    def owned_codes(self, scope: IntervalSet) -> tuple[Numbers, Numbers, Codes]:
        """Return ``scope`` as pieces, as ``owned`` does: first bodies, last bodies and customers, as columns."""
        firsts, lasts, rows = self.standing.pieces(scope)
        return firsts, lasts, self.standing.customers(rows)

    def owners(self, scope: IntervalSet) -> list[tuple[str, int]]:
        """Return the customers with SIMs in ``scope`` and how many, most SIMs first; SIMs of nobody are left out."""
        firsts, lasts, owners = self.owned_codes(scope)
        sims = np.zeros(len(owners.values), dtype=np.int64)
        np.add.at(sims, owners.codes, lasts - firsts + 1)
        return sorted(zip(owners.values, sims.tolist(), strict=True), key=lambda item: (-item[1], item[0]))

    def customers_in(self, scope: IntervalSet) -> frozenset[str]:
        """Return the ids of the customers with SIMs in ``scope``."""
        return frozenset(self.standing.customers(self.standing.pieces(scope)[2]).values)

    def shares(self, scope: IntervalSet) -> list[Share]:
        """Return the SIMs of each customer in ``scope``: those with most SIMs first."""
        firsts, lasts, rows = self.standing.pieces(scope)
        owners, uses = self.standing.customers(rows), self.standing.uses(rows)
        order = np.argsort(owners.codes, kind="stable")
        cuts = np.searchsorted(owners.codes[order], np.arange(len(owners.values) + 1)).tolist()
        found = []
        for customer, begin, end in zip(owners.values, cuts, cuts[1:], strict=False):
            own = order[begin:end]
            used = np.unique(uses.codes[own]).tolist()
            sims = IntervalSet(firsts[own], lasts[own])
            found.append(Share(customer, sims, tuple(uses.values[code] for code in used if code >= 0)))
        found.sort(key=lambda share: (-share.sims.count, share.customer))
        return found

    def range_at(self, body: int) -> SimRange | None:
        """Return the most specific range that holds an ICCID body."""
        row = self.standing.at("iccid", body)
        return self._range(row) if row >= 0 else None

    def rows_of(self, points: Numbers) -> Rows:
        """Return for each ICCID body (int64) the row of the most specific range, or -1; rows hold for this version."""
        return self.standing.best("iccid", points)

    def customers_at(self, points: Sequence[int]) -> list[str]:
        """Return for each ICCID body the customer of the most specific range that holds it; the empty text: none."""
        rows = self.rows_of(np.array(points, dtype=np.int64))
        return self.standing.customers(rows).texts(np.arange(len(rows)))

    def attributes_of(self, rows: Rows) -> tuple[tuple[str, Codes], ...]:
        """Return the attributes of rows that ``rows_of`` gave, one column each; -1 has none."""
        return self.standing.attributes(rows)

    def bodies(self, spans: Sequence[SimSpan]) -> IntervalSet:
        """Return ``spans`` as ICCID bodies. IMSIs and MSISDNs that no range holds are left out: nothing is guessed."""
        pairs: list[Pair] = []
        for span in spans:
            first, last = int(span.first), int(span.last)
            if span.kind == "iccid":
                pairs.append((first, last))
            else:
                lows, highs = self.standing.bodies(span.kind, first, last)
                pairs.extend(zip(lows.tolist(), highs.tolist(), strict=True))
        return IntervalSet.of(pairs)

    def customer_id(self, written: str) -> str:
        """Return the id of the customer meant by an id, a name, an address or a domain; else what was written."""
        if written in self.customers or not written:
            return written
        if self._names is None:
            self._names = {}
            for customer in self.customers.values():
                for name in (customer.id, customer.name, *customer.domains, *(c.address for c in customer.contacts)):
                    self._names.setdefault(name.casefold(), customer.id)
        folded = written.casefold()
        found = self._names.get(folded)
        if found is None and "@" in folded:
            found = self._names.get(folded.rpartition("@")[2])
        return found if found is not None else written

    # -- the whole -----------------------------------------------------------------------------------------------

    @property
    def range_count(self) -> int:
        """How many ranges stand."""
        return len(self.standing)

    @property
    def fleet(self) -> int:
        """How many SIMs the inventory has, each counted once."""
        return self.standing.count

    def merged(self) -> IntervalSet:
        """Return all SIMs of the inventory."""
        return self.standing.sims

    def length_profile(self) -> LengthProfile:
        """Return how long ICCID bodies are, by the digits they begin with."""
        return self.standing.profile

    def batch_spans(self) -> dict[str, tuple[SimSpan, ...]]:
        """Return the SIMs of batches, lots, boxes and orders by name: for many ranges, ask ``standing`` on a thread."""
        return self.standing.batch_spans

    def _range(self, row: int) -> SimRange:
        fleet = self._look()
        found = self._ranges.get(row)
        if found is None:
            if len(self._ranges) >= RANGES_KEPT:
                self._ranges.clear()
            found = self._ranges[row] = fleet.row(row)
        return found
