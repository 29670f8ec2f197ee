"""``vaken sims``: reads identifiers and ranges out of any text, alone, beside an inventory file, or at a hub."""

import codecs
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec
from click.core import ParameterSource

from tui.cli.failure import Failed
from tui.cli.fleet_file import FleetFile, read_fleet
from tui.cli.input_file import bytes_of
from tui.cli.options import config_option, hub_option
from tui.cli.web import hub_version, post

if TYPE_CHECKING:
    from feeds.simspace import LengthProfile

MOST_BYTES: Final = 256 * 1024 * 1024
MOST_NUMBERS: Final = 10_000_000
MOST_AT_HUB: Final = 65_536
"""Characters that a hub reads in one text."""

_SAMPLE: Final = 4096


def _lengths(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    lengths = {}
    for value in values:
        prefix, _, length = value.partition("=")
        if not (prefix.isascii() and prefix.isdigit() and prefix.startswith("89") and length in ("17", "18", "19")):
            raise click.BadParameter(f"{value!r}: write PREFIX=N, such as 8946200=18; N is 17, 18 or 19")
        lengths[prefix] = int(length)
    return lengths


@click.command()
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--inventory",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV file of SIM ranges: its batches are read by name, and SIMs are told by customer.",
)
@click.option(
    "--body-length",
    "lengths",
    metavar="PREFIX=N",
    multiple=True,
    callback=_lengths,
    help="ICCIDs that begin with PREFIX have N digits before the check digit; may be given several times.",
)
@config_option
@hub_option
@click.pass_context
def sims(
    ctx: click.Context,
    file: Path,
    as_json: bool,
    inventory: Path | None,
    lengths: dict[str, int],
    config: object,
    hub_url: str,
) -> None:
    """Read SIMs and SIM ranges out of a FILE with any text, or out of stdin.

    ICCIDs are shown as bodies, without check digit. With a hub, its inventory tells lengths, batches and customers.
    """
    source = ctx.get_parameter_source("hub_url")
    if inventory is not None and source is ParameterSource.COMMANDLINE:
        raise click.UsageError("--inventory and --hub are two inventories: name one of them")
    text = _decoded(bytes_of(file, MOST_BYTES))
    asked = inventory is None and not lengths and source is not ParameterSource.DEFAULT
    if asked and source is not ParameterSource.COMMANDLINE:
        asked = _answers(hub_url, text)
    found = _at_hub(hub_url, text) if asked else _here(text, read_fleet(inventory) if inventory else None, lengths)
    if as_json:
        click.echo(json.dumps(found))
    else:
        _table(found)


def _answers(hub_url: str, text: str) -> bool:
    """Return whether the hub that the surroundings name can read the text; say so where it cannot."""
    why = "does not answer" if hub_version(hub_url) is None else ""
    if not why and len(text) > MOST_AT_HUB:
        why = f"reads no more than {MOST_AT_HUB:,} characters at once"
    if why:
        click.echo(f"vaken: the hub at {hub_url} {why}; read without an inventory", err=True)
    return not why


def _here(text: str, fleet: FleetFile | None, lengths: dict[str, int]) -> dict[str, Any]:
    from feeds.simspace import NO_NAMES, read_sims

    reading = read_sims(text, _profile(fleet, lengths), MOST_NUMBERS, fleet.names if fleet else NO_NAMES)
    found: dict[str, Any] = {
        "count": reading.count,
        "ranges": [{"kind": s.kind, "first": s.first, "last": s.last, "count": s.count} for s in reading.spans],
        "warnings": [{"text": warning.text, "why": warning.why} for warning in reading.warnings],
        "items": [
            {
                "start": item.start,
                "end": item.end,
                "text": item.text,
                "kind": item.span.kind,
                "first": item.span.first,
                "last": item.span.last,
                "warning": item.warning,
                "excluded": item.excluded,
            }
            for item in reading.items
        ],
    }
    if fleet:
        found["customers"] = [{"customer": one.customer, "sims": one.sims} for one in fleet.owners(reading.spans)]
    return found


def _profile(fleet: FleetFile | None, lengths: dict[str, int]) -> "LengthProfile":
    from feeds.simspace import DEFAULT, LengthProfile

    if not lengths:
        return fleet.profile if fleet else DEFAULT
    return LengthProfile({**(fleet.profile.lengths if fleet else {}), **lengths})


def _at_hub(hub_url: str, text: str) -> dict[str, Any]:
    from feeds.model import SimsRead

    if len(text) > MOST_AT_HUB:
        raise Failed(f"the text has {len(text):,} characters; a hub reads {MOST_AT_HUB:,} at once. Leave --hub out")
    answer = post(hub_url, "/v1/commands/sims", json.dumps({"text": text}).encode())
    try:
        read = msgspec.convert(answer.get("result"), SimsRead)
    except msgspec.ValidationError as error:
        raise Failed(f"what answers at {hub_url} is no hub, or one of another version: {error}") from error
    pieces = [piece for piece in read.pieces if piece.kind is not None]
    return {
        "count": read.count,
        "ranges": [
            {"kind": "iccid", "first": first, "last": last, "count": int(last) - int(first) + 1}
            for first, last in read.ranges
        ],
        "warnings": [{"text": piece.text, "why": piece.warning} for piece in read.pieces if piece.warning],
        "items": [msgspec.to_builtins(piece) for piece in pieces],
        "customers": [{"customer": one.customer, "sims": one.sims} for one in read.owners],
        "outages": list(read.outages),
    }


def _decoded(raw: bytes) -> str:
    """Return the text of a file in any code. Digits are the same in nearly all; where a byte is no UTF-8, it is taken
    for Windows-1252, also in the midst of UTF-8: mails quote each other in different codes."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    start = raw[:_SAMPLE]
    for code, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if len(start) >= 8 and zeros.count(0) > 0.7 * len(zeros):
            return raw.decode(code, errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("utf-8-sig", errors="vaken-western")


def _western(error: UnicodeError) -> tuple[str, int]:
    """Return the character of Windows-1252 for the byte that is no UTF-8, and where to go on."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", errors="replace"), error.start + 1


codecs.register_error("vaken-western", _western)


def _table(found: dict[str, Any]) -> None:
    from widgets.plain import plain

    for one in found["ranges"]:
        click.echo(f"{one['kind']:6}  {one['first']:19}  {one['last']:19}  {one['count']:>14,}")
    click.echo(f"SIMs: {found['count']:,}, ranges: {len(found['ranges']):,}")
    for one in found.get("customers", ()):
        click.echo(f"customer {plain(one['customer']) or '(not in the inventory)'}: {one['sims']:,}")
    if found.get("outages"):
        click.echo(f"outages: {', '.join(map(plain, found['outages']))}")
    for warning in found["warnings"]:
        click.echo(f"warning: {plain(warning['text'])}: {plain(warning['why'])}")
