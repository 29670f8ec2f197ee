"""Cases on the board: open, update, close; the SIMs they concern as ICCID bodies; the customer they belong to.

A case event is the whole of what the ticket system knows, so a later one replaces an earlier one; one that is older
than what is known came late and changes nothing. Some systems send one message at a time (``adds``): of these the
SIMs add up, also when they come late. Of two events of one time the one that closes the case counts, else
the one that comes last. Closed cases are remembered up to a number, then forgotten.
"""

from datetime import datetime
from itertools import islice

import msgspec
import numpy as np

from feeds.board.counts import Counts
from feeds.board.desk.figures import DeskFigures
from feeds.board.inventory import Inventory
from feeds.board.times import happened
from feeds.board.touched import Touched
from feeds.model import Case, CaseEvent, CaseState, case_key
from feeds.simspace import IntervalSet, SimSpan, merge_spans

WARNINGS_KEPT = 20
"""Doubts about what was read, per case."""
CLOSED_KEPT = 50_000
"""How many closed cases are remembered at least."""
FORGOTTEN_AT_ONCE = 1_000
"""So many more are remembered and then forgotten together: a dict is slow to give up its first keys one by one."""


class CaseTable:
    """Open (and pending) cases and the last closed ones, by key (``source/number``).

    ``bodies`` and ``customer_of`` are derived from the inventory, for open cases only.
    """

    def __init__(self, inventory: Inventory, counts: Counts, figures: DeskFigures) -> None:
        self.open: dict[str, Case] = {}
        self.closed: dict[str, Case] = {}
        self.bodies: dict[str, IntervalSet] = {}
        self.customer_of: dict[str, str] = {}
        self.moved: dict[str, None] = {}
        """Open cases whose SIMs or state changed since the set was taken: outages look at them again."""
        self.pins: dict[str, dict[str, bool]] = {}
        """Case → outage → whether a person put it there (or took it out). Kept as long as the case is remembered."""
        self._on_other_lines: dict[str, None] = {}
        """Open cases about IMSIs or MSISDNs: what SIMs these are follows from the inventory."""
        self._inventory = inventory
        self._counts = counts
        self._figures = figures

    def pin(self, key: str, outage: str, inside: bool) -> None:
        """Keep a case inside an outage, or outside of it, by a person's word."""
        pins = self.pins.setdefault(key, {})
        pins.pop(outage, None)  # the newest word stands last
        pins[outage] = inside
        self.moved[key] = None

    def move_pins(self, outage: str, into: str) -> None:
        """Let what people said of cases and an outage hold for the one it was merged into; the newest word counts."""
        for key, pins in self.pins.items():
            if outage in pins:
                words = [(into if one == outage else one, inside) for one, inside in pins.items()]
                pins.clear()
                for one, inside in words:
                    pins.pop(one, None)
                    pins[one] = inside
                self.moved[key] = None

    def follow_pins(self, outage: str, part: str, scope: IntervalSet) -> None:
        """Let cases that a person put into an outage go with the part of it, split off, that holds their SIMs."""
        for key, pins in self.pins.items():
            case = self.get(key)
            if outage in pins and case is not None and self._inventory.bodies(case.sims).intersects(scope):
                pins[part] = pins[outage] if not pins[outage] else pins.pop(outage)
                self.moved[key] = None

    def get(self, key: str) -> Case | None:
        """Return the case, open or closed."""
        return self.open.get(key) or self.closed.get(key)

    def report(
        self,
        event: CaseEvent,
        sims: tuple[SimSpan, ...],
        warnings: tuple[str, ...],
        seq: int,
        at: datetime,
        touched: Touched,
    ) -> None:
        """Take in one event."""
        key = case_key(event)
        known = self.get(key)
        time, stated = happened(event.time, at, known.changed if known is not None else None)
        closed = event.state is CaseState.CLOSED
        if known is not None and (
            time < known.changed
            or (stated and time == known.changed and known.state is CaseState.CLOSED and not closed)
        ):
            if event.adds:
                self._add(key, known, sims, seq, touched)
            return
        text = event.text
        if known is not None and event.adds:
            sims = merge_spans((*known.sims, *sims))
            warnings = tuple(dict.fromkeys((*known.warnings, *warnings)))[:WARNINGS_KEPT]
            text = known.text or event.text
        case = Case(
            source=event.source,
            number=event.number,
            opened=event.opened or (known.opened if known is not None else time),
            changed=time,
            state=event.state,
            customer=event.customer,
            kind=event.kind,
            service=event.service,
            channel=event.channel,
            closed=(known.closed if known is not None and known.closed else time) if closed else None,
            owner=event.owner,
            title=event.title,
            text=text,
            sims=sims,
            warnings=warnings,
            country=event.country,
            visited_network=event.visited_network,
            follow_up=event.follow_up,
            reference=event.reference,
            handled=event.handled or (known.handled if known is not None else 0.0),
            came=known.came if known is not None else at,
            seq=seq,
        )
        if known is None:
            self._counts.case_opened(case, at, touched)
        else:
            same = all(getattr(known, name) == getattr(case, name) for name in _COMPARED)
            if same and (not stated or time == known.changed):
                return
            if event.contact and time > known.changed:
                self._figures.message(time, at)
            if same:  # a repeat: what lies between comes late from now on
                case = msgspec.structs.replace(known, changed=time)
        self.open.pop(key, None) if closed else self.closed.pop(key, None)
        (self.closed if closed else self.open)[key] = case
        touched.cases.add(key)
        self._derive(key, case)
        self._figures.take(key, known, case, at)
        if closed:
            self._forget(touched)

    def _add(self, key: str, known: Case, sims: tuple[SimSpan, ...], seq: int, touched: Touched) -> None:
        """Add the SIMs of a message that came late: nothing else of it is news."""
        merged = merge_spans((*known.sims, *sims))
        if merged != known.sims:
            case = msgspec.structs.replace(known, sims=merged, seq=seq)
            (self.closed if key in self.closed else self.open)[key] = case
            touched.cases.add(key)
            self._derive(key, case)

    def reindex(self, touched: Touched, scope: IntervalSet | None = None, renamed: bool = True) -> None:
        """Derive anew what the inventory says of SIMs and customers, after it changed.

        ``scope``: ranges with other SIMs are what they were; None: all may differ. ``renamed``: customers differ, too.
        """
        if scope is None:
            affected = dict.fromkeys(self.open)
            self._on_other_lines = {key: None for key, case in self.open.items() if _on_other_line(case)}
        else:
            affected = dict.fromkeys(self._meeting(scope))
            affected.update(self._on_other_lines)
        unnamed: list[str] = []
        for key in self.open if renamed else affected:
            case = self.open[key]
            if key in affected and (key in self._on_other_lines or key not in self.bodies):
                self.bodies[key] = self._inventory.bodies(case.sims)
            if case.customer or not self.bodies[key]:
                customer = self._inventory.customer_id(case.customer)
                if self.customer_of.get(key) != customer:
                    self.customer_of[key] = customer
                    affected[key] = None
            elif key in affected:
                unnamed.append(key)
        firsts = [self.bodies[key].starts.item(0) for key in unnamed]
        self.customer_of.update(zip(unnamed, self._inventory.customers_at(firsts), strict=True))
        self.moved.update(affected)
        touched.cases.update(affected)

    def _meeting(self, scope: IntervalSet) -> list[str]:
        """Return the open cases with SIMs in ``scope``."""
        if not scope:
            return []
        known = [(key, bodies) for key, bodies in self.bodies.items() if bodies]
        firsts = np.array([bodies.starts.item(0) for _, bodies in known], dtype=np.int64)
        lasts = np.array([bodies.ends.item(-1) for _, bodies in known], dtype=np.int64)
        near = np.searchsorted(scope.starts, lasts, side="right") > np.searchsorted(scope.ends, firsts)
        return [known[at][0] for at in np.flatnonzero(near).tolist() if known[at][1].intersects(scope)]

    def _derive(self, key: str, case: Case) -> None:
        self._on_other_lines.pop(key, None)
        if case.state is CaseState.CLOSED:
            self.bodies.pop(key, None)
            self.customer_of.pop(key, None)
        else:
            if _on_other_line(case):
                self._on_other_lines[key] = None
            bodies = self._inventory.bodies(case.sims)
            self.bodies[key] = bodies
            self.customer_of[key] = self.customer(case, bodies)
        self.moved[key] = None

    def bodies_of(self, case: Case) -> IntervalSet:
        """Return the SIMs of a case, also of a closed one, as ICCID bodies."""
        return self._inventory.bodies(case.sims)

    def customer(self, case: Case, bodies: IntervalSet) -> str:
        """Return the customer of a case: the one that it names, or else the one who has its first SIM."""
        if case.customer or not bodies:
            return self._inventory.customer_id(case.customer)
        found = self._inventory.range_at(int(bodies.starts[0]))
        return found.customer if found is not None else ""

    def _forget(self, touched: Touched) -> None:
        if len(self.closed) < CLOSED_KEPT + FORGOTTEN_AT_ONCE:
            return
        for key in list(islice(self.closed, FORGOTTEN_AT_ONCE)):
            del self.closed[key]
            self.pins.pop(key, None)
            touched.cases.add(key)


def _on_other_line(case: Case) -> bool:
    return any(span.kind != "iccid" for span in case.sims)


_COMPARED = tuple(name for name in Case.__struct_fields__ if name not in {"changed", "seq"})
