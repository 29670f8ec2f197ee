"""Numbers in large block digits, to be read from across a room. Pure painting; any size from three lines up.

Each digit is three squares wide and five high. One square of ``size`` 1 is one cell wide and half a line high, so that
squares look square; a digit of size ``n`` is ``3n`` cells wide and ``5n / 2`` lines high, rounded up.
"""

from typing import Final

_GLYPHS: Final = {
    "0": ("███", "█ █", "█ █", "█ █", "███"),
    "1": (" █ ", "██ ", " █ ", " █ ", "███"),
    "2": ("███", "  █", "███", "█  ", "███"),
    "3": ("███", "  █", " ██", "  █", "███"),
    "4": ("█ █", "█ █", "███", "  █", "  █"),
    "5": ("███", "█  ", "███", "  █", "███"),
    "6": ("███", "█  ", "███", "█ █", "███"),
    "7": ("███", "  █", "  █", "  █", "  █"),
    "8": ("███", "█ █", "███", "█ █", "███"),
    "9": ("███", "█ █", "███", "  █", "███"),
    "+": ("   ", " █ ", "███", " █ ", "   "),
    "-": ("   ", "   ", "███", "   ", "   "),
    ":": (" ", "█", " ", "█", " "),
    ".": (" ", " ", " ", " ", "█"),
    ",": (" ", " ", " ", "█", "█"),
    " ": (" ", " ", " ", " ", " "),
    "k": ("█  ", "█ █", "██ ", "█ █", "█ █"),
    "M": ("█   █", "██ ██", "█ █ █", "█   █", "█   █"),
    "h": ("█  ", "█  ", "███", "█ █", "█ █"),
    "d": ("  █", "  █", "███", "█ █", "███"),
    "m": ("     ", "     ", "█████", "█ █ █", "█ █ █"),
}
LINES: Final = 5
"""Squares of a glyph from top to bottom."""
LARGEST: Final = 12
_HALVES: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def width_of(text: str, size: int) -> int:
    """Return how many cells ``text`` takes at ``size``."""
    squares = sum(len(_GLYPHS.get(char, _GLYPHS[" "])[0]) + 1 for char in text) - 1
    return max(squares, 0) * size


def height_of(size: int) -> int:
    """Return how many lines a digit takes at ``size``."""
    return (LINES * size + 1) // 2


def largest(text: str, width: int, height: int) -> int:
    """Return the greatest size at which ``text`` fits into ``width`` × ``height`` cells; 0 where none does."""
    size = 0
    while size < LARGEST and width_of(text, size + 1) <= width and height_of(size + 1) <= height:
        size += 1
    return size


def paint(text: str, size: int) -> list[str]:
    """Return the lines of ``text`` at ``size``, all of one width. A character without a glyph leaves a gap."""
    if size < 1 or not text:
        return []
    rows: list[str] = []
    for line in range(LINES):
        squares = " ".join(_GLYPHS.get(char, _GLYPHS[" "])[line] for char in text)
        rows += ["".join(square * size for square in squares)] * size
    if len(rows) % 2:
        rows.append(" " * len(rows[0]))
    return [
        "".join(_HALVES[above != " ", below != " "] for above, below in zip(rows[place], rows[place + 1], strict=True))
        for place in range(0, len(rows), 2)
    ]


def short_number(count: int) -> str:
    """Return a count in at most four signs and a unit: ``999``, ``41.2k``, ``1.25M``; cut, never rounded up."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            whole, rest = divmod(count, size)
            digits = 3 - len(str(whole))
            part = f"{rest * 10**digits // size:0{digits}d}".rstrip("0") if digits > 0 else ""
            return f"{whole:,}{'.' if part else ''}{part}{unit}"
    return str(count)


def best_number(count: int, width: int, height: int) -> tuple[str, int]:
    """Return a count as text and the size that it fits at: in full unless its short form is much easier to read."""
    full, short = f"{count:,}", short_number(count)
    of_full, of_short = largest(full, width, height), largest(short, width, height)
    return (full, of_full) if of_full >= min(of_short, 2) or of_short <= of_full else (short, of_short)
