"""A chart of case counts against the band of what is usual. At sizes without room for axes it is a sparkline.

What is drawn where is worked out in band_painter and chart_axes; here it is put on lines.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from feeds.model import CurveRow
from widgets.band_painter import BAND, paint
from widgets.chart_axes import GUTTER, count_labels, time_labels
from widgets.sparkline import sparkline

_BAND_STRENGTH = 0.4
"""How much of the text's colour is in the band's."""

_PLAIN = ""
"""The name of no colour of its own."""


class CaseChart(Widget):
    """Give it the rows of a curve with ``show``."""

    DEFAULT_CSS = """
    CaseChart { width: 1fr; height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: tuple[CurveRow, ...] = ()
        self._lines: list[Strip] | None = None
        """What is painted; None: to be worked out."""
        self._painted_at = (0, 0)

    def show(self, rows: Sequence[CurveRow]) -> None:
        """Show ``rows``, oldest first; nothing is painted where nothing changed."""
        if tuple(rows) != self.rows:
            self.rows = tuple(rows)
            self._lines = None
            self.refresh()

    def notify_style_update(self) -> None:
        """Take the theme's colours."""
        super().notify_style_update()
        self._lines = None

    def render_line(self, y: int) -> Strip:
        """Return one line."""
        width, height = self.content_size
        if self._lines is None or self._painted_at != (width, height):
            self._lines, self._painted_at = self._draw(width, height), (width, height)
        return self._lines[y] if y < len(self._lines) else Strip.blank(width, self.rich_style)

    def _draw(self, width: int, height: int) -> list[Strip]:
        """Return the lines of the chart for a size, from above."""
        if not self.rows or width < 1 or height < 1:
            return []
        if width < 24 or height < 5:
            line = sparkline([row.seen for row in self.rows], width)
            return [Strip([Segment(line, self.rich_style)]).adjust_cell_length(width, self.rich_style)]
        columns, lines = width - GUTTER, height - 1
        picture = paint(self.rows, columns, lines)
        cells = [[(" ", _PLAIN)] * width for _ in range(height)]
        for spot in picture.spots:
            cells[lines - 1 - spot.y][GUTTER + spot.x] = spot.mark, spot.colour
        for label in count_labels(picture, lines):
            cells[lines - 1 - label.at][: len(label.text)] = [(sign, _PLAIN) for sign in label.text]
        for label in time_labels(self.rows, picture, columns):
            begins = GUTTER + label.at
            cells[lines][begins : begins + len(label.text)] = [(sign, _PLAIN) for sign in label.text]
        looks = {colour: self._look(colour) for colour in {_PLAIN, *(spot.colour for spot in picture.spots)}}
        return [
            Strip(
                [
                    Segment("".join(sign for sign, _ in run), looks[colour])
                    for colour, run in groupby(line, key=itemgetter(1))
                ],
                width,
            )
            for line in cells
        ]

    def _look(self, colour: str) -> Style:
        if colour == _PLAIN:
            return self.rich_style
        if colour == BAND:
            found = self._parsed("background").blend(self._parsed("foreground"), _BAND_STRENGTH)
        else:
            found = self._parsed(colour)
        return self.rich_style + Style(color=found.rich_color)

    def _parsed(self, colour: str) -> Color:
        variables = self.app.theme_variables
        return Color.parse(variables.get(colour) or variables["primary"])
