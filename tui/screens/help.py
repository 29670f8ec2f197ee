"""What the keys do, made from the list of actions and from the widgets' own bindings; from here begins the tour."""

import textwrap
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from feeds.model.access import Capability
from tui.acts.keymap import DEFAULT, Keymap
from tui.acts.registry import EVERYWHERE, REPLAY, Action, actions_for, actions_of
from tui.acts.widget_keys import places_of, widget_actions
from widgets.looks import MUTED

if TYPE_CHECKING:
    from tui.app import VakenApp

_TITLE = 18
_WIDE = 90
"""Cells from which on there is room for several keys side by side."""


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


def help_lines(
    where: str,
    width: int,
    keymap: Keymap = DEFAULT,
    may: Container[Capability] = frozenset(Capability),
    *,
    replaying: bool = False,
) -> Content:
    """Return the help of the screen ``where``: its own keys, those of everywhere, those of its widgets, the signs.

    What somebody may not do is not in it. Over a replay the keys that steer it come first: they go before all others,
    which are shown without those that the replay takes.
    """
    offered = actions_for(where, may)
    lines: list[Content] = []
    if replaying:
        steering = actions_of(REPLAY, may)
        lines += [Content.styled("This replay", "bold"), *_lines(REPLAY, steering, width, keymap), Content("")]
        keymap = keymap.without(keymap.taken_by(REPLAY, steering))
    own = [action for action in offered if where in action.where]
    if own:
        lines.append(Content.styled(f"On this screen ({where})", "bold"))
        lines += [*_lines(where, own, width, keymap), Content("")]
    lines.append(Content.styled("Everywhere", "bold"))
    lines += _lines(EVERYWHERE, [action for action in offered if EVERYWHERE in action.where], width, keymap)
    lines.append(Content(""))
    for place in places_of(where):
        lines.append(Content.styled(place.title, "bold"))
        lines += _lines(place.name, widget_actions(place), width, keymap)
        lines += [_line("mouse", what, text, width) for what, text in place.mouse]
        lines.append(Content(""))
    lines += [
        Content.styled("Signs", "bold"),
        Content.assemble(
            "  ", ("C", "bold $severity-critical"), " critical  ", ("M", "$severity-major"), " major  ",
            ("m", "$severity-minor"), " minor  ", ("w", "$severity-warning"), " warning  ",
            ("★", "$vip"), " VIP  ", ("S", "$warning"), " stale feed  ", ("R", "$warning"), " refused by the door",
        ),
        Content.assemble(
            "  ", ("●", "bold $primary"), " chosen row  ", ("~", "$warning"), " row of a silent feed, with how long",
        ),
        Content.assemble(
            "  number line: letters are the worst alarm, ", ("█", "$error"), " outage on the axis, ", ("█", "$primary"),
            " cases hang below, ", ("▂", "$accent"), " unexplained rise",
        ),
        Content.styled("  Times are UTC. Ages count to the hub's clock.", MUTED),
    ]  # fmt: skip
    return Content("\n").join(lines)


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
        width = min(98, app.size.width - 8)
        keys = (("t", "a tour of this screen"), ("S", "settings"), ("esc", "closes"))
        line = Content("  ").join(Content.assemble((key, "bold $primary"), (f" {what}", MUTED)) for key, what in keys)
        with Vertical():
            yield Static(Content.assemble(("Keys of this screen", "bold"), "   ", line), id="closes")
            with VerticalScroll():
                yield Static(help_lines(self._where, width, app.keymap, app.hub.link.may, replaying=app.replaying.here))

    def action_scroll(self, lines: int) -> None:
        """Move through the lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
