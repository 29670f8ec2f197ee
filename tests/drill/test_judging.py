"""Reports measured from runs that are made by hand, so that each number can be checked."""

import pytest
from msgspec.structs import replace

from feeds.drill.fleet import Fleet
from feeds.drill.judging import Report, judge
from feeds.drill.record import Candidate, Evidence, Look, Record, Seen, Surge
from feeds.drill.report import table
from feeds.drill.scenario import Fault, FleetAttribute, FleetPlan, Issuer, Scenario, Truth
from feeds.model import Customer, SimRange
from feeds.simspace import IntervalSet

MINUTE = 60.0
APNS = {"a": "good", "b": "good", "c": "bad", "d": "bad"}


def owned(place: int, customer: str, apn: str) -> SimRange:
    first = 894620000000000000 + place * 1_000
    gateway = "pgw-1" if apn == "bad" else "pgw-2"
    return SimRange(str(first), str(first + 999), customer, attributes={"apn": apn, "gateway": gateway, "hss": "h"})


FLEET = Fleet(
    customers=tuple(Customer(one, f"{one} Ltd") for one in APNS),
    ranges=tuple(owned(place, customer, apn) for place, (customer, apn) in enumerate(APNS.items())),
)
A, B, C, D = (IntervalSet.of([(int(one.first), int(one.last))]) for one in FLEET.ranges)
FAULT = Fault(name="it breaks", at=60 * MINUTE, repaired=200 * MINUTE, where={"apn": "bad"})
SCENARIO = Scenario(
    name="made",
    description="made by hand",
    seed=1,
    duration=300 * MINUTE,
    fleet=FleetPlan(
        customers=4,
        sims=4_000,
        ranges=4,
        issuers=(Issuer("89462000"),),
        uses={"x": 1},
        attributes=(FleetAttribute("apn", {"good": 1, "bad": 1}),),
    ),
    truth=Truth("somebody", told=79 * MINUTE, found=874 * MINUTE),
    faults=(FAULT,),
)
CASES = tuple(Evidence((60 + minute) * MINUTE, "it breaks", True) for minute in (2, 3, 5, 8, 10, 30))
RIGHT = Candidate({"apn": "bad"}, True)


def seen(name: str, scope: IntervalSet, *candidates: Candidate, where: dict[str, str] | None = None) -> Seen:
    return Seen(name, scope, where or {}, f"reason of {name}", candidates)


def looked(*looks: tuple[float, tuple[Seen, ...]], scenario: Scenario = SCENARIO, evidence: bool = True) -> Report:
    made = tuple(Look(at * MINUTE, outages) for at, outages in looks)
    return judge(scenario, FLEET, Record(CASES if evidence else (), made, cases=9, alarms=3))


def test_times_count_from_the_first_evidence_and_from_the_fifth_case() -> None:
    report = looked((64, (seen("O-1", C),)), (75, (seen("O-1", C | D, RIGHT),)))
    assert report.to_suspected == pytest.approx(2)
    assert report.after_fifth_case == pytest.approx(-6)
    assert report.to_located == pytest.approx(13)
    assert (report.right, report.verdict, report.wrong, report.pieces) == (True, "explained", 0, 1)
    assert (report.told, report.found, report.fault_cases) == (79, 874, 6)


def test_what_was_there_before_the_first_evidence_is_no_suspicion_of_the_fault() -> None:
    there = seen("O-1", C)
    report = looked((10, (there,)), (70, (there, seen("O-9", A))), (90, (there, seen("O-2", D))))
    assert report.to_suspected == pytest.approx(28)
    assert report.wrong_reasons == ("reason of O-9",)  # O-1 lies by luck where the fault came later


def test_an_outage_that_is_moved_onto_the_fault_counts_from_then_on() -> None:
    report = looked((10, (seen("O-1", A),)), (80, (seen("O-1", C | D, RIGHT),)))
    assert report.to_suspected == pytest.approx(18)
    assert report.wrong == 0


def test_located_counts_since_when_the_right_answer_stays_first() -> None:
    other = Candidate({"hss": "h"}, False)
    report = looked(
        (70, (seen("O-1", C, RIGHT),)),
        (80, (seen("O-1", C, other, RIGHT),)),
        (100, (seen("O-1", C | D, RIGHT, other),)),
    )
    (stage,) = report.stages
    assert stage.first_right == pytest.approx(8)
    assert stage.located == pytest.approx(38)
    lost = looked((70, (seen("O-1", C, RIGHT),)), (150, (seen("O-1", C, other),)))
    assert (lost.right, lost.stages[0].located, lost.stages[0].answer) == (False, None, {"hss": "h"})
    assert any("it was right 8.0 min in" in line for line in table([lost]))


def test_what_comes_after_the_repair_does_not_spoil_the_answer() -> None:
    report = looked((70, (seen("O-1", C | D, RIGHT),)), (210, ()))
    assert report.right
    assert (report.sims_precision, report.sims_recall) == (1, 1)


def test_other_words_for_the_same_sims_are_right_and_for_other_sims_are_not() -> None:
    assert looked((70, (seen("O-1", C | D, Candidate({"gateway": "pgw-1"}, True)),))).right
    assert not looked((70, (seen("O-1", C | D, Candidate({"gateway": "pgw-2"}, True)),))).right
    assert not looked((70, (seen("O-1", C | D, Candidate({"hss": "h"}, True)),))).right


