"""Screens are read when somebody goes there, or ahead of that while the first one stands: the start waits for one."""

from importlib import import_module
from typing import Any, Final

from textual.screen import Screen

MODES: Final = {
    "board": "BoardScreen",
    "alarms": "AlarmsScreen",
    "cases": "CasesScreen",
    "counts": "CountsScreen",
    "space": "SpaceScreen",
}
"""The first screens of the modes, by the name of the mode and of its module."""
OTHERS: Final = (
    *("outage", "composer", "review", "progress", "updates", "suppressions"),
    *("sims", "facts", "handover", "help", "settings", "tour", "moment"),
)
"""Modules of the other screens, in the order in which somebody may need them in a hurry."""


def first_screen(mode: str) -> Screen[Any]:
    """Return a new first screen of a mode."""
    made = getattr(import_module(f"tui.screens.{mode}"), MODES[mode])()
    assert isinstance(made, Screen)
    return made


def read_ahead() -> None:
    """Read the modules of all screens. May be called on a thread."""
    for name in (*MODES, *OTHERS):
        import_module(f"tui.screens.{name}")
