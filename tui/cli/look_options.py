"""Options of the commands that open screens: how they look and which keys count. What they come to is in tui.looks."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource

from tui.cli.options import explain_origin
from tui.looks import BY_NAME, CHOICES, BadChoice, checked

if TYPE_CHECKING:
    from tui.preferences import Preferences

Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS: Final = {"theme": "theme", "density": "density", "glyphs": "signs", "colours": "colours", "zone": "time-zone",
                  "fps": "fps", "preset": "keys"}  # fmt: skip
"""By name of the choice: what its option is called, without the dashes."""


def _checked(_ctx: click.Context, option: click.Parameter, value: str) -> str:
    try:
        return checked(option.name or "", value) if value else ""
    except BadChoice as error:
        raise click.BadParameter(str(error)) from error


def look_options(command: Command) -> Command:
    """Give a command the options ``--theme``, ``--signs`` and so on; each has a variable, such as ``VAKEN_THEME``."""
    return some_look_options(*BY_NAME)(command)


def some_look_options(*names: str) -> Callable[[Command], Command]:
    """Give a command the options of some choices, by their names."""
    return lambda command: _with_options(command, names)


def _with_options(command: Command, names: tuple[str, ...]) -> Command:
    for choice in reversed([BY_NAME[name] for name in names]):
        name = OPTIONS[choice.name]
        command = click.option(
            f"--{name}",
            choice.name,
            metavar="|".join(choice.values) if choice.values else "ZONE",
            default="",
            envvar=f"VAKEN_{name.upper().replace('-', '_')}",
            callback=_checked,
            help=choice.help,
        )(command)
    return command


def preferences_of(ctx: click.Context, config: Path | None) -> "Preferences":
    """Return what the command line, the variables and the file at ``config`` say of the screens.

    What could not be taken is said on stderr as well: a person may find it there when the screens have gone.
    """
    from tui.cli.screen_tables import read_screen_tables
    from tui.preferences import Preferences

    given = {
        choice.name: (ctx.params[choice.name], explain_origin(ctx, choice.name))
        for choice in CHOICES
        if ctx.params.get(choice.name)
        and ctx.get_parameter_source(choice.name) in (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    }
    tables = read_screen_tables(config)
    for problem in tables.problems:
        click.echo(f"vaken: {problem}; the screens go on without it", err=True)
    return Preferences(given, tables.looks, file=f"file {config}", binds=tables.binds, problems=tables.problems)
