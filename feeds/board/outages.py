"""Outages: groups of SIM ranges with the open cases in them and the active alarms that serve them.

What people and watchers decided (state, scope, merges) is primary state. Who belongs to what is derived: a case is in
an outage when its SIMs meet the outage's ranges; an alarm, when its object serves the attribute values that the outage
stands on. Both are kept up to date case by case, so that the cost does not grow with what is grouped already.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from feeds.board.alarms import AlarmTable
from feeds.board.cases import CaseTable
from feeds.board.inventory import Inventory, Pair, Where
from feeds.board.touched import Touched
from feeds.facts import OutageMerged, OutageMoved, OutageScoped, OutageSuspected
from feeds.model import LIVE_STATES, CustomerImpact, Outage, OutageId, OutageState
from feeds.simspace import IntervalSet

TIMELINE_KEPT = 1_000
"""Lines of history kept per outage."""


RANGES_OF_A_CASE = 200
"""A case in more ranges than this says nothing about any one of them."""


class Line(msgspec.Struct, frozen=True):
    """One line of an outage's history."""

    seq: int
    at: datetime
    who: str
    what: str


@dataclass(slots=True)
class Members:
    """What belongs to a live outage now. Derived."""

    scope: IntervalSet
    where: Where
    cases: dict[str, int] = field(default_factory=dict)
    """Case key → minute (since 1970) in which it was opened."""
    minutes: dict[int, int] = field(default_factory=dict)
    """Minute (since 1970) → member cases opened in it."""
    wheres: dict[Where, None] = field(default_factory=dict)
    """The alarm groups that belong to it."""


@dataclass(slots=True, frozen=True)
class Unplaced:
    """An open case with known SIMs that no live outage holds. Derived."""

    pairs: list[Pair]
    sims: int
    ranges: tuple[Pair, ...] | None
    """First and last body of the inventory's ranges that it meets; None where these are more than RANGES_OF_A_CASE."""


