"""How the screens look, as a person chose it: theme, density, signs, colours, time zone, keys. Where the choices come
from and which one wins is said here; what they look like is left to tui.themes, widgets.glyphs and widgets.few_colours.
"""

import locale
import os
from collections.abc import Mapping
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from tui.acts.presets import PRESETS

AUTO: Final = "auto"
MACHINE: Final = "machine"
"""The time zone of this machine."""


THEME_NAMES: Final = ("dark", "light", "high-contrast", "red-green", "blue-yellow")
"""Themes of tui.themes that can be chosen; not loaded for their names alone, as the command line needs them."""


class Choice(Struct, frozen=True):
    """One thing that can be chosen. ``values``: all there are, the first holds where nobody chose; none: any text."""

    name: str
    title: str
    help: str
    values: tuple[str, ...]
    table: str = "looks"
    """Its table in the configuration."""


CHOICES: Final = (
    Choice("theme", "theme", "auto: dark, or light where the terminal says that it is; red-green and blue-yellow are "
           "for eyes that mix these up.", (AUTO, *THEME_NAMES)),
    Choice("density", "density", "comfortable leaves air, compact shows more lines.", ("comfortable", "compact")),
    Choice("glyphs", "signs", "auto: ASCII where the terminal's language names another character set than UTF-8.",
           (AUTO, "unicode", "ascii")),
    Choice("colours", "colours", "auto: what the terminal says that it can do; none also with NO_COLOR.",
           (AUTO, "full", "16", "none")),
    Choice("zone", "time zone", "Beside UTC: that of this machine, or a name such as Europe/Stockholm.", ()),
    Choice("fps", "frames", "The most that are painted in a second; a slow terminal gets fewer by itself, and says so.",
           ("10", "4", "1")),
    Choice("preset", "keys", "default, or those that people know from vim or from k9s.", tuple(PRESETS), "keys"),
)  # fmt: skip
BY_NAME: Final = {choice.name: choice for choice in CHOICES}


class Looks(Struct, frozen=True):
    """What counts, each value one of its choice's."""

    theme: str = AUTO
    density: str = "comfortable"
    glyphs: str = AUTO
    colours: str = AUTO
    zone: str = MACHINE
    fps: str = "10"
    preset: str = "default"


class BadChoice(ValueError):
    """A value that there is not; the message says which there are."""


def checked(name: str, value: str) -> str:
    """Return ``value`` if it can be chosen for ``name``. Raises BadChoice."""
    choice = BY_NAME.get(name)
    if choice is None:
        raise BadChoice(f"there is no {name!r} to choose: there are {', '.join(BY_NAME)}")
    if choice.values and value not in choice.values:
        raise BadChoice(f"{choice.title}: there is no {value!r}, there are {', '.join(choice.values)}")
    if name == "zone":
        zone_of(value)
    return value


def zone_of(name: str) -> tzinfo | None:
    """Return a time zone by its IANA name; None for that of this machine. Raises BadChoice."""
    if name == MACHINE:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadChoice(f"there is no time zone {name!r}: write one such as Europe/Stockholm, or {MACHINE}") from error


class Screen(Struct, frozen=True):
    """What the looks come to on a terminal. ``colours``: ``full``, ``16`` or ``none``."""

    theme: str
    ascii: bool
    colours: str


def on_terminal(looks: Looks, environ: Mapping[str, str] = os.environ) -> Screen:
    """Return what the looks come to on the terminal that ``environ`` describes."""
    colours = looks.colours if looks.colours != AUTO else _colours(environ)
    theme = looks.theme
    if theme == AUTO:
        theme = "sixteen" if colours == "16" else "light" if _is_light(environ) else "dark"
    return Screen(theme, looks.glyphs == "ascii" or (looks.glyphs == AUTO and not _is_utf8(environ)), colours)


def _colours(environ: Mapping[str, str]) -> str:
    if environ.get("NO_COLOR"):
        return "none"
    from rich.console import Console  # the command line gets by without it

    system = Console(force_terminal=True, _environ=environ).color_system
    return "full" if system in ("256", "truecolor") else "16" if system == "standard" else "none"


def _is_light(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal says that its ground is light: COLORFGBG ends with 7 or 15 then."""
    return environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")


def _is_utf8(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal takes UTF-8, as far as its language says; one that says nothing does."""
    if environ.get("TERM", "").startswith(("vt", "dumb")):
        return False
    named = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")
    charset = named.partition("@")[0].rpartition(".")[2] if "." in named else ""
    return not named or locale.normalize(f"en_US.{charset}").upper().endswith("UTF-8")


class Chosen(Struct, frozen=True):
    """The looks, and for each of them where it comes from."""

    looks: Looks
    origins: dict[str, str]
    problems: tuple[str, ...] = ()


def settle(*sources: tuple[str, Mapping[str, str]]) -> Chosen:
    """Return what counts: the first of ``sources`` (name and values) that has a usable value; empty ones are none.

    A value that there is not is left out and told.
    """
    values: dict[str, str] = {}
    origins = dict.fromkeys(BY_NAME, "default")
    problems = []
    for origin, offered in sources:
        for name, value in offered.items():
            if not value:
                continue
            try:
                checked(name, value)
            except BadChoice as error:
                problems.append(f"{origin}: {error}")
                continue
            if name not in values:
                values[name], origins[name] = value, origin
    return Chosen(Looks(**values), origins, tuple(problems))
