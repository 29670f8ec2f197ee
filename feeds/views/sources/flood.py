"""The view *flood*: alarms for each person on duty, and the alarms that should not be there at all.

After ISA-18.2 and EEMUA 191: what counts is how many alarms are raised in ten minutes for one person; chattering and
stale alarms are bad ones, to be mended or shelved.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from feeds.board.board import Board
from feeds.model import FloodRow, Row, Severity

KEY: Final = "all"
MINUTES: Final = 10
STRETCHES: Final = 24
"""Four hours."""
CHATTER_SECONDS: Final = 600.0
"""Three raises within so long are chatter: on a plant one minute is said; networks are polled every few minutes."""
STALE: Final = timedelta(days=1)
FEW: Final = 2_000
COUNT_AGAIN: Final = 5.0
"""Seconds between two looks at all active alarms, where they are more than a few."""


class FloodSource:
    """One row, as of ``now``: the hub's clock, or the board's own time where there is none."""

    name = "flood"
    row_type = FloodRow
    default_sort = "key"

    def __init__(self, board: Board, of: str = "", now: Callable[[], datetime] | None = None) -> None:
        self._board = board
        self._now = now if now is not None else lambda: board.at
        self._counted: tuple[datetime, int, int, int] | None = None
        """When all alarms were looked at last: active, of these not acknowledged, of these stale."""

    def every_key(self) -> Iterable[str]:
        """There is one."""
        return (KEY,)

    def row(self, key: str) -> Row | None:
        """The figures of now."""
        if key != KEY:
            return None
        now, alarms = self._now(), self._board.alarms
        minute = int(now.timestamp()) // 60
        shelved = {one for one, until in alarms.shelved.items() if until > now}
        _at, active, open_ones, stale = self._count(now, shelved)
        return FloodRow(
            key=KEY,
            raised=alarms.raised_within(minute, MINUTES),
            on_duty=self._board.desk.on_duty,
            trend=tuple(
                alarms.raised_within(minute - MINUTES * back, MINUTES) for back in range(STRETCHES - 1, -1, -1)
            ),
            active=active,
            unacknowledged=open_ones,
            chattering=sum(
                (now - since).total_seconds() <= CHATTER_SECONDS and one not in shelved
                for one, since in alarms.chatter.items()
            ),
            stale=stale,
            shelved=len(shelved),
        )

    def _count(self, now: datetime, shelved: set[str]) -> tuple[datetime, int, int, int]:
        """Look at all active alarms, seldom where there are many: nobody reads these figures every second."""
        known, active = self._counted, self._board.alarms.active
        if known is not None and len(active) >= FEW and 0 <= (now - known[0]).total_seconds() < COUNT_AGAIN:
            return known
        limit, cleared = now - STALE, Severity.CLEARED
        looked = [alarm for key, alarm in active.items() if alarm.severity is not cleared and key not in shelved]
        known = self._counted = (
            now,
            len(looked),
            sum(not alarm.acknowledged_by for alarm in looked),
            sum(alarm.raised < limit for alarm in looked),
        )
        return known
