"""Keys that widgets have of their own, such as those that move through a table, listed like any other action.

Which widgets stand on which screen is said here too: a key must not mean two things to somebody who looks at a screen.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.widgets import Input, TextArea

from tui.acts.registry import Action, identity
from tui.panes.leftover import LeftoverLine
from tui.panes.ribbon import RibbonPane
from widgets.sim_ribbon import SimRibbon
from widgets.stream_table import StreamTable


class KeyPlace(Struct, frozen=True):
    """A widget with keys of its own. ``title``: over its keys in the help; ``mouse``: what the mouse does there."""

    name: str
    title: str
    bindings: tuple[tuple[BindingType, ...], ...]
    mouse: tuple[tuple[str, str], ...] = ()


TABLE: Final = KeyPlace(
    "table",
    "In tables",
    (tuple(StreamTable.BINDINGS),),
    (("click", "A header sorts by its column, a row takes the cursor, a second click opens it."),),
)
RIBBON: Final = KeyPlace(
    "ribbon",
    "On the number line of SIM space, when it has the keys",
    (tuple(SimRibbon.BINDINGS), tuple(RibbonPane.BINDINGS)),
    (("wheel", "Looks closer and farther at the mouse, with shift it moves; dragging chooses."),),
)
LEFTOVER: Final = KeyPlace("leftover", "On the line of cases in no outage", (tuple(LeftoverLine.BINDINGS),))

KEY_PLACES: Final = (TABLE, RIBBON, LEFTOVER)

_HOLDS: Final[dict[str, tuple[KeyPlace, ...]]] = {
    "board": (TABLE, RIBBON, LEFTOVER),
    "outage": (TABLE, RIBBON),
    "space": (TABLE, RIBBON),
    "counts": (),
    "replay": (),
}
"""Widgets with keys, by screen; a screen that is not named has tables."""

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
    return tuple(_actions(place.name, (binding for group in place.bindings for binding in group)))


def _actions(place: str, bindings: Iterable[BindingType]) -> Iterable[Action]:
    for binding in bindings:
        if isinstance(binding, Binding) and binding.key:
            name = (binding.id or identity(place, binding.action)).partition(".")[2]
            yield Action(name, binding.key, binding.description, "", (place,))
