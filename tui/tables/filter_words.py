"""What can be written in a filter of a view, for completing it, and where the hub says that one is wrong.

What a filter means is the hub's business alone.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import get_args, get_type_hints

from feeds.model import ROW_TYPES, field_named, names_of
from tui.kept import SavedFilter

_LAST = re.compile(r'(?:^|(?<=\s))(?P<minus>-?)(?P<word>[^\s"]*)$')
_PLACE = re.compile(r" at (\d{1,4})(?=;|$)")
AGES = ("<10m", "<1h", ">2h", ">1d")
NAMED = "@"
"""Before the name of a saved filter."""


def completions(text: str, view: str, saved: Sequence[SavedFilter] = (), outages: Sequence[str] = ()) -> list[str]:
    """Return what ``text`` could go on to be: keys, values of the key at its end, names of saved filters."""
    found = _LAST.search(text)
    row_type = ROW_TYPES.get(view)
    if found is None or row_type is None:
        return []
    word, begin = found["word"], text[: found.start("word")]
    if word.startswith(NAMED) and not begin.strip():
        names = (f"{NAMED}{one.name}" for one in saved if one.view == view)
        return [name for name in names if name.startswith(word) and name != word]
    key, colon, value = word.partition(":")
    if not colon:
        return [f"{begin}{name}:" for name in names_of(row_type) if key and name.startswith(key.lower())]
    field = field_named(row_type, key)
    if field is None:
        return []
    before, comma, last = value.rpartition(",")
    values = outages if field == "outages" else _values(row_type, field)
    lead = f"{begin}{key}:{before}{comma}"
    return [f"{lead}{_quoted(one)}" for one in values if one.startswith(last) and one != last]


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def _values(row_type: type, key: str) -> Sequence[str]:
    hint = get_type_hints(row_type)[key]
    for kind in (hint, *get_args(hint)):
        if isinstance(kind, type) and issubclass(kind, Enum):
            return [str(one.value) for one in kind]
        if kind is bool:
            return ("yes", "no")
        if kind is datetime:
            return AGES
    return [value for value in get_args(hint) if isinstance(value, str)]


def recalled(text: str, view: str, saved: Sequence[SavedFilter]) -> str | None:
    """Return the filter that ``@name`` stands for; ``text`` itself where it is none; None for an unknown name."""
    if not text.startswith(NAMED):
        return text
    return next((one.text for one in saved if (one.view, one.name) == (view, text[1:].strip())), None)


def problem_in(message: str, text: str, before: int) -> tuple[str, int]:
    """Return the hub's words, and the place in ``text`` (from 0) that they mean; -1: none.

    ``before``: characters that the hub had in front of ``text``.
    """
    words = message.removeprefix("filter: ")
    found = _PLACE.search(words)
    if found is None:
        return words, -1
    place = int(found[1]) - 1 - before
    if not 0 <= place <= len(text):
        return words, -1
    return f"{words[: found.start(1)]}{place + 1}{words[found.end(1) :]}", place
