"""Outages: groups of SIM ranges with the open cases in them and the active alarms that serve them.

What people and watchers decided (state, scope, merges, cases moved by hand) is primary state. Who belongs to what is
derived: a case is in an outage when its SIMs meet the outage's ranges, or, where no SIMs could be read of it, when its
customer has SIMs there; a person may put it in or take it out all the same. An alarm belongs to an outage when its
object serves the attribute values that the outage stands on. All is kept up to date case by case, so that the cost does
not grow with what is grouped already.
"""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from feeds.board.alarms import AlarmTable
from feeds.board.cases import CaseTable
from feeds.board.impact import Impacts
from feeds.board.inventory import Inventory, Where
from feeds.board.scopes import ScopeIndex
from feeds.board.touched import Touched
from feeds.board.unplaced import UnplacedCases, most_specific, ranges_of
from feeds.facts import CasePlaced, OutageMerged, OutageMoved, OutageScoped, OutageSuspected
from feeds.model import LIVE_STATES, CustomerImpact, Lane, Outage, OutageId, OutageState, SimRange
from feeds.simspace import IntervalSet

TIMELINE_KEPT = 1_000
"""Lines of history kept per outage."""

WATCHER = "vaken/"
"""What the names of watchers begin with; other names are people's, or feeds'."""


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
    within: tuple[int, tuple[SimRange, ...]] | None = None
    """Version of the inventory, and the most specific ranges in the scope; made when asked for."""


@dataclass(slots=True, frozen=True)
class Totals:
    """Over all live outages; a SIM, a customer or a case in two of them counts once."""

    sims: int
    customers: int
    cases: int
    grouped: int
    unexplained: int
    single: int
    without_sims: int


