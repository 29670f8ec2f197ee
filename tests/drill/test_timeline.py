"""What happens in a drill and when."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.drill.fleet import Fleet, build_fleet
from feeds.drill.scenario import Action, Scenario, load_scenario
from feeds.drill.timeline import ActionDue, AlarmSent, CaseSent, PhaseBegan, Timed, timeline
from feeds.model import AlarmEvent, CaseEvent, CaseState, Severity

SCENARIO = load_scenario("apn-fault")
FAULT = SCENARIO.faults[0]


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return build_fleet(SCENARIO)


@pytest.fixture(scope="module")
def whole(fleet: Fleet) -> list[Timed]:
    return list(timeline(SCENARIO, fleet))


def alarms(whole: Sequence[Timed]) -> list[AlarmSent]:
    return [one for one in whole if isinstance(one, AlarmSent)]


def cases(whole: Sequence[Timed]) -> list[CaseSent]:
    return [one for one in whole if isinstance(one, CaseSent)]


def opened(whole: Sequence[Timed], start: float, end: float) -> list[CaseSent]:
    return [one for one in cases(whole) if one.at == one.opened and start <= one.at < end]


def test_everything_comes_in_the_order_of_time_and_ends_with_the_drill(whole: list[Timed]) -> None:
    times = [one.at for one in whole]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= SCENARIO.duration


def test_the_same_seed_gives_the_same_drill_and_another_turn_another_one(fleet: Fleet, whole: list[Timed]) -> None:
    assert list(timeline(SCENARIO, fleet)) == whole
    assert list(timeline(SCENARIO, fleet, turn=1)) != whole


def test_within_a_minute_alarms_stream_and_cases_rise(whole: list[Timed]) -> None:
    assert len([one for one in alarms(whole) if one.at < 60]) > 120
    assert len(opened(whole, 0, 15)) <= 2
    assert len(opened(whole, 15, 60)) >= 10


def test_the_alarms_of_the_fault_name_what_the_ranges_have_and_clear_after_the_repair(whole: list[Timed]) -> None:
    of_fault = [one for one in alarms(whole) if one.event.attributes.get("apn") == "iot.meter"]
    assert of_fault[0].at < 20
    for key in {one.event.id for one in of_fault}:
        life = [one for one in of_fault if one.event.id == key]
        assert [one.event.severity for one in life].count(Severity.CLEARED) == 1
        assert life[-1].event.severity is Severity.CLEARED
        assert life[-1].at >= FAULT.repaired


def test_quiet_alarms_name_nothing_that_would_make_a_group(whole: list[Timed]) -> None:
    names = {attribute.name for attribute in SCENARIO.fleet.attributes}
    quiet = [one for one in alarms(whole) if one.event.attributes.get("apn") != "iot.meter"]
    assert quiet
    assert not any(names & set(one.event.attributes) for one in quiet)


def test_an_alarm_is_cleared_only_while_it_is_active(whole: list[Timed]) -> None:
    active: set[str] = set()
    for one in alarms(whole):
        if one.event.severity is Severity.CLEARED:
            active.remove(one.event.id)
        else:
            active.add(one.event.id)


def test_no_case_of_the_fault_is_opened_after_the_repair(whole: list[Timed]) -> None:
    assert len(opened(whole, FAULT.repaired, SCENARIO.duration)) <= 8


def test_a_case_is_opened_once_and_nothing_comes_after_it_was_closed(whole: list[Timed]) -> None:
    closed: set[str] = set()
    begun: set[str] = set()
    for one in cases(whole):
        number = one.event.number
        assert number not in closed
        assert (number in begun) == (one.at > one.opened)
        begun.add(number)
        if one.event.state is CaseState.CLOSED:
            closed.add(number)
    assert closed


def test_cases_come_both_ways_and_the_hub_takes_them(whole: list[Timed]) -> None:
    assert {one.via for one in cases(whole)} == {"native", "zammad"}
    msgspec.json.decode(msgspec.json.encode([one.event for one in cases(whole)]), type=list[CaseEvent])
    msgspec.json.decode(msgspec.json.encode([one.event for one in alarms(whole)]), type=list[AlarmEvent])


def test_phases_and_actions_come_when_the_scenario_says(fleet: Fleet, whole: list[Timed]) -> None:
    assert [one.at for one in whole if isinstance(one, PhaseBegan)] == [phase.at for phase in SCENARIO.phases]
    action = Action(at=42, do="declare", where={"apn": "iot.meter"})
    acted = timeline(replace(SCENARIO, actions=(action,)), fleet)
    assert [one for one in acted if isinstance(one, ActionDue)] == [ActionDue(42, action)]


@settings(max_examples=10)
@given(seed=st.integers())
def test_any_seed_gives_a_drill_that_can_be_played(seed: int) -> None:
    scenario: Scenario = replace(SCENARIO, seed=seed)
    times = [one.at for one in timeline(scenario, build_fleet(scenario), turn=seed % 3)]
    assert times == sorted(times)
    assert len(times) > 1_000
