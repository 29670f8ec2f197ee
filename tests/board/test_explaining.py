"""What explains an outage: from the board to a question, an answer, and facts where that is news."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from feeds.board import Board, Touched
from feeds.board.explanation.explaining import AGAIN, answer, news, question
from feeds.facts import (
    AlarmReported,
    CaseReported,
    CustomersStated,
    Entry,
    ExplanationChosen,
    Fact,
    OutageExplained,
    OutageMerged,
    OutageMoved,
    OutageSuspected,
    RangesStated,
)
from feeds.model import AlarmEvent, CaseEvent, Customer, OutageState, Service, Severity, SimRange
from feeds.model.explanations import Explanation, Grounds
from feeds.simspace import SimSpan

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
BASE = 894620002000000000
SPAN = 100_000


class Room:
    """A board on which the outages are told, so that no rule of grouping matters. Facts come a second apart."""

    def __init__(self, ranges: Iterable[SimRange]) -> None:
        self.board = Board()
        self.cases = 0
        self.tell(RangesStated(tuple(ranges)))

    def tell(self, *facts: Fact, by: str = "vaken/grouping") -> None:
        for fact in facts:
            seq = self.board.seq + 1
            self.board.apply([Entry(seq, START + timedelta(seconds=seq), by, fact)], Touched())

    def case(self, block: int, place: int = 1, sims: int = 1, *, minute: float = 0.0, **fields: object) -> None:
        """Report a case about ``sims`` SIMs of a block, opened so many minutes after the start."""
        self.cases += 1
        first = BASE + block * SPAN + place
        event = CaseEvent(number=str(self.cases), opened=START + timedelta(minutes=minute), **fields)  # type: ignore[arg-type]
        self.tell(CaseReported(event, sims=(SimSpan("iccid", str(first), str(first + sims - 1)),)))

    def outage(
        self,
        outage: str = "O-1",
        where: dict[str, str] | None = None,
        blocks: Iterable[int] = (),
        grounds: Grounds | None = None,
    ) -> None:
        """Suspect an outage on attribute values, or on whole blocks."""
        served = self.board.inventory.served(tuple(sorted((where or {}).items())))
        pairs = [*served.pairs(), *((BASE + n * SPAN, BASE + n * SPAN + 39_999) for n in blocks)]
        ranges = tuple((str(first), str(last)) for first, last in pairs)
        self.tell(
            OutageSuspected(outage=outage, ranges=ranges, where=where or {}, from_cases=bool(where), grounds=grounds)
        )

    def explained(self, outage: str = "O-1") -> tuple[Explanation, ...]:
        asked = question(self.board, outage)
        assert asked is not None
        return answer(asked)


def block(number: int, customer: str, sims: int = 1000, *, use: str = "", **attributes: str) -> SimRange:
    first = BASE + number * SPAN
    return SimRange(str(first), str(first + sims - 1), customer, attributes=attributes, use=use)


def fleet(customers: int = 120, meters: int = 8) -> list[SimRange]:
    """One range a customer; those of the first ``meters`` have the APN iot.meter. The first one's has 40,000 SIMs."""
    return [
        block(n, f"c{n}", 40_000 if n == 0 else 1_000, apn="iot.meter" if n < meters else f"apn-{n % 5}",
              hss=f"hss-{n % 4}", gateway=f"pgw-{n % 7}", plan="gold")
        for n in range(customers)
    ]  # fmt: skip


def standing(found: Iterable[Explanation]) -> list[dict[str, str]]:
    return [one.where for one in found if one.stands]


def test_what_most_customers_with_trouble_share_and_few_others_have_stands_with_its_numbers() -> None:
    room = Room(fleet())
    room.tell(CustomersStated((Customer(id="c50", name="Nordbuss"),)))
    room.outage(where={"apn": "iot.meter"})
    for n in range(7):
        room.case(n, sims=10)
    room.case(50, sims=3)
    best = room.explained()[0]
    assert best.where == {"apn": "iot.meter"}
    assert best.stands
    assert (best.affected, best.outside, best.customers) == (70, 3, 8)
    assert best.total == 47_000
    assert best.healthy == 46_930
    assert best.coverage == pytest.approx(70 / 73, abs=1e-4)
    assert best.fleet_share == pytest.approx(47_000 / 159_000, abs=1e-6)
    assert best.outside_customers == ("c50",)
    assert best.outside_ranges == ((str(BASE + 50 * SPAN + 1), str(BASE + 50 * SPAN + 3)),)


