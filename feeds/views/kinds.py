"""Of what kind the fields of rows are: what can be counted, compared or only read. Taken from their types, once."""

from datetime import datetime
from enum import Enum, auto
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from feeds.model import Row


class Kind(Enum):
    """What a field holds."""

    TEXT = auto()
    """A text that is always there."""
    TIME = auto()
    NUMBER = auto()
    RANKED = auto()
    """One of an enumeration."""
    OTHER = auto()
    """Yes or no, several values, or one of several kinds."""


@lru_cache(maxsize=64)
def _hints(row_type: type[Row]) -> dict[str, Any]:
    return get_type_hints(row_type)


@lru_cache(maxsize=4_096)
def types_of(row_type: type[Row], name: str) -> frozenset[type]:
    """Return the types that a field of one value can have, without None; of one that holds several there are none."""
    hint = _hints(row_type)[name]
    if get_origin(hint) is None:
        return frozenset({hint} if isinstance(hint, type) else ())
    if get_origin(hint) not in (Union, UnionType):
        return frozenset()
    return frozenset(kind for kind in get_args(hint) if isinstance(kind, type) and kind is not type(None))


@lru_cache(maxsize=4_096)
def kind_of(row_type: type[Row], name: str) -> Kind:
    """Return the kind of a field."""
    hint, kinds = _hints(row_type)[name], types_of(row_type, name)
    if hint is str:
        return Kind.TEXT
    if kinds == {datetime}:
        return Kind.TIME
    if kinds and kinds <= {int, float}:
        return Kind.NUMBER
    if len(kinds) == 1 and issubclass(next(iter(kinds)), Enum):
        return Kind.RANKED
    return Kind.OTHER
