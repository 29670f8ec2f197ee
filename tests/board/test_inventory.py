"""The fleet's lookups say what a look at every range would say, also where ranges overlap or are replaced."""

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board.inventory import Inventory
from feeds.model import Contact, ContactChannel, Customer, SimRange
from feeds.simspace import IntervalSet, SimSpan
from tests.extent import examples

BASE = 894620002000000000
IMSI = 240011000000000
SIZE = 40
"""Bodies BASE to BASE + SIZE - 1: few enough to look at each of them."""

ATTRIBUTES = [{}, {"apn": "a"}, {"apn": "b"}, {"apn": "a", "gw": "1"}, {"apn": "a", "gw": "2"}, {"gw": "1"}]


def sim_range(
    first: int, size: int, customer: str = "c1", attributes: dict[str, str] | None = None, imsi: int | None = None
) -> SimRange:
    return SimRange(
        first=str(BASE + first),
        last=str(BASE + min(first + size, SIZE) - 1),
        customer=customer,
        attributes=attributes or {},
        imsi_first=str(IMSI + imsi) if imsi is not None else "",
    )


ranges = st.builds(
    sim_range,
    st.integers(0, SIZE - 1),
    st.integers(1, SIZE),
    st.sampled_from(["c1", "c2", "c3"]),
    st.sampled_from(ATTRIBUTES),
    st.none() | st.integers(0, 60),
)
fleets = st.lists(ranges, max_size=10)
runs = st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, 8)), max_size=4).map(
    lambda found: IntervalSet.of((BASE + first, BASE + first + more) for first, more in found)
)


def of(fleet: list[SimRange]) -> Inventory:
    inventory = Inventory()
    for item in fleet:
        inventory.state_ranges([item])
    return inventory


def standing(fleet: list[SimRange]) -> list[SimRange]:
    """The ranges that stand: the last one with the same ends."""
    return list({(item.first, item.last): item for item in fleet}.values())


def bodies_of(item: SimRange) -> set[int]:
    return set(range(int(item.first), int(item.last) + 1))


def points(sims: IntervalSet) -> set[int]:
    return {body for first, last in sims.pairs() for body in range(first, last + 1)}


@given(fleets, st.sampled_from([one for one in ATTRIBUTES if one]))
@settings(max_examples=examples(150))
def test_served_are_the_sims_that_have_all_the_values(fleet: list[SimRange], wanted: dict[str, str]) -> None:
    inventory, where = of(fleet), tuple(sorted(wanted.items()))
    expected = {b for item in standing(fleet) if wanted.items() <= item.attributes.items() for b in bodies_of(item)}
    assert points(inventory.served(where)) == expected
    assert inventory.has_range_with(where) == bool(expected)


@given(fleets, st.dictionaries(st.sampled_from(["apn", "gw", "rack"]), st.sampled_from(["a", "b", "1", "2"])))
@settings(max_examples=examples(150))
def test_where_are_the_attributes_that_some_range_has(fleet: list[SimRange], attributes: dict[str, str]) -> None:
    known = {pair for item in standing(fleet) for pair in item.attributes.items()}
    assert of(fleet).where(attributes) == tuple(sorted(known & set(attributes.items())))


@given(fleets, runs)
@settings(max_examples=examples(200))
def test_overlapping_are_all_common_parts_with_all_ranges(fleet: list[SimRange], sims: IntervalSet) -> None:
    inventory = of(fleet)
    expected = {
        (item.first, item.last, max(int(item.first), first), min(int(item.last), last))
        for item in standing(fleet)
        for first, last in sims.pairs()
        if int(item.first) <= last and first <= int(item.last)
    }
    found = inventory.overlapping(sims.pairs())
    assert {(item.first, item.last, low, high) for item, low, high in found} == expected
    assert len(found) == inventory.ranges_met(sims.pairs()) == len(expected)


@given(fleets, runs)
@settings(max_examples=examples(200))
def test_every_sim_is_owned_by_the_most_specific_range_and_by_no_other(
    fleet: list[SimRange], sims: IntervalSet
) -> None:
    inventory = of(fleet)
    owner: dict[int, SimRange] = {}
    for item, first, last in inventory.owned(sims):
        for body in range(first, last + 1):
            assert body not in owner
            owner[body] = item
    for body in points(sims):
        holding = [item for item in standing(fleet) if body in bodies_of(item)]
        assert (body in owner) == bool(holding)
        if holding:
            assert owner[body] in holding
            assert owner[body].count == min(item.count for item in holding)
            assert inventory.range_at(body) == owner[body]
    assert set(owner) <= points(sims)


