"""How many alarms come for each person, which of them are bad ones, and what is put aside."""

from datetime import datetime, timedelta

import pytest

from feeds.board import Board, Touched
from feeds.facts import AlarmReported, AlarmShelved, DeskStated, Entry, Fact
from feeds.model import AlarmEvent, AlarmRow, Desk, FloodRow, Severity
from feeds.views import Query, board_source
from feeds.views.sources.flood import FloodSource
from tests.views.test_sources import START

KEY = "nms/7"


def later(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def tell(board: Board, fact: Fact, minutes: float) -> None:
    board.apply([Entry(board.seq + 1, later(minutes), "nms", fact)], Touched())


def turn(board: Board, severity: Severity, minutes: float, id: str = "7") -> None:
    tell(board, AlarmReported(AlarmEvent("nms", "pgw-1", severity, id=id, time=later(minutes))), minutes)


def flaps(times: int, every: float = 2.0) -> Board:
    """An alarm that is raised so many times, cleared between."""
    board = Board()
    for number in range(times):
        turn(board, Severity.MAJOR, number * every)
        turn(board, Severity.CLEARED, number * every + every / 2)
    return board


def flood(board: Board, minutes: float) -> FloodRow:
    row = FloodSource(board, now=lambda: later(minutes)).row("all")
    assert isinstance(row, FloodRow)
    return row


def filtered(board: Board, filter: str, minutes: float) -> list[str]:
    query = Query(board_source(board, "alarms"), "", filter, lambda: later(minutes))
    return [row.key for row in query.rows(0, 99)]


def test_raises_of_the_last_ten_minutes_are_counted_with_each_time_that_an_alarm_comes_again() -> None:
    board = flaps(4)
    turn(board, Severity.MAJOR, 7, "8")
    turn(board, Severity.MAJOR, 8, "8")  # a repeat is no raise
    assert flood(board, 8).raised == 5
    assert flood(board, 8).trend[-2:] == (0, 5)
    assert flood(board, 15).raised == 2
    assert flood(board, 15).trend[-2:] == (3, 2)


def test_people_on_duty_are_those_of_the_desk() -> None:
    board = flaps(1)
    assert flood(board, 1).on_duty == 1
    tell(board, DeskStated(Desk(on_duty=3)), 1)
    assert flood(board, 1).on_duty == 3


@pytest.mark.parametrize(("times", "chatters"), [(2, False), (3, True), (12, True)])
def test_three_raises_within_ten_minutes_are_chatter_and_the_filter_finds_them(times: int, chatters: bool) -> None:
    board = flaps(times, every=1.0)
    assert flood(board, times).chattering == int(chatters)
    assert (filtered(board, "chatter:<10m", times) == [KEY]) is chatters
    assert flood(board, times + 12).chattering == 0


def test_raises_far_apart_are_no_chatter() -> None:
    assert flood(flaps(3, every=11.0), 23).chattering == 0


def test_an_alarm_of_more_than_a_day_is_stale() -> None:
    board = Board()
    turn(board, Severity.MAJOR, 0)
    assert flood(board, 24 * 60).stale == 0
    assert flood(board, 24 * 60 + 1).stale == 1
    assert filtered(board, "-severity:cleared raised:>1d", 24 * 60 + 1) == [KEY]


def test_a_shelved_alarm_is_counted_as_such_alone_until_its_time_is_over_also_when_it_comes_again() -> None:
    board = flaps(3, every=1.0)
    turn(board, Severity.MAJOR, 4)
    tell(board, AlarmShelved(KEY, later(60), "known fault"), 5)
    row = flood(board, 6)
    assert (row.shelved, row.active, row.unacknowledged, row.chattering) == (1, 0, 0, 0)
    assert filtered(board, "-shelved:<0s", 6) == []
    turn(board, Severity.CLEARED, 7)
    turn(board, Severity.MAJOR, 8)
    assert filtered(board, "shelved:<0s", 8) == [KEY]
    alarm = board_source(board, "alarms").row(KEY)
    assert isinstance(alarm, AlarmRow)
    assert alarm.shelved_by == "nms"
    assert flood(board, 61).shelved == 0
    assert filtered(board, "-shelved:<0s", 61) == [KEY]


def test_an_alarm_is_taken_off_the_shelf() -> None:
    board = Board()
    turn(board, Severity.MAJOR, 0)
    tell(board, AlarmShelved(KEY, later(60)), 1)
    tell(board, AlarmShelved(KEY), 2)
    assert (flood(board, 3).shelved, flood(board, 3).active) == (0, 1)


def test_all_of_it_is_the_same_after_a_restart() -> None:
    board = flaps(4, every=1.0)
    tell(board, AlarmShelved(KEY, later(60)), 5)
    again = Board.load(board.dump())
    assert again.dump() == board.dump()
    assert flood(again, 6) == flood(board, 6)
    assert again.alarms.chatter == board.alarms.chatter
