"""Whatever happens in whatever order: what grouping keeps step by step is what a look at everything from scratch gives.

The machine opens, changes, closes and places cases, raises alarms, states ranges, decides about outages as people do,
and lets the watcher look at random times.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from feeds.board import Board, Touched, propose
from feeds.board.outage.places import FEWEST_CUSTOMERS, SEVERAL_SIMS
from feeds.board.outage.settled import DECIDED, LOOKED_AT
from feeds.board.outage.writers import written
from feeds.facts import (
    AlarmReported,
    CasePlaced,
    CaseReported,
    CustomersStated,
    Entry,
    Fact,
    OutageMerged,
    OutageMoved,
    OutageScoped,
    OutageSuspected,
    RangesStated,
)
from feeds.model import LIVE_STATES, AlarmEvent, CaseEvent, CaseState, Outage, OutageState, Severity, SimRange
from feeds.simspace import IntervalSet, SimSpan
from tests.extent import LONG

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
BASE = 894620002000000000
BLOCKS = 24
SPAN = 1_000

APNS = ("m", "a", "b", "c", "d", "e", "f", "g")


def block(number: int, apn: str, size: int = 100) -> SimRange:
    first = BASE + number * SPAN
    attributes = {"apn": apn, "hss": f"h{number % 3}"}
    return SimRange(first=str(first), last=str(first + size - 1), customer=f"c{number}", attributes=attributes)


def body(place: int) -> str:
    return str(BASE + place)


blocks = st.integers(0, BLOCKS)  # the last one lies outside the inventory
cases = st.integers(0, 14)
outages = st.integers(1, 12)
runs = st.tuples(blocks, st.integers(0, 120), st.sampled_from([0, 0, 0, 5, 130]))
ALARMS = ({"apn": "m"}, {"apn": "m", "hss": "h0"}, {"hss": "h1"}, {"apn": "a"})


class Grouping(RuleBasedStateMachine):
    """A board, its watcher, and people."""

    def __init__(self) -> None:
        super().__init__()
        self.board = Board()
        self.late = timedelta()
        carrier = SimRange(first=body(0), last=body(3 * SPAN), customer="carrier", attributes={"hss": "h9"})
        fleet = (carrier, *(block(n, "m" if n < 6 else APNS[1 + n % 7]) for n in range(BLOCKS)))
        # Others that nobody complains of: with few ranges alone, nothing that they share would be rare.
        rest = (block(n, f"rest {n % 9}", SPAN) for n in range(100, 160))
        self.tell(RangesStated((*fleet, *rest)))

    def tell(self, *facts: Fact, by: str = "desk") -> None:
        seq = self.board.seq
        now = START + self.late
        entries = [Entry(seq + n, now + timedelta(seconds=seq + n), by, fact) for n, fact in enumerate(facts, 1)]
        self.board.apply(entries, Touched())

    # -- what happens --------------------------------------------------------------------------------------------

    @rule(
        number=cases,
        found=st.lists(runs, max_size=2),
        customer=st.sampled_from(["", "", "c0", "c3", "c7", "nobody"]),
        state=st.sampled_from([CaseState.OPEN, CaseState.OPEN, CaseState.PENDING, CaseState.CLOSED]),
    )
    def case(self, number: int, found: list[tuple[int, int, int]], customer: str, state: CaseState) -> None:
        sims = tuple(SimSpan("iccid", body(n * SPAN + at), body(n * SPAN + at + more)) for n, at, more in found)
        self.tell(CaseReported(CaseEvent(number=str(number), customer=customer, state=state), sims=sims))

    @rule(count=st.integers(2, 7), first=st.integers(0, 5), at=st.integers(0, 90))
    def many_cases(self, count: int, first: int, at: int) -> None:
        """Cases of several customers, one each, in one batch."""
        numbers = range(first, first + count)
        facts = (
            CaseReported(CaseEvent(number=f"m{n}"), sims=(SimSpan("iccid", body(n * SPAN + at), body(n * SPAN + at)),))
            for n in numbers
        )
        self.tell(*facts)

    @rule(first=st.integers(0, 5), at=st.integers(0, 90), back=st.sampled_from([0, 0, 20, 3_000]))
    def many_customers_of_one_range(self, first: int, at: int, back: int) -> None:
        """Cases of customers who are not the owner, opened some minutes ago."""
        opened = START + self.late - timedelta(minutes=back)
        sims = (SimSpan("iccid", body(first * SPAN + at), body(first * SPAN + at)),)
        self.tell(
            *(
                CaseReported(CaseEvent(number=f"r{first}-{n}", customer=f"user {n}", opened=opened), sims)
                for n in range(6)
            )
        )

    @rule(minutes=st.sampled_from([1, 15, 200, 1_500, 12_000]))
    def time_passes(self, minutes: int) -> None:
        self.late += timedelta(minutes=minutes)
        self.tell(CustomersStated(()))

    @rule(number=cases, outage=outages, inside=st.booleans())
    def place(self, number: int, outage: int, inside: bool) -> None:
        self.tell(CasePlaced(case=f"native/{number}", outage=f"O-{outage}", inside=inside), by="jl")

    @rule(place=st.integers(0, 3), severity=st.sampled_from([Severity.CRITICAL, Severity.MINOR, Severity.CLEARED]))
    def alarm(self, place: int, severity: Severity) -> None:
        event = AlarmEvent("nms", f"a{place}", severity, id=f"a{place}", attributes=ALARMS[place])
        self.tell(AlarmReported(event))

    @rule(number=st.integers(0, BLOCKS - 1), apn=st.sampled_from(APNS), size=st.sampled_from([50, 100, 400]))
    def ranges(self, number: int, apn: str, size: int) -> None:
        self.tell(RangesStated((block(number, apn, size),)))

    @rule(found=runs, by=st.sampled_from(["jl", "vaken/grouping"]), outage=outages)
    def suspect(self, found: tuple[int, int, int], by: str, outage: int) -> None:
        number, at, more = found
        ranges = ((body(number * SPAN + at), body(number * SPAN + at + more)),)
        self.tell(OutageSuspected(f"O-{outage}", ranges, reason="seen"), by=by)

    @rule(outage=outages, found=runs)
    def scope(self, outage: int, found: tuple[int, int, int]) -> None:
        number, at, more = found
        self.tell(OutageScoped(f"O-{outage}", ((body(number * SPAN + at), body(number * SPAN + at + more)),)), by="jl")

    @rule(outage=outages, state=st.sampled_from([state for state in OutageState if state is not OutageState.MERGED]))
    def decide(self, outage: int, state: OutageState) -> None:
        self.tell(OutageMoved(f"O-{outage}", state), by="jl")

    @rule(outage=outages, into=outages)
    def merge(self, outage: int, into: int) -> None:
        self.tell(OutageMerged(f"O-{outage}", f"O-{into}"), by="jl")

    # -- the watcher ---------------------------------------------------------------------------------------------

    @rule()
    def look(self) -> None:
        """One look, after which the watcher would find the same on a board of a snapshot."""
        facts = propose(self.board)
        assert propose(Board.load(self.board.dump())) == facts
        self.tell(*facts, by="vaken/grouping")

    @rule()
    def look_until_nothing_is_left(self) -> None:
        theirs = {one.id: one for one in self.board.outages.outages.values() if of_people(one)}
        for _ in range(25):
            facts = propose(self.board)
            if not facts:
                break
            self.tell(*facts, by="vaken/grouping")
        else:
            raise AssertionError(f"the watcher does not come to rest: {facts}")
        for key, before in theirs.items():
            after = self.board.outages.outages[key]
            assert (after.state, after.ranges, after.where) == (before.state, before.ranges, before.where)

    # -- what must be so -----------------------------------------------------------------------------------------

    @invariant()
    def cases_are_where_the_rules_put_them(self) -> None:
        board, outages = self.board, self.board.outages
        grouped: set[str] = set()
        for outage in outages.live():
            scope = outages.sims(outage.id)
            hit = {item.customer for item, _low, _high in board.inventory.owned(scope)}
            inside, proofs = set(), set()
            for key in board.cases.open:
                bodies, pinned = board.cases.bodies[key], board.cases.pins.get(key, {}).get(outage.id)
                there = bodies.intersects(scope)
                if (there or (not bodies and board.cases.customer_of[key] in hit)) if pinned is None else pinned:
                    inside.add(key)
                    proofs |= {key} if there else set()
            members = outages.members[outage.id]
            assert set(members.cases) == inside
            assert members.proofs == len(proofs)
            assert sum(members.minutes.values()) == len(inside)
            assert not members.places or set(members.places.cases) == proofs
            grouped |= inside
        assert set(outages.of_case) == grouped
        rest = {key: board.cases.bodies[key] for key in board.cases.open if key not in grouped}
        assert set(outages.unexplained.cases) == {key for key, sims in rest.items() if sims}
        for key in board.cases.open:
            lane = "grouped" if key in grouped else "unexplained" if rest[key] else "no SIMs"
            assert outages.lane(key) == lane
        totals = outages.totals()
        assert (totals.cases, totals.grouped, totals.unexplained) == (
            len(board.cases.open),
            len(grouped),
            sum(bool(sims) for sims in rest.values()),
        )
        assert totals.single == sum(sims.count == 1 for sims in rest.values())
        whole = IntervalSet.union(outages.sims(one.id) for one in outages.live())
        assert totals.sims == whole.count
        assert totals.customers == len({item.customer for item, _low, _high in board.inventory.owned(whole)})

    @invariant()
    def evidence_is_what_nobody_settled(self) -> None:
        board, outages = self.board, self.board.outages
        ended = [one for one in outages.outages.values() if one.state in DECIDED and one.ended is not None]
        assert set(outages.decided) == {one.id for one in ended}
        assert len(ended) <= LOOKED_AT
        expected = set()
        for key in outages.unexplained.cases:
            bodies, opened = board.cases.bodies[key], board.cases.open[key].opened
            out = [outage for outage, inside in board.cases.pins.get(key, {}).items() if not inside]
            taken_out = any(bodies.intersects(outages.sims(outage)) for outage in out)
            spent = any(
                one.ended is not None and opened <= one.ended and bodies.issubset(outages.sims(one.id)) for one in ended
            )
            if not taken_out and not spent:
                expected.add(key)
        evidence = outages.unexplained.evidence
        assert set(evidence.cases) == expected
        for places in (evidence, *(one.places for one in outages.members.values() if one.places)):
            for key, case in places.cases.items():
                told = written(key, board.cases.open[key], board.cases.customer_of[key], board.cases.bodies[key])
                assert case.written == told
                pairs = board.cases.bodies[key].pairs()
                met = {(int(item.first), int(item.last)) for item, _low, _high in board.inventory.overlapping(pairs)}
                own = {run for run in met if not any(o != run and run[0] <= o[0] and o[1] <= run[1] for o in met)}
                assert (case.pairs, set(case.ranges or ()), set(case.own)) == (pairs, met, own)
            rows: dict[tuple[tuple[int, int], str], int] = {}
            for case in places.cases.values():
                for run in case.own:
                    row = (run, case.written.writer)
                    rows[row] = max(rows.get(row, 0), case.written.minute)
            assert places.rows == rows
            writers = {run: {places.cases[key].written.writer for key in keys} for run, keys in places.on.items()}
            assert set(places.crowded) == {run for run, who in writers.items() if len(who) >= FEWEST_CUSTOMERS}
            assert set(places.several) == {key for key in places.cases if board.cases.bodies[key].count >= SEVERAL_SIMS}
            on = {run: {key for key, case in places.cases.items() if run in (case.ranges or ())} for run in places.on}
            assert {run: set(keys) for run, keys in places.on.items()} == on

    @invariant()
    def a_snapshot_derives_the_same(self) -> None:
        board, fresh = self.board, Board.load(self.board.dump())
        assert fresh.dump() == board.dump()
        assert fresh.outages.of_case == board.outages.of_case
        for outage in board.outages.live():
            assert fresh.outages.impact(outage.id) == board.outages.impact(outage.id)
            assert fresh.outages.alarm_counts(outage.id) == board.outages.alarm_counts(outage.id)
        assert {key: fresh.outages.placed(key) for key in board.cases.open} == {
            key: board.outages.placed(key) for key in board.cases.open
        }

    @invariant()
    def tombstones_lead_to_survivors(self) -> None:
        for outage in self.board.outages.outages.values():
            if outage.merged_into is not None:
                assert self.board.outages.outages[outage.merged_into].state is not OutageState.MERGED
        assert set(self.board.outages.members) == {
            one.id for one in self.board.outages.outages.values() if one.state in LIVE_STATES
        }


def of_people(outage: Outage) -> bool:
    """Whether the watcher has to leave an outage as it is."""
    return outage.state in LIVE_STATES and (outage.state is not OutageState.SUSPECTED or bool(outage.made_by))


def explained_by_values_and_better_by_a_range() -> Grouping:
    """A group on values, of which the watcher has not seen yet that a wider range explains its cases far better."""
    machine = Grouping()
    machine.ranges(number=1, apn="g", size=50)
    machine.many_customers_of_one_range(first=1, at=0, back=0)
    machine.many_customers_of_one_range(first=1, at=0, back=0)
    machine.look()
    machine.many_cases(count=3, first=3, at=0)
    machine.look()
    (group,) = machine.board.outages.live()
    assert group.where == {"apn": "g", "hss": "h1"}
    return machine


def test_a_group_whose_cases_a_wider_range_explains_far_better_is_not_suspected_again_and_again() -> None:
    machine = explained_by_values_and_better_by_a_range()
    machine.look_until_nothing_is_left()
    assert [one.id for one in machine.board.outages.live()] == ["O-1"]


def test_of_two_groups_that_one_range_explains_far_better_one_is_left() -> None:
    machine = explained_by_values_and_better_by_a_range()
    everything = ((body(0), body(9 * SPAN + 99)),)
    machine.tell(OutageSuspected("O-9", everything, reason="seen"), by="vaken/grouping")
    machine.look_until_nothing_is_left()
    assert [one.id for one in machine.board.outages.live()] == ["O-9"]


TestGrouping = Grouping.TestCase
TestGrouping.settings = settings(max_examples=35 if LONG else 15, stateful_step_count=30)
