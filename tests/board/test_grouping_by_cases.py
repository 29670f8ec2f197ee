"""Groups that cases alone make: on what ranges share, split when they share it no more, without any inventory."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from feeds.board import Board, Touched, propose
from feeds.facts import (
    CasePlaced,
    CaseReported,
    CustomersStated,
    Entry,
    Fact,
    OutageMoved,
    OutageSuspected,
    RangesStated,
)
from feeds.model import CaseEvent, CaseState, Customer, Outage, OutageState, SimRange
from feeds.simspace import SimSpan

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
BASE = 894620002000000000
SPAN = 10_000


class Room:
    """A board with its watcher; every fact comes a second after the one before."""

    def __init__(self, ranges: Iterable[SimRange] = ()) -> None:
        self.board = Board()
        self.cases = 0
        self.late = timedelta()
        self.tell(RangesStated(tuple(ranges)))

    def tell(self, *facts: Fact, by: str = "desk") -> None:
        for fact in facts:
            seq = self.board.seq + 1
            self.board.apply([Entry(seq, START + timedelta(seconds=seq) + self.late, by, fact)], Touched())

    def settle(self) -> list[Fact]:
        """Let the watcher look until nothing is left to do; return all that it decided."""
        decided: list[Fact] = []
        for _ in range(20):
            facts = propose(self.board)
            if not facts:
                return decided
            self.tell(*facts, by="vaken/grouping")
            decided += facts
        raise AssertionError("the watcher does not come to rest")

    def case(self, *sims: int, number: str = "", customer: str = "", state: CaseState = CaseState.OPEN) -> str:
        """Report a case about the SIMs BASE + n; return its key."""
        self.cases += 1
        number = number or str(self.cases)
        spans = tuple(SimSpan("iccid", str(BASE + sim), str(BASE + sim)) for sim in sims)
        self.tell(CaseReported(CaseEvent(number=number, customer=customer, state=state), sims=spans))
        return f"native/{number}"

    def several(self, block_number: int) -> list[str]:
        """Report five cases of three customers in a range; return their keys."""
        return [self.case(sim(block_number, n), customer=f"user {block_number} {n % 3}") for n in range(1, 6)]

    def live(self) -> list[Outage]:
        return self.board.outages.live()


def block(number: int, customer: str, sims: int = 1000, **attributes: str) -> SimRange:
    first = BASE + number * SPAN
    return SimRange(first=str(first), last=str(first + sims - 1), customer=customer, attributes=attributes)


def fleet(customers: int = 200, meters: int = 8) -> list[SimRange]:
    """One range a customer; those of the first ``meters`` customers have the APN iot.meter, all have plan gold."""
    return [
        block(n, f"c{n}", apn="iot.meter" if n < meters else f"apn-{n % 5}", plan="gold", hss=f"hss-{n % 4}")
        for n in range(customers)
    ]


def span(block_number: int) -> tuple[str, str]:
    return str(BASE + block_number * SPAN), str(BASE + block_number * SPAN + 999)


def sim(block_number: int, place: int = 1) -> int:
    return block_number * SPAN + place


def test_single_cases_of_several_customers_that_share_an_apn_are_one_outage_on_it() -> None:
    room = Room(fleet())
    for customer in range(5):
        room.case(sim(customer))
    room.settle()
    (outage,) = room.live()
    assert outage.where == {"apn": "iot.meter"}
    assert room.board.outages.sims(outage.id).count == 8 * 1000
    assert outage.reason.startswith(
        "5 cases of 5 customers within 1 min share apn iot.meter (4 % of the fleet), usual 0.0"
    )
    assert outage.grounds is not None
    assert (outage.grounds.customers, len(outage.grounds.cases)) == (5, 5)
    assert len(room.board.outages.members[outage.id].cases) == 5


def test_what_everybody_shares_is_no_explanation() -> None:
    room = Room(fleet())
    for customer in (0, 9, 14, 21, 27, 33):
        room.case(sim(customer))
    assert room.settle() == []


def test_one_customer_with_many_cases_is_no_outage_of_an_apn() -> None:
    ranges = [block(n, "chatty", apn="iot.meter") for n in range(10)]
    room = Room([*ranges, *(block(n, f"c{n}", apn="other") for n in range(20, 60))])
    for number in range(10):
        room.case(sim(number))
    assert room.settle() == []


def test_groups_on_ranges_merge_when_what_they_share_is_the_same_and_the_oldest_keeps_its_id() -> None:
    room = Room(fleet())
    for customer in range(5):
        room.several(customer)
        room.tell(OutageSuspected(f"O-{customer + 1}", (span(customer),)), by="vaken/grouping")
    room.settle()
    (outage,) = room.live()
    assert (outage.id, outage.where) == ("O-1", {"apn": "iot.meter"})
    gone = [one for one in room.board.outages.outages.values() if one.id != "O-1"]
    assert gone
    assert {(one.state, one.merged_into) for one in gone} == {(OutageState.MERGED, "O-1")}
    assert len(room.board.outages.members["O-1"].cases) == 25


def test_two_causes_at_once_are_two_outages() -> None:
    ranges = fleet()
    room = Room(
        [*ranges, *(block(n, f"c{n}", apn="iot.lift", plan="gold", hss=f"hss-{n % 4}") for n in range(200, 207))]
    )
    for customer in (0, 1, 2, 3, 4, 5, 200, 201, 202, 203, 204, 205):
        room.case(sim(customer))
    room.settle()
    assert sorted(outage.where["apn"] for outage in room.live()) == ["iot.lift", "iot.meter"]


def test_values_that_mean_the_same_sims_are_named_together() -> None:
    room = Room([block(n, f"c{n}", apn="m" if n < 6 else "o", gateway="g" if n < 6 else "h") for n in range(60)])
    for customer in range(5):
        room.case(sim(customer))
    room.settle()
    (outage,) = room.live()
    assert outage.where == {"apn": "m", "gateway": "g"}


def test_a_group_whose_cases_share_by_chance_what_it_stands_on_falls_apart_into_the_ranges_with_customers() -> None:
    room = Room(fleet())
    for customer in range(5):
        room.case(sim(customer))
    room.settle()
    (outage,) = room.live()
    assert outage.where == {"apn": "iot.meter"}
    room.several(1), room.several(0), room.case(sim(0, 9), customer="user 0 9")
    for customer in range(8, 200):
        room.case(sim(customer))
    room.settle()
    live = {one.id: one for one in room.live()}
    assert live[outage.id].where == {}
    assert live[outage.id].ranges == ((str(BASE), str(BASE + 999)),)
    (other,) = (one for one in live.values() if one.id != outage.id)
    assert (other.ranges, other.split_from) == (((str(BASE + SPAN), str(BASE + SPAN + 999)),), outage.id)
    assert other.grounds is not None
    assert (other.grounds.case_count, other.grounds.customers) == (6, 4)
    history = [line.what for line in room.board.outages.timelines[outage.id]]
    assert any(f"{other.id} is split off" in what for what in history)


def test_a_group_whose_cases_share_by_chance_what_it_stands_on_is_withdrawn_where_no_range_has_enough() -> None:
    room = Room(fleet())
    for customer in range(5):
        room.case(sim(customer))
    room.settle()
    for customer in range(8, 200):
        room.case(sim(customer))
    room.settle()
    assert [one.state for one in room.board.outages.outages.values()] == [OutageState.WITHDRAWN]


def test_a_group_on_a_wide_range_falls_apart_when_its_cases_lie_in_narrow_ones() -> None:
    wide = block(0, "carrier", sims=9_000)
    room = Room([wide, *(block(number, f"c{number}", sims=9_000) for number in range(500, 700))])
    for place in (*range(1, 22), 5_001, 5_002, 5_003):
        room.case(place, customer=f"user {place}")
    room.settle()
    (outage,) = room.live()
    low = SimRange(first=str(BASE), last=str(BASE + 99), customer="c500", attributes={"apn": "x"})
    high = SimRange(first=str(BASE + 5_000), last=str(BASE + 5_099), customer="c501", attributes={"apn": "y"})
    room.tell(RangesStated((low, high)))
    room.settle()
    parts = {one.id: (one.ranges, one.split_from) for one in room.live()}
    assert parts == {
        outage.id: (((low.first, low.last),), ""),
        "O-2": (((high.first, high.last),), outage.id),
    }


def test_groups_do_not_come_and_go_with_noise() -> None:
    room = Room(fleet())
    decisions = 0
    for step in range(300):
        room.case(sim(step % 5 if step % 10 == 0 else 8 + step * 37 % 190, step), number=str(step % 60))
        decisions += sum(not isinstance(fact, OutageSuspected) for fact in room.settle())
    assert decisions <= 20


def test_what_a_person_rejected_explains_further_cases_until_they_are_clearly_more() -> None:
    room = Room(fleet())
    for customer in range(5):
        room.case(sim(customer))
    room.settle()
    room.tell(OutageMoved(room.live()[0].id, OutageState.REJECTED), by="jl")
    for customer in (5, 6, 7, 0, 1):
        room.case(sim(customer, 9))
    assert room.settle() == []


# -- what people say -------------------------------------------------------------------------------------------------


def test_a_case_without_sims_falls_to_its_customer() -> None:
    room = Room([block(0, "c0"), block(1, "c1")])
    room.tell(CustomersStated((Customer("c0", "Acme", domains=("acme.example",)), Customer("c1", "Other"))))
    early = room.case(customer="ops@acme.example")
    room.tell(OutageSuspected("O-1", (span(0),)), by="vaken/grouping")
    room.case(sim(0, 1)), room.case(sim(0, 2))
    late, elsewhere = room.case(customer="Acme"), room.case(customer="Other")
    outages = room.board.outages
    assert outages.of_case[early] == outages.of_case[late] == ("O-1",)
    assert (outages.lane(late), outages.placed(late), outages.placed("native/2")) == ("grouped", "customer", "")
    assert (outages.lane(elsewhere), outages.placed(elsewhere)) == ("no SIMs", "")


def test_what_a_person_moved_stays_moved_whatever_the_case_says_later() -> None:
    room = Room([block(0, "c0"), block(1, "c1")])
    first, second = room.case(sim(0, 1)), room.case(sim(0, 2))
    other = room.case(sim(1, 1))
    room.tell(OutageSuspected("O-1", (span(0),)), by="vaken/grouping")
    room.tell(CasePlaced(first, "O-1", inside=False, reason="asks for an invoice"), by="jl")
    room.tell(CasePlaced(other, "O-1", inside=True), by="jl")
    outages = room.board.outages
    for _ in range(2):
        assert (outages.lane(first), outages.of_case[other], outages.placed(other)) == (
            "unexplained",
            ("O-1",),
            "person",
        )
        room.case(sim(0, 1), sim(0, 3), number="1")
        room.case(sim(1, 2), number="3")
        room.settle()
    assert set(outages.members["O-1"].cases) == {second, other}
    assert "case 1 moved out: asks for an invoice" in [line.what for line in outages.timelines["O-1"]]


def test_a_case_that_a_person_took_out_is_no_evidence_for_another_group_there() -> None:
    room = Room(fleet())
    keys = room.several(0)
    room.settle()
    assert len(room.live()) == 1
    for key in keys:
        room.tell(CasePlaced(key, "O-1", inside=False), by="jl")
    room.settle()
    assert room.live() == []


def test_what_a_person_moved_follows_a_merge_to_the_survivor() -> None:
    room = Room(fleet())
    for customer in range(2):
        room.several(customer)
        room.settle()
    strange = room.case(sim(20))
    oldest, newest = "O-1", max(one.id for one in room.live())
    room.tell(CasePlaced(strange, newest, inside=True), by="jl")
    for customer in range(4, 8):
        room.case(sim(customer))
    room.settle()
    assert room.board.outages.of_case[strange] == (room.board.outages.survivor(newest).id,)  # type: ignore[union-attr]
    assert room.board.outages.survivor(oldest) is not None


@pytest.mark.parametrize("state", [None, OutageState.DECLARED])
def test_what_a_person_made_is_neither_withdrawn_nor_split_and_takes_in_what_lies_within(
    state: OutageState | None,
) -> None:
    room = Room([block(0, "c0"), block(1, "c1")])
    ranges = ((str(BASE), str(BASE + 2 * SPAN)),)
    room.case(sim(0, 1)), room.case(sim(0, 2))
    room.tell(OutageSuspected("O-1", (span(0),)), by="vaken/grouping")
    room.tell(OutageSuspected("O-9", ranges, title="by hand"), by="jl")
    if state is not None:
        room.tell(OutageMoved("O-9", state), by="jl")
    room.settle()
    (outage,) = room.live()
    assert (outage.id, outage.ranges, outage.title, outage.made_by) == ("O-9", ranges, "by hand", "jl")
    assert room.board.outages.outages["O-1"].merged_into == "O-9"
    room.case(sim(0, 1), number="1", state=CaseState.CLOSED)
    room.case(sim(0, 2), number="2", state=CaseState.CLOSED)
    assert room.settle() == []


def test_pins_are_forgotten_with_their_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.board.cases.CLOSED_KEPT", 1)
    monkeypatch.setattr("feeds.board.cases.FORGOTTEN_AT_ONCE", 1)
    room = Room([block(0, "c0")])
    key = room.case(sim(0, 1))
    room.case(sim(0, 2))
    room.tell(OutageSuspected("O-1", (span(0),)), by="vaken/grouping")
    room.tell(CasePlaced(key, "O-1", inside=False), by="jl")
    assert room.board.cases.pins == {key: {"O-1": False}}
    for number in ("1", "2", "3"):
        room.case(number=number, state=CaseState.CLOSED)
    assert room.board.cases.pins == {}


# -- without an inventory --------------------------------------------------------------------------------------------


def test_without_an_inventory_cases_close_together_on_the_number_line_are_a_group() -> None:
    room = Room()
    for number in range(40):
        room.case(number * 7_919_000_011, customer=f"somebody {number}")
    for place in (5, 17, 30, 44, 71, 90):
        room.case(3_000_000_000 + place, customer=f"hit {place}")
    room.settle()
    (outage,) = room.live()
    assert len(room.board.outages.members[outage.id].cases) == 6
    ((first, last),) = outage.ranges
    assert BASE + 3_000_000_000 <= int(first) <= int(last) < BASE + 3_000_000_100


def test_without_an_inventory_one_customer_with_many_mails_is_no_group() -> None:
    room = Room()
    for number in range(40):
        room.case(number * 7_919_000_011, customer=f"somebody {number}")
    for place in (5, 17, 30, 44, 71, 90):
        room.case(3_000_000_000 + place, customer="chatty")
    assert room.settle() == []


def test_without_an_inventory_cases_close_together_but_far_apart_in_time_are_no_group() -> None:
    room = Room()
    for number in range(40):
        room.case(number * 7_919_000_011, customer=f"somebody {number}")
    for place in (5, 17, 30, 44, 71, 90):
        room.late += timedelta(hours=30)
        room.case(3_000_000_000 + place, customer=f"hit {place}")
        assert room.settle() == []
