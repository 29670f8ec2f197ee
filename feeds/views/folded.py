"""What a row says, as text to be searched: every field on a line of its own, folded so that case does not count."""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any, get_type_hints

from feeds.model import Row

Fold = Callable[[Any], str]


def texts(value: Any) -> Iterable[str]:
    """Yield the texts that a field holds, as they are."""
    if isinstance(value, str):
        yield value.value if isinstance(value, Enum) else value
    elif isinstance(value, dict):
        for name, held in value.items():
            yield f"{name}={held}"
    elif isinstance(value, tuple):
        for held in value:
            yield from texts(held)
    elif isinstance(value, datetime):
        yield value.isoformat(timespec="seconds")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def folded(parts: Iterable[str]) -> str:
    """Return texts as folded lines."""
    text = "\0".join(parts)
    if "\n" in text or "\r" in text:
        text = text.replace("\r", " ").replace("\n", " ")
    return text.casefold().replace("\0", "\n")


@lru_cache(maxsize=64)
def folder(row_type: type[Row]) -> Fold:
    """Return what folds a whole row of ``row_type``. Texts come first: they are looked for most."""
    hints = get_type_hints(row_type)
    plain = [name for name in row_type.__struct_fields__ if hints[name] is str]
    get_plain: Callable[[Any], Any] = attrgetter(*plain)
    several = len(plain) > 1
    get_others = [attrgetter(name) for name in row_type.__struct_fields__ if hints[name] is not str]

    def fold(row: Any) -> str:
        parts: list[str] = [*get_plain(row)] if several else [get_plain(row)]
        for get in get_others:
            value = get(row)
            if value:
                parts.extend(texts(value))
            elif value == 0 and value is not False and value is not None:
                parts.append(str(value))
        return folded(parts)

    return fold