def test_one_customer_that_writes_much_about_many_sims_does_not_make_a_network_to_blame() -> None:
    ranges = [block(n, "acme" if n < 12 else f"c{n}", apn="acme.m2m" if n < 12 else f"apn-{n % 5}", hss=f"hss-{n % 4}")
              for n in range(100)]  # fmt: skip
    room = Room(ranges)
    room.tell(CustomersStated((Customer(id="acme", name="Acme Lifts"),)))
    room.outage(blocks=range(12))
    for n in range(12):
        room.case(n, sims=500)
    found = room.explained()
    assert standing(found) == [{"customer": "acme"}]
    assert found[0].note == "one customer"
    assert found[0].affected == 6_000


def test_two_mails_of_one_customer_are_not_enough_to_say_that_it_is_the_customer() -> None:
    room = Room(fleet())
    room.outage(blocks=(30,))
    room.case(30, 1)
    room.case(30, 2)
    assert standing(room.explained()) == []


def test_the_same_mail_again_and_again_is_one_piece_of_evidence() -> None:
    room = Room(fleet())
    room.outage(blocks=(30,))
    for _ in range(10):
        room.case(30, 1)
    assert standing(room.explained()) == []


def test_complaints_from_everywhere_are_explained_by_nothing() -> None:
    room = Room(fleet())
    room.outage(blocks=range(10, 90, 3))
    for n in range(10, 90, 3):
        room.case(n, sims=1 + n)
    assert standing(room.explained()) == []


def test_a_customer_with_a_long_range_does_not_outvote_the_others() -> None:
    """c0 writes about 40,000 SIMs on gateway pgw-0; six others about one SIM each on hss-1, on six gateways."""
    room = Room(fleet(meters=0))
    blocks = (0, 1, 5, 9, 13, 17, 21)
    room.outage(blocks=blocks)
    room.case(0, 0, 40_000)
    for n in blocks[1:]:
        room.case(n)
    best = room.explained()[0]
    assert best.where == {"hss": "hss-1"}
    assert best.outside == 40_000
    assert best.coverage < 0.01


def test_one_customer_writes_first_but_what_it_shares_with_several_others_is_not_overlooked() -> None:
    room = Room(fleet())
    for n, where in enumerate((0, 1, 2, 3, 4, 5)):
        room.outage(f"O-{n + 1}", blocks=(where,))
    for place in range(1, 6):
        room.case(1, place)
    for n in (0, 2, 3, 4, 5):
        room.case(n)
    assert room.explained("O-2")[0].where == {"apn": "iot.meter"}


def test_a_customer_is_not_called_the_cause_while_its_cases_may_be_part_of_something_wider() -> None:
    room = Room(fleet(meters=0))
    for n in (1, 5, 9, 13, 17, 2):
        room.outage(f"O-{n}", blocks=(n,))
        room.case(n)
    for place in range(2, 6):
        room.case(1, place)
    found = room.explained()
    assert found[0].where == {"hss": "hss-1"}
    assert {"customer": "c1"} in [one.where for one in found]
    assert standing(found) == []


def test_a_minute_ahead_is_no_beginning() -> None:
    room = Room(fleet())
    room.outage(where={"apn": "iot.meter"})
    for place in range(3):
        room.case(3, 1 + place)
    for n in (0, 1, 2, 4, 5, 6):
        room.case(n, minute=1)
    assert room.explained()[0].note == ""


def test_it_is_said_with_whom_it_began_when_one_fleet_was_first_by_far() -> None:
    room = Room(fleet())
    room.tell(CustomersStated((Customer(id="c3", name="Acme Lifts"),)))
    room.outage(where={"apn": "iot.meter"})
    for place in range(3):
        room.case(3, 1 + place, minute=place)
    for n in (0, 1, 2, 4, 5, 6):
        room.case(n, minute=12 + n / 2)
    assert room.explained()[0].note == "began with Acme Lifts, 12 min earlier"


def test_nobody_is_said_to_have_begun_when_all_came_at_the_same_pace() -> None:
    room = Room(fleet())
    room.outage(where={"apn": "iot.meter"})
    for n in range(7):
        room.case(n, minute=3 * n)
        room.case(n, 2, minute=3 * n)
    assert room.explained()[0].note == ""


