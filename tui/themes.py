"""The colours. Screens use names of meaning (``$severity-critical``), themes say what they look like.

Every text that means something can be read on every ground on which it stands: contrast 4.5 and more (WCAG 2.2, AA),
7 in the theme of high contrast. No colour says anything alone: a letter or a shape says it too.
"""

from typing import Final

from msgspec import Struct
from textual.theme import Theme


class Colours(Struct, frozen=True):
    """All colours of a theme. Grounds: ``ground`` of the screen, ``surface`` of bars and dialogs, ``panel`` of fields,
    the row under the cursor with the keys (``row``) and without (``row_blurred``), a cell that has just changed.

    Texts: ``text``, ``muted`` for what is not to be seen first, ``faint`` for rules and what is over. ``key``: keys,
    and what can be chosen. ``good``: what arrived or is well.
    """

    ground: str
    surface: str
    panel: str
    row: str
    row_blurred: str
    changed: str
    text: str
    muted: str
    faint: str
    key: str
    critical: str
    major: str
    minor: str
    warning: str
    vip: str
    good: str
    dark: bool = True


NAMED: Final[dict[str, Colours]] = {
    "dark": Colours(
        ground="#0f1318", surface="#161b22", panel="#1f2630", row="#1d3a56", row_blurred="#182632", changed="#3a3520",
        text="#d6dae0", muted="#a3abb6", faint="#9ba4b0", key="#6db5ee", critical="#ff7b7b", major="#ffa552",
        minor="#e8cf5a", warning="#7cbcff", vip="#f2c14e", good="#6fcf97",
    ),
    "light": Colours(
        ground="#fbfbf9", surface="#f1f1ee", panel="#e3e4e0", row="#c3dcf5", row_blurred="#e0ebf5", changed="#f4e6b4",
        text="#1b2129", muted="#4a525c", faint="#575f69", key="#0a4f96", critical="#a01722", major="#8a3f00",
        minor="#665200", warning="#0a4f9c", vip="#6b5200", good="#146236", dark=False,
    ),
    "high-contrast": Colours(
        ground="#000000", surface="#0a0a0a", panel="#1a1a1a", row="#002f4e", row_blurred="#0c2233", changed="#332a00",
        text="#ffffff", muted="#d8d8d8", faint="#d0d0d0", key="#8fd8ff", critical="#ffb0b0", major="#ffc080",
        minor="#ffe75c", warning="#a8d8ff", vip="#ffd75e", good="#7fe8a8",
    ),
    "red-green": Colours(
        ground="#0f1318", surface="#161b22", panel="#1f2630", row="#1d3a56", row_blurred="#182632", changed="#3a3520",
        text="#d6dae0", muted="#a3abb6", faint="#9ba4b0", key="#6db5ee", critical="#ff9430", major="#ffea80",
        minor="#6fb1ff", warning="#cfe4ff", vip="#ffea80", good="#8cc4ff",
    ),
    "blue-yellow": Colours(
        ground="#0f1318", surface="#161b22", panel="#1f2630", row="#1a3450", row_blurred="#182632", changed="#362a30",
        text="#d6dae0", muted="#a3abb6", faint="#9ba4b0", key="#6fd0dc", critical="#ff7a7a", major="#ffbccb",
        minor="#4fd6cf", warning="#c4f4f0", vip="#ffbccb", good="#5fd8c0",
    ),
    "sixteen": Colours(
        ground="#000000", surface="#000000", panel="#000000", row="#0000aa", row_blurred="#000000", changed="#0000aa",
        text="#ffffff", muted="#aaaaaa", faint="#aaaaaa", key="#55ffff", critical="#ff5555", major="#ff55ff",
        minor="#ffff55", warning="#55ffff", vip="#ffff55", good="#55ff55",
    ),
}  # fmt: skip
"""By the name that a person writes. ``red-green``: for deuteranopia and protanopia; ``blue-yellow``: for tritanopia;
``sixteen``: of the sixteen colours that every terminal has."""


def theme(name: str) -> Theme:
    """Return the theme of that name for Textual."""
    colours = NAMED[name]
    return Theme(
        name=name,
        primary=colours.key,
        secondary=colours.warning,
        accent=colours.minor,
        warning=colours.major,
        error=colours.critical,
        success=colours.good,
        foreground=colours.text,
        background=colours.ground,
        surface=colours.surface,
        panel=colours.panel,
        dark=colours.dark,
        variables={
            "severity-critical": colours.critical,
            "severity-major": colours.major,
            "severity-minor": colours.minor,
            "severity-warning": colours.warning,
            "vip": colours.vip,
            "row": colours.row,
            "row-blurred": colours.row_blurred,
            "changed": colours.changed,
            "foreground-muted": colours.muted,
            "foreground-disabled": colours.faint,
            "input-selection-background": f"{colours.key} 40%",
        },
    )


THEMES: Final = tuple(map(theme, NAMED))

SEVERITIES: Final = {
    name: THEMES[0].variables[name]
    for name in ("severity-critical", "severity-major", "severity-minor", "severity-warning", "vip", "row",
                 "row-blurred", "changed")
}  # fmt: skip
"""What themes that do not say otherwise use."""
