"""The views *curve* (cases by stretches of time beside what is usual) and *surges*."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from feeds.board.board import Board
from feeds.model import CaseKind, Channel, CurveRow, Row, SurgeRow
from feeds.surges import MEMBERS, NAMES, SERIES_AT, Series
from feeds.views.query import BadQuery

MINUTES: Final = 10
STRETCHES: Final = 144
MOST_STRETCHES: Final = 2_016
MOST_MINUTES: Final = 10_080
MINUTES_BACK: Final = 8 * 24 * 60
"""How far back single minutes are remembered; what goes further back is in whole hours."""
HOURS_BACK: Final = 12 * 7 * 24

_FORM: Final = "MINUTES/STRETCHES[/CHANNEL][/KIND], such as 10/144 or 60/168/call/incident"


class SurgeSource:
    """Surges, the newest first."""

    name = "surges"
    row_type = SurgeRow
    default_sort = "-began"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board

    def every_key(self) -> Iterable[str]:
        """Every surge that is remembered."""
        return self._board.surges.surges

    def row(self, key: str) -> Row | None:
        """One surge at its height."""
        surge = self._board.surges.surges.get(key)
        if surge is None:
            return None
        return SurgeRow(
            key=key,
            began=surge.began,
            ended=surge.ended,
            channel=surge.channel or "",
            kind=surge.kind or "",
            service=surge.service or "",
            minutes=surge.minutes,
            until=surge.until,
            seen=surge.seen,
            usual=surge.usual,
            low=surge.low,
            high=surge.high,
            chance=surge.chance,
        )


class CurveSource:
    """Stretches of equal length up to now; they begin at multiples of their length, counted from 1970 (UTC).

    All rows are made at once, when the keys are asked for: one look at the counts serves them all.
    """

    name = "curve"
    row_type = CurveRow
    default_sort = "key"

    def __init__(self, board: Board, of: str = "", now: Callable[[], datetime] | None = None) -> None:
        """``now``: the clock of a hub that runs; without one it is the log's own time. Raises BadQuery."""
        self._board = board
        self._now = now
        self._minutes, self._stretches, self._series = _parsed(of)
        self._rows: dict[str, CurveRow] = {}

    def every_key(self) -> Iterable[str]:
        """The places of the stretches, the oldest first."""
        self._rows = {row.key: row for row in self._made()}
        return list(self._rows)

    def row(self, key: str) -> Row | None:
        """One stretch, as of when the keys were asked for."""
        return self._rows.get(key)

    def _made(self) -> Iterable[CurveRow]:
        board, minutes, count = self._board, self._minutes, self._stretches
        now = board.at if self._now is None else max(self._now(), board.at)
        last = int(now.timestamp()) // 60 // minutes
        first = max(last - count + 1, 0)
        count = last - first + 1
        history = board.counts.history
        if minutes * count <= MINUTES_BACK:
            counted = history.minutes.rows(first * minutes, (last + 1) * minutes - 1)
        else:
            counted = history.hours.rows(first * minutes // 60, (last + 1) * minutes // 60 - 1)
        members = MEMBERS[SERIES_AT[self._series]]
        cells = counted.reshape(count, -1, counted.shape[1]).sum(axis=1) * members.astype(np.int64)
        usual = board.surges.usual(now, board.desk)
        starts = np.arange(first, last + 1, dtype=np.float64) * minutes
        expected = usual.expected_in(starts, minutes) @ members
        surges = [
            (surge.id, surge.began, surge.ended or now)
            for surge in board.surges.surges.values()
            if surge.series.meets(self._series)
        ]
        low, high = usual.band(expected, minutes, starts + minutes, SERIES_AT[self._series])
        for place in range(count):
            start = datetime.fromtimestamp(starts[place] * 60, UTC)
            end = start + timedelta(minutes=minutes)
            by: dict[str, int] = {}
            for cell in np.flatnonzero(cells[place]).tolist():
                by[NAMES[cell]] = by.get(NAMES[cell], 0) + int(cells[place, cell])
            yield CurveRow(
                key=str(place),
                start=start,
                minutes=float(minutes),
                seen=int(cells[place].sum()),
                usual=round(float(expected[place]), 4),
                low=round(float(low[place]), 4),
                high=round(float(high[place]), 4),
                by=by,
                surges=tuple(id for id, began, ended in surges if began < end and ended >= start),
            )


def _parsed(of: str) -> tuple[int, int, Series]:
    """Return minutes, stretches and the series that ``of`` asks for. Raises BadQuery."""
    if not of:
        return MINUTES, STRETCHES, Series()
    minutes_text, _, rest = of.partition("/")
    stretches_text, _, names = rest.partition("/")
    if not all(text.isascii() and text.isdigit() for text in (minutes_text, stretches_text)):
        raise BadQuery(f"of: the curve takes {_FORM}")
    if len(minutes_text) > 6 or len(stretches_text) > 6:
        raise BadQuery(f"of: {MOST_STRETCHES} stretches of {MOST_MINUTES} minutes are the most")
    minutes, stretches = int(minutes_text), int(stretches_text)
    if not 1 <= minutes <= MOST_MINUTES or not 1 <= stretches <= MOST_STRETCHES:
        raise BadQuery(f"of: 1 to {MOST_STRETCHES} stretches of 1 to {MOST_MINUTES} minutes, not {stretches}/{minutes}")
    if minutes * stretches > MINUTES_BACK and (minutes % 60 or minutes * stretches > HOURS_BACK * 60):
        raise BadQuery(
            f"of: single minutes go back {MINUTES_BACK // 1440} days, whole hours {HOURS_BACK // 24} days; "
            f"{stretches} stretches of {minutes} minutes do not fit"
        )
    channel: Channel | None = None
    kind: CaseKind | None = None
    for name in names.split("/") if names else ():
        if channel is None and kind is None and name in _CHANNELS:
            channel = Channel(name)
        elif kind is None and name in _KINDS:
            kind = CaseKind(name)
        else:
            raise BadQuery(f"of: {name[:40]!r} is not a channel ({', '.join(_CHANNELS)}) or kind ({', '.join(_KINDS)})")
    return minutes, stretches, Series(channel, kind)


_CHANNELS = tuple(channel.value for channel in Channel)
_KINDS = tuple(kind.value for kind in CaseKind)