def test_it_is_said_with_whom_it_began_where_others_wrote_as_on_any_day_and_alarms_made_the_group() -> None:
    """One fleet writes for an hour before the node gives up; of the others one writes now and then."""
    room = Room(fleet())
    room.tell(CustomersStated((Customer(id="c3", name="Acme Lifts"),)), alarm(1, hss="hss-3"))
    room.outage(where={"hss": "hss-3"}, grounds=Grounds(alarm_count=1))
    for place in range(9):
        room.case(3, 1 + place, minute=-60 + 6 * place)
    for n, minute in ((7, -170), (11, -120), (15, -35)):
        room.case(n, minute=minute)
    for n in range(19, 59, 4):
        room.case(n, minute=n / 4)
    best = room.explained()[0]
    assert best.where == {"hss": "hss-3"}
    assert best.stands
    assert best.note.endswith("began with Acme Lifts, 65 min earlier")


def test_a_customer_that_writes_all_day_did_not_begin_it() -> None:
    room = Room(fleet())
    room.outage(where={"hss": "hss-3"}, grounds=Grounds(alarm_count=1))
    for place in range(72):
        room.case(3, 1 + place, minute=-1_430 + 20 * place)
    for n in range(7, 59, 4):
        room.case(n, minute=n / 4)
    assert room.explained()[0].note == ""


def test_a_large_customer_that_happens_to_write_first_did_not_begin_it() -> None:
    """c0 has half of the SIMs on hss-0."""
    room = Room(fleet(meters=0))
    room.outage(where={"hss": "hss-0"})
    for place in (1, 2, 3):
        room.case(0, place, minute=place)
    for n in range(4, 44, 4):
        room.case(n, minute=12 + n / 4)
    best = room.explained()[0]
    assert best.where == {"hss": "hss-0"}
    assert best.note == ""


def test_cases_that_were_open_long_before_say_nothing_of_what_it_is() -> None:
    room = Room(fleet(meters=0))
    for n in range(40, 120):
        room.case(n, minute=-300)
    for n in (1, 5, 9, 13, 17):
        room.case(n)
    room.outage(where={"hss": "hss-1"}, grounds=Grounds(case_count=5, cases=("/81", "/82")))
    best = room.explained()[0]
    assert best.where == {"hss": "hss-1"}
    assert best.stands
    assert (best.affected, best.outside, best.coverage) == (5, 0, 1.0)


def test_a_group_that_chance_hardly_brings_stands_though_few_cases_say_no_more_yet() -> None:
    for chance, expected in ((1e-4, [{"hss": "hss-1"}]), (0.2, []), (None, [])):
        room = Room(fleet(meters=0))
        for n in (1, 29, 57, 86):
            room.case(n)
        room.outage(where={"hss": "hss-1"}, grounds=Grounds(case_count=4, chance=chance))
        found = room.explained()
        assert found[0].where == {"hss": "hss-1"}
        assert found[0].score < 0.0
        assert standing(found) == expected


def test_a_group_that_chance_may_bring_stands_when_further_customers_say_so_too() -> None:
    """What its own cases share is no further proof: they were picked for it."""
    room = Room(fleet(meters=0))
    for n in (1, 29, 57, 85, 113):
        room.case(n)
    room.outage(where={"hss": "hss-1"}, grounds=Grounds(case_count=5, chance=0.1))
    assert room.explained()[0].score > 0.0
    assert standing(room.explained()) == []
    room.case(1, 2, minute=5)
    assert standing(room.explained()) == []
    for n in (9, 41):
        room.case(n, minute=6)
    assert standing(room.explained()) == [{"hss": "hss-1"}]


def test_an_alarm_on_it_is_further_proof() -> None:
    room = Room(fleet(meters=0))
    room.tell(alarm(1, Severity.MAJOR, hss="hss-1"))
    for n in (1, 29, 57, 85, 113):
        room.case(n)
    room.outage(where={"hss": "hss-1"}, grounds=Grounds(case_count=5, chance=0.1))
    assert standing(room.explained()) == [{"hss": "hss-1"}]


def parts(customers: int = 120) -> list[SimRange]:
    """Three of four with the APN iot.meter are on 4g; of the others every second is."""
    return [
        block(n, f"c{n}", apn="iot.meter" if n < 16 else f"apn-{n % 5}", hss=f"hss-{n % 4}", gateway=f"pgw-{n % 7}",
              rat="2g" if (n < 16 and n % 4 == 3) or (n >= 16 and n % 2) else "4g")
        for n in range(customers)
    ]  # fmt: skip


def test_what_the_group_was_made_for_stands_and_not_a_part_of_it_that_says_little_more() -> None:
    room = Room(parts())
    for n in (0, 1, 2, 4, 5, 6, 8, 9, 10, 3):
        room.case(n)
    room.outage(where={"apn": "iot.meter"})
    assert standing(room.explained()) == [{"apn": "iot.meter"}]


