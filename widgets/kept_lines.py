"""Keeps the finished lines of a widget, so that one changed line does not cost all of them.

For each line that changed somewhere on the screen Textual's compositor asks every widget for all its lines. Textual
keeps them as well, but passes each through the app's filters again, every time.
"""

from typing import Any

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class KeptLines(Widget):
    """Stands before the widget's class among the bases. What was asked to be painted again is, and nothing else."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._kept: list[Strip] = []
        self._kept_for: tuple[Any, ...] = ()
        """Region and filters that the kept lines were made with."""
        self._stale: set[int] = set()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines in ``crop``; of the whole widget only the stale ones are made anew."""
        for region in self._dirty_regions:
            self._stale.update(region.line_range)
        if crop != self.outer_size.region:
            # A part, such as the line under the mouse. Painting it takes its mark from Textual, not from here.
            return super().render_lines(crop)
        made_for = (crop, *self.get_line_filters())
        if made_for != self._kept_for:
            self._kept, self._kept_for = super().render_lines(crop), made_for
        elif stale := [y for y in self._stale if 0 <= y < crop.height]:
            first, end = min(stale), max(stale) + 1
            self._kept[first:end] = super().render_lines(Region(0, first, crop.width, end - first))
        self._stale.clear()
        self._dirty_regions.clear()
        return self._kept
