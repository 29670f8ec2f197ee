"""The hub's configuration value by value, and where each comes from. Of secrets only that they are there."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

SECRET: Final = ("password", "secret", "token", "key", "credential", "headers")
"""A name with one of these words holds what nobody else should read."""
_USER = re.compile(r"//[^/@\s]*@")
"""Name and password within an address."""
SHOWN: Final = 80
"""Characters of a value."""


def configured(path: Path | None) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and origin (``file`` or ``default``) of everything the hub can be told.

    Raises feeds.hub.settings.SettingsError when the file cannot be used.
    """
    from feeds.hub.settings import load_settings

    settings = load_settings(path)
    raw: dict[str, Any] = {}
    if path is not None:
        with path.open("rb") as file:
            raw = tomllib.load(file)
    for name, value in _flat("", msgspec.to_builtins(settings)):
        yield name, _shown(name, value), "file" if _is_in(raw, name) else "default"


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, held in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), held)
    else:
        yield name, value


def _is_in(raw: Any, name: str) -> bool:
    for part in name.split("."):
        if not isinstance(raw, dict) or part not in raw:
            return False
        raw = raw[part]
    return True


def _shown(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if any(word in name.rpartition(".")[2].lower() for word in SECRET):
        return "set, not shown"
    text = _USER.sub("//…@", str(value))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
