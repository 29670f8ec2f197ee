"""Looks at a whole configuration file and tells every fault at once, each with its line and field.

The hub itself stops at the first one (``settings``). What a value means is said where it is used; here it is only
tried: files are opened, calendars, templates and certificates loaded. Nothing is connected to, nothing is written.
"""

import re
import ssl
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from feeds.board.desk.working_days import NoCalendar, WorkingDays
from feeds.courier import CourierError, load_templates
from feeds.hub.access.identity import AccessError
from feeds.hub.access.proxies import Proxies
from feeds.hub.settings import MEANT, THEIRS, NotToml, Settings, beside, not_toml, text_of

MOST: Final = 200
"""Faults that are told."""

_PATH: Final = re.compile(r" - at `(key`? in `)?([^`]*)`+$")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
_MISSING: Final = re.compile(r"missing required field `([^`]*)`")
_HEADER: Final = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART: Final = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_INDEX: Final = re.compile(r"\[(\d+)\]")
_LENGTH: Final = "expected `array` of length >="

Keys = tuple[str, ...]


class Fault(Struct, frozen=True):
    """One fault. ``line``: from 1, 0 where it is of the whole file; ``field``: with dots."""

    line: int
    field: str
    why: str

    def said(self, path: Path) -> str:
        """Return it as a sentence that names file, line and field."""
        place = f"{path}, line {self.line}" if self.line else str(path)
        return f"{place}: {self.field}: {self.why}" if self.field else f"{place}: {self.why}"


def faults(path: Path) -> list[Fault]:
    """Return what is wrong with a configuration file, by line; empty: the hub takes it."""
    try:
        text = text_of(path)
        raw = tomllib.loads(text)
    except OSError as error:
        return [Fault(0, "", f"cannot be read: {error.strerror}")]
    except NotToml as error:
        return [Fault(error.line, "", str(error))]
    except tomllib.TOMLDecodeError as error:
        wrong = not_toml(error, text)
        return [Fault(wrong.line, "", str(wrong))]
    for theirs in THEIRS:
        raw.pop(theirs, None)
    lines = lines_of(text)
    found = [Fault(line_of(lines, keys), ".".join(keys), why) for keys, why in _wrong(raw)]
    return sorted(found[:MOST], key=lambda one: one.line) + [
        Fault(line_of(lines, keys), ".".join(keys), why) for keys, why in _tried(raw, path.parent)
    ]


def lines_of(text: str) -> dict[Keys, int]:
    """Return the line, from 1, on which each table and key of a TOML text stands first."""
    lines: dict[Keys, int] = {}
    table: Keys = ()
    within = ""
    for number, line in enumerate(text.split("\n"), 1):
        if within:
            within = "" if line.count(within) % 2 else within
            continue
        if (header := _HEADER.match(line)) is not None:
            table = _parts(header[1])
            lines.setdefault(table, number)
        elif (key := _KEY.match(line)) is not None:
            keys = (*table, *_parts(key[1]))
            for end in range(len(table) + 1, len(keys) + 1):
                lines.setdefault(keys[:end], number)
            for inner in _KEY.finditer(line, key.end()):  # an inline table on the same line
                lines.setdefault((*keys, *_parts(inner[1])), number)
        within = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
    return lines


