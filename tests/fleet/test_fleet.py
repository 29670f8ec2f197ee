"""A fleet answers as a look at every range would, however its rows are cut into levels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.fleet import fleet as fleet_module
from feeds.fleet.columns import Columns
from feeds.fleet.fleet import Fleet
from feeds.model import SimRange
from feeds.simspace import IntervalSet, LengthProfile, SimKind
from tests.extent import examples
from tests.fleet.fleets import BASE, IMSI, MSISDN, SIZE, holding, lasting, sim_range, standing

batches = st.lists(st.lists(lasting, max_size=5, unique_by=lambda item: (item.first, item.last)), max_size=8)
runs = st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, 8)), max_size=4).map(
    lambda found: IntervalSet.of((BASE + first, BASE + first + more) for first, more in found)
)
POINTS = np.arange(BASE - 2, BASE + SIZE + 2)


@pytest.fixture(params=[1, 8], ids=["many levels", "few levels"], autouse=True)
def growth(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a small growth, levels are hardly ever put together: all that has to look through them is looked at."""
    if request.param == 1:
        monkeypatch.setattr(fleet_module, "GROWTH", 0)
        monkeypatch.setattr(fleet_module, "TOO_MANY", 0)


def made(stated: list[list[SimRange]]) -> tuple[Fleet, list[SimRange]]:
    fleet = Fleet.empty()
    for batch in stated:
        fleet = fleet.stated(Columns.from_ranges(batch))
    return fleet, standing([item for batch in stated for item in batch])


def start_of(item: SimRange, kind: SimKind) -> int:
    return int({"iccid": item.first, "imsi": item.imsi_first, "msisdn": item.msisdn_first}[kind] or 0)


@given(batches)
@settings(max_examples=examples(120))
def test_statements_one_after_the_other_are_the_fleet_of_what_stands(stated: list[list[SimRange]]) -> None:
    fleet, stands = made(stated)
    whole = Columns.from_ranges(stands)
    assert fleet.columns == fleet.folded().columns == whole
    assert len(fleet) == len(stands) == len(fleet.folded())
    firsts, lasts = whole.firsts, whole.lasts
    assert [fleet.row(row) for row in fleet.find(firsts, lasts).tolist()] == stands
    assert fleet.find(firsts, lasts + 1000).tolist() == [-1] * len(stands)
    assert fleet.told(whole).all()


@given(batches, st.sampled_from(["iccid", "imsi", "msisdn"]))
@settings(max_examples=examples(200))
def test_every_number_finds_all_its_ranges_the_most_specific_first(stated: list[list[SimRange]], kind: SimKind) -> None:
    fleet, stands = made(stated)
    begin = {"iccid": BASE, "imsi": IMSI, "msisdn": MSISDN}[kind]
    points = np.arange(begin - 2, begin + 102)
    best = fleet.best(kind, points).tolist()
    for point, row in zip(points.tolist(), best, strict=True):
        found = [item for item in stands if 0 <= point - start_of(item, kind) < item.count and start_of(item, kind)]
        found.sort(key=lambda item: (item.count, item.first))
        assert [fleet.row(one) for one in fleet.lookup(kind, point)] == found
        assert fleet.at(kind, point) == row
        assert (fleet.row(row) if row >= 0 else None) == (found[0] if found else None)


@given(batches, runs)
@settings(max_examples=examples(150))
def test_pieces_are_every_sim_once_with_its_most_specific_range(
    stated: list[list[SimRange]], scope: IntervalSet
) -> None:
    fleet, stands = made(stated)
    firsts, lasts, rows = fleet.pieces(scope)
    owner: dict[int, SimRange] = {}
    for first, last, row in zip(firsts.tolist(), lasts.tolist(), rows.tolist(), strict=True):
        for body in range(first, last + 1):
            assert body not in owner
            owner[body] = fleet.row(row)
    for body in POINTS.tolist():
        found = holding(stands, body)
        assert owner.get(body) == (found[0] if found and body in scope else None)
    assert firsts.tolist() == sorted(firsts.tolist())


