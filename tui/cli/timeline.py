"""``vaken timeline``: what happened in one outage, as the beginning of a post-mortem (Markdown) or as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.completing import complete_outages
from tui.cli.failure import Failed
from tui.cli.options import config_option, credentials, hub_option, who_option
from tui.cli.replay import moment_of, replayed

if TYPE_CHECKING:
    from feeds.model import Row

ANSWER_SECONDS = 30.0


@click.command()
@click.argument("outage", metavar="OUTAGE", shell_complete=complete_outages)
@config_option
@hub_option
@who_option
@click.option(
    "--data",
    metavar="DATA_DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Read the log there instead of asking a hub.",
)
@click.option("--at", metavar="TIME", default="", help="With --data: as it was known then.")
@click.option("--json", "as_json", is_flag=True, help="As data, every field.")
@click.pass_context
def timeline(
    ctx: click.Context, outage: str, config: object, hub_url: str, who: str, data: Path | None, at: str, as_json: bool
) -> int:
    """Print what happened in OUTAGE (such as O-12): figures, history, what customers were told, what is open."""
    if data is None:
        if at:
            raise click.UsageError("--at goes with --data: a hub at work knows now")
        click.echo(_document(hub_url, who, outage, as_json), nl=False)
        return 0
    with replayed(data, ["--at", moment_of(data, at)] if at else []) as url:
        click.echo(_document(url, who, outage, as_json), nl=False)
    return 0


def _document(url: str, who: str, outage: str, as_json: bool) -> str:
    from datetime import UTC, datetime

    from feeds.client import ClientError, Look
    from tui.words.outage_record import (
        ASKED,
        Asked,
        NoSuchOutage,
        asked_besides,
        make_record,
        record_json,
        record_markdown,
    )

    rows: dict[str, tuple[Row, ...]] = {}
    totals: dict[str, int] = {}
    try:
        with Look(url, who, credentials()) as look:

            def ask(asked: Asked) -> None:
                content = look.at(
                    asked.view,
                    of=asked.of.format(outage),
                    filter=asked.filter.format(outage),
                    sort=asked.sort,
                    window=(0, asked.most),
                    timeout=ANSWER_SECONDS,
                )
                rows[asked.name], totals[asked.name] = content.rows, content.total

            ask(ASKED[0])
            if rows[ASKED[0].name]:
                for asked in ASKED[1:]:
                    ask(asked)
                for asked in asked_besides(rows):
                    ask(asked)
        record = make_record(outage, rows, datetime.now(UTC), totals)
    except (ClientError, NoSuchOutage) as error:
        from widgets.plain import plain

        raise Failed(plain(str(error))) from error
    return f"{record_json(record)}\n" if as_json else record_markdown(record)
