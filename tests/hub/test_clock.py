"""The hub's clock beside a calendar clock that jumps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.hub.clock import SteadyClock

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine:
    """Both clocks of a machine: what the calendar says can be set, what is counted goes on."""

    def __init__(self) -> None:
        self.calendar = START
        self.counted = 1_000.0
        self.said: list[str] = []
        self.clock = SteadyClock(self._say, self.date, lambda: self.counted)

    def _say(self, text: str, event: str) -> None:
        assert event in ("clock.jumped", "clock.believed", "clock.behind")
        self.said.append(text)

    def date(self) -> float:
        return self.calendar.timestamp()

    def live(self, seconds: float, looks: int = 1) -> datetime:
        for _ in range(looks):
            self.calendar += timedelta(seconds=seconds / looks)
            self.counted += seconds / looks
            at = self.clock()
        return at


def test_a_clock_that_is_right_is_followed_to_the_microsecond() -> None:
    machine = Machine()
    assert machine.live(7.25) == machine.calendar
    machine.calendar += timedelta(milliseconds=900)  # corrected by the network
    assert machine.live(1) == machine.calendar
    assert machine.said == []


def test_a_small_step_back_lets_time_stand_and_never_go_back() -> None:
    machine = Machine()
    before = machine.live(10)
    machine.calendar -= timedelta(milliseconds=800)
    assert machine.live(0.1) == before
    assert machine.live(2) == machine.calendar > before
    assert machine.said == []


def test_what_was_held_is_held_as_long_as_before_when_the_clock_jumps_ahead() -> None:
    machine = Machine()
    until = machine.live(1) + timedelta(seconds=30)
    machine.calendar += HOUR
    assert machine.live(29) < until
    assert machine.live(1.5) >= until
    assert machine.said[0].startswith("the clock of this machine jumped 60 minutes ahead")
    machine.calendar -= HOUR  # it was a mistake, and is put right
    assert machine.live(1) == machine.calendar
    assert len(machine.said) == 1


def test_a_jump_ahead_that_stays_is_believed_after_a_minute() -> None:
    machine = Machine()
    machine.live(1)
    machine.calendar += HOUR
    machine.clock()
    assert machine.live(58, 10) < START + HOUR
    assert machine.live(5) == machine.calendar
    assert "again, 60 minutes ahead" in machine.said[-1]
    assert machine.live(5) == machine.calendar


def test_a_jump_back_is_caught_up_with_at_half_speed() -> None:
    machine = Machine()
    machine.live(1)
    machine.calendar -= HOUR
    machine.clock()
    at = machine.live(30)
    assert at == START + timedelta(seconds=31)
    machine.live(35, 7)
    slow = machine.clock()
    assert machine.live(600, 60) - slow == timedelta(seconds=300)
    machine.live(7_400, 370)
    assert machine.clock() == machine.calendar
    assert len(machine.said) == 2
    assert machine.live(10) == machine.calendar


def test_a_machine_that_starts_behind_its_log_goes_on_from_there() -> None:
    machine = Machine()
    machine.clock.not_before(START + HOUR)
    assert "60 minutes behind the last fact" in machine.said[0]
    assert machine.clock() == START + HOUR
    assert machine.live(60) == START + HOUR + timedelta(seconds=30)
    machine.calendar += 2 * HOUR  # put right
    machine.live(130, 20)
    assert machine.clock() == machine.calendar
    machine.clock.not_before(START)
    assert machine.clock() == machine.calendar


@given(
    st.lists(
        st.tuples(st.floats(-1e8, 1e8) | st.just(0.0) | st.floats(-2, 2), st.floats(0, 500), st.integers(1, 5)),
        max_size=30,
    )
)
def test_whatever_the_calendar_does_time_never_goes_back_and_a_steady_calendar_wins(
    life: list[tuple[float, float, int]],
) -> None:
    machine = Machine()
    last = machine.clock()
    for jump, seconds, looks in life:
        machine.calendar += timedelta(seconds=jump)
        before = machine.clock()
        assert before >= last
        last = machine.live(seconds, looks)
        assert last >= before
    ahead = machine.clock() - machine.calendar
    machine.live(200, 20)
    machine.live(max(0.0, ahead.total_seconds()) * 2 + 200, 50)
    machine.live(200, 20)
    assert abs(machine.clock() - machine.calendar) <= timedelta(seconds=1)


@given(
    st.lists(
        st.tuples(st.integers(-100_000, 100_000).map(lambda tens: 10.0 * tens), st.floats(0, 500), st.integers(1, 5)),
        max_size=20,
    )
)
def test_after_jumps_the_time_without_them_is_among_those_that_may_be_right(
    life: list[tuple[float, float, int]],
) -> None:
    machine = Machine()
    assert machine.clock.doubts() == ()
    begun = machine.counted
    for jump, seconds, looks in life:
        machine.calendar += timedelta(seconds=jump)
        machine.clock()
        now = machine.live(seconds, looks)
        without = START + timedelta(seconds=machine.counted - begun)
        others = [now + timedelta(seconds=off) for off in machine.clock.doubts()]
        assert min(abs(one - without) for one in (now, *others)) <= timedelta(seconds=2.5)


def test_there_is_no_doubt_when_a_jump_was_taken_back_and_caught_up_with() -> None:
    machine = Machine()
    machine.calendar += HOUR
    machine.clock()
    machine.live(65, 10)
    assert machine.clock.doubts() == (-3_600.0,)
    machine.calendar -= HOUR
    machine.clock()
    machine.live(65, 10)
    assert len(machine.clock.doubts()) == 2
    machine.live(7_400, 370)
    assert machine.clock.doubts() == ()


@pytest.mark.parametrize(("seconds", "words"), [(90, "90 seconds"), (200_000, "2 days"), (9_000, "2 hours")])
def test_jumps_are_told_in_words(seconds: float, words: str) -> None:
    machine = Machine()
    machine.calendar += timedelta(seconds=seconds)
    machine.clock()
    assert words in machine.said[0]