def test_a_part_that_says_clearly_more_takes_the_place_of_the_whole() -> None:
    ranges = [
        block(n, f"c{n}", apn="iot.meter" if n < 60 else f"apn-{n % 5}", hss=f"hss-{n % 6}", gateway=f"pgw-{n % 7}")
        for n in range(120)
    ]
    room = Room(ranges)
    for n in range(1, 60, 6):
        room.case(n)
    room.outage(where={"apn": "iot.meter"})
    best = room.explained()[0]
    assert best.where == {"apn": "iot.meter", "hss": "hss-1"}
    assert best.stands


def test_what_came_first_stays_first_until_something_else_is_clearly_better() -> None:
    for more, expected in (((), "hss-2"), ((21, 25, 29, 33, 37, 41), "hss-1")):
        room = Room(fleet(meters=0))
        room.outage(blocks=range(60))
        room.tell(OutageExplained("O-1", (one({"hss": "hss-2"}, stands=False),)), by="vaken/explaining")
        for n in (1, 5, 9, 13, 17, 2, 6, 10, 14, *more):
            room.case(n)
        assert room.explained()[0].where == {"hss": expected}


def test_many_mails_beside_a_group_of_one_mail_say_that_it_is_the_customer() -> None:
    ranges = [block(n, "acme" if n < 12 else f"c{n}", apn=f"apn-{n % 5}", hss=f"hss-{n % 4}") for n in range(100)]
    room = Room(ranges)
    room.outage(blocks=(0,))
    room.case(0, sims=500)
    assert standing(room.explained()) == []
    for n in range(1, 5):
        room.case(n, sims=10)
    found = room.explained()
    assert standing(found) == [{"customer": "acme"}]
    assert found[0].affected == 540


def alarm(number: int, severity: Severity = Severity.CRITICAL, **attributes: str) -> AlarmReported:
    return AlarmReported(
        AlarmEvent("nms", f"node-{number}", severity, id=str(number), attributes=attributes, time=START)
    )


def test_alarms_alone_explain_an_outage_by_what_their_object_serves() -> None:
    room = Room(fleet())
    room.tell(alarm(1, gateway="pgw-2"))
    room.outage(where={"gateway": "pgw-2"})
    (best, *_rest) = room.explained()
    assert best.where == {"gateway": "pgw-2"}
    assert best.stands
    assert best.coverage == 1.0
    assert best.outside == 0
    assert best.note == "alarms say so: C1"


def test_many_customers_who_share_something_else_outweigh_an_alarm() -> None:
    room = Room(fleet())
    room.tell(alarm(1, Severity.MAJOR, plan="gold"))
    room.outage(where={"plan": "gold"})
    for n in range(8):
        room.case(n)
    assert standing(room.explained()) == [{"apn": "iot.meter"}]


def test_a_few_cases_leave_it_to_the_alarm() -> None:
    room = Room(fleet())
    room.tell(alarm(1, gateway="pgw-2"))
    room.outage(where={"gateway": "pgw-2"})
    room.case(9)
    assert standing(room.explained()) == [{"gateway": "pgw-2"}]


def test_where_cases_say_a_visited_network_that_the_fleet_does_not_know_it_is_compared_with_other_cases() -> None:
    room = Room(fleet(meters=0))
    for n in range(60, 110):
        room.case(n, visited_network=f"2620{n % 4 + 2}", minute=-90)
    room.outage(blocks=(1, 6, 12, 23, 32, 45))
    for n in (1, 6, 12, 23, 32, 45):
        room.case(n, visited_network="24405")
    found = room.explained()
    best = next(one for one in found if one.where == {"visited_network": "24405"})
    assert best.stands
    assert best.total == 0
    assert "as cases say" in best.note


def test_a_service_is_a_symptom_and_never_stands() -> None:
    room = Room(fleet(meters=0))
    for n in range(60, 110):
        room.case(n, service=Service.DATA, country="SE", minute=-90)
    room.outage(blocks=(1, 6, 12, 23, 32, 45))
    for n in (1, 6, 12, 23, 32, 45):
        room.case(n, service=Service.VOICE, country="SE")
    assert standing(room.explained()) == []


