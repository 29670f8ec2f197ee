"""The last line: what keys do here, made from the list of actions, and the filter's input while it is written."""

from textual.content import Content
from textual.widget import Widget

from tui.acts.registry import actions_for
from widgets.looks import MUTED


def hint_line(where: str, width: int) -> Content:
    """Return the hints of a screen that fit into ``width`` cells; the general ones go last and stay longest."""
    hinted = sorted((action for action in actions_for(where) if action.hint), key=lambda action: action.hint)
    general = [action for action in hinted if action.hint >= 20]
    own = [action for action in hinted if action.hint < 20]

    def line(count_own: int, count_general: int) -> Content:
        shown = [*own[:count_own], *general[:count_general]]
        return Content("  ").join(
            Content.assemble((action.label, "bold $primary"), (f" {action.title}", MUTED)) for action in shown
        )

    for count_general in range(len(general), -1, -1):
        for count_own in range(len(own), min(len(own), 2) - 1, -1):
            shown = line(count_own, count_general)
            if shown.cell_length <= width:
                return shown
    return line(len(own), 0).truncate(max(width, 0))


class Hints(Widget):
    """One line of hints for the screen ``where``."""

    DEFAULT_CSS = """
    Hints { height: 1; dock: bottom; background: $surface; padding: 0 1; }
    """

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def render(self) -> Content:
        """Return the line."""
        return hint_line(self._where, self.content_size.width)
