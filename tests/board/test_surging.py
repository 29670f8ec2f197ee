"""Surges on a board: said once, said again when greater, said to be over; nothing said on quiet weeks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.surge_traffic import START, Came, Desktop, quiet
from feeds.board import Board, Touched
from feeds.board.surge.surging import look, usual_cases, usual_per_minute
from feeds.facts import DeskStated, Entry, SurgeBegan, SurgeEnded, SurgeGrew
from feeds.model import CaseKind, Channel, Desk, Service
from tests.extent import LONG, examples

MAILS = (Channel.EMAIL, CaseKind.INCIDENT, Service.DATA)
CALLS = (Channel.CALL, CaseKind.INCIDENT, Service.DATA)
NIGHT = timedelta(days=21, hours=1, minutes=30)
"""When things happen: three quiet weeks after the start, before the day begins."""


@pytest.fixture(scope="module")
def three_weeks() -> bytes:
    desk = Desktop().play(quiet(1, 21), looking=False)
    return desk.board.dump()


@pytest.fixture
def desk(three_weeks: bytes) -> Desktop:
    found = Desktop()
    found.board = Board.load(three_weeks)
    return found


def burst(
    count: int, minutes: float, of: tuple[Channel, CaseKind, Service] = MAILS, after: timedelta = NIGHT
) -> list[Came]:
    """``count`` cases that come evenly within ``minutes``."""
    return [Came(START + after + timedelta(minutes=minutes * n / count), *of) for n in range(count)]


def kinds(desk: Desktop) -> list[str]:
    return [type(fact).__name__ for _at, fact in desk.said]


def watched(desk: Desktop, until: timedelta) -> None:
    """Look every five minutes though nothing comes."""
    at = desk.board.at + timedelta(minutes=5)
    while at <= START + until:
        desk.look(at)
        at += timedelta(minutes=5)


# -- beginning -------------------------------------------------------------------------------------------------------


def test_a_burst_at_night_is_a_surge_with_its_numbers(desk: Desktop) -> None:
    desk.play(burst(30, 10))
    at, first = desk.said[0]
    assert isinstance(first, SurgeBegan)
    assert at - (START + NIGHT) <= timedelta(minutes=5)
    assert first.seen >= 6
    assert first.low <= first.usual <= first.high < first.seen
    assert first.usual < 1
    assert first.chance <= 0.1
    assert first.until >= at > first.until - timedelta(minutes=1)
    assert kinds(desk).count("SurgeBegan") == 1
    assert desk.board.surges.live.keys() == {"S-1"}


def test_ten_more_cases_in_ten_minutes_at_night_are_noticed(desk: Desktop) -> None:
    desk.play(burst(10, 10))
    assert kinds(desk) == ["SurgeBegan"]


def test_a_slow_surge_over_a_day_is_noticed_by_the_long_windows(desk: Desktop) -> None:
    more = burst(110, 24 * 60, after=timedelta(days=21))
    ordinary = [came for came in quiet(1, 23) if came.at >= START + timedelta(days=21)]
    desk.play(sorted([*more, *(one for one in ordinary if one.at <= more[-1].at)], key=lambda came: came.at))
    first = desk.said[0][1]
    assert isinstance(first, SurgeBegan)
    assert first.minutes >= 120


def test_what_is_usual_by_day_is_no_surge(desk: Desktop) -> None:
    desk.play([came for came in quiet(1, 23) if came.at >= START + timedelta(days=21)])
    assert desk.said == []


def test_the_narrowest_series_that_holds_the_excess_is_named(desk: Desktop) -> None:
    desk.play(burst(40, 10, (Channel.PORTAL, CaseKind.ORDER, Service.SMS)))
    began = desk.said[0][1]
    assert isinstance(began, SurgeBegan)
    assert (began.channel, began.kind, began.service) == (Channel.PORTAL, CaseKind.ORDER, Service.SMS)


def test_a_surge_of_everything_is_one_of_everything(desk: Desktop) -> None:
    every = [(channel, kind, service) for channel in Channel for kind in CaseKind for service in list(Service)[:2]]
    cases = [Came(START + NIGHT + timedelta(seconds=10 * n), *of) for n, of in enumerate([*every, *every])]
    desk.play(cases)
    last = [fact for _at, fact in desk.said if not isinstance(fact, SurgeEnded)][-1]
    assert (last.channel, last.kind, last.service) == (None, None, None)
    assert kinds(desk).count("SurgeBegan") == 1


def test_cases_that_come_late_count_when_they_were_opened(desk: Desktop) -> None:
    for number, came in enumerate(burst(40, 10)):
        desk.case(came, opened=came.at - timedelta(days=1, minutes=200 * number))
        desk.look(came.at)
    assert desk.said == []


# -- going on --------------------------------------------------------------------------------------------------------


def test_a_surge_that_goes_on_is_not_said_twice(desk: Desktop) -> None:
    desk.play(burst(120, 60))
    assert kinds(desk).count("SurgeBegan") == 1
    assert kinds(desk).count("SurgeGrew") <= 5
    before = len(desk.said)
    for _ in range(50):
        desk.look(desk.board.at)
    assert len(desk.said) == before


def test_a_surge_that_quickens_grows(desk: Desktop) -> None:
    desk.play(burst(15, 10))
    desk.play(burst(100, 10, after=NIGHT + timedelta(minutes=10)))
    assert kinds(desk)[0] == "SurgeBegan"
    grown = [fact for _at, fact in desk.said if isinstance(fact, SurgeGrew)]
    assert grown
    surge = desk.board.surges.live["S-1"]
    assert (surge.seen, surge.minutes) == (grown[-1].seen, grown[-1].minutes)
    assert surge.seen > 50


def test_calls_after_mails_are_the_same_surge_grown_wider(desk: Desktop) -> None:
    desk.play(burst(30, 10))
    assert desk.board.surges.surges["S-1"].channel in (Channel.EMAIL, None)
    desk.play(burst(40, 10, CALLS, NIGHT + timedelta(minutes=10)))
    assert kinds(desk).count("SurgeBegan") == 1
    assert desk.board.surges.surges["S-1"].channel is None


# -- ending ----------------------------------------------------------------------------------------------------------


def test_a_surge_is_over_though_no_further_case_comes(desk: Desktop) -> None:
    desk.play(burst(30, 10))
    watched(desk, NIGHT + timedelta(minutes=15))
    assert "SurgeEnded" not in kinds(desk)
    watched(desk, NIGHT + timedelta(hours=3))
    assert kinds(desk)[-1] == "SurgeEnded"
    assert not desk.board.surges.live


@pytest.mark.parametrize(("count", "minutes", "within"), [(75, 4, 12), (75, 10, 12), (240, 60, 12), (300, 100, 32)])
def test_a_surge_is_over_soon_after_its_last_case_however_long_it_lasted(
    desk: Desktop, count: int, minutes: int, within: int
) -> None:
    desk.play(burst(count, minutes))
    assert kinds(desk).count("SurgeEnded") == 0
    while desk.board.surges.live and len(desk.said) < 99:
        desk.look(desk.board.at)
        desk.tell(DeskStated(Desk()), desk.board.at + timedelta(minutes=1))
    ended = desk.said[-1][0] - (START + NIGHT + timedelta(minutes=minutes))
    assert timedelta(minutes=8) <= ended <= timedelta(minutes=within)


def test_a_surge_that_goes_on_at_a_third_of_its_pace_is_not_over(desk: Desktop) -> None:
    desk.play(burst(60, 10))
    desk.play(burst(60, 30, after=NIGHT + timedelta(minutes=10)))
    assert "SurgeEnded" not in kinds(desk)


def test_a_pause_that_chance_alone_makes_does_not_end_a_slow_surge(desk: Desktop) -> None:
    desk.play(burst(20, 60))
    watched(desk, NIGHT + timedelta(minutes=75))
    desk.play(burst(20, 60, after=NIGHT + timedelta(minutes=75)))
    assert kinds(desk).count("SurgeBegan") == 1
    assert "SurgeEnded" not in kinds(desk)


def test_what_a_surge_brought_is_no_news_in_longer_windows_afterwards(desk: Desktop) -> None:
    desk.play(burst(150, 20))
    watched(desk, NIGHT + timedelta(hours=30))
    assert kinds(desk).count("SurgeBegan") == 1
    assert kinds(desk)[-1] == "SurgeEnded"


def test_the_next_surge_is_another_one(desk: Desktop) -> None:
    desk.play(burst(40, 10))
    watched(desk, NIGHT + timedelta(hours=2))
    desk.play(burst(40, 10, after=NIGHT + timedelta(hours=2, minutes=5)))
    began = [fact.surge for _at, fact in desk.said if isinstance(fact, SurgeBegan)]
    assert began == ["S-1", "S-2"]


def test_outages_do_not_become_what_is_usual(desk: Desktop) -> None:
    board = desk.board
    before = usual_cases(board, START + timedelta(days=28), 7 * 1_440)
    desk.play(burst(2_000, 300))
    later = START + timedelta(days=28)
    desk.play([came for came in quiet(1, 29) if START + timedelta(days=22) <= came.at <= later], looking=False)
    assert usual_cases(board, later, 7 * 1_440) == pytest.approx(before, rel=0.2)


def test_in_a_hub_of_one_hour_a_surge_does_not_become_what_is_usual_while_it_lasts_or_afterwards() -> None:
    desk, first = Desktop(Desk()), START + timedelta(hours=1, minutes=40)
    at = [first + timedelta(hours=hours) for hours in range(6)]
    before = usual_cases(desk.board, at[0], 10)
    cases = burst(500, 100, after=first - START)  # over two ends of hours
    told: list[float] = []
    for came in cases:
        desk.play([came])
        told.append(usual_cases(desk.board, at[0], 10))
    watched(desk, timedelta(hours=8))
    assert kinds(desk)[0] == "SurgeBegan"
    assert kinds(desk)[-1] == "SurgeEnded"
    assert max(told) <= 1.1 * before
    assert max(usual_cases(desk.board, time, 10) for time in at) <= 4 * before  # the morning has more than the night
    last = [fact for _at, fact in desk.said if isinstance(fact, SurgeGrew)][-1]
    assert last.usual < 0.05 * last.seen


def test_a_desk_of_ten_times_the_cases_that_it_stated_is_learned_within_days() -> None:
    desk = Desktop(Desk())
    cases = quiet(104, 4, a_day=640.0)
    for number, came in enumerate(cases):
        desk.case(came)
        if number % 20 == 0:
            desk.look(came.at)
    assert usual_cases(desk.board, START + timedelta(days=4), 7 * 1_440) == pytest.approx(7 * 640, rel=0.25)


def test_hours_of_a_surge_are_not_learned_from_for_three_days_at_the_most(desk: Desktop) -> None:
    board, hour = desk.board, int((START + NIGHT).timestamp()) // 3600
    desk.tell(SurgeBegan("S-1", 60, START + NIGHT, 99, 1.0, 0.0, 3.0, 1e-9), START + NIGHT)
    while_it_lasts = board.surges.learnt(hour + 48)
    assert while_it_lasts.usable.sum() == len(while_it_lasts.usable) - 49
    assert (~board.surges.learnt(hour + 300).usable).sum() == 72
    desk.tell(SurgeEnded("S-1"), START + NIGHT + timedelta(hours=5))
    assert (~board.surges.learnt(hour + 300).usable).sum() == 7


# -- what is usual ---------------------------------------------------------------------------------------------------


def test_what_is_usual_can_be_asked_for_any_time_and_part(desk: Desktop) -> None:
    board, noon = desk.board, START + timedelta(days=22, hours=11)
    assert usual_per_minute(board, noon) > 2 * usual_per_minute(board, noon.replace(hour=1)) > 0
    whole = usual_cases(board, noon, 60)
    assert whole == pytest.approx(sum(usual_cases(board, noon, 60, channel=channel) for channel in Channel))
    assert 0 < usual_cases(board, noon, 60, *MAILS) < whole
    assert whole == pytest.approx(60 * usual_per_minute(board, noon - timedelta(minutes=30)), rel=0.3)


def test_a_board_without_anything_says_nothing_and_has_something_usual() -> None:
    board = Board()
    assert look(board, START) == []
    assert usual_per_minute(board, START) > 0


def test_a_desk_that_states_nothing_still_has_surges() -> None:
    desk = Desktop(Desk(monthly=dict.fromkeys(Channel, 0.0), time_zone="Nowhere/Land"))
    desk.play(burst(60, 10))
    assert kinds(desk)[0] == "SurgeBegan"


# -- quiet weeks -----------------------------------------------------------------------------------------------------


def began(desk: Desktop) -> int:
    return sum(isinstance(fact, SurgeBegan) for _at, fact in desk.said)


def test_quiet_weeks_bring_no_false_surge() -> None:
    assert [began(Desktop().play(quiet(seed, 21))) for seed in ((21, 22) if LONG else (21,))] == [0, 0][: 1 + LONG]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("a_day", "bunches", "day_spread"), [(64.0, 0.12, 0.15), (64.0, 0.3, 0.25), (6.0, 0.12, 0.15), (600.0, 0.2, 0.2)]
)
def test_a_quiet_year_brings_at_most_a_false_surge_a_week(a_day: float, bunches: float, day_spread: float) -> None:
    assert began(Desktop().play(quiet(7, 364, a_day, bunches, day_spread))) <= 52


# -- the table -------------------------------------------------------------------------------------------------------

TIMES = st.sampled_from([START, datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)])
IDS = st.sampled_from(["S-1", "S-2", "S-3"])
NUMBERS = (st.integers(5, 1_440), TIMES, st.integers(0, 99), *[st.floats(0, 50)] * 3, st.floats(0, 1))
STATEMENTS = st.one_of(
    st.builds(SurgeBegan, IDS, *NUMBERS, channel=st.sampled_from([None, *Channel])),
    st.builds(SurgeGrew, IDS, *NUMBERS),
    st.builds(SurgeEnded, IDS),
    st.builds(lambda zone: DeskStated(Desk(time_zone=zone)), st.sampled_from(["UTC", "Europe/Stockholm"])),
)


@given(st.lists(STATEMENTS, max_size=12), st.integers(0, 12))
@settings(max_examples=examples(100))
def test_whatever_is_said_of_surges_the_board_stays_whole_and_the_watcher_can_look(
    said: list[SurgeBegan | SurgeGrew | SurgeEnded | DeskStated], cut: int
) -> None:
    entries = [Entry(n, START + timedelta(minutes=n), "vaken/surges", fact) for n, fact in enumerate(said, start=1)]
    whole, part = Board(), Board()
    whole.apply(entries, Touched())
    part.apply(entries[:cut], Touched())
    resumed = Board.load(part.dump())
    resumed.apply(entries, Touched())
    assert resumed.dump() == whole.dump()
    assert (
        resumed.surges.live
        == whole.surges.live
        == {id: one for id, one in whole.surges.surges.items() if one.ended is None}
    )
    at = START + timedelta(hours=1)
    assert look(whole, at) == look(resumed, at)
