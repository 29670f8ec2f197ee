"""The desk's figures: what counts as a contact of today, how long calls took, how old open cases are."""

from datetime import UTC, datetime, timedelta

import pytest

from feeds.board import Board
from feeds.board.desk import figures as desk_rules
from feeds.facts import CaseReported, DeskStated
from feeds.model import CaseEvent, CaseKind, CaseState, Channel, Desk, DeskRow
from tests.views.telling import rows, tell

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
"""Monday noon in Stockholm."""
MIDNIGHT = datetime(2026, 11, 22, 23, tzinfo=UTC)


def said(number: int, at: datetime, **more: object) -> CaseReported:
    values: dict[str, object] = {"time": at, "opened": at, **more}
    return CaseReported(CaseEvent(number=str(number), **values))  # type: ignore[arg-type]


def figures(board: Board, at: datetime = NOON) -> dict[str, DeskRow]:
    tell(board, DeskStated(board.desk), at=at)  # the board's time goes on
    return {row.key: row for row in rows(board, "desk", DeskRow)}


def test_contacts_of_today_are_cases_opened_since_the_desks_midnight() -> None:
    board = Board()
    tell(board, said(1, MIDNIGHT - timedelta(minutes=1)), at=MIDNIGHT)
    tell(board, said(2, MIDNIGHT), said(3, NOON - timedelta(hours=1)), at=NOON - timedelta(hours=1))
    contacts = figures(board)["contacts"]
    assert (contacts.count, contacts.value, contacts.unit) == (2, 2.0, "contacts")
    assert contacts.usual == pytest.approx((180 + 1740) * 12 / 365.2425, abs=0.01)


def test_a_further_message_of_the_customer_is_a_contact_and_its_repeat_is_not() -> None:
    board = Board()
    tell(board, said(1, MIDNIGHT), at=MIDNIGHT)
    later = MIDNIGHT + timedelta(hours=2)
    for _ in range(2):
        tell(board, said(1, later, opened=MIDNIGHT, contact=True, adds=True), at=later)
    tell(board, said(1, later, opened=MIDNIGHT, contact=True, adds=True, owner="bo"), at=later)
    tell(board, said(1, later + timedelta(hours=1), opened=MIDNIGHT, owner="eva"), at=later)
    assert figures(board)["contacts"].count == 2
    assert figures(board, NOON + timedelta(days=1))["contacts"].count == 0


def test_messages_are_forgotten_when_no_time_zone_has_their_day_any_more() -> None:
    board = Board()
    for day in range(5):
        at = MIDNIGHT + timedelta(days=day)
        tell(board, said(1, at, contact=True), at=at)
    assert len(board.figures.messages) == 3


def test_the_mean_call_is_of_todays_calls_whose_length_is_known() -> None:
    board = Board()
    hour = timedelta(hours=1)
    tell(
        board,
        said(1, MIDNIGHT + hour, channel=Channel.CALL, handled=300),
        said(2, MIDNIGHT + hour, channel=Channel.CALL, handled=401, state=CaseState.CLOSED),
        said(3, MIDNIGHT + hour, channel=Channel.CALL),
        said(4, MIDNIGHT + hour, channel=Channel.EMAIL, handled=4_000),
        said(5, MIDNIGHT - hour, channel=Channel.CALL, handled=4_000),
        at=MIDNIGHT + hour,
    )
    calls = figures(board)["calls"]
    assert (calls.count, calls.value, calls.usual, calls.over) == (2, 350.5, 320.0, 1)


def test_a_later_event_without_a_length_leaves_the_length_that_is_known() -> None:
    board = Board()
    tell(board, said(1, MIDNIGHT, channel=Channel.CALL, handled=300), at=MIDNIGHT)
    tell(board, said(1, NOON, opened=MIDNIGHT, channel=Channel.CALL, owner="eva"), at=NOON)
    assert board.cases.open["native/1"].handled == 300
    tell(board, said(1, NOON, opened=MIDNIGHT, channel=Channel.CALL, handled=360, owner="bo"), at=NOON)
    assert board.cases.open["native/1"].handled == 360
    assert figures(board)["calls"].value == 360.0


def test_old_calls_are_forgotten_and_todays_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_rules, "CALLS_LOOKED_THROUGH", 3)
    board = Board()
    for number in range(12):
        at = MIDNIGHT + timedelta(hours=12 * number)
        tell(board, said(number, at, channel=Channel.CALL, handled=100), at=at)
    assert len(board.figures._calls) < 10
    assert figures(board, MIDNIGHT + timedelta(hours=12 * 11))["calls"].count == 2


def test_open_and_pending_cases_are_aged_by_kind_in_working_days() -> None:
    board = Board()
    week = NOON - timedelta(days=7)
    tell(
        board,
        said(1, week),
        said(2, NOON - timedelta(days=28), state=CaseState.PENDING),
        said(3, week, state=CaseState.CLOSED),
        said(4, NOON, kind=CaseKind.ORDER),
        at=NOON,
    )
    found = figures(board)
    incident = found["incident"]
    assert (incident.count, incident.value, incident.usual) == (2, 12.5, 9.3)
    assert (incident.oldest, incident.over, incident.unit) == (20.0, 1, "working days")
    assert (found["order"].count, found["order"].value) == (1, 0.0)
    assert (found["service request"].count, found["service request"].value) == (0, None)


def test_a_case_that_changes_its_kind_or_closes_is_counted_where_it_is() -> None:
    board = Board()
    tell(board, said(1, MIDNIGHT), said(2, MIDNIGHT), at=MIDNIGHT)
    tell(
        board,
        said(1, NOON, opened=MIDNIGHT, kind=CaseKind.ORDER),
        said(2, NOON, opened=MIDNIGHT, state=CaseState.CLOSED),
        at=NOON,
    )
    found = figures(board)
    assert (found["incident"].count, found["order"].count) == (0, 1)
    tell(board, said(2, NOON + timedelta(minutes=1), opened=MIDNIGHT), at=NOON + timedelta(minutes=1))
    assert figures(board, NOON + timedelta(minutes=1))["incident"].count == 1


def test_what_is_usual_is_what_was_stated() -> None:
    board = Board()
    tell(board, DeskStated(Desk(monthly={Channel.CALL: 365.2425}, usual_days={CaseKind.ORDER: 3.0}, call_target=200.0)))
    found = figures(board)
    assert [found[key].usual for key in ("contacts", "order", "calls", "incident")] == [12.0, 3.0, 200.0, None]


def test_a_calendar_that_is_not_known_here_leaves_the_figures_empty() -> None:
    board = Board()
    tell(board, DeskStated(Desk(country="XX")))
    assert {row.value for row in figures(board).values()} == {None}


def test_the_figures_are_the_same_after_a_restart() -> None:
    board = Board()
    tell(board, said(1, MIDNIGHT, channel=Channel.CALL, handled=300), said(2, MIDNIGHT), at=MIDNIGHT)
    tell(board, said(2, NOON, opened=MIDNIGHT, contact=True), at=NOON)
    before = figures(board)
    assert figures(Board.load(board.dump())) == before
