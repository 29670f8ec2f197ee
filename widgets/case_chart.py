"""A chart of counts per minute, stacked by series. At sizes where axes would leave no room it is a sparkline."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from msgspec import Struct
from rich.text import Text
from textual.app import RenderResult
from textual.color import Color
from textual_plotext import PlotextPlot

from widgets.sparkline import sparkline

_LABELS = 5
"""Cells that the labels of the counts take, with the space after them."""

_BINS = (1, 2, 3, 4, 5, 6, 10, 15, 20, 30, 60)
"""Minutes that one bar may stand for."""

_FULL = "█"
_PARTS = " ▁▂▃▄▅▆▇"


def _round_up(highest: float) -> int:
    """Return the top of the axis: the least of 4, 10, 20, 40, 100 … that holds ``highest``."""
    scale = 1
    while True:
        for step in (4, 10, 20):
            if highest <= step * scale:
                return step * scale
        scale *= 10


class Series(Struct, frozen=True):
    """One part of the stack. ``values``: one count per bin, oldest first; ``colour``: a theme variable's name."""

    name: str
    values: tuple[float, ...]
    colour: str = "primary"


def binned(values: Sequence[float], size: int) -> tuple[float, ...]:
    """Return the sums of each ``size`` values, counted from the newest; the oldest bin may be of fewer values."""
    start = len(values) % size
    head = [sum(values[:start])] if start else []
    return (*head, *(sum(values[i : i + size]) for i in range(start, len(values), size)))


class CaseChart(PlotextPlot):
    """Give it series of one length and the minute of the newest value with ``show``."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.series: tuple[Series, ...] = ()
        self.newest: datetime | None = None

    def show(self, series: Sequence[Series], newest: datetime) -> None:
        """Show ``series``; nothing is painted where nothing changed."""
        if (tuple(series), newest) != (self.series, self.newest):
            self.series, self.newest = tuple(series), newest
            self.refresh()

    def render(self) -> RenderResult:
        """Return the chart for the size that there is."""
        width, height = self.size
        if not self.series or self.newest is None or width < 1 or height < 1:
            return Text("")
        length = max(len(part.values) for part in self.series)
        if width < 24 or height < 6:
            totals = [sum(part.values[i] for part in self.series) for i in range(length)]
            return Text(sparkline(totals, width), no_wrap=True)
        size = next((size for size in _BINS if length / size <= width - _LABELS), 60)
        parts = [(part, binned(part.values, size)) for part in self.series]
        self._draw(parts, size, width - _LABELS, height - 1)
        return super().render()

    def _draw(self, parts: Sequence[tuple[Series, tuple[float, ...]]], size: int, columns: int, rows: int) -> None:
        """Draw the stack, one point per cell: plotext's own bars run into each other where they are narrow."""
        assert self.newest is not None
        plt = self.plt
        plt.clear_figure()
        count = len(parts[0][1])
        wide = max(1, columns // count)
        start = columns - wide * count
        sums = [list(accumulate(values[i] for _, values in parts)) for i in range(count)]
        top = _round_up(max((heights[-1] for heights in sums), default=0))
        below = [0] * count
        for number, (part, _) in enumerate(parts):
            xs: list[float] = []
            ys: list[float] = []
            marks: list[str] = []
            for i, heights in enumerate(sums):
                eighths = round(heights[number] / top * rows * 8)
                cells = [_FULL] * (eighths // 8)
                if number == len(parts) - 1 and eighths % 8:
                    cells.append(_PARTS[eighths % 8])
                elif number < len(parts) - 1 and eighths % 8 >= 4:
                    cells.append(_FULL)
                for row in range(below[i], min(len(cells), rows)):
                    for column in range(wide):
                        xs.append(start + i * wide + column)
                        ys.append(row)
                        marks.append(cells[row])
                below[i] = max(below[i], len(cells))
            for mark in sorted(set(marks)):
                chosen = [place for place, other in enumerate(marks) if other == mark]
                plt.scatter(
                    [xs[place] for place in chosen],
                    [ys[place] for place in chosen],
                    marker=mark,
                    color=self._rgb(part.colour),
                )
        plt.xlim(0, max(columns - 1, 1))
        plt.ylim(0, max(rows - 1, 1))
        places = [round(step * (count - 1) / 4) for step in range(5)] if count > 8 else list(range(count))
        first = self.newest - timedelta(minutes=(count - 1) * size)
        stamps = [(first + timedelta(minutes=place * size)).astimezone(UTC).strftime("%H:%M") for place in places]
        # A label is centred on its place; those at the ends are moved in so that they are not cut.
        at = [min(max(start + place * wide + wide / 2, 2), columns - 3) for place in places]
        plt.xticks([float(x) for x in at], stamps)
        half = (rows - 1) / 2
        plt.yticks([0.0, half, float(rows - 1)], [f"{value:>{_LABELS - 1}.0f}" for value in (0, top / 2, top)])
        plt.frame(False)
        plt.grid(False, False)

    def _rgb(self, colour: str) -> tuple[int, int, int]:
        value = self.app.theme_variables.get(colour) or self.app.theme_variables["primary"]
        try:
            rgb = Color.parse(value).rgb
        except ValueError:
            rgb = Color.parse("ansi_blue").rgb
        return (rgb[0], rgb[1], rgb[2])
