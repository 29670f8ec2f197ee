"""Keys that widgets have of their own, such as those that move through a table, listed like any other action.

Which widgets stand on which screen is said here too: a key must not mean two things to somebody who looks at a screen.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tui.acts.registry import Action, identity
from tui.panes.leftover import LeftoverLine
from tui.panes.ribbon import RibbonPane
from widgets.sim_ribbon import SimRibbon
from widgets.stream_table import StreamTable


class KeyPlace(Struct, frozen=True):
    """Widgets with keys of their own. ``title``: over the keys in the help; ``mouse``: what the mouse does there."""

    name: str
    title: str
    widgets: tuple[type[Widget], ...]
    mouse: tuple[tuple[str, str], ...] = ()

    @property
    def bindings(self) -> tuple[tuple[BindingType, ...], ...]:
        """The keys of each of its widgets."""
        return tuple(tuple(widget.BINDINGS) for widget in self.widgets)


TABLE: Final = KeyPlace(
    "table",
    "In tables",
    (StreamTable,),
    (("click", "A header sorts by its column, a row takes the cursor, a second click opens it."),),
)
RIBBON: Final = KeyPlace(
    "ribbon",
    "On the number line of SIM space, when it has the keys",
    (SimRibbon, RibbonPane),
    (("wheel", "Looks closer and farther at the mouse, with shift it moves; dragging chooses."),),
)
LEFTOVER: Final = KeyPlace("leftover", "On the line of cases in no outage", (LeftoverLine,))

KEY_PLACES: Final = (TABLE, RIBBON, LEFTOVER)

_HOLDS: Final[dict[str, tuple[KeyPlace, ...]]] = {
    "board": (TABLE, RIBBON, LEFTOVER),
    "outage": (TABLE, RIBBON),
    "space": (TABLE, RIBBON),
    "counts": (),
    "replay": (),
}
"""Widgets with keys, by screen; a screen that is not named has tables."""

_ALSO: Final[dict[str, tuple[str, ...]]] = {
    "table.copy_row": ("copy",),
    "table.turn_order": ("reverse", "turn"),
    "table.sort_next": ("sort",),
}
"""Other words by which the palette knows them at once."""

WRITING: Final = frozenset({"composer"})
"""Screens on which a field for text has the focus: what is typed there is text."""

TEXT_KEYS: Final[frozenset[str]] = frozenset(
    binding.key for field in (TextArea, Input) for binding in Binding.make_bindings(field.BINDINGS)
)
"""Keys that fields for text have of their own."""


def places_of(where: str) -> tuple[KeyPlace, ...]:
    """Return the widgets with keys of the screen ``where``."""
    return _HOLDS.get(where, (TABLE,))


def widget_actions(place: KeyPlace) -> tuple[Action, ...]:
    """Return what the keys of a widget do, as actions."""
    return tuple(action for widget in place.widgets for action, _does in actions_of_widget(place, widget))


def actions_of_widget(place: KeyPlace, widget: type[Widget]) -> Iterable[tuple[Action, str]]:
    """Yield what the keys of one widget do, as actions and as the widget itself calls it."""
    for binding in widget.BINDINGS:
        if isinstance(binding, Binding) and binding.key:
            full = binding.id or identity(place.name, binding.action)
            name = full.partition(".")[2]
            yield (
                Action(name, binding.key, binding.description, "", (place.name,), also=_ALSO.get(full, ())),
                binding.action,
            )
