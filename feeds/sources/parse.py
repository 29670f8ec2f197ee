"""Bytes → cleaned JSON → typed values, with errors that name the place. What the values mean is the formats' work."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec
import orjson

from feeds.sources.clean import clean, clean_tree, needs_cleaning
from feeds.sources.errors import Invalid, Malformed, TooDeep

T = TypeVar("T")

_PATH: Final = re.compile(r" - at `(?:key` in `)?([^`]*)`$")
_FEED_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
OWN_SOURCE: Final = "vaken"
"""The source of the hub's own alarms. Nobody else brings any: who could clear them could hide that a feed is silent."""
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100


def decode(body: bytes, *, raw: bool = False) -> object:
    """Return the JSON value in ``body``, its texts cleaned; with ``raw`` they stay as they are and the caller cleans.

    Raises Malformed, naming line, column and byte, and TooDeep.
    """
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "depth limit" in error.msg or "ecursion" in error.msg:
            raise TooDeep("the body nests too deep") from None
        raise _malformed(error, body) from None
    if raw or not needs_cleaning(body):
        return value
    return clean_tree(value)


def _malformed(error: orjson.JSONDecodeError, body: bytes) -> Malformed:
    if not body.strip():
        return Malformed("the body is empty; expected JSON", position=0)
    if "UTF-8" in error.msg:
        try:
            body.decode()
        except UnicodeDecodeError as wrong:
            return Malformed(f"the body is not UTF-8: byte {wrong.start}", position=wrong.start)
    byte = len(error.doc[: error.pos].encode())
    place = f"line {error.lineno}, column {error.colno} (byte {byte})"
    return Malformed(f"malformed JSON at {place}: {error.msg}", position=byte)


def typed(value: object, kind: type[T], path: str = "$") -> T:
    """Return decoded JSON as ``kind``. Unknown fields are ignored. Raises Invalid, naming the path from ``path`` on."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise invalid(str(error), path) from None


def proved(value: T, path: str = "$") -> T:
    """Return ``value``, which was put together in code, after a look that it keeps the bounds of its type.

    What breaks them would be written to the log and could not be read back. Raises Invalid, naming the path.
    """
    try:
        msgspec.json.decode(msgspec.json.encode(value), type=type(value))
    except msgspec.ValidationError as error:
        raise invalid(str(error), path) from None
    return value


def invalid(message: str, path: str = "$") -> Invalid:
    """Return the error for a message of msgspec, with its path (which begins with ``$``) set behind ``path``."""
    found = _PATH.search(message)
    at = path + (found[1].removeprefix("$") if found else "")
    said = message[: found.start()] if found else message
    return Invalid(f"{at}: {said[:1].lower()}{clean(said[1:500])}", at)


def many(body: bytes, kind: type[T]) -> tuple[list[T], Sequence[str]]:
    """Return the values of a body that holds one object or an array of them, and the path of each."""
    return several(decode(body), kind)


def several(value: object, kind: type[T]) -> tuple[list[T], Sequence[str]]:
    """Return the values of a decoded object or array of them, and the path of each."""
    if isinstance(value, list):
        return typed(value, list[kind]), PLACES  # type: ignore[valid-type]
    if not isinstance(value, dict):
        raise Invalid("$: expected an object or an array of objects", "$")
    return [typed(value, kind)], ("$",)


class _Places(Sequence[str]):
    """The paths of an array's items, made when they are asked for."""

    def __getitem__(self, index: int) -> str:  # type: ignore[override]
        return f"$[{index}]"

    def __len__(self) -> int:
        return 0


PLACES: Final = _Places()
"""The paths of the items of any array."""


def in_utc(time: datetime | None, path: str) -> datetime | None:
    """Return ``time`` in UTC. Raises Invalid for a time without a zone or outside 2000 to 2100."""
    if time is None:
        return None
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        raise Invalid(f"{path}: the year {time.year} is not between {_FIRST_YEAR} and {_LAST_YEAR}", path)
    if time.tzinfo is None:
        raise Invalid(f"{path}: the time has no zone; write it as 2026-03-01T02:30:00Z or with +01:00", path)
    return time if time.tzinfo is UTC else time.astimezone(UTC)


def feed_name(text: str) -> str:
    """Return ``text`` where it can be the name of a feed, else the empty text."""
    return text if _FEED_NAME.fullmatch(text) else ""


def not_own(source: str, path: str) -> None:
    """Raise Invalid, naming the path, where ``source`` is the hub's own, in whatever letters."""
    if len(source) == len(OWN_SOURCE) and source.lower() == OWN_SOURCE:
        raise Invalid(f"{path}: {source} is the hub's own source: give yours another name", path)


def person(text: str) -> str:
    """Return the name that a person gives at a screen, cleaned and bounded; it may be empty."""
    return clean(text[:64]).strip()[:64]
