"""A scrollbar that costs nothing while it stands still, and next to nothing while it moves.

Few of a thousand new rows move it by an eighth of a cell; where they do, only the lines at its ends are painted.
"""

from math import ceil
from typing import Self

from rich.segment import Segment
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from widgets.kept_lines import KeptLines


class KeptBar(KeptLines, ScrollBar):
    """``thickness`` in cells."""

    WHOLE = True

    def __init__(self, *, vertical: bool, name: str, thickness: int) -> None:
        super().__init__(vertical=vertical, name=name, thickness=thickness)
        self._shown: tuple[object, ...] = ()
        self._lines: list[Strip] = []
        self._made: dict[Segment, Strip] = {}
        """Few: whole cells and the eighths at the ends, in each theme that was worn."""

    def _look(self) -> tuple[object, ...]:
        """Return all that what is painted depends on."""
        height, rows, window = self.size.height, ceil(self.window_virtual_size), ceil(self.window_size)
        length = max(1.0, window * height / rows) if window < rows else 0.0
        start = int((height - length) * self.position / (rows - window) * 8) if length else 0
        return (self.app.theme, self.size, self.mouse_over, self.grabbed is None, start, ceil(length * 8))

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint the bar anew where it looks otherwise."""
        if not layout and not recompose and self.is_attached:
            look = self._look()
            if look == self._shown:
                return self
            self._shown = look
        self._lines = []
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_line(self, y: int) -> Strip:
        """Return line ``y``; lines that look the same are the same."""
        if not self._lines:
            made = self._made
            self._lines = [made.setdefault(part, Strip([part], self.thickness)) for part in self._parts()]
        return self._lines[y] if y < len(self._lines) else Strip.blank(self.thickness, self.rich_style)

    def _parts(self) -> list[Segment]:
        bar = self.render()
        assert isinstance(bar, ScrollBarRender)
        style = bar.style if not isinstance(bar.style, str) else self.rich_style
        assert style.color is not None
        assert style.bgcolor is not None
        return bar.render_bar(
            size=self.size.height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=self.thickness,
            back_color=style.bgcolor,
            bar_color=style.color,
        ).segments
