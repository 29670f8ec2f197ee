"""What a row says, as text to be searched: every field on a line of its own, folded so that case does not count."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any

from feeds.model import Row
from feeds.views.kinds import Kind, kind_of

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
        yield _moment(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _moment(value: datetime) -> str:
    """Return a time as ISO 8601 writes it, to the second."""
    if value.tzinfo is not UTC or value.year < 1_000:
        return value.isoformat("T", "seconds")
    # The same, several times faster: the zone is not asked.
    two = _TWO
    return (
        f"{value.year}-{two[value.month]}-{two[value.day]}"
        f"T{two[value.hour]}:{two[value.minute]}:{two[value.second]}+00:00"
    )


_TWO = tuple(f"{number:02}" for number in range(60))
"""Numbers in two digits."""


def folded(parts: Iterable[str]) -> str:
    """Return texts as folded lines."""
    parts = parts if isinstance(parts, list) else list(parts)
    text = "\0".join(parts)
    if text.count("\0") >= len(parts) > 0:
        text = "\0".join(part.replace("\0", " ") for part in parts)
    if "\n" in text or "\r" in text:
        text = text.replace("\r", " ").replace("\n", " ")
    return text.casefold().replace("\0", "\n")


@lru_cache(maxsize=64)
def plain_fields(row_type: type[Row]) -> tuple[str, ...]:
    """Return the fields that the first lines of a folded row hold, one each."""
    return tuple(name for name in row_type.__struct_fields__ if kind_of(row_type, name) is Kind.TEXT)


@lru_cache(maxsize=64)
def folder(row_type: type[Row]) -> Fold:
    """Return what folds a whole row of ``row_type``. Texts come first: they are looked for most."""
    of_kind: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for name in row_type.__struct_fields__:
        of_kind[kind_of(row_type, name)].append(name)
    get_plain = _getter(plain_fields(row_type))
    get_times = _getter(of_kind[Kind.TIME])
    get_numbers = _getter(of_kind[Kind.NUMBER])
    get_others = _getter([*of_kind[Kind.RANKED], *of_kind[Kind.OTHER]])

    def fold(row: Any) -> str:
        parts: list[str] = [*get_plain(row)]
        for value in get_times(row):
            if value is not None:
                parts.append(_moment(value))
        for value in get_numbers(row):
            if value is not None:
                parts.append(str(value))
        for value in get_others(row):
            if value:
                parts.extend(texts(value))
        return folded(parts)

    return fold


def _getter(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the values of fields, however many there are."""
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda row: ()
    get = attrgetter(names[0])
    return lambda row: (get(row),)
