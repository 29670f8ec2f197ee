"""Which cases and alarms belong to which live outage. Derived from what outages.py decided; kept up to date piecemeal.

A case is in an outage when its SIMs meet the outage's ranges, or, where no SIMs could be read of it, when its customer
has SIMs there; a person may put it in or take it out all the same. An alarm belongs to an outage when its object serves
the attribute values that the outage stands on. What one more case costs does not depend on how many there are, nor what
one more outage costs on cases that lie elsewhere.
"""

from dataclasses import dataclass

from feeds.board.alarms import AlarmTable
from feeds.board.cases import CaseTable
from feeds.board.inventory import Inventory, Pair, Where
from feeds.board.outage.case_line import CaseLine
from feeds.board.outage.fleet_shares import FleetShares
from feeds.board.outage.hits import Hits
from feeds.board.outage.impact import Impacts
from feeds.board.outage.members import Members, is_from_cases
from feeds.board.outage.places import Lying, Places, Written
from feeds.board.outage.scopes import ScopeIndex
from feeds.board.outage.settled import DECIDED, Settled
from feeds.board.outage.unexplained import Unexplained
from feeds.board.outage.writers import written
from feeds.board.touched import Touched
from feeds.model import LIVE_STATES, CustomerImpact, Lane, Outage
from feeds.simspace import IntervalSet


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


