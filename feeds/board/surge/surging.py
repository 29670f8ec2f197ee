"""Surges: more cases than is usual, said once, said again when there are clearly more, and said to be over.

``look`` is asked every few seconds what is to be said as of a time; it looks at the board and proposes facts. What a
known surge explains is no news: while it lasts that is its pace at its height, later the cases that it brought. What
is more than that makes it grow, and where it spreads to others than it was said of (mails after calls) it becomes one
of them all. It is over when for a while no more come than is usual: a while in which it would have shown if it went on
at a fraction of its pace, ten minutes for a burst, hours for what came slowly. Longer windows still hold what it
brought, and that is no surge any more. Numbers are the matter of feeds.surges.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from math import exp
from typing import TYPE_CHECKING, Final

import numpy as np

from feeds.board.surge.surges import Surge
from feeds.facts import SurgeBegan, SurgeEnded, SurgeGrew
from feeds.model import CaseKind, Channel, Service
from feeds.surges import CELLS, MEMBERS, SERIES, SERIES_AT, Floats, Series, Usual
from feeds.surges.looking import LEAST, WINDOWS, Picture, find, picture
from feeds.surges.tail import LEAST_MEAN

if TYPE_CHECKING:
    from feeds.board.board import Board

SurgeFact = SurgeBegan | SurgeGrew | SurgeEnded

SPREADS_FOR: Final = timedelta(hours=24)
"""A surge younger than this takes in whatever else rises: one fault is told of in several ways."""
GREW: Final = 1.5
"""A surge grew when so many times the excess is there, or QUICKER times its pace."""
QUICKER: Final = 2.0
MULTIPLE: Final = 2.0
"""A surge that goes on at its pace is said again at so many times the excess: never often, as that doubles."""
_QUIET_FOR: Final = 10
"""Minutes without more than is usual that are the least for a surge to be over."""
_SLOWER: Final = 0.25
"""Share of its pace at its height at which a surge still goes on."""
_SHOWS: Final = 2.0
"""Standard deviations of what is usual, and looking.LEAST cases, by which it must show at that pace in that time."""
_OVER_AFTER: Final = {5: 30, 10: 30, 30: 60, 60: 120, 120: 360}
"""Length of the window that said it → of the window that must be nearly usual again where no quiet time is found."""
_QUITE: Final = 0.5
_USUAL_AGAIN: Final = 1.3
"""Standard deviations above the mean that are quite usual, and that are nothing special: one window in ten is there."""
_FADED: Final = 0.1
"""Share of what was said of it that may be left over when a surge is over."""
_BY_DAYTIME: Final = 360
"""Surges seen in windows of so many minutes and more follow the hours of the day, as usual cases do."""


def look(board: "Board", at: datetime) -> list[SurgeFact]:
    """Return what is to be said of surges as of ``at``: nothing, or the few facts to append."""
    minute = int(at.timestamp()) // 60
    seen = board.counts.history.windows(minute, WINDOWS)
    live = board.surges.live
    if not live and not seen[-1].any():
        return []
    usual = board.surges.usual(at, board.desk)
    expected = usual.expected(minute + 1.0, np.array(WINDOWS, dtype=np.float64))
    quiet = seen - _brought(board, usual, minute)
    going_on = np.zeros_like(expected)
    plain = picture(quiet, expected, going_on, usual, minute + 1.0)
    over = [SurgeEnded(surge.id) for surge in live.values() if _over(surge, plain, usual, minute)]
    if over:
        return list(over)  # what is left is looked at when they are over
    for surge in live.values():
        going_on = going_on + _pace(board, usual, surge, minute, expected)
    found = find(picture(quiet, expected, going_on, usual, minute + 1.0) if live else plain)
    if found is None:
        return list(_higher(live.values(), plain, usual, minute))
    series = SERIES[found.series]
    known = _that_spreads(live.values(), series, at)
    if known is None:
        return [SurgeBegan(f"S-{board.surges.count + 1}", *_statement(series, found.window, plain, usual, minute))]
    grown = _statement(known.series.joined(series), found.window, plain, usual, minute)
    return [SurgeGrew(known.id, *grown)] if _clearly_greater(known, grown) else []


_Statement = tuple[int, datetime, int, float, float, float, float, Channel | None, CaseKind | None, Service | None]
"""The fields of SurgeBegan and SurgeGrew after the id."""


def _statement(series: Series, window: int, plain: Picture, usual: Usual, minute: int) -> _Statement:
    """Say a series in a window, as beside a quiet day; what earlier surges brought is not counted again."""
    at, minutes = SERIES_AT[series], WINDOWS[window]
    mean = plain.usual[window, at]
    low, high = usual.band(np.array([mean]), minutes, np.array([minute + 1.0]), at)
    return (
        minutes,
        datetime.fromtimestamp((minute + 1) * 60, UTC),
        max(0, round(float(plain.seen[window, at]))),
        round(float(mean), 4),
        round(float(low[0]), 4),
        round(float(high[0]), 4),
        exp(float(plain.log_chance[window, at])),
        series.channel,
        series.kind,
        series.service,
    )


def _clearly_greater(known: Surge, grown: _Statement) -> bool:
    minutes, _until, seen, mean, *_rest = grown
    before, now = known.seen - known.usual, seen - mean
    if Series(*grown[-3:]) != known.series:
        return now > before
    return now >= GREW * before or now / minutes >= QUICKER * before / known.minutes


def _higher(live: Iterable[Surge], plain: Picture, usual: Usual, minute: int) -> Iterator[SurgeGrew]:
    """Say surges anew that go on as before, when by now they brought a multiple of what was said."""
    for surge in live:
        at = SERIES_AT[surge.series]
        window = int(np.argmin(plain.log_chance[:, at]))
        more = plain.excess[window, at] >= MULTIPLE * (surge.seen - surge.usual)
        if more and exp(plain.log_chance[window, at]) < surge.chance:
            yield SurgeGrew(surge.id, *_statement(surge.series, window, plain, usual, minute))


def _that_spreads(live: Iterable[Surge], series: Series, at: datetime) -> Surge | None:
    """Return the surge that this is a part of, or the spreading of: the youngest one."""
    related = [one for one in live if one.series.meets(series) or at - one.began < SPREADS_FOR]
    return max(related, key=lambda one: (one.began, one.id), default=None)


def _over(surge: Surge, plain: Picture, usual: Usual, minute: int) -> bool:
    """Whether cases are back to what is usual: quite for a while in which it would have shown, or nearly for longer."""
    at, height = SERIES_AT[surge.series], max(surge.seen - surge.usual, 0.0)
    excess, mean = plain.excess[:, at], plain.usual[:, at]
    known, since = float(usual.known[at]), int(surge.until.timestamp()) // 60
    spread = [float(usual.variance(mean[w], WINDOWS[w], minute + 1.0, known)) ** 0.5 for w in range(len(WINDOWS))]
    after = WINDOWS.index(_OVER_AFTER.get(surge.minutes, WINDOWS[-1]))
    if excess[after] <= max(_USUAL_AGAIN * spread[after], 1.0, _FADED * height):
        return True
    for window, minutes in enumerate(WINDOWS):
        if minutes < _QUIET_FOR:
            continue
        if since > minute + 1 - minutes or excess[window] > max(_QUITE * spread[window], 1.0):
            return False  # nothing longer can be quiet since then
        share = minutes / surge.minutes
        if surge.minutes >= _BY_DAYTIME:
            share = min(share, mean[window] / max(surge.usual, LEAST_MEAN))
        if _SLOWER * height * share >= max(_SHOWS * spread[window], LEAST):
            return True
    return False


def _members(surge: Surge) -> Floats:
    members: Floats = MEMBERS[SERIES_AT[surge.series]]
    return members


def _span(surge: Surge) -> tuple[int, int]:
    """Return the first and the last minute of what a surge explains: cases rise before it can be said."""
    first = int(surge.began.timestamp()) // 60 - surge.minutes
    last = int(surge.until.timestamp()) // 60 - 1
    return first, max(last, int(surge.ended.timestamp()) // 60) if surge.ended is not None else last


def _brought(board: "Board", usual: Usual, minute: int) -> Floats:
    """Return the cases that surges which are over brought, float64[windows, 80]."""
    out = np.zeros((len(WINDOWS), len(CELLS)))
    before: list[tuple[Series, int]] = []
    over = [(one, *_span(one)) for one in board.surges.surges.values() if one.ended is not None]
    for surge, rises, last in sorted(over, key=lambda one: one[2]):
        if last <= minute - WINDOWS[-1]:
            continue
        # What one explains is not explained again by the next.
        first = max([rises, *(end + 1 for series, end in before if series.meets(surge.series))])
        before.append((surge.series, last))
        for window, minutes in enumerate(WINDOWS):
            low, high = max(first, minute - minutes + 1), min(last, minute)
            if low <= high:
                came = board.counts.history.between(low, high)
                thought = usual.expected(high + 1.0, np.array([high - low + 1.0]))[0]
                out[window] += np.maximum(came - thought, 0.0) * _members(surge)
    return out


def _pace(board: "Board", usual: Usual, surge: Surge, minute: int, expected: Floats) -> Floats:
    """Return the cases that a surge brings when it goes on at its height, float64[windows, 80]."""
    first, last = _span(surge)
    height = max(surge.seen - surge.usual, 0.0)
    then = usual.expected(last + 1.0, np.array([float(surge.minutes)]))[0]
    more = np.maximum(board.counts.history.between(last - surge.minutes + 1, last) - then, 0.0) * _members(surge)
    if not more.any():  # longer ago than single minutes are remembered
        more = then * _members(surge)
    more = more * (height / more.sum())
    lengths = np.minimum(np.array(WINDOWS, dtype=np.float64), max(1, minute - first + 1))
    out = np.outer(lengths / surge.minutes, more)
    if surge.minutes >= _BY_DAYTIME:
        scale = (expected @ _members(surge)) / max(float(then @ _members(surge)), 1e-9)
        out = np.maximum(out, np.outer(scale * lengths / np.array(WINDOWS), more))
    return np.asarray(out)


# -- what others ask -----------------------------------------------------------------------------------------------


def usual_cases(
    board: "Board",
    until: datetime,
    minutes: float,
    channel: Channel | None = None,
    kind: CaseKind | None = None,
    service: Service | None = None,
) -> float:
    """Return how many cases are usual in ``minutes`` minutes before ``until``; None: of all channels, kinds, services.

    It is an expectation, never 0 for ``minutes`` above 0.
    """
    usual = board.surges.usual(board.at, board.desk)
    cells = usual.expected(until.timestamp() / 60, np.array([minutes], dtype=np.float64))[0]
    return float(cells @ MEMBERS[SERIES_AT[Series(channel, kind, service)]])


def usual_per_minute(board: "Board", at: datetime) -> float:
    """Return how many cases a minute are usual at a time, over everything."""
    return usual_cases(board, at + timedelta(minutes=0.5), 1.0)
