"""``vaken load``: gives an inventory in CSV to a hub, all of it or nothing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from tui.cli.failure import Failed
from tui.cli.options import config_option, hub_option, who_option
from tui.cli.web import post

if TYPE_CHECKING:
    from feeds.fleet.difference import Difference

T = TypeVar("T")

MOST_BYTES = 512 * 1024 * 1024
"""What the hub takes in one body."""
EXAMPLES = 3
"""Ranges of each kind that are shown with the difference."""
MOVERS = 5
"""Customers that are shown with it."""


@click.command()
@click.argument("what", type=click.Choice(["ranges", "customers", "objects"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Load ranges without a question.")
@click.option("--check", is_flag=True, help="Show what would change, and load nothing.")
@config_option
@hub_option
@who_option
def load(what: str, file: Path, yes: bool, check: bool, config: object, hub_url: str, who: str) -> int:
    """Load an inventory from a CSV file whose first line names the columns: ranges, customers, or objects.

    The file is validated here, as a whole, before anything is sent, and the hub takes it whole or not at all. Ranges
    and objects (what managed objects serve) replace all that the hub has; what that changes in the ranges is shown
    first, and needs a yes.
    """
    from feeds.sources import InvalidTable
    from widgets.plain import plain

    try:
        if what == "ranges":
            return _ranges(file, yes, check, hub_url, who)
        return _others(what, file, check, hub_url)
    except InvalidTable as error:
        for problem in error.problems:
            click.echo(f"vaken: {file}: {plain(str(problem))}", err=True)
        if error.total > len(error.problems):
            click.echo(f"vaken: {file}: and {error.total - len(error.problems):,} more errors", err=True)
        return 1


def _others(what: str, file: Path, check: bool, hub_url: str) -> int:
    from feeds.sources import customers_csv
    from feeds.sources.objects import objects_csv

    read: Callable[[Iterator[bytes]], Any] = customers_csv if what == "customers" else objects_csv
    rows = _read(file, read)
    if not rows:
        raise Failed(f"{file}: holds no {what}")
    if check:
        click.echo(f"{file} is good: {len(rows):,} {what}")
        return 0
    body = _bounded(msgspec.json.encode(rows), file)
    post(hub_url, f"/v1/{what}", body)
    click.echo(f"{len(rows):,} {what} loaded from {file}")
    return 0


def _ranges(file: Path, yes: bool, check: bool, hub_url: str, who: str) -> int:
    from urllib.parse import quote

    from feeds.fleet.difference import Difference
    from feeds.sources.range_columns import range_columns
    from widgets.plain import plain

    columns = _read(file, range_columns)
    if not len(columns):
        raise Failed(f"{file}: holds no ranges")
    body = _bounded(msgspec.msgpack.encode(columns.table()), file)
    _say(f"{len(columns):,} ranges read; the hub looks what they change …")
    answer = post(hub_url, "/v1/inventory/ranges", body, kind="application/x-msgpack")
    try:
        name, seen = str(answer["digest"]), int(answer["seen"])
        found = msgspec.convert(answer["difference"], Difference)
        notes = msgspec.convert(answer.get("notes", ()), tuple[str, ...])
    except (KeyError, TypeError, ValueError) as error:
        raise Failed(f"what answers at {hub_url} does not say what the ranges change: {error}") from error
    if found.nothing:
        click.echo(f"the hub has these {found.before:,} ranges already: nothing changes")
        return 0
    for note in notes:
        click.echo(f"note: {plain(note)}", err=True)
    if found.before or check:
        for line in difference_lines(found):
            click.echo(line)
    if check:
        return 0
    if found.before and not yes:
        if not sys.stdin.isatty():
            raise Failed("nothing was loaded: there is no terminal to ask at; look at the difference and add --yes")
        if not click.confirm("Load them in place of all ranges?", default=False, err=True):
            click.echo("nothing was loaded")
            return 1
    post(hub_url, f"/v1/inventory/ranges/{quote(name, safe='')}?seen={seen}&who={quote(who)}", b"")
    click.echo(f"{len(columns):,} ranges loaded from {file}")
    return 0


def difference_lines(found: "Difference") -> list[str]:
    """Return the difference as lines of plain text: a small table, examples of each kind, customers with most SIMs."""
    from widgets.plain import plain

    lines = [f"{'':<10}{'ranges':>14}{'SIMs':>18}"]
    for name, ranges, sims in (
        ("now", found.before, found.sims_before),
        ("added", found.added, found.sims_added),
        ("moved", found.moved, found.sims_moved),
        ("changed", found.changed, None),
        ("gone", found.gone, found.sims_gone),
        ("then", found.after, found.sims_after),
    ):
        lines.append(f"{name:<10}{ranges:>14,}" + (f"{sims:>18,}" if sims is not None else ""))
    for name, total, examples in (
        ("added", found.added, found.added_examples),
        ("moved", found.moved, found.moved_examples),
        ("changed", found.changed, found.changed_examples),
        ("gone", found.gone, found.gone_examples),
    ):
        lines += [f"{name}: {plain(text)}" for text in examples[:EXAMPLES]]
        if total > EXAMPLES and examples:
            lines.append(f"{name}: and {total - min(EXAMPLES, len(examples)):,} more")
    for mover in found.movers[:MOVERS]:
        moves = [f"{count:+,}" for count in (mover.come, -mover.go) if count]
        lines.append(f"{plain(mover.name or mover.customer)}: {' '.join(moves)} SIMs")
    return lines


def _read(file: Path, read: Callable[[Iterator[bytes]], T]) -> T:
    from feeds.sources.encodings import UnknownEncoding, Utf8Blocks

    try:
        with file.open("rb") as raw, _bar(file.stat().st_size) as told:
            return read(iter(Utf8Blocks(raw, told).next, b""))
    except OSError as error:
        raise Failed(f"{file}: cannot be read: {error.strerror}") from error
    except UnknownEncoding as error:
        raise Failed(f"{file}: {error.message}") from error


@contextmanager
def _bar(size: int) -> Iterator[Callable[[int], None]]:
    """Show how far reading came, where somebody looks at it."""
    if not sys.stderr.isatty():
        yield lambda position: None
        return
    with click.progressbar(length=size, label="reading", file=sys.stderr) as bar:
        yield lambda position: bar.update(position - bar.pos)


def _say(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(text, err=True)


def _bounded(body: bytes, file: Path) -> bytes:
    if len(body) > MOST_BYTES:
        raise Failed(f"{file}: is more than the {MOST_BYTES >> 20} MiB that the hub takes at once")
    return body
