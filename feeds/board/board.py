"""The board: facts in, state out.

Primary state is what facts say; it alone is dumped (see ``dump``), and dumping after a replay gives the same bytes.
What is derived from it (indexes, members of outages) is built anew after a load and kept up to date fact by fact. No
rule of the primary state reads derived state, so that it does not matter how facts are cut into batches.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from feeds.board.alarms import AlarmTable
from feeds.board.cases import CaseTable
from feeds.board.counts import Counts
from feeds.board.desk.figures import DeskFigures
from feeds.board.desk.pressing import Pressing
from feeds.board.dump import dumped, restore
from feeds.board.explanation.explanations import ExplanationTable
from feeds.board.inventory import Inventory
from feeds.board.objects import ObjectTable
from feeds.board.outage.outages import OutageTable
from feeds.board.surge.surges import SurgeTable
from feeds.board.touched import Touched
from feeds.board.update.suppressions import SuppressionTable
from feeds.board.update.updates import UpdateTable
from feeds.board.update.words import Words
from feeds.facts import (
    AddressAllowed,
    AddressSuppressed,
    AlarmAcknowledged,
    AlarmReported,
    AlarmShelved,
    CasePlaced,
    CaseReported,
    CustomersStated,
    DeliveryMoved,
    DeskStated,
    Entry,
    ExplanationChosen,
    Fact,
    ObjectsStated,
    OutageExplained,
    OutageMerged,
    OutageMoved,
    OutageScoped,
    OutageSuspected,
    RangesLoaded,
    RangesStated,
    SurgeBegan,
    SurgeEnded,
    SurgeGrew,
    UpdateApproved,
    UpdateDrafted,
    UpdateProposed,
    UpdateSteered,
    UrgencySet,
    WeightsStated,
)
from feeds.model import Desk, Update, Weights
from feeds.model.how_many import how_many

_EPOCH = datetime.fromtimestamp(0, UTC)

_STEERED = {
    "pause": "paused",
    "resume": "resumed",
    "cancel": "cancelled",
    "undo": "undone",
    "go on": "the rest goes out",
}


class _Sources(NamedTuple):
    """The versions of what alarms, cases and outages are derived from."""

    inventory: int
    customers: int
    places: int
    objects: int


class Board:
    """State of the room. Apply facts in order; read the tables; never write to them."""

    def __init__(self) -> None:
        self.seq = 0
        """Sequence of the last fact applied."""
        self.at = _EPOCH
        """Time of the last fact: the board's only notion of now."""
        self.inventory = Inventory()
        self.objects = ObjectTable()
        self.counts = Counts()
        self.surges = SurgeTable(self.counts.history)
        self.alarms = AlarmTable(self.inventory, self.objects)
        self.desk = Desk()
        """What is usual at the desk."""
        self.weights = Weights()
        """What makes outages and cases urgent."""
        self.figures = DeskFigures()
        self.cases = CaseTable(self.inventory, self.counts, self.figures)
        self.outages = OutageTable(self.inventory, self.alarms, self.cases)
        self.pressing = Pressing(self.outages)
        self.suppressions = SuppressionTable()
        self.updates = UpdateTable(self.suppressions)
        self.words = Words(lambda: self.updates.updates)
        self.explanations = ExplanationTable()
        self._derived_from = _Sources(0, 0, 0, 0)

    def is_news(self, fact: Fact) -> bool:
        """Whether a fact from a feed may change anything. For alarms, a no stays one whatever is on its way."""
        if type(fact) is AlarmReported:
            return self.alarms.is_news(fact.event)
        if type(fact) is ObjectsStated:
            return fact.rules != self.objects.rules
        return not isinstance(fact, RangesStated | RangesLoaded | CustomersStated) or not self.inventory.holds(fact)

    def apply(self, entries: Sequence[Entry], touched: Touched) -> None:
        """Apply facts in order and add the keys of what changed to ``touched``. Facts applied before are skipped."""
        at = 0
        while at < len(entries):
            entry = entries[at]
            if entry.seq <= self.seq:
                at += 1
                continue
            if entry.at is not self.at:
                self.at = entry.at
                if entry.at >= self.inventory.due:
                    self.inventory.advance(entry.at)
            if type(entry.fact) is AlarmReported:
                run = _alarms_at(entries, at)
                at += len(run)
                self.seq = run[-1].seq
                self.alarms.report(run, entry.at, touched)
                self.counts.alarm_events(len(run), entry.at, touched)
            else:
                at += 1
                self.seq = entry.seq
                _APPLY[type(entry.fact)](self, entry, touched)
        if self._derived_from != self._sources():
            self._derive(touched)
        self.outages.settle(touched)
        self.pressing.look(self.at, touched)

    def dump(self) -> bytes:
        """Return the primary state as bytes: equal logs give equal bytes."""
        return dumped(self)

    @classmethod
    def load(cls, data: bytes) -> "Board":
        """Return the board of a dump. Raises WrongFormat when ``data`` is not one of this version."""
        board = cls()
        restore(board, data)
        touched = Touched()
        board._derive(touched)
        board.outages.settle(touched)
        board.pressing.look(board.at, touched, every=True)
        return board

    def _sources(self) -> _Sources:
        inventory = self.inventory
        return _Sources(inventory.version, inventory.customers_version, inventory.places_version, self.objects.version)

    def _derive(self, touched: Touched) -> None:
        """Derive anew what a change of inventory or object rules may concern: of cases those that it concerns."""
        before, now = self._derived_from, self._sources()
        self._derived_from = now
        if before[2:] != now[2:]:
            self.alarms.reindex(touched)
        scope = self.inventory.changed_since(before.inventory)
        self.cases.reindex(touched, scope, before.customers != now.customers)
        self.outages.reindex(touched, every_case=scope is None)
        touched.inventory = True

    # -- one method per kind of fact -----------------------------------------------------------------------------

    def _acknowledged(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, AlarmAcknowledged)
        self.alarms.acknowledge(entry.fact.alarm, entry.by, entry.seq, touched)

    def _shelved(self, entry: Entry, touched: Touched) -> None:
        fact = entry.fact
        assert isinstance(fact, AlarmShelved)
        self.alarms.shelve(fact.alarm, fact.until, entry.by, entry.seq, touched)

    def _case(self, entry: Entry, touched: Touched) -> None:
        fact = entry.fact
        assert isinstance(fact, CaseReported)
        self.cases.report(fact.event, fact.sims, fact.warnings, entry.seq, entry.at, touched)

    def _ranges(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, RangesStated)
        self.inventory.state_ranges(entry.fact.ranges, entry.at)

    def _loaded(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, RangesLoaded)
        self.inventory.load_ranges(entry.fact.table, entry.at)

    def _customers(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, CustomersStated)
        self.inventory.state_customers(entry.fact.customers)

    def _objects(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, ObjectsStated)
        self.objects.state(entry.fact.rules)

    def _suspected(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, OutageSuspected)
        self.outages.suspect(entry.fact, entry.by, entry.seq, entry.at, touched)

    def _scoped(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, OutageScoped)
        self.outages.scope(entry.fact, entry.by, entry.seq, entry.at, touched)

    def _merged(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, OutageMerged)
        into = self.outages.merge(entry.fact, entry.by, entry.seq, entry.at, touched)
        if into:
            # What was promised to customers of the one is owed by the other.
            self.words.merged(entry.fact.outage, into)
            self.say_what_was_told(into)

    def _moved(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, OutageMoved)
        self.outages.move(entry.fact, entry.by, entry.seq, entry.at, touched)

    def _placed(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, CasePlaced)
        self.outages.place(entry.fact, entry.by, entry.seq, entry.at, touched)

    def _weighed(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, UrgencySet)
        self.outages.weigh(entry.fact, entry.by, entry.seq, entry.at, touched)

    def _surge(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, SurgeBegan)
        self.surges.begin(entry.fact, entry.at, touched)

    def _surge_grew(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, SurgeGrew)
        self.surges.grow(entry.fact, entry.at, touched)

    def _surge_over(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, SurgeEnded)
        self.surges.end(entry.fact, entry.at, touched)

    def _desk(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, DeskStated)
        self.desk = entry.fact.desk
        touched.usual = True

    def _weights(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, WeightsStated)
        self.weights = entry.fact.weights
        touched.usual = True

    def _explained(self, entry: Entry, touched: Touched) -> None:
        fact = entry.fact
        assert isinstance(fact, OutageExplained)
        if fact.outage in self.outages.outages:
            what = self.explanations.explain(fact, entry.seq, entry.at)
            self.outages.remark(fact.outage, entry.by, what, entry.seq, entry.at, touched)

    def _chosen(self, entry: Entry, touched: Touched) -> None:
        fact = entry.fact
        assert isinstance(fact, ExplanationChosen)
        outage = self.outages.survivor(fact.outage)
        if outage is not None:
            what = self.explanations.choose(fact, outage.id, entry.by, entry.at)
            self.outages.remark(outage.id, entry.by, what, entry.seq, entry.at, touched, decided=True)

    def _drafted(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, UpdateDrafted)
        self.updates.draft(entry.fact, entry.by, entry.seq, entry.at, touched)

    def _approved(self, entry: Entry, touched: Touched) -> None:
        fact = entry.fact
        assert isinstance(fact, UpdateApproved)
        update = self.updates.updates.get(fact.update)
        if update is None:
            return
        outage = self.outages.outages.get(update.outage)
        number = outage.updates + 1 if outage is not None else 1
        if self.updates.approve(fact, number, entry.by, entry.seq, entry.at, touched):
            what = f"update {number} ({update.kind.value}) approved for {how_many(len(fact.audience), 'contact')}"
            if fact.alone:
                what += f" by its author alone: {fact.alone}"
            self.words.approved(self._now_of(update), fact.update)
            touched.outages.add(self._now_of(update))
            if fact.hold_until is not None:
                # Nobody is told anything yet, and it may still be undone.
                self._noted(update.outage, entry, f"{what}, held until {fact.hold_until:%H:%M:%S}", touched)
            else:
                self._begun(update, what, entry, touched)

    def _begun(self, update: Update, what: str, entry: Entry, touched: Touched) -> None:
        self.outages.begun(update.outage, entry.by, what, entry.seq, entry.at)
        touched.outages.add(update.outage)

    def _now_of(self, update: Update) -> str:
        """Return the outage that an update is about now: the survivor of a merge."""
        outage = self.outages.survivor(update.outage)
        return outage.id if outage is not None else update.outage

    def say_what_was_told(self, outage: str) -> None:
        """Have an outage say what its customers were told last, as its updates stand."""
        last = self.words.last(outage)
        if last is not None:
            self.outages.told(outage, last.heard, last.text.next_word)
        else:
            self.outages.told(outage, None, None)

    def _noted(self, outage: str, entry: Entry, what: str, touched: Touched) -> None:
        if outage in self.outages.outages:
            self.outages.remark(outage, entry.by, what, entry.seq, entry.at, touched)

    def _proposed(self, entry: Entry, touched: Touched) -> None:
        fact = entry.fact
        assert isinstance(fact, UpdateProposed)
        if self.updates.propose(fact, entry.by, entry.seq, entry.at, touched):
            update = self.updates.updates[fact.update]
            what = f"{update.kind.value} ({update.id}) proposed for {how_many(fact.customers, 'customer')}"
            self._noted(update.outage, entry, what, touched)

    def _steered(self, entry: Entry, touched: Touched) -> None:
        fact = entry.fact
        assert isinstance(fact, UpdateSteered)
        before = self.updates.updates.get(fact.update)
        if before is None or not self.updates.steer(fact, entry.seq, entry.at, touched):
            return
        if fact.to == "undo":
            self.words.undone(self._now_of(before), fact.update)
        touched.outages.add(self._now_of(before))
        if fact.to == "start":
            to = how_many(len(before.audience), "contact")
            what = f"update {before.number} ({before.kind.value}) begins to go out to {to}"
            self._begun(before, what, entry, touched)
        elif fact.reason or fact.to in ("undo", "go on"):
            what = f"update {before.number or before.id}: {_STEERED.get(fact.to, fact.to)}"
            self._noted(before.outage, entry, f"{what}: {fact.reason}" if fact.reason else what, touched)

    def _suppressed(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, AddressSuppressed)
        made = self.suppressions.suppress(entry.fact, entry.by, entry.seq, entry.at, touched)
        self.updates.suppressed(made, entry.at, touched)
        touched.outages.update(self._now_of(self.updates.updates[one]) for one in touched.updates)

    def _allowed(self, entry: Entry, touched: Touched) -> None:
        assert isinstance(entry.fact, AddressAllowed)
        self.suppressions.allow(entry.fact, touched)

    def _delivery(self, entry: Entry, touched: Touched) -> None:
        fact = entry.fact
        assert isinstance(fact, DeliveryMoved)
        news = self.updates.move(fact, entry.at, touched)
        update = self.updates.updates.get(fact.update)
        if update is None or not (news or update.heard is None):
            return
        outage = self._now_of(update)
        touched.outages.add(outage)
        if news:
            self.say_what_was_told(outage)
            what = f"update {update.number} ({update.kind.value})"
            if update.heard is not None:
                what += f": the first of {how_many(len(update.audience), 'contact')} has it"
            else:
                what += ": all that was accepted came back, nobody has it"
            self._noted(outage, entry, what, touched)


