"""Foreign text made fit for a terminal cell: one line, no control characters, a known width.

The hub cleans at its door as well; this is the last door before the terminal, and it trusts nobody. What a text says
is not judged here, and nothing in it is ever read as markup.
"""

import unicodedata
from typing import Literal

from rich.cells import cell_len, set_cell_size

Align = Literal["left", "right"]

_CUT = "…"
_MOST_PER_CELL = 8
"""Characters looked at per cell of width: enough for honest combining marks, and a bound for dishonest ones."""


def _shown(char: str) -> str:
    """Return what stands for one character that is not printable as it is."""
    if char == "\n":
        return "⏎"
    if char in "\t\v\f\r\u0085":
        return " "
    category = unicodedata.category(char)
    if category.startswith("Z"):
        return " "
    if category == "Cc":
        return chr(0x2400 + ord(char)) if ord(char) < 0x20 else "␡" if char == "\x7f" else "�"
    if category == "Cf":
        # Direction overrides, joiners and other invisible characters: without them a text reads as it is stored.
        return ""
    return "�"


def plain(text: str) -> str:
    """Return ``text`` as one line without control, direction or other invisible characters."""
    if text.isprintable() and "\ufe0f" not in text:
        return text
    # A variation selector changes the width of the character before it on some terminals and not on others.
    return "".join(
        char if char.isprintable() else _shown(char)
        for char in text.replace("\r\n", "\n")
        if char not in ("\ufe0e", "\ufe0f")
    )


def plain_lines(text: str) -> str:
    """Return ``text`` with its line breaks kept and each line made plain; tabs become four spaces."""
    return "\n".join(plain(line.expandtabs(4)) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def fit(text: str, width: int, align: Align = "left") -> str:
    """Return ``text`` made plain and exactly ``width`` cells wide: cut with … or filled with spaces."""
    if width <= 0:
        return ""
    most = width * _MOST_PER_CELL
    cut = len(text) > most
    text = plain(text[:most] if cut else text)
    length = len(text) if text.isascii() else cell_len(text)
    if length > width or cut:
        kept = set_cell_size(text, min(width - 1, length)) if width > 1 else ""
        text = f"{kept}{_CUT}"
        length = cell_len(text)
    if length < width:
        filling = " " * (width - length)
        return f"{filling}{text}" if align == "right" else f"{text}{filling}"
    return text