@given(fleets, st.integers(0, 70), st.integers(0, 30))
@settings(max_examples=examples(200))
def test_imsis_become_the_bodies_that_lie_beside_them(fleet: list[SimRange], first: int, more: int) -> None:
    span = SimSpan("imsi", str(IMSI + first), str(IMSI + first + more))
    expected = {
        int(item.first) + imsi - int(item.imsi_first)
        for item in standing(fleet)
        if item.imsi_first
        for imsi in range(int(item.imsi_first), int(item.imsi_first) + item.count)
        if first <= imsi - IMSI <= first + more
    }
    assert points(of(fleet).bodies([span])) == expected


@given(fleets)
@settings(max_examples=examples(100))
def test_a_sim_in_two_ranges_counts_once_in_the_fleet(fleet: list[SimRange]) -> None:
    assert of(fleet).fleet == len({body for item in fleet for body in bodies_of(item)})


@given(fleets)
@settings(max_examples=examples(100))
def test_the_same_ranges_again_are_no_change(fleet: list[SimRange]) -> None:
    inventory = of(fleet)
    version = inventory.version
    assert not inventory.state_ranges(standing(fleet))
    assert inventory.version == version


def test_a_range_with_the_same_ends_replaces_the_earlier_one_with_all_it_said() -> None:
    inventory = of([sim_range(0, 10, "c1", {"apn": "a"}, imsi=0)])
    assert inventory.served((("apn", "a"),)).count == 10
    assert inventory.state_ranges([sim_range(0, 10, "c2", {"apn": "b"}, imsi=20)])
    assert not inventory.served((("apn", "a"),))
    assert inventory.where({"apn": "a"}) == ()
    assert inventory.served((("apn", "b"),)).count == 10
    found = inventory.range_at(BASE)
    assert found is not None
    assert found.customer == "c2"
    assert not inventory.bodies([SimSpan("imsi", str(IMSI), str(IMSI + 9))])


def test_an_empty_inventory_answers_everything_with_nothing() -> None:
    inventory = Inventory()
    sims = IntervalSet.of([(BASE, BASE + 5)])
    assert inventory.where({"apn": "a"}) == ()
    assert not inventory.served((("apn", "a"),))
    assert not inventory.has_range_with(())
    assert inventory.overlapping(sims.pairs()) == inventory.owned(sims) == []
    assert inventory.range_at(BASE) is None
    assert inventory.fleet == 0
    assert inventory.customer_id("acme") == "acme"
    assert inventory.customer_id("") == ""
    assert inventory.bodies([]) == IntervalSet.empty
    assert inventory.bodies([SimSpan("iccid", str(BASE), str(BASE + 5))]) == sims


def test_no_attribute_values_serve_no_sim() -> None:
    assert not of([sim_range(0, 10)]).served(())


def customer(id: str, name: str, *, domain: str = "", address: str = "") -> Customer:
    contacts = (Contact(channel=ContactChannel.EMAIL, address=address),) if address else ()
    return Customer(id=id, name=name, domains=(domain,) if domain else (), contacts=contacts)


def test_an_exact_id_goes_before_the_name_of_another_customer() -> None:
    inventory = Inventory()
    inventory.state_customers([customer("c1", "c2"), customer("c2", "Beta")])
    assert inventory.customer_id("c2") == "c2"
    assert inventory.customer_id("beta") == "c2"


def test_a_whole_address_goes_before_its_domain() -> None:
    inventory = Inventory()
    inventory.state_customers(
        [customer("c1", "One", domain="shared.example"), customer("c2", "Two", address="ops@shared.example")]
    )
    assert inventory.customer_id("Ops@Shared.Example") == "c2"
    assert inventory.customer_id("else@shared.example") == "c1"


def test_a_customer_stated_anew_is_known_by_its_new_names_only() -> None:
    inventory = Inventory()
    inventory.state_customers([customer("c1", "Old name", domain="old.example")])
    assert inventory.customer_id("old name") == "c1"
    assert inventory.state_customers([customer("c1", "New name")])
    assert inventory.customer_id("old name") == "old name"
    assert inventory.customer_id("a@old.example") == "a@old.example"
    assert inventory.customer_id("NEW NAME") == "c1"


def test_each_change_is_seen_by_the_next_question() -> None:
    inventory = of([sim_range(n, 1) for n in range(SIZE)])
    assert inventory.range_at(BASE) is not None
    version = inventory.version
    for n in range(SIZE):
        inventory.state_ranges([sim_range(n, 1, "c2")])
    assert inventory.version == version + SIZE
    found = inventory.range_at(BASE)
    assert found is not None
    assert found.customer == "c2"
