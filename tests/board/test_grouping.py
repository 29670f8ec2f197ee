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
    Entry,
    Fact,
    OutageMerged,
    OutageMoved,
    OutageScoped,
    OutageSuspected,
    RangesStated,
)
from feeds.model import AlarmEvent, CaseEvent, CaseState, OutageState, Severity, SimRange
from feeds.simspace import SimSpan

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
BASE = 894620002000000000


def sec(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Room:
    """A board with its watcher; every fact comes a second after the one before."""

    def __init__(self) -> None:
        self.board = Board()

    def tell(self, *facts: Fact, by: str = "nms") -> None:
        for fact in facts:
            seq = self.board.seq + 1
            self.board.apply([Entry(seq, sec(seq), by, fact)], Touched())

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
        return sec(self.board.seq + 1)


def block(number: int, customer: str = "c1", sims: int = 1000, **attributes: str) -> SimRange:
    """Range ``number`` of the fleet: ``sims`` SIMs from BASE + number × 10,000 on."""
    first = BASE + number * 10_000
    return SimRange(first=str(first), last=str(first + sims - 1), customer=customer, attributes=attributes)


def fleet(*ranges: SimRange) -> Room:
    room = Room()
    room.tell(RangesStated(ranges))
    return room


def alarm(room: Room, name: str, severity: Severity = Severity.CRITICAL, **attributes: str) -> AlarmReported:
    return AlarmReported(AlarmEvent("nms", name, severity, id=name, time=room.now(), attributes=attributes))


def case(
    number: str, *pairs: tuple[int, int], state: CaseState = CaseState.OPEN, second: int | None = None
) -> CaseReported:
    """A case about the SIMs BASE + first to BASE + last of each pair."""
    sims = tuple(SimSpan("iccid", str(BASE + first), str(BASE + last)) for first, last in pairs)
    opened = sec(second) if second is not None else None
    return CaseReported(CaseEvent(number=number, state=state, opened=opened), sims=sims)


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
    assert (found.outage, found.where, found.reason) == ("O-1", {"apn": "x"}, "alarms at apn x")
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


def test_two_cases_in_one_range_are_a_suspicion_on_the_whole_range() -> None:
    room = fleet(block(0), block(1))
    room.tell(case("1", (3, 3)), case("2", (10_007, 10_007)))
    assert room.settle() == []
    room.tell(case("3", (900, 900)))
    (found,) = suspected(room.settle())
    assert (found.ranges, found.where, found.reason) == ((ends(0),), {}, "2 open cases in one range")


def test_one_case_about_many_sims_is_enough() -> None:
    room = fleet(block(0), block(1))
    room.tell(case("1", (0, 98)), case("2", (10_000, 10_099)))
    (found,) = suspected(room.settle())
    assert (found.ranges, found.reason) == ((ends(1),), "one case about many SIMs")


def test_cases_outside_any_inventory_group_on_their_common_sims() -> None:
    room = Room()
    room.tell(case("1", (0, 9)), case("2", (20, 29)))
    assert room.settle() == []
    room.tell(case("3", (9, 12)))
    (found,) = suspected(room.settle())
    assert found.ranges == ((str(BASE), str(BASE + 12)),)


def test_a_case_without_sims_and_a_closed_case_are_no_evidence() -> None:
    room = fleet(block(0))
    room.tell(case("1"), case("2"), case("3", (5, 5)), case("4", (6, 6), state=CaseState.CLOSED))
    assert room.settle() == []


def test_the_same_case_told_twice_is_one_case() -> None:
    room = fleet(block(0))
    room.tell(case("1", (5, 5)), case("1", (5, 5)), case("1", (5, 5), (7, 7)))
    assert room.settle() == []


def test_cases_in_a_narrow_range_do_not_also_suspect_the_wide_one_around_it() -> None:
    room = fleet(block(0, "carrier", 5_000), block(0, "c1", 1_000))
    room.tell(case("1", (5, 5)), case("2", (6, 6)))
    assert [found.ranges for found in suspected(room.settle())] == [(ends(0),)]


def test_cases_side_by_side_in_a_wide_range_suspect_the_wide_one() -> None:
    room = fleet(block(0, "carrier", 5_000), block(0, "c1", 1_000))
    room.tell(case("1", (5, 5)), case("2", (4_006, 4_006)))
    assert [found.ranges for found in suspected(room.settle())] == [(ends(0, 5_000),)]


def test_two_groups_found_in_one_look_have_ids_in_the_order_of_their_ranges() -> None:
    room = fleet(block(0, sims=5_000), block(1, sims=100))
    room.tell(case("1", (10_001, 10_001)), case("2", (10_002, 10_002)), case("3", (1, 1)), case("4", (2, 2)))
    assert [(found.outage, found.ranges) for found in suspected(room.settle())] == [
        ("O-1", (ends(0, 5_000),)),
        ("O-2", (ends(1, 100),)),
    ]


def test_one_case_that_names_the_whole_fleet_is_one_group_and_not_one_for_each_range() -> None:
    room = fleet(*(block(number) for number in range(300)))
    room.tell(case("1", (0, 3_000_000)))
    (found,) = suspected(room.settle())
    assert found.ranges == ((str(BASE), str(BASE + 3_000_000)),)
    assert found.reason == "one case about many SIMs in many ranges"


# -- widening and merging --------------------------------------------------------------------------------------------


def test_a_group_on_attributes_takes_in_the_ranges_within_it_and_leaves_the_others() -> None:
    room = fleet(block(0, apn="x"), block(1, apn="y"))
    room.tell(case("1", (1, 1)), case("2", (2, 2)), case("3", (10_001, 10_001)), case("4", (10_002, 10_002)))
    room.settle()
    room.tell(alarm(room, "a", apn="x"))
    facts = room.settle()
    assert [fact.outage for fact in suspected(facts)] == ["O-3"]
    assert [(fact.outage, fact.into) for fact in facts if isinstance(fact, OutageMerged)] == [("O-1", "O-3")]
    assert room.states() == {"O-1": "merged", "O-2": "suspected", "O-3": "suspected"}
    survivor = room.board.outages.survivor("O-1")
    assert survivor is not None
    assert survivor.id == "O-3"
    assert set(room.board.outages.members["O-3"].cases) == {"native/1", "native/2"}


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
    room.tell(case("1", (1, 1)), case("2", (2, 2)))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.DECLARED), by="jl")
    room.tell(alarm(room, "a", apn="x"))
    room.settle()
    assert room.states() == {"O-1": "declared", "O-2": "suspected"}


