"""The curve of cases beside what is usual, and the surges."""

from datetime import timedelta
from itertools import pairwise

import pytest

from feeds.board import Board
from feeds.facts import SurgeBegan, SurgeEnded, SurgeGrew
from feeds.model import CaseKind, Channel, CurveRow, SurgeRow
from feeds.views import BadQuery, Query, board_source
from feeds.views.sources.surges import CurveSource
from tests.views.telling import START, case, rows, tell

CALL = {"channel": Channel.CALL}


def board_with_cases() -> Board:
    board = Board()
    for number, (minutes, more) in enumerate([(0, CALL), (0, {}), (12, {}), (700, CALL), (2_000, {})]):
        tell(board, case(str(number), opened=START - timedelta(minutes=minutes), **more))
    return board


def seen(board: Board, of: str = "") -> dict[int, int]:
    """Place from the end → cases, of stretches that have some."""
    found = rows(board, "curve", CurveRow, of)
    return {len(found) - 1 - place: row.seen for place, row in enumerate(found) if row.seen}


def test_the_curve_is_of_the_last_day_in_stretches_of_ten_minutes() -> None:
    found = rows(board_with_cases(), "curve", CurveRow)
    assert [row.key for row in found] == [str(place) for place in range(144)]
    assert {row.minutes for row in found} == {10.0}
    assert all(after.start - row.start == timedelta(minutes=10) for row, after in pairwise(found))
    assert found[-1].start <= START < found[-1].start + timedelta(minutes=10)
    assert seen(board_with_cases()) == {0: 2, 1: 1, 70: 1}
    assert found[-1].by == {"call/data": 1, "api/data": 1}


def test_a_curve_has_the_length_that_is_asked_for() -> None:
    board = board_with_cases()
    assert len(rows(board, "curve", CurveRow, "60/48")) == 48
    assert seen(board, "60/48") == {0: 2, 1: 1, 12: 1, 34: 1}
    assert seen(board, "1440/84") == {0: 3, 1: 1, 2: 1}
    assert seen(board, "5/2") == {0: 2}


def test_a_curve_may_be_of_one_channel_and_kind() -> None:
    board = board_with_cases()
    assert seen(board, "10/144/call") == {0: 1, 70: 1}
    assert seen(board, "60/48/call/incident") == {0: 1, 12: 1}
    assert seen(board, "60/48/order") == {}
    whole, calls = (rows(board, "curve", CurveRow, of) for of in ("10/144", "10/144/call"))
    assert all(0 < part.usual < row.usual for part, row in zip(calls, whole, strict=True))


def test_each_stretch_says_what_is_usual_then() -> None:
    found = rows(board_with_cases(), "curve", CurveRow, "60/168")
    assert all(0 <= row.low <= row.usual <= row.high for row in found)
    day = [row.usual for row in found if row.start.weekday() < 5 and row.start.hour == 10]
    night = [row.usual for row in found if row.start.hour == 2]
    assert min(day) > 2 * max(night)


def test_hours_beyond_the_single_minutes_are_remembered_by_hour() -> None:
    board = Board()
    tell(board, case("1"), case("2"))
    later = START + timedelta(days=30)
    tell(board, case("3"), at=later)
    assert seen(board, "60/1000") == {0: 1, 720: 2}


@pytest.mark.parametrize(
    "of",
    ["10", "10/", "/144", "0/144", "10/0", "-10/144", "10/144/phone", "10/144/call/call", "10/144/incident/call",
     "10/1153", "90/2000", "60/2017", "99999999999999999999/1", "1/99999999999999999999", "ten/144", "١٠/١"],
)  # fmt: skip
def test_a_curve_that_cannot_be_drawn_is_refused(of: str) -> None:
    with pytest.raises(BadQuery, match="of:"):
        board_source(Board(), "curve", of)


def test_a_curve_goes_on_by_the_clock_though_nothing_comes() -> None:
    board = board_with_cases()
    now = START
    query = Query(CurveSource(board, "10/6", lambda: now))
    assert [row.seen for row in query.rows(0, 9) if isinstance(row, CurveRow)][-2:] == [1, 2]
    now += timedelta(minutes=20)
    query.touch_all()
    query.refresh()
    assert [row.seen for row in query.rows(0, 9) if isinstance(row, CurveRow)] == [0, 0, 1, 2, 0, 0]


def surge(id: str, **more: object) -> SurgeBegan:
    return SurgeBegan(id, 10, START, 61, 2.1, 1.4, 3.3, 1e-10, **more)  # type: ignore[arg-type]


def test_a_surge_has_the_numbers_of_its_height() -> None:
    board = Board()
    touched = tell(board, surge("S-1", channel=Channel.CALL, kind=CaseKind.INCIDENT))
    assert touched.surges == {"S-1"}
    (row,) = rows(board, "surges", SurgeRow)
    assert (row.key, row.seen, row.usual, row.channel, row.kind, row.service) == (
        "S-1", 61, 2.1, "call", "incident", "",
    )  # fmt: skip
    assert (row.began, row.until, row.ended) == (START - timedelta(minutes=10), START, None)
    tell(board, SurgeGrew("S-1", 30, START + timedelta(minutes=5), 200, 6.0, 3.0, 9.0, 1e-40))
    tell(board, SurgeEnded("S-1"), at=START + timedelta(hours=1))
    (row,) = rows(board, "surges", SurgeRow)
    assert (row.seen, row.minutes, row.channel, row.ended) == (200, 30, "", START + timedelta(hours=1))
    assert row.began == START - timedelta(minutes=25)


def test_what_is_said_of_a_surge_that_is_not_there_changes_nothing() -> None:
    board = Board()
    tell(board, SurgeGrew("S-9", 30, START, 200, 6.0, 3.0, 9.0, 0.01), SurgeEnded("S-9"))
    assert rows(board, "surges", SurgeRow) == []
    tell(board, surge("S-1"), SurgeEnded("S-1"), SurgeGrew("S-1", 30, START, 200, 6.0, 3.0, 9.0, 0.01))
    assert rows(board, "surges", SurgeRow)[0].seen == 61


def test_surges_are_marked_on_the_curve_where_they_lasted() -> None:
    board = board_with_cases()
    tell(board, surge("S-1", channel=Channel.CALL), SurgeEnded("S-1"), surge("S-2", channel=Channel.EMAIL))
    tell(board, case("9"), at=START + timedelta(minutes=30))
    marked = [row.surges for row in rows(board, "curve", CurveRow, "10/6/call")]
    assert ("S-1",) in marked
    assert not any("S-2" in ids for ids in marked)
    assert rows(board, "curve", CurveRow)[-1].surges == ("S-2",)


def test_the_newest_surges_come_first() -> None:
    board = Board()
    for number in range(3):
        tell(board, surge(f"S-{number + 1}"), at=START + timedelta(days=30 * number))
    assert [row.key for row in rows(board, "surges", SurgeRow)] == ["S-3", "S-2", "S-1"]
