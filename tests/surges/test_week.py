"""Hours of the week by the clocks of a desk."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.surges.week import hours_of_week, place_in_week, zone

STOCKHOLM = "Europe/Stockholm"


def hour_of(time: datetime) -> int:
    return int(time.timestamp()) // 3600


@given(st.integers(hour_of(datetime(2020, 1, 1, tzinfo=UTC)), hour_of(datetime(2030, 1, 1, tzinfo=UTC))))
def test_every_hour_is_the_one_that_clocks_show(hour: int) -> None:
    shown = datetime.fromtimestamp(hour * 3600, ZoneInfo(STOCKHOLM))
    assert hours_of_week(hour, 1, STOCKHOLM).tolist() == [shown.weekday() * 24 + shown.hour]
    assert int(place_in_week(hour * 60.0, STOCKHOLM)) == shown.weekday() * 24 + shown.hour


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_on_days_when_clocks_change_each_hour_is_counted_by_its_own_clock(month: int, day: int) -> None:
    first = hour_of(datetime(2026, month, day, tzinfo=UTC)) - 30
    expected = [
        shown.weekday() * 24 + shown.hour
        for shown in (datetime.fromtimestamp((first + n) * 3600, ZoneInfo(STOCKHOLM)) for n in range(80))
    ]
    assert hours_of_week(first, 80, STOCKHOLM).tolist() == expected


def test_half_hours_count_to_the_hour_that_most_of_them_is_in() -> None:
    monday = hour_of(datetime(2026, 1, 5, 3, tzinfo=UTC))
    assert hours_of_week(monday, 1, "Asia/Kolkata").tolist() == [9]


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../etc/passwd", "a\0b"])
def test_a_zone_that_is_not_known_here_is_utc(name: str) -> None:
    assert zone(name) is UTC
    assert hours_of_week(0, 2, name).tolist() == [72, 73]


def test_times_at_the_ends_of_the_calendar_have_a_place() -> None:
    assert 0 <= place_in_week(1e12, STOCKHOLM) < 168
