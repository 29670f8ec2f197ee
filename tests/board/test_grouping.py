"""The grouping watcher: what it suspects, widens, merges and withdraws, and what it leaves to people."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board, Touched, propose
from feeds.facts import (
    AlarmReported,
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
from feeds.model import AlarmEvent, CaseEvent, CaseKind, CaseState, OutageState, Severity, SimRange
from feeds.simspace import SimSpan
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
BASE = 894620002000000000


def sec(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Room:
    """A board with its watcher; every fact comes a second after the one before."""

    def __init__(self) -> None:
        self.board = Board()
        self.late = timedelta()

    def tell(self, *facts: Fact, by: str = "nms") -> None:
        for fact in facts:
            seq = self.board.seq + 1
            self.board.apply([Entry(seq, sec(seq) + self.late, by, fact)], Touched())

    def wait(self, hours: float) -> None:
        """Let time pass; a fact that says nothing tells the board of it."""
        self.late += timedelta(hours=hours)
        self.tell(CustomersStated(()))

    def look(self) -> list[Fact]:
        """Let the watcher look once and append what it proposes."""
        facts = propose(self.board)
        self.tell(*facts, by="vaken/grouping")
        return facts

    def settle(self) -> list[Fact]:
        """Let it look until nothing is left to do; return all that it decided."""
        decided: list[Fact] = []
        for _ in range(10):
            facts = self.look()
            decided += facts
            if not facts:
                return decided
        raise AssertionError("the watcher does not come to rest")

    def states(self) -> dict[str, str]:
        return {outage.id: outage.state.value for outage in self.board.outages.outages.values()}

    def now(self) -> datetime:
        """When the next fact will come."""
        return sec(self.board.seq + 1) + self.late


def block(number: int, customer: str = "c1", sims: int = 1000, **attributes: str) -> SimRange:
    """Range ``number`` of the fleet: ``sims`` SIMs from BASE + number × 10,000 on."""
    first = BASE + number * 10_000
    return SimRange(first=str(first), last=str(first + sims - 1), customer=customer, attributes=attributes)


def fleet(*ranges: SimRange) -> Room:
    """A room with these ranges, and a fleet beside them of which nobody complains."""
    room = Room()
    rest = (block(100_000 + number, f"rest {number}", 10_000, apn=f"rest {number % 7}") for number in range(120))
    room.tell(RangesStated((*ranges, *rest)))
    return room


def alarm(room: Room, name: str, severity: Severity = Severity.CRITICAL, **attributes: str) -> AlarmReported:
    return AlarmReported(AlarmEvent("nms", name, severity, id=name, time=room.now(), attributes=attributes))


def case(
    number: str,
    *pairs: tuple[int, int],
    customer: str = "",
    state: CaseState = CaseState.OPEN,
    second: int | None = None,
    kind: CaseKind = CaseKind.INCIDENT,
) -> CaseReported:
    """A case about the SIMs BASE + first to BASE + last of each pair."""
    sims = tuple(SimSpan("iccid", str(BASE + first), str(BASE + last)) for first, last in pairs)
    opened = sec(second) if second is not None else None
    return CaseReported(CaseEvent(number=number, customer=customer, state=state, opened=opened, kind=kind), sims=sims)


def five(first: int, *sims: int, second: int | None = None) -> list[CaseReported]:
    """Five cases of three customers, numbered from ``first`` on, about these SIMs in turn."""
    return [
        case(
            str(first + n),
            (sims[n % len(sims)] + n, sims[n % len(sims)] + n),
            customer=f"user {first + n % 3}",
            second=second,
        )
        for n in range(5)
    ]


def suspected(facts: Iterable[Fact]) -> list[OutageSuspected]:
    return [fact for fact in facts if isinstance(fact, OutageSuspected)]


def ends(number: int, sims: int = 1000) -> tuple[str, str]:
    first = BASE + number * 10_000
    return str(first), str(first + sims - 1)


# -- from alarms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.MAJOR])
def test_one_grave_alarm_that_serves_sims_is_a_suspicion(severity: Severity) -> None:
    room = fleet(block(0, apn="x"), block(1, apn="x"), block(2, apn="y"))
    room.tell(alarm(room, "pgw-1", severity, apn="x", rack="4"))
    (found,) = suspected(room.settle())
    assert (found.outage, found.where, found.reason) == (
        "O-1",
        {"apn": "x"},
        f"alarms at apn x: 1, the worst {severity.value}",
    )
    assert found.ranges == (ends(0), ends(1))


def test_lesser_alarms_need_company() -> None:
    room = fleet(block(0, apn="x"))
    room.tell(alarm(room, "a", Severity.MINOR, apn="x"), alarm(room, "b", Severity.WARNING, apn="x"))
    assert room.settle() == []
    room.tell(alarm(room, "c", Severity.WARNING, apn="x"))
    assert [found.where for found in suspected(room.settle())] == [{"apn": "x"}]


@pytest.mark.parametrize("severity", [Severity.INDETERMINATE])
def test_alarms_that_do_not_say_how_bad_it_is_are_no_evidence(severity: Severity) -> None:
    room = fleet(block(0, apn="x"))
    room.tell(*(alarm(room, f"a{n}", severity, apn="x") for n in range(9)))
    assert room.settle() == []


def test_an_alarm_that_serves_no_sim_is_no_suspicion() -> None:
    room = fleet(block(0, apn="x"), block(1, gateway="g"))
    room.tell(alarm(room, "a"), alarm(room, "b", apn="unknown"), alarm(room, "c", apn="x", gateway="g"))
    assert room.settle() == []


def test_an_alarm_is_understood_when_the_inventory_comes_later() -> None:
    room = Room()
    room.tell(alarm(room, "a", apn="x"))
    assert room.settle() == []
    room.tell(RangesStated((block(0, apn="x"),)))
    assert [found.ranges for found in suspected(room.settle())] == [(ends(0),)]


def test_nested_attribute_values_are_one_outage_on_the_wider_place() -> None:
    room = fleet(block(0, apn="x", gateway="g"), block(1, apn="x", gateway="h"))
    room.tell(alarm(room, "a", apn="x", gateway="g"), alarm(room, "b", apn="x"), alarm(room, "c", apn="x", gateway="h"))
    (found,) = suspected(room.settle())
    assert found.where == {"apn": "x"}
    assert room.board.outages.alarm_counts("O-1")[0] == 3


def test_a_further_alarm_at_the_same_place_is_no_new_outage() -> None:
    room = fleet(block(0, apn="x", gateway="g"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(alarm(room, "b", apn="x", gateway="g"))
    assert room.settle() == []
    assert room.board.outages.alarm_counts("O-1")[0] == 2


# -- from cases ------------------------------------------------------------------------------------------------------


def test_five_cases_of_three_customers_in_one_range_are_a_suspicion_on_the_whole_range() -> None:
    room = fleet(block(0), block(1))
    *first, last = five(1, 3, 500)
    room.tell(*first[:2], case("9", (10_007, 10_007)))
    assert room.settle() == []
    room.tell(*first[2:], last)
    (found,) = suspected(room.settle())
    assert (found.ranges, found.where) == ((ends(0),), {})
    assert found.reason.startswith("5 cases of 3 customers within 1 min in one range (0.41 % of the fleet), usual 0.0")
    assert found.grounds is not None
    assert (found.grounds.case_count, found.grounds.customers, found.grounds.minutes) == (5, 3, 1.0)
    assert found.grounds.chance is not None
    assert found.grounds.chance < 0.1
    assert found.grounds.cases == tuple(f"native/{n}" for n in range(1, 6))
    assert room.board.outages.outages[found.outage].grounds == found.grounds


def test_one_customer_with_ten_mails_about_ten_sims_is_no_suspicion() -> None:
    room = fleet(block(0), block(1))
    room.tell(*(case(str(n), (n, n)) for n in range(10)))
    room.tell(*(case(f"a{n}", (n, n), customer=f"person{n}@acme.example") for n in range(10)))
    assert room.settle() == []


def test_four_cases_are_too_few_however_unlikely_they_are() -> None:
    room = fleet(block(0))
    room.tell(*(case(str(n), (n, n), customer=f"user {n}") for n in range(4)))
    assert room.settle() == []
    room.tell(case("4", (4, 4), customer="user 4"))
    assert len(suspected(room.settle())) == 1


def test_cases_that_were_open_before_are_no_evidence_of_something_new() -> None:
    room = fleet(block(0))
    room.tell(*five(1, 3, second=-30 * 3600))
    assert room.settle() == []
    room.tell(*five(11, 3, second=-2 * 3600)[:2])
    assert room.settle() == []


def test_a_case_dated_far_from_its_arrival_counts_from_its_arrival() -> None:
    room = fleet(block(0))
    room.tell(*five(1, 3, second=-400 * 86_400))
    assert len(suspected(room.settle())) == 1


def test_orders_are_no_sign_of_trouble() -> None:
    room = fleet(block(0))
    room.tell(*(case(str(n), (n, n), customer=f"user {n}", kind=CaseKind.ORDER) for n in range(8)))
    room.tell(case("o", (0, 900), kind=CaseKind.ORDER), case("s", (0, 900), kind=CaseKind.SERVICE))
    assert room.settle() == []


def test_one_case_about_many_sims_is_enough_and_says_that_it_is_one_customer() -> None:
    room = fleet(block(0), block(1))
    room.tell(case("1", (0, 98)), case("2", (10_000, 10_099)))
    (found,) = suspected(room.settle())
    assert (found.ranges, found.reason) == ((ends(1),), "one customer: a case about 100 SIMs, 5 % of its fleet")


def test_what_is_many_depends_on_the_customers_fleet() -> None:
    room = fleet(block(0, "large", 10_000), block(1, "large", 5_000))
    room.tell(case("1", (10_000, 10_600)))
    assert room.settle() == []
    room.tell(case("1", (10_000, 10_800)))
    assert len(suspected(room.settle())) == 1


def test_a_case_about_most_of_a_range_is_enough() -> None:
    room = fleet(block(0, "large", 9_000), block(1, "large", 60), block(2, "large", 4))
    room.tell(case("1", (20_000, 20_003)), case("2", (10_000, 10_028)))
    assert room.settle() == []
    room.tell(case("3", (10_000, 10_029)))
    (found,) = suspected(room.settle())
    assert (found.ranges, found.reason) == ((ends(1, 60),), "one customer: a case about 30 SIMs, most of a range")


def test_outside_any_inventory_customers_with_common_sims_are_a_group_on_these() -> None:
    room = Room()
    room.tell(case("1", (0, 9), customer="a"), case("2", (20, 29), customer="b"), case("3", (5, 8), customer="a"))
    assert room.settle() == []
    room.tell(case("4", (9, 12), customer="c"), case("5", (11, 13), customer="d"))
    (found,) = suspected(room.settle())
    assert found.ranges == ((str(BASE), str(BASE + 13)),)
    assert found.reason == "4 cases of 3 customers within 1 min about the same SIMs"


def test_a_case_without_sims_and_a_closed_case_are_no_evidence() -> None:
    room = fleet(block(0))
    room.tell(*(case(str(n), customer=f"user {n}") for n in range(6)))
    room.tell(*(case(str(n), (n, n), customer=f"user {n}", state=CaseState.CLOSED) for n in range(6, 12)))
    assert room.settle() == []


def test_the_same_case_told_twice_is_one_case() -> None:
    room = fleet(block(0))
    for customer in ("a", "b", "c", "d", "e"):
        room.tell(case("1", (5, 5), customer=customer), case("1", (5, 5), (7, 7), customer=customer))
    assert room.settle() == []


def test_cases_in_a_narrow_range_do_not_also_suspect_the_wide_one_around_it() -> None:
    room = fleet(block(0, "carrier", 5_000), block(0, "c1", 1_000))
    room.tell(*five(1, 5))
    assert [found.ranges for found in suspected(room.settle())] == [(ends(0),)]


def test_cases_side_by_side_in_a_wide_range_suspect_the_wide_one() -> None:
    room = fleet(block(0, "carrier", 9_000), block(0, "c1", 1_000))
    room.tell(*five(1, 5, 4_006, 8_001))
    assert [found.ranges for found in suspected(room.settle())] == [(ends(0, 9_000),)]


def test_ranges_side_by_side_of_several_customers_are_one_group_on_the_block_they_lie_in() -> None:
    room = fleet(*(block(number, f"c{number}", 10_000) for number in range(10)), block(300, "c1", 50_000))
    room.tell(*(case(str(n), (n * 10_000, n * 10_000)) for n in range(6)))
    (found,) = suspected(room.settle())
    assert found.ranges == ((str(BASE), str(BASE + 99_999)),)


def test_two_groups_found_in_one_look_have_ids_in_the_order_of_their_surplus() -> None:
    room = fleet(block(0, "c0", sims=5_000), block(7_000, "c1", sims=100))
    room.tell(*five(1, 70_000_000), *five(11, 1), case("21", (9, 9), customer="user 9"))
    assert [(found.outage, found.ranges) for found in suspected(room.settle())] == [
        ("O-1", (ends(0, 5_000),)),
        ("O-2", (ends(7_000, 100),)),
    ]


def test_one_case_that_names_the_whole_fleet_is_one_group_and_not_one_for_each_range() -> None:
    room = fleet(*(block(number) for number in range(300)))
    room.tell(case("1", (0, 3_000_000)))
    (found,) = suspected(room.settle())
    assert found.ranges == ((str(BASE), str(BASE + 3_000_000)),)
    assert found.reason == "one customer: a case about 3,000,001 SIMs, 1000 % of its fleet"


# -- widening and merging --------------------------------------------------------------------------------------------


def test_a_group_on_attributes_takes_in_the_ranges_within_it_and_leaves_the_others() -> None:
    room = fleet(block(0, apn="x"), block(9_000, "c2", 9_000, apn="x"), block(7_000, apn="y"))
    room.tell(*five(1, 1))
    room.settle()
    room.tell(*five(11, 70_000_001))
    room.settle()
    room.tell(alarm(room, "a", apn="x"))
    facts = room.settle()
    assert [fact.outage for fact in suspected(facts)] == ["O-3"]
    assert [(fact.outage, fact.into) for fact in facts if isinstance(fact, OutageMerged)] == [("O-1", "O-3")]
    assert room.states() == {"O-1": "merged", "O-2": "suspected", "O-3": "suspected"}
    survivor = room.board.outages.survivor("O-1")
    assert survivor is not None
    assert survivor.id == "O-3"
    assert set(room.board.outages.members["O-3"].cases) == {f"native/{n}" for n in range(1, 6)}


def test_a_group_on_fewer_attributes_takes_in_the_narrower_one() -> None:
    room = fleet(block(0, apn="x", gateway="g"), block(1, apn="x"))
    room.tell(alarm(room, "a", apn="x", gateway="g"))
    room.settle()
    room.tell(alarm(room, "b", apn="x"))
    room.settle()
    assert room.states() == {"O-1": "merged", "O-2": "suspected"}
    assert room.board.outages.alarm_counts("O-2")[0] == 2


def test_groups_on_different_attributes_stay_apart_though_their_sims_lie_within_each_other() -> None:
    room = fleet(block(0, apn="x", gateway="g"), block(1, gateway="g"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(alarm(room, "b", gateway="g"))
    room.settle()
    assert room.states() == {"O-1": "suspected", "O-2": "suspected"}


def test_an_outage_that_people_declared_is_not_merged_away() -> None:
    room = fleet(block(0, apn="x"))
    room.tell(OutageSuspected("O-1", (ends(0),)), OutageMoved("O-1", OutageState.DECLARED), by="jl")
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    assert room.states() == {"O-1": "declared", "O-2": "suspected"}


def test_a_range_that_turns_out_to_have_the_attribute_widens_the_group_and_is_taken_in() -> None:
    room = fleet(block(0, apn="x"), block(1))
    room.tell(alarm(room, "a", apn="x"), *five(1, 10_001))
    room.settle()
    assert room.states() == {"O-1": "suspected", "O-2": "suspected"}
    room.tell(RangesStated((block(1, apn="x"),)))
    facts = room.settle()
    assert [fact.ranges for fact in facts if isinstance(fact, OutageScoped)] == [(ends(0), ends(1))]
    assert room.states() == {"O-1": "suspected", "O-2": "merged"}
    assert set(room.board.outages.members["O-1"].cases) == {f"native/{n}" for n in range(1, 6)}


def test_a_changed_scope_keeps_the_cases_that_still_lie_in_it() -> None:
    room = fleet(block(0, apn="x"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(case("1", (1, 1)), RangesStated((block(1, apn="x"),)))
    room.settle()
    assert set(room.board.outages.members["O-1"].cases) == {"native/1"}
    assert room.board.outages.of_case == {"native/1": ("O-1",)}


def test_a_declared_scope_is_left_alone_when_the_inventory_changes() -> None:
    room = fleet(block(0, apn="x"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.DECLARED), by="jl")
    room.tell(RangesStated((block(1, apn="x"),)))
    assert room.settle() == []


# -- taking back -----------------------------------------------------------------------------------------------------


def test_a_suspicion_is_withdrawn_when_its_last_alarm_and_case_are_gone() -> None:
    room = fleet(block(0, apn="x"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(case("1", (1, 1)))
    room.tell(alarm(room, "a", Severity.CLEARED, apn="x"))
    assert room.settle() == []
    room.tell(case("1", (1, 1), state=CaseState.CLOSED))
    assert room.settle() == [OutageMoved("O-1", OutageState.WITHDRAWN, "no alarm and no open case is left")]


def test_evidence_after_a_withdrawal_is_a_new_outage() -> None:
    room = fleet(block(0, apn="x"))
    for severity in (Severity.CRITICAL, Severity.CLEARED, Severity.CRITICAL):
        room.tell(alarm(room, "a", severity, apn="x"))
        room.settle()
    assert room.states() == {"O-1": "withdrawn", "O-2": "suspected"}


def test_a_declared_outage_stays_when_all_evidence_is_gone() -> None:
    room = fleet(block(0, apn="x"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.DECLARED), by="jl")
    room.tell(alarm(room, "a", Severity.CLEARED, apn="x"))
    assert room.settle() == []
    assert room.states() == {"O-1": "declared"}


def test_what_was_rejected_stays_rejected_for_all_that_lies_within_it() -> None:
    room = fleet(block(0, apn="x", gateway="g"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.REJECTED, "planned work"), by="jl")
    room.tell(alarm(room, "b", apn="x"), alarm(room, "c", apn="x", gateway="g"))
    assert room.settle() == []
    assert room.states() == {"O-1": "rejected"}


def test_the_cases_of_a_rejected_group_do_not_come_back_range_by_range() -> None:
    room = fleet(block(0, apn="x"), block(1, apn="x"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(*five(1, 1, 10_001))
    room.tell(OutageMoved("O-1", OutageState.REJECTED), by="jl")
    assert room.settle() == []
    assert room.board.outages.outages["O-1"].grounds is not None
    known = room.board.outages.outages["O-1"].grounds
    assert (known.case_count, known.customers, known.alarm_count, known.severity) == (5, 3, 1, "critical")
    room.tell(*five(11, 11))
    assert room.settle() == []


@pytest.mark.parametrize("apn", ["", "x"])
def test_what_was_rejected_is_suspected_again_when_clearly_more_customers_write(apn: str) -> None:
    where = {"apn": apn} if apn else {}
    room = fleet(*(block(number, f"c{number}", 1000, **where) for number in range(5)))
    for number in range(5):
        place = (number if where else 0) * 10_000
        room.tell(case(str(number), (place, place), customer=f"c{number}"))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.REJECTED, "planned work"), by="jl")
    for number in range(10):
        assert room.settle() == []
        place = (number % 5 if where else 0) * 10_000 + number
        room.tell(case(f"n{number}", (place, place), customer=f"user {number}"))
    (found,) = suspected(room.settle())
    assert (found.outage, found.where) == ("O-2", where)
    assert found.reason.endswith(" with 5 cases; now 10 more of 10 customers")
    assert "; rejected 01:02" in found.reason


def test_what_was_rejected_is_suspected_again_when_a_graver_alarm_comes() -> None:
    room = fleet(block(0, apn="x"))
    room.tell(*(alarm(room, f"m{n}", Severity.MINOR, apn="x") for n in range(3)))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.REJECTED), by="jl")
    room.tell(alarm(room, "m9", Severity.WARNING, apn="x"))
    assert room.settle() == []
    room.tell(alarm(room, "a", Severity.MAJOR, apn="x"))
    (found,) = suspected(room.settle())
    assert found.reason.startswith("alarms at apn x: 5, the worst major; rejected 01:02 with 0 cases, 3 alarms")


def test_a_week_after_a_rejection_new_evidence_counts_as_any_other() -> None:
    room = fleet(block(0, apn="x"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.REJECTED), by="jl")
    room.wait(hours=24 * 8)
    assert room.settle() == []
    room.tell(alarm(room, "b", apn="x"))
    assert [found.outage for found in suspected(room.settle())] == ["O-2"]


@pytest.mark.parametrize(("days", "again"), [(6, 0), (8, 1)])
def test_a_week_after_a_rejection_the_usual_number_of_customers_is_enough_again(days: int, again: int) -> None:
    room = fleet(block(0))
    room.tell(*(case(f"a{n}", (n, n), customer=f"user {n}") for n in range(9)))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.REJECTED), by="jl")
    room.wait(hours=24 * days)
    room.tell(*(case(f"b{n}", (n, n), customer=f"user {n}") for n in range(9)))
    assert len(suspected(room.settle())) == again


def test_a_resolved_outage_does_not_come_back_from_old_alarms_but_from_new_ones() -> None:
    room = fleet(block(0, apn="x"))
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.DECLARED), OutageMoved("O-1", OutageState.RESOLVED), by="jl")
    assert room.settle() == []
    room.tell(alarm(room, "b", apn="x"))
    assert [found.outage for found in suspected(room.settle())] == ["O-2"]


def test_a_resolved_outage_does_not_come_back_from_old_cases_but_from_new_ones() -> None:
    room = fleet(block(0))
    room.tell(*five(1, 1))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.RESOLVED), by="jl")
    assert room.settle() == []
    old, *new = five(11, 1)
    room.tell(old)
    assert room.settle() == []
    room.tell(*new)
    (found,) = suspected(room.settle())
    assert found.grounds is not None
    assert found.grounds.cases == tuple(f"native/{n}" for n in range(11, 16))


def test_a_suspicion_from_cases_is_withdrawn_when_nothing_came_for_a_day_though_its_cases_are_open() -> None:
    room = fleet(block(0))
    room.tell(*five(1, 1))
    room.settle()
    room.wait(hours=23)
    assert room.settle() == []
    room.wait(hours=2)
    assert room.settle() == [
        OutageMoved("O-1", OutageState.WITHDRAWN, "for a day no more cases than usual, and few are open")
    ]
    assert room.settle() == []


def test_a_suspicion_is_kept_while_customers_go_on_writing_or_many_cases_are_open() -> None:
    room = fleet(block(0), block(7_000, "c2"))
    many = 70_000_000
    room.tell(*five(1, 1), *(case(f"b{n}", (many + n, many + n), customer=f"other {n}") for n in range(20)))
    room.settle()
    assert len(room.states()) == 2
    room.wait(hours=23)
    room.tell(*five(11, 1))
    room.wait(hours=2)
    assert room.settle() == []
    room.wait(hours=24)
    assert [fact.outage for fact in room.settle() if isinstance(fact, OutageMoved)] == ["O-2"]


# -- from both -------------------------------------------------------------------------------------------------------


def test_a_lesser_alarm_and_cases_that_are_too_few_by_themselves_are_a_suspicion_together() -> None:
    ranges = [block(number, f"c{number}", apn="x") for number in range(2)]
    cases = [case(str(n), (n * 10_000 + 7,) * 2) for n in range(2)]
    room = fleet(*ranges)
    room.tell(*cases)
    assert room.settle() == []
    room.tell(alarm(room, "a", Severity.WARNING, apn="x"))
    (found,) = suspected(room.settle())
    assert (found.where, found.from_cases) == ({"apn": "x"}, False)
    assert found.reason == "alarms at apn x: 1, the worst warning; 2 cases of 2 customers within 1 min"
    assert found.grounds is not None
    assert (found.grounds.alarms, found.grounds.cases) == (("nms/a",), ("native/0", "native/1"))


def test_a_lesser_alarm_and_one_customer_are_none() -> None:
    room = fleet(*(block(number, f"c{number}", apn="x") for number in range(6)))
    room.tell(alarm(room, "a", Severity.MINOR, apn="x"), *(case(str(n), (n, n)) for n in range(4)))
    assert room.settle() == []


# -- in general ------------------------------------------------------------------------------------------------------

severities = st.sampled_from([Severity.CRITICAL, Severity.MINOR, Severity.CLEARED])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("alarm"), st.integers(0, 3), severities),
        st.tuples(st.just("case"), st.integers(0, 5), st.integers(0, 4), st.booleans()),
        st.tuples(st.just("range"), st.integers(0, 4), st.sampled_from("xy"), st.sampled_from("gh")),
        st.tuples(st.just("decide"), st.integers(1, 4), st.sampled_from(OutageState)),
        st.just(("look",)),
    ),
    max_size=25,
)
PLACES: list[dict[str, str]] = [{"apn": "x"}, {"gateway": "g"}, {"apn": "x", "gateway": "g"}, {"apn": "y"}]
BY_PEOPLE = {OutageState.DECLARED, OutageState.MITIGATED, OutageState.RESOLVED, OutageState.REJECTED}


@given(steps)
@settings(max_examples=examples(150))
def test_the_watcher_comes_to_rest_and_never_overrules_people(found: list[tuple]) -> None:  # type: ignore[type-arg]
    room = fleet(block(0, apn="x", gateway="g"), block(1, apn="x"), block(1, "carrier", 20_000))
    decided: dict[str, OutageState] = {}
    for step in found:
        match step:
            case "alarm", int(place), Severity() as severity:
                room.tell(alarm(room, f"a{place}", severity, **PLACES[place]))
            case "case", int(number), int(at), bool(is_open):
                state = CaseState.OPEN if is_open else CaseState.CLOSED
                room.tell(case(str(number), (at * 10_000, at * 10_000 + 9), state=state))
            case "range", int(number), str(apn), str(gateway):
                room.tell(RangesStated((block(number, apn=apn, gateway=gateway),)))
            case "decide", int(number), OutageState() as state if state in BY_PEOPLE:
                outage = room.board.outages.outages.get(f"O-{number}")
                if outage is not None and outage.state is not OutageState.MERGED:
                    room.tell(OutageMoved(outage.id, state), by="jl")
                    decided[outage.id] = state
            case _:
                room.settle()
    room.settle()
    outages = room.board.outages
    assert {key: outages.outages[key].state for key in decided} == decided
    for outage in outages.outages.values():
        if outage.merged_into is not None:
            assert outages.outages[outage.merged_into].state is not OutageState.MERGED
    for outage in outages.live():
        if outage.state is OutageState.SUSPECTED:
            assert outages.members[outage.id].cases or any(outages.alarm_counts(outage.id))