def line_of(lines: Mapping[Keys, int], keys: Keys) -> int:
    """Return the line of a key (of an item ``key[2]``: that of the key), or of the nearest table; 0: there is none."""
    if keys and keys not in lines:
        keys = (*keys[:-1], _INDEX.sub("", keys[-1]))
    return next((lines[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in lines), 0)


def _parts(dotted: str) -> Keys:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _wrong(raw: dict[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Yield what types and bounds say; takes each wrong value out of ``raw``, so that the next one is seen."""
    taken: set[Keys] = set()
    """What was told and taken out: that it is missing, or that its list became too short, is no fault of the file."""
    places: dict[Keys, list[int]] = {}
    """Of lists that something was taken out of: where the items that are left stood."""
    for _ in range(MOST):
        try:
            msgspec.convert(raw, Settings)
            return
        except msgspec.ValidationError as error:
            keys, why = _place(raw, str(error))
            missing = _MISSING.search(str(error)) is not None
        if missing:
            lacking = [(*keys, name) for name in _required(keys) if name not in (_found(raw, keys) or {})]
            for one in lacking:
                if one not in taken:
                    yield keys, f"the key {one[-1]} is missing"
        elif not (keys in taken and why.startswith(_LENGTH)):
            yield _as_written(keys, places), why
        taken.add(keys[:-1] if keys and _INDEX.fullmatch(keys[-1]) else keys)
        if not _take_out(raw, keys, places):
            return


def _as_written(keys: Keys, places: Mapping[Keys, list[int]]) -> Keys:
    """Return keys of a list's item with its place in the file, in the form ``list[2]``."""
    if not keys or (index := _INDEX.fullmatch(keys[-1])) is None:
        return keys
    at = int(index[1])
    stood = places[keys[:-1]][at] if keys[:-1] in places else at
    return (*keys[:-2], f"{keys[-2]}[{stood}]")


def _required(keys: Keys) -> tuple[str, ...]:
    """Return the keys that the table at ``keys`` must have."""
    kind: Any = Settings
    for key in keys:
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif (table := _table(kind)) is not None:
            kind = get_type_hints(table).get(key)
    table = _table(kind)
    return tuple(field.encode_name for field in msgspec.structs.fields(table) if field.required) if table else ()


def _table(kind: Any) -> type[Struct] | None:
    """Return the struct that a table is read as, where it may be left out as well; None: it is another value."""
    return next((one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, Struct)), None)


def _place(raw: dict[str, Any], message: str) -> tuple[Keys, str]:
    """Return where a message of msgspec points to, and what it says."""
    at = _PATH.search(message)
    said = message[: at.start()] if at else message
    said = said[:1].lower() + said[1:]
    keys = tuple(re.findall(r"[^.\[\]$]+|\[\.\.\.\]|\[\d+\]", at[2])) if at else ()
    if (unknown := _UNKNOWN.search(message)) is not None:
        keys, said = (*keys, unknown[1]), "there is no such key"
    elif at is not None and at[1]:
        keys = (*keys, "[...]")  # the name of an entry is wrong
    for pattern, meant in MEANT.items():
        if repr(pattern) in said or f"'{pattern}'" in said:
            said = meant
    return _resolved(raw, keys, message), said


def _resolved(raw: dict[str, Any], keys: Keys, message: str) -> Keys:
    """Return keys in which ``[...]``, any entry of a table, is the entry that is meant."""
    for at, key in enumerate(keys):
        if key != "[...]":
            continue
        held = _found(raw, keys[:at])
        if not isinstance(held, dict):
            return keys[:at]
        for name, value in held.items():
            alone = _with(raw, keys[:at], {name: value})
            try:
                msgspec.convert(alone, Settings)
            except msgspec.ValidationError as error:
                if str(error) == message:
                    return _resolved(raw, (*keys[:at], name, *keys[at + 1 :]), message)
        return keys[:at]
    inner = next((at for at, key in enumerate(keys) if _INDEX.fullmatch(key)), len(keys))
    return keys[: inner + 1]  # what is wrong within an item is told of the item


def _found(raw: Any, keys: Keys) -> Any:
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw


def _with(raw: dict[str, Any], keys: Keys, value: Any) -> dict[str, Any]:
    """Return the tables around a value with nothing else beside the first of them, and the value in its place."""
    held = dict(_found(raw, keys[:-1]) or {}) if len(keys) > 1 else {}
    made: Any = held | {keys[-1]: value} if keys else value
    for end in range(len(keys) - 1, 0, -1):
        around = dict(_found(raw, keys[: end - 1]) or {}) if end > 1 else {}
        made = around | {keys[end - 1]: made}
    return dict(made)


def _take_out(raw: dict[str, Any], keys: Keys, places: dict[Keys, list[int]]) -> bool:
    """Take a value, or an item of a list, out of ``raw``; return whether it was there."""
    held = _found(raw, keys[:-1])
    index = _INDEX.fullmatch(keys[-1]) if keys else None
    if index is not None and isinstance(held, list) and int(index[1]) < len(held):
        del places.setdefault(keys[:-1], list(range(len(held))))[int(index[1])]
        del held[int(index[1])]
        return True
    if not keys or not isinstance(held, dict) or keys[-1] not in held:
        return False
    del held[keys[-1]]
    return True


def _tried(raw: dict[str, Any], folder: Path) -> Iterator[tuple[Keys, str]]:
    """Yield what does not work of values that are well-formed."""
    try:
        settings = beside(msgspec.convert(raw, Settings), folder)
    except msgspec.ValidationError:
        return  # told already
    if settings.updates.templates:
        yield from _try(("updates", "templates"), lambda: load_templates(folder / settings.updates.templates))
    desk = settings.desk
    if "desk" in raw:
        yield from _try(("desk",), lambda: WorkingDays(desk.country, desk.region, desk.time_zone))
    yield from _try(("hub", "trusted_proxies"), lambda: Proxies(settings.hub.trusted_proxies))
    yield from _files((), settings, folder)
    if (tls := settings.tls) is not None:
        from feeds.hub.access.tls import Certificate  # its library takes a while to import

        try:
            Certificate(tls, lambda: datetime.now(UTC), lambda _text, _event: None)
        except AccessError as error:
            yield ("tls", "key" if str(error).startswith(f"{tls.key}: ") else "cert"), str(error)
    if (oidc := settings.access.oidc) is not None and "://" not in oidc.jwks:
        yield from _readable(("access", "oidc", "jwks"), Path(oidc.jwks))


def _try(keys: Keys, work: Callable[[], object]) -> Iterator[tuple[Keys, str]]:
    try:
        work()
    except (CourierError, NoCalendar, AccessError, OSError, ssl.SSLError) as error:
        yield keys, str(error)


def _files(keys: Keys, held: Struct, folder: Path) -> Iterator[tuple[Keys, str]]:
    """Yield the fields named ``…_file`` whose file cannot be read."""
    for name in held.__struct_fields__:
        value = getattr(held, name)
        if isinstance(value, Struct):
            yield from _files((*keys, name), value, folder)
        elif name.endswith("_file") and isinstance(value, str) and value:
            yield from _readable((*keys, name), Path(value))


def _readable(keys: Keys, path: Path) -> Iterator[tuple[Keys, str]]:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        yield keys, f"{path}: cannot be read: {error.strerror}"