def test_without_explanations_what_the_outage_stands_on_is_the_answer() -> None:
    assert looked((70, (seen("O-1", C | D, where={"apn": "bad"}),))).right


def test_the_audience_is_that_of_the_outage_that_fits_best() -> None:
    report = looked((70, (seen("O-1", A), seen("O-2", B | C, RIGHT), seen("O-3", A | B))))
    assert (report.sims_precision, report.sims_recall) == (0.5, 0.5)
    assert (report.customers_precision, report.customers_recall) == (0.5, 0.5)


def test_outages_about_nothing_are_wrong_and_parts_of_the_fault_are_pieces() -> None:
    report = looked((70, (seen("O-1", A | B), seen("O-2", C), seen("O-3", D))))
    assert (report.wrong, report.wrong_reasons, report.pieces) == (1, ("reason of O-1",), 2)


def test_blame_is_wrong_when_the_sims_with_these_values_work() -> None:
    blames = Candidate({"apn": "good"}, True)
    assert looked((70, (seen("O-1", A, blames),))).blamed == ({"apn": "good"},)
    assert looked((70, (seen("O-1", A, Candidate({"apn": "good"}, False)),))).blamed == ()
    assert looked((70, (seen("O-1", C, RIGHT),))).blamed == ()
    assert looked((70, (seen("O-1", A, where={"hss": "h"}),))).blamed == ({"hss": "h"},)


def test_surges_are_told_apart_by_the_first_evidence() -> None:
    surges = (Surge(5 * MINUTE, "S-1"), Surge(72 * MINUTE, "S-2"), Surge(90 * MINUTE, "S-3"))
    report = judge(SCENARIO, FLEET, Record(CASES, (), surges))
    assert report.first_surge == pytest.approx(10)
    assert report.false_surges == 1


def with_fault(**changes: object) -> Scenario:
    return replace(SCENARIO, faults=(replace(FAULT, **changes),))


def test_where_nothing_is_broken_any_blame_is_wrong_and_a_group_of_ranges_is_not() -> None:
    nothing = with_fault(breaks="nothing", where={})
    quiet = looked((70, (seen("O-1", A),)), scenario=nothing)
    assert (quiet.right, quiet.verdict, quiet.wrong, quiet.expected) == (True, "unexplained", 1, "unexplained")
    assert quiet.after_fifth_case is None
    for_a_while = looked((70, (seen("O-1", A, RIGHT),)), (71, ()), scenario=nothing)
    assert (for_a_while.right, for_a_while.verdict) == (False, "blamed wrongly")
    customer = looked((70, (seen("O-1", A, Candidate({"customer": "a"}, True)),)), scenario=nothing)
    assert customer.right


def test_on_a_quiet_day_there_is_nothing_to_find() -> None:
    report = looked(scenario=replace(SCENARIO, faults=()), evidence=False)
    assert (report.right, report.verdict, report.stages) == (True, "unexplained", ())
    assert report.to_suspected is report.sims_recall is None


@pytest.mark.parametrize(
    ("outage", "right"),
    [
        (seen("O-1", C, Candidate({"customer": "c"}, True)), True),
        (seen("O-1", C), True),
        (seen("O-1", C | D), False),
        (seen("O-1", C, Candidate({"customer": "d"}, True)), False),
        (seen("O-1", C, Candidate({"gateway": "pgw-1"}, True)), False),
    ],
)
def test_a_fault_at_one_customer_is_said_to_be_that_customers(outage: Seen, right: bool) -> None:
    report = looked((70, (outage,)), scenario=with_fault(breaks="customer", where={"customer": "c"}))
    assert (report.expected, report.right) == ("one customer", right)


def test_when_a_fault_changes_each_part_is_to_be_found_until_the_next_one_begins() -> None:
    first = replace(FAULT, name="first", breaks="customer", where={"customer": "c"}, repaired=200 * MINUTE)
    second = replace(FAULT, name="second", at=100 * MINUTE, began="c")
    scenario = replace(SCENARIO, faults=(second, first))
    evidence = (Evidence(61 * MINUTE, "first", True), Evidence(105 * MINUTE, "second", True))
    looks = (
        Look(70 * MINUTE, (seen("O-1", C, Candidate({"customer": "c"}, True)),)),
        Look(110 * MINUTE, (seen("O-1", C | D, Candidate({"apn": "bad"}, True, "began with c Ltd")),)),
    )
    report = judge(scenario, FLEET, Record(evidence, looks))
    assert [(one.fault, one.located) for one in report.stages] == [("first", 9), ("second", 5)]
    assert report.to_located == pytest.approx(49)
    assert (report.right, report.blamed) == (True, ())
    assert report.stages[1].names_beginner
    silent = (looks[0], Look(110 * MINUTE, (seen("O-1", C | D, RIGHT),)))
    assert judge(scenario, FLEET, Record(evidence, silent)).stages[1].names_beginner is False


def test_the_table_has_a_line_for_each_drill_and_says_below_what_went_wrong() -> None:
    good = looked((64, (seen("O-1", C),)), (75, (seen("O-1", C | D, RIGHT),)))
    bad = looked((70, (seen("O-1", A, Candidate({"hss": "h"}, True)),)))
    lines = list(table([good, bad]))
    assert " ".join(lines[2].split()) == "made yes explained 2.0 -6.0 13.0 79.0 0 1.00 / 1.00 1.00 / 1.00"
    assert "NO" in lines[3]
    assert any("apn bad was not located" in line for line in lines)
    assert any("blamed wrongly: hss h" in line for line in lines)
