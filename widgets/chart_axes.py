"""The words beside and below a chart: counts at the left, times below. Pure: rows and a size in, placed texts out.

What stands in the chart itself is in band_painter.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Final, NamedTuple

from feeds.model import CurveRow
from widgets.band_painter import Picture

GUTTER: Final = 5
"""Cells that the counts take, with the space after them."""

_DAY: Final = 24 * 60
"""Minutes from which on the words below name days, not times."""

_STEPS: Final = (1, 5, 10, 15, 30, 60, 120, 180, 360, 720, _DAY, 2 * _DAY, 7 * _DAY, 28 * _DAY)
"""Minutes between two times that are round ones."""

_MOST: Final = 8
"""Times below a chart, however wide it is."""

_ROOM: Final = 8
"""Cells for each of them, at the least."""

_APART: Final = 2
"""Cells that two of them keep between each other."""


class Label(NamedTuple):
    """A text and where it begins: ``at`` is a line from below for counts, a column of the chart for times."""

    at: int
    text: str


def short_count(value: float) -> str:
    """Return a count in four cells at the most: ``61``, ``2000``, ``20k``, ``4M``."""
    for size, unit in ((1, ""), (1_000, "k"), (1_000_000, "M"), (1_000_000_000, "G")):
        text = f"{value / size:.0f}{unit}"
        if len(text) < GUTTER:
            return text
    return "many"


def count_labels(picture: Picture, lines: int) -> tuple[Label, ...]:
    """Return nothing, the top and, where there is a line between them, half of it; for ``lines`` lines in all."""
    highest = lines - 1
    found = {picture.floor: 0.0}
    if highest - picture.floor >= 2:
        found[(picture.floor + highest + 1) // 2] = picture.top / 2
    found[highest] = float(picture.top)
    return tuple(Label(at, short_count(value).rjust(GUTTER - 1)) for at, value in found.items())


def time_labels(rows: Sequence[CurveRow], picture: Picture, columns: int) -> tuple[Label, ...]:
    """Return when stretches began (UTC), from left to right: round times, each below the beginning of its stretch.

    Where no stretches begin at such times, the newest and the oldest are named. At the edges they are moved in; where
    there is not room for all, the newer ones stay.
    """
    shown = rows[picture.first :]
    if not shown:
        return ()
    days = sum(row.minutes for row in shown) > _DAY
    most = max(min(_MOST, columns // _ROOM), 1)
    begun = [int(row.start.timestamp()) // 60 for row in shown]
    places: list[int] = []
    for step in _STEPS:
        places = [place for place, minute in enumerate(begun) if minute % step == 0]
        if len(places) <= most:
            break
    if len(places) < 2:
        places = [0, len(shown) - 1]
    taken: list[Label] = []
    for place in reversed(places):
        text = shown[place].start.astimezone(UTC).strftime("%a %d" if days else "%H:%M")
        at = max(min(picture.starts[place], columns - len(text)), 0)
        if at + len(text) <= (taken[-1].at - _APART if taken else columns):
            taken.append(Label(at, text))
    return tuple(reversed(taken))