class Membership:
    """The members of the live outages."""

    def __init__(self, inventory: Inventory, alarms: AlarmTable, cases: CaseTable) -> None:
        self.outages: dict[str, Outage] = {}
        self.members: dict[str, Members] = {}
        self.of_case: dict[str, tuple[str, ...]] = {}
        self.of_where: dict[Where, tuple[str, ...]] = {}
        self.unexplained = Unexplained(inventory)
        """Open cases with known SIMs that no live outage holds."""
        self.decided: dict[str, None] = {}
        """Outages that people called over, or none."""
        self.shares = FleetShares(inventory)
        self._inventory = inventory
        self._alarms = alarms
        self._cases = cases
        self._index = ScopeIndex()
        self._line = CaseLine()
        self._scopes_changed = False
        self._decided_changed = False
        self._entered: list[IntervalSet] = []
        """SIMs that came into live outages, or left them, since the cases were looked at."""
        self._newcomers: set[str] = set()
        """Outages that are live since then, or lie elsewhere."""
        self._settled = Settled()
        self._simless: dict[str, str] = {}
        """Open cases without known SIMs → the customer they belong to."""
        self._simless_of: dict[str, dict[str, None]] = {}
        self._filed: dict[str, str] = {}
        """Cases in outages → the customer under which they are filed there."""
        self._sims: dict[str, tuple[tuple[tuple[str, str], ...], IntervalSet]] = {}
        self._impacts = Impacts(inventory)
        self._hits = Hits(self._impacts, self.members)
        self._union: tuple[tuple[IntervalSet, ...], int, int, int] | None = None
        self._version = 0
        """Counts changes of outages and of cases in them."""
        self._calm_at: tuple[object, ...] = ()

    # -- what can be asked ---------------------------------------------------------------------------------------

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

    def places(self, outage_id: str) -> Places:
        """Return where the cases lie that are in a live outage by their SIMs: at most CASES_LOOKED_AT."""
        members = self.members[outage_id]
        if members.places is None:
            members.places = Places(self._inventory)
            for key in members.cases:
                if key not in members.brought:
                    members.places.put(key, self._written(key, self._cases.bodies[key]))
        return members.places

    def holding(self, body: int) -> tuple[str, ...]:
        """Return the live outages that hold a SIM, the oldest id first."""
        return self._index.holding(body)

    def is_kept(self, outage_id: str) -> bool:
        """Whether a live outage has an open case by its SIMs, or one that a person put there."""
        members, pins = self.members[outage_id], self._cases.pins
        return members.proofs > 0 or any(pins.get(key, {}).get(outage_id) for key in members.brought)

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
            sims = IntervalSet.union(scopes)
            customers = len(self._inventory.customers_in(sims))
            known = self._union = (scopes, self._inventory.version, sims.count, customers)
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

    def is_news_of_cases(self, moment: object) -> bool:
        """Whether anything that the rules about cases look at changed since they found nothing to do.

        ``moment``: the time by which they look, and what is usual at it.
        """
        return self._calm_at != self._looked_at(moment)

    def nothing_to_do(self, moment: object) -> None:
        """Note that the rules about cases ask for nothing as things are, so that no time is spent on asking again."""
        self._calm_at = self._looked_at(moment)

    def _looked_at(self, moment: object) -> tuple[object, ...]:
        in_alarm = tuple(
            key
            for key, one in self.members.items()
            if one.wheres and self.outages[key].from_cases and any(self.alarm_counts(key))
        )
        # Lesser alarms are no suspicion by themselves, but with cases they may be.
        lesser = tuple((where, *place.counts[2:4]) for where, place in self._alarms.places.items() if any(place.counts))
        return (self._version, self.unexplained.evidence.version, self._inventory.version, in_alarm, moment, lesser)

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
        """Return what the outage means for each customer with SIMs in it: those with most SIMs first."""
        return self._impacts.of(outage_id, self.sims(outage_id), self.members.get(outage_id))

    # -- keeping up ----------------------------------------------------------------------------------------------

    def settle(self, touched: Touched) -> None:
        """Bring the members of all live outages up to date with cases and alarms that moved. Cheap when none did."""
        moved = self._cases.moved
        if self._scopes_changed:
            self._scopes_changed = False
            self._hits.stale = True
            self._index.build({outage_id: members.scope for outage_id, members in self.members.items()})
        if self._simless and self._hits.stale:
            for customer in self._hits.renew():
                moved.update(self._simless_of.get(customer, {}))
        if self._entered:
            moved.update(dict.fromkeys(self._line.meeting(IntervalSet.union(self._entered).pairs())))
            self._entered.clear()
        if self._newcomers:
            pins, newcomers = self._cases.pins, self._newcomers
            moved.update((key, None) for key in pins if key in self._cases.open and not newcomers.isdisjoint(pins[key]))
            newcomers.clear()
        if self._decided_changed:
            self._decided_changed = False
            differ = self._settled.renew((self.outages[one] for one in self.decided), self.sims)
            moved.update((key, None) for key in self._line.meeting(differ.pairs()) if key in self.unexplained.cases)
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

    def reindex(self, touched: Touched, every_case: bool = True) -> None:
        """Derive members anew after the inventory changed: of cases all, or those alone that moved.

        Which outages a customer has SIMs in may have changed, too, and with it the cases without SIMs.
        """
        self.of_where.clear()
        self._impacts.clear()
        self._hits.stale = True
        touched.outages.update(self.outages)
        if not every_case:
            for key in self._cases.moved:  # the ranges that they lie on may be others
                self.unexplained.evidence.drop(key)
                for outage_id in self.of_case.get(key, ()):
                    members = self.members.get(outage_id)
                    if members is not None and members.places is not None:
                        members.places.drop(key)
            self._cases.moved.update(dict.fromkeys(self._simless))
            for outage_id, members in self.members.items():
                members.wheres.clear()
                for where in self._alarms.places:
                    self._join_where(outage_id, members, where, touched)
            return
        for table in (self.members, self.of_case, self._simless, self._simless_of, self._filed, self.decided):
            table.clear()
        self._hits.clear()
        self.unexplained.clear()
        self._line.clear()
        self._version += 1
        for outage in self.outages.values():
            if outage.state in LIVE_STATES:
                self._enter(outage.id, touched)
            elif outage.state in DECIDED:
                self.decided[outage.id] = None
        self._decided_changed = True
        self._entered.clear()  # every open case is looked at anyway
        self._newcomers.clear()

    def _enter(self, outage_id: str, touched: Touched) -> None:
        outage = self.outages[outage_id]
        members = Members(scope=self.sims(outage_id), where=tuple(sorted(outage.where.items())))
        if is_from_cases(outage):
            members.places = Places(self._inventory)
        self.members[outage_id] = members
        for where in self._alarms.places:
            self._join_where(outage_id, members, where, touched)
        self._scopes_changed = True
        self._version += 1
        self._entered.append(members.scope)
        self._newcomers.add(outage_id)
        touched.outages.add(outage_id)

    def _rescope(self, outage_id: str, touched: Touched) -> None:
        """Let cases come and go after the ranges of a live outage changed: those alone that lie where it differs."""
        outage, members = self.outages[outage_id], self.members[outage_id]
        scope, where = self.sims(outage_id), tuple(sorted(outage.where.items()))
        self._entered.append(members.scope ^ scope)
        members.scope = scope
        if where != members.where:
            self._leave_wheres(outage_id, members, touched)
            members.where = where
            for one in self._alarms.places:
                self._join_where(outage_id, members, one, touched)
        self._scopes_changed = True
        self._version += 1
        self._newcomers.add(outage_id)
        touched.outages.add(outage_id)

    def _leave(self, outage_id: str, touched: Touched) -> None:
        members = self.members.pop(outage_id, None)
        if members is None:
            return
        self._leave_wheres(outage_id, members, touched)
        self._cases.moved.update(dict.fromkeys(members.cases))
        self._scopes_changed = True
        self._version += 1
        touched.outages.add(outage_id)

    def _decide(self, outage_id: str) -> None:
        """Note that the state of an outage changed."""
        self._version += 1
        known = outage_id in self.decided
        now = self.outages[outage_id].state in DECIDED
        if now:
            self.decided[outage_id] = None
        elif known:
            del self.decided[outage_id]
        self._decided_changed |= known or now

    def _leave_wheres(self, outage_id: str, members: Members, touched: Touched) -> None:
        for where in members.wheres:
            left = tuple(one for one in self.of_where[where] if one != outage_id)
            if left:
                self.of_where[where] = left
            else:
                del self.of_where[where]
            touched.alarms.update(self._alarms.at(where))
        members.wheres.clear()

    def _found(self, key: str, bodies: IntervalSet | None, pairs: list[Pair]) -> dict[str, bool]:
        """Return the live outages that a case belongs to, and whether its SIMs lie there."""
        if bodies is None:
            return {}
        if bodies:
            found = dict.fromkeys(self._index.meeting(pairs), True)
        else:
            customer = self._cases.customer_of.get(key, "")
            self._simless[key] = customer
            self._simless_of.setdefault(customer, {})[key] = None
            found = dict.fromkeys(self._hits.on(customer), False) if customer else {}
        pins = self._cases.pins.get(key)
        for outage_id, inside in pins.items() if pins else ():
            if not inside:
                found.pop(outage_id, None)
            elif outage_id in self.members:
                found.setdefault(outage_id, False)
        return found

    def _place(self, key: str, touched: Touched) -> None:
        bodies = self._cases.bodies.get(key)
        pairs = bodies.pairs() if bodies else []
        if pairs:
            self._line.put(key, pairs)
        else:
            self._line.drop(key)
        customer = self._simless.pop(key, None)
        if customer is not None:
            del self._simless_of[customer][key]
            if not self._simless_of[customer]:
                del self._simless_of[customer]
        before = self.of_case.get(key, ())
        found = self._found(key, bodies, pairs)
        after = tuple(sorted(found))
        lying: Lying | None = None
        if bodies and not after:
            self.unexplained.put(key, self._written(key, bodies), self._is_evidence(key, bodies))
        else:
            lying = self.unexplained.drop(key)
        touched.outages.update(before)
        touched.outages.update(after)
        filed = self._filed.pop(key, "")
        self._version += bool(before or after)
        for outage_id in before:
            members = self.members.get(outage_id)
            if members is not None and key in members.cases and not found.get(outage_id):
                members.drop(key, filed)
        if after:
            self._file(key, found, filed, lying)
            self.of_case[key] = after
        elif before:
            del self.of_case[key]
        if after != before:
            touched.cases.add(key)

    def _file(self, key: str, found: dict[str, bool], filed: str, lying: Lying | None) -> None:
        """Keep a case among the members of the outages it belongs to."""
        case = self._cases.open[key]
        customer = self._filed[key] = self._cases.customer_of.get(key, "")
        minute = int(case.opened.timestamp()) // 60
        bodies = self._cases.bodies[key]
        for outage_id, lies_there in found.items():
            members = self.members[outage_id]
            known = members.cases.get(key)
            if known is not None and (known != minute or filed != customer or key in members.brought):
                members.drop(key, filed)
                known = None
            if known is None:
                members.put(key, minute, not lies_there, customer, case.number)
            if lies_there and members.places is not None:
                members.places.put(key, self._written(key, bodies), lying)

    def _written(self, key: str, bodies: IntervalSet) -> Written:
        return written(key, self._cases.open[key], self._cases.customer_of.get(key, ""), bodies)

    def _is_evidence(self, key: str, bodies: IntervalSet) -> bool:
        """Whether a case that no outage holds may make one: nobody settled it, nor took it out of a group there."""
        pins = self._cases.pins.get(key)
        if pins and any(
            not inside and outage in self.outages and bodies.intersects(self.sims(outage))
            for outage, inside in pins.items()
        ):
            return False
        return not self._settled.holds(self._cases.open[key].opened, bodies)

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


def _same_objects(one: tuple[IntervalSet, ...], other: tuple[IntervalSet, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
