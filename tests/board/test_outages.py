"""Outages: what people and watchers decided, what belongs to an outage, and what it means for each customer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board, Touched
from feeds.board.outage.outages import TIMELINE_KEPT
from feeds.facts import (
    AlarmReported,
    CaseReported,
    CustomersStated,
    DeliveryMoved,
    Entry,
    Fact,
    OutageMerged,
    OutageMoved,
    OutageScoped,
    OutageSuspected,
    RangesStated,
    UpdateApproved,
    UpdateDrafted,
)
from feeds.model import (
    AlarmEvent,
    AudienceEntry,
    CaseEvent,
    CaseState,
    Customer,
    DeliveryState,
    OutageState,
    Severity,
    SimRange,
    UpdateKind,
    UpdateText,
)
from feeds.simspace import IntervalSet, SimSpan
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
BASE = 894620002000000000
HOUR = timedelta(hours=1)


def tell(board: Board, *facts: Fact, at: datetime = START, by: str = "jl") -> Touched:
    touched = Touched()
    board.apply([Entry(board.seq + n, at, by, fact) for n, fact in enumerate(facts, start=1)], touched)
    return touched


def ends(first: int, last: int) -> tuple[str, str]:
    return str(BASE + first), str(BASE + last)


def outage(id: str, *pairs: tuple[int, int], **where: str) -> OutageSuspected:
    return OutageSuspected(id, tuple(ends(*pair) for pair in pairs), where=where, reason="because")


def sim_range(first: int, last: int, customer: str, use: str = "", **attributes: str) -> SimRange:
    low, high = ends(first, last)
    return SimRange(first=low, last=high, customer=customer, attributes=attributes, use=use)


def case(
    number: str, *pairs: tuple[int, int], customer: str = "", opened: datetime = START, closed: bool = False
) -> CaseReported:
    sims = tuple(SimSpan("iccid", *ends(*pair)) for pair in pairs)
    state = CaseState.CLOSED if closed else CaseState.OPEN
    return CaseReported(CaseEvent(number=number, customer=customer, state=state, opened=opened), sims=sims)


def alarm(name: str, second: int, severity: Severity = Severity.MAJOR, **attributes: str) -> AlarmReported:
    time = START + timedelta(seconds=second)
    return AlarmReported(AlarmEvent("nms", name, severity, id=name, time=time, attributes=attributes))


def board_with(*facts: Fact) -> Board:
    board = Board()
    tell(board, *facts)
    return board


def cases_of(board: Board, id: str) -> set[str]:
    return {key.removeprefix("native/") for key in board.outages.members[id].cases}


# -- decisions -------------------------------------------------------------------------------------------------------


def test_an_outage_of_the_same_id_is_there_already() -> None:
    board = board_with(outage("O-1", (0, 9)), outage("O-1", (0, 99)))
    assert board.outages.outages["O-1"].ranges == (ends(0, 9),)
    assert board.outages.suspected == 1


def test_who_declares_an_outage_commands_it_and_the_first_time_stays() -> None:
    board = board_with(outage("O-1", (0, 9)))
    tell(board, OutageMoved("O-1", OutageState.DECLARED, title="No data"), by="jl")
    tell(board, OutageMoved("O-1", OutageState.MITIGATED), at=START + HOUR, by="mk")
    tell(board, OutageMoved("O-1", OutageState.DECLARED), at=START + 2 * HOUR, by="mk")
    found = board.outages.outages["O-1"]
    assert (found.declared, found.mitigated, found.commander, found.title) == (START, START + HOUR, "mk", "No data")


def test_an_outage_that_is_over_gathers_nothing_and_may_come_back() -> None:
    board = board_with(outage("O-1", (0, 9)), case("1", (3, 3)))
    tell(board, OutageMoved("O-1", OutageState.RESOLVED), at=START + HOUR)
    assert board.outages.outages["O-1"].ended == START + HOUR
    assert (board.outages.live(), board.outages.of_case) == ([], {})
    assert set(board.outages.unexplained.cases) == {"native/1"}
    tell(board, OutageMoved("O-1", OutageState.DECLARED))
    assert board.outages.outages["O-1"].ended is None
    assert cases_of(board, "O-1") == {"1"}
    assert not board.outages.unexplained.cases


def test_over_and_back_within_one_batch_keeps_its_cases() -> None:
    board = board_with(outage("O-1", (0, 9)), case("1", (3, 3)))
    tell(board, OutageMoved("O-1", OutageState.RESOLVED), OutageMoved("O-1", OutageState.DECLARED))
    assert cases_of(board, "O-1") == {"1"}


def test_the_same_decision_again_changes_nothing() -> None:
    board = board_with(outage("O-1", (0, 9)), OutageMoved("O-1", OutageState.DECLARED))
    before = board.dump()
    touched = tell(board, OutageMoved("O-1", OutageState.DECLARED), by="mk")
    assert not touched.outages
    board.seq -= 1
    assert board.dump() == before


def test_decisions_about_an_unknown_outage_change_nothing() -> None:
    board = board_with(
        OutageMoved("O-9", OutageState.DECLARED), OutageScoped("O-9", (ends(0, 1),)), OutageMerged("O-9", "O-8")
    )
    assert not board.outages.outages
    assert not board.outages.timelines


def test_every_decision_is_a_line_of_its_history() -> None:
    board = board_with(outage("O-1", (0, 9)))
    tell(board, OutageScoped("O-1", (ends(0, 99),), reason="the inventory changed"), by="vaken/grouping")
    tell(board, OutageMoved("O-1", OutageState.DECLARED), by="jl")
    tell(board, OutageMoved("O-1", OutageState.REJECTED, "planned work"), by="mk")
    assert [(line.seq, line.who, line.what) for line in board.outages.timelines["O-1"]] == [
        (1, "jl", "suspected: because"),
        (2, "vaken/grouping", "scope changed: the inventory changed"),
        (3, "jl", "declared"),
        (4, "mk", "rejected: planned work"),
    ]


def test_a_long_history_keeps_its_beginning_and_its_end() -> None:
    board = board_with(outage("O-1", (0, 9)))
    tell(board, *(OutageScoped("O-1", (ends(0, n),)) for n in range(TIMELINE_KEPT + 5)))
    lines = board.outages.timelines["O-1"]
    assert len(lines) == TIMELINE_KEPT
    assert (lines[0].seq, lines[-1].seq) == (1, board.seq)


# -- merging ---------------------------------------------------------------------------------------------------------


def test_a_merge_leaves_a_tombstone_that_points_to_the_survivor() -> None:
    board = board_with(outage("O-1", (0, 9)), outage("O-2", (0, 99)), case("1", (3, 3)))
    assert board.outages.of_case == {"native/1": ("O-1", "O-2")}
    touched = tell(board, OutageMerged("O-1", "O-2", "same SIMs"), at=START + HOUR)
    tomb = board.outages.outages["O-1"]
    assert (tomb.state, tomb.merged_into, tomb.ended) == (OutageState.MERGED, "O-2", START + HOUR)
    assert board.outages.of_case == {"native/1": ("O-2",)}
    assert touched.outages >= {"O-1", "O-2"}
    assert [board.outages.timelines[id][-1].what for id in ("O-1", "O-2")] == [
        "merged into O-2: same SIMs",
        "took in O-1: same SIMs",
    ]


def test_a_tombstone_points_to_the_last_survivor_and_never_to_another_tombstone() -> None:
    board = board_with(*(outage(f"O-{n}", (0, 9)) for n in range(1, 4)))
    tell(board, OutageMerged("O-1", "O-2"))
    touched = tell(board, OutageMerged("O-2", "O-3"))
    assert {board.outages.outages[id].merged_into for id in ("O-1", "O-2")} == {"O-3"}
    assert "O-1" in touched.outages


def test_a_merge_into_a_tombstone_is_a_merge_into_its_survivor() -> None:
    board = board_with(*(outage(f"O-{n}", (0, 9)) for n in range(1, 4)), OutageMerged("O-1", "O-2"))
    tell(board, OutageMerged("O-3", "O-1"))
    assert board.outages.outages["O-3"].merged_into == "O-2"


@pytest.mark.parametrize(
    "circle",
    [OutageMerged("O-2", "O-1"), OutageMerged("O-2", "O-2"), OutageMerged("O-1", "O-2"), OutageMerged("O-2", "O-9")],
)
def test_merges_cannot_run_in_circles(circle: OutageMerged) -> None:
    board = board_with(outage("O-1", (0, 9)), outage("O-2", (0, 99)), OutageMerged("O-1", "O-2"))
    tell(board, circle)
    assert board.outages.outages["O-2"].state is OutageState.SUSPECTED
    assert board.outages.outages["O-1"].merged_into == "O-2"


@pytest.mark.parametrize("state", [OutageState.RESOLVED, OutageState.REJECTED, OutageState.WITHDRAWN])
def test_nothing_is_merged_into_an_outage_that_is_over(state: OutageState) -> None:
    board = board_with(outage("O-1", (0, 9)), outage("O-2", (0, 99)), OutageMoved("O-2", state))
    tell(board, OutageMerged("O-1", "O-2"))
    assert [one.id for one in board.outages.live()] == ["O-1"]


def test_a_merged_outage_stays_merged_and_only_a_merge_makes_one() -> None:
    board = board_with(outage("O-1", (0, 9)), outage("O-2", (0, 99)), OutageMerged("O-1", "O-2"))
    tell(board, OutageMoved("O-1", OutageState.DECLARED), OutageMoved("O-2", OutageState.MERGED))
    assert [one.state.value for one in board.outages.outages.values()] == ["merged", "suspected"]


def approve(outage: str, update: str, next_word: datetime) -> tuple[Fact, Fact]:
    audience = (AudienceEntry(customer="c1", name="Acme", address="noc@acme.example"),)
    return (
        UpdateDrafted(update, outage, UpdateKind.FIRST_WORD, UpdateText("a", "b", "c", next_word)),
        UpdateApproved(update, "f" * 64, "s", "b", audience, "example.org"),
    )


def accept(update: str) -> tuple[Fact, Fact]:
    return (
        DeliveryMoved(update, 0, DeliveryState.ATTEMPTING),
        DeliveryMoved(update, 0, DeliveryState.ACCEPTED, "250 ok"),
    )


def test_what_was_promised_is_owed_by_the_survivor_of_a_merge() -> None:
    board = board_with(outage("O-1", (0, 9)), outage("O-2", (0, 99)))
    tell(board, *approve("O-1", "U-1", START + HOUR), *accept("U-1"))
    tell(board, OutageMerged("O-1", "O-2"))
    found = board.outages.outages["O-2"]
    assert (found.told, found.next_word, found.updates) == (START, START + HOUR, 0)


def test_an_older_promise_does_not_replace_a_newer_one() -> None:
    board = board_with(outage("O-1", (0, 9)), outage("O-2", (0, 99)))
    tell(board, *approve("O-1", "U-1", START + HOUR), *accept("U-1"))
    tell(board, *approve("O-2", "U-2", START + 3 * HOUR), *accept("U-2"), at=START + HOUR)
    tell(board, OutageMerged("O-1", "O-2"))
    assert board.outages.outages["O-2"].next_word == START + 3 * HOUR


def test_updates_are_numbered_within_their_outage_and_leave_a_line() -> None:
    board = board_with(outage("O-1", (0, 9)), outage("O-2", (0, 99)))
    for update, place in (("U-1", "O-1"), ("U-2", "O-2"), ("U-3", "O-1")):
        tell(board, *approve(place, update, START + HOUR))
    assert [board.updates.updates[f"U-{n}"].number for n in (1, 2, 3)] == [1, 1, 2]
    assert board.outages.timelines["O-1"][-1].what == "update 2 (first word) approved for 1 contact"


# -- members ---------------------------------------------------------------------------------------------------------


def test_a_case_in_two_outages_counts_once_in_each_and_knows_both() -> None:
    board = board_with(outage("O-2", (0, 9), (50, 59)), outage("O-1", (5, 99)))
    tell(board, case("1", (7, 7), (55, 55), (8, 8)), case("2", (90, 90)), case("3", (200, 200)))
    assert board.outages.of_case == {"native/1": ("O-1", "O-2"), "native/2": ("O-1",)}
    assert (cases_of(board, "O-1"), cases_of(board, "O-2")) == ({"1", "2"}, {"1"})
    assert sum(board.outages.members["O-1"].minutes.values()) == 2
    assert set(board.outages.unexplained.cases) == {"native/3"}
    assert board.outages.cases_with_sims == 3


@pytest.mark.parametrize(("sim", "inside"), [(9, False), (10, True), (19, True), (20, False), (30, True), (29, False)])
def test_the_ends_of_a_range_belong_to_it(sim: int, inside: bool) -> None:
    board = board_with(outage("O-1", (10, 19), (30, 30)), case("1", (sim, sim)))
    assert ("native/1" in board.outages.of_case) is inside


def test_a_case_that_reaches_over_an_outage_without_an_end_in_it_is_in_it() -> None:
    board = board_with(outage("O-1", (10, 19)), case("1", (0, 100)))
    assert cases_of(board, "O-1") == {"1"}


def test_a_case_leaves_when_its_sims_change_or_it_is_closed() -> None:
    board = board_with(outage("O-1", (0, 9)), case("1", (3, 3)), case("2", (4, 4)))
    touched = tell(board, case("1", (30, 30)), case("2", (4, 4), closed=True))
    assert cases_of(board, "O-1") == set()
    assert touched.outages == {"O-1"}
    assert board.outages.members["O-1"].minutes == {}


def test_members_are_kept_in_the_minute_that_the_case_says_now() -> None:
    board = board_with(outage("O-1", (0, 9)), case("1", (3, 3)))
    tell(board, case("1", (3, 3), opened=START + HOUR))
    assert board.outages.members["O-1"].minutes == {int((START + HOUR).timestamp()) // 60: 1}


def test_a_new_scope_is_measured_against_all_open_cases() -> None:
    board = board_with(outage("O-1", (0, 9)), case("1", (3, 3)), case("2", (30, 30)), case("3", (5, 5)))
    tell(board, OutageScoped("O-1", (ends(4, 40),)))
    assert cases_of(board, "O-1") == {"2", "3"}


def test_alarms_belong_to_the_outage_whose_values_they_have() -> None:
    board = board_with(
        RangesStated((sim_range(0, 9, "c1", apn="x", gateway="g"), sim_range(10, 19, "c1", apn="y"))),
        outage("O-1", (0, 9), apn="x"),
        outage("O-2", (0, 9)),
    )
    touched = tell(board, alarm("a", 1, Severity.CRITICAL, apn="x", gateway="g"), alarm("b", 1, apn="y"))
    assert board.outages.alarm_counts("O-1") == [1, 0, 0, 0, 0, 0]
    assert board.outages.alarm_counts("O-2") == [0] * 6
    assert touched.outages == {"O-1"}
    touched = tell(board, alarm("a", 2, Severity.MINOR, apn="x", gateway="g"))
    assert board.outages.alarm_counts("O-1") == [0, 0, 1, 0, 0, 0]
    assert touched.outages == {"O-1"}
    touched = tell(board, alarm("a", 3, Severity.CLEARED))
    assert board.outages.alarm_counts("O-1") == [0] * 6
    assert touched.outages == {"O-1"}


def test_an_alarm_that_moves_to_another_place_leaves_the_outage() -> None:
    board = board_with(
        RangesStated((sim_range(0, 9, "c1", apn="x"), sim_range(10, 19, "c1", apn="y"))), outage("O-1", (0, 9), apn="x")
    )
    tell(board, alarm("a", 1, apn="x"))
    touched = tell(board, alarm("a", 2, apn="y"))
    assert touched.outages == {"O-1"}
    assert sum(board.outages.alarm_counts("O-1")) == 0
    tell(board, alarm("a", 3, apn="x"))
    assert sum(board.outages.alarm_counts("O-1")) == 1


# -- impact ----------------------------------------------------------------------------------------------------------


def test_impact_is_each_customers_own_part_the_most_sims_first() -> None:
    board = board_with(
        RangesStated(
            (sim_range(0, 99, "small", "alarm"), sim_range(100, 499, "big", "metering"), sim_range(900, 999, "far"))
        ),
        outage("O-1", (50, 299)),
        case("1", (60, 60)),
        case("2", (150, 150), customer="big"),
        case("3", (151, 151)),
    )
    found = board.outages.impact("O-1")
    assert [(one.customer, one.ranges, one.sims, one.cases, one.uses) for one in found] == [
        ("big", (ends(100, 299),), 200, ("2", "3"), ("metering",)),
        ("small", (ends(50, 99),), 50, ("1",), ("alarm",)),
    ]


def test_where_ranges_overlap_the_most_specific_owns_the_sim() -> None:
    board = board_with(
        RangesStated((sim_range(0, 999, "carrier"), sim_range(100, 199, "reseller"), sim_range(150, 159, "shop"))),
        outage("O-1", (140, 299)),
    )
    assert [(one.customer, one.ranges, one.sims) for one in board.outages.impact("O-1")] == [
        ("carrier", (ends(200, 299),), 100),
        ("reseller", (ends(140, 149), ends(160, 199)), 50),
        ("shop", (ends(150, 159),), 10),
    ]


def test_impact_follows_the_scope_the_inventory_and_the_cases() -> None:
    board = board_with(RangesStated((sim_range(0, 99, "c1"),)), outage("O-1", (0, 9)))
    assert [one.sims for one in board.outages.impact("O-1")] == [10]
    tell(board, OutageScoped("O-1", (ends(0, 19),)))
    assert [one.sims for one in board.outages.impact("O-1")] == [20]
    tell(board, RangesStated((sim_range(10, 12, "c2"),)))
    assert [(one.customer, one.sims) for one in board.outages.impact("O-1")] == [("c1", 17), ("c2", 3)]
    tell(board, case("1", (0, 0)))
    assert [one.cases for one in board.outages.impact("O-1")] == [("1",), ()]
    tell(board, case("1", (0, 0), closed=True))
    assert [one.cases for one in board.outages.impact("O-1")] == [(), ()]


def test_an_outage_outside_the_inventory_hits_nobody_that_is_known() -> None:
    board = board_with(outage("O-1", (0, 9)), outage("O-2"), CustomersStated((Customer(id="c1", name="Acme"),)))
    assert board.outages.impact("O-1") == board.outages.impact("O-2") == ()


runs = st.tuples(st.integers(0, 60), st.integers(0, 40)).map(lambda run: (run[0], run[0] + run[1]))


@given(st.lists(st.tuples(runs, st.sampled_from("abc")), max_size=8), st.lists(runs, max_size=4))
@settings(max_examples=examples(200))
def test_impacts_share_out_the_known_sims_of_the_scope_each_to_one_customer(
    fleet: list[tuple[tuple[int, int], str]], scope: list[tuple[int, int]]
) -> None:
    board = board_with(RangesStated(tuple(sim_range(*run, customer) for run, customer in fleet)), outage("O-1", *scope))
    wanted = IntervalSet.of((BASE + first, BASE + last) for first, last in scope)
    known = IntervalSet.of((BASE + first, BASE + last) for (first, last), _ in fleet)
    shares = [
        IntervalSet.of((int(first), int(last)) for first, last in one.ranges) for one in board.outages.impact("O-1")
    ]
    assert IntervalSet.union(shares) == wanted & known
    assert sum(share.count for share in shares) == (wanted & known).count
    assert [share.count for share in shares] == [one.sims for one in board.outages.impact("O-1")]


@given(st.lists(st.lists(runs, max_size=3), max_size=4), st.lists(st.lists(runs, max_size=3), max_size=6), st.data())
@settings(max_examples=examples(200))
def test_members_are_the_cases_that_meet_the_scope_whatever_came_first(
    scopes: list[list[tuple[int, int]]], cases: list[list[tuple[int, int]]], data: st.DataObject
) -> None:
    facts: list[Fact] = [outage(f"O-{n}", *pairs) for n, pairs in enumerate(scopes)]
    facts += [case(str(n), *pairs) for n, pairs in enumerate(cases)]
    board = Board()
    for fact in data.draw(st.permutations(facts)):
        tell(board, fact)
    for number, pairs in enumerate(scopes):
        inside = {
            str(n)
            for n, sims in enumerate(cases)
            if any(low <= last and first <= high for low, high in sims for first, last in pairs)
        }
        assert cases_of(board, f"O-{number}") == inside
    placed = {f"native/{n}" for n, sims in enumerate(cases) if sims}
    assert set(board.outages.unexplained.cases) | set(board.outages.of_case) == placed
    assert not set(board.outages.unexplained.cases) & set(board.outages.of_case)
