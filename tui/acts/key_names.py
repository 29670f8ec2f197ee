"""Keys as people write them in a configuration, as Textual names them, and as they are shown. What keys do is not here.

A key is written as a character (``D``, ``/``), a name (``enter``, ``f5``, ``pageup``) or with ``ctrl+``, ``alt+`` or
``shift+`` in front; two of them with a space between are pressed one after the other (``g g``).
"""

import re
from typing import Final

from textual.binding import Binding
from textual.keys import Keys, key_to_character

THEN: Final = "_then_"
"""Joins two keys that are pressed one after the other to one name that no single key has."""

PREFIXES: Final = {"ctrl+a": "screen takes it as its prefix", "ctrl+b": "tmux takes it as its prefix"}
SAME_IN_TERMINALS: Final = {
    "ctrl+h": "many terminals send it for backspace",
    "ctrl+i": "terminals send it for tab",
    "ctrl+j": "terminals send it for enter",
    "ctrl+k": "terminals and multiplexers move between panes with it",
    "ctrl+l": "terminals and multiplexers move between panes with it",
    "ctrl+m": "terminals send it for enter",
    "ctrl+c": "it always ends a program",
    "ctrl+z": "it puts a program to sleep",
    "ctrl+left_square_bracket": "terminals send it for esc",
}
RESERVED: Final = PREFIXES | SAME_IN_TERMINALS
"""Keys that no action may have, with the reason."""

MOVING: Final = frozenset(
    {"up", "down", "left", "right", "shift+up", "shift+down", "shift+left", "shift+right", "ctrl+left", "ctrl+right",
     "pageup", "pagedown", "home", "end", "enter", "space", "tab", "shift+tab", "backspace", "escape"}
)  # fmt: skip
"""Keys that by their nature belong to what has the focus: a widget may have them although its screen has them too."""

_NAMES: Final = frozenset(
    {key.value for key in Keys if not key.value.startswith(("<", "ctrl+", "shift+", "alt+"))}
    | {"space", "tab", "enter"}
)
_MODIFIERS: Final = ("ctrl", "alt", "shift")
_SHORT: Final = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete"}
_CHARACTERS: Final = {
    "slash": "/", "backslash": "\\", "plus": "+", "minus": "-", "underscore": "_", "at": "@", "colon": ":",
    "equals_sign": "=", "question_mark": "?",
}  # fmt: skip
"""Names of keys that are not the names of their characters."""
_SHOWN: Final = {
    "escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "backspace": "⌫", "left": "←", "right": "→", "up": "↑",
    "down": "↓",
}  # fmt: skip


class BadKey(ValueError):
    """A key that cannot be read or must not be taken; the message says why."""


def read_keys(written: str) -> str:
    """Return one key, or two pressed one after the other, as the keymap names them. Raises BadKey."""
    parts = written.split() if written.strip() else []
    if not parts or len(parts) > 2:
        raise BadKey(f"{written!r} is no key: write one key, or two with a space between")
    keys = [_read_key(part) for part in parts]
    for key in keys:
        if key in RESERVED:
            raise BadKey(f"{shown_key(key)} cannot be taken: {RESERVED[key]}")
    if len(keys) == 2 and _character(keys[0]) is None:
        raise BadKey(f"{written!r}: of two keys the first is a character")
    return THEN.join(keys)


def _read_key(part: str) -> str:
    if len(part) == 1:
        if not part.isprintable():
            raise BadKey("a control character is no key: write ctrl+ and the letter")
        return _named(part)
    *modifiers, base = part.split("+") if not part.endswith("+") else [*part[:-1].rstrip("+").split("+"), "+"]
    modifiers = [one.lower() for one in modifiers]
    if any(one not in _MODIFIERS for one in modifiers) or len(set(modifiers)) < len(modifiers):
        raise BadKey(f"{part!r} is no key: ctrl+, alt+ or shift+ may stand in front of one")
    if len(base) == 1:
        if "shift" in modifiers and base.isalpha():
            modifiers.remove("shift")
            base = base.upper()
        elif "ctrl" in modifiers and base.isalpha():
            base = base.lower()
        base = _named(base)
    else:
        base = _SHORT.get(base.lower(), base.lower())
        if base not in _NAMES and _character(base) is None:
            raise BadKey(f"{part!r} is no key: a character, f1 to f24, or a name such as enter, pageup, home")
    return "+".join([*sorted(modifiers, key=_MODIFIERS.index), base])


def _named(character: str) -> str:
    if character == ",":
        raise BadKey("a comma cannot be taken: it stands between keys")
    (binding,) = Binding.make_bindings([Binding(character, "noop")])
    return binding.key


def _character(key: str) -> str | None:
    found = _CHARACTERS.get(key) or key_to_character(key)
    return found if found is not None and found.isprintable() else None


def shown_key(key: str) -> str:
    """Return how a key is written on the screen: short, such as ``^s``, ``⇧←``, ``F5``, ``gg``."""
    if THEN in key:
        return "".join(shown_key(part) for part in key.split(THEN))
    *modifiers, base = key.split("+")
    character = _character(base)
    text = _SHOWN.get(base) or (character if character is not None and character != " " else base)
    if re.fullmatch(r"f\d+", base):
        text = base.upper()
    for modifier, sign in (("shift", "⇧"), ("alt", "alt-"), ("ctrl", "^")):
        if modifier in modifiers:
            text = sign + text
    return text


def is_typed(key: str) -> bool:
    """Return whether a field for text takes the key as a character."""
    return _character(key.partition(THEN)[0]) is not None or key == "space"
