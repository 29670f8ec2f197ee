"""What the keys do, made from the list of actions and from the widgets' own bindings; from here begins the tour."""

import textwrap
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from feeds.model.access import Capability
from tui.acts.keymap import DEFAULT, Keymap
from tui.acts.registry import EVERYWHERE, REPLAY, Action, actions_for, actions_of
from tui.acts.widget_keys import places_of, widget_actions
from widgets.looks import MUTED
from widgets.two_columns import best_cut

if TYPE_CHECKING:
    from tui.app import VakenApp

_TITLE = 18
_WIDE = 90
"""Cells from which on there is room for several keys side by side."""
_GAP = 3
"""Cells between two columns of help."""
_MOST = 98
"""Cells of a column: longer lines are hard to read."""


def _line(key: str, title: str, help_text: str, width: int) -> Content:
    """Return one key with its title and help, the help folded under itself."""
    keys = 14 if width >= _WIDE else 8
    indent = keys + 2 + _TITLE
    title = title if len(title) < _TITLE or not help_text else f"{title}  "
    folded = textwrap.wrap(help_text, max(20, width - indent)) or [""]
    return Content.assemble(
        (f"{key:>{keys}}  ", "bold $primary"),
        f"{title:<{_TITLE}}",
        (f"\n{' ' * indent}".join(folded), MUTED),
    )


def _lines(place: str, actions: Iterable[Action], width: int, keymap: Keymap) -> list[Content]:
    """Return what somebody can do at a place, with the keys that count there."""
    lines = []
    for action in actions:
        keys = keymap.labels(place, action)
        if action.shown and keymap.of(place, action.name) == action.keys:
            keys = action.shown
        text = action.help + (" Asks before." if action.dangerous else "")
        lines.append(_line(keys or f":{action.name}", action.title, text, width))
    return lines


def help_parts(
    where: str,
    width: int,
    keymap: Keymap = DEFAULT,
    may: Container[Capability] = frozenset(Capability),
    *,
    replaying: bool = False,
) -> list[list[Content]]:
    """Return the help of the screen ``where``, part by part, each with its title and its lines of ``width`` cells:
    the screen's own keys, those of everywhere, those of its widgets, the signs.

    What somebody may not do is not in it. Over a replay the keys that steer it come first: they go before all others,
    which are shown without those that the replay takes.
    """
    offered = actions_for(where, may)
    parts: list[list[Content]] = []

    def add(title: str, lines: Iterable[Content]) -> None:
        parts.append([Content.styled(title, "bold"), *lines])

    if replaying:
        steering = actions_of(REPLAY, may)
        add("This replay", _lines(REPLAY, steering, width, keymap))
        keymap = keymap.without(keymap.taken_by(REPLAY, steering))
    own = [action for action in offered if where in action.where]
    if own:
        add(f"On this screen ({where})", _lines(where, own, width, keymap))
    everywhere = [action for action in offered if EVERYWHERE in action.where]
    add("Everywhere", _lines(EVERYWHERE, everywhere, width, keymap))
    for place in places_of(where):
        by_mouse = [_line("mouse", what, text, width) for what, text in place.mouse]
        add(place.title, [*_lines(place.name, widget_actions(place), width, keymap), *by_mouse])
    add("Signs", _signs())
    return parts


def _signs() -> list[Content]:
    return [
        Content.assemble(
            "  ", ("C", "bold $severity-critical"), " critical  ", ("M", "$severity-major"), " major  ",
            ("m", "$severity-minor"), " minor  ", ("w", "$severity-warning"), " warning  ",
            ("?", "$severity-warning"), " indeterminate  ",
            ("★", "$vip"), " VIP",
        ),
        Content.assemble(
            "  ", ("S", "$warning"), " stale feed  ", ("R", "$warning"), " refused by the door",
        ),
        Content.assemble(
            "  ", ("●", "bold $primary"), " chosen row  ", ("~", "$warning"), " row of a silent feed, with how long",
        ),
        Content.assemble("  number line: letters are the worst alarm, ", ("█", "$error"), " outage on the axis,"),
        Content.assemble("  ", ("█", "$primary"), " cases hang below, ", ("▂", "$accent"), " unexplained rise"),
        Content.styled("  Times are UTC. Ages count to the hub's clock.", MUTED),
    ]  # fmt: skip


def joined(parts: Iterable[list[Content]]) -> Content:
    """Return parts below each other, an empty line between them."""
    return Content("\n\n").join(Content("\n").join(lines) for lines in parts)


def beside(parts: list[list[Content]]) -> tuple[list[list[Content]], list[list[Content]]]:
    """Return parts as two columns, in their order."""
    cut = best_cut([sum(line.plain.count("\n") + 1 for line in part) + 1 for part in parts])
    return parts[:cut], parts[cut:]


class HelpScreen(ModalScreen[str]):
    """``where`` is the screen that it is opened over. Closes with ``tour`` or ``settings`` where that is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss('')", "close", show=False),
        Binding("t,enter", "dismiss('tour')", "tour", show=False),
        Binding("S", "dismiss('settings')", "settings", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
    ]

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def compose(self) -> ComposeResult:
        """Lay it out."""
        app = cast("VakenApp", self.app)
        room = app.size.width * 98 // 100 - 5  # border, padding, scrollbar: see the theme
        two = (room - _GAP) // 2 >= _WIDE
        width = min(_MOST, (room - _GAP) // 2) if two else min(_MOST, app.size.width - 8)
        parts = help_parts(self._where, width, app.keymap, app.hub.link.may, replaying=app.replaying.here)
        columns = [joined(one) for one in (beside(parts) if two else (parts,)) if one]
        self.set_class(len(columns) > 1, "-two")
        keys = (("t", "a tour of this screen"), ("S", "settings"), ("esc", "closes"))
        line = Content("  ").join(Content.assemble((key, "bold $primary"), (f" {what}", MUTED)) for key, what in keys)
        with Vertical():
            yield Static(Content.assemble(("Keys of this screen", "bold"), "   ", line), id="closes")
            with VerticalScroll(), Horizontal():
                for column in columns:
                    yield Static(column)

    def action_scroll(self, lines: int) -> None:
        """Move through the lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
