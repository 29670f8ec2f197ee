"""The ribbon: stretches of the fleet or of an outage, with what happens in each."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board
from feeds.facts import AlarmReported, CustomersStated, Fact, OutageMerged, OutageMoved, OutageScoped, OutageSuspected
from feeds.model import AlarmEvent, CaseState, Customer, OutageState, Severity, StretchRow
from feeds.views import BadQuery, Query, board_source
from feeds.views.sources.ribbon import OUTAGES_TOLD, asked_for
from tests.extent import examples
from tests.views.telling import BASE, case, ends, rows, sim_range, span, stated, tell


def alarm(name: str, severity: Severity, **attributes: str) -> AlarmReported:
    return AlarmReported(AlarmEvent("nms", name, severity, id=name, attributes=attributes))


def ribbon(board: Board, of: str = "") -> list[StretchRow]:
    return rows(board, "ribbon", StretchRow, of)


def fleet(*facts: Fact) -> Board:
    """Four ranges of 1,000 SIMs with gaps between them: c1 and c2 have one gateway, c1 and c3 the other."""
    board = Board()
    tell(
        board,
        stated(
            sim_range(0, "c1", gateway="a"),
            sim_range(5, "c2", gateway="a"),
            sim_range(10, "c1", gateway="b"),
            sim_range(90, "c3", gateway="b"),
        ),
        CustomersStated((Customer("c1", "Acme Lifts"), Customer("c2", "Vattenkraft", vip=True))),
        *facts,
    )
    return board


def test_stretches_are_the_sims_of_the_fleet_without_the_gaps() -> None:
    found = ribbon(fleet(), "/4")
    assert [(row.key, row.first, row.last, row.sims) for row in found] == [
        ("0", *ends(0, 999), 1_000),
        ("1", *ends(5_000, 5_999), 1_000),
        ("2", *ends(10_000, 10_999), 1_000),
        ("3", *ends(90_000, 90_999), 1_000),
    ]
    assert [(row.customer, row.customers) for row in found] == [
        ("Acme Lifts", 1),
        ("Vattenkraft", 1),
        ("Acme Lifts", 1),
        ("c3", 1),
    ]


def test_a_stretch_names_the_customer_with_most_of_its_sims_by_the_most_specific_range() -> None:
    board = fleet(stated(sim_range(5, "c9", sims=600)))
    assert [(row.customer, row.customers) for row in ribbon(board, "/2")] == [("Acme Lifts", 3), ("Acme Lifts", 2)]
    assert [(row.customer, row.customers) for row in ribbon(board, "/4")][1] == ("c9", 2)
    few = [sim_range(90, f"x{n}", sims=300 - n) for n in range(8)]
    board = fleet(stated(*few, *(sim_range(90, "many", sims=n) for n in range(10, 200, 10))))
    assert [(row.customer, row.customers) for row in ribbon(board, "/4")][3] == ("c3", 10)


def test_cases_stand_where_their_sims_are_and_unknown_ones_where_their_numbers_would_be() -> None:
    board = fleet(
        case("1", 10, 20, 5_010),
        case("2", span(500, 5_500)),
        case("3", 7_000),
        case("4", 99_999_999),
        case("5", 30, state=CaseState.CLOSED),
        case("6", 40, state=CaseState.PENDING),
        case("7"),
    )
    found = ribbon(board, "/4")
    assert [row.cases for row in found] == [3, 2, 1, 1]
    assert [row.unexplained for row in found] == [3, 2, 1, 1]
    tell(board, OutageSuspected("O-1", (ends(0, 999),)))
    assert [(row.cases, row.unexplained) for row in ribbon(board, "/4")] == [(3, 0), (2, 0), (1, 1), (1, 1)]


def test_alarms_stand_over_the_sims_that_their_objects_serve() -> None:
    board = fleet(
        alarm("1", Severity.CRITICAL, gateway="a"),
        alarm("2", Severity.MAJOR, gateway="b"),
        alarm("3", Severity.MINOR, gateway="b"),
        alarm("4", Severity.INDETERMINATE, gateway="b"),
        alarm("5", Severity.WARNING, gateway="b"),
        alarm("6", Severity.CRITICAL, gateway="unknown"),
        alarm("7", Severity.CLEARED, gateway="a"),
    )
    assert [row.alarms for row in ribbon(board, "/4")] == [(1, 0, 0, 0), (1, 0, 0, 0), (0, 1, 1, 2), (0, 1, 1, 2)]
    tell(board, alarm("1", Severity.CLEARED, gateway="a"))
    assert [row.alarms for row in ribbon(board, "/2")] == [(0, 0, 0, 0), (0, 1, 1, 2)]


def test_outages_hold_a_share_of_a_stretch_and_a_sim_in_two_counts_once() -> None:
    board = fleet(OutageSuspected("O-1", (ends(0, 499),)), OutageSuspected("O-2", (ends(250, 5_000),)))
    found = ribbon(board, "/4")
    assert [(row.outages, row.share) for row in found] == [
        (("O-2", "O-1"), 1.0),
        (("O-2",), 0.001),
        ((), 0.0),
        ((), 0.0),
    ]
    tell(board, OutageMoved("O-2", OutageState.REJECTED))
    assert [(row.outages, row.share) for row in ribbon(board, "/4")][:2] == [(("O-1",), 0.5), ((), 0.0)]


def test_only_so_many_outages_are_named_in_one_stretch() -> None:
    board = fleet(*(OutageSuspected(f"O-{n}", (ends(0, n),)) for n in range(1, 31)))
    (row,) = ribbon(board, "/1")
    assert row.outages == tuple(f"O-{n}" for n in range(30, 30 - OUTAGES_TOLD, -1))


def test_a_part_of_the_line_can_be_looked_at() -> None:
    board = fleet(case("1", 10), case("2", 5_500), case("3", 10_010))
    first, last = ends(500, 5_499)
    found = ribbon(board, f":{first}-{last}/2")
    assert [(row.first, row.last, row.sims) for row in found] == [(*ends(500, 999), 500), (*ends(5_000, 5_499), 500)]
    assert [row.cases for row in found] == [0, 0], "what lies outside the part is not in it"
    assert ribbon(board, f":{BASE + 2_000}-{BASE + 3_000}") == []


def test_the_line_of_an_outage_is_its_sims_and_those_alone() -> None:
    board = fleet(OutageSuspected("O-1", (ends(5_500, 10_499),)), case("1", 5_400), case("2", 5_600), case("3", 7_000))
    found = ribbon(board, "O-1/2")
    assert [(row.first, row.last, row.sims) for row in found] == [
        (*ends(5_500, 5_999), 500),
        (*ends(10_000, 10_499), 500),
    ]
    assert [row.cases for row in found] == [1, 0]
    assert [row.share for row in found] == [1.0, 1.0]


def test_a_merged_outage_shows_the_line_of_its_survivor() -> None:
    board = fleet(
        OutageSuspected("O-1", (ends(0, 9),)), OutageSuspected("O-2", (ends(0, 99),)), OutageMerged("O-1", "O-2")
    )
    assert [row.sims for row in ribbon(board, "O-1/1")] == [100]


def test_without_an_inventory_the_line_is_what_cases_and_outages_speak_of() -> None:
    board = Board()
    assert ribbon(board) == []
    tell(board, case("1", 10), case("2", span(100, 102)), OutageSuspected("O-1", (ends(100, 105),)))
    found = ribbon(board, "/7")
    assert [row.first for row in found] == [str(BASE + number) for number in (10, *range(100, 106))]
    assert [(row.cases, row.unexplained, row.share) for row in found][:3] == [(1, 1, 0.0), (1, 0, 1.0), (1, 0, 1.0)]
    assert {(row.customer, row.customers) for row in found} == {("", 0)}


@pytest.mark.parametrize(
    ("of", "asked"),
    [
        ("", ("", None, 100)),
        ("O-12", ("O-12", None, 100)),
        ("O-12/160", ("O-12", None, 160)),
        (":89462-89463/1000", ("", (89462, 89463), 1_000)),
        ("O-1:8946200020-8946200021", ("O-1", (8946200020, 8946200021), 100)),
        (":8999999999999999999-9999999999999999999", ("", (8999999999999999999, 2**63 - 2), 100)),
    ],
)
def test_what_is_looked_at_is_written_in_one_text(of: str, asked: Any) -> None:
    assert asked_for(of) == asked


@pytest.mark.parametrize(
    "of",
    [
        "/0", "/1001", "/999999999", "/9999999999", "/x", "/", ":", ":1-2", ":89462", ":89463-89462", ":89462-894630",
        ":89462-89463/", "O-1/2/3", ":89462-89463:89462-89463", "O-1:a-b", "/-5", "/１０", ":89462-89463/1 ", "x\n/5/",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_how_it_is_written(of: str) -> None:
    with pytest.raises(BadQuery, match=re.escape("write it as O-12, as O-12/160, or as :FIRST-LAST/160")):
        board_source(fleet(), "ribbon", of)


def test_an_unknown_outage_is_refused() -> None:
    with pytest.raises(BadQuery, match="there is no outage O-7"):
        board_source(fleet(), "ribbon", "O-7/160")


steps = st.one_of(
    st.builds(
        lambda number, sims, state: case(number, *sims, state=state),
        st.sampled_from("123"),
        st.lists(st.integers(0, 11_000), max_size=3),
        st.sampled_from(CaseState),
    ),
    st.builds(alarm, st.sampled_from("ab"), st.sampled_from(Severity), gateway=st.sampled_from("ab")),
    st.builds(
        lambda id, first: OutageSuspected(id, (ends(first, first + 700),)),
        st.sampled_from(["O-1", "O-2"]),
        st.integers(0, 11_000),
    ),
    st.builds(OutageMoved, st.sampled_from(["O-1", "O-2"]), st.sampled_from(OutageState)),
    st.builds(lambda first: OutageScoped("O-9", (ends(first, first + 99),)), st.integers(0, 11_000)),
    st.builds(
        lambda number, customer: stated(sim_range(number, customer, gateway="b")),
        st.integers(0, 12),
        st.sampled_from(["c1", "c4"]),
    ),
)


@given(st.lists(st.lists(steps, max_size=4), max_size=10))
@settings(max_examples=examples(150))
def test_a_ribbon_that_is_kept_shows_what_one_made_anew_shows(batches: list[list[Fact]]) -> None:
    board = fleet(OutageSuspected("O-9", (ends(0, 99),)))
    parts = ["", "/7", f":{BASE + 300}-{BASE + 10_500}/9", "O-9/5"]
    kept = {of: Query(board_source(board, "ribbon", of)) for of in parts}
    for batch in batches:
        tell(board, *batch)
        for of, query in kept.items():
            query.touch_all()
            query.refresh()
            assert query.rows(0, 999) == Query(board_source(board, "ribbon", of)).rows(0, 999)
