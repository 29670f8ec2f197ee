"""The last line: what keys do here, made from the list of actions, and the first of two keys while it waits."""

from collections.abc import Container
from typing import TYPE_CHECKING, cast

from textual.content import Content

from feeds.model.access import Capability
from tui.acts.key_names import is_typed, shown_key
from tui.acts.keymap import DEFAULT, Keymap
from tui.acts.registry import EVERYWHERE, Action, actions_for
from tui.acts.widget_keys import WRITING
from widgets.kept_lines import KeptLines
from widgets.looks import MUTED

if TYPE_CHECKING:
    from tui.app import VakenApp


def place_of(action: Action, where: str) -> str:
    """Return the place whose keys count for an action that is offered on the screen ``where``."""
    return where if where in action.where else EVERYWHERE


def hint_line(
    where: str,
    width: int,
    keymap: Keymap = DEFAULT,
    may: Container[Capability] = frozenset(Capability),
    idle: Container[str] = frozenset(),
) -> Content:
    """Return the hints of a screen that fit into ``width`` cells; the general ones go last and stay longest.

    ``idle``: actions that come to nothing as things are now.
    """
    hinted = sorted(
        (action for action in actions_for(where, may) if action.hint and action.name not in idle),
        key=lambda action: action.hint,
    )
    labelled = [(_label(keymap, action, where), action) for action in hinted]
    own = [(key, action) for key, action in labelled if key and action.hint < 20]
    general = [(key, action) for key, action in labelled if key and action.hint >= 20]

    def line(count_own: int, count_general: int) -> Content:
        shown = [*own[:count_own], *general[:count_general]]
        return Content("  ").join(
            Content.assemble((key, "bold $primary"), (f" {action.title}", MUTED)) for key, action in shown
        )

    for count_general in range(len(general), -1, -1):
        for count_own in range(len(own), min(len(own), 2) - 1, -1):
            shown = line(count_own, count_general)
            if shown.cell_length <= width:
                return shown
    return line(len(own), 0).truncate(max(width, 0))


def _label(keymap: Keymap, action: Action, where: str) -> str:
    """Return the key that does it on the screen ``where``: while text is written, letters are text."""
    place = place_of(action, where)
    if where in WRITING:
        return next((shown_key(key) for key in keymap.of(place, action.name) if not is_typed(key)), "")
    return keymap.label(place, action)


class Hints(KeptLines):
    """One line of hints for the screen ``where``."""

    DEFAULT_CSS = """
    Hints { height: 1; dock: bottom; background: $surface; padding: 0 1; }
    """

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where
        self._idle: frozenset[str] = frozenset()

    def leave_out(self, idle: frozenset[str]) -> None:
        """Offer what is not ``idle``: what comes to nothing as things are now."""
        if idle != self._idle:
            self._idle = idle
            self.refresh()

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def render(self) -> Content:
        """Return the line."""
        width, app = self.content_size.width, self.vaken
        if app.chords.first:
            waiting = Content.assemble((f"{shown_key(app.chords.first)} …", "bold $primary"), ("  esc lets go", MUTED))
            return waiting.truncate(max(width, 0))
        return hint_line(self._where, width, app.keymap, app.hub.link.may, self._idle)
