"""The fleet as leaves: SIMs and exposure of each combination of values, and attributes that follow from numbers."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.board.explanation.fleet_leaves import FleetLeaves, leaves_of
from feeds.fleet.columns import Columns
from feeds.fleet.fleet import Fleet
from feeds.model import SimRange
from feeds.simspace import IntervalSet

BASE = 894620002000000000


def one(first: int, sims: int, customer: str = "c1", imsi: str = "", use: str = "", **attributes: str) -> SimRange:
    return SimRange(str(BASE + first), str(BASE + first + sims - 1), customer, imsi, attributes=attributes, use=use)


def fleet_of(*ranges: SimRange) -> Fleet:
    return Fleet.of(Columns.from_ranges(ranges))


def values(leaves: FleetLeaves, name: str) -> list[str]:
    """The values of an attribute by piece; the empty text: none."""
    at = leaves.names.index(name)
    codes = leaves.codes[at][leaves.leaf_of].tolist()
    return [leaves.values[at][code] if code >= 0 else "" for code in codes]


def test_ranges_with_the_same_values_are_one_leaf_and_a_sim_in_two_ranges_counts_for_the_smaller_one() -> None:
    leaves = leaves_of(fleet_of(one(0, 1000, apn="a"), one(100, 50, apn="b"), one(5_000, 10, apn="a")))
    assert leaves.total == 1010
    assert sorted(set(values(leaves, "apn"))) == ["a", "b"]
    assert leaves.served({"apn": "a"}).count == 960
    assert leaves.served({"apn": "b"}) == IntervalSet.of([(BASE + 100, BASE + 149)])


def test_exposure_is_the_mean_of_the_shares_of_sims_and_of_customers() -> None:
    leaves = leaves_of(
        fleet_of(one(0, 900, "big", apn="a"), one(1_000, 50, "x", apn="b"), one(2_000, 50, "y", apn="b"))
    )
    inside = leaves.inside_leaves({"apn": "b"})
    assert inside is not None
    assert leaves.exposure[inside].sum() == pytest.approx((0.1 + 2 / 3) / 2)
    assert leaves.exposure.sum() == pytest.approx(1.0)
    assert leaves.customers_in(inside) == 2


def test_customers_can_be_asked_for_and_unknown_values_have_no_sims() -> None:
    leaves = leaves_of(fleet_of(one(0, 10, "c1", apn="a"), one(100, 10, "c2", apn="a")))
    assert leaves.served({"customer": "c2", "apn": "a"}).pairs() == [(BASE + 100, BASE + 109)]
    for nothing in ({"customer": "c3"}, {"apn": "z"}, {"hss": "h"}, {}):
        assert not leaves.served(nothing)


def test_a_table_is_made_once_for_a_fleet() -> None:
    fleet = fleet_of(one(0, 10, apn="a"))
    assert leaves_of(fleet) is leaves_of(fleet)


def test_runs_are_met_piece_by_piece_with_the_sims_in_common() -> None:
    leaves = leaves_of(fleet_of(one(0, 10, apn="a"), one(10, 10, apn="b"), one(100, 10, apn="c")))
    firsts, lasts = np.array([BASE + 5, BASE + 50, BASE + 105]), np.array([BASE + 12, BASE + 60, BASE + 200])
    run, piece, sims = leaves.met(firsts, lasts)
    assert run.tolist() == [0, 0, 2]
    assert [leaves.firsts.item(at) - BASE for at in piece.tolist()] == [0, 10, 100]
    assert sims.tolist() == [5, 3, 5]


# -- what follows from numbers -----------------------------------------------------------------------------------------


def test_the_home_network_follows_from_imsis() -> None:
    leaves = leaves_of(fleet_of(one(0, 10, imsi="240010000000000"), one(20, 10, imsi="262020000000000"), one(40, 10)))
    assert values(leaves, "imsi") == ["24001*", "26202*", ""]


def test_the_issuer_and_a_longer_prefix_follow_from_iccids() -> None:
    ranges = [
        SimRange(f"{prefix}{block}{n}0000", f"{prefix}{block}{n}9999", "c1")
        for prefix in ("8946200", "8949100")
        for block in ("01", "02", "03")
        for n in range(5)
    ]
    leaves = leaves_of(fleet_of(*ranges))
    assert set(values(leaves, "issuer")) == {"89462*", "89491*"}
    assert len(set(values(leaves, "iccid"))) == 6
    assert leaves.served({"issuer": "89491*"}).count == 150_000


def test_a_range_that_goes_on_beyond_a_prefix_has_none() -> None:
    ranges = [SimRange(f"89462{n}0000", f"89462{n}9999", "c1") for n in range(1, 9)]
    across = SimRange("8947500000", "8948499999", "c1")
    leaves = leaves_of(fleet_of(*ranges, across))
    for name in ("issuer", "iccid"):
        if name in leaves.names:
            assert values(leaves, name)[-1] == ""


def test_unbroken_runs_stand_for_batches_where_the_inventory_has_none() -> None:
    ranges = [one(1_000 * run + 10 * n, 10) for run in range(3) for n in range(4)]
    leaves = leaves_of(fleet_of(*ranges))
    assert len(set(values(leaves, "batch"))) == 3
    assert leaves.served({"batch": values(leaves, "batch")[0]}).count == 40
    own = leaves_of(fleet_of(*(one(1_000 * run + 10 * n, 10, lot=f"L{n}") for run in range(3) for n in range(4))))
    assert "batch" not in own.names


def test_weeks_and_device_types_follow_from_dates_and_imeis() -> None:
    leaves = leaves_of(
        fleet_of(
            one(0, 10, activated="2026-01-28", imei="352099001761481", use="metering"),
            one(20, 10, activated="2026-02-02T08:00:00Z", imei="35-209900-176148-9", use="alarm"),
            one(40, 10, activated="some day", imei="866425030000015"),
        )
    )
    assert values(leaves, "week") == ["2026-W05", "2026-W06", ""]
    assert values(leaves, "tac") == ["35209900", "35209900", "86642503"]
    assert values(leaves, "use") == ["metering", "alarm", ""]


def test_what_tells_ranges_apart_as_an_attribute_does_is_left_to_the_attribute() -> None:
    home = {"240010000000000": "tele", "262020000000000": "vf"}
    ranges = [one(100 * n, 10, imsi=imsi, home=name) for n, (imsi, name) in enumerate(home.items())]
    assert "imsi" not in leaves_of(fleet_of(*ranges)).names


def test_an_attribute_of_the_inventory_with_the_name_of_a_derived_one_is_the_one_that_counts() -> None:
    leaves = leaves_of(fleet_of(one(0, 10, use="metering", tac="A", imei="352099001761481"), one(20, 10, tac="B")))
    assert values(leaves, "tac") == ["A", "B"]


blocks = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40), st.sampled_from("ab"), st.sampled_from("xy")))


@given(blocks)
def test_every_sim_is_in_exactly_one_leaf_whatever_overlaps(found: Iterable[tuple[int, int, str, str]]) -> None:
    ranges = {(first, sims): one(first, sims, f"c{apn}", apn=apn, hss=hss) for first, sims, apn, hss in found}
    fleet = fleet_of(*ranges.values())
    leaves = FleetLeaves(fleet)
    assert leaves.total == fleet.count
    assert sum(leaves.served({"apn": apn, "hss": hss}).count for apn in "ab" for hss in "xy") == fleet.count
    if ranges:
        assert leaves.exposure.sum() == pytest.approx(1.0)
