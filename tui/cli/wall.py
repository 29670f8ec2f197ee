"""``vaken wall``: the wall display on a terminal, or as a page for browsers."""

import asyncio
import signal
import sys
from pathlib import Path

import click

from tui.cli.failure import Failed
from tui.cli.options import config_option, credentials, hub_option
from tui.cli.screens import log_to_file

WHO = "wall"
"""Under which name the wall stands in the hub's list of terminals."""
DEFAULT_PAGE = "127.0.0.1:8426"


@click.command()
@config_option
@hub_option
@click.option("--no-names", is_flag=True, envvar="VAKEN_WALL_NO_NAMES", help="Name no customers.")
@click.option("--theme", metavar="NAME", default="", envvar="VAKEN_THEME", help="Colours: one of the screens' themes.")
@click.option("--fps", metavar="N", type=click.FloatRange(0.2, 10), envvar="VAKEN_FPS", help="Frames a second at most.")
@click.option("--web", is_flag=True, help="Serve it as a page for browsers on this machine.")
@click.option(
    "--listen", metavar="HOST:PORT", default=DEFAULT_PAGE, envvar="VAKEN_WALL_LISTEN", help="With --web: where."
)
@click.option("--in-page", is_flag=True, hidden=True)
def wall(
    config: Path | None,
    hub_url: str,
    no_names: bool,
    theme: str,
    fps: float | None,
    web: bool,
    listen: str,
    in_page: bool,
) -> int:
    """Show outages, cases, promises and feeds in large numbers: for a room, without a keyboard. Only q ends it."""
    _is_theme(theme)
    if web:
        return _serve(hub_url, config, no_names, theme, fps, listen)
    if not in_page and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the wall needs a terminal; without one, use: vaken wall --web")
    log_to_file()
    return asyncio.run(_show(hub_url, no_names, theme, fps))


def _is_theme(name: str) -> None:
    from tui.themes import THEMES

    names = [theme.name for theme in THEMES]
    if name and name not in names:
        raise click.UsageError(f"--theme: there is no theme {name!r}; there are: {', '.join(names)}")


async def _show(url: str, no_names: bool, theme: str, fps: float | None) -> int:
    from feeds.client import HubClient
    from tui.wall.app import WallApp

    client = HubClient(url, WHO, credentials=credentials())
    try:
        app = WallApp(client, names=not no_names, theme=theme, fps=fps or 0.0)
        loop = asyncio.get_running_loop()
        # Told to end by a service manager, it gives the terminal back.
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, app.exit)
        await app.run_async(mouse=False)
    finally:
        client.stop()
    return app.return_code or 0


def _serve(url: str, config: Path | None, no_names: bool, theme: str, fps: float | None, listen: str) -> int:
    from feeds.client import ClientError
    from tui.wall.page import PageError, serve_page
    from tui.wall.page_access import PageAccess

    command = [sys.executable, "-m", "tui.cli", "wall", "--in-page", "--hub", url]
    command += ["--config", str(config)] if config is not None else []
    command += ["--no-names"] if no_names else []
    command += ["--theme", theme] if theme else []
    command += ["--fps", str(fps)] if fps else []
    try:
        asyncio.run(
            serve_page(
                command, PageAccess(url, credentials().tls_for(url)), listen, lambda line: print(line, flush=True)
            )
        )
    except (PageError, ClientError) as error:
        raise Failed(str(error)) from error
    return 0
