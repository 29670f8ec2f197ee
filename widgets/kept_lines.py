"""Keeps the finished lines of a widget, so that one changed line does not cost all of them.

For each line that changed somewhere on the screen Textual's compositor asks every widget for all its lines. Textual
keeps them as well, but passes each through the app's filters again, every time. Lines that the widget paints at its
full width, with all colours, need nothing of what Textual adds around them (borders, padding, opacity): they are taken
as they are, and while the widget gives the same line again it is not even looked at.
"""

from collections.abc import Sequence
from typing import Any

from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class KeptLines(Widget):
    """Stands before the widget's class among the bases. What was asked to be painted again is, and nothing else.

    ``WHOLE``: the widget's ``render_line`` gives lines with foreground and background of its own everywhere.
    """

    WHOLE = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lines_kept: list[Strip] = []
        self._raw: list[Strip | None] = []
        """The lines as the widget gave them, where that is known."""
        self._kept_for: tuple[Any, ...] = ()
        """Region and filters that the kept lines were made with."""
        self._was_bare = False
        self._stale: set[int] = set()

    @property
    def _bare(self) -> bool:
        """Whether nothing is put around or over the widget's own lines."""
        styles = self.styles
        return (
            self.WHOLE
            and self.opacity == 1.0
            and not styles.gutter
            and not styles.tint.a
            and not any(kind for kind, _colour in styles.outline)
            and styles.text_opacity == 1.0
        )

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines in ``crop``; of the whole widget only the stale ones are made anew."""
        for region in self._dirty_regions:
            self._stale.update(region.line_range)
        if crop != self.outer_size.region:
            # A part, such as the line under the mouse. Painting it takes its mark from Textual, not from here.
            return super().render_lines(crop)
        filters = self.get_line_filters()
        made_for = (crop, *filters)
        if made_for == self._kept_for and not self._stale:
            return self._lines_kept
        if made_for != self._kept_for or (bare := self._bare) != self._was_bare:
            self._lines_kept, self._kept_for, self._was_bare = super().render_lines(crop), made_for, self._bare
            self._raw = [None] * len(self._lines_kept)
        elif bare:
            self._make_stale(crop, filters)
        elif stale := [y for y in self._stale if 0 <= y < crop.height]:
            first, end = min(stale), max(stale) + 1
            self._lines_kept[first:end] = super().render_lines(Region(0, first, crop.width, end - first))
        self._stale.clear()
        self._dirty_regions.clear()
        return self._lines_kept

    def _make_stale(self, crop: Region, filters: Sequence[LineFilter]) -> None:
        """Make the stale lines of a bare widget anew."""
        background = self.background_colors[1] if filters else None
        # What the scrollbar covers is not made: the compositor would cut it off again, line by line.
        covered = self.scrollbar_size_vertical if self.show_vertical_scrollbar else 0
        for y in self._stale:
            if not 0 <= y < crop.height:
                continue
            line = self.render_line(y)
            if line is self._raw[y]:
                continue
            self._raw[y] = line
            if line.cell_length != crop.width - covered:
                look = next(reversed(list(line)), None)
                line = line.adjust_cell_length(crop.width, look.style if look is not None else None)
            if background is not None:
                for one in filters:
                    line = line.apply_filter(one, background)
            self._lines_kept[y] = line
