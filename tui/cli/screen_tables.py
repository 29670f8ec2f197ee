"""The tables ``[keys]`` and ``[looks]`` of the configuration file, which the screens alone read.

What cannot be used is left out and told with file, line and field, and the screens start with the default for it: a
mistake in a colour or a key must not keep anybody from the console at night.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from tui.acts.keymap import build
from tui.looks import BY_NAME, BadChoice, checked

TABLES: Final = ("keys", "looks")
MOST_KEYS: Final = 8
"""Keys that one action may have."""


class ScreenTables(Struct, frozen=True):
    """What the file says. ``looks``: by name of the choice; ``binds``: keys by name of the action."""

    looks: dict[str, str] = {}
    binds: dict[str, tuple[str, ...]] = {}
    problems: tuple[str, ...] = ()


def read_screen_tables(path: Path | None) -> ScreenTables:
    """Return what the file at ``path`` says of the screens. A file that cannot be read says nothing: others tell so."""
    if path is None:
        return ScreenTables()
    try:
        text = path.read_text(encoding="utf-8")
        whole = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ScreenTables()
    reading = _Reading(path, text)
    for table in TABLES:
        if table in whole:
            reading.take(table, whole[table])
    _, problems = build(reading.looks.get("preset", "default"), reading.binds)
    for problem in problems:
        reading.complain("keys.bind", problem.field, problem.why)
        reading.binds.pop(problem.field, None)
    return ScreenTables(reading.looks, reading.binds, tuple(reading.problems))


class _Reading:
    """Reads the tables of one file and remembers what is wrong with them."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()
        self.looks: dict[str, str] = {}
        self.binds: dict[str, tuple[str, ...]] = {}
        self.problems: list[str] = []

    def complain(self, table: str, field: str, why: str) -> None:
        """Note what is wrong with a field."""
        line = self._line_of(table, field)
        at = f", line {line}" if line else ""
        self.problems.append(f"{self._path}{at}: [{table}]{f' {field}' if field else ''}: {why}")

    def take(self, table: str, value: Any) -> None:
        """Take a table."""
        if not isinstance(value, dict):
            self.complain(table, "", f"it is a table: write [{table}] and the fields below it")
            return
        for field, one in value.items():
            choice = BY_NAME.get(field)
            if table == "keys" and field == "bind":
                self._take_binds(one)
            elif choice is None or choice.table != table:
                known = [name for name, other in BY_NAME.items() if other.table == table]
                self.complain(table, field, f"there is no such field: there are {', '.join(known)}")
            elif not isinstance(one, str):
                self.complain(table, field, "its value is text, in quotes")
            else:
                try:
                    self.looks[field] = checked(field, one)
                except BadChoice as error:
                    self.complain(table, field, str(error))

    def _take_binds(self, binds: Any) -> None:
        if not isinstance(binds, dict):
            self.complain("keys.bind", "", "it is a table: write [keys.bind] and the actions below it")
            return
        for field, one in _flat(binds):
            keys = [one] if isinstance(one, str) else one
            if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
                self.complain("keys.bind", field, 'its value is a key in quotes, or several as ["a", "b"]')
            elif len(keys) > MOST_KEYS:
                self.complain("keys.bind", field, f"an action has at most {MOST_KEYS} keys")
            else:
                self.binds[field] = tuple(keys)

    def _line_of(self, table: str, field: str) -> int:
        """Return the line that a field stands in, else that of its table; 0 where neither is found.

        TOML's own reader tells no lines. Names may be quoted, and ``board.declare`` may be written without quotes.
        """
        written = re.compile(rf"""["']?{re.escape(field)}["']?\s*=""")
        under, found = "", 0
        for number, line in enumerate(self._lines, 1):
            if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
                under = header[1].replace(" ", "").replace('"', "").replace("'", "")
                if under == table:
                    found = found or number
            elif field and written.match(f"{under}.{line.strip()}".removeprefix(f"{table}.")):
                return number
        return found


def _flat(binds: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Return the fields of a table; ``board.declare = "D"`` without quotes is a table within it."""
    fields: list[tuple[str, Any]] = []
    for name, value in binds.items():
        if isinstance(value, dict):
            fields += _flat(value, f"{before}{name}.")
        else:
            fields.append((f"{before}{name}", value))
    return fields
