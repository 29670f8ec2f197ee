"""``vaken replay``: a recorded log on the screens, at any moment of it. Nothing is written into its directory."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import platformdirs

from tui.cli.child_hub import ChildHub
from tui.cli.failure import Failed
from tui.cli.hub import end_with_parent
from tui.cli.options import config_option, who_option
from tui.words.moments import BadMoment, read_moment


def marks_file() -> Path:
    """Return where bookmarks are kept: with the person's own state."""
    return platformdirs.user_state_path("vaken") / "bookmarks.json"


class ChildReplay(ChildHub):
    """The replay of a log as a child process. ``place``: a directory for what it says on stderr."""

    def __init__(self, data: Path, place: Path, options: list[str]) -> None:
        super().__init__(data, None)
        self._place = place
        self._options = options

    @property
    def log_path(self) -> Path:
        """The file that its stderr goes to; the data directory is left alone."""
        return self._place / "replay.log"

    def arguments(self) -> list[str]:
        """The command line that the process is started with."""
        return ["replay", str(self._data), "--serve", "--with-parent", *self._options]


@contextmanager
def replayed(data: Path, options: list[str]) -> Iterator[str]:
    """Run a replay of ``data`` as a child process; yields its URL. Raises Failed with its last words."""
    with tempfile.TemporaryDirectory(prefix="vaken-") as place, ChildReplay(data, Path(place), options) as child:
        yield child.wait_ready()


@click.command()
@click.argument("data", metavar="DATA_DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--at", metavar="TIME", default="", help="2026-02-03T02:55:07Z, 02:55, -2h (before its end), or a sequence."
)
@click.option("--speed", metavar="X", type=click.FloatRange(0.1, 1000), default=1.0, help="Times real time.")
@click.option("--play", is_flag=True, help="Play at once; else it stands until space is pressed.")
@click.option("--bookmarks", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Keep them there.")
@click.option("--list", "listed", is_flag=True, help="Print the bookmarks of this log, and no screens.")
@click.option("--serve", is_flag=True, help="No screens: print the URL, for vaken tail and others.")
@click.option("--with-parent", is_flag=True, hidden=True)
@config_option
@who_option
def replay(
    data: Path,
    at: str,
    speed: float,
    play: bool,
    bookmarks: Path | None,
    listed: bool,
    serve: bool,
    with_parent: bool,
    config: object,
    who: str,
) -> int:
    """Show any past moment of a hub, from the log in its DATA_DIR, also while it runs, and from a copy.

    Space plays and pauses, , and . step, [ and ] go from event to event of outages. The directory is only read.
    """
    marks = bookmarks or marks_file()
    if listed:
        return _list(data, marks)
    start, seq = _moment(data, at)
    if serve:
        from feeds.replay.serve import Start, run_replay

        if with_parent:
            threading.Thread(target=end_with_parent, name="parent", daemon=True).start()
        return run_replay(data, Start(at=start, seq=seq, speed=speed, playing=play, marks=marks))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the screens need a terminal; without one, use --serve, and: vaken tail … --hub URL")
    options = ["--speed", str(speed), "--bookmarks", str(marks)]
    if start is not None:
        options += ["--at", start.isoformat()]
    elif seq is not None:
        options += ["--at", str(seq)]
    if play:
        options.append("--play")
    return _show(data, options, who)


def _show(data: Path, options: list[str], who: str) -> int:
    from feeds.client import HubClient
    from tui.app import VakenApp
    from tui.cli.screens import log_to_file

    with replayed(data, options) as url:
        log_to_file()
        client = HubClient(url, who)
        try:
            app = VakenApp(client)
            app.run()
        finally:
            client.stop()
    return app.return_code or 0


def _moment(data: Path, at: str) -> tuple[datetime | None, int | None]:
    """Return the time, or the sequence, that ``--at`` names. Raises click.UsageError, Failed."""
    if not at:
        return None, None
    from feeds.log import LogError, RecordedLog

    try:
        end = RecordedLog(data).end()
    except LogError as error:
        raise Failed(str(error)) from error
    try:
        moment = read_moment(at, end[1] if end is not None else datetime.now(UTC))
    except BadMoment as error:
        raise click.UsageError(f"--at: {error}") from error
    return (None, moment) if isinstance(moment, int) else (moment, None)


def moment_of(data: Path, at: str) -> str:
    """Return ``at`` in a form that needs no end to count from. Raises click.UsageError, Failed."""
    start, seq = _moment(data, at)
    return start.isoformat() if start is not None else str(seq or 0)


def _list(data: Path, marks: Path) -> int:
    from feeds.log import LogError
    from feeds.replay.bookmarks import BookmarkError, Bookmarks
    from feeds.replay.recording import Recording
    from widgets.plain import plain

    try:
        recording = Recording(data, lambda text: print(f"vaken: {text}", file=sys.stderr))
        found = Bookmarks(marks, recording.identity).marks
    except (LogError, BookmarkError) as error:
        raise Failed(str(error)) from error
    for mark in found:
        click.echo(f"{mark.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}  {mark.seq:>10}  {plain(mark.name)}")
    return 0
