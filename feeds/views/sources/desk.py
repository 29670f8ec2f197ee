"""The view *desk*: contacts of today, how long calls take, how old open cases are, beside what is usual."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from feeds.board.board import Board
from feeds.board.desk.figures import Figure
from feeds.board.desk.working_days import NoCalendar, WorkingDays, working_days
from feeds.model import CaseKind, Desk, DeskRow, Row

CONTACTS: Final = "contacts"
CALLS: Final = "calls"
_UNITS: Final = {CONTACTS: "contacts", CALLS: "seconds", **{kind.value: "working days" for kind in CaseKind}}


class DeskSource:
    """One row a figure, as of ``now``: the hub's clock, or the board's own time where there is none."""

    name = "desk"
    row_type = DeskRow
    default_sort = "key"

    def __init__(self, board: Board, of: str = "", now: Callable[[], datetime] | None = None) -> None:
        self._board = board
        self._now = now if now is not None else lambda: board.at

    def every_key(self) -> Iterable[str]:
        """The figures' names."""
        return _UNITS

    def row(self, key: str) -> Row | None:
        """One figure. Without a calendar of the desk it has no value: a log may name one that is not known here."""
        unit = _UNITS.get(key)
        if unit is None:
            return None
        desk = self._board.desk
        calendar = _calendar(desk)
        found = self._figure(key, desk, calendar) if calendar is not None else Figure(0, None, None)
        return DeskRow(
            key=key,
            unit=unit,
            count=found.count,
            value=_rounded(found.value),
            usual=_rounded(found.usual),
            oldest=_rounded(found.oldest),
            over=found.over,
        )

    def _figure(self, key: str, desk: Desk, calendar: WorkingDays) -> Figure:
        figures, now = self._board.figures, self._now()
        if key == CONTACTS:
            return figures.contacts(desk, self._board.counts, calendar, now)
        if key == CALLS:
            return figures.calls(desk, calendar, now)
        return figures.ages(CaseKind(key), desk, calendar, now)


def _calendar(desk: Desk) -> WorkingDays | None:
    try:
        return working_days(desk.country, desk.region, desk.time_zone)
    except NoCalendar:
        return None


def _rounded(value: float | None) -> float | None:
    # So coarse that a terminal is not sent each second what nobody can read.
    return round(value, 2) if value is not None else None