def test_what_a_group_was_made_for_stands_on_less_than_a_value_that_nobody_suspected() -> None:
    for where, expected in (({"hss": "hss-1"}, [{"hss": "hss-1"}]), ({}, [])):
        room = Room(fleet(meters=0))
        room.outage(where=where, blocks=() if where else (1, 5, 9, 13, 17, 2))
        for n in (1, 5, 9, 13, 17, 2):
            room.case(n)
        found = room.explained()
        assert found[0].where == {"hss": "hss-1"}
        assert standing(found) == expected


def test_what_cases_say_is_no_candidate_while_nobody_knows_what_they_usually_say() -> None:
    room = Room(fleet())
    room.outage(where={"apn": "iot.meter"})
    for n in range(7):
        room.case(n, country="SE", service=Service.DATA)
    assert all(not {"country", "service"} & one.where.keys() for one in room.explained())


def test_a_group_that_a_person_made_is_explained_by_its_sims_alone() -> None:
    room = Room(fleet())
    ranges = tuple((str(BASE + n * SPAN), str(BASE + n * SPAN + 9)) for n in range(6))
    room.tell(OutageSuspected(outage="O-1", ranges=ranges), by="jl")
    best = room.explained()[0]
    assert best.where == {"apn": "iot.meter"}
    assert best.stands
    assert best.affected == 60


def test_in_a_fleet_of_one_customer_its_ranges_speak_for_themselves() -> None:
    ranges = [block(n, "retail", apn="iot.meter" if n < 8 else f"apn-{n % 9}", hss=f"hss-{n % 4}") for n in range(120)]
    room = Room(ranges)
    room.outage(blocks=range(8))
    for n in range(8):
        room.case(n)
    assert standing(room.explained()) == [{"apn": "iot.meter"}]


def test_values_that_mean_the_same_sims_are_named_beside_each_other() -> None:
    ranges = [block(n, f"c{n}", apn="iot.meter" if n < 8 else "else", site="north" if n < 8 else f"s{n % 9}")
              for n in range(120)]  # fmt: skip
    room = Room(ranges)
    room.outage(where={"apn": "iot.meter"})
    for n in range(8):
        room.case(n)
    best = room.explained()[0]
    assert best.where in ({"apn": "iot.meter"}, {"site": "north"})
    assert "cannot be told apart from" in best.note


def test_without_an_inventory_nothing_is_explained_and_nothing_breaks() -> None:
    room = Room(())
    ranges = ((str(BASE), str(BASE + 99)),)
    room.tell(OutageSuspected(outage="O-1", ranges=ranges))
    room.case(0)
    assert standing(room.explained()) == []


def test_an_outage_that_is_over_is_no_question() -> None:
    room = Room(fleet())
    room.outage(where={"apn": "iot.meter"})
    room.tell(OutageMoved("O-1", OutageState.REJECTED), by="jl")
    assert question(room.board, "O-1") is None
    assert question(room.board, "O-9") is None


def test_the_order_in_which_cases_came_does_not_change_the_answer() -> None:
    found = []
    for order in (range(7), reversed(range(7))):
        room = Room(fleet())
        room.outage(where={"apn": "iot.meter"})
        for n in order:
            room.case(n, sims=n + 1)
        found.append(room.explained())
    assert found[0] == found[1]


def test_questions_are_the_same_until_something_that_matters_moves() -> None:
    room = Room(fleet())
    room.outage(where={"apn": "iot.meter"})
    room.case(1)
    before = question(room.board, "O-1")
    room.tell(CustomersStated((Customer(id="c77", name="Nobody"),)))
    same = question(room.board, "O-1")
    room.case(2)
    after = question(room.board, "O-1")
    assert before is not None
    assert same is not None
    assert after is not None
    assert same.same_as(before)
    assert not after.same_as(before)


# -- news ------------------------------------------------------------------------------------------------------------


def one(where: dict[str, str], *, stands: bool = True, coverage: float = 0.9, affected: int = 100) -> Explanation:
    return Explanation(where, coverage, 0.04, affected=affected, total=1000, stands=stands)


def decided(room: Room, *found: Explanation, after: timedelta = AGAIN) -> list[Fact]:
    return news(room.board, "O-1", found, room.board.at + after)


@pytest.fixture
def told() -> Room:
    room = Room(fleet())
    room.outage(where={"apn": "iot.meter"})
    room.tell(OutageExplained("O-1", (one({"apn": "iot.meter"}),)), by="vaken/explaining")
    return room


def test_the_first_answer_is_news_and_no_candidate_at_all_is_none() -> None:
    room = Room(fleet())
    room.outage(where={"apn": "iot.meter"})
    assert news(room.board, "O-1", ()) == []
    assert news(room.board, "O-1", (one({"apn": "iot.meter"}),)) == [
        OutageExplained("O-1", (one({"apn": "iot.meter"}),))
    ]