class OutageTable:
    """Outages by id, their histories, and the members of the live ones."""

    def __init__(self, inventory: Inventory, alarms: AlarmTable, cases: CaseTable) -> None:
        self.outages: dict[str, Outage] = {}
        self.timelines: dict[str, list[Line]] = {}
        self.members: dict[str, Members] = {}
        self.of_case: dict[str, tuple[str, ...]] = {}
        self.of_where: dict[Where, tuple[str, ...]] = {}
        self.unexplained = UnplacedCases(inventory)
        """Open cases with known SIMs that no live outage holds."""
        self.suspected = 0
        """How many outages there ever were: the next id follows from it."""
        self._inventory = inventory
        self._alarms = alarms
        self._cases = cases
        self._scopes_changed = False
        self._entered: list[IntervalSet] = []
        """Scopes that came since the cases were looked at."""
        self._index = ScopeIndex()
        self._simless: dict[str, str] = {}
        """Open cases without known SIMs → the customer they belong to."""
        self._hit: dict[str, list[str]] = {}
        """Customer → live outages with SIMs of it; made when a case without SIMs first asks."""
        self._hit_known = False
        self._sims: dict[str, tuple[tuple[tuple[str, str], ...], IntervalSet]] = {}
        self._impacts = Impacts(inventory)
        self._union: tuple[tuple[IntervalSet, ...], int, int, int] | None = None

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
            title=fact.title,
            from_cases=fact.from_cases,
            made_by="" if by.startswith(WATCHER) else by,
            split_from=OutageId(fact.split_from),
            seq=seq,
        )
        self._note(fact.outage, seq, at, by, f"suspected: {fact.reason}" if fact.reason else "suspected")
        if fact.split_from in self.outages:
            self._note(fact.split_from, seq, at, by, f"{fact.outage} is split off: {fact.reason}")
            self._cases.follow_pins(fact.split_from, fact.outage, self.sims(fact.outage))
            touched.outages.add(fact.split_from)
        self._enter(fact.outage, touched)

    def scope(self, fact: OutageScoped, by: str, seq: int, at: datetime, touched: Touched) -> None:
        """Change the ranges of a live outage."""
        known = self.outages.get(fact.outage)
        if known is None or known.state not in LIVE_STATES:
            return
        self.outages[fact.outage] = msgspec.structs.replace(
            known,
            ranges=fact.ranges,
            where=fact.where,
            reason=fact.reason or known.reason,
            from_cases=fact.from_cases,
            seq=seq,
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
        self._cases.move_pins(known.id, into.id)
        if known.told is not None and (into.told is None or known.told > into.told):
            # What was promised to customers of the one is owed by the other.
            self.outages[into.id] = msgspec.structs.replace(into, told=known.told, next_word=known.next_word)
        self._leave(fact.outage, touched)
        touched.outages.update((fact.outage, into.id))

    def place(self, fact: CasePlaced, by: str, seq: int, at: datetime, touched: Touched) -> None:
        """Note that a person moved a case into an outage or out of it, and keep it so."""
        outage, case = self.survivor(fact.outage), self._cases.get(fact.case)
        if outage is None or case is None:
            return
        self._cases.pin(fact.case, outage.id, fact.inside)
        what = f"case {case.number} moved {'in' if fact.inside else 'out'}"
        self._note(outage.id, seq, at, by, f"{what}: {fact.reason}" if fact.reason else what)
        touched.outages.add(outage.id)
        touched.cases.add(fact.case)

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
            self._scopes_changed = False
            self._index.build({outage_id: members.scope for outage_id, members in self.members.items()})
            self._hit_known = False
        moved = self._cases.moved
        if self._entered:
            scope = IntervalSet.union(self._entered)
            self._entered.clear()
            moved.update((key, None) for key, bodies in self._cases.bodies.items() if bodies.intersects(scope))
            moved.update(dict.fromkeys(self._simless))
            moved.update((key, None) for key in self._cases.pins if key in self._cases.open)
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
        self.unexplained.clear()
        self._simless.clear()
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
        """How many open cases are in an outage or concern SIMs that are known."""
        return len(self.of_case) + len(self.unexplained)

    def sims(self, outage_id: str) -> IntervalSet:
        """Return the SIMs of an outage as ICCID bodies."""
        ranges = self.outages[outage_id].ranges
        known = self._sims.get(outage_id)
        if known is None or known[0] is not ranges:
            known = (ranges, IntervalSet.of((int(first), int(last)) for first, last in ranges))
            self._sims[outage_id] = known
        return known[1]

    def ranges_within(self, outage_id: str) -> tuple[SimRange, ...]:
        """Return the most specific ranges of the inventory in a live outage; none where these are very many."""
        members = self.members[outage_id]
        known = members.within
        if known is None or known[0] != self._inventory.version:
            found = most_specific(ranges_of(self._inventory, members.scope.pairs()) or ())
            known = members.within = (self._inventory.version, found)
        return known[1]

    def holding(self, body: int) -> tuple[str, ...]:
        """Return the live outages that hold a SIM."""
        return self._index.holding(body)

    def lane(self, key: str) -> Lane:
        """Return where a case stands."""
        if key not in self._cases.open:
            return "closed"
        if key in self.of_case:
            return "grouped"
        return "unexplained" if key in self.unexplained.cases else "no SIMs"

    def placed(self, key: str) -> str:
        """Return how a case came into its outages: ``person``, ``customer``, or ``""`` by its SIMs or into none."""
        outages = self.of_case.get(key, ())
        if not outages:
            return ""
        pins = self._cases.pins.get(key, {})
        if any(pins.get(outage) for outage in outages):
            return "person"
        return "customer" if key in self._simless else ""

    def totals(self) -> Totals:
        """Return what is open over all live outages."""
        scopes = tuple(self.members[outage].scope for outage in sorted(self.members))
        known = self._union
        if known is None or known[1] != self._inventory.version or not _same_objects(known[0], scopes):
            customers: set[str] = set()
            for outage_id, members in self.members.items():
                customers |= self._impacts.customers(outage_id, members.scope)
            known = self._union = (
                scopes,
                self._inventory.version,
                IntervalSet.union(scopes).count,
                len(customers),
            )
        cases, grouped, unexplained = len(self._cases.open), len(self.of_case), len(self.unexplained)
        return Totals(
            sims=known[2],
            customers=known[3],
            cases=cases,
            grouped=grouped,
            unexplained=unexplained,
            single=self.unexplained.single,
            without_sims=cases - grouped - unexplained,
        )

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
        by_customer: dict[str, list[str]] = {}
        members = self.members.get(outage_id)
        for key in members.cases if members is not None else ():
            case = self._cases.open.get(key)
            if case is not None:
                by_customer.setdefault(self._cases.customer_of.get(key, ""), []).append(case.number)
        return self._impacts.of(outage_id, self.sims(outage_id), by_customer)

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

    def _hitting(self, customer: str) -> list[str]:
        """Return the live outages in which a customer has SIMs."""
        if not self._hit_known:
            self._hit = {}
            for outage_id, members in self.members.items():
                for one in self._impacts.customers(outage_id, members.scope):
                    self._hit.setdefault(one, []).append(outage_id)
            self._hit_known = True
        return self._hit.get(customer, [])

    def _place(self, key: str, touched: Touched) -> None:
        before = self.of_case.get(key, ())
        bodies = self._cases.bodies.get(key)
        found: dict[str, None] = {}
        self._simless.pop(key, None)
        if bodies:
            found = self._index.meeting(bodies.pairs())
        elif bodies is not None:
            customer = self._simless[key] = self._cases.customer_of.get(key, "")
            if customer:
                found = dict.fromkeys(self._hitting(customer))
        if bodies is not None:
            for outage_id, inside in self._cases.pins.get(key, {}).items():
                if not inside:
                    found.pop(outage_id, None)
                elif outage_id in self.members:
                    found[outage_id] = None
        after = tuple(sorted(found))
        if bodies and not after:
            self.unexplained.put(key, bodies)
        else:
            self.unexplained.drop(key)
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


def _same_objects(one: tuple[IntervalSet, ...], other: tuple[IntervalSet, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
