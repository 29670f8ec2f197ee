"""``vaken log``: looks after the log of a hub: checks, verifies, exports, backs up and prunes it, ends a damaged one.

What each of them does to files is said in ``feeds.log``; what may be pruned in ``feeds.hub.retention``.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from tui.cli.failure import Failed
from tui.cli.options import config_option, data_option, default_who


@click.group()
def log() -> None:
    """Look after the log of a hub."""


@contextmanager
def _said() -> Iterator[None]:
    """Let what is wrong with a log be the sentence that the command fails with."""
    from feeds.log import LogError

    try:
        yield
    except LogError as error:
        raise Failed(str(error)) from error


@log.command()
@config_option
@data_option
def check(config: object, data: Path) -> None:
    """Read the whole log and verify every batch; a hub may run meanwhile."""
    from feeds.log import check as check_log

    with _said():
        report = check_log(data)
    if report.damage is not None:
        raise Failed(str(report.damage))
    if report.base:
        raise Failed(f"{report.base} The log itself is good: sequence {report.last}, {report.batches} batches.")
    click.echo(f"the log in {data} is good: sequence {report.last}, {report.batches} batches")
    if report.doubt:
        click.echo(report.doubt)


class _Head(click.ParamType[tuple[int | None, bytes]]):
    """``SEQ:HASH`` as ``verify`` prints it, or the hash alone."""

    name = "SEQ:HASH"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, bytes]:
        seq, colon, digits = str(value).rpartition(":")
        if (not colon or seq.isdecimal()) and len(digits) == 32:
            try:
                return (int(seq) if colon else None), bytes.fromhex(digits)
            except ValueError:
                pass
        self.fail(f"{value!r} is no SEQ:HASH, a sequence and 32 hexadecimal digits as verify prints them", param, ctx)


@log.command()
@config_option
@data_option
@click.option("--head", type=_Head(), help="A head that was printed earlier: the log must have come by it.")
def verify(config: object, data: Path, head: tuple[int | None, bytes] | None) -> None:
    """Follow the chain of hashes through the log and print its head; a hub may run meanwhile.

    Keep the head somewhere else: with it, a later verify tells whether anything before it was changed.
    """
    from feeds.log import verify as verify_log

    at, wanted = head if head is not None else (None, None)
    with _said():
        found = verify_log(data, wanted, at)
    for one in found.pruned:
        click.echo(
            f"pruned up to {one.last}:{one.check.hex()} on {datetime.fromisoformat(one.at):%Y-%m-%d %H:%M} by {one.by}"
        )
    if found.named is not None:
        click.echo(f"it came by {found.named}:{wanted.hex() if wanted else ''}: nothing before was changed since")
    click.echo(f"the chain of {found.batches} batches is unbroken; head {found.last}:{found.check.hex()}")


class _Place(click.ParamType[int | datetime]):
    """A sequence, or a time."""

    name = "SEQ|TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | datetime:
        words = str(value).strip()
        if words.isdecimal() and len(words) <= 18:
            return int(words)
        try:
            found = datetime.fromisoformat(words)
        except ValueError:
            self.fail(f"{words!r} is neither a sequence nor a time such as 2026-03-01T02:00Z", param, ctx)
        # A time without a zone is the one on the clock of this machine.
        return found.astimezone(UTC)


@log.command()
@config_option
@data_option
@click.option("--from", "begin", type=_Place(), help="The first fact: its sequence, or a time.")
@click.option("--until", type=_Place(), help="The last fact: its sequence, or a time.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a new file in place of the terminal."
)
def export(
    config: object, data: Path, begin: int | datetime | None, until: int | datetime | None, output: Path | None
) -> None:
    """Write facts as lines of JSON: sequence, time, who, from where, what they saw; a hub may run meanwhile."""
    from feeds.log import export as export_log

    with ExitStack() as stack:
        try:
            to = (
                sys.stdout.buffer
                if output is None
                else stack.enter_context(os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))
            )
            count = 0
            with _said():
                for _, line in export_log(data, begin, until):
                    to.write(line + b"\n")
                    count += 1
            to.flush()
            if output is not None:
                os.fsync(to.fileno())
        except FileExistsError as error:
            raise Failed(f"{output} is there already: name another file, nothing was written.") from error
        except BrokenPipeError:
            raise  # who reads has enough
        except OSError as error:
            raise Failed(f"{output or 'the output'} cannot be written: {error.strerror}") from error
    if output is not None:
        click.echo(f"{count} facts of the log in {data} are in {output}")


@log.command()
@config_option
@data_option
@click.argument("target", type=click.Path(path_type=Path))
def backup(config: object, data: Path, target: Path) -> None:
    """Make a backup of the log, and of what else the hub keeps, in the new directory TARGET; a hub may run meanwhile.

    It is read again and verified. It is a data directory by itself: to restore it, stop the hub, move its directory
    away, and copy the backup in its place.
    """
    from feeds.hub.backups import make_backup

    with _said():
        made = make_backup(data, target)
    click.echo(f"{target} holds the log of {data} up to {made.last}:{made.check.hex()}, read again and verified")


@log.command()
@config_option
@data_option
@click.option("--keep-days", type=click.IntRange(1, 36_500), help="Keep so many days; else [log] keep_days says it.")
@click.option("--dry-run", is_flag=True, help="Only say what would be pruned.")
def prune(config: Path | None, data: Path, keep_days: int | None, dry_run: bool) -> None:
    """Take facts off the beginning of the log that are older than the retention, while no hub runs.

    Nothing goes that still matters: the time of open outages and of updates that have not ended stays. A hub that
    runs prunes by itself where its configuration says [log] keep_days.
    """
    from feeds.hub.retention import plan, prune_now
    from feeds.hub.settings import SettingsError, load_settings

    if keep_days is None:
        file = click.get_current_context().meta.get("vaken.config")
        try:
            keep_days = load_settings(file).log.keep_days
        except SettingsError as error:
            raise click.UsageError(str(error)) from error
    if not keep_days:
        raise click.UsageError("how much is to be kept? Name --keep-days N, or [log] keep_days in the configuration")
    before = datetime.now(UTC) - timedelta(days=keep_days)
    with _said():
        found = plan(data, before)
        held = f"; more is kept because {found.held}" if found.held else ""
        if found.until <= found.begins:
            click.echo(f"nothing to prune: no fact before {before:%Y-%m-%d %H:%M} UTC may go{held}")
            return
        if dry_run:
            click.echo(f"{found.begins + 1}–{found.until} of {found.last} would be pruned{held}")
            return
        gone = prune_now(data, found, default_who())
    click.echo(
        f"{found.begins + 1}–{gone.last} are pruned, the chain goes on from {gone.last}:{gone.check.hex()}{held}"
    )


@log.command()
@config_option
@data_option
@click.option("--drop", type=click.IntRange(min=0), default=0, help="How many good facts behind the damage to give up.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def cut(config: object, data: Path, drop: int, dry_run: bool) -> None:
    """Take the damage out of a log, while no hub runs. What was there is kept beside it, whole.

    Where a snapshot holds what the damaged facts did, the log begins from that snapshot and keeps what came after it.
    Otherwise it ends at its last good fact; good facts behind the damage are given up only where --drop says how many.
    """
    from feeds.hub.restore import is_readable
    from feeds.log import cut as cut_log

    with _said():
        done = cut_log(data, drop, is_readable, dry=dry_run)
    begins, ends = ("would begin", "would end") if dry_run else ("now begins", "now ends")
    if done.begins > done.damage.after:
        click.echo(
            f"the log in {data} {begins} after {done.begins}, from the board of the snapshot there, and {ends} at "
            f"{done.last}. {done.moved:,} good facts up to there leave it: what they did is on that board, and they "
            f"stay readable (vaken log export --data {done.aside})"
        )
        return
    click.echo(f"the log in {data} {ends} at its last good sequence {done.last}; the damaged one: {done.aside}")
    if dry_run:
        return
    if done.dropped:
        click.echo(f"{done.dropped:,} good facts behind the damage are lines of JSON in {done.lines}")
