"""Bars of counts over the band of what is usual, as characters on a grid. Pure: rows and a size in, spots out.

Nothing rests on colour alone: the band is shaded, its upper edge goes on through the bars that reach beyond it, and
surges are underlined.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from feeds.model import CurveRow

FULL: Final = "█"
EDGE: Final = "▓"
"""A bar where the band that it reaches beyond ends."""
SHADE: Final = "░"
USUAL: Final = "─"
SURGE: Final = "━"
BAND: Final = "band"
"""The colour of the band: between that of the text and that of the ground."""
_PARTS: Final = " ▁▂▃▄▅▆▇"


class Spot(NamedTuple):
    """One character: the cell (from the left and from below), and the name of a colour of the theme."""

    x: int
    y: int
    mark: str
    colour: str


class Picture(NamedTuple):
    """What is to be drawn. ``floor``: the lowest line of the bars; below it lies the line of surges, if there is one.

    ``top``: the count at the upper end of the highest line. ``starts``: the first cell of each row shown; ``wide``:
    cells of each. ``first``: the place of the first row that is shown.
    """

    spots: tuple[Spot, ...]
    floor: int
    top: int
    starts: tuple[int, ...]
    wide: int
    first: int


def round_up(highest: float) -> int:
    """Return the top of the axis: the least of 4, 10, 20, 40, 100 … that holds ``highest``."""
    scale = 1
    while True:
        for step in (4, 10, 20):
            if highest <= step * scale:
                return step * scale
        scale *= 10


def paint(rows: Sequence[CurveRow], columns: int, lines: int) -> Picture:
    """Return the picture of ``rows`` (oldest first) on ``columns`` × ``lines`` cells; at least one of each.

    Where there are more rows than columns, the newest are shown.
    """
    shown = rows[-columns:]
    count = max(len(shown), 1)
    wide = columns // count
    left = columns - wide * count
    floor = 1 if lines > 4 and any(row.surges for row in shown) else 0
    lines -= floor
    top = round_up(max((max(row.seen, row.high) for row in shown), default=0.0))
    scale = lines / top
    spots: list[Spot] = []
    starts = tuple(left + wide * place for place in range(len(shown)))
    for start, row in zip(starts, shown, strict=True):
        bar = range(start, start + (wide - 1 if wide > 2 else wide))
        spots += _column(row, scale, lines, floor, bar, range(start, start + wide))
        if floor and row.surges:
            spots += [Spot(x, 0, SURGE, "error") for x in range(start, start + wide)]
    return Picture(tuple(spots), floor, top, starts, wide, len(rows) - len(shown))


def _column(row: CurveRow, scale: float, lines: int, floor: int, bar: range, cells: range) -> list[Spot]:
    """Return the bar of one row over its part of the band; ``bar``: the cells of the bar, of all ``cells``."""
    band = _band(row, scale, lines)
    usual = min(int(row.usual * scale), lines - 1) if len(band) > 2 else -1
    beyond = row.seen > row.high > 0
    eighths = max(round(row.seen * scale * 8), 1) if row.seen else 0
    whole, part = divmod(eighths, 8)
    over = "error" if row.surges else "warning"
    spots = []
    for y in range(lines):
        ground = "" if y not in band else USUAL if y == usual else SHADE
        for x in cells:
            mark, colour = ground, BAND
            if x in bar and y < whole:
                edge = beyond and bool(band) and y == band[-1]
                mark = EDGE if edge else FULL
                colour = over if beyond and (not band or y > band[-1]) else "primary"
            elif x in bar and y == whole and part:
                mark, colour = _PARTS[part], over if beyond and (not band or y > band[-1]) else "primary"
            if mark:
                spots.append(Spot(x, y + floor, mark, colour))
    return spots


def _band(row: CurveRow, scale: float, lines: int) -> range:
    """Return the lines of which the band takes half or more; where there are none, the one in which it lies."""
    if row.high <= 0:
        return range(0)
    first = min(round(row.low * scale), lines - 1)
    return range(first, min(max(round(row.high * scale), first + 1), lines))
