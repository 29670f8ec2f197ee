"""Options that several commands have, and where their values come from.

The command line wins, then ``VAKEN_*`` variables, then the table ``[client]`` of the configuration file, then defaults.
The rest of that file is the hub's (``feeds.hub.settings``).
"""

import getpass
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
import platformdirs
from click.core import ParameterSource
from msgspec import Struct

if TYPE_CHECKING:
    from feeds.client import Credentials

DEFAULT_HUB = "http://127.0.0.1:8425"
DEFAULT_LISTEN = "127.0.0.1:8425"
NAME_LENGTH = 64


class ClientTable(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The table ``[client]``: options of the command line by name."""

    hub: str = ""
    data: str = ""
    listen: str = ""
    who: str = ""
    token_file: str = ""
    ca: str = ""


class _File(Struct, frozen=True):
    client: ClientTable = ClientTable()


def default_config() -> Path:
    """Return where the configuration is looked for when nobody names a file."""
    return platformdirs.user_config_path("vaken") / "config.toml"


def default_data() -> Path:
    """Return the data directory of a hub when nobody names one."""
    return platformdirs.user_data_path("vaken")


def default_who() -> str:
    """Return the name of the user at this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"  # a user id without a name, as in some containers


def read_client_table(path: Path) -> ClientTable:
    """Return the table ``[client]`` of a configuration file. Raises click.UsageError naming file and place."""
    try:
        with path.open("rb") as file:
            return msgspec.convert(tomllib.load(file), _File).client
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise click.UsageError(f"{path}, line {line}: is not UTF-8: byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        at_end = "at end of document" in str(error)
        last = f", line {max(1, len(path.read_bytes().splitlines()))}" if at_end else ""
        raise click.UsageError(f"{path}{last}: {error}") from error
    except msgspec.ValidationError as error:
        raise click.UsageError(f"{path}: {error}") from error


def _load(ctx: click.Context, _option: click.Parameter, named: Path | None) -> Path | None:
    """Make the file's values the defaults of the command; runs before other options are looked at."""
    path = named or default_config()
    # A home that may not be looked into, as where somebody became another user, has no file either.
    if named is None and not os.access(path, os.F_OK):
        return None
    table = read_client_table(path)
    values = {"hub_url": table.hub, "data": table.data, "listen": table.listen, "who": table.who}
    values |= {"token_file": table.token_file, "ca": table.ca}
    ctx.default_map = {name: value for name, value in values.items() if value}
    ctx.meta["vaken.config"] = path
    return path


def _is_hub(_ctx: click.Context, _option: click.Parameter, value: str) -> str:
    from feeds.client import ClientError
    from feeds.client.address import stream_url

    try:
        stream_url(value, "nobody")
    except ClientError as error:
        raise click.BadParameter(str(error)) from error
    return value


def _is_name(_ctx: click.Context, _option: click.Parameter, value: str) -> str:
    name = value.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise click.BadParameter(f"a name has 1 to {NAME_LENGTH} printable characters")
    return name


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="VAKEN_CONFIG",
    is_eager=True,
    callback=_load,
    help="Configuration file (TOML); the user's own is read by itself.",
)
_hub_url_option = click.option(
    "--hub",
    "hub_url",
    metavar="URL",
    default=DEFAULT_HUB,
    envvar="VAKEN_HUB",
    callback=_is_hub,
    help="The hub.",
)


def _keep(ctx: click.Context, option: click.Parameter, value: Path | None) -> Path | None:
    """Remember a file for ``credentials``."""
    assert option.name is not None
    if value is not None:
        ctx.meta[f"vaken.{option.name}"] = value
        ctx.meta[f"vaken.{option.name}.named"] = ctx.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    return value


_token_file_option = click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="VAKEN_TOKEN_FILE",
    callback=_keep,
    expose_value=False,
    help="File with your token, which may stand in VAKEN_TOKEN too; a hub on this machine has one for you.",
)
_ca_option = click.option(
    "--ca",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="VAKEN_CA",
    callback=_keep,
    expose_value=False,
    help="CA certificates (PEM) by which an https hub is believed, in place of the system's.",
)


def hub_option(command: Any) -> Any:
    """Add the options by which a hub is reached: its address, the token, the CA."""
    return _hub_url_option(_token_file_option(_ca_option(command)))


def credentials() -> "Credentials":
    """Return what the command that runs now shows at a hub: by its options, ``VAKEN_TOKEN``, its configuration."""
    from feeds.client import Credentials

    context = click.get_current_context(silent=True)
    meta: dict[str, Any] = context.meta if context is not None else {}
    # A file on the command line wins over the variable with the token itself, which wins over any other file.
    token = "" if meta.get("vaken.token_file.named") else os.environ.get("VAKEN_TOKEN", "")
    return Credentials(token=token, token_file=meta.get("vaken.token_file"), ca=meta.get("vaken.ca"))


data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=default_data,
    envvar="VAKEN_DATA",
    help="Directory that the hub keeps its log in.",
)
listen_option = click.option(
    "--listen", metavar="HOST:PORT", default=DEFAULT_LISTEN, envvar="VAKEN_LISTEN", help="Where the hub listens."
)
who_option = click.option(
    "--who",
    metavar="NAME",
    default=default_who,
    envvar="VAKEN_WHO",
    callback=_is_name,
    help="Your name at the hub.",
)


def explain_origin(ctx: click.Context, name: str) -> str:
    """Return where the value of parameter ``name`` comes from: command line, a variable, a file, or default."""
    match ctx.get_parameter_source(name):
        case ParameterSource.COMMANDLINE:
            return "command line"
        case ParameterSource.ENVIRONMENT:
            (parameter,) = (p for p in ctx.command.params if p.name == name)
            assert isinstance(parameter.envvar, str)
            return f"variable {parameter.envvar}" if os.environ.get(parameter.envvar) else "environment"
        case ParameterSource.DEFAULT_MAP:
            return f"file {ctx.meta['vaken.config']}"
        case _:
            return "default"
