"""The sets of keys that can be chosen: what each has otherwise than the registry. ``:`` commands are in all."""

from typing import Final

PRESETS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "default": {},
    "vim": {
        "table.page_up": ("pageup", "ctrl+u"),
        "table.page_down": ("pagedown", "ctrl+d"),
        "table.first": ("g g", "home"),
        "table.last": ("G", "end"),
        "ribbon.left": ("h", "left"),
        "ribbon.right": ("l", "right"),
        "ribbon.whole": ("g g", "home"),
        "ribbon.last": ("G", "end"),
        "leftover.left": ("h", "left"),
        "leftover.right": ("l", "right"),
        "outage.next_pane": ("g t", "tab", "right"),
        "outage.previous_pane": ("g T", "shift+tab", "left"),
        "outage.follow_merge": ("g f",),
        "review.refresh_preview": ("ctrl+r",),
        "progress.undo": ("u",),
        "review.take_back": ("u",),
        "everywhere.quit_vaken": ("Z Z",),
    },
    "k9s": {
        "table.page_up": ("pageup",),
        "table.page_down": ("pagedown", "ctrl+f"),
        "board.open": ("d", "enter"),
        "updates.open": ("d", "enter"),
        "cases.read_case": ("d", "enter"),
        "space.into": ("d", "enter"),
        "board.declare": ("D",),
        "outage.declare": ("D",),
        "board.reject": ("ctrl+d",),
        "outage.reject": ("ctrl+d",),
        "review.drop": ("ctrl+d",),
        "progress.stop_update": ("ctrl+d",),
        "review.refresh_preview": ("ctrl+r",),
        "everywhere.back": ("escape", "q"),
        "everywhere.quit_vaken": (),
    },
}
"""By name of the preset and of the action: its keys, as people write them; the first is the one that is shown.

``vim``: movement by hjkl, ``gg``, ``G`` and half pages, ``gt`` between panes, ``u`` undoes, ``ZZ`` and ``:q`` leave.
``k9s``: ``d`` describes, ``ctrl+d`` ends what can be ended, ``q`` goes back, ``:q`` leaves.
"""
