"""``vaken load``: gives an inventory in CSV to a hub, all of it or nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from msgspec import structs

from tui.cli.failure import Failed
from tui.cli.options import config_option, hub_option
from tui.cli.web import post

if TYPE_CHECKING:
    from feeds.model import Customer, SimRange

MOST_BYTES = 512 * 1024 * 1024
"""What the hub takes in one body."""


@click.command()
@click.argument("what", type=click.Choice(["ranges", "customers"]))
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@hub_option
def load(what: str, file: Path, config: object, hub_url: str) -> int:
    """Load an inventory: SIM ranges or customers, from a CSV file whose first line names the columns.

    The file is validated here, as a whole, before anything is sent, and sent as one batch that the hub takes whole or
    not at all.
    """
    from feeds.sources import InvalidTable
    from widgets.plain import plain

    try:
        rows = _read(what, file)
    except InvalidTable as error:
        for problem in error.problems:
            click.echo(f"vaken: {file}: {plain(str(problem))}", err=True)
        if error.total > len(error.problems):
            click.echo(f"vaken: {file}: and {error.total - len(error.problems):,} more errors", err=True)
        return 1
    if not rows:
        raise Failed(f"{file}: holds no {what}")
    body = msgspec.json.encode(rows)
    if len(body) > MOST_BYTES:
        raise Failed(f"{file}: is more than the {MOST_BYTES >> 20} MiB that the hub takes at once")
    post(hub_url, f"/v1/{what}", body)
    click.echo(f"{len(rows):,} {what} loaded from {file}")
    return 0


def _read(what: str, file: Path) -> "Sequence[SimRange | Customer]":
    from feeds.sources import customers_csv, ranges_csv

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            if what == "customers":
                return customers_csv(lines)
            return [_unmistakable(one) for one in ranges_csv(lines)]
    except OSError as error:
        raise Failed(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failed(f"{file}: is not UTF-8; save it as CSV UTF-8") from error


def _unmistakable(read: "SimRange") -> "SimRange":
    """Return the range as it is sent.

    The hub takes ICCIDs with or without check digit, and among those of 19 digits it may have to guess. So the check
    digit that was taken off a number of 20 digits is put on again.
    """
    from feeds.simspace import luhn_digit

    if len(read.first) != 19:
        return read
    first, last = (f"{body}{luhn_digit(body)}" for body in (read.first, read.last))
    return structs.replace(read, first=first, last=last)
