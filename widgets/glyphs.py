"""The signs on the screen where a terminal shows ASCII alone: one list of what stands for what, used at the last door.

Widgets draw with bars, rules, arrows and stars; a filter over every painted line puts a character of ASCII in the place
of each, as wide as it was, so that no widget needs a second way of drawing and nothing can be forgotten. Text that
other people wrote loses its accents, and what has no likeness becomes ``?``.
"""

import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

RISING: Final = " ▁▂▃▄▅▆▇█"
_RISING_ASCII: Final = " _.,:;+*#"

ASCII: Final[dict[str, str]] = {
    **dict(zip(RISING, _RISING_ASCII, strict=True)),
    # bars from the left, shades
    "▏": ".", "▎": ".", "▍": ":", "▌": ":", "▋": "|", "▊": "|", "▉": "#", "▐": "|", "▀": '"', "░": ".", "▒": ":",
    "▓": "%",
    # rules and frames; what is not named here is a corner
    "─": "-", "━": "=", "│": "|", "┃": "|", "═": "=", "║": "|", "╌": "-", "╍": "=", "┄": "-", "┅": "=", "┆": "|",
    "┊": "|",
    "╵": "'", "╷": ",", "╴": "-", "╶": "-", "╱": "/", "╲": "\\", "╳": "x", "▔": "-", "▕": "|",
    # arrows and points
    "←": "<", "→": ">", "↑": "^", "↓": "v", "↔": "-", "↕": "|", "⇧": "S", "⌫": "<", "⏎": "/", "▲": "^", "▼": "v",
    "▴": "^",
    "▾": "v", "▸": ">", "▶": ">", "◂": "<", "◀": "<", "›": ">", "‹": "<", "»": ">", "«": "<",
    # signs
    "★": "*", "☆": "*", "●": "*", "○": "o", "◉": "@", "•": "*", "·": ".", "✓": "+", "✔": "+", "✗": "x", "✘": "x",
    "■": "#",
    "□": "o", "◆": "*", "◇": "o", "⚠": "!", "∅": "0", "Δ": "d", "≤": "<", "≥": ">", "≠": "!", "≈": "~", "±": "+",
    "×": "x",
    "÷": "/", "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "…": "~", "“": '"', "”": '"', "„": '"', "‘": "'",
    "’": "'",
    "‚": ",", "°": "o", "µ": "u", "§": "S", "€": "E", "£": "L", "␡": "?",
    # letters that are not a letter with an accent
    "ß": "s", "æ": "a", "Æ": "A", "œ": "o", "Œ": "O", "ø": "o", "Ø": "O", "ð": "d", "Ð": "D", "þ": "t", "Þ": "T",
    "ł": "l",
    "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
}  # fmt: skip
"""What stands for a character that is one cell wide."""

_KEPT: Final = 4096
"""Texts whose likeness is remembered; a screen has a few hundred."""


@lru_cache(_KEPT)
def ascii_text(text: str) -> str:
    """Return ``text`` in ASCII, in as many cells as before."""
    return text if text.isascii() else "".join(map(_likeness, text))


def _likeness(char: str) -> str:
    if char.isascii():
        return char
    if found := ASCII.get(char):
        return found
    width = cell_len(char)
    if width == 0:
        return ""
    if width > 1:
        return "?" * width
    if "\u2500" <= char <= "\u257f":
        return "+"
    if "\u2580" <= char <= "\u259f":
        return "#"
    if "\u2800" <= char <= "\u28ff":
        return " " if char == "\u2800" else ":"
    base = unicodedata.normalize("NFKD", char)[0]
    return base if base.isascii() and base.isprintable() else " " if char.isspace() else "?"


_HANGING: Final = {rising: RISING[8 - height] for height, rising in enumerate(RISING)}
"""What hangs where the rest of the cell is drawn in reverse."""


def _hangs(text: str, style: Style | None) -> bool:
    return style is not None and bool(style.reverse) and not text.isascii() and all(char in RISING for char in text)


class AsciiGlyphs(LineFilter):
    """Puts ASCII in the place of every sign. Bars that hang are drawn as bars: reversed letters would not read so."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII; each as wide as it was."""
        if all(text.isascii() for text, _, _ in segments):
            return segments
        return [
            Segment(ascii_text("".join(map(_HANGING.__getitem__, text))), (style or _NOT) + _NOT, control)
            if _hangs(text, style)
            else Segment(ascii_text(text), style, control)
            for text, style, control in segments
        ]


_NOT: Final = Style(reverse=False)
