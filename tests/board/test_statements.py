"""Ranges stated one by one, as whole inventories and for later times come to the same, and survive a restart."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from feeds.board import Board, Touched
from feeds.board.dump import WrongFormat
from feeds.board.inventory import Inventory
from feeds.board.statements import NEVER
from feeds.facts import CaseReported, CustomersStated, Entry, Fact, RangesLoaded, RangesStated
from feeds.fleet.columns import Columns, seconds_of
from feeds.fleet.prepared import prepare
from feeds.model import CaseEvent, Customer, RangeTable, SimRange
from feeds.simspace import IntervalSet, LengthProfile, SimSpan
from tests.extent import examples
from tests.fleet.fleets import BASE, IMSI, SIZE, START, canonical, holding, ranges, sim_range

unique = st.lists(ranges, max_size=8, unique_by=lambda item: (item.first, item.last, item.since))
stated = st.lists(ranges, max_size=5).map(tuple).map(RangesStated)
loaded = unique.map(lambda fleet: RangesLoaded(Columns.from_ranges(fleet).table()))
changes = st.lists(st.tuples(st.integers(0, 3), stated | stated | loaded), max_size=8)


def entries_of(found: list[tuple[int, Fact]]) -> list[Entry]:
    """Facts, each some seconds after the one before."""
    entries, at = [], START
    for seq, (wait, fact) in enumerate(found, start=1):
        at += timedelta(seconds=wait)
        entries.append(Entry(seq=seq, at=at, by="inventory", fact=fact))
    return entries


class Naive:
    """What should stand, by the rules, range by range."""

    def __init__(self) -> None:
        self.stands: dict[tuple[str, str], SimRange] = {}
        self.waits: dict[tuple[str, str, int], SimRange] = {}

    def apply(self, fact: Fact, at: datetime) -> None:
        now = seconds_of(at)
        due = sorted((key for key in self.waits if key[2] <= now), key=lambda key: key[2])
        for key in due:
            self.stands[key[:2]] = self.waits.pop(key)
        items: list[SimRange] = []
        if isinstance(fact, RangesLoaded):
            self.stands.clear()
            self.waits.clear()
            columns = Columns.of(fact.table)
            items = [columns.row(row) for row in range(len(columns))]
        elif isinstance(fact, RangesStated):
            items = [canonical(item) for item in fact.ranges]
        for item in items:
            since = seconds_of(item.since)
            if since > now:
                self.waits[item.first, item.last, since] = item
            else:
                self.stands[item.first, item.last] = item


def listed(columns: Columns) -> list[SimRange]:
    return [columns.row(row) for row in range(len(columns))]


@given(changes, st.integers(0, 8))
@settings(max_examples=examples(200))
def test_any_statements_leave_what_a_look_at_each_would_leave(found: list[tuple[int, Fact]], cut: int) -> None:
    board, naive = Board(), Naive()
    for number, entry in enumerate(entries_of(found)):
        if number == cut:
            board = Board.load(board.dump())
        board.apply([entry], Touched())
        naive.apply(entry.fact, entry.at)
        inventory = board.inventory
        stands = [naive.stands[ends] for ends in sorted(naive.stands)]
        assert listed(inventory.standing.columns) == stands
        assert listed(inventory.pending) == [naive.waits[key] for key in sorted(naive.waits)]
        assert inventory.due == min((item.since for item in naive.waits.values() if item.since), default=NEVER)
        assert inventory.range_count == len(stands)
        for body in range(BASE, BASE + SIZE, 3):
            first = holding(stands, body)
            assert inventory.range_at(body) == (first[0] if first else None)


@given(changes, st.sets(st.integers(0, 8)))
@settings(max_examples=examples(100))
def test_the_bytes_do_not_depend_on_batches_restarts_or_what_was_prepared(
    found: list[tuple[int, Fact]], cuts: set[int]
) -> None:
    entries = entries_of(found)
    whole, other = Board(), Board()
    whole.apply(entries, Touched())
    for number, entry in enumerate(entries):
        if number in cuts:
            other = Board.load(other.dump())
        elif isinstance(entry.fact, RangesLoaded):
            other.inventory.prepared = prepare(entry.fact.table, START)
        other.apply([entry], Touched())
        if number % 2:
            before = other.inventory.standing
            assert other.inventory.adopt(before, before.folded())
    assert other.dump() == whole.dump()


@given(changes)
@settings(max_examples=examples(100))
def test_what_is_held_is_no_news_and_changes_nothing(found: list[tuple[int, Fact]]) -> None:
    board = Board()
    entries = entries_of(found)
    board.apply(entries, Touched())
    for entry in entries:
        if isinstance(entry.fact, RangesLoaded):
            board.inventory.prepared = prepare(entry.fact.table, board.at)
        if not board.is_news(entry.fact):
            inventory = board.inventory
            before = inventory.version, inventory.standing.columns, inventory.pending
            board.apply([Entry(board.seq + 1, board.at, "inventory", entry.fact)], Touched())
            assert (inventory.version, inventory.standing.columns, inventory.pending) == before


def tell(board: Board, fact: Fact, seconds: int = 0) -> Touched:
    touched = Touched()
    board.apply([Entry(board.seq + 1, START + timedelta(seconds=seconds), "inventory", fact)], touched)
    return touched


def table(*items: SimRange) -> RangeTable:
    return Columns.from_ranges(items).table()


def test_a_part_of_a_range_moves_to_another_customer_at_its_time() -> None:
    board = Board()
    tell(board, CaseReported(CaseEvent(number="1"), sims=(SimSpan("iccid", str(BASE + 7), str(BASE + 8)),)))
    tell(board, RangesStated((sim_range(0, 40, "c1", {"apn": "a"}), sim_range(5, 5, "c2", {"apn": "b"}, since=60))))
    inventory = board.inventory
    assert inventory.due == START + timedelta(seconds=60)
    assert inventory.range_count == 1
    assert inventory.where({"apn": "b"}) == ()
    assert board.cases.customer_of["native/1"] == "c1"
    touched = tell(board, CustomersStated((Customer(id="c9", name="n"),)), seconds=59)
    assert inventory.owners(inventory.merged()) == [("c1", 40)]
    touched = tell(board, CustomersStated(()), seconds=60)
    assert touched.inventory
    assert touched.cases == {"native/1"}
    assert inventory.owners(inventory.merged()) == [("c1", 35), ("c2", 5)]
    assert inventory.where({"apn": "b"}) == (("apn", "b"),)
    assert inventory.served((("apn", "b"),)).count == 5
    assert board.cases.customer_of["native/1"] == "c2"
    assert inventory.due == NEVER


def test_a_whole_range_moves_at_its_time_also_when_stated_with_its_owner_of_today() -> None:
    board = Board()
    tell(board, RangesLoaded(table(sim_range(0, 10, "c1"), sim_range(0, 10, "c2", since=60))))
    assert board.inventory.owners(board.inventory.merged()) == [("c1", 10)]
    tell(board, RangesStated((sim_range(0, 10, "c1", {"apn": "corrected"}),)), seconds=30)
    tell(board, RangesStated(()), seconds=60)
    assert board.inventory.owners(board.inventory.merged()) == [("c2", 10)]


def test_a_statement_to_come_is_replaced_by_another_for_the_same_time() -> None:
    inventory = Inventory()
    assert inventory.state_ranges([sim_range(0, 10, "c1", since=60)], START)
    assert inventory.version == 0  # nothing that stands differs
    assert inventory.state_ranges([sim_range(0, 10, "c2", since=60)], START)
    assert not inventory.state_ranges([sim_range(0, 10, "c2", since=60)], START)
    assert inventory.holds(RangesStated((sim_range(0, 10, "c2", since=60),)))
    assert not inventory.holds(RangesStated((sim_range(0, 10, "c1", since=60),)))
    assert inventory.advance(START + timedelta(seconds=60))
    assert inventory.holds(RangesStated((sim_range(0, 10, "c2", since=60),)))
    assert not inventory.holds(RangesStated((sim_range(0, 10, "c2"),)))


def test_a_whole_inventory_takes_the_place_of_all_before_also_of_what_was_to_come() -> None:
    board = Board()
    tell(board, RangesStated((sim_range(0, 10, "c1"), sim_range(20, 5, "c2", since=5))))
    tell(board, RangesLoaded(table(sim_range(30, 5, "c3"))))
    tell(board, RangesStated(()), seconds=9)
    assert board.inventory.owners(IntervalSet.of([(BASE, BASE + SIZE)])) == [("c3", 5)]


def test_a_table_that_is_none_changes_nothing() -> None:
    board = Board()
    tell(board, RangesLoaded(table(sim_range(0, 10, "c1"))))
    bad = structs.replace(table(sim_range(0, 5, "c2")), lasts=b"1")
    assert not board.inventory.load_ranges(bad, START)
    tell(board, RangesLoaded(bad))
    assert board.inventory.range_count == 1


def test_what_is_no_range_is_left_out_of_a_statement() -> None:
    inventory = Inventory()
    bad = SimRange("8946200020", "8946200010", "c")
    assert inventory.state_ranges([bad, sim_range(0, 10)])
    assert inventory.range_count == 1
    assert not inventory.holds(RangesStated((bad, sim_range(0, 10))))


def test_a_prepared_inventory_is_taken_over_for_its_own_fact_only() -> None:
    inventory = Inventory()
    mine, other = table(sim_range(0, 10, "c1")), table(sim_range(0, 10, "c2"))
    inventory.prepared = ready = prepare(mine, START)
    assert inventory.load_ranges(mine, START)
    assert inventory.standing is ready.standing
    assert inventory.prepared is None
    assert not inventory.holds(RangesLoaded(mine))  # not known without a look at all of it
    inventory.prepared = prepare(mine, START)
    assert inventory.holds(RangesLoaded(mine))
    assert inventory.load_ranges(other, START)
    assert inventory.standing.row(0).customer == "c2"


def test_a_prepared_inventory_is_made_anew_when_something_has_begun_since() -> None:
    inventory = Inventory()
    loaded = table(sim_range(0, 10, "c1"), sim_range(0, 5, "c2", since=60))
    inventory.prepared = ready = prepare(loaded, START)
    assert inventory.load_ranges(loaded, START + timedelta(seconds=60))
    assert inventory.standing is not ready.standing
    assert inventory.range_count == 2


def test_a_dump_with_ranges_that_are_none_is_not_read() -> None:
    board = Board()
    tell(board, RangesLoaded(table(sim_range(0, 10, "c1"))))
    data = board.dump()
    first = np.array([BASE], dtype="<i8").tobytes()
    assert data.count(first) == 1
    with pytest.raises(WrongFormat, match="ranges of the snapshot"):
        Board.load(data.replace(first, b"\xff" * 8))


def test_alarms_are_looked_at_again_only_when_attribute_values_come_or_go() -> None:
    inventory = Inventory()

    def state(*items: SimRange) -> bool:
        before = inventory.places_version
        inventory.state_ranges(items)
        return inventory.places_version > before

    assert state(sim_range(0, 10, "c1", {"apn": "a"}), sim_range(20, 5, "c1", {"apn": "b"}))
    assert not state(sim_range(0, 10, "c2", {"apn": "a"}))
    assert not state(sim_range(5, 1, "c2", {"apn": "b"}), sim_range(6, 1, "c2"))
    assert state(sim_range(5, 1, "c2", {"apn": "a"}), sim_range(20, 5, "c1", {"apn": "a"}))  # the last b goes
    assert inventory.where({"apn": "b"}) == ()
    assert state(sim_range(30, 1, "c2", {"gw": "1"}))
    assert state(sim_range(30, 1, "c2", {"gw": "2"}))


@given(unique, st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, 9)), max_size=4))
@settings(max_examples=examples(100))
def test_owners_shares_and_customers_agree_with_the_pieces(fleet: list[SimRange], drawn: list[tuple[int, int]]) -> None:
    inventory = Inventory()
    inventory.state_ranges([structs.replace(item, since=None) for item in fleet])
    scope = IntervalSet.of((BASE + first, BASE + first + more) for first, more in drawn)
    sims: dict[str, list[tuple[int, int]]] = {}
    uses: dict[str, set[str]] = {}
    for item, first, last in inventory.owned(scope):
        sims.setdefault(item.customer, []).append((first, last))
        uses.setdefault(item.customer, set()).update({item.use} - {""})
    sets = {customer: IntervalSet.of(runs) for customer, runs in sims.items()}
    expected = sorted(((one, own.count) for one, own in sets.items()), key=lambda item: (-item[1], item[0]))
    assert inventory.owners(scope) == expected
    assert inventory.customers_in(scope) == sets.keys()
    found = [(share.customer, share.sims, share.uses) for share in inventory.shares(scope)]
    assert found == [(customer, sets[customer], tuple(sorted(uses[customer]))) for customer, _ in expected]
    bodies = [BASE + number for number in range(SIZE)]
    owners = [inventory.range_at(body) for body in bodies]
    assert inventory.customers_at(bodies) == [owner.customer if owner is not None else "" for owner in owners]
    ends = {(int(item.first), int(item.last)) for item, _low, _high in inventory.overlapping(scope.pairs())}
    assert set(inventory.runs_met(scope.pairs())) == ends


def test_attributes_of_sims_are_columns() -> None:
    inventory = Inventory()
    inventory.state_ranges([sim_range(0, 10, "c1", {"apn": "a"}), sim_range(3, 2, "c2", {"gw": "1"})])
    rows = inventory.rows_of(np.array([BASE, BASE + 3, BASE + 30], dtype=np.int64))
    found = {name: column.texts(np.arange(3)) for name, column in inventory.attributes_of(rows)}
    assert found == {"apn": ["a", "", ""], "gw": ["", "1", ""]}
    assert inventory.pairs == {("apn", "a"): 1, ("gw", "1"): 1}


def test_lengths_and_batches_are_learned_from_the_ranges_that_stand() -> None:
    inventory = Inventory()
    inventory.state_ranges([sim_range(0, 10, attributes={"batch": "B-1"}, imsi=0), sim_range(20, 1, since=9)], START)
    assert inventory.length_profile() == LengthProfile.learned([str(BASE)])
    assert inventory.batch_spans() == {"B-1": (SimSpan("iccid", str(BASE), str(BASE + 9)),)}
    assert inventory.bodies([SimSpan("imsi", str(IMSI + 8), str(IMSI + 50))]) == IntervalSet.of([(BASE + 8, BASE + 9)])


def test_a_case_about_an_imsi_follows_the_inventory_and_one_about_iccids_keeps_its_sims() -> None:
    board = Board()
    tell(board, CaseReported(CaseEvent(number="1"), sims=(SimSpan("imsi", str(IMSI), str(IMSI)),)))
    tell(board, CaseReported(CaseEvent(number="2"), sims=(SimSpan("iccid", str(BASE), str(BASE)),)))
    kept = board.cases.bodies["native/2"]
    tell(board, RangesStated((sim_range(0, 10, "c1", imsi=0),)))
    assert board.cases.bodies["native/1"] == kept
    assert board.cases.bodies["native/2"] is kept
    assert board.cases.customer_of == {"native/1": "c1", "native/2": "c1"}
    tell(board, RangesStated((sim_range(0, 10, "c2", imsi=5),)))
    assert not board.cases.bodies["native/1"]
    assert board.cases.customer_of == {"native/1": "", "native/2": "c2"}


def test_a_time_without_a_zone_is_utc() -> None:
    assert seconds_of(START.replace(tzinfo=None)) == seconds_of(START) == int(START.timestamp())
    assert seconds_of(datetime(1960, 1, 1, tzinfo=UTC)) == seconds_of(None) == 0
