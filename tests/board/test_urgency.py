"""Sums whose parts add up, by weights that the operator states; a person's word stands beside them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.board import Board
from feeds.board.desk.urgency import case_priority, growth_step, outage_urgency
from feeds.facts import (
    AlarmReported,
    CustomersStated,
    OutageMerged,
    OutageMoved,
    OutageSuspected,
    UrgencySet,
    WeightsStated,
)
from feeds.model import (
    AlarmEvent,
    CaseKind,
    CaseRow,
    Customer,
    OutageRow,
    OutageState,
    Severity,
    SimRange,
    TimelineRow,
    Weights,
)
from tests.views.telling import BASE, START, case, ends, rows, stated, tell

weights = st.builds(
    Weights,
    vip=st.floats(-50, 50),
    sims_tenfold=st.floats(-5, 20),
    growing=st.floats(0, 40),
    uses=st.dictionaries(st.sampled_from(["health", "metering"]), st.floats(-20, 20)),
    severities=st.dictionaries(st.sampled_from(["critical", "major"]), st.floats(-20, 20)),
    agreements=st.dictionaries(st.sampled_from(["gold", "basic"]), st.floats(-20, 20)),
    kinds=st.dictionaries(st.sampled_from(["incident", "order"]), st.floats(-20, 20)),
    in_outage=st.floats(-9, 9),
)
uses = st.lists(st.sampled_from(["health", "metering", "other"]), max_size=3)
agreements = st.lists(st.sampled_from(["gold", "basic", ""]), max_size=3)
severities = st.none() | st.sampled_from(Severity)


@given(weights, st.integers(0, 10**8), st.booleans(), uses, st.integers(0, 99), severities, agreements)
def test_the_parts_of_an_urgency_add_up_to_it(
    weights: Weights, sims: int, vip: bool, uses: list[str], recent: int, worst: Severity | None, named: list[str]
) -> None:
    total, parts = outage_urgency(
        weights, sims=sims, vip="Vattenkraft" * vip, uses=uses, recent_cases=recent, worst=worst, agreements=named
    )
    assert total == sum(points for _, points in parts)
    assert all(points for _, points in parts)
    assert [points for _, points in parts] == sorted((points for _, points in parts), reverse=True)


@given(
    weights, st.sampled_from(CaseKind), st.booleans(), st.integers(0, 10**8), st.booleans(), uses, agreements,
    severities, st.integers(0, 2),
)  # fmt: skip
def test_the_parts_of_a_priority_add_up_to_it(
    weights: Weights, kind: CaseKind, vip: bool, sims: int, inside: bool, uses: list[str], named: list[str],
    worst: Severity | None, growth: int,
) -> None:  # fmt: skip
    total, parts = case_priority(
        weights, kind=kind, vip=vip, sims=sims, in_outage=inside, use="".join(uses[:1]),
        agreement="".join(named[:1]), worst=worst, growth=growth,
    )  # fmt: skip
    assert total == sum(points for _, points in parts)
    assert all(points for _, points in parts)


def test_an_urgency_names_what_it_is_made_of() -> None:
    total, parts = outage_urgency(
        Weights(agreements={"gold": 12.0, "basic": 1.0}), sims=41_200, vip="Vattenkraft", uses=["metering", "tracking"],
        recent_cases=38, worst=Severity.CRITICAL, agreements=["basic", "gold", "gold"],
    )  # fmt: skip
    assert parts == (
        ("SIMs 41,200", 34), ("VIP Vattenkraft", 25), ("growing", 20), ("metering", 16), ("agreement gold", 12),
        ("critical alarms", 10),
    )  # fmt: skip
    assert total == 117


def test_health_comes_before_entertainment_and_thousands_before_one() -> None:
    def of(sims: int, use: str) -> int:
        return outage_urgency(Weights(), sims=sims, vip="", uses=[use], recent_cases=0, worst=None)[0]

    assert of(1, "health") > of(1, "consumer")
    assert of(5_000, "consumer") > of(1, "consumer") + 20


def test_a_priority_names_what_it_is_made_of() -> None:
    total, parts = case_priority(
        Weights(agreements={"gold": 12.0}), kind=CaseKind.INCIDENT, vip=True, sims=1_000, in_outage=True, use="health",
        agreement="gold", worst=Severity.MAJOR, growth=2,
    )  # fmt: skip
    assert dict(parts) == {
        "VIP": 25, "SIMs 1,000": 22, "outage grows": 20, "health": 18, "agreement gold": 12, "incident": 10,
        "in an outage": 5, "major alarms": 5,
    }  # fmt: skip
    assert total == 117


def test_growth_has_three_steps() -> None:
    assert [growth_step(cases) for cases in (0, 1, 2, 9, 10, 500)] == [0, 0, 1, 1, 2, 2]


# -- on the board ----------------------------------------------------------------------------------------------------


def outage_board() -> Board:
    board = Board()
    metering = SimRange(str(BASE), str(BASE + 999), "c1", attributes={"apn": "x"}, use="metering")
    tell(
        board,
        stated(metering),
        CustomersStated((Customer("c1", "Acme Lifts", agreement="gold"),)),
        OutageSuspected("O-1", (ends(0, 499),), {"apn": "x"}),
        OutageSuspected("O-2", (ends(500, 999),)),
        case("1", 5, opened=START),
        case("2", 5_000, opened=START),
    )
    return board


def outage(board: Board, key: str = "O-1") -> OutageRow:
    return next(row for row in rows(board, "outages", OutageRow) if row.key == key)


def priority(board: Board, number: str = "1") -> dict[str, int]:
    (row,) = (row for row in rows(board, "cases", CaseRow) if row.number == number)
    assert row.priority == sum(points for _, points in row.priority_parts)
    return dict(row.priority_parts)


def test_what_a_person_says_stands_instead_of_the_sum_and_the_sum_stays_beside_it() -> None:
    board = outage_board()
    before = outage(board)
    tell(board, UrgencySet("O-1", 3, "a test network"), by="mk")
    row = outage(board)
    assert (row.urgency, row.urgency_by, row.urgency_why) == (3, "mk", "a test network")
    assert row.urgency_parts == before.urgency_parts
    newest = rows(board, "timeline", TimelineRow, "O-1")[0]
    assert newest.what == "urgency set to 3: a test network"
    tell(board, UrgencySet("O-1", None), by="jl")
    row = outage(board)
    assert (row.urgency, row.urgency_by, row.urgency_why) == (before.urgency, "", "")


def test_outages_are_sorted_by_what_people_said() -> None:
    board = outage_board()
    tell(board, UrgencySet("O-2", 900, "the minister called"))
    assert [row.key for row in rows(board, "outages", OutageRow, sort="-urgency")] == ["O-2", "O-1"]
    tell(board, UrgencySet("O-2", 0, "and was wrong"))
    assert [row.key for row in rows(board, "outages", OutageRow, sort="-urgency")] == ["O-1", "O-2"]


@pytest.mark.parametrize(("survivor", "says"), [(None, 7), (40, 40)])
def test_what_was_said_of_a_merged_outage_holds_unless_the_survivor_has_a_word_of_its_own(
    survivor: int | None, says: int
) -> None:
    board = outage_board()
    tell(board, UrgencySet("O-2", 7, "small"), by="mk")
    if survivor is not None:
        tell(board, UrgencySet("O-1", survivor, "great"), by="jl")
    tell(board, OutageMerged("O-2", "O-1", "the same"))
    assert outage(board).urgency == says
    assert outage(board).urgency_by == ("mk" if survivor is None else "jl")
    tell(board, UrgencySet("O-2", 55, "said of the tombstone"), by="jl")
    assert outage(board).urgency == 55


def test_weights_that_are_stated_count_at_once_and_after_a_restart() -> None:
    board = outage_board()
    assert "agreement gold" not in dict(outage(board).urgency_parts)
    touched = tell(board, WeightsStated(Weights(agreements={"gold": 31.0}, sims_tenfold=0.0, kinds={})))
    assert touched.usual
    assert dict(outage(board).urgency_parts)["agreement gold"] == 31
    assert priority(board)["agreement gold"] == 31
    again = Board.load(board.dump())
    assert outage(again) == outage(board)
    assert priority(again) == priority(board)


def test_a_case_is_more_pressing_with_the_alarms_and_the_growth_of_its_outage() -> None:
    board = outage_board()
    assert priority(board) == {"metering": 16, "incident": 10, "in an outage": 5}
    assert priority(board, "2") == {"incident": 10}
    alarm = AlarmEvent("nms", "pgw-1", Severity.CRITICAL, id="1", attributes={"apn": "x"})
    assert "native/1" in tell(board, AlarmReported(alarm)).cases
    assert priority(board)["critical alarms"] == 10
    touched = tell(board, *(case(f"1{n}", n, opened=START) for n in range(2)))
    assert "native/1" in touched.cases
    assert priority(board)["outage grows"] == 10
    tell(board, *(case(f"2{n}", n, opened=START) for n in range(8)))
    assert priority(board)["outage grows"] == 20
    assert priority(Board.load(board.dump())) == priority(board)
    touched = tell(board, case("9", 5_001), at=START + timedelta(minutes=11))
    assert "native/1" in touched.cases
    assert "outage grows" not in priority(board)
    tell(board, OutageMoved("O-1", OutageState.REJECTED), at=START + timedelta(minutes=11))
    assert "critical alarms" not in priority(board)


def test_one_more_case_of_a_growing_outage_does_not_touch_all_the_others() -> None:
    board = outage_board()
    tell(board, *(case(f"2{n}", n, opened=START) for n in range(20)))
    assert tell(board, case("99", 7, opened=START)).cases == {"native/99"}


def test_a_case_in_two_outages_has_the_worse_of_them() -> None:
    board = outage_board()
    tell(board, case("12", 5, 600, opened=START), *(case(f"2{n}", 600 + n, opened=START) for n in range(12)))
    alarm = AlarmEvent("nms", "pgw-1", Severity.MAJOR, id="1", attributes={"apn": "x"})
    tell(board, AlarmReported(alarm))
    parts = priority(board, "12")
    assert (parts["major alarms"], parts["outage grows"]) == (5, 20)


def test_a_person_can_not_weigh_what_is_not_there() -> None:
    board = outage_board()
    before = board.dump()
    tell(board, UrgencySet("O-9", 5, "which?"))
    assert Board.load(before).outages.outages == board.outages.outages