@pytest.mark.parametrize(
    ("found", "is_news"),
    [
        ((one({"apn": "iot.meter"}),), False),
        ((one({"apn": "iot.meter"}, coverage=0.92),), False),
        ((one({"apn": "iot.meter"}, affected=110),), False),
        ((one({"apn": "iot.meter"}, coverage=0.97),), True),
        ((one({"apn": "iot.meter"}, affected=130),), True),
        ((one({"apn": "iot.meter"}, stands=False),), True),
        ((one({"hss": "hss-1"}), one({"apn": "iot.meter"}, stands=False)), True),
        ((), True),
    ],
)
def test_news_is_another_first_candidate_another_verdict_or_numbers_that_moved_clearly(
    told: Room, found: tuple[Explanation, ...], is_news: bool
) -> None:
    assert bool(decided(told, *found)) is is_news


def test_an_outage_is_not_explained_anew_within_a_few_seconds(told: Room) -> None:
    other = one({"hss": "hss-1"})
    assert decided(told, other, after=AGAIN - timedelta(seconds=1)) == []
    assert decided(told, other, after=AGAIN) == [OutageExplained("O-1", (other,))]


def test_history_says_what_explains_an_outage_and_what_does_no_longer(told: Room) -> None:
    told.tell(OutageExplained("O-1", (one({"hss": "hss-1"}, coverage=0.98),)), by="vaken/explaining")
    told.tell(OutageExplained("O-1", (one({"hss": "hss-1"}, stands=False),)), by="vaken/explaining")
    assert [line.what for line in told.board.outages.timelines["O-1"]][1:] == [
        "explained by apn iot.meter: 90 % of the affected, 4 % of the fleet",
        "explained by hss hss-1: 98 % of the affected, 4 % of the fleet; no longer explained by apn iot.meter",
        "no longer explained by hss hss-1",
    ]


def test_earlier_answers_are_kept_up_to_a_number(told: Room) -> None:
    for n in range(100):
        told.tell(OutageExplained("O-1", (one({"apn": "iot.meter"}, coverage=n / 100),)), by="vaken/explaining")
    looks = told.board.explanations.latest["O-1"].looks
    assert len(looks) == 60
    assert looks[-1] == {"apn iot.meter": 0.99}


def test_what_a_person_says_is_measured_stays_and_can_be_taken_back(told: Room) -> None:
    told.tell(ExplanationChosen("O-1", {"hss": "hss-2"}, "the vendor confirms"), by="jl")
    told.case(1)
    said = told.board.explanations.chosen["O-1"]
    assert (said.where, said.by, said.reason) == ({"hss": "hss-2"}, "jl", "the vendor confirms")
    assert {"hss": "hss-2"} in [one.where for one in told.explained()]
    assert told.board.outages.outages["O-1"].seq == said_at(told)
    told.tell(ExplanationChosen("O-1", {}), by="jl")
    assert "O-1" not in told.board.explanations.chosen
    assert [line.what for line in told.board.outages.timelines["O-1"]][-2:] == [
        "says: hss hss-2: the vendor confirms",
        "takes back that it is hss hss-2",
    ]


def said_at(room: Room) -> int:
    return next(line.seq for line in room.board.outages.timelines["O-1"] if line.what.startswith("says"))


def test_a_word_about_an_outage_that_was_merged_is_about_the_one_it_went_into(told: Room) -> None:
    told.outage("O-2", blocks=(50,))
    told.tell(OutageMerged("O-2", "O-1"))
    told.tell(ExplanationChosen("O-2", {"hss": "hss-2"}), by="jl")
    assert told.board.explanations.chosen.keys() == {"O-1"}


def test_explanations_outlive_a_snapshot(told: Room) -> None:
    told.tell(ExplanationChosen("O-1", {"hss": "hss-2"}), by="jl")
    again = Board.load(told.board.dump())
    assert again.explanations.latest == told.board.explanations.latest
    assert again.explanations.chosen == told.board.explanations.chosen
    assert again.dump() == told.board.dump()


def test_an_answer_is_a_fact_of_a_bounded_size() -> None:
    room = Room(fleet(400, 30))
    room.outage(where={"apn": "iot.meter"})
    for n in range(400):
        room.case(n, sims=3)
    assert len(msgspec.json.encode(OutageExplained("O-1", room.explained()))) < 20_000
