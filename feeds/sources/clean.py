"""Text from outside is cleaned once, at the door: what could steer a terminal or hide in a name is made visible.

Control characters (C0, DEL, C1), direction marks and overrides, line separators, invisible spaces, tag characters and
lone surrogates become escapes such as ``\\x1b`` and ``\\u202e``. The joiners U+200C and U+200D stay: scripts need them.
"""

import re
from typing import Final

from feeds.sources.errors import TooDeep

DEPTH: Final = 64
"""Levels of arrays and objects in a body, at most."""

_STEP: Final = 1 << 20

KEEP_LINES: Final = frozenset({"text", "body", "summary", "description", "message", "done", "will", "need"})
"""Fields whose texts may have several lines."""

_BAD: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_BAD_IN_LINES: Final = re.compile(_BAD.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))

_SUSPECT: Final = re.compile(
    rb"[\\\x7f\xc2\xd8\xe1\xe2\xef\xf3]"
    rb"(?:(?<=\\)[bfnrtu]|(?<=\x7f)|(?<=\xc2)[\x80-\x9f]|(?<=\xd8)\x9c|(?<=\xe1)\xa0\x8e"
    rb"|(?<=\xe2)(?:\x80[\x8b\x8e\x8f\xa8-\xae]|\x81[\xa0-\xa9])|(?<=\xef)(?:\xbb\xbf|\xbf[\xb9-\xbb])|(?<=\xf3)\xa0)"
)


def clean(text: str, newlines: bool = False) -> str:
    """Return ``text`` with every dangerous character as a visible escape.

    With ``newlines``, line feeds and tabs stay, and a carriage return before a line feed goes.
    """
    if text.isprintable():
        return text
    if newlines:
        return _BAD_IN_LINES.sub(_escape, text.replace("\r\n", "\n"))
    return _BAD.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x100:
        return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def needs_cleaning(raw: bytes) -> bool:
    """Return whether a JSON body may hold anything that ``clean`` would change, raw or as a JSON escape.

    False is certain; True may be a harmless escape. Ordinary bodies are told by a look at the bytes alone.
    """
    if raw.isascii() and b"\\" not in raw and b"\x7f" not in raw:
        return False
    # In steps: one search over megabytes would hold up every other thread. What is looked for has up to four bytes.
    return any(_SUSPECT.search(raw, at, at + _STEP + 3) is not None for at in range(0, len(raw), _STEP))


def clean_tree(value: object, newlines: bool = False, depth: int = DEPTH) -> object:
    """Return decoded JSON with all its texts and keys cleaned; ``newlines`` as in ``clean``, also by KEEP_LINES.

    Raises TooDeep beyond ``depth`` levels.
    """
    if isinstance(value, str):
        return clean(value, newlines)
    if not isinstance(value, (list, dict)):
        return value
    if depth == 0:
        raise TooDeep(f"the body nests more than {DEPTH} levels deep")
    if isinstance(value, list):
        return [clean_tree(item, newlines, depth - 1) for item in value]
    return {clean(key): clean_tree(item, key in KEEP_LINES, depth - 1) for key, item in value.items()}


def cut(text: str, length: int) -> str:
    """Return ``text`` with at most ``length`` characters; where something is cut off, it ends with ``…``."""
    return text if len(text) <= length else text[: length - 1] + "…"
