"""A chart of counts per minute, stacked by series. At sizes where axes would leave no room it is a sparkline."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate

from msgspec import Struct
from rich.text import Text
from textual.app import RenderResult
from textual.color import Color
from textual_plotext import PlotextPlot

from widgets.plain import plain
from widgets.sparkline import sparkline


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
        size = next((size for size in (1, 2, 5, 10, 15, 30, 60) if length / size <= width - 8), 60)
        parts = [(part, binned(part.values, size)) for part in self.series]
        self._draw(parts, size)
        return super().render()

    def _draw(self, parts: Sequence[tuple[Series, tuple[float, ...]]], size: int) -> None:
        assert self.newest is not None
        plt = self.plt
        plt.clear_figure()
        count = len(parts[0][1])
        places = list(range(count))
        # Each bar is drawn over the one that holds it: largest sum first.
        sums = list(zip(*(accumulate(values[i] for _, values in parts) for i in places), strict=True))
        for (part, _), heights in reversed(list(zip(parts, sums, strict=True))):
            if any(heights):
                plt.bar(places, list(heights), color=self._rgb(part.colour), width=1, marker="sd", label=None)
        highest = max((max(heights) for heights in sums), default=0)
        plt.ylim(0, max(highest, 4))
        plt.xlim(-0.5, max(count - 0.5, 0.5))
        steps = [round(step * (count - 1) / 4) for step in range(5)] if count > 4 else places
        stamps = [
            datetime.fromtimestamp(self.newest.timestamp() - (count - 1 - place) * size * 60, UTC).strftime("%H:%M")
            for place in steps
        ]
        plt.xticks([float(step) for step in steps], stamps)
        top = max(highest, 4)
        plt.yticks([0, top / 2, top], ["0", f"{top / 2:.0f}", f"{top:.0f}"])
        plt.frame(False)
        plt.grid(False, False)
        plt.title(plain(f"per {size} min" if size > 1 else "per minute"))

    def _rgb(self, colour: str) -> tuple[int, int, int]:
        value = self.app.theme_variables.get(colour) or self.app.theme_variables["primary"]
        try:
            rgb = Color.parse(value).rgb
        except ValueError:
            rgb = Color.parse("ansi_blue").rgb
        return (rgb[0], rgb[1], rgb[2])
