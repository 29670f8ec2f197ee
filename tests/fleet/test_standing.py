"""At each time, of several statements about a range the one that began last holds."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.fleet.columns import Columns, NotATable, seconds_of
from feeds.fleet.names import batch_spans
from feeds.fleet.prepared import prepare
from feeds.fleet.standing import split
from feeds.model import SimRange
from feeds.simspace import SimSpan
from tests.extent import examples
from tests.fleet.fleets import BASE, START, canonical, ranges, sim_range

timed = st.lists(ranges, max_size=12, unique_by=lambda item: (item.first, item.last, item.since))


@given(timed, st.integers(-1, 8))
@settings(max_examples=examples(200))
def test_what_stands_is_what_began_last_and_the_rest_is_to_come(fleet: list[SimRange], at: int) -> None:
    now = seconds_of(START + timedelta(seconds=at))
    found = split(Columns.from_ranges(fleet), now)
    begun = sorted((item for item in fleet if seconds_of(item.since) <= now), key=lambda item: seconds_of(item.since))
    stands = {(item.first, item.last): canonical(item) for item in begun}
    assert [found.standing.row(row) for row in range(len(found.standing))] == [stands[ends] for ends in sorted(stands)]
    assert found.pending == Columns.from_ranges(item for item in fleet if seconds_of(item.since) > now)


@given(timed, st.integers(-1, 8), st.integers(-1, 8))
@settings(max_examples=examples(150))
def test_what_was_prepared_holds_until_something_begins(fleet: list[SimRange], at: int, later: int) -> None:
    table = Columns.from_ranges(fleet).table()
    ready = prepare(table, START + timedelta(seconds=at), warm=False)
    other = prepare(table, START + timedelta(seconds=later), warm=False)
    assert ready.fits(table, START + timedelta(seconds=at))
    assert not ready.fits(Columns.from_ranges(fleet).table(), START + timedelta(seconds=at))
    if len(ready.pending):
        assert not ready.fits(table, datetime.fromtimestamp(int(ready.pending.since.min()), UTC))
    if ready.fits(table, START + timedelta(seconds=later)):
        assert ready.standing.columns == other.standing.columns
        assert ready.pending == other.pending
    else:
        assert ready.pending != other.pending


def test_a_table_that_is_none_is_not_prepared() -> None:
    table = Columns.from_ranges([sim_range(0, 10)]).table()
    with pytest.raises(NotATable):
        prepare(type(table)(b"", b"1", table.customer, table.use), START)


def spans(*runs: tuple[int, int]) -> tuple[SimSpan, ...]:
    return tuple(SimSpan("iccid", str(BASE + first), str(BASE + last)) for first, last in runs)


def test_names_of_deliveries_stand_for_their_sims() -> None:
    fleet = [
        sim_range(0, 10, attributes={"batch": "A-1", "apn": "x"}),
        sim_range(2, 3, attributes={"batch": "A-1"}),
        sim_range(10, 5, "c2", attributes={"batch": "A-1", "Box": "17"}),
        sim_range(16, 2, attributes={"batch": "A-1", "lot": "L"}),
        sim_range(20, 5, attributes={"batch": "B-2", "order": "L"}),
        sim_range(30, 5, attributes={"batch": "B-2", "box": "B-2"}),
    ]
    assert batch_spans(Columns.from_ranges(fleet)) == {"A-1": spans((0, 14), (16, 17)), "17": spans((10, 14))}


@given(st.lists(st.tuples(st.integers(0, 39), st.integers(1, 15), st.sampled_from(["", "a", "b", "c"])), max_size=12))
@settings(max_examples=examples(150))
def test_a_name_stands_for_all_its_sims_and_no_other(drawn: list[tuple[int, int, str]]) -> None:
    made = [sim_range(first, size, attributes={"batch": name}) for first, size, name in drawn]
    fleet = {(item.first, item.last): item for item in made}.values()
    found = batch_spans(Columns.from_ranges(fleet))
    for name in ("a", "b", "c"):
        having = [item for item in fleet if item.attributes["batch"] == name]
        bodies = {body for item in having for body in range(int(item.first), int(item.last) + 1)}
        runs = [(int(span.first), int(span.last)) for span in found.get(name, ())]
        assert {body for first, last in runs for body in range(first, last + 1)} == bodies
        assert all(first > last + 1 for (_, last), (first, _) in pairwise(runs))
    assert "" not in found