def test_a_range_that_turns_out_to_have_the_attribute_widens_the_group_and_is_taken_in() -> None:
    room = fleet(block(0, apn="x"), block(1))
    room.tell(alarm(room, "a", apn="x"), case("1", (10_001, 10_001)), case("2", (10_002, 10_002)))
    room.settle()
    assert room.states() == {"O-1": "suspected", "O-2": "suspected"}
    room.tell(RangesStated((block(1, apn="x"),)))
    facts = room.settle()
    assert [fact.ranges for fact in facts if isinstance(fact, OutageScoped)] == [(ends(0), ends(1))]
    assert room.states() == {"O-1": "suspected", "O-2": "merged"}
    assert set(room.board.outages.members["O-1"].cases) == {"native/1", "native/2"}


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
    room.tell(case("1", (1, 1)), case("2", (2, 2)), case("3", (10_001, 10_001)), case("4", (10_002, 10_002)))
    room.tell(OutageMoved("O-1", OutageState.REJECTED), by="jl")
    assert room.settle() == []
    room.tell(case("5", (11, 11)), case("6", (12, 12)))
    assert [found.ranges for found in suspected(room.settle())] == [(ends(0),)]


def test_a_rejected_range_is_not_suspected_again() -> None:
    room = fleet(block(0))
    room.tell(case("1", (1, 1)), case("2", (2, 2)))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.REJECTED), by="jl")
    room.tell(case("3", (3, 3)), case("4", (4, 4)))
    assert room.settle() == []


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
    room.tell(case("1", (1, 1), second=1), case("2", (2, 2), second=1))
    room.settle()
    room.tell(OutageMoved("O-1", OutageState.RESOLVED), by="jl")
    assert room.settle() == []
    room.tell(case("3", (3, 3), second=900))
    assert room.settle() == []
    room.tell(case("4", (4, 4), second=901))
    (found,) = suspected(room.settle())
    assert found.reason == "2 open cases in one range"


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
@settings(max_examples=150, deadline=None)
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
