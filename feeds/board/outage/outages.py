"""Outages: what people and watchers decided (state, scope, merges, cases moved by hand), and their histories.

That is primary state. Which cases and alarms belong to an outage follows from it: see membership.py.
"""

from datetime import datetime

import msgspec

from feeds.board.alarms import AlarmTable
from feeds.board.cases import CaseTable
from feeds.board.inventory import Inventory
from feeds.board.outage.membership import Membership
from feeds.board.suspicion.remembered import known_then
from feeds.board.touched import Touched
from feeds.facts import CasePlaced, OutageMerged, OutageMoved, OutageScoped, OutageSuspected, UrgencySet
from feeds.model import LIVE_STATES, Outage, OutageId, OutageState

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


class OutageTable(Membership):
    """Outages by id, and their histories."""

    def __init__(self, inventory: Inventory, alarms: AlarmTable, cases: CaseTable) -> None:
        super().__init__(inventory, alarms, cases)
        self.timelines: dict[str, list[Line]] = {}
        self.suspected = 0
        """How many outages there ever were: the next id follows from it."""

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
            grounds=fact.grounds,
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
            made_by=known.made_by or ("" if by.startswith(WATCHER) else by),
            grounds=fact.grounds or known.grounds,
            seq=seq,
        )
        self._note(fact.outage, seq, at, by, f"scope changed: {fact.reason}" if fact.reason else "scope changed")
        self._rescope(fact.outage, touched)

    def merge(self, fact: OutageMerged, by: str, seq: int, at: datetime, touched: Touched) -> str:
        """Leave a tombstone that points to the survivor; return its id. Empty: they cannot be merged."""
        known, into = self.outages.get(fact.outage), self.survivor(fact.into)
        if known is None or into is None or into is known or not {known.state, into.state} <= LIVE_STATES:
            return ""
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
        if known.urgency is not None and into.urgency is None:
            into = _weighed(into, known.urgency, known.urgency_by, known.urgency_why)
        self.outages[into.id] = into
        self._leave(fact.outage, touched)
        touched.outages.update((fact.outage, into.id))
        return into.id

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
        elif fact.state is OutageState.REJECTED:
            changes["grounds"] = known_then(known, self.sims(fact.outage), self._cases, self._alarms)
        if fact.reason:
            changes["reason"] = fact.reason
        self.outages[fact.outage] = msgspec.structs.replace(known, **changes)
        self._note(fact.outage, seq, at, by, f"{fact.state.value}: {fact.reason}" if fact.reason else fact.state.value)
        self._decide(fact.outage)
        if live and known.state not in LIVE_STATES:
            self._enter(fact.outage, touched)
        elif not live and known.state in LIVE_STATES:
            self._leave(fact.outage, touched)
        touched.outages.add(fact.outage)

    def begun(self, outage: str, by: str, what: str, seq: int, at: datetime) -> None:
        """Note that an update begins to go out. Nobody is told yet."""
        known = self.outages.get(outage)
        if known is None:
            return
        self.outages[outage] = msgspec.structs.replace(known, updates=known.updates + 1)
        self._note(outage, seq, at, by, what)

    def told(self, outage: str, at: datetime | None, next_word: datetime | None) -> None:
        """Note when customers had the last word (None: they have none), and what it promised."""
        known = self.outages.get(outage)
        if known is not None and (known.told, known.next_word) != (at, next_word):
            self.outages[outage] = msgspec.structs.replace(known, told=at, next_word=next_word)

    def weigh(self, fact: UrgencySet, by: str, seq: int, at: datetime, touched: Touched) -> None:
        """Note how urgent a person says that an outage is, or that the sum counts again."""
        known = self.survivor(fact.outage)
        if known is None:
            return
        weighed = _weighed(known, fact.points, by, fact.reason) if fact.points is not None else _weighed(known)
        self.outages[known.id] = msgspec.structs.replace(weighed, seq=seq)
        what = f"urgency set to {fact.points}" if fact.points is not None else "urgency is the sum again"
        self._note(known.id, seq, at, by, f"{what}: {fact.reason}" if fact.reason else what)
        touched.outages.add(known.id)

    def remark(
        self, outage: str, by: str, what: str, seq: int, at: datetime, touched: Touched, *, decided: bool = False
    ) -> None:
        """Note what was said about an outage; nothing where ``what`` is empty. ``decided``: by a person who decides."""
        touched.outages.add(outage)
        if what:
            if decided:
                self.outages[outage] = msgspec.structs.replace(self.outages[outage], seq=seq)
            self._note(outage, seq, at, by, what)

    def survivor(self, outage: str) -> Outage | None:
        """Return the outage of this id, or the one it was merged into."""
        known = self.outages.get(outage)
        while known is not None and known.merged_into is not None:
            known = self.outages.get(known.merged_into)
        return known

    def _note(self, outage_id: str, seq: int, at: datetime, who: str, what: str) -> None:
        lines = self.timelines.setdefault(outage_id, [])
        lines.append(Line(seq, at, who, what))
        if len(lines) > TIMELINE_KEPT:
            del lines[1]


def _weighed(outage: Outage, points: int | None = None, by: str = "", why: str = "") -> Outage:
    return msgspec.structs.replace(outage, urgency=points, urgency_by=by, urgency_why=why)
