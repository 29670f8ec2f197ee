"""Cases of a drill: their pace, where they come from, what is left of the days before, single tickets."""

from collections import Counter

import pytest
from msgspec.structs import replace

from feeds.drill.events import CaseSent, Timed
from feeds.drill.fleet import Fleet, build_fleet
from feeds.drill.hits import hits_of, sims_hit
from feeds.drill.scenario import (
    Account,
    CaseMix,
    Fault,
    FaultCases,
    FleetAttribute,
    FleetPlan,
    Issuer,
    LogNormal,
    ObjectGroup,
    Pace,
    Quiet,
    QuietAlarms,
    QuietCases,
    Restored,
    Scenario,
    Ticket,
)
from feeds.drill.timeline import AlarmSent, timeline
from feeds.model import CaseState, Channel, Severity

HOUR = 3_600.0
MIX = CaseMix(channels={Channel.CALL: 1}, ways={"full": 1})
CASES = FaultCases(complain=1, mix=MIX, closes=LogNormal(60), curve=(Pace(0, 0), Pace(HOUR, 120), Pace(4 * HOUR, 0)))
FAULT = Fault(name="it breaks", at=HOUR, repaired=5 * HOUR, where={"apn": "b"}, cases=CASES)
SCENARIO = Scenario(
    name="small",
    description="small",
    seed=3,
    duration=6 * HOUR,
    fleet=FleetPlan(
        customers=20,
        sims=100_000,
        ranges=80,
        issuers=(Issuer("89462000"),),
        uses={"metering": 1},
        attributes=(FleetAttribute("apn", {"a": 3, "b": 1}),),
        accounts=(Account("BIG", "Big Ltd", 30_000, 6, "health", attributes={"apn": "a"}),),
    ),
    faults=(FAULT,),
)


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return build_fleet(SCENARIO)


def opened(events: list[Timed]) -> list[CaseSent]:
    return [one for one in events if isinstance(one, CaseSent) and one.at == one.opened]


def with_fault(**changes: object) -> Scenario:
    return replace(SCENARIO, faults=(replace(FAULT, **changes),))


def test_an_account_has_its_sims_and_attributes_beside_the_drawn_fleet(fleet: Fleet) -> None:
    own = [one for one in fleet.ranges if one.customer == "BIG"]
    assert (len(own), sum(one.count for one in own)) == (6, 30_000)
    assert {(one.use, one.attributes["apn"]) for one in own} == {("health", "a")}
    bare = replace(SCENARIO, fleet=replace(SCENARIO.fleet, accounts=()))
    assert [one for one in fleet.ranges if one.customer != "BIG"] == list(build_fleet(bare).ranges)


