"""The frames of the stream as types: what comes in, what goes out. Rows stay raw here; their view knows their type."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from feeds.model.commands import Command

Rows = dict[str, Raw]


class Frame(Struct, frozen=True):
    """Any frame of the hub; which one follows from the fields it has. Unknown fields are ignored."""

    hub: str | None = None
    instance: str = ""
    beat: int | None = None
    at: datetime | None = None
    seq: int = 0
    lag: float = 0.0
    shed: int = 0
    degraded: str = ""
    role: str = ""
    who: str = ""
    may: tuple[str, ...] | None = None
    rate: float | None = None

    view: int | None = None
    error: str | None = None
    total: int | None = None
    first: int | None = None
    rows: Raw | UnsetType = UNSET
    set: Rows = {}
    gone: tuple[str, ...] = ()
    order: tuple[str, ...] | None = None

    done: int | None = None
    result: Raw = Raw(b"null")
    refused: int | None = None
    why: str = ""


class Open(Struct, frozen=True, omit_defaults=True):
    """Open a view, or give an open one another query."""

    open: str
    id: int
    window: tuple[int, int]
    sort: str = ""
    filter: str = ""
    of: str = ""


class Close(Struct, frozen=True):
    """Close a view."""

    close: int


class _Addressed(Struct, frozen=True):
    view: int | None = None


_frames = msgspec.json.Decoder(Frame)
_addressed = msgspec.json.Decoder(_Addressed)


def read_frame(message: str | bytes) -> Frame:
    """Return the frame in ``message``. Raises msgspec.DecodeError where it is none."""
    try:
        return _frames.decode(message)
    except RecursionError as error:
        raise msgspec.DecodeError("nested too deeply") from error


def view_of(message: str | bytes) -> int | None:
    """Return the id of the view that an unreadable message speaks of, or None where not even that can be read."""
    try:
        return _addressed.decode(message).view
    except (msgspec.DecodeError, RecursionError):
        return None


def write_open(query: Open) -> str:
    """Return the text of the message that opens a view."""
    return msgspec.json.encode(query).decode()


def write_close(view: int) -> str:
    """Return the text of the message that closes a view."""
    return msgspec.json.encode(Close(view)).decode()


def write_command(command: Command, number: int) -> str:
    """Return the text of the message that carries ``command``; the answer will carry ``number``."""
    fields: dict[str, Any] = msgspec.to_builtins(command)
    return msgspec.json.encode({**fields, "id": number}).decode()
