"""Cases on the board: the newest word of the ticket system counts; SIMs and customer come from the inventory of now."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board, Touched
from feeds.board import cases as case_rules
from feeds.board.counts import minute_key
from feeds.facts import CaseReported, CustomersStated, Entry, Fact, RangesStated
from feeds.model import (
    Case,
    CaseEvent,
    CaseState,
    Channel,
    Contact,
    ContactChannel,
    Customer,
    Service,
    SimRange,
)
from feeds.simspace import SimSpan
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
ARRIVAL = START + timedelta(hours=1)
KEY = "desk/100"

ACME = Customer(
    id="c1",
    name="Acme Lifts",
    contacts=(Contact(channel=ContactChannel.EMAIL, address="NOC@acme-lifts.example"),),
    domains=("acme.example",),
)
RANGE = SimRange(
    first="894620002000000000",
    last="894620002000000999",
    customer="c1",
    imsi_first="240011000000000",
    msisdn_first="46700100000",
)


def sec(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def tell(board: Board, *facts: Fact, at: datetime = ARRIVAL) -> Touched:
    touched = Touched()
    board.apply([Entry(board.seq + n, at, "desk", fact) for n, fact in enumerate(facts, start=1)], touched)
    return touched


def event(second: float | None, state: CaseState = CaseState.OPEN, title: str = "", number: str = "100") -> CaseEvent:
    time = sec(second) if second is not None else None
    return CaseEvent(number=number, source="desk", state=state, time=time, title=title)


def after(*events: CaseEvent, at: datetime = ARRIVAL) -> Board:
    board = Board()
    tell(board, *(CaseReported(one) for one in events), at=at)
    return board


def only(board: Board) -> Case:
    (case,) = [*board.cases.open.values(), *board.cases.closed.values()]
    return case


def sims(kind: str, first: int, last: int) -> tuple[SimSpan, ...]:
    return (SimSpan(kind, str(first), str(last)),)  # type: ignore[arg-type]


# -- one case --------------------------------------------------------------------------------------------------------


def test_the_first_event_opens_a_case() -> None:
    case = only(after(event(1, title="no data")))
    assert (case.key, case.opened, case.changed, case.state, case.title) == (
        KEY,
        sec(1),
        sec(1),
        CaseState.OPEN,
        "no data",
    )


def test_a_case_without_times_opened_when_it_came() -> None:
    assert only(after(event(None))).opened == ARRIVAL


def test_the_ticket_system_knows_when_it_was_opened() -> None:
    one = CaseEvent(number="100", source="desk", time=sec(9), opened=sec(3))
    assert only(after(one)).opened == sec(3)


def test_a_later_event_replaces_the_earlier_one_but_not_the_opening() -> None:
    case = only(after(event(1, title="no data"), event(5, CaseState.PENDING, "no data at all")))
    assert (case.title, case.state, case.opened, case.changed) == ("no data at all", CaseState.PENDING, sec(1), sec(5))


def test_a_pending_case_is_an_open_one() -> None:
    assert set(after(event(1, CaseState.PENDING)).cases.open) == {KEY}


def test_closing_and_reopening_move_the_case() -> None:
    board = after(event(1), event(5, CaseState.CLOSED))
    assert not board.cases.open
    assert only(board).closed == sec(5)
    tell(board, CaseReported(event(9)))
    assert set(board.cases.open) == {KEY}
    assert only(board).closed is None
    assert only(board).opened == sec(1)


def test_an_update_of_a_closed_case_keeps_the_time_of_closing() -> None:
    assert only(after(event(1), event(5, CaseState.CLOSED), event(9, CaseState.CLOSED, "thanks"))).closed == sec(5)


def test_an_event_that_comes_late_changes_nothing() -> None:
    board = after(event(5, title="new"))
    before = only(board)
    touched = tell(board, CaseReported(event(3, CaseState.CLOSED, "old")))
    assert only(board) is before
    assert not touched.cases


def test_the_same_event_again_changes_nothing() -> None:
    board = after(event(5))
    before = only(board)
    assert not tell(board, CaseReported(event(5))).cases
    assert not tell(board, CaseReported(event(None))).cases
    assert only(board) is before


def test_a_repeat_with_a_later_time_makes_what_lies_between_late() -> None:
    board = after(event(1), event(5), event(3, CaseState.CLOSED))
    assert set(board.cases.open) == {KEY}
    assert only(board).seq == 1


def test_a_repeated_opening_of_the_time_of_closing_does_not_reopen() -> None:
    assert not after(event(5), event(5, CaseState.CLOSED), event(5)).cases.open


def test_without_times_the_order_of_arrival_counts() -> None:
    board = after(event(None), event(None, CaseState.CLOSED))
    assert only(board).closed == ARRIVAL
    tell(board, CaseReported(event(None)), at=ARRIVAL + timedelta(minutes=1))
    assert set(board.cases.open) == {KEY}


def test_an_update_without_time_is_not_undone_by_a_repeat_of_a_source_whose_clock_is_ahead() -> None:
    board = after(event(60), event(None, CaseState.CLOSED), event(60), at=START)
    assert not board.cases.open
    assert only(board).changed == sec(60)


def test_a_time_far_ahead_is_not_believed_so_that_the_closing_is_still_heard() -> None:
    board = Board()
    tell(board, CaseReported(event(90 * 86_400)), at=sec(1))
    assert only(board).opened == only(board).changed == sec(1)
    tell(board, CaseReported(event(5, CaseState.CLOSED)), at=sec(5))
    assert not board.cases.open


def test_the_same_number_of_two_ticket_systems_is_two_cases() -> None:
    board = after(event(1))
    tell(board, CaseReported(CaseEvent(number="100", source="zammad", state=CaseState.CLOSED)))
    assert (set(board.cases.open), set(board.cases.closed)) == ({KEY}, {"zammad/100"})


def test_the_oldest_closed_cases_are_forgotten_and_open_ones_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_rules, "CLOSED_KEPT", 4)
    monkeypatch.setattr(case_rules, "FORGOTTEN_AT_ONCE", 2)
    board = Board()
    tell(board, *(CaseReported(event(1, number=f"o{n}")) for n in range(9)))
    touched = tell(board, *(CaseReported(event(2, CaseState.CLOSED, number=f"c{n}")) for n in range(6)))
    assert list(board.cases.closed) == [f"desk/c{n}" for n in range(2, 6)]
    assert {"desk/c0", "desk/c1"} <= touched.cases
    assert len(board.cases.open) == 9


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(CaseState), st.sampled_from(["x", "y"])), max_size=9),
    st.data(),
)
@settings(max_examples=examples(150))
def test_the_newest_event_of_each_case_counts_in_any_order_and_however_often_delivered(
    story: list[tuple[str, CaseState, str]], data: st.DataObject
) -> None:
    events = [event(second, state, title, number) for second, (number, state, title) in enumerate(story)]
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=6)) if events else []
    board = after(*data.draw(st.permutations([*events, *repeats])))
    newest = {f"desk/{one.number}": (one.state, one.title) for one in events}
    held = {**board.cases.open, **board.cases.closed}
    assert {key: (case.state, case.title) for key, case in held.items()} == newest
    assert all(case.state is not CaseState.CLOSED for case in board.cases.open.values())
    assert all(case.state is CaseState.CLOSED for case in board.cases.closed.values())
    assert set(board.cases.bodies) == set(board.cases.customer_of) == set(board.cases.open)


# -- whose SIMs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "first"), [("iccid", 894620002000000010), ("imsi", 240011000000010), ("msisdn", 46700100010)]
)
def test_identifiers_of_every_kind_become_bodies_also_when_the_inventory_comes_later(kind: str, first: int) -> None:
    board = Board()
    tell(board, CaseReported(event(1), sims=sims(kind, first, first + 4)))
    touched = tell(board, RangesStated((RANGE,)))
    assert board.cases.bodies[KEY].pairs() == [(894620002000000010, 894620002000000014)]
    assert touched.inventory
    assert KEY in touched.cases


def test_imsis_that_no_range_holds_are_left_out_and_not_guessed() -> None:
    board = Board()
    tell(board, RangesStated((RANGE,)), CaseReported(event(1), sims=sims("imsi", 240019000000000, 240019000000009)))
    assert not board.cases.bodies[KEY]
    assert board.cases.customer_of[KEY] == ""


def test_only_the_part_of_an_imsi_run_that_the_range_holds_counts() -> None:
    board = Board()
    tell(board, RangesStated((RANGE,)), CaseReported(event(1), sims=sims("imsi", 240011000000998, 240011000001050)))
    assert board.cases.bodies[KEY].pairs() == [(894620002000000998, 894620002000000999)]


@pytest.mark.parametrize(
    "written",
    ["c1", "C1", "Acme Lifts", "ACME LIFTS", "noc@acme-lifts.example", "someone.else@acme.example", "acme.example"],
)
def test_the_customer_is_known_by_id_name_address_or_domain(written: str) -> None:
    board = Board()
    tell(board, CaseReported(CaseEvent(number="100", source="desk", customer=written)))
    assert board.cases.customer_of[KEY] == written
    tell(board, CustomersStated((ACME,)))
    assert board.cases.customer_of[KEY] == "c1"


def test_an_unknown_customer_stays_as_it_was_written() -> None:
    board = Board()
    tell(
        board,
        CustomersStated((ACME,)),
        CaseReported(CaseEvent(number="100", source="desk", customer="x@other.example")),
    )
    assert board.cases.customer_of[KEY] == "x@other.example"


def test_without_a_customer_the_owner_of_the_first_sim_is_meant() -> None:
    board = Board()
    tell(
        board,
        RangesStated((RANGE,)),
        CaseReported(event(1), sims=sims("iccid", 894620002000000500, 894620002000000500)),
    )
    assert board.cases.customer_of[KEY] == "c1"


def test_a_closed_case_has_no_sims_in_trouble() -> None:
    board = Board()
    tell(board, RangesStated((RANGE,)))
    tell(board, CaseReported(event(1), sims=sims("imsi", 240011000000000, 240011000000000)))
    tell(board, CaseReported(event(2, CaseState.CLOSED), sims=sims("imsi", 240011000000000, 240011000000000)))
    assert KEY not in board.cases.bodies
    assert KEY not in board.cases.customer_of


# -- counts ----------------------------------------------------------------------------------------------------------


def counted(board: Board) -> dict[str, dict[str, int]]:
    return {minute_key(minute): counts for minute, counts in board.counts.minutes.items()}


def test_a_case_counts_once_in_the_minute_it_was_opened_whatever_happens_to_it() -> None:
    board = after(event(30), event(90, title="more"), event(150, CaseState.CLOSED), event(200), event(30))
    assert counted(board) == {"2026-02-03T01:02Z": {"api/data": 1}}


def test_cases_are_counted_by_channel_and_service() -> None:
    board = Board()
    for number, (channel, service) in enumerate(
        [(Channel.CALL, Service.SMS), (Channel.CALL, Service.SMS), (Channel.EMAIL, Service.DATA)]
    ):
        one = CaseEvent(number=str(number), channel=channel, service=service, opened=sec(0))
        tell(board, CaseReported(one))
    assert counted(board) == {"2026-02-03T01:02Z": {"call/sms": 2, "e-mail/data": 1}}
    assert board.counts.recent(sec(0), 1) == 3
    assert board.counts.recent(sec(600), 10) == 0
    assert board.counts.recent(sec(540), 10) == 3


@pytest.mark.parametrize("days", [-8, 1, -4000, 4000])
def test_an_opening_time_far_from_the_logs_own_is_not_believed_and_arrival_counts(days: int) -> None:
    one = CaseEvent(number="100", source="desk", opened=ARRIVAL + timedelta(days=days))
    assert counted(after(one)) == {"2026-02-03T02:02Z": {"api/data": 1}}


def test_a_case_from_some_days_ago_counts_on_its_day() -> None:
    one = CaseEvent(number="100", source="desk", opened=ARRIVAL - timedelta(days=6))
    assert counted(after(one)) == {"2026-01-28T02:02Z": {"api/data": 1}}


def test_minutes_are_utc_whatever_zone_the_source_lives_in() -> None:
    one = CaseEvent(number="100", source="desk", opened=datetime.fromisoformat("2026-02-03T06:47:59+05:45"))
    assert counted(after(one)) == {"2026-02-03T01:02Z": {"api/data": 1}}


def test_counts_older_than_eight_days_are_forgotten() -> None:
    board = Board()
    minutes = 8 * 24 * 60 + 3
    for minute in range(minutes):
        board.counts.alarm_events(1, START + timedelta(minutes=minute), Touched())
    assert min(board.counts.minutes) == int(START.timestamp()) // 60 + 2
    assert len(board.counts.minutes) == minutes - 2


def _message(board: Board, seq: int, sims: tuple[SimSpan, ...], minute: int, text: str) -> None:
    event = CaseEvent(number="7", source="zammad", text=text, adds=True, time=START + timedelta(minutes=minute))
    board.apply([Entry(seq, START + timedelta(minutes=minute), "zammad", CaseReported(event, sims))], Touched())


def test_messages_of_one_case_add_up_their_sims_and_the_first_text_stays() -> None:
    board = Board()
    one, two = (
        SimSpan("iccid", "894620002000000001", "894620002000000001"),
        SimSpan("imsi", "240010000000007", "240010000000009"),
    )
    _message(board, 1, (one,), 0, "our meter is silent")
    _message(board, 2, (), 5, "we look into it")
    _message(board, 3, (two,), 9, "these as well")
    case = board.cases.open["zammad/7"]
    assert case.sims == (one, two)
    assert case.text == "our meter is silent"


def test_a_message_that_comes_late_still_adds_its_sims() -> None:
    board = Board()
    span = SimSpan("iccid", "894620002000000001", "894620002000000001")
    _message(board, 1, (), 9, "the answer")
    _message(board, 2, (span,), 0, "the question")
    case = board.cases.open["zammad/7"]
    assert case.sims == (span,)
    assert case.changed == START + timedelta(minutes=9)
