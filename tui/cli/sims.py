"""``vaken sims``: reads identifiers and ranges out of any text."""

import codecs
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.failure import Failed

if TYPE_CHECKING:
    from feeds.simspace import Reading

MOST_BYTES = 256 * 1024 * 1024
MOST_NUMBERS = 10_000_000


@click.command()
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def sims(file: Path, as_json: bool) -> None:
    """Read SIMs and SIM ranges out of a FILE with any text, or out of stdin.

    ICCIDs are shown as bodies, without check digit.
    """
    from feeds.simspace import read_sims

    reading = read_sims(_text(file), limit=MOST_NUMBERS)
    if as_json:
        ranges = [{"kind": s.kind, "first": s.first, "last": s.last, "count": s.count} for s in reading.spans]
        warnings = [{"text": warning.text, "why": warning.why} for warning in reading.warnings]
        click.echo(json.dumps({"count": reading.count, "ranges": ranges, "warnings": warnings}))
    else:
        _table(reading)


def _text(file: Path) -> str:
    try:
        if str(file) == "-":
            raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with file.open("rb") as opened:
                raw = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Failed(f"{file}: cannot be read: {error.strerror}") from error
    if len(raw) > MOST_BYTES:
        raise Failed(f"{file}: is larger than {MOST_BYTES >> 20} MiB")
    # Digits are the same in every code that such files come in, except in UTF-16, which spreadsheets like to write.
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def _table(reading: "Reading") -> None:
    from widgets.plain import plain

    for span in reading.spans:
        click.echo(f"{span.kind:6}  {span.first:19}  {span.last:19}  {span.count:>14,}")
    click.echo(f"SIMs: {reading.count:,}, ranges: {len(reading.spans):,}")
    for warning in reading.warnings:
        click.echo(f"warning: {plain(warning.text)}: {plain(warning.why)}")