def _alarms_at(entries: Sequence[Entry], begin: int) -> Sequence[Entry]:
    """Return the alarm facts from ``begin`` on that came at one time, as those of one commit do."""
    time = entries[begin].at
    end = begin + 1
    while end < len(entries):
        entry = entries[end]
        if type(entry.fact) is not AlarmReported or (entry.at is not time and entry.at != time):
            break
        end += 1
    return entries[begin:end] if end - begin < len(entries) else entries


_APPLY = {
    AlarmAcknowledged: Board._acknowledged,
    AlarmShelved: Board._shelved,
    CaseReported: Board._case,
    RangesStated: Board._ranges,
    RangesLoaded: Board._loaded,
    CustomersStated: Board._customers,
    ObjectsStated: Board._objects,
    CasePlaced: Board._placed,
    UrgencySet: Board._weighed,
    SurgeBegan: Board._surge,
    SurgeGrew: Board._surge_grew,
    SurgeEnded: Board._surge_over,
    DeskStated: Board._desk,
    WeightsStated: Board._weights,
    OutageSuspected: Board._suspected,
    OutageScoped: Board._scoped,
    OutageMerged: Board._merged,
    OutageMoved: Board._moved,
    OutageExplained: Board._explained,
    ExplanationChosen: Board._chosen,
    UpdateDrafted: Board._drafted,
    UpdateProposed: Board._proposed,
    UpdateApproved: Board._approved,
    UpdateSteered: Board._steered,
    DeliveryMoved: Board._delivery,
    AddressSuppressed: Board._suppressed,
    AddressAllowed: Board._allowed,
}
