"""Working days: a whole date of the desk's time zone that is neither weekend nor holiday there, by shares of it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.board.desk.working_days import YEARS_BACK, NoCalendar, WorkingDays

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SWEDEN = WorkingDays("SE", "", "Europe/Stockholm")
PLACES = [SWEDEN, WorkingDays("US", "CA", "America/Los_Angeles"), WorkingDays("", "", "UTC")]


def there(*when: int) -> datetime:
    return datetime(*when, tzinfo=STOCKHOLM).astimezone(UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("since", "now", "days"),
    [
        ((2026, 11, 20, 18), (2026, 11, 23, 6), 0.5),  # Friday evening to Monday morning: six hours of each
        ((2026, 11, 21, 3), (2026, 11, 22, 23), 0.0),  # a weekend
        ((2026, 11, 16), (2026, 11, 23), 5.0),
        ((2026, 12, 23), (2026, 12, 28), 1.0),  # Christmas with its eve, then a weekend
        ((2026, 6, 18), (2026, 6, 22), 1.0),  # midsummer's eve is kept as a holiday
        ((2026, 11, 23, 9), (2026, 11, 23, 8), 0.0),  # from the future
    ],
)
def test_ages_count_dates_that_are_neither_weekend_nor_holiday(
    since: tuple[int, ...], now: tuple[int, ...], days: float
) -> None:
    assert SWEDEN.age(there(*since), there(*now)) == pytest.approx(days)


def test_a_date_begins_at_midnight_of_the_desk_not_of_utc() -> None:
    friday_evening = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # 23:30 in Stockholm
    assert SWEDEN.age(friday_evening, there(2026, 11, 22, 12)) == pytest.approx(0.5 / 24)
    assert SWEDEN.midnight(friday_evening) == datetime(2026, 11, 19, 23, tzinfo=UTC)


def test_a_date_of_23_hours_is_one_working_day_where_it_is_one() -> None:
    egypt = WorkingDays("EG", "", "Africa/Cairo")  # clocks skip midnight, and Sundays are worked
    first = egypt.midnight(datetime(2026, 4, 23, 12, tzinfo=UTC))
    assert egypt.midnight(first + timedelta(hours=36)) - egypt.midnight(first) == timedelta(days=1)
    sunday = WorkingDays("IL", "", "Asia/Jerusalem")
    day = sunday.midnight(datetime(2026, 3, 29, 12, tzinfo=UTC))
    assert sunday.is_working(date(2026, 3, 29))
    assert sunday.age(day, day + timedelta(hours=12)) == pytest.approx(0.5)
    changed = sunday.midnight(datetime(2026, 10, 25, 12, tzinfo=UTC))  # 25 hours
    assert sunday.age(changed, changed + timedelta(hours=25)) == pytest.approx(1.0)
    assert sunday.age(changed, changed + timedelta(hours=12.5)) == pytest.approx(0.5)


def test_weekends_are_those_of_the_country() -> None:
    assert WorkingDays("IL", "", "UTC").is_working(date(2026, 11, 22))  # a Sunday
    assert not WorkingDays("IL", "", "UTC").is_working(date(2026, 11, 20))  # a Friday
    assert not SWEDEN.is_working(date(2026, 11, 22))


def test_a_working_day_moved_to_a_weekend_counts() -> None:
    assert WorkingDays("CN", "", "Asia/Shanghai").is_working(date(2026, 2, 14))  # a Saturday


def test_a_region_has_holidays_of_its_own() -> None:
    epiphany = date(2026, 1, 6)
    assert not WorkingDays("DE", "BY", "Europe/Berlin").is_working(epiphany)
    assert not WorkingDays("DE", "DE-BY", "Europe/Berlin").is_working(epiphany)
    assert WorkingDays("DE", "", "Europe/Berlin").is_working(epiphany)


def test_without_a_country_there_are_weekends_alone() -> None:
    nowhere = WorkingDays("", "", "UTC")
    assert nowhere.is_working(date(2026, 12, 25))
    assert not nowhere.is_working(date(2026, 12, 26))


def test_what_is_dated_to_1970_is_as_old_as_the_calendar_reaches() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert SWEDEN.age(datetime(1, 1, 1, tzinfo=UTC), now) == SWEDEN.age(datetime(1970, 1, 1, tzinfo=UTC), now)
    assert 245 * YEARS_BACK < SWEDEN.age(datetime(1970, 1, 1, tzinfo=UTC), now) < 255 * (YEARS_BACK + 1)


@pytest.mark.parametrize(
    ("place", "key", "says"),
    [
        (("XX", "", "UTC"), "country", "there is no calendar of 'XX'; there are .*SE"),
        (("DE", "XX", "UTC"), "region", "calendar of DE knows no 'XX'; there are .*BY"),
        (("SE", "AB", "UTC"), "region", "leave it empty"),
        (("", "BY", "UTC"), "region", "name the country too"),
        (("SE", "", "Europe/Stokholm"), "time_zone", "such as Europe/Stockholm"),
        (("SE", "", "../../etc/passwd"), "time_zone", "IANA"),
        (("SE", "", "Europe"), "time_zone", "IANA"),
        (("SE", "", ""), "time_zone", "IANA"),
    ],
)
def test_a_place_that_is_not_known_is_refused_with_what_is_possible(
    place: tuple[str, str, str], key: str, says: str
) -> None:
    with pytest.raises(NoCalendar, match=says) as refused:
        WorkingDays(*place)
    assert refused.value.key == key
    assert str(refused.value).startswith(f"{key}: ")


times = st.floats(0, 8 * 365 * 86_400.0).map(lambda late: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(seconds=late))


@given(st.sampled_from(PLACES), times, times, times)
def test_ages_add_up(calendar: WorkingDays, one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    whole = calendar.age(first, last)
    assert whole == pytest.approx(calendar.age(first, middle) + calendar.age(middle, last), abs=1e-6)
    assert 0 <= whole <= (last - first) / timedelta(days=1) * 24 / 22 + 1e-6


@given(st.sampled_from(PLACES), st.dates(date(2019, 1, 1), date(2026, 12, 1)), st.integers(0, 40))
def test_from_midnight_to_midnight_are_as_many_working_days_as_the_calendar_has(
    calendar: WorkingDays, day: date, count: int
) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=calendar._zone)
    begin, end = calendar.midnight(noon), calendar.midnight(noon + timedelta(days=count))
    expected = sum(calendar.is_working(day + timedelta(days=number)) for number in range(count))
    assert calendar.age(begin, end) == pytest.approx(expected)


@given(st.lists(times, min_size=1, max_size=20), times)
def test_many_ages_at_once_are_those_one_by_one(since: list[datetime], now: datetime) -> None:
    ages = SWEDEN.ages(np.array([one.timestamp() for one in since]), now)
    assert ages.tolist() == pytest.approx([SWEDEN.age(one, now) for one in since])
