"""The difference of two inventories is what a look at every range and every SIM would find."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json, structs

from feeds.fleet.columns import Columns, seconds_of
from feeds.fleet.difference import EXAMPLES, Difference, Mover, difference, differing_sims
from feeds.model import SimRange
from feeds.simspace import IntervalSet
from tests.extent import examples
from tests.fleet.fleets import BASE, SIZE, START, holding, lasting, ranges, sim_range, standing

fleets = st.lists(lasting, max_size=10)
timed = st.lists(ranges, max_size=10, unique_by=lambda item: (item.first, item.last, item.since))


def owners(stands: list[SimRange]) -> list[str]:
    return [found[0].customer if (found := holding(stands, body)) else "" for body in range(BASE, BASE + SIZE)]


@given(fleets, fleets, st.booleans())
@settings(max_examples=examples(200))
def test_ranges_and_sims_are_counted_by_what_became_of_them(
    before: list[SimRange], after: list[SimRange], much_stays: bool
) -> None:
    old, new = standing(before), standing(before + after if much_stays else after)
    found = difference(Columns.from_ranges(old), Columns.from_ranges(new))
    was = {(item.first, item.last): item for item in old}
    now = {(item.first, item.last): item for item in new}
    both = was.keys() & now.keys()
    assert (found.before, found.after) == (len(old), len(new))
    assert found.added == len(now.keys() - was.keys())
    assert found.gone == len(was.keys() - now.keys())
    assert found.moved == sum(was[ends].customer != now[ends].customer for ends in both)
    assert found.same == sum(was[ends] == now[ends] for ends in both)
    assert found.changed == len(both) - found.moved - found.same
    assert found.nothing == (old == new)
    pairs = list(zip(owners(old), owners(new), strict=True))
    assert found.sims_before == sum(bool(one) for one, _ in pairs)
    assert found.sims_after == sum(bool(other) for _, other in pairs)
    assert found.sims_added == sum(not one and bool(other) for one, other in pairs)
    assert found.sims_gone == sum(bool(one) and not other for one, other in pairs)
    assert found.sims_moved == sum(bool(one) and bool(other) and one != other for one, other in pairs)
    assert {(mover.customer, mover.come, mover.go) for mover in found.movers} == {
        (customer, come, go)
        for customer in {one for pair in pairs for one in pair if one}
        if (come := sum(other == customer != one for one, other in pairs))
        + (go := sum(one == customer != other for one, other in pairs))
    }


@given(timed, timed, st.integers(0, 7))
@settings(max_examples=examples(150))
def test_what_begins_later_holds_no_sim_yet(before: list[SimRange], after: list[SimRange], at: int) -> None:
    now = seconds_of(START) + at

    def holds(fleet: list[SimRange]) -> list[SimRange]:
        begun = [item for item in fleet if seconds_of(item.since) <= now]
        return standing(sorted(begun, key=lambda item: seconds_of(item.since)))

    found = difference(Columns.from_ranges(before), Columns.from_ranges(after), at=now)
    pairs = list(zip(owners(holds(before)), owners(holds(after)), strict=True))
    assert found.sims_moved == sum(bool(one) and bool(other) and one != other for one, other in pairs)
    assert found.sims_added == sum(not one and bool(other) for one, other in pairs)
    assert found.added + found.moved + found.changed + found.same == len(after)
    assert found.gone + found.moved + found.changed + found.same == len(before)


@given(fleets, fleets)
@settings(max_examples=examples(100))
def test_differing_are_the_sims_of_all_ranges_that_only_one_states(
    before: list[SimRange], after: list[SimRange]
) -> None:
    old, new = standing(before), standing(before[:3] + after)
    alone = [item for item in old if item not in new] + [item for item in new if item not in old]
    expected = IntervalSet.of((int(item.first), int(item.last)) for item in alone)
    assert differing_sims(Columns.from_ranges(old), Columns.from_ranges(new)) == expected


def test_examples_are_sentences_with_names_and_both_sides() -> None:
    before = [
        sim_range(0, 10, "c1", {"apn": "a"}),
        sim_range(10, 10, "c1"),
        sim_range(20, 1, "c2", use="metering"),
        sim_range(30, 5, "c3"),
    ]
    after = [
        sim_range(0, 10, "c1", {"apn": "b", "gw": "1"}, imsi=3, since=5),
        sim_range(10, 10, "c2"),
        sim_range(20, 1, "c2", use="metering"),
        sim_range(35, 5, "c9"),
    ]
    found = difference(Columns.from_ranges(before), Columns.from_ranges(after), {"c1": "Acme", "c2": "Beta"})
    assert found.moved_examples == ("8946 2000 2000 0000 1* (10 SIMs)  Acme → Beta",)
    assert found.changed_examples == (
        "8946 2000 2000 0000 0* (10 SIMs)  Acme: apn a → b, gw – → 1, IMSI – → 240011000000003, "
        "since – → 2026-03-01 00:00:05Z",
    )
    assert found.added_examples == ("8946 2000 2000 0000 35–39 (5 SIMs)  c9",)
    assert found.gone_examples == ("8946 2000 2000 0000 30–34 (5 SIMs)  c3",)
    assert found.movers == (
        Mover("c1", "Acme", come=0, go=10),
        Mover("c2", "Beta", come=10, go=0),
        Mover("c3", come=0, go=5),
        Mover("c9", come=5, go=0),
    )
    assert json.decode(json.encode(found), type=Difference) == found


def test_no_more_than_the_first_examples_are_told() -> None:
    before = Columns.from_ranges([sim_range(number, 1) for number in range(SIZE)])
    moved = [structs.replace(before.row(row), customer="c2") for row in range(SIZE)]
    found = difference(before, Columns.from_ranges(moved))
    assert found.moved == SIZE
    assert len(found.moved_examples) == EXAMPLES


def test_an_inventory_against_none_is_all_added_or_all_gone() -> None:
    some = Columns.from_ranges([sim_range(0, 10), sim_range(5, 2, "c2")])
    assert difference(Columns.empty(), some).sims_added == 10
    assert difference(some, Columns.empty()).sims_gone == 10
    assert difference(Columns.empty(), Columns.empty()).nothing
