"""``vaken`` without a command: the screens, on a hub that runs already or on one of their own."""

import gc
import logging
import logging.handlers
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import platformdirs

from tui.cli.child_hub import ChildHub
from tui.cli.failure import Failed
from tui.cli.options import DEFAULT_HUB, credentials
from tui.cli.web import hub_version

if TYPE_CHECKING:
    from feeds.client import Credentials
    from tui.preferences import Preferences

LOG_BYTES = 4 * 1024 * 1024


def run_screens(
    url: str | None, data: Path, config: Path | None, who: str, preferences: "Preferences", *, may_share: bool
) -> int:
    """Run the screens on the hub at ``url``; None: on one of this machine. Return the exit code.

    With ``may_share``, a hub that answers at the usual address is used; otherwise one is started on ``data`` and ended
    with the screens.
    """
    if not _at_a_terminal():
        raise click.UsageError("the screens need a terminal; without one, use: vaken hub, and: vaken tail outages")
    if url is None and may_share and hub_version(DEFAULT_HUB, timeout=1.0) is not None:
        url = DEFAULT_HUB
    if url is not None:
        return _show(url, who, credentials(), preferences)
    with ChildHub(data, config) as child:
        return _show(child.wait_ready(), who, child.credentials(), preferences)


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _show(url: str, who: str, shown: "Credentials", preferences: "Preferences") -> int:
    gc.disable()  # what is made at the start stays: looking through it for what can go only costs time
    from feeds.client import HubClient
    from tui.app import VakenApp
    from tui.kept import KeptFile, kept_path

    log_to_file()
    client = HubClient(url, who, credentials=shown)
    try:
        app = VakenApp(client, kept=KeptFile(kept_path()), preferences=preferences)
        app.has_started = _collect_from_now
        app.run()
    finally:
        client.stop()
    return app.return_code or 0


def _collect_from_now() -> None:
    """Collect garbage again, without ever looking through what was made at the start."""
    gc.freeze()
    gc.enable()


def screens_log() -> Path:
    """Return the file that the screens log to."""
    return platformdirs.user_log_path("vaken") / "screens.log"


def log_to_file() -> None:
    """Send what is logged to a file: on stderr it would be written across the screen."""
    path = screens_log()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError as error:
        raise Failed(f"{path}: cannot be written: {error.strerror}") from error
    logging.basicConfig(
        handlers=[handler], level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
