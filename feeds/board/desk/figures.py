"""The desk's figures: contacts of today, how long calls take, how old open cases are.

What is counted comes in case by case; how much that is today follows from the desk's calendar and a time that the
asker gives. What is usual is the operator's word (feeds.model.Desk). Cases per minute are the matter of counts.py.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from msgspec import Struct

from feeds.board.counts import Counts
from feeds.board.desk.working_days import WorkingDays
from feeds.model import Case, CaseKind, CaseState, Channel, Desk

KEPT: Final = timedelta(days=2)
"""How long messages and calls are remembered: today, in any time zone."""
CALLS_LOOKED_THROUGH: Final = 10_000
"""So many more calls are remembered before the old ones are forgotten."""
DAYS_A_MONTH: Final = 365.2425 / 12


class Figure(Struct, frozen=True):
    """One figure; see feeds.model.DeskRow. ``value`` is None where there is nothing to make a mean of."""

    count: int
    value: float | None
    usual: float | None
    oldest: float | None = None
    over: int = 0


class DeskFigures:
    """Further messages by minute, lengths of calls, opening times of open cases."""

    def __init__(self) -> None:
        self.messages: dict[int, int] = {}
        """Minute (whole minutes since 1970) → messages of customers about cases that were there. Primary state."""
        self._calls: dict[str, tuple[float, float]] = {}
        """Case → when it was opened (seconds since 1970), seconds spoken: calls whose length is known. Derived."""
        self._opened: dict[CaseKind, dict[str, float]] = {kind: {} for kind in CaseKind}
        """Kind → open (and pending) case → when it was opened (seconds since 1970). Derived."""
        self._looked_through = 0

    def message(self, time: datetime, at: datetime) -> None:
        """Count a further message of ``time`` that came at ``at``."""
        oldest = int((at - KEPT).timestamp()) // 60
        minute = min(int(time.timestamp()), int(at.timestamp())) // 60
        if minute < oldest:
            return
        if minute not in self.messages:
            for old in [old for old in self.messages if old < oldest]:
                del self.messages[old]
        self.messages[minute] = self.messages.get(minute, 0) + 1

    def take(self, key: str, before: Case | None, case: Case, at: datetime) -> None:
        """Take in a case as it is now; ``before``: as it was."""
        if before is not None and before.kind is not case.kind:
            self._opened[before.kind].pop(key, None)
        if case.state is CaseState.CLOSED:
            self._opened[case.kind].pop(key, None)
        else:
            self._opened[case.kind][key] = case.opened.timestamp()
        if case.channel is not Channel.CALL or not case.handled:
            self._calls.pop(key, None)
        elif case.opened >= at - KEPT:
            self._calls[key] = (case.opened.timestamp(), case.handled)
            if len(self._calls) > self._looked_through + CALLS_LOOKED_THROUGH:
                oldest = (at - KEPT).timestamp()
                self._calls = {key: call for key, call in self._calls.items() if call[0] >= oldest}
                self._looked_through = len(self._calls)

    def restore(self, messages: Iterable[tuple[int, int]], cases: Iterable[tuple[str, Case]], at: datetime) -> None:
        """Take over what a dump holds."""
        self.messages = dict(messages)
        for key, case in cases:
            self.take(key, None, case, at)

    # -- what can be asked, at a time ------------------------------------------------------------------------------

    def contacts(self, desk: Desk, counts: Counts, calendar: WorkingDays, now: datetime) -> Figure:
        """Return cases opened and further messages since the desk's midnight, beside those of a usual day."""
        first, last = int(calendar.midnight(now).timestamp()) // 60, int(now.timestamp()) // 60
        minutes = range(first, last + 1)
        opened = sum(
            count for minute in minutes for name, count in counts.minutes.get(minute, _NOTHING).items() if name
        )
        count = opened + sum(self.messages.get(minute, 0) for minute in minutes)
        return Figure(count, float(count), sum(desk.monthly.values()) / DAYS_A_MONTH)

    def calls(self, desk: Desk, calendar: WorkingDays, now: datetime) -> Figure:
        """Return the mean length of today's calls in seconds, and how many took longer than they should."""
        midnight = calendar.midnight(now).timestamp()
        lengths = [length for opened, length in self._calls.values() if midnight <= opened]
        mean = sum(lengths) / len(lengths) if lengths else None
        over = sum(length > desk.call_target for length in lengths)
        return Figure(len(lengths), mean, desk.call_target, over=over)

    def ages(self, kind: CaseKind, desk: Desk, calendar: WorkingDays, now: datetime) -> Figure:
        """Return how old the open cases of one kind are, in working days."""
        opened = self._opened[kind]
        usual = desk.usual_days.get(kind)
        if not opened:
            return Figure(0, None, usual)
        ages = calendar.ages(np.fromiter(opened.values(), np.float64, len(opened)), now)
        over = int(np.count_nonzero(ages > usual)) if usual is not None else 0
        return Figure(len(opened), float(ages.mean()), usual, float(ages.max()), over)


_NOTHING: Final[dict[str, int]] = {}