class OutageTable:
    """Outages by id, their histories, and the members of the live ones."""

    def __init__(self, inventory: Inventory, alarms: AlarmTable, cases: CaseTable) -> None:
        self.outages: dict[str, Outage] = {}
        self.timelines: dict[str, list[Line]] = {}
        self.members: dict[str, Members] = {}
        self.of_case: dict[str, tuple[str, ...]] = {}
        self.of_where: dict[Where, tuple[str, ...]] = {}
        self.unplaced: dict[str, Unplaced] = {}
        """Open cases with known SIMs that no live outage holds, by key."""
        self.suspected = 0
        """How many outages there ever were: the next id follows from it."""
        self._inventory = inventory
        self._alarms = alarms
        self._cases = cases
        self._scopes_changed = False
        self._entered: list[IntervalSet] = []
        """Scopes that came since the cases were looked at."""
        self._edges: list[int] = []
        self._held: list[tuple[str, ...]] = []
        self._sims: dict[str, tuple[tuple[tuple[str, str], ...], IntervalSet]] = {}
        self._impacts: dict[str, tuple[int, int, tuple[CustomerImpact, ...]]] = {}

    # -- facts ---------------------------------------------------------------------------------------------------

    def suspect(self, fact: OutageSuspected, by: str, seq: int, at: datetime, touched: Touched) -> None:
        """Begin an outage. One that is there already is left alone."""
        if fact.outage in self.outages:
            return
        self.suspected += 1
        self.outages[fact.outage] = Outage(
            id=OutageId(fact.outage),
            state=OutageState.SUSPECTED,
            suspected=at,
            where=fact.where,
            ranges=fact.ranges,
            reason=fact.reason,
            seq=seq,
        )
        self._note(fact.outage, seq, at, by, f"suspected: {fact.reason}" if fact.reason else "suspected")
        self._enter(fact.outage, touched)

    def scope(self, fact: OutageScoped, by: str, seq: int, at: datetime, touched: Touched) -> None:
        """Change the ranges of a live outage."""
        known = self.outages.get(fact.outage)
        if known is None or known.state not in LIVE_STATES:
            return
        self.outages[fact.outage] = msgspec.structs.replace(
            known, ranges=fact.ranges, where=fact.where, reason=fact.reason or known.reason, seq=seq
        )
        self._note(fact.outage, seq, at, by, f"scope changed: {fact.reason}" if fact.reason else "scope changed")
        self._leave(fact.outage, touched)
        self._enter(fact.outage, touched)

    def merge(self, fact: OutageMerged, by: str, seq: int, at: datetime, touched: Touched) -> None:
        """Leave a tombstone that points to the survivor."""
        known, into = self.outages.get(fact.outage), self.survivor(fact.into)
        if known is None or into is None or into is known or not {known.state, into.state} <= LIVE_STATES:
            return
        self.outages[fact.outage] = msgspec.structs.replace(
            known, state=OutageState.MERGED, merged_into=into.id, ended=at, seq=seq
        )
        self._note(fact.outage, seq, at, by, f"merged into {into.id}: {fact.reason}")
        self._note(into.id, seq, at, by, f"took in {fact.outage}: {fact.reason}")
        for other in self.outages.values():
            if other.merged_into == known.id:
                self.outages[other.id] = msgspec.structs.replace(other, merged_into=into.id)
                touched.outages.add(other.id)
        if known.told is not None and (into.told is None or known.told > into.told):
            # What was promised to customers of the one is owed by the other.
            self.outages[into.id] = msgspec.structs.replace(into, told=known.told, next_word=known.next_word)
        self._leave(fact.outage, touched)
        touched.outages.update((fact.outage, into.id))

    def move(self, fact: OutageMoved, by: str, seq: int, at: datetime, touched: Touched) -> None:
        """Take an outage to another state. A merged one stays merged, and only a merge makes one."""
        known = self.outages.get(fact.outage)
        if known is None or known.state is fact.state or OutageState.MERGED in (known.state, fact.state):
            return
        live = fact.state in LIVE_STATES
        changes: dict[str, object] = {"state": fact.state, "seq": seq, "ended": None if live else at}
        if fact.state is OutageState.DECLARED:
            changes |= {"declared": known.declared or at, "commander": by, "title": fact.title or known.title}
        elif fact.state is OutageState.MITIGATED:
            changes["mitigated"] = at
        elif fact.state is OutageState.RESOLVED:
            changes["resolved"] = at
        if fact.reason:
            changes["reason"] = fact.reason
        self.outages[fact.outage] = msgspec.structs.replace(known, **changes)
        self._note(fact.outage, seq, at, by, f"{fact.state.value}: {fact.reason}" if fact.reason else fact.state.value)
        if live and known.state not in LIVE_STATES:
            self._enter(fact.outage, touched)
        elif not live and known.state in LIVE_STATES:
            self._leave(fact.outage, touched)
        touched.outages.add(fact.outage)

    def told(self, outage: str, next_word: datetime | None, by: str, what: str, seq: int, at: datetime) -> None:
        """Note that customers are told something, and what was promised."""
        known = self.outages.get(outage)
        if known is None:
            return
        self.outages[outage] = msgspec.structs.replace(known, told=at, next_word=next_word, updates=known.updates + 1)
        self._note(outage, seq, at, by, what)

    # -- what is derived -----------------------------------------------------------------------------------------

    def settle(self, touched: Touched) -> None:
        """Bring the members of all live outages up to date with cases and alarms that moved. Cheap when none did."""
        if self._scopes_changed:
            self._index_scopes()
        moved = self._cases.moved
        if self._entered:
            scope = IntervalSet.union(self._entered)
            self._entered.clear()
            moved.update((key, None) for key, bodies in self._cases.bodies.items() if bodies.intersects(scope))
        if moved:
            for key in moved:
                self._place(key, touched)
            moved.clear()
        if self._alarms.new_wheres:
            for where in self._alarms.new_wheres:
                self._place_where(where, touched)
            self._alarms.new_wheres.clear()
        for place in self._alarms.moved:
            touched.outages.update(self.of_where.get(place.where, ()))
        self._alarms.moved.clear()

    def reindex(self, touched: Touched) -> None:
        """Derive all members anew after the inventory changed."""
        self.members.clear()
        self.of_case.clear()
        self.of_where.clear()
        self.unplaced.clear()
        self._entered.clear()
        self._impacts.clear()
        for outage in self.outages.values():
            if outage.state in LIVE_STATES:
                self._enter(outage.id, touched)
        self._entered.clear()  # every open case is looked at anyway
        touched.outages.update(self.outages)

    def survivor(self, outage: str) -> Outage | None:
        """Return the outage of this id, or the one it was merged into."""
        known = self.outages.get(outage)
        while known is not None and known.merged_into is not None:
            known = self.outages.get(known.merged_into)
        return known

    def live(self) -> list[Outage]:
        """Return the outages that gather cases and alarms."""
        return [self.outages[outage] for outage in sorted(self.members)]

    @property
    def cases_with_sims(self) -> int:
        """How many open cases concern SIMs that are known."""
        return len(self.of_case) + len(self.unplaced)

    def sims(self, outage_id: str) -> IntervalSet:
        """Return the SIMs of an outage as ICCID bodies."""
        ranges = self.outages[outage_id].ranges
        known = self._sims.get(outage_id)
        if known is None or known[0] is not ranges:
            known = (ranges, IntervalSet.of((int(first), int(last)) for first, last in ranges))
            self._sims[outage_id] = known
        return known[1]

    def holding(self, body: int) -> tuple[str, ...]:
        """Return the live outages that hold a SIM."""
        piece = bisect_right(self._edges, body) - 1
        return self._held[piece] if piece >= 0 else ()

    def alarm_counts(self, outage: str) -> list[int]:
        """Return the number of active alarms by severity, in the order of Severity."""
        members = self.members.get(outage)
        totals = [0] * 6
        if members is not None:
            for where in members.wheres:
                place = self._alarms.places.get(where)
                for rank, count in enumerate(place.counts if place is not None else ()):
                    totals[rank] += count
        return totals

    def impact(self, outage_id: str) -> tuple[CustomerImpact, ...]:
        """Return what the outage means for each customer with SIMs in it: those with most SIMs first.

        Each customer's ranges are its own, cut to the outage. Overlapping ranges: the most specific owns a SIM.
        """
        outage = self.outages[outage_id]
        known = self._impacts.get(outage_id)
        if known is None or known[:2] != (outage.seq, self._inventory.version):
            known = (outage.seq, self._inventory.version, self._share(self.sims(outage_id)))
            self._impacts[outage_id] = known
        by_customer: dict[str, list[str]] = {}
        members = self.members.get(outage_id)
        for key in members.cases if members is not None else ():
            case = self._cases.open.get(key)
            if case is not None:
                by_customer.setdefault(self._cases.customer_of.get(key, ""), []).append(case.number)
        return tuple(
            msgspec.structs.replace(item, cases=tuple(sorted(by_customer.get(item.customer, ()))))
            if item.customer in by_customer
            else item
            for item in known[2]
        )

    def _share(self, scope: IntervalSet) -> tuple[CustomerImpact, ...]:
        own: dict[str, list[tuple[int, int]]] = {}
        uses: dict[str, dict[str, None]] = {}
        for item, low, high in self._inventory.owned(scope):
            own.setdefault(item.customer, []).append((low, high))
            if item.use:
                uses.setdefault(item.customer, {})[item.use] = None
        impacts = []
        for customer, pairs in own.items():
            ranges = IntervalSet.of(pairs)
            impacts.append(
                CustomerImpact(
                    customer=customer,
                    ranges=tuple((str(first), str(last)) for first, last in ranges.pairs()),
                    sims=ranges.count,
                    uses=tuple(sorted(uses.get(customer, ()))),
                )
            )
        return tuple(sorted(impacts, key=lambda item: (-item.sims, item.customer)))

    def _enter(self, outage_id: str, touched: Touched) -> None:
        outage = self.outages[outage_id]
        members = Members(scope=self.sims(outage_id), where=tuple(sorted(outage.where.items())))
        self.members[outage_id] = members
        for where in self._alarms.places:
            self._join_where(outage_id, members, where, touched)
        self._scopes_changed = True
        self._entered.append(members.scope)
        touched.outages.add(outage_id)

    def _leave(self, outage_id: str, touched: Touched) -> None:
        members = self.members.pop(outage_id, None)
        if members is None:
            return
        for where in members.wheres:
            left = tuple(one for one in self.of_where[where] if one != outage_id)
            if left:
                self.of_where[where] = left
            else:
                del self.of_where[where]
            touched.alarms.update(self._alarms.at(where))
        for key in members.cases:
            self._cases.moved[key] = None
        self._scopes_changed = True
        touched.outages.add(outage_id)

    def _index_scopes(self) -> None:
        """Cut the number line at every edge of a live outage; each piece knows the outages that hold it."""
        self._scopes_changed = False
        opens: dict[int, list[str]] = {}
        closes: dict[int, list[str]] = {}
        for outage_id, members in self.members.items():
            for first, last in members.scope.pairs():
                opens.setdefault(first, []).append(outage_id)
                closes.setdefault(last + 1, []).append(outage_id)
        held: dict[str, None] = {}
        self._edges = sorted({*opens, *closes})
        self._held = []
        for edge in self._edges:
            for outage_id in closes.get(edge, ()):
                held.pop(outage_id, None)
            for outage_id in opens.get(edge, ()):
                held[outage_id] = None
            self._held.append(tuple(held))

    def _place(self, key: str, touched: Touched) -> None:
        before = self.of_case.get(key, ())
        bodies = self._cases.bodies.get(key)
        found: dict[str, None] = {}
        if bodies:
            for first, last in bodies.pairs():
                piece = bisect_right(self._edges, first) - 1
                while piece < len(self._edges):
                    if piece >= 0:
                        if self._edges[piece] > last:
                            break
                        found.update(dict.fromkeys(self._held[piece]))
                    piece += 1
        after = tuple(sorted(found))
        if bodies and not after:
            self.unplaced[key] = self._unplaced(bodies)
        else:
            self.unplaced.pop(key, None)
        touched.outages.update(before)
        touched.outages.update(after)
        for outage_id in before:
            members = self.members.get(outage_id)
            if members is not None and key in members.cases:
                minute = members.cases.pop(key)
                members.minutes[minute] -= 1
                if not members.minutes[minute]:
                    del members.minutes[minute]
        for outage_id in after:
            members = self.members[outage_id]
            minute = int(self._cases.open[key].opened.timestamp()) // 60
            members.cases[key] = minute
            members.minutes[minute] = members.minutes.get(minute, 0) + 1
        if after == before:
            return
        if after:
            self.of_case[key] = after
        else:
            self.of_case.pop(key, None)
        touched.cases.add(key)

    def _unplaced(self, bodies: IntervalSet) -> Unplaced:
        pairs = bodies.pairs()
        ranges: tuple[Pair, ...] | None = None
        if self._inventory.ranges_met(pairs) <= RANGES_OF_A_CASE:
            met = self._inventory.overlapping(pairs)
            ranges = tuple(dict.fromkeys((int(item.first), int(item.last)) for item, _low, _high in met))
        return Unplaced(pairs, bodies.count, ranges)

    def _place_where(self, where: Where, touched: Touched) -> None:
        for outage_id, members in self.members.items():
            self._join_where(outage_id, members, where, touched)

    def _join_where(self, outage_id: str, members: Members, where: Where, touched: Touched) -> None:
        if not members.where or where in members.wheres or not set(members.where) <= set(where):
            return
        members.wheres[where] = None
        self.of_where[where] = tuple(sorted((*self.of_where.get(where, ()), outage_id)))
        touched.alarms.update(self._alarms.at(where))
        touched.outages.add(outage_id)

    def _note(self, outage_id: str, seq: int, at: datetime, who: str, what: str) -> None:
        lines = self.timelines.setdefault(outage_id, [])
        lines.append(Line(seq, at, who, what))
        if len(lines) > TIMELINE_KEPT:
            del lines[1]
