"""Terminals with sixteen colours, and eyes or terminals that want none: filters over every painted line.

Both keep what is written readable: where two colours fall together, or come too near, the text becomes black or white.
Without colour what stands out does so by being bold, dim or reversed. The contrast is that of WCAG 2.2, 1.4.3.
"""

from functools import lru_cache
from typing import Final

from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.color import Color
from textual.filter import LineFilter

READABLE: Final = 4.5
"""Contrast from which on text can be read (WCAG AA)."""
GROUND_APART: Final = 1.3
"""Contrast of two grounds from which on somebody means the difference, as of the row under the cursor."""
GREY: Final = 0.3
"""Below this share of colour a text is grey."""
FAINT: Final = 9.0
"""Contrast below which grey text is meant to stand back."""
_KEPT: Final = 4096

_BLACK: Final = RichColor.parse("black")
_WHITE: Final = RichColor.parse("bright_white")


def luminance(colour: Color) -> float:
    """Return the relative luminance of an opaque colour, 0 to 1 (WCAG 2.2)."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour.rgb)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two opaque colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _seen(colour: RichColor | None, otherwise: Color) -> Color:
    """Return what a colour looks like; ``otherwise`` where it is none or the terminal's own."""
    if colour is None or colour.is_default:
        return otherwise
    return Color(*colour.get_truecolor(DEFAULT_TERMINAL_THEME))


class SixteenColours(LineFilter):
    """Uses the sixteen colours that every terminal has; the terminal's owner chose what they look like."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in sixteen colours."""
        return [
            Segment(text, _sixteen(style) if style is not None else None, control) for text, style, control in segments
        ]


def nearest(colour: RichColor) -> RichColor:
    """Return the nearest of the sixteen colours."""
    return colour.downgrade(ColorSystem.STANDARD)


@lru_cache(_KEPT)
def _sixteen(style: Style) -> Style:
    text = nearest(style.color) if style.color is not None else None
    ground = nearest(style.bgcolor) if style.bgcolor is not None else None
    if text is not None and ground is not None:
        under = _seen(ground, Color(0, 0, 0))
        if contrast(_seen(text, Color(255, 255, 255)), under) < READABLE:
            text = max(_BLACK, _WHITE, key=lambda one: contrast(_seen(one, under), under))
    return style + Style.from_color(text, ground)


class NoColours(LineFilter):
    """Uses the terminal's own colours alone. ``ground``: the colour of the theme's ground, from which others differ."""

    def __init__(self, ground: Color, enabled: bool = True) -> None:
        super().__init__(enabled)
        self.ground = ground

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without colours."""
        ground = self.ground
        return [
            Segment(text, _colourless(style, ground) if style is not None else None, control)
            for text, style, control in segments
        ]


@lru_cache(_KEPT)
def _colourless(style: Style, ground: Color) -> Style:
    text, under = _seen(style.color, ground.inverse), _seen(style.bgcolor, ground)
    stands_out = contrast(under, ground) >= GROUND_APART
    _, share, _ = text.hsv
    back = not stands_out and share < GREY and contrast(text, under) < FAINT
    return Style(
        bold=style.bold,
        dim=back or None,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        reverse=bool(style.reverse) != stands_out or None,
        link=style.link,
        meta=style.meta or None,
    )
