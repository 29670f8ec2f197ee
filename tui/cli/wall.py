"""``vaken wall``: the wall display on a terminal, or as a page for browsers."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.failure import Failed
from tui.cli.look_options import preferences_of, some_look_options
from tui.cli.options import config_option, credentials, hub_option
from tui.cli.screens import log_to_file
from tui.looks import AUTO

if TYPE_CHECKING:
    from tui.looks import Looks

WHO = "wall"
"""Under which name the wall stands in the hub's list of terminals."""
DEFAULT_PAGE = "127.0.0.1:8426"


@click.command()
@config_option
@hub_option
@click.option("--no-names", is_flag=True, envvar="VAKEN_WALL_NO_NAMES", help="Name no customers.")
@some_look_options("theme", "glyphs", "colours", "zone")
@click.option("--fps", metavar="N", type=click.FloatRange(0.2, 10), envvar="VAKEN_FPS", help="Frames a second at most.")
@click.option("--web", is_flag=True, help="Serve it as a page for browsers on this machine.")
@click.option(
    "--listen", metavar="HOST:PORT", default=DEFAULT_PAGE, envvar="VAKEN_WALL_LISTEN", help="With --web: where."
)
@click.option("--in-page", is_flag=True, hidden=True)
@click.pass_context
def wall(
    ctx: click.Context,
    /,
    config: Path | None,
    hub_url: str,
    no_names: bool,
    fps: float | None,
    web: bool,
    listen: str,
    in_page: bool,
    **_looks: str,
) -> int:
    """Show outages, cases, promises and feeds in large numbers: for a room, without a keyboard. Only q ends it."""
    looks = preferences_of(ctx, config).looks
    if web:
        return _serve(hub_url, config, no_names, looks, fps, listen)
    if not in_page and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the wall needs a terminal; without one, use: vaken wall --web")
    log_to_file()
    return asyncio.run(_show(hub_url, no_names, looks, fps))


async def _show(url: str, no_names: bool, looks: "Looks", fps: float | None) -> int:
    from feeds.client import HubClient
    from tui.looks import zone_of
    from tui.wall.app import WallApp

    client = HubClient(url, WHO, credentials=credentials())
    try:
        app = WallApp(client, zone_of(looks.zone), names=not no_names, looks=looks, fps=fps or 0.0)
        loop = asyncio.get_running_loop()
        # Told to end by a service manager, it gives the terminal back.
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, app.exit)
        await app.run_async(mouse=False)
    finally:
        client.stop()
    return app.return_code or 0


def _serve(url: str, config: Path | None, no_names: bool, looks: "Looks", fps: float | None, listen: str) -> int:
    from feeds.client import ClientError
    from tui.wall.page import PageError, serve_page
    from tui.wall.page_access import PageAccess

    command = [sys.executable, "-m", "tui.cli", "wall", "--in-page", "--hub", url]
    command += ["--config", str(config)] if config is not None else []
    command += ["--no-names"] if no_names else []
    # The page paints every colour and every sign, whatever the terminal can do that this was started at.
    command += ["--theme", looks.theme if looks.theme != AUTO else "dark", "--signs", "unicode", "--colours", "full"]
    command += ["--time-zone", looks.zone]
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
