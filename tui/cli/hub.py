"""``vaken hub``: the hub as a process."""

import os
import signal
import sys
import threading
from pathlib import Path

import click

from tui.cli.options import config_option, data_option, listen_option


@click.command()
@config_option
@data_option
@listen_option
@click.option("--check-config", is_flag=True, help="Only look whether the configuration is good; name every fault.")
@click.option("--with-parent", is_flag=True, hidden=True, help="End when the process that started this one has ended.")
def hub(config: Path | None, data: Path, listen: str, check_config: bool, with_parent: bool) -> int:
    """Run the hub: it keeps the log and serves terminals and feeds.

    Prints one line with its URL when it is ready; ends on SIGTERM or Ctrl-C.
    """
    from feeds.hub.serve import check_hub, run_hub

    if check_config:
        # The tables of the screens stand in the same file; the hub knows nothing of screens.
        from tui.cli.screen_tables import read_screen_tables

        return check_hub(data, listen, config, read_screen_tables(config).problems)

    if with_parent:
        threading.Thread(target=end_with_parent, name="parent", daemon=True).start()
    return run_hub(data, listen, config, own=with_parent)


def end_with_parent() -> None:
    """Wait for the end of stdin, which the parent holds open: it ends with the parent, however that dies."""
    stdin = sys.stdin.fileno()
    while os.read(stdin, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
