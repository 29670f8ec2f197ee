"""``vaken demo``: a drill on a hub of its own, with a mail server that keeps every mail, and the screens on top.

Everything lives in a temporary directory and ends with the screens, however they end.
"""

import asyncio
import contextlib
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.child_hub import ChildHub
from tui.cli.completing import complete_drills
from tui.cli.failure import Failed
from tui.cli.look_options import look_options, preferences_of
from tui.cli.options import default_config

if TYPE_CHECKING:
    from feeds.client import Credentials
    from tui.preferences import Preferences

END_WITHIN = 10.0
"""Seconds that a child may take to end before it is killed."""
SINK_READY = re.compile(rb"^mail sink ready on 127\.0\.0\.1:(\d+)\s*$")
NO_TERMINAL = (
    "the demo needs a terminal; without one, run in three places: vaken hub, vaken drill apn-fault, vaken tail outages"
)


@click.command()
@click.argument("scenario", metavar="[NAME|FILE]", default="apn-fault", shell_complete=complete_drills)
@click.option("--speed", metavar="X", type=click.FloatRange(min=0, min_open=True), default=1.0, help="Times faster.")
@click.option("--keep", is_flag=True, help="Keep log, mails and output afterwards, and say where.")
@look_options
@click.pass_context
def demo(ctx: click.Context, /, scenario: str, speed: float, keep: bool, **_looks: str) -> int:
    """See an outage: play a drill into a hub of its own and open the screens on it.

    Updates that you send go to a mail server of the demo; nothing leaves this machine.
    """
    from feeds.drill.scenario import ScenarioError, load_scenario

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError(NO_TERMINAL)
    try:
        load_scenario(scenario)
    except ScenarioError as error:
        raise click.UsageError(str(error)) from error
    own = default_config()
    preferences = preferences_of(ctx, own if own.exists() else None)
    with ExitStack() as stack:
        place = stack.enter_context(_place(keep))
        port = stack.enter_context(_mail_sink(place))
        config = place / "config.toml"
        config.write_text(_config(port), encoding="utf-8")
        hub = stack.enter_context(ChildHub(place / "data", config))
        url = hub.wait_ready()
        stack.enter_context(_player(place, scenario, url, speed))
        # On stderr it would be written across the screen.
        logging.basicConfig(filename=place / "screens.log", level=logging.INFO)
        return asyncio.run(_show(url, hub.credentials(), preferences))


async def _show(url: str, shown: "Credentials", preferences: "Preferences") -> int:
    """Run the screens until the user leaves them or somebody ends this process."""
    from feeds.client import HubClient
    from tui.app import VakenApp

    client = HubClient(url, "demo", credentials=shown)
    try:
        app = VakenApp(client, preferences=preferences)
        loop = asyncio.get_running_loop()
        # Told to end, the screens give the terminal back, and everything below them is cleaned up.
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, app.exit)
        await app.run_async()
    finally:
        client.stop()
    return app.return_code or 0


@contextmanager
def _place(keep: bool) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="vaken-demo-"))
    try:
        yield place
    finally:
        if keep:
            click.echo(f"kept in {place}: the hub's data, mails in {place / 'mails'}, drill.log")
        else:
            shutil.rmtree(place, ignore_errors=True)


def _config(port: int) -> str:
    return f"""\
[mail]
host = "127.0.0.1"
port = {port}
sender = "outages@operator.example"
sender_name = "Operator IoT outages"
security = "none"

[updates]
second_above = 1000000  # whoever looks at the demo is alone
hold = 5
"""


@contextmanager
def _mail_sink(place: Path) -> Iterator[int]:
    """Run the mail sink; yields its port."""
    command = ["-m", "feeds.drill.sink", "--with-parent", "--port", "0", "--maildir", str(place / "mails")]
    with _child(command, place / "sink.log") as process:
        assert process.stdout is not None
        ready = SINK_READY.match(process.stdout.readline())
        if ready is None:
            process.wait(END_WITHIN)
            said = (place / "sink.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise Failed(said[-1].removeprefix("vaken: ") if said else "the mail sink did not start")
        yield int(ready[1])


@contextmanager
def _player(place: Path, scenario: str, url: str, speed: float) -> Iterator[None]:
    """Play the drill over and over: a viewer who stays must not look at a fleet that fell silent."""
    command = ["-m", "feeds.drill.play", scenario, "--hub", url, "--speed", str(speed), "--turns", "0"]
    with _child([*command, "--quiet", "--with-parent"], place / "drill.log"):
        yield


@contextmanager
def _child(arguments: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python program that ends with this one. It stands in a session of its own: Ctrl-C is the screens'."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            env=environment,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=END_WITHIN)
        finally:
            # Also where somebody presses Ctrl-C meanwhile: nothing is left behind.
            if process.poll() is None:
                process.kill()
                process.wait()
