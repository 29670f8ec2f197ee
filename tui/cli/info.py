"""``vaken info``: versions, paths, configuration with the origin of each value, and how the hub and its feeds are."""

import platform
import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from tui.cli.look_options import look_options
from tui.cli.options import (
    config_option,
    credentials,
    data_option,
    default_config,
    explain_origin,
    hub_option,
    listen_option,
    who_option,
)
from tui.cli.replay import marks_file
from tui.cli.screens import screens_log
from tui.cli.web import hub_version
from tui.kept import kept_path

PACKAGES = ("textual", "aiohttp", "websockets", "msgspec", "orjson", "numpy", "aiosmtplib")
REACH_SECONDS = 3.0


@click.command()
@config_option
@hub_option
@data_option
@listen_option
@who_option
@look_options
@click.pass_context
def info(
    ctx: click.Context, /, config: Path | None, hub_url: str, data: Path, listen: str, who: str, **_looks: str
) -> None:
    """Show versions, paths, the configuration and where it comes from, and the health of the hub."""
    _title("versions")
    _line("vaken", _version("vaken"))
    _line("python", f"{platform.python_version()} ({sys.executable})")
    _line("system", platform.platform())
    _line("sqlite", sqlite3.sqlite_version)
    for package in PACKAGES:
        _line(package, _version(package))
    _title("paths")
    _line("configuration", f"{config or default_config()}{'' if config else ' (not there)'}")
    _line("data", f"{data}{'' if data.exists() else ' (not there yet)'}")
    _line("log of the screens", str(screens_log()))
    _line("choices kept", str(kept_path()))
    _line("bookmarks", str(marks_file()))
    _title("configuration")
    for name, label, value in (
        ("config", "config", config or "none"),
        ("hub_url", "hub", hub_url),
        ("data", "data", data),
        ("listen", "listen", listen),
        ("who", "who", who),
    ):
        _line(label, f"{value}  ({explain_origin(ctx, name)})")
    _screens(ctx, config)
    _configured(config)
    _hub(hub_url, who)


def _screens(ctx: click.Context, config: Path | None) -> None:
    """Show how the screens look and where that comes from, the keys of one's own, and what could not be taken."""
    from tui.cli.look_options import preferences_of
    from tui.kept import KeptFile
    from tui.looks import CHOICES
    from widgets.plain import plain

    preferences = preferences_of(ctx, config)
    preferences.know(KeptFile(kept_path()).now.chosen)
    chosen = preferences.chosen
    _title("screens")
    for choice in CHOICES:
        _line(choice.title, f"{plain(getattr(chosen.looks, choice.name))}  ({chosen.origins[choice.name]})")
    for name, keys in preferences.binds.items():
        _line(f"key of {plain(name)}", f"{plain(', '.join(keys)) or 'none'}  (file {config})")
    for problem in (*preferences.problems, *chosen.problems):
        _line("not taken", plain(problem))


def _configured(config: Path | None) -> None:
    """Show what a hub that is started with this file is told, value by value, without secrets."""
    from feeds.hub.settings import SettingsError
    from tui.cli.configured import configured
    from widgets.plain import plain

    _title("configuration of the hub")
    try:
        for name, value, origin in configured(config):
            click.echo(f"  {plain(name):34}  {plain(value)}  ({origin})")
    except SettingsError as error:
        _line("not usable", plain(str(error)))


def _hub(url: str, who: str) -> None:
    from feeds.client import ClientError, Look
    from tui.cli.plain_rows import head_line, row_line
    from widgets.plain import plain

    _title("hub")
    if hub_version(url, REACH_SECONDS) is None:
        _line("reachable", f"no: no hub answers at {url}")
        return
    try:
        with Look(url, who, credentials()) as look:
            feeds = look.at("feeds", timeout=REACH_SECONDS)
            link = look.link
    except ClientError as error:
        _line("reachable", f"no: {plain(str(error))}")
        return
    _line("reachable", f"yes, {plain(link.hub)}, instance {plain(link.instance)}")
    _line("role", plain(link.role) or "not told")
    _line("sequence", str(feeds.seq))
    _line("clock", f"{link.offset:+.1f} s against this machine")
    _line("degraded", plain(link.degraded) or "no")
    if link.shed:
        _line("kept out", f"{link.shed:,} payloads or repeats of them, told to come back later or put together")
    _title("feeds")
    click.echo(f"  {head_line('feeds')}")
    for row in feeds.rows:
        click.echo(f"  {row_line('feeds', row)}")
    if not feeds.rows:
        click.echo("  none has been heard since the hub started")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _title(text: str) -> None:
    click.echo(text)


def _line(name: str, value: str) -> None:
    click.echo(f"  {name:18}  {value}")