@given(batches, runs)
@settings(max_examples=examples(100))
def test_met_are_all_ranges_that_share_a_sim(stated: list[list[SimRange]], scope: IntervalSet) -> None:
    fleet, stands = made(stated)
    met = fleet.met(scope.starts, scope.ends).tolist()
    for (first, last), count in zip(scope.pairs(), met, strict=True):
        expected = [item for item in stands if int(item.first) <= last and int(item.last) >= first]
        found = [fleet.row(row) for row in fleet.overlapping("iccid", first, last).tolist()]
        assert sorted(found, key=lambda item: (item.first, item.last)) == expected
        assert count == len(expected)


@given(batches)
@settings(max_examples=examples(100))
def test_attributes_and_sims_are_those_of_the_ranges_that_stand(stated: list[list[SimRange]]) -> None:
    fleet, stands = made(stated)
    for pair in (("apn", "a"), ("gw", "1"), ("gw", "3"), ("rack", "1")):
        having = [item for item in stands if pair in item.attributes.items()]
        assert fleet.ranges_with(*pair) == len(having)
        assert fleet.served((pair,)) == IntervalSet.of((int(item.first), int(item.last)) for item in having)
    both = [item for item in stands if item.attributes.get("apn") == "b" and item.attributes.get("gw") == "1"]
    expected = IntervalSet.of((int(item.first), int(item.last)) for item in both)
    assert fleet.served((("apn", "b"), ("gw", "1"))) == expected
    assert not fleet.served(())
    assert fleet.sims == IntervalSet.of((int(item.first), int(item.last)) for item in stands)
    assert fleet.count == fleet.sims.count
    assert fleet.profile == LengthProfile.learned(item.first for item in stands)


@given(batches, st.lists(st.integers(-2, SIZE + 1), max_size=20))
@settings(max_examples=examples(100))
def test_columns_of_rows_are_those_of_their_ranges(stated: list[list[SimRange]], asked: list[int]) -> None:
    fleet, _ = made(stated)
    rows = fleet.best("iccid", np.array(asked, dtype=np.int64) + BASE)
    items = [fleet.row(row) if row >= 0 else None for row in rows.tolist()]
    places = np.arange(len(rows))
    assert fleet.customers(rows).texts(places) == [item.customer if item else "" for item in items]
    assert fleet.uses(rows).texts(places) == [item.use if item else "" for item in items]
    attributes = {name: column.texts(places) for name, column in fleet.attributes(rows)}
    names = {name for item in items if item for name in item.attributes}
    assert attributes == {name: [item.attributes.get(name, "") if item else "" for item in items] for name in names}


@given(batches)
@settings(max_examples=examples(60))
def test_a_statement_leaves_the_fleet_before_as_it_was(stated: list[list[SimRange]]) -> None:
    fleet, stands = made(stated)
    before = fleet.columns.table()
    fleet.stated(Columns.from_ranges([sim_range(0, SIZE, "thief", {"apn": "z"}, imsi=0)]))
    assert fleet.columns.table() == before
    assert [fleet.row(row) for row in fleet.best("iccid", POINTS).tolist() if row >= 0] == [
        holding(stands, body)[0] for body in POINTS.tolist() if holding(stands, body)
    ]


def test_many_small_statements_make_few_levels(request: pytest.FixtureRequest) -> None:
    if "[many" in request.node.name:
        pytest.skip("levels are kept apart here")
    fleet = Fleet.empty()
    for number in range(300):
        first = str(894620002000000000 + number * 10)
        fleet = fleet.stated(Columns.from_ranges([SimRange(first, first, "c")]))
    assert len(fleet) == 300
    assert len(fleet.levels) <= 4


def test_a_large_level_waits_for_somebody_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_module, "GROWTH", 8)
    monkeypatch.setattr(fleet_module, "TOO_MANY", 2)
    monkeypatch.setattr(fleet_module, "LIGHT", 20)
    fleet = Fleet.of(Columns.from_ranges([sim_range(number, 1) for number in range(SIZE)]))
    assert not fleet.heavy
    grown = fleet.stated(Columns.from_ranges([sim_range(number, 2, "c2") for number in range(10)]))
    assert len(grown.levels) == 2
    assert grown.heavy
    folded = grown.folded()
    assert not folded.heavy
    assert folded.columns == grown.columns
    assert len(grown.stated(Columns.from_ranges([sim_range(n, 3, "c3") for n in range(30)])).levels) == 1
