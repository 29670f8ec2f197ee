"""``vaken log``: looks after the log of a hub: checks all of it, ends a damaged one where it is still good."""

from pathlib import Path

import click

from tui.cli.failure import Failed
from tui.cli.options import config_option, data_option


@click.group()
def log() -> None:
    """Look after the log of a hub."""


@log.command()
@config_option
@data_option
def check(config: object, data: Path) -> None:
    """Read the whole log and verify every batch; a hub may run meanwhile."""
    from feeds.log import LogError
    from feeds.log import check as check_log

    try:
        report = check_log(data)
    except LogError as error:
        raise Failed(str(error)) from error
    if report.damage is not None:
        raise Failed(str(report.damage))
    click.echo(f"the log in {data} is good: sequence {report.last}, {report.batches} batches")


@log.command()
@config_option
@data_option
def cut(config: object, data: Path) -> None:
    """End a damaged log at its last good sequence. What was there is kept beside it, whole."""
    from feeds.log import LogError
    from feeds.log import cut as cut_log

    try:
        aside = cut_log(data)
    except LogError as error:
        raise Failed(str(error)) from error
    click.echo(f"the log in {data} ends at its last good sequence now; the damaged one is {aside}")
