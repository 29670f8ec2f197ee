"""A chart of case counts against the band of what is usual. At sizes without room for axes it is a sparkline."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC

from rich.text import Text
from textual.app import RenderResult
from textual.color import Color
from textual_plotext import PlotextPlot

from feeds.model import CurveRow
from widgets.band_painter import BAND, Picture, paint
from widgets.sparkline import sparkline

LABELS = 5
"""Cells that the labels of the counts take, with the space after them."""

_BAND_STRENGTH = 0.4
"""How much of the text's colour is in the band's."""

_DAY = 24 * 60
"""Minutes from which on the labels below name days, not times."""


class CaseChart(PlotextPlot):
    """Give it the rows of a curve with ``show``."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: tuple[CurveRow, ...] = ()

    def show(self, rows: Sequence[CurveRow]) -> None:
        """Show ``rows``, oldest first; nothing is painted where nothing changed."""
        if tuple(rows) != self.rows:
            self.rows = tuple(rows)
            self.refresh()

    def render(self) -> RenderResult:
        """Return the chart for the size that there is."""
        width, height = self.size
        if not self.rows or width < 1 or height < 1:
            return Text("")
        if width < 24 or height < 5:
            return Text(sparkline([row.seen for row in self.rows], width), no_wrap=True)
        columns, lines = width - LABELS, height - 1
        self._draw(paint(self.rows, columns, lines), columns, lines)
        return super().render()

    def _draw(self, picture: Picture, columns: int, lines: int) -> None:
        """Draw one point per cell: plotext's own bars run into each other where they are narrow."""
        plt = self.plt
        plt.clear_figure()
        ground = self._rgb("background")
        plt.canvas_color(ground)
        plt.axes_color(ground)
        alike: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for spot in picture.spots:
            alike[spot.mark, spot.colour].append((spot.x, spot.y))
        for (mark, colour), cells in alike.items():
            xs, ys = zip(*cells, strict=True)
            # The cell at the left is the space after the labels: plotext gives them no more than they need.
            plt.scatter([x + 1.0 for x in xs], [float(y) for y in ys], marker=mark, color=self._rgb(colour))
        plt.xlim(0, columns)
        plt.ylim(0, max(lines - 1, 1))
        shown = self.rows[picture.first :]
        count = len(shown)
        places = [round(step * (count - 1) / 4) for step in range(5)] if count > 8 else list(range(count))
        days = sum(row.minutes for row in shown) > _DAY
        stamps = [shown[place].start.astimezone(UTC).strftime("%a %d" if days else "%H:%M") for place in places]
        # A label stands below the beginning of its stretch; those at the ends are moved in so that they are not cut.
        at = [min(max(picture.starts[place] + 3, 3 + days), columns - 2 - days) for place in places]
        plt.xticks([float(x) for x in at], stamps)
        highest = lines - 1
        ticks = [float(picture.floor), (picture.floor + highest) / 2, float(highest)]
        plt.yticks(ticks, [f"{value:>{LABELS - 1}.0f}" for value in (0, picture.top / 2, picture.top)])
        plt.frame(False)
        plt.grid(False, False)

    def _rgb(self, colour: str) -> tuple[int, int, int]:
        if colour == BAND:
            found = self._parsed("background").blend(self._parsed("foreground"), _BAND_STRENGTH)
        else:
            found = self._parsed(colour)
        rgb = found.rgb
        return (rgb[0], rgb[1], rgb[2])

    def _parsed(self, colour: str) -> Color:
        try:
            return Color.parse(self.app.theme_variables.get(colour) or self.app.theme_variables["primary"])
        except ValueError:
            return Color.parse("ansi_blue")
