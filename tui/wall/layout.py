"""Where what stands on the wall: boxes for a size and a number of outages, and the shift against burn-in. Pure.

From the top: a line of heartbeat, totals and clock (large where there is room); the outages in a grid; below them the
curve of cases, and beside it what customers were promised and how the feeds are. What does not fit goes, the outages
last.
"""

from datetime import datetime
from typing import Final, NamedTuple

from widgets.large_digits import height_of, largest

LEAST_PANEL: Final = (30, 6)
"""Cells that one outage needs: wide, high."""
USUAL_NUMBER: Final = "88,888"
"""The number that panels are measured by."""
SHIFT_EVERY: Final = 180
"""Seconds between two shifts."""
PATH: Final = ((0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1))
"""Where the whole picture stands in turn: cells from the left, lines from the top. One step a shift."""
ROOM: Final = (2, 1)
"""What the path needs at the right and at the bottom."""
NO_SHIFT_BELOW: Final = (40, 12)


class Box(NamedTuple):
    """A rectangle in cells."""

    x: int
    y: int
    width: int
    height: int


class Plan(NamedTuple):
    """``outages``: one box each, in reading order, at least one. The others are None where there is no room."""

    top: Box
    outages: tuple[Box, ...]
    curve: Box | None
    duty: Box | None
    feeds: Box | None


def shift_at(now: datetime, width: int, height: int) -> tuple[int, int]:
    """Return by how much the picture is moved at ``now``; not at all on a screen that is small."""
    if width < NO_SHIFT_BELOW[0] or height < NO_SHIFT_BELOW[1]:
        return 0, 0
    return PATH[int(now.timestamp()) // SHIFT_EVERY % len(PATH)]


def room_for(width: int, height: int) -> tuple[int, int]:
    """Return the size of the picture on a screen: smaller than it by what the shift needs."""
    if width < NO_SHIFT_BELOW[0] or height < NO_SHIFT_BELOW[1]:
        return width, height
    return width - ROOM[0], height - ROOM[1]


def places_for(width: int, height: int) -> int:
    """Return how many outages fit onto a picture of this size at most."""
    columns, rows = _most(width, _middle(width, height)[1])
    return columns * rows


def plan(width: int, height: int, outages: int) -> Plan:
    """Return the boxes of a picture of ``width`` × ``height`` cells (at least 1 × 1) with so many outages."""
    top, middle, bottom, gap = _zones(width, height)
    y = top + gap
    boxes = _grid(width, middle, max(outages, 1), y)
    if bottom == 0:
        return Plan(Box(0, 0, width, top), boxes, None, None, None)
    y += middle + gap
    if width < 64 or bottom < 6:
        duty = Box(0, y, width, min(2, bottom))
        feeds = Box(0, y + 2, width, bottom - 2) if bottom > 2 else None
        return Plan(Box(0, 0, width, top), boxes, None, duty, feeds)
    side = max(30, min(width * 3 // 10, 110))
    between = 2 if width < 120 else 4
    curve = Box(0, y, width - side - between, bottom)
    left = width - side
    for_duty = max(4, bottom * 6 // 10)
    return Plan(
        Box(0, 0, width, top),
        boxes,
        curve,
        Box(left, y, side, for_duty),
        Box(left, y + for_duty, side, bottom - for_duty),
    )


def _zones(width: int, height: int) -> tuple[int, int, int, int]:
    """Return the lines of the top, of the outages and of what stands below, and those between."""
    size = 0 if height < 30 or width < 90 else 1 if height < 50 or width < 150 else 2 if height < 80 else 3
    top = 1 if size == 0 else height_of(size) + 1
    gap = 0 if height < 20 else 1
    if height < 9:
        return top, max(height - top, 1), 0, 0
    if height < 16:
        return top, height - top - 2, 2, 0
    bottom = max(7, height * 30 // 100)
    return top, height - top - bottom - 2 * gap, bottom, gap


def _middle(width: int, height: int) -> tuple[int, int]:
    return width, _zones(width, height)[1]


def _most(width: int, height: int) -> tuple[int, int]:
    """Return the most columns and rows of outages: larger screens have larger panels, not many more."""
    columns = max(1, min(width // LEAST_PANEL[0], 2 if width < 120 else 3 if width < 240 else 4))
    rows = max(1, min(height // LEAST_PANEL[1], 1 if height < 14 else 2 if height < 40 else 3))
    return columns, rows


def _grid(width: int, height: int, count: int, y: int) -> tuple[Box, ...]:
    """Return boxes for ``count`` outages: in the number of columns at which their numbers are largest."""
    most_columns, most_rows = _most(width, height)
    count = min(count, most_columns * most_rows)
    best, columns = (-1, 0), 1
    for tried in range(1, most_columns + 1):
        rows = -(-count // tried)
        if rows > most_rows:
            continue
        size = largest(USUAL_NUMBER, (width - tried + 1) // tried - 8, height // rows - 5)
        quality = (size, -(tried * rows - count))
        if quality > best:
            best, columns = quality, tried
    rows = -(-count // columns)
    boxes: list[Box] = []
    gap = 1 if height // rows >= 9 else 0
    for row in range(rows):
        # A row that is not full comes first: the most urgent ones are the widest.
        in_row = columns if row else count - (rows - 1) * columns
        above, below = (height + gap) * row // rows, (height + gap) * (row + 1) // rows - gap
        for column in range(in_row):
            # One cell stays free between two panels, so that their edges do not touch.
            left, right = (width + 1) * column // in_row, (width + 1) * (column + 1) // in_row - 1
            boxes.append(Box(left, y + above, right - left, below - above))
    return tuple(boxes)
