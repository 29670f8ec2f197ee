"""``vaken token``: the tokens of a hub, in the data directory. A hub that runs there notices within a second."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from tui.cli.failure import Failed
from tui.cli.options import config_option, data_option

ROLES = ("viewer", "responder", "commander", "feed", "admin")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST = timedelta(days=3660)


class Lifetime(click.ParamType[timedelta]):
    """A length of time such as 12h, 90d or 26w."""

    name = "time"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the time. Raises click.UsageError."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([1-9]\d{0,4})([hdw])", value)
        if found is None or (span := int(found[1]) * _UNITS[found[2]]) > _LONGEST:
            self.fail(f"{value!r} is no time; write it like 12h, 90d or 26w, ten years at the most", param, ctx)
        return span


@click.group()
def token() -> None:
    """Make, list and revoke the tokens with which people, feeds and wall displays come to a hub."""


@token.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What it may do.")
@click.option("--expires", metavar="TIME", type=Lifetime(), help="When it ends, such as 90d; without it: never.")
@config_option
@data_option
def add(name: str, role: str, expires: timedelta | None, config: object, data: Path) -> None:
    """Make a token for the person or feed NAME and print it: once, as it is kept nowhere.

    NAME is what facts of its holder carry. viewer: looks; responder: triages, decides, writes; commander: sends too;
    feed: brings alarms and cases, sees nothing; admin: everything.
    """
    from feeds.hub.access.identity import AccessError
    from feeds.hub.access.token_file import TokenFile
    from feeds.model.access import Role

    now = datetime.now(UTC)
    file = TokenFile(data)
    try:
        first = not file.read()
        made = file.add(name, Role(role), now, now + expires if expires is not None else None)
    except AccessError as error:
        raise Failed(str(error)) from error
    click.echo(made)
    ends = f"ends on {now + expires:%Y-%m-%d %H:%M}Z" if expires is not None else "does not end by itself"
    click.echo(f"vaken: the token of {name} ({role}) {ends}; it is not shown again", err=True)
    if first:
        click.echo(f"vaken: from now on the hub on {data} asks everybody for a token", err=True)


@token.command("list")
@config_option
@data_option
def list_(config: object, data: Path) -> None:
    """List the tokens: id, name, role, how they stand. None can be read back."""
    from feeds.hub.access.identity import AccessError
    from feeds.hub.access.token_file import TokenFile

    try:
        tokens = TokenFile(data).read()
    except AccessError as error:
        raise Failed(str(error)) from error
    if not tokens:
        click.echo(f"vaken: no token was made in {data}", err=True)
        return
    now = datetime.now(UTC)
    width = max(len(one.name) for one in tokens)
    for one in tokens:
        click.echo(f"{one.id}  {one.name:{width}}  {one.role.value:9}  {one.made:%Y-%m-%d}  {one.state(now)}")


@token.command()
@click.argument("name")
@config_option
@data_option
def revoke(name: str, config: object, data: Path) -> None:
    """Revoke the token of NAME (a name, or the id of one). A running hub closes what is open with it."""
    from feeds.hub.access.identity import AccessError
    from feeds.hub.access.token_file import TokenFile

    try:
        count = TokenFile(data).revoke(name, datetime.now(UTC))
    except AccessError as error:
        raise Failed(str(error)) from error
    if not count:
        raise Failed(f"there is no good token of {name} in {data}; vaken token list shows them")
    click.echo(f"vaken: revoked {count} token{'s' if count > 1 else ''} of {name}", err=True)
