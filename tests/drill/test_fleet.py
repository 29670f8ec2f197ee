"""The fleet of a drill."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.drill.fleet import Fleet, build_fleet
from feeds.drill.scenario import FleetAttribute, FleetPlan, Issuer, Scenario, load_scenario
from feeds.model import ContactChannel, Customer, SimRange
from tests.extent import examples


def plan(seed: int, customers: int, ranges: int, sims: int) -> Scenario:
    fleet = FleetPlan(
        customers=customers,
        sims=sims,
        ranges=ranges,
        issuers=(Issuer("89462000"), Issuer("89470033", body=19, weight=2)),
        uses={"metering": 1, "vehicle": 3},
        attributes=(FleetAttribute("apn", {"a": 1, "b": 1}, by_use={"metering": {"m": 1}}),),
    )
    return Scenario(name="small", description="small", seed=seed, duration=1, fleet=fleet)


@pytest.fixture(scope="module")
def big() -> Fleet:
    return build_fleet(load_scenario("apn-fault"))


def test_the_built_in_fleet_has_the_size_that_its_scenario_says(big: Fleet) -> None:
    assert len(big.customers) == 200
    assert len(big.ranges) == 3_000
    assert sum(one.count for one in big.ranges) == 5_000_000


def test_the_fault_hits_a_small_part_of_the_built_in_fleet_and_some_vips(big: Fleet) -> None:
    hit = big.ranges_where({"apn": "iot.meter"})
    assert 0.02 < sum(one.count for one in hit) / 5_000_000 < 0.08
    owners = {one.customer for one in hit}
    assert 20 < len(owners) < 80
    assert any(customer.vip for customer in big.customers if customer.id in owners)


def test_every_customer_has_a_name_of_its_own_a_language_and_an_address_that_reaches_nobody_real(big: Fleet) -> None:
    assert len({customer.name for customer in big.customers}) == 200
    assert {customer.language for customer in big.customers} == {"en", "sv", "de"}
    mails = [one for customer in big.customers for one in customer.contacts if one.channel is ContactChannel.EMAIL]
    assert len({one.address for one in mails}) == len(mails)
    assert all(one.address.endswith(".example") for one in mails)


def test_the_fleet_is_an_inventory_that_the_hub_takes(big: Fleet) -> None:
    msgspec.json.decode(msgspec.json.encode(big.customers), type=tuple[Customer, ...])
    msgspec.json.decode(msgspec.json.encode(big.ranges), type=tuple[SimRange, ...])


@settings(max_examples=examples(60))
@given(seed=st.integers(), customers=st.integers(1, 30), extra=st.integers(0, 60), more=st.integers(0, 10_000))
def test_any_plan_gives_exactly_its_numbers_without_overlap(seed: int, customers: int, extra: int, more: int) -> None:
    ranges = customers + extra
    fleet = build_fleet(plan(seed, customers, ranges, ranges + more))
    assert (len(fleet.customers), len(fleet.ranges)) == (customers, ranges)
    assert sum(one.count for one in fleet.ranges) == ranges + more
    assert {one.customer for one in fleet.ranges} == {customer.id for customer in fleet.customers}
    for width in (18, 19):
        same = sorted((int(one.first), int(one.last)) for one in fleet.ranges if len(one.first) == width)
        assert all(first <= last for first, last in same)
        assert all(before[1] < after[0] for before, after in pairwise(same))


@given(seed=st.integers())
@settings(max_examples=20)
def test_the_same_seed_gives_the_same_fleet(seed: int) -> None:
    assert build_fleet(plan(seed, 5, 9, 100)) == build_fleet(plan(seed, 5, 9, 100))


def test_attributes_follow_the_use_where_the_plan_says_so() -> None:
    fleet = build_fleet(plan(1, 10, 200, 5_000))
    assert {one.attributes["apn"] for one in fleet.ranges if one.use == "metering"} == {"m"}
    assert {one.attributes["apn"] for one in fleet.ranges if one.use == "vehicle"} == {"a", "b"}