def test_cases_come_at_the_pace_of_the_curve_and_only_from_those_who_are_hit(fleet: Fleet) -> None:
    cases = opened(list(timeline(SCENARIO, fleet)))
    hours = Counter(int(one.at // HOUR) for one in cases)
    # The area under the curve: 60 in the first hour, then 100, 60 and 20.
    assert hours[0] == 0
    assert [hours[hour] for hour in (1, 2, 3, 4)] == pytest.approx([60, 100, 60, 20], rel=0.4)
    hit = {one.customer for one in fleet.ranges_where({"apn": "b"})}
    assert {one.event.customer for one in cases} <= hit
    assert {one.fault for one in cases} == {"it breaks"}


def test_ranges_are_hit_one_after_the_other_where_a_fault_spreads_and_cases_follow_them(fleet: Fleet) -> None:
    scenario = with_fault(spreads=2 * HOUR)
    hits = hits_of(scenario, 0, fleet)
    counts = [sims_hit(hits, at).count for at in (HOUR - 1, 1.5 * HOUR, 2.5 * HOUR, 3 * HOUR)]
    assert counts[0] == 0 < counts[1] < counts[2] < counts[3]
    assert counts[3] == sum(one.count for one in fleet.ranges_where({"apn": "b"}))
    since: dict[str, float] = {}
    for hit in hits:
        since[hit.owned.customer] = min(since.get(hit.owned.customer, hit.since), hit.since)
    assert all(one.at >= since[one.event.customer] for one in opened(list(timeline(scenario, fleet))))


def test_a_fault_is_restored_step_by_step(fleet: Fleet) -> None:
    hits = hits_of(with_fault(restored=(Restored(HOUR, 0.5), Restored(2 * HOUR, 0.0))), 0, fleet)
    before, between, after = (sims_hit(hits, at).count for at in (1.5 * HOUR, 2.5 * HOUR, 3.5 * HOUR))
    assert before > between > after == 0


def test_conditions_name_several_values_a_customer_or_a_use(fleet: Fleet) -> None:
    assert fleet.ranges_where({"apn": ("a", "b")}) == list(fleet.ranges)
    assert {one.customer for one in fleet.ranges_where({"customer": "BIG"})} == {"BIG"}
    assert len(fleet.ranges_where({"use": "health"})) == 6
    assert fleet.ranges_where({"customer": "BIG", "apn": "b"}) == []


def test_values_follow_what_is_given_and_stay_with_a_customer() -> None:
    attributes = (
        FleetAttribute("market", {"x": 1, "y": 1}, by_customer=1),
        FleetAttribute("gateway", {"other": 1}, given="market", by_value={"x": {"gx": 1}, "y": {"gy": 1}}),
    )
    fleet = build_fleet(replace(SCENARIO, faults=(), fleet=replace(SCENARIO.fleet, attributes=attributes, accounts=())))
    assert {(one.attributes["market"], one.attributes["gateway"]) for one in fleet.ranges} == {("x", "gx"), ("y", "gy")}
    assert all(
        len({one.attributes["market"] for one in fleet.ranges if one.customer == customer.id}) == 1
        for customer in fleet.customers
    )


def test_of_the_days_before_a_hub_gets_what_is_still_open_and_a_rehearsal_all_of_it(fleet: Fleet) -> None:
    quiet = QuietCases(per_hour=20, mix=MIX, lasts=LogNormal(5 * HOUR), history=24 * HOUR)
    scenario = replace(SCENARIO, faults=(), quiet=Quiet(cases=quiet))
    whole = [one for one in timeline(scenario, fleet, past=True) if isinstance(one, CaseSent)]
    left = [one for one in timeline(scenario, fleet) if isinstance(one, CaseSent)]
    assert min(one.at for one in whole) < -23 * HOUR
    assert [one.at for one in whole] == sorted(one.at for one in whole)
    state: dict[str, CaseState] = {}
    for one in whole:
        if one.at < 0:
            state[one.event.number] = one.event.state
    still = {number for number, one in state.items() if one is not CaseState.CLOSED}
    assert still == {one.event.number for one in left if one.at == 0.0}
    assert all(one.opened < 0 for one in left if one.at == 0.0)
    assert [one for one in whole if one.at > 0] == [one for one in left if one.at > 0]


def test_cases_follow_the_hours_of_the_day(fleet: Fleet) -> None:
    by_hour = tuple(1.0 if 12 <= hour < 15 else 0.0 for hour in range(24))
    quiet = QuietCases(per_hour=60, mix=MIX, lasts=LogNormal(60), by_hour=by_hour)
    cases = opened(list(timeline(replace(SCENARIO, faults=(), quiet=Quiet(cases=quiet)), fleet)))
    assert len(cases) == pytest.approx(180, rel=0.3)  # the drill starts at noon
    assert max(one.at for one in cases) < 3 * HOUR


def test_while_the_operator_is_mute_no_alarm_arrives_and_after_it_the_newest_word_does(fleet: Fleet) -> None:
    alarms = QuietAlarms(
        per_minute=20,
        objects=(ObjectGroup("enb-#", {"power": 1}, count=30),),
        severities={Severity.MINOR: 1},
        lasts=LogNormal(300),
    )
    loud = replace(with_fault(cases=None), quiet=Quiet(alarms=alarms))
    mute = replace(loud, faults=(replace(loud.faults[0], mutes=True),))
    heard = [one for one in timeline(mute, fleet) if isinstance(one, AlarmSent)]
    said = [one for one in timeline(loud, fleet) if isinstance(one, AlarmSent)]
    assert not [one for one in heard if FAULT.at <= one.at < FAULT.repaired]
    assert [one for one in said if FAULT.at <= one.at < FAULT.repaired]

    def known(events: list[AlarmSent]) -> dict[str, Severity]:
        return {one.event.id: one.event.severity for one in events if one.at <= FAULT.repaired}

    assert known(heard) == known(said)


def test_a_ticket_is_sent_as_it_is_written_with_sims_where_it_says_so(fleet: Fleet) -> None:
    ticket = Ticket(
        at=60, number="INC1", title="t", text="See {sims}", source="inc", where={"apn": "b"}, way="full", closes_at=90
    )
    sent = [
        one for one in timeline(replace(SCENARIO, faults=(), tickets=(ticket,)), fleet) if isinstance(one, CaseSent)
    ]
    assert [(one.at, one.event.number, one.event.source, one.event.state) for one in sent] == [
        (60, "INC1", "inc", CaseState.OPEN),
        (90, "INC1", "inc", CaseState.CLOSED),
    ]
    assert sent[0].event.text.startswith("See 89462000")
