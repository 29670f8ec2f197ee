"""What the keys do, made from the list of actions and from the table's own bindings."""

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.acts.registry import ACTIONS, EVERYWHERE, Action
from widgets.looks import MUTED
from widgets.sim_ribbon import SimRibbon
from widgets.stream_table import StreamTable

_TITLE = 18
_KEYS = {
    "pageup": "pgup", "pagedown": "pgdn", "plus": "+", "minus": "-", "backspace": "⌫", "shift+left": "⇧←",
    "shift+right": "⇧→", "left": "←", "right": "→",
}  # fmt: skip
_SAME = frozenset({"equals_sign"})
"""Keys that stand for another one on keyboards where that needs shift: they go without saying."""

_LINES_SHOWN = ("board", "outage", "space")
"""Screens with the number line of SIM space."""


def _line(key: str, title: str, help_text: str, width: int) -> Content:
    """Return one key with its title and help, the help folded under itself."""
    indent = 12 + _TITLE
    folded = textwrap.wrap(help_text, max(20, width - indent)) or [""]
    return Content.assemble(
        (f"  {key:>8}  ", "bold $primary"), f"{title:<{_TITLE}}", (f"\n{' ' * indent}".join(folded), MUTED)
    )


def _binding_lines(bindings: Sequence[BindingType], width: int) -> list[Content]:
    """Return the keys of a widget with what they do."""
    lines = []
    for binding in bindings:
        if isinstance(binding, Binding):
            keys = " ".join(_KEYS.get(key, key) for key in binding.key.split(",") if key not in _SAME)
            lines.append(_line(keys, binding.description, "", width))
    return lines


def _action_line(action: Action, width: int) -> Content:
    return _line(action.label, action.title, action.help + (" Asks before." if action.dangerous else ""), width)


def help_lines(where: str, width: int) -> Content:
    """Return the help of the screen ``where``: its own keys, those of tables, those of everywhere."""
    lines: list[Content] = []
    own = [action for action in ACTIONS if where in action.where]
    if own:
        lines.append(Content.styled(f"On this screen ({where})", "bold"))
        lines += [_action_line(action, width) for action in own]
        lines.append(Content(""))
    lines.append(Content.styled("In tables", "bold"))
    lines += _binding_lines(StreamTable.BINDINGS, width)
    lines.append(
        _line("mouse", "click", "A header sorts by its column, a row takes the cursor, a second click opens it.", width)
    )
    if where in _LINES_SHOWN:
        lines += [Content(""), Content.styled("On the number line of SIM space, when it has the keys", "bold")]
        lines += _binding_lines(SimRibbon.BINDINGS, width)
        lines.append(
            _line(
                "mouse", "wheel", "Looks closer and farther at the mouse, with shift it moves; dragging chooses.", width
            )
        )
    lines += [Content(""), Content.styled("Everywhere", "bold")]
    lines += [_action_line(action, width) for action in ACTIONS if EVERYWHERE in action.where]
    lines += [
        Content(""),
        Content.styled("Signs", "bold"),
        Content.assemble(
            "  ", ("C", "bold $severity-critical"), " critical  ", ("M", "$severity-major"), " major  ",
            ("m", "$severity-minor"), " minor  ", ("w", "$severity-warning"), " warning  ",
            ("★", "$vip"), " VIP  ", ("S", "$warning"), " stale feed  ", ("R", "$warning"), " refused by the door",
        ),
        Content.assemble(
            "  number line: letters are the worst alarm, ", ("█", "$error"), " outage on the axis, ", ("█", "$primary"),
            " cases hang below, ", ("▂", "$accent"), " unexplained rise",
        ),
        Content.styled("  Times are UTC. Ages count to the hub's clock.", MUTED),
    ]  # fmt: skip
    return Content("\n").join(lines)


class HelpScreen(ModalScreen[None]):
    """``where`` is the screen that it is opened over."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark", "dismiss", "close", show=False)]

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical():
            with VerticalScroll():
                yield Static(help_lines(self._where, min(98, self.app.size.width - 8)))
            yield Static(Content.styled("esc closes", MUTED), id="closes")
