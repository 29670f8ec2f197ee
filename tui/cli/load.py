"""``vaken load``: gives an inventory in CSV to a hub, all of it or nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from tui.cli.failure import Failed
from tui.cli.options import config_option, hub_option
from tui.cli.web import post

MOST_BYTES = 512 * 1024 * 1024
"""What the hub takes in one body."""


@click.command()
@click.argument("what", type=click.Choice(["ranges", "customers"]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@hub_option
def load(what: str, file: Path, config: object, hub_url: str) -> None:
    """Load an inventory: SIM ranges or customers.

    The file is validated here, as a whole, before anything is sent, and sent as one batch that the hub takes whole or
    not at all.
    """
    from feeds.sources import SourceError, native

    read: Callable[[bytes], Sequence[Struct]] = native.ranges_csv if what == "ranges" else native.customers_csv
    try:
        rows = read(file.read_bytes())
    except OSError as error:
        raise Failed(f"{file}: cannot be read: {error.strerror}") from error
    except SourceError as error:
        raise Failed(f"{file}: {error}") from error
    body = msgspec.json.encode(rows)
    if len(body) > MOST_BYTES:
        raise Failed(f"{file}: is larger than the {MOST_BYTES >> 20} MiB that the hub takes at once")
    post(hub_url, f"/v1/{what}", body)
    click.echo(f"{len(rows):,} {what} loaded from {file}")
