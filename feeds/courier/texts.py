"""Foreign text on its way into a message: no control characters, no direction overrides, lines of bounded length."""

import re
import textwrap
from functools import lru_cache

WIDTH = 72
"""Columns at which a person's text is wrapped."""

LONGEST_LINE = 240
"""Characters after which a line is broken by force: at most 960 octets in UTF-8, below the 998 of RFC 5322."""

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""C0 and C1 controls other than tab and newline, direction marks and overrides, halves of surrogate pairs."""

_ODD = re.compile(_UNSEEN.pattern[:-1] + "\t\u2028\u2029]")
"""Anything that cleaning would change: one scan tells that nearly every text is clean already."""

_NEWLINE = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_BULLET = re.compile(r"^(\s*(?:[-*•·]|\d{1,3}[.)])\s+)")


def clean(text: str) -> str:
    """Return ``text`` with newlines as ``\\n``, tabs as spaces and without invisible control characters."""
    if not _ODD.search(text):
        return text
    return _UNSEEN.sub("", _NEWLINE.sub("\n", text).expandtabs(4))


@lru_cache(maxsize=1024)
def one_line(text: str, longest: int = 200) -> str:
    """Return ``text`` cleaned, on one line, at most ``longest`` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


@lru_cache(maxsize=64)
def wrapped(text: str) -> str:
    """Return a person's text cleaned and wrapped at ``WIDTH``. Its own line breaks and bullets stay."""
    lines: list[str] = []
    for line in clean(text).strip().split("\n"):
        if len(line) <= WIDTH:
            lines.append(line.rstrip())
            continue
        bullet = _BULLET.match(line)
        indent = " " * len(bullet[1]) if bullet else ""
        lines += textwrap.wrap(
            line, WIDTH, subsequent_indent=indent[:20], break_long_words=False, break_on_hyphens=False
        )
    return bounded("\n".join(lines))


def bounded(text: str) -> str:
    """Return ``text`` with every line broken that is longer than ``LONGEST_LINE``."""
    lines = text.split("\n")
    if max(map(len, lines)) <= LONGEST_LINE:
        return text
    return "\n".join(
        line[start : start + LONGEST_LINE] for line in lines for start in range(0, max(len(line), 1), LONGEST_LINE)
    )
