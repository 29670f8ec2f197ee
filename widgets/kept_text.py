"""A text painted line by line: of a text that says nearly what it said before only the other lines are painted.

Textual wraps, formats and pads a whole text whenever a word of it changes. Who writes a line ten times a second, or
knows already where lines end, gives them here one by one.
"""

from collections.abc import Sequence
from typing import Any

from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from widgets.kept_lines import KeptLines


class KeptText(KeptLines):
    """Left aligned. ``text_lines`` is asked for each line that is painted: who makes them should keep them."""

    WHOLE = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lines_painted: dict[int, tuple[Content, int, Style, Strip]] = {}
        """By line: what was painted, how wide, in which style, and as what."""

    def text_lines(self) -> Sequence[Content]:
        """Return the lines, none of them wider than the widget."""
        raise NotImplementedError

    def render(self) -> Content:
        """Return the text as a whole, as it is chosen and copied with the mouse."""
        return Content("\n").join(self.text_lines())

    def notify_style_update(self) -> None:
        """Forget what was painted in other colours."""
        self._lines_painted.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Return a line; the very same one as before where it says the same."""
        if self.text_selection is not None:  # what is chosen is marked by Textual
            self._lines_painted.clear()
            return super().render_line(y)
        lines = self.text_lines()
        line, width, base = lines[y] if y < len(lines) else Content(""), self.content_size.width, self.visual_style
        known = self._lines_painted.get(y)
        if known is not None and known[1:3] == (width, base) and (known[0] is line or known[0].is_same(line)):
            return known[3]
        strip = self._paint_line(line, y, width, base)
        self._lines_painted[y] = (line, width, base, strip)
        return strip

    def _paint_line(self, line: Content, y: int, width: int, base: Style) -> Strip:
        segments, x = [], 0
        for text, style in line.render(base, end="", parse_style=self._get_style):
            segments.append(Segment(text, (base + style).rich_style_with_offset(x, y)))
            x += len(text)
        return Strip(segments).adjust_cell_length(width, base.rich_style)
