"""``vaken`` itself: the commands put together, and what holds for all of them: exit codes, errors, quiet ends."""

import os
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from tui.cli.look_options import OPTIONS, look_options, preferences_of
from tui.cli.options import config_option, data_option, explain_origin, hub_option, who_option

DONE, FAILED, WRONG_USE = 0, 1, 2
BEHIND = (
    *(("hub_url", "--hub"), ("data", "--data"), ("who", "--who"), ("config", "--config")),
    *(("token_file", "--token-file"), ("ca", "--ca")),
)
"""Options of ``vaken`` itself that commands have too: there they stand behind the command."""


COMMANDS: Final = {
    name: name
    for name in (
        *("hub", "tail", "wall", "load", "sims", "locate", "drill", "demo", "token", "info", "replay", "timeline"),
        "completion",
    )
} | {"log": "logs"}
"""By name of a command: the module of this room that has it. It is imported when the command is asked for."""


class _Vaken(click.Group):
    """The group. A reader that goes away (``vaken tail alarms | head``) ends a command quietly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"tui.cli.{COMMANDS[cmd_name]}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            # What is still buffered must not be written at exit, where it would fail once more, with noise.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE


@click.group(
    cls=_Vaken, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}, name="vaken"
)
@config_option
@hub_option
@data_option
@who_option
@look_options
@click.pass_context
def vaken(ctx: click.Context, /, config: Path | None, hub_url: str, data: Path, who: str, **_looks: str) -> int:
    """The outage console of a mobile operator's IoT operations team.

    Without a command: the screens, on a hub of their own on this machine, or with --hub on one that runs elsewhere.
    """
    if ctx.invoked_subcommand is not None:
        for name, option in BEHIND:
            if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                command = ctx.invoked_subcommand
                raise click.UsageError(f"{option} stands behind the command: vaken {command} … {option} …")
        for name, option in OPTIONS.items():
            if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                raise click.UsageError(f"--{option} is of the screens: vaken --{option} …, or behind demo")
        return DONE
    from tui.cli.screens import run_screens

    own_hub = ctx.get_parameter_source("hub_url") is ParameterSource.DEFAULT
    own_data = explain_origin(ctx, "data") != "default"
    return run_screens(
        hub_url if not own_hub else None, data, config, who, preferences_of(ctx, config), may_share=not own_data
    )


def main(arguments: list[str] | None = None) -> int:
    """Run ``vaken`` with ``arguments`` (None: those of the process) and return its exit code."""
    # Textual looks so often whether there is something to paint: a key waits half as long. Frames are paced by us.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    try:
        result = vaken.main(arguments, prog_name="vaken", standalone_mode=False)
        return result if isinstance(result, int) else DONE
    except click.UsageError as error:
        return _say(error.format_message(), WRONG_USE)
    except click.ClickException as error:
        return _say(error.format_message(), FAILED)
    except click.Abort:
        return FAILED  # Ctrl-C; commands for which that is the usual end take it themselves
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is becomes a sentence
        if os.environ.get("VAKEN_DEBUG"):
            traceback.print_exc()
            return FAILED
        text = f"failed unexpectedly: {type(error).__name__}: {error}; VAKEN_DEBUG=1 shows where"
        return _say(text, FAILED)


def _say(sentence: str, code: int) -> int:
    one_line = " ".join(sentence.split())
    print(f"vaken: {one_line}", file=sys.stderr)
    return code
