"""Time counted in working days: the calendar of a country, or of a part of it, in a time zone.

A desk that never sleeps has no office hours, so a working day is a whole date: from midnight to midnight in the desk's
time zone, on a date that is neither weekend nor public holiday there. Six hours of such a date are a quarter of a
working day, also where daylight saving makes the date 23 or 25 hours long. Nothing is counted on other dates.

What public holidays and weekends there are comes from the package ``holidays``. Of years to come, holidays that follow
the moon are estimates.
"""

from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

import holidays
import numpy as np
import numpy.typing as npt
from holidays.registry import EntityLoader

Seconds: TypeAlias = npt.NDArray[np.float64]
"""Times in seconds since 1970 (UTC)."""

YEARS_BACK: Final = 10
"""What began earlier counts as this old: some systems date a case to 1970."""

_CATEGORIES: Final = ("public", "de_facto")
"""Holidays by law, and days that are kept as such by all: the eves of midsummer and Christmas in Sweden."""

_SATURDAY: Final = 5


class NoCalendar(Exception):
    """There is no calendar for what is asked; ``key`` names what is wrong with it: country, region or time_zone."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key = key


class WorkingDays:
    """The calendar of one place. Years are made when they are first asked for, and kept."""

    def __init__(self, country: str = "", region: str = "", time_zone: str = "UTC") -> None:
        """Raise NoCalendar for a place or time zone that is not known.

        ``country``: ISO 3166-1, two letters; empty: no holidays, and weekends are Saturday and Sunday. ``region``: the
        part of the country, ISO 3166-2 with or without the country in front; empty: what holds in all of it.
        ``time_zone``: IANA.
        """
        self._zone = _zone(time_zone)
        self._holidays = _holidays(country, region)
        self._years: dict[int, tuple[Seconds, Seconds]] = {}
        """Year → when its dates begin, and whether they are working days (1.0 or 0.0)."""
        self._joined: tuple[int, int, Seconds, Seconds] | None = None
        """First and last year, when their dates begin, and the working days before each."""

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        if self._holidays is None:
            return day.weekday() < _SATURDAY
        return self._holidays.is_working_day(day)

    def midnight(self, now: datetime) -> datetime:
        """Return when the date of ``now`` began in the desk's time zone, in UTC."""
        return self._begin(now.astimezone(self._zone).date())

    def ages(self, since: Seconds, now: datetime) -> Seconds:
        """Return the working days from each of ``since`` (seconds since 1970, UTC) to ``now``; at least 0.

        One that began more than YEARS_BACK years ago counts as that old.
        """
        last = now.astimezone(self._zone).year
        first = last - YEARS_BACK
        begins, before = self._line(first, last)
        end = now.timestamp()
        places = np.searchsorted(begins, np.clip(since, begins[0], end), side="right") - 1
        positions = self._position(np.clip(since, begins[0], end), places, begins, before)
        (at,) = self._position(np.array([end]), np.searchsorted(begins, [end], side="right") - 1, begins, before)
        found: Seconds = np.maximum(at - positions, 0.0)
        return found

    def age(self, since: datetime, now: datetime) -> float:
        """Return the working days from ``since`` to ``now``; at least 0."""
        return float(self.ages(np.array([since.timestamp()]), now)[0])

    @staticmethod
    def _position(times: Seconds, places: npt.NDArray[np.intp], begins: Seconds, before: Seconds) -> Seconds:
        """Return the working days from the first date to each of ``times``, which lie on the dates ``places``."""
        share = (times - begins[places]) / (begins[places + 1] - begins[places])
        found: Seconds = before[places] + share * (before[places + 1] - before[places])
        return found

    def _line(self, first: int, last: int) -> tuple[Seconds, Seconds]:
        """Return when dates begin, to the first one after ``last``, and the working days before each of them."""
        if self._joined is None or self._joined[:2] != (first, last):
            years = [self._year(year) for year in range(first, last + 1)]
            end = self._begin(date(last + 1, 1, 1)).timestamp()
            begins = np.maximum.accumulate(np.concatenate([*(begins for begins, _ in years), [end]]))
            before = np.concatenate([[0.0], np.cumsum(np.concatenate([works for _, works in years]))])
            self._joined = (first, last, begins, before)
        return self._joined[2:]

    def _year(self, year: int) -> tuple[Seconds, Seconds]:
        known = self._years.get(year)
        if known is None:
            first = date(year, 1, 1)
            days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
            known = self._years[year] = (
                np.array([self._begin(day).timestamp() for day in days]),
                np.array([float(self.is_working(day)) for day in days]),
            )
        return known

    def _begin(self, day: date) -> datetime:
        # Where the clock skips midnight, the offset of before gives the moment at which it does: so the date begins.
        return datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC)


@lru_cache(maxsize=8)
def working_days(country: str, region: str, time_zone: str) -> WorkingDays:
    """Return the calendar of a place, made once. Raises NoCalendar."""
    return WorkingDays(country, region, time_zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there; no name of a zone; a directory
        pass
    known = available_timezones()
    if not known:
        raise NoCalendar("time_zone", "this machine has no time zones: install its package tzdata")
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(known)}
    near = get_close_matches(name.rpartition("/")[2].replace(" ", "_").casefold(), cities, 3)
    found = [cities[city] for city in near] or ["Europe/Stockholm", "UTC"]
    raise NoCalendar("time_zone", f"there is no {name!r}; IANA names are meant, such as {', '.join(found)}")


def _holidays(country: str, region: str) -> holidays.HolidayBase | None:
    if not country:
        if region:
            raise NoCalendar("region", f"{region!r} is a part of no country: name the country too")
        return None
    codes = [code for code in EntityLoader.get_country_codes(include_aliases=False) if len(code) == 2]
    if country.upper() not in codes:
        raise NoCalendar(
            "country",
            f"there is no calendar of {country!r}; there are {', '.join(sorted(codes))}; empty: weekends only",
        )
    country = country.upper()
    whole = holidays.country_holidays(country)
    part = region.removeprefix(f"{country}-")
    if part and part not in whole.subdivisions:
        there = f"there are {', '.join(whole.subdivisions)}" if whole.subdivisions else "leave it empty"
        raise NoCalendar("region", f"the calendar of {country} knows no {region!r}; {there}")
    categories = tuple(name for name in _CATEGORIES if name in whole.supported_categories)
    return holidays.country_holidays(country, subdiv=part or None, categories=categories)
